//! Inlined copies of which the debug information tells nothing: clang drops the trace of a copy when its
//! last instruction was merged with others (design rule 1).

use super::Running;
use crate::clang::Role;
use crate::model::ItemId;
use crate::relations::Reason;
use polus_binary::{Callee, ReferenceKind};
use std::collections::BTreeSet;
use std::ops::Range;

const WHERE: &str = "without a trace in the debug information";

impl Running<'_> {
    /// Functions whose text calls or names a function more often than their code does, and that are not
    /// known to hold copies. gcc notes every copy.
    pub(super) fn untraced(&self, function: ItemId) -> Vec<(ItemId, Reason)> {
        let known: BTreeSet<ItemId> = self.inlined(function).into_iter().map(|(holder, _)| holder).collect();
        let users = self.users.get(&function).into_iter().flatten().copied();
        let users = users.filter(|user| *user != function && !known.contains(user));
        let users = users.filter(|&user| !self.is_of_gcc(user) && self.seen_together(user, function));
        let lacking = users.filter(|&user| self.lacks_uses(user, function));
        lacking.map(|user| (user, Reason::Inlines(function, WHERE.into()))).collect()
    }

    fn lacks_uses(&self, user: ItemId, function: ItemId) -> bool {
        let uses = |role: Role| {
            let uses = self.program.uses_in(user).iter();
            uses.filter(|u| u.target == function && u.role == role).count()
        };
        let (calls, values) = (uses(Role::Call), uses(Role::Value));
        let holders = self.inlined(user).into_iter().map(|(holder, _)| holder);
        let holders: BTreeSet<ItemId> = holders.chain([user]).collect();
        let pieces: Vec<Vec<Range<u64>>> =
            holders.into_iter().flat_map(|holder| self.pieces(holder)).collect();
        let own = self.pieces(function);
        let few = |piece: &Vec<Range<u64>>| {
            self.calls_of(&own, piece) < calls || self.addresses_of(&own, piece) < values
        };
        pieces.iter().any(few)
    }

    fn calls_of(&self, own: &[Vec<Range<u64>>], piece: &[Range<u64>]) -> usize {
        let hit = |at: &u64| own.iter().flatten().any(|range| range.contains(at));
        let called = self.binary.calls_in(piece).into_iter();
        called.filter(|callee| matches!(callee, Callee::Code(at) if hit(at))).count()
    }

    fn addresses_of(&self, own: &[Vec<Range<u64>>], piece: &[Range<u64>]) -> usize {
        let inside = |at: u64| piece.iter().any(|range| range.contains(&at));
        let entries = own.iter().filter_map(|ranges| ranges.first());
        let references =
            entries.filter_map(|range| self.binary.references_to(range.start..range.start + 1).ok());
        references.flatten().filter(|r| r.kind == ReferenceKind::Address && inside(r.from)).count()
    }
}
