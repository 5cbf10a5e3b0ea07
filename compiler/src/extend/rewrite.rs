//! The new program's text with every use of a new field and every operation on whole objects rewritten.

mod inside;
mod members;
mod objects;
mod tables;
mod variables;

use super::edits::Edits;
use super::fields::Extended;
use super::initial::{Fields, Parts, Reader, Unread};
use super::numbers::{Numbered, Rows};
use super::{body, provide};
use crate::clang::{Field, Indices, Site};
use crate::diag::Diagnostic;
use crate::merge::{Inserted, MergedUnit};
use crate::model::{ItemId, Program};
use crate::text;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// What came of it.
pub struct Rewritten {
    /// The text.
    pub unit: MergedUnit,
    /// Named variables, by their types.
    pub named: BTreeMap<ItemId, BTreeSet<String>>,
    /// What tables keep for numbers whose names are gone.
    pub rows: Rows,
    /// Warnings.
    pub told: Vec<Diagnostic>,
}

/// Rewrites; `carriers` are the types with something beside their objects and those that hold them,
/// `names` the places in `sites` of their names, and of others whose fields have another order.
///
/// # Errors
/// What cannot be rewritten, with its place.
pub fn rewrite(
    [old, new]: [&Program; 2],
    (types, numbered, rows): (&[Extended], &[Numbered], &Rows),
    indices: &Indices,
    carriers: &BTreeSet<ItemId>,
    names: &BTreeMap<usize, ItemId>,
    sites: &[Site],
) -> Result<Rewritten, Vec<Diagnostic>> {
    let fields = |&id: &ItemId| {
        let extended = types.iter().find(|t| t.id == id);
        let all = new.items[id].entity.fields.clone();
        let in_order = extended.is_none_or(|t| t.in_order(&all));
        let layer = |field: &Field| Some((field.name.clone(), extended?.beside(&field.name)?));
        let beside = all.iter().filter_map(layer).collect();
        let retyped = extended.map(|t| t.retyped.keys().cloned().collect()).unwrap_or_default();
        (id, Fields { all, beside, retyped, in_order })
    };
    let records = names.values().map(fields).collect();
    let edits = Edits::new(&new.unit.text);
    let mut work = Work {
        old,
        new,
        types,
        numbered,
        rows: rows.clone(),
        indices,
        carriers,
        names,
        records,
        edits,
        told: vec![],
        warned: vec![],
        leaves: BTreeSet::new(),
        behind: vec![],
        companions: vec![],
        named: BTreeMap::new(),
    };
    // what stands inside comes behind: it is done first
    for site in sites.iter().rev() {
        work.site(site);
    }
    work.bodies();
    work.numbers();
    match work.told.is_empty() {
        true => {
            let (named, told) = (std::mem::take(&mut work.named), std::mem::take(&mut work.warned));
            let rows = std::mem::take(&mut work.rows);
            Ok(Rewritten { unit: work.finish(), named, rows, told })
        }
        false => Err(work.told),
    }
}

struct Work<'w> {
    old: &'w Program,
    new: &'w Program,
    types: &'w [Extended],
    numbered: &'w [Numbered],
    rows: Rows,
    indices: &'w Indices,
    carriers: &'w BTreeSet<ItemId>,
    names: &'w BTreeMap<usize, ItemId>,
    records: BTreeMap<ItemId, Fields>,
    edits: Edits<'w>,
    told: Vec<Diagnostic>,
    warned: Vec<Diagnostic>,
    /// Of automatic variables: their type, and how many of it one has.
    leaves: BTreeSet<(ItemId, u64)>,
    behind: Vec<Inserted>,
    /// Rows of the table of named variables' companions.
    companions: Vec<String>,
    /// Variables of each type.
    named: BTreeMap<ItemId, BTreeSet<String>>,
}

impl Work<'_> {
    fn source(&self, range: &Range<usize>) -> &str {
        &self.new.unit.text[range.clone()]
    }

    fn extended(&self, id: ItemId) -> Option<&Extended> {
        self.types.iter().find(|t| t.id == id && !t.records().is_empty())
    }

    fn spelled(&self, id: ItemId) -> String {
        self.new.type_name(id)
    }

    fn refuse(&mut self, record: ItemId, at: usize, why: &str) {
        let title = self.new.title(record);
        let carries = self.carriers.contains(&record);
        let how = if carries { "gets new fields" } else { "keeps the order of its old fields" };
        let told = Diagnostic::error(format!("{title} {how}, and {why}"));
        let blamed = if carries { self.extended_in(record) } else { self.kept_in(record) };
        self.told.push(told.at(self.new.place_at(at), "here").blame(blamed).help(
            "write this place otherwise, keep the type's fields in this update, or restart the program for this change",
        ));
    }

    /// The extended types of a record: itself, or those that it holds.
    fn extended_in(&self, record: ItemId) -> Vec<ItemId> {
        if self.extended(record).is_some() {
            return vec![record];
        }
        let held = self.new.items[record].entity.holds.iter().copied().filter(|held| *held != record);
        held.flat_map(|held| self.extended_in(held)).collect()
    }

    /// The types of a record that keep their layout: itself, or those that it holds.
    fn kept_in(&self, record: ItemId) -> Vec<ItemId> {
        let held = self.new.items[record].entity.holds.iter().copied().filter(|held| *held != record);
        let own = self.types.iter().any(|t| t.id == record).then_some(record);
        own.into_iter().chain(held.flat_map(|held| self.kept_in(held))).collect()
    }

    fn site(&mut self, site: &Site) {
        match site {
            Site::Member { span, base, of, record, field, role } => {
                let id = self.names[record];
                if self.extended(id).is_some_and(|extended| extended.retyped.contains_key(field)) {
                    self.retyped(id, (span, role), base, of, field);
                } else if self.records[&id].beside.contains_key(field) {
                    self.member(id, span, base, of, field);
                }
            }
            Site::Offset { at, record, field } => {
                let id = self.names[record];
                if self.records[&id].beside.contains_key(field) {
                    self.refuse(
                        id,
                        *at,
                        &format!("the distance of {field} is taken, which has a place of its own"),
                    );
                }
            }
            Site::ByValue { at, record } => self.refuse(self.names[record], *at, "is passed by value"),
            Site::Assignment { span, to, from, places, record } => {
                self.assignment(self.names[record], span, to, from, places);
            }
            Site::Literal { span, braces, record, array, inside } => {
                self.literal(self.names[record], span, braces, (*array, *inside))
            }
            Site::Call { span, callee, name, arguments, makes } => {
                self.call(span, callee, name, arguments, *makes)
            }
            Site::Variable(variable) => self.variable(variable),
            Site::Order(order) => self.order(order),
        }
    }

    /// `fixed`: the initialiser is one of an object with static storage.
    fn reader(&self, fixed: bool) -> Reader<'_> {
        Reader { edits: &self.edits, source: &self.new.unit.text, records: &self.records, fixed }
    }

    fn unread(&mut self, id: ItemId, (at, why): Unread) {
        self.refuse(id, at, &format!("its initialiser cannot be taken apart: {why}"));
    }

    fn chunk_of(&self, id: ItemId) -> Option<usize> {
        let at = self.new.items[id].entity.definition()?.name_at;
        Some(self.new.unit.chunks.partition_point(|c| c.span.end <= at))
    }

    /// The types' own declarations.
    fn bodies(&mut self) {
        let mut types: Vec<&Extended> = self.types.iter().collect();
        types.sort_by_key(|t| std::cmp::Reverse(self.new.span(t.id).start));
        for extended in types {
            let at = self.new.span(extended.id).start;
            let Some(read) = body::read(self.new, extended.id) else {
                self.refuse(extended.id, at, "its declaration cannot be read");
                continue;
            };
            match self.layers(extended, &read) {
                Some((base, beside)) => {
                    self.edits.replace(read.inner.clone(), base);
                    let rest = std::mem::take(&mut self.behind);
                    self.behind = beside.into_iter().chain(rest).collect();
                }
                None => self.refuse(extended.id, at, "its fields cannot be put at their old places"),
            }
        }
    }

    /// The object's body, and what is declared for its records.
    fn layers(&self, extended: &Extended, read: &body::Body) -> Option<(String, Vec<Inserted>)> {
        let defined = RefCell::new(BTreeSet::new());
        let cut = |range: Range<usize>| {
            let text = self.edits.cut(range.clone());
            // the specifiers of several fields define their type once
            if text.contains('{') && !defined.borrow_mut().insert(range.start) {
                body::named(&text)
            } else {
                text
            }
        };
        let known = |layer: usize| body::of_layer(extended, layer, read, &cut);
        let base = match extended.layers[0].union {
            true => body::union(read, (extended.layers[0].size, extended.layers[0].align), &cut),
            false => known(0)?,
        };
        let behind = self.chunk_of(extended.id);
        let mut beside = vec![];
        for layer in extended.records() {
            let fields = match layer < extended.layers.len() {
                true => known(layer)?,
                false => body::of_fields(extended, read, &cut)?,
            };
            let declared = provide::of_layer(self.new, extended, layer, &fields).into_iter();
            beside.extend(declared.map(|(text, system)| Inserted { behind, text, system }));
        }
        Some((base, beside))
    }

    fn finish(self) -> MergedUnit {
        let mut inserted: Vec<Inserted> = vec![];
        if self.types.iter().any(|t| !t.records().is_empty()) {
            let header = provide::header().into_iter();
            inserted.extend(header.map(|text| Inserted { behind: None, text, system: true }));
        }
        for &(id, count) in &self.leaves {
            let text = provide::leaving(&self.new.items[id].entity.name, &self.spelled(id), count);
            inserted.push(Inserted { behind: self.chunk_of(id), text, system: true });
        }
        inserted.extend(self.behind);
        let last = self.new.unit.chunks.len().checked_sub(1);
        let lists = provide::lists(self.types, &self.companions).into_iter();
        inserted.extend(lists.map(|text| Inserted { behind: last, text, system: false }));
        let mut unit = self.new.unit.revised(self.edits.finish(), &inserted);
        unit.extended = self.types.iter().map(|t| t.name.clone()).collect();
        unit.counting = self.numbered.iter().flat_map(|n| n.sentinels.clone()).collect();
        unit
    }
}

/// A fresh object, which does not begin as one that existed before does.
fn enters(extended: &Extended, object: &str, bytes: &str) -> String {
    match extended.started_layer() {
        Some(layer) => {
            format!("polus_extension_begun({object}, {bytes}, &{})", provide::descriptor(extended, layer))
        }
        None => format!("polus_extension_enter({object}, {bytes})"),
    }
}

/// An object begins with these fields in its records.
fn begins(extended: &Extended, object: &str, bytes: &str, parts: &Parts) -> String {
    let none = BTreeMap::from([(1, "0".to_string())]);
    let beside = if parts.beside.is_empty() { &none } else { &parts.beside };
    let fresh = enters(extended, object, bytes);
    let set = beside.iter().fold(fresh, |object, (&layer, fields)| {
        let (beside, descriptor) = (provide::beside(extended, layer), provide::descriptor(extended, layer));
        format!("polus_extension_set({object}, &({beside}){{ {fields} }}, &{descriptor})")
    });
    let pushed = extended.retyped.iter().filter(|(_, layer)| beside.contains_key(layer));
    pushed.fold(set, |object, (field, &layer)| {
        format!("{}({object}, &{})", provide::push(extended, field), provide::descriptor(extended, layer))
    })
}

/// An expression that gives the same when it is evaluated twice.
fn is_pure(source: &str) -> bool {
    let tokens = text::lex(source);
    let word = |at: usize| tokens.get(at).map_or("", |token: &text::Token| token.text(source));
    (0..tokens.len()).all(|at| {
        let assigns = word(at).ends_with('=') && !matches!(word(at), "==" | "!=" | "<=" | ">=");
        let calls = tokens[at].kind == text::Kind::Ident
            && word(at + 1) == "("
            && !matches!(word(at), "sizeof" | "__typeof__" | "typeof");
        !assigns && !calls && !matches!(word(at), "++" | "--")
    })
}
