//! `polus-carried`: which changed types of a pair a patch carries, and what stands in the way of the others.

use clap::Parser;
use polus_benches::carried::run::{End, Pair, run};
use polus_benches::carried::table::{HEADER, details, row};
use polus_benches::carried::types::types;
use polus_benches::figures::table;
use polus_benches::program;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Run polusc from OLD to NEW, and tell which changed types its patch carries.
///
/// Exit status: 0 measured, 1 polusc ended as it never should (a crash, no end in time, a refusal
/// without a reason, a patch that gcc refuses), 2 usage, 3 environment.
#[derive(Parser)]
#[command(name = "polus-carried", version)]
struct Arguments {
    /// The version that runs; without OLD and NEW, --head alone prints the head of the table.
    #[arg(required_unless_present = "head")]
    old: Option<PathBuf>,
    /// The version that is to run.
    #[arg(required_unless_present = "head")]
    new: Option<PathBuf>,
    /// The executable of the old version.
    #[arg(long)]
    binary: Option<PathBuf>,
    /// Which program of the captures.
    #[arg(long)]
    program: Option<String>,
    /// The pair's name.
    #[arg(long)]
    name: Option<String>,
    /// The polusc to measure (default: the one beside this program).
    #[arg(long)]
    polusc: Option<PathBuf>,
    /// Leave patch.c, report.json and refusals.txt in this folder.
    #[arg(long)]
    keep: Option<PathBuf>,
    /// Seconds after which polusc is stopped.
    #[arg(long, default_value_t = 600)]
    timeout: u64,
    /// Print the row of the table alone.
    #[arg(long)]
    row: bool,
    /// Print the head of the table, and stop.
    #[arg(long)]
    head: bool,
    /// Further words for polusc's command line.
    #[arg(last = true)]
    options: Vec<String>,
}

fn main() -> ExitCode {
    match measure(Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(message) => {
            eprintln!("polus-carried: {message}");
            ExitCode::from(3)
        }
    }
}

fn measure(arguments: Arguments) -> Result<bool, String> {
    let (Some(old), Some(new)) = (&arguments.old, &arguments.new) else {
        println!("| {} |\n|{}", HEADER.join(" | "), " --- |".repeat(HEADER.len()));
        return Ok(true);
    };
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = arguments.keep.as_deref().unwrap_or(scratch.path());
    let mut options: Vec<String> = vec![];
    if let Some(program) = &arguments.program {
        options.extend(["--program".into(), program.clone()]);
    }
    if let Some(binary) = &arguments.binary {
        options.extend(["--binary".into(), binary.to_string_lossy().into_owned()]);
    }
    options.extend(arguments.options);
    let polusc = arguments.polusc.unwrap_or_else(|| program("polusc"));
    let deadline = Duration::from_secs(arguments.timeout);
    let ran = run(&polusc, &Pair { old, new, options: &options, folder, deadline })?;
    let types = types(&ran);
    let name = arguments.name.or(arguments.program).unwrap_or_else(|| "pair".into());
    let row = row(&name, &ran, &types);
    if arguments.row {
        println!("| {} |", row.join(" | "));
    } else {
        println!("{}", details(&name, &ran, &types));
        table(&HEADER, &[row]);
    }
    Ok(!matches!(ran.end, End::Broken(_) | End::Unreadable(_)))
}
