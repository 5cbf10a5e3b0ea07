//! Every case in every build: which trials there are, what a refusal must say, and the
//! table of what came of them.

use crate::build::Build;
use crate::case::{self, Case, Result};
use crate::session;
use libtest_mimic::Trial;
use std::collections::BTreeMap;
use std::fs;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Names the builds that shall be tried: `all`, or words as in `case.toml`.
const VARIABLE: &str = "POLUS_MATRIX";
/// One case in so many is tried in one more build by default.
const SAMPLE: u32 = 3;

/// What is known before: words that name builds, and a text.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// Builds that polusc or polus refuses, and what it says.
    pub refuses: Vec<(String, String)>,
    /// Builds in which the case says nothing, and why.
    pub except: Vec<(String, String)>,
}

impl Expected {
    /// Reads `[matrix]` of a `case.toml`.
    pub fn parse(table: Option<&toml::Value>, path: &str) -> Expected {
        let Some(table) = table.and_then(toml::Value::as_table) else { return Expected::default() };
        let unknown = table.keys().find(|key| !["refuses", "except"].contains(&key.as_str()));
        assert!(unknown.is_none(), "{path}: unknown key matrix.{unknown:?}");
        let pairs = |key: &str| {
            let table = table.get(key).and_then(toml::Value::as_table).cloned().unwrap_or_default();
            let text = |value: toml::Value| value.as_str().map(str::to_string);
            let pair = |(words, value)| (words, text(value).unwrap_or_else(|| panic!("{path}: no text")));
            table.into_iter().map(pair).collect()
        };
        Expected { refuses: pairs("refuses"), except: pairs("except") }
    }
}

/// What came of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Held,
    Refused,
    Excepted,
    Failed,
}

static OUTCOMES: Mutex<Vec<(Build, Outcome, Duration)>> = Mutex::new(Vec::new());
static REASONS: Mutex<BTreeMap<(String, String), String>> = Mutex::new(BTreeMap::new());

/// Trials beyond the plain build: all that are asked for, else a small sample that
/// depends on nothing but the case's name.
pub fn trials(case: &Case) -> Vec<Trial> {
    let builds = Build::all(&case.settings);
    let asked: Vec<Build> = match std::env::var(VARIABLE) {
        Ok(words) => builds.into_iter().filter(|build| build.fits(&words)).collect(),
        Err(_) => sample(&case.name, &builds).into_iter().collect(),
    };
    asked.into_iter().filter_map(|build| trial(case, build)).collect()
}

/// Is more asked for than what always runs?
pub fn is_asked() -> bool {
    std::env::var(VARIABLE).is_ok()
}

fn sample(name: &str, builds: &[Build]) -> Option<Build> {
    let number = name.bytes().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    (number % SAMPLE == 0).then(|| builds.get((number / SAMPLE) as usize % builds.len())).flatten().copied()
}

fn trial(case: &Case, build: Build) -> Option<Trial> {
    let fits = |words: &str| {
        let others: Vec<&str> = words.split_whitespace().filter(|word| *word != case.name).collect();
        build.fits(&others.join(" "))
    };
    let text = |pairs: &[(String, String)]| pairs.iter().find(|(words, _)| fits(words)).cloned();
    if let Some((words, reason)) = text(&case.settings.expected.except) {
        note(build, Outcome::Excepted, Duration::ZERO);
        let mut reasons = REASONS.lock().expect("no trial panics with it");
        reasons.insert((case.name.clone(), words), reason);
        return None;
    }
    let refusal = text(&case.settings.expected.refuses).map(|(_, text)| text);
    let case = Case { name: format!("{}.{build}", case.name), build, ..case.clone() };
    let (name, ignored) = (case.name.clone(), case.is_impossible());
    let trial = Trial::test(name, move || hold(&case, refusal.as_deref()).map_err(Into::into));
    Some(trial.with_ignored_flag(ignored))
}

fn hold(case: &Case, refusal: Option<&str>) -> Result<()> {
    let start = Instant::now();
    let (result, good) = match refusal {
        None => (session::run(case), Outcome::Held),
        Some(text) => (refuse(case, text), Outcome::Refused),
    };
    note(case.build, if result.is_ok() { good } else { Outcome::Failed }, start.elapsed());
    if result.is_ok() {
        // thousands of folders would be left; one that is still in use is no failure
        let _ = fs::remove_dir_all(case.output());
    }
    result
}

/// polusc or the session's first apply ends with 1 and says `text`.
fn refuse(case: &Case, text: &str) -> Result<()> {
    match case.build() {
        Ok(_) => session::run_refused(case, text),
        Err(error) if error.contains(case::REFUSED) && error.contains(text) => Ok(()),
        Err(error) => Err(format!("it does not say `{text}`: {error}")),
    }
}

fn note(build: Build, outcome: Outcome, time: Duration) {
    OUTCOMES.lock().expect("no trial panics with it").push((build, outcome, time));
}

/// The table, a row for each compiler; then why some builds were left out.
pub fn print_table(time: Duration) {
    let outcomes = OUTCOMES.lock().expect("all trials have ended");
    let mut compilers: Vec<&str> = Vec::new();
    for (build, ..) in outcomes.iter() {
        if !compilers.contains(&build.compiler()) {
            compilers.push(build.compiler());
        }
    }
    println!("| build | combinations | held | refused as said | left out | failed | seconds of trials |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for compiler in compilers {
        row(compiler, outcomes.iter().filter(|(build, ..)| build.compiler() == compiler));
    }
    row("all", outcomes.iter());
    println!("\nin {:.0} seconds", time.as_secs_f64());
    for ((case, words), reason) in REASONS.lock().expect("all trials have ended").iter() {
        println!("left out: {case} in {words}: {reason}");
    }
}

fn row<'a>(name: &str, outcomes: impl Iterator<Item = &'a (Build, Outcome, Duration)> + Clone) {
    let count = |wanted| outcomes.clone().filter(|(_, outcome, _)| *outcome == wanted).count();
    let time: Duration = outcomes.clone().map(|(.., time)| *time).sum();
    println!(
        "| {name} | {} | {} | {} | {} | {} | {:.0} |",
        outcomes.clone().count(),
        count(Outcome::Held),
        count(Outcome::Refused),
        count(Outcome::Excepted),
        count(Outcome::Failed),
        time.as_secs_f64()
    );
}
