//! Endless functions that were compiled on facts about a callee which is replaced (design rule 3):
//! the new callee keeps to those facts, or the patch is refused.

use super::{Crossing, Versions};
use crate::diag::Diagnostic;
use crate::model::Effects;
use crate::relations::Reliance;
use std::collections::BTreeSet;

/// Chooses the functions that must preserve registers, and refuses what nothing can keep to.
pub fn decide(versions: Versions, crossing: &mut Crossing) -> Vec<Diagnostic> {
    let mut told = vec![];
    for reliance in &versions.relations.reliant {
        let Some(new) = versions.changes.pairing.to_new[reliance.callee] else { continue };
        let vectors = reliance.registers.iter().any(|name| name.contains("mm"));
        let ours = Effects::with_callees(versions.old, reliance.callee, &|_| false);
        let theirs = known_effects(versions, new);
        if vectors {
            told.push(refusal(versions, reliance, &format!("it keeps {} across the call", reliance.registers.join(", "))));
        } else if !theirs.within(&ours) {
            told.push(refusal(versions, reliance, "the new version reads, writes or calls what the old one did not"));
        } else if !reliance.registers.is_empty() {
            crossing.preserving.insert(new);
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

fn refusal(versions: Versions, reliance: &Reliance, why: &str) -> Diagnostic {
    let old = versions.old;
    let (caller, callee) = (old.title(reliance.caller), old.title(reliance.callee));
    let told = Diagnostic::error(format!(
        "{caller}, which never returns, may have been compiled on what the compiler knew of {callee}"
    ))
    .at(old.place(reliance.callee), "its old version calls nothing that the compiler did not see")
    .at(old.place(reliance.caller), "this function stays old for ever");
    let new = versions.changes.pairing.to_new[reliance.callee];
    let told = new.map_or(told.clone(), |new| told.at(versions.new.place(new), "its new version"));
    told.note(why).help(format!("keep {callee} as it is in this update, and put the change into a new function"))
}
