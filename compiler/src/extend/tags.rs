//! Tags for records that have none, or another one in the other version: what stands inside of a record
//! is then told by name like any other type, and a type is found again behind its typedef.

use super::fitting::nested_fits;
use super::layers::Layers;
use crate::clang::{Entity, Kind, Role};
use crate::merge::Revision;
use crate::model::{ItemId, Program};
use crate::text;
use std::collections::{BTreeMap, BTreeSet};

/// New tags: what the texts of both versions get.
#[derive(Debug, Default)]
pub struct Tags {
    /// In the old text.
    pub old: Vec<Revision>,
    /// In the new one.
    pub new: Vec<Revision>,
}

/// Old and new names of records of the old version that the new one calls otherwise, by way of one typedef.
pub type Renamed = BTreeMap<String, String>;

/// The old version's records get the tags that the new version has for the same typedefs, or in the same
/// fields.
pub fn of_records(old: &Program, new: &Program) -> (Tags, Renamed) {
    let (mut tags, mut renamed) = (Tags::default(), Renamed::new());
    let theirs = typedefs(new);
    let by_typedef = typedefs(old).into_iter().filter_map(|(name, ours)| Some((ours, *theirs.get(name)?)));
    for (ours, record) in by_typedef.chain(held_alike(old, new)) {
        let (was, is) = (&old.items[ours].entity, &new.items[record].entity);
        let free = !has(old, &is.name) && !has(new, &was.name) && was.union == is.union;
        let known = renamed.contains_key(&was.name) || renamed.values().any(|name| *name == is.name);
        if was.name != is.name && free && !known {
            tags.old.extend(retagged(old, ours, &is.name));
            renamed.insert(was.name.clone(), is.name.clone());
        }
    }
    (tags, renamed)
}

/// Records of both versions that one field holds by value, and most of whose fields have the same names.
fn held_alike(old: &Program, new: &Program) -> Vec<(ItemId, ItemId)> {
    let alike = |was: ItemId, is: ItemId| {
        let [ours, theirs] = [(old, was), (new, is)].map(|(program, id)| &program.items[id].entity.fields);
        let stay = ours.iter().filter(|f| theirs.iter().any(|other| other.name == f.name)).count();
        stay * 2 > ours.len() && stay * 2 > theirs.len()
    };
    let own = |program: &Program, id: ItemId| {
        let item = &program.items[id];
        let named =
            item.kind() == Kind::Record && !item.entity.name.is_empty() && item.original == item.entity.name;
        named && item.defined() && !item.system && item.of_program() && item.entity.function.is_none()
    };
    let mut found = vec![];
    for ours in (0..old.items.len()).filter(|&id| own(old, id)) {
        let theirs = new.named(&old.items[ours].entity.name).iter().copied().find(|&id| own(new, id));
        for field in &old.items[ours].entity.fields {
            let of = |id: ItemId| new.items[id].entity.fields.iter().find(|f| f.name == field.name);
            let Some(other) = theirs.and_then(of).filter(|f| f.dimensions == field.dimensions) else {
                continue;
            };
            if let (Some(was), Some(is)) = (field.record, other.record) {
                let apart = own(old, was) && own(new, is) && alike(was, is);
                found.extend(apart.then_some((was, is)));
            }
        }
    }
    found
}

/// The layouts by the new names.
pub fn by_new_names(known: Layers, renamed: &Renamed) -> Layers {
    let mut known = known;
    for (was, is) in renamed {
        let named = |name: &String| match name.strip_prefix(was.as_str()) {
            Some(rest) if rest.is_empty() || rest.starts_with("__") => format!("{is}{rest}"),
            _ => name.clone(),
        };
        known = known.into_iter().map(|(name, layers)| (named(&name), layers)).collect();
        for field in known.values_mut().flatten().flat_map(|layer| &mut layer.fields) {
            field.shape = in_words(&field.shape, was, is);
        }
    }
    known
}

/// Records without a tag that are fields of others get one, where the versions differ in them, or an
/// earlier update made them have records: `OUTER__FIELD`.
pub fn of_fields(old: &Program, new: &Program, known: &Layers) -> Tags {
    let [ours, theirs] = [old, new].map(nested);
    let differ = |name: &String| match (ours.get(name), theirs.get(name)) {
        (Some(&o), Some(&n)) => {
            let (was, is) = (&old.items[o].entity, &new.items[n].entity);
            was.union == is.union && was.shape != is.shape && !nested_fits(&was.shape, &is.shape)
        }
        _ => false,
    };
    let free = |name: &String| !has(old, name) && !has(new, name);
    let wanted = ours.keys().chain(theirs.keys());
    let wanted: BTreeSet<&String> =
        wanted.filter(|name| free(name) && (differ(name) || known.contains_key(*name))).collect();
    let given = |program: &Program, paths: &BTreeMap<String, ItemId>| {
        let mut done = BTreeSet::new();
        let new_ones = wanted.iter().filter_map(|name| Some((*name, *paths.get(*name)?)));
        // several fields of one declaration share their type
        let once: Vec<(&String, ItemId)> = new_ones.filter(|(_, id)| done.insert(*id)).collect();
        once.into_iter().filter_map(|(name, id)| tagged(program, id, name)).collect()
    };
    Tags { old: given(old, &ours), new: given(new, &theirs) }
}

/// Typedefs of records, with these.
fn typedefs(program: &Program) -> BTreeMap<&str, ItemId> {
    let outside = |e: &Entity| e.function.is_none() && e.inside.is_none();
    let mut found: BTreeMap<&str, Vec<ItemId>> = BTreeMap::new();
    for item in program.items.iter().filter(|i| i.kind() == Kind::Typedef && i.of_program() && !i.system) {
        let record = item.entity.holds.first().filter(|&&held| {
            let (is, plain) = (&program.items[held], item.original == item.entity.name);
            let named = is.original == is.entity.name && !is.original.is_empty();
            let directly = item.entity.shape == format!("struct {}", is.original);
            is.kind() == Kind::Record && is.defined() && !is.system && plain && named && directly
        });
        let record = record.filter(|&&held| outside(&item.entity) && outside(&program.items[held].entity));
        found.entry(&item.entity.name).or_default().extend(record);
    }
    found
        .into_iter()
        .filter_map(|(name, all)| <[ItemId; 1]>::try_from(all).ok().map(|[id]| (name, id)))
        .collect()
}

/// Something has the tag.
fn has(program: &Program, name: &str) -> bool {
    program.named(name).iter().any(|&id| matches!(program.items[id].kind(), Kind::Record | Kind::Enum))
}

/// Records without a tag below fields of the program's own ones.
fn nested(program: &Program) -> BTreeMap<String, ItemId> {
    let mut found = BTreeMap::new();
    for (id, item) in program.items.iter().enumerate() {
        let own = item.kind() == Kind::Record && item.defined() && !item.system && item.of_program();
        if own && item.entity.function.is_none() && !item.entity.name.is_empty() {
            below(program, id, &item.entity.name, &mut found);
        }
    }
    found
}

fn below(program: &Program, record: ItemId, path: &str, found: &mut BTreeMap<String, ItemId>) {
    for field in &program.items[record].entity.fields {
        let Some(held) = field.record else { continue };
        let item = &program.items[held];
        if item.kind() != Kind::Record || !item.entity.name.is_empty() || item.system {
            continue;
        }
        // a nameless record lends its fields to the one around it
        match field.name.is_empty() {
            true => below(program, held, path, found),
            false => {
                let name = format!("{path}__{}", field.name);
                below(program, held, &name, found);
                found.insert(name, held);
            }
        }
    }
}

/// A tag before the braces.
fn tagged(program: &Program, id: ItemId, tag: &str) -> Option<Revision> {
    let span = program.items[id].entity.definition()?.span.clone();
    let open = span.start + program.unit.text[span.clone()].find('{')?;
    let apart = if program.unit.text[..open].ends_with(char::is_whitespace) { "" } else { " " };
    Some(Revision { at: open, rank: 0, length: 0, text: format!("{apart}{tag} ") })
}

/// Another tag, wherever the record is named by its tag.
fn retagged(program: &Program, id: ItemId, tag: &str) -> Vec<Revision> {
    let entity = &program.items[id].entity;
    if program.type_name(id) == entity.name {
        return tagged(program, id, tag).into_iter().collect();
    }
    let mentions = (0..program.items.len()).flat_map(|holder| program.uses_in(holder));
    let mentions = mentions.filter(|u| u.target == id && u.role == Role::Mention).map(|u| u.offset);
    let places: BTreeSet<usize> = mentions.chain(entity.declarations.iter().map(|d| d.name_at)).collect();
    let is_there = |at: &usize| {
        let rest = &program.unit.text[*at..];
        text::lex(&rest[..rest.len().min(entity.name.len() + 1)])
            .first()
            .is_some_and(|t| t.text(rest) == entity.name)
    };
    let revision = |at: usize| Revision { at, rank: 0, length: entity.name.len(), text: tag.to_string() };
    places.into_iter().filter(is_there).map(revision).collect()
}

/// A shape with another name for a type.
pub fn in_words(shape: &str, was: &str, is: &str) -> String {
    let mut out = String::new();
    let mut at = 0;
    for token in text::lex(shape).iter().filter(|token| token.text(shape) == was) {
        out.push_str(&shape[at..token.start]);
        out.push_str(is);
        at = token.end;
    }
    out + &shape[at..]
}
