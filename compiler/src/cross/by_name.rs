//! Migrate carries only what all code reaches by name (design 3.1): every other way is refused here.

use super::refusals::with_declarations;
use super::{Crossing, Versions};
use crate::clang::{Escape, Kind, Role, Use};
use crate::diag::Diagnostic;
use crate::model::{ItemId, Program};
use std::collections::BTreeSet;

mod local;

/// Library functions that keep a pointer which they are given.
const KEEPERS: &[&str] = &[
    "putenv",
    "setbuf",
    "setbuffer",
    "setlinebuf",
    "setvbuf",
    "pthread_create",
    "pthread_setspecific",
    "pthread_cleanup_push",
    "__pthread_register_cancel",
    "tsearch",
    "tdelete",
    "hsearch",
    "insque",
    "aio_read",
    "aio_write",
    "lio_listio",
    "sigaltstack",
    "on_exit",
    "atexit",
    "signal",
    "sigaction",
    "epoll_ctl",
    "getline",
];

/// Every use that migrate cannot carry, in either version.
pub fn check(versions: Versions, crossing: &Crossing) -> Vec<Diagnostic> {
    let mut told = vec![];
    let sides = [(versions.old, true), (versions.new, false)];
    for (program, is_old) in sides {
        let globals: BTreeSet<ItemId> =
            crossing.migrated.iter().map(|&(old, new)| if is_old { old } else { new }).collect();
        let types = types_of(versions, program, is_old);
        told.extend(escapes(versions, program, is_old, &globals));
        told.extend(types.iter().flat_map(|&id| instances_elsewhere(versions, program, is_old, id, &types)));
    }
    told.extend(thread_locals(versions, crossing));
    told
}

/// The changed types, as items of one of the programs.
fn types_of(versions: Versions, program: &Program, is_old: bool) -> BTreeSet<ItemId> {
    let to_old = &versions.changes.pairing.to_old;
    let side = |id: &ItemId| if is_old { to_old[*id] } else { Some(*id) };
    let records = versions.relations.types.iter().filter_map(side);
    records.filter(|&id| program.items[id].kind() == Kind::Record && program.items[id].defined()).collect()
}

/// Pointers to a migrated global, or into it, that leave the function.
fn escapes(
    versions: Versions,
    program: &Program,
    is_old: bool,
    globals: &BTreeSet<ItemId>,
) -> Vec<Diagnostic> {
    let leaving = program.uses.iter().filter(|u| globals.contains(&u.target));
    leaving
        .filter_map(|found| {
            let Role::Address(escape) = &found.role else { return None };
            let why = match escape {
                Escape::Argument(callee)
                    if keeps_nothing(program, callee) && !holds_changed(versions, found) =>
                {
                    return None;
                }
                Escape::Argument(callee) if callee.is_empty() => {
                    "its address is passed through a function pointer".into()
                }
                Escape::Argument(callee) => format!("its address is passed to {callee}"),
                Escape::Local(name) if local::stays(program, found.holder, name) => return None,
                Escape::Local(name) => format!("its address is kept in {name}, which may leave the function"),
                Escape::Elsewhere => "its address is stored or returned".into(),
            };
            Some(refusal(versions, program, is_old, found, &why))
        })
        .collect()
}

fn keeps_nothing(program: &Program, callee: &str) -> bool {
    let library = program.named(callee).iter().any(|&id| {
        let item = &program.items[id];
        item.kind() == Kind::Function && item.system
    });
    (library || callee.starts_with("__builtin_")) && !KEEPERS.contains(&callee)
}

/// The addressed part is itself of a changed type; `memset` and `memcpy` of the whole are named by size.
fn holds_changed(versions: Versions, found: &Use) -> bool {
    let tags =
        versions.relations.types.iter().map(|&id| format!("struct {}", versions.new.items[id].original));
    tags.into_iter().any(|tag| found.shape.split(['*', ']', ',']).any(|part| part.trim() == tag))
}

fn refusal(versions: Versions, program: &Program, is_old: bool, found: &Use, why: &str) -> Diagnostic {
    let global = found.target;
    let told = Diagnostic::error(format!("{} changes, and {why}", program.title(global)))
        .at(program.place_at(found.offset), format!("here in the {} version", version(is_old)));
    let old = if is_old { Some(global) } else { versions.changes.pairing.to_old[global] };
    let told = old.map_or(told.clone(), |old| with_declarations(told, versions, old));
    told.note("old code would read the new instance with the old layout, or new code the old one")
        .help("reach the global by name there, or keep its type in this update")
}

fn version(is_old: bool) -> &'static str {
    if is_old { "old" } else { "new" }
}

/// Uses of a changed type that are no named global: the heap, the stack, pointers.
fn instances_elsewhere(
    versions: Versions,
    program: &Program,
    is_old: bool,
    id: ItemId,
    types: &BTreeSet<ItemId>,
) -> Option<Diagnostic> {
    let spelled = spellings(program, id);
    let found = program.uses.iter().find(|u| {
        spelled.contains(&u.target) && u.role == Role::Mention && !by_value(program, u, id, types)
    })?;
    let told = Diagnostic::error(format!(
        "{} changes, and its objects are not only named globals",
        program.title(id)
    ))
    .at(
        program.place_at(found.offset),
        format!("objects of it are reached here in the {} version", version(is_old)),
    );
    let (ours, theirs) = match is_old {
        true => (Some(id), versions.changes.pairing.to_new[id]),
        false => (versions.changes.pairing.to_old[id], Some(id)),
    };
    let told = ours.map_or(told.clone(), |o| told.at(versions.old.place(o), "the old declaration"));
    let told = theirs.map_or(told.clone(), |n| told.at(versions.new.place(n), "the new declaration"));
    Some(
        told.note(
            "an object on the heap or the stack would be read with the wrong layout by one of the versions",
        )
        .help("keep the type's layout in this update, or restart the program for this change"),
    )
}

/// The type and the typedefs that mean it.
fn spellings(program: &Program, id: ItemId) -> BTreeSet<ItemId> {
    let mut found = BTreeSet::from([id]);
    loop {
        let more: Vec<ItemId> = (0..program.items.len())
            .filter(|t| program.items[*t].kind() == Kind::Typedef && !found.contains(t))
            .filter(|&t| {
                program.uses_in(t).iter().any(|u| u.role == Role::Mention && found.contains(&u.target))
            })
            .collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

/// The mention is part of a named global, of another changed type by value, of a typedef,
/// or of a pointer that stays inside its function.
fn by_value(program: &Program, found: &Use, id: ItemId, types: &BTreeSet<ItemId>) -> bool {
    let holder = &program.items[found.holder];
    match holder.kind() {
        Kind::Typedef => true,
        Kind::Variable => holder.entity.holds.contains(&id) && holder.defined() || !holder.defined(),
        Kind::Record => types.contains(&found.holder) && holder.entity.holds.contains(&id),
        Kind::Enum => true,
        Kind::Function => local::declares_staying_pointer(program, found.holder, found.offset),
    }
}

fn thread_locals(versions: Versions, crossing: &Crossing) -> Vec<Diagnostic> {
    let thread = crossing.migrated.iter().filter(|(_, new)| versions.new.items[*new].entity.thread);
    thread
        .map(|&(ours, theirs)| {
            Diagnostic::error(format!("{} changes, and every thread has its own", versions.new.title(theirs)))
                .at(versions.old.place(ours), "the old declaration")
                .at(versions.new.place(theirs), "the new declaration")
                .help("keep the type of thread variables in this update")
        })
        .collect()
}
