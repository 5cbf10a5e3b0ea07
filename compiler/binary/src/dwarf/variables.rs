//! Variables that last for the whole run: externals, file statics, function statics.

use std::collections::HashMap;

use gimli::constants;

use super::entries::Entries;
use super::functions::{FunctionId, FunctionKey, Functions};
use super::layouts::size_of;
use super::scan::{Place, Scope, TypeAt, Variable};
use super::sections::EntryAt;
use super::types::{Dwarfs, TypeReader};
use super::units::UnitId;

/// A description of a variable.
#[derive(Clone, Debug)]
pub(crate) struct Static {
    /// Of a static: the unit that declares it. `None`: external.
    pub unit: Option<UnitId>,
    /// Of function scope: its function.
    pub function: Option<FunctionId>,
    pub declaration: bool,
    pub place: Option<Place>,
    /// It is that of one of several units, and which is open: see [`Entries::importers`].
    pub shared: bool,
    type_at: Option<TypeAt>,
}

/// Where a variable's name is looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'w> {
    pub name: &'w str,
    /// The unit of a static, or of the function that holds it.
    pub unit: Option<UnitId>,
    pub function: Option<&'w str>,
}

/// All variables by name.
pub(crate) struct Variables {
    by_name: HashMap<Box<str>, Vec<Static>>,
}

impl Variables {
    pub fn collect(entries: &Entries, functions: &Functions) -> Variables {
        let dwarfs = Dwarfs::new(entries);
        let reader = TypeReader::new(entries, &dwarfs);
        let mut by_name: HashMap<Box<str>, Vec<Static>> = HashMap::new();
        for (unit, scan) in entries.scans.iter().enumerate() {
            for variable in &scan.variables {
                let Some(root) = Root::find(entries, &reader, unit, variable) else { continue };
                let found = root
                    .owners(entries)
                    .map(|owner| describe(entries, functions, (unit, variable), (&root, owner)));
                by_name.entry(root.name.clone()).or_default().extend(found);
            }
        }
        Variables { by_name }
    }

    /// The descriptions of what was asked for: of one variable, or of several that the question fits.
    pub fn find<'v>(&'v self, functions: &Functions, wanted: Wanted<'_>) -> Vec<&'v Static> {
        let all = self.by_name.get(wanted.name).map(Vec::as_slice).unwrap_or_default();
        let fitting = |test: &dyn Fn(&Static) -> bool| -> Vec<&'v Static> {
            all.iter().filter(|found| !found.declaration && test(found)).collect()
        };
        let unit = wanted.unit;
        if let Some(function) = wanted.function {
            return fitting(&|found| {
                found.function.is_some_and(|id| {
                    let key = &functions.all[id as usize].key;
                    key.name == function && (unit.is_none() || key.unit.is_none() || key.unit == unit)
                })
            });
        }
        let own = fitting(&|found| found.function.is_none() && found.unit == unit);
        if !own.is_empty() {
            return own;
        }
        // A file named for an external, or no file for a static.
        fitting(&|found| found.function.is_none() && (unit.is_none() || found.unit.is_none()))
    }
}

impl Static {
    /// Bytes, by its type.
    pub fn size(&self, entries: &Entries) -> Option<u64> {
        size_of(entries, self.type_at?)
    }
}

/// What a variable, noted in a unit, is as the object of one of its owners.
fn describe(
    entries: &Entries,
    functions: &Functions,
    (unit, variable): (usize, &Variable),
    (root, owner): (&Root, usize),
) -> Static {
    let around = entries.routine_around(root.at).map(|(of, at)| entries.scans[of].routines[at].at);
    let inlined = match variable.scope {
        Scope::Inlined(at) => Some(entries.scans[unit].inlined[at as usize].origin),
        _ => None,
    };
    let routine = around.filter(|_| root.at != variable.at).or(inlined).or(around);
    let mut function = None;
    let id = entries.scans[owner].unit.id;
    if let Some(routine) = routine {
        functions.each_id_of(entries, unit, routine, |found| {
            if function.is_none() || functions.all[found as usize].key.unit == Some(id) {
                function = Some(found);
            }
        });
    }
    let (declaration, place, type_at) = (variable.declaration, variable.place, root.type_at);
    let unit = (!root.external).then_some(id);
    Static { unit, function, declaration, place, shared: root.shared, type_at }
}

/// The entry that declares a variable: the end of its chain of origins.
struct Root {
    at: EntryAt,
    name: Box<str>,
    external: bool,
    type_at: Option<TypeAt>,
    /// The unit it belongs to, or a piece that dwz shares between several.
    owner: usize,
    /// It is such a piece, and who refers to it does not tell.
    shared: bool,
}

impl Root {
    fn find(
        entries: &Entries,
        reader: &TypeReader<'_, '_>,
        unit: usize,
        variable: &Variable,
    ) -> Option<Root> {
        let Variable { at, external, type_at, .. } = *variable;
        let Some(origin) = variable.origin else {
            let name = variable.name.clone()?;
            let shared = entries.scans[unit].partial;
            return Some(Root { at, name, external, type_at, owner: unit, shared });
        };
        let of = entries.unit_of(origin)?;
        let declares = !entries.scans[unit].partial && !entries.scans[unit].unit.artificial;
        let piece = entries.scans[of].partial;
        let (owner, shared) = (if piece && declares { unit } else { of }, piece && !declares);
        if let Some((of, index)) = entries.variable_at(origin) {
            let noted = &entries.scans[of].variables[index];
            let name = variable.name.clone().or_else(|| noted.name.clone())?;
            let (external, type_at) = (external || noted.external, type_at.or(noted.type_at));
            return Some(Root { at: origin, name, external, type_at, owner, shared });
        }
        Root::read(reader, origin, (owner, shared), type_at)
    }

    fn owners<'e>(&self, entries: &'e Entries) -> impl Iterator<Item = usize> + use<'e> {
        let (own, others) = match self.shared {
            true => (None, entries.importers(self.owner)),
            false => (Some(self.owner), &[][..]),
        };
        own.into_iter().chain(others.iter().copied())
    }

    /// A static inside a function that was inlined or optimised at link time: its declaration has no
    /// place of its own and was therefore not noted.
    fn read(
        reader: &TypeReader<'_, '_>,
        at: EntryAt,
        (owner, shared): (usize, bool),
        type_at: Option<TypeAt>,
    ) -> Option<Root> {
        let place = reader.place(at)?;
        if place.entry.tag() != constants::DW_TAG_variable {
            return None;
        }
        let name = reader.name(&place)?.into_boxed_str();
        let external = place.entry.attr_value(constants::DW_AT_external).is_some();
        let type_at = type_at.or_else(|| reader.type_of(&place).map(|type_| TypeAt::Entry(type_.at)));
        Some(Root { at, name, external, type_at, owner, shared })
    }
}

/// Does a function declare a variable of this name at all, even if nothing of it is left?
pub(crate) fn is_declared(entries: &Entries, functions: &Functions, key: &FunctionKey, name: &str) -> bool {
    let dwarfs = Dwarfs::new(entries);
    let reader = TypeReader::new(entries, &dwarfs);
    let Some(&wanted) = functions.by_key.get(key) else { return false };
    let routines = functions.routines_of(entries, wanted);
    routines.iter().any(|&at| reader.place(at).is_some_and(|place| declares(&reader, &place, name, 64)))
}

fn declares<'d>(
    reader: &TypeReader<'_, 'd>,
    around: &super::types::Place<'d>,
    name: &str,
    depth: usize,
) -> bool {
    let children = reader.children(around);
    children.iter().any(|child| match child.entry.tag() {
        constants::DW_TAG_variable => reader.name(child).as_deref() == Some(name),
        constants::DW_TAG_lexical_block => depth > 0 && declares(reader, child, name, depth - 1),
        _ => false,
    })
}
