//! A case is one file below `programs/`; what its head says:
//!
//! - `build: gcc -O2`, once for each way to build it; without one `gcc -O2`;
//! - `watch: f g`, the functions that get doors, and `calls: f`, those whose doors
//!   run callbacks, counted in the program's `leaving`;
//! - `doors: 1`, `inside: 1` (default: as many), `left: 1` and `lost: 0`: how many
//!   doors are planted, how many threads are inside, how the doors end;
//! - `expect: line`, in order, after the doors were planted; between them `remove: 1`,
//!   the doors are taken away, all but that many, and the program goes on by a line;
//! - `exit: 0`, and `ends` where the program ends without a last look.

use std::fs;
use std::path::{Path, PathBuf};

/// What happens after the doors were planted.
#[derive(Clone, Debug)]
pub enum Step {
    Expect(String),
    Remove { kept: usize },
}

/// What the head of a program says.
#[derive(Clone, Debug, Default)]
pub struct Case {
    pub source: PathBuf,
    pub builds: Vec<String>,
    pub watch: Vec<String>,
    pub calls: Vec<String>,
    pub doors: usize,
    pub inside: usize,
    pub left: usize,
    pub lost: usize,
    pub steps: Vec<Step>,
    pub exit: i32,
    pub ends: bool,
}

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/doors/programs")
}

pub fn all() -> Vec<Case> {
    let entries = fs::read_dir(folder()).expect("the programs");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "c" || end == "cc"));
    paths.sort();
    paths.into_iter().map(read).filter(|case| !case.watch.is_empty()).collect()
}

fn read(source: PathBuf) -> Case {
    let text = fs::read_to_string(&source).expect("a program");
    let mut case = Case { source, ..Case::default() };
    let mut inside = None;
    for line in text.lines().map_while(|line| line.strip_prefix("// ")) {
        let Some((key, value)) = line.split_once(": ") else {
            case.ends |= line == "ends";
            continue;
        };
        let words = || value.split_whitespace().map(String::from).collect();
        let number = || value.parse().unwrap_or_else(|_| panic!("{}: {line}", case.source.display()));
        match key {
            "build" => case.builds.push(value.to_string()),
            "watch" => case.watch = words(),
            "calls" => case.calls = words(),
            "doors" => case.doors = number(),
            "inside" => inside = Some(number()),
            "left" => case.left = number(),
            "lost" => case.lost = number(),
            "expect" => case.steps.push(Step::Expect(value.to_string())),
            "remove" => case.steps.push(Step::Remove { kept: number() }),
            "exit" => case.exit = number() as i32,
            _ => {}
        }
    }
    case.inside = inside.unwrap_or(case.doors);
    if case.builds.is_empty() {
        case.builds.push("gcc -O2".to_string());
    }
    case
}

impl Case {
    pub fn name(&self) -> String {
        self.source.file_stem().expect("a name").to_string_lossy().into_owned()
    }
}
