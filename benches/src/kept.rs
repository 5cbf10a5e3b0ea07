//! What updates leave in a process: mappings, files, memory of its own.

use crate::figures::table;
use crate::victim::{Build, Victim};

/// Rounds of apply and rollback.
const ROUNDS: usize = 200;

#[derive(Clone, Copy)]
struct Size {
    mappings: usize,
    files: usize,
    own_kib: u64,
}

/// Measures and prints.
pub fn run(build: &Build) {
    let victim = build.start(&["0"]);
    let none = size(&victim);
    victim.polus("apply", Some(&build.patch()));
    let applied = size(&victim);
    victim.polus("rollback", None);
    let back = size(&victim);
    for _ in 0..ROUNDS {
        victim.polus("apply", Some(&build.patch()));
        victim.polus("rollback", None);
    }
    println!("What a process holds.\n");
    let rows = [
        row("before", none),
        row("applied", applied),
        row("taken back", back),
        row(&format!("after {ROUNDS} rounds more"), size(&victim)),
    ];
    table(&["", "mappings", "files", "own memory, KiB"], &rows);
}

fn row(name: &str, size: Size) -> Vec<String> {
    vec![name.into(), size.mappings.to_string(), size.files.to_string(), size.own_kib.to_string()]
}

fn size(victim: &Victim) -> Size {
    let path = |name: &str| format!("/proc/{}/{name}", victim.pid());
    let text = |name: &str| std::fs::read_to_string(path(name)).expect("the victim lives");
    let rollup = text("smaps_rollup");
    let own = rollup.lines().find_map(|line| line.strip_prefix("Anonymous:")?.trim().strip_suffix(" kB"));
    Size {
        mappings: text("maps").lines().count(),
        files: std::fs::read_dir(path("fd")).expect("the victim lives").count(),
        own_kib: own.and_then(|number| number.parse().ok()).expect("a number of KiB"),
    }
}
