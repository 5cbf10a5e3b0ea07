//! Both versions call a record by one name, before they are compared.

use crate::diag::Result;
use crate::extend::{Layers, tags};
use crate::merge::Revision;
use crate::model::{self, Program};

/// The programs with tags where one of both lacks them or calls a record otherwise, and what the process has
/// of types, by these names.
///
/// # Errors
/// libclang cannot be used.
pub fn tagged(old: Program, new: Program, known: Layers) -> Result<(Program, Program, Layers)> {
    let (of_records, renamed) = tags::of_records(&old, &new);
    let (old, known) = match with(&old, of_records.old)? {
        Some(old) => (old, tags::by_new_names(known, &renamed)),
        None => (old, known),
    };
    let of_fields = tags::of_fields(&old, &new, &known);
    let (ours, theirs) = rayon::join(|| with(&old, of_fields.old), || with(&new, of_fields.new));
    Ok((ours?.unwrap_or(old), theirs?.unwrap_or(new), known))
}

/// Nothing, if nothing changes or the text would be no C.
fn with(program: &Program, revisions: Vec<Revision>) -> Result<Option<Program>> {
    if revisions.is_empty() {
        return Ok(None);
    }
    Ok(model::read(program.unit.revised(revisions, &[]), program.root.clone())?.ok())
}
