//! Keeps old and new instances coherent while functions of both sides are active
//! (paper 3.3, 5.3): writes to either are held, made one by one while all other
//! threads are stopped, and carried to the other side.

mod carry;
mod children;
mod gate;
mod open;
mod pages;
mod resume;
pub mod supervise;

use crate::apply::doors;
use crate::apply::failure::step;
use crate::apply::inflight::{Blocker, blockers};
use crate::apply::journal::{Journal, now_ms};
use crate::apply::parked;
use crate::apply::runtime::{Calls, Runtime};
use crate::apply::session::Session;
use crate::error::Result;
use crate::facts::maps::{self, PAGE};
use crate::facts::process;
use crate::facts::registry::{self, Cell, Registry};
use crate::facts::unwind::Unwinder;
use crate::plan::{self, Wait};
use crate::tracee::userfault::{Pages, Write};
use crate::tracee::{News, Thread, Traced, Userfault, stopped, wait};
use gate::{Gate, open_pages, step_writer};
use pages::Instances;
use polus_runtime::abi::{self, kind};
use std::collections::HashMap;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

pub use children::Child;
pub use open::open;
pub use resume::{let_go, means, resume, settled, take_up};

/// How long a process may take to end of which a thread has.
const ENDING_TIME: Duration = Duration::from_millis(300);
/// How long a system call that writes may go on.
const WRITE_TIME: Duration = Duration::from_secs(2);

/// A process whose variables are kept coherent.
pub struct Tracker {
    traced: Traced,
    userfault: Userfault,
    runtime: Runtime,
    /// What is tracked.
    cells: Vec<Cell>,
    instances: Instances,
    closed: Vec<Pages>,
    writes: Vec<Write>,
    waits: Vec<Wait>,
    /// Processes forked meanwhile, and those of them that are tracked, too.
    born: Vec<i32>,
    children: Vec<Child>,
    /// The kernel tells its threads' numbers as they are here.
    alike: bool,
    /// A thread that does something for the injector, and is held by whoever has it do that.
    lent: Option<i32>,
    /// Threads and functions that an earlier command left active: nobody waits for them.
    tolerated: Vec<(i32, u64)>,
    /// When each of them was first seen, milliseconds.
    since: HashMap<(i32, u64), u64>,
}

impl Tracker {
    /// Holds threads that are stopped; nothing is protected yet.
    pub fn new(traced: Traced, userfault: Userfault, runtime: Runtime) -> Tracker {
        Tracker {
            alike: process::numbers_alike(traced.pid()),
            traced,
            userfault,
            runtime,
            cells: Vec::new(),
            instances: Instances::default(),
            closed: Vec::new(),
            writes: Vec::new(),
            waits: Vec::new(),
            born: Vec::new(),
            children: Vec::new(),
            tolerated: Vec::new(),
            lent: None,
            since: HashMap::new(),
        }
    }

    /// Asks the registry anew who uses the other instances.
    pub fn watch(&mut self, session: &Session) -> Result<()> {
        self.waits = plan::lingering(&registry(session)?);
        Ok(())
    }

    /// Asks the registry anew what is tracked, and protects that; all threads are stopped.
    pub fn protect(&mut self, session: &Session) -> Result<()> {
        self.guard(session, self.runtime.restorer)?;
        self.cells = tracked_cells(session)?;
        self.instances = Instances::read(&self.cells, &session.memory)?;
        let pages = self.instances.pages();
        self.open()?;
        self.own(session, &pages)?;
        self.traced.mind(&pages);
        for range in pages {
            populate(session, &range)?;
            self.userfault.register(&range)?;
            self.userfault.close_pages(&range)?;
            self.closed.push(range);
        }
        Ok(())
    }

    /// Steps do no harm if this program dies; 0: as before.
    fn guard(&self, session: &Session, restorer: u64) -> Result<()> {
        let mut calls = Calls::begin(session, self.runtime, &self.traced.stopped())?;
        let called = calls.call(self.runtime.guard, [restorer, 0, 0]);
        calls.end()?;
        called
    }

    /// Protects nothing any more.
    pub fn open(&mut self) -> Result<()> {
        self.closed.drain(..).try_for_each(|range| self.userfault.unregister(&range))
    }

    /// Pages that mirror a file become private ones.
    fn own(&mut self, session: &Session, pages: &[Pages]) -> Result<()> {
        let maps = maps::read(session.pid())?;
        let mirrors = |page: u64| maps::find(&maps, page).is_some_and(|map| map.file != "00:00 0");
        let of_file: Vec<u64> = pages
            .iter()
            .flat_map(|range| range.clone().step_by(PAGE as usize))
            .filter(|page| mirrors(*page))
            .collect();
        if of_file.is_empty() {
            return Ok(());
        }
        let mut calls = Calls::begin(session, self.runtime, &self.traced.stopped())?;
        let own = of_file.iter().try_for_each(|page| calls.call(self.runtime.own_pages, [*page, PAGE, 0]));
        calls.end()?;
        own
    }

    /// Stops all threads, with no write half made.
    pub fn stop(&mut self, session: &Session) -> Result<Vec<Thread>> {
        self.hold(true)?;
        self.carry(session)?;
        Ok(self.traced.stopped())
    }

    /// Lets them go on, all but one.
    pub fn resume_but(&mut self, tid: i32) {
        self.traced.resume_but(tid);
    }

    /// Lets them go on.
    pub fn resume(&mut self) {
        self.traced.resume();
    }

    /// What tells that a write waits, here or in a child.
    pub fn descriptors(&self) -> Vec<BorrowedFd<'_>> {
        let children = self.children.iter().flat_map(|child| child.tracker.descriptors());
        children.chain([self.userfault.as_fd()]).collect()
    }

    /// Processes that were forked meanwhile, and those among them that are tracked.
    pub fn take_children(&mut self) -> (Vec<i32>, Vec<Child>) {
        (std::mem::take(&mut self.born), std::mem::take(&mut self.children))
    }

    /// Answers everything that waits: signals, new threads and processes, writes.
    pub fn serve(&mut self, session: &Session) -> Result<()> {
        let served = self.answer(session);
        self.unless_ends(session, served)
    }

    fn answer(&mut self, session: &Session) -> Result<()> {
        for child in &mut self.children {
            child.tracker.serve(&child.session)?;
        }
        self.traced.attend()?;
        self.userfault.read(&mut self.writes)?;
        if !self.writes.is_empty() {
            // a thread that is lent cannot be called in
            let held = self.hold(self.lent.is_some());
            held.and_then(|()| self.carry(session))?;
            self.traced.resume();
        }
        for news in self.traced.news() {
            if let News::Forked(pid) = news {
                self.born.push(pid);
                let child = self.adopt(session, pid);
                if let Some(child) = child
                    .or_else(|fault| if process::inspect(pid).is_err() { Ok(None) } else { Err(fault) })?
                {
                    self.children.push(child);
                }
            }
        }
        Ok(())
    }

    /// The process has ended.
    pub fn has_ended(&self) -> bool {
        self.traced.has_ended()
    }

    /// What failed may have failed because the process ends, or runs another program; its threads
    /// end before that.
    pub fn ends(&mut self, session: &Session) -> bool {
        let deadline = Instant::now() + ENDING_TIME;
        let mut some_have = self.traced.bury();
        while session.end().is_none() {
            if self.has_ended() {
                return true;
            }
            if !some_have || Instant::now() > deadline {
                return false;
            }
            std::thread::sleep(ENDING_TIME / 100);
            some_have |= self.traced.bury();
        }
        true
    }

    /// A process that ends meanwhile, or runs another program, needs nothing any more.
    pub fn unless_ends<T: Default>(&mut self, session: &Session, outcome: Result<T>) -> Result<T> {
        outcome.or_else(|fault| if self.ends(session) { Ok(T::default()) } else { Err(fault) })
    }

    /// Stops all threads; those that sleep only if `waking`.
    fn hold(&mut self, waking: bool) -> Result<()> {
        let Tracker { traced, userfault, writes, .. } = self;
        let pid = traced.pid();
        let mut is_held = |tid| {
            userfault.read(writes)?;
            // in a system call it cannot be stopped; one that writes by itself stops, at the latest
            // when its page is opened, before the instruction. Others wait for what such a call holds
            let is_writer = writes.iter().any(|write| process::outer_tid(pid, write.tid) == tid);
            Ok(is_writer || !writes.is_empty() && stopped::is_uninterruptible(tid))
        };
        if waking {
            traced.stop(&mut is_held)?
        } else {
            traced.stop_awake(&mut is_held)?
        };
        userfault.read(writes)
    }

    /// Lets system calls end that write: nobody else can be sure of what an instance holds before.
    fn finish_calls(&mut self, session: &Session) -> Result<()> {
        let deadline = Instant::now() + WRITE_TIME;
        let pid = self.traced.pid();
        let (mut opened, mut looks) = (Vec::new(), 0);
        while !self.traced.in_calls().is_empty() && Instant::now() < deadline {
            self.userfault.read(&mut self.writes)?;
            let is_stopped = |write: &Write| self.traced.thread(process::outer_tid(pid, write.tid)).is_some();
            let (later, now): (Vec<Write>, Vec<Write>) = self.writes.drain(..).partition(is_stopped);
            self.writes = later;
            if !now.is_empty() {
                step("track.write")?;
            }
            opened.extend(open_pages(&self.userfault, &self.closed, &now)?);
            self.traced.attend()?;
            looks += 1;
            wait::pause(looks);
        }
        self.agree(session, opened)
    }

    /// Carries over what was written to pages that were opened, and closes them.
    fn agree(&mut self, session: &Session, opened: Vec<u64>) -> Result<()> {
        if opened.iter().any(|page| self.instances.differ(*page, &session.memory)) {
            return self.cohere(session);
        }
        opened.iter().try_for_each(|page| self.userfault.close_pages(&(*page..page + PAGE)))
    }

    /// Makes the writes that wait, one writer after the other; all other threads are stopped.
    fn carry(&mut self, session: &Session) -> Result<()> {
        self.finish_calls(session)?;
        while !self.writes.is_empty() {
            let first = self.writes[0].tid;
            let tid = if self.alike { first } else { process::outer_tid(self.traced.pid(), first) };
            let (own, others) = self.writes.drain(..).partition(|write| write.tid == first);
            self.writes = others;
            step("track.write")?;
            let is_lent = self.lent == Some(tid);
            let opened = self.write(session, tid, first, own)?;
            self.agree(session, opened)?;
            if is_lent {
                self.traced.give_back(tid)?;
            }
        }
        Ok(())
    }

    /// Lets thread `tid` make its write; returns the pages that were opened for it.
    fn write(&mut self, session: &Session, tid: i32, inner: i32, writes: Vec<Write>) -> Result<Vec<u64>> {
        let lent = self.lent;
        let Tracker { traced, userfault, writes: waiting, closed, .. } = self;
        let mut gate = Gate { userfault, closed, waiting, inner, opened: Vec::new() };
        gate.open(writes)?;
        if lent == Some(tid) {
            traced.borrow(tid)?;
        }
        if let Some(registers) = traced.thread(tid).and_then(|thread| thread.registers) {
            step_writer(session, traced, tid, registers.rip, &mut gate)?;
        }
        gate.more()?;
        Ok(gate.opened)
    }

    /// Carries what differs to the other instances, all threads stopped.
    fn cohere(&mut self, session: &Session) -> Result<()> {
        self.closed.iter().try_for_each(|range| self.userfault.open_pages(range))?;
        step("track.cohere")?;
        let mut threads = self.traced.stopped();
        threads.retain(|thread| self.lent != Some(thread.tid));
        carry::all(session, self.runtime, &threads, &mut self.cells)?;
        self.instances.renew(&session.memory)?;
        self.closed.iter().try_for_each(|range| self.userfault.close_pages(range))
    }

    /// Who is in functions that use the other instances; stops all threads for a moment.
    pub fn users(&mut self, session: &Session) -> Result<Vec<Blocker>> {
        let users = self.look(session);
        self.unless_ends(session, users)
    }

    fn look(&mut self, session: &Session) -> Result<Vec<Blocker>> {
        let threads = self.stop(session)?;
        let mut users = self.users_among(session, &threads);
        self.traced.resume();
        let mut left = Vec::new();
        for mut child in std::mem::take(&mut self.children) {
            let has_ended = child.tracker.has_ended();
            let own = if has_ended { Vec::new() } else { child.tracker.users(&child.session)? };
            if own.is_empty() {
                child.tracker.finish(&child.session)?;
            } else {
                users.extend(own);
                left.push(child);
            }
        }
        self.children = left;
        Ok(users)
    }

    /// The same, of threads that are stopped.
    pub fn users_among(&self, session: &Session, threads: &[Thread]) -> Vec<Blocker> {
        let mut unwinder = Unwinder::new(&session.images, &session.memory);
        let mut threads = threads.to_vec();
        threads.extend(self.traced.out_of_reach().into_iter().map(Thread::unreachable));
        let walked = doors::walk(&threads, &mut unwinder);
        let process = (session.pid(), &session.memory);
        let parked = parked::stacks(session, process, &threads, &walked, (&self.waits, &[]), &mut unwinder);
        blockers(&threads, &walked, (session.pid(), &parked), &self.waits, &[])
    }

    /// This stopped thread does something for the injector, until another call says `None`.
    pub fn lend(&mut self, tid: Option<i32>) {
        self.lent = tid;
    }

    /// From now on nobody waits for those who use the other instances now; false: for all again.
    pub fn tolerate(&mut self, session: &Session, tolerate: bool) -> Result<()> {
        let users = if tolerate { self.users(session)? } else { Vec::new() };
        self.tolerated = users.iter().map(|user| (user.tid, user.function_address)).collect();
        Ok(())
    }

    /// It is one of those.
    pub fn is_tolerated(&self, user: &Blocker) -> bool {
        self.tolerated.contains(&(user.tid, user.function_address))
    }

    /// What `polus status` is told.
    pub fn published(&mut self, users: &[Blocker]) -> Vec<abi::Active> {
        let since = &mut self.since;
        since.retain(|key, _| users.iter().any(|user| key == &(user.tid, user.function_address)));
        let mut slots: Vec<abi::Active> = Vec::new();
        for user in users {
            let key = (user.tid, user.function_address);
            let slot = abi::Active {
                function: user.function_address,
                since_ms: *since.entry(key).or_insert_with(now_ms),
                thread: user.tid as u32,
                reserved: 0,
            };
            if !slots.contains(&slot) {
                slots.push(slot);
            }
        }
        slots
    }

    /// Ends the tracking: nobody uses two instances any more. All threads go on.
    pub fn finish(mut self, session: &Session) -> Result<()> {
        let finished = if self.has_ended() { Ok(()) } else { self.end_tracking(session) };
        self.unless_ends(session, finished)
    }

    fn end_tracking(&mut self, session: &Session) -> Result<()> {
        self.stop(session)?;
        release(session)?;
        self.open()?;
        self.guard(session, 0)
    }
}

/// Other descriptors of the same pages may still be open.
impl Drop for Tracker {
    fn drop(&mut self) {
        // fails only for a process that has ended
        let _ = self.open();
    }
}

/// Nothing is tracked any more: the marks of the cells, then that of the registry.
pub fn release(session: &Session) -> Result<()> {
    let journal = Journal { memory: &session.memory, registry: session.registry.address };
    for cell in registry(session)?.records.iter().flat_map(|record| &record.cells) {
        if cell.flags & kind::TRACKED != 0 {
            journal.untrack(cell)?;
        }
    }
    journal.publish(&[])?;
    journal.tracking(false)
}

fn registry(session: &Session) -> Result<Registry> {
    Ok(registry::read(&session.memory, &session.maps)?.unwrap_or_default())
}

fn tracked_cells(session: &Session) -> Result<Vec<Cell>> {
    let cells = registry(session)?.records.into_iter().flat_map(|record| record.cells);
    Ok(cells.filter(|cell| cell.flags & kind::TRACKED != 0).collect())
}

/// Pages that were never touched cannot be protected.
fn populate(session: &Session, pages: &Pages) -> Result<()> {
    for page in pages.clone().step_by(PAGE as usize) {
        let byte = session.memory.read(page, 1)?;
        session.memory.write(page, &byte)?;
    }
    Ok(())
}
