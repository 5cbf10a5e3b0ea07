//! Callers that may rely on what the compiler learnt from a callee's body (design rule 3).
//!
//! A compiler learns nothing about registers and memory from a function that calls code which it
//! does not see: such a callee may do anything already. So only callees that keep to themselves
//! leave a doubt, and then every caller that the compiler saw together with them is taken in.

use super::Running;
use crate::model::ItemId;
use crate::relations::{Known, Reason};
use polus_binary::{Callee, Instance, ReferenceKind};
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
/// Attributes that promise something about a library function's effects.
const PROMISES: &[&str] = &["leaf", "pure", "const", "malloc"];

impl Running<'_> {
    /// Callers that the compiler saw together with `function`, where it may have used a fact about it.
    pub(super) fn relying(&self, function: ItemId) -> Vec<(ItemId, Reason)> {
        if self.fitted_in_place(function).is_some() {
            // Old callers go on with the old code.
            return vec![];
        }
        let known = self.known_with_effects(function);
        let fact = match (self.endless.contains(&function), known.effects, fact(&known)) {
            (true, ..) => "it never returned".to_string(),
            (false, true, _) => {
                "it calls nothing that the compiler did not see, so its effects were known".to_string()
            }
            (false, false, Some(fact)) => fact,
            (false, false, None) => return vec![],
        };
        let callers = self.callers.get(&function).into_iter().flatten();
        let seen_together = callers.filter(|&&caller| self.seen_together(caller, function));
        seen_together.map(|&caller| (caller, Reason::ReliesOn(function, fact.clone()))).collect()
    }

    /// What the compiler may have told the callers of `function`.
    pub(super) fn known_with_effects(&self, function: ItemId) -> Known {
        let effects = self.endless.contains(&function) || !self.is_opaque(function);
        Known { effects, ..self.known_of(function) }
    }

    /// Every piece of its code calls something that the compiler could not look into.
    fn is_opaque(&self, function: ItemId) -> bool {
        let pieces = self.pieces(function);
        let unseen =
            |piece: &Vec<Range<u64>>| self.binary.calls_in(piece).iter().any(|c| self.is_unseen(c, function));
        !pieces.is_empty() && pieces.iter().all(unseen)
    }

    fn is_unseen(&self, callee: &Callee, function: ItemId) -> bool {
        match callee {
            Callee::Unknown => true,
            Callee::Library(name) => !self.is_promised(name),
            Callee::Code(address) => {
                let found = self.info.function_at(*address).and_then(|(f, _)| self.item_of(&f.key));
                found.is_some_and(|id| !self.seen_together(id, function))
            }
        }
    }

    /// The compiler knows something of the library function's effects: it is built in, or declared so.
    fn is_promised(&self, name: &str) -> bool {
        let text = &self.program.unit.text;
        let items = self.program.named(name);
        let declared =
            items.iter().flat_map(|&id| &self.program.items[id].entity.declarations).any(|declaration| {
                let chunk = self.program.unit.chunks.partition_point(|c| c.span.end <= declaration.name_at);
                let words = self.program.unit.chunks.get(chunk).map_or("", |c| &text[c.span.clone()]);
                // `const` in a parameter's type promises nothing.
                let attributes = words.find("__attribute__").map_or("", |at| &words[at..]);
                PROMISES.iter().any(|promise| attributes.contains(promise))
            });
        declared
            || items.is_empty() && !name.ends_with("_chk")
            || KNOWN_PREFIXES.iter().any(|p| name.starts_with(p))
    }

    /// The code of each instance of a function, clones included.
    fn pieces(&self, function: ItemId) -> Vec<Vec<Range<u64>>> {
        let functions = self.keys(function).into_iter().filter_map(|key| self.info.function(&key));
        functions.flat_map(|f| &f.instances).map(|instance| instance.ranges.clone()).collect()
    }

    /// Caller-saved registers in which some caller keeps values across calls of the function, sorted.
    pub fn kept_by_callers(&self, function: ItemId) -> Vec<String> {
        let entries = self.entries(function).into_iter().filter_map(|(_, entry)| entry);
        let kept: BTreeSet<String> = entries.flat_map(|entry| self.kept_across(entry)).collect();
        kept.into_iter().collect()
    }

    fn kept_across(&self, entry: u64) -> Vec<String> {
        let references = self.binary.references_to(entry..entry + 1).unwrap_or_default();
        let calls = references.iter().filter(|r| r.kind == ReferenceKind::Call);
        let callers = calls.filter_map(|r| self.info.function_at(r.from)).map(|(_, instance)| instance);
        let callers: BTreeMap<u64, &Instance> = callers.map(|instance| (instance.entry, instance)).collect();
        let kept = callers.values().filter_map(|i| self.binary.kept_across_calls(&i.ranges, entry).ok());
        kept.flatten().flat_map(|call| call.registers).collect()
    }
}

/// In words; `None`: nothing.
fn fact(known: &Known) -> Option<String> {
    let unpassed =
        (!known.unpassed.is_empty()).then(|| format!("it did not need {}", known.unpassed.join(", ")));
    let results = known.results.then(|| "what it returns was known".to_string());
    let pointers = known.pointers.then(|| "what becomes of pointers given to it was known".to_string());
    unpassed.or(results).or(pointers)
}
