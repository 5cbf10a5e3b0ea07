//! Several processes, one change: all or none, or those that can be had.

use crate::apply::Session;
use crate::apply::callbacks::Moments;
use crate::apply::commit::{self, Commit, Pause, Watch};
use crate::apply::interrupt::{forget_interruption, is_interrupted};
use crate::apply::journal::Journal;
use crate::apply::repair::repair;
use crate::apply::track::Tracker;
use crate::apply::track::supervise::{self, Supervised};
use crate::cli::{Conduct, OnTimeout};
use crate::command::keeper::Resident;
use crate::command::output::{Output, Report};
use crate::error::{Fault, Result};
use crate::facts::process;
use crate::plan::{self, Change};
use polus_runtime::abi::kind;
use std::time::{Duration, Instant};

/// Exit status of an update that goes on in the background.
const KEPT: u8 = 5;
/// What taking an update back may take at least.
const TAKE_BACK_TIME: Duration = Duration::from_secs(10);

/// The change of a process, and the record that becomes active; none where nothing is to do.
type ChangeOf<'a> = dyn Fn(&Session) -> Result<Option<(Change, u64)>> + 'a;

/// One process on its way.
pub struct Member {
    /// Its number.
    pub pid: i32,
    /// Opened, until it fails.
    pub session: Option<Session>,
    /// Why it failed.
    pub fault: Option<Fault>,
    /// Keeps old and new code coherent that are both active.
    pub tracker: Option<Tracker>,
    /// What is still to be called.
    pub moments: Moments,
    /// How long it was stopped.
    pub pause: Pause,
    /// Version before.
    pub from: u32,
    /// Its records and their states before.
    pub states: Vec<(u64, u32)>,
    /// An interrupted change was finished on the way.
    pub finished: bool,
    /// Old functions are still active, and stay coherent with the new ones in the background.
    pub kept: bool,
}

/// All processes of a command.
pub struct Transaction<'a> {
    /// In ascending order of their numbers.
    pub members: Vec<Member>,
    conduct: &'a Conduct,
    output: &'a Output,
}

impl<'a> Transaction<'a> {
    /// Opens all processes, and repairs what an interrupted command left.
    pub fn open(
        pids: &[i32],
        conduct: &'a Conduct,
        output: &'a Output,
        residents: &mut Vec<Resident>,
    ) -> Self {
        let new = |pid: &i32| Member {
            pid: *pid,
            session: None,
            fault: None,
            tracker: None,
            moments: Moments::default(),
            pause: Pause::default(),
            from: 0,
            states: Vec::new(),
            finished: false,
            kept: false,
        };
        let mut transaction = Transaction { members: pids.iter().map(new).collect(), conduct, output };
        for member in &mut transaction.members {
            let resident = residents.iter().position(|resident| resident.session.pid() == member.pid);
            let resident = resident.map(|index| residents.swap_remove(index));
            if let Err(fault) = member.open(resident, output) {
                member.fault = Some(fault);
            }
        }
        transaction
    }

    /// Runs a stage for every process that has not failed.
    pub fn each(&mut self, stage: &mut dyn FnMut(&mut Member) -> Result<()>) {
        for index in 0..self.members.len() {
            let go_on = self.conduct.best_effort || !self.has_failed();
            let member = &mut self.members[index];
            if go_on && member.fault.is_none() {
                member.fault = stage(member).err();
            }
        }
    }

    /// Some process failed.
    pub fn has_failed(&self) -> bool {
        self.members.iter().any(|member| member.fault.is_some())
    }

    /// Makes each process's change and waits until it has terminated; takes back the ones made if
    /// one fails.
    pub fn commit(&mut self, changes: &ChangeOf<'_>) {
        let (deadline, output) = (Instant::now() + self.conduct.timeout, self.output);
        let mut made = Vec::new();
        for index in 0..self.members.len() {
            let go_on = self.conduct.best_effort || !self.has_failed();
            let (before, rest) = self.members.split_at_mut(index);
            let Some(member) = rest.first_mut().filter(|member| go_on && member.fault.is_none()) else {
                continue;
            };
            let changed = member.change(changes, deadline, output, &mut |blockers| {
                output.progress(blockers);
                supervise::serve(&mut supervised(before))
            });
            match changed {
                Ok(true) => made.push(member.pid),
                Ok(false) => {}
                Err(fault) => member.fault = Some(fault),
            }
        }
        if self.conduct.best_effort || !self.has_failed() {
            self.supervise(deadline);
        }
        output.end_progress();
        let faults = self.members.iter_mut().flat_map(|member| member.moments.take_faults());
        faults.for_each(|fault| output.warning(&format!("a callback failed: {}", fault.what)));
        if self.has_failed() && !self.conduct.best_effort {
            self.take_back(&made);
        }
    }

    /// Waits until nobody is in code that uses the other instances.
    fn supervise(&mut self, deadline: Instant) {
        let output = self.output;
        let mut processes = supervised(&mut self.members);
        let left = supervise::until_left(&mut processes, deadline, &[], &mut |users| output.progress(users));
        drop(processes);
        let keeps = self.conduct.on_timeout == OnTimeout::Keep && !is_interrupted();
        if left.as_ref().is_ok_and(|users| keeps || users.is_empty()) {
            let kept = self.members.iter_mut().filter(|member| member.tracker.is_some());
            kept.for_each(|member| member.kept = true);
            return;
        }
        for member in self.members.iter_mut().filter(|member| member.tracker.is_some()) {
            let name = member.session.as_ref().map(Session::name).unwrap_or_default();
            member.fault = Some(match &left {
                Ok(users) => {
                    let why = if is_interrupted() { "interrupted" } else { "timed out" };
                    let own: Vec<_> = users
                        .iter()
                        .filter(|user| process::is_thread_of(user.tid, member.pid))
                        .cloned()
                        .collect();
                    commit::refusal(&name, why, &own)
                }
                Err(fault) => fault.clone(),
            });
        }
    }

    fn take_back(&mut self, made: &[i32]) {
        forget_interruption();
        self.members.iter_mut().for_each(|member| member.moments = Moments::default());
        let deadline = Instant::now() + self.conduct.timeout.max(TAKE_BACK_TIME);
        for member in self.members.iter_mut().filter(|member| made.contains(&member.pid)) {
            let Some(session) = &mut member.session else { continue };
            let undone = undo(session, &mut member.tracker, member.from, deadline);
            let undone = undone.and_then(|()| restore_states(session, &member.states));
            let own = member.fault.take();
            member.fault = Some(match undone {
                Ok(()) => own.unwrap_or_else(|| {
                    Fault::refused(format!("{}: taken back, because another process failed", session.name()))
                }),
                Err(fault) => fault.within("cannot take it back"),
            });
        }
        let users = supervise::until_left(&mut supervised(&mut self.members), deadline, &[], &mut |_| ());
        for user in users.unwrap_or_default() {
            self.output.warning(&format!("the update was taken back, but {}", commit::describe(&user)));
        }
    }

    /// Prints faults and results; the exit status is that of the first fault. What must be kept
    /// coherent goes to the residents.
    pub fn finish(self, residents: &mut Vec<Resident>, report: &dyn Fn(&Member, &Session) -> Report) -> u8 {
        let faults: Vec<&Fault> = self.members.iter().filter_map(|member| member.fault.as_ref()).collect();
        faults.iter().for_each(|fault| self.output.error(fault));
        let kept = if self.members.iter().any(|member| member.kept) { KEPT } else { 0 };
        let exit = faults.first().map_or(kept, |fault| fault.exit_code());
        let reports = self.members.iter().filter_map(|member| match (&member.fault, &member.session) {
            (Some(fault), _) => Some(Report::fault(member.pid, fault)),
            (None, Some(session)) if exit == kept || self.conduct.best_effort => {
                Some(report(member, session))
            }
            _ => None,
        });
        self.output.results(reports.collect());
        let live = self.members.into_iter().filter(|member| member.tracker.is_some());
        residents.extend(live.filter_map(|member| {
            Some(Resident { session: member.session?, tracker: member.tracker, moments: member.moments })
        }));
        exit
    }
}

/// Those that are tracked.
fn supervised(members: &mut [Member]) -> Vec<Supervised<'_>> {
    let tracked = members.iter_mut().filter_map(|member| {
        let session = member.session.as_ref()?;
        Some(Supervised { session, tracker: &mut member.tracker, moments: &mut member.moments })
    });
    tracked.collect()
}

impl Member {
    /// Makes its change, if there is one to make.
    fn change(
        &mut self,
        changes: &ChangeOf<'_>,
        deadline: Instant,
        output: &Output,
        watch: &mut Watch<'_>,
    ) -> Result<bool> {
        let Some(session) = &mut self.session else { return Ok(false) };
        let Some((change, incoming)) = changes(session)? else { return Ok(false) };
        output.detail(format!("{}: {change}", session.name()));
        let commit = Commit::prepare(session, &change, incoming)?;
        self.pause = commit.run(&mut self.tracker, deadline, watch)?;
        self.moments = commit.moments();
        session.refresh()?;
        Ok(true)
    }

    fn open(&mut self, resident: Option<Resident>, output: &Output) -> Result<()> {
        if let Some(resident) = resident {
            let session = self.session.insert(resident.session);
            self.tracker = resident.tracker;
            self.moments = resident.moments;
            session.refresh()?;
            if let Some(tracker) = &mut self.tracker {
                tracker.tolerate(session, true)?;
            }
            self.from = session.registry.version;
            self.states = states(session);
            return Ok(());
        }
        let mut session = Session::take(self.pid)?;
        if let Some(done) = repair(&mut session)? {
            output.warning(&done.text);
            self.finished = done.finished;
            self.tracker = done.tracker;
        }
        self.from = session.registry.version;
        self.states = states(&session);
        self.session = Some(session);
        Ok(())
    }
}

fn states(session: &Session) -> Vec<(u64, u32)> {
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
