//! The functions that a patch replaces, and why, out of the report of `polusc --report`.

use super::compare::Key;
use serde_json::Value;
use std::collections::BTreeSet;

/// Why a function is in a patch, as far as extras are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Its own text or type changed.
    Text,
    /// It holds a copy of a replaced function.
    Inlines,
    /// It calls a clone of a replaced function, or an equal one that the compiler folded.
    Clone,
    /// The compiler may have used what it knew of a replaced function.
    Facts,
    /// It depends on a changed type.
    Type,
    /// It uses a changed global.
    Global,
    /// Something that it uses is new, has another type or another value.
    Uses,
    /// A reason that this comparison does not know.
    Other,
}

impl Why {
    /// All, in the order of the table.
    pub const ALL: [Self; 8] = [
        Self::Text,
        Self::Inlines,
        Self::Clone,
        Self::Facts,
        Self::Type,
        Self::Global,
        Self::Uses,
        Self::Other,
    ];

    /// For the table.
    pub fn title(self) -> &'static str {
        match self {
            Self::Text => "own text",
            Self::Inlines => "inlined copy",
            Self::Clone => "clone or alias",
            Self::Facts => "facts",
            Self::Type => "type",
            Self::Global => "global",
            Self::Uses => "name used",
            Self::Other => "other",
        }
    }

    /// By the sentence of the report.
    fn of(reason: &str) -> Self {
        const SENTENCES: &[(&str, Why)] = &[
            ("its text changed", Why::Text),
            ("its type changed", Why::Text),
            ("it changed", Why::Text),
            ("compiled on facts", Why::Facts),
            ("inline", Why::Inlines),
            ("a clone of", Why::Clone),
            ("holds one code", Why::Clone),
            ("folds", Why::Clone),
            ("the layout of", Why::Type),
            ("the changed global", Why::Global),
            ("which is new", Why::Uses),
            ("whose type changed", Why::Uses),
            ("whose value changed", Why::Uses),
        ];
        let known = SENTENCES.iter().find(|(words, _)| reason.contains(words));
        known.map_or(Self::Other, |(_, why)| *why)
    }
}

/// A function of the patch.
#[derive(Clone, Debug)]
pub struct Replaced {
    /// In C.
    pub name: String,
    /// The files that hold it, where others have a function of this name.
    files: Option<Vec<String>>,
    /// The file of its definition.
    place: String,
    /// Why.
    pub why: BTreeSet<Why>,
    /// The same in words.
    pub reasons: Vec<String>,
}

impl Replaced {
    /// It is this function of the objects; `units` hold it, of all units `sources`.
    pub fn is(&self, key: &Key, units: &BTreeSet<String>, sources: &BTreeSet<String>) -> bool {
        if self.name != key.name {
            return false;
        }
        match (&self.files, &key.unit) {
            (Some(files), _) => files.iter().any(|file| units.contains(file)),
            // A static of a header is in every unit; one of a source file is in that alone.
            (None, Some(unit)) => *unit == self.place || !sources.contains(&self.place),
            (None, None) => true,
        }
    }
}

/// The functions of a report.
///
/// # Errors
/// It is no such report.
pub fn read(report: &Value) -> Result<Vec<Replaced>, String> {
    let list = report["affected"].as_array().ok_or("the report has no list of affected functions")?;
    list.iter()
        .map(|entry| one(entry).ok_or_else(|| format!("not understood in the report: {entry}")))
        .collect()
}

fn one(entry: &Value) -> Option<Replaced> {
    let title = entry["name"].as_str()?;
    let (name, files) = match title.split_once(" (") {
        Some((name, files)) => {
            (name, Some(files.trim_end_matches(')').split(", ").map(String::from).collect()))
        }
        None => (title, None),
    };
    let place = entry["place"].as_str()?.rsplit_once(':')?.0.to_string();
    let reasons = entry["reasons"].as_array()?.iter().filter_map(Value::as_str).map(String::from);
    let reasons: Vec<String> = reasons.collect();
    let why = reasons.iter().map(|reason| Why::of(reason)).collect();
    Some(Replaced { name: name.to_string(), files, place, why, reasons })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn key(unit: Option<&str>) -> Key {
        Key { unit: unit.map(String::from), name: "parse".into() }
    }

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| name.to_string()).collect()
    }

    #[test]
    fn statics_of_one_name_are_told_apart() {
        let entry = |name, place| json!({"name": name, "place": place, "reasons": ["its text changed"]});
        let report = json!({"affected": [entry("parse", "a.c:3"), entry("parse (b.c)", "b.c:4")]});
        let found = read(&report).unwrap();
        let sources = set(&["a.c", "b.c", "c.c"]);
        let is = |at: usize, unit| found[at].is(&key(Some(unit)), &set(&[unit]), &sources);
        assert!(is(0, "a.c") && !is(0, "b.c") && !is(0, "c.c"));
        assert!(!is(1, "a.c") && is(1, "b.c"));
        assert!(found[0].is(&key(None), &set(&["a.c"]), &sources));
    }

    #[test]
    fn a_static_of_a_header_is_in_every_unit() {
        let report = json!({"affected": [
            {"name": "parse", "place": "a.h:3", "reasons": ["the binary inlines g into it", "new words"]}
        ]});
        let found = read(&report).unwrap();
        assert!(found[0].is(&key(Some("c.c")), &set(&["c.c"]), &set(&["a.c", "c.c"])));
        assert_eq!(found[0].why, [Why::Inlines, Why::Other].into());
    }
}
