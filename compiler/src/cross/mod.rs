//! Stage 6: how each changed global crosses: migrate, keep, adopt, a fresh instance, or not at all
//! (paper 3.3, 3.4).

mod by_name;
mod folded;
pub mod locks;
mod narrowing;
mod numbers;
mod redefined;
mod refusals;
mod reliant;
pub mod renumbering;
mod sets;
mod starting;
mod threads;

pub use by_name::inward::Inward;
pub use by_name::{keeps_nothing, leaves};

use crate::clang::Kind;
use crate::diag::{Diagnostic, Level};
use crate::diff::{Change, ChangeSet, Modification};
use crate::model::{ItemId, Program, never_return};
use crate::relations::Relations;
use polus_runtime::rules::Rule;
use std::collections::{BTreeMap, BTreeSet};

/// Both versions and what is known about their difference.
#[derive(Clone, Copy)]
pub struct Versions<'p> {
    /// The program that runs.
    pub old: &'p Program,
    /// The program that is to run.
    pub new: &'p Program,
    /// What changed.
    pub changes: &'p ChangeSet,
    /// What the changes reach.
    pub relations: &'p Relations,
}

/// What becomes of each global.
#[derive(Clone, Debug, Default)]
pub struct Crossing {
    /// Old and new instance, kept coherent: (old item, new item).
    pub migrated: Vec<(ItemId, ItemId)>,
    /// The patch brings its own instance: new globals, constants with another value.
    pub fresh: BTreeSet<ItemId>,
    /// Keeps its place and takes the new initialiser: (old item, new item).
    pub adopted: Vec<(ItemId, ItemId)>,
    /// Of globals that need an instance in the patch: those that begin with the old program's initialiser.
    pub first_values: BTreeSet<ItemId>,
    /// Old functions that never return.
    pub endless: BTreeSet<ItemId>,
    /// Migrated globals of the new program with hand-written state synchronization.
    pub by_hand: BTreeMap<ItemId, ByHand>,
    /// Those that hold addresses of themselves, which nobody else has.
    pub inward: BTreeMap<ItemId, Inward>,
}

/// The hand-written functions that carry a global; where there is none, one is generated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ByHand {
    /// From the old instance to the new one.
    pub to_new: Option<ItemId>,
    /// The way back.
    pub to_old: Option<ItemId>,
}

/// The variables of the new program that the command line names to take their new initialiser.
pub fn adopted(new: &Program, adopt: &[String]) -> BTreeSet<ItemId> {
    let named = |id: &ItemId| adopt.iter().any(|name| is_named(new, *id, name));
    new.own(Kind::Variable).filter(named).collect()
}

/// Decides; errors among the diagnostics forbid the patch.
pub fn cross(
    versions: Versions,
    adopt: &[String],
    by_hand: BTreeMap<ItemId, ByHand>,
) -> (Crossing, Vec<Diagnostic>) {
    let endless = never_return(versions.old);
    let mut crossing = Crossing { endless, by_hand, ..Crossing::default() };
    let mut told = vec![];
    told.extend(folded::settle(versions, adopt, &mut crossing));
    for change in &versions.changes.globals {
        told.extend(decide(versions, change, adopt, &mut crossing));
    }
    told.extend(derived(versions, &mut crossing));
    told.extend(refusals::unknown_adoptions(versions, adopt));
    let mut first = vec![];
    if Rule::Endless.holds() {
        first.extend(refusals::endless_users(versions, &crossing));
        first.extend(folded::endless(versions, &crossing));
        first.extend(refusals::endless_parted(versions, &crossing));
    }
    first.extend(reliant::check(versions));
    first.extend(refusals::misled(versions, &crossing));
    first.extend(renumbering::check(versions));
    first.extend(redefined::refusals(versions));
    first.extend(sets::check(versions, &crossing));
    first.extend(threads::check(versions, &crossing));
    crossing.inward = by_name::inward::find(versions, &crossing);
    if Rule::ByName.holds() {
        first.extend(by_name::check(versions, &crossing));
    }
    first.extend(told);
    if first.iter().all(|d| d.level != Level::Error) {
        first.extend(refusals::begun_anew(versions));
        first.extend(narrowing::warnings(versions, &crossing));
        first.extend(starting::warnings(versions));
        first.extend(reliant::waiting(versions, &crossing));
        first.extend(redefined::chosen(versions));
    }
    (crossing, first)
}

fn decide(
    versions: Versions,
    change: &Change,
    adopt: &[String],
    crossing: &mut Crossing,
) -> Option<Diagnostic> {
    let new = versions.new;
    match *change {
        Change::Added { new: id } if new.items[id].entity.function.is_none() => {
            crossing.fresh.insert(id);
            None
        }
        Change::Modified { old: ours, new: theirs, .. } => {
            let entity = &new.items[theirs].entity;
            // Nothing is written to a constant, so its old and new instance need no coherence.
            let constant = entity.constant || versions.old.items[ours].entity.constant;
            let moved = change.is(Modification::Storage) || versions.relations.globals.contains(&theirs);
            match (entity.function.is_some(), constant) {
                (true, true) => None,
                (true, false) if moved => Some(refusals::local_static(versions, ours, theirs)),
                (false, true) => {
                    crossing.fresh.insert(theirs);
                    None
                }
                (false, false) if moved => {
                    crossing.migrated.push((ours, theirs));
                    None
                }
                _ if crossing.fresh.contains(&theirs) && !crossing.first_values.contains(&theirs) => None,
                _ if adopt.iter().any(|name| is_named(new, theirs, name)) => {
                    crossing.adopted.push((ours, theirs));
                    None
                }
                _ => Some(refusals::kept(versions, ours, theirs)),
            }
        }
        _ => None,
    }
}

/// Globals whose own declaration did not change but that hold a changed type.
fn derived(versions: Versions, crossing: &mut Crossing) -> Vec<Diagnostic> {
    let decided: BTreeSet<ItemId> = versions.changes.globals.iter().filter_map(Change::new_item).collect();
    let mut told = vec![];
    for &id in versions.relations.globals.iter().filter(|id| !decided.contains(id)) {
        let Some(ours) = versions.changes.pairing.to_old[id] else { continue };
        let (was, is) = (&versions.old.items[ours].entity, &versions.new.items[id].entity);
        match (is.function.is_some(), is.constant || was.constant) {
            (true, true) => {}
            (true, false) => told.push(refusals::local_static(versions, ours, id)),
            (false, true) => {
                crossing.fresh.insert(id);
            }
            (false, false) => crossing.migrated.push((ours, id)),
        }
    }
    told
}

/// `name` or `file.c:name`, as the command line spells a global.
fn is_named(program: &Program, id: ItemId, wanted: &str) -> bool {
    let original = &program.items[id].original;
    match wanted.split_once(':') {
        Some((file, name)) => {
            name == original
                && program.files(id).iter().any(|f| *f == file || f.ends_with(&format!("/{file}")))
        }
        None => wanted == original,
    }
}
