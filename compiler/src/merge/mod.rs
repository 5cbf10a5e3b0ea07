//! Stage 2: one C text out of many translation units (paper 4.2).

use std::ops::Range;

/// One compilable C text for a whole program. Offsets into `text` are the one
/// coordinate system of all later stages.
#[derive(Clone, Debug)]
pub struct MergedUnit {
    /// The text, without line markers, top-level chunks in first-seen order.
    pub text: String,
    /// The chunks: one declaration, definition, file-scope asm or pragma each.
    pub chunks: Vec<Chunk>,
    /// From offsets to places in the original files.
    pub lines: LineTable,
    /// Every file-scope name that was renamed, by its name in `text`.
    pub renamed: Vec<Renamed>,
    /// Paths of the units, in order; `Chunk::units` index them.
    pub units: Vec<String>,
}

/// A top-level piece of the text.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// Its bytes in the merged text.
    pub span: Range<usize>,
    /// The units in which it stands.
    pub units: Vec<usize>,
    /// It came from a system header.
    pub system: bool,
}

/// A name that clashed and got its file's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// In the merged text: `usage__cli`.
    pub merged: String,
    /// In the sources: `usage`.
    pub original: String,
    /// A `struct`, `union` or `enum` tag.
    pub tag: bool,
}

/// Offset → file and line, in memory for a whole merged text.
#[derive(Clone, Debug, Default)]
pub struct LineTable {
    /// Names of the files.
    pub files: Vec<String>,
    /// From this offset on lines count up from (`file`, `line`); sorted by offset.
    pub marks: Vec<(usize, usize, u32)>,
}
