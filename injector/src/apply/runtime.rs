//! The runtime library in a process: where its functions are, and calling them in
//! a thread that is stopped anywhere.

use crate::apply::load::{find_restorer, runtime_symbol};
use crate::apply::session::Session;
use crate::error::{Fault, Result};
use crate::tracee::{Hijack, Lifted, Rewrite, Thread};
use polus_runtime::abi::{self, Plain};

/// Addresses, looked up before any thread is stopped.
#[derive(Clone, Copy, Debug)]
pub struct Runtime {
    /// The C library's way back from signal handlers.
    pub restorer: u64,
    /// Carries the cells of a record over.
    pub convert: u64,
    /// Begins to compare the instances of a cell.
    pub watch: u64,
    /// The same for all cells of a record.
    pub watch_record: u64,
    /// Makes tracked instances agree.
    pub cohere: u64,
    /// Makes pages private.
    pub own_pages: u64,
    /// Takes traps of steps that nobody waits for.
    pub guard: u64,
    /// Does a system call.
    pub system: u64,
    /// Upper end of the runtime's stack.
    pub stack: u64,
}

impl Runtime {
    /// Looks all addresses up.
    pub fn find(session: &Session) -> Result<Runtime> {
        Ok(Runtime {
            restorer: find_restorer(session)?,
            convert: runtime_symbol(session, "polus_convert")?,
            watch: runtime_symbol(session, "polus_watch")?,
            watch_record: runtime_symbol(session, "polus_watch_record")?,
            cohere: runtime_symbol(session, "polus_cohere")?,
            own_pages: runtime_symbol(session, "polus_own_pages")?,
            guard: runtime_symbol(session, "polus_guard")?,
            system: runtime_symbol(session, "polus_system")?,
            stack: session.registry.stack,
        })
    }
}

/// A stopped thread that calls the runtime's functions one after the other; its system
/// calls pass the process's filter.
pub struct Calls<'a> {
    session: &'a Session,
    runtime: Runtime,
    hijack: Hijack<'a>,
    _lifted: Option<Lifted>,
}

impl<'a> Calls<'a> {
    /// Takes one of the stopped threads.
    pub fn begin(session: &'a Session, runtime: Runtime, threads: &[Thread]) -> Result<Calls<'a>> {
        let thread = threads.iter().find(|thread| thread.is_free());
        let thread = thread.ok_or_else(|| {
            Fault::environment(format!("{}: no thread can call the runtime", session.name()))
        })?;
        let lifted = session.process.seccomp.then(|| Lifted::begin(thread.tid)).transpose()?;
        let hijack = Hijack::begin(thread, &session.memory, runtime.restorer, runtime.stack)?;
        Ok(Calls { session, runtime, hijack, _lifted: lifted })
    }

    /// Calls a function of the runtime.
    pub fn call(&mut self, function: u64, arguments: [u64; 3]) -> Result<()> {
        self.hijack.call(function, arguments, &mut |_| Ok(Rewrite::Keep))
    }

    /// Does a system call; returns what the kernel says, errors as negative numbers.
    pub fn system(&mut self, number: i64, arguments: [u64; 6]) -> Result<i64> {
        let place = self.hijack.scratch();
        let request = abi::System { number: number as u64, arguments, result: 0 };
        self.session.memory.write(place, request.bytes())?;
        self.call(self.runtime.system, [place, 0, 0])?;
        Ok(self.session.memory.read_plain::<abi::System>(place)?.result as i64)
    }

    /// Free bytes of the target for arguments, behind those that [`Calls::system`] needs.
    pub fn scratch(&self) -> u64 {
        self.hijack.scratch() + 128
    }

    /// Gives the thread back, stopped as it was.
    pub fn end(self) -> Result<()> {
        self.hijack.end()
    }
}
