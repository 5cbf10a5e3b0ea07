//! Doors planted and taken away at full speed, under an injector that is killed.

use crate::case::folder;
use crate::target::{self, DEADLINE, Result, Target, text};
use polus::apply::Session;
use polus::apply::doors::{self, Doors, Walked, Watched};
use polus::facts::unwind::Unwinder;
use polus::tracee::Stopped;
use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

/// The process that this one is to plant doors in until it is killed.
const ASKED: &str = "POLUS_DOORS_IN";
const ROUNDS: usize = 1000;
const KILLS: usize = 60;
/// Steps at which an injector is killed besides at random.
const STEPS: [&str; 3] = ["doors.plant", "doors.planted", "doors.restored"];

pub fn is_asked() -> bool {
    env::var_os(ASKED).is_some()
}

fn start(name: &str) -> Result<Target> {
    let program = target::build(&folder().join("busy.c"), "gcc -O2", name)?;
    let mut target = Target::start(&program, &[])?;
    target.expect("ready")?;
    Ok(target)
}

fn finish(mut target: Target) -> Result<()> {
    target.send("stop")?;
    target.expect("exact")?;
    target.send("end")?;
    match target.end()? {
        0 => Ok(()),
        exit => Err(format!("it ended with {exit}")),
    }
}

fn watched(session: &Session) -> Result<[Vec<Watched>; 2]> {
    let names = ["serve", "deeper", "leaf"].map(String::from);
    let marks = target::watched(session, &names, &[])?;
    let mut calls = marks.clone();
    calls[0] = target::watched(session, &names[..1], &names[..1])?.remove(0);
    Ok([marks, calls])
}

/// One round; returns the number of doors planted.
fn round(
    session: &Session,
    doors: &Doors<'_>,
    unwinder: &mut Unwinder<'_>,
    watched: &[Watched],
    remove: usize,
) -> Result<usize> {
    let stopped = Stopped::all(session.pid()).map_err(text)?;
    let walked = doors::walk(&stopped.threads, unwinder);
    let unknown = |thread: &&Walked| !thread.stack.complete;
    if let Some(thread) = walked.iter().find(unknown) {
        return Err(format!("thread {} has an unknown stack: {:x?}", thread.tid, thread.stack));
    }
    let settled = doors.settle(&walked, &[]).map_err(text)?;
    // nobody jumps or ends, so every door is gone through or held
    if !settled.lost.is_empty() && !is_asked() {
        return Err(format!("lost {:x?}", settled.lost));
    }
    // every so many rounds all, some, or none
    doors.remove(&walked, &|door| door.number % 3 < remove).map_err(text)?;
    let walked = doors::walk(&stopped.threads, unwinder);
    let inside = doors.plant(&walked, watched).map_err(text)?;
    Ok(inside.iter().filter(|inside| inside.door.is_some()).count())
}

pub fn run() -> Result<()> {
    let target = start("stress")?;
    let session = target::open(target.pid())?;
    let doors = Doors::open(&session).map_err(text)?;
    let mut unwinder = Unwinder::new(&session.images, &session.memory);
    let watched = watched(&session)?;
    let (mut planted, mut left) = (0, 0);
    for number in 0..ROUNDS {
        planted += round(&session, &doors, &mut unwinder, &watched[number % 2], number % 4)?;
        left += doors.left().map_err(text)?.len();
    }
    if planted < ROUNDS || left == 0 {
        return Err(format!("{planted} doors in {ROUNDS} rounds, {left} left"));
    }
    drop(session_end(&session, &doors, &mut unwinder)?);
    finish(target)
}

/// Takes all doors away; those somebody stands in just now are left to the target.
fn session_end(
    session: &Session,
    doors: &Doors<'_>,
    unwinder: &mut Unwinder<'_>,
) -> Result<Vec<doors::Door>> {
    let stopped = Stopped::all(session.pid()).map_err(text)?;
    let walked = doors::walk(&stopped.threads, unwinder);
    doors.remove(&walked, &|_| true).map_err(text)
}

/// Injectors are killed in the middle, ever another one goes on.
pub fn killed() -> Result<()> {
    let target = start("killed")?;
    drop(target::open(target.pid())?);
    for number in 0..KILLS {
        let mut injector = Command::new(env::current_exe().map_err(|error| error.to_string())?);
        injector.env(ASKED, target.pid().to_string()).stdout(Stdio::piped());
        let step = STEPS.get(number % 6);
        if let Some(step) = step {
            injector.env("POLUS_KILL_AT", step);
        }
        let mut injector = injector.spawn().map_err(|error| error.to_string())?;
        let output = injector.stdout.take().ok_or("no output")?;
        // every number of rounds once, and then in the middle of the next
        let rounds = if step.is_some() { usize::MAX } else { number };
        let deadline = Instant::now() + DEADLINE;
        let lines = BufReader::new(output).lines().map_while(std::result::Result::ok);
        let lines: Vec<String> = lines.take_while(|_| Instant::now() < deadline).take(rounds).collect();
        injector.kill().map_err(|error| error.to_string())?;
        let status = injector.wait().map_err(|error| error.to_string())?;
        if status.code().is_some() || lines.iter().any(|line| line != "round") {
            return Err(format!("injector {number} ended: {status}: {lines:?}"));
        }
    }
    finish(target)
}

/// Plants and takes away until it is killed.
pub fn for_ever() -> ! {
    let error = plant_for_ever().expect_err("it only ends by an error");
    println!("{error}");
    std::process::exit(1);
}

fn plant_for_ever() -> Result<std::convert::Infallible> {
    let pid = env::var(ASKED).unwrap_or_default().parse().map_err(|_| "no process".to_string())?;
    let session = target::open(pid)?;
    let doors = Doors::open(&session).map_err(text)?;
    let mut unwinder = Unwinder::new(&session.images, &session.memory);
    let watched = watched(&session)?;
    let mut number = 0;
    loop {
        round(&session, &doors, &mut unwinder, &watched[number % 2], number % 4)?;
        println!("round");
        number += 1;
    }
}
