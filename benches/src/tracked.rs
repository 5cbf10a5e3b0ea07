//! What it costs that old and new code stay coherent: a write to a tracked global by number of
//! threads, and a server's turns meanwhile.

use crate::figures::{spread, table};
use crate::program;
use crate::victim::{Build, Victim};
use std::process::Command;

/// Waiting threads beside the main one and the one in the old function, or none of the two.
const SIZES: [usize; 3] = [0, 8, 98];
/// Fresh processes for each.
const PROCESSES: usize = 3;
/// Samples in each, and what is asked for in one.
const SAMPLES: usize = 7;
const WRITES: &str = "writes 200";
const KERNEL_WRITES: &str = "kernel 50";
const PLAIN_WRITES: &str = "writes 1000000";
const TURNS: &str = "turns 400";
const READS: &str = "reads 4000";

#[derive(Default)]
struct Samples {
    plain: Vec<f64>,
    tracked: Vec<f64>,
    kernel: Vec<f64>,
    turns: [Vec<f64>; 2],
    reads: [Vec<f64>; 2],
}

/// Measures and prints.
pub fn run() {
    let old = include_str!("../victim/tracked.c");
    let new = old.replace("static char received[16];", "static char received[32];").replace(
        "struct totals { volatile int count; int longest; };",
        "struct totals { long most; volatile long count; int longest; };",
    );
    let build = Build::of(old, &new);
    println!(
        "Tracked: a write, µs; turns of new code that write once, or read, each against the same before the update.\n"
    );
    let rows: Vec<Vec<String>> = SIZES.iter().map(|waiting| size(&build, *waiting)).collect();
    let head = [
        "threads",
        "plain write, ns",
        "tracked write, µs",
        "by read(2), µs",
        "turn, µs",
        "tracked turn, µs",
        "reading turn, ratio",
    ];
    table(&head, &rows);
}

fn size(build: &Build, waiting: usize) -> Vec<String> {
    let mut samples = Samples::default();
    for _ in 0..PROCESSES {
        let mut victim = build.start(&[&waiting.to_string()]);
        let mut take = |victim: &mut Victim, tracked: usize| {
            for _ in 0..SAMPLES {
                samples.turns[tracked].push(victim.ask(TURNS) / 1e3);
                samples.reads[tracked].push(victim.ask(READS) / 1e3);
                match tracked {
                    0 => samples.plain.push(victim.ask(PLAIN_WRITES)),
                    _ => {
                        samples.tracked.push(victim.ask(WRITES) / 1e3);
                        samples.kernel.push(victim.ask(KERNEL_WRITES) / 1e3);
                    }
                }
            }
        };
        take(&mut victim, 0);
        keep(build, &victim);
        take(&mut victim, 1);
    }
    let cell = |samples: &Vec<f64>| spread(samples).to_string();
    let [reads, tracked_reads] = samples.reads.map(|samples| spread(&samples).median);
    let [turns, tracked_turns] = samples.turns.map(|samples| cell(&samples));
    let (plain, tracked, kernel) = (cell(&samples.plain), cell(&samples.tracked), cell(&samples.kernel));
    let ratio = format!("{:.2}", tracked_reads / reads);
    vec![(waiting + 2).to_string(), plain, tracked, kernel, turns, tracked_turns, ratio]
}

/// Applies the patch; the process in the background goes on tracking.
fn keep(build: &Build, victim: &Victim) {
    let pid = victim.pid();
    let status = Command::new(program("polus"))
        .args(["-q", "apply", "-p", &pid, "--timeout", "0.1", "--on-timeout", "keep"])
        .arg(build.patch())
        .status();
    assert!(status.is_ok_and(|status| status.code() == Some(5)), "the update is kept");
}
