//! Makes a planned change: stops all threads, checks that nothing stands in the
//! way, converts variables, rewrites entries, lets all go on.

use crate::apply::callbacks::Moments;
use crate::apply::copies::{self, Copies};
use crate::apply::doors::{self, Doors, Walked};
use crate::apply::failure::step;
use crate::apply::heap::Heap;
use crate::apply::inflight::{Blocker, blockers};
use crate::apply::interrupt::is_interrupted;
use crate::apply::journal::{Journal, now_ms};
use crate::apply::leaving::Leavings;
use crate::apply::parked;
use crate::apply::runtime::{Calls, Runtime};
use crate::apply::session::Session;
use crate::apply::track::{self, Tracker};
use crate::error::{Fault, Result};
use crate::facts::registry::{Cell, Registry};
use crate::facts::unwind::Unwinder;
use crate::plan::{self, Change, Wait, Write};
use crate::tracee::{Stopped, Thread, Traced, Userfault, stopped};
use polus_runtime::abi::{self, kind};
use std::cell::RefCell;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Shortest and longest time between two looks at what stands in the way.
const LOOK_AGAIN: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(50));
/// The target runs at least this many times longer than it is stopped.
const RUN_SHARE: u32 = 10;

/// Is shown what a change waits for.
pub type Watch<'a> = dyn FnMut(&[Blocker]) -> Result<()> + 'a;

/// What a change took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pause {
    /// Longest time that the threads were stopped.
    pub longest: Duration,
}

/// A change with everything that can be found out before the threads are stopped.
pub struct Commit<'a> {
    session: &'a Session,
    change: &'a Change,
    incoming: u64,
    writes: Vec<Write>,
    before: Vec<[u8; 5]>,
    runtime: Option<Runtime>,
    waits: Vec<Wait>,
    leavings: Leavings,
    doors: Option<Doors<'a>>,
    heap: Heap,
    /// Functions whose leaving is called back, and that somebody is in.
    inside: RefCell<Vec<u32>>,
}

/// All threads of the process, stopped.
enum Hold {
    /// For this change alone.
    Brief(Stopped),
    /// Held by the tracker anyway.
    Kept(Vec<Thread>),
}

impl Hold {
    fn threads(&self) -> &[Thread] {
        match self {
            Hold::Brief(stopped) => &stopped.threads,
            Hold::Kept(threads) => threads,
        }
    }
}

/// Makes the change: with all threads held, their stacks, who goes on in old functions.
type Perform<'a> = dyn Fn(Hold, &[Walked], &[Blocker], &mut Means, &mut Option<Tracker>) -> Result<()> + 'a;

/// Whether writes can be tracked.
enum Means {
    /// Not asked for yet.
    Unknown,
    Had(Userfault),
    /// Why not.
    None(Fault),
}

impl<'a> Commit<'a> {
    /// Reads what the entries hold now, and leaves out those that need no change.
    pub fn prepare(session: &'a Session, change: &'a Change, incoming: u64) -> Result<Commit<'a>> {
        let (mut writes, mut before) = (Vec::new(), Vec::new());
        for write in &change.writes {
            let found = entry_bytes(session, write)?;
            if found != write.bytes {
                writes.push(write.clone());
                before.push(found);
            }
        }
        let copied = session.registry.records.iter().any(|record| record.copies_address != 0);
        let crosses = !change.crossings.is_empty() || copied;
        let runtime = crosses.then(|| Runtime::find(session)).transpose()?;
        let leavings = Leavings::of(&session.registry, incoming);
        let any = session.registry.records.iter().any(|record| !record.leavings.is_empty());
        let doors = any.then(|| Doors::open(session)).transpose()?;
        let inside = RefCell::default();
        let waits = change.waits.iter().cloned().chain(copies::newborn(session, incoming)).collect();
        // on the way back all stays as it is
        let heap = if incoming == 0 { Heap::default() } else { Heap::find(session, incoming)? };
        Ok(Commit {
            session,
            change,
            incoming,
            writes,
            before,
            runtime,
            waits,
            leavings,
            doors,
            heap,
            inside,
        })
    }

    /// What is to be called after the change, in its order.
    pub fn moments(&self) -> Moments {
        Moments::begin(self.session, self.incoming, &self.inside.borrow())
    }

    /// Goes on where an injector died: its journal stands at REDIRECTING already. `held` is what
    /// holds writers if something is tracked.
    pub fn finish(&self, held: Option<Userfault>, deadline: Instant) -> Result<Option<Tracker>> {
        let redirect =
            |hold: Hold, _: &[Walked], _: &[Blocker], means: &mut Means, tracker: &mut Option<Tracker>| {
                if let Means::Had(held) = means {
                    track::let_go(self.session, held);
                }
                self.copies(hold.threads()).map_or(Ok(()), |copies| copies.settle())?;
                self.redirect()?;
                self.journal().reached(self.change.goal, &self.change.states, now_ms())?;
                self.drop_copies(hold.threads())?;
                if let (Hold::Brief(stopped), Means::Had(held)) =
                    (hold, std::mem::replace(means, Means::Unknown))
                {
                    *tracker = track::take_up(self.session, stopped, held)?;
                }
                Ok(())
            };
        let mut tracker = None;
        let means = held.map_or(Means::Unknown, Means::Had);
        self.when_free(&mut tracker, means, deadline, &mut |_| Ok(()), &redirect)?;
        Ok(tracker)
    }

    /// Waits until nothing stands in the way, at most until `deadline`, and makes
    /// the change. Where old and new code are both active afterwards, `tracker` keeps
    /// their variables coherent. `watch` is shown what is waited for, every few milliseconds.
    pub fn run(
        &self,
        tracker: &mut Option<Tracker>,
        deadline: Instant,
        watch: &mut Watch<'_>,
    ) -> Result<Pause> {
        self.when_free(tracker, Means::Unknown, deadline, watch, &|hold, walked, users, means, tracker| {
            self.perform(hold, walked, users, means, tracker)
        })
    }

    fn when_free(
        &self,
        tracker: &mut Option<Tracker>,
        mut means: Means,
        deadline: Instant,
        watch: &mut Watch<'_>,
        perform: &Perform<'_>,
    ) -> Result<Pause> {
        let mut unwinder = Unwinder::new(&self.session.images, &self.session.memory);
        parked::look_ahead(self.session, &self.waits, &self.writes);
        let mut since = HashMap::new();
        let mut pause = Pause::default();
        let mut wait = LOOK_AGAIN.0;
        loop {
            step("commit.stop")?;
            let start = Instant::now();
            let hold = self.hold(tracker, &means)?;
            let walked = doors::walk(hold.threads(), &mut unwinder);
            let mut found = self.blockers(hold.threads(), &walked, &mut unwinder);
            let can_track = tracker.is_some() || !matches!(means, Means::None(_));
            let (mut blocking, mut users) = (Vec::new(), Vec::new());
            for blocker in found.drain(..) {
                let tracked = blocker.instance != 0 && can_track;
                if tracked { users.push(blocker) } else { blocking.push(blocker) }
            }
            let lacks_means = !users.is_empty() && tracker.is_none() && matches!(means, Means::Unknown);
            let outcome = if blocking.is_empty() && !lacks_means {
                Some(perform(hold, &walked, &users, &mut means, tracker))
            } else {
                self.let_go(hold, tracker);
                None
            };
            let length = start.elapsed();
            pause.longest = pause.longest.max(length);
            if let Some(outcome) = outcome {
                return outcome.map(|()| pause);
            }
            if blocking.is_empty() {
                means = self.means();
                continue;
            }
            self.publish(&blocking, &mut since)?;
            self.give_up(&blocking, &means, deadline)?;
            wait = (wait * 2).min(LOOK_AGAIN.1).max(length * RUN_SHARE);
            let end = deadline.min(Instant::now() + wait);
            while Instant::now() < end {
                std::thread::sleep(LOOK_AGAIN.0.min(end.saturating_duration_since(Instant::now())));
                stopped::release_parked()?;
                if let Some(tracker) = tracker {
                    tracker.serve(self.session)?;
                }
                watch(&blocking)?;
            }
        }
    }

    fn blockers(&self, threads: &[Thread], walked: &[Walked], unwinder: &mut Unwinder<'_>) -> Vec<Blocker> {
        let (session, waits, writes) = (self.session, &self.waits, &self.writes);
        let process = (session.pid(), &session.memory);
        let parked = parked::stacks(session, process, threads, walked, (waits, writes), unwinder);
        blockers(threads, walked, (session.pid(), &parked), waits, writes)
    }

    fn hold(&self, tracker: &mut Option<Tracker>, means: &Means) -> Result<Hold> {
        if let Some(tracker) = tracker {
            return Ok(Hold::Kept(tracker.stop(self.session)?));
        }
        let let_go = || {
            if let Means::Had(held) = means {
                track::let_go(self.session, held);
            }
        };
        Ok(Hold::Brief(Stopped::all_helped(self.session.pid(), &let_go)?))
    }

    fn let_go(&self, hold: Hold, tracker: &mut Option<Tracker>) {
        drop(hold);
        if let Some(tracker) = tracker {
            tracker.resume();
        }
    }

    fn means(&self) -> Means {
        let opened = self.runtime.map(|runtime| track::open(self.session, runtime));
        match opened {
            Some(Ok(userfault)) => Means::Had(userfault),
            Some(Err(fault)) => Means::None(fault),
            None => Means::None(Fault::environment("nothing crosses")),
        }
    }

    fn journal(&self) -> Journal<'a> {
        Journal { memory: &self.session.memory, registry: self.session.registry.address }
    }

    fn publish(&self, found: &[Blocker], since: &mut HashMap<(i32, String), u64>) -> Result<()> {
        let mut slots: Vec<abi::Active> = Vec::new();
        for blocker in found {
            let since_ms = *since.entry((blocker.tid, blocker.function.clone())).or_insert_with(now_ms);
            let function = blocker.function_address;
            let slot = abi::Active { function, since_ms, thread: blocker.tid as u32, reserved: 0 };
            if !slots.contains(&slot) {
                slots.push(slot);
            }
        }
        self.journal().publish(&slots)
    }

    fn give_up(&self, found: &[Blocker], means: &Means, deadline: Instant) -> Result<()> {
        if is_interrupted() || Instant::now() >= deadline {
            self.journal().publish(&[])?;
            let why = if is_interrupted() { "interrupted" } else { "timed out" };
            let mut fault = match self.session.registry.state {
                // nobody can go back there
                kind::REDIRECTING => {
                    stuck(&self.session.name(), why, "an interrupted update is not finished", found)
                }
                _ => refusal(&self.session.name(), why, found),
            };
            if let Means::None(reason) = means {
                fault.what += &format!(" (old and new code cannot run side by side: {})", reason.what);
            }
            return Err(fault);
        }
        Ok(())
    }

    /// All threads are stopped, and nothing stands in the way: `users` go on in functions that use
    /// the other instances.
    fn perform(
        &self,
        mut hold: Hold,
        walked: &[Walked],
        users: &[Blocker],
        means: &mut Means,
        tracker: &mut Option<Tracker>,
    ) -> Result<()> {
        let journal = self.journal();
        let had_tracker = tracker.is_some();
        if let Some(tracker) = tracker {
            tracker.open()?;
        }
        journal.begin(self.change.goal, self.incoming)?;
        let prepared = self.convert(hold.threads());
        let prepared = prepared.and_then(|()| self.track(&mut hold, users, means, tracker));
        if let Err(fault) = prepared.and_then(|()| self.switch()) {
            self.take_back(&hold, tracker)?;
            tracker.take_if(|_| !had_tracker);
            return Err(fault);
        }
        journal.publish(&[])?;
        journal.reached(self.change.goal, &self.change.states, now_ms())?;
        if tracker.is_none() {
            self.untrack()?;
        }
        self.drop_copies(hold.threads())?;
        self.set_doors(walked)?;
        drop(hold);
        if let Some(tracker) = tracker {
            tracker.watch(self.session)?;
            tracker.resume();
        }
        Ok(())
    }

    /// Callbacks are for updates: on the way back nobody calls any more.
    fn set_doors(&self, walked: &[Walked]) -> Result<()> {
        let Some(doors) = &self.doors else { return Ok(()) };
        if self.change.goal < self.change.from {
            doors.remove(walked, &Doors::is_called)?;
        }
        if !self.leavings.is_empty() {
            self.inside.replace(self.leavings.plant(doors, walked)?);
        }
        Ok(())
    }

    /// Begins to track what `users` use, and goes on with what is tracked already.
    fn track(
        &self,
        hold: &mut Hold,
        users: &[Blocker],
        means: &mut Means,
        tracker: &mut Option<Tracker>,
    ) -> Result<()> {
        let Some(runtime) = self.runtime else {
            return tracker.as_mut().map_or(Ok(()), |tracker| tracker.protect(self.session));
        };
        step("commit.track")?;
        // before any cell is marked, so that a later injector looks for marks
        self.journal().tracking(true)?;
        self.watch_cells(hold.threads(), users, runtime)?;
        if users.is_empty() && tracker.is_none() {
            return Ok(());
        }
        if let Means::Had(userfault) = std::mem::replace(means, Means::Unknown) {
            let threads = Hold::Kept(hold.threads().to_vec());
            if let Hold::Brief(stopped) = std::mem::replace(hold, threads) {
                let traced = Traced::take(self.session.pid(), stopped);
                *tracker = Some(Tracker::new(traced, userfault, runtime));
            }
        }
        let tracker = tracker.as_mut();
        tracker
            .ok_or_else(|| Fault::environment("there are no means to track writes"))?
            .protect(self.session)?;
        step("commit.tracked")
    }

    /// Leads calls to the other version.
    fn switch(&self) -> Result<()> {
        self.heap.lead(&self.session.memory)?;
        self.journal().redirecting()?;
        self.redirect().inspect_err(|_| drop(self.undo_redirect()))
    }

    /// From here on a death leaves both instances of everything that crosses to be compared.
    fn watch_cells(&self, threads: &[Thread], users: &[Blocker], runtime: Runtime) -> Result<()> {
        let registry = &self.session.registry;
        let used: Vec<u64> = users.iter().map(|user| user.instance).collect();
        let cells = plan::connected(registry, &used);
        let untracked = cells_of(registry).filter(|cell| cells.contains(&cell.address));
        let mut calls = Calls::begin(self.session, runtime, threads)?;
        let mut untracked = untracked.filter(|cell| cell.flags & kind::TRACKED == 0);
        let watched = untracked.try_for_each(|cell| calls.call(runtime.watch, [cell.address, 0, 0]));
        let mut records = self.change.crossings.iter();
        let watched = watched.and_then(|()| {
            records.try_for_each(|(record, _)| calls.call(runtime.watch_record, [*record, 0, 0]))
        });
        calls.end()?;
        watched
    }

    /// Back to what was before: second instances are simply dropped, bytes that were swapped go back.
    fn take_back(&self, hold: &Hold, tracker: &mut Option<Tracker>) -> Result<()> {
        if let Some(tracker) = tracker {
            tracker.open()?;
        }
        self.unconvert(hold.threads())?;
        self.drop_copies(hold.threads())?;
        self.untrack_again()?;
        self.journal().idle()?;
        if let Some(tracker) = tracker {
            tracker.protect(self.session)?;
            tracker.resume();
        }
        Ok(())
    }

    /// Nobody uses two instances.
    fn untrack(&self) -> Result<()> {
        let journal = self.journal();
        cells_of(&self.session.registry).try_for_each(|cell| journal.untrack(cell))?;
        journal.tracking(false)
    }

    /// Cells that were not tracked before are not tracked.
    fn untrack_again(&self) -> Result<()> {
        let journal = self.journal();
        let before = cells_of(&self.session.registry).filter(|cell| cell.flags & kind::TRACKED == 0);
        for cell in before {
            journal.untrack(cell)?;
        }
        journal.tracking(self.session.registry.tracking)
    }

    fn convert(&self, threads: &[Thread]) -> Result<()> {
        step("commit.convert")?;
        self.drop_copies(threads)?;
        for (record, way) in &self.change.crossings {
            let copies = self.copies(threads);
            copies.map_or(Ok(()), |copies| copies.take(*record, *way))?;
            let crossing = [*record, u64::from(*way), u64::from(kind::ALL_CELLS)];
            cross(self.session, threads, self.runtime, &[crossing])?;
            copies.map_or(Ok(()), |copies| copies.put(*record, *way))?;
        }
        step("commit.converted")
    }

    fn copies<'t>(&'t self, threads: &'t [Thread]) -> Option<Copies<'t>> {
        let any = cells_of(&self.session.registry).any(|cell| cell.flags & kind::PER_THREAD_CELL != 0);
        self.runtime.filter(|_| any).map(|runtime| Copies { session: self.session, runtime, threads })
    }

    fn drop_copies(&self, threads: &[Thread]) -> Result<()> {
        self.copies(threads).map_or(Ok(()), |copies| copies.release())
    }

    fn unconvert(&self, threads: &[Thread]) -> Result<()> {
        let crossings = undo_crossings(self.session, &self.change.crossings)?;
        cross(self.session, threads, self.runtime, &crossings)
    }

    fn redirect(&self) -> Result<()> {
        step("commit.redirect")?;
        for (number, write) in self.writes.iter().enumerate() {
            self.session.memory.write(write.address, &write.bytes)?;
            step(&format!("commit.redirect.{number}"))?;
        }
        step("commit.redirected")
    }

    fn undo_redirect(&self) -> Result<()> {
        let mut all = self.writes.iter().zip(&self.before).rev();
        all.try_for_each(|(write, before)| self.session.memory.write(write.address, before))
    }
}

fn cells_of(registry: &Registry) -> impl Iterator<Item = &Cell> {
    registry.records.iter().flat_map(|record| &record.cells)
}

/// The bytes at an entry; refused if nobody knows how they came there.
pub fn entry_bytes(session: &Session, write: &Write) -> Result<[u8; 5]> {
    let mut found = [0; 5];
    found.copy_from_slice(&session.memory.read(write.address, 5)?);
    if found == write.bytes || write.known.contains(&found) {
        return Ok(found);
    }
    Err(Fault::refused(format!(
        "{}: the entry of `{}` at {:#x} was changed by somebody else: {found:02x?}",
        session.name(),
        write.name,
        write.address
    )))
}

/// Calls back for those crossings that were made, newest first, swapped bytes only.
pub fn undo_crossings(session: &Session, crossings: &[(u64, u32)]) -> Result<Vec<[u64; 3]>> {
    let head: abi::RegistryHead = session.memory.read_plain(session.registry.address)?;
    let made = crossings.iter().take(head.converted as usize).rev();
    let opposite = |way: u32| if way == kind::TO_NEW { kind::TO_OLD } else { kind::TO_NEW };
    Ok(made
        .map(|(record, way)| [*record, u64::from(opposite(*way)), u64::from(kind::ADOPTED_CELLS)])
        .collect())
}

/// Runs the runtime's conversion in one of the stopped threads.
pub fn cross(
    session: &Session,
    threads: &[Thread],
    runtime: Option<Runtime>,
    crossings: &[[u64; 3]],
) -> Result<()> {
    let Some(runtime) = runtime.filter(|_| !crossings.is_empty()) else { return Ok(()) };
    let mut calls = Calls::begin(session, runtime, threads)?;
    let outcome = crossings.iter().try_for_each(|crossing| calls.call(runtime.convert, *crossing));
    calls.end()?;
    outcome
}

/// Why the update is taken back.
pub fn refusal(process: &str, why: &str, found: &[Blocker]) -> Fault {
    stuck(process, why, "the update is taken back", found)
}

fn stuck(process: &str, why: &str, outcome: &str, found: &[Blocker]) -> Fault {
    let mut reasons: Vec<String> = found.iter().map(describe).collect();
    reasons.dedup();
    Fault::refused(format!("{process}: {why}, {outcome}: {}", reasons.join("; ")))
        .hint("try again when these functions are left, or give more time: --timeout SECONDS")
}

/// Who stands in the way, and why.
pub fn describe(blocker: &Blocker) -> String {
    let (tid, function) = (blocker.tid, &blocker.function);
    let (is, has) = match blocker.parked {
        true => ("a parked coroutine is".to_string(), "a parked coroutine has".to_string()),
        false => (format!("thread {tid} is"), format!("thread {tid} has")),
    };
    match blocker.unknown {
        true => format!("{has} a stack that cannot be walked, it may be in {function}"),
        false => format!("{is} in {function}, {}", blocker.why),
    }
}
