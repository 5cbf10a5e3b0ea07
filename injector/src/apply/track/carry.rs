//! Makes tracked instances agree: the runtime works out what they shall hold, and
//! this program copies that, so that its death at any instant leaves nothing half done.

use crate::apply::journal::Journal;
use crate::apply::runtime::{Calls, Runtime};
use crate::apply::session::Session;
use crate::error::Result;
use crate::facts::registry::{self, Cell};
use crate::tracee::Thread;
use polus_runtime::abi::kind;

/// Alignment of the runtime's buffers.
const ALIGNMENT: u64 = 64;

/// Carries what differs; `threads` are stopped, as all others are. An instance may be the new one
/// of a patch and the old one of the next, so that it goes on until nothing differs.
pub fn all(session: &Session, runtime: Runtime, threads: &[Thread]) -> Result<()> {
    for _ in 0..=session.registry.records.len() {
        let mut calls = Calls::begin(session, runtime, threads)?;
        let called = calls.call(runtime.cohere, [0; 3]);
        calls.end()?;
        called?;
        let registry = registry::read(&session.memory, &session.maps)?.unwrap_or_default();
        let cells: Vec<&Cell> = registry.records.iter().flat_map(|record| &record.cells).collect();
        let tracked = cells.iter().filter(|cell| cell.flags & kind::TRACKED != 0).count();
        let differed = cells.iter().filter(|cell| cell.flags & kind::DIFFERED != 0);
        let mut carried = 0;
        for cell in differed {
            copy(session, cell)?;
            carried += 1;
        }
        if carried == 0 || tracked == 1 {
            break;
        }
    }
    Ok(())
}

/// The instances first: while these agree with what was worked out, so does a second working out.
fn copy(session: &Session, cell: &Cell) -> Result<()> {
    let memory = &session.memory;
    let old_now = cell.before.1 + cell.sizes.1.next_multiple_of(ALIGNMENT);
    let new_now = old_now + cell.sizes.0.next_multiple_of(ALIGNMENT);
    let old = memory.read(old_now, cell.sizes.0 as usize)?;
    let new = memory.read(new_now, cell.sizes.1 as usize)?;
    memory.write(cell.old_instance, &old)?;
    memory.write(cell.new_instance, &new)?;
    memory.write(cell.before.0, &old)?;
    memory.write(cell.before.1, &new)?;
    let journal = Journal { memory, registry: session.registry.address };
    journal.count_write(cell)
}
