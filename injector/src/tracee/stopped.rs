//! Stopping threads so that none is missed and no system call fails for it.

use crate::error::{Fault, Result};
use crate::facts::memory::not_permitted;
use crate::facts::process;
use crate::facts::unwind::Registers;
use crate::tracee::raw::{self, fault};
use crate::tracee::wait::{self, Stop};
use nix::errno::Errno;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Kernel's "restart if no handler runs"; the program never sees it.
const ERESTARTNOHAND: i64 = 514;
/// Option that lifts a system call filter while the thread is traced.
const SUSPEND_SECCOMP: i32 = 1 << 21;
/// Options that make threads and processes that a thread makes traced, too.
const FOLLOW: i32 = libc::PTRACE_O_TRACESYSGOOD
    | libc::PTRACE_O_TRACECLONE
    | libc::PTRACE_O_TRACEFORK
    | libc::PTRACE_O_TRACEVFORK
    | libc::PTRACE_O_TRACEEXEC;
/// How long a thread may take to stop.
const STOP_TIME: Duration = Duration::from_secs(2);
/// How long a killed thread may take to end.
const BURIAL_TIME: Duration = Duration::from_millis(200);
/// System calls whose caller cannot be stopped and runs no code of its own until they end.
const PARKING_CALLS: [&str; 3] = ["58", "56", "435"];

/// A thread that this process holds.
#[derive(Clone, Debug)]
pub struct Thread {
    /// Its number.
    pub tid: i32,
    /// Its registers at the stop; `None` while it waits for a child of vfork.
    pub registers: Option<libc::user_regs_struct>,
    /// A signal that is to be delivered first; 0 for none.
    pub(super) signal: i32,
    /// The whole group is stopped by a signal.
    pub(super) in_stopped_group: bool,
}

impl Thread {
    /// One that cannot be stopped.
    pub fn unreachable(tid: i32) -> Thread {
        Thread { tid, registers: None, signal: 0, in_stopped_group: false }
    }

    /// It was made just now, and has executed nothing: its stack is empty, though the code where it
    /// stands, that of the thread which made it, has a caller.
    pub fn is_newborn(&self) -> bool {
        let made = |r: &libc::user_regs_struct| MAKING_CALLS.contains(&r.orig_rax) && r.rax == 0;
        // a forked process goes on with the stack of its maker
        self.registers.as_ref().is_some_and(made) && !process::is_leader(self.tid)
    }

    /// It has no signal to deliver first, so that it may call something for us.
    pub fn is_free(&self) -> bool {
        self.registers.is_some() && self.signal == 0
    }

    /// Registers in DWARF's order.
    pub fn unwind_registers(&self) -> Option<Registers> {
        let r = self.registers.as_ref()?;
        Some([
            r.rax, r.rdx, r.rcx, r.rbx, r.rsi, r.rdi, r.rbp, r.rsp, r.r8, r.r9, r.r10, r.r11, r.r12, r.r13,
            r.r14, r.r15, r.rip,
        ])
    }
}

/// clone and clone3, which return 0 in the new thread.
const MAKING_CALLS: [u64; 2] = [56, 435];

/// Threads held stopped; dropping it lets them go on.
pub struct Stopped {
    /// In the order they were found.
    pub threads: Vec<Thread>,
}

impl Stopped {
    /// Stops one thread.
    pub fn one(pid: i32, tid: i32, suspend_seccomp: bool) -> Result<Stopped> {
        let mut stopped = Stopped { threads: Vec::new() };
        if seize(pid, tid, suspend_seccomp)? {
            interrupt(tid);
            stopped.collect(pid, vec![tid], &|| ())?;
        }
        Ok(stopped)
    }

    /// Stops all threads of a process: the scan ends only when as many are held as
    /// the kernel counts, for a directory walk may miss new ones.
    pub fn all(pid: i32) -> Result<Stopped> {
        Stopped::all_helped(pid, &|| ())
    }

    /// The same; `let_go` is called while some thread cannot be stopped.
    pub fn all_helped(pid: i32, let_go: &dyn Fn()) -> Result<Stopped> {
        let deadline = Instant::now() + STOP_TIME;
        let mut stopped = Stopped { threads: Vec::new() };
        loop {
            let known: std::collections::HashSet<i32> =
                stopped.threads.iter().map(|thread| thread.tid).collect();
            let mut new = process::threads(pid)?;
            new.retain(|tid| !known.contains(tid));
            let parked = take_parked();
            let mut seized = Vec::with_capacity(new.len());
            for tid in new {
                if parked.contains(&tid) || seize(pid, tid, false)? {
                    seized.push(tid);
                }
            }
            seized.iter().for_each(|tid| interrupt(*tid));
            stopped.collect(pid, seized, let_go)?;
            let (count, leader_ended) = process::thread_count(pid)?;
            if stopped.threads.len() + usize::from(leader_ended) == count {
                return Ok(stopped);
            }
            if Instant::now() > deadline {
                return Err(Fault::environment(format!(
                    "process {pid}: its threads come and go too fast to stop them"
                )));
            }
        }
    }

    /// Waits until each of `pending` is stopped, parked or gone.
    fn collect(&mut self, pid: i32, pending: Vec<i32>, let_go: &dyn Fn()) -> Result<()> {
        let deadline = Instant::now() + STOP_TIME;
        let (mut pending, mut looks) = (pending, 0);
        while !pending.is_empty() {
            let mut left = Vec::new();
            for tid in pending {
                match wait::look(tid)? {
                    None if looks > 100 && is_parked(pid, tid) => self.hold(tid),
                    None => left.push(tid),
                    Some(Stop::Gone) => {}
                    Some(stop) => self.threads.push(held(tid, stop)?),
                }
            }
            pending = left;
            looks += 1;
            if let Some(tid) = pending.first().filter(|_| Instant::now() > deadline) {
                return Err(Fault::environment(format!(
                    "process {pid}: thread {tid} does not stop (is it in state D?)"
                )));
            }
            if !pending.is_empty() {
                if pending.iter().any(|tid| is_uninterruptible(*tid)) {
                    let_go();
                }
                wait::pause(looks);
            }
        }
        Ok(())
    }

    fn hold(&mut self, tid: i32) {
        self.threads.push(Thread::unreachable(tid));
    }

    /// From now on new threads and processes are traced, too.
    pub fn follow(&self) {
        for thread in self.threads.iter().filter(|thread| thread.registers.is_some()) {
            // fails only for a thread that was killed
            let _ = raw::set_options(thread.tid, FOLLOW);
        }
    }

    /// Gives the threads away, stopped and traced as they are.
    pub fn into_threads(mut self) -> Vec<Thread> {
        std::mem::take(&mut self.threads)
    }
}

/// The thread that just stopped; its interrupted system call will go on.
pub(super) fn held(tid: i32, stop: Stop) -> Result<Thread> {
    let mut registers = raw::registers(tid)?;
    // at the end of a call the program may get what it returns
    if stop != Stop::Syscall && resume_interrupted_call(&mut registers) {
        raw::set_registers(tid, &registers)?;
    }
    Ok(Thread {
        tid,
        registers: Some(registers),
        signal: if let Stop::Signal(signal) = stop { signal } else { 0 },
        in_stopped_group: matches!(stop, Stop::Group(_)),
    })
}

impl Drop for Stopped {
    fn drop(&mut self) {
        for thread in &self.threads {
            match thread.registers {
                // fails only for a thread that is gone
                Some(_) => drop(raw::detach(thread.tid, thread.signal)),
                None => parked().push(thread.tid),
            }
        }
    }
}

/// Threads that wait for a child of vfork: they stop when they come back, and only
/// then can be let go.
static PARKED: Mutex<Vec<i32>> = Mutex::new(Vec::new());

fn parked() -> MutexGuard<'static, Vec<i32>> {
    PARKED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for the end of a thread that was killed, or lets it go if it reports something else.
pub(super) fn bury(tid: i32) {
    match wait::wait(tid, Instant::now() + BURIAL_TIME) {
        Ok(Stop::Gone) => {}
        // fails only for a thread that was killed again
        Ok(_) => drop(raw::detach(tid, 0)),
        Err(_) => let_go_later(tid),
    }
}

/// Lets a thread go as soon as it stops.
pub(super) fn let_go_later(tid: i32) {
    parked().push(tid);
}

fn take_parked() -> Vec<i32> {
    std::mem::take(&mut *parked())
}

/// Lets those go on that came back since. To be called every few milliseconds as
/// long as this process lives on; its end lets all go.
pub fn release_parked() -> Result<()> {
    let mut left = Vec::new();
    for tid in take_parked() {
        match wait::look(tid)? {
            None => left.push(tid),
            Some(Stop::Gone) => {}
            Some(stop) => {
                drop(Stopped { threads: vec![held(tid, stop)?] });
            }
        }
    }
    parked().extend(left);
    Ok(())
}

/// Our stop made some calls return EINTR (epoll_wait, sigtimedwait, recv with a
/// timeout): they shall go on unless a handler really runs.
fn resume_interrupted_call(registers: &mut libc::user_regs_struct) -> bool {
    let interrupted = registers.rax as i64 == -i64::from(libc::EINTR) && registers.orig_rax as i64 >= 0;
    if interrupted {
        registers.rax = (-ERESTARTNOHAND) as u64;
    }
    interrupted
}

/// False if the thread has ended.
fn seize(pid: i32, tid: i32, suspend_seccomp: bool) -> Result<bool> {
    let lifted = if suspend_seccomp { SUSPEND_SECCOMP } else { 0 };
    let options = libc::PTRACE_O_TRACESYSGOOD | lifted;
    match raw::seize(tid, options) {
        Ok(()) => Ok(true),
        Err(Errno::ESRCH) => Ok(false),
        Err(Errno::EPERM) if has_ended(pid, tid) => Ok(false),
        Err(Errno::EPERM) if suspend_seccomp => Err(Fault::environment(format!(
            "process {pid}: its system call filter cannot be lifted for loading the patch"
        ))
        .hint("run polus with CAP_SYS_ADMIN")),
        Err(Errno::EPERM) => {
            process::check_untraced(pid)?;
            // whoever traced it has gone just now
            raw::seize(tid, options).map(|()| true).map_err(|_| not_permitted(pid))
        }
        Err(errno) => Err(fault(tid, "trace it", errno)),
    }
}

fn has_ended(pid: i32, tid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/task/{tid}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").map_or("X", |(_, rest)| rest);
    state.starts_with(['Z', 'X'])
}

pub(super) fn interrupt(tid: i32) {
    // fails only for a thread that has ended, which the wait will tell
    let _ = raw::interrupt(tid);
}

/// The thread waits for a child of vfork to exec: it cannot stop, and runs nothing.
pub(super) fn is_parked(pid: i32, tid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/task/{tid}/stat")).unwrap_or_default();
    let call = std::fs::read_to_string(format!("/proc/{pid}/task/{tid}/syscall")).unwrap_or_default();
    let number = call.split_whitespace().next().unwrap_or("");
    stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('D')) && PARKING_CALLS.contains(&number)
}

/// The thread waits in the kernel for something that no signal interrupts.
pub fn is_uninterruptible(tid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{tid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('D'))
}

/// A held thread whose system calls pass the process's filter until this value is dropped.
pub struct Lifted {
    tid: i32,
}

impl Lifted {
    /// Lifts the filter; needs CAP_SYS_ADMIN.
    pub fn begin(tid: i32) -> Result<Lifted> {
        raw::set_options(tid, FOLLOW | SUSPEND_SECCOMP).map_err(|fault| {
            fault.within("its system call filter cannot be lifted").hint("run polus with CAP_SYS_ADMIN")
        })?;
        Ok(Lifted { tid })
    }
}

impl Drop for Lifted {
    fn drop(&mut self) {
        // fails only for a thread that is gone
        let _ = raw::set_options(self.tid, FOLLOW);
    }
}
