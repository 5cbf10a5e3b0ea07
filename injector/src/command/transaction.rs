//! Several processes, one change: all or none, or those that can be had.

use crate::apply::Session;
use crate::apply::commit::{Commit, Pause};
use crate::apply::repair::repair;
use crate::cli::Conduct;
use crate::command::output::{Output, Report};
use crate::error::{Fault, Result};
use crate::plan::{self, Change};
use std::time::Instant;

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
    /// How long it was stopped.
    pub pause: Pause,
    /// Version before.
    pub from: u32,
    /// An interrupted change was finished on the way.
    pub finished: bool,
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
    pub fn open(pids: &[i32], conduct: &'a Conduct, output: &'a Output) -> Self {
        let new = |pid: &i32| Member {
            pid: *pid,
            session: None,
            fault: None,
            pause: Pause::default(),
            from: 0,
            finished: false,
        };
        let mut transaction = Transaction { members: pids.iter().map(new).collect(), conduct, output };
        for member in &mut transaction.members {
            if let Err(fault) = member.open(output) {
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

    /// Makes each process's change; takes back the ones made if one fails.
    pub fn commit(&mut self, changes: &ChangeOf<'_>) {
        let (deadline, output) = (Instant::now() + self.conduct.timeout, self.output);
        let mut made = Vec::new();
        self.each(&mut |member| {
            let Some(session) = &mut member.session else { return Ok(()) };
            let Some((change, incoming)) = changes(session)? else { return Ok(()) };
            output.detail(format!("{}: {change}", session.name()));
            member.pause = Commit::prepare(session, &change, incoming)?
                .run(deadline, &|blockers| output.progress(blockers))?;
            session.refresh()?;
            made.push(member.pid);
            Ok(())
        });
        output.end_progress();
        if self.has_failed() && !self.conduct.best_effort {
            self.take_back(&made);
        }
    }

    fn take_back(&mut self, made: &[i32]) {
        let deadline = Instant::now() + self.conduct.timeout;
        for member in self.members.iter_mut().filter(|member| made.contains(&member.pid)) {
            let Some(session) = &mut member.session else { continue };
            let undone = undo(session, member.from, deadline);
            member.fault = Some(match undone {
                Ok(()) => {
                    Fault::refused(format!("{}: taken back, because another process failed", session.name()))
                }
                Err(fault) => fault.within("cannot take it back"),
            });
        }
    }

    /// Prints faults and results; the exit status is that of the first fault.
    pub fn finish(self, report: &dyn Fn(&Member, &Session) -> Report) -> u8 {
        let faults: Vec<&Fault> = self.members.iter().filter_map(|member| member.fault.as_ref()).collect();
        faults.iter().for_each(|fault| self.output.error(fault));
        let exit = faults.first().map_or(0, |fault| fault.exit_code());
        let reports = self.members.iter().filter_map(|member| match (&member.fault, &member.session) {
            (Some(fault), _) => Some(Report::fault(member.pid, fault)),
            (None, Some(session)) if exit == 0 || self.conduct.best_effort => Some(report(member, session)),
            _ => None,
        });
        self.output.results(reports.collect());
        exit
    }
}

impl Member {
    fn open(&mut self, output: &Output) -> Result<()> {
        let mut session = Session::take(self.pid)?;
        if let Some(done) = repair(&mut session)? {
            output.warning(&done.text);
            self.finished = done.finished;
        }
        self.from = session.registry.version;
        self.session = Some(session);
        Ok(())
    }
}

/// Back to version `from`, which the process had before.
fn undo(session: &mut Session, from: u32, deadline: Instant) -> Result<()> {
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
    let incoming = change
        .states
        .iter()
        .find(|(_, state)| *state == polus_runtime::abi::kind::ACTIVE)
        .map_or(0, |(record, _)| *record);
    Commit::prepare(session, &change, incoming)?.run(deadline, &|_| ())?;
    session.refresh()?;
    if session.registry.version == from { Ok(()) } else { undo(session, from, deadline) }
}
