//! A command that may have to go on in the background: a second process does the
//! work from the beginning, for what it traces it cannot hand over. The first one
//! waits for the result, and passes Ctrl-C on. If it is killed, the other one is told,
//! and brings the target to a good end by itself.

use crate::apply::interrupt::ORPHANED;
use crate::error::{Fault, Result};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, kill, raise, sigaction};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{
    ForkResult, Pid, dup2_stderr, dup2_stdin, dup2_stdout, fork, getpid, getppid, pipe, read, setpgid,
    setsid, write,
};
use std::fs::OpenOptions;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicI32, Ordering};

/// The process that works; signals for this one go there.
static WORKER: AtomicI32 = AtomicI32::new(0);

/// Which of the two a process is.
pub enum Side {
    /// It does the work.
    Worker(Worker),
    /// It has waited, and this is the result.
    Waited(u8),
}

/// Tells the waiting process the result.
pub struct Worker {
    result: OwnedFd,
}

extern "C" fn pass_on(signal: i32) {
    let worker = Pid::from_raw(WORKER.load(Ordering::Relaxed));
    if let Ok(signal) = Signal::try_from(signal) {
        // it may have ended just now
        let _ = kill(worker, signal);
    }
}

/// Goes on as two processes.
pub fn split() -> Result<Side> {
    let (from_worker, result) = pipe().map_err(cannot_start)?;
    let waiting = getpid();
    // SAFETY: this program has one thread here, so that the child may go on as usual.
    match unsafe { fork() }.map_err(cannot_start)? {
        ForkResult::Child => {
            drop(from_worker);
            // not in the terminal's group, or Ctrl-C would come twice
            let grouped = setpgid(Pid::from_raw(0), Pid::from_raw(0));
            grouped.and_then(|()| set_pdeathsig(ORPHANED)).map_err(cannot_start)?;
            if getppid() != waiting {
                return Err(Fault::environment("the process that waits for the result has ended"));
            }
            Ok(Side::Worker(Worker { result }))
        }
        ForkResult::Parent { child } => {
            drop(result);
            serve_as(child.as_raw())?;
            Ok(Side::Waited(outcome(child, &from_worker)))
        }
    }
}

/// Signals for this process go to `worker` from now on.
pub fn serve_as(worker: i32) -> Result<()> {
    WORKER.store(worker, Ordering::Relaxed);
    let action = SigAction::new(SigHandler::Handler(pass_on), SaFlags::SA_RESTART, SigSet::empty());
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        // SAFETY: the handler loads an atomic and calls kill, both async-signal-safe.
        unsafe { sigaction(signal, &action) }.map_err(cannot_start)?;
    }
    Ok(())
}

fn cannot_start(errno: nix::errno::Errno) -> Fault {
    Fault::environment(format!("cannot start a process for the work: {}", errno.desc()))
}

/// The worker's result; if it was killed, this process dies the same way.
fn outcome(worker: Pid, result: &OwnedFd) -> u8 {
    let mut byte = [0];
    if read(result, &mut byte) == Ok(1) {
        return byte[0];
    }
    match waitpid(worker, None) {
        Ok(WaitStatus::Exited(_, status)) => status as u8,
        Ok(WaitStatus::Signaled(_, signal, _)) => {
            // returns only for a signal that is ignored
            let _ = raise(signal);
            3
        }
        _ => 3,
    }
}

impl Worker {
    /// Lets the waiting process end with `status`, and goes on without terminal or parent.
    pub fn detach(self, status: u8) {
        let null = OpenOptions::new().read(true).write(true).open("/dev/null");
        // nothing here can be told to anybody any more
        let _ = set_pdeathsig(None);
        let _ = setsid();
        let _ = write(&self.result, &[status]);
        if let Ok(null) = null {
            let _ = dup2_stdin(&null);
            let _ = dup2_stdout(&null);
            let _ = dup2_stderr(&null);
        }
    }
}
