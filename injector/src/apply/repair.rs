//! Finishes or takes back what an injector that died had begun.

use crate::apply::commit::{Commit, cross, undo_crossings};
use crate::apply::copies::Copies;
use crate::apply::journal::Journal;
use crate::apply::runtime::Runtime;
use crate::apply::session::Session;
use crate::apply::track::{self, Tracker};
use crate::error::Result;
use crate::facts::registry::{Record, Registry};
use crate::plan::change;
use polus_runtime::abi::kind;
use std::time::{Duration, Instant};

/// How long a repair may wait for threads on entries.
const REPAIR_TIME: Duration = Duration::from_secs(10);

/// What a repair did.
pub struct Repair {
    /// The interrupted change that was finished, not taken back.
    pub finished: Option<Way>,
    /// For people.
    pub text: String,
    /// Keeps old and new code coherent that are both active.
    pub tracker: Option<Tracker>,
}

/// Which way a change leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To a later version.
    Forth,
    /// To an earlier one.
    Back,
}

/// Where the change led that is tracked still.
fn tracked_way(registry: &Registry) -> Way {
    let tracked = |record: &&Record| record.cells.iter().any(|cell| cell.flags & kind::TRACKED != 0);
    let runs = |record: &Record| record.state == kind::ACTIVE && record.version <= registry.version;
    if registry.records.iter().filter(tracked).all(runs) { Way::Forth } else { Way::Back }
}

/// Repairs the process if that is needed.
pub fn repair(session: &mut Session) -> Result<Option<Repair>> {
    let registry = &session.registry;
    let (from, goal) = (registry.version, registry.goal);
    let way = if goal < from { Way::Back } else { Way::Forth };
    let finished = match registry.state {
        kind::REDIRECTING => Some(way),
        kind::IDLE => Some(tracked_way(registry)),
        _ => None,
    };
    let done = match registry.state {
        kind::IDLE if !registry.tracking => return Ok(None),
        kind::IDLE => format!("goes on with an interrupted update to version {from}"),
        kind::REDIRECTING => {
            go_on(session)?;
            format!("finished an interrupted change from version {from} to {goal}")
        }
        _ => {
            go_back(session)?;
            format!("took back an interrupted change from version {from} to {goal}")
        }
    };
    session.refresh()?;
    let tracker = if session.registry.tracking { track::resume(session)? } else { None };
    session.refresh()?;
    Ok(Some(Repair { finished, text: format!("{}: {done}", session.name()), tracker }))
}

/// Some entries are rewritten: the rest follows.
fn go_on(session: &Session) -> Result<()> {
    let incoming = session.registry.incoming;
    let mut change = change::change(&session.registry, session.registry.goal, Some(incoming))?;
    change.crossings.clear();
    // all others are kept coherent until they are left
    change.waits.retain(|wait| wait.apart);
    Commit::prepare(session, &change, incoming)?.finish(Instant::now() + REPAIR_TIME)
}

/// No entry is rewritten; bytes may be swapped.
fn go_back(session: &Session) -> Result<()> {
    let registry = &session.registry;
    let change = change::change(registry, registry.goal, Some(registry.incoming))?;
    let calls = undo_crossings(session, &change.crossings)?;
    let stopped = track::settled(session)?;
    if !calls.is_empty() {
        cross(session, &stopped.threads, Some(Runtime::find(session)?), &calls)?;
    }
    if registry.records.iter().any(|record| record.copies_address != 0) {
        Copies { session, runtime: Runtime::find(session)?, threads: &stopped.threads }.release()?;
    }
    Journal { memory: &session.memory, registry: registry.address }.idle()
}
