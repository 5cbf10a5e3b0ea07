//! `polus apply` and `polus rollback` by number of threads: the whole command, the pause that
//! polus tells, and the largest gap that a spinning thread saw.

use crate::figures::{spread, table};
use crate::victim::{Build, Outcome, Victim};
use std::time::{Duration, Instant};

/// Waiting threads beside the main and the spinning one, and fresh processes measured.
const SIZES: [(usize, usize); 3] = [(0, 12), (50, 12), (400, 6)];
/// How long the gap without an update is looked at: as long as an update takes.
const QUIET: Duration = Duration::from_millis(20);

#[derive(Default)]
struct Samples {
    wall: Vec<f64>,
    paused: Vec<f64>,
    gap: Vec<f64>,
}

impl Samples {
    fn add(&mut self, outcome: Outcome, gap: f64) {
        self.wall.push(outcome.wall.as_secs_f64() * 1e3);
        self.paused.push(outcome.paused.as_secs_f64() * 1e3);
        self.gap.push(gap / 1e6);
    }

    fn row(&self, command: &str, threads: usize) -> Vec<String> {
        let cell = |samples: &Vec<f64>| spread(samples).to_string();
        vec![threads.to_string(), command.into(), cell(&self.wall), cell(&self.paused), cell(&self.gap)]
    }
}

/// Measures and prints.
pub fn run(build: &Build) {
    println!("Updates, ms: median (least–most). `apply again` finds the patch loaded.\n");
    let rows = SIZES.iter().flat_map(|(waiting, rounds)| size(build, *waiting, *rounds));
    let rows: Vec<Vec<String>> = rows.collect();
    table(&["threads", "command", "whole command", "stopped", "largest gap"], &rows);
}

fn size(build: &Build, waiting: usize, rounds: usize) -> Vec<Vec<String>> {
    let (mut apply, mut rollback, mut again) = (Samples::default(), Samples::default(), Samples::default());
    let mut quiet = vec![];
    for _ in 0..rounds {
        let mut victim = build.start(&[&waiting.to_string(), "spin"]);
        quiet.push(without(&mut victim) / 1e6);
        measure(&mut victim, &mut apply, 2.0, |victim| victim.polus("apply", Some(&build.patch())));
        measure(&mut victim, &mut rollback, 1.0, |victim| victim.polus("rollback", None));
        measure(&mut victim, &mut again, 2.0, |victim| victim.polus("apply", Some(&build.patch())));
    }
    let threads = waiting + 2;
    let none =
        vec![threads.to_string(), "(none)".into(), String::new(), String::new(), spread(&quiet).to_string()];
    vec![
        none,
        apply.row("apply", threads),
        rollback.row("rollback", threads),
        again.row("apply again", threads),
    ]
}

fn measure(victim: &mut Victim, samples: &mut Samples, answer: f64, command: impl Fn(&Victim) -> Outcome) {
    victim.ask("gap");
    let outcome = command(victim);
    let gap = victim.ask("gap");
    assert_eq!(victim.ask("answer"), answer, "the version that answers");
    samples.add(outcome, gap);
}

/// The largest gap while nothing happens.
fn without(victim: &mut Victim) -> f64 {
    victim.ask("gap");
    let until = Instant::now() + QUIET;
    while Instant::now() < until {
        std::thread::yield_now();
    }
    victim.ask("gap")
}
