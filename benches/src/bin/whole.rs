//! Whole commands, as tables: updates by number of threads, a redirected call, what an update
//! costs while and after it, what it leaves, what a field in an extension record costs, and, where
//! POLUS_BENCH_TREES=old,new POLUS_BENCH_PROGRAM and POLUS_BENCH_BINARY name a captured pair,
//! construction against a build. An argument names one table: updates, redirected, steady, tracked,
//! kept, extended, construction.

use polus_benches::victim::Build;
use polus_benches::{extended, kept, named_trees, redirect, steady, tracked, update, versus_build};
use std::path::Path;

fn main() {
    let only = std::env::args().nth(1);
    let wants = |name: &str| only.as_deref().is_none_or(|only| only == name);
    let build = Build::new();
    if wants("updates") {
        update::run(&build);
    }
    if wants("redirected") {
        redirect::run(&build);
    }
    if wants("steady") {
        steady::run();
    }
    if wants("tracked") {
        tracked::run();
    }
    if wants("kept") {
        kept::run(&build);
    }
    if wants("extended") {
        extended::run();
    }
    if wants("construction") {
        construction();
    }
}

fn construction() {
    let Some((old, new)) = named_trees() else {
        println!("No pair of captured trees is named: POLUS_BENCH_TREES=old,new (see benches/whole.sh)");
        return;
    };
    let named = |key: &str| std::env::var(key).unwrap_or_else(|_| panic!("{key} names no value"));
    let (name, binary) = (named("POLUS_BENCH_PROGRAM"), named("POLUS_BENCH_BINARY"));
    polusc::text::big_stack(|| versus_build::run(&old, &new, &name, Path::new(&binary)));
}
