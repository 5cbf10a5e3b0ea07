//! Stage 6b: extend: changed types keep the old layout, and what is new lies beside the objects (design
//! 3.2). The new program is rewritten to that, so that all later stages see types that did not change.

mod blame;
mod body;
mod bytes;
mod edits;
mod fields;
mod fitting;
mod initial;
mod layers;
mod numbers;
mod provide;
mod rewrite;
mod rounds;
mod starts;
pub mod tags;
mod unions;

pub use blame::Places;
pub use fields::Extended;
pub use layers::{Layer, Layers};
pub use numbers::{Numbered, Numbers, Rows};
pub use provide::LISTS;
pub use rounds::check as made_by_endless;

use crate::clang::{self, Indices, Kind, Site};
use crate::cross::Versions;
use crate::diag::Diagnostic;
use crate::merge::MergedUnit;
use crate::model::{ItemId, Program};
use crate::text;
use fields::Misfit;
use std::collections::{BTreeMap, BTreeSet};

/// A rewritten program, and what became of which type.
pub struct Extension {
    /// The text.
    pub unit: MergedUnit,
    /// The types.
    pub types: Vec<Extended>,
    /// Enumerations that keep their numbers.
    pub numbered: Vec<Numbered>,
    /// What tables keep for numbers whose names are gone.
    pub rows: Rows,
    /// Warnings.
    pub told: Vec<Diagnostic>,
    /// What its text has to do with which type.
    pub places: Places,
}

/// What the process has of the types `chosen`, and of the changed ones that they hold, which cannot but
/// be extended along; `known` are those of earlier updates.
pub fn layers(versions: Versions, chosen: &BTreeSet<ItemId>, known: &Layers) -> Layers {
    let (old, new) = (versions.old, versions.new);
    let mut all = chosen.clone();
    let mut open: Vec<ItemId> = chosen.iter().copied().collect();
    while let Some(id) = open.pop() {
        for &held in &new.items[id].entity.holds {
            let changed = versions.relations.types.contains(&held);
            if changed && new.items[held].kind() == Kind::Record && all.insert(held) {
                open.push(held);
            }
        }
    }
    let mut layers = known.clone();
    for id in all {
        if let Some(ours) = versions.changes.pairing.to_old[id] {
            let first = || vec![Layer::from(&old.items[ours].entity)];
            layers.entry(new.items[id].entity.name.clone()).or_insert_with(first);
        }
    }
    layers
}

/// Rewrites a program so that these types have the layouts that they have in the process, in which
/// `old` runs.
///
/// # Errors
/// What of them cannot be carried so, with its place.
pub fn extend(
    old: &Program,
    new: &Program,
    layers: &Layers,
    numbers: &Numbers,
    hooks: &Hooks,
) -> Result<Extension, Vec<Diagnostic>> {
    let mut types = placed([old, new], layers, hooks)?;
    let apart = unions::check(new, &types);
    if !apart.is_empty() {
        return Err(apart);
    }
    let (rows, numbered) = (&numbers.rows, numbered(old, new, numbers)?);
    let carriers = holding(new, types.iter().filter(|t| !t.records().is_empty()).map(|t| t.id).collect());
    let ordered = |t: &Extended| t.layers[0].union || t.in_order(&new.items[t.id].entity.fields);
    // values without designators would go to other fields, in what holds them, too
    let disordered = holding(new, types.iter().filter(|t| !ordered(t)).map(|t| t.id).collect());
    let names = declared_at(new, &carriers.union(&disordered).copied().collect());
    let reordered = numbered.iter().filter(|numbered| !numbered.keeps_order(new)).map(|numbered| numbered.id);
    let reordered: BTreeSet<usize> = declared_at(new, &reordered.collect()).into_keys().collect();
    let unusable = |_| vec![Diagnostic::error("libclang cannot be used")];
    let text = || text::shadow_clang(&new.unit.text).text;
    let sites = match names.is_empty() && reordered.is_empty() {
        true => vec![],
        false => clang::sites(&text(), &names.keys().copied().collect(), &reordered).map_err(unusable)?,
    };
    let indices = match numbered.iter().any(|numbered| numbered.differs(new)) {
        true => clang::indices(&text()).map_err(unusable)?,
        false => Indices::default(),
    };
    let carries = |at: usize| carriers.contains(&names[&at]);
    let sites: Vec<Site> = sites.into_iter().filter_map(|site| site.about(&carries)).collect();
    let mut told = starts::find(new, &mut types, &names, &sites);
    told.extend(bytes::warnings(new, &names, &sites));
    told.extend(types.iter().filter_map(|extended| told_of_conversion(new, extended)));
    let twice = types.iter().filter(|t| t.records().filter(|&layer| t.starts(layer)).count() > 1);
    let twice: Vec<Diagnostic> = twice
        .map(|t| {
            refusal(
                new,
                t.id,
                "its objects begin otherwise than with zero since an earlier update, and again in this one",
            )
        })
        .collect();
    if !twice.is_empty() {
        return Err(twice);
    }
    let done = rewrite::rewrite([old, new], (&types, &numbered, rows), &indices, &carriers, &names, &sites)?;
    told.extend(done.told);
    let with_names = |mut extended: Extended| {
        extended.named = done.named.get(&extended.id).cloned().unwrap_or_default();
        extended
    };
    let types: Vec<Extended> = types.into_iter().map(with_names).collect();
    let places = Places::new(new, &types, &names, &sites);
    Ok(Extension { unit: done.unit, types, numbered, rows: done.rows, told, places })
}

/// Hand-written functions that set the new fields of objects that existed before, by the type's name.
pub type Hooks = BTreeMap<String, String>;

/// The record of a name.
fn record(program: &Program, name: &str) -> Option<ItemId> {
    let is_record = |id: &ItemId| program.items[*id].kind() == Kind::Record && program.items[*id].defined();
    program.named(name).iter().copied().find(is_record)
}

/// Where each field of each type lies.
fn placed(
    [old, new]: [&Program; 2],
    layers: &Layers,
    hooks: &Hooks,
) -> Result<Vec<Extended>, Vec<Diagnostic>> {
    let (mut types, mut told) = (vec![], vec![]);
    for (name, layers) in layers {
        let Some(id) = record(new, name) else { continue };
        let hook = hooks.get(name).cloned();
        match fields::place([old, new], id, layers, hook.is_some()) {
            Ok(extended) => types.push(Extended { hook, ..extended }),
            Err(misfits) => told.push(misplaced(new, id, &misfits)),
        }
    }
    if told.is_empty() { Ok(types) } else { Err(told) }
}

/// Fields that cannot keep their places; if a function by hand can convert them, which one.
fn misplaced(new: &Program, id: ItemId, misfits: &[Misfit]) -> Diagnostic {
    let why: Vec<String> = misfits.iter().map(|m| format!("{} {}", m.field, m.why)).collect();
    let told = refusal(new, id, &why.join("; "));
    let (name, spelled) = (&new.items[id].entity.name, new.type_name(id));
    let fields: Vec<&str> = misfits.iter().map(|m| m.field.as_str()).collect();
    match misfits.iter().all(|m| m.by_hand) {
        true => told.help(format!(
            "write void polus_extend_{name}({spelled} *object) in a file for --callbacks, which sets {} of it \
             from what (({spelled}__old *)object) has; new code then uses these beside the object",
            fields.join(", ")
        )),
        false => told,
    }
}

/// Fields of records of the old program that are converted once, by hand.
pub fn converted(types: &[Extended], old: &Program) -> BTreeSet<(ItemId, String)> {
    let of = |t: &Extended| {
        let record = record(old, &t.name);
        record.into_iter().flat_map(|id| t.converted.iter().map(move |field| (id, field.clone()))).collect()
    };
    types.iter().flat_map(|t| -> Vec<_> { of(t) }).collect()
}

/// What the author of conversions must know.
fn told_of_conversion(new: &Program, extended: &Extended) -> Option<Diagnostic> {
    let fields: Vec<&str> = extended.converted.iter().map(String::as_str).collect();
    let hook = extended.hook.as_ref().filter(|_| !fields.is_empty())?;
    let title = format!("{hook} converts {} of {} once", fields.join(", "), new.title(extended.id));
    Some(
        Diagnostic::warning(title)
            .at(new.place(extended.id), "the new declaration")
            .note("the update waits until no thread is in a function of the program that uses the old ones")
            .note("new code does not write them: after a rollback old code finds what they were, and in objects made since what the allocator left")
            .note("nor is anything converted again when the patch comes back after a rollback")
            .help("roll back only before new code has made such objects, else restart the program"),
    )
}

/// The numbers of each enumeration.
fn numbered(old: &Program, new: &Program, numbers: &Numbers) -> Result<Vec<Numbered>, Vec<Diagnostic>> {
    let enumeration = |name: &str| {
        let all = new.named(name).iter().copied();
        all.into_iter().find(|id| new.items[*id].kind() == Kind::Enum && new.items[*id].defined())
    };
    let found = numbers.names.iter().filter_map(|(name, known)| Some((enumeration(name)?, known)));
    let (done, told): (Vec<_>, Vec<_>) =
        found.map(|(id, known)| numbers::number(old, new, id, known)).partition(Result::is_ok);
    let told: Vec<Diagnostic> = told.into_iter().filter_map(Result::err).collect();
    if told.is_empty() { Ok(done.into_iter().flatten().collect()) } else { Err(told) }
}

fn refusal(new: &Program, id: ItemId, why: &str) -> Diagnostic {
    Diagnostic::error(format!("{} cannot keep its layout: {why}", new.title(id)))
        .at(new.place(id), "the new declaration")
        .blame([id])
        .help("keep these fields in this update, or restart the program for this change")
}

/// These records, and those that hold them.
fn holding(new: &Program, mut all: BTreeSet<ItemId>) -> BTreeSet<ItemId> {
    loop {
        let holders = (0..new.items.len()).filter(|&id| new.items[id].kind() == Kind::Record);
        let more: Vec<ItemId> = holders
            .filter(|id| {
                !all.contains(id) && new.items[*id].entity.holds.iter().any(|held| all.contains(held))
            })
            .collect();
        if more.is_empty() {
            return all;
        }
        all.extend(more);
    }
}

/// Places of the records' names, in all declarations.
fn declared_at(new: &Program, records: &BTreeSet<ItemId>) -> BTreeMap<usize, ItemId> {
    let places = |&id: &ItemId| new.items[id].entity.declarations.iter().map(move |d| (d.name_at, id));
    records.iter().flat_map(places).collect()
}

/// Types whose layout in the rewritten program is not that of the process after all.
pub fn check(new: &Program, types: &[Extended]) -> Vec<(String, Diagnostic)> {
    let one = |extended: &Extended| {
        let told = refusal(new, record(new, &extended.name)?, &wrong(new, extended)?);
        Some((extended.name.clone(), told))
    };
    types.iter().filter_map(one).collect()
}

fn wrong(new: &Program, extended: &Extended) -> Option<String> {
    let layers = extended.layers.iter().zip(&extended.kept).enumerate();
    if let Some(inner) = grown(new, extended) {
        return Some(inner);
    }
    let mut wrong = layers.filter_map(|(number, (layer, kept))| {
        let is = &new.items[record(new, &layer_name(&extended.name, number))?].entity;
        let moved = layer.fields.iter().zip(kept).find(|(slot, name)| {
            let now =
                name.as_ref().filter(|n| !n.is_empty()).and_then(|n| is.fields.iter().find(|f| f.name == *n));
            now.is_some_and(|now| (now.offset, now.size) != (slot.offset, slot.size)) && !is.union
        });
        match moved {
            Some((slot, _)) => Some(format!("its field {} would move", slot.name)),
            None if is.size == Some(layer.size) && is.align != Some(layer.align) => Some(format!(
                "it would be aligned to {} bytes instead of {}",
                is.align.unwrap_or(0),
                layer.align
            )),
            None if is.size != Some(layer.size) => {
                Some(format!("it would have {} bytes instead of {}", is.size.unwrap_or(0), layer.size))
            }
            None => None,
        }
    });
    wrong.next()
}

/// A struct inside of it has not the size that it has in the process.
fn grown(new: &Program, extended: &Extended) -> Option<String> {
    let is = &new.items[record(new, &extended.name)?].entity;
    let kept = extended.layers[0].fields.iter().zip(&extended.kept[0]);
    kept.filter(|_| !is.union).find_map(|(slot, name)| {
        let now = is.fields.iter().find(|f| Some(&f.name) == name.as_ref() && !f.name.is_empty())?;
        let inner = now.record.filter(|_| now.size != slot.size && now.dimensions == slot.dimensions)?;
        Some(format!("its field {} is {}, which cannot keep its own", slot.name, new.title(inner)))
    })
}

fn layer_name(name: &str, layer: usize) -> String {
    if layer == 0 { name.to_string() } else { provide::beside_name(name, layer) }
}

/// What the process will have of the types when the rewritten program runs in it.
pub fn result(new: &Program, types: &[Extended]) -> Layers {
    let layer = |name: &str, number: usize| {
        record(new, &layer_name(name, number)).map(|id| Layer::from(&new.items[id].entity))
    };
    let all = |extended: &Extended| {
        let fresh = extended.records().filter(|number| *number >= extended.layers.len());
        let mut layers = extended.layers.clone();
        layers.extend(fresh.filter_map(|number| {
            let (started, named) = (extended.begins(number), extended.named.clone());
            Some(Layer { started, named, ..layer(&extended.name, number)? })
        }));
        (extended.name.clone(), layers)
    };
    types.iter().map(all).collect()
}
