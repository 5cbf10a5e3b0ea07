//! Waiting for a traced thread's next stop, with a deadline.

use crate::error::{Fault, Result};
use crate::tracee::raw::fault;
use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use std::time::{Duration, Instant};

/// Looks before the waiting begins to sleep.
const EAGER_LOOKS: u32 = 64;
/// Pause between later looks.
const PAUSE: Duration = Duration::from_micros(20);

/// What stopped a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Our interruption, or a stop of the whole group.
    Event,
    /// A signal is about to be delivered.
    Signal(Signal),
    /// Entry or exit of a system call.
    Syscall,
    /// The thread is no more.
    Gone,
}

/// The next stop of `tid` if there is one by now.
pub fn look(tid: i32) -> Result<Option<Stop>> {
    let flags = WaitPidFlag::__WALL | WaitPidFlag::WNOHANG;
    match waitpid(Pid::from_raw(tid), Some(flags)) {
        Ok(WaitStatus::StillAlive) | Err(Errno::EINTR) => Ok(None),
        Ok(WaitStatus::PtraceSyscall(_)) => Ok(Some(Stop::Syscall)),
        Ok(WaitStatus::PtraceEvent(..)) => Ok(Some(Stop::Event)),
        Ok(WaitStatus::Stopped(_, signal)) => Ok(Some(Stop::Signal(signal))),
        Ok(_) | Err(Errno::ECHILD) => Ok(Some(Stop::Gone)),
        Err(errno) => Err(fault(tid, "wait for it", errno)),
    }
}

/// Waits for the next stop of `tid` until `deadline`.
pub fn wait(tid: i32, deadline: Instant) -> Result<Stop> {
    let mut looks = 0;
    loop {
        if let Some(stop) = look(tid)? {
            return Ok(stop);
        }
        if Instant::now() > deadline {
            return Err(Fault::environment(format!("thread {tid} does not stop")));
        }
        looks += 1;
        pause(looks);
    }
}

/// Gives the processor away, the longer the more often it was done.
pub fn pause(looks: u32) {
    match looks {
        0..EAGER_LOOKS => std::thread::yield_now(),
        _ => std::thread::sleep(PAUSE),
    }
}
