//! Messages with descriptors, from one polus to another.

use nix::errno::Errno;
use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, recvmsg, sendmsg};
use std::io::{IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};

/// Most descriptors of a message.
const FDS_MAX: usize = 2;

/// Sends a message with at most two descriptors; it does not wait for room if `now`.
pub fn send(socket: &impl AsFd, bytes: &[u8], fds: &[RawFd], now: bool) -> Result<(), Errno> {
    let rights = [ControlMessage::ScmRights(fds)];
    let control = if fds.is_empty() { &[] } else { &rights[..] };
    let wait = if now { MsgFlags::MSG_DONTWAIT } else { MsgFlags::empty() };
    let flags = MsgFlags::MSG_NOSIGNAL | wait;
    sendmsg::<()>(socket.as_fd().as_raw_fd(), &[IoSlice::new(bytes)], control, flags, None).map(drop)
}

/// Waits for a message; returns how long it is, and its descriptors.
pub fn receive(socket: &impl AsFd, bytes: &mut [u8]) -> Result<(usize, Vec<OwnedFd>), Errno> {
    let mut space = nix::cmsg_space!([RawFd; FDS_MAX]);
    let mut parts = [IoSliceMut::new(bytes)];
    let flags = MsgFlags::MSG_CMSG_CLOEXEC;
    let message = recvmsg::<()>(socket.as_fd().as_raw_fd(), &mut parts, Some(&mut space), flags)?;
    let mut fds = Vec::new();
    for control in message.cmsgs()? {
        if let ControlMessageOwned::ScmRights(received) = control {
            fds.extend(received.into_iter().map(owned));
        }
    }
    Ok((message.bytes, fds))
}

/// A descriptor that the kernel just made for this process.
pub fn owned(fd: RawFd) -> OwnedFd {
    // SAFETY: nobody else knows it yet.
    unsafe { OwnedFd::from_raw_fd(fd) }
}
