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
        // what a server starts, the shell of a session for one, is another program
        let (roots, programs) = (pids.clone(), programs(&pids));
        pids = process::descendants(&pids)?;
        pids.retain(|pid| {
            roots.contains(pid) || process::executed(*pid).is_some_and(|file| programs.contains(&file))
        });
    }
    pids.sort_unstable();
    pids.dedup();
    Ok(pids)
}

/// The files that the processes execute.
fn programs(pids: &[i32]) -> Vec<(u64, u64)> {
    pids.iter().filter_map(|pid| process::executed(*pid)).collect()
}
