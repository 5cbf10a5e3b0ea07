//! Names that a running process cannot lead to their new meaning: it has bound and chosen already.

use super::Versions;
use crate::clang::{Kind, Use};
use crate::diag::Diagnostic;
use crate::model::{ItemId, Meaning, meaning};

/// Names of which the program gave up its own definition, or that it would choose at start.
pub fn refusals(versions: Versions) -> Vec<Diagnostic> {
    let redefined = versions.changes.redefined.iter();
    redefined.filter_map(|&id| refusal(versions, id)).collect()
}

fn refusal(versions: Versions, id: ItemId) -> Option<Diagnostic> {
    let new = versions.new;
    let title = new.title(id);
    let (title, note) = match meaning(new, id) {
        Meaning::Elsewhere => (
            format!("the program no longer defines {title}, and uses it"),
            "in the running process the name leads to the old definition",
        ),
        Meaning::Chosen(resolver) => (
            format!("{title} is now chosen by {resolver} when the program starts"),
            "a running process has started, and calls what it was linked to",
        ),
        Meaning::Own | Meaning::Alias(_) => return None,
    };
    let found = user(versions, id)?;
    let ours = versions.changes.pairing.to_old[id]?;
    Some(
        Diagnostic::error(title)
            .at(new.place_at(found.offset), "used here")
            .at(versions.old.place(ours), "the old meaning")
            .note(note)
            .help("keep it as it is in this update, or restart the program for it"),
    )
}

/// A use in code.
fn user<'v>(versions: Versions<'v>, id: ItemId) -> Option<&'v Use> {
    let new = versions.new;
    new.value_uses(id).chain(new.uses.iter().filter(|u| u.target == id)).find(|u| {
        let holder = &new.items[u.holder];
        holder.kind() == Kind::Function && holder.defined() && !holder.system
    })
}

/// Functions that were chosen when the program started, by a resolver that would now choose otherwise.
pub fn chosen(versions: Versions) -> Vec<Diagnostic> {
    let new = versions.new;
    let functions = (0..new.items.len()).filter(|&id| new.items[id].kind() == Kind::Function);
    functions.filter_map(|id| late(versions, id)).collect()
}

fn late(versions: Versions, id: ItemId) -> Option<Diagnostic> {
    let Versions { old, new, changes, relations } = versions;
    let (Meaning::Chosen(is), ours) = (meaning(new, id), changes.pairing.to_old[id]?) else { return None };
    let Meaning::Chosen(was) = meaning(old, ours) else { return None };
    let resolver = *new.named(&is).first()?;
    let changed = relations.affected.contains_key(&resolver) || changes.pairing.to_old[resolver].is_none();
    (changed || is != was).then(|| {
        Diagnostic::warning(format!(
            "{} was chosen when the program started, and stays what it is",
            new.title(id)
        ))
        .at(new.place(id), "this function")
        .at(new.place(resolver), "its resolver differs from the old one")
        .note("a process chooses once; what it chose is updated, the choice waits for a restart")
    })
}
