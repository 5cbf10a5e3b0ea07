//! Values that a rollback may cut: a migrated number whose new type is wider than its old one.

use super::{Crossing, Versions};
use crate::clang::{Field, Kind};
use crate::diag::Diagnostic;
use crate::model::ItemId;

/// One warning for each migrated global that holds such numbers.
pub fn warnings(versions: Versions, crossing: &Crossing) -> Vec<Diagnostic> {
    let generated = crossing.migrated.iter();
    let generated =
        generated.filter(|(_, new)| crossing.by_hand.get(new).is_none_or(|own| own.to_old.is_none()));
    let pairs = generated.map(|&(old, new)| (old, new, narrowed(versions, old, new)));
    pairs
        .filter(|(.., found)| !found.is_empty())
        .map(|(old, new, found)| warning(versions, old, new, &found))
        .collect()
}

fn warning(versions: Versions, old: ItemId, new: ItemId, found: &[String]) -> Diagnostic {
    Diagnostic::warning(format!("a rollback may cut values: {}", found.join(", ")))
        .at(versions.new.place(new), "wider than the old type")
        .at(versions.old.place(old), "the old declaration")
        .note("on the way back a value too large is converted as C converts it")
}

fn narrowed(versions: Versions, old: ItemId, new: ItemId) -> Vec<String> {
    let (was, is) = (&versions.old.items[old].entity, &versions.new.items[new].entity);
    let name = versions.new.title(new);
    let mut found = vec![];
    match (was.holds.first(), is.holds.first()) {
        (Some(&ours), Some(&theirs)) => records(versions, ours, theirs, &name, &mut found),
        (None, None) if is_wider((&was.shape, was.size), (&is.shape, is.size)) => {
            found.push(spelled(&name, &was.shape, &is.shape));
        }
        _ => {}
    }
    found
}

fn records(versions: Versions, ours: ItemId, theirs: ItemId, path: &str, found: &mut Vec<String>) {
    let (was, is) = (&versions.old.items[ours].entity, &versions.new.items[theirs].entity);
    if was.kind != Kind::Record || is.kind != Kind::Record {
        return;
    }
    for field in is.fields.iter().filter(|f| !f.name.is_empty()) {
        let Some(before) = was.fields.iter().find(|f| f.name == field.name) else { continue };
        let path = format!("{path}.{}", field.name);
        match (before.record, field.record) {
            (Some(a), Some(b)) => records(versions, a, b, &path, found),
            (None, None) if is_wider(side(before), side(field)) => {
                found.push(spelled(&path, &before.shape, &field.shape));
            }
            _ => {}
        }
    }
}

/// Spelled type and size.
type Side<'s> = (&'s str, Option<u64>);

fn side(field: &Field) -> Side<'_> {
    (&field.shape, Some(field.size))
}

/// Numbers, or arrays of the same length, that got more bytes; also an integer that became a
/// floating number.
fn is_wider((was, before): Side, (is, after): Side) -> bool {
    let floating = |shape: &str| shape.ends_with("float") || shape.ends_with("double");
    let dimensions = |shape: &str| shape.rsplit_once(']').map(|(head, _)| head.to_string());
    let number = |shape: &str| !shape.contains('*');
    number(was)
        && number(is)
        && dimensions(was) == dimensions(is)
        && (before < after || floating(is) && !floating(was))
}

fn spelled(path: &str, was: &str, is: &str) -> String {
    format!("{path} ({was} became {is})")
}
