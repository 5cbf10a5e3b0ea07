//! What the compiler may have told a function's callers of it, by the compiler (design rule 3).

use super::Running;
use crate::model::{ItemId, handed_on};
use polus_binary::{Compiler, TakenFrom};
use std::collections::BTreeSet;
use std::ops::Range;

/// gcc carries ranges of results to callers since then.
const GCC_KNOWS_RESULTS: u32 = 14;
/// Later versions conclude from overflow that cannot happen.
const CLANG_COMPUTES_PLAINLY: u32 = 14;

/// What a compiler may have told a function's callers of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// Parameters that it did not need, so that callers pass anything.
    pub unpassed: Vec<String>,
    /// Something about what it returns.
    pub results: bool,
    /// Of results: also what follows from arithmetic and from arguments.
    pub computed: bool,
}

impl Running<'_> {
    /// The caller passes on what the function returns, as it comes, to functions that take any number
    /// of arguments, and looks at it in no other way; and its code does: the compiler has put nothing
    /// else in its place.
    pub(super) fn hands_on(&self, caller: ItemId, function: ItemId) -> bool {
        let Some(calls) = handed_on(self.program, caller, function) else { return false };
        let result = match self.program.items[function].result() {
            "double" => TakenFrom::Vector,
            _ => TakenFrom::Integer,
        };
        let holders = self.inlined(caller).into_iter().map(|(holder, _)| holder);
        let holders: BTreeSet<ItemId> = holders.chain([caller]).collect();
        let targets: Vec<Range<u64>> = self.pieces(function).into_iter().flatten().collect();
        let pieces = holders.into_iter().flat_map(|holder| self.pieces(holder));
        let taken = pieces.map(|piece| self.binary.taken_results(&piece, &targets, result));
        let taken: Option<Vec<usize>> = taken.collect();
        taken.is_some_and(|counts| counts.iter().sum::<usize>() >= calls.max(1))
    }

    /// What callers that were compiled together with the function may know of it, beyond its effects:
    /// clang carries results, arguments that are not needed, and what becomes of pointers to callers
    /// even where a function calls what it cannot look into.
    pub(super) fn known_of(&self, function: ItemId) -> Known {
        let compilers: Vec<Compiler> = self.units(function).iter().map(|unit| unit.compiler()).collect();
        let results = self.program.items[function].result() != "void";
        let confined = self.is_confined(function);
        let in_place = |compiler: &Compiler| !matches!(compiler, Compiler::Gcc(_));
        let in_place = compilers.is_empty() || compilers.iter().any(in_place);
        let ranges = |c: &Compiler| matches!(c, Compiler::Gcc(version) if *version >= GCC_KNOWS_RESULTS);
        let plain =
            |c: &Compiler| matches!(c, Compiler::Clang(version) if *version <= CLANG_COMPUTES_PLAINLY);
        Known {
            // Of a function that is fitted to its callers no entry is rewritten.
            unpassed: if in_place && !confined { self.left_out(function, false) } else { vec![] },
            results: results && (in_place || compilers.iter().any(ranges)),
            computed: confined || !compilers.iter().all(plain),
        }
    }
}
