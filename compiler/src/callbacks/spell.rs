//! The type that a hand-written function must have, as its author writes it.

use super::{Called, Purpose, Subject};
use crate::clang::Kind;
use crate::cross::Versions;
use crate::model::{ItemId, Program};

/// `void polus_to_new_limits(const struct limits__old *from, struct limits *to)`.
pub fn spell(called: &Called, versions: Versions) -> String {
    let (name, Versions { old, new, changes, relations }) = (&called.written.name, versions);
    let is_old =
        |id: ItemId| changes.pairing.to_new[id].is_none_or(|theirs| relations.types.contains(&theirs));
    let parameters = match (called.written.purpose, called.subject) {
        (Purpose::ToNew, Subject::Variable(ours, theirs)) => {
            let from = pointer(old, ours, true, "from", &is_old);
            format!("{from}, {}", pointer(new, theirs, false, "to", &|_| false))
        }
        (Purpose::ToOld, Subject::Variable(ours, theirs)) => {
            let from = pointer(new, theirs, true, "from", &|_| false);
            format!("{from}, {}", pointer(old, ours, false, "to", &is_old))
        }
        (Purpose::Extend, Subject::Type(id)) => {
            format!("{} *object", new.title(id).split(" (").next().unwrap_or_default())
        }
        _ => "void".to_string(),
    };
    format!("void {name}({parameters})")
}

/// A parameter that points to a global of the program.
fn pointer(
    program: &Program,
    id: ItemId,
    constant: bool,
    name: &str,
    is_old: &dyn Fn(ItemId) -> bool,
) -> String {
    let entity = &program.items[id].entity;
    let element = entity.shape.rsplit(']').next().unwrap_or_default();
    let pointers = element.chars().take_while(|c| *c == '*').count();
    let held = entity.holds.iter().find(|&&held| program.items[held].kind() == Kind::Record);
    let base = match held.filter(|_| pointers == 0) {
        Some(&held) => {
            let title = program.title(held);
            let title = title.split(" (").next().unwrap_or_default();
            format!("{title}{}", if is_old(held) { "__old" } else { "" })
        }
        None => element[pointers..].trim().to_string(),
    };
    let object = match (constant, pointers) {
        (true, 0) => format!("const {base} "),
        (true, _) => format!("{base} {}const ", "*".repeat(pointers)),
        (false, _) => format!("{base} {}", "*".repeat(pointers)),
    };
    match entity.dimensions[..] {
        [] => format!("{object}*{name}"),
        ref all => {
            let all: String = all.iter().map(|count| format!("[{count}]")).collect();
            format!("{object}(*{name}){all}")
        }
    }
}
