//! Thread variables: each thread's own instance crosses to the same thread, so that nothing else can.

use super::refusals::with_declarations;
use super::{Crossing, Versions};
use crate::diag::Diagnostic;
use crate::model::ItemId;

/// What cannot cross from thread to thread.
pub fn check(versions: Versions, crossing: &Crossing) -> Vec<Diagnostic> {
    let (old, new) = (versions.old, versions.new);
    let mut told = vec![];
    for &(ours, theirs) in &crossing.migrated {
        match (old.items[ours].entity.thread, new.items[theirs].entity.thread) {
            (false, true) => {
                told.push(moved(versions, ours, "becomes a thread variable: one value, many threads"))
            }
            (true, false) => {
                told.push(moved(versions, ours, "is no thread variable any more: many threads, one value"))
            }
            _ => {}
        }
    }
    let adopted = crossing.adopted.iter().filter(|(_, theirs)| new.items[*theirs].entity.thread);
    told.extend(adopted.map(|&(ours, theirs)| {
        let title = new.title(theirs);
        with_declarations(Diagnostic::error(format!("{title} is adopted, and every thread has its own")), versions, ours)
            .help("leave out --adopt: threads keep their values; give the variable another name for the new initialiser")
    }));
    told
}

fn moved(versions: Versions, ours: ItemId, what: &str) -> Diagnostic {
    let title = versions.old.title(ours);
    with_declarations(Diagnostic::error(format!("{title} {what}")), versions, ours)
        .help("give the new variable another name, or restart the program for this change")
}
