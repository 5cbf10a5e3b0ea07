//! The same while the injector is killed at any instant: the program must live, and every `polus`
//! that comes next must succeed.

use super::chance::Chance;
use super::process::Process;
use super::rounds::Done;
use super::{Build, Plan};
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

/// Deaths of injectors with one process.
const MOST_ROUNDS: u64 = 20;
/// What a command takes that waits for nobody, roughly.
const SHORT: Duration = Duration::from_millis(20);

/// Kills injectors until the time is over.
///
/// # Panics
/// Something is as it must not be.
pub fn run(build: &Build, plan: &Plan) -> Done {
    let (mut chance, mut done, end) = (Chance::new(plan.seed), Done::default(), plan.end());
    while Instant::now() < end {
        let mut process = Process::start(build, plan, &mut chance);
        for _ in 0..=chance.below(MOST_ROUNDS) {
            round(&mut process, &mut chance, &mut done);
            if Instant::now() >= end {
                break;
            }
        }
        done.end(process);
    }
    done
}

fn round(process: &mut Process, chance: &mut Chance, done: &mut Done) {
    let verb = if version(process) == 0 { "apply" } else { "rollback" };
    let limit = [SHORT, longest(done)][chance.below(2) as usize];
    kill_in(process, verb, chance.time(limit));
    done.kills += 1;
    process.state();
    match chance.below(3) {
        0 => expect_next(process, "apply", 1, "already applied"),
        1 => expect_next(process, "rollback", 0, "nothing to take back"),
        _ => {
            let index = version(process);
            process.expect_version(index);
        }
    }
}

/// What a command took up to now, waiting and all, in half of all cases.
fn longest(done: &Done) -> Duration {
    let mut took = done.took[0].clone();
    took.sort_by(f64::total_cmp);
    took.get(took.len() / 2).map_or(Duration::from_millis(500), |ms| Duration::from_secs_f64(ms * 1.2e-3))
}

/// Begins a command, and kills it after a while, should it be there still.
fn kill_in(process: &Process, verb: &str, after: Duration) {
    let mut command = process.command(verb);
    let mut injector = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("polus runs");
    std::thread::sleep(after);
    // it may have ended by itself
    let _ = injector.kill();
    injector.wait().expect("a child");
}

/// The version that the process is at, which is whole after this.
fn version(process: &Process) -> usize {
    process.succeeds("status")["version"].as_u64().expect("a version") as usize
}

/// The command brings the process to the version `index`, or finds it there.
fn expect_next(process: &mut Process, verb: &str, index: usize, there: &str) {
    let output: Output = process.polus(verb);
    let told = String::from_utf8_lossy(&output.stderr);
    let is_there = output.status.code() == Some(1) && told.contains(there);
    assert!(output.status.success() || is_there, "{}: polus {verb}: {output:?}", process.name);
    assert_eq!(version(process), index, "{}: after polus {verb}: {output:?}", process.name);
    process.expect_version(index);
}
