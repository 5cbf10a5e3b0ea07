//! Stage 1: from what the user names to preprocessed translation units.

use std::path::PathBuf;

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
