//! Variables that every thread has, while a change is made: their instances are copied to buffers,
//! the runtime converts there, and the results are copied back. A thread that calls the runtime may
//! finish the call after this program died, when others end and take their instances along.

use crate::apply::failure::step;
use crate::apply::initial::{self, Initial, is_fresh, is_per_thread};
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

/// What both instances held when they last agreed.
type Before = (Vec<u8>, Vec<u8>);

/// A thread that has variables of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Owner {
    pointer: u64,
    tid: i32,
}

impl Copies<'_> {
    /// Copies what all threads have of a record's variables.
    pub fn take(&self, record: u64, way: u32) -> Result<()> {
        let records = &self.session.registry.records;
        let record = records.iter().find(|found| found.address == record);
        let Some(record) = record.filter(|record| record.cells.iter().any(|cell| is_per_thread(&cell)))
        else {
            return Ok(());
        };
        step("commit.copy")?;
        let owners = self.owners()?;
        if is_fresh(record) && way == kind::TO_NEW {
            let initial = Initial::of_patch(self.session, record)?;
            for owner in &owners {
                let place = owner.pointer.wrapping_add(initial.distance);
                self.session.memory.write(place, &initial.values)?;
            }
        }
        self.copy(record, &owners, &|_, _| Ok(None))
    }

    /// A copy for each of `owners`; `before` tells what its instances are compared with, if they are.
    fn copy(
        &self,
        record: &Record,
        owners: &[Owner],
        before: &dyn Fn(Owner, &Cell) -> Result<Option<Before>>,
    ) -> Result<()> {
        let memory = &self.session.memory;
        let cells: Vec<&Cell> = record.cells.iter().filter(is_per_thread).collect();
        let rows = aligned((owners.len() * cells.len() * abi::Cell::SIZE) as u64);
        let each: u64 = cells.iter().map(|cell| Buffers::at(0, cell.sizes).end).sum();
        let start = self.reserve(rows + each * owners.len() as u64)?;
        let (mut at, mut bytes) = (start + rows, Vec::new());
        for owner in owners {
            for cell in &cells {
                let buffers = Buffers::at(at, cell.sizes);
                at = buffers.end;
                let (old, new) = instances(owner.pointer, cell);
                memory.write(buffers.old, &memory.read(old, cell.sizes.0 as usize)?)?;
                memory.write(buffers.new, &memory.read(new, cell.sizes.1 as usize)?)?;
                let before = before(*owner, cell)?;
                let flags = if before.is_some() { kind::TRACKED } else { 0 };
                if let Some((old, new)) = before {
                    memory.write(buffers.old_before, &old)?;
                    memory.write(buffers.new_before, &new)?;
                }
                bytes.extend_from_slice(self.row(*owner, cell, &buffers, flags)?.bytes());
            }
        }
        memory.write(start, &bytes)?;
        self.link(record, start, (owners.len() * cells.len()) as u32)
    }

    fn row(&self, owner: Owner, cell: &Cell, buffers: &Buffers, flags: u32) -> Result<abi::Cell> {
        let of: abi::Cell = self.session.memory.read_plain(cell.address)?;
        Ok(abi::Cell {
            old_instance: buffers.old,
            new_instance: buffers.new,
            old_before: buffers.old_before,
            new_before: buffers.new_before,
            flags,
            thread: owner.pointer,
            tid: owner.tid as u32,
            ..of
        })
    }

    /// Copies what was converted back to the threads.
    pub fn put(&self, record: u64, way: u32) -> Result<()> {
        let memory = &self.session.memory;
        let registry = self.registry()?;
        let record = registry.records.iter().find(|found| found.address == record);
        for (cell, copy) in record.iter().flat_map(|record| copies(record)) {
            let (old, new) = instances(copy.thread.0, cell);
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
    /// Threads that were made since began with both initial values.
    pub fn settle(&self) -> Result<()> {
        let registry = self.registry()?;
        let records: Vec<&Record> =
            registry.records.iter().filter(|record| !record.copies.is_empty()).collect();
        if records.is_empty() {
            return Ok(());
        }
        let owners = self.owners()?;
        for record in &records {
            self.copy(record, &owners, &|owner, cell| self.before(record, owner, cell).map(Some))?;
            self.unmap(record)?;
        }
        // a value may go through several versions
        for _ in 0..=records.len() {
            if !self.carry()? {
                break;
            }
        }
        Ok(())
    }

    fn before(&self, record: &Record, owner: Owner, cell: &Cell) -> Result<Before> {
        let memory = &self.session.memory;
        let own = |copy: &&Cell| copy.variable == cell.variable && copy.thread == (owner.pointer, owner.tid);
        match record.copies.iter().find(own) {
            Some(copy) => Ok((
                memory.read(copy.before.0, cell.sizes.0 as usize)?,
                memory.read(copy.before.1, cell.sizes.1 as usize)?,
            )),
            None => initial::instances(self.session, record, cell),
        }
    }

    /// Carries what differs once; false: nothing did.
    fn carry(&self) -> Result<bool> {
        let memory = &self.session.memory;
        for (cell, copy) in self.registry()?.records.iter().flat_map(copies) {
            let (old, new) = instances(copy.thread.0, cell);
            memory.write(copy.old_instance, &memory.read(old, cell.sizes.0 as usize)?)?;
            memory.write(copy.new_instance, &memory.read(new, cell.sizes.1 as usize)?)?;
        }
        let mut calls = Calls::begin(self.session, self.runtime, self.threads)?;
        let called = calls.call(self.runtime.cohere, [0; 3]);
        calls.end()?;
        called?;
        let now = self.registry()?;
        let mut carried = false;
        for (cell, copy) in now.records.iter().flat_map(copies) {
            if copy.flags & kind::DIFFERED != 0 {
                self.agree(cell, copy)?;
                carried = true;
            }
        }
        Ok(carried)
    }

    fn agree(&self, cell: &Cell, copy: &Cell) -> Result<()> {
        let memory = &self.session.memory;
        let old_now = copy.before.1 + aligned(cell.sizes.1);
        let new_now = old_now + aligned(cell.sizes.0);
        let agreed =
            (memory.read(old_now, cell.sizes.0 as usize)?, memory.read(new_now, cell.sizes.1 as usize)?);
        let (old, new) = instances(copy.thread.0, cell);
        memory.write(old, &agreed.0)?;
        memory.write(new, &agreed.1)?;
        memory.write(copy.before.0, &agreed.0)?;
        memory.write(copy.before.1, &agreed.1)
    }

    /// The change is made, or taken back.
    pub fn release(&self) -> Result<()> {
        for record in self.registry()?.records.iter().filter(|record| record.copies_address != 0) {
            self.link(record, 0, 0)?;
            self.unmap(record)?;
        }
        Ok(())
    }

    /// Where the record's copies were; they are not linked any more.
    fn unmap(&self, record: &Record) -> Result<()> {
        let rows = aligned((record.copies.len() * abi::Cell::SIZE) as u64);
        let each: u64 = record.copies.iter().map(|copy| Buffers::at(0, copy.sizes).end).sum();
        self.system(MUNMAP, [record.copies_address, rows + each, 0, 0, 0, 0]).map(drop)
    }

    fn reserve(&self, size: u64) -> Result<u64> {
        let start = self.system(MMAP, [0, size, FRESH.0, FRESH.1, u64::MAX, 0])?;
        match start {
            1.. => Ok(start as u64),
            _ => Err(Fault::environment(format!("{}: it may have no more memory", self.session.name()))),
        }
    }

    /// Whoever finds copies finds all, and none that lie elsewhere.
    fn link(&self, record: &Record, start: u64, count: u32) -> Result<()> {
        let memory = &self.session.memory;
        let place = |field: usize| record.address + field as u64;
        let (address, number) = (offset_of!(abi::Record, copies), offset_of!(abi::Record, copy_count));
        memory.write(place(number), &0u32.to_le_bytes())?;
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

    /// All threads, each with the pointer from which its variables are counted.
    fn owners(&self) -> Result<Vec<Owner>> {
        let (name, pid) = (self.session.name(), self.session.pid());
        let (count, leader_ended) = process::thread_count(pid)?;
        if self.threads.len() + usize::from(leader_ended) != count {
            return Err(Fault::environment(format!(
                "{name}: {} of its {count} threads are stopped, and every thread has variables that change",
                self.threads.len()
            ))
            .hint("try again"));
        }
        let mut owners = Vec::new();
        for thread in self.threads {
            let registers = thread.registers.ok_or_else(|| {
                Fault::environment(format!(
                    "{name}: thread {} waits for a child of vfork, nothing tells where its variables are",
                    thread.tid
                ))
                .hint("try again")
            })?;
            self.check_pointer(thread.tid, registers.fs_base)?;
            owners.push(Owner { pointer: registers.fs_base, tid: thread.tid });
        }
        owners.sort_unstable_by_key(|owner| (owner.pointer, owner.tid));
        owners.dedup_by_key(|owner| owner.pointer);
        Ok(owners)
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
        end: Vec::new(),
    })
}
