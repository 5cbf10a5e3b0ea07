//! Which extended types a place of the rewritten text has to do with, so that no other ones are blamed for
//! what cannot be read there.

use super::fields::Extended;
use crate::clang::Site;
use crate::merge::{Chunk, MergedUnit};
use crate::model::{ItemId, Program};
use crate::text;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Where the new program, as it was written, has to do with which extended types.
pub struct Places {
    /// Places of the text, and the types.
    sites: Vec<(usize, BTreeSet<ItemId>)>,
    /// The types' own declarations.
    definitions: Vec<(Range<usize>, ItemId)>,
    /// Words that stand for a type: its name, and those of variables with records of their own.
    words: BTreeMap<String, ItemId>,
}

impl Places {
    /// Of a program; `names` are the places of the records' names in `sites`.
    pub fn new(new: &Program, types: &[Extended], names: &BTreeMap<usize, ItemId>, sites: &[Site]) -> Self {
        let extended: BTreeSet<ItemId> = types.iter().map(|t| t.id).collect();
        let inside = |record: &usize| inside(new, names[record], &extended);
        let sites = sites.iter().map(|site| {
            let (at, records) = about(site);
            (at, records.iter().flat_map(inside).collect())
        });
        let named = types.iter().flat_map(|t| t.named.iter().map(|variable| (variable.clone(), t.id)));
        let words = named.chain(types.iter().map(|t| (t.name.clone(), t.id))).collect();
        let definitions = types.iter().map(|t| (new.span(t.id), t.id)).collect();
        Self { sites: sites.collect(), definitions, words }
    }

    /// The types that the text around an offset of the rewritten text has to do with: those of its line, if
    /// there are any; else those of its declaration. `true`: a declaration that others rest on.
    pub fn blamed(&self, plain: &Program, rewritten: &MergedUnit, offset: usize) -> (BTreeSet<ItemId>, bool) {
        let Some((chunk, origin)) = origin(&plain.unit, rewritten, offset) else { return Default::default() };
        let line = origin.clone().and_then(|span| same_line(plain, rewritten, span, offset));
        let spans = line.into_iter().chain(origin.clone());
        let found = spans.map(|span| self.within(&span)).find(|types| !types.is_empty());
        let declared = || origin.as_ref().map(|span| self.declared(span)).filter(|types| !types.is_empty());
        match (found, declared()) {
            (Some(found), _) => (found, false),
            (None, Some(declared)) => (declared, true),
            _ => (self.mentioned(&rewritten.text[chunk.span.clone()]), origin.is_none()),
        }
    }

    fn declared(&self, chunk: &Range<usize>) -> BTreeSet<ItemId> {
        let inside = self.definitions.iter().filter(|(span, _)| chunk.contains(&span.start));
        inside.map(|(_, id)| *id).collect()
    }

    fn within(&self, span: &Range<usize>) -> BTreeSet<ItemId> {
        let sites = self.sites.iter().filter(|(at, _)| span.contains(at));
        sites.flat_map(|(_, types)| types.iter().copied()).collect()
    }

    fn mentioned(&self, source: &str) -> BTreeSet<ItemId> {
        let words = text::lex(source).into_iter().map(|token| token.text(source));
        let known = |word: &str| {
            let base = ["__extension", "__companion"].iter().find_map(|end| Some(word.split_once(end)?.0));
            self.words.get(base.unwrap_or(word)).copied()
        };
        words.filter_map(known).collect()
    }
}

/// Extended types among a record and those that it holds.
fn inside(new: &Program, record: ItemId, extended: &BTreeSet<ItemId>) -> Vec<ItemId> {
    if extended.contains(&record) {
        return vec![record];
    }
    let held = new.items[record].entity.holds.iter().filter(|held| **held != record);
    held.flat_map(|&held| inside(new, held, extended)).collect()
}

/// Where a site stands, and its records.
fn about(site: &Site) -> (usize, Vec<usize>) {
    match site {
        Site::Member { span, record, .. }
        | Site::Assignment { span, record, .. }
        | Site::Literal { span, record, .. } => (span.start, vec![*record]),
        Site::Offset { at, record, .. } | Site::ByValue { at, record } => (*at, vec![*record]),
        Site::Order(order) => (order.span.start, vec![]),
        Site::Variable(variable) => (variable.name_at, vec![variable.record]),
        Site::Call { span, arguments, .. } => {
            (span.start, arguments.iter().flat_map(|a| a.leads_to.into_iter().chain(a.sizes)).collect())
        }
    }
}

/// The declaration at an offset of the rewritten text, and what it was made of; nothing, if it is one that
/// was put in.
fn origin<'u>(
    plain: &MergedUnit,
    rewritten: &'u MergedUnit,
    offset: usize,
) -> Option<(&'u Chunk, Option<Range<usize>>)> {
    const PUT_IN: usize = usize::MAX;
    let at = rewritten.chunks.partition_point(|chunk| chunk.span.end <= offset);
    let chunk = rewritten.chunks.get(at)?;
    let mut kept = plain.chunks.iter().filter(|chunk| chunk.piece != PUT_IN);
    let before = rewritten.chunks[..at].iter().filter(|chunk| chunk.piece != PUT_IN).count();
    let of_plain = kept.nth(before).filter(|_| chunk.piece != PUT_IN).map(|chunk| chunk.span.clone());
    Some((chunk, of_plain))
}

/// The bytes of a declaration that stand in the line of an offset of the rewritten text.
fn same_line(
    plain: &Program,
    rewritten: &MergedUnit,
    span: Range<usize>,
    offset: usize,
) -> Option<Range<usize>> {
    let place = rewritten.place(offset);
    let is_there = |at: &usize| {
        let there = plain.place_at(*at);
        there.line == place.line && there.file == place.file
    };
    let source = &plain.unit.text;
    let starts = source[span.clone()].match_indices('\n').map(|(at, _)| span.start + at + 1);
    let mut starts = std::iter::once(span.start).chain(starts);
    let start = starts.find(|at| is_there(at))?;
    let end = source[start..span.end].find('\n').map_or(span.end, |length| start + length);
    Some(start..end)
}
