//! Which item of the old program is which of the new one.

use crate::clang::Kind;
use crate::model::{ItemId, Program};
use std::collections::BTreeMap;

/// Both directions of the matching.
#[derive(Clone, Debug, Default)]
pub struct Pairing {
    /// By old item.
    pub to_new: Vec<Option<ItemId>>,
    /// By new item.
    pub to_old: Vec<Option<ItemId>>,
}

/// Kind, name in the sources, and for a static of a function that function's name; views are apart.
type Key<'p> = (Kind, &'p str, &'p str, bool);

/// Matches by kind and name; where a name stands for several items, by file.
pub fn pair(old: &Program, new: &Program) -> Pairing {
    let mut pairing = Pairing { to_new: vec![None; old.items.len()], to_old: vec![None; new.items.len()] };
    let mut theirs = by_key(new);
    for (key, ours) in by_key(old) {
        if let Some(theirs) = theirs.remove(&key) {
            pair_group(old, new, &ours, &theirs, &mut pairing);
        }
    }
    pairing
}

fn by_key(program: &Program) -> BTreeMap<Key<'_>, Vec<ItemId>> {
    let mut groups: BTreeMap<Key<'_>, Vec<ItemId>> = BTreeMap::new();
    for (id, item) in program.items.iter().enumerate() {
        let function = item.entity.function.map_or("", |f| program.items[f].original.as_str());
        if !item.original.is_empty() && item.of_program() {
            groups
                .entry((item.kind(), &item.original, function, program.views.contains_key(&id)))
                .or_default()
                .push(id);
        }
    }
    groups
}

/// One on each side are a pair wherever they stand; else equal files, then equal text, then order.
fn pair_group(old: &Program, new: &Program, ours: &[ItemId], theirs: &[ItemId], pairing: &mut Pairing) {
    let mut free: Vec<ItemId> = theirs.to_vec();
    let mut left: Vec<ItemId> = ours.to_vec();
    let share_file = |o: ItemId, n: ItemId| {
        let files = old.files(o);
        new.files(n).iter().any(|f| files.contains(f))
    };
    let same_text = |o: ItemId, n: ItemId| old.source(o) == new.source(n);
    take(&mut left, &mut free, pairing, |o, n| share_file(o, n) && same_text(o, n));
    take(&mut left, &mut free, pairing, share_file);
    take(&mut left, &mut free, pairing, same_text);
    if ours.len() == 1 && theirs.len() == 1 || old.items[ours[0]].entity.function.is_some() {
        take(&mut left, &mut free, pairing, |_, _| true);
    }
}

fn take(
    left: &mut Vec<ItemId>,
    free: &mut Vec<ItemId>,
    pairing: &mut Pairing,
    fits: impl Fn(ItemId, ItemId) -> bool,
) {
    left.retain(|&o| {
        let Some(at) = free.iter().position(|&n| fits(o, n)) else { return true };
        let n = free.remove(at);
        pairing.to_new[o] = Some(n);
        pairing.to_old[n] = Some(o);
        false
    });
}
