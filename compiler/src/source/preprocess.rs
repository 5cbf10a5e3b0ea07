//! Runs the C preprocessor, and turns what it rejects into diagnostics.

use super::command::split;
use super::text;
use crate::diag::{Diagnostic, Failure, Place, Result};
use std::path::Path;
use std::process::{Command, Stdio};

/// The compiler for plain sources, and arguments that belong to it: `$CC`, or gcc.
pub fn default_compiler() -> (String, Vec<String>) {
    let given = std::env::var("CC").ok().and_then(|given| shlex::split(&given));
    given.and_then(|words| split(&words)).unwrap_or_else(|| ("gcc".to_string(), vec![]))
}

/// Preprocesses with `compiler arguments…` in `directory`; `arguments` say `-E`.
pub fn preprocess(compiler: &str, arguments: &[String], directory: &Path) -> Result<String> {
    let output = Command::new(compiler)
        .args(arguments)
        .current_dir(directory)
        .env("LC_ALL", "C")
        .env_remove("DEPENDENCIES_OUTPUT")
        .env_remove("SUNPRO_DEPENDENCIES")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| no_compiler(compiler, directory, &error))?;
    if output.status.success() {
        return Ok(text::decode(output.stdout));
    }
    Err(Failure::Refused(diagnostics(&String::from_utf8_lossy(&output.stderr), compiler, directory)))
}

fn no_compiler(compiler: &str, directory: &Path, error: &std::io::Error) -> Failure {
    if !directory.is_dir() {
        return Failure::Environment(format!("{}: no such folder to compile in", directory.display()));
    }
    Failure::Environment(format!(
        "cannot run the C compiler `{compiler}`: {error}; install gcc, or name another in CC"
    ))
}

/// One diagnostic for each error the compiler printed.
fn diagnostics(messages: &str, compiler: &str, directory: &Path) -> Vec<Diagnostic> {
    let mut found = vec![];
    let mut included = vec![];
    for line in messages.lines() {
        if let Some(place) = inclusion(line) {
            included.push(format!("included from {place}"));
        } else if let Some((place, message)) = located(line, directory) {
            let diagnostic = Diagnostic::error(message.clone()).at(place, "the preprocessor stops here");
            found.push(std::mem::take(&mut included).into_iter().fold(diagnostic, Diagnostic::note));
        }
    }
    if found.is_empty() {
        let title = format!("`{compiler} -E` failed without naming a place");
        found.push(messages.lines().fold(Diagnostic::error(title), Diagnostic::note));
    }
    found
}

/// `In file included from a.h:3,` and `                 from b.c:1:`.
fn inclusion(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("In file included").unwrap_or(line).trim_start();
    rest.strip_prefix("from ").map(|place| place.trim_end_matches([',', ':']))
}

/// `FILE:LINE[:COLUMN]: [fatal ]error: MESSAGE`.
fn located(line: &str, directory: &Path) -> Option<(Place, String)> {
    let (head, message) = [": fatal error: ", ": error: "].iter().find_map(|mark| line.split_once(mark))?;
    let mut parts = head.rsplitn(3, ':').collect::<Vec<_>>();
    if parts.len() == 2 || parts.get(1)?.parse::<u32>().is_err() {
        let (file, line) = head.rsplit_once(':')?;
        parts = vec!["1", line, file];
    }
    let (column, line, file) = (parts[0].parse().ok()?, parts[1].parse().ok()?, parts[2].to_string());
    let text = line_of(&directory.join(&file), line);
    Some((Place { file, line, column, text, width: 1 }, message.to_string()))
}

fn line_of(file: &Path, line: u32) -> String {
    let bytes = std::fs::read(file).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    text.lines().nth(line as usize - 1).unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_get_their_places() {
        let messages = "In file included from b.h:2,\n                 from a.c:1:\nc.h:7:10: fatal error: x.h: \
                        No such file or directory\n    7 | #include \"x.h\"\na.c:3: error: unterminated #if\n";
        let found = diagnostics(messages, "gcc", Path::new("/none"));
        let places: Vec<_> =
            found.iter().map(|d| &d.labels[0].place).map(|p| (&*p.file, p.line, p.column)).collect();
        assert_eq!(places, [("c.h", 7, 10), ("a.c", 3, 1)]);
        assert_eq!(found[0].notes, ["included from b.h:2", "included from a.c:1"]);
        assert_eq!(found[0].title, "x.h: No such file or directory");
    }

    #[test]
    fn a_failure_without_a_place_is_told_whole() {
        let found = diagnostics("gcc: error: unrecognized option '--nope'\n", "gcc", Path::new("/"));
        assert_eq!(found[0].notes, ["gcc: error: unrecognized option '--nope'"]);
    }
}
