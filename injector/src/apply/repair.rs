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
use crate::tracee::Userfault;
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

/// Repairs the process if that is needed. `held` holds writers on behalf of the injector that died.
pub fn repair(session: &mut Session, held: Option<Userfault>) -> Result<Option<Repair>> {
    let registry = &session.registry;
    let (from, goal) = (registry.version, registry.goal);
    let way = if goal < from { Way::Back } else { Way::Forth };
    let finished = match registry.state {
        kind::REDIRECTING => Some(way),
        kind::IDLE => Some(tracked_way(registry)),
        _ => None,
    };
    let (done, tracker) = match registry.state {
        kind::IDLE if !registry.tracking => return Ok(None),
        kind::IDLE => {
            let tracker = track::resume(session, held)?;
            (format!("goes on with an interrupted update to version {from}"), tracker)
        }
        kind::REDIRECTING => {
            let tracker = go_on(session, held)?;
            (format!("finished an interrupted change from version {from} to {goal}"), tracker)
        }
        _ => {
            let tracker = go_back(session, held)?;
            (format!("took back an interrupted change from version {from} to {goal}"), tracker)
        }
    };
    session.refresh()?;
    Ok(Some(Repair { finished, text: format!("{}: {done}", session.name()), tracker }))
}

/// Some entries are rewritten: the rest follows.
fn go_on(session: &Session, held: Option<Userfault>) -> Result<Option<Tracker>> {
    let incoming = session.registry.incoming;
    let mut change = change::change(&session.registry, session.registry.goal, Some(incoming))?;
    change.crossings.clear();
    // all others are kept coherent until they are left
    change.waits.retain(|wait| wait.apart);
    let held = if session.registry.tracking { Some(track::means(session, held)?) } else { None };
    Commit::prepare(session, &change, incoming)?.finish(held, Instant::now() + REPAIR_TIME)
}

/// No entry is rewritten; bytes may be swapped. What was tracked before still is.
fn go_back(session: &mut Session, held: Option<Userfault>) -> Result<Option<Tracker>> {
    let registry = &session.registry;
    let change = change::change(registry, registry.goal, Some(registry.incoming))?;
    let calls = undo_crossings(session, &change.crossings)?;
    let let_go = || held.iter().for_each(|held| track::let_go(session, held));
    let stopped = track::settled(session, &let_go)?;
    let_go();
    if !calls.is_empty() {
        cross(session, &stopped.threads, Some(Runtime::find(session)?), &calls)?;
    }
    if registry.records.iter().any(|record| record.copies_address != 0) {
        Copies { session, runtime: Runtime::find(session)?, threads: &stopped.threads }.release()?;
    }
    Journal { memory: &session.memory, registry: registry.address }.idle()?;
    drop(stopped);
    session.refresh()?;
    if session.registry.tracking { track::resume(session, held) } else { Ok(None) }
}
