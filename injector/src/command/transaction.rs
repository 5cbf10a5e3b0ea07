//! Several processes, one change: all or none, or those that can be had.

use crate::apply::Session;
use crate::apply::callbacks::Moments;
use crate::apply::commit::{Commit, Pause, Watch};
use crate::apply::interrupt::is_interrupted;
use crate::apply::leaving;
use crate::apply::repair::{Way, repair};
use crate::apply::track::Tracker;
use crate::apply::track::supervise::{self, Supervised};
use crate::cli::{Conduct, Targets};
use crate::command::keeper::Resident;
use crate::command::output::{Output, Report};
use crate::command::{settle, targets};
use crate::error::{Fault, Result};
use crate::facts::process;
use crate::plan::Change;
use std::time::Instant;

/// Exit status of an update that goes on in the background.
const KEPT: u8 = 5;

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
    pub finished: Option<Way>,
    /// Old functions are still active, and stay coherent with the new ones in the background.
    pub kept: bool,
    /// Its change was made.
    pub made: bool,
    /// Processes that it forked meanwhile.
    pub born: Vec<i32>,
    /// It appeared after others were changed.
    pub is_late: bool,
    named: bool,
    /// The file that it executed when it was found.
    program: Option<(u64, u64)>,
    ended: bool,
}

/// All processes of a command.
pub struct Transaction<'a> {
    /// In ascending order of their numbers.
    pub members: Vec<Member>,
    pub(super) conduct: &'a Conduct,
    pub(super) output: &'a Output,
    named: Vec<i32>,
    pub(super) deadline: Instant,
    /// When the first process was opened.
    pub(super) started: process::Moment,
    /// Where the members begin that the stages run for.
    first: usize,
}

impl<'a> Transaction<'a> {
    /// Opens all processes, and repairs what an interrupted command left.
    pub fn open(
        pids: &[i32],
        targets: &Targets,
        conduct: &'a Conduct,
        output: &'a Output,
        residents: &mut Vec<Resident>,
    ) -> Self {
        let deadline = Instant::now() + conduct.timeout;
        let named = targets.numbers();
        let started = process::now();
        let mut transaction =
            Transaction { members: Vec::new(), conduct, output, named, deadline, started, first: 0 };
        transaction.admit(pids, residents);
        transaction
    }

    /// Takes processes in that appeared meanwhile; the stages run for them alone from now on.
    pub fn admit(&mut self, pids: &[i32], residents: &mut Vec<Resident>) {
        self.first = self.members.len();
        for pid in pids {
            let mut member = Member::new(*pid, self.named.contains(pid));
            member.is_late = self.first > 0;
            let resident = residents.iter().position(|resident| resident.session.pid() == *pid);
            let resident = resident.map(|index| residents.swap_remove(index));
            if let Err(fault) = member.open(resident, self.output) {
                member.fail(fault);
            }
            self.members.push(member);
        }
    }

    /// Processes of the executable or the tree that appeared meanwhile.
    pub fn newcomers(&self, targets: &Targets) -> Vec<i32> {
        if !(targets.tree || targets.exe.is_some()) || self.has_failed() {
            return Vec::new();
        }
        // if all have ended, there are none
        let mut found = targets::select(targets).unwrap_or_default();
        found.retain(|pid| !self.members.iter().any(|member| member.pid == *pid));
        found
    }

    /// Runs a stage for every process that has not failed.
    pub fn each(&mut self, stage: &mut dyn FnMut(&mut Member) -> Result<()>) {
        for index in self.first..self.members.len() {
            let go_on = self.conduct.best_effort || !self.has_failed();
            let member = &mut self.members[index];
            if go_on
                && member.fault.is_none()
                && let Err(fault) = go_on_unless_interrupted().and_then(|()| stage(member))
            {
                member.fail(fault);
            }
        }
    }

    /// Some process failed; one that was not named and has ended does not count.
    pub fn has_failed(&self) -> bool {
        self.members.iter().any(|member| member.fault.is_some() && !member.is_gone())
    }

    /// Makes each process's change, as long as none fails.
    pub fn commit(&mut self, changes: &ChangeOf<'_>) {
        let (deadline, output) = (self.deadline, self.output);
        for index in self.first..self.members.len() {
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
                Ok(made) => member.made |= made,
                Err(fault) => member.fail(fault),
            }
        }
    }

    /// Prints faults and results; the exit status is that of the first fault. What must be kept
    /// coherent goes to the residents.
    pub fn finish(self, residents: &mut Vec<Resident>, report: &dyn Fn(&Member, &Session) -> Report) -> u8 {
        let (gone, members): (Vec<Member>, Vec<Member>) = self.members.into_iter().partition(Member::is_gone);
        let endings = gone.iter().filter_map(|member| member.fault.as_ref());
        endings.for_each(|fault| self.output.warning(&fault.what));
        let faults: Vec<&Fault> = members.iter().filter_map(|member| member.fault.as_ref()).collect();
        faults.iter().for_each(|fault| self.output.error(fault));
        let kept = if members.iter().any(|member| member.kept) { KEPT } else { 0 };
        let exit = faults.first().map_or(kept, |fault| fault.exit_code());
        let reports = members.iter().filter_map(|member| match (&member.fault, &member.session) {
            (Some(fault), _) => Some(Report::fault(member.pid, fault)),
            (None, Some(session)) if exit == kept || self.conduct.best_effort => {
                Some(report(member, session))
            }
            _ => None,
        });
        self.output.results(reports.collect());
        let live = members.into_iter().filter(|member| member.tracker.is_some());
        residents.extend(live.filter_map(|member| {
            Some(Resident {
                session: member.session?,
                tracker: member.tracker,
                moments: member.moments,
                born: member.born,
            })
        }));
        exit
    }
}

fn go_on_unless_interrupted() -> Result<()> {
    let fault = || Fault::refused("interrupted: nothing is changed").hint("run the command again");
    if is_interrupted() { Err(fault()) } else { Ok(()) }
}

/// Those that are tracked.
pub(super) fn supervised(members: &mut [Member]) -> Vec<Supervised<'_>> {
    let tracked = members.iter_mut().filter_map(|member| {
        let session = member.session.as_ref()?;
        Some(Supervised {
            session,
            tracker: &mut member.tracker,
            moments: &mut member.moments,
            born: &mut member.born,
        })
    });
    tracked.collect()
}

impl Member {
    fn new(pid: i32, named: bool) -> Member {
        Member {
            pid,
            session: None,
            fault: None,
            tracker: None,
            moments: Moments::default(),
            pause: Pause::default(),
            from: 0,
            states: Vec::new(),
            finished: None,
            kept: false,
            made: false,
            born: Vec::new(),
            is_late: false,
            named,
            program: process::executed(pid),
            ended: false,
        }
    }

    /// Notes why it failed: above all, that it has ended.
    pub fn fail(&mut self, fault: Fault) {
        if let (Some(tracker), Some(session)) = (&mut self.tracker, &self.session) {
            tracker.ends(session);
        }
        let end = self.session.as_ref().and_then(Session::end);
        let end = end.or_else(|| self.runs_another().then_some("runs another program now"));
        self.ended = end.is_some() || process::inspect(self.pid).is_err();
        self.fault = Some(match (end, &self.session) {
            (Some(end), Some(session)) => Fault::environment(format!("{} {end}", session.name())),
            _ => fault,
        });
    }

    /// A child between its fork and its exec was found as its parent's like.
    fn runs_another(&self) -> bool {
        process::executed(self.pid).is_some_and(|file| Some(file) != self.program)
    }

    /// It has ended, and was found among others only.
    fn is_gone(&self) -> bool {
        self.ended && !self.named
    }

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
        go_on_unless_interrupted()?;
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
            self.states = settle::states(session);
            return Ok(());
        }
        let mut session = Session::take(self.pid)?;
        if let Some(done) = repair(&mut session, None)? {
            output.warning(&done.text);
            self.finished = done.finished;
            self.tracker = done.tracker;
        }
        if let Err(fault) = leaving::collect(&session, &mut self.tracker) {
            output.warning(&format!("a callback failed: {}", fault.what));
        }
        self.from = session.registry.version;
        self.states = settle::states(&session);
        self.session = Some(session);
        Ok(())
    }
}
