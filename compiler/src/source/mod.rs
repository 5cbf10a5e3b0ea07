//! Stage 1: from what the user names to preprocessed translation units.

mod by_hand;
mod captured;
pub mod command;
mod compile_commands;
pub mod dialect;
pub mod flags;
mod preprocess;
pub mod record;
mod single;
pub mod target;
pub mod text;

pub use by_hand::callbacks;

use crate::diag::{Diagnostic, Failure, Level, Result};
use command::Language;
use record::Store;
use std::path::{Path, PathBuf};

/// One translation unit, preprocessed.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Source file below the tree's root, `/`-separated: `src/networking.c`.
    pub path: String,
    /// Where the compiler ran.
    pub directory: PathBuf,
    /// Preprocessed text with line markers.
    pub text: String,
    /// The compiler, as it was called.
    pub compiler: String,
    /// Flags that shape the code (`-O2`, `-fno-strict-aliasing`, `-std=gnu99`), not the
    /// preprocessor's, not file names.
    pub flags: Vec<String>,
    /// Flags of the preprocessor: `-I`, `-D` and the like, as they were given.
    pub preprocessor: Vec<String>,
}

/// All translation units of one program, in link order.
#[derive(Clone, Debug)]
pub struct Tree {
    /// The folder that `Unit::path` is relative to, absolute; string literals that
    /// hold it (`__FILE__`) differ between two trees without meaning a change.
    pub root: PathBuf,
    /// The units.
    pub units: Vec<Unit>,
}

/// Which program of an input is meant.
#[derive(Clone, Debug, Default)]
pub struct Select {
    /// Its file name, or the end of its path.
    pub program: Option<String>,
    /// The build-id in hexadecimal of the executable that runs, for the version it runs.
    pub build_id: Option<String>,
    /// Which units of a compilation database are its own.
    pub members: Members,
}

/// The units of a compilation database that belong to the program.
#[derive(Clone, Debug, Default)]
pub enum Members {
    /// All of them.
    #[default]
    All,
    /// Those that the executable was compiled from: DWARF's unit names, joined to their
    /// compilation folders.
    Compiled(Vec<PathBuf>),
    /// All but these paths below the root: what `Loaded::left_out` said of the version
    /// that runs, for the one that comes, whose new files no executable knows.
    Without(Vec<String>),
}

/// A tree, and what is to be said about it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The units.
    pub tree: Tree,
    /// The program found or asked for; the other version's is selected by the same.
    pub program: Option<String>,
    /// Units of other programs (`Unit::path`), for `Members::Without`.
    pub left_out: Vec<String>,
    /// What was left out for another reason, and doubts.
    pub notes: Vec<Diagnostic>,
}

/// Loads a `.c`, a `.i`, a `compile_commands.json` or its folder, or a capture folder.
/// `cflags` are the preprocessor's for a plain `.c`.
pub fn load(input: &Path, select: &Select, cflags: &[String]) -> Result<Loaded> {
    let mut loaded = read(input, select, cflags)?;
    loaded.tree.units.iter_mut().for_each(dialect::settle);
    Ok(loaded)
}

fn read(input: &Path, select: &Select, cflags: &[String]) -> Result<Loaded> {
    let metadata = std::fs::metadata(input).map_err(|error| Failure::io(input, &error))?;
    if metadata.is_dir() {
        return folder(input, select);
    }
    match input.extension().and_then(|end| end.to_str()) {
        Some("c") => single::source(input, select, cflags),
        Some("i") => single::preprocessed(input, select, cflags),
        Some("json") => compile_commands::load(input, select),
        _ => Err(Failure::Usage(format!(
            "{}: neither a .c, a .i, a compile_commands.json, nor a capture folder",
            input.display()
        ))),
    }
}

fn folder(input: &Path, select: &Select) -> Result<Loaded> {
    let database = input.join("compile_commands.json");
    match Store::find(input) {
        Some(store) => captured::load(&store, select),
        None if database.exists() => compile_commands::load(&database, select),
        None => Err(Failure::Environment(format!(
            "{}: neither a capture folder nor a folder with a compile_commands.json",
            input.display()
        ))),
    }
}

/// A unit that is linked in, but is no C.
fn foreign(file: &Path, language: Language) -> Diagnostic {
    let what = if language == Language::Assembler { "assembler" } else { "not C" };
    Diagnostic::new(Level::Note, format!("{} is {what}; it stays as it is in the process", file.display()))
}
