//! A program under test: built, running, its lines, and what doors do to it.

use crate::case::folder;
use polus::apply::doors::{self, Doors, Inside, Watched};
use polus::apply::{Session, load};
use polus::error::Fault;
use polus::facts::program::Program;
use polus::facts::unwind::Unwinder;
use polus::tracee::Stopped;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

pub const DEADLINE: Duration = Duration::from_secs(20);

pub type Result<T> = std::result::Result<T, String>;

pub fn text(fault: Fault) -> String {
    fault.to_string()
}

/// Compiles `source` by `words`, compiler first.
pub fn build(source: &Path, words: &str, name: &str) -> Result<PathBuf> {
    let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join("doors").join(name);
    std::fs::create_dir_all(output.parent().unwrap_or(&output)).map_err(|error| error.to_string())?;
    let mut words = words.split_whitespace();
    let mut compiler = Command::new(words.next().ok_or("no compiler")?);
    compiler.args(words).args(["-g", "-pthread", "-Wall", "-I"]).arg(folder());
    compiler.arg("-I").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/include"));
    let done = compiler.arg(source).arg("-o").arg(&output).output().map_err(|error| error.to_string())?;
    match done.status.success() {
        true => Ok(output),
        false => Err(String::from_utf8_lossy(&done.stderr).into_owned()),
    }
}

/// A running program.
pub struct Target {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Target {
    pub fn start(program: &Path, arguments: &[&str]) -> Result<Target> {
        let mut command = Command::new(program);
        let command = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        let output = child.stdout.take().ok_or("no output")?;
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            let all = BufReader::new(output).lines().map_while(std::result::Result::ok);
            all.take_while(|line| sender.send(line.clone()).is_ok()).for_each(drop);
        });
        let input = child.stdin.take();
        Ok(Target { child, input, lines })
    }

    pub fn pid(&self) -> i32 {
        self.child.id() as i32
    }

    pub fn send(&mut self, line: &str) -> Result<()> {
        let input = self.input.as_mut().ok_or("its input is closed")?;
        writeln!(input, "{line}").and_then(|()| input.flush()).map_err(|error| format!("{line}: {error}"))
    }

    pub fn line(&mut self) -> Result<String> {
        match self.lines.recv_timeout(DEADLINE) {
            Ok(line) => Ok(line),
            Err(_) => Err(format!("no more lines; its end: {:?}", self.child.try_wait())),
        }
    }

    pub fn expect(&mut self, wanted: &str) -> Result<()> {
        let found = self.line().map_err(|error| format!("`{wanted}`: {error}"))?;
        if found == wanted { Ok(()) } else { Err(format!("`{found}` came instead of `{wanted}`")) }
    }

    pub fn end(&mut self) -> Result<i32> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            match self.child.try_wait().map_err(|error| error.to_string())? {
                Some(status) => return status.code().ok_or_else(|| format!("it ended: {status}")),
                None if Instant::now() > deadline => return Err("it does not end".to_string()),
                None => std::thread::sleep(Duration::from_millis(1)),
            }
        }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Opens the process, with the runtime in it.
pub fn open(pid: i32) -> Result<Session> {
    let mut session = Session::take(pid).map_err(text)?;
    load::load_runtime(&mut session).map_err(text)?;
    Ok(session)
}

/// Functions by name as what is to be watched.
pub fn watched(session: &Session, names: &[String], calls: &[String]) -> Result<Vec<Watched>> {
    let program = session.program(None).map_err(text)?;
    let bias = session.executable().map_err(text)?.bias;
    let leaving = || program.variable("leaving", "", "").map(|found| found + bias);
    let watch = |name: &String| {
        let ranges = ranges(&program, bias, name)?;
        let calls = calls.contains(name);
        let leaving = if calls { leaving().map_err(text)? } else { 0 };
        Ok(Watched { ranges, leaving, calls })
    };
    names.iter().map(watch).collect()
}

fn ranges(program: &Program, bias: u64, name: &str) -> Result<Vec<(u64, u64)>> {
    let entry = program.function(name, "").map_err(text)?;
    let extents = program.extents(name, "", entry).map_err(text)?;
    Ok(extents.into_iter().map(|(start, end)| (start + bias, end + bias)).collect())
}

/// Stops, walks, plants, and walks again: the true stacks must be as before.
pub fn plant(session: &Session, doors: &Doors<'_>, watched: &[Watched]) -> Result<Vec<Inside>> {
    let mut unwinder = Unwinder::new(&session.images, &session.memory);
    let stopped = Stopped::all(session.pid()).map_err(text)?;
    let before = doors::walk(&stopped.threads, &mut unwinder);
    let inside = doors.plant(&before, watched).map_err(text)?;
    let after = doors::walk(&stopped.threads, &mut unwinder);
    drop(stopped);
    for (before, after) in before.iter().zip(&after) {
        let stub = |frame: &&polus::facts::unwind::Frame| !doors.is_stub(frame.pc);
        let pcs = |stack: &polus::facts::unwind::Stack| {
            stack.frames.iter().filter(stub).map(|frame| (frame.pc, frame.sp)).collect::<Vec<_>>()
        };
        if before.stack.complete != after.stack.complete || pcs(&before.stack) != pcs(&after.stack) {
            return Err(format!("thread {}: {:x?} became {:x?}", before.tid, before.stack, after.stack));
        }
    }
    Ok(inside)
}
