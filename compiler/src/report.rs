//! What was found, as text for people and as JSON for machines.

mod types;

use crate::callbacks::{Called, Purpose, Subject};
use crate::construct::{Analysis, Pair};
use crate::diag::Diagnostic;
use crate::diff::{self, Change, ChangeSet, Modification};
use crate::model::{ItemId, Program};
use crate::running::Running;
use serde_json::{Value, json};
use similar::TextDiff;
use std::borrow::Cow;
use std::fmt::Write;

/// The model as text: one line an item.
pub fn model(program: &Program) -> String {
    let mut out = String::new();
    for (id, item) in program.items.iter().enumerate().filter(|(_, i)| i.defined() && !i.system) {
        let entity = &item.entity;
        let _ = write!(out, "{:?} {}", entity.kind, program.title(id));
        let _ = write!(out, " : {}", entity.shape);
        let mut uses: Vec<String> = program
            .uses_in(id)
            .iter()
            .filter(|u| !program.items[u.target].system)
            .map(|u| format!("{:?} {}", u.role, program.title(u.target)))
            .collect();
        uses.sort();
        uses.dedup();
        out.push('\n');
        for used in uses {
            let _ = writeln!(out, "    {used}");
        }
    }
    out
}

/// Both programs as their authors wrote them, and what changed.
struct Sources<'p> {
    old: &'p Program,
    new: &'p Program,
    changes: Cow<'p, ChangeSet>,
}

impl<'p> Sources<'p> {
    fn new(pair: &'p Pair, analysis: &'p Analysis) -> Self {
        let old = pair.kept.plain_old.as_deref().unwrap_or(&pair.old);
        match pair.kept.plain.as_deref() {
            Some(new) => Self { old, new, changes: Cow::Owned(diff::diff(old, new)) },
            None => Self { old, new: &pair.new, changes: Cow::Borrowed(&analysis.changes) },
        }
    }
}

/// The changes as text: one line a change.
pub fn changes(pair: &Pair, analysis: &Analysis) -> String {
    let mut out = String::new();
    let sources = Sources::new(pair, analysis);
    for change in sources.changes.all() {
        let _ = writeln!(out, "{}", change_line(&sources, change));
    }
    for &id in &sources.changes.redefined {
        let _ = writeln!(out, "redefined {} {}", kind(sources.new, id), sources.new.title(id));
    }
    for name in &sources.changes.renumbered {
        let _ = writeln!(out, "renumbered enumerator {name}");
    }
    out
}

fn change_line(sources: &Sources, change: &Change) -> String {
    match change {
        Change::Added { new } => format!("added {} {}", kind(sources.new, *new), sources.new.title(*new)),
        Change::Removed { old } => format!("removed {} {}", kind(sources.old, *old), sources.old.title(*old)),
        Change::Modified { new, how, .. } => {
            let how: Vec<&str> = how.iter().map(|m| word(*m)).collect();
            format!("changed {} {}: {}", kind(sources.new, *new), sources.new.title(*new), how.join(", "))
        }
    }
}

fn kind(program: &Program, id: ItemId) -> &'static str {
    match program.items[id].kind() {
        crate::clang::Kind::Function => "function",
        crate::clang::Kind::Variable => "global",
        _ => "type",
    }
}

fn word(modification: Modification) -> &'static str {
    match modification {
        Modification::Layout => "layout",
        Modification::Signature => "signature",
        Modification::Body => "body",
        Modification::Type => "type",
        Modification::Initializer => "initialiser",
        Modification::Storage => "storage",
    }
}

/// The relations as text: every function of the patch with its reasons, then who uses what.
pub fn relations(pair: &Pair, analysis: &Analysis) -> String {
    let mut out = String::new();
    for (&function, reasons) in &analysis.relations.affected {
        let _ = writeln!(out, "{}", pair.new.title(function));
        for reason in reasons {
            let _ = writeln!(out, "    {}", reason.explain(&pair.new));
        }
    }
    for (function, global) in &analysis.relations.uses {
        let _ = writeln!(out, "{} uses {}", pair.old.title(*function), pair.old.title(*global));
    }
    for (_, new) in &analysis.crossing.migrated {
        let _ = writeln!(out, "migrate {}", pair.new.title(*new));
    }
    out
}

/// How old callers come to the new version of a function that the patch replaces.
fn how(analysis: &Analysis, running: Option<&Running>, id: ItemId) -> String {
    let Some(old) = analysis.changes.pairing.to_old[id] else { return "new: only the patch calls it".into() };
    let retyped = |c: &&Change| c.new_item() == Some(id) && c.is(Modification::Signature);
    let mut how = match running {
        _ if analysis.changes.functions.iter().any(|c| retyped(&c)) => {
            "a new function: old code goes on with the old one".to_string()
        }
        None => "a jump at its entry".to_string(),
        Some(running) => {
            let entries = running.entries(old).into_iter().filter_map(|(_, entry)| entry);
            let entries: Vec<String> = entries.map(|entry| format!("{entry:#x}")).collect();
            match entries.is_empty() {
                true => "no entry in the binary: only the patch calls it".to_string(),
                false => format!("a jump at its entry {}", entries.join(", ")),
            }
        }
    };
    if analysis.crossing.endless.contains(&old) {
        how += "; it never returns: who is in it stays in the old code";
    }
    how
}

/// `polusc diff`: every change with its hunks, then how each function is replaced, and why.
pub fn diff(pair: &Pair, analysis: &Analysis, running: Option<&Running>) -> String {
    let mut out = String::new();
    let sources = Sources::new(pair, analysis);
    for change in sources.changes.all() {
        let _ = writeln!(out, "{}", change_line(&sources, change));
        if let Change::Modified { old, new, .. } = change {
            out.push_str(&hunks(&sources, *old, *new));
        }
    }
    let types = types::types(pair, analysis);
    if !types.is_empty() {
        out.push_str("\ntypes:\n");
    }
    for line in types {
        let _ = writeln!(out, "{} ({}): {}", line.name, line.place, line.strategy);
        line.why.iter().for_each(|why| out.push_str(&format!("    {why}\n")));
    }
    if !analysis.relations.affected.is_empty() {
        out.push_str("\nfunctions of the patch:\n");
    }
    for (&function, reasons) in &analysis.relations.affected {
        let (title, place) = (pair.new.title(function), place(&pair.new, function));
        let _ = writeln!(out, "{title} ({place}): {}", how(analysis, running, function));
        for reason in reasons {
            let _ = writeln!(out, "    because {}", reason.explain(&pair.new));
        }
    }
    out
}

fn hunks(sources: &Sources, old: ItemId, new: ItemId) -> String {
    let (ours, theirs) = (sources.old.source(old), sources.new.source(new));
    TextDiff::from_lines(ours, theirs)
        .unified_diff()
        .context_radius(2)
        .header(&place(sources.old, old), &place(sources.new, new))
        .missing_newline_hint(false)
        .to_string()
}

fn place(program: &Program, id: ItemId) -> String {
    let place = program.place(id);
    format!("{}:{}", place.file, place.line)
}

fn files(program: &Program, units: &[usize]) -> Vec<String> {
    units.iter().filter_map(|&unit| program.unit.units.get(unit)).cloned().collect()
}

/// A hand-written function: what it is called for, and what it is about.
fn callback(pair: &Pair, called: &Called) -> Value {
    let when = match called.written.purpose {
        Purpose::PreUpdate => "before the update",
        Purpose::ThreadLeft => "each time a thread has left the old function",
        Purpose::FunctionLeft => "when all threads have left the old function",
        Purpose::DataUnused => "when no active old function uses the variable",
        Purpose::PostUpdate => "after the update",
        Purpose::ToNew => "carries the variable to its new instance",
        Purpose::ToOld => "carries the variable back",
        Purpose::Extend => "sets the new fields of each object that existed before",
    };
    let about = match called.subject {
        Subject::Update => String::new(),
        Subject::Function(old, _) => pair.old.title(old),
        Subject::Variable(_, new) | Subject::Type(new) => pair.new.title(new),
    };
    let place = &called.written.place;
    json!({"name": called.written.name, "when": when, "about": about, "place": format!("{}:{}", place.file, place.line)})
}

/// Everything, for machines.
pub fn json(pair: &Pair, analysis: &Analysis, running: Option<&Running>, notes: &[Diagnostic]) -> Value {
    let sources = Sources::new(pair, analysis);
    let change = |c: &Change| {
        let (program, id) = match c.new_item() {
            Some(id) => (sources.new, id),
            None => (sources.old, c.old_item().unwrap_or(0)),
        };
        let (state, how) = match c {
            Change::Added { .. } => ("added", vec![]),
            Change::Removed { .. } => ("removed", vec![]),
            Change::Modified { how, .. } => ("changed", how.iter().map(|m| word(*m)).collect()),
        };
        json!({"name": program.title(id), "kind": kind(program, id), "state": state, "how": how,
               "place": place(program, id)})
    };
    let affected = |(&id, reasons): (&ItemId, &std::collections::BTreeSet<crate::relations::Reason>)| {
        let reasons: Vec<String> = reasons.iter().map(|r| r.explain(&pair.new)).collect();
        let how = how(analysis, running, id);
        json!({"name": pair.new.title(id), "place": place(&pair.new, id), "how": how, "reasons": reasons})
    };
    let title = |id: &ItemId| pair.new.title(*id);
    let endless: Vec<String> = analysis.crossing.endless.iter().map(|&id| pair.old.title(id)).collect();
    let uses = analysis.relations.uses.iter();
    let told = notes.iter().chain(&analysis.told);
    json!({
        "program": pair.name,
        "changes": sources.changes.all().map(change).collect::<Vec<_>>(),
        "types": types::types(pair, analysis).iter().map(types::json).collect::<Vec<_>>(),
        "affected": analysis.relations.affected.iter().map(affected).collect::<Vec<_>>(),
        "uses": uses.map(|(f, g)| json!([pair.old.title(*f), pair.old.title(*g)])).collect::<Vec<_>>(),
        "migrated": analysis.crossing.migrated.iter().map(|(_, new)| title(new)).collect::<Vec<_>>(),
        "own": analysis.crossing.fresh.iter().map(title).collect::<Vec<_>>(),
        "adopted": analysis.crossing.adopted.iter().map(|(_, new)| title(new)).collect::<Vec<_>>(),
        "never_return": endless,
        "renamed": pair.new.unit.renamed.iter().map(|r| json!({"name": r.original, "in_patch": r.merged, "files": files(&pair.new, &r.units)})).collect::<Vec<_>>(),
        "callbacks": analysis.callbacks.called.iter().map(|c| callback(pair, c)).collect::<Vec<_>>(),
        "diagnostics": told.map(|d| json!({"level": format!("{:?}", d.level).to_lowercase(), "title": d.title,
            "places": d.labels.iter().map(|l| format!("{}:{}:{}", l.place.file, l.place.line, l.place.column)).collect::<Vec<_>>()
        })).collect::<Vec<_>>(),
    })
}
