//! What the process that works tells the one that stands by, and takes over if it is killed: the
//! processes it works on, and the descriptors that hold their writers.

use crate::error::{Fault, Result};
use crate::tracee::passing;
use nix::errno::Errno;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::OnceLock;

/// Bytes of a message: its kind, and a number.
const MESSAGE_SIZE: usize = 5;
const WORKS_ON: u8 = 1;
const HOLDS: u8 = 2;
const RELEASED: u8 = 3;
const GOES_ON: u8 = 4;
const ENDS: u8 = 5;

/// To the one that stands by; unset where nobody does.
static LINK: OnceLock<OwnedFd> = OnceLock::new();

/// What the process that works has told.
#[derive(Debug)]
pub enum News {
    /// It may change this process.
    WorksOn(i32),
    /// Writers of this process wait as long as the descriptor is open.
    Holds(i32, OwnedFd),
    /// They do no more.
    Released(i32),
    /// The command has this exit status, and the work goes on in the background.
    GoesOn(u8),
    /// All work is done, with this exit status.
    Ends(u8),
}

/// Both ends: of the one that stands by, and of the one that works.
pub fn pair() -> Result<(OwnedFd, OwnedFd)> {
    let made = socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC);
    made.map_err(|errno| Fault::environment(format!("cannot make a pair of sockets: {}", errno.desc())))
}

/// From now on this process works, and tells what it does.
pub fn connect(link: OwnedFd) {
    // a process works for one that stands by only
    let _ = LINK.set(link);
}

/// Somebody stands by, or did when this process began.
pub fn is_there() -> bool {
    LINK.get().is_some()
}

/// This process may be changed from now on.
pub fn works_on(pid: i32) {
    tell(WORKS_ON, pid, &[]);
}

/// Writers of this process are held by the descriptor.
pub fn holds(pid: i32, fd: BorrowedFd<'_>) {
    tell(HOLDS, pid, &[fd.as_raw_fd()]);
}

/// They are no more.
pub fn released(pid: i32) {
    tell(RELEASED, pid, &[]);
}

/// The command is over, and its work goes on.
pub fn goes_on(status: u8) {
    tell(GOES_ON, i32::from(status), &[]);
}

/// The work is over.
pub fn ends(status: u8) {
    tell(ENDS, i32::from(status), &[]);
}

fn tell(kind: u8, number: i32, fds: &[RawFd]) {
    let Some(link) = LINK.get() else { return };
    let mut message = [kind; MESSAGE_SIZE];
    message[1..].copy_from_slice(&number.to_le_bytes());
    // one that was killed or is suspended hears nothing
    let _ = passing::send(link, &message, fds, true);
}

/// What comes next; `None` once the one that works is gone.
pub fn receive(link: &OwnedFd) -> Option<News> {
    loop {
        let mut bytes = [0; MESSAGE_SIZE];
        let mut fds = match passing::receive(link, &mut bytes) {
            Ok((MESSAGE_SIZE, fds)) => fds,
            Err(Errno::EINTR) => continue,
            _ => return None,
        };
        let number = i32::from_le_bytes(bytes[1..].try_into().unwrap_or_default());
        match (bytes[0], fds.pop()) {
            (WORKS_ON, _) => return Some(News::WorksOn(number)),
            (HOLDS, Some(fd)) => return Some(News::Holds(number, fd)),
            (RELEASED, _) => return Some(News::Released(number)),
            (GOES_ON, _) => return Some(News::GoesOn(number as u8)),
            (ENDS, _) => return Some(News::Ends(number as u8)),
            _ => {}
        }
    }
}
