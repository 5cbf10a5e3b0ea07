//! Globals whose addresses active functions have: all of these are replaced, so that the change can wait
//! until none is active in either version, and those that stay active for ever are done with them.

use super::{Copies, Reason, Relations, with_copies};
use crate::diff::ChangeSet;
use crate::model::{ItemId, Program, ends_in, keep_for_good, never_return};
use std::collections::BTreeSet;

/// Functions that may hold an address of one of these globals: (global, function).
pub fn holders(program: &Program, globals: &BTreeSet<ItemId>) -> BTreeSet<(ItemId, ItemId)> {
    let known = globals.iter().filter_map(|global| Some((*global, program.holders.get(global)?)));
    known.flat_map(|(global, held)| held.iter().map(move |&function| (global, function))).collect()
}

/// The functions that such globals make the patch replace.
pub fn seed(
    old: &Program,
    new: &Program,
    changes: &ChangeSet,
    copies: &dyn Copies,
    relations: &mut Relations,
) {
    let (to_old, to_new) = (&changes.pairing.to_old, &changes.pairing.to_new);
    let globals: BTreeSet<ItemId> = relations.globals.iter().copied().collect();
    let ours: BTreeSet<ItemId> = globals.iter().filter_map(|&id| to_old[id]).collect();
    let was = holders(old, &ours);
    let replaced =
        |function: ItemId| Some(function).filter(|&f| new.items[f].defined() && to_old[f].is_some());
    let of_old = was.iter().filter_map(|&(global, f)| Some((to_new[global]?, replaced(to_new[f]?)?)));
    let of_new = holders(new, &globals).into_iter().filter_map(|(global, f)| Some((global, replaced(f)?)));
    for (global, function) in of_old.chain(of_new) {
        relations.affected.entry(function).or_default().insert(Reason::MayHold(global));
    }
    let users: BTreeSet<ItemId> =
        was.into_iter().flat_map(|(_, function)| with_copies(function, copies)).collect();
    if users.is_empty() {
        return;
    }
    let endless = never_return(old);
    let (ours, theirs) = (keep_for_good(old), keep_for_good(new));
    for &user in users.intersection(&endless) {
        let end = ends_in(old, user, &ours).filter(|&end| is_left_to(old, user, end, copies));
        let counterpart = |end: ItemId| {
            let (user, end) = (to_new[user]?, to_new[end]?);
            (ends_in(new, user, &theirs) == Some(end)).then_some((user, end))
        };
        if let Some((ours, (user_now, end_now))) = end.and_then(|end| Some((end, counterpart(end)?))) {
            relations.ends.insert(user, ours);
            relations.affected.entry(end_now).or_default().insert(Reason::EndOf(user_now));
        }
    }
}

/// A call of its own, which a stack shows, and no jump back.
fn is_left_to(old: &Program, user: ItemId, end: ItemId, copies: &dyn Copies) -> bool {
    !with_copies(end, copies).contains(&user) && !old.source(user).contains("setjmp")
}
