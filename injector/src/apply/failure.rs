//! Failures made on purpose: `POLUS_FAIL_AT=step` makes that step fail,
//! `POLUS_KILL_AT=step` kills the injector there, with the process that waits for it;
//! `POLUS_KILL_WORKER_AT=step` the one that works alone. Tests walk through all steps and
//! show that the target lives on; `POLUS_STEPS=file` lists the steps passed.

use crate::error::{Fault, Result};
use crate::facts::process;
use crate::tracee::standby;
use nix::sys::signal::{Signal, kill, raise};
use nix::unistd::{getpid, getppid};
use std::env;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

/// Somebody has taken over from a worker that was killed.
static HAS_TAKEN_OVER: AtomicBool = AtomicBool::new(false);

/// From now on no step kills this process alone.
pub fn taken_over() {
    HAS_TAKEN_OVER.store(true, Ordering::Relaxed);
}

/// Passes a named step.
pub fn step(name: &str) -> Result<()> {
    if let Some(path) = env::var_os("POLUS_STEPS") {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(path);
        let logged = log.and_then(|mut log| writeln!(log, "{name}"));
        logged.map_err(|error| {
            Fault::environment(format!("cannot write the file that POLUS_STEPS names: {error}"))
        })?;
    }
    let is_named = |variable: &str| env::var(variable).is_ok_and(|value| value == name);
    if is_named("POLUS_KILL_AT") {
        if standby::is_there() && process::has_parent_of_its_kind(getpid().as_raw()) {
            kill(getppid(), Signal::SIGKILL).map_err(cannot_kill)?;
        }
        raise(Signal::SIGKILL).map_err(cannot_kill)?;
    }
    if is_named("POLUS_KILL_WORKER_AT") && !HAS_TAKEN_OVER.load(Ordering::Relaxed) {
        raise(Signal::SIGKILL).map_err(cannot_kill)?;
    }
    match is_named("POLUS_FAIL_AT") {
        true => Err(Fault::refused(format!("step {name} failed, as POLUS_FAIL_AT asks"))),
        false => Ok(()),
    }
}

fn cannot_kill(errno: nix::errno::Errno) -> Fault {
    Fault::environment(format!("cannot kill myself: {}", errno.desc()))
}
