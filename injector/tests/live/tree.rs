//! Programs of several files: a folder of C files with the compilation database of a build system.

use crate::case::Result;
use std::fs;
use std::path::{Path, PathBuf};

/// Copies the files of a folder, and writes their compilation database.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    let told = |error: std::io::Error| format!("{}: {error}", from.display());
    fs::create_dir_all(to).map_err(told)?;
    for entry in fs::read_dir(from).map_err(told)?.flatten() {
        fs::copy(entry.path(), to.join(entry.file_name())).map_err(told)?;
    }
    let entries: Vec<String> = sources(to)?.iter().map(|source| entry(to, source)).collect();
    fs::write(to.join("compile_commands.json"), format!("[{}]", entries.join(",\n"))).map_err(told)
}

/// The C files of a folder.
pub fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let files = entries.flatten().map(|entry| entry.path());
    let mut sources: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|end| end == "c")).collect();
    sources.sort();
    Ok(sources)
}

fn entry(folder: &Path, source: &Path) -> String {
    let name = source.file_name().unwrap_or_default().to_string_lossy();
    let folder = folder.display();
    format!(r#"{{"directory": "{folder}", "file": "{name}", "arguments": ["gcc", "-O2", "-c", "{name}"]}}"#)
}
