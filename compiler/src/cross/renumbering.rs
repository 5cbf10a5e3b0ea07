//! Enumerations of which a name has another number: what becomes of each value, by the enumerators' names.

use crate::clang::Entity;
use std::collections::BTreeMap;

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
