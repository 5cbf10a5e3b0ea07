//! Enumerations whose values live on: old names keep their numbers, and a name behind the last value
//! moves up (design 3.2).

use crate::clang::{Entity, Indices, Kind, Role, Use};
use crate::diag::Diagnostic;
use crate::model::{ItemId, Program};
use crate::text;
use std::collections::{BTreeMap, BTreeSet};

/// What the process has of enumerations that keep their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// The numbers that names have, by the enumeration's name in the merged text.
    pub names: BTreeMap<String, BTreeMap<String, i64>>,
    /// What tables have for numbers whose names are gone.
    pub rows: Rows,
}

/// Elements of tables, by the table's name in the merged text and the number.
pub type Rows = BTreeMap<String, BTreeMap<i64, String>>;

/// An enumeration of the new program with the numbers that it gets.
#[derive(Clone, Debug)]
pub struct Numbered {
    /// In the new program.
    pub id: ItemId,
    /// Its name there.
    pub name: String,
    /// In order of the text.
    pub numbers: Vec<(String, i64)>,
    /// The names that count those before them.
    pub sentinels: Vec<String>,
    /// Numbers that the process has and the new version no name for, with the value that the old version
    /// has in place of it.
    pub gone: BTreeMap<i64, i64>,
}

impl Numbered {
    /// The number that stands where the new version has this one.
    pub fn place_of(&self, new: &Program, number: i64) -> Option<i64> {
        let all = &new.items[self.id].entity.enumerators;
        let (name, _) = all.iter().find(|(_, value)| *value == number)?;
        self.numbers.iter().find(|(other, _)| other == name).map(|(_, value)| *value)
    }

    /// The numbers have the order of the new version's.
    pub fn keeps_order(&self, new: &Program) -> bool {
        let all = new.items[self.id].entity.enumerators.iter().zip(&self.numbers);
        let values = all.filter(|((name, _), _)| !self.sentinels.contains(name));
        let mut pairs: Vec<(i64, i64)> = values.map(|((_, new), (_, given))| (*new, *given)).collect();
        pairs.sort();
        pairs.windows(2).all(|two| two[0].1 <= two[1].1)
    }

    /// An expression for the value that the new version has in place of a number.
    pub fn in_order(&self, old: &Program, new: &Program, number: &str) -> String {
        let all = &new.items[self.id].entity.enumerators;
        let named = all.iter().zip(&self.numbers).map(|((_, value), (_, number))| (*number, *value));
        let gone = self.gone.iter().map(|(&number, &value)| (number, self.before(old, new, value)));
        let moved: BTreeMap<i64, i64> = named.chain(gone).filter(|(number, value)| number != value).collect();
        let each = moved.iter().map(|(number, value)| format!("polus_number == {number} ? {value} : "));
        format!("({{ long polus_number = ({number}); {}polus_number; }})", each.collect::<String>())
    }

    /// The new value of the name that stood before one that is gone: what that is above, it stays above.
    fn before(&self, old: &Program, new: &Program, gone: i64) -> i64 {
        let value = |name: &String| {
            let all = &new.items[self.id].entity.enumerators;
            all.iter().find(|(other, _)| other == name).map(|(_, value)| *value)
        };
        let ours = old.named(&self.name).iter().flat_map(|&id| &old.items[id].entity.enumerators);
        let below = ours.filter(|(_, value)| *value < gone);
        let nearest = below.filter_map(|(name, old)| Some((*old, value(name)?))).max();
        nearest.map_or(gone, |(_, value)| value)
    }

    /// Some name has another number than in the new version.
    pub fn differs(&self, new: &Program) -> bool {
        new.items[self.id]
            .entity
            .enumerators
            .iter()
            .any(|(_, value)| self.place_of(new, *value) != Some(*value))
    }
}

/// Gives numbers.
///
/// # Errors
/// Why that cannot be done, with the place.
pub fn number(
    old: &Program,
    new: &Program,
    id: ItemId,
    known: &BTreeMap<String, i64>,
) -> Result<Numbered, Diagnostic> {
    let entity = &new.items[id].entity;
    if let Some(name) = computed(new, id) {
        return Err(refusal(new, id, &format!("{name} is computed of others")));
    }
    let sentinels = sentinels(old, new, id, known);
    let (given, counted) = give(entity, &sentinels, known).map_err(|why| refusal(new, id, &why))?;
    let number = |(name, value): &(String, i64)| counted.get(name).copied().unwrap_or_else(|| given[value]);
    let numbers = entity.enumerators.iter().map(|one| (one.0.clone(), number(one))).collect();
    let gone = gone(old, entity, known);
    let numbered = Numbered { id, name: entity.name.clone(), numbers, sentinels, gone };
    match in_range(new, &numbered).filter(|_| !numbered.keeps_order(new)) {
        Some(offset) => Err(out_of_order(new, &numbered, offset)),
        None => Ok(numbered),
    }
}

/// Why values cannot be told apart by the order that the new version gives them.
pub fn out_of_order(new: &Program, numbered: &Numbered, offset: usize) -> Diagnostic {
    refusal(new, numbered.id, "its values would have another order, and are compared by it")
        .at(new.place_at(offset), "compared here")
}

/// The number for each value of the new version, and for each sentinel.
type Given = (BTreeMap<i64, i64>, BTreeMap<String, i64>);

/// Gives them.
///
/// # Errors
/// Why there is none.
fn give(entity: &Entity, sentinels: &[String], known: &BTreeMap<String, i64>) -> Result<Given, String> {
    let all = &entity.enumerators;
    let counts = |name: &String| sentinels.contains(name);
    let flags = is_flags(all.iter().map(|(_, v)| *v)) || is_flags(known.values().copied());
    let mut given: BTreeMap<i64, i64> = BTreeMap::new();
    for (name, value) in all.iter().filter(|(name, _)| !counts(name)) {
        if let Some(&old) = known.get(name)
            && *given.entry(*value).or_insert(old) != old
        {
            return Err(format!("{name} is one number with another name, and was not"));
        }
    }
    let kept = known.iter().filter(|(name, _)| !counts(name)).map(|(_, v)| *v);
    let mut taken: BTreeSet<i64> = kept.chain(given.values().copied()).collect();
    let mut counted = BTreeMap::new();
    let mut from = 0;
    // what stands before a sentinel gets numbers below it
    for end in (0..=all.len()).filter(|&at| at == all.len() || counts(&all[at].0)) {
        let bound = all.get(end).map(|(name, _)| known[name]);
        let below = taken.iter().filter(|&&number| bound.is_none_or(|bound| number < bound));
        let mut last = below.max().copied().unwrap_or(-1);
        for (name, value) in &all[from..end] {
            if given.contains_key(value) {
                continue;
            }
            let next = if flags {
                (last + 1).max(1).cast_unsigned().next_power_of_two().cast_signed()
            } else {
                last + 1
            };
            let number = if taken.contains(value) { next } else { *value };
            if !taken.insert(number) {
                return Err(format!("no number is left for {name} below the next ones"));
            }
            given.insert(*value, number);
            last = last.max(number);
        }
        if let Some((name, _)) = all.get(end) {
            if taken.contains(&(last + 1)) {
                return Err(format!(
                    "{name}, which counts those before it, would be the number of another one"
                ));
            }
            counted.insert(name.clone(), last + 1);
        }
        from = end + 1;
    }
    Ok((given, counted))
}

/// What the process has, and the new declaration has not.
fn gone(old: &Program, new: &Entity, known: &BTreeMap<String, i64>) -> BTreeMap<i64, i64> {
    let ours = old.named(&new.name).iter().find(|&&id| old.items[id].kind() == Kind::Enum);
    let all = ours.map(|&id| old.items[id].entity.enumerators.as_slice()).unwrap_or_default();
    let left_out = all.iter().filter(|(name, _)| new.enumerators.iter().all(|(other, _)| other != name));
    left_out.filter_map(|(name, value)| Some((*known.get(name)?, *value))).collect()
}

/// Each value is a bit of its own.
fn is_flags(values: impl Iterator<Item = i64>) -> bool {
    let values: BTreeSet<i64> = values.filter(|v| *v != 0).collect();
    values.len() > 2 && values.iter().all(|v| *v > 0 && v & (v - 1) == 0)
}

/// A name whose value is computed of others.
fn computed(new: &Program, id: ItemId) -> Option<String> {
    let span = new.span(id);
    let source = &new.unit.text[span.clone()];
    let body = source.get(source.find('{')? + 1..source.rfind('}')?)?;
    let all = &new.items[id].entity.enumerators;
    body.split(',').find_map(|one| {
        let (name, value) = one.split_once('=')?;
        let words: Vec<&str> = text::lex(value).iter().map(|token| token.text(value)).collect();
        let of_others =
            words.len() > 1 && words.iter().any(|word| all.iter().any(|(other, _)| other == word));
        of_others.then(|| name.trim().to_string())
    })
}

/// Says why an enumeration cannot keep its numbers.
pub fn refusal(new: &Program, id: ItemId, why: &str) -> Diagnostic {
    Diagnostic::error(format!("{} cannot keep its numbers: {why}", new.title(id)))
        .at(new.place(id), "the new declaration")
        .blame([id])
        .help("append new enumerators at the end, or restart the program for this change")
}

/// Names in both versions, one above all those before them and below all others, that only bound them.
fn sentinels(old: &Program, new: &Program, id: ItemId, known: &BTreeMap<String, i64>) -> Vec<String> {
    let ours = old.named(&new.items[id].entity.name).iter().copied();
    let ours: Vec<ItemId> = ours.filter(|&id| old.items[id].kind() == Kind::Enum).collect();
    let only_bounds = |program: &Program, id, name: &str| {
        let mut uses = uses(program, id, name).peekable();
        uses.peek().is_some() && uses.all(|offset| bounds(program, offset, name))
    };
    let all = &new.items[id].entity.enumerators;
    let is_sentinel = |name: &str| {
        known.contains_key(name)
            && counts_those_before(all, name)
            && only_bounds(new, id, name)
            && ours.iter().all(|&id| {
                let all = &old.items[id].entity.enumerators;
                counts_those_before(all, name) && is_between(all, name, known) && only_bounds(old, id, name)
            })
    };
    all.iter().map(|(name, _)| name).filter(|name| is_sentinel(name)).cloned().collect()
}

/// A name is one above the largest of those before it, and below all behind it.
fn counts_those_before(all: &[(String, i64)], name: &str) -> bool {
    let Some(at) = all.iter().position(|(other, _)| other == name) else { return false };
    let value = all[at].1;
    all[..at].iter().map(|(_, other)| *other).max().is_some_and(|most| most + 1 == value)
        && all[at + 1..].iter().all(|(_, other)| *other > value)
}

/// So it is in the process, where numbers may be left out before it.
fn is_between(all: &[(String, i64)], name: &str, known: &BTreeMap<String, i64>) -> bool {
    let Some(at) = all.iter().position(|(other, _)| other == name) else { return false };
    let number = |(name, value): &(String, i64)| known.get(name).copied().unwrap_or(*value);
    let own = number(&all[at]);
    all[..at].iter().all(|other| number(other) < own) && all[at + 1..].iter().all(|other| number(other) > own)
}

/// Where an enumerator is named.
fn uses<'p>(new: &'p Program, id: ItemId, name: &'p str) -> impl Iterator<Item = usize> + 'p {
    let named = move |role: &Role| matches!(role, Role::Enumerator(other) if other == name);
    new.uses.iter().filter(move |u| u.target == id && named(&u.role)).map(|u| u.offset)
}

/// The words before and behind a name.
fn around<'p>(new: &'p Program, offset: usize, name: &str) -> (&'p str, &'p str) {
    let source = &new.unit.text;
    let from = source[..offset].char_indices().rev().take(64).last().map_or(0, |(at, _)| at);
    let before =
        text::lex(&source[from..offset]).last().map_or("", |token| token.text(&source[from..offset]));
    let rest = &source[offset + name.len()..];
    let end = rest.char_indices().nth(64).map_or(rest.len(), |(at, _)| at);
    let behind = text::lex(&rest[..end]).first().map_or("", |token| token.text(&rest[..end]));
    (before, behind)
}

/// An array's bound, or what all values are less than.
fn bounds(new: &Program, offset: usize, name: &str) -> bool {
    let (before, behind) = around(new, offset, name);
    let less = matches!(before, "<" | ">=") || matches!(behind, ">" | "<=");
    before == "[" && matches!(behind, "]" | "+") || less
}

/// Where a range of values ends at an enumerator.
fn in_range(new: &Program, numbered: &Numbered) -> Option<usize> {
    let all = new.items[numbered.id].entity.enumerators.iter();
    let names = all.map(|(name, _)| name).filter(|name| !numbered.sentinels.contains(name));
    let mut found = names.flat_map(|name| uses(new, numbered.id, name).map(move |offset| (offset, name)));
    found
        .find(|(offset, name)| {
            let (before, behind) = around(new, *offset, name);
            before == "..." || behind == "..."
        })
        .map(|(offset, _)| offset)
}

/// An array with as many elements as there are values, or as an enumerator tells, without designators.
pub struct Table {
    /// The variable.
    pub id: ItemId,
    /// Its initialiser.
    pub braces: std::ops::Range<usize>,
    /// Its declaration tells that it has one for each; else who uses it may know.
    pub certain: bool,
}

/// The arrays that are, or may be, tables of an enumeration.
pub fn tables(new: &Program, numbered: &Numbered, indices: &Indices) -> Vec<Table> {
    let values: BTreeSet<i64> = numbered.numbers.iter().map(|(_, v)| *v).collect();
    let count = values.len() as u64;
    let all = new.items[numbered.id].entity.enumerators.iter();
    let counted: BTreeSet<u64> = all
        .filter(|(name, _)| numbered.sentinels.contains(name))
        .filter_map(|(_, value)| u64::try_from(*value).ok())
        .collect();
    let of_size = |id: &ItemId| {
        let first = new.items[*id].entity.dimensions.first().copied().unwrap_or(0);
        first == count || counted.contains(&first)
    };
    let enumerations = &new.items[numbered.id].entity.declarations;
    let is_indexed = |id: ItemId| {
        let arrays = &new.items[id].entity.declarations;
        arrays.iter().any(|array| enumerations.iter().any(|by| indices.by(array.name_at, by.name_at)))
    };
    let table = |id: ItemId| {
        let braces = braces(new, id)?;
        let before = new.span(id).start..braces.start;
        let is_bound = |u: &Use| matches!(u.role, Role::Enumerator(_)) && before.contains(&u.offset);
        let bounded = new.uses_in(id).iter().any(|u| u.target == numbered.id && is_bound(u));
        if !bounded && !of_size(&id) {
            return None;
        }
        let certain = names(new, numbered, id, before);
        // rows that say themselves which value they are for may stand anywhere
        let told = !certain && names(new, numbered, id, braces.clone());
        let table = Table { id, braces, certain };
        (certain || !told && is_indexed(id)).then_some(table)
    };
    new.own(Kind::Variable).filter_map(table).collect()
}

/// This part of its declaration names an enumerator, as its bound for example.
fn names(new: &Program, numbered: &Numbered, array: ItemId, part: std::ops::Range<usize>) -> bool {
    new.uses_in(array).iter().any(|u| u.target == numbered.id && part.contains(&u.offset))
}

/// A variable's initialiser.
pub fn braces(new: &Program, array: ItemId) -> Option<std::ops::Range<usize>> {
    let span = new.span(array);
    let equals = new.unit.text[span.clone()].find('=')?;
    let open = span.start + equals + new.unit.text[span.start + equals..span.end].find('{')?;
    Some(open..span.end)
}
