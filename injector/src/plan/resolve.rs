//! Where a name of the patch lives in the process: the newest definition of the
//! version that runs, else the executable (rules 5 and 7).

use crate::error::{Fault, Result};
use crate::facts::patch_file::{Import, Variable};
use crate::facts::program::Program;
use crate::facts::registry::{Cell, Definition, Registry};
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
        if self.distance_in_patches(&import.name, &import.file, &import.function).is_some() {
            return Err(Fault::refused(format!(
                "imports the thread variable `{}`, which an earlier patch migrated",
                import.name
            ))
            .hint(format!("import the function polus__thread__{} of that patch", import.name)));
        }
        self.thread_offset(&import.name, &import.file, &import.function, import.address)
    }

    /// What to add to a thread's pointer for the instance of a variable that the running version uses.
    pub fn thread_instance(&self, of: &Variable) -> Result<u64> {
        if let Some(distance) = self.distance_in_patches(&of.name, &of.file, &of.function) {
            return Ok(distance);
        }
        if self.is_brought(&of.name, &of.file) {
            return Err(Fault::refused(format!(
                "the thread variable `{}` changes, and an earlier patch brought it: it has no fixed place in a thread",
                of.name
            ))
            .hint("give the new one another name, or restart the program for this change"));
        }
        let offset = self.thread_offset(&of.name, &of.file, &of.function, of.address)?;
        Ok(offset.wrapping_add(self.program.thread_block()?))
    }

    fn thread_offset(&self, name: &str, file: &str, function: &str, stated: u64) -> Result<u64> {
        match stated {
            0 => self.program.thread_variable(name, file, function),
            offset => Ok(offset),
        }
    }

    fn distance_in_patches(&self, name: &str, file: &str, function: &str) -> Option<u64> {
        self.registry.chain(self.registry.version).into_iter().rev().find_map(|record| {
            let is_it = |found: &&Cell| {
                let known = record.variables.get(found.variable as usize);
                found.flags & kind::PER_THREAD_CELL != 0
                    && known.is_some_and(|known| {
                        known.name == name && known.file == file && known.function == function
                    })
            };
            record.cells.iter().find(is_it).map(|cell| cell.new_instance)
        })
    }

    /// Some active patch has a function that leads to it.
    fn is_brought(&self, name: &str, file: &str) -> bool {
        let symbol = format!("polus__thread__{name}");
        let mut functions =
            self.registry.chain(self.registry.version).into_iter().flat_map(|record| &record.functions);
        functions.any(|function| function.name == symbol && function.file == file)
    }
}
