//! Globals that hold pointers into themselves: a cursor into their own buffer, an end. Such an address
//! crosses as the same place of the other instance; that needs every pointer into the global to stay in
//! it, or in the function that looks at it.

mod walk;

use crate::clang::{Escape, Kind, Role};
use crate::cross::{Crossing, Versions};
use crate::model::{ItemId, Program, Syntax};
use std::collections::{BTreeMap, BTreeSet};
use walk::Walk;

/// A global's addresses of itself; members as written behind its name: `cursor`, `in.end`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inward {
    /// The members that may hold such addresses.
    pub members: BTreeSet<String>,
    /// What they lead into.
    pub targets: BTreeSet<String>,
}

/// The migrated globals of the new program whose addresses stay in themselves, in both versions.
pub fn find(versions: Versions, crossing: &Crossing) -> BTreeMap<ItemId, Inward> {
    let stored = |program: &Program, id: ItemId| {
        program.uses.iter().any(|u| u.target == id && u.role == Role::Address(Escape::Elsewhere))
    };
    let pairs = crossing.migrated.iter();
    let pairs = pairs.filter(|&&(ours, theirs)| stored(versions.old, ours) || stored(versions.new, theirs));
    let found = pairs.filter_map(|&(ours, theirs)| {
        let (mut both, new) = (inward(versions.old, ours).ok()?, inward(versions.new, theirs).ok()?);
        both.members.extend(new.members);
        both.targets.extend(new.targets);
        Some((theirs, both))
    });
    found.collect()
}

/// Where an address of the global goes elsewhere, though some are kept in itself: an offset in the text.
pub fn leaves_at(program: &Program, id: ItemId) -> Option<usize> {
    inward(program, id).err().flatten()
}

/// An error: an address of the global may be elsewhere; with the place, if there is one.
fn inward(program: &Program, id: ItemId) -> Result<Inward, Option<usize>> {
    let entity = &program.items[id].entity;
    let record = record_of(program, id).filter(|_| !entity.thread && entity.dimensions.is_empty());
    let record = record.ok_or(None)?;
    let uses = program.uses.iter().filter(|u| u.target == id && u.role != Role::Mention);
    let holders: BTreeSet<ItemId> = uses.map(|u| u.holder).collect();
    let mut found = Inward::default();
    loop {
        let before = found.members.len();
        for &holder in &holders {
            stays_in(program, (id, record), holder, &mut found)?;
        }
        if found.members.len() == before {
            return Ok(found);
        }
    }
}

fn record_of(program: &Program, id: ItemId) -> Option<ItemId> {
    let held = program.items[id].entity.holds.iter().copied();
    held.into_iter().find(|&held| program.items[held].kind() == Kind::Record)
}

/// Addresses of the global that `holder` takes stay; notes the members that get one.
fn stays_in(
    program: &Program,
    (id, record): (ItemId, ItemId),
    holder: ItemId,
    found: &mut Inward,
) -> Result<(), Option<usize>> {
    let syntax = Syntax::at(program, program.span(holder).start).ok_or(None)?;
    let named: BTreeSet<usize> =
        program.uses_in(holder).iter().filter(|u| u.target == id).map(|u| u.offset).collect();
    let mut walk = Walk::new((program, &syntax), record, named, found);
    match syntax.function() {
        Some(_) if syntax.hidden.iter().any(|token| token == "asm" || token == "__asm__") => walk.leave(),
        Some(definition) => walk.function(&definition.statement.node),
        None if holder == id => {
            let declared = syntax.declarator(&program.items[id].entity.name).ok_or(None)?;
            walk.own_initializer(declared.node.initializer.as_ref().map(|i| &i.node));
        }
        None => walk.leave(),
    }
    walk.left.map_or(Ok(()), |at| Err(Some(at)))
}

#[cfg(test)]
mod tests;
