//! Doors in running programs: threads leave old functions in every way that there is,
//! and unwinders pass. A case is a program below `programs/`; see `case.rs`.

mod case;
mod stress;
mod target;

use case::{Case, Step};
use libtest_mimic::{Arguments, Trial};
use polus::apply::Session;
use polus::apply::doors::{self, Doors};
use polus::facts::unwind::Unwinder;
use polus::tracee::Stopped;
use std::process::Command;
use target::{Result, Target, text};

fn main() {
    if stress::is_asked() {
        stress::for_ever();
    }
    let mut trials = vec![
        Trial::test("debugger", || debugger().map_err(Into::into)),
        Trial::test("stress", || stress::run().map_err(Into::into)),
        Trial::test("killed", || stress::killed().map_err(Into::into)),
    ];
    for case in case::all() {
        for number in 0..case.builds.len() {
            let (case, name) = (case.clone(), format!("{}-{number}", case.name()));
            trials.push(Trial::test(name, move || run(&case, number).map_err(Into::into)));
        }
    }
    assert!(!trials.is_empty(), "no programs found");
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn run(case: &Case, number: usize) -> Result<()> {
    let program = target::build(&case.source, &case.builds[number], &format!("{}-{number}", case.name()))?;
    let mut target = Target::start(&program, &[])?;
    target.expect("ready")?;
    let session = target::open(target.pid())?;
    let doors = Doors::open(&session).map_err(text)?;
    let watched = target::watched(&session, &case.watch, &case.calls)?;
    let inside = target::plant(&session, &doors, &watched)?;
    let planted = inside.iter().filter(|inside| inside.door.is_some()).count();
    if (planted, inside.len()) != (case.doors, case.inside) {
        return Err(format!("{inside:?}, not {} doors for {} inside", case.doors, case.inside));
    }
    target.send("go")?;
    for step in &case.steps {
        match step {
            Step::Expect(line) => target.expect(line)?,
            Step::Remove { kept } => {
                remove(&session, &doors, *kept)?;
                target.send("on")?;
            }
        }
    }
    if !case.ends {
        target.expect("done")?;
        look(case, &session, &doors)?;
        target.send("end")?;
    }
    match target.end()? {
        exit if exit == case.exit => Ok(()),
        exit => Err(format!("it ended with {exit}")),
    }
}

fn remove(session: &Session, doors: &Doors<'_>, kept: usize) -> Result<()> {
    let mut unwinder = Unwinder::new(&session.images, &session.memory);
    let stopped = Stopped::all(session.pid()).map_err(text)?;
    let walked = doors::walk(&stopped.threads, &mut unwinder);
    let found = doors.remove(&walked, &|_| true).map_err(text)?;
    if found.len() == kept { Ok(()) } else { Err(format!("{found:x?} stay, not {kept}")) }
}

/// gdb shows the whole stack of a thread with a door, if it gets the runtime's file:
/// it reads rows out of files only, and the runtime was loaded from memory.
fn debugger() -> Result<()> {
    let program = target::build(&case::folder().join("plain.c"), "gcc -O2", "debugger")?;
    let mut target = Target::start(&program, &[])?;
    target.expect("ready")?;
    let session = target::open(target.pid())?;
    let doors = Doors::open(&session).map_err(text)?;
    let names = ["serve".to_string()];
    target::plant(&session, &doors, &target::watched(&session, &names, &[])?)?;
    let file = program.with_extension("so");
    std::fs::write(&file, polus_runtime::LIBRARY).map_err(|error| error.to_string())?;
    let runtime = session.images.iter().find(|image| image.path.contains("polus-runtime"));
    let bias = runtime.ok_or("no runtime")?.bias;
    let add = format!("add-symbol-file {} -o {bias:#x}", file.display());
    let mut gdb = Command::new("gdb");
    gdb.args(["-nx", "-batch", "-p", &target.pid().to_string(), "-ex", &add, "-ex", "bt"]);
    let output = gdb.output().map_err(|error| format!("gdb: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = text.lines().filter(|line| line.starts_with('#'));
    let mut missing = ["serve (", "caller (", "main ("].into_iter();
    match missing.find(|name| !lines.any(|line| line.contains(name))) {
        Some(name) => Err(format!("no `{name}` in {text}")),
        None => Ok(()),
    }
}

/// All doors are free again after this, by one way or the other.
fn look(case: &Case, session: &Session, doors: &Doors<'_>) -> Result<()> {
    let left = doors.left().map_err(text)?;
    let mut unwinder = Unwinder::new(&session.images, &session.memory);
    let stopped = Stopped::all(session.pid()).map_err(text)?;
    let walked = doors::walk(&stopped.threads, &mut unwinder);
    let settled = doors.settle(&walked, &[]).map_err(text)?;
    let kept = doors.remove(&walked, &|_| true).map_err(text)?;
    let after = doors.settle(&walked, &[]).map_err(text)?;
    drop(stopped);
    let lost = settled.lost.len() + settled.hidden.len();
    if (left.len(), settled.left.len(), lost) != (case.left, case.left, case.lost) {
        return Err(format!("left {left:x?}; {settled:x?}"));
    }
    let rest = [kept, after.left, after.inside, after.hidden].concat();
    if rest.is_empty() && settled.inside.is_empty() { Ok(()) } else { Err(format!("{rest:x?} stay")) }
}
