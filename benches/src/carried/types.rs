//! The changed types of a pair, each with what becomes of it.

use super::run::{Ran, Told};
use serde_json::Value;

/// A changed type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    /// `struct session`.
    pub name: String,
    /// Where it stands in the new version.
    pub place: String,
    /// How it crosses, in the report's word, or in ours where the report has none.
    pub strategy: String,
    /// Why so.
    pub why: String,
    /// The patch, or what would be the patch without the refusals of others, holds it.
    pub carried: bool,
}

/// Words of a report that say that a type is not carried.
const NOT_CARRIED: &[&str] = &["refuse", "none", "restart", "not "];

/// All changed types: those of the list of changes, and those that only the list `types` names
/// (changed by what they hold).
pub fn types(ran: &Ran) -> Vec<Type> {
    let Some(report) = &ran.report else { return vec![] };
    let empty = vec![];
    let changes = report["changes"].as_array().unwrap_or(&empty);
    let is_type = |change: &&Value| change["kind"] == "type" && change["state"] == "changed";
    let mut found: Vec<Type> = changes
        .iter()
        .filter(is_type)
        .map(|change| one(text(&change["name"]), text(&change["place"]), entry(report, &change["name"]), ran))
        .collect();
    for more in report["types"].as_array().unwrap_or(&empty) {
        if !found.iter().any(|known| more["name"] == known.name.as_str()) {
            found.push(one(text(&more["name"]), text(&more["place"]), Some(more), ran));
        }
    }
    found
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(text).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}

fn entry<'a>(report: &'a Value, name: &Value) -> Option<&'a Value> {
    report["types"].as_array()?.iter().find(|entry| entry["name"] == *name)
}

fn one(name: String, place: String, entry: Option<&Value>, ran: &Ran) -> Type {
    let refusal = ran.told.iter().find(|told| told.level == "error" && is_about(told, &name));
    let said = entry.map(|entry| text(&entry["strategy"])).filter(|said| !said.is_empty());
    let strategy = said.unwrap_or_else(|| if refusal.is_some() { "refused" } else { "not refused" }.into());
    let why = entry.map(|entry| text(&entry["why"])).filter(|why| !why.is_empty());
    let why = why.or(refusal.map(|told| told.title.clone())).unwrap_or_default();
    let word = strategy.to_lowercase();
    let refused = word != "not refused" && NOT_CARRIED.iter().any(|not| word.starts_with(not));
    Type { name, place, carried: !refused && refusal.is_none(), strategy, why }
}

/// The refusal names the type: as its subject, or behind the global that is of it.
fn is_about(told: &Told, name: &str) -> bool {
    let follows = |rest: &str| rest.is_empty() || rest.starts_with([' ', ':', ',', ';']);
    told.title.strip_prefix(name).is_some_and(follows) || told.title.contains(&format!("({name})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carried::run::End;
    use serde_json::json;
    use std::time::Duration;

    fn ran(report: Value, errors: &[&str]) -> Ran {
        let told = |title: &&str| Told { level: "error".into(), title: title.to_string(), place: None };
        let told = errors.iter().map(told).collect();
        let (end, time) = (End::Refused, Duration::ZERO);
        Ran { end, time, report: Some(report), told, command: String::new() }
    }

    fn changes() -> Value {
        let change = |name: &str| json!({"name": name, "kind": "type", "state": "changed", "place": "a.h:1"});
        json!([change("struct s"), change("struct sess"), change("enum e"),
               {"name": "f", "kind": "function", "state": "changed", "place": "a.c:2"}])
    }

    #[test]
    fn a_refusal_is_about_the_type_that_it_names() {
        let report = json!({"changes": changes()});
        let errors =
            ["struct sess changes, and its objects are not only named globals", "enum e is renumbered"];
        let carried: Vec<bool> = types(&ran(report.clone(), &errors)).iter().map(|t| t.carried).collect();
        assert_eq!(carried, [true, false, false]);
        let found = types(&ran(report, &["ses (struct s) changes, and main, which never returns, uses it"]));
        assert!(!found[0].carried && found[1].carried);
    }

    #[test]
    fn the_report_has_the_last_word_on_strategies() {
        let report = json!({"changes": changes(), "types": [
            {"name": "struct s", "strategy": "extend", "why": ["on the heap"]},
            {"name": "struct sess", "strategy": "refused", "why": "goes over a socket"},
            {"name": "struct outer", "strategy": "migrate", "place": "b.h:7"},
        ]});
        let found = types(&ran(report, &[]));
        let seen: Vec<(&str, &str, bool)> =
            found.iter().map(|t| (t.name.as_str(), t.strategy.as_str(), t.carried)).collect();
        let expected = [
            ("struct s", "extend", true),
            ("struct sess", "refused", false),
            ("enum e", "not refused", true),
            ("struct outer", "migrate", true),
        ];
        assert_eq!(seen, expected);
        assert_eq!(found[1].why, "goes over a socket");
    }
}
