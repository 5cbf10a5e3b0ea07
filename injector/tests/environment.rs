//! Processes that may not or cannot be changed, and who says so.

use nix::sys::ptrace::{self, Options};
use nix::unistd::Pid;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("environment");
    fs::create_dir_all(&folder).expect("cargo's folder for tests is writable");
    folder
}

fn gcc(arguments: &[&str], source: &str, output: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let output = folder().join(output);
    let mut gcc = Command::new("gcc");
    gcc.args(["-O2", "-g", "-pthread", "-I"]).arg(root.join("runtime/include")).args(arguments);
    let done =
        gcc.arg(root.join("testdata/live/simple-function").join(source)).arg("-o").arg(&output).output();
    let done = done.expect("gcc is needed");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    output
}

/// A program that runs until it is dropped, and its patch.
struct Running {
    child: Child,
    patch: PathBuf,
}

impl Running {
    fn start(name: &str) -> Running {
        let program = gcc(&[], "old.c", name);
        let patch = gcc(&["-fPIC", "-shared"], "patch.c", &format!("{name}.so"));
        let mut child = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program was just built");
        let mut line = String::new();
        let output = child.stdout.as_mut().expect("its output is a pipe");
        BufReader::new(output).read_line(&mut line).expect("it says that it is ready");
        Running { child, patch }
    }

    fn pid(&self) -> i32 {
        self.child.id() as i32
    }

    fn polus(&self, arguments: &[&str]) -> Command {
        let mut polus = Command::new(env!("CARGO_BIN_EXE_polus"));
        polus.args(arguments).arg(&self.patch);
        polus
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[track_caller]
fn says(command: &mut Command, exit: i32, words: &str) {
    let output = command.output().expect("polus was just built");
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(exit), "{text}");
    assert!(text.contains(words), "`{words}` is not in: {text}");
}

#[test]
fn a_process_under_a_debugger() {
    let running = Running::start("traced");
    let pid = running.pid().to_string();
    ptrace::seize(Pid::from_raw(running.pid()), Options::empty()).expect("a child may be traced");
    says(&mut running.polus(&["apply", "-p", &pid]), 3, "is traced already, by process");
    says(&mut running.polus(&["check", "-p", &pid]), 3, "is traced already, by process");
}

#[test]
fn a_process_of_another_user() {
    let running = Running::start("foreign");
    let pid = running.pid().to_string();
    // where others may not enter the folder of this build, they need a copy
    let copy = std::env::temp_dir().join(format!("polus-{pid}"));
    let patch = std::env::temp_dir().join(format!("polus-{pid}.so"));
    fs::copy(env!("CARGO_BIN_EXE_polus"), &copy)
        .and_then(|_| fs::copy(&running.patch, &patch))
        .expect("copies");
    let mut polus = Command::new(&copy);
    polus.args(["apply", "-p", &pid]).arg(&patch).uid(65534).gid(65534).current_dir("/");
    says(&mut polus, 3, "no right to trace it");
    fs::remove_file(copy).and_then(|()| fs::remove_file(patch)).expect("they were just made");
}

#[test]
fn a_zombie() {
    let mut running = Running::start("zombie");
    let pid = running.pid().to_string();
    drop(running.child.stdin.take());
    let stat = || fs::read_to_string(format!("/proc/{pid}/stat")).expect("nobody has waited for it");
    while !stat().contains(") Z ") {
        std::thread::yield_now();
    }
    says(&mut running.polus(&["apply", "-p", &pid]), 1, &format!("process {pid} (zombie) is a zombie"));
}

#[test]
fn a_thread_instead_of_a_process() {
    let running = Running::start("threads");
    let tasks = fs::read_dir(format!("/proc/{}/task", running.pid())).expect("it runs");
    let numbers = tasks.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let thread = numbers.filter(|number| *number != running.pid().to_string()).max().expect("it has threads");
    let hint = format!("use -p {}", running.pid());
    says(&mut running.polus(&["apply", "-p", &thread]), 3, &hint);
}

#[test]
fn man_page_and_completions() {
    let polus = || Command::new(env!("CARGO_BIN_EXE_polus"));
    says(polus().arg("man"), 0, ".TH polus 1");
    says(polus().args(["completions", "bash"]), 0, "complete -F _polus");
    says(polus().arg("--version"), 0, "polus ");
    says(polus().arg("--help"), 0, "Exit status");
    says(polus().args(["apply", "--timeout", "soon", "-p", "1", "x.so"]), 2, "no number of seconds");
}
