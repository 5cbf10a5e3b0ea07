//! Units whose code is in the executable without debug information, or with too little of it: who holds
//! copies of their functions, or in them, cannot be told.

use super::Running;
use crate::clang::Kind;
use crate::diag::Diagnostic;
use polus_binary::{FunctionKey, NoUnit};

impl Running<'_> {
    /// Says of which units the executable tells too little. `left_out`: units of the inputs that were not
    /// found in the executable.
    pub fn undescribed(&self, left_out: &[String]) -> Vec<Diagnostic> {
        let without = self.binary.undescribed_files().unwrap_or_default();
        let own = self.program.unit.units.iter();
        let mut told = Vec::new();
        for path in own.clone() {
            match self.info.match_unit(path) {
                Ok(unit) if self.info.unit(unit).lines_only => told.push(lines_only(path)),
                _ if without.iter().any(|file| file == last_part(path)) && self.is_filled(path) => {
                    told.push(no_debug_info(path));
                }
                Err(NoUnit::Missing) if self.exports_of(path) => told.push(no_debug_info(path)),
                _ => {}
            }
        }
        let others = left_out.iter().filter(|path| without.iter().any(|file| file == last_part(path)));
        told.extend(others.map(|path| no_debug_info(path)));
        told
    }

    /// The unit defines something; compilers describe nothing of one that is all left out by `#if`.
    fn is_filled(&self, path: &str) -> bool {
        let mut own = self.program.own(Kind::Function).chain(self.program.own(Kind::Variable));
        own.any(|id| self.program.files(id).contains(&path))
    }

    /// The executable holds a function of this unit that its debug information does not know.
    fn exports_of(&self, path: &str) -> bool {
        let Ok(symbols) = self.binary.symbols() else { return false };
        self.program.own(Kind::Function).any(|id| {
            let item = &self.program.items[id];
            let key = FunctionKey { name: item.original.clone(), unit: None };
            item.entity.external
                && self.program.files(id).contains(&path)
                && symbols.function(&key.name).is_some()
                && self.info.function(&key).is_none()
        })
    }
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn no_debug_info(path: &str) -> Diagnostic {
    Diagnostic::error(format!(
        "the executable has no debug information of {path}: it was compiled without -g"
    ))
    .note("which functions are inlined into which, there, cannot be told")
    .help("compile all files with -g, and give the executable or its unstripped twin (--debug-file)")
}

fn lines_only(path: &str) -> Diagnostic {
    Diagnostic::error(format!(
        "the executable tells no types and no variables of {path}: it was compiled with -g1 or -gline-tables-only"
    ))
    .help("compile all files with -g, and give the executable or its unstripped twin (--debug-file)")
}
