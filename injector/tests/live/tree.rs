//! Versions of a program in several files: folders `old`, `new`, … with the compilation database
//! that a build system would write.

use crate::case::Result;
use std::fs;
use std::path::{Path, PathBuf};

/// What stands for version `name` of the case in `folder`: its file, or a copy of its folder below `output`.
pub fn version(folder: &Path, name: &str, output: &Path, command: &[String]) -> Result<PathBuf> {
    let file = folder.join(format!("{name}.c"));
    match folder.join(name).is_dir() {
        true => {
            copied(&folder.join(name), &output.join("tree").join(name), command).map_err(|e| e.to_string())
        }
        false => Ok(file),
    }
}

/// The C files of a version.
pub fn sources(version: &Path) -> Result<Vec<PathBuf>> {
    if !version.is_dir() {
        return Ok(vec![version.to_path_buf()]);
    }
    let entries = fs::read_dir(version).map_err(|error| format!("{}: {error}", version.display()))?;
    let files = entries.flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        files.filter(|file| file.extension().is_some_and(|end| end == "c")).collect();
    files.sort();
    Ok(files)
}

fn copied(from: &Path, to: &Path, compiler: &[String]) -> std::io::Result<PathBuf> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    let units = sources(to).map_err(std::io::Error::other)?;
    let command = |file: &PathBuf| {
        let arguments = [compiler, &["-c".to_string(), file.display().to_string()]];
        serde_json::json!({"directory": to, "file": file, "arguments": arguments.concat()})
    };
    let database = serde_json::Value::from_iter(units.iter().map(command));
    fs::write(to.join("compile_commands.json"), database.to_string())?;
    Ok(to.to_path_buf())
}
