//! Stage 2: one C text out of many translation units (paper 4.2).

mod analyse;
mod bases;
mod classes;
mod clean;
mod duplicates;
mod emit;
mod facts;
mod hidden;
mod lines;
mod names;
mod naming;
mod pragma;
mod resolve;
mod rewrite;
mod split;
mod unique;
mod units;

use std::ops::Range;

pub use emit::emit;
pub use lines::LineTable;

use rustc_hash::FxHashSet;

use crate::diag::{Diagnostic, Failure, Level, Result};
use crate::source::Tree;
use facts::Facts;
use rewrite::Rewriter;
use unique::{Pieces, Unique};

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
    let paths: Vec<&str> = tree.units.iter().map(|unit| unit.path.as_str()).collect();
    let mut pieces = unique::unique(&tree.units);
    let (identifiers, facts) = analyse::analyse(&mut pieces)?;
    let errors = duplicates::duplicates(&pieces, &facts, &identifiers, &paths);
    if !errors.is_empty() {
        return Err(Failure::Refused(errors));
    }
    let bases = bases::bases(&pieces.unique, &facts, &identifiers);
    bases::unify(&mut pieces, &facts, &identifiers, &bases);
    let classes = classes::classes(&pieces, &facts, &identifiers, &bases);
    let (new_names, renamed) = naming::choose(&classes, &identifiers, &paths);
    let rewriter = Rewriter { classes: &classes, new_names: &new_names, identifiers: &identifiers };
    let (mut merged, diagnostics) = write(&pieces, &facts, &rewriter, &paths);
    merged.renamed = renamed;
    let (errors, warnings): (Vec<_>, Vec<_>) = diagnostics.into_iter().partition(|d| d.level == Level::Error);
    if errors.is_empty() { Ok((merged, warnings)) } else { Err(Failure::Refused(errors)) }
}

/// Writes each variant of each piece once, where the first unit needs it.
fn write(
    pieces: &Pieces,
    facts: &[Facts],
    rewriter: &Rewriter,
    paths: &[&str],
) -> (MergedUnit, Vec<Diagnostic>) {
    let mut writer = emit::Writer::default();
    let mut written: FxHashSet<(u32, u32)> = FxHashSet::default();
    let mut diagnostics = vec![];
    for (unit, sequence) in pieces.units.iter().enumerate() {
        for &index in sequence {
            let piece = &pieces.unique[index as usize];
            let variants = &rewriter.classes.variants[index as usize];
            let variant = variant_in(piece, variants, unit as u32);
            if written.insert((index, variant)) {
                let (edits, found) = rewriter.edits(piece, &facts[index as usize], unit as u32);
                diagnostics.extend(found);
                let units = piece.units.iter().filter(|&&unit| variant_in(piece, variants, unit) == variant);
                writer.piece(piece, &edits, units.map(|&unit| unit as usize).collect());
            }
        }
    }
    (writer.finish(paths.iter().map(ToString::to_string).collect()), diagnostics)
}

/// Which variant of a piece a unit has.
fn variant_in(piece: &Unique, variants: &[u32], unit: u32) -> u32 {
    let nth = piece.units.binary_search(&unit).ok();
    nth.and_then(|nth| variants.get(nth)).copied().unwrap_or(0)
}
