//! Globals: type, storage and initial value.

use super::normal::{self, Leaf};
use super::{Change, Modification, Pairing, Source, same_tokens};
use crate::clang::{Kind, Role};
use crate::model::{ItemId, Program, Syntax};
use std::collections::BTreeSet;

/// Globals whose initialiser names an enumerator that has another number, in unchanged words.
pub fn initialised_by(
    old: &Program,
    new: &Program,
    pairing: &Pairing,
    renumbered: &BTreeSet<String>,
) -> Vec<Change> {
    let names = |id: &ItemId| {
        let mut uses = new.uses_in(*id).iter();
        uses.any(|u| matches!(&u.role, Role::Enumerator(name) if renumbered.contains(name)))
    };
    let paired = |id: ItemId| {
        let ours = pairing.to_old[id].filter(|&o| old.items[o].defined())?;
        Some(Change::Modified { old: ours, new: id, how: vec![Modification::Initializer] })
    };
    new.own(Kind::Variable).filter(names).filter_map(paired).collect()
}

/// How a global differs.
pub fn compare(old: &Program, ours: ItemId, new: &Program, theirs: ItemId) -> Vec<Modification> {
    let (us, them) = (&old.items[ours].entity, &new.items[theirs].entity);
    let mut how = vec![];
    if us.shape != them.shape || us.size != them.size {
        how.push(Modification::Type);
    }
    if us.constant != them.constant || us.thread != them.thread {
        how.push(Modification::Storage);
    }
    if !same_tokens(old.source(ours), new.source(theirs)) && initial(old, ours) != initial(new, theirs) {
        how.push(Modification::Initializer);
    }
    how
}

/// The normal form of a global's initialiser; `None` without one.
fn initial(program: &Program, id: ItemId) -> Option<Vec<Leaf>> {
    let entity = &program.items[id].entity;
    let at = entity.definition()?.name_at;
    let syntax = Syntax::at(program, at)?;
    let source = Source { program, syntax: &syntax };
    if let Some(declarator) = syntax.declarator(&entity.name) {
        return declarator.node.initializer.as_ref().map(|i| normal::initializer(i, &source));
    }
    let local = crate::model::local_static(&syntax, at)?;
    local.node.initializer.as_ref().map(|i| normal::initializer(i, &source))
}
