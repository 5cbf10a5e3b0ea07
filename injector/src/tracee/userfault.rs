//! Write protection by userfaultfd: the kernel holds a thread that writes to a
//! protected page, in its own code or in a system call, until the page is opened.
//! The end of all its descriptors opens all pages, so that a dead injector harms nobody; until
//! then whoever stands by has one, too.

use crate::error::{Fault, Result};
use crate::facts::process;
use crate::tracee::standby;
use nix::errno::Errno;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// PIDFD_THREAD.
const OF_THREAD: i32 = 0x80;
/// `UFFD_API`.
const API: u64 = 0xaa;
/// Write protection, the writer's thread, the exact address.
const FEATURES: u64 = 1 | 1 << 8 | 1 << 11;
/// `UFFDIO_REGISTER_MODE_WP`.
const REGISTER_WRITES: u64 = 1 << 1;
/// `UFFDIO_WRITEPROTECT_MODE_WP`.
const PROTECT: u64 = 1;
/// `UFFD_EVENT_PAGEFAULT`.
const PAGE_FAULT: u8 = 0x12;
/// Bytes of `struct uffd_msg`.
const MESSAGE_SIZE: usize = 32;

/// A range of pages.
pub type Pages = std::ops::Range<u64>;

/// A write that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Write {
    /// The writer's number, as its own process namespace counts.
    pub tid: i32,
    /// Where it writes.
    pub address: u64,
}

#[repr(C)]
#[derive(Default)]
struct Api {
    api: u64,
    features: u64,
    ioctls: u64,
}

#[repr(C)]
#[derive(Default)]
struct Range {
    start: u64,
    length: u64,
}

#[repr(C)]
#[derive(Default)]
struct Register {
    range: Range,
    mode: u64,
    ioctls: u64,
}

#[repr(C)]
#[derive(Default)]
struct Protection {
    range: Range,
    mode: u64,
}

mod request {
    nix::ioctl_readwrite!(api, 0xaa, 0x3f, super::Api);
    nix::ioctl_readwrite!(register, 0xaa, 0x00, super::Register);
    nix::ioctl_read!(unregister, 0xaa, 0x01, super::Range);
    nix::ioctl_readwrite!(protect, 0xaa, 0x06, super::Protection);
}

/// Watches writes to pages of one process.
pub struct Userfault {
    pid: i32,
    file: File,
}

impl Drop for Userfault {
    fn drop(&mut self) {
        standby::released(self.pid);
    }
}

impl Userfault {
    /// Takes the descriptor `fd` of process `pid` over, which it got from userfaultfd.
    pub fn take(pid: i32, fd: i32) -> Result<Userfault> {
        let fd = descriptor(pid, fd)?;
        let mut api = Api { api: API, features: FEATURES, ioctls: 0 };
        // SAFETY: the descriptor is open, and the struct is the one that the request demands.
        let outcome = unsafe { request::api(fd.as_raw_fd(), &raw mut api) };
        outcome.map_err(|errno| cannot("watch writes", errno))?;
        Ok(Userfault::inherit(pid, fd))
    }

    /// Goes on with the descriptor of a polus that was killed.
    pub fn inherit(pid: i32, fd: OwnedFd) -> Userfault {
        standby::holds(pid, fd.as_fd());
        Userfault { pid, file: File::from(fd) }
    }

    /// Makes private pages able to be protected.
    pub fn register(&self, pages: &Pages) -> Result<()> {
        let mut register = Register { range: range(pages), mode: REGISTER_WRITES, ioctls: 0 };
        // SAFETY: as above.
        let outcome = unsafe { request::register(self.file.as_raw_fd(), &raw mut register) };
        outcome.map(drop).map_err(|errno| cannot("watch pages", errno))
    }

    /// Ends that; whoever waits goes on.
    pub fn unregister(&self, pages: &Pages) -> Result<()> {
        let mut range = range(pages);
        // SAFETY: as above.
        let outcome = unsafe { request::unregister(self.file.as_raw_fd(), &raw mut range) };
        outcome.map(drop).map_err(|errno| cannot("stop watching pages", errno))
    }

    /// Holds writes to these pages from now on.
    pub fn close_pages(&self, pages: &Pages) -> Result<()> {
        self.protect(pages, PROTECT)
    }

    /// Lets all writes to these pages pass, also those that wait.
    pub fn open_pages(&self, pages: &Pages) -> Result<()> {
        self.protect(pages, 0)
    }

    fn protect(&self, pages: &Pages, mode: u64) -> Result<()> {
        loop {
            let mut protection = Protection { range: range(pages), mode };
            // SAFETY: as above.
            match unsafe { request::protect(self.file.as_raw_fd(), &raw mut protection) } {
                Ok(_) => return Ok(()),
                // the process's mappings are changing just now
                Err(Errno::EAGAIN) => std::thread::yield_now(),
                Err(errno) => return Err(cannot("protect pages", errno)),
            }
        }
    }

    /// Adds the writes that wait, those that were read before left out.
    pub fn read(&self, writes: &mut Vec<Write>) -> Result<()> {
        let mut message = [0; MESSAGE_SIZE];
        loop {
            match (&self.file).read(&mut message) {
                Ok(MESSAGE_SIZE) => writes.extend(write(&message)),
                Ok(_) => return Ok(()),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // the process has ended
                Err(error) if error.raw_os_error() == Some(libc::ESRCH) => return Ok(()),
                Err(error) => {
                    return Err(Fault::environment(format!("cannot read which writes wait: {error}")));
                }
            }
        }
    }
}

impl AsFd for Userfault {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

fn write(message: &[u8; MESSAGE_SIZE]) -> Option<Write> {
    let word = |at: usize| u64::from_le_bytes(message[at..at + 8].try_into().unwrap_or_default());
    (message[0] == PAGE_FAULT).then(|| Write { tid: word(24) as u32 as i32, address: word(16) })
}

fn range(pages: &Pages) -> Range {
    Range { start: pages.start, length: pages.end - pages.start }
}

fn cannot(what: &str, errno: Errno) -> Fault {
    Fault::environment(format!("the kernel does not let polus {what}: {}", errno.desc()))
}

/// A copy of the descriptor `fd` of process `pid`.
pub fn descriptor(pid: i32, fd: i32) -> Result<OwnedFd> {
    let call = |number: libc::c_long, first: i32, second: i32| {
        // SAFETY: both calls take numbers only, and the result is a new descriptor or an error.
        let result = unsafe { libc::syscall(number, first, second, 0) };
        let fd = Errno::result(result).map_err(|errno| cannot("take a descriptor of the process", errno))?;
        // SAFETY: the kernel just made this descriptor for us.
        Ok(unsafe { OwnedFd::from_raw_fd(fd as i32) })
    };
    let view = process::view(pid);
    let process = call(libc::SYS_pidfd_open, view, if view == pid { 0 } else { OF_THREAD })?;
    call(libc::SYS_pidfd_getfd, process.as_raw_fd(), fd)
}
