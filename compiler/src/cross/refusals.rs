//! What cannot cross, told with both declarations and the use that forbids it.

use super::{Crossing, Versions, functions, is_named};
use crate::clang::{Kind, Role};
use crate::diag::Diagnostic;
use crate::model::ItemId;
use std::collections::BTreeSet;

/// An enumerator of a stored enumeration has another number.
pub fn renumbered(versions: Versions) -> Vec<Diagnostic> {
    let new = versions.new;
    let enumerations = new.own(Kind::Enum).filter(|&id| is_stored(versions, id));
    enumerations
        .filter_map(|id| {
            let changed = &versions.changes.renumbered;
            let (name, value) = new.items[id].entity.enumerators.iter().find(|(n, _)| changed.contains(n))?;
            let ours = versions.changes.pairing.to_old[id];
            let was =
                ours.and_then(|o| versions.old.items[o].entity.enumerators.iter().find(|(n, _)| n == name));
            let mut told = Diagnostic::error(format!(
                "{} is renumbered: {name} was {} and is {value}",
                new.title(id),
                was.map_or("unknown".into(), |(_, v)| v.to_string())
            ));
            if let Some(ours) = ours {
                told = told.at(versions.old.place(ours), "the old declaration");
            }
            Some(
                told.at(new.place(id), "the new declaration")
                    .note("values stored in the running process would change their meaning")
                    .help("append new enumerators at the end, or give the old ones their old numbers"),
            )
        })
        .collect()
}

/// Something besides its own declaration has the enumeration's type.
fn is_stored(versions: Versions, id: ItemId) -> bool {
    let new = versions.new;
    let entity = &new.items[id].entity;
    !entity.name.is_empty()
        && new.uses.iter().any(|u| u.target == id && u.role == Role::Mention && u.holder != id)
        || new.items.iter().any(|i| i.kind() != Kind::Typedef && i.entity.holds.contains(&id))
}

/// A static inside a function has another type.
pub fn local_static(versions: Versions, ours: ItemId, theirs: ItemId) -> Diagnostic {
    Diagnostic::error(format!("the static {} changes its type", versions.new.title(theirs)))
        .at(versions.old.place(ours), "the old declaration")
        .at(versions.new.place(theirs), "the new declaration")
        .note("a static inside a function keeps its instance; only its initialiser may change")
        .help("move it to file scope in both versions, or give the new one another name")
}

/// A mutable global keeps its running value.
pub fn kept(versions: Versions, ours: ItemId, theirs: ItemId) -> Diagnostic {
    let name = &versions.new.items[theirs].original;
    Diagnostic::warning(format!(
        "{} keeps its running value; only its initialiser changed",
        versions.new.title(theirs)
    ))
    .at(versions.new.place(theirs), "the new initialiser is not used")
    .at(versions.old.place(ours), "the old one")
    .help(format!("use --adopt {name} to take the new value"))
}

/// Names given to `--adopt` that no global with another initialiser has.
pub fn unknown_adoptions(versions: Versions, adopt: &[String]) -> Vec<Diagnostic> {
    let changed: Vec<ItemId> = versions.changes.globals.iter().filter_map(|c| c.new_item()).collect();
    let unknown = adopt.iter().filter(|name| !changed.iter().any(|&id| is_named(versions.new, id, name)));
    unknown
        .map(|name| Diagnostic::error(format!("--adopt {name}: no such global changed its initialiser")))
        .collect()
}

/// A migrated global that an endless old function uses would never be left.
pub fn endless_users(versions: Versions, crossing: &Crossing) -> Vec<Diagnostic> {
    let old = versions.old;
    let migrated: BTreeSet<ItemId> = crossing.migrated.iter().map(|(old, _)| *old).collect();
    let mut told = vec![];
    for function in functions(old).filter(|f| crossing.endless.contains(f)) {
        let used = versions.relations.uses.iter().filter(|(f, g)| *f == function && migrated.contains(g));
        for &(_, global) in used {
            let at = old.value_uses(global).find(|u| u.holder == function);
            let mut refusal = Diagnostic::error(format!(
                "{} changes, and {}, which never returns, uses it",
                old.title(global),
                old.title(function)
            ));
            if let Some(found) = at {
                refusal =
                    refusal.at(old.place_at(found.offset), "used here by a function that stays old for ever");
            }
            refusal = with_declarations(refusal, versions, global);
            told.push(
                refusal
                    .help("restart the program for this change, or leave the type as it is in this update"),
            );
        }
    }
    told
}

/// Adds the old and the new declaration of what changed about a global: its type, if that changed.
pub fn with_declarations(told: Diagnostic, versions: Versions, global: ItemId) -> Diagnostic {
    let (old, new) = (versions.old, versions.new);
    let changed = changed_type_of(versions, global).unwrap_or(global);
    let told = told.at(old.place(changed), "the old declaration");
    match versions.changes.pairing.to_new[changed] {
        Some(theirs) => told.at(new.place(theirs), "the new declaration"),
        None => told,
    }
}

/// The changed type (of the old program) that a global holds, innermost first.
fn changed_type_of(versions: Versions, global: ItemId) -> Option<ItemId> {
    let (old, pairing) = (versions.old, &versions.changes.pairing);
    let changed = |id: ItemId| pairing.to_new[id].is_some_and(|n| versions.relations.types.contains(&n));
    let mut found = old.items[global].entity.holds.iter().copied().find(|&id| changed(id))?;
    while let Some(inner) =
        old.items[found].entity.holds.iter().copied().find(|&id| id != found && changed(id))
    {
        found = inner;
    }
    Some(found)
}
