//! Where a name of the patch lives in the process: the newest definition of the
//! version that runs, else the executable (rules 5 and 7).

use crate::error::Result;
use crate::facts::patch_file::Import;
use crate::facts::program::Program;
use crate::facts::registry::{Definition, Registry};
use polus_runtime::abi::kind;

/// Names of the process.
pub struct Names<'a> {
    /// The executable.
    pub program: &'a Program,
    /// Loaded patches.
    pub registry: &'a Registry,
    /// Actual less stated address of the executable.
    pub bias: u64,
}

impl Names<'_> {
    /// The entry of a function's first version.
    pub fn identity(&self, name: &str, file: &str, stated: u64) -> Result<u64> {
        if let Some(identity) = self.identity_in_patches(name, file) {
            return Ok(identity);
        }
        let stated = match stated {
            0 => self.program.function(name, file)?,
            stated => stated,
        };
        Ok(stated.wrapping_add(self.bias))
    }

    /// The entry of the first version, of a function that some active patch brought or replaced.
    pub fn identity_in_patches(&self, name: &str, file: &str) -> Option<u64> {
        self.registry.chain(self.registry.version).into_iter().rev().find_map(|record| {
            let same = |found: &&Definition| found.name == name && found.file == file && found.address != 0;
            let function = record.functions.iter().find(same)?;
            let entry = record.entries.iter().find(|entry| entry.code == function.address);
            Some(entry.map_or(function.address, |entry| entry.identity))
        })
    }

    /// The instance of a variable that the running version uses.
    pub fn variable(&self, name: &str, file: &str, function: &str, stated: u64) -> Result<u64> {
        if let Some(instance) = self.instance_in_patches(name, file, function) {
            return Ok(instance);
        }
        let stated = match stated {
            0 => self.program.variable(name, file, function)?,
            stated => stated,
        };
        Ok(stated.wrapping_add(self.bias))
    }

    fn instance_in_patches(&self, name: &str, file: &str, function: &str) -> Option<u64> {
        self.registry.chain(self.registry.version).into_iter().rev().find_map(|record| {
            let same = |found: &&Definition| {
                found.name == name
                    && found.file == file
                    && found.function == function
                    && found.kind != kind::ADOPTED
            };
            record.variables.iter().find(same).map(|found| found.address)
        })
    }

    /// Offset of a thread variable in the executable's TLS segment.
    pub fn thread_variable(&self, import: &Import) -> Result<u64> {
        match import.address {
            0 => self.program.thread_variable(&import.name, &import.file, &import.function),
            offset => Ok(offset),
        }
    }
}
