//! Enumerations of which a name got another number, and all values stand in named globals: they cross by
//! their enumerators' names. A value that a function passes on, returns or keeps would be read by the
//! other version with its own numbers.

mod values;

use crate::clang::{Kind, Role, Use};
use crate::diff::ChangeSet;
use crate::model::{ItemId, Program};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of the renumbered enumerations that something holds.
#[derive(Clone, Debug, Default)]
pub struct Renumbered {
    /// Enumerations of the new program that cross by name.
    pub crossing: BTreeSet<ItemId>,
    /// The others, each with the place that forbids it.
    pub staying: BTreeMap<ItemId, Holder>,
}

/// A place outside of named globals where a value stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// It is in the old program.
    pub is_old: bool,
    /// Where, in that program's text.
    pub offset: usize,
    /// What stands there.
    pub what: String,
}

/// Sorts the renumbered enumerations.
pub fn renumbered(old: &Program, new: &Program, changes: &ChangeSet) -> Renumbered {
    let mut found = Renumbered::default();
    for id in new.own(Kind::Enum) {
        let entity = &new.items[id].entity;
        // a name that only counts the others stands nowhere
        let moved = |name: &String| changes.renumbered.contains(name) && !new.unit.counting.contains(name);
        let renumbered = entity.enumerators.iter().any(|(name, _)| moved(name));
        let Some(ours) = changes.pairing.to_old[id].filter(|_| renumbered && entity.function.is_none())
        else {
            continue;
        };
        let sides = [(old, ours, true), (new, id, false)].map(|(program, id, is_old)| {
            let place = Enumeration::new(program, id).elsewhere();
            place.map(|(offset, what)| Holder { is_old, offset, what })
        });
        match sides.into_iter().flatten().next() {
            Some(holder) => {
                found.staying.insert(id, holder);
            }
            None => {
                found.crossing.insert(id);
            }
        }
    }
    found
}

/// An enumeration and the typedefs that mean it.
pub fn names(program: &Program, id: ItemId) -> BTreeSet<ItemId> {
    let mut names = BTreeSet::from([id]);
    loop {
        let typedefs = program.items.iter().enumerate().filter(|(_, i)| i.kind() == Kind::Typedef);
        let meant = typedefs.filter(|(_, i)| i.entity.holds.iter().any(|held| names.contains(held)));
        let found: BTreeSet<ItemId> = meant.map(|(typedef, _)| typedef).collect();
        if found.is_subset(&names) {
            return names;
        }
        names.extend(found);
    }
}

/// An enumeration in one program.
struct Enumeration<'p> {
    program: &'p Program,
    id: ItemId,
    /// It and the typedefs that mean it.
    names: BTreeSet<ItemId>,
}

impl<'p> Enumeration<'p> {
    fn new(program: &'p Program, id: ItemId) -> Self {
        Self { program, id, names: names(program, id) }
    }

    /// A place outside of named globals where a value of it stands, or goes.
    fn elsewhere(&self) -> Option<(usize, String)> {
        let mentions =
            self.program.uses.iter().filter(|u| u.role == Role::Mention && self.names.contains(&u.target));
        mentions
            .filter_map(|found| Some((found.offset, self.held_by(found)?)))
            .chain(self.initialisers())
            .chain(self.addresses())
            .min()
            .or_else(|| self.in_functions())
    }

    /// What a mention declares besides a named global.
    fn held_by(&self, found: &Use) -> Option<String> {
        let holder = &self.program.items[found.holder];
        let shapes = || holder.entity.fields.iter().map(|f| &f.shape).chain([&holder.entity.shape]);
        match holder.kind() {
            Kind::Function => {
                Some(format!("{} passes its values, or keeps one", self.program.title(found.holder)))
            }
            Kind::Variable if holder.entity.thread => Some("every thread has its own value".into()),
            Kind::Variable | Kind::Record | Kind::Typedef => {
                shapes().any(|shape| self.leads_to(shape)).then(|| "a pointer leads to its values".into())
            }
            Kind::Enum => None,
        }
    }

    /// A canonical type that is no value of it, but a pointer or a function of it.
    fn leads_to(&self, shape: &str) -> bool {
        let tag = format!("enum {}", self.program.items[self.id].entity.name);
        let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        let inner = shape.split('{').next().unwrap_or_default();
        inner
            .match_indices(&tag)
            .any(|(at, _)| ends(&inner[at + tag.len()..]) && inner[..at].contains(['*', '(']))
    }

    /// Other globals that begin with one of its numbers.
    fn initialisers(&self) -> Option<(usize, String)> {
        let uses = self.program.uses.iter().filter(|u| u.target == self.id);
        let named = uses.filter(|u| matches!(u.role, Role::Enumerator(_)));
        let mut outside = named.filter(|u| {
            let holder = &self.program.items[u.holder].entity;
            holder.kind == Kind::Variable && !holder.constant && !self.holds(u.holder)
        });
        outside.next().map(|u| (u.offset, format!("{} holds its numbers", self.program.title(u.holder))))
    }

    /// A variable, or a record, has values of it.
    fn holds(&self, id: ItemId) -> bool {
        let held = &self.program.items[id].entity.holds;
        held.iter().any(|&inner| inner == self.id || inner != id && self.holds(inner))
    }

    /// A pointer to a value that goes somewhere.
    fn addresses(&self) -> Option<(usize, String)> {
        let tag = format!("enum {}", self.program.items[self.id].entity.name);
        let addressed =
            |u: &&Use| matches!(u.role, Role::Address(_)) && u.shape.rsplit(']').next() == Some(tag.as_str());
        let found = self.program.uses.iter().find(addressed)?;
        Some((found.offset, "a pointer leads to its values".into()))
    }

    fn in_functions(&self) -> Option<(usize, String)> {
        let is_it = |id: &ItemId| *id == self.id;
        let items = || self.program.items.iter();
        let fields = items().flat_map(|i| &i.entity.fields).filter(|f| f.record.as_ref().is_some_and(is_it));
        let globals = items().filter(|i| i.kind() == Kind::Variable && i.entity.holds.iter().any(is_it));
        let enumerators = &self.program.items[self.id].entity.enumerators;
        let names: BTreeSet<&str> = globals
            .map(|i| i.entity.name.as_str())
            .chain(enumerators.iter().map(|(name, _)| name.as_str()))
            .collect();
        let fields: BTreeSet<&str> = fields.map(|f| f.name.as_str()).collect();
        let functions = self.program.own(Kind::Function);
        let mut touching = functions
            .filter(|&f| self.program.uses_in(f).iter().any(|u| u.target == self.id || self.holds(u.target)));
        touching.find_map(|function| {
            let offset = values::leaving(self.program, function, &names, &fields)?;
            Some((offset, format!("{} passes its values, or keeps one", self.program.title(function))))
        })
    }
}
