//! Failing and dying at every step of apply and rollback: the program goes on as
//! before, and the next polus succeeds. If the working process dies alone, the one that waits
//! for it brings everything to an end at once. The program answers `5` by `old: 5` and
//! `new: 5`-like lines that the case's `old` and `new` files hold.

use crate::case::{Case, Result};
use crate::session::Session;
use crate::victim::DEADLINE;
use libtest_mimic::Trial;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Deaths at instants that no step names.
const ROUNDS: u32 = 150;
const ROUND_STEP: Duration = Duration::from_micros(100);

/// Trials for a case: one fails, one dies at every step, one is killed at any time.
pub fn trials(case: &Case) -> Vec<Trial> {
    let trial = |variable: &'static str, case: Case| {
        Trial::test(case.name.clone(), move || walk(&case, variable).map_err(Into::into))
    };
    let killed = renamed(case, "killed");
    vec![
        Trial::test(killed.name.clone(), move || killed_at_random(&killed).map_err(Into::into)),
        trial("POLUS_FAIL_AT", renamed(case, "fails")),
        trial("POLUS_KILL_AT", renamed(case, "dies")),
        trial("POLUS_KILL_WORKER_AT", renamed(case, "replaced")),
    ]
}

fn renamed(case: &Case, name: &str) -> Case {
    Case { name: format!("{}-{name}", case.name), ..case.clone() }
}

/// What the program says to `5` in either version.
struct Answers {
    old: String,
    new: String,
}

fn answers(case: &Case) -> Result<Answers> {
    let read = |name: &str| {
        let text = fs::read_to_string(case.folder.join(name)).map_err(|error| format!("{name}: {error}"))?;
        Ok::<_, String>(text.trim().to_string())
    };
    Ok(Answers { old: read("old.txt")?, new: read("new.txt")? })
}

fn walk(case: &Case, variable: &str) -> Result<()> {
    let answers = answers(case)?;
    let steps = list_steps(case)?;
    if steps.len() < 10 {
        return Err(format!("too few steps: {steps:?}"));
    }
    // after a replacement the next polus finds nothing special
    let times = if variable == "POLUS_KILL_WORKER_AT" { &[false][..] } else { &[false, true] };
    for (command, step) in &steps {
        for &again in times {
            one(case, variable, command, step, &answers, again)
                .map_err(|error| format!("{variable}={step} in {command}: {error}"))?;
        }
    }
    Ok(())
}

/// All steps of an apply and a rollback, as (command, step).
fn list_steps(case: &Case) -> Result<Vec<(String, String)>> {
    let session = Session::start(case)?;
    let mut all = Vec::new();
    for command in ["apply", "rollback"] {
        let log = session.folder.join(format!("{command}.steps"));
        // a log of an earlier run may be there or not
        let _ = fs::remove_file(&log);
        polus(&session, command, &[("POLUS_STEPS", path(&log))], Some(0))?;
        let text = fs::read_to_string(&log).map_err(|error| error.to_string())?;
        let mut steps: Vec<(String, String)> = Vec::new();
        for step in text.lines().map(|line| (command.to_string(), line.to_string())) {
            if !steps.contains(&step) {
                steps.push(step);
            }
        }
        all.extend(steps);
    }
    Ok(all)
}

fn path(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn one(case: &Case, variable: &str, command: &str, step: &str, answers: &Answers, again: bool) -> Result<()> {
    let mut session = Session::start(case)?;
    let (before, after) = match command {
        "apply" => (&answers.old, &answers.new),
        _ => (&answers.new, &answers.old),
    };
    ask(&mut session, &answers.old)?;
    if command == "rollback" {
        polus(&session, "apply", &[], Some(0))?;
        ask(&mut session, before)?;
    }
    let dies = variable == "POLUS_KILL_AT";
    let exit = match variable {
        "POLUS_KILL_AT" => None,
        "POLUS_KILL_WORKER_AT" => Some(3),
        _ => Some(1),
    };
    polus(&session, command, &[(variable, step.to_string())], exit)?;
    match variable {
        "POLUS_KILL_AT" => ask_either(&mut session)?,
        "POLUS_KILL_WORKER_AT" => {}
        _ => ask(&mut session, before)?,
    }
    if dies && again {
        // the next polus need not be a status
        polus(&session, command, &[], Some(0))?;
        ask(&mut session, after)?;
        return session.victim.finish(0);
    }
    let text = polus(&session, "status", &[], Some(0))?;
    if text.contains("interrupted") && !dies {
        return Err(format!("a failure must leave nothing to repair: {text}"));
    }
    let reached = version(&session)?;
    let finished = (command == "apply") == (reached == 1);
    ask(&mut session, if finished { after } else { before })?;
    if !finished {
        polus(&session, command, &[], Some(0))?;
    }
    ask(&mut session, after)?;
    let back = if command == "apply" { "rollback" } else { "apply" };
    polus(&session, back, &[], Some(0))?;
    ask(&mut session, before)?;
    session.victim.finish(0)
}

fn ask(session: &mut Session, answer: &str) -> Result<()> {
    session.victim.send("5")?;
    session.victim.expect("any answer", &|line| line.contains(':')).and_then(|line| {
        if line == answer { Ok(()) } else { Err(format!("it says `{line}`, not `{answer}`")) }
    })
}

/// With some entries rewritten and some not, any mixture of versions may answer.
fn ask_either(session: &mut Session) -> Result<()> {
    session.victim.send("5")?;
    session.victim.expect("any answer", &|line| line.contains(':')).map(drop)
}

fn polus(
    session: &Session,
    command: &str,
    variables: &[(&str, String)],
    exit: Option<i32>,
) -> Result<String> {
    let patch = if command == "apply" { " patch.so" } else { "" };
    let mut polus: Command = session.polus(&format!("polus {command}{patch}"))?;
    let output = polus.envs(variables.iter().cloned()).output().map_err(|error| error.to_string())?;
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    match output.status.code() == exit {
        true => Ok(text),
        false => Err(format!("polus {command}: {}, not {exit:?}: {text}", output.status)),
    }
}

/// Kills polus after ever longer times, on one process that goes on: in turns the process that
/// works, the one that waits for it, and both.
fn killed_at_random(case: &Case) -> Result<()> {
    let answers = answers(case)?;
    let mut session = Session::start(case)?;
    ask(&mut session, &answers.old)?;
    for round in 0..ROUNDS {
        let command = if version(&session)? == 0 { "apply" } else { "rollback" };
        kill_after(&session, command, ROUND_STEP * round, Victims::of_round(round))?;
        ask_either(&mut session)?;
        let version = version(&session)?;
        ask(&mut session, if version == 0 { &answers.old } else { &answers.new }).map_err(|error| {
            format!("{command} killed in round {round}, then at version {version}: {error}")
        })?;
    }
    let last = if version(&session)? == 0 { "apply" } else { "rollback" };
    polus(&session, last, &[], Some(0))?;
    session.victim.finish(0)
}

/// Which of the two processes of a command are killed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Victims {
    Worker,
    Waiting,
    Both,
}

impl Victims {
    fn of_round(round: u32) -> Victims {
        [Victims::Worker, Victims::Waiting, Victims::Both][round as usize % 3]
    }
}

fn kill_after(session: &Session, command: &str, time: Duration, victims: Victims) -> Result<()> {
    let patch = if command == "apply" { " patch.so" } else { "" };
    let mut command = session.polus(&format!("polus {command}{patch}"))?;
    let mut child =
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(|error| error.to_string())?;
    std::thread::sleep(time);
    let worker = if victims == Victims::Waiting { None } else { child_of(child.id()) };
    if victims != Victims::Worker || worker.is_none() {
        child.kill().map_err(|error| error.to_string())?;
    }
    // it may have ended by itself
    worker.map(|worker| kill(Pid::from_raw(worker), Signal::SIGKILL));
    child.wait().map(drop).map_err(|error| error.to_string())
}

/// The one child of a process.
fn child_of(parent: u32) -> Option<i32> {
    fs::read_dir("/proc").ok()?.flatten().find_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        let of = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse();
        (of == Ok(parent)).then_some(pid)
    })
}

/// The version that status tells, once what it repaired or found under way has come to its end.
fn version(session: &Session) -> Result<u32> {
    let begin = Instant::now();
    loop {
        let text = polus(session, "status", &[], Some(0))?;
        if !text.contains("under way") && !text.contains("interrupted") {
            let version = text.split_once("version ").and_then(|(_, rest)| rest.get(..1)?.parse().ok());
            return version.ok_or_else(|| format!("no version in: {text}"));
        }
        if begin.elapsed() > DEADLINE {
            return Err(format!("it does not come to an end: {text}"));
        }
    }
}
