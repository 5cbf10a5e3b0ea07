//! Endless functions that were compiled on facts about a callee which is replaced (design rule 3):
//! the new callee keeps to those facts, or the patch is refused.

use super::Versions;
use crate::diag::Diagnostic;
use crate::model::Effects;
use crate::relations::Reliance;
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

/// What the new callee does to things that the old program has: nobody was told of others.
fn known_effects(versions: Versions, new: crate::model::ItemId) -> Effects {
    let is_new = |id: crate::model::ItemId| versions.changes.pairing.to_old[id].is_none();
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
    told.note("the new version reads, writes or calls what the old one did not").help(format!("keep {callee} as it is in this update, and put the change into a new function"))
}
