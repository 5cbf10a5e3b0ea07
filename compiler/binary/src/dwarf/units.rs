//! Compile units: who compiled which source file how, and which unit a path means.

use gimli::{AttributeValue, Dwarf, constants};

use super::sections::Slice;

/// A unit's number in the order of the debug information.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitId(pub(crate) u32);

/// One compiled source file.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Its number.
    pub id: UnitId,
    /// The source file as the compiler was given it (DW_AT_name).
    pub name: String,
    /// Where the compiler ran (DW_AT_comp_dir).
    pub comp_dir: String,
    /// `comp_dir` and `name` joined, without `.` and `..`.
    pub path: String,
    /// Compiler and options (DW_AT_producer).
    pub producer: String,
    /// The source language as DWARF spells it: `DW_LANG_C11`.
    pub language: String,
    /// Compiled with link-time optimisation.
    pub lto: bool,
    /// Made by link-time optimisation, without a source file of its own: it holds the code whose
    /// functions other units declare.
    pub artificial: bool,
    /// It was compiled with `-g1` or `-gline-tables-only`: functions, inlined copies and lines are
    /// described, types and variables are not.
    pub lines_only: bool,
}

/// Why a path means no unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoUnit {
    /// No unit has a source file of this name.
    Missing,
    /// Several fit equally well; their paths.
    Ambiguous(Vec<UnitId>),
}

impl Unit {
    /// Its code may count on registers that a callee happens to leave alone: gcc optimised it with
    /// -fipa-ra, which `-O2` and up turn on and profiling turns off. No clang does. True where the
    /// producer does not tell its options.
    pub(crate) fn may_count_on_callees(&self) -> bool {
        let mut words = self.producer.split_whitespace();
        if !words.clone().next().is_some_and(|compiler| compiler == "GNU") {
            return !self.producer.contains("clang");
        }
        let told = words.clone().any(|word| word.starts_with("-m"));
        let last = |of: &dyn Fn(&str) -> Option<bool>| words.clone().rev().find_map(of);
        let asked = last(&|word| match word {
            "-fipa-ra" => Some(true),
            "-fno-ipa-ra" => Some(false),
            _ => None,
        });
        let level = last(&|word| word.strip_prefix("-O").map(|level| !matches!(level, "0" | "1" | "" | "g")));
        let profiled = words.any(|word| matches!(word, "-p" | "-pg"));
        !profiled && asked.or(level).unwrap_or(!told)
    }

    pub(super) fn read(
        id: UnitId,
        dwarf: &Dwarf<Slice<'_>>,
        unit: &gimli::Unit<Slice<'_>>,
        root: &gimli::DebuggingInformationEntry<Slice<'_>>,
    ) -> Unit {
        let text = |value: Option<AttributeValue<Slice<'_>>>| {
            let slice = value.and_then(|value| dwarf.attr_string(unit, value).ok());
            slice.map(|slice| slice.to_string_lossy().into_owned()).unwrap_or_default()
        };
        let name = text(root.attr_value(constants::DW_AT_name));
        let comp_dir = text(root.attr_value(constants::DW_AT_comp_dir));
        let producer = text(root.attr_value(constants::DW_AT_producer));
        let language = match root.attr_value(constants::DW_AT_language) {
            Some(AttributeValue::Language(language)) => language.to_string(),
            _ => String::new(),
        };
        let artificial = name == "<artificial>";
        let lto = artificial || producer.contains("-flto");
        let path = absolute(&comp_dir, &name);
        Unit { id, path, name, comp_dir, producer, language, lto, artificial, lines_only: false }
    }
}

impl Unit {
    /// Compiled by gcc.
    pub(super) fn is_gnu(&self) -> bool {
        self.producer.starts_with("GNU ")
    }

    /// gcc noted its options, and the last one about debug information asks for all of it.
    pub(super) fn states_full_debug(&self) -> bool {
        let mut levels = self.producer.split(' ').rev().filter(|word| {
            let level = word.strip_prefix("-ggdb").or_else(|| word.strip_prefix("-g"));
            level.is_some_and(|level| matches!(level, "" | "0" | "1" | "2" | "3"))
        });
        self.is_gnu() && levels.next().is_some_and(|last| !last.ends_with('1'))
    }
}

/// The unit whose source file ends in the most components of `path`; `.` and `..` do not count.
pub(super) fn match_unit<'a>(units: impl Iterator<Item = &'a Unit>, path: &str) -> Result<UnitId, NoUnit> {
    let wanted = normalised(path);
    let mut best = (1, Vec::new());
    for unit in units.filter(|unit| !unit.artificial) {
        let common = common_tail(&wanted, &normalised(&unit.path));
        match common.cmp(&best.0) {
            std::cmp::Ordering::Greater => best = (common, vec![unit.id]),
            std::cmp::Ordering::Equal => best.1.push(unit.id),
            std::cmp::Ordering::Less => {}
        }
    }
    match best.1.as_slice() {
        [] => Err(NoUnit::Missing),
        [one] => Ok(*one),
        _ => Err(NoUnit::Ambiguous(best.1)),
    }
}

fn common_tail(a: &[&str], b: &[&str]) -> usize {
    a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}

fn absolute(comp_dir: &str, name: &str) -> String {
    let joined = if name.starts_with('/') { name.to_string() } else { format!("{comp_dir}/{name}") };
    let root = if joined.starts_with('/') { "/" } else { "" };
    format!("{root}{}", normalised(&joined).join("/"))
}

/// The components of a path, `.` left out and `..` applied.
fn normalised(path: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        match (part, parts.last()) {
            ("..", Some(&last)) if last != ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(id: u32, comp_dir: &str, name: &str) -> Unit {
        let empty = String::new;
        let (path, comp_dir, name) = (absolute(comp_dir, name), comp_dir.to_string(), name.to_string());
        let (producer, language) = (empty(), empty());
        Unit {
            id: UnitId(id),
            name,
            comp_dir,
            path,
            producer,
            language,
            lto: false,
            artificial: false,
            lines_only: false,
        }
    }

    #[test]
    fn paths_are_normalised() {
        assert_eq!(absolute("/x/redis/src", "../deps/./lua/a.c"), "/x/redis/deps/lua/a.c");
        assert_eq!(absolute("/x", "/y//a.c"), "/y/a.c");
        assert_eq!(absolute(".", "src/a.c"), "src/a.c");
    }

    #[test]
    fn who_counts_on_callees() {
        let counts = |producer: &str| {
            Unit { producer: producer.to_string(), ..unit(0, "/x", "a.c") }.may_count_on_callees()
        };
        assert!(counts("GNU C17 12.2.0 -mtune=generic -march=x86-64 -g -O2"));
        assert!(counts("GNU C17 12.2.0 -mtune=generic -g -Os -fwrapv"));
        assert!(counts("GNU C17 12.2.0"), "options may be left out of the producer");
        assert!(counts("GNU C17 12.2.0 -mtune=generic -O1 -fipa-ra"));
        assert!(!counts("GNU C17 12.2.0 -mtune=generic -march=x86-64 -g"));
        assert!(!counts("GNU C17 12.2.0 -mtune=generic -O2 -O0"));
        assert!(!counts("GNU C17 12.2.0 -mtune=generic -O2 -p"));
        assert!(!counts("GNU C17 12.2.0 -mtune=generic -O2 -fno-ipa-ra"));
        assert!(!counts("Debian clang version 14.0.6"));
        assert!(counts("another compiler"));
    }

    #[test]
    fn the_longest_tail_wins() {
        let units =
            [unit(0, "/x/redis/src", "util.c"), unit(1, "/x/redis/deps", "util.c"), unit(2, "/x", "a.c")];
        assert_eq!(match_unit(units.iter(), "./src/util.c"), Ok(UnitId(0)));
        assert_eq!(match_unit(units.iter(), "redis/deps/util.c"), Ok(UnitId(1)));
        assert_eq!(match_unit(units.iter(), "elsewhere/a.c"), Ok(UnitId(2)));
        assert_eq!(match_unit(units.iter(), "util.c"), Err(NoUnit::Ambiguous(vec![UnitId(0), UnitId(1)])));
        assert_eq!(match_unit(units.iter(), "til.c"), Err(NoUnit::Missing));
    }
}
