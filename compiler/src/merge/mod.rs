//! Stage 2: one C text out of many translation units (paper 4.2).

mod analyse;
mod clean;
mod emit;
mod facts;
mod hidden;
mod lines;
mod names;
mod pragma;
mod resolve;
mod split;
mod unique;
mod units;

use std::ops::Range;

pub use emit::emit;
pub use lines::LineTable;

use crate::diag::{Diagnostic, Result};
use crate::source::Tree;

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
    /// Its bytes in the merged text, with the pragmas that set its state up and undo it.
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
    /// The units in which the original name means this.
    pub units: Vec<usize>,
}

/// Merges a program's units into one text that compiles to the same program.
pub fn merge(tree: &Tree) -> Result<(MergedUnit, Vec<Diagnostic>)> {
    let mut pieces = unique::unique(&tree.units);
    let (_identifiers, _facts) = analyse::analyse(&mut pieces)?;
    let mut writer = emit::Writer::default();
    let mut written = vec![false; pieces.unique.len()];
    for sequence in &pieces.units {
        for &index in sequence {
            if !std::mem::replace(&mut written[index as usize], true) {
                let piece = &pieces.unique[index as usize];
                writer.piece(piece, &[], piece.units.iter().map(|&unit| unit as usize).collect());
            }
        }
    }
    Ok((writer.finish(tree.units.iter().map(|unit| unit.path.clone()).collect()), vec![]))
}
