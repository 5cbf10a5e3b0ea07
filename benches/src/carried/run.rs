//! One run of polusc on a pair, with a deadline: what it wrote, what it told, and how long it took.

use serde_json::Value;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

/// What to run polusc on.
pub struct Pair<'a> {
    /// Capture or source of the version that runs.
    pub old: &'a Path,
    /// Capture or source of the version that is to run.
    pub new: &'a Path,
    /// Further words of the command line.
    pub options: &'a [String],
    /// Where the patch, the report and the refusals go.
    pub folder: &'a Path,
    /// After this polusc is stopped.
    pub deadline: Duration,
}

/// How polusc ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// A patch was written, and gcc takes it.
    Written,
    /// A patch was written, and gcc does not take it.
    Unreadable(String),
    /// Refused, with reasons.
    Refused,
    /// No difference.
    Unchanged,
    /// Anything that must not be: another status, a signal, the deadline, a refusal without a reason.
    Broken(String),
}

/// One message of polusc's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// `error` or `warning`.
    pub level: String,
    /// Its sentence.
    pub title: String,
    /// `FILE:LINE:COLUMN` of its first place, if it has one.
    pub place: Option<String>,
}

/// What a run gave.
pub struct Ran {
    /// How it ended.
    pub end: End,
    /// Its time.
    pub time: Duration,
    /// The report, if polusc came as far.
    pub report: Option<Value>,
    /// All messages, in order.
    pub told: Vec<Told>,
    /// The words of the command line, for people to repeat.
    pub command: String,
}

/// Runs polusc on the pair.
///
/// # Errors
/// polusc cannot be started, or the folder cannot be written.
pub fn run(polusc: &Path, pair: &Pair) -> Result<Ran, String> {
    let file = |name: &str| pair.folder.join(name);
    let (patch, report, refusals) = (file("patch.c"), file("report.json"), file("refusals.txt"));
    for stale in [&patch, &report, &file("polus.versions")] {
        let _ = std::fs::remove_file(stale);
    }
    let mut command = Command::new(polusc);
    command.args([pair.old, pair.new]).args(pair.options);
    command.arg("-o").arg(&patch).arg("--report").arg(&report);
    let words = shown(&command);
    let stderr = File::create(&refusals).map_err(|error| format!("{}: {error}", refusals.display()))?;
    command.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null()).stderr(stderr);
    let begin = Instant::now();
    let child = command.spawn().map_err(|error| format!("{}: {error}", polusc.display()))?;
    let status = wait(child, pair.deadline)?;
    let time = begin.elapsed();
    let text = std::fs::read(&refusals).map_err(|error| error.to_string())?;
    let told = messages(&String::from_utf8_lossy(&text));
    let report = std::fs::read(&report).ok().and_then(|text| serde_json::from_slice(&text).ok());
    let end = end(status, &told, &patch, pair)?;
    Ok(Ran { end, time, report, told, command: words })
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// `None`: it had to be stopped.
fn wait(mut child: Child, deadline: Duration) -> Result<Option<ExitStatus>, String> {
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Ok(Some(status));
        }
        if begin.elapsed() > deadline {
            child.kill().map_err(|error| error.to_string())?;
            child.wait().map_err(|error| error.to_string())?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn end(status: Option<ExitStatus>, told: &[Told], patch: &Path, pair: &Pair) -> Result<End, String> {
    let reasons = told.iter().filter(|message| message.level == "error").count();
    Ok(match status.map(|status| (status, status.code())) {
        None => End::Broken(format!("stopped after {} s", pair.deadline.as_secs())),
        Some((_, Some(0))) => compile(patch, &pair.folder.join("patch.so"))?,
        Some((_, Some(1))) if reasons > 0 => End::Refused,
        Some((_, Some(1))) => End::Broken("refused without a reason".into()),
        Some((_, Some(4))) => End::Unchanged,
        Some((status, _)) => End::Broken(status.to_string()),
    })
}

fn compile(patch: &Path, library: &PathBuf) -> Result<End, String> {
    let mut gcc = Command::new("gcc");
    gcc.args(["-O2", "-fPIC", "-shared", "-w"]).arg(patch).arg("-o").arg(library);
    let done = gcc.output().map_err(|error| format!("gcc: {error}"))?;
    let told = String::from_utf8_lossy(&done.stderr);
    let first = told.lines().find(|line| line.contains("error")).unwrap_or("gcc failed");
    Ok(if done.status.success() { End::Written } else { End::Unreadable(first.into()) })
}

/// The messages of a text that polusc wrote to its standard error.
fn messages(text: &str) -> Vec<Told> {
    let mut told: Vec<Told> = vec![];
    for line in text.lines() {
        let titled = line.split_once(": ").filter(|(level, _)| ["error", "warning"].contains(level));
        if let Some((level, title)) = titled {
            told.push(Told { level: level.into(), title: title.into(), place: None });
        } else if let (Some(place), Some(last)) = (line.trim_start().strip_prefix("--> "), told.last_mut()) {
            last.place.get_or_insert_with(|| place.trim().to_string());
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_their_first_place() {
        let text = "error: ses changes, and f uses it\n  --> a.c:3:4\n   |\n   ::: b.c:1:1\n  --> c.c:9:9\n\
                    warning: limit keeps its running value\nerror: no place\n  = help: restart\n";
        let told = messages(text);
        let places: Vec<Option<&str>> = told.iter().map(|told| told.place.as_deref()).collect();
        assert_eq!(places, [Some("a.c:3:4"), None, None]);
        assert_eq!(told[0].title, "ses changes, and f uses it");
        assert_eq!(told[1].level, "warning");
    }
}
