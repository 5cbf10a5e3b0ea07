//! Who holds inlined copies of a function.

use super::entries::Entries;
use super::functions::{FunctionId, FunctionKey, Functions, Instance};

/// A copy of a function inside another one's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlinedCopy {
    /// The function whose code holds the copy.
    pub holder: FunctionKey,
    /// The entry of the piece of code that holds it: the holder's own or a clone's.
    pub entry: u64,
    /// The symbol of that piece of code, if there is a symbol table.
    pub symbol: Option<String>,
    /// How it got there: the holder, what was inlined into it, what was inlined into that …, the function.
    pub chain: Vec<FunctionKey>,
}

/// For each function the places of its copies: (unit, number of the inlined entry).
pub(crate) struct InlinedIndex {
    places: Vec<Vec<(u32, u32)>>,
}

impl InlinedIndex {
    /// Finds all copies in code that is there, and marks the functions that have any.
    pub fn collect(entries: &Entries, functions: &mut Functions) -> InlinedIndex {
        let mut places = vec![Vec::new(); functions.all.len()];
        for (unit, scan) in entries.scans.iter().enumerate() {
            for (at, inlined) in scan.inlined.iter().enumerate() {
                // An abstract description holds no code; its copies are described again.
                if holder(entries, functions, unit, inlined.routine as usize).is_none() {
                    continue;
                }
                functions.each_id_of(entries, unit, inlined.origin, |target| {
                    places[target as usize].push((unit as u32, at as u32));
                });
            }
        }
        for (function, places) in functions.all.iter_mut().zip(&places) {
            function.inlined = !places.is_empty();
        }
        InlinedIndex { places }
    }

    /// All copies of a function, without repetition, in the order of the debug information.
    pub fn copies(&self, entries: &Entries, functions: &Functions, of: FunctionId) -> Vec<InlinedCopy> {
        let mut copies: Vec<InlinedCopy> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for &(unit, at) in &self.places[of as usize] {
            let Some((entry, chain)) = describe(entries, functions, unit as usize, at as usize) else {
                continue;
            };
            if seen.insert((entry.entry, chain.clone())) {
                copies.push(copy(functions, entry, &chain));
            }
        }
        copies
    }
}

fn copy(functions: &Functions, instance: &Instance, chain: &[FunctionId]) -> InlinedCopy {
    let chain: Vec<_> = chain.iter().map(|&id| functions.all[id as usize].key.clone()).collect();
    let symbol = instance.symbols.first().cloned();
    InlinedCopy { holder: chain[0].clone(), entry: instance.entry, symbol, chain }
}

/// The holder's instance, and the chain from the holder to the copy.
fn describe<'f>(
    entries: &Entries,
    functions: &'f Functions,
    unit: usize,
    at: usize,
) -> Option<(&'f Instance, Vec<FunctionId>)> {
    let inlined = &entries.scans[unit].inlined;
    let parents = std::iter::successors(Some(at), |&at| inlined[at].parent.map(|parent| parent as usize));
    let mut chain: Vec<_> =
        parents.filter_map(|at| functions.id_of(entries, unit, inlined[at].origin)).collect();
    let (id, instance) = holder(entries, functions, unit, inlined[at].routine as usize)?;
    chain.push(id);
    chain.reverse();
    Some((instance, chain))
}

fn holder<'f>(
    entries: &Entries,
    functions: &'f Functions,
    unit: usize,
    routine: usize,
) -> Option<(FunctionId, &'f Instance)> {
    let entry = entries.scans[unit].routines[routine].entry?;
    let id = functions.id_of_routine(unit, routine)?;
    let instance = functions.all[id as usize].instances.iter().find(|instance| instance.entry == entry)?;
    Some((id, instance))
}
