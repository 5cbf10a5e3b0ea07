//! A call that a patch redirects against the same call before: nanoseconds a call, in one process.

use crate::figures::{spread, table};
use crate::victim::Build;

/// Calls a sample.
const CALLS: &str = "call 20000000";
/// Pairs of samples.
const ROUNDS: usize = 9;

/// Measures and prints.
pub fn run(build: &Build) {
    let mut victim = build.start(&["0"]);
    let (mut direct, mut redirected, mut ratio) = (vec![], vec![], vec![]);
    victim.ask(CALLS);
    for _ in 0..ROUNDS {
        let before = victim.ask(CALLS);
        victim.polus("apply", Some(&build.patch()));
        let after = victim.ask(CALLS);
        victim.polus("rollback", None);
        direct.push(before);
        redirected.push(after);
        ratio.push(after / before);
    }
    println!(
        "Calls of a function of two instructions, each waiting for the one before, ns a call: median (least–most).\n"
    );
    let row = |samples: &[f64]| spread(samples).to_string();
    table(&["direct", "redirected", "ratio"], &[vec![row(&direct), row(&redirected), row(&ratio)]]);
}
