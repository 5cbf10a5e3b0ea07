//! Live cases: every folder below testdata/live is a program that runs (old.c), a
//! patch or several (patch.c, patch2.c … by hand, or new.c, new2.c … from which
//! polusc makes them; of several files: folders old and new), and a session that drives both. See `session.rs` for its language.
//! Every case answers before, has changed, answers after, and exits cleanly.

mod case;
mod faults;
mod session;
mod tree;
mod victim;

use case::Case;
use libtest_mimic::{Arguments, Trial};

fn main() {
    let mut trials = Vec::new();
    for case in case::all() {
        if case.settings.faults {
            trials.extend(faults::trials(&case));
        }
        trials.extend(case.settings.proves.clone().into_iter().map(|rule| negative(&case, rule)));
        trials.push(trial(case));
    }
    assert!(!trials.is_empty(), "no live cases found");
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn negative(case: &Case, rule: String) -> Trial {
    let case = case.clone();
    let name = format!("{}-without-{rule}", case.name);
    Trial::test(name, move || session::fails_without(&case, &rule).map_err(Into::into))
}

fn trial(case: Case) -> Trial {
    let name = case.name.clone();
    Trial::test(name, move || session::run(&case).map_err(Into::into))
}
