//! Old functions that use fields which new code has beside the objects, converted once: what either side
//! writes there, the other one does not see.

use super::{Copies, with_copies};
use crate::clang::{Kind, Role};
use crate::model::{ItemId, Program};
use std::collections::{BTreeMap, BTreeSet};

/// What a function of the old program does with such a field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Parted {
    /// The record.
    pub record: ItemId,
    /// Its field; empty, if whole objects are made or copied.
    pub field: String,
    /// Where.
    pub at: usize,
}

/// The functions, those that hold a copy of such a one included; a field counts for more than an object.
pub fn users(
    old: &Program,
    converted: &BTreeSet<(ItemId, String)>,
    copies: &dyn Copies,
) -> BTreeMap<ItemId, Parted> {
    let records: BTreeSet<ItemId> = converted.iter().map(|(record, _)| *record).collect();
    let mut found: BTreeMap<ItemId, Parted> = BTreeMap::new();
    let places = old.uses.iter().filter(|u| records.contains(&u.target));
    for place in places.filter(|u| old.items[u.holder].kind() == Kind::Function) {
        let field = match &place.role {
            Role::Member(field) if converted.contains(&(place.target, field.clone())) => field.clone(),
            Role::Layout => String::new(),
            _ => continue,
        };
        let parted = Parted { record: place.target, field, at: place.offset };
        for function in with_copies(place.holder, copies) {
            let known = found.entry(function).or_insert_with(|| parted.clone());
            if known.field.is_empty() && !parted.field.is_empty() {
                *known = parted.clone();
            }
        }
    }
    found
}
