//! The registry's root as it is written: one small store at a time, so that a
//! later injector finds a defined state whenever this one dies.

use crate::error::Result;
use crate::facts::memory::Memory;
use crate::facts::registry::Cell;
use polus_runtime::abi::{self, Plain, kind};
use std::mem::offset_of;

/// Writer of the registry at an address.
pub struct Journal<'a> {
    /// The target's memory.
    pub memory: &'a Memory,
    /// Address of the root.
    pub registry: u64,
}

impl Journal<'_> {
    /// From now on a death is repaired by going back.
    pub fn begin(&self, goal: u32, incoming: u64) -> Result<()> {
        self.put(offset_of!(abi::RegistryHead, goal), &goal.to_le_bytes())?;
        self.put(offset_of!(abi::RegistryHead, incoming), &incoming.to_le_bytes())?;
        self.put(offset_of!(abi::RegistryHead, converted), &0u32.to_le_bytes())?;
        self.set_state(kind::CONVERTING)
    }

    /// From now on a death is repaired by going on.
    pub fn redirecting(&self) -> Result<()> {
        self.set_state(kind::REDIRECTING)
    }

    /// The records change state, and the goal becomes the version.
    pub fn reached(&self, goal: u32, states: &[(u64, u32)], now_ms: u64) -> Result<()> {
        for (record, state) in states {
            self.set_record_state(*record, *state)?;
        }
        self.put(offset_of!(abi::RegistryHead, changed_ms), &now_ms.to_le_bytes())?;
        self.put(offset_of!(abi::RegistryHead, version), &goal.to_le_bytes())?;
        self.set_state(kind::IDLE)
    }

    /// A record's part in the versions of the process.
    pub fn set_record_state(&self, record: u64, state: u32) -> Result<()> {
        self.memory.write(record + offset_of!(abi::Record, state) as u64, &state.to_le_bytes())
    }

    /// Nothing is under way.
    pub fn idle(&self) -> Result<()> {
        self.set_state(kind::IDLE)
    }

    /// Some cells are tracked, or none.
    pub fn tracking(&self, tracking: bool) -> Result<()> {
        self.put(offset_of!(abi::RegistryHead, tracking), &u32::from(tracking).to_le_bytes())
    }

    /// One more change of a cell was carried across.
    pub fn count_writes(&self, cell: &Cell) -> Result<()> {
        let place = cell.address + offset_of!(abi::Cell, writes) as u64;
        self.memory.write(place, &cell.writes.to_le_bytes())
    }

    /// A cell is tracked no more.
    pub fn untrack(&self, cell: &Cell) -> Result<()> {
        let place = cell.address + offset_of!(abi::Cell, flags) as u64;
        let flags: [u8; 4] = self.memory.read(place, 4)?.try_into().unwrap_or_default();
        let flags = u32::from_le_bytes(flags) & !kind::TRACKED;
        self.memory.write(place, &flags.to_le_bytes())
    }

    /// Tells `polus status` what is waited for.
    pub fn publish(&self, active: &[abi::Active]) -> Result<()> {
        let active = &active[..active.len().min(abi::ACTIVE_MAX)];
        let bytes: Vec<u8> = active.iter().flat_map(|slot| slot.bytes().to_vec()).collect();
        self.put(offset_of!(abi::RegistryHead, active_count), &0u32.to_le_bytes())?;
        self.put(abi::RegistryHead::SIZE, &bytes)?;
        self.put(offset_of!(abi::RegistryHead, active_count), &(active.len() as u32).to_le_bytes())
    }

    fn set_state(&self, state: u32) -> Result<()> {
        self.put(offset_of!(abi::RegistryHead, state), &state.to_le_bytes())
    }

    fn put(&self, offset: usize, bytes: &[u8]) -> Result<()> {
        self.memory.write(self.registry + offset as u64, bytes)
    }
}

/// Milliseconds of CLOCK_MONOTONIC.
pub fn now_ms() -> u64 {
    let now = nix::time::clock_gettime(nix::time::ClockId::CLOCK_MONOTONIC);
    now.map_or(0, |now| now.tv_sec() as u64 * 1000 + now.tv_nsec() as u64 / 1_000_000)
}
