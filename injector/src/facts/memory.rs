//! The target's memory through /proc/PID/mem, which pierces page protection and
//! needs no stopped thread.

use crate::error::{Fault, Result};
use crate::facts::process;
use polus_runtime::abi::Plain;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;

/// Longest string read out of a target, bytes.
const STRING_MAX: usize = 4096;

/// An open /proc/PID/mem.
pub struct Memory {
    pid: i32,
    file: File,
}

impl Memory {
    /// Opens the memory of process `pid` for reading and writing.
    pub fn open(pid: i32) -> Result<Memory> {
        let path = format!("/proc/{}/mem", process::view(pid));
        match OpenOptions::new().read(true).write(true).open(&path) {
            Ok(file) => Ok(Memory { pid, file }),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                Err(not_permitted(pid).within("not permitted"))
            }
            Err(error) => Err(Fault::environment(format!("process {pid}: cannot open {path}: {error}"))),
        }
    }

    /// Fills `bytes` from `address`.
    pub fn read_into(&self, address: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(bytes, address)
    }

    /// As many bytes at `address` as are mapped there, at most `size`.
    pub fn read_some(&self, address: u64, size: usize) -> Vec<u8> {
        let mut bytes = vec![0; size];
        let mut done = 0;
        while done < size {
            match self.file.read_at(&mut bytes[done..], address + done as u64) {
                Ok(0) | Err(_) => break,
                Ok(count) => done += count,
            }
        }
        bytes.truncate(done);
        bytes
    }

    /// `size` bytes at `address`.
    pub fn read(&self, address: u64, size: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; size];
        self.read_into(address, &mut bytes).map_err(|error| self.fault("read", address, size, error))?;
        Ok(bytes)
    }

    /// One struct at `address`.
    pub fn read_plain<T: Plain>(&self, address: u64) -> Result<T> {
        let bytes = self.read(address, T::SIZE)?;
        Ok(T::from_bytes(&bytes).unwrap_or_default())
    }

    /// `count` structs at `address`.
    pub fn read_table<T: Plain>(&self, address: u64, count: u32) -> Result<Vec<T>> {
        let bytes = self.read(address, T::SIZE * count as usize)?;
        Ok(bytes.chunks_exact(T::SIZE).filter_map(T::from_bytes).collect())
    }

    /// The string at `address`, up to its NUL.
    pub fn read_string(&self, address: u64) -> Result<String> {
        let bytes = self.read_some(address, STRING_MAX);
        let end = bytes.iter().position(|byte| *byte == 0);
        let end =
            end.ok_or_else(|| self.fault("read a string", address, 1, ErrorKind::InvalidData.into()))?;
        Ok(String::from_utf8_lossy(&bytes[..end]).into_owned())
    }

    /// Writes `bytes` at `address`.
    pub fn write(&self, address: u64, bytes: &[u8]) -> Result<()> {
        self.file
            .write_all_at(bytes, address)
            .map_err(|error| self.fault("write", address, bytes.len(), error))
    }

    fn fault(&self, verb: &str, address: u64, size: usize, error: io::Error) -> Fault {
        Fault::environment(format!(
            "process {}: cannot {verb} {size} bytes at {address:#x} of its memory: {error}",
            self.pid
        ))
    }
}

/// The fault of a process that one may not trace.
pub fn not_permitted(pid: i32) -> Fault {
    Fault::environment(format!("process {pid}: no right to trace it")).hint(
        "run polus as the process's user or as root (CAP_SYS_PTRACE); see also kernel.yama.ptrace_scope",
    )
}
