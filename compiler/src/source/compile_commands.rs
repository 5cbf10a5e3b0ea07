//! Units out of a `compile_commands.json`, preprocessed with the flags of its entries.

use super::command::{Command, Language, Source, split};
use super::preprocess::preprocess;
use super::text::{absolute, project_folder, unit_path};
use super::{Loaded, Members, Select, Tree, Unit};
use crate::diag::{Diagnostic, Failure, Level, Result};
use rayon::prelude::*;
use serde::Deserialize;
use std::collections::{BTreeSet, HashMap};
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
    let (taken, left_out) = choose(compiles, &select.members, &mut notes);
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

/// Parts the program's entries, in the executable's order where there is one, from the
/// paths of the others.
fn choose(
    compiles: Vec<Compile>,
    members: &Members,
    notes: &mut Vec<Diagnostic>,
) -> (Vec<Compile>, Vec<String>) {
    let all: Vec<usize> = (0..compiles.len()).collect();
    let taken = match members {
        Members::All => all.clone(),
        Members::Compiled(units) => {
            units.iter().flat_map(|unit| entries_of(unit, &compiles, notes)).collect()
        }
        Members::Without(paths) => {
            all.iter().copied().filter(|&index| !paths.contains(&compiles[index].path)).collect()
        }
    };
    let others = all.iter().filter(|index| !taken.contains(index)).map(|&index| compiles[index].path.clone());
    let left_out: BTreeSet<String> = match members {
        Members::Without(paths) => paths.iter().cloned().collect(),
        _ => others.collect(),
    };
    (taken.into_iter().map(|index| compiles[index].clone()).collect(), left_out.into_iter().collect())
}

/// The entries of the file that DWARF's path means: that file, or, for an executable built
/// elsewhere, the one whose path below the root is longest.
fn entries_of(unit: &Path, compiles: &[Compile], notes: &mut Vec<Diagnostic>) -> Vec<usize> {
    let unit = absolute(Path::new(""), unit);
    let likeness = |compile: &Compile| match () {
        () if unit == compile.file => usize::MAX,
        () if unit.ends_with(&compile.path) => Path::new(&compile.path).iter().count(),
        () if compile.file.ends_with(&unit) => unit.iter().count(),
        () => 0,
    };
    let best = compiles.iter().map(likeness).max().unwrap_or(0);
    if best == 0 {
        notes.extend(unit.extension().is_some_and(|end| end == "c").then(|| unknown(&unit)));
        return vec![];
    }
    (0..compiles.len()).filter(|&index| likeness(&compiles[index]) == best).collect()
}

fn unknown(unit: &Path) -> Diagnostic {
    Diagnostic::warning(format!("{} is in the executable, but not in the database", unit.display()))
        .help("make the database anew from a build of everything, or build with `polus-cc`")
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
        preprocessor: compile.command.includes(),
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
