//! Extension records: each C program below `tests/records` is linked with the library and checks
//! itself.

use polus_runtime::LIBRARY;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Seconds until a program counts as hung.
const DEADLINE: &str = "120";

fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("records");
        fs::create_dir_all(&folder).expect("cargo's folder for tests is writable");
        fs::write(folder.join("polus-runtime.so"), LIBRARY).expect("cargo's folder for tests is writable");
        folder
    })
}

fn run(name: &str) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = folder().join(name);
    let built = Command::new("gcc")
        .args(["-O2", "-g", "-Wall", "-Wextra", "-pthread", "-I"])
        .arg(here.join("include"))
        .arg(here.join(format!("tests/records/{name}.c")))
        .arg(folder().join("polus-runtime.so"))
        .arg(format!("-Wl,-rpath,{}", folder().display()))
        .arg("-o")
        .arg(&program)
        .output()
        .expect("gcc is needed");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let ran = Command::new("timeout").arg(DEADLINE).arg(&program).output().expect("timeout is needed");
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{name}: {}: {said}", ran.status);
}

#[test]
fn records_belong_to_their_objects() {
    run("semantics");
}

#[test]
fn records_are_lock_free_between_threads_and_forks() {
    run("threads");
}

#[test]
fn a_signal_or_fork_may_come_in_the_middle() {
    run("stepped");
}

#[test]
fn objects_are_started_once_and_nobody_waits_for_ever() {
    run("starting");
}

#[test]
fn memory_is_bounded_and_may_run_out() {
    run("memory");
}
