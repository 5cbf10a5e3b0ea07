//! The unique pieces of all units: headers repeat, and nine tenths of all text with them.

use std::collections::HashMap;
use std::path::PathBuf;

use rayon::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::clean::{Clean, clean, line_at};
use super::pragma::Wrap;
use super::split::{Piece, Split, split};
use crate::diag::Place;
use crate::source::Unit;
use crate::text::{Kind, Lexer, Token};

/// A top-level piece that stands in one or more units.
#[derive(Clone, Debug)]
pub(super) struct Unique {
    /// Its text without line markers, and its lines.
    pub(super) clean: Clean,
    /// Its pragma state.
    pub(super) wrap: Wrap,
    /// The units in which it stands, ascending.
    pub(super) units: Vec<u32>,
    pub(super) system: bool,
    pub(super) typedef: bool,
    /// Offset in its text of a declared name that may lack its `int`.
    pub(super) implicit_int: Option<usize>,
    /// Where the compiler ran for its first unit.
    pub(super) directory: PathBuf,
}

/// All units as sequences of unique pieces.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pub(super) unique: Vec<Unique>,
    /// For each unit the indices of its pieces, in order, each once.
    pub(super) units: Vec<Vec<u32>>,
}

/// Splits all units, and keeps each piece once.
pub(super) fn unique(units: &[Unit]) -> Pieces {
    let splits: Vec<Split> = units.par_iter().map(|unit| split(&unit.text)).collect();
    let mut seen: HashMap<u64, Vec<First>, FxBuildHasher> = FxHashMap::default();
    let mut firsts: Vec<First> = vec![];
    let mut standing: Vec<Vec<u32>> = vec![];
    let mut sequences = Vec::with_capacity(units.len());
    for unit in 0..units.len() {
        let mut sequence = vec![];
        let mut assemblies = FxHashMap::default();
        for piece in 0..splits[unit].pieces.len() {
            let hash = salted(&splits[unit].pieces[piece], &mut assemblies);
            let candidates = seen.entry(hash).or_default();
            let known = candidates.iter().find(|first| same(units, &splits, first, unit, piece));
            let index = known.map_or(firsts.len() as u32, |first| first.index);
            if known.is_none() {
                candidates.push(First { index, unit, piece });
                firsts.push(First { index, unit, piece });
                standing.push(vec![]);
            }
            let standing = &mut standing[index as usize];
            if standing.last() != Some(&(unit as u32)) {
                standing.push(unit as u32);
                sequence.push(index);
            }
        }
        sequences.push(sequence);
    }
    let own: Vec<FxHashSet<&str>> =
        units.par_iter().zip(&splits).map(|(unit, split)| own_files(&unit.text, split)).collect();
    let unique = firsts.par_iter().zip(standing).map(|(first, standing)| {
        let split = &splits[first.unit];
        make(&units[first.unit], split, &split.pieces[first.piece], standing, &own[first.unit])
    });
    Pieces { unique: unique.collect(), units: sequences }
}

/// The first occurrence of a piece.
#[derive(Clone, Copy)]
struct First {
    index: u32,
    unit: usize,
    piece: usize,
}

/// Assembly is text for another program: each copy within a unit counts.
fn salted(piece: &Piece, assemblies: &mut FxHashMap<u64, u64>) -> u64 {
    if !piece.asm {
        return piece.hash;
    }
    let copies = assemblies.entry(piece.hash).or_default();
    *copies += 1;
    piece.hash.wrapping_add(*copies - 1)
}

fn same(units: &[Unit], splits: &[Split], first: &First, unit: usize, piece: usize) -> bool {
    let (split_a, split_b) = (&splits[first.unit], &splits[unit]);
    let (a, b) = (&split_a.pieces[first.piece], &split_b.pieces[piece]);
    if split_a.wraps[a.wrap] != split_b.wraps[b.wrap] {
        return false;
    }
    let (a, b) = (&units[first.unit].text[a.span.clone()], &units[unit].text[b.span.clone()]);
    a == b || tokens(a).eq(tokens(b))
}

fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let is_code = |token: &Token| !matches!(token.kind, Kind::Marker | Kind::Directive);
    Lexer::new(text).filter(is_code).map(|token| token.text(text))
}

/// The files that are no system headers. Their markers say `3` only where a macro of one expands, which
/// may be where a declaration begins: `bool` is such a macro.
fn own_files<'u>(text: &'u str, split: &Split) -> FxHashSet<&'u str> {
    let markers = split.markers.iter().filter_map(|marker| named_file(&text[marker.clone()]));
    markers.filter(|(_, flags)| !flags.split(' ').any(|flag| flag == "3")).map(|(file, _)| file).collect()
}

/// The file of a marker as it is written there, and the flags behind it.
fn named_file(marker: &str) -> Option<(&str, &str)> {
    let (_, rest) = marker.split_once('"')?;
    rest.rsplit_once('"')
}

fn make(unit: &Unit, split: &Split, piece: &Piece, units: Vec<u32>, own: &FxHashSet<&str>) -> Unique {
    let marker = piece.marker.checked_sub(1).map(|index| &split.markers[index]);
    let line = line_at(&unit.text, &unit.path, marker, piece.span.start);
    let file = marker.and_then(|marker| named_file(&unit.text[marker.clone()]));
    let system = line.system && !file.is_some_and(|(file, _)| own.contains(file));
    let clean = clean(&unit.text, piece.span.clone(), line);
    let implicit_int = piece.implicit_int.as_ref().and_then(|name| {
        let name = &unit.text[name.clone()];
        Lexer::new(&clean.text).find(|token| token.text(&clean.text) == name).map(|token| token.start)
    });
    Unique {
        clean,
        wrap: split.wraps[piece.wrap].clone(),
        units,
        system,
        typedef: piece.typedef,
        implicit_int,
        directory: unit.directory.clone(),
    }
}

impl Unique {
    /// The place of an offset of its text. The column is that of the preprocessed line.
    pub(super) fn place(&self, offset: usize) -> Place {
        let text = &self.clean.text;
        let offset = offset.min(text.len());
        let next = self.clean.marks.partition_point(|mark| mark.0 <= offset);
        let (start, line) = &self.clean.marks[next.saturating_sub(1)];
        let newlines = text[*start..offset].matches('\n').count() as u32;
        let begin = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
        let end = text[offset..].find('\n').map_or(text.len(), |newline| offset + newline);
        let column = (offset - begin) as u32 + 1;
        let text = text[begin..end].to_string();
        Place { file: line.file.clone(), line: line.line + newlines, column, text, width: 1 }
    }
}
