//! Calling functions in a stopped thread of the target, which afterwards goes on
//! as if nothing had been: registers, vector state, signal mask, system call.

use crate::error::{Fault, Result};
use crate::facts::memory::Memory;
use crate::tracee::raw;
use crate::tracee::sigframe::{Place, RESTORER};
use crate::tracee::stopped::Thread;
use crate::tracee::wait::{self, Stop};
use std::time::{Duration, Instant};

/// How long a call may take.
const CALL_TIME: Duration = Duration::from_secs(10);
/// Direction and trap flags.
const FLAGS_CLEARED: u64 = 1 << 10 | 1 << 8;
/// rt_sigreturn.
const SIGRETURN: u64 = 15;

/// A system call of the called function, at its entry or its exit.
#[derive(Clone, Copy, Debug)]
pub struct SyscallStop {
    /// Entry, or exit with the result in rax.
    pub entry: bool,
    /// Registers; the number is in `orig_rax`.
    pub registers: libc::user_regs_struct,
}

/// What to do about a system call.
#[derive(Clone, Debug)]
pub enum Rewrite {
    /// Let it be.
    Keep,
    /// Go on with these registers; arguments are put back at the exit.
    With(Box<libc::user_regs_struct>),
}

/// What is done while a call runs.
pub type Idle<'a> = Box<dyn FnMut() -> Result<()> + 'a>;

/// A stopped thread, taken over.
pub struct Hijack<'a> {
    tid: i32,
    memory: &'a Memory,
    restorer: u64,
    saved: libc::user_regs_struct,
    xstate: Vec<u8>,
    mask: u64,
    place: Place,
    idle: Option<Idle<'a>>,
    /// False while a call runs, for then the thread comes back by itself.
    taken: bool,
}

impl<'a> Hijack<'a> {
    /// Takes over `thread`. `restorer` is the address of [`RESTORER`] in the target.
    /// `stack` is the upper end of the runtime's stack; 0: the thread's own is used.
    pub fn begin(thread: &Thread, memory: &'a Memory, restorer: u64, stack: u64) -> Result<Hijack<'a>> {
        let tid = thread.tid;
        let saved =
            thread.registers.ok_or_else(|| Fault::environment(format!("thread {tid} is not stopped")))?;
        let (xstate, mask) = (raw::xstate(tid)?, raw::signal_mask(tid)?);
        let place = Place::below(if stack == 0 { saved.rsp } else { stack }, xstate.len());
        memory.write(place.stack_pointer(), &place.bytes(restorer, &saved, mask, &xstate))?;
        let hijack = Hijack { tid, memory, restorer, saved, xstate, mask, place, idle: None, taken: true };
        // from here on the thread restores itself if this process dies
        raw::set_registers(tid, &hijack.returning_registers(saved))?;
        raw::set_signal_mask(tid, u64::MAX)?;
        Ok(hijack)
    }

    /// From now on `idle` is called again and again while a call runs.
    pub fn meanwhile(&mut self, idle: Idle<'a>) {
        self.idle = Some(idle);
    }

    /// Where the C library keeps what belongs to the thread.
    pub fn thread_pointer(&self) -> u64 {
        self.saved.fs_base
    }

    /// Address of free bytes for arguments, [`crate::tracee::sigframe::SCRATCH_SIZE`] of them.
    pub fn scratch(&self) -> u64 {
        self.place.scratch
    }

    /// Calls `function`, showing each of its system calls to `observe`. The result
    /// of the function is not seen: the way back overwrites its register.
    pub fn call(
        &mut self,
        function: u64,
        arguments: [u64; 3],
        observe: &mut dyn FnMut(SyscallStop) -> Result<Rewrite>,
    ) -> Result<()> {
        let deadline = Instant::now() + CALL_TIME;
        self.memory.write(self.place.stack_pointer(), &self.restorer.to_le_bytes())?;
        raw::set_registers(self.tid, &self.entry_registers(function, arguments))?;
        self.taken = false;
        let mut outcome = Ok(());
        let mut changed = None;
        let mut entry = true;
        loop {
            self.next_syscall_stop(deadline).map_err(|fault| self.late(fault, deadline))?;
            let registers = raw::registers(self.tid)?;
            if entry && self.is_way_back(&registers) {
                self.skip_syscall(registers, deadline)?;
                self.taken = true;
                return outcome;
            }
            if entry && outcome.is_ok() {
                match observe(SyscallStop { entry, registers }) {
                    Ok(Rewrite::Keep) => {}
                    Ok(Rewrite::With(rewritten)) => {
                        raw::set_registers(self.tid, &rewritten)?;
                        changed = Some(registers);
                    }
                    Err(fault) => outcome = Err(fault),
                }
            } else if !entry && outcome.is_ok() {
                let seen = SyscallStop { entry, registers };
                outcome = observe(seen).map(drop);
                if let Some(original) = changed.take() {
                    raw::set_registers(self.tid, &with_arguments(registers, &original))?;
                }
            }
            entry = !entry;
        }
    }

    /// Puts everything back; the thread is stopped as it was before, and any
    /// interrupted system call will go on.
    pub fn end(mut self) -> Result<()> {
        self.restore()
    }

    fn restore(&mut self) -> Result<()> {
        self.taken = false;
        let deadline = Instant::now() + CALL_TIME;
        if self.saved.orig_rax as i64 == -1 {
            raw::set_xstate(self.tid, &self.xstate)?;
            raw::set_signal_mask(self.tid, self.mask)?;
            return raw::set_registers(self.tid, &self.saved);
        }
        // interrupted calls are restarted only on the way out of a stop of this kind
        raw::interrupt(self.tid)?;
        raw::resume(self.tid, 0)?;
        if wait::wait(self.tid, deadline)? == Stop::Gone {
            return Err(self.gone());
        }
        raw::set_xstate(self.tid, &self.xstate)?;
        raw::set_signal_mask(self.tid, self.mask)?;
        raw::set_registers(self.tid, &self.saved)
    }

    /// Registers with which the thread restores itself.
    fn returning_registers(&self, registers: libc::user_regs_struct) -> libc::user_regs_struct {
        let mut returning = registers;
        (returning.rip, returning.rsp) = (self.restorer, self.place.stack_pointer() + 8);
        returning.orig_rax = u64::MAX;
        returning
    }

    fn entry_registers(&self, function: u64, arguments: [u64; 3]) -> libc::user_regs_struct {
        let mut registers = self.saved;
        (registers.rdi, registers.rsi, registers.rdx) = (arguments[0], arguments[1], arguments[2]);
        (registers.rip, registers.rsp) = (function, self.place.stack_pointer());
        (registers.rax, registers.orig_rax) = (0, u64::MAX);
        registers.eflags &= !FLAGS_CLEARED;
        registers
    }

    fn next_syscall_stop(&mut self, deadline: Instant) -> Result<()> {
        let mut held = 0;
        loop {
            raw::resume_to_syscall(self.tid, std::mem::take(&mut held))?;
            match wait::wait_while(self.tid, deadline, self.idle.as_mut())? {
                Stop::Syscall => return Ok(()),
                Stop::Gone => return Err(self.gone()),
                Stop::Event | Stop::Group(_) | Stop::Birth | Stop::Exec => {}
                Stop::Signal(libc::SIGSTOP) => held = libc::SIGSTOP,
                Stop::Signal(signal) => {
                    self.taken = true;
                    return Err(Fault::environment(format!(
                        "thread {} was hit by signal {signal} in a call for polus",
                        self.tid
                    )));
                }
            }
        }
    }

    fn is_way_back(&self, registers: &libc::user_regs_struct) -> bool {
        registers.orig_rax == SIGRETURN && registers.rip == self.restorer + RESTORER.len() as u64
    }

    /// The thread is on its way back: it stays before that call instead.
    fn skip_syscall(&mut self, registers: libc::user_regs_struct, deadline: Instant) -> Result<()> {
        raw::set_registers(self.tid, &self.returning_registers(registers))?;
        self.next_syscall_stop(deadline)
    }

    /// The thread goes on with the call, and comes back by itself.
    fn late(&self, fault: Fault, deadline: Instant) -> Fault {
        if Instant::now() <= deadline {
            return fault;
        }
        let (tid, seconds) = (self.tid, CALL_TIME.as_secs());
        Fault::environment(format!(
            "thread {tid} has not come back from loading within {seconds} seconds: it waits for a lock, \
             or the machine is too busy"
        ))
        .hint("the process goes on as before; try again when it is less busy")
    }

    fn gone(&self) -> Fault {
        Fault::environment(format!("thread {} ended while polus used it", self.tid))
    }
}

impl Drop for Hijack<'_> {
    /// Between calls the thread would not return by itself.
    fn drop(&mut self) {
        if self.taken {
            // the thread may be gone; then there is nothing to restore
            let _ = self.restore();
        }
    }
}

fn with_arguments(
    registers: libc::user_regs_struct,
    original: &libc::user_regs_struct,
) -> libc::user_regs_struct {
    let mut restored = registers;
    (restored.rdi, restored.rsi, restored.rdx) = (original.rdi, original.rsi, original.rdx);
    (restored.r10, restored.r8, restored.r9) = (original.r10, original.r8, original.r9);
    restored
}
