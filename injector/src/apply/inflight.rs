//! What stands in the way of a change in stopped threads.

use crate::apply::doors::Walked;
use crate::facts::code::JUMP_SIZE;
use crate::facts::stacks;
use crate::facts::unwind::Stack;
use crate::plan::{Wait, Write};
use crate::tracee::Thread;
use polus_runtime::rules::Rule;

/// Why a function whose own bytes change must be left.
const ENTRY: &str = "whose entry cannot be rewritten meanwhile";

/// A thread that delays a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocker {
    /// Its number.
    pub tid: i32,
    /// The function that it is in.
    pub function: String,
    /// Where that name lies in the target.
    pub function_address: u64,
    /// Why that matters: `which uses limits`.
    pub why: String,
    /// New instance of the migrated variable that it uses; 0: something that cannot be kept coherent.
    pub instance: u64,
    /// Its stack could not be walked to the bottom.
    pub unknown: bool,
    /// The stack is one that no thread is on; the number is the process's.
    pub parked: bool,
}

/// All reasons against the change now; `walked` are the stacks of `threads`, in their order, and
/// `parked` those that no thread of process `pid` is on.
pub fn blockers(
    threads: &[Thread],
    walked: &[Walked],
    (pid, parked): (i32, &[Stack]),
    waits: &[Wait],
    writes: &[Write],
) -> Vec<Blocker> {
    let loops = writes.iter().filter(|write| Rule::Branches.holds() && !write.loops.is_empty());
    let loops = loops.map(|write| Wait {
        function: write.name.clone(),
        function_address: write.name_address,
        why: ENTRY.into(),
        instance: 0,
        apart: false,
        ranges: write.loops.clone(),
        end: Vec::new(),
    });
    let waits = waits.iter().filter(|_| Rule::InFlight.holds());
    let waits: Vec<Wait> = waits.cloned().chain(loops).collect();
    let groups: Vec<Vec<(u64, u64)>> = waits.iter().map(|wait| wait.ranges.clone()).collect();
    let mut found = Vec::new();
    for (thread, Walked { stack, .. }) in threads.iter().zip(walked) {
        if Rule::Stacks.holds() {
            found.extend(on_entry(thread, stack, writes));
        }
        if waits.is_empty() {
            continue;
        }
        found.extend(active(stack, &waits, &groups, thread.tid));
    }
    for stack in parked.iter().filter(|_| !waits.is_empty()) {
        let blockers = active(stack, &waits, &groups, pid);
        found.extend(blockers.into_iter().map(|blocker| Blocker { parked: true, ..blocker }));
    }
    found
}

fn active(stack: &Stack, waits: &[Wait], groups: &[Vec<(u64, u64)>], tid: i32) -> Vec<Blocker> {
    let active = stacks::active(stack, groups).into_iter().map(|index| &waits[index]);
    let active = active.filter(|wait| !stacks::is_done(stack, &wait.ranges, &wait.end));
    let blocker = |wait: &Wait| Blocker {
        tid,
        function: wait.function.clone(),
        function_address: wait.function_address,
        why: wait.why.clone(),
        instance: wait.instance,
        unknown: !stack.complete,
        parked: false,
    };
    active.map(blocker).collect()
}

/// A thread that goes on in bytes which would change under it: at its own place, where a signal
/// handler returns to, or where a call returns to.
fn on_entry(thread: &Thread, stack: &Stack, writes: &[Write]) -> Option<Blocker> {
    let own = thread.registers.map(|registers| registers.rip);
    let mut places = own.into_iter().chain(stack.frames.iter().map(|frame| frame.pc));
    let under =
        |pc: u64| writes.iter().find(|write| write.address < pc && pc < write.address + JUMP_SIZE as u64);
    let write = places.find_map(under)?;
    Some(Blocker {
        tid: thread.tid,
        function: write.name.clone(),
        function_address: write.name_address,
        why: ENTRY.into(),
        instance: 0,
        unknown: false,
        parked: false,
    })
}
