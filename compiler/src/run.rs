//! What each command does: the only place of polusc that writes files and chooses exit statuses.

use crate::cli::{Cli, Command, Construct, Stage, VersionArgs};
use crate::construct::{self, Analysis, Inputs, Pair};
use crate::diag::{self, Diagnostic, Failure, Result};
use crate::merge;
use crate::patch::{self, history::History};
use crate::running::Running;
use crate::source::Members;
use crate::{relations, report};
use clap::{CommandFactory, Parser};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// How a command ended well.
enum Outcome {
    Done,
    NothingChanged,
}

/// Parses the command line and runs it.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Some(warning) = polus_runtime::rules::switch_off_named() {
        eprintln!("polusc: {warning}");
    }
    let outcome = crate::text::big_stack(|| match cli.command {
        Some(Command::Merge { input, output, program, cflags }) => {
            merge_command(&input, output.as_deref(), program, cflags)
        }
        Some(Command::Diff { versions }) => diff_command(&versions),
        Some(Command::Man { folder }) => man(folder.as_deref()),
        Some(Command::Completions { shell }) => {
            clap_complete::generate(shell, &mut Cli::command(), "polusc", &mut std::io::stdout());
            Ok(Outcome::Done)
        }
        None => construct_command(&cli.construct),
    });
    match outcome {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::NothingChanged) => {
            eprintln!("polusc: nothing changed; no patch written");
            ExitCode::from(4)
        }
        Err(failure) => fail(failure),
    }
}

fn fail(failure: Failure) -> ExitCode {
    match failure {
        Failure::Refused(told) => {
            tell(&told);
            ExitCode::from(1)
        }
        Failure::Usage(message) => {
            eprintln!("polusc: {message}\nTry 'polusc --help'.");
            ExitCode::from(2)
        }
        Failure::Environment(message) => {
            eprintln!("polusc: {message}");
            ExitCode::from(3)
        }
    }
}

fn tell(told: &[Diagnostic]) {
    let color = std::io::stderr().is_terminal();
    for diagnostic in told {
        eprintln!("{}", diag::render(diagnostic, color));
    }
}

fn man(folder: Option<&Path>) -> Result<Outcome> {
    let written = match folder {
        Some(folder) => clap_mangen::generate_to(Cli::command(), folder),
        None => clap_mangen::Man::new(Cli::command()).render(&mut std::io::stdout()),
    };
    written.map_err(|e| Failure::Environment(e.to_string()))?;
    Ok(Outcome::Done)
}

fn write_out(output: Option<&Path>, text: &str) -> Result<()> {
    match output {
        Some(path) => write_file(path, text),
        None => std::io::stdout().write_all(text.as_bytes()).map_err(|e| Failure::Environment(e.to_string())),
    }
}

/// Whole or not at all; what is no file, such as /dev/null, stays what it is.
fn write_file(path: &Path, text: &str) -> Result<()> {
    if path.exists() && !path.is_file() {
        return std::fs::write(path, text).map_err(|e| Failure::io(path, &e));
    }
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|e| Failure::io(path, &e))?;
    file.write_all(text.as_bytes()).map_err(|e| Failure::io(path, &e))?;
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    file.as_file().set_permissions(mode).map_err(|e| Failure::io(path, &e))?;
    file.persist(path).map_err(|e| Failure::io(path, &e.error))?;
    Ok(())
}

fn merge_command(
    input: &Path,
    output: Option<&Path>,
    program: Option<String>,
    cflags: Vec<String>,
) -> Result<Outcome> {
    let inputs = Inputs { program, cflags, ..Inputs::default() };
    let loaded = construct::load(input, &inputs, Members::All, None)?;
    // What libclang cannot read is written nevertheless, so that it can be seen.
    let (unit, told) = match construct::read(&loaded.tree) {
        Ok((program, told)) => (program.unit, told),
        Err(_) => merge::merge(&loaded.tree)?,
    };
    tell(&loaded.notes);
    tell(&told);
    write_out(output, &merge::emit(&unit, true))?;
    Ok(Outcome::Done)
}

fn inputs(versions: &VersionArgs) -> Result<Inputs> {
    let (Some(old), Some(new)) = (versions.old.clone(), versions.new.clone()) else {
        return Err(Failure::Usage("two versions are needed: OLD and NEW".into()));
    };
    Ok(Inputs {
        old,
        new,
        binary: versions.binary.clone(),
        debug_file: versions.debug_file.clone(),
        program: versions.program.clone(),
        cflags: versions.cflags.clone(),
        adopt: versions.adopt.clone(),
        callbacks: versions.callbacks.clone(),
        strategies: versions.strategy.iter().map(|choice| strategy(choice)).collect::<Result<_>>()?,
    })
}

/// `TYPE=migrate` or `TYPE=extend`.
fn strategy(choice: &str) -> Result<(String, bool)> {
    match choice.split_once('=') {
        Some((name, how @ ("migrate" | "extend"))) => Ok((name.trim().to_string(), how == "extend")),
        _ => Err(Failure::Usage(format!("--strategy {choice}: expected TYPE=migrate or TYPE=extend"))),
    }
}

fn diff_command(versions: &VersionArgs) -> Result<Outcome> {
    let inputs = inputs(versions)?;
    let binary = construct::open_binary(&inputs)?;
    let history = History::default();
    let pair = construct::pair(&inputs, binary.as_ref(), &history)?;
    construct::settle(pair, &inputs, binary.as_ref(), &history, |pair, running, analysis| {
        tell(&pair.notes);
        if analysis.changes.is_empty() {
            return Ok(Outcome::NothingChanged);
        }
        write_out(None, &report::diff(pair, analysis, running))?;
        tell(&analysis.told);
        Ok(Outcome::Done)
    })
}

fn construct_command(arguments: &Construct) -> Result<Outcome> {
    let outcome = construct_patch(arguments);
    let written = matches!(outcome, Ok(Outcome::Done));
    if let (false, Some(output)) = (written, &arguments.output) {
        // An older patch left behind would be taken for the one that was refused.
        let _ = std::fs::remove_file(output);
    }
    outcome
}

fn construct_patch(arguments: &Construct) -> Result<Outcome> {
    let inputs = inputs(&arguments.versions)?;
    let binary = construct::open_binary(&inputs)?;
    let version_file = version_file(arguments);
    let history = read_history(&version_file)?;
    let pair = construct::pair(&inputs, binary.as_ref(), &history)?;
    if arguments.emit == Some(Stage::Merged) {
        write_out(arguments.output.as_deref(), &(pair.old.unit.text.clone() + "\n" + &pair.new.unit.text))?;
        return Ok(Outcome::Done);
    }
    construct::settle(pair, &inputs, binary.as_ref(), &history, |pair, running, analysis| {
        write_views(arguments, pair, analysis, running)?;
        tell(&pair.notes);
        tell(&analysis.told);
        if let Some(text) = stage_text(arguments.emit, pair, analysis) {
            write_out(arguments.output.as_deref(), &text)?;
            return Ok(Outcome::Done);
        }
        if analysis.changes.is_empty() {
            return Ok(Outcome::NothingChanged);
        }
        let (patch, step) = construct::assemble(pair, analysis, running, &history)?;
        if arguments.emit == Some(Stage::Patch) {
            write_out(arguments.output.as_deref(), &format!("{patch:#?}\n"))?;
            return Ok(Outcome::Done);
        }
        write_out(arguments.output.as_deref(), &patch::render(&patch))?;
        let mut history = history.clone();
        history.unit = history.unit.or_else(|| pair.unit.clone());
        history.record(step);
        write_file(&version_file, &history.render())?;
        Ok(Outcome::Done)
    })
}

fn write_views(
    arguments: &Construct,
    pair: &Pair,
    analysis: &Analysis,
    running: Option<&Running>,
) -> Result<()> {
    if let Some(path) = &arguments.report {
        let report = report::json(pair, analysis, running, &pair.notes);
        write_file(path, &(serde_json::to_string_pretty(&report).expect("plain data") + "\n"))?;
    }
    if let Some(path) = &arguments.graph {
        let graph = relations::graph(&pair.new, &analysis.changes, &analysis.relations);
        let text = match path.extension().and_then(|e| e.to_str()) {
            Some("svg") => relations::svg(&graph),
            Some("dot") => relations::dot(&graph),
            _ => return Err(Failure::Usage(format!("--graph {}: expected .dot or .svg", path.display()))),
        };
        write_file(path, &text)?;
    }
    Ok(())
}

fn stage_text(stage: Option<Stage>, pair: &Pair, analysis: &Analysis) -> Option<String> {
    Some(match stage? {
        Stage::Model => format!("old:\n{}\nnew:\n{}", report::model(&pair.old), report::model(&pair.new)),
        Stage::Changes => report::changes(pair, analysis),
        Stage::Relations => report::relations(pair, analysis),
        Stage::Merged | Stage::Patch => return None,
    })
}

/// `polus.versions` beside the output, unless named.
fn version_file(arguments: &Construct) -> PathBuf {
    let beside = |output: &PathBuf| output.with_file_name("polus.versions");
    let default = || arguments.output.as_ref().map_or_else(|| PathBuf::from("polus.versions"), beside);
    arguments.version_file.clone().unwrap_or_else(default)
}

fn read_history(path: &Path) -> Result<History> {
    match std::fs::read_to_string(path) {
        Ok(text) => History::parse(&text)
            .map_err(|e| Failure::Environment(format!("{}: no version file: {e}", path.display()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(History::default()),
        Err(error) => Err(Failure::io(path, &error)),
    }
}
