//! What follows the death of another polus: its work is finished or taken back, and what must be
//! kept coherent is kept.

use crate::apply::Session;
use crate::apply::callbacks::Moments;
use crate::apply::failure;
use crate::apply::interrupt::note_interruptions;
use crate::apply::repair::repair;
use crate::apply::track::supervise;
use crate::command::background::Legacy;
use crate::command::keeper::Resident;
use crate::command::output::{Output, Report};
use crate::error::{Fault, Result};
use crate::facts::process;
use crate::tracee::Userfault;
use std::os::fd::OwnedFd;
use std::time::Instant;

/// Finishes what an injector that died had begun, or takes it back. `held` holds the writers until
/// others do.
pub fn recover(pid: i32, held: Option<Userfault>, output: &Output) -> Result<Resident> {
    note_interruptions()?;
    let mut session = Session::take(pid)?;
    let tracker = repair(&mut session, held)?.and_then(|done| {
        output.warning(&done.text);
        done.tracker
    });
    let mut resident = Resident { session, tracker, moments: Moments::default(), born: Vec::new() };
    supervise::until_left(&mut [resident.supervised()], Instant::now(), &[], &mut |_| ())?;
    resident.session.refresh()?;
    Ok(resident)
}

/// Brings all processes to a good end that a killed one worked on; returns the exit status.
pub fn take_over(legacy: Legacy, output: &Output, residents: &mut Vec<Resident>) -> u8 {
    failure::taken_over();
    let fault = killed(&legacy);
    output.error(&fault);
    let mut reports = Vec::new();
    for (pid, held) in legacy.processes {
        reports.push(Report::fault(pid, &fault));
        if process::inspect(pid).is_err() {
            continue;
        }
        match take_one_over(pid, held, output) {
            Ok(resident) => residents.extend(Some(resident).filter(|resident| resident.tracker.is_some())),
            Err(fault) => output.warning(&fault.what),
        }
    }
    output.results(reports);
    fault.exit_code()
}

fn take_one_over(pid: i32, held: Option<OwnedFd>, output: &Output) -> Result<Resident> {
    recover(pid, held.map(|fd| Userfault::inherit(pid, fd)), output)
}

/// What is said of a worker's death.
pub fn killed(legacy: &Legacy) -> Fault {
    Fault::environment(format!("the process that did the work {}", legacy.end))
        .hint("see polus status, and run the command again")
}
