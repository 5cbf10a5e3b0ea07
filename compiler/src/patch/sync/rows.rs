//! Which rows of a table are which in the other version: those that begin with the same, wherever they
//! stand. Rows that come keep what they begin with.

use crate::clang::Kind;
use crate::model::{ItemId, Program};
use crate::text;
use std::collections::BTreeMap;

/// Rows that stand side by side in both versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Number of the first in the source.
    pub from: u64,
    /// Number of the first in the target.
    pub to: u64,
    /// How many.
    pub count: u64,
}

/// The rows of two tables of structs that are listed in full, if no two begin with the same; nothing: their
/// numbers tell which is which.
pub fn runs(from: &Program, ours: ItemId, to: &Program, theirs: ItemId) -> Option<Vec<Run>> {
    let (was, is) = (keys(from, ours)?, keys(to, theirs)?);
    let places: BTreeMap<&String, u64> = was.iter().zip(0..).collect();
    let mut runs: Vec<Run> = vec![];
    for (key, to) in is.iter().zip(0..) {
        let Some(&from) = places.get(key) else { continue };
        match runs.last_mut() {
            Some(last) if last.from + last.count == from && last.to + last.count == to => last.count += 1,
            _ => runs.push(Run { from, to, count: 1 }),
        }
    }
    let moved = runs.iter().any(|run| run.from != run.to);
    moved.then_some(runs)
}

/// What the rows begin with.
fn keys(program: &Program, id: ItemId) -> Option<Vec<String>> {
    let entity = &program.items[id].entity;
    let structs = entity.holds.iter().any(|&held| program.items[held].kind() == Kind::Record);
    let [rows] = entity.dimensions[..] else { return None };
    let (_, list) = program.source(id).split_once('=')?;
    let keys = list_keys(list)?;
    let mut sorted = keys.clone();
    sorted.sort();
    sorted.dedup();
    (structs && keys.len() as u64 == rows && sorted.len() == keys.len()).then_some(keys)
}

/// The first value of each element of a list of lists.
fn list_keys(list: &str) -> Option<Vec<String>> {
    let (mut keys, mut depth, mut first) = (vec![], 0, false);
    for token in text::lex(list).iter().map(|token| token.text(list)) {
        let (opens, closes) = (matches!(token, "{" | "(" | "["), matches!(token, "}" | ")" | "]"));
        match (depth, token) {
            (1, "{") => keys.push(String::new()),
            (1, "," | "}") | (0, _) => {}
            (1, _) => return None,
            (2, ",") => first = false,
            (_, _) if first && !(depth == 2 && closes) => keys.last_mut()?.push_str(&format!("{token} ")),
            _ => {}
        }
        first |= depth == 1 && opens;
        depth += i32::from(opens) - i32::from(closes);
        if depth == 0 && closes {
            return Some(keys);
        }
        first &= depth > 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::list_keys;

    #[test]
    fn rows_are_known_by_what_they_begin_with() {
        let keys = |list: &str| list_keys(list).map(|keys| keys.join("|"));
        assert_eq!(
            keys(" { {\"a\", 1}, {(\"b\" \"c\"), {2, 3}}, {f(1, 2)}, {0} };").unwrap(),
            "\"a\" |( \"b\" \"c\" ) |f ( 1 , 2 ) |0 "
        );
        assert_eq!(keys("{ {.name = \"a\", .n = 1}, };").unwrap(), ". name = \"a\" ");
        for flat in ["{ 1, 2 }", "{ [3] = {1} }", "\"text\";", "other;"] {
            assert_eq!(keys(flat).filter(|keys| !keys.is_empty()), None, "{flat}");
        }
    }
}
