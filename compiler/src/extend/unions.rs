//! Unions whose members are types that keep their layout: what is written by way of one member and read by
//! way of another has to lie at one place.

use super::fields::Extended;
use super::fitting::{unqualified, width};
use crate::clang::{Field, Role};
use crate::diag::Diagnostic;
use crate::model::{ItemId, Program};

/// A number, a pointer or an array in a member of a union.
struct Leaf<'p> {
    /// Its name, with those of what it lies in.
    path: String,
    shape: &'p str,
    /// Bits, as the new version means it.
    bits: std::ops::Range<u64>,
    /// The bit where it will lie; nothing, if it lies beside the object.
    place: Option<u64>,
    /// The type that has it elsewhere than the new version means.
    moved: Option<ItemId>,
}

/// Types that cannot keep their layout for that reason.
pub fn check(new: &Program, types: &[Extended]) -> Vec<Diagnostic> {
    let is_union = |id: &ItemId| {
        let item = &new.items[*id];
        item.entity.union && item.defined() && !item.system
    };
    (0..new.items.len()).filter(is_union).filter_map(|id| one(new, types, id)).collect()
}

fn one(new: &Program, types: &[Extended], union: ItemId) -> Option<Diagnostic> {
    let members = &new.items[union].entity.fields;
    let all: Vec<Vec<Leaf>> = members.iter().map(|member| member_leaves(new, types, member)).collect();
    let pairs = (0..all.len()).flat_map(|a| (0..all.len()).filter(move |&b| a != b).map(move |b| (a, b)));
    for (a, b) in pairs {
        for leaf in &all[a] {
            let Some(moved) = leaf.moved else { continue };
            let shares = |other: &&Leaf| {
                let same = leaf.bits.start == other.bits.start && leaf.shape == other.shape;
                let viewed =
                    members[b].record.is_none() && views(other, leaf) && is_used(new, union, &members[b]);
                viewed || same && (leaf.place.is_none() || leaf.place != other.place)
            };
            if let Some(other) = all[b].iter().find(shares) {
                let why = format!(
                    "{} would lie elsewhere than {}, which shares its place in a union",
                    leaf.path, other.path
                );
                return Some(super::refusal(new, moved, &why));
            }
        }
    }
    None
}

/// The one shows the other's bytes: a row of characters, or a number that has several fields in it.
fn views(member: &Leaf, leaf: &Leaf) -> bool {
    let overlaps = leaf.bits.start < member.bits.end && member.bits.start < leaf.bits.end;
    let characters = member.shape.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let characters = characters.is_some_and(|(_, element)| width(unqualified(element)) == Some(1));
    let smaller = leaf.bits.end - leaf.bits.start < member.bits.end - member.bits.start;
    overlaps && (characters || width(unqualified(member.shape)).is_some() && smaller)
}

/// Code has to do with the member; else it only gives the union its size.
fn is_used(new: &Program, union: ItemId, member: &Field) -> bool {
    new.uses
        .iter()
        .any(|u| u.target == union && matches!(&u.role, Role::Member(name) if *name == member.name))
}

fn member_leaves<'p>(new: &'p Program, types: &[Extended], member: &'p Field) -> Vec<Leaf<'p>> {
    let mut found = vec![];
    let at = Spot { path: member.name.clone(), start: 0, place: Some(0), moved: None };
    leaves(new, types, member, at, &mut found);
    found
}

/// A field: its path, where it begins, where it will begin, and the type that moved it.
struct Spot {
    path: String,
    start: u64,
    place: Option<u64>,
    moved: Option<ItemId>,
}

fn leaves<'p>(new: &'p Program, types: &[Extended], field: &'p Field, at: Spot, found: &mut Vec<Leaf<'p>>) {
    let Spot { path, start, place, moved } = at;
    let Some(record) = field.record.filter(|_| field.dimensions.is_empty()) else {
        let bits = start..start + field.size;
        // elements that keep another layout lie elsewhere than the new version means
        let kept = field.record.and_then(|record| inside(new, types, record));
        return found.push(Leaf { path, shape: &field.shape, bits, place, moved: moved.or(kept) });
    };
    let extended = types.iter().find(|t| t.id == record);
    for inner in &new.items[record].entity.fields {
        let own = extended.map_or(Some(inner.offset), |extended| slot(extended, &inner.name));
        let spot = Spot {
            path: if inner.name.is_empty() { path.clone() } else { format!("{path}.{}", inner.name) },
            start: start + inner.offset,
            place: place.zip(own).map(|(place, own)| place + own),
            moved: moved.or((own != Some(inner.offset)).then_some(record)),
        };
        leaves(new, types, inner, spot, found);
    }
}

/// Where the object has a field; nothing, if it lies beside.
fn slot(extended: &Extended, name: &str) -> Option<u64> {
    if extended.layers[0].union {
        return Some(0);
    }
    let at = extended.kept[0].iter().position(|kept| kept.as_deref() == Some(name))?;
    Some(extended.layers[0].fields[at].offset).filter(|_| !extended.retyped.contains_key(name))
}

/// A type that keeps its layout among a record and those that it holds.
fn inside(new: &Program, types: &[Extended], record: ItemId) -> Option<ItemId> {
    let own = types.iter().any(|t| t.id == record).then_some(record);
    let held = || new.items[record].entity.holds.iter().filter(|&&held| held != record);
    own.or_else(|| held().find_map(|&held| inside(new, types, held)))
}
