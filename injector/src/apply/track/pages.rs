//! Which pages are watched, and what the tracked instances on them held when they
//! last agreed.

use crate::error::Result;
use crate::facts::maps::PAGE;
use crate::facts::memory::Memory;
use crate::facts::registry::Cell;
use crate::tracee::userfault::Pages;
use std::collections::BTreeSet;

/// One instance of a tracked variable.
struct Instance {
    start: u64,
    bytes: Vec<u8>,
}

/// All instances that are tracked.
#[derive(Default)]
pub struct Instances {
    all: Vec<Instance>,
}

impl Instances {
    /// Both instances of each cell, with what they hold now.
    pub fn read(cells: &[Cell], memory: &Memory) -> Result<Instances> {
        let mut places: Vec<(u64, u64)> = cells
            .iter()
            .flat_map(|cell| [(cell.old_instance, cell.sizes.0), (cell.new_instance, cell.sizes.1)])
            .collect();
        places.sort_unstable();
        places.dedup();
        let read =
            |(start, size): (u64, u64)| Ok(Instance { start, bytes: memory.read(start, size as usize)? });
        Ok(Instances { all: places.into_iter().map(read).collect::<Result<_>>()? })
    }

    /// The pages that they lie on, in ranges.
    pub fn pages(&self) -> Vec<Pages> {
        let pages: BTreeSet<u64> = self.all.iter().flat_map(Instance::pages).collect();
        let mut ranges: Vec<Pages> = Vec::new();
        for page in pages {
            match ranges.last_mut() {
                Some(range) if range.end == page => range.end += PAGE,
                _ => ranges.push(page..page + PAGE),
            }
        }
        ranges
    }

    /// Some instance that lies on `page` holds something else than it held.
    pub fn differ(&self, page: u64, memory: &Memory) -> bool {
        let on_page = self.all.iter().filter(|instance| instance.pages().contains(&page));
        on_page.into_iter().any(|instance| instance.differs(page, memory))
    }

    /// Takes what all hold now.
    pub fn renew(&mut self, memory: &Memory) -> Result<()> {
        for instance in &mut self.all {
            instance.bytes = memory.read(instance.start, instance.bytes.len())?;
        }
        Ok(())
    }
}

impl Instance {
    fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }

    fn pages(&self) -> BTreeSet<u64> {
        (self.start & !(PAGE - 1)..self.end()).step_by(PAGE as usize).collect()
    }

    fn differs(&self, page: u64, memory: &Memory) -> bool {
        let (start, end) = (self.start.max(page), self.end().min(page + PAGE));
        let known = &self.bytes[(start - self.start) as usize..(end - self.start) as usize];
        memory.read_some(start, known.len()) != known
    }
}
