//! Makes tracked instances agree: the runtime works out what they shall hold, and
//! this program copies that, so that its death at any instant leaves nothing half done.

use crate::apply::journal::Journal;
use crate::apply::runtime::{Calls, Runtime};
use crate::apply::session::Session;
use crate::error::Result;
use crate::facts::registry::Cell;
use crate::tracee::Thread;
use polus_runtime::abi::{self, kind};

/// Alignment of the runtime's buffers.
const ALIGNMENT: u64 = 64;

/// Carries what differs among `cells`, all that are tracked; `threads` are stopped, as all others
/// are.
pub fn all(session: &Session, runtime: Runtime, threads: &[Thread], cells: &mut [Cell]) -> Result<()> {
    let rounds = if is_chained(cells) { cells.len() } else { 1 };
    for _ in 0..rounds {
        let mut calls = Calls::begin(session, runtime, threads)?;
        let called = calls.call(runtime.cohere, [0; 3]);
        calls.end()?;
        called?;
        let mut carried = 0;
        for cell in cells.iter_mut() {
            if differed(session, cell)? {
                copy(session, cell)?;
                carried += 1;
            }
        }
        if carried == 0 {
            break;
        }
    }
    Ok(())
}

/// Some instance is the new one of a patch and the old one of the next, so that what is carried to
/// it must be carried on.
fn is_chained(cells: &[Cell]) -> bool {
    cells.iter().any(|cell| cells.iter().any(|next| next.old_instance == cell.new_instance))
}

fn differed(session: &Session, cell: &Cell) -> Result<bool> {
    let now: abi::Cell = session.memory.read_plain(cell.address)?;
    Ok(now.flags & kind::DIFFERED != 0)
}

/// The instances first: while these agree with what was worked out, so does a second working out.
fn copy(session: &Session, cell: &mut Cell) -> Result<()> {
    let memory = &session.memory;
    let old_now = cell.before.1 + cell.sizes.1.next_multiple_of(ALIGNMENT);
    let new_now = old_now + cell.sizes.0.next_multiple_of(ALIGNMENT);
    let old = memory.read(old_now, cell.sizes.0 as usize)?;
    let new = memory.read(new_now, cell.sizes.1 as usize)?;
    memory.write(cell.old_instance, &old)?;
    memory.write(cell.new_instance, &new)?;
    memory.write(cell.before.0, &old)?;
    memory.write(cell.before.1, &new)?;
    cell.writes += 1;
    Journal { memory, registry: session.registry.address }.count_writes(cell)
}
