//! Constructors and destructors: a process that is updated has started already, and it ends by what its
//! executable lists.

use super::Versions;
use crate::clang::Kind;
use crate::diag::Diagnostic;
use crate::diff::Change;
use crate::model::{ItemId, Program};
use crate::text;

/// Warnings about those that a new start would run, or that have run as they were.
pub fn warnings(versions: Versions) -> Vec<Diagnostic> {
    let new = versions.new;
    let own = new.own(Kind::Function).map(|id| (id, role(new, id)));
    own.filter_map(|(id, role)| match (role?, was(versions, id)) {
        (Role::Constructor, None | Some(None)) => Some(not_run(new, id, "constructor", "does not run")),
        (Role::Destructor, None | Some(None)) => Some(not_run(new, id, "destructor", "will not run")),
        (Role::Constructor, Some(Some(Role::Constructor))) if changed(versions, id) => Some(ran(new, id)),
        _ => None,
    })
    .collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Constructor,
    Destructor,
}

/// What the function was in the old program, if it was there.
fn was(versions: Versions, id: ItemId) -> Option<Option<Role>> {
    versions.changes.pairing.to_old[id].map(|old| role(versions.old, old))
}

fn changed(versions: Versions, id: ItemId) -> bool {
    versions.changes.functions.iter().filter_map(Change::new_item).any(|changed| changed == id)
}

fn role(program: &Program, id: ItemId) -> Option<Role> {
    let heads = program.items[id].entity.declarations.iter().filter_map(|declaration| {
        let at = program.unit.chunks.partition_point(|chunk| chunk.span.end <= declaration.name_at);
        let chunk = &program.unit.text[program.unit.chunks.get(at)?.span.clone()];
        Some(chunk.split('{').next().unwrap_or_default())
    });
    let words = |head: &str| {
        let tokens = text::lex(head);
        let named = |name: &str| tokens.iter().any(|token| token.text(head).trim_matches('_') == name);
        match (named("constructor"), named("destructor")) {
            (true, _) => Some(Role::Constructor),
            (false, true) => Some(Role::Destructor),
            _ => None,
        }
    };
    heads.filter(|head| head.contains("structor")).find_map(words)
}

fn not_run(new: &Program, id: ItemId, what: &str, fate: &str) -> Diagnostic {
    Diagnostic::warning(format!("{} is a new {what}, and {fate} in a process that is updated", new.title(id)))
        .at(new.place(id), "only a process that starts with the new version runs it")
        .help("do its work where it is needed first, in a function that is called")
}

fn ran(new: &Program, id: ItemId) -> Diagnostic {
    Diagnostic::warning(format!("{} is a constructor, which has run already", new.title(id)))
        .at(new.place(id), "its new version does not run in a process that is updated")
        .help("do what is new in it where it is needed first, in a function that is called")
}
