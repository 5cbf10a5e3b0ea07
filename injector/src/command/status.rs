//! `polus status`: versions, patches, and old functions that are still active.

use crate::apply::Session;
use crate::apply::journal::now_ms;
use crate::apply::leaving;
use crate::cli::Status;
use crate::command::keeper::{self, Resident};
use crate::command::output::{Output, Report};
use crate::command::recovery;
use crate::command::targets;
use crate::error::Result;
use crate::facts::process::{self, Lock};
use crate::facts::registry::{Record, Registry};
use crate::facts::stacks;
use crate::facts::unwind::{Stack, Unwinder};
use crate::tracee::Stopped;
use polus_runtime::abi::kind;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How long the death of another polus may take.
const DYING_TIME: Duration = Duration::from_secs(2);

/// Runs the command; returns the exit status. An interrupted update that must be kept coherent
/// goes to the residents.
pub fn run(arguments: &Status, output: &Output, residents: &mut Vec<Resident>) -> u8 {
    let pids = targets::select(&arguments.targets);
    let pids = match pids {
        Ok(pids) => pids,
        Err(fault) => {
            output.error(&fault);
            return fault.exit_code();
        }
    };
    let mut exit = 0;
    let mut reports = Vec::new();
    for pid in pids {
        match status(pid, output, residents) {
            Ok(report) => reports.push(report),
            Err(fault) => {
                output.error(&fault);
                exit = if exit == 0 { fault.exit_code() } else { exit };
                reports.push(Report::fault(pid, &fault));
            }
        }
    }
    output.results(reports);
    exit
}

/// An active old function.
struct Active {
    thread: i32,
    function: String,
    since_ms: u64,
}

fn status(pid: i32, output: &Output, residents: &mut Vec<Resident>) -> Result<Report> {
    process::inspect(pid)?;
    let lock = lock(pid)?;
    let session = Session::look(pid)?;
    if lock.is_none() {
        return Ok(report(&session, true, &published(&session.registry)));
    }
    if session.registry.state == kind::IDLE && !session.registry.tracking {
        if let Err(fault) = leaving::collect(&session, &mut None) {
            output.warning(&format!("a callback failed: {}", fault.what));
        }
        return Ok(report(&session, false, &still_active(&session)?));
    }
    drop(lock);
    let resident = recovery::recover(pid, None, output)?;
    if resident.tracker.is_none() {
        return Ok(report(&resident.session, false, &still_active(&resident.session)?));
    }
    let told = report(&resident.session, true, &published(&resident.session.registry));
    residents.push(resident);
    Ok(told)
}

/// The lock, unless another polus has it; one that was killed needs a moment to be gone.
fn lock(pid: i32) -> Result<Option<Lock>> {
    let deadline = Instant::now() + DYING_TIME;
    loop {
        let lock = process::lock(pid)?;
        if lock.is_some() || Instant::now() > deadline || !is_dying(pid) {
            return Ok(lock);
        }
        std::thread::sleep(DYING_TIME / 1000);
    }
}

/// The polus that works on the process has lost the one that waits for it, and stays not in the
/// background either.
fn is_dying(pid: i32) -> bool {
    let Some(holder) = process::lock_holder(pid) else { return true };
    !process::has_parent_of_its_kind(holder) && !keeper::is_kept(pid)
}

fn published(registry: &Registry) -> Vec<Active> {
    let now = now_ms();
    let active = registry.active.iter();
    active
        .map(|active| Active {
            thread: active.thread,
            function: active.function.clone(),
            since_ms: now.saturating_sub(active.since_ms),
        })
        .collect()
}

/// Looks at the stacks of a process that was updated.
fn still_active(session: &Session) -> Result<Vec<Active>> {
    let old = old_versions(&session.registry);
    if old.is_empty() {
        return Ok(Vec::new());
    }
    process::check_untraced(session.pid())?;
    let groups: Vec<Vec<(u64, u64)>> = old.iter().map(|(_, ranges)| ranges.clone()).collect();
    let mut unwinder = Unwinder::new(&session.images, &session.memory);
    let since_ms = now_ms().saturating_sub(session.registry.changed_ms);
    let stopped = Stopped::all(session.pid())?;
    let mut active = Vec::new();
    for thread in &stopped.threads {
        let stack =
            thread.unwind_registers().map_or_else(Stack::default, |registers| unwinder.walk(registers));
        let known = if stack.complete { stack } else { Stack { complete: true, ..stack } };
        let found = stacks::active(&known, &groups);
        active.extend(found.into_iter().map(|index| Active {
            thread: thread.tid,
            function: old[index].0.clone(),
            since_ms,
        }));
    }
    Ok(active)
}

/// Names and code of all versions of functions that the running version replaced.
fn old_versions(registry: &Registry) -> Vec<(String, Vec<(u64, u64)>)> {
    let chain = registry.chain(registry.version);
    let newest = |identity: u64| {
        let own = chain.iter().rev().flat_map(|record| &record.entries);
        own.filter(|entry| entry.flags & kind::ORIGIN == 0 && entry.identity == identity)
            .map(|entry| entry.code)
            .next()
    };
    let mut old: Vec<(String, Vec<(u64, u64)>)> = Vec::new();
    for entry in registry.records.iter().flat_map(|record| &record.entries) {
        let current = newest(entry.identity).unwrap_or(entry.identity);
        let found = (entry.name.clone(), entry.extents.clone());
        if entry.code != current && !old.contains(&found) {
            old.push(found);
        }
    }
    old
}

fn state(record: &Record, version: u32) -> Option<&'static str> {
    match record.state {
        kind::ACTIVE if record.version == version => Some("active"),
        kind::ACTIVE => Some("superseded"),
        kind::ROLLED_BACK => Some("rolled-back"),
        _ => None,
    }
}

fn report(session: &Session, updating: bool, active: &[Active]) -> Report {
    let registry = &session.registry;
    let mut records: Vec<&Record> = registry.records.iter().collect();
    records.reverse();
    records.sort_by_key(|record| record.version);
    let listed = records.iter().filter_map(|record| Some((record, state(record, registry.version)?)));
    let patches: Vec<Value> = listed
        .clone()
        .map(|(record, state)| json!({ "version": record.version, "name": record.name, "state": state }))
        .collect();
    let functions: Vec<Value> = active
        .iter()
        .map(|active| json!({ "tid": active.thread, "function": active.function, "since_ms": active.since_ms }))
        .collect();
    let mut text = format!("{}: version {}", session.name(), registry.version);
    if updating {
        text += ", an update is under way";
    }
    for (record, state) in listed {
        text += &format!("\n  {} {} {state}", record.version, record.name);
    }
    for active in active {
        text += &format!(
            "\n  thread {} is in the old {} since {} ms",
            active.thread, active.function, active.since_ms
        );
    }
    let cells = registry.records.iter().flat_map(|record| &record.cells);
    let tracked: Vec<_> = cells.filter(|cell| updating && cell.flags & kind::TRACKED != 0).collect();
    for cell in &tracked {
        text += &format!("\n  {} is kept coherent, {} changes carried over", cell.name, cell.writes);
    }
    let variables: Vec<Value> =
        tracked.iter().map(|cell| json!({ "variable": cell.name, "writes": cell.writes })).collect();
    Report {
        pid: session.pid(),
        text,
        json: json!({
            "version": registry.version, "updating": updating, "patches": patches, "active": functions,
            "tracked": variables,
        }),
    }
}
