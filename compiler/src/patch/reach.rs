//! Replaced functions whose entry can take no jump: every way to them leads through functions that
//! are replaced as well, or the patch is refused (design rules 2 and 4).

use super::names::{Names, Standing};
use crate::clang::{Role, Use};
use crate::cross::{Crossing, Versions};
use crate::diag::Diagnostic;
use crate::model::ItemId;
use crate::relations::Reason;
use crate::running::{Obstacle, Running};

/// Refuses functions that something else may call.
///
/// # Errors
/// One for each such function, with the use that forbids it.
pub fn check(versions: Versions, running: &Running, names: &Names) -> Result<(), Vec<Diagnostic>> {
    let replaced = names.defined().filter(|(_, standing)| **standing == Standing::Replaced);
    let bare = replaced.map(|(id, _)| id).filter(|&id| names.lacks_entry(id));
    let told: Vec<Diagnostic> = bare.filter_map(|id| refusal(versions, running, id)).collect();
    if told.is_empty() { Ok(()) } else { Err(told) }
}

/// Functions that never return and come back to their first bytes again and again.
pub fn looping(versions: Versions, crossing: &Crossing, running: &Running) -> Vec<Diagnostic> {
    let Versions { new, changes, relations, .. } = versions;
    let endless = |id: &ItemId| {
        let ours = changes.pairing.to_old[*id].filter(|ours| crossing.endless.contains(ours));
        ours.is_some_and(|ours| new.items[*id].original != "main" && running.returns_to_entry(ours))
    };
    relations.affected.keys().copied().filter(endless).map(|id| {
        let title = new.title(id);
        Diagnostic::warning(format!("{title} never returns, and its loop leads to its first bytes"))
            .at(new.place(id), "this function")
            .note("no jump can be written there while a thread is in it: apply waits until it is left")
            .help("apply before it is entered, or leave this function and what it is compiled with as they are")
    }).collect()
}

fn refusal(versions: Versions, running: &Running, id: ItemId) -> Option<Diagnostic> {
    let (old, new) = (versions.old, versions.new);
    let ours = versions.changes.pairing.to_old[id]?;
    let obstacle = running.obstacle(ours).filter(|_| running.has_entry(ours))?;
    let title = format!("{} cannot be replaced: its entry {}", new.title(id), obstacle.explain());
    let told = Diagnostic::error(title).at(new.place(id), "this function");
    let told = if let Some(found) = pointed(versions, ours) {
        told.at(old.place_at(found.offset), "whoever gets its address here goes on calling the old code")
    } else if running.is_exported(ours) {
        told.note("the executable exports it: a library that calls it by name would go on with the old code")
    } else if let Some(caller) = stranger(versions, running, ours, obstacle) {
        told.note(format!("{caller} calls it, and is not replaced"))
    } else {
        return None;
    };
    Some(told.help("leave this function as it is in this update, or restart the program for it"))
}

/// A place of the old program that takes its address.
fn pointed(versions: Versions<'_>, function: ItemId) -> Option<&Use> {
    versions.old.uses.iter().find(|u| u.target == function && u.role == Role::Value)
}

/// Code that leads to it and stays, although no source shows that it calls it.
fn stranger(versions: Versions, running: &Running, function: ItemId, obstacle: Obstacle) -> Option<String> {
    if obstacle == Obstacle::Chosen {
        return None;
    }
    let Versions { old, changes, relations, .. } = versions;
    let stays = |id: ItemId| !changes.pairing.to_new[id].is_none_or(|n| relations.affected.contains_key(&n));
    running.leading_to(function).into_iter().find_map(|holder| match holder {
        None => Some("code that no source shows".to_string()),
        Some(id) if id != function && stays(id) => Some(old.title(id)),
        Some(_) => None,
    })
}

/// Refuses an update of which nothing would take effect: every function that changes, or holds what
/// changes, stays old in `main`.
pub fn without_effect(versions: Versions, crossing: &Crossing, running: &Running) -> Option<Diagnostic> {
    let Versions { old, new, changes, relations } = versions;
    let to_old = |id: ItemId| changes.pairing.to_old[id];
    let taken = |id: &ItemId| {
        let ours = to_old(*id).filter(|&ours| old.items[ours].original != "main");
        ours.is_some_and(|ours| running.has_entry(ours) || running.is_brought(ours))
    };
    let moved = !crossing.adopted.is_empty() || !crossing.migrated.is_empty();
    if moved || relations.affected.is_empty() || relations.affected.keys().any(taken) {
        return None;
    }
    let told = Diagnostic::error("nothing of this update would take effect before the program is restarted");
    let own = |id: &&ItemId| relations.affected[*id].iter().any(|r| matches!(r, Reason::Modified(_)));
    let changed = relations.affected.keys().filter(own).take(SHOWN);
    let told = changed.fold(told, |told, &id| match new.items[id].original == "main" {
        true => told.at(new.place(id), "this function never returns"),
        false => told.at(
            new.place(id),
            "no other code comes here than what stays as it is: main, which never returns",
        ),
    });
    Some(told.help("restart the program for this update"))
}

/// How many functions are shown.
const SHOWN: usize = 4;
