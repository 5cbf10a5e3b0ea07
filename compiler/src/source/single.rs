//! A single C file, as it is or preprocessed already.

use super::flags::shaping;
use super::preprocess::{default_compiler, preprocess};
use super::text::{absolute, decode, first_file};
use super::{Loaded, Select, Tree, Unit};
use crate::diag::{Failure, Result};
use std::path::{Path, PathBuf};

/// A `.c`: preprocessed with `cflags` in the working folder.
pub fn source(input: &Path, select: &Select, cflags: &[String]) -> Result<Loaded> {
    std::fs::File::open(input).map_err(|error| Failure::io(input, &error))?;
    let directory = working_folder()?;
    let (compiler, mut arguments) = default_compiler();
    arguments.extend_from_slice(cflags);
    let flags = shaping(&arguments);
    arguments.extend(["-E", "-w"].map(String::from));
    arguments.push(input.to_string_lossy().into_owned());
    let text = preprocess(&compiler, &arguments, &directory)?;
    Ok(loaded(absolute(&directory, input), text, (compiler, flags), cflags, select))
}

/// A `.i`: read as it is; its first line marker names the unit.
pub fn preprocessed(input: &Path, select: &Select, cflags: &[String]) -> Result<Loaded> {
    let text = decode(std::fs::read(input).map_err(|error| Failure::io(input, &error))?);
    let named = first_file(&text).map(Path::new).and_then(Path::file_name).map(PathBuf::from);
    let folder = absolute(&working_folder()?, input.parent().unwrap_or(Path::new("")));
    let file = folder.join(named.unwrap_or_else(|| input.file_name().unwrap_or_default().into()));
    let (compiler, mut arguments) = default_compiler();
    arguments.extend_from_slice(cflags);
    Ok(loaded(file, text, (compiler, shaping(&arguments)), cflags, select))
}

fn working_folder() -> Result<PathBuf> {
    std::env::current_dir().map_err(|error| Failure::Environment(format!("the working folder: {error}")))
}

fn loaded(
    file: PathBuf,
    text: String,
    (compiler, flags): (String, Vec<String>),
    cflags: &[String],
    select: &Select,
) -> Loaded {
    let root = file.parent().unwrap_or(Path::new("/")).to_path_buf();
    let path = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let preprocessor = cflags.to_vec();
    let unit = Unit { path, directory: root.clone(), text, compiler, flags, preprocessor };
    let tree = Tree { root, units: vec![unit] };
    Loaded { tree, program: select.program.clone(), left_out: vec![], notes: vec![] }
}
