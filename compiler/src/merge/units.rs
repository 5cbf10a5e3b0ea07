//! Sets of units.

/// A set of unit indices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct UnitSet(Vec<u64>);

impl UnitSet {
    pub(super) fn insert(&mut self, unit: u32) {
        let word = unit as usize / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (unit % 64);
    }
    pub(super) fn contains(&self, unit: u32) -> bool {
        self.0.get(unit as usize / 64).is_some_and(|word| word >> (unit % 64) & 1 == 1)
    }
}
