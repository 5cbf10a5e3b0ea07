//! Records what a command compiles.

use crate::place::{Place, now};
use polusc::source::command::{Command, Language, Mode, Source};
use polusc::source::record::{Compile, Text, digest};
use std::io;
use std::process::Stdio;
use std::thread::JoinHandle;

/// The text of one source, on its way.
pub struct Preprocessed {
    source: Source,
    text: JoinHandle<Result<Vec<u8>, String>>,
}

/// Starts to preprocess the command's C sources.
pub fn texts(place: &Place, command: &Command) -> Vec<Preprocessed> {
    let start = |source: &Source| {
        let (compiler, arguments) = (place.compiler.clone(), command.preprocess(source));
        let why_not = match (source.language, source.path.as_str()) {
            (Language::C, "-") => Some("it was read from standard input"),
            (Language::C, _) => None,
            _ => Some("it is no C"),
        };
        let text = std::thread::spawn(move || match why_not {
            Some(why) => Err(why.to_string()),
            None => preprocess(&compiler, &arguments),
        });
        Preprocessed { source: source.clone(), text }
    };
    command.sources.iter().map(start).collect()
}

/// The preprocessed text, or why there is none.
fn preprocess(compiler: &str, arguments: &[String]) -> Result<Vec<u8>, String> {
    let output = std::process::Command::new(compiler)
        .args(arguments)
        .env_remove("DEPENDENCIES_OUTPUT")
        .env_remove("SUNPRO_DEPENDENCIES")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(String::from_utf8_lossy(&output.stderr)
        .lines()
        .next()
        .unwrap_or("the preprocessor failed")
        .to_string())
}

/// Records each compile; gives the records' names in the order of the sources.
pub fn record(place: &Place, command: &Command, texts: Vec<Preprocessed>) -> io::Result<Vec<String>> {
    texts.into_iter().map(|text| record_one(place, command, text)).collect()
}

fn record_one(place: &Place, command: &Command, done: Preprocessed) -> io::Result<String> {
    let text = match done.text.join().unwrap_or_else(|_| Err("recording stopped".to_string())) {
        Ok(text) => Text::Stored(place.store.put_text(&text)?),
        Err(why) => Text::Missing(why),
    };
    let compiled = command.mode == Mode::Compile;
    let output = match &command.output {
        _ if compiled => command.object(&done.source),
        Some(output) => output.clone(),
        None => "a.out".to_string(),
    };
    let output = place.absolute(&output);
    // Nothing to compare with later where the object went to a pipe or /dev/null.
    let object = (compiled && output.is_file()).then(|| std::fs::read(&output)).transpose()?;
    place.store.put_compile(&Compile {
        top: place.top.clone(),
        beside: place.store.beside(),
        directory: place.directory.clone(),
        compiler: place.compiler.clone(),
        arguments: command.arguments.clone(),
        source: place.absolute(&done.source.path),
        language: done.source.language,
        output,
        object: object.map(|bytes| digest(&bytes)),
        text,
        time: now(),
    })
}
