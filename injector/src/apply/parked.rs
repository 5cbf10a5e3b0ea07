//! Old functions on stacks that no thread is on just now.

use crate::apply::doors::Walked;
use crate::apply::load::CALL_STACK;
use crate::apply::session::Session;
use crate::facts::coroutines::{self, Scene, Switching};
use crate::facts::memory::Memory;
use crate::facts::unwind::{Stack, Unwinder};
use crate::plan::{Wait, Write};
use crate::tracee::Thread;

/// Finds out while the program runs what is needed when it is stopped.
pub fn look_ahead(session: &Session, waits: &[Wait], writes: &[Write]) {
    if !ranges(waits, writes).is_empty() {
        switching(session);
    }
}

/// How the program switches: one that has made no context yet has nothing parked.
fn switching(session: &Session) -> Switching {
    *session.switching.get_or_init(|| {
        let mut found = coroutines::switching(session.pid(), &session.images, &session.memory);
        found.contexts =
            found.contexts && coroutines::has_contexts(&scene(session, session.pid(), &session.memory));
        found
    })
}

/// The parked stacks of process `pid`, which is that of `session` or a copy of it, that may be in
/// the way; all its threads are stopped.
pub fn stacks(
    session: &Session,
    (pid, memory): (i32, &Memory),
    threads: &[Thread],
    walked: &[Walked],
    (waits, writes): (&[Wait], &[Write]),
    unwinder: &mut Unwinder<'_>,
) -> Vec<Stack> {
    let ranges = ranges(waits, writes);
    if ranges.is_empty() {
        return Vec::new();
    }
    let mut scene = scene(session, pid, memory);
    scene.live = walked.iter().map(|walked| &walked.stack).collect();
    let registers = threads.iter().find_map(|thread| thread.registers);
    scene.thread_block = registers.map_or(0, |registers| registers.fs_base);
    coroutines::parked(&scene, switching(session), &ranges, unwinder)
}

fn ranges(waits: &[Wait], writes: &[Write]) -> Vec<(u64, u64)> {
    let loops = writes.iter().flat_map(|write| &write.loops);
    waits.iter().flat_map(|wait| &wait.ranges).chain(loops).copied().collect()
}

fn scene<'a>(session: &'a Session, pid: i32, memory: &'a Memory) -> Scene<'a> {
    let stack = session.registry.stack;
    let own = stack.saturating_sub(CALL_STACK)..stack;
    Scene { pid, memory, images: &session.images, live: Vec::new(), thread_block: 0, own }
}
