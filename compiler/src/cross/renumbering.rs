//! Enumerations of which a name has another number: what becomes of each value, by the enumerators' names.

use super::Versions;
use crate::clang::{Entity, Kind, Role, Use};
use crate::diag::Diagnostic;
use crate::model::ItemId;
use crate::relations::names_of_enumeration;
use std::collections::{BTreeMap, BTreeSet};

/// What a value of the one enumeration becomes in the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It keeps its number.
    Stays,
    /// The number of the same name there.
    Becomes(i64),
    /// The name is gone, and its number means something else.
    Lost,
}

/// A named value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enumerator {
    /// The first name that it has.
    pub name: String,
    /// Its number.
    pub value: i64,
    /// What becomes of it.
    pub fate: Fate,
}

/// The fates of all values that have a name, by number.
pub fn fates(from: &Entity, to: &Entity) -> Vec<Enumerator> {
    let there: BTreeMap<&str, i64> = to.enumerators.iter().map(|(n, v)| (n.as_str(), *v)).collect();
    let here: BTreeMap<&str, i64> = from.enumerators.iter().map(|(n, v)| (n.as_str(), *v)).collect();
    let mut found: BTreeMap<i64, Enumerator> = BTreeMap::new();
    for (name, value) in &from.enumerators {
        let fate = match there.get(name.as_str()) {
            Some(other) if other == value => Fate::Stays,
            Some(other) => Fate::Becomes(*other),
            // Nothing else, or only a new name, has the number: it was renamed, or goes on unnamed.
            None if to.enumerators.iter().all(|(n, v)| v != value || !here.contains_key(n.as_str())) => {
                Fate::Stays
            }
            None => Fate::Lost,
        };
        let known = found.get(value).is_some_and(|e| there.contains_key(e.name.as_str()));
        if !known {
            found.insert(*value, Enumerator { name: name.clone(), value: *value, fate });
        }
    }
    found.into_values().collect()
}

/// Some name has another number in the other one.
pub fn is_renumbered(from: &Entity, to: &Entity) -> bool {
    let other = |name: &str, value: i64| to.enumerators.iter().any(|(n, v)| n == name && *v != value);
    from.enumerators.iter().any(|(name, value)| other(name, *value))
}

/// Enumerators with another number: an error where values stand outside of named globals, else a warning.
pub fn check(versions: Versions) -> Vec<Diagnostic> {
    versions.new.own(Kind::Enum).filter_map(|id| one(versions, id)).collect()
}

fn one(versions: Versions, id: ItemId) -> Option<Diagnostic> {
    let Versions { old, new, changes, relations } = versions;
    let entity = &new.items[id].entity;
    let (name, value) = entity.enumerators.iter().find(|(n, _)| changes.renumbered.contains(n))?;
    if entity.function.is_some() {
        return None;
    }
    let has = |o: &ItemId| old.items[*o].entity.enumerators.iter().any(|(n, _)| n == name);
    let ours = old.own(Kind::Enum).find(has)?;
    let (_, was) = old.items[ours].entity.enumerators.iter().find(|(n, _)| n == name)?;
    let stored = is_stored(versions, id);
    let title = match (stored, entity.name.is_empty()) {
        (true, false) => format!("{} is renumbered: {name} was {was} and is {value}", new.title(id)),
        _ => format!("{name} was {was} and is {value}"),
    };
    let crosses =
        relations.renumbered.crossing.contains(&id) && ambiguous(&old.items[ours].entity, entity).is_none();
    let counts = |name: &String| new.unit.counting.contains(name);
    if entity.enumerators.iter().all(|(name, _)| !changes.renumbered.contains(name) || counts(name)) {
        let moved =
            Diagnostic::warning(format!("{name}, which counts the others, moves from {was} to {value}"));
        return Some(
            moved
                .at(new.place(id), "the new declaration")
                .note("a value that equals it is one of the new ones now"),
        );
    }
    let told = if stored && !crosses { Diagnostic::error(title) } else { Diagnostic::warning(title) };
    let told = told.at(old.place(ours), "the old declaration").at(new.place(id), "the new declaration");
    Some(match (stored, crosses) {
        (false, _) => told
            .note("every function that names it is replaced; a number kept in a variable stays what it was"),
        (true, true) => told.note(format!(
            "{} by the enumerators' names; a number kept elsewhere, in a file or a message, stays what it was",
            holders(versions, id)
        )),
        (true, false) => refused(told, versions, ours, id),
    })
}

fn refused(mut told: Diagnostic, versions: Versions, ours: ItemId, id: ItemId) -> Diagnostic {
    let Versions { old, new, relations, .. } = versions;
    if let Some(why) = ambiguous(&old.items[ours].entity, &new.items[id].entity) {
        told = told.note(why);
    } else if let Some(holder) = relations.renumbered.staying.get(&id) {
        let program = if holder.is_old { old } else { new };
        let version = if holder.is_old { "old" } else { "new" };
        told = told.at(program.place_at(holder.offset), format!("{} ({version} version)", holder.what));
    }
    told.blame([id])
        .note("values stored in the running process would change their meaning")
        .help("append new enumerators at the end, or give the old ones their old numbers")
}

/// `state and table cross`: the migrated globals that hold values.
fn holders(versions: Versions, id: ItemId) -> String {
    let new = versions.new;
    let globals = versions.relations.globals.iter().filter(|g| holds(versions, **g, id));
    let names: Vec<String> = globals.map(|&g| new.title(g)).collect();
    match names.len() {
        0 => "values in named globals cross".into(),
        1 => format!("{} crosses", names.join(", ")),
        _ => format!("{} cross", names.join(", ")),
    }
}

fn holds(versions: Versions, holder: ItemId, id: ItemId) -> bool {
    let held = &versions.new.items[holder].entity.holds;
    held.iter().any(|&inner| inner == id || inner != holder && holds(versions, inner, id))
}

/// Why the names do not tell what a number means.
fn ambiguous(was: &Entity, is: &Entity) -> Option<String> {
    let single = |v: i64| v > 0 && v & (v - 1) == 0;
    let values =
        |e: &Entity| e.enumerators.iter().map(|(_, v)| *v).filter(|v| *v != 0).collect::<BTreeSet<_>>();
    let flags = |e: &Entity| values(e).len() > 2 && values(e).into_iter().all(single);
    if flags(was) || flags(is) {
        return Some("its values are flags, and numbers made of several have no name".into());
    }
    [(was, is), (is, was)].into_iter().find_map(|(from, to)| {
        let number = |e: &Entity, name: &str| e.enumerators.iter().find(|(n, _)| n == name).map(|(_, v)| *v);
        let mut there: BTreeMap<i64, (&str, i64)> = BTreeMap::new();
        from.enumerators.iter().find_map(|(name, value)| {
            let other = number(to, name)?;
            let (first, known) = *there.entry(*value).or_insert((name, other));
            (known != other)
                .then(|| format!("{first} and {name} are one number in one version, and two in the other"))
        })
    })
}

/// Something besides its own declaration has the enumeration's type.
fn is_stored(versions: Versions, id: ItemId) -> bool {
    let new = versions.new;
    let entity = &new.items[id].entity;
    // Its first typedef alone says nothing of values.
    let names = names_of_enumeration(new, id);
    let mention = |u: &&Use| u.role == Role::Mention && names.contains(&u.target);
    !entity.name.is_empty() && new.uses.iter().filter(mention).any(|u| !names.contains(&u.holder))
        || new.items.iter().any(|i| i.kind() != Kind::Typedef && i.entity.holds.contains(&id))
}
