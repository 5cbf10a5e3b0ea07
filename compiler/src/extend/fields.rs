//! Which field of a changed record is which of the old one, and what becomes of it (design 3.2).

use super::body::SEEN;
use super::fitting::{astray, converts, fits, is_function, nested_fits, unqualified};
use super::layers::{Layer, Slot};
use crate::clang::{Entity, Field, Kind};
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
    /// Fields whose values a function by hand makes, once, of those that old code has under their names.
    pub converted: BTreeSet<String>,
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
    /// A function by hand that converts its old value would give it a place beside the object.
    pub by_hand: bool,
}

/// Finds each field's place among what the process has of the record; `by_hand`: a function converts what
/// has another type.
///
/// # Errors
/// Fields that cannot keep theirs.
pub fn place(
    [old, new]: [&Program; 2],
    id: ItemId,
    layers: &[Layer],
    by_hand: bool,
) -> Result<Extended, Vec<Misfit>> {
    let is = &new.items[id].entity;
    let strays = |slot: &Slot, field: &Field| {
        // what the process has under the name may have been taken for the same by an earlier update
        let now = now(old, &is.name, &field.name).map_or(slot.shape.as_str(), |field| field.shape.as_str());
        astray(now, &field.shape, &|was, is| same_record(old, new, was, is))
    };
    let kept = layers.iter().map(|layer| vec![None; layer.fields.len()]).collect();
    let (name, layers) = (is.name.clone(), layers.to_vec());
    let mut extended = Extended {
        id,
        name,
        layers,
        kept,
        added: vec![],
        retyped: BTreeMap::new(),
        converted: BTreeSet::new(),
        renamed: vec![],
        hook: None,
        constants: vec![],
        named: BTreeSet::new(),
    };
    if extended.layers[0].union || is.union {
        let strayed = is.fields.iter().filter_map(|field| {
            let slot = extended.layers[0].fields.iter().find(|slot| slot.name == field.name)?;
            Some(led_elsewhere(field, strays(slot, field)?))
        });
        let strayed: Vec<Misfit> = strayed.collect();
        return if strayed.is_empty() { union(extended, is) } else { Err(strayed) };
    }
    let mut misfits = vec![];
    for field in &is.fields {
        match extended.find(field) {
            Some((layer, at))
                if fits(&extended.layers[layer].fields[at], field)
                    && strays(&extended.layers[layer].fields[at], field).is_none() =>
            {
                extended.kept[layer][at] = Some(field.name.clone());
                if layer > 0 && extended.shares(layer, &field.name) {
                    extended.retyped.insert(field.name.clone(), layer);
                }
            }
            Some((0, at)) if converts(&extended.layers[0].fields[at], field) => {
                extended.retyped.insert(field.name.clone(), extended.layers.len());
                extended.added.push(field.name.clone());
            }
            Some((0, _)) if by_hand && !is_open(field) => {
                extended.converted.insert(field.name.clone());
                extended.added.push(field.name.clone());
            }
            Some((layer, at)) => {
                let slot = &extended.layers[layer].fields[at];
                let strayed = strays(slot, field).filter(|_| fits(slot, field));
                let strayed = strayed.map(|other| led_elsewhere(field, other));
                misfits.push(Misfit {
                    by_hand: layer == 0 && !is_open(field),
                    ..strayed.unwrap_or_else(|| misfit(slot, field))
                });
            }
            None if field.name.is_empty() => misfits.push(nameless(field)),
            None if is_open(field) => misfits.push(Misfit {
                field: field.name.clone(),
                why: "is a new array of open length".into(),
                by_hand: false,
            }),
            None => extended.added.push(field.name.clone()),
        }
    }
    extended.rename(is);
    if misfits.is_empty() { Ok(extended) } else { Err(misfits) }
}

fn led_elsewhere(field: &Field, (was, is): (String, String)) -> Misfit {
    let why = match was.contains('{') && is.contains('{') {
        true => "leads to a struct without a name, which changed".to_string(),
        false => format!("leads to {is} instead of {was}"),
    };
    Misfit { field: field.name.clone(), why, by_hand: false }
}

/// A field of the old version, in the object or beside it.
fn now<'p>(old: &'p Program, record: &str, field: &str) -> Option<&'p Field> {
    let beside = |name: &str| name.strip_prefix(record).is_some_and(|rest| rest.starts_with("__extension"));
    let records = old.items.iter().map(|item| &item.entity);
    let records = records.filter(|e| e.kind == Kind::Record && (e.name == record || beside(&e.name)));
    records.flat_map(|e| &e.fields).find(|known| !field.is_empty() && known.name == field)
}

/// Two records, of the old and the new version, that have the same fields at the same places.
fn same_record(old: &Program, new: &Program, was: &str, is: &str) -> bool {
    let contents = |program: &Program, name: &str| {
        let mut all =
            program.items.iter().filter(|item| item.kind() == Kind::Record && item.original == name);
        all.next().filter(|item| item.defined()).map(|item| item.entity.shape.clone())
    };
    let ours = contents(old, was).map(|shape| super::tags::in_words(&shape, was, is));
    was == is || ours.is_some() && ours == contents(new, is)
}

/// A union keeps its size, and its new members share the old bytes.
fn union(extended: Extended, is: &Entity) -> Result<Extended, Vec<Misfit>> {
    let was = &extended.layers[0];
    let size = was.size * 8;
    let misfit = |field: &Field| Misfit {
        field: field.name.clone(),
        why: format!("has {} bytes, and the old union only {}", field.size.div_ceil(8), size / 8),
        by_hand: false,
    };
    // what lies in it may keep its own layout, and is looked at when all of it is known
    let too_big = |field: &&Field| field.size > size && field.record.is_none() || was.union != is.union;
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
        // what an earlier update took out of the object is no more what lies there
        let own =
            found.iter().map(|(layer, _)| *layer).filter(|&layer| !self.shares(layer, &field.name)).max();
        let found: Vec<(usize, usize)> =
            found.into_iter().filter(|(layer, _)| own.is_none_or(|own| *layer >= own)).collect();
        let fitting = found.iter().find(|(layer, at)| fits(&self.layers[*layer].fields[*at], field));
        fitting.or(found.first()).copied()
    }

    /// The field lies in a layer beside the object, together with what old code has of it in the object.
    fn shares(&self, layer: usize, field: &str) -> bool {
        let seen = |slot: &Slot| slot.name.strip_prefix(SEEN) == Some(field);
        layer > 0 && self.layers[layer].fields.iter().any(seen)
    }

    /// Old code has a value of its own under the name.
    fn is_double(&self, field: &str) -> bool {
        self.converted.contains(field) || self.retyped.contains_key(field)
    }

    /// Removed and added fields of one type between the same neighbours are one.
    fn rename(&mut self, is: &Entity) {
        let place_of =
            |kept: &[Option<String>], name: &str| kept.iter().position(|new| new.as_deref() == Some(name));
        for name in self.added.clone().into_iter().filter(|name| !self.is_double(name)).collect::<Vec<_>>() {
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
            let free = !slot.name.is_empty() && !self.is_double(&slot.name);
            if behind && fits(slot, field) && slot.shape == field.shape && free {
                self.renamed.push((slot.name.clone(), name.clone()));
                self.kept[0][here] = Some(name.clone());
                self.added.retain(|other| *other != name);
            }
        }
    }
}

fn misfit(was: &Slot, is: &Field) -> Misfit {
    let function = |shape: &str| unqualified(shape).strip_prefix('*').is_some_and(is_function);
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
    Misfit { field: is.name.clone(), why, by_hand: false }
}

fn is_open(field: &Field) -> bool {
    field.name.is_empty() || field.size == 0 && field.dimensions.len() == 1
}

fn nameless(field: &Field) -> Misfit {
    let size = field.size.div_ceil(8);
    let why = format!("({size} bytes) is not what it was");
    Misfit { field: "a member without a name".into(), why, by_hand: false }
}
