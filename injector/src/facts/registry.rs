//! The registry in the target, read into plain values.

use crate::error::{Fault, Result};
use crate::facts::maps::Mapping;
use crate::facts::memory::Memory;
use polus_runtime::abi::{self, Plain, kind};
use std::collections::{BTreeMap, btree_map};

/// How the runtime's mappings are called in /proc/PID/maps.
pub const RUNTIME_NAME: &str = "/polus-runtime.so";
/// Records followed before the list counts as damaged.
const RECORDS_MAX: usize = 4096;

/// A version of a function that patches touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Entry of the function's first version.
    pub identity: u64,
    /// Entry of this version.
    pub code: u64,
    /// As the program spells it.
    pub name: String,
    /// Where that name lies in the target.
    pub name_address: u64,
    /// Its first bytes.
    pub original: [u8; 5],
    /// ORIGIN, BRANCH_TO_ENTRY.
    pub flags: u32,
    /// Its code.
    pub extents: Vec<(u64, u64)>,
}

/// Code of `identity` uses the variable whose new instance is `instance`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The function.
    pub identity: u64,
    /// The variable.
    pub instance: u64,
    /// OLD or NEW_CODE.
    pub side: u32,
    /// The function below which it does not use it any more; 0: none.
    pub end: u64,
}

/// A variable that crosses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// As the program spells it.
    pub name: String,
    /// Its instance before.
    pub old_instance: u64,
    /// Its instance in this patch.
    pub new_instance: u64,
    /// The bytes are swapped; there is no second instance.
    pub adopted: bool,
    /// Where it lies in the target.
    pub address: u64,
    /// Bytes of both instances.
    pub sizes: (u64, u64),
    /// TRACKED, LOST.
    pub flags: u32,
    /// What both instances held when they last agreed.
    pub before: (u64, u64),
    /// Changes carried across while it was tracked.
    pub writes: u64,
    /// Its number among the patch's variables.
    pub variable: u32,
    /// Where the initial value of a new thread's instance stands among those of the patch.
    pub initial: u64,
    /// Of a copy for one thread: its thread pointer and number.
    pub thread: (u64, i32),
}

/// A name that a loaded patch defines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definition {
    /// As the program spells it.
    pub name: String,
    /// Source file of a static.
    pub file: String,
    /// Function of a function-scope static.
    pub function: String,
    /// Code or instance.
    pub address: u64,
    /// ADDED … or MIGRATED …
    pub kind: u32,
}

/// Hand-written code that runs at a certain moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Callback {
    /// Its entry.
    pub code: u64,
    /// PRE_UPDATE …
    pub kind: u32,
    /// Number of the function or variable that it is about.
    pub subject: u32,
}

/// The count of those inside an old function whose leaving has callbacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leaving {
    /// Where it lies.
    pub address: u64,
    /// Number of the function.
    pub function: u32,
}

/// A loaded patch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Where the record lies.
    pub address: u64,
    /// LOADED, ACTIVE or ROLLED_BACK.
    pub state: u32,
    /// The version that it leads to.
    pub version: u32,
    /// SHA-256 of the patch file.
    pub digest: [u8; 32],
    /// Load bias.
    pub base: u64,
    /// File name given to apply.
    pub name: String,
    /// Digest of the program that it leads to.
    pub to: String,
    /// Versions of functions: the executable's own, and this patch's.
    pub entries: Vec<Entry>,
    /// Who uses migrated variables.
    pub references: Vec<Reference>,
    /// Variables that cross.
    pub cells: Vec<Cell>,
    /// While a change is made: those that every thread has, for each thread.
    pub copies: Vec<Cell>,
    /// Where these lie.
    pub copies_address: u64,
    /// Functions of the patch.
    pub functions: Vec<Definition>,
    /// Variables of the patch.
    pub variables: Vec<Definition>,
    /// Callbacks of the patch.
    pub callbacks: Vec<Callback>,
    /// Functions whose leaving has callbacks.
    pub leavings: Vec<Leaving>,
    /// Where the reason of a veto lies, or 0.
    pub veto: u64,
}

/// An old function that delays an update.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Active {
    /// Thread number.
    pub thread: i32,
    /// As the program spells it.
    pub function: String,
    /// CLOCK_MONOTONIC, milliseconds.
    pub since_ms: u64,
}

/// All that earlier injectors left in the process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registry {
    /// Where its root lies.
    pub address: u64,
    /// Version that runs.
    pub version: u32,
    /// Version a change is on its way to.
    pub goal: u32,
    /// IDLE, CONVERTING or REDIRECTING.
    pub state: u32,
    /// Records whose cells have crossed.
    pub converted: u32,
    /// Record that becomes active with `goal`; 0 for none.
    pub incoming: u64,
    /// When `version` was reached, milliseconds of CLOCK_MONOTONIC.
    pub changed_ms: u64,
    /// Some cells are tracked, or were when an injector died.
    pub tracking: bool,
    /// Upper end of the runtime's own stack, or 0.
    pub stack: u64,
    /// What delays the change now.
    pub active: Vec<Active>,
    /// Newest loaded first.
    pub records: Vec<Record>,
}

impl Registry {
    /// Records of the version that runs, oldest first.
    pub fn chain(&self, version: u32) -> Vec<&Record> {
        let mut chain: Vec<&Record> = self
            .records
            .iter()
            .filter(|record| record.state == kind::ACTIVE && record.version <= version)
            .collect();
        chain.sort_by_key(|record| record.version);
        chain
    }

    /// The record of a patch file.
    pub fn by_digest(&self, digest: &[u8; 32]) -> Option<&Record> {
        self.records.iter().find(|record| record.digest == *digest)
    }
}

/// Reads the registry; `None` if the process was never updated.
pub fn read(memory: &Memory, maps: &[Mapping]) -> Result<Option<Registry>> {
    match find(memory, maps)? {
        Some(address) => read_at(memory, address).map(Some),
        None => Ok(None),
    }
}

/// The root lies in the writable part of the runtime.
fn find(memory: &Memory, maps: &[Mapping]) -> Result<Option<u64>> {
    let runtime = maps.iter().filter(|map| map.path.contains(RUNTIME_NAME) && map.access.starts_with("rw"));
    for map in runtime {
        let bytes = memory.read(map.start, (map.end - map.start) as usize)?;
        let magic = (0..bytes.len()).step_by(8).find(|at| bytes[*at..].starts_with(&abi::REGISTRY_MAGIC));
        if let Some(offset) = magic {
            return Ok(Some(map.start + offset as u64));
        }
    }
    Ok(None)
}

fn read_at(memory: &Memory, address: u64) -> Result<Registry> {
    let head: abi::RegistryHead = memory.read_plain(address)?;
    if head.abi != abi::REGISTRY_ABI {
        return Err(Fault::refused(format!(
            "the process was updated by another release of polus (registry ABI {})",
            head.abi
        ))
        .hint("use that release"));
    }
    let mut records = Vec::new();
    let mut next = head.newest;
    while next != 0 && records.len() < RECORDS_MAX {
        let raw: abi::Record = memory.read_plain(next)?;
        records.push(record(memory, next, &raw)?);
        next = raw.next;
    }
    let slots = head.active_count.min(abi::ACTIVE_MAX as u32);
    let active: Vec<abi::Active> = memory.read_table(address + abi::RegistryHead::SIZE as u64, slots)?;
    Ok(Registry {
        address,
        version: head.version,
        goal: head.goal,
        state: head.state,
        converted: head.converted,
        incoming: head.incoming,
        changed_ms: head.changed_ms,
        tracking: head.tracking != 0,
        stack: head.stack,
        active: active.iter().map(|raw| active_function(memory, raw)).collect::<Result<_>>()?,
        records,
    })
}

fn active_function(memory: &Memory, raw: &abi::Active) -> Result<Active> {
    Ok(Active {
        thread: raw.thread as i32,
        function: memory.read_string(raw.function)?,
        since_ms: raw.since_ms,
    })
}

fn record(memory: &Memory, address: u64, raw: &abi::Record) -> Result<Record> {
    let patch: abi::Patch = memory.read_plain(raw.patch)?;
    let references: Vec<abi::Reference> = memory.read_table(raw.references, raw.reference_count)?;
    Ok(Record {
        address,
        state: raw.state,
        version: raw.version,
        digest: raw.digest,
        base: raw.base,
        name: memory.read_string(raw.name)?,
        to: optional_string(memory, patch.to)?,
        entries: entries(memory, raw)?,
        references: references
            .iter()
            .map(|raw| Reference {
                identity: raw.identity,
                instance: raw.instance,
                side: raw.side,
                end: raw.end,
            })
            .collect(),
        cells: cells(memory, raw.cells, raw.cell_count)?,
        copies: cells(memory, raw.copies, raw.copy_count)?,
        copies_address: raw.copies,
        functions: functions(memory, &patch)?,
        variables: variables(memory, &patch)?,
        callbacks: callbacks(memory, &patch)?,
        leavings: leavings(memory, raw)?,
        veto: patch.veto,
    })
}

fn entries(memory: &Memory, raw: &abi::Record) -> Result<Vec<Entry>> {
    let table: Vec<abi::Entry> = memory.read_table(raw.entries, raw.entry_count)?;
    let extents: Vec<abi::Extent> = memory.read_table(raw.extents, raw.extent_count)?;
    let of = |index: usize| extents.iter().filter(move |extent| extent.entry as usize == index);
    let entry = |(index, raw): (usize, &abi::Entry)| {
        let mut original = [0; 5];
        original.copy_from_slice(&raw.original[..5]);
        Ok(Entry {
            identity: raw.identity,
            code: raw.code,
            name: memory.read_string(raw.name)?,
            name_address: raw.name,
            original,
            flags: raw.flags,
            extents: of(index).map(|extent| (extent.start, extent.end)).collect(),
        })
    };
    table.iter().enumerate().map(entry).collect()
}

fn cells(memory: &Memory, start: u64, count: u32) -> Result<Vec<Cell>> {
    let table: Vec<abi::Cell> = memory.read_table(start, count)?;
    let places = (0..).map(|index| start + index * abi::Cell::SIZE as u64);
    // the copies for many threads share few names
    let mut names: BTreeMap<u64, String> = BTreeMap::new();
    for raw in &table {
        if let btree_map::Entry::Vacant(unread) = names.entry(raw.name) {
            unread.insert(memory.read_string(raw.name)?);
        }
    }
    let cell = |(raw, address): (&abi::Cell, u64)| {
        Ok(Cell {
            address,
            sizes: (raw.old_size, raw.new_size),
            flags: raw.flags,
            before: (raw.old_before, raw.new_before),
            writes: raw.writes,
            name: names.get(&raw.name).cloned().unwrap_or_default(),
            old_instance: raw.old_instance,
            new_instance: raw.new_instance,
            adopted: raw.to_new == 0,
            variable: raw.variable,
            initial: raw.initial,
            thread: (raw.thread, raw.tid as i32),
        })
    };
    table.iter().zip(places).map(cell).collect()
}

fn leavings(memory: &Memory, raw: &abi::Record) -> Result<Vec<Leaving>> {
    let table: Vec<abi::Leaving> = memory.read_table(raw.leavings, raw.leaving_count)?;
    let places = (0..).map(|index| raw.leavings + index * abi::Leaving::SIZE as u64);
    let leaving = |(raw, address): (&abi::Leaving, u64)| Leaving { address, function: raw.function };
    Ok(table.iter().zip(places).map(leaving).collect())
}

fn functions(memory: &Memory, patch: &abi::Patch) -> Result<Vec<Definition>> {
    let table: Vec<abi::Function> = memory.read_table(patch.functions, patch.function_count)?;
    let definition = |raw: &abi::Function| {
        Ok(Definition {
            name: optional_string(memory, raw.name)?,
            file: optional_string(memory, raw.file)?,
            function: String::new(),
            address: raw.code,
            kind: raw.kind,
        })
    };
    table.iter().map(definition).collect()
}

fn variables(memory: &Memory, patch: &abi::Patch) -> Result<Vec<Definition>> {
    let table: Vec<abi::Variable> = memory.read_table(patch.variables, patch.variable_count)?;
    let definition = |raw: &abi::Variable| {
        Ok(Definition {
            name: optional_string(memory, raw.name)?,
            file: optional_string(memory, raw.file)?,
            function: optional_string(memory, raw.function)?,
            address: raw.instance,
            kind: raw.kind,
        })
    };
    table.iter().map(definition).collect()
}

fn callbacks(memory: &Memory, patch: &abi::Patch) -> Result<Vec<Callback>> {
    let table: Vec<abi::Callback> = memory.read_table(patch.callbacks, patch.callback_count)?;
    let callback = |raw: &abi::Callback| Callback { code: raw.code, kind: raw.kind, subject: raw.subject };
    Ok(table.iter().map(callback).collect())
}

fn optional_string(memory: &Memory, address: u64) -> Result<String> {
    if address == 0 { Ok(String::new()) } else { memory.read_string(address) }
}
