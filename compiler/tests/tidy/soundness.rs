//! Every rule of soundness is described, and proven by a case that fails without it.

use crate::{files, none, text};
use polus_runtime::rules::Rule;
use std::collections::BTreeMap;

/// For each rule named by a `case.toml`: the cases that prove it, as `live inlined-twice`.
fn proofs() -> BTreeMap<String, Vec<String>> {
    let mut proofs = BTreeMap::<String, Vec<String>>::new();
    for path in files("testdata").iter().filter(|path| path.ends_with("/case.toml")) {
        let settings: toml::Table = text(path).parse().expect("a readable case.toml");
        let [_, kind, case, ..] = path.split('/').collect::<Vec<_>>()[..] else { continue };
        let rules = settings.get("proves").and_then(|value| value.as_array()).into_iter().flatten();
        for rule in rules.filter_map(|rule| rule.as_str()) {
            proofs.entry(rule.to_string()).or_default().push(format!("{kind} {case}"));
        }
    }
    proofs
}

/// The row of `docs/soundness.md` about a rule.
fn row<'d>(document: &'d str, rule: &str) -> Option<&'d str> {
    document.lines().find(|line| line.starts_with(&format!("| `{rule}` |")))
}

#[test]
fn every_rule_is_described_with_a_case_that_proves_it() {
    let (document, proofs) = (text("docs/soundness.md"), proofs());
    let fault = |rule: &Rule| {
        let name = rule.name();
        let Some(row) = row(&document, &name) else { return Some(format!("{name}: no row")) };
        let proven = proofs.get(&name)?.iter().any(|case| row.contains(case.as_str()));
        (!proven).then(|| format!("{name}: its row names no case that proves it: {:?}", proofs[&name]))
    };
    let unproven = Rule::ALL.iter().filter(|rule| !proofs.contains_key(&rule.name()));
    let findings = unproven.map(|rule| format!("{}: no case proves it", rule.name()));
    none(findings.chain(Rule::ALL.iter().filter_map(fault)).collect());
}

#[test]
fn cases_prove_rules_that_there_are() {
    let known: Vec<String> = Rule::ALL.iter().map(|rule| rule.name()).collect();
    none(proofs().into_keys().filter(|rule| !known.contains(rule)).collect());
}
