//! The command line.

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

/// Apply patches to live processes and take them back
#[derive(Debug, Parser)]
#[command(
    name = "polus",
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  polus check -p 812 fix.so              verify everything, touch nothing
  polus apply -p 812 fix.so              apply a patch to a running process
  polus apply --exe /usr/sbin/sshd fix.so   to every process of an executable
  polus status -p 812 --json             show versions and active old functions
  polus rollback -p 812                  take back the newest patch

Exit status: 0 done, 1 refused or given up (the process runs as before), 2 usage,
3 environment (no such process, not permitted), 5 kept: old functions still active."
)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
    /// Say less
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more: of each function how it is redirected and why, the plan step by step
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Apply a patch to running processes
    #[command(
        after_help = "Examples:\n  polus apply -p 812 fix.so\n  polus apply -p 812 813 --timeout 5 fix.so\n  polus apply --exe /usr/sbin/sshd --tree fix.so"
    )]
    Apply(Apply),
    /// Take back the newest patch, or go back to a version
    #[command(after_help = "Examples:\n  polus rollback -p 812\n  polus rollback -p 812 --to 0")]
    Rollback(Rollback),
    /// Show versions, patches and active old functions
    #[command(after_help = "Examples:\n  polus status -p 812\n  polus status --exe /usr/sbin/sshd --json")]
    Status(Status),
    /// Verify everything that apply verifies before it touches a process
    #[command(after_help = "Example:\n  polus check -p 812 fix.so")]
    Check(Check),
    /// Show what a patch contains
    #[command(after_help = "Example:\n  polus dump fix.so")]
    Dump(Dump),
    /// Print the man page, or write a page a command into a folder
    #[command(hide = true)]
    Man {
        /// Where the pages go
        folder: Option<PathBuf>,
    },
    /// Print completions for a shell
    #[command(hide = true)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Which processes.
#[derive(Clone, Debug, Args)]
pub struct Targets {
    /// Processes to work on
    #[arg(short, long = "pid", value_name = "PID", num_args = 1..)]
    pub pids: Vec<String>,
    /// Every process of this executable
    #[arg(long, value_name = "PATH")]
    pub exe: Option<PathBuf>,
    /// Their descendants too
    #[arg(long)]
    pub tree: bool,
    /// Separate debug file or unstripped twin of the running executable
    #[arg(long, value_name = "FILE")]
    pub debug_file: Option<PathBuf>,
    /// Print a machine-readable result
    #[arg(long)]
    pub json: bool,
}

/// How a change is made.
#[derive(Clone, Debug, Args)]
pub struct Conduct {
    /// Give up when old functions stay active longer than this
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub timeout: std::time::Duration,
    /// What happens then
    #[arg(long, value_enum, default_value = "rollback")]
    pub on_timeout: OnTimeout,
    /// Change those processes that can be changed, instead of all or none
    #[arg(long)]
    pub best_effort: bool,
}

/// What happens at the timeout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnTimeout {
    /// Take the update back
    Rollback,
    /// Leave both versions coherent and go on in the background
    Keep,
}

/// Arguments of `apply`.
#[derive(Debug, Args)]
pub struct Apply {
    /// Processes
    #[command(flatten)]
    pub targets: Targets,
    /// How
    #[command(flatten)]
    pub conduct: Conduct,
    /// The patch, a shared object
    #[arg(value_name = "PATCH.so")]
    pub patch: Option<PathBuf>,
}

/// Arguments of `rollback`.
#[derive(Debug, Args)]
pub struct Rollback {
    /// Processes
    #[command(flatten)]
    pub targets: Targets,
    /// How
    #[command(flatten)]
    pub conduct: Conduct,
    /// Go back to version N; 0 is as started
    #[arg(long, value_name = "N")]
    pub to: Option<u32>,
}

/// Arguments of `status`.
#[derive(Debug, Args)]
pub struct Status {
    /// Processes
    #[command(flatten)]
    pub targets: Targets,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Processes
    #[command(flatten)]
    pub targets: Targets,
    /// The patch, a shared object
    #[arg(value_name = "PATCH.so")]
    pub patch: Option<PathBuf>,
}

/// Arguments of `dump`.
#[derive(Debug, Args)]
pub struct Dump {
    /// The patch, a shared object
    #[arg(value_name = "PATCH.so")]
    pub patch: PathBuf,
    /// Print it machine-readably
    #[arg(long)]
    pub json: bool,
}

/// Parses a command line. `-p` takes several numbers, so that it also swallows a
/// patch that follows them; that one is given back.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let mut cli = Cli::try_parse_from(arguments)?;
    match &mut cli.command {
        Command::Apply(apply) => give_back(&mut apply.targets, &mut apply.patch)?,
        Command::Check(check) => give_back(&mut check.targets, &mut check.patch)?,
        _ => {}
    }
    match &cli.command {
        Command::Apply(Apply { targets, .. })
        | Command::Check(Check { targets, .. })
        | Command::Rollback(Rollback { targets, .. })
        | Command::Status(Status { targets }) => check_targets(targets)?,
        _ => {}
    }
    Ok(cli)
}

fn usage(kind: ErrorKind, message: impl std::fmt::Display) -> clap::Error {
    Cli::command().error(kind, message)
}

fn give_back(targets: &mut Targets, patch: &mut Option<PathBuf>) -> Result<(), clap::Error> {
    let swallowed = |text: &String| text.parse::<i64>().is_err();
    if patch.is_none() && targets.pids.last().is_some_and(swallowed) {
        *patch = targets.pids.pop().map(PathBuf::from);
    }
    match patch {
        Some(_) => Ok(()),
        None => Err(usage(ErrorKind::MissingRequiredArgument, "the patch is missing: PATCH.so")),
    }
}

fn check_targets(targets: &Targets) -> Result<(), clap::Error> {
    if targets.pids.is_empty() && targets.exe.is_none() {
        return Err(usage(
            ErrorKind::MissingRequiredArgument,
            "no process is named: use -p PID or --exe PATH",
        ));
    }
    match targets.pids.iter().find(|text| !matches!(text.parse::<i32>(), Ok(1..))) {
        Some(text) => Err(usage(ErrorKind::InvalidValue, format!("`{text}` is no process number"))),
        None => Ok(()),
    }
}

impl Targets {
    /// The process numbers named by `-p`.
    pub fn numbers(&self) -> Vec<i32> {
        self.pids.iter().filter_map(|text| text.parse().ok()).collect()
    }
}

fn seconds(text: &str) -> Result<std::time::Duration, String> {
    let number: f64 = text.parse().map_err(|_| format!("`{text}` is no number of seconds"))?;
    std::time::Duration::try_from_secs_f64(number).map_err(|error| error.to_string())
}
