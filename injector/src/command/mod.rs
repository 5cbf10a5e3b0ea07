//! The commands: each one says which stages run, and what is printed.

mod apply;
mod check;
mod dump;
mod output;
mod rollback;
mod status;
mod targets;
mod transaction;

use crate::cli::{self, Cli, Command};
use clap::CommandFactory;
use output::Output;
use std::ffi::OsString;
use std::io::{self, Write};
use std::time::Instant;

/// Exit status of wrong usage.
const USAGE: u8 = 2;

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
    let output = Output::new(&cli, start);
    if let Some(warning) = polus_runtime::rules::switch_off_named() {
        eprintln!("polus: {warning}");
    }
    match &cli.command {
        Command::Apply(arguments) => apply::run(arguments, &output),
        Command::Rollback(arguments) => rollback::run(arguments, &output),
        Command::Status(arguments) => status::run(arguments, &output),
        Command::Check(arguments) => check::run(arguments, &output),
        Command::Dump(arguments) => dump::run(arguments, &output),
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
