//! Functions whose leaving has callbacks (paper 3.4): doors are planted for the threads
//! that are inside, and those that leave in another way (longjmp, the end of the thread,
//! within a signal handler) are found at a later look.

use crate::apply::callbacks;
use crate::apply::doors::{self, Door, Doors, Walked, Watched};
use crate::apply::failure::step;
use crate::apply::session::Session;
use crate::apply::track::Tracker;
use crate::error::Result;
use crate::facts::registry::{Callback, Record, Registry};
use crate::facts::unwind::Unwinder;
use crate::plan;
use crate::tracee::Stopped;
use polus_runtime::abi::{self, kind};
use std::mem::offset_of;

/// Such functions, with their old code.
pub struct Leavings {
    watched: Vec<Watched>,
    functions: Vec<u32>,
}

impl Leavings {
    /// Those of the record at `address`.
    pub fn of(registry: &Registry, address: u64) -> Leavings {
        Leavings::among(registry, &|record| record.address == address)
    }

    fn among(registry: &Registry, chosen: &dyn Fn(&Record) -> bool) -> Leavings {
        let mut leavings = Leavings { watched: Vec::new(), functions: Vec::new() };
        for record in registry.records.iter().filter(|record| chosen(record)) {
            for leaving in &record.leavings {
                let ranges = plan::older_code(registry, record, leaving.function);
                leavings.watched.push(Watched { ranges, leaving: leaving.address, calls: true });
                leavings.functions.push(leaving.function);
            }
        }
        leavings
    }

    /// Nobody has to be watched.
    pub fn is_empty(&self) -> bool {
        self.watched.is_empty()
    }

    /// Plants doors for all who are inside, all threads stopped; returns the functions that somebody
    /// is in.
    pub fn plant(&self, doors: &Doors<'_>, walked: &[Walked]) -> Result<Vec<u32>> {
        let inside = doors.plant(walked, &self.watched)?;
        Ok(inside.iter().filter_map(|inside| self.functions.get(inside.function).copied()).collect())
    }
}

/// Runs the callbacks of threads that left without coming through a door.
pub fn collect(session: &Session, tracker: &mut Option<Tracker>) -> Result<()> {
    let leavings = Leavings::among(&session.registry, &|_| true);
    if !leavings.watched.iter().any(|watched| is_counted(session, watched)) {
        return Ok(());
    }
    let due = match tracker {
        Some(tracker) => {
            let threads = tracker.stop(session)?;
            let due = strayed(session, &walk(session, &threads), &leavings);
            tracker.resume();
            due?
        }
        None => {
            let stopped = Stopped::all(session.pid())?;
            strayed(session, &walk(session, &stopped.threads), &leavings)?
        }
    };
    if due.is_empty() {
        return Ok(());
    }
    step("callbacks.strayed")?;
    callbacks::run(session, tracker, &due, None)
}

/// Somebody was inside when the update came, and has not gone through a door.
fn is_counted(session: &Session, watched: &Watched) -> bool {
    let mut threads = [0; 4];
    let place = watched.leaving + offset_of!(abi::Leaving, threads) as u64;
    session.memory.read_into(place, &mut threads).is_ok() && threads != [0; 4]
}

fn walk(session: &Session, threads: &[crate::tracee::Thread]) -> Vec<Walked> {
    doors::walk(threads, &mut Unwinder::new(&session.images, &session.memory))
}

/// What is to be called now; all threads are stopped.
fn strayed(session: &Session, walked: &[Walked], leavings: &Leavings) -> Result<Vec<Callback>> {
    let doors = Doors::open(session)?;
    let settled = doors.settle(walked, &leavings.watched)?;
    let mut due = Vec::new();
    for door in settled.lost.iter().filter(|door| Doors::is_called(door)) {
        due.extend(callbacks_of(session, door, kind::THREAD_LEFT));
        if doors.forget(door.record.leaving)? {
            due.extend(callbacks_of(session, door, kind::FUNCTION_LEFT));
        }
    }
    Ok(due)
}

fn callbacks_of(session: &Session, door: &Door, kind: u32) -> Option<Callback> {
    session.registry.records.iter().find_map(|record| {
        let leaving = record.leavings.iter().find(|leaving| leaving.address == door.record.leaving)?;
        let is_meant = |found: &&Callback| found.kind == kind && found.subject == leaving.function;
        record.callbacks.iter().find(is_meant).copied()
    })
}
