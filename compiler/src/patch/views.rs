//! What the patch's functions see under another type than its definition has must stay in the process.

use super::closure::Closure;
use super::cut::Edits;
use super::names::{Names, Standing};
use crate::clang::{Kind, Role, Use};
use crate::cross::Versions;
use crate::diag::Diagnostic;
use crate::model::{ItemId, Program};

/// An error for each such function or global that does not stay.
pub fn check(versions: Versions, names: &Names, closure: &Closure) -> Vec<Diagnostic> {
    let views = versions.new.views.iter().filter(|(view, _)| closure.imports.contains(view));
    let refused = views.filter_map(|(&view, &of)| refusal(versions, names, view, of));
    refused.chain(mixed(versions, names, closure)).collect()
}

/// A compiler takes the two names of a global for two objects. Functions of the patch are kept apart,
/// but for those that it repeats: these may become part of one that uses the other name.
fn mixed(versions: Versions, names: &Names, closure: &Closure) -> Vec<Diagnostic> {
    let new = versions.new;
    let repeated = |holder: ItemId| closure.copied.contains(&holder);
    let inside = |holder: ItemId| repeated(holder) || names.defined().any(|(id, _)| id == holder);
    let views = new.views.iter().filter(|(view, _)| closure.imports.contains(view));
    let views = views.filter(|(_, of)| new.items[**of].kind() == Kind::Variable);
    let mut told = vec![];
    for (&view, &of) in views {
        let here = |u: &&Use| new.is_spelled(u) && u.role != Role::Mention && inside(u.holder);
        let one = new.uses.iter().filter(here).filter(|u| u.target == view);
        let name = &new.items[of].original;
        let is_other = |u: &&Use| u.target == of || u.target != view && new.views.get(&u.target) == Some(&of);
        let others: Vec<&Use> = new.uses.iter().filter(here).filter(is_other).collect();
        let pair = one.flat_map(|u| others.iter().map(move |other| (u, *other)));
        let Some((one, other)) = pair.into_iter().find(|(a, b)| repeated(a.holder) || repeated(b.holder))
        else {
            continue;
        };
        let title =
            format!("the patch repeats a function that uses {name}, and others use it by another type");
        told.push(
            Diagnostic::error(title)
                .at(new.place_at(one.offset), format!("used here as `{}`", new.items[view].entity.shape))
                .at(
                    new.place_at(other.offset),
                    format!("used here as `{}`", new.items[other.target].entity.shape),
                )
                .help(format!("declare {name} with one type in all units of the new version")),
        );
    }
    told
}

/// The injector binds a view by its own name.
pub fn unlabelled(new: &Program, view: ItemId, edits: &mut Edits) {
    let item = &new.items[view];
    let label = format!("__asm__(\"{}\")", item.original);
    for declaration in &item.entity.declarations {
        let chunk = new.unit.chunks.partition_point(|c| c.span.end <= declaration.name_at);
        let Some(chunk) = new.unit.chunks.get(chunk) else { continue };
        let found = new.unit.text[declaration.name_at..chunk.span.end].find(&label);
        let begins = found.map(|at| declaration.name_at + at);
        if let Some(at) = begins {
            edits.replace(at..at + label.len(), "");
        }
    }
}

fn refusal(versions: Versions, names: &Names, view: ItemId, of: ItemId) -> Option<Diagnostic> {
    let new = versions.new;
    let becomes = match names.standing(new, of) {
        Standing::Import | Standing::Library if !names.is_brought_thread(of) => return None,
        // Its old entry is a jump to the new version.
        Standing::Replaced if !names.lacks_entry(of) => return None,
        Standing::Instance | Standing::Added => match versions.changes.pairing.to_old[of] {
            Some(_) => "gets a new instance or type",
            None => "is new",
        },
        Standing::Chosen => "is chosen when the program starts",
        _ => "has nothing in the binary that other code can name",
    };
    let name = &new.items[of].original;
    let mut told = Diagnostic::error(format!("{name} {becomes}, and units declare it with different types"))
        .at(new.place(of), format!("declared here as `{}`", new.items[of].entity.shape))
        .at(new.place(view), format!("declared here as `{}`", new.items[view].entity.shape));
    if let Some(ours) = versions.changes.pairing.to_old[of] {
        told = told.at(versions.old.place(ours), "the old declaration");
    }
    let used = new.uses.iter().find(|u| u.target == view && u.role != Role::Mention);
    if let Some(used) = used {
        told = told.at(new.place_at(used.offset), "used here by the second type");
    }
    Some(told.help(format!("declare {name} with one type in all units of the new version")))
}
