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

/// True once the user wants to stop.
pub fn is_interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}
