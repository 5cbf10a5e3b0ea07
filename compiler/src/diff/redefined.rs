//! Names that mean another definition than before, though their declarations did not change.

use super::{Change, Modification, Pairing};
use crate::clang::{Kind, Role};
use crate::model::{ItemId, Meaning, Program, meaning};
use polus_runtime::rules::Rule;
use std::collections::BTreeSet;

/// Functions and globals of the new program whose name led elsewhere in the old one.
pub fn redefined(old: &Program, new: &Program, pairing: &Pairing) -> BTreeSet<ItemId> {
    if !Rule::Names.holds() {
        return BTreeSet::new();
    }
    let paired = (0..new.items.len()).filter_map(|id| Some((pairing.to_old[id]?, id)));
    let named = paired.filter(|&(_, id)| {
        let item = &new.items[id];
        matches!(item.kind(), Kind::Function | Kind::Variable) && item.entity.function.is_none()
    });
    named.filter(|&(ours, id)| differs((old, ours), (new, id))).map(|(_, id)| id).collect()
}

fn differs((old, ours): (&Program, ItemId), (new, id): (&Program, ItemId)) -> bool {
    // Most are defined on both sides, or on neither without anything to tell.
    if old.items[ours].defined()
        && new.items[id].defined()
        && !old.items[ours].system
        && !new.items[id].system
    {
        return false;
    }
    let plain = |program: &Program, name: &str| {
        program.named(name).first().map_or(name.to_string(), |&id| program.items[id].original.clone())
    };
    match (meaning(old, ours), meaning(new, id)) {
        (Meaning::Alias(was), Meaning::Alias(is)) => plain(old, &was) != plain(new, &is),
        // A process chooses once.
        (Meaning::Chosen(_), Meaning::Chosen(_)) => false,
        (was, is) => was != is,
    }
}

/// Globals whose initialiser is spelled as before but names what means something else now.
pub fn initialised(
    old: &Program,
    new: &Program,
    pairing: &Pairing,
    redefined: &BTreeSet<ItemId>,
) -> Vec<Change> {
    let uses = new.uses.iter().filter(|u| redefined.contains(&u.target) && u.role != Role::Mention);
    let holders: BTreeSet<ItemId> =
        uses.map(|u| u.holder).filter(|&id| new.items[id].kind() == Kind::Variable).collect();
    let kept = holders.into_iter().filter_map(|id| Some((pairing.to_old[id]?, id)));
    let kept = kept.filter(|&(ours, id)| old.items[ours].defined() && new.items[id].defined());
    kept.map(|(old, new)| Change::Modified { old, new, how: vec![Modification::Initializer] }).collect()
}
