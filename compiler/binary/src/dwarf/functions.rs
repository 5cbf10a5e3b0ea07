//! Functions: one per name (and unit, for statics), with every piece of code that was made of it.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use super::entries::Entries;
use super::sections::EntryAt;
use super::units::UnitId;
use crate::clone_name::{CloneKind, base_name, clone_kinds};
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

    /// The instance with the ordinary calling convention; of a weak definition that another one
    /// replaced the code is still there, but no symbol leads to it.
    pub fn entry(&self) -> Option<&Instance> {
        let ordinary = || self.instances.iter().filter(|instance| instance.clone.is_empty());
        let named =
            |instance: &&Instance| instance.symbols.iter().any(|symbol| base_name(symbol) == self.key.name);
        ordinary().find(named).or_else(|| ordinary().next())
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
    /// Further functions that a routine (unit, number) stands for: see [`Owners::Units`].
    shared: HashMap<(u32, u32), Vec<FunctionId>>,
    /// Entries in pieces that dwz shares, with the functions that they describe.
    in_pieces: Vec<(FunctionId, EntryAt)>,
    /// Every range of code with its function and instance, by address.
    by_address: OnceLock<Vec<(Range<u64>, FunctionId, u32)>>,
    /// Per function the entries that stand for it.
    routines: OnceLock<Vec<Vec<EntryAt>>>,
}

impl Functions {
    pub fn collect(entries: &Entries, symbols: Option<&Symbols>, is_code: impl Fn(u64) -> bool) -> Functions {
        let (all, of_routine) = (Vec::new(), Vec::new());
        let (by_address, routines) = (OnceLock::new(), OnceLock::new());
        let (by_key, shared) = (HashMap::new(), HashMap::new());
        let in_pieces = Vec::new();
        let mut functions = Functions { all, by_key, of_routine, shared, in_pieces, by_address, routines };
        for (unit, scan) in entries.scans.iter().enumerate() {
            let mut of_routine = Vec::with_capacity(scan.routines.len());
            for at in 0..scan.routines.len() {
                let described = describe(entries, unit, (unit, at));
                let Some(described) = described else {
                    of_routine.push(None);
                    continue;
                };
                let instance = instance(entries, (unit, at), symbols, &is_code);
                let mut keys = described.keys(entries);
                let first = keys.next();
                for key in keys {
                    let id = functions.add(key, described.noreturn, instance.clone());
                    functions.shared.entry((unit as u32, at as u32)).or_default().push(id);
                }
                of_routine.push(first.map(|key| functions.add(key, described.noreturn, instance)));
            }
            functions.of_routine.push(of_routine);
        }
        if entries.has_pieces() {
            functions.add_from_pieces(entries);
        }
        if let Some(symbols) = symbols {
            functions.complete(entries, symbols);
        }
        functions
    }

    /// Functions that stand in shared pieces and are only inlined: each unit with a copy has its own.
    fn add_from_pieces(&mut self, entries: &Entries) {
        let routines = self.of_routine.iter().enumerate().flat_map(|(unit, ids)| {
            ids.iter().enumerate().filter_map(move |(at, id)| Some(((unit, at), (*id)?)))
        });
        self.in_pieces = routines.flat_map(|(routine, id)| pieces(entries, routine, id)).collect();
        for (unit, scan) in entries.scans.iter().enumerate().filter(|(_, scan)| !scan.partial) {
            for inlined in &scan.inlined {
                let routine = entries.routine_at(inlined.origin);
                let routine = routine.filter(|&(of, _)| entries.scans[of].partial);
                let described = routine.and_then(|routine| describe(entries, unit, routine));
                for key in described.iter().flat_map(|described| described.keys(entries)) {
                    let noreturn = described.as_ref().is_some_and(|described| described.noreturn);
                    let id = self.add(key, noreturn, None);
                    self.in_pieces.extend(routine.into_iter().flat_map(|at| pieces(entries, at, id)));
                }
            }
        }
    }

    /// A static function with code of its own of which link-time optimisation and dwz together leave open
    /// whose it is.
    pub fn unowned(&self) -> Option<&Function> {
        let all = self.shared.values().flatten().map(|&id| &self.all[id as usize]);
        all.filter(|function| !function.instances.is_empty()).min_by_key(|function| &function.key)
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

    /// The function that the routine at `origin` stands for, seen from `unit`; one of them, if dwz shares
    /// its description between several.
    pub fn id_of(&self, entries: &Entries, unit: usize, origin: EntryAt) -> Option<FunctionId> {
        let mut first = None;
        self.each_id_of(entries, unit, origin, |id| first = first.or(Some(id)));
        first
    }

    /// All functions that the routine at `origin` stands for, seen from `unit`.
    pub fn each_id_of(
        &self,
        entries: &Entries,
        unit: usize,
        origin: EntryAt,
        mut found: impl FnMut(FunctionId),
    ) {
        let Some((of, at)) = entries.routine_at(origin) else { return };
        if entries.scans[of].partial {
            let described = describe(entries, unit, (of, at));
            let keys = described.iter().flat_map(|described| described.keys(entries));
            keys.filter_map(|key| self.by_key.get(&key)).for_each(|&id| found(id));
            return;
        }
        self.of_routine[of][at].into_iter().for_each(&mut found);
        if !self.shared.is_empty() {
            self.shared.get(&(of as u32, at as u32)).into_iter().flatten().for_each(|&id| found(id));
        }
    }

    /// All entries that stand for a function.
    pub fn routines_of(&self, entries: &Entries, id: FunctionId) -> &[EntryAt] {
        let all = self.routines.get_or_init(|| {
            let mut all = vec![Vec::new(); self.all.len()];
            for &(id, at) in &self.in_pieces {
                if !all[id as usize].contains(&at) {
                    all[id as usize].push(at);
                }
            }
            for (&(unit, at), ids) in &self.shared {
                let place = entries.scans[unit as usize].routines[at as usize].at;
                ids.iter().for_each(|&id| all[id as usize].push(place));
            }
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

    fn add(&mut self, key: FunctionKey, noreturn: bool, instance: Option<Instance>) -> FunctionId {
        let next = self.all.len() as FunctionId;
        let id = *self.by_key.entry(key.clone()).or_insert(next);
        if id == next {
            self.all.push(Function { key, noreturn, instances: Vec::new(), inlined: false });
        }
        let function = &mut self.all[id as usize];
        function.noreturn |= noreturn;
        function.instances.extend(instance);
        id
    }
}

/// The shared pieces along a routine's chain of origins.
fn pieces(
    entries: &Entries,
    routine: (usize, usize),
    id: FunctionId,
) -> impl Iterator<Item = (FunctionId, EntryAt)> + '_ {
    let shared = entries.chain(routine).filter(|&(of, _)| entries.scans[of].partial);
    shared.map(move |(of, at)| (id, entries.scans[of].routines[at].at))
}

/// What a routine says of its function, found along its chain of origins.
struct Described<'e> {
    name: &'e str,
    noreturn: bool,
    owners: Owners<'e>,
}

/// Whose function it is.
enum Owners<'e> {
    /// Everybody's: it is external.
    External,
    /// A static one of this unit.
    Unit(usize),
    /// dwz shares one description between the equal statics of these units.
    Units(&'e [usize]),
}

impl Described<'_> {
    fn keys(&self, entries: &Entries) -> impl Iterator<Item = FunctionKey> {
        let (one, several) = match &self.owners {
            Owners::External => (Some(None), &[][..]),
            Owners::Unit(unit) => (Some(Some(*unit)), &[][..]),
            Owners::Units(units) => (None, *units),
        };
        let owners = one.into_iter().chain(several.iter().map(|&unit| Some(unit)));
        owners.map(|owner| {
            let unit = owner.map(|owner| entries.scans[owner].unit.id);
            FunctionKey { name: self.name.to_string(), unit }
        })
    }
}

/// Describes a routine as seen from a unit that refers to it. `None` for what has no name, and for
/// functions that are only declared.
fn describe<'e>(entries: &'e Entries, seen_from: usize, routine: (usize, usize)) -> Option<Described<'e>> {
    let mut owner = (!entries.scans[seen_from].partial).then_some(seen_from);
    let (mut name, mut external, mut noreturn, mut defined) = (None, false, false, false);
    let mut root = routine.0;
    for (unit, at) in entries.chain(routine) {
        let (scan, routine) = (&entries.scans[unit], &entries.scans[unit].routines[at]);
        name = routine.name.as_deref().or(name);
        external |= routine.external;
        noreturn |= routine.noreturn;
        defined |= !routine.declaration;
        // A piece that dwz shares between units belongs to the unit that refers to it.
        owner = if scan.partial { owner } else { Some(unit) };
        root = unit;
    }
    let name = name.filter(|_| defined)?;
    // What link-time optimisation wrote declares nothing: then the piece belongs to all that include it.
    let declares = owner.is_some_and(|owner| !entries.scans[owner].unit.artificial);
    let owners = match owner {
        _ if external => Owners::External,
        Some(owner) if declares || !entries.scans[root].partial => Owners::Unit(owner),
        Some(_) => Owners::Units(entries.importers(root)),
        // Seen from itself a piece tells nothing: those who refer to it count.
        None => return None,
    };
    Some(Described { name, noreturn, owners })
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
