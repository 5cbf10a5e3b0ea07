//! Which of some functions are active on a stack.

use crate::facts::unwind::Stack;

/// The indices of those `groups` of code ranges that `stack` has a frame in. A
/// stack that could not be walked to its bottom counts as being in all of them.
pub fn active(stack: &Stack, groups: &[Vec<(u64, u64)>]) -> Vec<usize> {
    let in_group = |group: &Vec<(u64, u64)>| {
        let covers = |lookup: u64| group.iter().any(|(start, end)| (*start..*end).contains(&lookup));
        !stack.complete || stack.frames.iter().any(|frame| covers(frame.lookup))
    };
    (0..groups.len()).filter(|index| in_group(&groups[*index])).collect()
}
