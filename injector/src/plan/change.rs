//! From the version that runs to another one: which entries get which bytes, what
//! crosses, and what must not be active meanwhile (paper sections 3.2, 3.5, 5.2).

use crate::error::{Fault, Result};
use crate::facts::code::{JUMP_SIZE, jump};
use crate::facts::registry::{Cell, Entry, Record, Reference, Registry};
use polus_runtime::abi::kind;
use std::collections::BTreeMap;
use std::fmt;

/// The bytes that an entry shall have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Entry of some version of the function.
    pub address: u64,
    /// What goes there.
    pub bytes: [u8; JUMP_SIZE],
    /// They lead elsewhere.
    pub is_jump: bool,
    /// What may be there: the function's own bytes, or a jump to one of its versions.
    pub known: Vec<[u8; JUMP_SIZE]>,
    /// As the program spells it.
    pub name: String,
    /// Where that name lies in the target.
    pub name_address: u64,
    /// Code that must not be active while the bytes change, if it branches into them.
    pub loops: Vec<(u64, u64)>,
}

/// Code that must be left before the change can be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// As the program spells it.
    pub function: String,
    /// Where that name lies in the target.
    pub function_address: u64,
    /// Why: `which uses limits`.
    pub why: String,
    /// New instance of the migrated variable that it uses; 0: nothing can keep old and new code coherent.
    pub instance: u64,
    /// It uses a variable that only one side may use at a time.
    pub apart: bool,
    /// Its code.
    pub ranges: Vec<(u64, u64)>,
    /// Code from which it does not come back: an activation that called this one is done.
    pub end: Vec<(u64, u64)>,
}

/// A change of version, ready to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Version before.
    pub from: u32,
    /// Version after.
    pub goal: u32,
    /// Records whose cells cross, in order, and TO_NEW or TO_OLD.
    pub crossings: Vec<(u64, u32)>,
    /// Entries.
    pub writes: Vec<Write>,
    /// Records and their new state.
    pub states: Vec<(u64, u32)>,
    /// What delays the change.
    pub waits: Vec<Wait>,
}

/// Plans the way to version `goal`, with the loaded patch `incoming` as the newest.
pub fn change(registry: &Registry, goal: u32, incoming: Option<u64>) -> Result<Change> {
    let incoming = registry.records.iter().find(|record| Some(record.address) == incoming);
    let mut chain = registry.chain(goal);
    chain.extend(incoming);
    let mut outgoing: Vec<&Record> =
        registry.chain(u32::MAX).into_iter().filter(|record| record.version > goal).collect();
    outgoing.reverse();
    let back = outgoing.iter().map(|record| (record.address, kind::TO_OLD));
    let forth = incoming.iter().map(|record| (record.address, kind::TO_NEW));
    let crosses = |record: &&Record| !record.cells.is_empty();
    let with_cells: Vec<u64> = registry.records.iter().filter(crosses).map(|record| record.address).collect();
    let mut waits: Vec<Wait> = incoming.iter().flat_map(|record| older_users(registry, record)).collect();
    waits.extend(newer_users(registry, &outgoing));
    Ok(Change {
        from: registry.version,
        goal,
        crossings: back.clone().chain(forth).filter(|(record, _)| with_cells.contains(record)).collect(),
        writes: writes(registry, &chain)?,
        states: outgoing
            .iter()
            .map(|record| (record.address, kind::ROLLED_BACK))
            .chain(incoming.iter().map(|record| (record.address, kind::ACTIVE)))
            .collect(),
        waits,
    })
}

fn all_entries(registry: &Registry) -> impl Iterator<Item = &Entry> {
    registry.records.iter().flat_map(|record| &record.entries)
}

/// Entries that may be rewritten, each once.
fn entries(registry: &Registry) -> BTreeMap<u64, &Entry> {
    all_entries(registry)
        .filter(|entry| entry.flags & kind::KEEPS_ENTRY == 0)
        .map(|entry| (entry.code, entry))
        .collect()
}

/// Every entry leads directly to the newest version in `chain`.
fn writes(registry: &Registry, chain: &[&Record]) -> Result<Vec<Write>> {
    let entries = entries(registry);
    let mut writes = Vec::new();
    for entry in entries.values() {
        let target = newest(chain, entry.identity).unwrap_or(entry.identity);
        let mut known = vec![entry.original];
        let versions = all_entries(registry)
            .filter(|other| other.identity == entry.identity && other.code != entry.code);
        known.extend(versions.filter_map(|other| jump(entry.code, other.code)));
        let bytes = if target == entry.code { Some(entry.original) } else { jump(entry.code, target) };
        let bytes = bytes.ok_or_else(|| {
            Fault::refused(format!(
                "the new version of `{}` at {target:#x} is too far from its entry at {:#x} for a jump",
                entry.name, entry.code
            ))
        })?;
        let loops = if entry.flags & kind::BRANCH_TO_ENTRY != 0 { entry.extents.clone() } else { Vec::new() };
        writes.push(Write {
            address: entry.code,
            bytes,
            is_jump: target != entry.code,
            known,
            name: entry.name.clone(),
            name_address: entry.name_address,
            loops,
        });
    }
    // a jump's target must be code, not a jump back, also if the injector dies in between
    writes.sort_by_key(|write| write.is_jump);
    Ok(writes)
}

fn newest(chain: &[&Record], identity: u64) -> Option<u64> {
    chain.iter().rev().find_map(|record| {
        let own = record.entries.iter().filter(|entry| entry.flags & kind::ORIGIN == 0);
        own.filter(|entry| entry.identity == identity).map(|entry| entry.code).next()
    })
}

/// Who still uses the instance of a tracked variable that is not the one of the version that runs.
pub fn lingering(registry: &Registry) -> Vec<Wait> {
    let runs = |record: &&Record| record.state == kind::ACTIVE && record.version <= registry.version;
    let (active, gone): (Vec<&Record>, Vec<&Record>) = registry.records.iter().partition(runs);
    let mut waits: Vec<Wait> = active.into_iter().flat_map(|record| older_users(registry, record)).collect();
    waits.extend(newer_users(registry, &gone));
    let cells: Vec<_> = registry.records.iter().flat_map(|record| &record.cells).collect();
    let tracked = |instance: u64| {
        cells.iter().any(|cell| cell.new_instance == instance && cell.flags & kind::TRACKED != 0)
    };
    waits.retain(|wait| tracked(wait.instance));
    waits
}

/// Code of all versions of function number `function` of `record` that are older than it.
pub fn older_code(registry: &Registry, record: &Record, function: u32) -> Vec<(u64, u64)> {
    let new = record.functions.get(function as usize).map_or(0, |found| found.address);
    let own = record.entries.iter().find(|entry| entry.code == new);
    let Some(identity) = own.map(|entry| entry.identity) else { return Vec::new() };
    let older =
        |other: &Record, entry: &Entry| entry.flags & kind::ORIGIN != 0 || other.version < record.version;
    let of = registry.records.iter().flat_map(|other| other.entries.iter().map(move |entry| (other, entry)));
    let of = of.filter(|(other, entry)| entry.identity == identity && older(other, entry));
    let mut ranges: Vec<(u64, u64)> = of.flat_map(|(_, entry)| entry.extents.iter().copied()).collect();
    ranges.sort_unstable();
    ranges.dedup();
    ranges
}

/// The cells between `instances` and the instances of other versions of the same variables.
pub fn connected(registry: &Registry, instances: &[u64]) -> Vec<u64> {
    let cells: Vec<_> =
        registry.records.iter().flat_map(|record| &record.cells).filter(|cell| !cell.adopted).collect();
    let mut reached = instances.to_vec();
    loop {
        let touches =
            |cell: &&&Cell| reached.contains(&cell.new_instance) != reached.contains(&cell.old_instance);
        let Some(next) = cells.iter().find(touches) else { break };
        reached.extend([next.new_instance, next.old_instance]);
    }
    cells.iter().filter(|cell| reached.contains(&cell.new_instance)).map(|cell| cell.address).collect()
}

/// Versions older than `record`'s that use what it migrates.
fn older_users(registry: &Registry, record: &Record) -> Vec<Wait> {
    let references = record.references.iter().filter(|reference| reference.side == kind::OLD);
    references
        .map(|reference| {
            let own = |entry: &&Entry| {
                let of_record = entry.flags & kind::ORIGIN == 0 && record.entries.contains(entry);
                // Nothing relies on facts about another version but what the program's compiler made.
                let may = reference.instance != 0 || entry.flags & kind::ORIGIN != 0;
                entry.identity == reference.identity && !of_record && may
            };
            let older = |other: &&Record, entry: &Entry| {
                other.version < record.version || entry.flags & kind::ORIGIN != 0
            };
            let entries = registry
                .records
                .iter()
                .flat_map(|other| other.entries.iter().filter(move |entry| older(&other, entry)));
            let all: Vec<&Entry> = entries.filter(own).collect();
            wait(registry, record, reference, &all)
        })
        .filter(|wait| !wait.ranges.is_empty())
        .collect()
}

/// Code of the patches that go, and the variables that go with them.
fn newer_users(registry: &Registry, outgoing: &[&Record]) -> Vec<Wait> {
    let mut waits = Vec::new();
    for record in outgoing {
        for reference in record.references.iter().filter(|reference| reference.side == kind::NEW_CODE) {
            let owner = outgoing
                .iter()
                .find(|owner| owner.cells.iter().any(|cell| cell.new_instance == reference.instance));
            let Some(owner) = owner else { continue };
            let own =
                |entry: &&Entry| entry.identity == reference.identity && entry.flags & kind::ORIGIN == 0;
            // who may hold an address of the variable does so in later versions, too
            let apart =
                owner.cells.iter().any(|cell| cell.new_instance == reference.instance && is_aside(cell));
            let later = outgoing.iter().filter(|other| apart && other.version > record.version);
            let code = std::iter::once(record).chain(later).flat_map(|record| &record.entries);
            let entries: Vec<&Entry> = code.filter(own).collect();
            let wait = wait(registry, owner, reference, &entries);
            if !waits.contains(&wait) {
                waits.push(wait);
            }
        }
    }
    waits
}

fn is_aside(cell: &Cell) -> bool {
    cell.flags & (kind::ASIDE | kind::PER_THREAD_CELL) != 0
}

fn code_of(entries: &[&Entry]) -> Vec<(u64, u64)> {
    let mut ranges: Vec<(u64, u64)> =
        entries.iter().flat_map(|entry| entry.extents.iter().copied()).collect();
    ranges.sort_unstable();
    ranges.dedup();
    ranges
}

fn wait(registry: &Registry, owner: &Record, reference: &Reference, entries: &[&Entry]) -> Wait {
    let instance = reference.instance;
    let cell = owner.cells.iter().find(|cell| cell.new_instance == instance);
    let known = registry.records.iter().flat_map(|record| &record.entries);
    let end: Vec<&Entry> =
        known.filter(|entry| reference.end != 0 && entry.identity == reference.end).collect();
    Wait {
        function: entries.first().map(|entry| entry.name.clone()).unwrap_or_default(),
        function_address: entries.first().map_or(0, |entry| entry.name_address),
        why: match cell {
            None => "which was compiled on facts that the update breaks".into(),
            Some(cell) if cell.flags & kind::PER_THREAD_CELL != 0 => {
                format!("which uses {}, and every thread has its own", cell.name)
            }
            Some(cell) if cell.flags & kind::HANDED_ABOUT != 0 => {
                format!("which may hold an address of {}", cell.name)
            }
            Some(cell) if is_aside(cell) => {
                format!("which uses {}, and threads may sleep on its lock", cell.name)
            }
            Some(cell) => format!("which uses {}", cell.name),
        },
        instance: if cell.is_some_and(is_aside) { 0 } else { instance },
        apart: cell.is_some_and(is_aside),
        ranges: code_of(entries),
        end: code_of(&end),
    }
}

impl fmt::Display for Change {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "from version {} to {}", self.from, self.goal)?;
        for wait in &self.waits {
            writeln!(out, "wait until {} is left, {}", wait.function, wait.why)?;
        }
        for (record, direction) in &self.crossings {
            let way = if *direction == kind::TO_NEW { "to new" } else { "to old" };
            writeln!(out, "convert the variables of {record:#x} {way}")?;
        }
        for write in &self.writes {
            writeln!(out, "write {} at {:#x}: {:02x?}", write.name, write.address, write.bytes)?;
        }
        for (record, state) in &self.states {
            writeln!(out, "set the state of {record:#x} to {state}")?;
        }
        Ok(())
    }
}
