//! Live cases: every folder below testdata/live is a program that runs (old.c), a
//! patch or several (patch.c, patch2.c … by hand, or new.c, new2.c … from which
//! polusc makes them; or folders old, new …), and a session that drives both. See `session.rs` for its language.
//! Every case answers before, has changed, answers after, and exits cleanly.
//! With POLUS_MATRIX set they run in other builds than the plain one; see `matrix.rs`.

mod build;
mod case;
mod faults;
mod matrix;
mod session;
mod tree;
mod victim;

use case::Case;
use libtest_mimic::{Arguments, Trial};
use std::time::Instant;

fn main() {
    let mut trials = Vec::new();
    for case in case::all() {
        trials.extend(matrix::trials(&case));
        if matrix::is_asked() {
            continue;
        }
        if case.settings.faults {
            trials.extend(faults::trials(&case));
        }
        trials.extend(case.settings.proves.clone().into_iter().map(|rule| negative(&case, rule)));
        trials.push(trial(case));
    }
    assert!(!trials.is_empty(), "no live cases found");
    let start = Instant::now();
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    if matrix::is_asked() {
        matrix::print_table(start.elapsed());
    }
    conclusion.exit();
}

fn negative(case: &Case, rule: String) -> Trial {
    let case = case.clone();
    let name = format!("{}-without-{rule}", case.name);
    Trial::test(name, move || session::fails_without(&case, &rule).map_err(Into::into))
}

fn trial(case: Case) -> Trial {
    let (name, ignored) = (case.name.clone(), case.is_impossible());
    Trial::test(name, move || session::run(&case).map_err(Into::into)).with_ignored_flag(ignored)
}
