//! Doors in running programs: threads leave old functions in every way that there is,
//! and unwinders pass. A case is a program below `programs/`; see `case.rs`.

mod case;
mod target;

use case::Case;
use libtest_mimic::{Arguments, Trial};
use polus::apply::doors::{self, Doors};
use polus::facts::unwind::Unwinder;
use polus::tracee::Stopped;
use target::{Result, Target, text};

fn main() {
    let mut trials = Vec::new();
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
    case.expect.iter().try_for_each(|line| target.expect(line))?;
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

/// All doors are free again after this, by one way or the other.
fn look(case: &Case, session: &polus::apply::Session, doors: &Doors<'_>) -> Result<()> {
    let left = doors.left().map_err(text)?;
    let mut unwinder = Unwinder::new(&session.images, &session.memory);
    let stopped = Stopped::all(session.pid()).map_err(text)?;
    let walked = doors::walk(&stopped, &mut unwinder);
    let settled = doors.settle(&walked).map_err(text)?;
    let kept = doors.remove(&walked, &|_| true).map_err(text)?;
    let after = doors.settle(&walked).map_err(text)?;
    drop(stopped);
    let lost = settled.lost.len() + settled.hidden.len();
    if (left.len(), settled.left.len(), lost) != (case.left, case.left, case.lost) {
        return Err(format!("left {left:x?}; {settled:x?}"));
    }
    let rest = [kept, after.left, after.inside, after.hidden].concat();
    if rest.is_empty() && settled.inside.is_empty() { Ok(()) } else { Err(format!("{rest:x?} stay")) }
}
