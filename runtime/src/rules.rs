//! The rules of soundness by name, and the hidden switch that turns one off: `POLUS_WITHOUT=rule,…`
//! in the environment, for tests that show what goes wrong without it.
//!
//! Every rule is proven by a case (`proves` in a `case.toml`) that fails as soon as the rule is off.

use std::sync::OnceLock;

/// A rule that a patch, or its application, keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Holders of inlined copies of a replaced function are replaced.
    Inlining,
    /// Callers of clones of a replaced function are replaced.
    Clones,
    /// Functions that share code, or are misled by what the compiler folded, are replaced.
    Folding,
    /// Functions chosen when the program starts are not taken for what chooses them.
    Chosen,
    /// Names mean what they meant: another definition, or another alias, is a change.
    Names,
    /// Callers that rely on what the compiler learnt from a body are replaced, or refused.
    Facts,
    /// A replaced function's entry keeps the registers that old callers count on.
    Registers,
    /// A static that the compiler may have fitted to its callers is not called from new code.
    Fitted,
    /// New code that takes a replaced function's address gets the old entry.
    Identity,
    /// A function of another type is another function.
    Signatures,
    /// Statics inside functions keep their values.
    Statics,
    /// Changed variables are reached by name only, where they migrate.
    ByName,
    /// Functions that never return do not use what migrates.
    Endless,
    /// Line numbers alone are no change.
    Lines,
    /// Types lie in the process as the patch believes.
    Layouts,
    /// The patch was made for this very executable.
    Build,
    /// No jump is written over bytes that a function is too short for.
    Room,
    /// No branch of an active function leads into a jump.
    Branches,
    /// No thread stands in, or returns into, the bytes of a jump.
    Stacks,
    /// Migrated variables wait for the functions that use them.
    InFlight,
}

impl Rule {
    /// All of them.
    pub const ALL: &[Rule] = &[
        Rule::Inlining,
        Rule::Clones,
        Rule::Folding,
        Rule::Chosen,
        Rule::Names,
        Rule::Facts,
        Rule::Registers,
        Rule::Fitted,
        Rule::Identity,
        Rule::Signatures,
        Rule::Statics,
        Rule::ByName,
        Rule::Endless,
        Rule::Lines,
        Rule::Layouts,
        Rule::Build,
        Rule::Room,
        Rule::Branches,
        Rule::Stacks,
        Rule::InFlight,
    ];

    /// As `POLUS_WITHOUT` and `proves` spell it: `in-flight`.
    pub fn name(self) -> String {
        let mut name = String::new();
        for letter in format!("{self:?}").chars() {
            if letter.is_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.extend(letter.to_lowercase());
        }
        name
    }

    /// Whether it is in force, as it is unless a test switched it off.
    pub fn holds(self) -> bool {
        !OFF.get().is_some_and(|off| off.contains(&self))
    }
}

static OFF: OnceLock<Vec<Rule>> = OnceLock::new();

/// Switches off what `POLUS_WITHOUT` names, once and for the whole program; gives a warning to print.
pub fn switch_off_named() -> Option<String> {
    let named = std::env::var("POLUS_WITHOUT").ok().filter(|named| !named.is_empty())?;
    let is_named = |rule: &Rule| named.split(',').any(|name| name == rule.name());
    let off = OFF.get_or_init(|| Rule::ALL.iter().copied().filter(is_named).collect());
    let names: Vec<String> = off.iter().map(|rule| rule.name()).collect();
    Some(format!(
        "warning: POLUS_WITHOUT: unsound, for tests only: these rules are off: {}",
        names.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_of_words() {
        assert_eq!(Rule::InFlight.name(), "in-flight");
        assert_eq!(Rule::Inlining.name(), "inlining");
    }

    #[test]
    fn rules_hold() {
        assert!(Rule::ALL.iter().all(|rule| rule.holds()));
    }
}
