//! Stage 2: one C text out of many translation units (paper 4.2).

mod addition;
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
mod revise;
mod rewrite;
mod split;
mod unique;
mod units;

use std::collections::BTreeSet;
use std::ops::Range;

pub use addition::{Addition, Known, Mentioned};
pub use emit::emit;
pub use lines::LineTable;
pub use revise::{Inserted, Revision};

use rustc_hash::FxHashSet;

use crate::diag::{Diagnostic, Failure, Place, Result};
use crate::source::Tree;
use emit::Writer;
use facts::{Declared, Entity, Facts};
use names::Name;
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
    /// Names of records that keep the layout of the running version; what else they have lies beside them.
    pub extended: BTreeSet<String>,
    /// Enumerators that only count the others, and move up.
    pub counting: BTreeSet<String>,
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
    /// Number of the text that it was made of, the same in every merge of one tree.
    pub piece: usize,
    /// Who wrote it.
    pub origin: Origin,
}

/// Whose text a chunk is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// The program's own, or that of a header that it includes.
    #[default]
    Program,
    /// Declarations that polusc gives to hand-written code: `NAME__old` and the like.
    Provided,
    /// The callbacks file's, or that of a header that only it includes.
    ByHand,
}

/// Two declarations of an external name that cannot stand in one text, because their types differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clash {
    /// The name in the sources.
    pub name: String,
    /// [`Chunk::piece`] of both.
    pub pieces: [usize; 2],
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
    /// It is the external entity of that name, declared here with another type.
    pub view: bool,
}

impl MergedUnit {
    /// The program's own text, without what was added to it.
    pub fn own_text(&self) -> &str {
        let added = self.chunks.iter().find(|chunk| chunk.origin != Origin::Program);
        &self.text[..added.map_or(self.text.len(), |chunk| chunk.span.start)]
    }

    /// The chunk around an offset.
    pub fn chunk_at(&self, offset: usize) -> Option<&Chunk> {
        self.chunks.get(self.chunks.partition_point(|chunk| chunk.span.end <= offset))
    }
}

/// Merges a program's units into one text that compiles to the same program.
pub fn merge(tree: &Tree) -> Result<(MergedUnit, Vec<Diagnostic>)> {
    merge_apart(tree, &[])
}

/// Merges units of which the declarations that clash get names of their own, bound to the one symbol.
pub fn merge_apart(tree: &Tree, clashes: &[Clash]) -> Result<(MergedUnit, Vec<Diagnostic>)> {
    let paths: Vec<&str> = tree.units.iter().map(|unit| unit.path.as_str()).collect();
    let mut pieces = unique::unique(&tree.units);
    let (identifiers, facts) = analyse::analyse(&mut pieces, &[])?;
    let errors = duplicates::duplicates(&pieces, &facts, &identifiers, &paths);
    if !errors.is_empty() {
        return Err(Failure::Refused(errors));
    }
    let bases = bases::bases(&pieces.unique, &facts, &identifiers);
    bases::unify(&mut pieces, &facts, &identifiers, &bases);
    let classes = classes::classes(&pieces, &facts, &identifiers, &bases, clashes);
    let (new_names, renamed) = naming::choose(&classes, &identifiers, &paths);
    let weak_winners = duplicates::weak_winners(&facts);
    let rewriter =
        Rewriter { classes: &classes, new_names: &new_names, identifiers: &identifiers, weak_winners };
    let mut merging = Merging::new(&pieces, &facts, &rewriter);
    merging.write();
    if !merging.errors.is_empty() {
        return Err(Failure::Refused(merging.errors));
    }
    let warnings = rewrite::bound_names(&merging.bound).into_iter().collect();
    let units = paths.iter().map(ToString::to_string).collect();
    Ok((MergedUnit { renamed, ..merging.writer.finish(units) }, warnings))
}

/// The last step: writes each variant of each piece once, where the first unit needs it.
struct Merging<'a> {
    pieces: &'a Pieces,
    facts: &'a [Facts],
    rewriter: &'a Rewriter<'a>,
    writer: Writer,
    /// Inline definitions of external functions, by name and class.
    inlines: FxHashSet<(Name, Option<usize>)>,
    errors: Vec<Diagnostic>,
    bound: Vec<(String, Place)>,
}

impl<'a> Merging<'a> {
    fn new(pieces: &'a Pieces, facts: &'a [Facts], rewriter: &'a Rewriter) -> Self {
        let (writer, inlines) = (Writer::default(), FxHashSet::default());
        Self { pieces, facts, rewriter, writer, inlines, errors: vec![], bound: vec![] }
    }

    fn write(&mut self) {
        let mut written: FxHashSet<(u32, u32)> = FxHashSet::default();
        for (unit, sequence) in self.pieces.units.iter().enumerate() {
            for &index in sequence {
                let piece = &self.pieces.unique[index as usize];
                let variant = variant_in(piece, &self.rewriter.classes.variants[index as usize], unit as u32);
                if written.insert((index, variant)) && !self.is_second_inline(index, unit as u32) {
                    self.piece(index, variant, unit as u32);
                }
            }
        }
    }

    fn piece(&mut self, index: u32, variant: u32, unit: u32) {
        let piece = &self.pieces.unique[index as usize];
        let variants = &self.rewriter.classes.variants[index as usize];
        let rewritten = self.rewriter.rewrite(index as usize, piece, &self.facts[index as usize], unit);
        let units = piece.units.iter().filter(|&&unit| variant_in(piece, variants, unit) == variant);
        self.writer.piece(
            index as usize,
            piece,
            &rewritten.edits,
            units.map(|&unit| unit as usize).collect(),
        );
        self.errors.extend(rewritten.errors);
        self.bound.extend(rewritten.bound);
    }

    /// Units may define an external inline function differently (headers do, by feature macros): C leaves
    /// open whether such a definition is used at all, so that the first is as good as any.
    fn is_second_inline(&mut self, index: u32, unit: u32) -> bool {
        let declared = self.facts[index as usize].declared.iter();
        let is_inline = |d: &&Declared| d.inline && d.definition && !d.is_static && !d.within_function;
        let Some(inline) = declared.filter(|d| d.entity == Entity::Function).find(is_inline) else {
            return false;
        };
        let split = self.rewriter.classes.split.get(&inline.name);
        let class = split.and_then(|split| split.class(unit));
        !self.inlines.insert((inline.name, class))
    }
}

#[cfg(test)]
mod tests;

/// Which variant of a piece a unit has.
fn variant_in(piece: &Unique, variants: &[u32], unit: u32) -> u32 {
    let nth = piece.units.binary_search(&unit).ok();
    nth.and_then(|nth| variants.get(nth)).copied().unwrap_or(0)
}
