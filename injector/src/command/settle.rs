//! The end of a transaction: waiting until all updates have terminated, or taking
//! them back.

use crate::apply::Session;
use crate::apply::callbacks::Moments;
use crate::apply::commit::{self, Commit};
use crate::apply::interrupt::{forget_interruption, is_interrupted, is_orphaned};
use crate::apply::journal::Journal;
use crate::apply::track::Tracker;
use crate::apply::track::supervise;
use crate::cli::OnTimeout;
use crate::command::keeper::Resident;
use crate::command::transaction::{Member, Transaction, supervised};
use crate::error::{Fault, Result};
use crate::facts::process;
use crate::plan;
use polus_runtime::abi::kind;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// What taking an update back may take at least.
const TAKE_BACK_TIME: Duration = Duration::from_secs(10);

/// A process that a member forked after its change was made; it is to go back as its parent does.
struct Forked {
    pid: i32,
    from: u32,
    states: Vec<(u64, u32)>,
    resident: Option<Resident>,
}

impl Transaction<'_> {
    /// Waits until all updates have terminated; takes back the ones made if one fails.
    pub fn settle(&mut self) {
        let strict = !self.conduct.best_effort;
        if !(strict && self.has_failed()) {
            self.supervise();
        }
        self.output.end_progress();
        let faults: Vec<Fault> =
            self.members.iter_mut().flat_map(|member| member.moments.take_faults()).collect();
        for fault in faults {
            self.output.warning(&format!("a callback failed: {}", fault.what));
        }
        if self.has_failed() {
            self.take_back(strict);
        }
    }

    /// Waits until nobody is in code that uses the other instances.
    fn supervise(&mut self) {
        let output = self.output;
        let mut processes = supervised(&mut self.members);
        let left =
            supervise::until_left(&mut processes, self.deadline, &[], &mut |users| output.progress(users));
        drop(processes);
        let may_keep = self.conduct.on_timeout == OnTimeout::Keep && !is_interrupted();
        // nobody is there to be told that it was taken back
        let keeps = may_keep || is_orphaned();
        let all_left = left.as_ref().is_ok_and(|users| keeps || users.is_empty());
        for member in &mut self.members {
            if member.session.as_ref().is_some_and(|session| session.end().is_some()) {
                member.fail(Fault::environment("it has ended"));
            }
            if member.tracker.is_none() || member.fault.is_some() {
                continue;
            }
            if all_left {
                member.kept = true;
                continue;
            }
            let name = member.session.as_ref().map(Session::name).unwrap_or_default();
            member.fail(match &left {
                Ok(users) => {
                    let why = if is_interrupted() { "interrupted" } else { "timed out" };
                    let own = users.iter().filter(|user| process::is_thread_of(user.tid, member.pid));
                    commit::refusal(&name, why, &own.cloned().collect::<Vec<_>>())
                }
                Err(fault) => fault.clone(),
            });
        }
    }

    /// Takes the changes back that were made, all of them or those that failed; with the
    /// processes that were forked meanwhile.
    fn take_back(&mut self, all: bool) {
        forget_interruption();
        let deadline = Instant::now() + self.conduct.timeout.max(TAKE_BACK_TIME);
        let made = self.members.iter_mut().filter(|member| member.made && (all || member.fault.is_some()));
        let children: Vec<Forked> = made.flat_map(|member| take_member_back(member, deadline)).collect();
        for child in children {
            let pid = child.pid;
            if let Err(fault) = self.take_child_back(child, deadline) {
                self.output.warning(&format!("process {pid}, forked meanwhile: {}", fault.what));
            }
        }
        self.take_strays_back(deadline);
        let users = supervise::until_left(&mut supervised(&mut self.members), deadline, &[], &mut |_| ());
        for user in users.unwrap_or_default() {
            self.output.warning(&format!("the update was taken back, but {}", commit::describe(&user)));
        }
    }

    /// Processes that were forked meanwhile by one that nobody tracked, and have its change.
    fn take_strays_back(&mut self, deadline: Instant) {
        loop {
            let strays = self.strays();
            if strays.is_empty() || Instant::now() > deadline {
                return;
            }
            for stray in strays {
                let pid = stray.pid;
                if let Err(fault) = self.take_child_back(stray, deadline) {
                    self.output.warning(&format!("process {pid}, forked meanwhile: {}", fault.what));
                }
            }
        }
    }

    fn strays(&self) -> Vec<Forked> {
        let mut found: BTreeMap<i32, Forked> = BTreeMap::new();
        for member in self.members.iter().filter(|member| member.made) {
            let own = PathBuf::from(format!("/proc/{}/exe", member.pid));
            // one that has ended has no more children
            let like = process::running(&own).unwrap_or_default();
            let is_known = |pid: i32| self.members.iter().any(|member| member.pid == pid);
            let young = like.into_iter().filter(|pid| process::is_younger(*pid, self.started));
            for pid in young.filter(|pid| !is_known(*pid) && is_copy(*pid, member)) {
                let forked = Forked { pid, from: member.from, states: member.states.clone(), resident: None };
                found.entry(pid).or_insert(forked);
            }
        }
        found.into_values().collect()
    }

    fn take_child_back(&mut self, child: Forked, deadline: Instant) -> Result<()> {
        let Forked { from, states, pid, resident } = child;
        if process::inspect(pid).is_err() {
            return Ok(());
        }
        let mut residents: Vec<Resident> = resident.into_iter().collect();
        self.admit(&[pid], &mut residents);
        let Some(member) = self.members.last_mut() else { return Ok(()) };
        if let Some(fault) = member.fault.take() {
            return Err(fault);
        }
        let Some(session) = &mut member.session else { return Ok(()) };
        // it may have been forked before the change, or after it was undone
        if session.registry.version == from {
            return Ok(());
        }
        undo(session, &mut member.tracker, from, deadline)?;
        restore_states(session, &states)
    }
}

/// Process `pid` has the memory of `member`, as one that it forked has.
fn is_copy(pid: i32, member: &Member) -> bool {
    let places = |session: &Session| -> Vec<u64> {
        session.registry.records.iter().map(|record| record.address).collect()
    };
    let own = member.session.as_ref().map(places);
    Session::look(pid).is_ok_and(|session| Some(places(&session)) == own)
}

/// Takes one process back; says what it forked meanwhile.
fn take_member_back(member: &mut Member, deadline: Instant) -> Vec<Forked> {
    member.moments = Moments::default();
    let (born, tracked) = member.tracker.as_mut().map(Tracker::take_children).unwrap_or_default();
    let mut residents: Vec<Resident> = tracked
        .into_iter()
        .map(|child| Resident {
            session: child.session,
            tracker: Some(child.tracker),
            moments: Moments::default(),
            born: Vec::new(),
        })
        .collect();
    let forked = |pid| {
        let found = residents.iter().position(|resident| resident.session.pid() == pid);
        let resident = found.map(|index| residents.swap_remove(index));
        Forked { pid, from: member.from, states: member.states.clone(), resident }
    };
    let forked = born.into_iter().chain(std::mem::take(&mut member.born)).map(forked).collect();
    let Some(session) = &mut member.session else { return forked };
    let undone = undo(session, &mut member.tracker, member.from, deadline);
    let undone = undone.and_then(|()| restore_states(session, &member.states));
    let (own, name) = (member.fault.take(), session.name());
    member.fail(match undone {
        Ok(()) => own
            .unwrap_or_else(|| Fault::refused(format!("{name}: taken back, because another process failed"))),
        Err(fault) => fault.within("cannot take it back"),
    });
    forked
}

/// Records and their states.
pub fn states(session: &Session) -> Vec<(u64, u32)> {
    session.registry.records.iter().map(|record| (record.address, record.state)).collect()
}

/// What was given up is not listed: it is loaded, as it was before or for the first time.
fn restore_states(session: &mut Session, before: &[(u64, u32)]) -> Result<()> {
    let journal = Journal { memory: &session.memory, registry: session.registry.address };
    for record in session.registry.records.iter().filter(|record| record.state == kind::ROLLED_BACK) {
        let known = before.iter().find(|(address, _)| *address == record.address);
        journal.set_record_state(record.address, known.map_or(kind::LOADED, |(_, state)| *state))?;
    }
    session.refresh()
}

/// Back to version `from`, which the process had before.
fn undo(session: &mut Session, tracker: &mut Option<Tracker>, from: u32, deadline: Instant) -> Result<()> {
    let active: Vec<u64> = session.registry.chain(from).iter().map(|record| record.address).collect();
    let goal = session.registry.version;
    let change = if goal > from {
        plan::change(&session.registry, from, None)?
    } else {
        // rolled-back records come back one by one, oldest first
        let next = session
            .registry
            .records
            .iter()
            .rev()
            .find(|record| record.version == goal + 1 && !active.contains(&record.address));
        plan::change(&session.registry, goal + 1, next.map(|record| record.address))?
    };
    let incoming =
        change.states.iter().find(|(_, state)| *state == kind::ACTIVE).map_or(0, |(record, _)| *record);
    Commit::prepare(session, &change, incoming)?.run(tracker, deadline, &mut |_| Ok(()))?;
    session.refresh()?;
    if session.registry.version == from { Ok(()) } else { undo(session, tracker, from, deadline) }
}
