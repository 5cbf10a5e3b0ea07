//! Types: layout and values decide, not spelling.

use super::Modification;
use crate::clang::{Entity, Kind};
use crate::model::{ItemId, Program};
use std::collections::{BTreeMap, BTreeSet};

/// How a type differs.
pub fn compare(old: &Program, ours: ItemId, new: &Program, theirs: ItemId) -> Vec<Modification> {
    let (ours, theirs) = (&old.items[ours].entity, &new.items[theirs].entity);
    if theirs.kind == Kind::Record && new.unit.extended.contains(&theirs.name) {
        return vec![];
    }
    // What a typedef names is compared where it is declared.
    let layout = |e: &Entity| (e.kind != Kind::Typedef).then_some((e.size, e.align));
    let same = ours.shape == theirs.shape && layout(ours) == layout(theirs);
    if same { vec![] } else { vec![Modification::Layout] }
}

/// Enumerators of both versions whose value differs.
pub fn renumbered(old: &Program, new: &Program) -> BTreeSet<String> {
    let (ours, theirs) = (values(old), values(new));
    ours.iter()
        .filter(|(name, value)| theirs.get(*name).is_some_and(|other| other != *value))
        .map(|(name, _)| name.to_string())
        .collect()
}

fn values(program: &Program) -> BTreeMap<&str, i64> {
    let enumerations = program.items.iter().filter(|i| i.kind() == Kind::Enum && !i.system && i.of_program());
    let enumerations = enumerations.filter(|i| i.entity.function.is_none());
    enumerations.flat_map(|i| &i.entity.enumerators).map(|(name, value)| (name.as_str(), *value)).collect()
}
