//! The version file: which update changed what, and the names that follow (paper 3.1).

use crate::extend::{Layers, Numbers, Rows};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// All known updates of one program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Format of the file.
    pub polus: u32,
    /// Of a program of one file: that file's name in the first version; later versions may be
    /// called otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// In the order of their first construction.
    pub steps: Vec<Step>,
}

/// One update, from one source version to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Digest of the program before.
    pub from: String,
    /// Digest of the program after.
    pub to: String,
    /// The process's version after it: 1 for the first update.
    pub version: u32,
    /// Version of every function and variable that it brought, by `kind name` or `kind name@file`.
    pub versions: BTreeMap<String, u32>,
    /// Inline functions copied into each function that it brought: a later change of
    /// one must replace its holders.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub copies: BTreeMap<String, Vec<String>>,
    /// What the process has of each type that keeps its layout, after the update.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extended: Layers,
    /// What the process has of each enumeration that keeps its numbers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub numbers: BTreeMap<String, BTreeMap<String, i64>>,
    /// What tables have for numbers of those whose names are gone.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rows: Rows,
}

const FORMAT: u32 = 1;

impl History {
    /// Reads a version file's text.
    ///
    /// # Errors
    /// The text is no version file, or one of a later format.
    pub fn parse(text: &str) -> Result<Self, String> {
        let history: Self = serde_json::from_str(text).map_err(|e| e.to_string())?;
        if history.polus == FORMAT {
            Ok(history)
        } else {
            Err(format!("format {} is not known", history.polus))
        }
    }

    /// The text of the version file.
    pub fn render(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a history is plain data");
        text.push('\n');
        text
    }

    fn known(&self, from: &str, to: &str) -> Option<&Step> {
        self.steps.iter().find(|s| s.from == from && s.to == to)
    }

    /// The updates before one that starts at `from`, the newest first.
    fn ancestors(&self, from: &str) -> Vec<&Step> {
        let mut found = vec![];
        let mut wanted = from;
        let mut below = self.steps.len();
        while let Some(at) = self.steps[..below].iter().rposition(|s| s.to == wanted) {
            found.push(&self.steps[at]);
            wanted = &self.steps[at].from;
            below = at;
        }
        found
    }

    /// The step between two programs with the names it gives; nothing is recorded yet.
    pub fn step(&self, from: &str, to: &str) -> Naming<'_> {
        let known = self.known(from, to);
        let before = match known {
            Some(known) => {
                let at = self.steps.iter().position(|s| std::ptr::eq(s, known)).unwrap_or(0);
                self.steps[..at].iter().rev().filter(|s| s.version < known.version).collect()
            }
            None => self.ancestors(from),
        };
        let version = known.map_or_else(|| before.first().map_or(1, |s| s.version + 1), |s| s.version);
        let step = Step { from: from.into(), to: to.into(), version, ..Step::default() };
        Naming { before, step }
    }

    /// What the updates before `from` hold copies of, each with the function that holds it.
    pub fn held_before(&self, from: &str) -> Vec<(String, String)> {
        let copies = self.ancestors(from).into_iter().flat_map(|s| &s.copies);
        copies.flat_map(|(holder, held)| held.iter().map(move |h| (h.clone(), holder.clone()))).collect()
    }

    /// What a process at version `digest` has of types that earlier updates extended, and of
    /// enumerations that kept their numbers.
    pub fn kept_at(&self, digest: &str) -> (Layers, Numbers) {
        let newest = self.ancestors(digest).first().copied();
        let kept = |step: &Step| {
            (step.extended.clone(), Numbers { names: step.numbers.clone(), rows: step.rows.clone() })
        };
        newest.map(kept).unwrap_or_default()
    }

    /// Keys of what the updates before `from` brought a version of.
    pub fn brought_before(&self, from: &str) -> BTreeSet<String> {
        self.ancestors(from).into_iter().flat_map(|s| s.versions.keys().cloned()).collect()
    }

    /// Records a step whose patch was written; what a known step brought before stays recorded.
    pub fn record(&mut self, step: Step) {
        self.polus = FORMAT;
        match self.steps.iter_mut().find(|s| s.from == step.from && s.to == step.to) {
            Some(known) => {
                known.versions.extend(step.versions);
                known.copies.extend(step.copies);
                known.extended = step.extended;
                known.numbers = step.numbers;
                known.rows = step.rows;
            }
            None => self.steps.push(step),
        }
    }
}

/// Gives names for one step.
pub struct Naming<'h> {
    before: Vec<&'h Step>,
    /// What it named so far.
    pub step: Step,
}

impl Naming<'_> {
    /// The version that `key` gets: one more than its newest, where `existing` things start at 1.
    pub fn version(&mut self, key: &str, existing: bool) -> u32 {
        let newest = self.before.iter().find_map(|s| s.versions.get(key)).copied();
        let version = newest.unwrap_or(u32::from(existing)) + 1;
        self.step.versions.insert(key.to_string(), version);
        version
    }

    /// An earlier update brought a version of `key`.
    pub fn is_known(&self, key: &str) -> bool {
        self.before.iter().any(|s| s.versions.contains_key(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_count_per_item_and_steps_count_per_process() {
        let mut history = History::default();
        let mut first = history.step("a", "b");
        assert_eq!((first.version("function f", true), first.version("function g", false)), (2, 1));
        let step = first.step;
        history.record(step.clone());
        let mut second = history.step("b", "c");
        assert_eq!(second.step.version, 2);
        assert_eq!((second.version("function f", true), second.version("function h", true)), (3, 2));
        let step2 = second.step;
        history.record(step2);
        let mut again = history.step("a", "b");
        assert_eq!((again.step.version, again.version("function f", true)), (1, 2));
        assert_eq!(History::parse(&history.render()).unwrap(), history);
    }

    #[test]
    fn a_way_back_is_a_step_forward() {
        let mut history = History::default();
        for (from, to) in [("a", "b"), ("b", "a")] {
            let step = history.step(from, to).step;
            history.record(step);
        }
        assert_eq!(history.steps[1].version, 2);
        assert_eq!(history.step("a", "b").step.version, 1);
    }
}
