//! What an update costs when it is over: a process that was updated against one that was started
//! with the new version, in turns.

use crate::figures::{spread, table};
use crate::victim::Build;

/// Turns a sample: some hundredths of a second.
const WORK: &str = "work 200000";
/// Samples of each.
const ROUNDS: usize = 51;

/// Measures and prints.
pub fn run() {
    let old = include_str!("../victim/steady.c");
    let new = old
        .replace(
            "struct totals { int count; int longest; };",
            "struct totals { long most, count; int longest; };",
        )
        .replace("static int lengths[16];", "static long lengths[32];")
        .replace("length % 16", "length % 32");
    let build = Build::of(old, &new);
    let (mut updated, mut started) = (build.start(&[]), build.start_new(&[]));
    updated.polus("apply", Some(&build.patch()));
    let (mut after, mut fresh, mut ratio) = (vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        let (one, two) = (updated.ask(WORK), started.ask(WORK));
        after.push(one);
        fresh.push(two);
        ratio.push(one / two);
    }
    println!("Work on changed globals, ns of the processor a turn: median (least–most).\n");
    let (after, fresh, ratio) = (spread(&after), spread(&fresh), spread(&ratio));
    let least = format!("{:.3}", after.least / fresh.least);
    let row = vec![after.to_string(), fresh.to_string(), format!("{:.3}", ratio.median), least];
    table(&["updated", "started new", "median of ratios", "ratio of the least"], &[row]);
}
