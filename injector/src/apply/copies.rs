//! Variables that every thread has, while a change is made: their instances are copied to buffers,
//! the runtime converts there, and the results are copied back. A thread that calls the runtime may
//! finish the call after this program died, when others end and take their instances along.

use crate::apply::failure::step;
use crate::apply::runtime::{Calls, Runtime};
use crate::apply::session::Session;
use crate::error::{Fault, Result};
use crate::facts::image::Image;
use crate::facts::process;
use crate::facts::registry::{self, Cell, Record, Registry};
use crate::plan::Wait;
use crate::tracee::Thread;
use polus_runtime::abi::{self, Plain, kind};
use std::mem::offset_of;

/// Alignment of the runtime's buffers.
const ALIGNMENT: u64 = 64;
const MMAP: i64 = 9;
const MUNMAP: i64 = 11;
/// PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS.
const FRESH: (u64, u64) = (3, 0x22);
/// What makes threads.
const CREATE: &str = "pthread_create";
/// The C library's head of a thread: its own address stands at these offsets.
const OWN_ADDRESS: [usize; 2] = [0, 16];

/// Who copies for whom.
#[derive(Clone, Copy)]
pub struct Copies<'a> {
    /// The process.
    pub session: &'a Session,
    /// Its runtime.
    pub runtime: Runtime,
    /// All its threads, stopped.
    pub threads: &'a [Thread],
}

/// Where the buffers of one copy lie: its instances, then what the runtime needs for comparing.
struct Buffers {
    old: u64,
    new: u64,
    old_before: u64,
    new_before: u64,
    end: u64,
}

impl Buffers {
    fn at(start: u64, sizes: (u64, u64)) -> Buffers {
        let (old_size, new_size) = (aligned(sizes.0), aligned(sizes.1));
        let new = start + old_size;
        let old_before = new + new_size;
        let new_before = old_before + old_size;
        // what both shall hold, and an earlier content of either
        let end = new_before + 2 * new_size + old_size + old_size.max(new_size);
        Buffers { old: start, new, old_before, new_before, end }
    }
}

fn aligned(bytes: u64) -> u64 {
    bytes.next_multiple_of(ALIGNMENT)
}

fn is_per_thread(cell: &&Cell) -> bool {
    cell.flags & kind::PER_THREAD_CELL != 0
}

impl Copies<'_> {
    /// Copies what all threads have of a record's variables.
    pub fn take(&self, record: u64, way: u32) -> Result<()> {
        let Some(record) = self.session.registry.records.iter().find(|found| found.address == record) else {
            return Ok(());
        };
        let cells: Vec<&Cell> = record.cells.iter().filter(is_per_thread).collect();
        if cells.is_empty() {
            return Ok(());
        }
        step("commit.copy")?;
        let pointers = self.thread_pointers()?;
        let rows = aligned((pointers.len() * cells.len() * abi::Cell::SIZE) as u64);
        let each: u64 = cells.iter().map(|cell| Buffers::at(0, cell.sizes).end).sum();
        let size = rows + each * pointers.len() as u64;
        let start = self.system(MMAP, [0, size, FRESH.0, FRESH.1, u64::MAX, 0])?;
        if start <= 0 {
            let name = self.session.name();
            return Err(Fault::environment(format!("{name}: it may have no more memory")));
        }
        let (start, mut at) = (start as u64, start as u64 + rows);
        let fresh = is_fresh(record) && way == kind::TO_NEW;
        let values = fresh.then(|| values(self.session, record)).transpose()?;
        let (mut count, mut bytes) = (0, Vec::new());
        for pointer in pointers {
            if let Some((distance, values)) = &values {
                self.session.memory.write(pointer.wrapping_add(*distance), values)?;
            }
            for cell in &cells {
                let buffers = Buffers::at(at, cell.sizes);
                at = buffers.end;
                self.fill(pointer, cell, &buffers)?;
                bytes.extend_from_slice(self.row(pointer, cell, &buffers)?.bytes());
                count += 1;
            }
        }
        self.session.memory.write(start, &bytes)?;
        self.link(record, start, count)
    }

    fn row(&self, pointer: u64, cell: &Cell, buffers: &Buffers) -> Result<abi::Cell> {
        let of: abi::Cell = self.session.memory.read_plain(cell.address)?;
        Ok(abi::Cell {
            old_instance: buffers.old,
            new_instance: buffers.new,
            old_before: buffers.old_before,
            new_before: buffers.new_before,
            flags: 0,
            thread: pointer,
            ..of
        })
    }

    fn fill(&self, pointer: u64, cell: &Cell, buffers: &Buffers) -> Result<()> {
        let memory = &self.session.memory;
        let (old, new) = instances(pointer, cell);
        memory.write(buffers.old, &memory.read(old, cell.sizes.0 as usize)?)?;
        memory.write(buffers.new, &memory.read(new, cell.sizes.1 as usize)?)
    }

    /// Copies what was converted back to the threads.
    pub fn put(&self, record: u64, way: u32) -> Result<()> {
        let memory = &self.session.memory;
        let registry = self.registry()?;
        let record = registry.records.iter().find(|found| found.address == record);
        for (cell, copy) in record.iter().flat_map(|record| copies(record)) {
            let (old, new) = instances(copy.thread, cell);
            match way {
                kind::TO_NEW => {
                    memory.write(new, &memory.read(copy.new_instance, cell.sizes.1 as usize)?)?;
                }
                _ => memory.write(old, &memory.read(copy.old_instance, cell.sizes.0 as usize)?)?,
            }
        }
        step("commit.copied")
    }

    /// Where an injector died: what threads wrote to either instance since is carried to the other.
    /// A value may go through several versions, so that it goes on until nothing differs.
    pub fn settle(&self) -> Result<()> {
        let registry = self.registry()?;
        if registry.records.iter().all(|record| record.copies.is_empty()) {
            return Ok(());
        }
        let pointers = self.thread_pointers()?;
        for _ in 0..=registry.records.len() {
            for (cell, copy) in registry.records.iter().flat_map(copies) {
                self.look_again(cell, copy, pointers.contains(&copy.thread))?;
            }
            let mut calls = Calls::begin(self.session, self.runtime, self.threads)?;
            let called = calls.call(self.runtime.cohere, [0; 3]);
            calls.end()?;
            called?;
            let now = self.registry()?;
            let differed = now.records.iter().flat_map(copies);
            let differed: Vec<_> = differed.filter(|(_, copy)| copy.flags & kind::DIFFERED != 0).collect();
            for (cell, copy) in &differed {
                self.agree(cell, copy)?;
            }
            if differed.is_empty() {
                break;
            }
        }
        Ok(())
    }

    /// The copies of threads that have ended are compared no more.
    fn look_again(&self, cell: &Cell, copy: &Cell, lives: bool) -> Result<()> {
        let memory = &self.session.memory;
        if !lives {
            let flags = copy.address + offset_of!(abi::Cell, flags) as u64;
            return memory.write(flags, &0u32.to_le_bytes());
        }
        let (old, new) = instances(copy.thread, cell);
        memory.write(copy.old_instance, &memory.read(old, cell.sizes.0 as usize)?)?;
        memory.write(copy.new_instance, &memory.read(new, cell.sizes.1 as usize)?)
    }

    fn agree(&self, cell: &Cell, copy: &Cell) -> Result<()> {
        let memory = &self.session.memory;
        let old_now = copy.before.1 + aligned(cell.sizes.1);
        let new_now = old_now + aligned(cell.sizes.0);
        let agreed =
            (memory.read(old_now, cell.sizes.0 as usize)?, memory.read(new_now, cell.sizes.1 as usize)?);
        let (old, new) = instances(copy.thread, cell);
        memory.write(old, &agreed.0)?;
        memory.write(new, &agreed.1)?;
        memory.write(copy.before.0, &agreed.0)?;
        memory.write(copy.before.1, &agreed.1)
    }

    /// The change is made, or taken back.
    pub fn release(&self) -> Result<()> {
        for record in self.registry()?.records.iter().filter(|record| record.copies_address != 0) {
            let count = record.copies.len() * abi::Cell::SIZE;
            let each: u64 = record.copies.iter().map(|copy| Buffers::at(0, copy.sizes).end).sum();
            self.link(record, 0, 0)?;
            self.system(MUNMAP, [record.copies_address, aligned(count as u64) + each, 0, 0, 0, 0])?;
        }
        Ok(())
    }

    /// The address first, so that whoever finds copies finds all.
    fn link(&self, record: &Record, start: u64, count: u32) -> Result<()> {
        let memory = &self.session.memory;
        let place = |field: usize| record.address + field as u64;
        let (address, number) = (offset_of!(abi::Record, copies), offset_of!(abi::Record, copy_count));
        if count == 0 {
            memory.write(place(number), &0u32.to_le_bytes())?;
        }
        memory.write(place(address), &start.to_le_bytes())?;
        memory.write(place(number), &count.to_le_bytes())
    }

    fn registry(&self) -> Result<Registry> {
        Ok(registry::read(&self.session.memory, &self.session.maps)?.unwrap_or_default())
    }

    fn system(&self, number: i64, arguments: [u64; 6]) -> Result<i64> {
        let mut calls = Calls::begin(self.session, self.runtime, self.threads)?;
        let result = calls.system(number, arguments);
        calls.end()?;
        result
    }

    /// Each thread's own, from which its variables are counted.
    fn thread_pointers(&self) -> Result<Vec<u64>> {
        let (name, pid) = (self.session.name(), self.session.pid());
        let (count, leader_ended) = process::thread_count(pid)?;
        if self.threads.len() + usize::from(leader_ended) != count {
            return Err(Fault::environment(format!(
                "{name}: {} of its {count} threads are stopped, and every thread has variables that change",
                self.threads.len()
            ))
            .hint("try again"));
        }
        let mut pointers = Vec::new();
        for thread in self.threads {
            let registers = thread.registers.ok_or_else(|| {
                Fault::environment(format!(
                    "{name}: thread {} waits for a child of vfork, nothing tells where its variables are",
                    thread.tid
                ))
                .hint("try again")
            })?;
            self.check_pointer(thread.tid, registers.fs_base)?;
            pointers.push(registers.fs_base);
        }
        pointers.sort_unstable();
        pointers.dedup();
        Ok(pointers)
    }

    fn check_pointer(&self, tid: i32, pointer: u64) -> Result<()> {
        let head = self.session.memory.read_some(pointer, OWN_ADDRESS[1] + 8);
        let own = |at: &usize| head.get(*at..*at + 8) == Some(pointer.to_le_bytes().as_slice());
        if pointer != 0 && OWN_ADDRESS.iter().all(own) {
            return Ok(());
        }
        Err(Fault::refused(format!(
            "{}: thread {tid} was not made by the C library, nothing tells where its variables are",
            self.session.name()
        ))
        .hint("keep the types of thread variables in this update, or restart the program for it"))
    }
}

/// The copies of a record, each with the cell that it is a copy of.
fn copies(record: &Record) -> impl Iterator<Item = (&Cell, &Cell)> {
    let of = |copy: &Cell| {
        let mut cells = record.cells.iter().filter(is_per_thread);
        cells.find(|cell| cell.variable == copy.variable)
    };
    record.copies.iter().filter_map(move |copy| Some((of(copy)?, copy)))
}

/// Where the thread's instances are.
fn instances(pointer: u64, cell: &Cell) -> (u64, u64) {
    (pointer.wrapping_add(cell.old_instance), pointer.wrapping_add(cell.new_instance))
}

/// What all thread variables of a patch begin with, and where they are from the thread pointer on:
/// ld.so gave them to threads before their pointers to the program were bound, and missed threads
/// that were being made.
pub fn values(session: &Session, record: &Record) -> Result<(u64, Vec<u8>)> {
    let image = session.images.iter().find(|image| image.bias == record.base);
    let cell = record.cells.iter().find(is_per_thread);
    let (start, held, size) = image.and_then(|image| image.thread_values()).unwrap_or_default();
    let offset = cell.map_or(0, |cell| cell.initial.wrapping_sub(start));
    let Some(cell) = cell.filter(|_| offset < size) else {
        let name = session.name();
        return Err(Fault::environment(format!("{name}: {} has no thread variables in it", record.name)));
    };
    let mut values = session.memory.read(start, held as usize)?;
    values.resize(size as usize, 0);
    Ok((cell.new_instance.wrapping_sub(offset), values))
}

/// The record was never part of a version, and its variables are in every thread.
pub fn is_fresh(record: &Record) -> bool {
    record.state == kind::LOADED && record.cells.iter().any(|cell| is_per_thread(&cell))
}

/// Who is making a thread now may have set up its variables before the patch was loaded, without the
/// patch's initialisers, and nobody sees it yet.
pub fn newborn(session: &Session, record: u64) -> Option<Wait> {
    let record = session.registry.records.iter().find(|found| found.address == record)?;
    let range = |image: &Image| image.exported_range(&session.memory, CREATE);
    let ranges: Vec<(u64, u64)> =
        session.images.iter().filter(|_| is_fresh(record)).filter_map(range).collect();
    // `polus status` reads the name out of the target
    let entries = record.entries.iter().find(|entry| entry.name_address != 0);
    (!ranges.is_empty()).then(|| Wait {
        function: CREATE.into(),
        function_address: entries.map_or(0, |entry| entry.name_address),
        why: "which may have begun before the patch was loaded".into(),
        instance: 0,
        apart: true,
        ranges,
    })
}
