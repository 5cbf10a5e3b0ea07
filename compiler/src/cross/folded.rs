//! Variables of which the compiler knew more than the new program keeps to: the patch's own instance
//! where the running value is known, a refusal where it is lost (design rule 3, for variables).

use super::{Crossing, Versions, adopted, refusals};
use crate::diag::Diagnostic;
use crate::diff::Modification;
use crate::model::{ItemId, accesses};
use crate::relations::{Broken, Loss};
use std::collections::BTreeSet;

/// Gives variables without a usable object an instance in the patch, or refuses.
pub fn settle(versions: Versions, adopt: &[String], crossing: &mut Crossing) -> Vec<Diagnostic> {
    let adopted = adopted(versions.new, adopt);
    let mut told = vec![];
    for broken in &versions.relations.broken {
        let id = broken.variable;
        let of_file = versions.new.items[id].entity.function.is_none();
        match broken.loss {
            Loss::Unread if !adopted.contains(&id) => told.push(unread(versions, id)),
            Loss::Constant | Loss::Unread if of_file => {
                crossing.fresh.insert(id);
            }
            Loss::Constant | Loss::Unread | Loss::Nothing => {}
        }
    }
    crossing.first_values = first_values(versions, &adopted);
    told
}

/// Globals whose initialiser changed, that nothing in the old program writes, and that nobody wants
/// to adopt: an instance in the patch begins with the old value.
fn first_values(versions: Versions, adopted: &BTreeSet<ItemId>) -> BTreeSet<ItemId> {
    let changed = versions.changes.globals.iter().filter(|c| c.is(Modification::Initializer));
    let changed = changed.filter(|c| !c.is(Modification::Type) && !c.is(Modification::Storage));
    let mutable = changed.filter_map(|c| c.new_item()).filter(|&id| !versions.new.items[id].entity.constant);
    mutable.filter(|id| !adopted.contains(id) && !versions.relations.globals.contains(id)).collect()
}

fn unread(versions: Versions, id: ItemId) -> Diagnostic {
    let (old, new) = (versions.old, versions.new);
    let told = Diagnostic::error(format!("the running process has no value of {}", new.title(id)));
    let ours = versions.changes.pairing.to_old[id].unwrap_or(id);
    told.at(old.place(ours), "nothing in the old program reads it, so the compiler left its stores out")
        .note(format!("the new program reads it; it was to be written by {}", names(versions, ours)))
        .help(format!("use --adopt {} to start it with its initialiser", new.items[id].original))
}

fn names(versions: Versions, ours: ItemId) -> String {
    let found = accesses(versions.old, &BTreeSet::from([ours]));
    let users = found.values().flat_map(|access| &access.users);
    users.map(|&f| versions.old.title(f)).collect::<Vec<_>>().join(", ")
}

/// Functions that never return and hold what the compiler knew of a variable.
pub fn endless(versions: Versions, crossing: &Crossing) -> Vec<Diagnostic> {
    let broken = versions.relations.broken.iter().filter_map(|b| held_for_ever(versions, crossing, b));
    broken.chain(became_writable(versions, crossing)).collect()
}

fn endless_users(versions: Versions, crossing: &Crossing, ours: ItemId) -> Vec<ItemId> {
    let uses = versions.relations.uses.iter().filter(|(_, variable)| *variable == ours);
    uses.map(|(function, _)| *function).filter(|f| crossing.endless.contains(f)).collect()
}

fn held_for_ever(versions: Versions, crossing: &Crossing, broken: &Broken) -> Option<Diagnostic> {
    let ours = versions.changes.pairing.to_old[broken.variable]?;
    let users = endless_users(versions, crossing, ours);
    if users.is_empty() {
        return None;
    }
    let title = versions.new.title(broken.variable);
    let names: Vec<String> = users.iter().map(|&f| versions.old.title(f)).collect();
    let verbs = if users.len() == 1 { ("returns", "was") } else { ("return", "were") };
    let about = format!(
        "{}, which never {}, {} compiled on what the compiler knew of {title}: {}",
        names.join(", "),
        verbs.0,
        verbs.1,
        broken.fact
    );
    let told = match broken.stale {
        true => Diagnostic::error(about),
        false => Diagnostic::warning(about),
    };
    let told = shown(told, versions, ours, &users);
    Some(match broken.stale {
        true => told.help("restart the program for this change, or use another variable for it"),
        false => told
            .note("the new program takes its address; a store through that pointer may escape this function's notice"),
    })
}

/// Constants that the new program writes: an endless function keeps the old value.
fn became_writable(versions: Versions, crossing: &Crossing) -> Vec<Diagnostic> {
    let Versions { old, new, changes, .. } = versions;
    let fresh = crossing.fresh.iter().filter_map(|&id| Some((changes.pairing.to_old[id]?, id)));
    let opened =
        fresh.filter(|&(ours, id)| old.items[ours].entity.constant && !new.items[id].entity.constant);
    let opened: Vec<(ItemId, ItemId)> = opened.collect();
    let found = accesses(new, &opened.iter().map(|(_, id)| *id).collect());
    let written = opened.iter().filter(|(_, id)| !found[id].keeps_first_value());
    let told = written.filter_map(|&(ours, id)| {
        let users = endless_users(versions, crossing, ours);
        let title = new.title(id);
        let told = Diagnostic::error(format!("{title} was constant, and the new program writes it"));
        (!users.is_empty()).then(|| {
            shown(told, versions, ours, &users)
                .help("restart the program for this change, or use another variable for it")
        })
    });
    told.collect()
}

fn shown(mut told: Diagnostic, versions: Versions, ours: ItemId, users: &[ItemId]) -> Diagnostic {
    let old = versions.old;
    for &user in users.iter().take(refusals::SHOWN) {
        let why = format!("{} never returns, and stays as it was compiled", old.title(user));
        told = told.at(old.place(user), why);
    }
    told.at(old.place(ours), "the variable")
}
