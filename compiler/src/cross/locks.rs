//! Variables that threads may sleep on: the kernel knows a sleeper by the address of the
//! lock, so that a lock in the one instance never wakes who sleeps on that in the other.

use super::Versions;
use crate::model::{ItemId, Program};
use std::collections::BTreeSet;

/// Types of the C library that threads sleep on.
const LOCKS: [&str; 7] =
    ["pthread_mutex_t", "pthread_cond_t", "pthread_rwlock_t", "pthread_barrier_t", "sem_t", "mtx_t", "cnd_t"];

/// Both instances of a migrated variable hold such a lock.
pub fn in_both(versions: Versions, ours: ItemId, theirs: ItemId) -> bool {
    holds(versions.old, ours) && holds(versions.new, theirs)
}

fn holds(program: &Program, variable: ItemId) -> bool {
    let (mut open, mut seen) = (vec![variable], BTreeSet::new());
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let entity = &program.items[id].entity;
        if LOCKS.iter().any(|lock| names(&entity.shape, lock)) {
            return true;
        }
        open.extend(entity.holds.iter().copied());
        open.extend(entity.fields.iter().filter_map(|field| field.record));
    }
    false
}

/// The type's spelling names it as a whole word, and not behind a pointer.
fn names(shape: &str, lock: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    shape.match_indices(lock).any(|(at, _)| {
        let (before, behind) = (&shape[..at], &shape[at + lock.len()..]);
        let pointer = before.trim_end_matches("struct ").trim_end_matches("union ").ends_with('*');
        !before.ends_with(word) && !behind.starts_with(word) && !pointer
    })
}
