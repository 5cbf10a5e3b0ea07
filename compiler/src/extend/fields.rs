//! Which field of a changed record is which of the old one, and what becomes of it (design 3.2).

use crate::clang::{Entity, Field};
use crate::model::{ItemId, Program};
use std::collections::BTreeSet;

/// A record of both versions whose objects keep their old layout.
#[derive(Clone, Debug)]
pub struct Extended {
    /// In the old program.
    pub ours: ItemId,
    /// In the new program.
    pub theirs: ItemId,
    /// Its name there.
    pub name: String,
    /// The old fields in their places, each with the name of the new field that lies there.
    pub kept: Vec<(Field, Option<String>)>,
    /// New fields without a place in the old layout.
    pub added: Vec<String>,
    /// Old and new names of fields that were taken for renamed.
    pub renamed: Vec<(String, String)>,
}

impl Extended {
    /// The old layout has the fields that stay in the new order, and nothing between them.
    pub fn in_order(&self, fields: &[Field]) -> bool {
        let staying = fields.iter().map(|f| &f.name).filter(|name| !self.added.contains(name));
        self.kept.iter().map(|(_, name)| name.as_ref()).eq(staying.map(Some))
    }
}

/// Why a field has no place, with its name in the new version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The field.
    pub field: String,
    /// Why.
    pub why: String,
}

/// Finds each new field's place in the old layout.
///
/// # Errors
/// Fields that cannot keep theirs.
pub fn place(old: &Program, ours: ItemId, new: &Program, theirs: ItemId) -> Result<Extended, Vec<Misfit>> {
    let (was, is) = (&old.items[ours].entity, &new.items[theirs].entity);
    if was.union || is.union {
        return union(ours, theirs, was, is);
    }
    let mut misfits = vec![];
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    let mut kept: Vec<(Field, Option<String>)> = was.fields.iter().map(|f| (f.clone(), None)).collect();
    let mut added = vec![];
    for (at, field) in is.fields.iter().enumerate() {
        let same = |index: usize, other: &Field| {
            !taken.contains(&index) && other.name == field.name && (!field.name.is_empty() || other.shape == field.shape)
        };
        match was.fields.iter().enumerate().position(|(index, other)| same(index, other)) {
            Some(index) if fits(&was.fields[index], field) => {
                taken.insert(index);
                kept[index].1 = Some(field.name.clone());
            }
            Some(index) => misfits.push(misfit(&was.fields[index], field)),
            None if field.name.is_empty() => misfits.push(nameless(field)),
            None if field.size == 0 && field.dimensions.len() == 1 => misfits.push(Misfit {
                field: field.name.clone(),
                why: "is a new array of open length".into(),
            }),
            None => added.push(at),
        }
    }
    let renamed = renamed(was, is, &kept, &added);
    for (from, to) in &renamed {
        for slot in kept.iter_mut().filter(|(field, _)| field.name == *from) {
            slot.1 = Some(to.clone());
        }
    }
    let fresh = |at: &&usize| renamed.iter().all(|(_, to)| *to != is.fields[**at].name);
    let added = added.iter().filter(fresh).map(|&at| is.fields[at].name.clone()).collect();
    if misfits.is_empty() { Ok(Extended { ours, theirs, name: is.name.clone(), kept, added, renamed }) } else { Err(misfits) }
}

/// A union keeps its size, and its new members share the old bytes.
fn union(ours: ItemId, theirs: ItemId, was: &Entity, is: &Entity) -> Result<Extended, Vec<Misfit>> {
    let size = was.size.unwrap_or(0) * 8;
    let too_big = |field: &&Field| field.size > size || was.union != is.union;
    let misfits: Vec<Misfit> = is
        .fields
        .iter()
        .filter(too_big)
        .map(|field| Misfit {
            field: field.name.clone(),
            why: format!("has {} bytes, and the old union only {}", field.size.div_ceil(8), size / 8),
        })
        .collect();
    let kept = is.fields.iter().map(|field| (field.clone(), Some(field.name.clone()))).collect();
    match misfits.is_empty() {
        true => Ok(Extended { ours, theirs, name: is.name.clone(), kept, added: vec![], renamed: vec![] }),
        false => Err(misfits),
    }
}

/// The bytes of the one can be read as the other.
fn fits(was: &Field, is: &Field) -> bool {
    let same = was.shape == is.shape && was.dimensions == is.dimensions;
    let open = was.size == 0 || is.size == 0;
    was.bit_field == is.bit_field
        && (same && (was.size == is.size || is.record.is_some()) || !open && was.size == is.size && alike(was, is))
}

/// Another spelling of what has the same bytes: numbers of one size, pointers to data.
fn alike(was: &Field, is: &Field) -> bool {
    let (was, is) = (was.shape.as_str(), is.shape.as_str());
    let data = |shape: &str| unqualified(shape).starts_with('*') && !unqualified(&unqualified(shape)[1..]).starts_with('(');
    let whole = |shape: &str| is_integer(unqualified(shape));
    data(was) && data(is) || whole(was) && whole(is)
}

fn unqualified(shape: &str) -> &str {
    let shape = shape.strip_prefix("const ").unwrap_or(shape);
    shape.strip_prefix("volatile ").unwrap_or(shape)
}

fn is_integer(shape: &str) -> bool {
    const WORDS: &[&str] = &["char", "short", "int", "long", "signed", "unsigned", "__int128"];
    shape.starts_with("enum ") || shape.split(' ').all(|word| WORDS.contains(&word))
}

fn misfit(was: &Field, is: &Field) -> Misfit {
    let function = |shape: &str| unqualified(shape).starts_with("*(");
    let why = match () {
        () if function(&was.shape) || function(&is.shape) => "is a pointer to functions of another type".to_string(),
        () if !is.dimensions.is_empty() && was.dimensions != is.dimensions => format!(
            "has {} elements instead of {}",
            is.dimensions.iter().product::<u64>(),
            was.dimensions.iter().product::<u64>()
        ),
        () => format!("has another type ({} bits instead of {})", is.size, was.size),
    };
    Misfit { field: is.name.clone(), why }
}

fn nameless(field: &Field) -> Misfit {
    let size = field.size.div_ceil(8);
    Misfit { field: "a member without a name".into(), why: format!("({size} bytes) is not what it was") }
}

/// Removed and added fields of one type between the same neighbours.
fn renamed(was: &Entity, is: &Entity, kept: &[(Field, Option<String>)], added: &[usize]) -> Vec<(String, String)> {
    let place_of = |name: &str| kept.iter().position(|(_, new)| new.as_deref() == Some(name));
    let mut found = vec![];
    for &at in added {
        let field = &is.fields[at];
        let before = at.checked_sub(1).map(|before| place_of(&is.fields[before].name));
        let here = match before {
            None => 0,
            Some(None) => continue,
            Some(Some(index)) => index + 1,
        };
        let (Some(other), None) = (was.fields.get(here), kept.get(here).and_then(|k| k.1.as_ref())) else { continue };
        let next = is.fields.get(at + 1).map(|f| place_of(&f.name));
        let behind = if here + 1 == kept.len() { next.is_none() } else { next == Some(Some(here + 1)) };
        if behind && fits(other, field) && other.shape == field.shape && !other.name.is_empty() {
            found.push((other.name.clone(), field.name.clone()));
        }
    }
    found
}
