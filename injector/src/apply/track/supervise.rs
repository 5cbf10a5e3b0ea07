//! Waits for the end of updates: serves what tracked processes ask for, and looks
//! now and then who still uses the other instances (paper 5.3).

use crate::apply::callbacks::Moments;
use crate::apply::inflight::Blocker;
use crate::apply::interrupt::{self, is_interrupted};
use crate::apply::journal::Journal;
use crate::apply::session::Session;
use crate::apply::track::Tracker;
use crate::error::Result;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::time::TimeSpec;
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

/// Shortest and longest time between two looks.
const LOOK_AGAIN: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(50));
/// A look that took long, for the process was frozen or the machine busy, puts the next one off so far.
const LOOK_AT_LEAST: Duration = Duration::from_secs(1);
/// The target runs at least this many times longer than it is stopped for looking.
const RUN_SHARE: u32 = 20;

/// A process whose update has not terminated.
pub struct Supervised<'a> {
    /// The process.
    pub session: &'a Session,
    /// What keeps it coherent; `None` as soon as that is over.
    pub tracker: &'a mut Option<Tracker>,
    /// What is still to be called.
    pub moments: &'a mut Moments,
    /// Processes that it forked meanwhile.
    pub born: &'a mut Vec<i32>,
}

/// Serves all that asks for something now.
pub fn serve(processes: &mut [Supervised<'_>]) -> Result<()> {
    for process in processes {
        if let Some(tracker) = process.tracker {
            tracker.serve(process.session)?;
        }
    }
    Ok(())
}

/// Until nobody uses the other instances, or the deadline has passed, or the user interrupts.
/// Returns who still does. `watch` is shown that meanwhile; whoever makes `wake` readable ends the waiting.
pub fn until_left(
    processes: &mut [Supervised<'_>],
    deadline: Instant,
    wake: &[BorrowedFd<'_>],
    watch: &mut dyn FnMut(&[Blocker]),
) -> Result<Vec<Blocker>> {
    interrupt::note_children()?;
    let mut wait = LOOK_AGAIN.0;
    loop {
        let start = Instant::now();
        let users = look(processes)?;
        let over = users.is_empty() || start >= deadline || is_interrupted();
        if over {
            return Ok(users);
        }
        watch(&users);
        wait = (wait * 2).min(LOOK_AGAIN.1).max((start.elapsed() * RUN_SHARE).min(LOOK_AT_LEAST));
        let next = deadline.min(Instant::now() + wait);
        while Instant::now() < next && !is_interrupted() {
            serve(processes)?;
            if sleep(processes, wake, next.saturating_duration_since(Instant::now())) {
                return Ok(users);
            }
        }
    }
}

/// Who uses what; processes where nobody does are done.
fn look(processes: &mut [Supervised<'_>]) -> Result<Vec<Blocker>> {
    let mut all = Vec::new();
    for process in processes {
        let users = match process.tracker {
            Some(tracker) if !tracker.has_ended() => tracker.users(process.session)?,
            _ => Vec::new(),
        };
        if users.is_empty()
            && let Some(mut tracker) = process.tracker.take()
        {
            process.born.extend(tracker.take_children().0);
            tracker.finish(process.session)?;
        }
        process.moments.advance(process.session, process.tracker, &users);
        let Some(tracker) = process.tracker else { continue };
        let journal = Journal { memory: &process.session.memory, registry: process.session.registry.address };
        let published = journal.publish(&tracker.published(&users));
        tracker.unless_ends(process.session, published)?;
        all.extend(users.into_iter().filter(|user| !tracker.is_tolerated(user)));
    }
    Ok(all)
}

/// Sleeps until a write waits, a thread reports something, or the time is over. True if somebody
/// wakes this program.
fn sleep(processes: &[Supervised<'_>], wake: &[BorrowedFd<'_>], time: Duration) -> bool {
    let trackers = processes.iter().filter_map(|process| process.tracker.as_ref());
    let own = trackers.flat_map(Tracker::descriptors);
    let all = wake.iter().copied().chain(own);
    let mut fds: Vec<PollFd<'_>> = all.map(|fd| PollFd::new(fd, PollFlags::POLLIN)).collect();
    let mask = interrupt::mask_while_waiting();
    // an interruption by a signal is what is waited for
    let ready = ppoll(&mut fds, Some(TimeSpec::from_duration(time)), Some(mask)).unwrap_or(0);
    ready > 0 && fds[..wake.len()].iter().any(|fd| fd.any().unwrap_or(false))
}
