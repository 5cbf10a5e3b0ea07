//! The thread variables that a patch migrates: ld.so puts the patch's instances at one distance from
//! the thread pointer in all threads, and writes that distance to slots of the patch.

use crate::error::{Fault, Result};
use crate::facts::patch_file::{PatchFile, Variable};
use crate::plan::load::Place;
use object::elf;

/// The thread variables of a patch.
pub struct Threads<'a> {
    /// The patch.
    pub patch: &'a PatchFile,
}

impl Threads<'_> {
    /// Stated addresses that hold the distance of a variable.
    pub fn slots(&self, variable: &Variable) -> Vec<u64> {
        let Some(offset) = self.offset(variable) else { return Vec::new() };
        let all = self.patch.relocations.iter().filter(|found| found.kind == elf::R_X86_64_TPOFF64);
        let own = all.filter(|found| found.symbol.is_empty() && found.addend as u64 == offset);
        own.map(|found| found.offset).collect()
    }

    /// Where the variable's new instance is.
    pub fn instance(&self, variable: &Variable) -> Result<Place> {
        self.slots(variable).first().map(|slot| Place::Thread(*slot)).ok_or_else(|| {
            Fault::refused(format!(
                "`{}` has no fixed place in a thread: it is stripped, or built with another model of thread storage",
                variable.version_name
            ))
            .hint("build it with plain `gcc -O2 -fPIC -shared`, and declare it __attribute__((tls_model(\"initial-exec\")))")
        })
    }

    /// Stated address of its initial value.
    pub fn initial(&self, variable: &Variable) -> u64 {
        self.patch.threads.image + self.offset(variable).unwrap_or(0)
    }

    fn offset(&self, variable: &Variable) -> Option<u64> {
        let mut all = self.patch.threads.variables.iter();
        all.find(|(name, _)| *name == variable.version_name).map(|(_, offset)| *offset)
    }
}
