//! Processes that a tracked one forks: they begin with a copy of both instances, in
//! agreement, and the kernel tracks nothing in them.

use super::Tracker;
use crate::apply::doors;
use crate::apply::inflight::blockers;
use crate::apply::journal::Journal;
use crate::apply::parked;
use crate::apply::session::Session;
use crate::apply::track::open::open_in;
use crate::error::Result;
use crate::facts::memory::Memory;
use crate::facts::unwind::Unwinder;
use crate::tracee::Traced;

/// A child whose thread is in a function that uses the other instances.
pub struct Child {
    /// The process.
    pub session: Session,
    /// What keeps it coherent.
    pub tracker: Tracker,
}

impl Tracker {
    /// Lets the new process `pid` go on: by itself if it uses one version's instances only, else
    /// tracked like its parent.
    pub(super) fn adopt(&self, parent: &Session, pid: i32) -> Result<Option<Child>> {
        let mut traced = Traced::child(pid);
        traced.stop(&mut |_| Ok(false))?;
        let threads = traced.stopped();
        if threads.is_empty() {
            return Ok(None);
        }
        let memory = Memory::open(pid)?;
        let mut unwinder = Unwinder::new(&parent.images, &memory);
        let walked = doors::walk(&threads, &mut unwinder);
        let waits = (&self.waits[..], &[][..]);
        let parked = parked::stacks(parent, (pid, &memory), &threads, &walked, waits, &mut unwinder);
        if blockers(&threads, &walked, (pid, &parked), &self.waits, &[]).is_empty() {
            forget(&memory, parent)?;
            return Ok(None);
        }
        let session = Session::look(pid)?;
        let userfault = open_in(&session, self.runtime, &threads)?;
        let mut tracker = Tracker::new(traced, userfault, self.runtime);
        tracker.protect(&session)?;
        tracker.watch(&session)?;
        tracker.resume();
        Ok(Some(Child { session, tracker }))
    }
}

/// The copy of the registry says that nothing is tracked; it lies where the parent's does.
fn forget(memory: &Memory, parent: &Session) -> Result<()> {
    let journal = Journal { memory, registry: parent.registry.address };
    for cell in parent.registry.records.iter().flat_map(|record| &record.cells) {
        journal.untrack(cell)?;
    }
    journal.publish(&[])?;
    journal.tracking(false)
}
