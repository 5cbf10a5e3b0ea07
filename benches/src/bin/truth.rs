//! `polus-truth`: the functions that a patch replaces against what the objects of both builds say.

use clap::Parser;
use polus_benches::figures::table;
use polus_benches::program;
use polus_benches::truth::build::{Builder, Program};
use polus_benches::truth::judge::judge;
use polus_benches::truth::replaced;
use polus_benches::truth::table::{About, HEADER, details, missing, row};
use polusc::diag::Failure;
use polusc::source::{self, Select};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

/// Compare the functions that a patch from OLD to NEW replaces with what the code of both builds says.
///
/// Both inputs are what polusc takes: captures of polus-cc, or single C files. Each unit is compiled
/// anew as its build did, each function in a section of its own. Exit status: 0 nothing is missing,
/// 1 a function whose code differs is not in the patch, 2 usage, 3 environment.
#[derive(Parser)]
#[command(name = "polus-truth", version)]
struct Arguments {
    /// The version that runs.
    old: PathBuf,
    /// The version that is to run.
    new: PathBuf,
    /// The executable of the old version; without it the patch holds what the sources tell.
    #[arg(long)]
    binary: Option<PathBuf>,
    /// A report of polusc's that was made before, instead of running it.
    #[arg(long)]
    report: Option<PathBuf>,
    /// Which program of the captures.
    #[arg(long)]
    program: Option<String>,
    /// The pair's name in the table.
    #[arg(long)]
    name: Option<String>,
    /// List every extra and every allowed difference.
    #[arg(short, long)]
    verbose: bool,
    /// Print the row of the table alone.
    #[arg(long)]
    row: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(message) => {
            eprintln!("polus-truth: {message}");
            ExitCode::from(3)
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let (old, new) = (load(&arguments.old, arguments)?, load(&arguments.new, arguments)?);
    let (report, written, construction) = construct(arguments, folder.path())?;
    let patch = replaced::read(&report)?;
    let verdict = judge(&Builder::new(folder.path()), [&old, &new], &patch)?;
    let program = report["program"].as_str().unwrap_or("program");
    let name = arguments.name.as_deref().unwrap_or(program);
    let about = About { name, units: old.units.len().max(new.units.len()), written, construction };
    let row = row(&about, &verdict);
    if arguments.row {
        println!("| {} |", row.join(" | "));
    } else {
        table(&HEADER, &[row]);
    }
    if arguments.verbose {
        print!("{}", details(&verdict));
    }
    eprint!("{}", missing(&verdict));
    Ok(verdict.missing.is_empty())
}

fn load(input: &Path, arguments: &Arguments) -> Result<Program, String> {
    let of_binary = || arguments.binary.as_ref()?.file_name()?.to_str().map(String::from);
    let select = Select { program: arguments.program.clone().or_else(of_binary), ..Select::default() };
    let loaded = source::load(input, &select, &[]).map_err(|failure| match failure {
        Failure::Usage(message) | Failure::Environment(message) => message,
        Failure::Refused(told) => told.iter().map(|d| d.title.clone()).collect::<Vec<_>>().join("\n"),
    })?;
    let root = loaded.tree.root.to_string_lossy().into_owned();
    let units = loaded.tree.units.into_iter().map(|unit| (unit.path.clone(), unit)).collect();
    Ok(Program { root, units })
}

/// Runs polusc; gives its report, whether it wrote a patch, and its time.
fn construct(arguments: &Arguments, folder: &Path) -> Result<(serde_json::Value, bool, Duration), String> {
    if let Some(path) = &arguments.report {
        return Ok((read(path)?, true, Duration::ZERO));
    }
    let report = folder.join("report.json");
    let mut polusc = Command::new(program("polusc"));
    polusc.args([&arguments.old, &arguments.new]).arg("--report").arg(&report);
    polusc.arg("-o").arg(folder.join("patch.c")).arg("--versions").arg(folder.join("versions"));
    if let Some(binary) = &arguments.binary {
        polusc.arg("--binary").arg(binary);
    }
    if let Some(program) = &arguments.program {
        polusc.arg("--program").arg(program);
    }
    let begin = Instant::now();
    let done = polusc.output().map_err(|error| format!("polusc: {error}"))?;
    let construction = begin.elapsed();
    // A refusal comes after the report; 4 is "nothing changed", which a report says as well.
    if !report.exists() {
        return Err(format!("polusc made no report:\n{}", String::from_utf8_lossy(&done.stderr)));
    }
    Ok((read(&report)?, done.status.code() != Some(1), construction))
}

fn read(report: &Path) -> Result<serde_json::Value, String> {
    let text = std::fs::read(report).map_err(|error| format!("{}: {error}", report.display()))?;
    serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", report.display()))
}
