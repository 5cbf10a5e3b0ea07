//! Which field of a changed record is which of the old one, and what becomes of it (design 3.2).

use super::layers::{Layer, Slot};
use crate::clang::{Entity, Field};
use crate::model::{ItemId, Program};
use std::collections::{BTreeMap, BTreeSet};

/// A record whose objects keep the layout that they have in the process.
#[derive(Clone, Debug)]
pub struct Extended {
    /// In the new program.
    pub id: ItemId,
    /// Its name there.
    pub name: String,
    /// What the process has of it: the objects, then the records beside them.
    pub layers: Vec<Layer>,
    /// Of each field of each layer the name of the field of the new version that lies there.
    pub kept: Vec<Vec<Option<String>>>,
    /// New fields that lie in a record of their own.
    pub added: Vec<String>,
    /// Fields with another type than the object has, by the layer that holds them as they are now.
    pub retyped: BTreeMap<String, usize>,
    /// Old and new names of fields that were taken for renamed.
    pub renamed: Vec<(String, String)>,
    /// A function by hand sets the new fields of objects that existed before.
    pub hook: Option<String>,
    /// New fields that begin with a constant in such objects, and it.
    pub constants: Vec<(String, String)>,
    /// Variables of the program that are of this type, or arrays of it.
    pub named: BTreeSet<String>,
}

impl Extended {
    /// The layer of a field that does not lie in the object itself.
    pub fn beside(&self, field: &str) -> Option<usize> {
        let holds = |layer: &Vec<Option<String>>| layer.iter().any(|name| name.as_deref() == Some(field));
        let known = self.kept.iter().skip(1).position(holds).map(|at| at + 1);
        known.or_else(|| self.added.iter().any(|name| name == field).then_some(self.layers.len()))
    }

    /// The layers that lie beside the object.
    pub fn records(&self) -> std::ops::Range<usize> {
        1..self.layers.len() + usize::from(!self.added.is_empty())
    }

    /// Objects that existed before do not begin with zero in a layer that this update brings.
    pub fn begins(&self, layer: usize) -> bool {
        layer == self.layers.len() && (self.hook.is_some() || !self.constants.is_empty())
    }

    /// The same for any layer.
    pub fn starts(&self, layer: usize) -> bool {
        self.begins(layer) || self.layers.get(layer).is_some_and(|known| known.started)
    }

    /// The one layer of which that is so.
    pub fn started_layer(&self) -> Option<usize> {
        self.records().find(|&layer| self.starts(layer))
    }

    /// The record of a named variable in a layer lies in a patch, where it is found by name.
    pub fn has_companion(&self, variable: &str, layer: usize) -> bool {
        self.layers.get(layer).is_none_or(|known| known.named.contains(variable))
    }

    /// The object has the fields that stay in the new order, and nothing between them.
    pub fn in_order(&self, fields: &[Field]) -> bool {
        let staying = fields.iter().map(|f| &f.name).filter(|name| self.beside(name).is_none());
        self.kept[0].iter().map(Option::as_ref).eq(staying.map(Some))
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

/// Finds each field's place among what the process has of the record.
///
/// # Errors
/// Fields that cannot keep theirs.
pub fn place(new: &Program, id: ItemId, layers: &[Layer]) -> Result<Extended, Vec<Misfit>> {
    let is = &new.items[id].entity;
    let kept = layers.iter().map(|layer| vec![None; layer.fields.len()]).collect();
    let (name, layers) = (is.name.clone(), layers.to_vec());
    let mut extended = Extended {
        id,
        name,
        layers,
        kept,
        added: vec![],
        retyped: BTreeMap::new(),
        renamed: vec![],
        hook: None,
        constants: vec![],
        named: BTreeSet::new(),
    };
    if extended.layers[0].union || is.union {
        return union(extended, is);
    }
    let mut misfits = vec![];
    for field in &is.fields {
        match extended.find(field) {
            Some((layer, at)) if fits(&extended.layers[layer].fields[at], field) => {
                extended.kept[layer][at] = Some(field.name.clone());
                if layer > 0 && extended.layers[0].fields.iter().any(|slot| slot.name == field.name) {
                    extended.retyped.insert(field.name.clone(), layer);
                }
            }
            Some((0, at)) if converts(&extended.layers[0].fields[at], field) => {
                extended.retyped.insert(field.name.clone(), extended.layers.len());
                extended.added.push(field.name.clone());
            }
            Some((layer, at)) => misfits.push(misfit(&extended.layers[layer].fields[at], field)),
            None if field.name.is_empty() => misfits.push(nameless(field)),
            None if field.size == 0 && field.dimensions.len() == 1 => misfits
                .push(Misfit { field: field.name.clone(), why: "is a new array of open length".into() }),
            None => extended.added.push(field.name.clone()),
        }
    }
    extended.rename(is);
    if misfits.is_empty() { Ok(extended) } else { Err(misfits) }
}

/// A union keeps its size, and its new members share the old bytes.
fn union(extended: Extended, is: &Entity) -> Result<Extended, Vec<Misfit>> {
    let was = &extended.layers[0];
    let size = was.size * 8;
    let misfit = |field: &Field| Misfit {
        field: field.name.clone(),
        why: format!("has {} bytes, and the old union only {}", field.size.div_ceil(8), size / 8),
    };
    let too_big = |field: &&Field| field.size > size || was.union != is.union;
    let misfits: Vec<Misfit> = is.fields.iter().filter(too_big).map(misfit).collect();
    if misfits.is_empty() { Ok(extended) } else { Err(misfits) }
}

impl Extended {
    /// A field's namesake that is still free; nameless members are found by what they hold.
    fn find(&self, field: &Field) -> Option<(usize, usize)> {
        let same = |slot: &Slot| {
            slot.name == field.name
                && (!field.name.is_empty()
                    || slot.shape == field.shape
                    || nested_fits(&slot.shape, &field.shape))
        };
        let layers = self.layers.iter().zip(&self.kept).enumerate();
        let found = layers.filter_map(|(layer, (known, taken))| {
            let mut slots = known.fields.iter().zip(taken).enumerate();
            slots.find(|(_, (slot, taken))| taken.is_none() && same(slot)).map(|(at, _)| (layer, at))
        });
        let found: Vec<(usize, usize)> = found.collect();
        let fitting = found.iter().find(|(layer, at)| fits(&self.layers[*layer].fields[*at], field));
        fitting.or(found.first()).copied()
    }

    /// Removed and added fields of one type between the same neighbours are one.
    fn rename(&mut self, is: &Entity) {
        let place_of =
            |kept: &[Option<String>], name: &str| kept.iter().position(|new| new.as_deref() == Some(name));
        for name in self.added.clone() {
            let Some(at) = is.fields.iter().position(|field| field.name == name) else { continue };
            let field = &is.fields[at];
            let before = at.checked_sub(1).map(|before| place_of(&self.kept[0], &is.fields[before].name));
            let here = match before {
                None => 0,
                Some(None) => continue,
                Some(Some(index)) => index + 1,
            };
            let (Some(slot), Some(None)) = (self.layers[0].fields.get(here), self.kept[0].get(here)) else {
                continue;
            };
            let next = is.fields.get(at + 1).map(|f| place_of(&self.kept[0], &f.name));
            let last = here + 1 == self.kept[0].len();
            let behind = if last { next.is_none() } else { next == Some(Some(here + 1)) };
            if behind && fits(slot, field) && slot.shape == field.shape && !slot.name.is_empty() {
                self.renamed.push((slot.name.clone(), name.clone()));
                self.kept[0][here] = Some(name.clone());
                self.added.retain(|other| *other != name);
            }
        }
    }
}

/// The bytes of the one can be read as the other.
fn fits(was: &Slot, is: &Field) -> bool {
    let same = was.shape == is.shape && was.dimensions == is.dimensions;
    let open = was.size == 0 || is.size == 0;
    was.bit_field == is.bit_field
        && (same && (was.size == is.size || is.record.is_some())
            || !open
                && was.size == is.size
                && (alike(&was.shape, &is.shape) || nested_fits(&was.shape, &is.shape)))
}

/// C converts values of the one to the other: numbers.
fn converts(was: &Slot, is: &Field) -> bool {
    let number = |shape: &str| {
        let plain = unqualified(shape);
        is_integer(plain) || matches!(plain, "float" | "double" | "long double" | "_Bool")
    };
    number(&was.shape) && number(&is.shape)
}

/// Another spelling of what has the same bytes: numbers of one size, pointers to data.
fn alike(was: &str, is: &str) -> bool {
    let data = |shape: &str| {
        unqualified(shape).starts_with('*') && !unqualified(&unqualified(shape)[1..]).starts_with('(')
    };
    let whole = |shape: &str| is_integer(unqualified(shape));
    data(was) && data(is) || whole(was) && whole(is)
}

/// A record without a name whose members are all where they were, with the same bytes; a union may have
/// others as well.
fn nested_fits(was: &str, is: &str) -> bool {
    let (Some(was), Some(is)) = (Nested::read(was), Nested::read(is)) else { return false };
    let same_frame = (was.head, was.tail) == (is.head, is.tail);
    let fits = |member: &str| {
        let place = |text: &str| text.rsplit_once(' ').map(|(_, place)| place.to_string());
        let kind = |text: &str| text.rsplit_once(' ').map(|(kind, _)| kind.to_string()).unwrap_or_default();
        let same = |other: &&&str| place(other) == place(member);
        let known = was.members.iter().find(same);
        let apart = |other: &str| {
            kind(other) == kind(member)
                || alike_pointers(&kind(other), &kind(member))
                || nested_fits(&kind(other), &kind(member))
        };
        known.map_or(is.head.ends_with("union"), |other| apart(other))
    };
    same_frame && is.members.iter().all(|member| fits(member))
}

fn alike_pointers(was: &str, is: &str) -> bool {
    unqualified(was).starts_with('*') && alike(was, is)
}

/// The canonical type of a record without a name: `struct{TYPE NAME@PLACE;…}:SIZE/ALIGN`.
struct Nested<'s> {
    head: &'s str,
    members: Vec<&'s str>,
    tail: &'s str,
}

impl<'s> Nested<'s> {
    fn read(shape: &'s str) -> Option<Self> {
        let (open, close) = (shape.find('{')?, shape.rfind('}')?);
        let (head, tail) = (&shape[..open], &shape[close + 1..]);
        let plain = head.ends_with("struct") || head.ends_with("union");
        let (mut members, mut depth, mut from) = (vec![], 0, open + 1);
        for (at, c) in shape[..close].char_indices().skip_while(|(at, _)| *at <= open) {
            depth += i32::from(matches!(c, '{' | '(' | '[')) - i32::from(matches!(c, '}' | ')' | ']'));
            if c == ';' && depth == 0 {
                members.push(&shape[from..at]);
                from = at + 1;
            }
        }
        members.push(&shape[from..close]);
        (plain && !head.contains('*')).then_some(Self { head, members, tail })
    }
}

fn unqualified(shape: &str) -> &str {
    let shape = shape.strip_prefix("const ").unwrap_or(shape);
    shape.strip_prefix("volatile ").unwrap_or(shape)
}

fn is_integer(shape: &str) -> bool {
    const WORDS: &[&str] = &["char", "short", "int", "long", "signed", "unsigned", "__int128"];
    shape.starts_with("enum ") || shape.split(' ').all(|word| WORDS.contains(&word))
}

fn misfit(was: &Slot, is: &Field) -> Misfit {
    let function = |shape: &str| unqualified(shape).starts_with("*(");
    let why = match () {
        () if function(&was.shape) || function(&is.shape) => {
            "is a pointer to functions of another type".to_string()
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_records_fit_member_by_member() {
        let was = "struct{*struct a first@0;int n@64}:16/8";
        assert!(nested_fits(was, "struct{*struct b first@0;int n@64}:16/8"));
        assert!(!nested_fits(was, "struct{*struct a first@0;int n@64;int m@96}:16/8"));
        assert!(!nested_fits(was, "struct{*struct a first@0;int n@96}:16/8"));
        assert!(!nested_fits(was, "struct{*(int)->int first@0;int n@64}:16/8"));
        assert!(!nested_fits(was, was.replace("16", "24").as_str()));
        let union = "union{int a@0;[4]char b@0}:4/4";
        assert!(nested_fits(union, "union{int a@0;[4]char b@0;struct{int c@0}:4/4 d@0}:4/4"));
    }
}
