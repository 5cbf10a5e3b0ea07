//! A record for the registry as the bytes of one block of the target's memory.

use crate::facts::patch_file::PatchFile;
use crate::plan::load::Load;
use polus_runtime::abi::{self, Plain, kind};

/// What a record says besides the plan.
pub struct Header<'a> {
    /// The patch.
    pub patch: &'a PatchFile,
    /// Its load bias.
    pub base: u64,
    /// The record that was newest before.
    pub next: u64,
    /// The C library's errno.
    pub errno_location: u64,
}

impl Header<'_> {
    /// One for each function whose leaving has callbacks.
    fn leavings(&self) -> Vec<abi::Leaving> {
        let callbacks = &self.patch.tables.callbacks;
        let left = |wanted: u32| {
            callbacks
                .iter()
                .filter(move |found| found.kind == wanted)
                .map(|found| (found.subject, found.code))
        };
        let mut functions: Vec<u32> =
            left(kind::THREAD_LEFT).chain(left(kind::FUNCTION_LEFT)).map(|(function, _)| function).collect();
        functions.sort_unstable();
        functions.dedup();
        let code = |wanted: u32, function: u32| {
            let found = left(wanted).find(|(subject, _)| *subject == function);
            found.map_or(0, |(_, code)| code.wrapping_add(self.base))
        };
        let leaving = |function: u32| abi::Leaving {
            thread_left: code(kind::THREAD_LEFT, function),
            function_left: code(kind::FUNCTION_LEFT, function),
            errno_location: self.errno_location,
            threads: 0,
            function,
        };
        functions.into_iter().map(leaving).collect()
    }
}

/// Lays the record out for `address`; its length does not depend on the address.
pub fn record(address: u64, header: &Header<'_>, load: &Load) -> Vec<u8> {
    let mut block = Block { address, bytes: vec![0; abi::Record::SIZE] };
    let name = block.string(&header.patch.name);
    let entries: Vec<abi::Entry> = load
        .entries
        .iter()
        .map(|entry| {
            let mut original = [0; 8];
            original[..5].copy_from_slice(&entry.original);
            let (identity, code) = (entry.identity.at(header.base), entry.code.at(header.base));
            abi::Entry {
                identity,
                code,
                name: block.string(&entry.name),
                original,
                flags: entry.flags,
                reserved: 0,
            }
        })
        .collect();
    let extents = extents(load, header.base);
    let references = references(load, header.base);
    let cells: Vec<abi::Cell> = load
        .cells
        .iter()
        .map(|cell| {
            let actual = |stated: u64| if stated == 0 { 0 } else { stated.wrapping_add(header.base) };
            abi::Cell {
                name: block.string(&cell.name),
                old_instance: cell.old_instance,
                new_instance: cell.new_instance.at(header.base),
                to_new: actual(cell.to_new),
                to_old: actual(cell.to_old),
                old_size: cell.sizes.0,
                new_size: cell.sizes.1,
                variable: cell.variable,
                flags: cell.flags,
                initial: actual(cell.initial),
                ..abi::Cell::default()
            }
        })
        .collect();
    let leavings = header.leavings();
    let head = abi::Record {
        next: header.next,
        size: 0,
        state: kind::LOADED,
        version: header.patch.tables.to_version,
        digest: header.patch.digest,
        base: header.base,
        patch: header.patch.root.wrapping_add(header.base),
        name,
        entries: block.table(&entries),
        extents: block.table(&extents),
        references: block.table(&references),
        cells: block.table(&cells),
        leavings: block.table(&leavings),
        leaving_count: leavings.len() as u32,
        copies: 0,
        copy_count: 0,
        entry_count: entries.len() as u32,
        extent_count: extents.len() as u32,
        reference_count: references.len() as u32,
        cell_count: cells.len() as u32,
    };
    let head = abi::Record { size: block.bytes.len() as u64, ..head };
    block.bytes[..abi::Record::SIZE].copy_from_slice(head.bytes());
    block.bytes
}

fn extents(load: &Load, base: u64) -> Vec<abi::Extent> {
    let numbered = load.entries.iter().enumerate();
    numbered
        .flat_map(|(number, entry)| entry.extents.iter().map(move |extent| (number as u32, extent)))
        .map(|(entry, (start, end))| abi::Extent {
            start: start.at(base),
            end: end.at(base),
            entry,
            reserved: 0,
        })
        .collect()
}

fn references(load: &Load, base: u64) -> Vec<abi::Reference> {
    let mut all: Vec<abi::Reference> = Vec::new();
    for reference in &load.references {
        let (identity, instance) = (reference.identity.at(base), reference.instance.at(base));
        let end = reference.end.map_or(0, |end| end.at(base));
        let found = abi::Reference { identity, instance, end, side: reference.side, reserved: 0 };
        if !all.contains(&found) {
            all.push(found);
        }
    }
    all
}

/// Bytes that will lie at `address`.
struct Block {
    address: u64,
    bytes: Vec<u8>,
}

impl Block {
    fn string(&mut self, text: &str) -> u64 {
        let at = self.address + self.bytes.len() as u64;
        self.bytes.extend(text.bytes().filter(|byte| *byte != 0));
        self.bytes.push(0);
        at
    }

    fn table<T: Plain>(&mut self, rows: &[T]) -> u64 {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        let at = self.address + self.bytes.len() as u64;
        rows.iter().for_each(|row| self.bytes.extend(row.bytes()));
        at
    }
}
