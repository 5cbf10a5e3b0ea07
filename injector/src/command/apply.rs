//! `polus apply`: plan for all, load into all, change all.

use crate::apply::callbacks;
use crate::apply::interrupt::note_interruptions;
use crate::apply::load;
use crate::apply::repair::Way;
use crate::apply::{Session, failure::step};
use crate::cli::Apply;
use crate::command::keeper::Resident;
use crate::command::output::{Output, Report};
use crate::command::targets;
use crate::command::transaction::{Member, Transaction};
use crate::error::{Fault, Result};
use crate::facts::patch_file::{self, PatchFile};
use crate::plan::{self, Load};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;

/// Runs the command; returns the exit status.
pub fn run(arguments: &Apply, output: &Output, residents: &mut Vec<Resident>) -> u8 {
    match prepare(arguments) {
        Ok((pids, patch)) => apply(arguments, &pids, &patch, output, residents),
        Err(fault) => {
            output.error(&fault);
            output.results(vec![Report::fault(0, &fault)]);
            fault.exit_code()
        }
    }
}

fn prepare(arguments: &Apply) -> Result<(Vec<i32>, PatchFile)> {
    note_interruptions()?;
    let path = arguments.patch.as_deref().ok_or_else(|| Fault::refused("no patch is named"))?;
    let patch = patch_file::read(path)?;
    Ok((targets::select(&arguments.targets)?, patch))
}

fn apply(
    arguments: &Apply,
    pids: &[i32],
    patch: &PatchFile,
    output: &Output,
    residents: &mut Vec<Resident>,
) -> u8 {
    let debug_file = arguments.targets.debug_file.as_deref();
    let mut transaction = Transaction::open(pids, &arguments.targets, &arguments.conduct, output, residents);
    loop {
        update(&mut transaction, patch, debug_file, output);
        let newcomers = transaction.newcomers(&arguments.targets);
        if newcomers.is_empty() {
            break;
        }
        transaction.admit(&newcomers, residents);
    }
    transaction.settle();
    transaction.finish(residents, &|member, session| report(member, session, patch, output))
}

/// Plans for all, loads into all, changes all.
fn update(transaction: &mut Transaction<'_>, patch: &PatchFile, debug_file: Option<&Path>, output: &Output) {
    let mut plans: BTreeMap<i32, Load> = BTreeMap::new();
    transaction.each(&mut |member| {
        let Some(session) = &member.session else { return Ok(()) };
        let is_finished = member.finished == Some(Way::Forth) || member.is_late;
        if is_finished && is_newest(session, patch) {
            // begun by a command that died, or forked by one that was changed already
            let newest = session.registry.chain(session.registry.version).last().map(|record| record.address);
            member.states.retain(|(record, _)| Some(*record) != newest);
            member.made = true;
            member.from = patch.tables.from_version;
            return Ok(());
        }
        let plan = plan(session, patch, debug_file)?;
        output.detail(format!("{}: {plan}", session.name()));
        plans.insert(member.pid, plan);
        step("planned")
    });
    let mut records: BTreeMap<i32, u64> = BTreeMap::new();
    transaction.each(&mut |member| {
        let (Some(session), Some(plan)) = (&mut member.session, plans.get(&member.pid)) else {
            return Ok(());
        };
        records.insert(member.pid, load::load(session, &mut member.tracker, patch, plan)?);
        step("loaded")
    });
    transaction.each(&mut |member| {
        let (Some(session), Some(record)) = (&member.session, records.get(&member.pid)) else {
            return Ok(());
        };
        callbacks::pre_update(session, &mut member.tracker, *record)
    });
    transaction.commit(&|session| {
        let Some(record) = records.get(&session.pid()) else { return Ok(None) };
        let change = plan::change(&session.registry, patch.tables.to_version, Some(*record))?;
        Ok(Some((change, *record)))
    });
}

/// The change that was finished for an interrupted injector is the one asked for.
fn is_newest(session: &Session, patch: &PatchFile) -> bool {
    let chain = session.registry.chain(session.registry.version);
    chain.last().is_some_and(|record| record.digest == patch.digest)
}

/// What is said of an update that goes on.
const KEPT: &str = "; old functions are still active, see polus status";

/// Facts and plan for one process.
pub fn plan(session: &Session, patch: &PatchFile, debug_file: Option<&Path>) -> Result<Load> {
    let program = session.program(debug_file)?;
    let target = session.target(&program, patch)?;
    plan::load(&target, &program, &session.registry, patch)
}

fn report(member: &Member, session: &Session, patch: &PatchFile, output: &Output) -> Report {
    let (version, total_us) = (session.registry.version, output.total_us());
    let paused_us = u64::try_from(member.pause.longest.as_micros()).unwrap_or(u64::MAX);
    Report {
        pid: member.pid,
        text: format!(
            "{}: {} {}, version {version} ({:.1} ms in all, stopped for {:.1} ms){}",
            session.name(),
            if member.kept { "keeps" } else { "applied" },
            patch.name,
            total_us as f64 / 1000.0,
            paused_us as f64 / 1000.0,
            if member.kept { KEPT } else { "" }
        ),
        json: json!({ "patch": patch.name, "version": version, "total_us": total_us, "paused_us": paused_us }),
    }
}
