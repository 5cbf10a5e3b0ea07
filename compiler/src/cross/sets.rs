//! Arrays that the linker makes of all objects in one section, walked from `__start_NAME` to
//! `__stop_NAME`: no patch can add to the array of a running program, or take from it.

use super::{Crossing, Versions};
use crate::diag::Diagnostic;
use crate::diff::Change;
use crate::model::{ItemId, Program};
use crate::text;

/// Refuses new elements, and new instances of old ones; warns of elements that stay.
pub fn check(versions: Versions, crossing: &Crossing) -> Vec<Diagnostic> {
    let (old, new) = (versions.old, versions.new);
    let migrated = crossing.migrated.iter().map(|(_, id)| *id);
    let mut own: Vec<ItemId> = crossing.fresh.iter().copied().chain(migrated).collect();
    own.extend(versions.changes.globals.iter().filter_map(|c| match *c {
        Change::Added { new: id } if new.items[id].entity.function.is_some() => Some(id),
        _ => None,
    }));
    let joining = own.into_iter().filter_map(|id| Some((id, set_of(new, id)?)));
    let joining = joining.map(|(id, set)| joins(new, id, &set));
    let gone = versions.changes.globals.iter().filter(|c| c.new_item().is_none());
    let leaving = gone.filter_map(|c| c.old_item()).filter_map(|id| Some((id, set_of(old, id)?)));
    joining.chain(leaving.map(|(id, set)| stays(old, id, &set))).collect()
}

/// The section of a variable, if the program walks it.
fn set_of(program: &Program, id: ItemId) -> Option<String> {
    let at = program.items[id].entity.definition()?.name_at;
    let chunk = program.unit.chunks.partition_point(|c| c.span.end <= at);
    let source = &program.unit.text[program.unit.chunks.get(chunk)?.span.clone()];
    let section = section(source)?;
    let walked = |end: &str| !program.named(&format!("__{end}_{section}")).is_empty();
    (walked("start") || walked("stop")).then_some(section)
}

/// `section("NAME")` in a declaration.
fn section(source: &str) -> Option<String> {
    let tokens = text::lex(source);
    let words: Vec<&str> = tokens.iter().map(|t| t.text(source)).collect();
    let at = words.iter().position(|word| matches!(*word, "section" | "__section__"))?;
    let name = words.get(at + 2)?.strip_prefix('"')?.strip_suffix('"')?;
    Some(name.to_string())
}

fn joins(new: &Program, id: ItemId, set: &str) -> Diagnostic {
    Diagnostic::error(format!("{} cannot join the section {set} of the running program", new.title(id)))
        .at(new.place(id), "this object")
        .note(format!(
            "the program walks the section from __start_{set} to __stop_{set}, as the linker laid it out"
        ))
        .help("restart the program for this change, or reach the object in another way")
}

fn stays(old: &Program, id: ItemId, set: &str) -> Diagnostic {
    Diagnostic::warning(format!("{} stays in the section {set} of the running program", old.title(id)))
        .at(old.place(id), "the new program has it no more")
        .note(format!("who walks the section from __start_{set} to __stop_{set} still meets it"))
}
