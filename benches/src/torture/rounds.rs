//! Apply and rollback in a loop.

use super::chance::Chance;
use super::process::Process;
use super::{Build, Plan};
use std::time::{Duration, Instant};

/// Rounds with one process.
const MOST_ROUNDS: u64 = 12;
/// How long a version stays, at most.
const STAY: Duration = Duration::from_millis(300);

/// What was done.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// Programs that were started, and ended well.
    pub programs: u64,
    /// Updates, applied and taken back.
    pub updates: u64,
    /// Injectors that were killed.
    pub kills: u64,
    /// Programs that found what must not be.
    pub drifted: u64,
    /// Checked accesses, by version.
    pub accesses: [u64; 2],
    /// Those by functions that nobody waits for.
    pub stayed: u64,
    /// Whole commands, and how long they stopped the program, in ms.
    pub took: [Vec<f64>; 2],
}

impl Done {
    /// Notes the times that polus tells.
    pub fn note(&mut self, told: &serde_json::Value) {
        self.updates += 1;
        for (times, key) in self.took.iter_mut().zip(["total_us", "paused_us"]) {
            times.push(told[key].as_f64().expect("a time") / 1e3);
        }
    }

    /// Ends a program, and notes what it counted.
    pub fn end(&mut self, process: Process) {
        let state = process.end();
        self.programs += 1;
        self.drifted += u64::from(state.violations != 0);
        self.stayed += state.stayed;
        (0..2).for_each(|index| self.accesses[index] += state.accesses[index]);
    }
}

/// Updates programs and takes the updates back until the time is over.
///
/// # Panics
/// Something is as it must not be.
pub fn run(build: &Build, plan: &Plan) -> Done {
    let (mut chance, mut done, end) = (Chance::new(plan.seed), Done::default(), plan.end());
    while Instant::now() < end {
        let mut process = Process::start(build, plan, &mut chance, false);
        for _ in 0..=chance.below(MOST_ROUNDS) {
            for (index, verb) in [(1, "apply"), (0, "rollback")] {
                done.note(&process.succeeds(verb));
                std::thread::sleep(chance.time(STAY));
                process.expect_version(index);
            }
            if Instant::now() >= end {
                break;
            }
        }
        done.end(process);
    }
    done
}
