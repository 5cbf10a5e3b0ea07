//! Stage 6b: extend: changed types keep the old layout, and what is new lies beside the objects (design
//! 3.2). The new program is rewritten to that, so that all later stages see types that did not change.

mod body;
mod edits;
mod fields;
mod initial;
mod provide;
mod rewrite;

pub use fields::Extended;
pub use provide::LISTS;

use crate::clang::{self, Kind};
use crate::cross::Versions;
use crate::diag::Diagnostic;
use crate::merge::MergedUnit;
use crate::model::{ItemId, Program};
use crate::text;
use std::collections::{BTreeMap, BTreeSet};

/// A rewritten program, and what became of which type.
pub struct Extension {
    /// The text.
    pub unit: MergedUnit,
    /// The types.
    pub types: Vec<Extended>,
}

/// The records that must be extended along: changed ones that an extended one holds.
pub fn closed(versions: Versions, chosen: &BTreeSet<ItemId>) -> BTreeSet<ItemId> {
    let mut all = chosen.clone();
    let mut open: Vec<ItemId> = chosen.iter().copied().collect();
    while let Some(id) = open.pop() {
        for &held in &versions.new.items[id].entity.holds {
            let changed = versions.relations.types.contains(&held);
            if changed && versions.new.items[held].kind() == Kind::Record && all.insert(held) {
                open.push(held);
            }
        }
    }
    all
}

/// Rewrites the new program so that the types `chosen` keep their old layout.
///
/// # Errors
/// What of them cannot be carried so, with its place.
pub fn extend(versions: Versions, chosen: &BTreeSet<ItemId>) -> Result<Extension, Vec<Diagnostic>> {
    let chosen = closed(versions, chosen);
    let types = placed(versions, &chosen)?;
    let new = versions.new;
    let carriers = carriers(new, &types);
    let names = declared_at(new, &carriers);
    let sites = match names.is_empty() {
        true => vec![],
        false => clang::sites(&text::shadow_clang(&new.unit.text).text, &names.keys().copied().collect())
            .map_err(|_| vec![Diagnostic::error("libclang cannot be used")])?,
    };
    let unit = rewrite::rewrite(versions, &types, &carriers, &names, &sites)?;
    Ok(Extension { unit, types })
}

/// Where each field of each type lies.
fn placed(versions: Versions, chosen: &BTreeSet<ItemId>) -> Result<Vec<Extended>, Vec<Diagnostic>> {
    let (mut types, mut told) = (vec![], vec![]);
    for &theirs in chosen {
        let Some(ours) = versions.changes.pairing.to_old[theirs] else { continue };
        match fields::place(versions.old, ours, versions.new, theirs) {
            Ok(extended) if versions.new.items[theirs].entity.name.is_empty() => {
                told.push(refusal(versions, &extended.ours, theirs, "it has no name".into()));
            }
            Ok(extended) => types.push(extended),
            Err(misfits) => {
                let why: Vec<String> = misfits.iter().map(|m| format!("{} {}", m.field, m.why)).collect();
                told.push(refusal(versions, &ours, theirs, why.join("; ")));
            }
        }
    }
    if told.is_empty() { Ok(types) } else { Err(told) }
}

fn refusal(versions: Versions, ours: &ItemId, theirs: ItemId, why: String) -> Diagnostic {
    Diagnostic::error(format!("{} cannot keep its layout: {why}", versions.new.title(theirs)))
        .at(versions.new.place(theirs), "the new declaration")
        .at(versions.old.place(*ours), "the old declaration")
        .help("keep these fields in this update, or restart the program for this change")
}

/// The records that have something beside them, and those that hold such ones.
fn carriers(new: &Program, types: &[Extended]) -> BTreeSet<ItemId> {
    let mut all: BTreeSet<ItemId> = types.iter().filter(|t| !t.added.is_empty()).map(|t| t.theirs).collect();
    loop {
        let holders = (0..new.items.len()).filter(|&id| new.items[id].kind() == Kind::Record);
        let more: Vec<ItemId> = holders
            .filter(|id| !all.contains(id) && new.items[*id].entity.holds.iter().any(|held| all.contains(held)))
            .collect();
        if more.is_empty() {
            return all;
        }
        all.extend(more);
    }
}

/// Places of the records' names, in all declarations.
fn declared_at(new: &Program, records: &BTreeSet<ItemId>) -> BTreeMap<usize, ItemId> {
    let places = |&id: &ItemId| new.items[id].entity.declarations.iter().map(move |d| (d.name_at, id));
    records.iter().flat_map(places).collect()
}

/// Extended types whose layout in the rewritten program is not the old one after all.
pub fn check(old: &Program, new: &Program, types: &[Extended]) -> Vec<Diagnostic> {
    let wrong = types.iter().filter_map(|extended| {
        let was = &old.items[extended.ours].entity;
        let theirs = new.named(&extended.name).iter().copied().find(|id| new.items[*id].kind() == Kind::Record)?;
        let is = &new.items[theirs].entity;
        let moved = extended.kept.iter().find(|(field, name)| {
            let now = name.as_ref().filter(|n| !n.is_empty()).and_then(|n| is.fields.iter().find(|f| f.name == *n));
            now.is_some_and(|now| (now.offset, now.size) != (field.offset, field.size)) && !is.union
        });
        let size = (was.size, was.align) != (is.size, is.align);
        let what = match moved {
            Some((field, _)) => format!("field {} would move", field.name),
            None if size => format!("it would have {} bytes instead of {}", is.size.unwrap_or(0), was.size.unwrap_or(0)),
            None => return None,
        };
        let told = Diagnostic::error(format!("{} cannot keep its layout: {what}", old.title(extended.ours)));
        Some(told.at(old.place(extended.ours), "the old declaration").at(new.place(theirs), "the new declaration"))
    });
    wrong.collect()
}
