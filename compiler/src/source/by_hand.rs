//! The callbacks file, preprocessed as the program's units were.

use super::flags::{path_in, width};
use super::preprocess::preprocess;
use super::text::absolute;
use super::{Tree, Unit};
use crate::diag::{Failure, Result};
use std::path::{Path, PathBuf};

/// Reads a callbacks file; `tree` is the program that it speaks of, `cflags` the command line's.
///
/// # Errors
/// It cannot be read, or the preprocessor rejects it.
pub fn callbacks(file: &Path, tree: &Tree, cflags: &[String]) -> Result<Unit> {
    let metadata = std::fs::metadata(file).map_err(|error| Failure::io(file, &error))?;
    if metadata.is_dir() {
        return Err(Failure::Usage(format!("--callbacks {}: a C file is expected", file.display())));
    }
    let directory = std::env::current_dir()
        .map_err(|error| Failure::Environment(format!("the working folder: {error}")))?;
    let (compiler, mut arguments) = super::preprocess::default_compiler();
    arguments.extend(shared(tree));
    arguments.extend_from_slice(cflags);
    arguments.extend(["-E", "-w", "-x", "c"].map(String::from));
    arguments.push(file.to_string_lossy().into_owned());
    let text = preprocess(&compiler, &arguments, &directory)?;
    let path = file.to_string_lossy().into_owned();
    Ok(Unit { path, directory, text, compiler, flags: vec![], preprocessor: vec![] })
}

/// Where any of the units looks for headers, and the macros that all of them define.
fn shared(tree: &Tree) -> Vec<String> {
    let of_units: Vec<Vec<Vec<String>>> = tree.units.iter().map(options).collect();
    let mut kept: Vec<Vec<String>> = vec![];
    for option in of_units.iter().flatten() {
        let is_folder = |option: &[String]| option[0].starts_with("-I") || option[0].starts_with("-i");
        let included = option[0].starts_with("-include") || option[0].starts_with("-imacros");
        let everywhere = || of_units.iter().all(|options| options.contains(option));
        if !kept.contains(option) && (is_folder(option) && !included || everywhere()) {
            kept.push(option.clone());
        }
    }
    kept.concat()
}

/// A unit's options, each with its value, paths made absolute.
fn options(unit: &Unit) -> Vec<Vec<String>> {
    let mut found = vec![];
    let mut index = 0;
    while index < unit.preprocessor.len() {
        let end = (index + width(&unit.preprocessor[index])).min(unit.preprocessor.len());
        let mut option = unit.preprocessor[index..end].to_vec();
        if let Some(at) = path_in(&option[0]) {
            let (word, at) = if option.len() > 1 { (1, 0) } else { (0, at) };
            let path = resolved(&unit.directory, &option[word][at..]);
            option[word].replace_range(at.., &path);
        }
        found.push(option);
        index = end;
    }
    found
}

/// A path as the unit's compiler understood it; what is not there is a name to be searched for.
fn resolved(directory: &Path, path: &str) -> String {
    let there: PathBuf = absolute(directory, path);
    if there.exists() { there.to_string_lossy().into_owned() } else { path.to_string() }
}
