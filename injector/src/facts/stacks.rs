//! Which of some functions are active on a stack.

use crate::facts::unwind::{Frame, Stack};

/// The indices of those `groups` of code ranges that `stack` has a frame in. A
/// stack that could not be walked to its bottom counts as being in all of them.
pub fn active(stack: &Stack, groups: &[Vec<(u64, u64)>]) -> Vec<usize> {
    let in_group = |group: &Vec<(u64, u64)>| {
        let covers = |lookup: u64| group.iter().any(|(start, end)| (*start..*end).contains(&lookup));
        !stack.complete || stack.frames.iter().any(|frame| covers(frame.lookup))
    };
    (0..groups.len()).filter(|index| in_group(&groups[*index])).collect()
}

/// Every activation of the code in `ranges` has called code in `end`, from which it does not come back.
pub fn is_done(stack: &Stack, ranges: &[(u64, u64)], end: &[(u64, u64)]) -> bool {
    let covers = |ranges: &[(u64, u64)], frame: &Frame| {
        ranges.iter().any(|(start, end)| (*start..*end).contains(&frame.lookup))
    };
    let called = |at: usize| at.checked_sub(1).map(|callee| &stack.frames[callee]);
    let done = |at: usize| called(at).is_some_and(|callee| !callee.signal && covers(end, callee));
    let activations = (0..stack.frames.len()).filter(|&at| covers(ranges, &stack.frames[at]));
    !end.is_empty() && stack.complete && activations.into_iter().all(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(places: &[u64]) -> Stack {
        let frame = |&lookup: &u64| Frame {
            pc: lookup,
            lookup,
            sp: 0,
            slot: 0,
            unwinds: false,
            personality: 0,
            signal: false,
        };
        Stack { frames: places.iter().map(frame).collect(), complete: true, switched: false }
    }

    #[test]
    fn who_called_what_it_does_not_come_back_from_is_done() {
        let done = |places: &[u64]| is_done(&stack(places), &[(10, 20)], &[(30, 40), (50, 60)]);
        assert!(done(&[5, 35, 15, 2]) && done(&[55, 11]));
        assert!(!done(&[15, 35, 2]) && !done(&[35, 25, 15]) && !done(&[15, 35, 15]) && !done(&[35, 15, 16]));
        assert!(!is_done(&Stack { complete: false, ..stack(&[35, 15]) }, &[(10, 20)], &[(30, 40)]));
        assert!(!is_done(&stack(&[35, 15]), &[(10, 20)], &[]));
    }
}
