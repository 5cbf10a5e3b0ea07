//! Tables that no code writes to, though they are not declared constant: new code takes the new one, and
//! who has an address of the old one goes on reading that.

use super::Pair;
use super::travelling::Follows;
use crate::callbacks::{Purpose, Written};
use crate::cross;
use crate::diag::Result;
use crate::diff::{self, Change, Modification};
use crate::model::{ItemId, Obstacle, Program};
use std::collections::{BTreeMap, BTreeSet};

/// Tables of the new program, by key: what keeps them from being constants in one of the versions.
pub type Tables = BTreeMap<String, Option<(bool, Obstacle)>>;

/// Looks at every table whose storage changes, and makes constants of those that nothing writes to, or
/// that the operator names.
///
/// # Errors
/// libclang cannot be used.
pub fn settle(pair: &mut Pair, adopt: &[String], follows: &mut Follows) -> Result<()> {
    pair.old.assume_constant(BTreeSet::new());
    pair.new.assume_constant(BTreeSet::new());
    let candidates = candidates(pair);
    if candidates.iter().any(|&(_, theirs)| !pair.tables.contains_key(&pair.new.key(theirs))) {
        let [old, new] = follows.of(pair)?;
        for &(ours, theirs) in &candidates {
            let was = old.obstacle(&declared(&pair.old, ours)).map(|found| (true, found));
            let is = || new.obstacle(&declared(&pair.new, theirs)).map(|found| (false, found));
            pair.tables.insert(pair.new.key(theirs), was.or_else(is));
        }
    }
    let adopted = cross::adopted(&pair.new, adopt);
    let (mut ours_unwritten, mut theirs_unwritten) = (BTreeSet::new(), BTreeSet::new());
    for (ours, theirs) in candidates {
        if adopted.contains(&theirs) {
            ours_unwritten.insert(ours);
            theirs_unwritten.insert(theirs);
        }
        match &pair.tables[&pair.new.key(theirs)] {
            None => {
                ours_unwritten.insert(ours);
                theirs_unwritten.insert(theirs);
            }
            Some((true, found)) => _ = pair.old.written.insert(ours, found.clone()),
            Some((false, found)) => _ = pair.new.written.insert(theirs, found.clone()),
        }
    }
    pair.old.assume_constant(ours_unwritten);
    pair.new.assume_constant(theirs_unwritten);
    Ok(())
}

/// Tables with a list in both versions, of which the number of elements changes: (old, new). Elements of
/// another type, and tables that are carried by hand, have other rules.
fn candidates(pair: &Pair) -> Vec<(ItemId, ItemId)> {
    let changes = diff::diff(&pair.old, &pair.new);
    let grown = |ours: ItemId, theirs: ItemId| {
        let (was, is) = (&pair.old.items[ours].entity, &pair.new.items[theirs].entity);
        let element = |shape: &str| shape.split_once(']').map(|(_, element)| element.to_string());
        let other = changes.types.iter().filter_map(Change::new_item).any(|id| is.holds.contains(&id));
        !other && element(&was.shape) == element(&is.shape) && was.dimensions != is.dimensions
    };
    let pairs = changes.globals.iter().filter_map(|change| match change {
        Change::Modified { old, new, how } if how.contains(&Modification::Type) => Some((*old, *new)),
        _ => None,
    });
    let tables = pairs.filter(|&(ours, theirs)| is_table(&pair.old, ours) && is_table(&pair.new, theirs));
    tables.filter(|&(ours, theirs)| grown(ours, theirs) && !by_hand(pair, theirs)).collect()
}

/// A function by hand carries the global of the new program.
pub fn by_hand(pair: &Pair, id: ItemId) -> bool {
    let written = pair.by_hand.iter().flat_map(|by_hand| &by_hand.written);
    let carries = |w: &&Written| matches!(w.purpose, Purpose::ToNew | Purpose::ToOld);
    written.filter(carries).any(|written| written.subject == pair.new.items[id].original)
}

fn is_table(program: &Program, id: ItemId) -> bool {
    let entity = &program.items[id].entity;
    // what lies beside its elements belongs to this instance, and may be written
    let extended = |held: &ItemId| program.unit.extended.contains(&program.items[*held].entity.name);
    let plain = !entity.constant && !entity.thread && !entity.holds.iter().any(extended);
    let list = || program.source(id).split_once('=').is_some_and(|(_, is)| is.trim_start().starts_with('{'));
    plain && !entity.dimensions.is_empty() && program.items[id].defined() && list()
}

/// The places of a variable's name, and of its other views.
pub fn declared(program: &Program, id: ItemId) -> BTreeSet<usize> {
    let views = program.views.iter().filter(|(_, of)| **of == id).map(|(view, _)| *view);
    let all = views.chain([id]).flat_map(|id| &program.items[id].entity.declarations);
    all.map(|declaration| declaration.name_at).collect()
}
