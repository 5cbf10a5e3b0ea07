//! A command that may have to go on in the background: a second process does the
//! work from the beginning, for what it traces it cannot hand over. The first one
//! waits for the result, and passes Ctrl-C on. If one of them is killed, the other one
//! brings the target to a good end.

use crate::apply::interrupt::ORPHANED;
use crate::error::{Fault, Result};
use crate::facts::process;
use crate::tracee::standby::{self, News};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, kill, sigaction};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{
    ForkResult, Pid, dup2_stderr, dup2_stdin, dup2_stdout, fork, getpid, getppid, setpgid, setsid,
};
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

/// How long a process that was killed may take to be gone.
const DYING_TIME: Duration = Duration::from_secs(5);
/// Exit status of a program that found itself in the wrong.
const PANIC: u8 = 101;

/// The process that works; signals for this one go there.
static WORKER: AtomicI32 = AtomicI32::new(0);

/// Which of the two a process is.
pub enum Side {
    /// It does the work.
    Worker(Worker),
    /// It has waited, and this is the result.
    Waited(u8),
    /// It has waited, and the other one was killed.
    Bereft(Legacy),
}

/// What a process that was killed worked on.
#[derive(Debug, Default)]
pub struct Legacy {
    /// The processes; with what holds the writers of those that were kept coherent.
    pub processes: BTreeMap<i32, Option<OwnedFd>>,
    /// How it ended.
    pub end: String,
}

/// Does the work, and tells the process that waits.
pub struct Worker {
    /// What it has to bring to a good end instead of the command.
    pub legacy: Option<Legacy>,
}

extern "C" fn pass_on(signal: i32) {
    let worker = Pid::from_raw(WORKER.load(Ordering::Relaxed));
    if let Ok(signal) = Signal::try_from(signal) {
        // it may have ended just now
        let _ = kill(worker, signal);
    }
}

/// Goes on as two processes; the one that works takes over the legacy of another one.
pub fn split(legacy: Option<Legacy>) -> Result<Side> {
    // needs root; without it, polus is killed like others when memory runs out
    let _ = fs::write("/proc/self/oom_score_adj", "-1000");
    let (to_worker, to_waiting) = standby::pair()?;
    let waiting = getpid();
    // SAFETY: this program has one thread here, so that the child may go on as usual.
    match unsafe { fork() }.map_err(cannot_start)? {
        ForkResult::Child => {
            drop(to_worker);
            // not in the terminal's group, or Ctrl-C would come twice
            let grouped = setpgid(Pid::from_raw(0), Pid::from_raw(0));
            grouped.and_then(|()| set_pdeathsig(ORPHANED)).map_err(cannot_start)?;
            if getppid() != waiting {
                return Err(Fault::environment("the process that waits for the result has ended"));
            }
            standby::connect(to_waiting);
            Ok(Side::Worker(Worker { legacy }))
        }
        ForkResult::Parent { child } => {
            drop(to_waiting);
            serve_as(child.as_raw())?;
            stand_by(child, &to_worker, legacy.unwrap_or_default())
        }
    }
}

/// Waits for the worker's result.
fn stand_by(worker: Pid, link: &OwnedFd, mut legacy: Legacy) -> Result<Side> {
    while let Some(news) = standby::receive(link) {
        match news {
            News::WorksOn(pid) => drop(legacy.processes.entry(pid).or_default()),
            News::Holds(pid, fd) => drop(legacy.processes.insert(pid, Some(fd))),
            News::Released(pid) => drop(legacy.processes.insert(pid, None)),
            News::Ends(status) => return Ok(Side::Waited(status)),
            // SAFETY: as above.
            News::GoesOn(status) => match unsafe { fork() }.map_err(cannot_start)? {
                ForkResult::Child => leave_terminal(),
                ForkResult::Parent { .. } => return Ok(Side::Waited(status)),
            },
        }
    }
    match end_of(worker) {
        // it could not even begin
        Ending::Status(status) if status != PANIC => Ok(Side::Waited(status)),
        Ending::Status(_) => Ok(Side::Bereft(Legacy { end: "broke off".to_string(), ..legacy })),
        Ending::Killed(end) => Ok(Side::Bereft(Legacy { end, ..legacy })),
    }
}

/// How a worker ended that said nothing.
enum Ending {
    Status(u8),
    Killed(String),
}

/// Waits until the worker is gone altogether.
fn end_of(worker: Pid) -> Ending {
    let deadline = Instant::now() + DYING_TIME;
    loop {
        match waitpid(worker, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::Exited(_, status)) => return Ending::Status(status as u8),
            Ok(WaitStatus::Signaled(_, signal, _)) => {
                return Ending::Killed(format!("was ended by {signal}"));
            }
            // the child of a process that has returned
            Err(_) if process::inspect(worker.as_raw()).is_err() => {
                return Ending::Killed("was ended".to_string());
            }
            _ if Instant::now() > deadline => return Ending::Killed("does not answer".to_string()),
            _ => std::thread::sleep(DYING_TIME / 5000),
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

impl Worker {
    /// All is done, with this exit status.
    pub fn end(&self, status: u8) {
        standby::ends(status);
    }

    /// Lets the waiting process end with `status`, and goes on without terminal or parent.
    pub fn detach(&self, status: u8) {
        // nothing here can be told to anybody any more
        let _ = set_pdeathsig(None);
        standby::goes_on(status);
        leave_terminal();
    }
}

fn leave_terminal() {
    let _ = setsid();
    if let Ok(null) = OpenOptions::new().read(true).write(true).open("/dev/null") {
        let _ = dup2_stdin(&null);
        let _ = dup2_stdout(&null);
        let _ = dup2_stderr(&null);
    }
}
