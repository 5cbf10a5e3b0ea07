//! The program that is updated: its input, its output line by line, its end.

use crate::case::Result;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::collections::VecDeque;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// How long anything may take.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// A running program.
pub struct Victim {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    /// The last lines seen, for messages.
    seen: VecDeque<String>,
    /// Lines passed over since the last expectation was met.
    skipped: Vec<String>,
}

impl Victim {
    /// Starts the program in `folder`, by shell words of its own where there are some.
    pub fn start(folder: &Path, words: Option<&str>) -> Result<Victim> {
        let mut command = match words {
            Some(words) => shell(words),
            None => Command::new(folder.join("old")),
        };
        let mut child = command
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(|error| format!("{command:?}: {error}"))?;
        let output = child.stdout.take().ok_or("no output")?;
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            let all = BufReader::new(output).lines().map_while(std::result::Result::ok);
            all.take_while(|line| sender.send(line.clone()).is_ok()).for_each(drop);
        });
        let input = child.stdin.take();
        Ok(Victim { child, input, lines, seen: VecDeque::new(), skipped: Vec::new() })
    }

    /// Process number.
    pub fn pid(&self) -> i32 {
        self.child.id() as i32
    }

    /// Sends a line.
    pub fn send(&mut self, line: &str) -> Result<()> {
        let input = self.input.as_mut().ok_or("its input is closed")?;
        // One write: the process may end on the word before a newline of its own write arrives.
        input
            .write_all(format!("{line}\n").as_bytes())
            .and_then(|()| input.flush())
            .map_err(|error| format!("send `{line}`: {error}"))
    }

    /// Waits for a line that `matches`, passing over others.
    pub fn expect(&mut self, wanted: &str, matches: &dyn Fn(&str) -> bool) -> Result<String> {
        let deadline = Instant::now() + DEADLINE;
        self.skipped.clear();
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    self.note(&line);
                    if matches(&line) {
                        return Ok(line);
                    }
                    self.skipped.push(line);
                }
                Err(RecvTimeoutError::Timeout) => {
                    return Err(format!("no line `{wanted}` came; the last were {:?}", self.seen));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let end = self.end();
                    return Err(format!(
                        "its output ended before `{wanted}`; the last lines were {:?}; {end}",
                        self.seen
                    ));
                }
            }
        }
    }

    /// Fails if `line` was among the lines passed over by the last expectation.
    pub fn reject(&self, line: &str) -> Result<()> {
        match self.skipped.iter().any(|skipped| skipped == line) {
            true => Err(format!("the line `{line}` must not come")),
            false => Ok(()),
        }
    }

    fn note(&mut self, line: &str) {
        self.seen.push_back(line.to_string());
        if self.seen.len() > 8 {
            self.seen.pop_front();
        }
    }

    fn end(&mut self) -> String {
        match self.child.wait() {
            Ok(status) => format!("it ended: {status}"),
            Err(error) => error.to_string(),
        }
    }

    /// Closes its input and waits for its end.
    pub fn finish(&mut self, status: i32) -> Result<()> {
        self.input = None;
        let deadline = Instant::now() + DEADLINE;
        loop {
            match self.child.try_wait().map_err(|error| error.to_string())? {
                Some(found) if found.code() == Some(status) => return Ok(()),
                Some(found) => return Err(format!("it ended with {found}, not {status}")),
                None if Instant::now() > deadline => return Err("it does not end".to_string()),
                None => std::thread::sleep(Duration::from_millis(2)),
            }
        }
    }

    /// What it has mapped, opened and written to.
    pub fn size(&self) -> Result<Size> {
        let read = |name: &str| {
            fs::read_to_string(format!("/proc/{}/{name}", self.pid())).map_err(|error| error.to_string())
        };
        let files = fs::read_dir(format!("/proc/{}/fd", self.pid())).map_err(|error| error.to_string())?;
        let rollup = read("smaps_rollup")?;
        let own = rollup.lines().find_map(|line| line.strip_prefix("Anonymous:"));
        let own_kib = own.and_then(|rest| rest.trim().strip_suffix(" kB")?.parse().ok());
        Ok(Size {
            mappings: read("maps")?.lines().count(),
            files: files.count(),
            own_kib: own_kib.ok_or_else(|| format!("no count of its own memory: {rollup}"))?,
        })
    }
}

/// What a process holds.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    mappings: usize,
    files: usize,
    own_kib: u64,
}

impl Size {
    /// As many mappings and files, and hardly more memory: the program itself touches pages of
    /// stacks and of the heap now and then, an update each time would be seen.
    pub fn is_kept(self, now: Size) -> bool {
        const SLACK_KIB: u64 = 64;
        (self.mappings, self.files) == (now.mappings, now.files) && now.own_kib <= self.own_kib + SLACK_KIB
    }
}

/// The program takes the shell's place, and so has its number.
fn shell(words: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("exec {words}")]);
    command
}

impl Drop for Victim {
    fn drop(&mut self) {
        // it and its children may have ended by themselves
        let _ = killpg(Pid::from_raw(self.pid()), Signal::SIGKILL);
        let _ = self.child.wait();
    }
}
