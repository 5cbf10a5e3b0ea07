//! Waiting for a traced thread's next stop, with a deadline.

use crate::error::{Fault, Result};
use crate::tracee::hijack::Idle;
use crate::tracee::raw::{self, fault};
use nix::errno::Errno;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Looks before the waiting begins to sleep.
const EAGER_LOOKS: u32 = 64;
/// Pause between later looks.
const PAUSE: Duration = Duration::from_micros(20);
/// How PTRACE_O_TRACESYSGOOD marks stops at system calls.
const SYSCALL_MARK: i32 = 0x80;

/// What stopped a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Our interruption, or the first stop of a new thread.
    Event,
    /// A stop of the whole group, by this signal.
    Group(i32),
    /// It made a thread or a process, see [`take_born`].
    Birth,
    /// It runs another program now.
    Exec,
    /// A signal is about to be delivered.
    Signal(i32),
    /// Entry or exit of a system call.
    Syscall,
    /// The thread is no more.
    Gone,
}

/// A thread or process that a traced thread made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Born {
    /// The thread that made it.
    pub parent: i32,
    /// Its number.
    pub tid: i32,
    /// Its maker waits for it (vfork).
    pub waits: bool,
}

/// Those whose birth was reported, whoever waited just then.
static BORN: Mutex<Vec<Born>> = Mutex::new(Vec::new());

/// Takes the births reported since by threads that `is_own` knows.
pub fn take_born(is_own: impl Fn(i32) -> bool) -> Vec<Born> {
    let mut all = BORN.lock().unwrap_or_else(PoisonError::into_inner);
    let (own, others) = all.drain(..).partition(|born| is_own(born.parent));
    *all = others;
    own
}

/// The next stop of `tid` if there is one by now.
pub fn look(tid: i32) -> Result<Option<Stop>> {
    match raw::changed_status(tid) {
        Ok(None) | Err(Errno::EINTR) => Ok(None),
        Ok(Some(status)) => stop(tid, status).map(Some),
        Err(Errno::ECHILD) => Ok(Some(Stop::Gone)),
        Err(errno) => Err(fault(tid, "wait for it", errno)),
    }
}

fn stop(tid: i32, status: i32) -> Result<Stop> {
    if !libc::WIFSTOPPED(status) {
        return Ok(Stop::Gone);
    }
    let signal = libc::WSTOPSIG(status);
    Ok(match status >> 16 {
        0 if signal == libc::SIGTRAP | SYSCALL_MARK => Stop::Syscall,
        0 => Stop::Signal(signal),
        event @ (libc::PTRACE_EVENT_CLONE | libc::PTRACE_EVENT_FORK | libc::PTRACE_EVENT_VFORK) => {
            let waits = event == libc::PTRACE_EVENT_VFORK;
            let born = Born { parent: tid, tid: raw::event_message(tid)? as i32, waits };
            BORN.lock().unwrap_or_else(PoisonError::into_inner).push(born);
            Stop::Birth
        }
        libc::PTRACE_EVENT_EXEC => Stop::Exec,
        libc::PTRACE_EVENT_STOP if signal != libc::SIGTRAP => Stop::Group(signal),
        _ => Stop::Event,
    })
}

/// Waits for the next stop of `tid` until `deadline`.
pub fn wait(tid: i32, deadline: Instant) -> Result<Stop> {
    wait_while(tid, deadline, None)
}

/// The same, doing something else meanwhile.
pub fn wait_while(tid: i32, deadline: Instant, mut idle: Option<&mut Idle<'_>>) -> Result<Stop> {
    let mut looks = 0;
    loop {
        if let Some(stop) = look(tid)? {
            return Ok(stop);
        }
        if let Some(idle) = idle.as_mut().filter(|_| looks > EAGER_LOOKS) {
            idle()?;
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
