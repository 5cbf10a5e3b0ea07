//! Ctrl-C and SIGTERM: noticed between two looks at the target, never in a change.

use crate::error::{Fault, Result};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

extern "C" fn note(_signal: i32) {
    INTERRUPTED.store(true, Ordering::Relaxed);
}

/// From now on these signals are noted instead of ending the program.
pub fn note_interruptions() -> Result<()> {
    let action = SigAction::new(SigHandler::Handler(note), SaFlags::SA_RESTART, SigSet::empty());
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        // SAFETY: the handler only stores to an atomic, which is async-signal-safe.
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
    INTERRUPTED.store(false, Ordering::Relaxed);
}

/// True once the user wants to stop.
pub fn is_interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}
