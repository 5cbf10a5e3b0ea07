//! Tracking goes on where an injector died.

use super::pages::Instances;
use super::{Tracker, open, tracked_cells};
use crate::apply::load::CALL_STACK;
use crate::apply::runtime::Runtime;
use crate::apply::session::Session;
use crate::error::{Fault, Result};
use crate::tracee::{Stopped, Thread, Traced, Userfault};
use std::time::{Duration, Instant};

/// How long a call of an injector that died may go on.
const CALL_TIME: Duration = Duration::from_secs(10);

/// What holds writers: what an injector that died has left, or new.
pub fn means(session: &Session, held: Option<Userfault>) -> Result<Userfault> {
    held.map_or_else(|| open(session, Runtime::find(session)?), Ok)
}

/// Holds no writer any more.
pub fn let_go(session: &Session, userfault: &Userfault) {
    let pages = tracked_cells(session).and_then(|cells| Instances::read(&cells, &session.memory));
    for range in pages.iter().flat_map(Instances::pages) {
        // what nobody watches is let go already
        let _ = userfault.unregister(&range);
    }
}

/// Goes on where an injector died: carries over what was written meanwhile, and tracks again.
/// `held` has held the writers since. `None` if nobody uses two instances any more.
pub fn resume(session: &Session, held: Option<Userfault>) -> Result<Option<Tracker>> {
    let userfault = means(session, held)?;
    let stopped = settled(session, &|| let_go(session, &userfault))?;
    take_up(session, stopped, userfault)
}

/// The same with all threads stopped.
pub fn take_up(session: &Session, stopped: Stopped, userfault: Userfault) -> Result<Option<Tracker>> {
    let_go(session, &userfault);
    let mut tracker = Tracker::new(Traced::take(session.pid(), stopped), userfault, Runtime::find(session)?);
    tracker.cells = tracked_cells(session)?;
    tracker.cohere(session)?;
    tracker.protect(session)?;
    tracker.watch(session)?;
    let threads = tracker.traced.stopped();
    if tracker.users_among(session, &threads).is_empty() {
        return tracker.finish(session).map(|()| None);
    }
    tracker.resume();
    Ok(Some(tracker))
}

/// Stops all threads when none is in a call any more that an injector had made which died.
/// `let_go` helps one that is held within a system call.
pub fn settled(session: &Session, let_go: &dyn Fn()) -> Result<Stopped> {
    let deadline = Instant::now() + CALL_TIME;
    loop {
        let stopped = Stopped::all_helped(session.pid(), let_go)?;
        let called = stopped.threads.iter().find(|thread| is_called(thread, session.registry.stack));
        let Some(called) = called.map(|thread| thread.tid) else { return Ok(stopped) };
        drop(stopped);
        if Instant::now() > deadline {
            return Err(Fault::environment(format!(
                "{}: thread {called} does not come back from a call of a polus that died",
                session.name()
            )));
        }
        let_go();
        std::thread::sleep(CALL_TIME / 10_000);
    }
}

/// The thread is on the runtime's stack.
fn is_called(thread: &Thread, stack: u64) -> bool {
    let place = thread.registers.map_or(0, |registers| registers.rsp);
    (stack.saturating_sub(CALL_STACK)..stack).contains(&place)
}
