//! One writer makes its write: pages open to it alone, while all others are stopped.

use crate::apply::session::Session;
use crate::error::Result;
use crate::facts::maps::PAGE;
use crate::tracee::userfault::{Pages, Write};
use crate::tracee::{Traced, Userfault};

/// Instructions of one writer that repeat a store before others get their turn.
const REPEATS_MAX: u32 = 1 << 16;
/// Bytes that may stand before an instruction's code, repetition left out.
const PREFIXES: [u8; 9] = [0x66, 0x67, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0xf0];

/// Lets the stopped writer execute the one instruction, with all its repetitions.
pub(super) fn step_writer(
    session: &Session,
    traced: &mut Traced,
    tid: i32,
    place: u64,
    gate: &mut Gate<'_>,
) -> Result<()> {
    let rounds = if repeats(session, place) { REPEATS_MAX } else { 1 };
    for _ in 0..rounds {
        let stepped = traced.step(tid, &mut || gate.more())?;
        let now = traced.thread(tid).and_then(|thread| thread.registers);
        if !stepped || now.is_none_or(|now| now.rip != place) {
            break;
        }
    }
    Ok(())
}

/// Opens the pages of these writes, and tells which.
pub(super) fn open_pages(userfault: &Userfault, closed: &[Pages], writes: &[Write]) -> Result<Vec<u64>> {
    let pages = writes.iter().map(|write| write.address & !(PAGE - 1));
    let pages: Vec<u64> = pages.filter(|page| closed.iter().any(|range| range.contains(page))).collect();
    pages.iter().try_for_each(|page| userfault.open_pages(&(*page..page + PAGE)))?;
    Ok(pages)
}

/// Opens pages to one writer, while all others are stopped.
pub(super) struct Gate<'a> {
    pub userfault: &'a Userfault,
    pub closed: &'a [Pages],
    pub waiting: &'a mut Vec<Write>,
    /// The writer's number, as its own process namespace counts.
    pub inner: i32,
    pub opened: Vec<u64>,
}

impl Gate<'_> {
    pub fn open(&mut self, writes: Vec<Write>) -> Result<()> {
        self.opened.extend(open_pages(self.userfault, self.closed, &writes)?);
        Ok(())
    }

    /// The same instruction or system call may write to further pages.
    pub fn more(&mut self) -> Result<()> {
        self.userfault.read(self.waiting)?;
        let (own, others) = self.waiting.drain(..).partition(|write| write.tid == self.inner);
        *self.waiting = others;
        self.open(own)
    }
}

/// The instruction at `place` repeats itself.
fn repeats(session: &Session, place: u64) -> bool {
    let bytes = session.memory.read_some(place, 15);
    let first = bytes.iter().find(|byte| !PREFIXES.contains(byte));
    matches!(first, Some(0xf2 | 0xf3))
}
