//! Finishes or takes back what an injector that died had begun.

use crate::apply::commit::{Commit, cross, undo_crossings};
use crate::apply::journal::Journal;
use crate::apply::load::{find_restorer, runtime_symbol};
use crate::apply::session::Session;
use crate::error::Result;
use crate::plan::change;
use crate::tracee::Stopped;
use polus_runtime::abi::kind;
use std::time::{Duration, Instant};

/// How long a repair may wait for threads on entries.
const REPAIR_TIME: Duration = Duration::from_secs(10);

/// What a repair did.
pub struct Repair {
    /// The interrupted change was finished, not taken back.
    pub finished: bool,
    /// For people.
    pub text: String,
}

/// Repairs the process if that is needed.
pub fn repair(session: &mut Session) -> Result<Option<Repair>> {
    let registry = &session.registry;
    let (from, goal) = (registry.version, registry.goal);
    let finished = registry.state == kind::REDIRECTING;
    let done = match registry.state {
        kind::IDLE => return Ok(None),
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
    Ok(Some(Repair { finished, text: format!("{}: {done}", session.name()) }))
}

/// Some entries are rewritten: the rest follows.
fn go_on(session: &Session) -> Result<()> {
    let incoming = session.registry.incoming;
    let mut change = change::change(&session.registry, session.registry.goal, Some(incoming))?;
    change.crossings.clear();
    change.waits.clear();
    Commit::prepare(session, &change, incoming)?.finish(Instant::now() + REPAIR_TIME)
}

/// No entry is rewritten; bytes may be swapped.
fn go_back(session: &Session) -> Result<()> {
    let registry = &session.registry;
    let change = change::change(registry, registry.goal, Some(registry.incoming))?;
    let calls = undo_crossings(session, &change.crossings)?;
    let stopped = Stopped::all(session.pid())?;
    if !calls.is_empty() {
        cross(session, &stopped, find_restorer(session)?, runtime_symbol(session, "polus_convert")?, &calls)?;
    }
    Journal { memory: &session.memory, registry: registry.address }.idle()
}
