//! Migrate carries only what all code reaches by name (design 3.1): every other way is refused here.

use super::refusals::{changed_by, changed_records, more_places, with_declarations};
use super::{Crossing, Versions};
use crate::clang::{Escape, Kind, Role, Use};
use crate::diag::{Diagnostic, Place};
use crate::model::{Item, ItemId, Program};
use std::collections::{BTreeMap, BTreeSet};

pub mod inward;
mod local;
mod result;
mod watch;
mod whole;

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

/// Every use that migrate cannot carry, in either version: one message a global or type.
pub fn check(versions: Versions, crossing: &Crossing) -> Vec<Diagnostic> {
    let mut forbidden: BTreeMap<Subject, Vec<Forbidden>> = BTreeMap::new();
    for side in [Side { versions, is_old: true }, Side { versions, is_old: false }] {
        let migrated = crossing.migrated.iter().map(|&(old, new)| if side.is_old { old } else { new });
        let migrated: BTreeSet<ItemId> = migrated.collect();
        let inward = crossing.inward.keys().filter_map(|&theirs| side.item(theirs)).collect();
        for (found, why) in side.escapes(&migrated, &inward) {
            let global =
                if side.is_old { Some(found.target) } else { versions.changes.pairing.to_old[found.target] };
            forbidden.entry(Subject::Global(global)).or_default().push(Forbidden { side, found, why });
        }
        for (id, found) in side.instances_elsewhere(&migrated) {
            let theirs = if side.is_old { versions.changes.pairing.to_new[id] } else { Some(id) };
            let why = "its objects are not only named globals".to_string();
            forbidden.entry(Subject::Type(theirs)).or_default().push(Forbidden { side, found, why });
        }
    }
    forbidden.into_iter().map(|(subject, uses)| refusal(versions, subject, &uses)).collect()
}

/// What cannot be migrated: a global of the old program, a type of the new one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Global(Option<ItemId>),
    Type(Option<ItemId>),
}

/// A use that forbids it.
struct Forbidden<'p> {
    side: Side<'p>,
    found: &'p Use,
    why: String,
}

/// One of the two programs.
#[derive(Clone, Copy)]
struct Side<'p> {
    versions: Versions<'p>,
    is_old: bool,
}

impl<'p> Side<'p> {
    fn program(self) -> &'p Program {
        if self.is_old { self.versions.old } else { self.versions.new }
    }

    /// An item of the new program, as one of this.
    fn item(self, new: ItemId) -> Option<ItemId> {
        if self.is_old { self.versions.changes.pairing.to_old[new] } else { Some(new) }
    }

    /// The changed types outside of functions, as items of this program.
    fn types(self) -> BTreeSet<ItemId> {
        let program = self.program();
        let outside =
            |id: &ItemId| program.items[*id].defined() && program.items[*id].entity.function.is_none();
        let records = self.versions.relations.types.iter().filter_map(|&id| self.item(id));
        records.filter(|&id| program.items[id].kind() == Kind::Record).filter(outside).collect()
    }

    /// Pointers to a migrated global, or into it, that leave the function, with where they go.
    /// Those `inward` keep theirs, and those that only active functions have cross without any.
    fn escapes(self, globals: &BTreeSet<ItemId>, inward: &BTreeSet<ItemId>) -> Vec<(&'p Use, String)> {
        // What hand-written code does with an address is its author's affair.
        let leaving = self.program().uses.iter().filter(|u| globals.contains(&u.target));
        let leaving = leaving.filter(|u| !inward.contains(&u.target));
        let leaving = leaving.filter(|u| !self.program().holders.contains_key(&u.target));
        let leaving = leaving.filter(|u| self.program().items[u.holder].of_program());
        leaving.filter_map(|found| Some((found, self.escape(found, globals)?))).collect()
    }

    fn escape(self, found: &Use, globals: &BTreeSet<ItemId>) -> Option<String> {
        let Role::Address(escape) = &found.role else { return None };
        if whole::is_part(self.program(), globals, found.holder, found.offset) {
            return None;
        }
        let kept =
            |callee: &str| !keeps_nothing(self.program(), callee) || holds_changed(self.versions, found);
        match escape {
            Escape::Argument(callee) if callee.is_empty() => {
                Some("its address is passed through a function pointer".into())
            }
            Escape::Argument(callee) if kept(callee) => Some(format!("its address is passed to {callee}")),
            Escape::Argument(callee) => (result::gives(callee) && !result::stays(self, found))
                .then(|| format!("{callee} gives its address back, which may leave the function")),
            Escape::Local(name) => (!local::stays(self.program(), &self.types(), found.holder, name))
                .then(|| format!("its address is kept in {name}, which may leave the function")),
            Escape::Elsewhere => Some("its address is stored or returned".into()),
        }
    }

    /// Uses of changed types that are no named global: the heap, the stack, pointers.
    fn instances_elsewhere(self, globals: &BTreeSet<ItemId>) -> Vec<(ItemId, &'p Use)> {
        let (program, types) = (self.program(), self.types());
        let names = spellings(program, &types);
        let mentions = program.uses.iter().filter(|u| u.role == Role::Mention);
        let mentions = mentions.filter(|u| program.items[u.holder].of_program());
        let typed = mentions.filter_map(|u| Some((*names.get(&u.target)?, u)));
        let whole = |found: &Use| whole::is_part(program, globals, found.holder, found.offset);
        let mentioned = typed.filter(|(id, found)| !by_value(program, found, *id, &types) && !whole(found));
        mentioned.chain(self.pointers(&types)).collect()
    }

    /// Uses of variables and fields that point to changed types, which may be declared right there and
    /// mentioned nowhere else.
    fn pointers(self, types: &BTreeSet<ItemId>) -> Vec<(ItemId, &'p Use)> {
        let program = self.program();
        let led = |u: &Use| {
            let entity = &program.items[u.target].entity;
            let shape = match &u.role {
                Role::Member(name) => &entity.fields.iter().find(|field| field.name == *name)?.shape,
                Role::Value | Role::Address(_) if entity.kind == Kind::Variable => &entity.shape,
                _ => return None,
            };
            let declared_here = |id: &&ItemId| {
                let span = program.span(u.target);
                span.contains(&program.span(**id).start) && points(shape, program, **id)
            };
            types.iter().find(declared_here).copied()
        };
        let of_program = |u: &&Use| program.items[u.holder].of_program();
        program.uses.iter().filter(of_program).filter_map(|u| Some((led(u)?, u))).collect()
    }
}

/// One message for all uses that forbid the same.
fn refusal(versions: Versions, subject: Subject, uses: &[Forbidden]) -> Diagnostic {
    let first = &uses[0];
    let program = first.side.program();
    let place = |f: &Forbidden| f.side.program().place_at(f.found.offset);
    let version = if first.side.is_old { "old" } else { "new" };
    let title = match subject {
        Subject::Type(Some(id)) => versions.new.title(id),
        Subject::Global(Some(id)) => versions.old.title(id),
        _ => program.title(first.found.target),
    };
    let mut told = Diagnostic::error(format!("{title} changes, and {}", first.why))
        .at(place(first), format!("here in the {version} version"));
    told = match subject {
        Subject::Global(Some(old)) => with_declarations(told, versions, old),
        Subject::Type(Some(new)) => with_both(told, versions, new),
        _ => told,
    };
    if let Subject::Type(Some(id)) = subject
        && let Some(&held) = versions
            .relations
            .renumbered
            .crossing
            .iter()
            .find(|e| versions.new.items[id].entity.holds.contains(e))
    {
        told = told.note(format!("it holds {}, which is renumbered", versions.new.title(held)));
    }
    if let Some(more) = more_places(uses[1..].iter().map(place)) {
        told = told.note(more);
    }
    let leaving = inward::leaves_at(program, first.found.target).map(|at| program.place_at(at));
    let elsewhere =
        |leaving: &Place| (&leaving.file, leaving.line) != (&place(first).file, place(first).line);
    if let (Subject::Global(_), Some(leaving)) = (subject, leaving.filter(elsewhere)) {
        told = told.at(leaving, "an address of it, or in it, goes elsewhere");
    }
    match subject {
        Subject::Global(old) => told
            .blame(old.into_iter().flat_map(|old| changed_records(versions, old)))
            .note("old code would read the new instance with the old layout, or new code the old one")
            .help("reach the global by name there, or keep its type in this update"),
        Subject::Type(new) => told
            .blame(new.into_iter().flat_map(|new| changed_by(versions, new)))
            .note("an object on the heap or the stack would be read with the wrong layout by one of the versions")
            .help("keep the type's layout in this update, or restart the program for this change"),
    }
}

fn with_both(told: Diagnostic, versions: Versions, new: ItemId) -> Diagnostic {
    let ours = versions.changes.pairing.to_old[new];
    let told = ours.map_or(told.clone(), |o| told.at(versions.old.place(o), "the old declaration"));
    told.at(versions.new.place(new), "the new declaration")
}

/// A use hands the address of a global to others, or puts it where it may be kept.
pub fn leaves(program: &Program, found: &Use) -> bool {
    match &found.role {
        Role::Address(Escape::Argument(callee)) => !keeps_nothing(program, callee),
        Role::Address(Escape::Local(name)) => !local::stays(program, &BTreeSet::new(), found.holder, name),
        Role::Address(Escape::Elsewhere) => true,
        _ => false,
    }
}

/// A function of a library that keeps no address that it is given.
pub fn keeps_nothing(program: &Program, callee: &str) -> bool {
    let library = program.named(callee).iter().any(|&id| {
        let item = &program.items[id];
        item.kind() == Kind::Function && item.system
    });
    (library || callee.starts_with("__builtin_")) && !KEEPERS.contains(&callee)
}

/// The addressed part is itself of a changed type.
fn holds_changed(versions: Versions, found: &Use) -> bool {
    let tags =
        versions.relations.types.iter().map(|&id| format!("struct {}", versions.new.items[id].original));
    tags.into_iter().any(|tag| found.shape.split(['*', ']', ',']).any(|part| part.trim() == tag))
}

/// The names of types, typedefs included, with the type that each means.
fn spellings(program: &Program, types: &BTreeSet<ItemId>) -> BTreeMap<ItemId, ItemId> {
    let mut found: BTreeMap<ItemId, ItemId> = types.iter().map(|&id| (id, id)).collect();
    let typedefs: Vec<ItemId> =
        (0..program.items.len()).filter(|t| program.items[*t].kind() == Kind::Typedef).collect();
    loop {
        let before = found.len();
        for &typedef in &typedefs {
            let mut mentions = program.uses_in(typedef).iter().filter(|u| u.role == Role::Mention);
            let meant = mentions.find_map(|u| found.get(&u.target).copied());
            // A type without a tag is mentioned nowhere: it stands in the typedef.
            if let Some(meant) = meant.or_else(|| stands_in(program, typedef, types)) {
                found.entry(typedef).or_insert(meant);
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// The type that is defined in a typedef.
fn stands_in(program: &Program, typedef: ItemId, types: &BTreeSet<ItemId>) -> Option<ItemId> {
    let around = program.span(typedef);
    types.iter().copied().find(|&id| around.contains(&program.span(id).start))
}

/// The mention is part of a named global, of another changed type by value, of a typedef,
/// or of a pointer that stays inside its function.
fn by_value(program: &Program, found: &Use, id: ItemId, types: &BTreeSet<ItemId>) -> bool {
    let holder = &program.items[found.holder];
    match holder.kind() {
        Kind::Typedef => true,
        Kind::Variable => {
            let held = holder.entity.holds.iter().any(|&held| held == id || is_within(program, held, id));
            held && holder.defined() && !points(&holder.entity.shape, program, id) || !holder.defined()
        }
        Kind::Record => {
            let pointer = holder.entity.fields.iter().any(|field| points(&field.shape, program, id));
            // A struct without a name is the type of one declaration alone.
            let nameless = holder.entity.name.is_empty() && holder.entity.function.is_none();
            (types.contains(&found.holder) || nameless) && holder.entity.holds.contains(&id) && !pointer
        }
        Kind::Enum => true,
        Kind::Function => local::declares_staying_pointer(program, types, found.holder, found.offset),
    }
}

/// A nameless record holds a type by value.
fn is_within(program: &Program, record: ItemId, id: ItemId) -> bool {
    let Item { entity, .. } = &program.items[record];
    entity.name.is_empty() && entity.holds.iter().any(|&held| held == id || is_within(program, held, id))
}

/// A canonical type has a pointer to a record in it.
fn points(shape: &str, program: &Program, record: ItemId) -> bool {
    let Some((_, behind)) = shape.split_once('*') else { return false };
    let tag = &program.items[record].entity.name;
    let word = |c: char| c.is_alphanumeric() || c == '_';
    behind.split("struct ").skip(1).any(|rest| rest.split(|c| !word(c)).next() == Some(tag.as_str()))
}
