//! All threads of a process held under trace for a while: they run, stop together
//! and go on, and threads that begin meanwhile are held, too.

use crate::error::{Fault, Result};
use crate::facts::{freezer, process};
use crate::tracee::raw;
use crate::tracee::sleep;
use crate::tracee::stopped::{self, Stopped, Thread, held};
use crate::tracee::userfault::Pages;
use crate::tracee::wait::{self, Born, Stop};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// How long threads may take to stop.
const STOP_TIME: Duration = Duration::from_secs(2);
/// Looks at a thread before it is asked why it does not stop.
const PATIENCE: u32 = 40;
/// How long a frozen process is left alone at a time.
const THAW_PAUSE: Duration = Duration::from_millis(20);
/// All signals but those that an instruction raises: SIGILL, SIGTRAP, SIGBUS,
/// SIGFPE, SIGSEGV.
const ASYNCHRONOUS: u64 = !(1 << 3 | 1 << 4 | 1 << 6 | 1 << 7 | 1 << 10);

/// SIGTRAP. A thread that blocks it could not be stepped: the kernel would take the program's
/// handler away to get the trap through.
const TRAP: u64 = 1 << 4;

/// What the trap of a step tells: after an instruction, and after a system call. A program's own
/// `int3` and what it sends itself tell something else.
const STEPPED: [i32; 2] = [libc::TRAP_TRACE, libc::TRAP_BRKPT];

/// What a held thread does.
#[derive(Clone, Debug)]
enum State {
    Running,
    /// It waits in a system call that writes nothing, and stops at its end by itself.
    Asleep,
    Stopped(Box<Thread>),
    /// It sits in the kernel where it cannot be stopped, and runs none of its code.
    OutOfReach,
    /// A signal stopped the process; it reports what comes next.
    Listening,
}

/// Something that happened to the process while its threads ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// A process with a copy of its memory; its one thread is traced, and not stopped yet.
    Forked(i32),
    /// It runs another program.
    Exec,
}

/// Answers for a thread that does not stop: true if it sits in the kernel and
/// cannot run its own code.
pub type OutOfReach<'a> = dyn FnMut(i32) -> Result<bool> + 'a;

/// Threads of one process, traced until this value is dropped.
pub struct Traced {
    pid: i32,
    threads: BTreeMap<i32, State>,
    /// Processes among them that share the memory until they execute something (vfork).
    guests: BTreeSet<i32>,
    stopping: bool,
    /// Those asleep are to stop, too.
    waking: bool,
    /// What no thread may write to in its sleep.
    minded: Vec<Pages>,
    news: Vec<News>,
}

impl Traced {
    /// Goes on holding what was stopped.
    pub fn take(pid: i32, stopped: Stopped) -> Traced {
        stopped.follow();
        let state = |thread: Thread| match thread.registers {
            Some(_) => State::Stopped(Box::new(thread)),
            None => State::OutOfReach,
        };
        let threads = stopped.into_threads();
        let threads = threads.into_iter().map(|thread| (thread.tid, state(thread))).collect();
        Traced {
            pid,
            threads,
            guests: BTreeSet::new(),
            stopping: true,
            waking: true,
            minded: Vec::new(),
            news: Vec::new(),
        }
    }

    /// Holds a process that a held one made: its thread is traced already.
    pub fn child(pid: i32) -> Traced {
        let threads = BTreeMap::from([(pid, State::Running)]);
        Traced {
            pid,
            threads,
            guests: BTreeSet::new(),
            stopping: false,
            waking: false,
            minded: Vec::new(),
            news: Vec::new(),
        }
    }

    /// A thread that waits in a system call which may write to these pages is not asleep.
    pub fn mind(&mut self, pages: &[Pages]) {
        self.minded = pages.to_vec();
    }

    /// Process number.
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// No thread is left.
    pub fn has_ended(&self) -> bool {
        self.threads.is_empty()
    }

    /// The threads that are stopped now.
    pub fn stopped(&self) -> Vec<Thread> {
        let stopped = self.threads.values().filter_map(|state| match state {
            State::Stopped(thread) => Some(thread.as_ref().clone()),
            _ => None,
        });
        stopped.collect()
    }

    /// One of them.
    pub fn thread(&self, tid: i32) -> Option<&Thread> {
        match self.threads.get(&tid) {
            Some(State::Stopped(thread)) => Some(thread),
            _ => None,
        }
    }

    /// The threads that may use the process's memory without being stopped, or did not stop.
    pub fn out_of_reach(&self) -> Vec<i32> {
        let out = self.threads.iter().filter(|(_, state)| matches!(state, State::OutOfReach));
        out.map(|(tid, _)| *tid).collect()
    }

    /// The threads that are in system calls which could not be interrupted, but will end.
    pub fn in_calls(&self) -> Vec<i32> {
        let mut out = self.out_of_reach();
        out.retain(|tid| !stopped::is_parked(self.pid, *tid));
        out
    }

    /// Lets all stopped threads go on.
    pub fn resume(&mut self) {
        self.stopping = false;
        for state in self.threads.values_mut() {
            if let State::Stopped(thread) = state {
                // fails only for a thread that was killed, which a later look tells
                let _ = resume(thread, &self.minded);
                *state = if thread.in_stopped_group { State::Listening } else { State::Running };
            }
        }
    }

    /// Lets all go on but one.
    pub fn resume_but(&mut self, tid: i32) {
        let kept = self.threads.remove(&tid);
        self.resume();
        self.threads.extend(kept.map(|state| (tid, state)));
    }

    /// Stops all threads, after they were thawed; `out_of_reach` is asked about those that do not stop.
    pub fn stop(&mut self, out_of_reach: &mut OutOfReach<'_>) -> Result<()> {
        self.waking = true;
        self.hold_thawed(out_of_reach)
    }

    /// The same, but those that sleep are left alone: they run no code of their own before they
    /// stop, and what they sleep in touches no memory.
    pub fn stop_awake(&mut self, out_of_reach: &mut OutOfReach<'_>) -> Result<()> {
        self.waking = false;
        self.hold_thawed(out_of_reach)
    }

    /// A frozen process is waited for with no thread held, or it could not even be frozen: its
    /// group counts as frozen when each thread is.
    fn hold_thawed(&mut self, out_of_reach: &mut OutOfReach<'_>) -> Result<()> {
        while !self.hold(out_of_reach)? {
            self.let_freeze();
            while self.pending().into_iter().any(freezer::is_frozen) {
                std::thread::sleep(THAW_PAUSE);
            }
        }
        Ok(())
    }

    /// Lets stopped threads go on, but those that run for somebody.
    fn let_freeze(&mut self) {
        for state in self.threads.values_mut() {
            if let State::Stopped(thread) = state
                && !thread.in_stopped_group
                && resume(thread, &self.minded).is_ok()
            {
                *state = State::Running;
            }
        }
    }

    /// False if some thread is frozen.
    fn hold(&mut self, out_of_reach: &mut OutOfReach<'_>) -> Result<bool> {
        self.stopping = true;
        let waking = self.waking;
        let is_left = |state: &State| match state {
            State::Stopped(_) => true,
            State::Asleep => !waking,
            _ => false,
        };
        let running = self.threads.iter().filter(|(_, state)| !is_left(state));
        running.for_each(|(tid, _)| stopped::interrupt(*tid));
        let deadline = Instant::now() + STOP_TIME;
        let mut looks = 0;
        loop {
            let pending = self.pending();
            if pending.is_empty() {
                return Ok(true);
            }
            for tid in &pending {
                self.look(*tid)?;
                let is_pending = self.threads.get(tid).is_some_and(|state| self.is_pending(state));
                if is_pending && looks % PATIENCE == PATIENCE - 1 {
                    let parked = stopped::is_parked(self.pid, *tid) || out_of_reach(*tid)?;
                    if parked {
                        self.threads.insert(*tid, State::OutOfReach);
                    }
                }
            }
            if looks % PATIENCE == PATIENCE - 1 {
                self.bury();
                self.attend()?;
                if pending.iter().any(|tid| freezer::is_frozen(*tid)) {
                    return Ok(false);
                }
            }
            if Instant::now() > deadline {
                let tid = pending[0];
                return Err(Fault::environment(format!(
                    "process {}: thread {tid} does not stop (is it in state D?)",
                    self.pid
                )));
            }
            looks += 1;
            wait::pause(looks);
        }
    }

    fn pending(&self) -> Vec<i32> {
        self.threads.iter().filter(|(_, state)| self.is_pending(state)).map(|(tid, _)| *tid).collect()
    }

    fn is_pending(&self, state: &State) -> bool {
        match state {
            State::Running | State::Listening => true,
            State::Asleep => self.waking,
            State::Stopped(_) | State::OutOfReach => false,
        }
    }

    /// Answers what running threads report: signals are delivered, new threads held.
    pub fn attend(&mut self) -> Result<()> {
        let all: Vec<i32> = self.threads.keys().copied().collect();
        all.into_iter().try_for_each(|tid| self.look(tid))
    }

    /// Forgets threads that were killed in their stop; true if there are any. A process that runs
    /// another program waits for that.
    pub fn bury(&mut self) -> bool {
        self.find_lost();
        let stopped = self.threads.iter().filter(|(_, state)| matches!(state, State::Stopped(_)));
        let stopped: Vec<i32> = stopped.map(|(tid, _)| *tid).collect();
        let mut any = false;
        for tid in stopped {
            match wait::look(tid) {
                Ok(Some(Stop::Gone)) => drop(self.threads.remove(&tid)),
                Ok(Some(Stop::Exec)) => self.leave(tid),
                _ => continue,
            }
            any = true;
        }
        any
    }

    /// Threads that are traced, though their maker was killed before it could report them.
    fn find_lost(&mut self) {
        for tid in process::threads(self.pid).unwrap_or_default() {
            if !self.threads.contains_key(&tid) && process::is_traced_here(self.pid, tid) {
                self.threads.insert(tid, State::Running);
            }
        }
    }

    /// Interrupts a thread that is held stopped here but runs for somebody, who waits for its next
    /// system call; it must be about to write in its own code.
    pub fn borrow(&mut self, tid: i32) -> Result<()> {
        stopped::interrupt(tid);
        let stop = wait::wait(tid, Instant::now() + STOP_TIME)?;
        self.threads.insert(tid, State::Stopped(Box::new(held(tid, stop)?)));
        Ok(())
    }

    /// Lets it run on.
    pub fn give_back(&mut self, tid: i32) -> Result<()> {
        raw::resume_to_syscall(tid, 0)
    }

    /// What happened since the last call.
    pub fn news(&mut self) -> Vec<News> {
        std::mem::take(&mut self.news)
    }

    /// Lets a stopped thread execute one instruction, and reports whether it did. The others
    /// stay stopped; `idle` is called while it waits for something.
    pub fn step(&mut self, tid: i32, idle: &mut dyn FnMut() -> Result<()>) -> Result<bool> {
        if self.thread(tid).is_none_or(|thread| !thread.is_free()) {
            return Ok(false);
        }
        let mask = raw::signal_mask(tid)?;
        raw::set_signal_mask(tid, (mask | ASYNCHRONOUS) & !TRAP)?;
        let stepped = self.execute(tid, idle)?;
        if self.thread(tid).is_some() {
            raw::set_signal_mask(tid, mask)?;
        }
        Ok(stepped)
    }

    fn execute(&mut self, tid: i32, idle: &mut dyn FnMut() -> Result<()>) -> Result<bool> {
        let deadline = Instant::now() + STOP_TIME;
        loop {
            raw::step(tid)?;
            let mut looks = 0;
            let stop = loop {
                if let Some(stop) = wait::look(tid)? {
                    break stop;
                }
                if looks > PATIENCE {
                    idle()?;
                }
                if Instant::now() > deadline {
                    self.threads.insert(tid, State::Running);
                    return Ok(false);
                }
                looks += 1;
                wait::pause(looks);
            };
            match stop {
                Stop::Gone => {
                    self.threads.remove(&tid);
                    return Ok(false);
                }
                Stop::Signal(libc::SIGTRAP) if STEPPED.contains(&raw::signal_code(tid)?) => {
                    self.threads.insert(tid, State::Stopped(Box::new(held(tid, Stop::Event)?)));
                    return Ok(true);
                }
                // our interruption was still to come
                Stop::Event => {}
                other => {
                    self.threads.insert(tid, State::Stopped(Box::new(held(tid, other)?)));
                    return Ok(false);
                }
            }
        }
    }

    /// What the thread reports, if anything.
    fn look(&mut self, tid: i32) -> Result<()> {
        if matches!(self.threads.get(&tid), Some(State::Stopped(_)) | None) {
            return Ok(());
        }
        let Some(stop) = wait::look(tid)? else { return Ok(()) };
        self.take_births();
        let slept = matches!(self.threads.get(&tid), Some(State::Asleep));
        match stop {
            Stop::Syscall if !slept => {
                self.fall_asleep(tid);
                return Ok(());
            }
            Stop::Syscall if raw::registers(tid).is_ok_and(|registers| sleep::is_broken(&registers)) => {
                self.stop_again(tid);
                return Ok(());
            }
            Stop::Gone => {
                self.threads.remove(&tid);
                return Ok(());
            }
            Stop::Exec => {
                self.leave(tid);
                return Ok(());
            }
            _ => {}
        }
        let Ok(thread) = held(tid, stop) else {
            // it was killed in the stop; a later look tells that it is gone
            return Ok(());
        };
        let goes_on = !self.stopping || stop == Stop::Birth;
        if goes_on {
            let _ = resume(&thread, &self.minded);
            if self.stopping {
                // any stop uses an interruption up that came before
                stopped::interrupt(tid);
            }
            let listens = thread.in_stopped_group;
            self.threads.insert(tid, if listens { State::Listening } else { State::Running });
        } else {
            self.threads.insert(tid, State::Stopped(Box::new(thread)));
        }
        Ok(())
    }

    /// The thread enters a system call: one that it was resumed in, unless a signal came.
    fn fall_asleep(&mut self, tid: i32) {
        let sleeps = raw::registers(tid).is_ok_and(|registers| sleep::is_sleep(&registers, &self.minded));
        // fails only for a thread that was killed, which a later look tells
        let _ = if sleeps { raw::resume_to_syscall(tid, 0) } else { raw::resume(tid, 0) };
        if self.stopping && (self.waking || !sleeps) {
            // any stop uses an interruption up that came before
            stopped::interrupt(tid);
        }
        self.threads.insert(tid, if sleeps { State::Asleep } else { State::Running });
    }

    /// What broke the call may be our interruption: at its next stop, which the kernel looks for
    /// interrupted calls behind, it can be made to go on.
    fn stop_again(&mut self, tid: i32) {
        // before it goes on, or the program sees the broken call
        stopped::interrupt(tid);
        // fails only for a thread that was killed, which a later look tells
        let _ = raw::resume(tid, 0);
        self.threads.insert(tid, State::Running);
    }

    /// Another program runs in this thread: it is let go, and in a process of its own the others
    /// are no more.
    fn leave(&mut self, tid: i32) {
        // fails only if it was killed
        let _ = raw::detach(tid, 0);
        if self.guests.remove(&tid) {
            self.threads.remove(&tid);
        } else {
            self.threads.clear();
            self.news.push(News::Exec);
        }
    }

    /// New threads are held; new processes are told of.
    fn take_births(&mut self) {
        for born in wait::take_born(|parent| self.threads.contains_key(&parent)) {
            if process::is_thread_of(born.tid, self.pid) {
                self.threads.entry(born.tid).or_insert(State::Running);
            } else if shares_memory(born, self.pid) {
                self.guests.insert(born.tid);
                self.threads.entry(born.tid).or_insert(State::Running);
            } else {
                self.news.push(News::Forked(born.tid));
            }
        }
    }
}

impl Drop for Traced {
    /// Those out of reach are let go by the end of this program, or by
    /// [`stopped::release_parked`].
    fn drop(&mut self) {
        if !self.stopping || self.threads.values().any(|state| matches!(state, State::Asleep)) {
            // only stopped threads can be let go; those that cannot stop follow later
            let _ = self.stop(&mut |_| Ok(true));
        }
        for (tid, state) in &self.threads {
            match state {
                State::Stopped(thread) if raw::detach(*tid, thread.signal).is_ok() => {}
                // killed in its stop: a process that runs another program waits until it is buried
                State::Stopped(_) => stopped::bury(*tid),
                _ => stopped::let_go_later(*tid),
            }
        }
    }
}

fn shares_memory(born: Born, pid: i32) -> bool {
    match raw::compare_memory(born.tid, pid) {
        0 => true,
        1.. => false,
        _ => born.waits,
    }
}

fn resume(thread: &Thread, minded: &[Pages]) -> Result<()> {
    let sleeps = |registers| thread.signal == 0 && sleep::goes_on(registers, minded);
    match thread {
        thread if thread.in_stopped_group => raw::listen(thread.tid),
        thread if thread.registers.as_ref().is_some_and(sleeps) => raw::resume_to_syscall(thread.tid, 0),
        thread => raw::resume(thread.tid, thread.signal),
    }
}
