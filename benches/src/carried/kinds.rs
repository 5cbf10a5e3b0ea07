//! What kind of refusal a message is: its sentence without the names.

use super::run::Told;
use std::collections::BTreeMap;

/// Words of a sentence, and the kind that they tell; the first that is found counts.
const KINDS: &[(&str, &str)] = &[
    ("objects are not only named globals", "type with objects elsewhere than in named globals"),
    ("is renumbered", "renumbered enumeration"),
    ("which never return", "used by a function that never returns"),
    ("its address", "address of a changed global leaves"),
    ("gives its address back", "address of a changed global leaves"),
    ("changes its type", "static inside a function changes its type"),
    ("folded", "folded code or data"),
    ("was constant", "constant that is written"),
    ("cannot be found in the executable", "not found in the executable"),
    ("no object for", "not found in the executable"),
    ("taken apart by the compiler", "not found in the executable"),
    ("cannot join the section", "section of a set"),
    ("thread", "variable of each thread"),
    ("cannot be read", "declaration that cannot be read"),
    ("with different types", "declared with different types"),
    ("cannot be replaced", "function that cannot be replaced"),
    ("cannot be migrated", "global that cannot be migrated"),
    ("extend", "extension that is not possible"),
];

/// The kind of one message.
pub fn kind(title: &str) -> &'static str {
    KINDS.iter().find(|(words, _)| title.contains(words)).map_or("other", |(_, kind)| kind)
}

/// The refusals among the messages, by kind.
pub fn by_kind(told: &[Told]) -> BTreeMap<&'static str, Vec<&Told>> {
    let mut kinds: BTreeMap<&'static str, Vec<&Told>> = BTreeMap::new();
    for message in told.iter().filter(|message| message.level == "error") {
        kinds.entry(kind(&message.title)).or_default().push(message);
    }
    kinds
}
