//! `polus check`: facts and plan, as `apply` makes them, and the state of entries.

use crate::apply::Session;
use crate::cli::Check;
use crate::command::apply::plan;
use crate::command::output::{Output, Report};
use crate::command::targets;
use crate::error::{Fault, Result};
use crate::facts::patch_file::{self, PatchFile};
use crate::facts::process;
use crate::plan::load::Place;
use crate::plan::{explain, verify};
use polus_runtime::abi::kind;
use serde_json::json;
use std::path::Path;

/// Runs the command; returns the exit status.
pub fn run(arguments: &Check, output: &Output) -> u8 {
    let prepared = arguments
        .patch
        .as_deref()
        .ok_or_else(|| Fault::refused("no patch is named"))
        .and_then(patch_file::read)
        .and_then(|patch| Ok((patch, targets::select(&arguments.targets)?)));
    let (patch, pids) = match prepared {
        Ok(prepared) => prepared,
        Err(fault) => {
            output.error(&fault);
            output.results(vec![Report::fault(0, &fault)]);
            return fault.exit_code();
        }
    };
    let mut exit = 0;
    let mut reports = Vec::new();
    for pid in pids {
        match check(pid, &patch, arguments.targets.debug_file.as_deref(), output) {
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

fn check(pid: i32, patch: &PatchFile, debug_file: Option<&Path>, output: &Output) -> Result<Report> {
    let session = Session::look(pid)?;
    process::check_untraced(pid)?;
    if session.registry.state != kind::IDLE {
        return Err(Fault::refused(format!("{}: an update is under way or was interrupted", session.name()))
            .hint("`polus status` repairs it"));
    }
    let program = session.program(debug_file)?;
    if let Some(why) = program.cannot_tell_types().filter(|_| !patch.tables.layouts.is_empty()) {
        output.warning(&format!(
            "{}: the patch's types are not compared with the process's: {why}",
            session.name()
        ));
    }
    verify::layouts(&program, patch)
        .map_err(|fault| fault.within(format!("{}: {}", session.name(), patch.name)))?;
    let plan = plan(&session, patch, debug_file)?;
    entries_are_ours(&session, &plan)?;
    let functions = explain(patch, &plan, &session.registry);
    let mut text = format!("{}: {} can be applied", session.name(), patch.name);
    if output.verbose {
        functions.iter().for_each(|function| text += &format!("\n{function}"));
    }
    let version = session.registry.version;
    Ok(Report {
        pid,
        text,
        json: json!({ "patch": patch.name, "version": version, "applicable": true, "functions": functions }),
    })
}

/// The executable's entries hold its own code, or a jump of ours.
pub fn entries_are_ours(session: &Session, plan: &crate::plan::Load) -> Result<()> {
    let touched = |address: u64| {
        session.registry.records.iter().flat_map(|record| &record.entries).any(|entry| entry.code == address)
    };
    for entry in
        plan.entries.iter().filter(|entry| entry.flags & (kind::ORIGIN | kind::KEEPS_ENTRY) == kind::ORIGIN)
    {
        let Place::Process(address) = entry.code else { continue };
        let found = session.memory.read(address, entry.original.len())?;
        if found != entry.original && !touched(address) {
            return Err(Fault::refused(format!(
                "{}: the entry of `{}` at {address:#x} was changed by somebody else: {found:02x?}",
                session.name(),
                entry.name
            )));
        }
    }
    Ok(())
}
