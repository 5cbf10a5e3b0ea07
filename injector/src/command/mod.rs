//! The commands: each one says which stages run, and what is printed.

mod apply;
mod background;
mod check;
mod dump;
mod keeper;
mod output;
mod recovery;
mod rollback;
mod settle;
mod status;
mod targets;
mod transaction;

use crate::cli::{self, Apply, Cli, Command, Rollback, Targets};
use crate::error::Result;
use background::{Side, Worker};
use clap::CommandFactory;
use keeper::Resident;
use output::Output;
use std::ffi::OsString;
use std::io::{self, Write};
use std::time::Instant;

/// Exit status of wrong usage.
const USAGE: u8 = 2;
/// How many times the work of a command is taken over.
const DEATHS_MAX: u32 = 3;

/// Runs a command line; returns the exit status.
pub fn run(arguments: impl Iterator<Item = OsString>) -> u8 {
    let start = Instant::now();
    let cli = match cli::parse(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // nothing is left to report to if the terminal is gone
            let _ = error.print();
            return if error.use_stderr() { USAGE } else { 0 };
        }
    };
    if let Some(warning) = polus_runtime::rules::switch_off_named() {
        eprintln!("polus: {warning}");
    }
    match &cli.command {
        Command::Apply(Apply { targets, .. }) | Command::Rollback(Rollback { targets, .. }) => {
            change(&cli, targets, start)
        }
        // it may find something to repair, and to keep coherent from then on
        Command::Status(_) => answer(background::split(None), &cli, start),
        other => look(other, &Output::new(&cli, start)),
    }
}

/// Runs a command that changes processes, or has it run by whoever holds them already.
fn change(cli: &Cli, targets: &Targets, start: Instant) -> u8 {
    let kept = targets::select(targets).and_then(|pids| {
        pids.iter().for_each(|pid| keeper::await_orphan(*pid));
        keeper::pass_on(&pids)
    });
    let side = kept
        .and_then(|status| status.map_or_else(|| background::split(None), |status| Ok(Side::Waited(status))));
    answer(side, cli, start)
}

/// What this side of a command ends with.
fn answer(side: Result<Side>, cli: &Cli, start: Instant) -> u8 {
    let mut side = side;
    let mut deaths = 0;
    loop {
        let fault = match side {
            Ok(Side::Waited(status)) => return status,
            Ok(Side::Worker(worker)) => return work(cli, worker, start),
            Ok(Side::Bereft(legacy)) if deaths < DEATHS_MAX => {
                deaths += 1;
                side = background::split(Some(legacy));
                continue;
            }
            Ok(Side::Bereft(legacy)) => recovery::killed(&legacy),
            Err(fault) => fault,
        };
        let output = Output::new(cli, start);
        output.error(&fault);
        output.results(vec![output::Report::fault(0, &fault)]);
        return fault.exit_code();
    }
}

/// Does the work; stays in the background as long as something must be kept coherent.
fn work(cli: &Cli, mut worker: Worker, start: Instant) -> u8 {
    let mut residents = Vec::new();
    let status = match worker.legacy.take() {
        Some(legacy) => recovery::take_over(legacy, &Output::new(cli, start), &mut residents),
        None => run_change(cli, start, &mut residents),
    };
    if residents.is_empty() {
        worker.end(status);
        return status;
    }
    let listeners = keeper::listen(&residents);
    worker.detach(status);
    keeper::stay(&mut residents, listeners, &mut |arguments, residents| {
        let start = Instant::now();
        match cli::parse(arguments.into_iter()) {
            Ok(cli) => run_change(&cli, start, residents),
            Err(_) => USAGE,
        }
    });
    worker.end(status);
    status
}

fn run_change(cli: &Cli, start: Instant, residents: &mut Vec<Resident>) -> u8 {
    let output = Output::new(cli, start);
    match &cli.command {
        Command::Apply(arguments) => apply::run(arguments, &output, residents),
        Command::Rollback(arguments) => rollback::run(arguments, &output, residents),
        Command::Status(arguments) => status::run(arguments, &output, residents),
        other => look(other, &output),
    }
}

/// Runs a command that changes nothing.
fn look(command: &Command, output: &Output) -> u8 {
    match command {
        Command::Apply(_) | Command::Rollback(_) | Command::Status(_) => USAGE,
        Command::Check(arguments) => check::run(arguments, output),
        Command::Dump(arguments) => dump::run(arguments, output),
        Command::Man { folder } => generated(|out| match folder {
            Some(folder) => clap_mangen::generate_to(Cli::command(), folder),
            None => clap_mangen::Man::new(Cli::command()).render(out),
        }),
        Command::Completions { shell } => generated(|out| {
            clap_complete::generate(*shell, &mut Cli::command(), "polus", out);
            Ok(())
        }),
    }
}

fn generated(generate: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> u8 {
    let mut text = Vec::new();
    let written = generate(&mut text).and_then(|()| io::stdout().write_all(&text));
    if written.is_ok() { 0 } else { 3 }
}
