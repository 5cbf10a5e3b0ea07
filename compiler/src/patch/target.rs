//! The instructions that the patch's functions may use: one patch is compiled with one set.

use super::closure::Closure;
use super::names::Names;
use crate::clang::Kind;
use crate::diag::Diagnostic;
use crate::model::{ItemId, Program};
use std::collections::BTreeMap;

/// What all units agree on whose functions the patch holds.
///
/// # Errors
/// Functions of units that were compiled for different processors: with one set, code of the other
/// unit would use what its processor may lack, or pass vectors otherwise.
pub fn common(
    new: &Program,
    names: &Names,
    closure: &Closure,
    targets: &BTreeMap<String, Vec<String>>,
) -> Result<Vec<String>, Vec<Diagnostic>> {
    let own = names.defined().map(|(id, _)| id).chain(closure.copied.iter().copied());
    let own = own.filter(|&id| new.items[id].kind() == Kind::Function && !new.items[id].system);
    let mut own: Vec<ItemId> = own.collect();
    own.sort_unstable();
    let told = |id: &ItemId| new.files(*id).into_iter().find_map(|file| Some((file, targets.get(file)?)));
    let mut found: Option<(ItemId, &str, &Vec<String>)> = None;
    for id in own {
        let Some((file, features)) = told(&id) else { continue };
        match found {
            Some((first, other, known)) if known != features => {
                return Err(vec![differ(new, (first, other, known), (id, file, features))]);
            }
            _ => found = Some((id, file, features)),
        }
    }
    Ok(found.map_or(vec![], |(_, _, features)| features.clone()))
}

type Told<'t> = (ItemId, &'t str, &'t Vec<String>);

fn differ(new: &Program, first: Told, second: Told) -> Diagnostic {
    let flags = |(_, file, features): Told| match features.is_empty() {
        true => format!("{file} is compiled without such flags"),
        false => format!("{file} is compiled with -m{}", features.join(" -m")),
    };
    let (one, other) = (new.title(first.0), new.title(second.0));
    Diagnostic::error(format!("{one} and {other} are compiled for different processors"))
        .at(new.place(first.0), flags(first))
        .at(new.place(second.0), flags(second))
        .note("a patch is compiled with one set of instructions")
        .help("make the changes in two updates, one for each set of flags")
}
