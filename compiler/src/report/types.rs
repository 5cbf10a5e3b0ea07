//! What becomes of each changed type: strategy, fields, instances, what an access costs.

use super::Sources;
use crate::clang::Kind;
use crate::construct::{Analysis, Pair};
use crate::diag::{Diagnostic, Level};
use crate::diff::Change;
use crate::extend::Extended;
use crate::model::{ItemId, Program};
use serde_json::{Value, json};

/// A changed type.
pub struct Line {
    /// As C spells it.
    pub name: String,
    /// Its new declaration.
    pub place: String,
    /// `migrate`, `extend`, `replace` or `refused`.
    pub strategy: &'static str,
    /// Why, or how.
    pub why: Vec<String>,
    /// Named globals of the type.
    pub globals: Vec<String>,
}

/// One line for each changed type of both versions.
pub fn types(pair: &Pair, analysis: &Analysis) -> Vec<Line> {
    let Sources { old, new, changes } = Sources::new(pair, analysis);
    let modified = changes.types.iter().filter_map(|change| match *change {
        Change::Modified { old, new: theirs, .. } => Some((old, theirs)),
        _ => None,
    });
    let kinds = [Kind::Record, Kind::Enum];
    let outside =
        |id: ItemId| kinds.contains(&new.items[id].kind()) && new.items[id].entity.function.is_none();
    modified
        .filter(|(_, theirs)| outside(*theirs))
        .map(|(ours, theirs)| line(pair, analysis, (old, new), ours, theirs))
        .collect()
}

fn line(
    pair: &Pair,
    analysis: &Analysis,
    (old, new): (&Program, &Program),
    ours: ItemId,
    theirs: ItemId,
) -> Line {
    let name = &new.items[theirs].entity.name;
    let extended = pair.kept.types.iter().find(|t| t.name == *name && !name.is_empty());
    let refusals = refusals(pair, analysis, name);
    let plain = |&(global, _): &(ItemId, ItemId)| old.named(&pair.old.items[global].entity.name).to_vec();
    let migrated = analysis.crossing.migrated.iter().flat_map(plain).any(|global| holds(old, global, ours));
    let numbered = pair.kept.numbers.names.contains_key(name) && !name.is_empty() && refusals.is_empty();
    let (strategy, why) = match extended {
        None if numbered => ("extend", numbers(pair, new, theirs)),
        Some(extended) => ("extend", extension(extended)),
        None if !refusals.is_empty() => ("refused", refusals),
        None if migrated => ("migrate", vec!["all code reaches its objects by name".into()]),
        None => (
            "replace",
            vec![
                "no object of it outlives the functions that the patch replaces, or its layout stays".into(),
            ],
        ),
    };
    let held = |&id: &ItemId| old.items[id].entity.holds.contains(&ours);
    let globals = old.own(Kind::Variable).filter(held).map(|id| old.title(id)).collect();
    Line { name: new.title(theirs), place: super::place(new, theirs), strategy, why, globals }
}

fn holds(old: &Program, global: ItemId, ours: ItemId) -> bool {
    let mut open = old.items[global].entity.holds.clone();
    let mut seen = vec![];
    while let Some(id) = open.pop() {
        if id == ours {
            return true;
        }
        if !seen.contains(&id) {
            seen.push(id);
            open.extend(&old.items[id].entity.holds);
        }
    }
    false
}

fn refusals(pair: &Pair, analysis: &Analysis, name: &str) -> Vec<String> {
    let not_carried = pair.kept.refused.iter().filter(|(other, _)| other == name).map(|(_, told)| told);
    let errors = analysis.told.iter().filter(|d| d.level == Level::Error);
    let about = |told: &&Diagnostic| told.blames.iter().any(|&id| pair.new.items[id].entity.name == name);
    let mut titles: Vec<String> =
        not_carried.chain(errors.filter(about)).map(|told| told.title.clone()).collect();
    titles.dedup();
    titles
}

/// Numbers that are not those of the new version.
fn numbers(pair: &Pair, new: &Program, theirs: ItemId) -> Vec<String> {
    let entity = &new.items[theirs].entity;
    let given = pair.new.named(&entity.name).iter().flat_map(|&id| &pair.new.items[id].entity.enumerators);
    let other = given.filter(|(name, value)| !entity.enumerators.contains(&(name.clone(), *value)));
    let other: Vec<String> = other.map(|(name, value)| format!("{name} is {value}")).collect();
    match other.is_empty() {
        true => vec!["all names have the same numbers".into()],
        false => vec![format!("old names keep their numbers: {}", other.join(", "))],
    }
}

/// What lies where, for people.
fn extension(extended: &Extended) -> Vec<String> {
    let mut told = vec![];
    let gone: Vec<&str> = extended.layers[0]
        .fields
        .iter()
        .zip(&extended.kept[0])
        .filter(|(slot, name)| name.is_none() && !slot.name.is_empty() && !extended.layers[0].union)
        .map(|(slot, _)| slot.name.as_str())
        .collect();
    if !extended.added.is_empty() {
        told.push(format!(
            "{} beside each object: no look-up for named globals, one by address for others",
            extended.added.join(", ")
        ));
    }
    if !gone.is_empty() {
        told.push(format!("the bytes of {} stay, unused", gone.join(", ")));
    }
    for (from, to) in &extended.renamed {
        told.push(format!("{from} is taken to be {to} now"));
    }
    for (field, value) in &extended.constants {
        told.push(format!("{field} begins with {value} in objects that existed before, as in all new ones"));
    }
    if let Some(hook) = &extended.hook {
        told.push(format!("{hook} sets the new fields of objects that existed before"));
    }
    if told.is_empty() {
        told.push("the old layout holds all fields".into());
    }
    told
}

/// For machines.
pub fn json(line: &Line) -> Value {
    json!({"name": line.name, "place": line.place, "strategy": line.strategy, "why": line.why, "globals": line.globals})
}
