//! The processes that a command line means.

use crate::cli::Targets;
use crate::error::{Fault, Result};
use crate::facts::process;

/// Process numbers, each once, in ascending order.
pub fn select(targets: &Targets) -> Result<Vec<i32>> {
    let mut pids = targets.numbers();
    if let Some(exe) = &targets.exe {
        let running = process::running(exe)?;
        if running.is_empty() {
            return Err(Fault::environment(format!("no process runs {}", exe.display())));
        }
        pids.extend(running);
    }
    if targets.tree {
        pids = process::descendants(&pids)?;
    }
    pids.sort_unstable();
    pids.dedup();
    Ok(pids)
}
