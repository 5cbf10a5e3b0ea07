//! Doors: return addresses of old activations led to stubs of the runtime, which
//! tell who has left (paper 5.3). A door is planted and taken away while all threads
//! are stopped, at exactly the slot that a walk of the stack found; whether somebody
//! went through is read without stopping anyone. All stores come in such an order
//! that the target goes on rightly if they end anywhere.

use crate::apply::failure::step;
use crate::apply::load::runtime_symbol;
use crate::apply::session::Session;
use crate::error::{Fault, Result};
use crate::facts::image::Image;
use crate::facts::memory::Memory;
use crate::facts::process;
use crate::facts::unwind::{Frame, Stack, Unwinder};
use crate::tracee::Thread;
use polus_runtime::abi::{self, Plain, door};
use std::collections::HashMap;
use std::mem::offset_of;
use std::ops::Range;

/// Libraries whose code reads stacks as this injector does, by the start of their names.
const UNWINDERS: [&str; 3] = ["libgcc_s.so", "libunwind", "libc++abi.so"];

/// Libraries that hold the personality of C. Without exceptions in the process it is
/// asked only when threads end, and that goes through doors at any time.
const PLAIN: [&str; 2] = ["libgcc_s.so", "libc.so"];

/// A stopped thread's stack.
#[derive(Clone, Debug, Default)]
pub struct Walked {
    /// The thread.
    pub tid: i32,
    /// Incomplete also for a thread that cannot be looked at.
    pub stack: Stack,
}

/// Walks the stacks of all stopped threads.
pub fn walk(threads: &[Thread], unwinder: &mut Unwinder<'_>) -> Vec<Walked> {
    let mut walk = |thread: &Thread| match thread.unwind_registers() {
        Some(_) if thread.is_newborn() => Stack { complete: true, ..Stack::default() },
        Some(registers) => unwinder.walk(registers),
        None => Stack::default(),
    };
    threads.iter().map(|thread| Walked { tid: thread.tid, stack: walk(thread) }).collect()
}

/// A function whose leaving is to be known.
#[derive(Clone, Debug, Default)]
pub struct Watched {
    /// Its code; disjoint from that of others.
    pub ranges: Vec<(u64, u64)>,
    /// Address of a `polus_leaving` in the target, or 0. Doors that call count in it.
    pub leaving: u64,
    /// The leaving thread runs the callbacks.
    pub calls: bool,
}

impl Watched {
    fn covers(&self, frame: &Frame) -> bool {
        self.ranges.iter().any(|(start, end)| (*start..*end).contains(&frame.lookup))
    }

    fn covers_any(&self, frames: &[Frame]) -> bool {
        frames.iter().any(|frame| self.covers(frame))
    }
}

/// A door and its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Door {
    /// Of the stub and the record.
    pub number: usize,
    /// As it was read.
    pub record: abi::Door,
}

/// A thread is inside a watched function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inside {
    /// The thread.
    pub tid: i32,
    /// Index of the function among those watched.
    pub function: usize,
    /// The door through which it will leave. `None`: its stack is unknown, or is being
    /// unwound, or all doors are in use, or it would run callbacks within a signal handler;
    /// only another walk shows that it has left.
    pub door: Option<usize>,
}

/// What a look at stopped threads shows of doors.
#[derive(Clone, Debug, Default)]
pub struct Settled {
    /// A thread went through; told once, but again while some stack is unknown.
    pub left: Vec<Door>,
    /// The activation ended without that: longjmp, exception, end of the thread. Told once.
    pub lost: Vec<Door>,
    /// On a stack that was walked, or possibly on one that was not.
    pub inside: Vec<Door>,
    /// The slot is as it was planted, but on no thread's stack: that of a coroutine,
    /// or one that nobody uses any more.
    pub hidden: Vec<Door>,
}

/// The doors of one process.
pub struct Doors<'a> {
    memory: &'a Memory,
    stubs: u64,
    records: u64,
    /// Return addresses may not be changed.
    locked: bool,
    unwinders: Vec<(u64, u64)>,
    /// Whose cleaning up tells nothing of exceptions.
    plain: Vec<(u64, u64)>,
}

impl<'a> Doors<'a> {
    /// Only those that call: a thread that leaves marks its door, and calls nothing any more.
    pub fn is_called(door: &Door) -> bool {
        door.record.leaving != 0
    }

    /// The doors of a process that has the runtime loaded.
    pub fn open(session: &'a Session) -> Result<Doors<'a>> {
        let memory = &session.memory;
        let named = |names: &[&str]| -> Vec<(u64, u64)> {
            let is_named = |image: &&Image| {
                let found = image.soname(memory);
                names.iter().any(|name| found.starts_with(name))
            };
            session.images.iter().filter(is_named).map(|image| image.range).collect()
        };
        let throws = session.images.iter().any(|image| image.exported(memory, "__cxa_throw").is_some());
        Ok(Doors {
            memory,
            stubs: runtime_symbol(session, "polus_doors")?,
            records: runtime_symbol(session, "polus_door_records")?,
            locked: process::has_shadow_stack(session.pid())?,
            unwinders: named(&UNWINDERS),
            plain: if throws { Vec::new() } else { named(&PLAIN) },
        })
    }

    /// Plants a door at the outermost activation of each watched function on each
    /// stack, and tells all threads that are inside, those without a door too. A
    /// thread inside a function that `calls` is counted in its `leaving`; without a door a record
    /// without a slot remembers it.
    ///
    /// All threads must be stopped, and `walked` be their stacks.
    pub fn plant(&self, walked: &[Walked], watched: &[Watched]) -> Result<Vec<Inside>> {
        let mut records = self.read()?;
        let mut free = vacant(&records).into_iter();
        let mut inside = Vec::new();
        for thread in walked {
            for (function, wanted) in watched.iter().enumerate() {
                let (is_inside, place) = self.place(&thread.stack, wanted);
                if !is_inside {
                    continue;
                }
                let door = match place {
                    Some(place) => self.plant_at(place, thread.tid, wanted, &mut records, &mut free)?,
                    None => None,
                };
                if door.is_none() && wanted.calls {
                    self.remember(thread.tid, wanted.leaving, &mut records, &mut free)?;
                }
                inside.push(Inside { tid: thread.tid, function, door });
            }
        }
        step("doors.planted")?;
        Ok(inside)
    }

    /// Doors that a thread went through since they were planted; nobody is stopped.
    pub fn left(&self) -> Result<Vec<Door>> {
        let records = self.read()?;
        Ok(numbered(&records).filter(|door| door.record.state == door::LEFT).collect())
    }

    /// Sorts all doors by what became of them, and makes those that nobody can enter
    /// any more free for use again.
    ///
    /// All threads must be stopped, and `walked` be their stacks; `watched` tells the code of the
    /// functions that call.
    pub fn settle(&self, walked: &[Walked], watched: &[Watched]) -> Result<Settled> {
        let records = self.read()?;
        let (held, known) = (self.held(walked), walked.iter().all(|thread| thread.stack.complete));
        let mut settled = Settled::default();
        for door in numbered(&records) {
            let is_held = match door.record.slot {
                0 => is_inside(&door, walked, watched),
                _ => held.contains_key(&door.number) || !known,
            };
            match door.record.state {
                door::LEFT => {
                    settled.left.push(door);
                    if !is_held {
                        self.set_state(door.number, door::FREE)?;
                    }
                }
                door::PLANTED if is_held => settled.inside.push(door),
                door::PLANTED if self.leads_here(&door) => settled.hidden.push(door),
                door::PLANTED => {
                    self.set_state(door.number, door::LOST)?;
                    settled.lost.push(door);
                }
                _ => {}
            }
        }
        Ok(settled)
    }

    /// Takes away the doors that `chosen` says, and returns those that stay because a
    /// thread stands in them, or its stack is being unwound or unknown.
    ///
    /// All threads must be stopped, and `walked` be their stacks.
    pub fn remove(&self, walked: &[Walked], chosen: &dyn Fn(&Door) -> bool) -> Result<Vec<Door>> {
        let records = self.read()?;
        let (held, known) = (self.held(walked), walked.iter().all(|thread| thread.stack.complete));
        let planted = numbered(&records).filter(|door| door.record.state == door::PLANTED);
        let mut kept = Vec::new();
        for door in planted.filter(|door| chosen(door)) {
            let leads = self.leads_here(&door);
            let stays = match held.get(&door.number) {
                Some(inner) => !leads || self.is_busy(inner, &door),
                None => !known && door.record.slot != 0,
            };
            if stays {
                kept.push(door);
                continue;
            }
            if leads {
                self.memory.write(door.record.slot, &door.record.back.to_le_bytes())?;
            }
            step("doors.restored")?;
            self.set_state(door.number, door::FREE)?;
            if Self::is_called(&door) {
                self.forget(door.record.leaving)?;
            }
        }
        Ok(kept)
    }

    /// A thread that was counted in `leaving` is inside no more, without having run
    /// the callbacks: true if it was the last one. All threads must be stopped.
    pub fn forget(&self, leaving: u64) -> Result<bool> {
        Ok(self.count(leaving, 0)? != 0 && self.count(leaving, u32::MAX)? == 0)
    }

    /// A frame there is a door's.
    pub fn is_stub(&self, address: u64) -> bool {
        self.number(address).is_some()
    }

    fn read(&self) -> Result<Vec<abi::Door>> {
        self.memory.read_table(self.records, door::COUNT as u32)
    }

    fn range(&self) -> Range<u64> {
        self.stubs..self.stubs + door::COUNT as u64 * door::SIZE
    }

    fn stub(&self, number: usize) -> u64 {
        self.stubs + number as u64 * door::SIZE
    }

    fn number(&self, address: u64) -> Option<usize> {
        self.range().contains(&address).then(|| ((address - self.stubs) / door::SIZE) as usize)
    }

    fn record(&self, number: usize) -> u64 {
        self.records + (number * abi::Door::SIZE) as u64
    }

    /// Doors in which some walked stack has a frame: a thread will come through, or
    /// is just passing. With the frames further in.
    fn held<'w>(&self, walked: &'w [Walked]) -> HashMap<usize, &'w [Frame]> {
        let all = walked.iter().flat_map(|thread| {
            let frames = &thread.stack.frames;
            frames.iter().enumerate().map(move |(index, frame)| (frame, &frames[..index]))
        });
        all.filter_map(|(frame, inner)| Some((self.number(frame.pc)?, inner))).collect()
    }

    /// The slot holds what was planted there.
    fn leads_here(&self, door: &Door) -> bool {
        let mut word = [0; 8];
        let read = self.memory.read_into(door.record.slot, &mut word);
        let entries = [door::MARKS, door::CALLS].map(|entry| self.stub(door.number) + entry);
        // a stack that is gone cannot be read
        read.is_ok() && entries.contains(&u64::from_le_bytes(word))
    }

    /// The thread with these frames further in than the door stands in the stub itself,
    /// or unwinds the stack.
    fn is_busy(&self, inner: &[Frame], door: &Door) -> bool {
        inner.last().is_none_or(|frame| frame.slot != door.record.slot) || self.is_unwound(inner)
    }

    /// An unwinder may have read return addresses of frames outside of `inner`, and
    /// must find them again as they were: its own code is active there, or perhaps
    /// cleaning up on behalf of an exception.
    fn is_unwound(&self, inner: &[Frame]) -> bool {
        let inside = |ranges: &[(u64, u64)], address: u64| {
            ranges.iter().any(|(start, end)| (*start..*end).contains(&address))
        };
        inner.iter().any(|frame| {
            let handles = frame.personality != 0 && !inside(&self.plain, frame.personality);
            frame.unwinds || handles || inside(&self.unwinders, frame.lookup)
        })
    }

    /// Whether the stack is, or may be, in a function; and the index of the frame
    /// that is to get the door.
    fn place<'s>(&self, stack: &'s Stack, wanted: &Watched) -> (bool, Option<Place<'s>>) {
        let index = stack.frames.iter().rposition(|frame| wanted.covers(frame));
        let Some(index) = index.filter(|_| stack.complete && !self.locked) else {
            return (index.is_some() || !stack.complete, None);
        };
        // a handler may have interrupted the C library, which callbacks use
        let in_handler = wanted.calls && stack.frames[index..].iter().any(|frame| frame.signal);
        let place = stack.frames.get(index + 1).filter(|_| !in_handler);
        let place = place.map(|caller| Place { frame: &stack.frames[index], caller });
        let is_exact = |place: &Place<'_>| {
            let slot = place.frame.slot;
            slot != 0 && slot & 7 == 0 && slot + 8 == place.caller.sp
        };
        (true, place.filter(is_exact).filter(|_| !self.is_unwound(&stack.frames[..=index])))
    }

    /// `None` if there is no door for this place, or it has one that must stay.
    fn plant_at(
        &self,
        place: Place<'_>,
        tid: i32,
        wanted: &Watched,
        records: &mut [abi::Door],
        free: &mut dyn Iterator<Item = usize>,
    ) -> Result<Option<usize>> {
        let (slot, mut back) = (place.frame.slot, place.caller.pc);
        if self.memory.read(slot, 8)? != back.to_le_bytes() {
            return Ok(None);
        }
        let present = self.number(back);
        if let Some(present) = present {
            let calls = back == self.stub(present) + door::CALLS;
            if calls || !wanted.calls {
                let shared = !wanted.calls || records[present].leaving == wanted.leaving;
                return Ok(shared.then_some(present));
            }
            back = records[present].back;
        }
        let Some(number) = free.next() else { return Ok(None) };
        let record =
            abi::Door { slot, back, leaving: wanted.leaving, thread: tid as u32, state: door::PLANTED };
        if wanted.calls {
            self.count(wanted.leaving, 1)?;
        }
        self.memory.write(self.record(number), record.bytes())?;
        step("doors.plant")?;
        let entry = if wanted.calls { door::CALLS } else { door::MARKS };
        self.memory.write(slot, &(self.stub(number) + entry).to_le_bytes())?;
        records[number] = record;
        if let Some(present) = present {
            self.set_state(present, door::FREE)?;
        }
        Ok(Some(number))
    }

    /// Counts thread `tid`, which is inside and has no door.
    fn remember(
        &self,
        tid: i32,
        leaving: u64,
        records: &mut [abi::Door],
        free: &mut dyn Iterator<Item = usize>,
    ) -> Result<()> {
        let record = abi::Door { slot: 0, back: 0, leaving, thread: tid as u32, state: door::PLANTED };
        if records.contains(&record) {
            return Ok(());
        }
        self.count(leaving, 1)?;
        // without a record it counts as inside for ever
        let Some(number) = free.next() else { return Ok(()) };
        records[number] = record;
        self.memory.write(self.record(number), record.bytes())
    }

    fn set_state(&self, number: usize, state: u32) -> Result<()> {
        let place = self.record(number) + offset_of!(abi::Door, state) as u64;
        self.memory.write(place, &state.to_le_bytes())
    }

    /// Adds to the threads counted in `leaving`, and returns the sum.
    fn count(&self, leaving: u64, change: u32) -> Result<u32> {
        let place = leaving + offset_of!(abi::Leaving, threads) as u64;
        let mut threads = [0; 4];
        let read = self.memory.read_into(place, &mut threads);
        read.map_err(|error| Fault::environment(format!("cannot read who is inside a function: {error}")))?;
        let sum = u32::from_le_bytes(threads).wrapping_add(change);
        self.memory.write(place, &sum.to_le_bytes())?;
        Ok(sum)
    }
}

/// An activation and what it returns to.
struct Place<'s> {
    frame: &'s Frame,
    caller: &'s Frame,
}

/// Whether the thread of a door without a slot is, or may be, where it was.
fn is_inside(door: &Door, walked: &[Walked], watched: &[Watched]) -> bool {
    let Some(thread) = walked.iter().find(|thread| thread.tid as u32 == door.record.thread) else {
        return false;
    };
    let watched = watched.iter().find(|watched| watched.leaving == door.record.leaving);
    watched.is_none_or(|watched| !thread.stack.complete || watched.covers_any(&thread.stack.frames))
}

fn numbered(records: &[abi::Door]) -> impl Iterator<Item = Door> + '_ {
    records.iter().enumerate().map(|(number, record)| Door { number, record: *record })
}

/// Doors that may be planted: the free ones from behind the last one in use on, so
/// that none is used again soon, then those whose activation ended in another way.
fn vacant(records: &[abi::Door]) -> Vec<usize> {
    let last = records.iter().rposition(|record| record.state != door::FREE).map_or(0, |last| last + 1);
    let of = |state: u32| {
        let order = (last..records.len()).chain(0..last.min(records.len()));
        order.filter(move |number| records[*number].state == state)
    };
    of(door::FREE).chain(of(door::LOST)).collect()
}
