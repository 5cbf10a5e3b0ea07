//! The program that is updated: built once, with the patch that changes `answer`.

use crate::program;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long an answer may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// Program and patch, built.
pub struct Build {
    folder: tempfile::TempDir,
}

impl Build {
    /// Builds both from benches/victim.
    ///
    /// # Panics
    /// A compiler or polusc fails.
    pub fn new() -> Build {
        let old = include_str!("../victim/old.c");
        Build::of(old, &old.replace("return question * 3 + 1;", "return question * 3 + 2;"))
    }

    /// Builds a program of one file in two versions, and the patch.
    ///
    /// # Panics
    /// A compiler or polusc fails.
    pub fn of(old: &str, new: &str) -> Build {
        let folder = tempfile::tempdir().expect("a folder for the victim");
        assert_ne!(old, new, "the versions differ");
        std::fs::write(folder.path().join("old.c"), old).expect("writable");
        std::fs::write(folder.path().join("new.c"), new).expect("writable");
        let build = Build { folder };
        build.run("gcc", &["-O2", "-g", "-pthread", "old.c", "-o", "victim"]);
        build.run("gcc", &["-O2", "-g", "-pthread", "new.c", "-o", "victim-new"]);
        let polusc = program("polusc").to_string_lossy().into_owned();
        build.run(&polusc, &["old.c", "new.c", "--binary", "victim", "-o", "patch.c"]);
        build.run("gcc", &["-O2", "-fPIC", "-shared", "patch.c", "-o", "patch.so"]);
        build
    }

    fn run(&self, name: &str, arguments: &[&str]) {
        let status = Command::new(name).args(arguments).current_dir(self.folder.path()).status();
        assert!(status.is_ok_and(|status| status.success()), "{name} {arguments:?} failed");
    }

    /// The patch.
    pub fn patch(&self) -> PathBuf {
        self.folder.path().join("patch.so")
    }

    /// Starts the program with these arguments, and waits until it is ready.
    pub fn start(&self, arguments: &[&str]) -> Victim {
        Victim::start(&self.folder.path().join("victim"), arguments)
    }

    /// Starts the new version.
    pub fn start_new(&self, arguments: &[&str]) -> Victim {
        Victim::start(&self.folder.path().join("victim-new"), arguments)
    }
}

impl Default for Build {
    fn default() -> Self {
        Build::new()
    }
}

/// The running program; it is ended when this is dropped.
pub struct Victim {
    child: Child,
    commands: ChildStdin,
    answers: Receiver<String>,
}

impl Victim {
    /// Starts a program that says `ready` when it is.
    ///
    /// # Panics
    /// It does not.
    pub fn start(path: &Path, arguments: &[&str]) -> Victim {
        let mut child = Command::new(path)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the victim starts");
        let commands = child.stdin.take().expect("a pipe");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let (said, answers) = channel();
        std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| said.send(line)));
        let victim = Victim { child, commands, answers };
        assert_eq!(victim.line(), "ready");
        victim
    }

    fn line(&self) -> String {
        self.answers.recv_timeout(DEADLINE).expect("the victim answers in time")
    }

    /// Its number.
    pub fn pid(&self) -> String {
        self.child.id().to_string()
    }

    /// Sends a command, and reads the line that answers it.
    ///
    /// # Panics
    /// The program is gone, or hangs.
    pub fn say(&mut self, command: &str) -> String {
        writeln!(self.commands, "{command}").expect("the victim lives");
        self.line()
    }

    /// How it ended, within the deadline.
    ///
    /// # Panics
    /// It did not.
    pub fn ended(&mut self) -> ExitStatus {
        let begin = Instant::now();
        while begin.elapsed() < DEADLINE {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        panic!("the victim does not end");
    }

    /// Sends a command, and reads the number that answers it.
    ///
    /// # Panics
    /// The program is gone.
    pub fn ask(&mut self, command: &str) -> f64 {
        self.say(command).parse().unwrap_or_else(|_| panic!("the victim answers {command} with a number"))
    }

    /// Runs a command of polus on the program.
    ///
    /// # Panics
    /// It fails.
    pub fn polus(&self, command: &str, patch: Option<&Path>) -> Outcome {
        let pid = self.pid();
        let start = Instant::now();
        let output = Command::new(program("polus"))
            .args([command, "-p", &pid, "--json"])
            .args(patch)
            .output()
            .expect("polus runs");
        let wall = start.elapsed();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "polus {command}: {told}");
        let result: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let micros = |key: &str| Duration::from_micros(result[key].as_u64().expect("a time"));
        Outcome { wall, paused: micros("paused_us") }
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a command took.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// From its start to its end, process and all.
    pub wall: Duration,
    /// Longest time that the threads were stopped, as polus says.
    pub paused: Duration,
}
