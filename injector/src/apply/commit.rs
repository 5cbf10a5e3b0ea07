//! Makes a planned change: stops all threads, checks that nothing stands in the
//! way, converts variables, rewrites entries, lets all go on.

use crate::apply::failure::step;
use crate::apply::inflight::{Blocker, blockers};
use crate::apply::interrupt::is_interrupted;
use crate::apply::journal::{Journal, now_ms};
use crate::apply::load::{find_restorer, runtime_symbol};
use crate::apply::session::Session;
use crate::error::{Fault, Result};
use crate::facts::unwind::Unwinder;
use crate::plan::{Change, Write};
use crate::tracee::{Hijack, Rewrite, Stopped, stopped};
use polus_runtime::abi::{self, kind};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Shortest and longest time between two looks at what stands in the way.
const LOOK_AGAIN: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(50));
/// The target runs at least this many times longer than it is stopped.
const RUN_SHARE: u32 = 10;

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
    restorer: u64,
    convert: u64,
}

impl<'a> Commit<'a> {
    /// Reads what the entries hold now, and leaves out those that need no change.
    pub fn prepare(session: &'a Session, change: &'a Change, incoming: u64) -> Result<Commit<'a>> {
        let crosses = !change.crossings.is_empty();
        let (mut writes, mut before) = (Vec::new(), Vec::new());
        for write in &change.writes {
            let found = entry_bytes(session, write)?;
            if found != write.bytes {
                writes.push(write.clone());
                before.push(found);
            }
        }
        Ok(Commit {
            session,
            change,
            incoming,
            writes,
            before,
            restorer: if crosses { find_restorer(session)? } else { 0 },
            convert: if crosses { runtime_symbol(session, "polus_convert")? } else { 0 },
        })
    }

    /// Goes on where an injector died: its journal stands at REDIRECTING already.
    pub fn finish(&self, deadline: Instant) -> Result<()> {
        self.when_free(deadline, &|_| (), &|_| {
            self.redirect()?;
            self.journal().reached(self.change.goal, &self.change.states, now_ms())
        })
        .map(drop)
    }

    /// Waits until nothing stands in the way, at most until `deadline`, and makes
    /// the change. `watch` is shown what is waited for.
    pub fn run(&self, deadline: Instant, watch: &dyn Fn(&[Blocker])) -> Result<Pause> {
        self.when_free(deadline, watch, &|stopped| self.perform(stopped))
    }

    fn when_free(
        &self,
        deadline: Instant,
        watch: &dyn Fn(&[Blocker]),
        perform: &dyn Fn(&Stopped) -> Result<()>,
    ) -> Result<Pause> {
        let mut unwinder = Unwinder::new(&self.session.images, &self.session.memory);
        let mut since = HashMap::new();
        let mut pause = Pause::default();
        let mut wait = LOOK_AGAIN.0;
        loop {
            step("commit.stop")?;
            let start = Instant::now();
            let stopped = Stopped::all(self.session.pid())?;
            let found = blockers(&stopped, &mut unwinder, &self.change.waits, &self.writes);
            let outcome = if found.is_empty() { Some(perform(&stopped)) } else { None };
            drop(stopped);
            let length = start.elapsed();
            pause.longest = pause.longest.max(length);
            if let Some(outcome) = outcome {
                return outcome.map(|()| pause);
            }
            self.publish(&found, &mut since)?;
            watch(&found);
            self.give_up(&found, deadline)?;
            wait = (wait * 2).min(LOOK_AGAIN.1).max(length * RUN_SHARE);
            sleep_until(deadline.min(Instant::now() + wait))?;
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

    fn give_up(&self, found: &[Blocker], deadline: Instant) -> Result<()> {
        if is_interrupted() || Instant::now() >= deadline {
            self.journal().publish(&[])?;
            let why = if is_interrupted() { "interrupted" } else { "timed out" };
            return Err(refusal(&self.session.name(), why, found));
        }
        Ok(())
    }

    /// All threads are stopped, and nothing stands in the way.
    fn perform(&self, stopped: &Stopped) -> Result<()> {
        let journal = self.journal();
        journal.begin(self.change.goal, self.incoming)?;
        if let Err(fault) = self.convert(stopped) {
            self.unconvert(stopped)?;
            journal.idle()?;
            return Err(fault);
        }
        journal.redirecting()?;
        if let Err(fault) = self.redirect() {
            self.undo_redirect()?;
            self.unconvert(stopped)?;
            journal.idle()?;
            return Err(fault);
        }
        journal.publish(&[])?;
        journal.reached(self.change.goal, &self.change.states, now_ms())
    }

    fn convert(&self, stopped: &Stopped) -> Result<()> {
        step("commit.convert")?;
        let crossings: Vec<_> = self
            .change
            .crossings
            .iter()
            .map(|(record, way)| [*record, u64::from(*way), u64::from(kind::ALL_CELLS)])
            .collect();
        cross(self.session, stopped, self.restorer, self.convert, &crossings)?;
        step("commit.converted")
    }

    /// Second instances are simply dropped; bytes that were swapped go back.
    fn unconvert(&self, stopped: &Stopped) -> Result<()> {
        let crossings = undo_crossings(self.session, &self.change.crossings)?;
        cross(self.session, stopped, self.restorer, self.convert, &crossings)
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

/// Lets the target run, and those of its threads go on that were out of reach.
fn sleep_until(end: Instant) -> Result<()> {
    while Instant::now() < end {
        std::thread::sleep(LOOK_AGAIN.0.min(end.saturating_duration_since(Instant::now())));
        stopped::release_parked()?;
    }
    Ok(())
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
    stopped: &Stopped,
    restorer: u64,
    convert: u64,
    calls: &[[u64; 3]],
) -> Result<()> {
    if calls.is_empty() {
        return Ok(());
    }
    let thread = stopped.threads.iter().find(|thread| thread.is_free());
    let thread =
        thread.ok_or_else(|| Fault::environment(format!("{}: no thread can convert", session.name())))?;
    let mut hijack = Hijack::begin(thread, &session.memory, restorer)?;
    let outcome = calls.iter().try_for_each(|call| hijack.call(convert, *call, &mut |_| Ok(Rewrite::Keep)));
    hijack.end()?;
    outcome
}

fn refusal(process: &str, why: &str, found: &[Blocker]) -> Fault {
    let mut reasons: Vec<String> = found.iter().map(describe).collect();
    reasons.dedup();
    Fault::refused(format!("{process}: {why}, the update is taken back: {}", reasons.join("; ")))
        .hint("try again when these functions are left, or give more time: --timeout SECONDS")
}

/// Who stands in the way, and why.
pub fn describe(blocker: &Blocker) -> String {
    let (tid, function) = (blocker.tid, &blocker.function);
    match blocker.unknown {
        true => format!("thread {tid} has a stack that cannot be walked, it may be in {function}"),
        false => format!("thread {tid} is in {function}, {}", blocker.why),
    }
}
