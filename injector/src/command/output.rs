//! Results on standard output, diagnostics on standard error; text or JSON.

use crate::apply::commit::describe;
use crate::apply::inflight::Blocker;
use crate::cli::{Cli, Command};
use crate::error::Fault;
use indicatif::ProgressBar;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::time::Instant;

/// How much is said, and how.
pub struct Output {
    json: bool,
    quiet: bool,
    /// The plan is shown.
    pub verbose: bool,
    start: Instant,
    progress: ProgressBar,
}

/// What is known about one process at the end.
pub struct Report {
    /// Process number; 0 for what concerns none.
    pub pid: i32,
    /// One sentence for people.
    pub text: String,
    /// Keys for machines, `pid` left out.
    pub json: Value,
}

impl Output {
    /// As the command line wishes.
    pub fn new(cli: &Cli, start: Instant) -> Output {
        let json = match &cli.command {
            Command::Apply(arguments) => arguments.targets.json,
            Command::Rollback(arguments) => arguments.targets.json,
            Command::Status(arguments) => arguments.targets.json,
            Command::Check(arguments) => arguments.targets.json,
            Command::Dump(arguments) => arguments.json,
            Command::Man { .. } | Command::Completions { .. } => false,
        };
        Output { json, quiet: cli.quiet, verbose: cli.verbose, start, progress: progress(cli.quiet || json) }
    }

    /// Microseconds since the command began.
    pub fn total_us(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// A diagnostic.
    pub fn error(&self, fault: &Fault) {
        diagnose("error", &fault.what);
        if !fault.hint.is_empty() {
            diagnose("  help", &fault.hint);
        }
    }

    /// Something the user should know about.
    pub fn warning(&self, text: &str) {
        diagnose("warning", text);
    }

    /// Something that is only said when asked for.
    pub fn detail(&self, text: impl std::fmt::Display) {
        if self.verbose {
            diagnose("note", &text.to_string());
        }
    }

    /// Shows on a terminal what an update waits for.
    pub fn progress(&self, blockers: &[Blocker]) {
        let first = blockers.first().map(describe).unwrap_or_default();
        let more =
            if blockers.len() > 1 { format!(" and {} more", blockers.len() - 1) } else { String::new() };
        self.progress.set_message(format!("waiting: {first}{more}"));
        self.progress.tick();
    }

    /// Takes that line away.
    pub fn end_progress(&self) {
        self.progress.finish_and_clear();
    }

    /// The results: an object for one process, a list for several.
    pub fn results(&self, reports: Vec<Report>) {
        if self.json {
            let mut values: Vec<Value> = reports.into_iter().map(object).collect();
            let value = if values.len() == 1 { values.remove(0) } else { Value::Array(values) };
            self.print(&value.to_string());
        } else if !self.quiet {
            reports
                .iter()
                .filter(|report| !report.text.is_empty())
                .for_each(|report| self.print(&report.text));
        }
    }

    fn print(&self, text: &str) {
        // a reader that has gone away is no failure of the update
        let _ = writeln!(io::stdout(), "{text}");
    }
}

impl Report {
    /// The report of a process that could not be changed.
    pub fn fault(pid: i32, fault: &Fault) -> Report {
        Report {
            pid,
            text: String::new(),
            json: json!({ "error": fault.what, "help": fault.hint, "exit": fault.exit_code() }),
        }
    }
}

fn object(report: Report) -> Value {
    let mut value = report.json;
    if let Some(keys) = value.as_object_mut().filter(|_| report.pid != 0) {
        keys.insert("pid".to_string(), json!(report.pid));
    }
    value
}

fn progress(hidden: bool) -> ProgressBar {
    // the spinner draws on standard error, and only if that is a terminal
    if hidden { ProgressBar::hidden() } else { ProgressBar::new_spinner() }
}

fn diagnose(level: &str, text: &str) {
    let bold = "\x1b[1m";
    let reset = "\x1b[0m";
    // nobody is left to tell if standard error is gone; colours go only to terminals
    let _ = writeln!(anstream::stderr(), "{bold}{level}:{reset} {text}");
}
