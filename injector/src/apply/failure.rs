//! Failures made on purpose: `POLUS_FAIL_AT=step` makes that step fail,
//! `POLUS_KILL_AT=step` kills the injector there. Tests walk through all steps and
//! show that the target lives on; `POLUS_STEPS=file` lists the steps passed.

use crate::error::{Fault, Result};
use nix::sys::signal::{Signal, raise};
use std::env;
use std::io::Write;

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
        raise(Signal::SIGKILL).map_err(|errno| Fault::environment(format!("cannot kill myself: {errno}")))?;
    }
    match is_named("POLUS_FAIL_AT") {
        true => Err(Fault::refused(format!("step {name} failed, as POLUS_FAIL_AT asks"))),
        false => Ok(()),
    }
}
