//! Ctrl-C, SIGTERM and the death of whoever waits for the result: noticed between two looks at
//! the target, never in a change.

use crate::error::{Fault, Result};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use std::sync::atomic::{AtomicBool, Ordering};

/// Comes when the process that waits for the result is killed.
pub const ORPHANED: Signal = Signal::SIGUSR1;

static IS_INTERRUPTED: AtomicBool = AtomicBool::new(false);
static IS_ORPHANED: AtomicBool = AtomicBool::new(false);

extern "C" fn note(signal: i32) {
    let flag = if signal == ORPHANED as i32 { &IS_ORPHANED } else { &IS_INTERRUPTED };
    flag.store(true, Ordering::Relaxed);
}

/// From now on these signals are noted instead of ending the program.
pub fn note_interruptions() -> Result<()> {
    let action = SigAction::new(SigHandler::Handler(note), SaFlags::SA_RESTART, SigSet::empty());
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, ORPHANED] {
        // SAFETY: the handler only stores to atomics, which is async-signal-safe.
        let installed = unsafe { sigaction(signal, &action) };
        installed.map_err(|errno| Fault::environment(format!("cannot handle {signal}: {errno}")))?;
    }
    Ok(())
}

extern "C" fn wake(_signal: i32) {}

/// From now on a traced thread's stop wakes whoever waits with [`mask_while_waiting`].
pub fn note_children() -> Result<()> {
    let action = SigAction::new(SigHandler::Handler(wake), SaFlags::SA_RESTART, SigSet::empty());
    // SAFETY: the handler does nothing.
    let installed = unsafe { sigaction(Signal::SIGCHLD, &action) };
    let blocked = installed.and_then(|_| SigSet::from(Signal::SIGCHLD).thread_block());
    blocked.map_err(|errno| Fault::environment(format!("cannot handle SIGCHLD: {errno}")))
}

/// The signals blocked while this program waits: not those that end the waiting.
pub fn mask_while_waiting() -> SigSet {
    let mut mask = SigSet::thread_get_mask().unwrap_or_else(|_| SigSet::empty());
    mask.remove(Signal::SIGCHLD);
    mask
}

/// What the user wanted is being done now.
pub fn forget_interruption() {
    IS_INTERRUPTED.store(false, Ordering::Relaxed);
    IS_ORPHANED.store(false, Ordering::Relaxed);
}

/// True once the user wants to stop, or is gone.
pub fn is_interrupted() -> bool {
    IS_INTERRUPTED.load(Ordering::Relaxed) || is_orphaned()
}

/// Nobody waits for the result any more.
pub fn is_orphaned() -> bool {
    IS_ORPHANED.load(Ordering::Relaxed)
}
