//! Endless functions that were compiled on facts about a callee which is replaced (design rule 3):
//! the new callee keeps to those facts, or the patch is refused.

use super::{Crossing, Versions};
use crate::diag::Diagnostic;
use crate::model::{Effects, ItemId, Program, Results, ignores, mentions};
use crate::relations::{Known, Reason, Reliance};
use std::collections::BTreeSet;

/// Refuses what nothing can keep to; registers are kept at the entry (`patch::entry`).
pub fn check(versions: Versions) -> Vec<Diagnostic> {
    let mut told = vec![];
    for reliance in &versions.relations.reliant {
        let Some(new) = versions.changes.pairing.to_new[reliance.callee] else { continue };
        let known = versions.relations.known.get(&reliance.callee).cloned().unwrap_or_default();
        told.extend(
            broken(versions, reliance, new, &known).map(|broken| refusal(versions, reliance, broken)),
        );
    }
    for (&callee, known) in &versions.relations.known {
        told.extend(unpassed(versions, callee, known));
    }
    told
}

/// What the old caller may know, and what the new version does about it.
struct Broken {
    known: &'static str,
    now: &'static str,
}

fn broken(versions: Versions, reliance: &Reliance, new: ItemId, known: &Known) -> Option<Broken> {
    let callee = reliance.callee;
    let ours = Effects::with_callees(versions.old, callee, &|_| versions.relations.linked);
    let theirs = known_effects(versions, new);
    if known.effects && !theirs.within(&ours) {
        return Some(Broken {
            known: "its old version calls nothing that the compiler did not see",
            now: "the new version reads, writes or calls what the old one did not",
        });
    }
    if known.pointers && (theirs.stores && !ours.stores || theirs.anything && !ours.anything) {
        return Some(Broken {
            known: "its old version only read what its arguments point to",
            now: "the new version may write there",
        });
    }
    let ignored = || ignores(versions.old, reliance.caller, callee);
    let results = |program, id| Results::of(program, id, known.computed);
    if known.results && !results(versions.new, new).within(&results(versions.old, callee)) && !ignored() {
        return Some(Broken {
            known: "the compiler may have known what its old version returns",
            now: "the new version may return something else",
        });
    }
    None
}

/// The new version uses what old callers need not pass.
fn unpassed(versions: Versions, callee: ItemId, known: &Known) -> Option<Diagnostic> {
    let new = versions.changes.pairing.to_new[callee]?;
    let name = known.unpassed.iter().find(|name| mentions(versions.new, new, name))?;
    let title = versions.new.title(new);
    Some(
        Diagnostic::error(format!(
            "{title} uses {name}, which its callers in the running program need not pass"
        ))
        .at(versions.old.place(callee), "the compiler saw that this version does without it")
        .at(versions.new.place(new), "its new version")
        .note("such a compiler lets callers in the same file pass anything for what is not needed")
        .help(format!("keep {title} as it is in this update, and put the change into a new function")),
    )
}

/// Changes that do not reach the code of an endless function before the program is restarted.
pub fn waiting(versions: Versions, crossing: &Crossing) -> Vec<Diagnostic> {
    let (new, pairing) = (versions.new, &versions.changes.pairing);
    let endless = |id: &&ItemId| pairing.to_old[**id].is_some_and(|old| crossing.endless.contains(&old));
    let affected = versions.relations.affected.keys().filter(endless);
    affected
        .filter_map(|&id| {
            let stays: Vec<String> =
                versions.relations.affected[&id].iter().filter_map(|r| stays(new, r)).collect();
            let title =
                format!("{} never returns, and stays as it is in processes that are in it", new.title(id));
            (!stays.is_empty()).then(|| {
                Diagnostic::warning(title)
                    .at(new.place(id), "this function")
                    .note(format!("what waits there for a restart: {}", stays.join(", ")))
            })
        })
        .collect()
}

fn stays(new: &Program, reason: &Reason) -> Option<String> {
    match reason {
        Reason::Modified(_) => Some("its own change".into()),
        Reason::Inlines(id, _) => Some(format!("{} (inlined)", new.title(*id))),
        Reason::CallsFitted(id, _) => Some(format!("{} (fitted to it)", new.title(*id))),
        Reason::CallsClone(id, symbol) => Some(format!("{} (called as {symbol})", new.title(*id))),
        Reason::CallsEntry(id, _) => Some(format!("{} (called directly)", new.title(*id))),
        Reason::UsesRedefined(id) => Some(format!("{} (another definition)", new.title(*id))),
        _ => None,
    }
}

/// What the new callee does to things that the old program has: nobody was told of others.
fn known_effects(versions: Versions, new: ItemId) -> Effects {
    let is_seen = |id: ItemId| versions.relations.linked || versions.changes.pairing.to_old[id].is_none();
    let mut effects = Effects::with_callees(versions.new, new, &is_seen);
    let known: BTreeSet<&str> = versions.old.items.iter().map(|item| item.original.as_str()).collect();
    for names in [&mut effects.reads, &mut effects.writes, &mut effects.calls] {
        names.retain(|name| known.contains(name.as_str()));
    }
    effects
}

fn refusal(versions: Versions, reliance: &Reliance, broken: Broken) -> Diagnostic {
    let old = versions.old;
    let (caller, callee) = (old.title(reliance.caller), old.title(reliance.callee));
    let told = Diagnostic::error(format!(
        "{caller}, which never returns, may have been compiled on what the compiler knew of {callee}"
    ))
    .at(old.place(reliance.callee), broken.known)
    .at(old.place(reliance.caller), "this function stays old for ever");
    let new = versions.changes.pairing.to_new[reliance.callee];
    let told = new.map_or(told.clone(), |new| told.at(versions.new.place(new), "its new version"));
    told.note(broken.now)
        .help(format!("keep {callee} as it is in this update, and put the change into a new function"))
}
