//! Globals whose address is handed from function to function and kept nowhere else: they cross while none of
//! those functions is active, so that no address of the one instance meets code of the other version.

use super::{Pair, tables};
use crate::clang;
use crate::cross;
use crate::diag::Result;
use crate::diff::{self, Change, Modification};
use crate::model::{self, Follow, Holders, ItemId, Program};
use std::collections::{BTreeMap, BTreeSet};

/// Globals of the new program by key: the keys of the functions of both versions that may hold an address
/// of it while they are active, if nothing else does.
pub type Travelling = BTreeMap<String, Option<[BTreeSet<String>; 2]>>;

/// Both programs' addresses, followed where they are asked for.
#[derive(Default)]
pub struct Follows(Option<[Follow; 2]>);

impl Follows {
    /// Of the old and the new program.
    ///
    /// # Errors
    /// libclang cannot be used.
    pub fn of(&mut self, pair: &Pair) -> Result<&[Follow; 2]> {
        if self.0.is_none() {
            let (old, new) = rayon::join(|| follow(&pair.old), || follow(&pair.new));
            self.0 = Some([old?, new?]);
        }
        Ok(self.0.as_ref().expect("just made"))
    }
}

fn follow(program: &Program) -> Result<Follow> {
    let text = crate::text::shadow_clang(&program.unit.text).text;
    clang::pointers(&text).map(Follow::new).map_err(model::unavailable)
}

/// Looks at every global whose type changes and whose address leaves the function that names it.
///
/// # Errors
/// libclang cannot be used.
pub fn settle(pair: &mut Pair, follows: &mut Follows) -> Result<()> {
    for (ours, theirs) in candidates(pair) {
        let key = pair.new.key(theirs);
        if !pair.travelling.contains_key(&key) {
            let [old, new] = follows.of(pair)?;
            let was = holders(&pair.old, ours, old);
            let both = was.and_then(|was| Some([was, holders(&pair.new, theirs, new)?]));
            pair.travelling.insert(key.clone(), both);
        }
        if let Some([was, is]) = &pair.travelling[&key] {
            let (was, is) = (items(&pair.old, was), items(&pair.new, is));
            pair.old.holders.insert(ours, was);
            pair.new.holders.insert(theirs, is);
        }
    }
    Ok(())
}

fn items(program: &Program, keys: &BTreeSet<String>) -> BTreeSet<ItemId> {
    program.own(clang::Kind::Function).filter(|&id| keys.contains(&program.key(id))).collect()
}

fn candidates(pair: &Pair) -> Vec<(ItemId, ItemId)> {
    let changes = diff::diff(&pair.old, &pair.new);
    let pairs = changes.globals.iter().filter_map(|change| match change {
        Change::Modified { old, new, how } if how.contains(&Modification::Type) => Some((*old, *new)),
        _ => None,
    });
    let leaves = |&(ours, theirs): &(ItemId, ItemId)| leaves(&pair.old, ours) || leaves(&pair.new, theirs);
    let plain = |&(ours, theirs): &(ItemId, ItemId)| is_plain(&pair.old, ours) && is_plain(&pair.new, theirs);
    pairs.filter(plain).filter(leaves).filter(|&(_, theirs)| !tables::by_hand(pair, theirs)).collect()
}

fn is_plain(program: &Program, id: ItemId) -> bool {
    let entity = &program.items[id].entity;
    let extended = |held: &ItemId| program.unit.extended.contains(&program.items[*held].entity.name);
    let plain = !entity.constant && !entity.thread && entity.function.is_none();
    plain && program.items[id].defined() && !entity.holds.iter().any(extended)
}

fn leaves(program: &Program, id: ItemId) -> bool {
    program.uses.iter().any(|u| u.target == id && cross::leaves(program, u))
}

/// Keys of the functions that may hold an address of the global while they are active.
fn holders(program: &Program, id: ItemId, follow: &Follow) -> Option<BTreeSet<String>> {
    let held: Holders = follow.holders(&tables::declared(program, id))?;
    if !held.lent.iter().all(|callee| cross::keeps_nothing(program, callee)) {
        return None;
    }
    let functions: Vec<ItemId> = program.own(clang::Kind::Function).collect();
    let around = |at: &usize| functions.iter().copied().find(|&function| program.span(function).contains(at));
    let given_back: BTreeSet<ItemId> = held.given_back.iter().filter_map(around).collect();
    let naming = program.uses.iter().filter(|u| u.target == id || given_back.contains(&u.target));
    let mut found: BTreeSet<ItemId> = naming.map(|u| u.holder).collect();
    found.extend(held.variables.iter().map(around).collect::<Option<Vec<_>>>()?);
    let is_code = |id: &ItemId| program.items[*id].kind() == clang::Kind::Function;
    found
        .iter()
        .all(|holder| is_code(holder) || *holder == id)
        .then(|| found.iter().filter(|holder| is_code(holder)).map(|&holder| program.key(holder)).collect())
}
