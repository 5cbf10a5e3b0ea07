//! `polus-cc COMPILER ARGUMENTS…`: runs the compiler exactly as it would run without,
//! and records every compile and every link in a capture folder.

mod compile;
mod link;
mod place;
mod pull;
mod run;
mod symbols;

use place::Place;
use polusc::source::command::{Command, Mode, split};
use std::ffi::OsString;
use std::process::ExitCode;

const HELP: &str = "\
Run a compiler, and record what it compiles and links for polusc

Usage: polus-cc COMPILER [ARGUMENT]…

The compiler runs as it would without polus-cc. The records go to the folder that
POLUS_CAPTURE names; by default to polus-capture in the folder of the topmost make or
ninja, or in the working folder where there is none. polusc takes that folder.

Examples:
  make CC=\"polus-cc gcc\"
  ./configure CC=\"polus-cc gcc\" && make
  CC=\"polus-cc gcc\" cmake -B build && cmake --build build
  CC=\"polus-cc gcc\" meson setup build && ninja -C build

Options:
  -h, --help       Print help
  -V, --version    Print version
";

fn main() -> ExitCode {
    let mut words = std::env::args_os().skip(1);
    let Some(compiler) = words.next() else {
        eprint!("polus-cc: no compiler given\n\n{HELP}");
        return ExitCode::from(2);
    };
    match compiler.to_str() {
        Some("-h" | "--help") => print!("{HELP}"),
        Some("-V" | "--version") => println!("polus-cc {}", env!("CARGO_PKG_VERSION")),
        Some(option) if option.starts_with('-') => {
            eprintln!("polus-cc: unknown option {option}; see polus-cc --help");
            return ExitCode::from(2);
        }
        _ => return build(compiler, words.collect()),
    }
    ExitCode::SUCCESS
}

/// Runs the compiler; what is to be recorded is preprocessed meanwhile.
fn build(compiler: OsString, arguments: Vec<OsString>) -> ExitCode {
    let Some((place, command)) = understand(&compiler, &arguments) else {
        return run::replace(&compiler, &arguments);
    };
    let child = match run::spawn(&compiler, &arguments) {
        Ok(child) => child,
        Err(error) => return run::not_found(&compiler, &error),
    };
    let texts = compile::texts(&place, &command);
    let status = run::wait(child);
    if status.success()
        && let Err(error) = record(&place, &command, texts)
    {
        eprintln!("polus-cc: warning: not recorded in {}: {error}", place.store.folder().display());
    }
    run::end(status)
}

/// The command, if there is anything to record.
fn understand(compiler: &OsString, arguments: &[OsString]) -> Option<(Place, Command)> {
    let directory = std::env::current_dir().ok()?;
    let words = std::iter::once(compiler).chain(arguments);
    let words: Vec<String> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    let (compiler, words) = split(&words)?;
    let command = Command::parse(&compiler, &words, &directory);
    if command.mode == Mode::Other || place::is_probe(&directory, &command) {
        return None;
    }
    Some((Place::find(directory, compiler), command))
}

fn record(place: &Place, command: &Command, texts: Vec<compile::Preprocessed>) -> std::io::Result<()> {
    let sources = compile::record(place, command, texts)?;
    if command.mode == Mode::Link { link::record(place, command, &sources) } else { Ok(()) }
}
