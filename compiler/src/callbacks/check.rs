//! Whether each hand-written function is about something that the update really does.

use super::{Callbacks, Called, Purpose, Subject, unsuitable};
use crate::clang::Role;
use crate::cross::{Crossing, Versions};
use crate::diag::Diagnostic;
use crate::model::ItemId;

/// Refuses those that would never be called, and vetoes that come too late.
pub fn check(versions: Versions, crossing: &Crossing, callbacks: &Callbacks) -> Vec<Diagnostic> {
    let called = callbacks.called.iter().filter_map(|called| match called.subject {
        Subject::Update => None,
        Subject::Function(old, new) => function(versions, crossing, called, old, new),
        Subject::Variable(old, new) => variable(versions, crossing, called, (old, new)),
        Subject::Type(id) => record(versions, called, id),
    });
    called.chain(vetoes(versions, callbacks)).collect()
}

/// Only what lies beside an object has to begin.
fn record(versions: Versions, called: &Called, id: ItemId) -> Option<Diagnostic> {
    let (new, entity) = (versions.new, &versions.new.items[id].entity);
    (!new.unit.extended.contains(&entity.name)).then(|| {
        unsuitable(&called.written, &format!("{} is not extended", new.title(id)))
            .at(new.place(id), "its objects get no field beside them")
            .help("leave the callback out, or give the type's crossing with --strategy")
    })
}

fn function(
    versions: Versions,
    crossing: &Crossing,
    called: &Called,
    old: ItemId,
    new: Option<ItemId>,
) -> Option<Diagnostic> {
    let theirs = new.filter(|&id| versions.new.items[id].defined());
    let title = versions.old.title(old);
    if let Some(theirs) = theirs.filter(|id| !versions.relations.affected.contains_key(id)) {
        let told = unsuitable(&called.written, &format!("{title} is not replaced by this update"));
        return Some(
            told.at(versions.new.place(theirs), "it stays as it is")
                .help("leave the callback out, or name a function of the report's list \"affected\""),
        );
    }
    crossing.endless.contains(&old).then(|| {
        unsuitable(&called.written, &format!("{title} never returns"))
            .at(versions.old.place(old), "no thread leaves this function")
            .help("use polus_pre_update or polus_post_update")
    })
}

fn variable(
    versions: Versions,
    crossing: &Crossing,
    called: &Called,
    (old, new): (ItemId, ItemId),
) -> Option<Diagnostic> {
    if crossing.migrated.contains(&(old, new)) {
        return None;
    }
    let title = versions.new.title(new);
    let told = unsuitable(&called.written, &format!("{title} does not migrate"));
    let constant = |constant: bool| if constant { "it is constant" } else { "it keeps its place" };
    let why = constant(versions.new.items[new].entity.constant || versions.old.items[old].entity.constant);
    Some(
        told.at(versions.new.place(new), why)
            .help("leave the callback out: what is not migrated has one instance only"),
    )
}

/// Only what runs before the update can forbid it.
fn vetoes(versions: Versions, callbacks: &Callbacks) -> Vec<Diagnostic> {
    let new = versions.new;
    let Some(&veto) = new.named("polus_veto").first() else { return vec![] };
    let holder = |id: ItemId| new.items[id].entity.name.as_str();
    let purpose = |id: ItemId| {
        let called = callbacks.called.iter().find(|called| called.written.name == holder(id));
        called.map(|called| called.written.purpose)
    };
    let early = callbacks.has(Purpose::PreUpdate);
    let uses = new.uses.iter().filter(|u| u.target == veto && u.role != Role::Mention);
    let late = uses.filter(|u| match purpose(u.holder) {
        Some(purpose) => purpose != Purpose::PreUpdate,
        None => !early && new.items[u.holder].entity.name != "polus_veto",
    });
    let told = late.map(|found| {
        Diagnostic::error(format!("{} comes too late for a veto", holder(found.holder)))
            .at(new.place_at(found.offset), "only polus_pre_update can forbid the update")
            .help("call polus_veto in polus_pre_update, or in a function that it calls")
    });
    told.collect()
}
