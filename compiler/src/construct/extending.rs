//! Rounds: types whose crossing the analysis blames keep their layout, and the pair is analysed again
//! as one in which they do not change (design, section 3.2).

use super::travelling::{self, Follows};
use super::{Analysis, ByHand, Inputs, Pair, analyse, running, tables};
use crate::callbacks::Subject;
use crate::clang::Kind;
use crate::cross::Versions;
use crate::diag::{Diagnostic, Failure, Level, Result};
use crate::diff::{self, Change};
use crate::extend::{self, Extended, Hooks, Layers, Numbers, Rows};
use crate::model::{self, ItemId, Program};
use crate::patch::history::History;
use crate::relations;
use crate::running::Running;
use polus_binary::Binary;
use std::collections::{BTreeMap, BTreeSet};

/// What stays as the process has it, for which the new program was rewritten.
#[derive(Clone, Default)]
pub struct Kept {
    /// Types that keep their layout.
    pub types: Vec<Extended>,
    /// What the process has of enumerations that keep their numbers.
    pub numbers: Numbers,
    /// Types of the new program that cannot be extended, by name, with the reasons.
    pub refused: Vec<(String, Diagnostic)>,
    /// Warnings about those that can.
    pub warned: Vec<Diagnostic>,
    /// The new program before that.
    pub plain: Option<Box<Program>>,
    /// The old program, if earlier updates extended types, as it was written.
    pub plain_old: Option<Box<Program>>,
}

impl Kept {
    /// Warnings, and why types that would have to be extended cannot be.
    pub fn told(&self) -> Vec<Diagnostic> {
        let mut told: Vec<Diagnostic> = vec![];
        for why in self.refused.iter().map(|(_, why)| why).chain(&self.warned) {
            if !told.contains(why) {
                told.push(Diagnostic { blames: Box::default(), ..why.clone() });
            }
        }
        told
    }

    /// The numbers that names have when the new program runs; those that it lacks stay reserved.
    pub fn numbers_after(&self, new: &Program) -> Numbers {
        let mut numbers = self.numbers.clone();
        for (name, known) in &mut numbers.names {
            let all = new.named(name).iter().map(|&id| &new.items[id].entity);
            known.extend(all.filter(|e| e.kind == Kind::Enum).flat_map(|e| e.enumerators.iter().cloned()));
        }
        numbers
    }

    fn knows(&self, new: &Program, name: &str) -> bool {
        self.numbers.names.contains_key(name)
            || new.unit.extended.contains(name)
            || self.refused.iter().any(|(other, _)| other == name)
    }

    /// Whether analysing again would tell the same.
    fn equals(&self, other: &Self) -> bool {
        let names = |kept: &Self| kept.types.iter().map(|t| t.name.clone()).collect::<BTreeSet<_>>();
        names(self) == names(other)
            && self.numbers == other.numbers
            && self.refused.len() == other.refused.len()
    }
}

/// Analyses a pair until no more types ask to keep their layout, and hands on what it has become.
///
/// # Errors
/// As the stages, and as what it is handed to.
pub fn settle<T>(
    mut pair: Pair,
    inputs: &Inputs,
    binary: Option<&Binary>,
    history: &History,
    with: impl FnOnce(&Pair, Option<&Running>, &Analysis) -> Result<T>,
) -> Result<T> {
    loop {
        let mut follows = Follows::default();
        tables::settle(&mut pair, &inputs.adopt, &mut follows)?;
        travelling::settle(&mut pair, &mut follows)?;
        let running = running(binary, &pair, history)?;
        let analysis = analyse(&pair, running.as_ref(), &inputs.adopt);
        let Some(kept) = more(&pair, &analysis, inputs)? else {
            return with(&pair, running.as_ref(), &analysis);
        };
        drop((running, analysis));
        pair = kept;
    }
}

/// The pair with the types that earlier updates extended as the process has them.
///
/// # Errors
/// What cannot be carried so.
pub fn as_running(pair: Pair, (layers, numbers): (Layers, Numbers)) -> Result<Pair> {
    if layers.is_empty() && numbers.names.is_empty() {
        return Ok(pair);
    }
    let none = Hooks::new();
    let old = rewritten([&pair.old; 2], &layers, &numbers, &none)?.map_err(Failure::Refused)?;
    let new = rewritten([&pair.old, &pair.new], &layers, &numbers, &hooks(&pair))?;
    let new = new.map_err(Failure::Refused)?;
    let kept = Kept {
        types: new.types,
        numbers: Numbers { rows: new.rows, ..numbers },
        refused: vec![],
        warned: new.told,
        plain: Some(Box::new(pair.new)),
        plain_old: Some(Box::new(pair.old)),
    };
    Ok(Pair { old: old.program, new: new.program, kept, ..pair })
}

/// The pair with more that stays as it is, if the analysis asks for it.
fn more(pair: &Pair, analysis: &Analysis, inputs: &Inputs) -> Result<Option<Pair>> {
    let asked = asked(pair, analysis, inputs);
    if asked.is_empty() {
        return Ok(None);
    }
    let plain = pair.kept.plain.as_deref().unwrap_or(&pair.new);
    let layers = layers(pair, plain, &asked);
    let numbers = numbers(pair, analysis, &asked);
    let (new, kept) = possible(pair, plain, layers, numbers)?;
    if kept.equals(&pair.kept) {
        return Ok(None);
    }
    Ok(Some(Pair { new, kept, ..pair.clone() }))
}

/// The types that diagnostics blame, or that are chosen by hand.
fn asked(pair: &Pair, analysis: &Analysis, inputs: &Inputs) -> BTreeSet<ItemId> {
    let choice = |id: ItemId| inputs.strategies.get(&pair.new.title(id)).copied();
    let errors = analysis.told.iter().filter(|d| d.level == Level::Error);
    let blamed = errors.flat_map(|d| &d.blames).copied().filter(|&id| choice(id) != Some(false));
    let changed = analysis.changes.types.iter().filter_map(Change::new_item);
    let chosen = changed.filter(|&id| choice(id) == Some(true));
    let started = analysis.callbacks.called.iter().filter_map(|called| match called.subject {
        Subject::Type(id) => Some(id),
        _ => None,
    });
    // one that a function declares is known to it alone, and one without a name cannot be told again
    let news = |id: &ItemId| {
        let entity = &pair.new.items[*id].entity;
        entity.function.is_none() && !entity.name.is_empty() && !pair.kept.knows(&pair.new, &entity.name)
    };
    blamed.chain(chosen).chain(started).filter(news).collect()
}

/// The layouts of these types, and of all that are kept already.
fn layers(pair: &Pair, plain: &Program, asked: &BTreeSet<ItemId>) -> Layers {
    let names: BTreeSet<&str> = asked.iter().map(|&id| pair.new.items[id].entity.name.as_str()).collect();
    let is_record = |id: &ItemId| plain.items[*id].kind() == Kind::Record;
    let chosen = names.iter().flat_map(|name| plain.named(name)).copied().filter(is_record).collect();
    let changes = diff::diff(&pair.old, plain);
    let relations = relations::changed(&pair.old, plain, &changes, &BTreeSet::new());
    let versions = Versions { old: &pair.old, new: plain, changes: &changes, relations: &relations };
    let known = pair.kept.types.iter().map(|t| (t.name.clone(), t.layers.clone())).collect();
    let mut layers = extend::layers(versions, &chosen, &known);
    layers.retain(|name, _| pair.kept.refused.iter().all(|(other, _)| other != name));
    layers
}

/// The numbers of these enumerations, and of all that are kept already.
fn numbers(pair: &Pair, analysis: &Analysis, asked: &BTreeSet<ItemId>) -> Numbers {
    let mut numbers = pair.kept.numbers.clone();
    for &id in asked.iter().filter(|id| pair.new.items[**id].kind() == Kind::Enum) {
        if let Some(ours) = analysis.changes.pairing.to_old[id] {
            let known = pair.old.items[ours].entity.enumerators.iter().cloned();
            numbers.names.entry(pair.new.items[id].entity.name.clone()).or_default().extend(known);
        }
    }
    numbers
}

/// The new program with those of these types kept that can be, and the reasons for the others.
fn possible(
    pair: &Pair,
    plain: &Program,
    mut layers: Layers,
    mut numbers: Numbers,
) -> Result<(Program, Kept)> {
    let mut refused = pair.kept.refused.clone();
    let hooks = hooks(pair);
    let done = loop {
        let reasons = match rewritten([&pair.old, plain], &layers, &numbers, &hooks)? {
            Ok(done) => match extend::made_by_endless(&pair.old, &done.types) {
                none if none.is_empty() => break done,
                reasons => reasons,
            },
            Err(told) => {
                let wanted: BTreeSet<&String> = layers.keys().chain(numbers.names.keys()).collect();
                told.into_iter().flat_map(|told| blamed_in(plain, told, &wanted)).collect()
            }
        };
        layers.retain(|name, _| reasons.iter().all(|(other, _)| other != name));
        numbers.names.retain(|name, _| reasons.iter().all(|(other, _)| other != name));
        refused.extend(reasons);
    };
    let Rewritten { program, types, rows, told: warned } = done;
    numbers.rows = rows;
    let (plain, plain_old) = (Some(Box::new(plain.clone())), pair.kept.plain_old.clone());
    Ok((program, Kept { types, numbers, refused, warned, plain, plain_old }))
}

/// The types that a diagnostic is about, of those that were to be extended; all, if it names none.
fn blamed_in(plain: &Program, told: Diagnostic, wanted: &BTreeSet<&String>) -> Vec<(String, Diagnostic)> {
    let named = told.blames.iter().map(|&id| plain.items[id].entity.name.clone());
    let named: BTreeSet<String> = named.filter(|name| wanted.contains(name)).collect();
    let all = || wanted.iter().map(|name| name.to_string()).collect();
    let names = if named.is_empty() { all() } else { named };
    names.into_iter().map(|name| (name, told.clone())).collect()
}

fn hooks(pair: &Pair) -> Hooks {
    pair.by_hand.as_ref().map(ByHand::hooks).unwrap_or_default()
}

/// What libclang says of the rewritten text, as a matter of the types that the place has to do with.
fn unwritten(plain: &Program, told: Diagnostic, types: &BTreeSet<ItemId>) -> Diagnostic {
    let titles: Vec<String> = types.iter().map(|&id| plain.title(id)).collect();
    let whose = match titles[..] {
        [] => return told,
        [_] => "its layout",
        _ => "their layouts",
    };
    let title = format!(
        "{} cannot keep {whose}: what stands for the new fields is no C here: {}",
        titles.join(", "),
        told.title
    );
    Diagnostic { title, ..told }
        .blame(types.iter().copied())
        .help("write this place otherwise, keep the type's fields in this update, or restart the program for this change")
}

/// A program with layouts and numbers of the process.
struct Rewritten {
    program: Program,
    types: Vec<Extended>,
    rows: Rows,
    told: Vec<Diagnostic>,
}

/// A program in which these types have the layouts that they have in the process, or why it cannot be.
fn rewritten(
    [old, plain]: [&Program; 2],
    layers: &Layers,
    numbers: &Numbers,
    hooks: &Hooks,
) -> Result<std::result::Result<Rewritten, Vec<Diagnostic>>> {
    let extension = match extend::extend(old, plain, layers, numbers, hooks) {
        Ok(extension) => extension,
        Err(told) => return Ok(Err(told)),
    };
    let unit = extension.unit.clone();
    let program = match model::read(extension.unit, plain.root.clone())? {
        Ok(program) => program,
        Err(unreadable) => {
            let places = &extension.places;
            let told = unreadable.told.into_iter().zip(unreadable.at);
            let told: Vec<_> = told.map(|(told, at)| (told, places.blamed(plain, &unit, at))).collect();
            // what rests on a declaration that cannot be read cannot be read either
            let first = told.iter().any(|(_, (_, declares))| *declares);
            let told = told.into_iter().filter(|(_, (_, declares))| *declares == first);
            return Ok(Err(told.map(|(told, (types, _))| unwritten(plain, told, &types)).collect()));
        }
    };
    let ids: BTreeMap<&str, ItemId> = extension.types.iter().map(|t| (t.name.as_str(), t.id)).collect();
    let moved = extend::check(&program, &extension.types);
    let at_home =
        |(name, told): (String, Diagnostic)| Diagnostic { blames: [ids[name.as_str()]].into(), ..told };
    match moved.is_empty() {
        true => {
            Ok(Ok(Rewritten { program, types: extension.types, rows: extension.rows, told: extension.told }))
        }
        false => Ok(Err(moved.into_iter().map(at_home).collect())),
    }
}
