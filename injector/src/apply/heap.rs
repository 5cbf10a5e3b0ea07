//! Leads `free` and `realloc` of the program and its patches to the runtime, so that extension
//! records go with the blocks of their objects. One word a slot, and never taken back: what is
//! killed in between is done again, and a block that old code frees drops its records, too.

use crate::apply::failure::step;
use crate::apply::load::runtime_symbol;
use crate::apply::session::Session;
use crate::error::{Fault, Result};
use crate::facts::image::{self, Image};
use crate::facts::memory::Memory;
use crate::facts::registry::RUNTIME_NAME;
use polus_runtime::abi::{self, kind};
use std::time::Duration;

/// What the program calls, and what the runtime has in its place.
const FUNCTIONS: [(&str, &str); 3] = [
    ("free", "polus_extension_free"),
    ("realloc", "polus_extension_realloc"),
    ("reallocarray", "polus_extension_reallocarray"),
];
/// Time for a thread that is looking a function up to store what it found.
const LOOK_UP: Duration = Duration::from_millis(2);
/// How often to look whether one did.
const LOOKS: u32 = 50;

/// The slots of a process, and what belongs there; none where no patch extends a type.
#[derive(Debug, Default)]
pub struct Heap {
    slots: Vec<(u64, u64)>,
    /// A slot that leads there has not been looked up.
    unresolved: (u64, u64),
}

impl Heap {
    /// Finds them for a process that the record at `incoming` becomes a part of; refuses an
    /// allocator whose blocks have no size.
    pub fn find(session: &Session, incoming: u64) -> Result<Heap> {
        if !extends(session, incoming)? {
            return Ok(Heap::default());
        }
        check_allocator(session)?;
        let executable = session.executable()?;
        let patches = session
            .images
            .iter()
            .filter(|image| session.registry.records.iter().any(|record| record.base == image.bias));
        let mut slots = Vec::new();
        for (name, ours) in FUNCTIONS {
            let ours = runtime_symbol(session, ours)?;
            let images = std::iter::once(executable).chain(patches.clone());
            slots
                .extend(images.flat_map(|image| image.slots(&session.memory, name)).map(|slot| (slot, ours)));
        }
        slots.sort_unstable();
        slots.dedup();
        Ok(Heap { slots, unresolved: executable.range })
    }

    /// Fills the slots; gives whether some thread may be about to fill one, too.
    pub fn lead(&self, memory: &Memory) -> Result<bool> {
        let mut is_unresolved = false;
        for (number, (slot, ours)) in self.slots.iter().enumerate() {
            let found = memory.read_plain::<abi::Pointer>(*slot)?.address;
            if found != *ours {
                is_unresolved |= (self.unresolved.0..self.unresolved.1).contains(&found);
                memory.write(*slot, &ours.to_le_bytes())?;
                step(&format!("heap.slot.{number}"))?;
            }
        }
        Ok(is_unresolved)
    }

    /// The same until nobody fills them any more.
    pub fn lead_for_good(&self, memory: &Memory) -> Result<()> {
        if !self.lead(memory)? {
            return Ok(());
        }
        for _ in 0..LOOKS {
            std::thread::sleep(LOOK_UP);
            if !self.is_disturbed(memory)? {
                return Ok(());
            }
            self.lead(memory)?;
        }
        Ok(())
    }

    fn is_disturbed(&self, memory: &Memory) -> Result<bool> {
        for (slot, ours) in &self.slots {
            if memory.read_plain::<abi::Pointer>(*slot)?.address != *ours {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// This patch extends a type, or one that has been active.
fn extends(session: &Session, incoming: u64) -> Result<bool> {
    let records = session.registry.records.iter();
    for record in records.filter(|record| record.address == incoming || record.state != kind::LOADED) {
        let table = session.memory.read_plain::<abi::Record>(record.address)?.patch;
        if session.memory.read_plain::<abi::Patch>(table)?.extension_type_count > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Both functions that the runtime calls must be those of one allocator.
fn check_allocator(session: &Session) -> Result<()> {
    let runtime = session.images.iter().find(|image| image.path.contains(RUNTIME_NAME));
    let runtime = runtime
        .ok_or_else(|| Fault::environment(format!("{}: the runtime is not mapped", session.name())))?;
    let of = |name: &str| -> Result<Option<&Image>> {
        let Some(slot) = runtime.slots(&session.memory, name).first().copied() else { return Ok(None) };
        let function = session.memory.read_plain::<abi::Pointer>(slot)?.address;
        Ok(image::find(&session.images, function))
    };
    match (of("free")?, of("malloc_usable_size")?) {
        (Some(free), Some(size)) if free.range == size.range => Ok(()),
        (free, _) => Err(Fault::refused(format!(
            "{}: `free` is that of {}, which has no `malloc_usable_size`: nobody knows which objects a block holds",
            session.name(),
            free.map_or("nobody", |free| free.path.as_str())
        ))
        .hint("leave the types as they are in this update, or restart the program with an allocator that has it")),
    }
}
