//! Calls that handle objects by address and size, or by size alone: what is beside the objects does not
//! follow, and nothing in the program's types says so (rule 13).

use super::provide;
use crate::clang::Site;
use crate::diag::Diagnostic;
use crate::model::{ItemId, Program};
use std::collections::BTreeMap;

/// Functions that neither copy nor keep what they are given.
const HARMLESS: &[&str] =
    &["memcmp", "bcmp", "__builtin_memcmp", "bsearch", "realloc", "reallocarray", "sizeof"];

/// One warning for each such function and type.
pub fn warnings(new: &Program, names: &BTreeMap<usize, ItemId>, sites: &[Site]) -> Vec<Diagnostic> {
    let mut first: BTreeMap<(ItemId, &str), (usize, bool)> = BTreeMap::new();
    for site in sites {
        let Site::Call { span, callee, arguments, makes, .. } = site else { continue };
        let led = arguments.iter().any(|argument| argument.leads_to.is_some());
        let Some(record) = arguments.iter().find_map(|argument| argument.sizes) else { continue };
        let known = provide::instead(callee).is_some() || HARMLESS.contains(&callee.as_str());
        if !known && !callee.contains("realloc") && (led || !makes) {
            first.entry((names[&record], callee)).or_insert((span.start, led));
        }
    }
    first.into_iter().map(|((id, callee), (at, led))| warning(new, id, callee, at, led)).collect()
}

fn warning(new: &Program, id: ItemId, callee: &str, at: usize, led: bool) -> Diagnostic {
    let callee = if callee.is_empty() { "a function" } else { callee };
    let library = new.named(callee).iter().any(|&id| new.items[id].system);
    let (what, why) = match (led, library) {
        (true, true) => {
            ("is given to", "outside of the program its bytes have the old layout, without the new fields")
        }
        (true, false) => (
            "is given to",
            "if it copies the object by its bytes, the new fields of the copy begin with zero",
        ),
        (false, _) => ("is counted by", "if it moves objects by their bytes, their new fields stay behind"),
    };
    Diagnostic::warning(format!("{} {what} {callee} with its size", new.title(id)))
        .at(new.place_at(at), "here")
        .note(why)
}
