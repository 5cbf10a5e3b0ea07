//! Units out of a `compile_commands.json`, preprocessed with the flags of its entries.

use super::command::{Command, Language, Source, split};
use super::preprocess::preprocess;
use super::text::{absolute, project_folder, unit_path};
use super::{Loaded, Members, Select, Tree, Unit};
use crate::diag::{Diagnostic, Failure, Level, Result};
use rayon::prelude::*;
use serde::Deserialize;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// One entry, as the JSON Compilation Database format has it.
#[derive(Deserialize)]
struct Entry {
    directory: PathBuf,
    file: PathBuf,
    command: Option<String>,
    arguments: Option<Vec<String>>,
    output: Option<PathBuf>,
}

/// An entry understood.
#[derive(Clone)]
struct Compile {
    directory: PathBuf,
    file: PathBuf,
    path: String,
    compiler: String,
    command: Command,
    source: Source,
    output: String,
}

/// Loads the units of the file at `path`.
pub fn load(path: &Path, select: &Select) -> Result<Loaded> {
    let bytes = std::fs::read(path).map_err(|error| Failure::io(path, &error))?;
    let entries: Vec<Entry> = serde_json::from_slice(&bytes).map_err(|error| {
        Failure::Environment(format!("{}: no compilation database: {error}", path.display()))
    })?;
    let base = absolute(&std::env::current_dir().unwrap_or_default(), path.parent().unwrap_or(Path::new("")));
    let mut compiles =
        entries.iter().map(|entry| understand(entry, &base, path)).collect::<Result<Vec<_>>>()?;
    let mut notes = foreign(&compiles);
    compiles.retain(|compile| compile.source.language == Language::C);
    let files: Vec<_> = compiles.iter().map(|compile| compile.file.clone()).collect();
    let directories: Vec<_> = compiles.iter().map(|compile| compile.directory.clone()).collect();
    let root = project_folder(&base, &files, &directories);
    compiles.iter_mut().for_each(|compile| compile.path = unit_path(&root, &base, &compile.file));
    let (taken, left_out) = choose(compiles, &select.members);
    let units = taken.par_iter().map(unit).collect::<Result<Vec<_>>>()?;
    let units = one_each(taken, units, select.program.as_deref(), &mut notes);
    if units.is_empty() {
        return Err(Failure::Environment(format!("{}: names no C file of this program", path.display())));
    }
    Ok(Loaded { tree: Tree { root, units }, program: select.program.clone(), left_out, notes })
}

fn understand(entry: &Entry, base: &Path, database: &Path) -> Result<Compile> {
    let bad = |what: &str| {
        Failure::Environment(format!("{}: entry for {}: {what}", database.display(), entry.file.display()))
    };
    let words = match (&entry.arguments, &entry.command) {
        (Some(arguments), _) => arguments.clone(),
        (None, Some(command)) => {
            shlex::split(command).ok_or_else(|| bad("unbalanced quotes in \"command\""))?
        }
        (None, None) => return Err(bad("neither \"command\" nor \"arguments\"")),
    };
    let directory = absolute(base, &entry.directory);
    let (compiler, arguments) = split(&words).ok_or_else(|| bad("an empty command"))?;
    let command = Command::parse(&compiler, &arguments, &directory);
    let file = absolute(&directory, &entry.file);
    let source = command.sources.iter().find(|source| absolute(&directory, &source.path) == file);
    let source =
        source.or(command.sources.first()).cloned().ok_or_else(|| bad("its command names no source"))?;
    let named = entry.output.as_ref().map(|output| output.to_string_lossy().into_owned());
    let output = named.or(command.output.clone()).unwrap_or_default();
    Ok(Compile { directory, file, path: String::new(), compiler, command, source, output })
}

/// Says which entries are no C.
fn foreign(compiles: &[Compile]) -> Vec<Diagnostic> {
    let others = compiles.iter().filter(|compile| compile.source.language != Language::C);
    others.map(|compile| super::foreign(&compile.file, compile.source.language)).collect()
}

/// Parts the program's entries from the paths of the others.
fn choose(compiles: Vec<Compile>, members: &Members) -> (Vec<Compile>, Vec<String>) {
    let (taken, others): (Vec<_>, Vec<_>) = compiles.into_iter().partition(|compile| match members {
        Members::All => true,
        Members::Compiled(units) => units.iter().any(|unit| is_unit(unit, compile)),
        Members::Without(paths) => !paths.contains(&compile.path),
    });
    let mut left_out: Vec<String> = others.into_iter().map(|compile| compile.path).collect();
    left_out.sort();
    left_out.dedup();
    if let Members::Without(paths) = members {
        left_out.clone_from(paths);
    }
    (taken, left_out)
}

/// Whether DWARF's path means this entry's file: the same file, or, for an executable
/// built elsewhere, the same path below the root.
fn is_unit(unit: &Path, compile: &Compile) -> bool {
    let unit = absolute(Path::new(""), unit);
    unit == compile.file || unit.ends_with(&compile.path)
}

fn unit(compile: &Compile) -> Result<Unit> {
    if let Err(error) = std::fs::File::open(&compile.file) {
        return Err(Failure::io(&compile.file, &error));
    }
    let arguments = compile.command.preprocess(&compile.source);
    Ok(Unit {
        path: compile.path.clone(),
        directory: compile.directory.clone(),
        text: preprocess(&compile.compiler, &arguments, &compile.directory)?,
        compiler: compile.compiler.clone(),
        flags: compile.command.shaping(),
    })
}

/// Several entries for one file are one unit if they give the same; else the one that
/// the build system's folder names counts (`PROGRAM.dir` of CMake, `PROGRAM.p` of meson).
fn one_each(
    compiles: Vec<Compile>,
    units: Vec<Unit>,
    program: Option<&str>,
    notes: &mut Vec<Diagnostic>,
) -> Vec<Unit> {
    let own = |compile: &Compile| {
        let folder = |part: &std::ffi::OsStr| {
            program
                .is_some_and(|program| part == &*format!("{program}.dir") || part == &*format!("{program}.p"))
        };
        Path::new(&compile.output).iter().any(folder)
    };
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut kept: Vec<(Compile, Unit)> = vec![];
    for (compile, unit) in compiles.into_iter().zip(units) {
        let Some(&place) = places.get(&unit.path) else {
            places.insert(unit.path.clone(), kept.len());
            kept.push((compile, unit));
            continue;
        };
        let (first, before) = &kept[place];
        let same = before.text == unit.text && before.flags == unit.flags;
        if !same && own(&compile) == own(first) {
            notes.push(twice(&compile, first));
        } else if !same && own(&compile) {
            kept[place] = (compile, unit);
        }
    }
    kept.into_iter().map(|(_, unit)| unit).collect()
}

fn twice(second: &Compile, first: &Compile) -> Diagnostic {
    let title = format!("{} is compiled in two different ways; the first one is taken", first.path);
    Diagnostic::new(Level::Warning, title)
        .note(format!("first for {}, then for {}", first.output, second.output))
        .help("build with `polus-cc`, whose capture tells which one the program holds")
}
