//! Callers that may rely on what the compiler learnt from a callee's body (design rule 3).
//!
//! A compiler learns nothing about registers and memory from a function that calls code which it
//! does not see: such a callee may do anything already. So only callees that keep to themselves
//! leave a doubt, and then every caller that the compiler saw together with them is taken in.

use super::Running;
use crate::clang::Role;
use crate::model::ItemId;
use crate::relations::Reason;
use polus_binary::{Instance, ReferenceKind};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

impl Running<'_> {
    /// Callers in the same file, where the compiler may have used a fact about `function`.
    pub(super) fn relying(&self, function: ItemId) -> Vec<(ItemId, Reason)> {
        let fact = match (self.endless.contains(&function), self.is_opaque(function)) {
            (true, _) => "it never returned",
            (false, true) => return vec![],
            (false, false) => "it calls nothing outside its file, so the compiler knew its effects",
        };
        let callers = self.callers.get(&function).into_iter().flatten();
        let seen_together = callers.filter(|&&caller| self.share_unit(caller, function));
        seen_together.map(|&caller| (caller, Reason::ReliesOn(function, fact.into()))).collect()
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

    fn share_unit(&self, a: ItemId, b: ItemId) -> bool {
        let units = &self.program.items[b].units;
        self.program.items[a].units.iter().any(|unit| units.contains(unit))
    }

    /// In every piece of its code it calls a function of another file.
    fn is_opaque(&self, function: ItemId) -> bool {
        let entries: Vec<u64> = self
            .program
            .uses_in(function)
            .iter()
            .filter(|u| u.role == Role::Call && self.is_elsewhere(u.target, function))
            .map(|u| u.target)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .flat_map(|callee| self.entries(callee).into_iter().filter_map(|(_, entry)| entry))
            .collect();
        let pieces = self.pieces(function);
        !pieces.is_empty() && pieces.iter().all(|piece| entries.iter().any(|&entry| self.calls(piece, entry)))
    }

    fn is_elsewhere(&self, callee: ItemId, function: ItemId) -> bool {
        let item = &self.program.items[callee];
        item.defined() && !item.system && item.entity.external && !self.share_unit(callee, function)
    }

    /// The code of each instance of a function, clones included.
    fn pieces(&self, function: ItemId) -> Vec<Vec<Range<u64>>> {
        let functions = self.keys(function).into_iter().filter_map(|key| self.info.function(&key));
        functions.flat_map(|f| &f.instances).map(|instance| instance.ranges.clone()).collect()
    }

    fn calls(&self, piece: &[Range<u64>], entry: u64) -> bool {
        let references = self.binary.references_to(entry..entry + 1).unwrap_or_default();
        references.iter().any(|r| piece.iter().any(|range| range.contains(&r.from)))
    }
}
