//! `make torture`: updates a program that checks itself, for as long as one likes.

use clap::Parser;
use polus_benches::figures::table;
use polus_benches::torture::rounds::Done;
use polus_benches::torture::{Build, PROGRAMS, Plan, death, rounds};
use std::time::Duration;

/// Update a program that checks itself, and take the updates back, again and again; then the same
/// while polus is killed at random: the process that was started, or the one that does the work
#[derive(Debug, Parser)]
struct Arguments {
    /// How long, each way
    #[arg(long, default_value = "60")]
    seconds: u64,
    /// Percent of the time in which no thread is in a function that holds changed variables
    #[arg(long, default_value = "25", value_parser = clap::value_parser!(u32).range(0..100))]
    rest: u32,
    /// The most threads of a program
    #[arg(long, default_value = "64", value_parser = clap::value_parser!(u64).range(1..))]
    threads: u64,
    /// What chance begins with
    #[arg(long, default_value = "1")]
    seed: u64,
    /// One program only: globals or objects
    #[arg(long, value_parser = PROGRAMS)]
    program: Option<String>,
    /// One way only: rounds, commands, workers or both
    #[arg(long)]
    only: Option<String>,
}

/// A way to torture.
type Way = fn(&Build, &Plan) -> Done;

fn main() {
    let arguments = Arguments::parse();
    let length = Duration::from_secs(arguments.seconds);
    let plan = Plan { length, rest: arguments.rest, threads: arguments.threads, seed: arguments.seed };
    let ways: [(&str, Way); 4] = [
        ("rounds", rounds::run),
        ("commands killed", death::commands),
        ("workers killed", death::workers),
        ("both killed", death::both),
    ];
    let asked = |name: &str| arguments.only.as_deref().is_none_or(|only| name.starts_with(only));
    let mut rows = vec![];
    for program in
        PROGRAMS.iter().filter(|name| arguments.program.as_deref().is_none_or(|only| only == **name))
    {
        let build = Build::new(program);
        let ways = ways.iter().filter(|(name, _)| asked(name));
        rows.extend(ways.map(|(name, run)| row(&format!("{program}, {name}"), &run(&build, &plan))));
    }
    println!(
        "Torture for {} s each, seed {}, {} % rest; ms.\n",
        arguments.seconds, arguments.seed, arguments.rest
    );
    let head = ["way", "programs", "updates", "kills", "accesses old", "new", "stayed", "drifted"];
    table(&[&head[..], &["command p50", "p99", "max", "stopped p50", "p99", "max"]].concat(), &rows);
}

fn row(name: &str, done: &Done) -> Vec<String> {
    let accesses = [done.accesses[0], done.accesses[1], done.stayed];
    let counts = [&[done.programs, done.updates, done.kills][..], &accesses, &[done.drifted]].concat();
    let times = done.took.iter().flat_map(|times| [50, 99, 100].map(|part| percentile(times, part)));
    std::iter::once(name.to_string()).chain(counts.iter().map(u64::to_string)).chain(times).collect()
}

fn percentile(times: &[f64], part: usize) -> String {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (sorted.len() * part).div_ceil(100);
    sorted.get(at.saturating_sub(1)).map_or(String::new(), |ms| format!("{ms:.1}"))
}
