//! The language of `session.txt`; one step a line:
//!
//! ```text
//! > text                          send a line to the program
//! < text                          wait for this line; {x} catches a number, or repeats one
//! !< text                         this line was not among those passed over
//! $ polus COMMAND => N ~ 'text'   run polus; it exits with N and says text (!~: does not)
//! $? polus COMMAND => N ~ 'text'  the same, again and again until it holds
//! & polus COMMAND                 start polus and go on
//! wait => N ~ 'text'              wait for the polus started last
//! kill                            kill it instead
//! interrupt                       press Ctrl-C for it
//! remember                        note the program's mappings, open files and own memory
//! unchanged                       they are as many as noted, and the memory hardly more
//! repeat N … end                  do the steps between N times
//! ! shell words                   run them in the program's folder
//! exit N                          close the program's input; it ends with N
//! ```
//!
//! `{patch}` is patch.so, `{patch2}` patch2.so, `{case}` the case's folder, `{polusc}` the
//! constructor, `{debug-file}` its option where the build needs it; -p with the program's number is
//! added where no process is named. Text after `#` at the start of a line is a remark.

use crate::build::Debug;
use crate::case::{self, Case, Result};
use crate::victim::{DEADLINE, Size, Victim};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A running session.
pub struct Session {
    /// Where the program and the patches are.
    pub folder: PathBuf,
    /// The program.
    pub victim: Victim,
    names: BTreeMap<String, String>,
    background: Option<Child>,
    size: Option<Size>,
    debug_file: bool,
    without: String,
}

/// Shows that a case fails without a rule: it can be built, but does not hold.
pub fn fails_without(case: &Case, rule: &str) -> Result<()> {
    let case = case.without(rule);
    let mut session = Session::start(&case)?;
    let text = text(&case)?;
    match session.steps(&steps(&text)?) {
        Ok(()) => Err(format!("the session holds without the rule {rule}")),
        Err(_) => Ok(()),
    }
}

/// Runs a case.
pub fn run(case: &Case) -> Result<()> {
    let text = text(case)?;
    Session::start(case)?.steps(&steps(&text)?)
}

/// Runs a case whose first patch is refused: the program goes on, and exits as ever.
pub fn run_refused(case: &Case, words: &str) -> Result<()> {
    let text = text(case)?;
    let steps = steps(&text)?;
    let commands = |line: &str| ["check", "apply"].iter().any(|verb| line.contains(&format!("polus {verb}")));
    let first = steps.iter().position(|(_, line)| commands(line)).ok_or("there is no apply")?;
    let mut session = Session::start(case)?;
    session.steps(&steps[..first])?;
    session.command(&format!("polus apply {{patch}} => 1 ~ '{words}'"))?;
    session.steps(&steps[steps.len() - 1..])
}

fn text(case: &Case) -> Result<String> {
    let path = case.folder.join("session.txt");
    fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The lines that are steps, with their numbers.
fn steps(text: &str) -> Result<Vec<(usize, &str)>> {
    let lines = text.lines().map(str::trim).enumerate();
    let steps: Vec<_> = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')).collect();
    if !steps.last().is_some_and(|(_, line)| line.starts_with("exit ")) {
        return Err("a session ends with `exit N`".to_string());
    }
    Ok(steps)
}

impl Session {
    /// Builds the case and starts its program.
    pub fn start(case: &Case) -> Result<Session> {
        let folder = case.build()?;
        let case_folder = case.folder.canonicalize().map_err(|error| error.to_string())?;
        let names = BTreeMap::from([
            ("case".to_string(), case_folder.display().to_string()),
            ("polusc".to_string(), case::polusc()?.display().to_string()),
        ]);
        let victim = Victim::start(&folder, case.settings.start.as_deref())?;
        let debug_file = case.build.debug == Debug::File;
        let without = case.without.clone().unwrap_or_default();
        Ok(Session { folder, victim, names, background: None, size: None, debug_file, without })
    }

    fn steps(&mut self, steps: &[(usize, &str)]) -> Result<()> {
        let mut at = 0;
        while let Some((number, line)) = steps.get(at) {
            if let Some(times) = line.strip_prefix("repeat ") {
                let length = steps[at..]
                    .iter()
                    .position(|(_, line)| *line == "end")
                    .ok_or("`repeat` without `end`")?;
                let times: u32 = times.parse().map_err(|_| format!("`{line}` is no number"))?;
                for _ in 0..times {
                    self.steps(&steps[at + 1..at + length])?;
                }
                at += length + 1;
                continue;
            }
            if let Err(error) = self.step(line) {
                let told = self.told();
                return Err(format!("session.txt:{}: {line}\n  {error}{told}", number + 1));
            }
            at += 1;
        }
        Ok(())
    }

    /// What the polus says that was started last, if it has ended.
    fn told(&mut self) -> String {
        let ended = self.background.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(Some(_))));
        let child = if ended { self.background.take() } else { None };
        let output = child.and_then(|child| child.wait_with_output().ok());
        output.map_or(String::new(), |output| {
            format!(
                "\n  the polus started last: {}: {}",
                output.status,
                String::from_utf8_lossy(&output.stderr)
            )
        })
    }

    fn step(&mut self, line: &str) -> Result<()> {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb {
            ">" => self.victim.send(&self.expand(rest)),
            "<" => self.expect(rest),
            "!<" => self.victim.reject(&self.expand(rest)),
            "$" => self.command(rest),
            "$?" => self.eventually(rest),
            "&" => self.start_command(rest),
            "wait" => self.wait(rest),
            "!" => self.shell(rest),
            "kill" => self.kill(),
            "interrupt" => self.interrupt(),
            "remember" => {
                self.size = Some(self.victim.size()?);
                Ok(())
            }
            "unchanged" => self.unchanged(),
            "exit" => self.victim.finish(rest.parse().map_err(|_| "no exit status")?),
            _ => Err("unknown step".to_string()),
        }
    }

    fn expect(&mut self, wanted: &str) -> Result<()> {
        let wanted = self.expand(wanted);
        let Some((start, rest)) = wanted.split_once('{') else {
            return self.victim.expect(&wanted, &|line| line == wanted).map(drop);
        };
        let (name, end) = rest.split_once('}').ok_or("`{` without `}`")?;
        let number = |line: &str| -> Option<String> {
            let middle = line.strip_prefix(start)?.strip_suffix(end)?;
            middle.parse::<i64>().ok().map(|_| middle.to_string())
        };
        let line = self.victim.expect(&wanted, &|line| number(line).is_some())?;
        self.names.insert(name.to_string(), number(&line).unwrap_or_default());
        Ok(())
    }

    fn command(&mut self, text: &str) -> Result<()> {
        let wish = Wish::parse(&self.expand(text))?;
        let output = self.polus(&wish.command)?.output().map_err(|error| error.to_string())?;
        wish.check(&output)
    }

    fn shell(&self, words: &str) -> Result<()> {
        let words = self.expand(words);
        case::run(Command::new("timeout").args(["20", "sh", "-c", &words]).current_dir(&self.folder))
    }

    fn eventually(&mut self, text: &str) -> Result<()> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            match self.command(text) {
                Err(error) if Instant::now() > deadline => return Err(error),
                Err(_) => std::thread::sleep(Duration::from_millis(5)),
                Ok(()) => return Ok(()),
            }
        }
    }

    fn start_command(&mut self, text: &str) -> Result<()> {
        let mut command = self.polus(&self.expand(text))?;
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        self.background = Some(child.map_err(|error| error.to_string())?);
        Ok(())
    }

    fn wait(&mut self, text: &str) -> Result<()> {
        let wish = Wish::parse(&self.expand(text))?;
        let child = self.background.take().ok_or("no polus was started")?;
        wish.check(&child.wait_with_output().map_err(|error| error.to_string())?)
    }

    fn kill(&mut self) -> Result<()> {
        let mut child = self.background.take().ok_or("no polus was started")?;
        child.kill().map_err(|error| error.to_string())?;
        child.wait().map(drop).map_err(|error| error.to_string())
    }

    fn interrupt(&self) -> Result<()> {
        let child = self.background.as_ref().ok_or("no polus was started")?;
        kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).map_err(|error| error.to_string())
    }

    fn unchanged(&self) -> Result<()> {
        let (noted, now) = (self.size.ok_or("nothing was noted")?, self.victim.size()?);
        match noted.is_kept(now) {
            true => Ok(()),
            false => Err(format!("the process held {noted:?}, and holds {now:?}")),
        }
    }

    /// `polus` with the words of `text`, on the victim where no process is named.
    pub fn polus(&self, text: &str) -> Result<Command> {
        let mut words = text.split_whitespace();
        if words.next() != Some("polus") {
            return Err("only polus can be run".to_string());
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_polus"));
        command.args(words.clone()).current_dir(&self.folder).env("POLUS_WITHOUT", &self.without);
        let named = words.clone().any(|word| word == "-p" || word == "--exe");
        let verb = words.clone().next().unwrap_or("");
        let needs_process = ["apply", "rollback", "status", "check"].contains(&verb);
        let reads_symbols = ["apply", "check"].contains(&verb);
        if self.debug_file && reads_symbols && !words.any(|word| word == "--debug-file") {
            command.args(["--debug-file", "old.debug"]);
        }
        if needs_process && !named {
            command.args(["-p", &self.victim.pid().to_string()]);
        }
        Ok(command)
    }

    fn expand(&self, text: &str) -> String {
        let mut text = text.replace("{pid}", &self.victim.pid().to_string());
        for number in ["", "2", "3"] {
            text = text.replace(&format!("{{patch{number}}}"), &format!("patch{number}.so"));
        }
        let debug_file = if self.debug_file { "--debug-file old.debug" } else { "" };
        text = text.replace("{debug-file}", debug_file);
        self.names.iter().fold(text, |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }
}

/// What a command shall do.
struct Wish {
    command: String,
    exit: i32,
    said: Vec<String>,
    unsaid: Vec<String>,
}

impl Wish {
    fn parse(text: &str) -> Result<Wish> {
        let (command, rest) = text.split_once("=>").ok_or("`=> N` is missing")?;
        let (exit, mut rest) = rest.trim().split_once(' ').unwrap_or((rest.trim(), ""));
        let exit = exit.parse().map_err(|_| format!("`{exit}` is no exit status"))?;
        let (mut said, mut unsaid) = (Vec::new(), Vec::new());
        while let Some((sign, quoted)) = rest.trim().split_once(" '") {
            let (words, after) = quoted.split_once('\'').ok_or("a quote is missing")?;
            match sign {
                "~" => said.push(words.to_string()),
                "!~" => unsaid.push(words.to_string()),
                _ => return Err(format!("`{sign}` is neither ~ nor !~")),
            }
            rest = after;
        }
        match rest.trim() {
            "" => Ok(Wish { command: command.trim().to_string(), exit, said, unsaid }),
            rest => Err(format!("what is `{rest}`?")),
        }
    }

    fn check(&self, output: &Output) -> Result<()> {
        let text =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if output.status.code() != Some(self.exit) {
            return Err(format!("{}, not {}: {text}", output.status, self.exit));
        }
        if let Some(words) = self.said.iter().find(|words| !text.contains(*words)) {
            return Err(format!("it does not say `{words}`: {text}"));
        }
        match self.unsaid.iter().find(|words| text.contains(*words)) {
            Some(words) => Err(format!("it says `{words}`: {text}")),
            None => Ok(()),
        }
    }
}
