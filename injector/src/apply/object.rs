//! Loads a shared object by `dlopen` in a hijacked thread, from memory instead of
//! a file, near the executable: neither chroot nor namespaces matter.

use crate::error::{Fault, Result};
use crate::facts::maps;
use crate::facts::memory::Memory;
use crate::facts::process;
use crate::tracee::{Rewrite, SyscallStop};
use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;

/// System calls that ld.so opens and maps an object with.
const OPEN: u64 = 2;
const MMAP: u64 = 9;
const OPENAT: u64 = 257;
const MEMFD_CREATE: u64 = 319;
const MFD_CLOEXEC: u64 = 1;
const MFD_EXEC: u64 = 0x10;
const MAP_FIXED_NOREPLACE: u64 = 0x10_0000;
/// RTLD_NOW | RTLD_NODELETE, local.
pub const DLOPEN_FLAGS: u64 = 0x1002;

/// What ld.so shall find under a name that no file has.
pub struct Object<'a> {
    /// Process number.
    pub pid: i32,
    /// Its memory.
    pub memory: &'a Memory,
    /// The name given to dlopen; ld.so works on a copy of it.
    pub name: &'a str,
    /// The file.
    pub bytes: &'a [u8],
    /// Image to stay near to, if that matters.
    pub near: Option<(u64, u64)>,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Opening,
    Creating,
    Mapping { fd: u64 },
    Mapped,
}

impl<'a> Object<'a> {
    /// An object not yet asked for.
    pub fn new(
        pid: i32,
        memory: &'a Memory,
        name: &'a str,
        bytes: &'a [u8],
        near: Option<(u64, u64)>,
    ) -> Self {
        Object { pid, memory, name, bytes, near, stage: Stage::Opening }
    }

    /// Answers ld.so's system calls: the open becomes memfd_create, the first
    /// mapping gets its place.
    pub fn observe(&mut self, stop: SyscallStop) -> Result<Rewrite> {
        let mut registers = stop.registers;
        match (self.stage, stop.entry, registers.orig_rax) {
            (Stage::Opening, true, OPENAT) if self.is_name(registers.rsi) => {
                Ok(self.create(registers, registers.rsi))
            }
            (Stage::Opening, true, OPEN) if self.is_name(registers.rdi) => {
                Ok(self.create(registers, registers.rdi))
            }
            (Stage::Creating, false, _) => {
                let fd = registers.rax;
                self.fill(fd)?;
                self.stage = Stage::Mapping { fd };
                Ok(Rewrite::Keep)
            }
            (Stage::Mapping { fd }, true, MMAP) if registers.r8 == fd => {
                self.stage = Stage::Mapped;
                let Some(near) = self.near else { return Ok(Rewrite::Keep) };
                registers.rdi = self.hole(near, registers.rsi)?;
                registers.r10 |= MAP_FIXED_NOREPLACE;
                Ok(Rewrite::With(Box::new(registers)))
            }
            _ => Ok(Rewrite::Keep),
        }
    }

    fn is_name(&self, address: u64) -> bool {
        self.memory.read_string(address).is_ok_and(|found| found == self.name)
    }

    fn create(&mut self, registers: libc::user_regs_struct, name: u64) -> Rewrite {
        self.stage = Stage::Creating;
        let mut registers = registers;
        registers.orig_rax = MEMFD_CREATE;
        registers.rdi = name;
        registers.rsi = if knows_exec_flag() { MFD_CLOEXEC | MFD_EXEC } else { MFD_CLOEXEC };
        Rewrite::With(Box::new(registers))
    }

    fn fill(&self, fd: u64) -> Result<()> {
        let pid = self.pid;
        let fault = |error: std::io::Error| {
            Fault::environment(format!(
                "process {pid}: cannot write the library into its memory file: {error}"
            ))
        };
        if fd as i64 <= -1 {
            return Err(fault(std::io::Error::from_raw_os_error(-(fd as i64) as i32)));
        }
        let file = OpenOptions::new()
            .write(true)
            .open(format!("/proc/{}/fd/{fd}", process::view(pid)))
            .map_err(fault)?;
        file.write_all_at(self.bytes, 0).map_err(fault)
    }

    fn hole(&self, near: (u64, u64), size: u64) -> Result<u64> {
        let maps = maps::read(self.pid)?;
        maps::hole_near(&maps, near, size).ok_or_else(|| {
            Fault::refused(format!(
                "process {}: no room for {size} bytes within 2 GiB of its executable",
                self.pid
            ))
        })
    }
}

/// Kernels from 6.3 on want to be told that a memory file is for code.
fn knows_exec_flag() -> bool {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let mut numbers = release.split(['.', '-']).map_while(|part| part.parse::<u32>().ok());
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= (6, 3)
}
