//! The same while polus is killed at any instant: the program must live, and every `polus` that
//! comes next must succeed.

use super::chance::Chance;
use super::process::Process;
use super::rounds::Done;
use super::{Build, Plan};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Deaths of injectors with one process.
const MOST_ROUNDS: u64 = 20;
/// How long the other version's functions may be active.
const DEADLINE: Duration = Duration::from_secs(20);
/// What a command takes that waits for nobody, roughly.
const SHORT: Duration = Duration::from_millis(20);

/// Which of polus's two processes is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Killed {
    /// The one that was started, and waits for the other.
    Waiting,
    /// The one that does the work; the other takes over. The write that was just being carried over
    /// may be seen by one side alone until then.
    Worker,
    /// Both. Until the next polus comes, nobody keeps instances coherent.
    Both,
}

/// Kills commands until the time is over; what they began comes to a good end all the same.
///
/// # Panics
/// Something is as it must not be.
pub fn commands(build: &Build, plan: &Plan) -> Done {
    run(build, plan, Killed::Waiting)
}

/// Kills the processes that do the work until the time is over.
///
/// # Panics
/// The program dies, or a later polus fails.
pub fn workers(build: &Build, plan: &Plan) -> Done {
    run(build, plan, Killed::Worker)
}

/// Kills all of polus until the time is over.
///
/// # Panics
/// The program dies, or a later polus fails.
pub fn both(build: &Build, plan: &Plan) -> Done {
    run(build, plan, Killed::Both)
}

fn run(build: &Build, plan: &Plan, killed: Killed) -> Done {
    let (mut chance, mut done, end) = (Chance::new(plan.seed), Done::default(), plan.end());
    while Instant::now() < end {
        let mut process = Process::start(build, plan, &mut chance, killed != Killed::Waiting);
        for _ in 0..=chance.below(MOST_ROUNDS) {
            round(&mut process, &mut chance, &mut done, killed);
            if Instant::now() >= end || process.state().violations != 0 {
                break;
            }
        }
        done.end(process);
    }
    done
}

fn round(process: &mut Process, chance: &mut Chance, done: &mut Done, killed: Killed) {
    let verb = if version(process) == 0 { "apply" } else { "rollback" };
    let limit = [SHORT, longest(done)][chance.below(2) as usize];
    kill_in(process, verb, chance.time(limit), killed);
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
fn kill_in(process: &Process, verb: &str, after: Duration, killed: Killed) {
    let mut command = process.command(verb);
    let mut injector = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("polus runs");
    std::thread::sleep(after);
    // it may have ended by itself
    let worker = if killed == Killed::Waiting { None } else { child_of(injector.id()) };
    if killed != Killed::Worker {
        let _ = injector.kill();
    }
    let worker = worker.map(|worker| worker.to_string());
    let _ = worker.map(|worker| Command::new("kill").args(["-KILL", &worker]).status());
    injector.wait().expect("a child");
}

/// The one child of a process.
fn child_of(parent: u32) -> Option<u32> {
    std::fs::read_dir("/proc").ok()?.flatten().find_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        let of = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse();
        (of == Ok(parent)).then_some(pid)
    })
}

/// The version that the process is at, which is whole after this: what a status took over goes on
/// in the background until the other version's functions are left.
fn version(process: &Process) -> usize {
    let begin = Instant::now();
    loop {
        let told = process.succeeds("status");
        if told["updating"] == false {
            return told["version"].as_u64().expect("a version") as usize;
        }
        assert!(begin.elapsed() < DEADLINE, "{}: it does not terminate: {told}", process.name);
        std::thread::sleep(Duration::from_millis(2));
    }
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
