//! Torture: a threaded program whose threads check an invariant on every access is updated and
//! taken back again and again, with and without the death of the injector.

pub mod chance;
pub mod death;
pub mod process;
pub mod rounds;

use crate::{program, project};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How long.
    pub length: Duration,
    /// Percent of the time in which the program's threads rest together.
    pub rest: u32,
    /// The most threads that a program has.
    pub threads: u64,
    /// What chance begins with.
    pub seed: u64,
}

impl Plan {
    /// When it is over, if it begins now.
    pub fn end(&self) -> Instant {
        Instant::now() + self.length
    }
}

/// The programs, by their folders: globals whose types migrate, and objects whose type is extended.
pub const PROGRAMS: [&str; 2] = ["globals", "objects"];

/// A program and its patch, built from testdata/torture.
pub struct Build {
    folder: tempfile::TempDir,
}

impl Build {
    /// Builds one of [`PROGRAMS`].
    ///
    /// # Panics
    /// A compiler or polusc fails.
    pub fn new(name: &str) -> Build {
        let build = Build { folder: tempfile::tempdir().expect("a folder for the program") };
        let sources = project().join("testdata/torture");
        let own = ["old.c", "new.c", "torture.h"].map(|file| sources.join(name).join(file));
        for from in own.into_iter().chain(["base.h", "threads.h"].map(|file| sources.join(file))) {
            let to = build.file(&from.file_name().expect("a file").to_string_lossy());
            std::fs::copy(from, to).expect("readable, and writable");
        }
        let polusc = program("polusc").to_string_lossy().into_owned();
        build.run("gcc", &["-O2", "-g", "-pthread", "old.c", "-o", "torture"]);
        build.run(&polusc, &["old.c", "new.c", "--binary", "torture", "-o", "patch.c"]);
        build.run("gcc", &["-O2", "-fPIC", "-shared", "patch.c", "-o", "patch.so"]);
        build
    }

    fn run(&self, name: &str, arguments: &[&str]) {
        let output = Command::new(name).args(arguments).current_dir(self.folder.path()).output();
        let output = output.unwrap_or_else(|error| panic!("{name}: {error}"));
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name} {arguments:?}: {told}");
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program.
    pub fn program(&self) -> PathBuf {
        self.file("torture")
    }

    /// The patch.
    pub fn patch(&self) -> PathBuf {
        self.file("patch.so")
    }
}
