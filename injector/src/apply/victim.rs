//! Which thread may load a library: one that certainly holds no lock of ld.so or
//! of malloc, and has room on its stack.

use crate::apply::session::Session;
use crate::apply::track::Tracker;
use crate::error::{Fault, Result};
use crate::facts::image::{self, Image};
use crate::facts::process;
use crate::facts::unwind::{Stack, Unwinder};
use crate::facts::{maps, memory::Memory};
use crate::tracee::{Hijack, Lifted, Stopped, Thread};
use std::time::{Duration, Instant};

/// Stack that loading a library may need, bytes.
const STACK_NEEDED: u64 = 48 << 10;
/// How long to look for a thread.
const SEARCH_TIME: Duration = Duration::from_secs(10);
/// Pause between two rounds over all threads.
const ROUND_PAUSE: Duration = Duration::from_millis(1);
/// Rounds after which calls with a remaining time, and running code, are taken too.
const CHOOSY_ROUNDS: u32 = 3;
/// The kernel's mark of a call that restarts with its remaining time.
const RESTARTBLOCK: i64 = 516;
/// Calls in which nobody holds a lock of malloc or ld.so: read, poll, select,
/// pause, nanosleep, accept, recvfrom, recvmsg, wait4, msgrcv, rt_sigtimedwait,
/// rt_sigsuspend, semtimedop, epoll_wait, clock_nanosleep, waitid, pselect6, ppoll,
/// epoll_pwait, accept4, signalfd reads by read, epoll_pwait2.
const WAITING_CALLS: [u64; 22] =
    [0, 7, 23, 34, 35, 43, 45, 47, 61, 70, 128, 130, 220, 232, 230, 247, 270, 271, 281, 288, 299, 441];
/// futex, and its operation that condition variables, joins and semaphores wait
/// with; malloc's locks use another one.
const FUTEX: u64 = 202;
const FUTEX_WAIT_BITSET: u64 = 9;
const FUTEX_COMMAND: u64 = 0x7f;

/// How sure it is that a thread holds no lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fitness {
    Unfit,
    Running,
    Waiting,
}

/// Stops a thread that may load a library.
fn choose(session: &Session) -> Result<Stopped> {
    let deadline = Instant::now() + SEARCH_TIME;
    let mut choice = Choice::new(session)?;
    loop {
        for tid in process::threads(session.pid())? {
            let stopped = Stopped::one(session.pid(), tid, session.process.seccomp)?;
            if stopped.threads.first().is_some_and(|thread| choice.is_fit(thread)) {
                return Ok(stopped);
            }
        }
        choice.next_round(deadline)?;
    }
}

/// Has such a thread do something, while the others run. What is tracked is served meanwhile, for
/// the thread may wait for one that writes, or write itself.
pub fn with_thread<T>(
    session: &Session,
    tracker: &mut Option<Tracker>,
    restorer: u64,
    work: impl FnOnce(Hijack<'_>) -> Result<T>,
) -> Result<T> {
    let Some(tracker) = tracker else {
        let stopped = choose(session)?;
        let thread =
            stopped.threads.first().ok_or_else(|| Fault::environment("the chosen thread is gone"))?;
        return work(Hijack::begin(thread, &session.memory, restorer, 0)?);
    };
    let thread = choose_tracked(session, tracker)?;
    tracker.lend(Some(thread.tid));
    let outcome = lent(session, tracker, &thread, restorer, work);
    tracker.lend(None);
    tracker.resume();
    outcome
}

fn lent<T>(
    session: &Session,
    tracker: &mut Tracker,
    thread: &Thread,
    restorer: u64,
    work: impl FnOnce(Hijack<'_>) -> Result<T>,
) -> Result<T> {
    let _lifted = session.process.seccomp.then(|| Lifted::begin(thread.tid)).transpose()?;
    let mut hijack = Hijack::begin(thread, &session.memory, restorer, 0)?;
    hijack.meanwhile(Box::new(|| tracker.serve(session)));
    work(hijack)
}

/// The same in a process that is tracked: the thread stays stopped, the others go on.
fn choose_tracked(session: &Session, tracker: &mut Tracker) -> Result<Thread> {
    let deadline = Instant::now() + SEARCH_TIME;
    let mut choice = Choice::new(session)?;
    loop {
        let threads = tracker.stop(session)?;
        if let Some(thread) = threads.iter().find(|thread| choice.is_fit(thread)) {
            tracker.resume_but(thread.tid);
            return Ok(thread.clone());
        }
        tracker.resume();
        tracker.serve(session)?;
        choice.next_round(deadline)?;
    }
}

/// The search for a thread, less choosy with every round.
struct Choice<'a> {
    session: &'a Session,
    executable: &'a Image,
    has_malloc: bool,
    unwinder: Unwinder<'a>,
    round: u32,
}

impl<'a> Choice<'a> {
    fn new(session: &'a Session) -> Result<Choice<'a>> {
        let executable = session.executable()?;
        let has_malloc = executable.exported(&session.memory, "malloc").is_some();
        let unwinder = Unwinder::new(&session.images, &session.memory);
        Ok(Choice { session, executable, has_malloc, unwinder, round: 0 })
    }

    fn is_fit(&mut self, thread: &Thread) -> bool {
        let choosy = self.round < CHOOSY_ROUNDS;
        let wanted = if choosy || self.has_malloc { Fitness::Waiting } else { Fitness::Running };
        fitness(self.session, self.executable, &mut self.unwinder, thread, !choosy) >= wanted
    }

    fn next_round(&mut self, deadline: Instant) -> Result<()> {
        if Instant::now() > deadline {
            return Err(Fault::refused(format!(
                "{}: no thread is at a place where it may load a library",
                self.session.name()
            ))
            .hint("try again when the process is less busy"));
        }
        self.round += 1;
        std::thread::sleep(ROUND_PAUSE);
        Ok(())
    }
}

fn fitness(
    session: &Session,
    executable: &Image,
    unwinder: &mut Unwinder<'_>,
    thread: &Thread,
    any_call: bool,
) -> Fitness {
    let (Some(registers), Some(unwind)) = (thread.registers, thread.unwind_registers()) else {
        return Fitness::Unfit;
    };
    if !thread.is_free() || registers.rax as i64 == -RESTARTBLOCK && !any_call {
        return Fitness::Unfit;
    }
    let stack = unwinder.walk(unwind);
    if !stack.complete || !has_room(session, registers.rsp, &stack) {
        return Fitness::Unfit;
    }
    let frames = Frames::sort(&stack, executable, &session.images, &session.memory);
    if frames.in_loader {
        return Fitness::Unfit;
    }
    let waiting = registers.orig_rax as i64 >= 0 && is_waiting(&registers);
    match (waiting, frames.all_in_executable) {
        (true, _) => Fitness::Waiting,
        (false, true) => Fitness::Running,
        (false, false) => Fitness::Unfit,
    }
}

fn is_waiting(registers: &libc::user_regs_struct) -> bool {
    let waits_on_condition =
        registers.orig_rax == FUTEX && registers.rsi & FUTEX_COMMAND == FUTEX_WAIT_BITSET;
    waits_on_condition || WAITING_CALLS.contains(&registers.orig_rax)
}

/// The stack reaches from its mapping's start to its bottom frame without a gap.
fn has_room(session: &Session, stack_pointer: u64, stack: &Stack) -> bool {
    let Some(map) = maps::find(&session.maps, stack_pointer) else { return false };
    let bottom = stack.frames.last().map_or(0, |frame| frame.sp);
    let grows = map.path == "[stack]";
    bottom < map.end && (grows || stack_pointer - map.start >= STACK_NEEDED)
}

/// Where a stack's frames lie.
struct Frames {
    in_loader: bool,
    all_in_executable: bool,
}

impl Frames {
    /// The C library's frames at the bottom (start of the program or thread) do not count.
    fn sort(stack: &Stack, executable: &Image, images: &[Image], memory: &Memory) -> Frames {
        let of = |lookup: u64| image::find(images, lookup);
        let in_loader =
            stack.frames.iter().any(|frame| of(frame.lookup).is_none_or(|image| image.is_loader(memory)));
        // not whatever has an entry: the C library has one, too, and malloc's locks
        let is_program = |lookup: u64| {
            of(lookup)
                .is_some_and(|image| image.range == executable.range || image.path.contains("memfd:/polus"))
        };
        let mut inner: &[_] = &stack.frames;
        while let Some((last, rest)) = inner.split_last() {
            let is_start = (executable.entry..executable.entry + 64).contains(&last.lookup);
            if is_program(last.lookup) && !is_start {
                break;
            }
            inner = rest;
        }
        let all_in_executable = !inner.is_empty() && inner.iter().all(|frame| is_program(frame.lookup));
        Frames { in_loader, all_in_executable }
    }
}
