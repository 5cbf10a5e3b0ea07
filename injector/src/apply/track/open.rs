//! Gets a userfaultfd of the process: the kernel gives it to the process itself
//! only, which may lack the right to have one.

use crate::apply::runtime::{Calls, Runtime};
use crate::apply::session::Session;
use crate::error::{Fault, Result};
use crate::facts::process;
use crate::tracee::userfault::{Userfault, descriptor};
use crate::tracee::{Stopped, Thread};
use nix::sys::socket::{ControlMessage, MsgFlags, sendmsg};
use std::fs::OpenOptions;
use std::io::IoSlice;
use std::os::fd::{AsRawFd, OwnedFd};

/// O_CLOEXEC | O_NONBLOCK.
const FLAGS: u64 = 0o2_000_000 | 0o4000;
/// `USERFAULTFD_IOC_NEW`.
const NEW: u64 = 0xaa00;
/// AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC.
const SOCKET: (u64, u64) = (1, 2 | 0o2_000_000);
/// MSG_CMSG_CLOEXEC.
const CLOSE_ON_EXEC: u64 = 0x4000_0000;
/// Bytes of a control message with one descriptor.
const CONTROL_SIZE: u64 = 24;

/// Opens it in a thread that is stopped for that alone.
pub fn open(session: &Session, runtime: Runtime) -> Result<Userfault> {
    for tid in process::threads(session.pid())? {
        let stopped = Stopped::one(session.pid(), tid, false)?;
        if stopped.threads.iter().any(Thread::is_free) {
            return open_in(session, runtime, &stopped.threads);
        }
    }
    Err(Fault::environment(format!("{}: no thread can be stopped for a moment", session.name())))
}

/// Opens it in one of these stopped threads.
pub fn open_in(session: &Session, runtime: Runtime, threads: &[Thread]) -> Result<Userfault> {
    let mut calls = Calls::begin(session, runtime, threads)?;
    let opened = userfaultfd(session, &mut calls);
    calls.end()?;
    opened.map_err(|fault| fault.within(session.name()))
}

fn userfaultfd(session: &Session, calls: &mut Calls<'_>) -> Result<Userfault> {
    let mut fd = calls.system(libc::SYS_userfaultfd, [FLAGS, 0, 0, 0, 0, 0])?;
    if fd == -i64::from(libc::EPERM) {
        fd = from_device(session, calls)?;
    }
    let fd = checked(fd, "userfaultfd")?;
    let taken = Userfault::take(session.pid(), fd as i32);
    calls.system(libc::SYS_close, [fd as u64, 0, 0, 0, 0, 0])?;
    taken
}

/// The device, opened here, makes one for any process that holds it: it travels
/// through a pair of sockets, since the process may have no path to it.
fn from_device(session: &Session, calls: &mut Calls<'_>) -> Result<i64> {
    let device = OpenOptions::new().read(true).write(true).open("/dev/userfaultfd").map_err(|error| {
        Fault::environment(format!("cannot open /dev/userfaultfd: {error}"))
            .hint("run polus as root, or set vm.unprivileged_userfaultfd to 1")
    })?;
    let memory = &session.memory;
    let place = calls.scratch();
    let pair = calls.system(libc::SYS_socketpair, [SOCKET.0, SOCKET.1, 0, place, 0, 0])?;
    checked(pair, "socketpair")?;
    let ends: [u8; 8] = memory.read(place, 8)?.try_into().unwrap_or_default();
    let end = |at: usize| i32::from_le_bytes(ends[at..at + 4].try_into().unwrap_or_default());
    let (ours, theirs) = (end(0), end(4));
    let received = send(session.pid(), ours, &device).and_then(|()| receive(session, calls, theirs, place));
    for fd in [ours, theirs] {
        calls.system(libc::SYS_close, [fd as u64, 0, 0, 0, 0, 0])?;
    }
    let device = received?;
    let made = calls.system(libc::SYS_ioctl, [device as u64, NEW, FLAGS, 0, 0, 0])?;
    calls.system(libc::SYS_close, [device as u64, 0, 0, 0, 0, 0])?;
    Ok(made)
}

fn send(pid: i32, end: i32, device: &std::fs::File) -> Result<()> {
    let end: OwnedFd = descriptor(pid, end)?;
    let fds = [device.as_raw_fd()];
    let sent = sendmsg::<()>(
        end.as_raw_fd(),
        &[IoSlice::new(b"u")],
        &[ControlMessage::ScmRights(&fds)],
        MsgFlags::MSG_DONTWAIT,
        None,
    );
    sent.map(drop).map_err(|errno| Fault::environment(format!("cannot pass a descriptor: {}", errno.desc())))
}

/// `recvmsg` in the process; the descriptor that came with it.
fn receive(session: &Session, calls: &mut Calls<'_>, end: i32, place: u64) -> Result<i32> {
    let (vector, control, byte) = (place + 56, place + 72, place + 72 + CONTROL_SIZE);
    let words = [0, 0, vector, 1, control, CONTROL_SIZE, 0, byte, 1];
    let bytes: Vec<u8> = words.iter().flat_map(|word: &u64| word.to_le_bytes()).collect();
    session.memory.write(place, &bytes)?;
    let flags = CLOSE_ON_EXEC | libc::MSG_DONTWAIT as u64;
    let got = calls.system(libc::SYS_recvmsg, [end as u64, place, flags, 0, 0, 0])?;
    checked(got, "recvmsg")?;
    let found: [u8; 4] = session.memory.read(control + 16, 4)?.try_into().unwrap_or_default();
    Ok(i32::from_le_bytes(found))
}

fn checked(result: i64, call: &str) -> Result<i64> {
    if result >= 0 {
        return Ok(result);
    }
    let errno = nix::errno::Errno::from_raw(-result as i32);
    Err(Fault::environment(format!("the process may not call {call}: {}", errno.desc())))
}
