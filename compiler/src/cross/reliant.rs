//! Endless functions that were compiled on facts about a callee which is replaced (design rule 3):
//! the new callee keeps to those facts, or the patch is refused.

use super::{Crossing, Versions};
use crate::diag::Diagnostic;
use crate::model::{Effects, ItemId, Program};
use crate::relations::{Reason, Reliance};
use std::collections::BTreeSet;

/// Refuses what nothing can keep to; registers are kept at the entry (`patch::entry`).
pub fn check(versions: Versions) -> Vec<Diagnostic> {
    let mut told = vec![];
    for reliance in &versions.relations.reliant {
        let Some(new) = versions.changes.pairing.to_new[reliance.callee] else { continue };
        let ours = Effects::with_callees(versions.old, reliance.callee, &|_| false);
        if !known_effects(versions, new).within(&ours) {
            told.push(refusal(versions, reliance));
        }
    }
    told
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
        Reason::CallsClone(id, symbol) => Some(format!("{} (called as {symbol})", new.title(*id))),
        Reason::CallsEntry(id, _) => Some(format!("{} (called directly)", new.title(*id))),
        Reason::UsesRedefined(id) => Some(format!("{} (another definition)", new.title(*id))),
        _ => None,
    }
}

/// What the new callee does to things that the old program has: nobody was told of others.
fn known_effects(versions: Versions, new: ItemId) -> Effects {
    let is_new = |id: ItemId| versions.changes.pairing.to_old[id].is_none();
    let mut effects = Effects::with_callees(versions.new, new, &is_new);
    let known: BTreeSet<&str> = versions.old.items.iter().map(|item| item.original.as_str()).collect();
    for names in [&mut effects.reads, &mut effects.writes, &mut effects.calls] {
        names.retain(|name| known.contains(name.as_str()));
    }
    effects
}

fn refusal(versions: Versions, reliance: &Reliance) -> Diagnostic {
    let old = versions.old;
    let (caller, callee) = (old.title(reliance.caller), old.title(reliance.callee));
    let told = Diagnostic::error(format!(
        "{caller}, which never returns, may have been compiled on what the compiler knew of {callee}"
    ))
    .at(old.place(reliance.callee), "its old version calls nothing that the compiler did not see")
    .at(old.place(reliance.caller), "this function stays old for ever");
    let new = versions.changes.pairing.to_new[reliance.callee];
    let told = new.map_or(told.clone(), |new| told.at(versions.new.place(new), "its new version"));
    told.note("the new version reads, writes or calls what the old one did not")
        .help(format!("keep {callee} as it is in this update, and put the change into a new function"))
}
