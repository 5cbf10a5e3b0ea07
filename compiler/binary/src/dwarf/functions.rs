//! Functions: one per name (and unit, for statics), with every piece of code that was made of it.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use super::entries::Entries;
use super::sections::EntryAt;
use super::units::UnitId;
use crate::clone_name::{CloneKind, clone_kinds};
use crate::symbols::{Binding, Symbols};

/// What a function is called in C.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionKey {
    /// Its name.
    pub name: String,
    /// Of a `static` function the unit that defines it.
    pub unit: Option<UnitId>,
}

/// A function that the program defines.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub key: FunctionKey,
    /// Declared as never returning.
    pub noreturn: bool,
    /// The code made of it, out of line. Empty: it exists only inlined, or not at all.
    pub instances: Vec<Instance>,
    /// Is a copy of it inlined anywhere?
    pub inlined: bool,
}

/// One piece of code made of a function: the function itself, or a clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// The unit whose code it is in (with link-time optimisation an artificial one).
    pub unit: UnitId,
    /// Stated address of the entry.
    pub entry: u64,
    /// All its code: the entry's range first, then parts moved away (`.cold`).
    pub ranges: Vec<Range<u64>>,
    /// The function symbols at the entry: aliases of one another. Empty without a symbol table.
    pub symbols: Vec<String>,
    /// The symbols of the parts moved away.
    pub cold_symbols: Vec<String>,
    /// Why its calling convention is not that of the function's type. Empty: an ordinary entry.
    pub clone: Vec<CloneKind>,
    /// Debug information describes this code. It does not where gcc folded equal functions into one
    /// (`-fipa-icf`): the symbol is there, but its code is the other function's, a jump to it, or a copy
    /// of it. Replacing the other one then changes this one as well.
    pub described: bool,
}

/// In which forms a function is in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It has an ordinary entry (perhaps clones and inlined copies as well).
    Entry,
    /// There are only clones (and perhaps inlined copies): nothing calls it by its own convention.
    OnlyClones,
    /// There are only copies inlined into other functions.
    OnlyInlined,
    /// There is no trace of its code: never used, reduced to a constant, or folded into an equal function
    /// without keeping a symbol.
    Nowhere,
}

impl Function {
    /// In which forms it is there.
    pub fn presence(&self) -> Presence {
        if self.entry().is_some() {
            Presence::Entry
        } else if !self.instances.is_empty() {
            Presence::OnlyClones
        } else if self.inlined {
            Presence::OnlyInlined
        } else {
            Presence::Nowhere
        }
    }

    /// The instance with the ordinary calling convention.
    pub fn entry(&self) -> Option<&Instance> {
        self.instances.iter().find(|instance| instance.clone.is_empty())
    }
}

/// A function's number within the index.
pub(crate) type FunctionId = u32;

/// All functions, and what each routine entry stands for.
pub(crate) struct Functions {
    pub all: Vec<Function>,
    pub by_key: HashMap<FunctionKey, FunctionId>,
    /// Per unit and routine: the function, as seen from that unit.
    of_routine: Vec<Vec<Option<FunctionId>>>,
    /// Every range of code with its function and instance, by address.
    by_address: OnceLock<Vec<(Range<u64>, FunctionId, u32)>>,
    /// Per function the entries that stand for it.
    routines: OnceLock<Vec<Vec<EntryAt>>>,
}

impl Functions {
    pub fn collect(entries: &Entries, symbols: Option<&Symbols>, is_code: impl Fn(u64) -> bool) -> Functions {
        let (all, of_routine) = (Vec::new(), Vec::new());
        let (by_address, routines) = (OnceLock::new(), OnceLock::new());
        let mut functions = Functions { all, by_key: HashMap::new(), of_routine, by_address, routines };
        for (unit, scan) in entries.scans.iter().enumerate() {
            let mut of_routine = Vec::with_capacity(scan.routines.len());
            for at in 0..scan.routines.len() {
                let id = key_of(entries, unit, (unit, at)).map(|found| functions.intern(found));
                of_routine.push(id);
                let instance =
                    id.and_then(|id| Some((id, instance(entries, (unit, at), symbols, &is_code)?)));
                if let Some((id, instance)) = instance {
                    functions.all[id as usize].instances.push(instance);
                }
            }
            functions.of_routine.push(of_routine);
        }
        if let Some(symbols) = symbols {
            functions.complete(entries, symbols);
        }
        functions
    }

    /// Gives functions that debug information shows no entry of the one that the symbol table has.
    fn complete(&mut self, entries: &Entries, symbols: &Symbols) {
        let bare = (0..self.all.len()).filter(|&id| self.all[id].entry().is_none());
        let found = bare.filter_map(|id| Some((id, self.undescribed(entries, symbols, id)?)));
        for (id, instance) in found.collect::<Vec<_>>() {
            self.all[id].instances.push(instance);
        }
        self.by_address = OnceLock::new();
    }

    fn undescribed(&self, entries: &Entries, symbols: &Symbols, id: usize) -> Option<Instance> {
        let key = &self.all[id].key;
        let symbol = match key.unit {
            None => symbols.function(&key.name)?,
            Some(unit) => {
                let path = &entries.scans[unit.0 as usize].unit.path;
                let file = path.rsplit('/').next();
                let own = symbols.named(&key.name).filter(|s| s.is_function() && s.binding == Binding::Local);
                // A static of the same name in another file of the same name is described over there.
                let taken = |svma| self.at(svma).is_some_and(|(other, _)| other.key.name == key.name);
                let mut free = own.filter(|symbol| symbol.file == file && !taken(symbol.svma));
                free.next().filter(|_| free.next().is_none())?
            }
        };
        let defining = key.unit.or_else(|| entries.defining_unit(&key.name))?;
        let aliases = symbols.at(symbol.svma).filter(|other| other.is_function());
        Some(Instance {
            unit: defining,
            entry: symbol.svma,
            ranges: vec![symbol.range()],
            symbols: aliases.map(|symbol| symbol.name.to_string()).collect(),
            cold_symbols: Vec::new(),
            clone: Vec::new(),
            described: false,
        })
    }

    pub fn get(&self, key: &FunctionKey) -> Option<&Function> {
        self.by_key.get(key).map(|&id| &self.all[id as usize])
    }

    /// The function and the piece of its code that cover an address.
    pub fn at(&self, svma: u64) -> Option<(&Function, &Instance)> {
        let order = self.by_address.get_or_init(|| self.address_order());
        let upto = order.partition_point(|entry| entry.0.start <= svma);
        let (range, id, instance) = order[..upto].last()?;
        let function = &self.all[*id as usize];
        range.contains(&svma).then(|| (function, &function.instances[*instance as usize]))
    }

    fn address_order(&self) -> Vec<(Range<u64>, FunctionId, u32)> {
        let mut order = Vec::new();
        for (id, function) in self.all.iter().enumerate() {
            for (at, instance) in function.instances.iter().enumerate() {
                order
                    .extend(instance.ranges.iter().map(|range| (range.clone(), id as FunctionId, at as u32)));
            }
        }
        // Of functions that share code the described one comes last and is found.
        order.sort_by_key(|(range, id, at)| {
            (range.start, self.all[*id as usize].instances[*at as usize].described)
        });
        order
    }

    /// The function that the routine at `origin` stands for, seen from `unit`.
    pub fn id_of(&self, entries: &Entries, unit: usize, origin: EntryAt) -> Option<FunctionId> {
        let (of, at) = entries.routine_at(origin)?;
        if !entries.scans[of].partial {
            return self.of_routine[of][at];
        }
        let (key, _) = key_of(entries, unit, (of, at))?;
        self.by_key.get(&key).copied()
    }

    /// All entries that stand for a function.
    pub fn routines_of(&self, entries: &Entries, id: FunctionId) -> &[EntryAt] {
        let all = self.routines.get_or_init(|| {
            let mut all = vec![Vec::new(); self.all.len()];
            for (ids, scan) in self.of_routine.iter().zip(&entries.scans) {
                for (id, routine) in ids.iter().zip(&scan.routines) {
                    id.iter().for_each(|&id| all[id as usize].push(routine.at));
                }
            }
            all
        });
        &all[id as usize]
    }

    /// The function that a routine of this unit stands for.
    pub fn id_of_routine(&self, unit: usize, routine: usize) -> Option<FunctionId> {
        self.of_routine[unit][routine]
    }

    fn intern(&mut self, (key, noreturn): (FunctionKey, bool)) -> FunctionId {
        let next = self.all.len() as FunctionId;
        let id = *self.by_key.entry(key.clone()).or_insert(next);
        if id == next {
            self.all.push(Function { key, noreturn, instances: Vec::new(), inlined: false });
        }
        self.all[id as usize].noreturn |= noreturn;
        id
    }
}

/// The key of a routine, found along its chain of origins, and whether it is declared noreturn.
/// `None` for what has no name, and for functions that are only declared.
fn key_of(entries: &Entries, seen_from: usize, routine: (usize, usize)) -> Option<(FunctionKey, bool)> {
    let mut owner = (!entries.scans[seen_from].partial).then_some(seen_from);
    let (mut name, mut external, mut noreturn, mut defined) = (None, false, false, false);
    for (unit, at) in entries.chain(routine) {
        let (scan, routine) = (&entries.scans[unit], &entries.scans[unit].routines[at]);
        name = routine.name.as_deref().or(name);
        external |= routine.external;
        noreturn |= routine.noreturn;
        defined |= !routine.declaration;
        // A piece that dwz shares between units belongs to the unit that refers to it.
        owner = if scan.partial { owner } else { Some(unit) };
    }
    let (name, owner) = (name.filter(|_| defined)?.to_string(), owner?);
    let unit = (!external).then(|| entries.scans[entries.original(owner)].unit.id);
    Some((FunctionKey { name, unit }, noreturn))
}

fn instance(
    entries: &Entries,
    (unit, at): (usize, usize),
    symbols: Option<&Symbols>,
    is_code: impl Fn(u64) -> bool,
) -> Option<Instance> {
    let (scan, routine) = (&entries.scans[unit], &entries.scans[unit].routines[at]);
    // The linker leaves descriptions of dropped code behind, at addresses like 0.
    let entry = routine.entry.filter(|&entry| is_code(entry))?;
    let mut ranges = routine.ranges.clone();
    ranges.retain(|range| is_code(range.start));
    ranges.sort_by_key(|range| (range.start != entry, range.start));
    let names_at = |svma| -> Vec<String> {
        let named = symbols.into_iter().flat_map(|symbols| symbols.at(svma));
        named.filter(|symbol| symbol.is_function()).map(|symbol| symbol.name.to_string()).collect()
    };
    let names = names_at(entry);
    let cold_symbols = ranges.iter().skip(1).flat_map(|range| names_at(range.start)).collect();
    let clone = clone_of_all(&names);
    Some(Instance { unit: scan.unit.id, entry, ranges, symbols: names, cold_symbols, clone, described: true })
}

/// One ordinary name at the entry makes it ordinary.
fn clone_of_all(symbols: &[String]) -> Vec<CloneKind> {
    let kinds = symbols.iter().map(|symbol| clone_kinds(symbol));
    kinds.min_by_key(Vec::len).unwrap_or_default()
}
