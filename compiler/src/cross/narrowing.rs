//! What does not survive a migration: values that the other type cannot hold, elements beyond the end of
//! a shorter array, enumerators that the other version does not have.

use super::numbers::Number;
use super::renumbering::{self, Fate};
use super::{Crossing, Versions};
use crate::clang::{Entity, Kind};
use crate::diag::Diagnostic;
use crate::model::{ItemId, Program};

/// Warnings for each migrated global, about the way there and the way back.
pub fn warnings(versions: Versions, crossing: &Crossing) -> Vec<Diagnostic> {
    let Versions { old, new, .. } = versions;
    let mut told = vec![];
    let generated = |theirs: &ItemId| crossing.by_hand.get(theirs).is_none_or(|own| own.to_old.is_none());
    for &(ours, theirs) in crossing.migrated.iter().filter(|(_, theirs)| generated(theirs)) {
        let mut found = Found::default();
        let name = new.title(theirs);
        let sides = (Side::of(old, ours), Side::of(new, theirs));
        pair(versions, &sides.0, &sides.1, &name, &mut found);
        told.extend(found.told(versions, ours, theirs));
    }
    told
}

/// What is lost, by kind of loss.
#[derive(Default)]
struct Found {
    /// Paths with both types.
    back: Vec<String>,
    forth: Vec<String>,
    /// Paths with the first index that the other side lacks.
    longer: Vec<String>,
    shorter: Vec<String>,
    /// Paths with names.
    unknown: Vec<String>,
    gone: Vec<String>,
}

impl Found {
    fn told(self, versions: Versions, ours: ItemId, theirs: ItemId) -> Vec<Diagnostic> {
        let converts = "a value too large is converted as C converts it";
        let stay = "they stay in the instance that has them, and are back when it is used again";
        let keeps = "the other version's instance keeps the value that it had";
        let parts = [
            (self.back, "a rollback may cut values", converts),
            (self.forth, "the update may cut values", converts),
            (self.longer, "a rollback leaves elements behind", stay),
            (self.shorter, "the update leaves elements behind", stay),
            (self.unknown, "a rollback cannot carry enumerators that are new", keeps),
            (self.gone, "the update cannot carry enumerators that are gone", keeps),
        ];
        let found = parts.into_iter().filter(|(found, ..)| !found.is_empty());
        found
            .map(|(found, title, note)| {
                Diagnostic::warning(format!("{title}: {}", found.join(", ")))
                    .at(versions.new.place(theirs), "the new declaration")
                    .at(versions.old.place(ours), "the old declaration")
                    .note(note)
            })
            .collect()
    }
}

/// One side's type.
struct Side<'p> {
    shape: &'p str,
    held: Option<ItemId>,
    dimensions: &'p [u64],
    /// Of a bit-field.
    width: Option<u64>,
}

impl<'p> Side<'p> {
    fn of(program: &'p Program, id: ItemId) -> Self {
        let Entity { shape, holds, dimensions, .. } = &program.items[id].entity;
        Self { shape, held: holds.first().copied(), dimensions, width: None }
    }

    /// The type of the elements, if it is an array.
    fn element(&self) -> &'p str {
        let mut shape = self.shape;
        for _ in self.dimensions {
            shape = shape.split_once(']').map_or(shape, |(_, rest)| rest);
        }
        shape
    }

    fn spelled(&self) -> String {
        self.width.map_or(self.shape.to_string(), |width| format!("{}:{width}", self.shape))
    }
}

fn pair(versions: Versions, was: &Side, is: &Side, path: &str, found: &mut Found) {
    let first = was.dimensions.iter().zip(is.dimensions).find(|(a, b)| a != b);
    match first {
        Some((a, b)) if a < b => found.longer.push(format!("{path} (from {a} on)")),
        Some((_, b)) => found.shorter.push(format!("{path} (from {b} on)")),
        None => {}
    }
    if let (Some(ours), Some(theirs)) = (was.held, is.held) {
        let kinds = (versions.old.items[ours].kind(), versions.new.items[theirs].kind());
        match kinds {
            (Kind::Record, Kind::Record) => return records(versions, ours, theirs, path, found),
            (Kind::Enum, Kind::Enum) => enumerators(versions, ours, theirs, path, found),
            _ => {}
        }
    }
    let numbers = Number::of(was.element(), was.width).zip(Number::of(is.element(), is.width));
    if let Some((old, new)) = numbers {
        let spelled = || format!("{path} ({} became {})", was.spelled(), is.spelled());
        found.back.extend(new.loses_in(old).then(spelled));
        found.forth.extend(old.loses_in(new).then(spelled));
    }
}

fn enumerators(versions: Versions, ours: ItemId, theirs: ItemId, path: &str, found: &mut Found) {
    let (was, is) = (&versions.old.items[ours].entity, &versions.new.items[theirs].entity);
    let lost = |from: &Entity, to: &Entity| {
        let fates = renumbering::fates(from, to).into_iter().filter(|e| e.fate == Fate::Lost);
        let names: Vec<String> = fates.map(|e| e.name).collect();
        (!names.is_empty()).then(|| format!("{path} ({})", names.join(", ")))
    };
    found.unknown.extend(lost(is, was));
    found.gone.extend(lost(was, is));
}

fn records(versions: Versions, ours: ItemId, theirs: ItemId, path: &str, found: &mut Found) {
    let was = fields(versions.old, ours);
    for (name, is) in fields(versions.new, theirs) {
        if let Some((_, was)) = was.iter().find(|(other, _)| *other == name) {
            pair(versions, was, &is, &format!("{path}.{name}"), found);
        }
    }
}

/// The fields with a name, those of nameless structs in it included.
fn fields(program: &Program, record: ItemId) -> Vec<(&str, Side<'_>)> {
    let mut found = vec![];
    let entity = &program.items[record].entity;
    for field in entity.fields.iter().filter(|_| !entity.union) {
        match field.record.filter(|_| field.name.is_empty()) {
            Some(inner) => found.extend(fields(program, inner)),
            None if field.name.is_empty() => {}
            None => {
                let width = field.bit_field.then_some(field.size);
                let (shape, held, dimensions) = (&field.shape, field.record, &field.dimensions);
                found.push((field.name.as_str(), Side { shape, held, dimensions, width }));
            }
        }
    }
    found
}
