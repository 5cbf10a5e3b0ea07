//! Which compiler made a unit, and which units it saw together.

use std::collections::HashMap;

use super::entries::Entries;
use super::scan::Scan;
use super::units::Unit;
use crate::symbols::Symbols;

/// A compiler, as far as its ways differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Compiler {
    /// GNU C, by its major version: what it fits to its callers becomes a clone with a suffix.
    Gcc(u32),
    /// LLVM's C compiler, by its major version: it rewrites functions in place.
    Clang(u32),
    /// Any other, of which nothing may be assumed.
    Other,
}

impl Compiler {
    /// By DW_AT_producer.
    fn named(producer: &str) -> Compiler {
        let version = |text: &str| text.split(['.', ' ', '-']).next().and_then(|number| number.parse().ok());
        let clang = producer.split_once("clang version ").and_then(|(_, rest)| version(rest));
        let gnu = ["GNU C", "GNU GIMPLE"].iter().any(|name| producer.starts_with(name));
        let second = producer.split(' ').filter(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        match (clang, gnu.then(|| second.into_iter().find_map(version)).flatten()) {
            (Some(major), _) => Compiler::Clang(major),
            (None, Some(major)) => Compiler::Gcc(major),
            (None, None) => Compiler::Other,
        }
    }
}

impl Unit {
    /// The compiler that made it.
    pub fn compiler(&self) -> Compiler {
        Compiler::named(&self.producer)
    }

    /// Compiled as if it were the whole program: its externals are statics to the compiler.
    pub fn whole_program(&self) -> bool {
        self.producer.split(' ').any(|word| word == "-fwhole-program")
    }
}

/// Marks the units of clang that were linked with optimisation, of which DW_AT_producer tells nothing:
/// by what only units out of one object file share.
pub(super) fn mark_linked(entries: &mut Entries, symbols: Option<&Symbols>) {
    let temporary = symbols.is_some_and(|symbols| symbols.files_named("ld-temp.o") > 0);
    let promoted = symbols.is_some_and(|symbols| symbols.iter().any(|symbol| symbol.name.contains(".llvm.")));
    let is_clang = |scan: &Scan| !scan.partial && matches!(scan.unit.compiler(), Compiler::Clang(_));
    let shared = sharing(entries);
    let shared = entries.scans.iter().zip(shared).any(|(scan, shared)| shared && is_clang(scan));
    if temporary || promoted || shared {
        entries.scans.iter_mut().filter(|scan| is_clang(scan)).for_each(|scan| scan.unit.lto = true);
    }
}

/// The units that refer to each other's entries, or name one table of strings.
fn sharing(entries: &Entries) -> Vec<bool> {
    let mut shared = vec![false; entries.scans.len()];
    let mut tables: HashMap<u64, usize> = HashMap::new();
    for (at, scan) in entries.scans.iter().enumerate().filter(|(_, scan)| !scan.partial) {
        if let Some(other) = scan.strings.and_then(|base| tables.insert(base, at)) {
            (shared[at], shared[other]) = (true, true);
        }
        let routines = scan.routines.iter().filter_map(|routine| routine.origin);
        let origins = routines.chain(scan.inlined.iter().map(|inlined| inlined.origin));
        for other in origins.filter_map(|origin| entries.unit_of(origin)) {
            if other != at && !entries.scans[other].partial {
                (shared[at], shared[other]) = (true, true);
            }
        }
    }
    shared
}

/// Of each unit the one that it repeats, or itself. Link-time optimisation unit by unit (ThinLTO)
/// describes what it took over from a file as another unit of that file, without any code.
pub(super) fn originals(scans: &[Scan]) -> Vec<usize> {
    let mut coded: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, scan) in scans.iter().enumerate().filter(|(_, scan)| has_code(scan)) {
        coded.entry(&scan.unit.path).or_default().push(at);
    }
    let original = |(at, scan): (usize, &Scan)| {
        let bare = !scan.partial && !has_code(scan);
        match bare.then(|| coded.get(scan.unit.path.as_str())).flatten().map(Vec::as_slice) {
            Some([one]) => *one,
            _ => at,
        }
    };
    scans.iter().enumerate().map(original).collect()
}

fn has_code(scan: &Scan) -> bool {
    !scan.partial && scan.routines.iter().any(|routine| routine.entry.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compilers_by_producer() {
        for (producer, compiler) in [
            ("GNU C17 12.2.0 -mtune=generic -O2 -g", Compiler::Gcc(12)),
            ("GNU GIMPLE 13.1.1 20230614 -mtune=generic -fltrans", Compiler::Gcc(13)),
            ("Debian clang version 14.0.6", Compiler::Clang(14)),
            ("clang version 17.0.0 (https://github.com/llvm/llvm-project abc)", Compiler::Clang(17)),
            ("Apple clang version 15.0.0 (clang-1500.1.0.2.5)", Compiler::Clang(15)),
            ("GNU AS 2.40", Compiler::Other),
            ("tcc 0.9.27", Compiler::Other),
            ("", Compiler::Other),
        ] {
            assert_eq!(Compiler::named(producer), compiler, "{producer}");
        }
    }
}
