//! External names that the program defines twice.

use rustc_hash::FxHashMap;

use super::facts::{Declared, Entity, Facts};
use super::names::{Identifiers, Name};
use super::unique::Pieces;
use crate::diag::{Diagnostic, Place};

/// An error for each external function or initialised object with two definitions.
pub(super) fn duplicates(
    pieces: &Pieces,
    facts: &[Facts],
    identifiers: &Identifiers,
    paths: &[&str],
) -> Vec<Diagnostic> {
    let mut statics: FxHashMap<(Name, u32), ()> = FxHashMap::default();
    for (piece, facts) in pieces.unique.iter().zip(facts) {
        for declared in facts.declared.iter().filter(|declared| declared.is_static) {
            statics.extend(piece.units.iter().map(|&unit| ((declared.name, unit), ())));
        }
    }
    let mut first: FxHashMap<Name, (Place, u32)> = FxHashMap::default();
    let mut errors = vec![];
    for (piece, facts) in pieces.unique.iter().zip(facts) {
        for declared in facts.declared.iter().filter(|declared| defines(facts, declared)) {
            for &unit in piece.units.iter().filter(|&&unit| !statics.contains_key(&(declared.name, unit))) {
                let here = (piece.place(declared.at), unit);
                match first.get(&declared.name) {
                    Some(other) => errors.push(twice(identifiers, declared, other, &here, paths)),
                    None => drop(first.insert(declared.name, here)),
                }
            }
        }
    }
    errors
}

/// For each external name with a weak definition the piece whose definition the linker takes:
/// the strong one, else the first.
pub(super) fn weak_winners(facts: &[Facts]) -> FxHashMap<Name, usize> {
    let mut weak: FxHashMap<Name, usize> = FxHashMap::default();
    let mut strong: FxHashMap<Name, usize> = FxHashMap::default();
    for (piece, facts) in facts.iter().enumerate() {
        for declared in facts.declared.iter().filter(|declared| is_weak_or_strong(declared)) {
            let map = if facts.replaceable { &mut weak } else { &mut strong };
            map.entry(declared.name).or_insert(piece);
        }
    }
    weak.into_iter().map(|(name, first)| (name, *strong.get(&name).unwrap_or(&first))).collect()
}

fn is_weak_or_strong(declared: &Declared) -> bool {
    let linked = matches!(declared.entity, Entity::Function | Entity::Object);
    linked && declared.definition && !declared.is_static && !declared.inline
}

/// The one definition of an external name. Inline and weak functions may have more.
fn defines(facts: &Facts, declared: &Declared) -> bool {
    is_weak_or_strong(declared) && !facts.replaceable
}

fn twice(
    identifiers: &Identifiers,
    declared: &Declared,
    first: &(Place, u32),
    second: &(Place, u32),
    paths: &[&str],
) -> Diagnostic {
    let name = identifiers.text(declared.name.identifier());
    Diagnostic::error(format!("`{name}` is defined twice"))
        .at(second.0.clone(), format!("defined here in {}", paths[second.1 as usize]))
        .at(first.0.clone(), format!("and here in {}", paths[first.1 as usize]))
        .help("merge the units of one program only")
}
