//! `polus rollback`: an update backwards, to code and data that are still there.

use crate::apply::Session;
use crate::apply::interrupt::note_interruptions;
use crate::apply::repair::Way;
use crate::cli::Rollback;
use crate::command::keeper::Resident;
use crate::command::output::{Output, Report};
use crate::command::targets;
use crate::command::transaction::{Member, Transaction};
use crate::error::{Fault, Result};
use crate::plan;
use polus_runtime::abi::kind;
use serde_json::json;
use std::collections::BTreeMap;

/// Runs the command; returns the exit status.
pub fn run(arguments: &Rollback, output: &Output, residents: &mut Vec<Resident>) -> u8 {
    let pids = note_interruptions().and_then(|()| targets::select(&arguments.targets));
    let pids = match pids {
        Ok(pids) => pids,
        Err(fault) => {
            output.error(&fault);
            output.results(vec![Report::fault(0, &fault)]);
            return fault.exit_code();
        }
    };
    let mut transaction = Transaction::open(&pids, &arguments.targets, &arguments.conduct, output, residents);
    let mut goals: BTreeMap<i32, u32> = BTreeMap::new();
    loop {
        // whoever appeared late goes where the others went
        let common = goals.values().max().copied();
        transaction.each(&mut |member| {
            let to = if member.is_late { common } else { arguments.to };
            let goal = goal(member, to)?;
            goals.insert(member.pid, goal);
            let version = member.session.as_ref().map_or(0, |session| session.registry.version);
            if goal == version && member.tracker.is_some() {
                // begun by a command that died
                (member.made, member.from) = (true, version + 1);
            }
            Ok(())
        });
        transaction.commit(&|session| match goals.get(&session.pid()) {
            Some(goal) if *goal < session.registry.version => {
                Ok(Some((plan::change(&session.registry, *goal, None)?, 0)))
            }
            _ => Ok(None),
        });
        let newcomers = transaction.newcomers(&arguments.targets);
        if newcomers.is_empty() {
            break;
        }
        transaction.admit(&newcomers, residents);
    }
    transaction.settle();
    for session in transaction.members.iter().filter_map(|member| member.session.as_ref()) {
        lost(session, output);
    }
    transaction.finish(residents, &|member, session| report(member, session, output))
}

/// The version to go to; a repair that reached it counts as done.
fn goal(member: &Member, to: Option<u32>) -> Result<u32> {
    let Some(session) = &member.session else { return Ok(0) };
    let version = session.registry.version;
    if member.finished == Some(Way::Back) && to.is_none_or(|goal| goal == version) {
        return Ok(version);
    }
    let goal = to.unwrap_or(version.saturating_sub(1));
    if member.is_late {
        return Ok(goal);
    }
    let name = session.name();
    if goal > version {
        return Err(Fault::refused(format!(
            "{name} is at version {version}: rollback goes back only, not to {goal}"
        ))
        .hint("use apply to go on"));
    }
    if version == 0 || goal == version {
        return Err(Fault::refused(format!("{name} is at version {version}: there is nothing to take back")));
    }
    Ok(goal)
}

/// What the way back could not carry is told.
fn lost(session: &Session, output: &Output) {
    let records = session.registry.records.iter().filter(|record| record.state == kind::ROLLED_BACK);
    for cell in records.flat_map(|record| &record.cells).filter(|cell| cell.flags & kind::LOST != 0) {
        output.warning(&format!(
            "{}: {} held a value that its old type cannot hold: it was converted as C converts it",
            session.name(),
            cell.name
        ));
    }
}

fn report(member: &Member, session: &Session, output: &Output) -> Report {
    let (version, total_us) = (session.registry.version, output.total_us());
    let paused_us = u64::try_from(member.pause.longest.as_micros()).unwrap_or(u64::MAX);
    Report {
        pid: member.pid,
        text: format!("{}: rolled back from version {} to {version}", session.name(), member.from),
        json: json!({ "version": version, "from": member.from, "total_us": total_us, "paused_us": paused_us }),
    }
}
