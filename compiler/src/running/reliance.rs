//! What the old binary and its compiler tell about functions and their callers (design rule 3).
//!
//! A compiler learns nothing about memory that all may reach from a function that calls code which it
//! does not see: such a callee may do anything already.

use super::Running;
use crate::model::ItemId;
use crate::text;
use polus_binary::{Callee, Compiler, Kept};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Library functions of which gcc knows the effects without any declaration.
const KNOWN_PREFIXES: &[&str] = &[
    "mem",
    "str",
    "__mem",
    "__str",
    "bcopy",
    "bzero",
    "bcmp",
    "sprintf",
    "snprintf",
    "vsprintf",
    "vsnprintf",
    "__s",
    "__vs",
    "malloc",
    "calloc",
    "realloc",
    "free",
    "abs",
    "labs",
];
/// Attributes that promise something about a function's effects; of one that never comes back,
/// no effect counts.
const PROMISES: &[&str] = &["leaf", "pure", "const", "malloc", "noreturn"];

impl Running<'_> {
    /// The old code of `caller`, inlined copies of it included, reaches `callee` otherwise than by
    /// inlined copies alone: what was inlined was not relied on. Also if it does not reach it at all,
    /// as a call without effect is dropped.
    pub(super) fn may_count_on(&self, caller: ItemId, callee: ItemId) -> bool {
        let inlined = self.inlined(callee).into_iter().any(|(holder, _)| {
            holder == caller || self.inlined(caller).iter().any(|(outer, _)| *outer == holder)
        });
        !inlined || self.calls(caller, callee)
    }

    pub(super) fn calls(&self, caller: ItemId, callee: ItemId) -> bool {
        let targets = self.pieces(callee);
        let hit = |at: u64| targets.iter().flatten().any(|range| range.contains(&at));
        self.callees(caller).iter().any(|called| matches!(called, Callee::Code(at) if hit(*at)))
    }

    /// The code of a function calls one of this name, of a library or of another file.
    pub(super) fn calls_by_name(&self, caller: ItemId, name: &str) -> bool {
        let is_it = |at: u64| {
            let found = self.info.function_at(at).and_then(|(f, _)| self.item_of(&f.key));
            found.is_some_and(|id| self.program.items[id].entity.name == name)
        };
        self.callees(caller).iter().any(|called| match called {
            Callee::Library(called) => called == name,
            Callee::Code(at) => is_it(*at),
            Callee::Unknown => false,
        })
    }

    /// What the code of a function calls, inlined copies of it included.
    fn callees(&self, caller: ItemId) -> Vec<Callee> {
        let holders = self.inlined(caller).into_iter().map(|(holder, _)| holder);
        let pieces = holders.chain([caller]).flat_map(|holder| self.pieces(holder));
        pieces.flat_map(|piece| self.binary.calls_in(&piece)).collect()
    }

    /// No code of the function comes back.
    pub(super) fn never_returns(&self, function: ItemId) -> bool {
        let functions = self.keys(function).into_iter().filter_map(|key| self.info.function(&key));
        let mut entries = functions.filter_map(|f| f.entry());
        self.endless.contains(&function) || entries.any(|entry| !self.binary.may_return(&entry.ranges))
    }

    /// gcc tells nobody of what is declared `noipa`; clang does not know the word.
    pub(super) fn keeps_to_itself(&self, function: ItemId) -> bool {
        let declarations = &self.program.items[function].entity.declarations;
        let words = declarations.iter().map(|d| &self.program.unit.text[d.span.clone()]);
        let heads = words.map(|words| words.split_once('{').map_or(words, |(head, _)| head));
        self.is_of_gcc(function)
            && heads.into_iter().any(|head| {
                text::lex(head).iter().any(|token| matches!(token.text(head), "noipa" | "__noipa__"))
            })
    }

    /// All of it was compiled by gcc.
    pub(super) fn is_of_gcc(&self, function: ItemId) -> bool {
        self.units(function).iter().all(|unit| matches!(unit.compiler(), Compiler::Gcc(_)))
    }

    /// Every piece of its code calls something that the compiler could not look into, or a function
    /// that does.
    pub(super) fn is_opaque(&self, function: ItemId) -> bool {
        self.hides(function, &mut BTreeSet::new())
    }

    fn hides(&self, function: ItemId, seen: &mut BTreeSet<ItemId>) -> bool {
        if !seen.insert(function) {
            return false;
        }
        let pieces = self.pieces(function);
        let mut unseen = |piece: &Vec<Range<u64>>| {
            self.binary.calls_in(piece).iter().any(|callee| self.is_unseen(callee, function, seen))
        };
        !pieces.is_empty() && pieces.iter().all(&mut unseen)
    }

    fn is_unseen(&self, callee: &Callee, function: ItemId, seen: &mut BTreeSet<ItemId>) -> bool {
        match callee {
            Callee::Unknown => true,
            Callee::Library(name) => !self.is_promised(name),
            Callee::Code(address) => {
                let found = self.info.function_at(*address).and_then(|(f, _)| self.item_of(&f.key));
                found.is_some_and(|id| match self.seen_together(id, function) {
                    // What never comes back has no effects that a caller could see.
                    true => !self.never_returns(id) && self.hides(id, seen),
                    false => !self.is_promised(&self.program.items[id].entity.name),
                })
            }
        }
    }

    /// The compiler knows something of the library function's effects: it is built in, or declared so.
    pub(super) fn is_promised(&self, name: &str) -> bool {
        let text = &self.program.unit.text;
        let items = self.program.named(name);
        let declared =
            items.iter().flat_map(|&id| &self.program.items[id].entity.declarations).any(|declaration| {
                let chunk = self.program.unit.chunks.partition_point(|c| c.span.end <= declaration.name_at);
                let words = self.program.unit.chunks.get(chunk).map_or("", |c| &text[c.span.clone()]);
                // `const` in a parameter's type promises nothing.
                let attributes = words.find("__attribute__").map_or("", |at| &words[at..]);
                words.contains("_Noreturn") || PROMISES.iter().any(|promise| attributes.contains(promise))
            });
        let system = items.iter().all(|&id| self.program.items[id].system);
        declared
            || items.is_empty() && !name.ends_with("_chk")
            || system && KNOWN_PREFIXES.iter().any(|p| name.starts_with(p))
    }

    /// The code of each instance of a function, clones included.
    pub(super) fn pieces(&self, function: ItemId) -> Vec<Vec<Range<u64>>> {
        let functions = self.keys(function).into_iter().filter_map(|key| self.info.function(&key));
        functions.flat_map(|f| &f.instances).map(|instance| instance.ranges.clone()).collect()
    }

    /// Caller-saved registers in which some caller keeps values across calls of the function, sorted.
    pub fn kept_by_callers(&self, function: ItemId) -> Vec<Kept> {
        let entries = self.entries(function).into_iter().filter_map(|(_, entry)| entry);
        let mut widest: BTreeMap<String, Kept> = BTreeMap::new();
        for kept in entries.flat_map(|entry| self.binary.kept_by_callers(entry).unwrap_or_default()) {
            let number = kept.name.trim_start_matches(['x', 'y', 'z']).to_string();
            let known = widest.entry(number).or_insert_with(|| kept.clone());
            if kept.bytes > known.bytes {
                *known = kept;
            }
        }
        widest.into_values().collect()
    }

    /// Some caller calls the function with a stack that is not aligned.
    pub fn is_called_unaligned(&self, function: ItemId) -> bool {
        let mut entries = self.entries(function).into_iter().filter_map(|(_, entry)| entry);
        entries.any(|entry| self.binary.is_called_unaligned(entry).unwrap_or(true))
    }
}
