//! A verdict as text: a table, what is missing, and with details each extra with its reasons.

use super::compare::Key;
use super::judge::{Extra, Verdict};
use super::replaced::Why;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

/// What the verdict is about.
pub struct About<'a> {
    /// The pair's name.
    pub name: &'a str,
    /// Units compared.
    pub units: usize,
    /// polusc wrote a patch.
    pub written: bool,
    /// What polusc took.
    pub construction: Duration,
}

/// Columns of the table.
pub const HEADER: [&str; 11] = [
    "pair",
    "units",
    "functions",
    "changed in objects",
    "replaced",
    "missing",
    "lines only",
    "compiler's choice",
    "extras",
    "extras by reason",
    "polusc, s",
];

/// The pair's row of the table.
pub fn row(about: &About, verdict: &Verdict) -> Vec<String> {
    let counts = by_reason(&verdict.extras);
    let reasons: Vec<String> = counts.iter().map(|(why, count)| format!("{why} {count}")).collect();
    let refused = if about.written { "" } else { " (refused)" };
    vec![
        format!("{}{refused}", about.name),
        about.units.to_string(),
        verdict.functions.to_string(),
        verdict.differing.len().to_string(),
        verdict.replaced.len().to_string(),
        verdict.missing.len().to_string(),
        verdict.lines.len().to_string(),
        verdict.decisions.len().to_string(),
        verdict.extras.len().to_string(),
        reasons.join(", "),
        format!("{:.1}", about.construction.as_secs_f64()),
    ]
}

/// How many extras for each reason; of several reasons the first of the table counts.
fn by_reason(extras: &[Extra]) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<(Option<Why>, bool), usize> = BTreeMap::new();
    for extra in extras {
        *counts.entry((extra.why.first().copied(), extra.avoidable)).or_default() += 1;
    }
    let title = |why: Option<Why>| why.map_or("no reason", Why::title);
    let name = |(why, avoidable): (Option<Why>, bool)| match avoidable {
        true => format!("{} (avoidable)", title(why)),
        false => title(why).to_string(),
    };
    counts.into_iter().map(|(key, count)| (name(key), count)).collect()
}

/// What to look into: missing functions with their differences.
pub fn missing(verdict: &Verdict) -> String {
    let mut out = String::new();
    for (key, difference) in &verdict.missing {
        let _ = write!(out, "missing: {}\n{difference}", title(key));
    }
    out
}

/// Each extra and each allowed difference by name.
pub fn details(verdict: &Verdict) -> String {
    let mut out = String::new();
    for extra in &verdict.extras {
        let mark = if extra.avoidable { ", avoidable" } else { "" };
        let _ = writeln!(out, "extra{mark}: {}: {}", title(&extra.key), extra.reasons.join("; "));
    }
    for key in &verdict.lines {
        let _ = writeln!(out, "lines only: {}", title(key));
    }
    for key in &verdict.decisions {
        let _ = writeln!(out, "compiler's choice: {}", title(key));
    }
    for name in &verdict.bodiless {
        let _ = writeln!(out, "no code in both builds: {name}");
    }
    out
}

fn title(key: &Key) -> String {
    match &key.unit {
        Some(unit) => format!("{} ({unit})", key.name),
        None => key.name.clone(),
    }
}
