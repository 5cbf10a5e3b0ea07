//! Enumerations whose values live on: old names keep their numbers, and a name behind the last value
//! moves up (design 3.2).

use crate::clang::{Kind, Role, Use};
use crate::diag::Diagnostic;
use crate::model::{ItemId, Program};
use crate::text;
use std::collections::{BTreeMap, BTreeSet};

/// The numbers that names have in the process, by the enumeration's name in the merged text.
pub type Numbers = BTreeMap<String, BTreeMap<String, i64>>;

/// An enumeration of the new program with the numbers that it gets.
#[derive(Clone, Debug)]
pub struct Numbered {
    /// In the new program.
    pub id: ItemId,
    /// Its name there.
    pub name: String,
    /// In order of the text.
    pub numbers: Vec<(String, i64)>,
    /// The name that counts the others.
    pub sentinel: Option<String>,
}

impl Numbered {
    /// The number that stands where the new version has this one.
    pub fn place_of(&self, new: &Program, number: i64) -> Option<i64> {
        let all = &new.items[self.id].entity.enumerators;
        let (name, _) = all.iter().find(|(_, value)| *value == number)?;
        self.numbers.iter().find(|(other, _)| other == name).map(|(_, value)| *value)
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
    let sentinel = sentinel(old, new, id, known);
    let counts = |name: &str| sentinel.as_deref() == Some(name);
    let reserved: BTreeSet<i64> = known.iter().filter(|(name, _)| !counts(name)).map(|(_, v)| *v).collect();
    let mut given: BTreeMap<i64, i64> = BTreeMap::new();
    for (name, value) in entity.enumerators.iter().filter(|(name, _)| !counts(name)) {
        if let Some(&old) = known.get(name)
            && *given.entry(*value).or_insert(old) != old
        {
            return Err(refusal(new, id, &format!("{name} is one number with another name, and was not")));
        }
    }
    let mut taken: BTreeSet<i64> = reserved.union(&given.values().copied().collect()).copied().collect();
    let flags = is_flags(entity.enumerators.iter().map(|(_, v)| *v)) || is_flags(known.values().copied());
    for (_, value) in entity.enumerators.iter().filter(|(name, _)| !counts(name)) {
        if given.contains_key(value) {
            continue;
        }
        let last = taken.last().copied().unwrap_or(-1);
        let next = if flags {
            (last + 1).max(1).cast_unsigned().next_power_of_two().cast_signed()
        } else {
            last + 1
        };
        let number = if taken.contains(value) { next } else { *value };
        taken.insert(number);
        given.insert(*value, number);
    }
    let last = taken.last().map_or(0, |last| last + 1);
    let numbers = entity.enumerators.iter();
    let numbers =
        numbers.map(|(name, value)| (name.clone(), if counts(name) { last } else { given[value] })).collect();
    let numbered = Numbered { id, name: entity.name.clone(), numbers, sentinel };
    match compared(new, &numbered) {
        Some(offset) => Err(refusal(new, id, "its values would have another order, and are compared by it")
            .at(new.place_at(offset), "compared here")),
        None => Ok(numbered),
    }
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

/// The last name in both versions, one above all others, that only bounds them in both.
fn sentinel(old: &Program, new: &Program, id: ItemId, known: &BTreeMap<String, i64>) -> Option<String> {
    let all = &new.items[id].entity.enumerators;
    let (name, value) = all.last()?;
    let was = known.get(name)?;
    let above = |value: i64, others: &mut dyn Iterator<Item = i64>| {
        others.max().is_some_and(|most| most + 1 == value)
    };
    let is_last = above(*value, &mut all.iter().filter(|(n, _)| n != name).map(|(_, v)| *v))
        && above(*was, &mut known.iter().filter(|(n, _)| *n != name).map(|(_, v)| *v));
    let only_bounds = |program: &Program, id| {
        let mut uses = uses(program, id, name).peekable();
        uses.peek().is_some() && uses.all(|offset| bounds(program, offset, name))
    };
    let ours = old.named(&new.items[id].entity.name).iter().copied();
    let mut ours = ours.filter(|&id| old.items[id].kind() == Kind::Enum);
    (is_last && only_bounds(new, id) && ours.all(|id| only_bounds(old, id))).then(|| name.clone())
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

fn is_order(word: &str) -> bool {
    matches!(word, "<" | ">" | "<=" | ">=")
}

/// Where an enumerator is compared by order, if that is another one now.
fn compared(new: &Program, numbered: &Numbered) -> Option<usize> {
    let all = &new.items[numbered.id].entity.enumerators;
    let mut pairs: Vec<(i64, i64)> = all
        .iter()
        .zip(&numbered.numbers)
        .filter(|((name, _), _)| numbered.sentinel.as_ref() != Some(name))
        .map(|((_, new), (_, given))| (*new, *given))
        .collect();
    pairs.sort();
    if pairs.windows(2).all(|two| two[0].1 <= two[1].1) {
        return None;
    }
    let names = all.iter().map(|(name, _)| name).filter(|name| numbered.sentinel.as_ref() != Some(name));
    let mut found = names.flat_map(|name| uses(new, numbered.id, name).map(move |offset| (offset, name)));
    found
        .find(|(offset, name)| {
            let (before, behind) = around(new, *offset, name);
            is_order(before) || is_order(behind) || before == "..." || behind == "..."
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
pub fn tables(new: &Program, numbered: &Numbered) -> Vec<Table> {
    let values: BTreeSet<i64> = numbered.numbers.iter().map(|(_, v)| *v).collect();
    let count = values.len() as u64;
    let of_size = |id: &ItemId| {
        let first = new.items[*id].entity.dimensions.first().copied().unwrap_or(0);
        first == count || numbered.sentinel.is_some() && first + 1 == count
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
        (certain || !told && is_beside(new, numbered, id)).then_some(table)
    };
    new.own(Kind::Variable).filter_map(table).collect()
}

/// This part of its declaration names an enumerator, as its bound for example.
fn names(new: &Program, numbered: &Numbered, array: ItemId, part: std::ops::Range<usize>) -> bool {
    new.uses_in(array).iter().any(|u| u.target == numbered.id && part.contains(&u.offset))
}

/// A function that uses it, or one that calls such a function, has to do with the enumeration.
fn is_beside(new: &Program, numbered: &Numbered, array: ItemId) -> bool {
    let holders = |of: ItemId| new.uses.iter().filter(move |u| u.target == of).map(|u| u.holder);
    let users: BTreeSet<ItemId> = holders(array).collect();
    let callers: BTreeSet<ItemId> = users.iter().flat_map(|&user| holders(user)).collect();
    users.union(&callers).any(|&function| reaches(new, function, numbered.id))
}

/// It names the enumeration, or something whose type leads to it.
fn reaches(new: &Program, from: ItemId, enumeration: ItemId) -> bool {
    let (mut seen, mut left) = (BTreeSet::from([from]), vec![from]);
    while let Some(id) = left.pop() {
        let named = new.uses_in(id).iter().map(|u| u.target);
        left.extend(named.filter(|&to| new.items[to].kind() != Kind::Function && seen.insert(to)));
    }
    seen.contains(&enumeration)
}

fn braces(new: &Program, array: ItemId) -> Option<std::ops::Range<usize>> {
    let span = new.span(array);
    let equals = new.unit.text[span.clone()].find('=')?;
    let open = span.start + equals + new.unit.text[span.start + equals..span.end].find('{')?;
    Some(open..span.end)
}
