//! What a patch replaces against what the objects say: what is missing, and what is more than needed.

use super::build::{ALONE, Builder, Job, Program, UNCERTAIN};
use super::compare::{Functions, Key};
use super::replaced::{Replaced, Why};
use super::variant::{opaque, without_lines};
use std::collections::{BTreeMap, BTreeSet};

/// A function of the patch whose code is the same in both builds.
#[derive(Clone, Debug)]
pub struct Extra {
    /// The function.
    pub key: Key,
    /// Why the patch has it.
    pub why: BTreeSet<Why>,
    /// The same in words.
    pub reasons: Vec<String>,
    /// Only for facts about others, and a compile with these opaque gives the same code: it relied on none.
    pub avoidable: bool,
}

/// What came out.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Functions with code in both builds.
    pub functions: usize,
    /// Those whose code differs.
    pub differing: BTreeSet<Key>,
    /// Functions of the patch that both builds hold.
    pub replaced: BTreeSet<Key>,
    /// Functions of the patch without code of their own in one of the builds.
    pub bodiless: BTreeSet<String>,
    /// Differing, not replaced: only numbers that equal their own line differ.
    pub lines: BTreeSet<Key>,
    /// Differing, not replaced: the function's own code is the same, the compiler decided otherwise
    /// about others, and the old code relies on no replaced function.
    pub decisions: BTreeSet<Key>,
    /// Differing, not replaced, not explained, with the difference.
    pub missing: BTreeMap<Key, String>,
    /// Replaced, not differing.
    pub extras: Vec<Extra>,
}

/// Compares `patch`, made of both programs, with their objects.
///
/// # Errors
/// A unit does not compile.
pub fn judge(builder: &Builder, programs: [&Program; 2], patch: &[Replaced]) -> Result<Verdict, String> {
    let paths: BTreeSet<String> = programs.iter().flat_map(|p| p.units.keys().cloned()).collect();
    let plain = |_: usize, unit| Job { unit, text: unit.text.clone(), flags: &[] };
    let functions = builder.compare(programs, paths.clone(), plain)?;
    let case = Case { builder, programs, patch, paths, functions };
    let mut verdict = Verdict {
        functions: case.functions.common().count(),
        differing: case.functions.differing(),
        replaced: case
            .functions
            .common()
            .map(|(key, ..)| key)
            .filter(|k| case.of(k).is_some())
            .cloned()
            .collect(),
        bodiless: case.bodiless(),
        ..Verdict::default()
    };
    case.explain(&mut verdict)?;
    verdict.extras = case.extras(&verdict)?;
    Ok(verdict)
}

struct Case<'p> {
    builder: &'p Builder,
    programs: [&'p Program; 2],
    patch: &'p [Replaced],
    paths: BTreeSet<String>,
    functions: Functions,
}

impl<'p> Case<'p> {
    /// The patch's function that is `key`.
    fn of(&self, key: &Key) -> Option<&'p Replaced> {
        self.patch.iter().find(|r| r.is(key, &self.functions.units[key], &self.paths))
    }

    fn bodiless(&self) -> BTreeSet<String> {
        let held = |r: &&Replaced| {
            let mut common = self.functions.common();
            common.any(|(key, ..)| r.is(key, &self.functions.units[key], &self.paths))
        };
        self.patch.iter().filter(|r| !held(r)).map(|r| r.name.clone()).collect()
    }

    /// Sorts what differs and is not replaced.
    fn explain(&self, verdict: &mut Verdict) -> Result<(), String> {
        let open: BTreeSet<&Key> = verdict.differing.difference(&verdict.replaced).collect();
        if open.is_empty() {
            return Ok(());
        }
        let units = self.units(open.iter().copied());
        let lineless = |_: usize, unit: &'p _| Job { flags: &[], ..job(unit, without_lines) };
        let alone = |_: usize, unit: &'p _| Job { flags: ALONE, ..job(unit, without_lines) };
        let lineless = self.builder.compare(self.programs, units.clone(), lineless).unwrap_or_default();
        let understood = self.understood(&units);
        let alone = match understood {
            true => self.builder.compare(self.programs, units.clone(), alone)?,
            false => Functions::default(),
        };
        // Also what changed and is in no patch: it may live on only in copies.
        let changed = alone.differing().into_iter().map(|key| key.name);
        let names: BTreeSet<String> = self.patch.iter().map(|r| r.name.clone()).chain(changed).collect();
        let opaque = if understood { self.with_opaque(&units, &names)? } else { Functions::default() };
        for key in open {
            if lineless.same(key) {
                verdict.lines.insert(key.clone());
            } else if alone.same(key) && opaque.same(key) {
                verdict.decisions.insert(key.clone());
            } else {
                let what = [(&alone, "its own code"), (&opaque, "relies on replaced functions")];
                let differ = what
                    .iter()
                    .filter(|(f, _)| !f.same(key))
                    .map(|(f, t)| format!("  {t}:\n{}", f.difference(key)));
                let text = self.functions.difference(key) + &differ.collect::<String>();
                verdict.missing.insert(key.clone(), text);
            }
        }
        Ok(())
    }

    fn understood(&self, units: &BTreeSet<String>) -> bool {
        let first = units.iter().find_map(|path| self.programs[0].units.get(path));
        first.is_some_and(|unit| self.builder.understands(unit, ALONE))
    }

    /// The old units as they are against the same with the named functions opaque.
    fn with_opaque(&self, units: &BTreeSet<String>, names: &BTreeSet<String>) -> Result<Functions, String> {
        let old = self.programs[0];
        self.builder.compare([old, old], units.clone(), |side, unit| match side {
            0 => Job { unit, text: unit.text.clone(), flags: &[] },
            _ => Job { unit, text: opaque(&unit.text, names), flags: UNCERTAIN },
        })
    }

    fn units<'k>(&self, keys: impl Iterator<Item = &'k Key>) -> BTreeSet<String> {
        keys.flat_map(|key| self.functions.units[key].iter().cloned()).collect()
    }

    fn extras(&self, verdict: &Verdict) -> Result<Vec<Extra>, String> {
        let keys: Vec<&Key> = verdict.replaced.difference(&verdict.differing).collect();
        let proved = self.avoidable(&keys)?;
        let extra = |key: &Key| {
            let found = self.of(key)?;
            Some(Extra {
                key: key.clone(),
                why: found.why.clone(),
                reasons: found.reasons.clone(),
                avoidable: proved.contains(key),
            })
        };
        Ok(keys.into_iter().filter_map(extra).collect())
    }

    /// Those in the patch for facts alone whose code stays the same without any fact about what is
    /// left in the patch.
    fn avoidable(&self, extras: &[&Key]) -> Result<BTreeSet<Key>, String> {
        let facts = [Why::Facts].into();
        let mut open: BTreeSet<Key> = extras
            .iter()
            .filter(|k| self.of(k).is_some_and(|r| r.why == facts))
            .map(|k| (*k).clone())
            .collect();
        let units = self.units(open.iter());
        if open.is_empty() || !self.understood(&units) {
            return Ok(BTreeSet::new());
        }
        let all = self.patch.iter().map(|r| r.name.clone());
        let mut opaque: BTreeSet<String> = all.filter(|name| !open.iter().any(|k| k.name == *name)).collect();
        loop {
            let compared = self.with_opaque(&units, &opaque)?;
            let (same, relying): (BTreeSet<Key>, BTreeSet<Key>) =
                open.into_iter().partition(|key| compared.same(key));
            if relying.is_empty() {
                return Ok(same);
            }
            opaque.extend(relying.into_iter().map(|key| key.name));
            open = same;
        }
    }
}

fn job<'p>(unit: &'p polusc::source::Unit, edit: impl Fn(&str) -> String) -> Job<'p> {
    Job { unit, text: edit(&unit.text), flags: &[] }
}
