//! What thread variables begin with in a new thread: ld.so copies that out of the file that they are of.

use crate::apply::session::Session;
use crate::error::{Fault, Result};
use crate::facts::image::Image;
use crate::facts::registry::{Cell, Record};
use polus_runtime::abi::kind;

/// The thread variables of one file.
pub struct Initial {
    /// What to add to the thread pointer for the place of the first.
    pub distance: u64,
    /// Of all of them.
    pub values: Vec<u8>,
}

impl Initial {
    /// Those that a patch brings. ld.so gives them to threads before pointers to the program are bound,
    /// and misses threads that are being made.
    pub fn of_patch(session: &Session, record: &Record) -> Result<Initial> {
        let image = session.images.iter().find(|image| image.bias == record.base);
        let cell = record.cells.iter().find(is_per_thread);
        let found = image.zip(cell).and_then(|(image, cell)| {
            let values = image.thread_values()?;
            let offset = cell.initial.checked_sub(values.start).filter(|offset| *offset < values.size)?;
            Some((image, cell.new_instance.wrapping_sub(offset)))
        });
        match found {
            Some((image, distance)) => read(session, image, distance),
            None => Err(missing(session, &record.name)),
        }
    }

    /// Those of the program; its code counts on their distance.
    fn of_executable(session: &Session) -> Result<Initial> {
        let image = session.executable()?;
        let size = image.thread_values().map(|values| values.size.next_multiple_of(values.alignment));
        match size {
            Some(size) => read(session, image, size.wrapping_neg()),
            None => Err(missing(session, &image.path)),
        }
    }

    fn at(&self, instance: u64, size: u64) -> Option<Vec<u8>> {
        let start = usize::try_from(instance.wrapping_sub(self.distance)).ok()?;
        Some(self.values.get(start..start.checked_add(size as usize)?)?.to_vec())
    }
}

fn read(session: &Session, image: &Image, distance: u64) -> Result<Initial> {
    let found = image.thread_values().unwrap_or_default();
    let mut values = session.memory.read(found.start, found.held as usize)?;
    values.resize(found.size as usize, 0);
    Ok(Initial { distance, values })
}

fn missing(session: &Session, file: &str) -> Fault {
    Fault::environment(format!("{}: {file} has no thread variables in it", session.name()))
}

/// What both instances of a variable hold in a new thread.
pub fn instances(session: &Session, record: &Record, cell: &Cell) -> Result<(Vec<u8>, Vec<u8>)> {
    let earlier = session.registry.records.iter().find(|other| {
        other.cells.iter().filter(is_per_thread).any(|other| other.new_instance == cell.old_instance)
    });
    let old = match earlier {
        Some(earlier) => Initial::of_patch(session, earlier)?,
        None => Initial::of_executable(session)?,
    };
    let new = Initial::of_patch(session, record)?;
    let both = old.at(cell.old_instance, cell.sizes.0).zip(new.at(cell.new_instance, cell.sizes.1));
    both.ok_or_else(|| missing(session, &record.name))
}

/// Every thread has its own.
pub fn is_per_thread(cell: &&Cell) -> bool {
    cell.flags & kind::PER_THREAD_CELL != 0
}

/// The record was never part of a version, and its variables are in every thread.
pub fn is_fresh(record: &Record) -> bool {
    record.state == kind::LOADED && record.cells.iter().any(|cell| is_per_thread(&cell))
}
