//! Hand-written code of a patch, run at its moments of an update (paper 3.4). It runs
//! in a thread that holds no lock of the C library, and may allocate; leaving threads
//! run theirs themselves, at the doors.

use crate::apply::failure::step;
use crate::apply::inflight::Blocker;
use crate::apply::initial::{Initial, is_fresh};
use crate::apply::leaving;
use crate::apply::load::{exported, find_restorer, runtime_symbol};
use crate::apply::session::Session;
use crate::apply::track::Tracker;
use crate::apply::victim;
use crate::error::{Fault, Result};
use crate::facts::registry::{Callback, Record, Registry};
use crate::tracee::Rewrite;
use polus_runtime::abi::{self, Plain, kind};

/// Runs the pre-update callback; a veto refuses the update.
pub fn pre_update(session: &Session, tracker: &mut Option<Tracker>, record: u64) -> Result<()> {
    let Some(record) = find(&session.registry, record) else { return Ok(()) };
    let all = of_kind(record, kind::PRE_UPDATE);
    if all.is_empty() {
        return Ok(());
    }
    step("callbacks.before")?;
    if record.veto != 0 {
        session.memory.write(record.veto, &[0])?;
    }
    let initial = is_fresh(record).then(|| Initial::of_patch(session, record)).transpose()?;
    run(session, tracker, &all, initial).map_err(|fault| fault.within("polus_pre_update"))?;
    let reason = if record.veto == 0 { String::new() } else { session.memory.read_string(record.veto)? };
    if reason.is_empty() {
        return Ok(());
    }
    Err(Fault::refused(format!("{}: the patch vetoes the update: {reason}", session.name()))
        .hint("its polus_pre_update decides; try again when the reason is gone"))
}

fn find(registry: &Registry, record: u64) -> Option<&Record> {
    registry.records.iter().find(|found| found.address == record)
}

fn of_kind(record: &Record, kind: u32) -> Vec<Callback> {
    record.callbacks.iter().filter(|callback| callback.kind == kind).copied().collect()
}

/// What is still to be called for one update.
#[derive(Default)]
pub struct Moments {
    pending: Vec<Callback>,
    /// New instances of the patch's variables, by their numbers.
    instances: Vec<u64>,
    faults: Vec<Fault>,
}

impl Moments {
    /// Right after the change, which brought `record`; `inside` are the numbers of functions whose
    /// callbacks doors will run.
    pub fn begin(session: &Session, record: u64, inside: &[u32]) -> Moments {
        let Some(record) = find(&session.registry, record) else { return Moments::default() };
        let later = [kind::FUNCTION_LEFT, kind::DATA_UNUSED, kind::POST_UPDATE];
        let own = record.callbacks.iter().filter(|callback| later.contains(&callback.kind));
        let at_door =
            |callback: &&Callback| callback.kind == kind::FUNCTION_LEFT && inside.contains(&callback.subject);
        let mut pending: Vec<Callback> = own.filter(|callback| !at_door(callback)).copied().collect();
        pending.sort_by_key(|callback| callback.kind);
        let instances = record.variables.iter().map(|variable| variable.address).collect();
        Moments { pending, instances, faults: Vec::new() }
    }

    /// What failed since the last call.
    pub fn take_faults(&mut self) -> Vec<Fault> {
        std::mem::take(&mut self.faults)
    }

    /// Runs what is due while `users` still use the other instances. The update goes on, whatever
    /// comes of that.
    pub fn advance(&mut self, session: &Session, tracker: &mut Option<Tracker>, users: &[Blocker]) {
        self.faults.extend(leaving::collect(session, tracker).err());
        let instances = &self.instances;
        let waits = |callback: &Callback| match callback.kind {
            kind::DATA_UNUSED => {
                let instance = instances.get(callback.subject as usize).copied().unwrap_or(0);
                users.iter().any(|user| user.instance == instance)
            }
            kind::POST_UPDATE => !users.is_empty(),
            _ => false,
        };
        let (waiting, due) = self.pending.iter().partition(|callback| waits(callback));
        self.pending = waiting;
        if !due.is_empty() {
            let done = step("callbacks.moment").and_then(|()| run(session, tracker, &due, None));
            self.faults.extend(done.err());
        }
    }
}

/// Calls one after the other; `initial`: what the thread that calls is given first.
pub(super) fn run(
    session: &Session,
    tracker: &mut Option<Tracker>,
    callbacks: &[Callback],
    initial: Option<Initial>,
) -> Result<()> {
    let restorer = find_restorer(session)?;
    let call = runtime_symbol(session, "polus_call")?;
    let errno_location = exported(session, &["__errno_location"])?;
    victim::with_thread(session, tracker, restorer, |mut hijack| {
        let place = hijack.scratch();
        if let Some(initial) = &initial {
            let place = hijack.thread_pointer().wrapping_add(initial.distance);
            session.memory.write(place, &initial.values)?;
        }
        let mut one = |callback: &Callback| {
            let request = abi::Call { function: callback.code, arguments: [0; 3], result: 0, errno_location };
            session.memory.write(place, request.bytes())?;
            hijack.call(call, [place, 0, 0], &mut |_| Ok(Rewrite::Keep))
        };
        let outcome = callbacks.iter().try_for_each(&mut one);
        let ended = hijack.end();
        outcome.and(ended)
    })
}
