//! What was measured as text: a row of a table, and everything about one pair.

use super::kinds::by_kind;
use super::run::{End, Ran};
use super::types::Type;
use std::fmt::Write;

/// Columns of the table.
pub const HEADER: [&str; 9] = [
    "pair",
    "polusc",
    "s",
    "functions changed",
    "functions replaced",
    "types changed",
    "types carried",
    "share",
    "refusals",
];

/// The pair's row of the table.
pub fn row(name: &str, ran: &Ran, types: &[Type]) -> Vec<String> {
    let kinds = by_kind(&ran.told);
    let refusals: Vec<String> = kinds.iter().map(|(kind, told)| format!("{kind} {}", told.len())).collect();
    let known = ran.report.is_some();
    let count = |count: usize| if known { count.to_string() } else { "?".into() };
    vec![
        name.to_string(),
        end(&ran.end).0,
        format!("{:.1}", ran.time.as_secs_f64()),
        count(changed_functions(ran)),
        count(replaced(ran)),
        count(types.len()),
        count(carried(types)),
        if known { share(types) } else { "?".into() },
        refusals.join(", "),
    ]
}

/// Everything about the pair, for people.
pub fn details(name: &str, ran: &Ran, types: &[Type]) -> String {
    let mut out = String::new();
    let (word, more) = end(&ran.end);
    let _ = writeln!(out, "{name}: {word}{more}, {:.1} s", ran.time.as_secs_f64());
    let _ = writeln!(out, "{}", ran.command);
    let _ = writeln!(out, "functions: {} changed, {} replaced", changed_functions(ran), replaced(ran));
    for found in types {
        let mark = if found.carried { "carried" } else { "NOT CARRIED" };
        let why = if found.why.is_empty() { String::new() } else { format!(": {}", found.why) };
        let _ = writeln!(out, "  {mark} {} ({}): {}{why}", found.name, found.place, found.strategy);
    }
    for (kind, told) in by_kind(&ran.told) {
        let _ = writeln!(out, "refusals: {kind}: {}", told.len());
        for message in told {
            let place = message.place.as_deref().unwrap_or("no place");
            let _ = writeln!(out, "  {} ({place})", message.title);
        }
    }
    let warnings = ran.told.iter().filter(|told| told.level == "warning").count();
    let _ = writeln!(out, "warnings: {warnings}");
    let _ = writeln!(out, "types: {} of {} carried ({})", carried(types), types.len(), share(types));
    out
}

fn end(end: &End) -> (String, String) {
    match end {
        End::Written => ("patch".into(), String::new()),
        End::Unreadable(why) => ("patch that gcc refuses".into(), format!(" ({why})")),
        End::Refused => ("refused".into(), String::new()),
        End::Unchanged => ("nothing changed".into(), String::new()),
        End::Broken(how) => (format!("BROKEN: {how}"), String::new()),
    }
}

fn changed_functions(ran: &Ran) -> usize {
    let changes = ran.report.as_ref().and_then(|report| report["changes"].as_array());
    let is_function =
        |change: &&serde_json::Value| change["kind"] == "function" && change["state"] == "changed";
    changes.map_or(0, |changes| changes.iter().filter(is_function).count())
}

fn replaced(ran: &Ran) -> usize {
    ran.report.as_ref().and_then(|report| report["affected"].as_array()).map_or(0, Vec::len)
}

fn carried(types: &[Type]) -> usize {
    types.iter().filter(|found| found.carried).count()
}

fn share(types: &[Type]) -> String {
    match types.len() {
        0 => "-".into(),
        all => format!("{:.0} %", 100.0 * carried(types) as f64 / all as f64),
    }
}
