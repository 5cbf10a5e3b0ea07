//! The program under torture: what it tells of itself, and `polus` at work on it.

use super::{Build, Plan, chance::Chance};
use crate::program;
use crate::victim::Victim;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// How long a version may take until it is at work.
const DEADLINE: Duration = Duration::from_secs(20);
/// Seconds for one `polus`, beyond its own timeout.
const POLUS_SECONDS: &str = "90";

/// What the program counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Accesses that found what must not be.
    pub violations: u64,
    /// Accesses by the old version's functions, and by the new one's.
    pub accesses: [u64; 2],
    /// Accesses by functions that stay in their version, and that nobody waits for.
    pub stayed: u64,
}

/// A running program.
pub struct Process<'a> {
    victim: Victim,
    build: &'a Build,
    /// How it was started, for messages.
    pub name: String,
    /// A violation is no failure: nobody keeps instances coherent just after a death.
    may_drift: bool,
}

impl<'a> Process<'a> {
    /// Starts it with as many threads as chance has it.
    pub fn start(build: &'a Build, plan: &Plan, chance: &mut Chance, may_drift: bool) -> Process<'a> {
        let words = [chance.threads(plan.threads), u64::from(plan.rest), chance.below(1 << 40)];
        let words = words.map(|word| word.to_string());
        let victim = Victim::start(&build.program(), &words.each_ref().map(String::as_str));
        Process { victim, build, name: format!("torture {}", words.join(" ")), may_drift }
    }

    /// What it counts now.
    ///
    /// # Panics
    /// It has seen a violation, or does not live.
    pub fn state(&mut self) -> State {
        let line = self.victim.say("state");
        self.read(&line)
    }

    fn read(&self, line: &str) -> State {
        let words: Vec<&str> = line.split(' ').collect();
        let ["violations", violations, "old", old, "new", new, "stayed", stayed] = words[..] else {
            panic!("{} says {line}", self.name);
        };
        let number = |word: &str| word.parse().unwrap_or_else(|_| panic!("{} says {line}", self.name));
        let accesses = [number(old), number(new)];
        let state = State { violations: number(violations), accesses, stayed: number(stayed) };
        assert!(state.violations == 0 || self.may_drift, "{}: {line}", self.name);
        state
    }

    /// Waits until version `index` is at work; the other one must not be, and have been, since.
    ///
    /// # Panics
    /// It is.
    pub fn expect_version(&mut self, index: usize) -> State {
        let (begin, before) = (Instant::now(), self.state());
        loop {
            let now = self.state();
            let other = 1 - index;
            assert_eq!(
                now.accesses[other], before.accesses[other],
                "{}: version {other} works on after the update to {index} has terminated",
                self.name
            );
            if now.accesses[index] > before.accesses[index] {
                return now;
            }
            assert!(begin.elapsed() < DEADLINE, "{}: version {index} does nothing", self.name);
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// A command of polus on it, ready to run.
    pub fn command(&self, verb: &str) -> Command {
        let mut command = Command::new(program("polus"));
        self.words(&mut command, verb);
        command
    }

    fn words(&self, command: &mut Command, verb: &str) {
        command.args([verb, "-p", &self.victim.pid(), "--json"]);
        if verb == "apply" {
            command.arg(self.build.patch());
        }
    }

    /// Runs polus to its end.
    pub fn polus(&self, verb: &str) -> Output {
        let mut command = Command::new("timeout");
        command.args(["--signal=KILL", POLUS_SECONDS]).arg(program("polus"));
        self.words(&mut command, verb);
        command.output().expect("timeout and polus run")
    }

    /// Runs polus, which must succeed, and reads what it says.
    ///
    /// # Panics
    /// It fails.
    pub fn succeeds(&self, verb: &str) -> serde_json::Value {
        let output = self.polus(verb);
        assert!(output.status.success(), "{}: polus {verb}: {output:?}", self.name);
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// Ends it; gives what it counted.
    ///
    /// # Panics
    /// It does not end as it should.
    pub fn end(mut self) -> State {
        let line = self.victim.say("quit");
        let state = self.read(&line);
        let status = self.victim.ended();
        assert_eq!(status.code(), Some((state.violations != 0).into()), "{}: {status}", self.name);
        state
    }
}
