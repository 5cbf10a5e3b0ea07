//! Variables of which the binary holds no object: repeated where their value is known, else refused
//! by name.

use super::closure::Closure;
use super::names::Names;
use crate::clang::{Kind, Role};
use crate::cross::{Crossing, Versions};
use crate::diag::Diagnostic;
use crate::model::{Access, ItemId, Program, accesses};
use crate::running::{Running, Static};
use std::collections::BTreeSet;

/// Globals of the new program that the binary holds no object for, or only parts of one.
pub fn gone(versions: Versions, running: &Running) -> BTreeSet<ItemId> {
    let new = versions.new;
    let of_file = new.own(Kind::Variable).filter(|&id| new.items[id].entity.function.is_none());
    of_file
        .filter(|&id| versions.changes.pairing.to_old[id].is_some_and(|ours| running.is_gone(ours)))
        .collect()
}

/// Refuses what the patch needs and nobody can give: the running value is nowhere, or in pieces.
pub fn check(
    versions: Versions,
    crossing: &Crossing,
    names: &Names,
    closure: &Closure,
    running: &Running,
) -> Vec<Diagnostic> {
    let (old, new) = (versions.old, versions.new);
    let to_old = |id: ItemId| versions.changes.pairing.to_old[id];
    let repeated = closure.copied.iter().copied().filter(|&id| new.items[id].kind() == Kind::Variable);
    let functions: BTreeSet<ItemId> =
        names.defined().map(|(id, _)| id).chain(closure.copied.iter().copied()).collect();
    let inside = new
        .own(Kind::Variable)
        .filter(|&id| new.items[id].entity.function.is_some_and(|function| functions.contains(&function)));
    let used: BTreeSet<ItemId> = repeated.chain(inside).filter_map(to_old).collect();
    let moved = crossing.migrated.iter().chain(&crossing.adopted).map(|(ours, _)| *ours);
    let wanted: BTreeSet<ItemId> = used.into_iter().chain(moved.clone()).collect();
    let wanted = wanted.into_iter().filter(|&ours| is_mutable(old, ours) && running.is_gone(ours)).collect();
    let moved: BTreeSet<ItemId> = moved.collect();
    let found = accesses(old, &wanted);
    let lost = found.iter().filter(|(ours, access)| {
        let unread = !access.read && !access.is_addressed();
        // gcc keeps what has a value that changes whole.
        let splits = access.written || access.is_addressed() && running.splits_variables(**ours);
        moved.contains(ours) || splits && !unread
    });
    // What only code without a place in the binary uses has never changed.
    let ran = |access: &Access| access.users.iter().any(|&f| running.has_code(f));
    let lost = lost.filter(|(ours, access)| moved.contains(ours) || ran(access));
    let refusals = lost.map(|(&ours, access)| refusal(old, ours, &access.users));
    let unbound = unbound(versions, closure, running);
    refusals.chain(unrepeatable(versions, crossing, closure)).chain(unbound).collect()
}

/// Variables that stay in the process, and that the injector would not find there.
fn unbound(versions: Versions, closure: &Closure, running: &Running) -> Vec<Diagnostic> {
    let (old, new) = (versions.old, versions.new);
    let variables = closure.imports.iter().filter(|&&id| new.items[id].kind() == Kind::Variable);
    let paired = variables.filter_map(|&id| versions.changes.pairing.to_old[id]);
    let own = paired.filter(|&ours| {
        let item = &old.items[ours];
        item.defined() && !item.system && !running.is_brought(ours) && !running.defines(&item.original)
    });
    own.filter_map(|ours| match running.variable(ours) {
        Static::Unknown(why) => Some(
            Diagnostic::error(format!("{} cannot be found in the executable", old.title(ours)))
                .at(old.place(ours), why)
                .help("name the debug file of this very build with --debug-file, or restart the program for this change"),
        ),
        _ => None,
    })
    .collect()
}

/// Variables that keep their first value, which the patch cannot spell.
fn unrepeatable(versions: Versions, crossing: &Crossing, closure: &Closure) -> Vec<Diagnostic> {
    let new = versions.new;
    let needed = crossing.fresh.iter().chain(&closure.copied).filter(|id| crossing.first_values.contains(id));
    let unknown = needed.filter(|&&id| first_value(versions, id).is_none());
    let refusal = |&id: &ItemId| {
        Diagnostic::error(format!("{} keeps its first value, which the patch cannot repeat", new.title(id)))
            .at(new.place(id), "its new initialiser")
            .note("the binary holds no object for it, and its old initialiser names other things")
            .help(format!("use --adopt {} to take the new value", new.items[id].original))
    };
    unknown.map(refusal).collect()
}

fn is_mutable(program: &Program, id: ItemId) -> bool {
    !program.items[id].entity.constant
}

fn refusal(old: &Program, ours: ItemId, users: &BTreeSet<ItemId>) -> Diagnostic {
    let users: Vec<String> = users.iter().map(|&f| old.title(f)).collect();
    Diagnostic::error(format!("{} was taken apart by the compiler", old.title(ours)))
        .at(old.place(ours), "the binary holds no object for it: only parts, or registers and constants")
        .note(format!("its running value is known only to the code of {}", users.join(", ")))
        .help("leave the functions that use it as they are in this update, or restart the program for it")
}

/// The text of a variable's initialiser in the old program; `Some(None)`: it has none. `None`: it
/// names things that the patch may know otherwise.
pub fn first_value(versions: Versions, id: ItemId) -> Option<Option<String>> {
    let old = versions.old;
    let ours = versions.changes.pairing.to_old[id]?;
    let plain = |role: &Role| matches!(role, Role::Mention | Role::Layout);
    if old.uses_in(ours).iter().any(|u| !plain(&u.role)) {
        return None;
    }
    let entity = &old.items[ours].entity;
    let at = entity.definition()?.name_at;
    let syntax = crate::model::Syntax::at(old, at)?;
    let declarator = match entity.function {
        None => syntax.declarator(&entity.name)?,
        Some(_) => crate::model::local_static(&syntax, at)?,
    };
    let initialiser = declarator.node.initializer.as_ref();
    Some(initialiser.map(|value| super::cut::value(old, &syntax, value, &super::cut::Edits::default())))
}
