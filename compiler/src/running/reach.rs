//! Functions whose entry can take no jump: what leads calls of them elsewhere is that all of their
//! callers are replaced (design rules 2 and 4).

use super::Running;
use crate::model::ItemId;
use crate::relations::Reason;
use polus_binary::{Reference, ReferenceKind};
use polus_runtime::rules::Rule;

/// Bytes of a jump.
const JUMP: u64 = 5;

/// Why an entry can take no jump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It has only this many bytes, with the padding behind it.
    Short(u64),
    /// Its symbol stands for what chose one of several codes when the program started.
    Chosen,
}

impl Obstacle {
    /// For people, behind `its entry`.
    pub fn explain(self) -> String {
        match self {
            Self::Short(1) => format!("has 1 byte, too few for a jump of {JUMP}"),
            Self::Short(room) => format!("has {room} bytes with its padding, too few for a jump of {JUMP}"),
            Self::Chosen => "was chosen among several when the program started".into(),
        }
    }
}

impl Running<'_> {
    /// What keeps jumps from an entry of the function.
    pub fn obstacle(&self, function: ItemId) -> Option<Obstacle> {
        if Rule::Chosen.holds() && self.resolver(function).is_some() {
            return Some(Obstacle::Chosen);
        }
        let entries = self.entries(function).into_iter().filter_map(|(_, entry)| entry);
        entries
            .filter_map(|entry| self.room(entry))
            .find(|room| *room < JUMP && Rule::Room.holds())
            .map(Obstacle::Short)
    }

    /// While it runs it comes back to the bytes that a jump at its entry would cover.
    pub fn returns_to_entry(&self, function: ItemId) -> bool {
        let entries = self.entries(function).into_iter().filter_map(|(_, entry)| entry);
        let pieces = entries.filter_map(|entry| Some((entry, &self.info.function_at(entry)?.1.ranges)));
        pieces.into_iter().any(|(entry, ranges)| {
            let covered = entry + 1..entry + JUMP;
            let branches = self.binary.branches_into(ranges, covered.clone());
            !branches.is_empty() || self.binary.returns_into(ranges, covered)
        })
    }

    fn room(&self, entry: u64) -> Option<u64> {
        let (_, instance) = self.info.function_at(entry)?;
        let range = instance.ranges.iter().find(|range| range.start == entry)?;
        let own = range.end - range.start;
        let padding = if own < JUMP { self.binary.padding_after(range.end).unwrap_or(0) } else { 0 };
        Some(own + padding)
    }

    /// Stated address of the word in which the process keeps what was chosen for a function.
    pub fn choice(&self, function: ItemId) -> Option<u64> {
        self.binary.choice(self.resolver(function).filter(|_| Rule::Chosen.holds())?)
    }

    pub(super) fn resolver(&self, function: ItemId) -> Option<u64> {
        let item = &self.program.items[function];
        item.entity.external.then(|| self.binary.resolver(&item.original)).flatten()
    }

    /// Callers of a function whose entry takes no jump.
    pub(super) fn calling(&self, function: ItemId) -> Vec<(ItemId, Reason)> {
        let Some(obstacle) = self.obstacle(function) else { return vec![] };
        let callers = self.callers.get(&function).into_iter().flatten();
        callers.map(|&caller| (caller, Reason::CallsEntry(function, obstacle.explain()))).collect()
    }

    /// Functions of the old program whose code leads to an entry of `function`; an empty item where
    /// the code is of no function that the sources show.
    pub fn leading_to(&self, function: ItemId) -> Vec<Option<ItemId>> {
        let entries = self.entries(function).into_iter().filter_map(|(_, entry)| entry);
        let references =
            entries.flat_map(|entry| self.binary.references_to(entry..entry + 1).unwrap_or_default());
        let holder = |r: &Reference| self.item_of(&self.info.function_at(r.from)?.0.key);
        // A number that equals an address counts as a reference where addresses are fixed.
        let counts = |r: &&Reference| {
            matches!(r.kind, ReferenceKind::Call | ReferenceKind::Jump) || self.binary.is_pie()
        };
        references.filter(counts).map(holder).collect()
    }

    /// Other images may look the function up by its name.
    pub fn is_exported(&self, function: ItemId) -> bool {
        let item = &self.program.items[function];
        item.entity.external && self.binary.exports(&item.original)
    }
}
