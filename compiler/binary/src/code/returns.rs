//! Whether a function's code ever comes back to its caller.

use std::collections::HashSet;
use std::ops::Range;

use super::calls::Callee;
use super::flow::{Flow, Next};
use crate::binary::Binary;

/// Library functions that never come back.
const NEVER: &[&str] = &["exit", "_exit", "_Exit", "quick_exit", "abort", "__assert_fail", "pthread_exit"];

impl Binary {
    /// Some way through this code leads back to the caller, by a return or by a tail call of what
    /// returns. Errs on the side of yes: code of which nothing is known returns.
    pub fn may_return(&self, ranges: &[Range<u64>]) -> bool {
        self.returns(ranges, &mut HashSet::new())
    }

    fn returns(&self, ranges: &[Range<u64>], seen: &mut HashSet<u64>) -> bool {
        let flow = Flow::new(&self.image, ranges);
        let comes_back = |next: &Next| match next {
            Next::Return | Next::Unknown => true,
            Next::TailCall(None, _) => true,
            Next::TailCall(Some(target), _) => seen.insert(*target) && self.target_returns(*target, seen),
            _ => false,
        };
        flow.code.is_empty() || flow.next.iter().any(comes_back)
    }

    fn target_returns(&self, target: u64, seen: &mut HashSet<u64>) -> bool {
        match self.callee_at(target) {
            Callee::Library(name) => !NEVER.contains(&name.as_str()),
            _ => match self.function_ranges(target) {
                Ok(Some(ranges)) => self.returns(&ranges, seen),
                _ => true,
            },
        }
    }
}
