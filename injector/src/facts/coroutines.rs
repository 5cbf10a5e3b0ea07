//! Stacks that no thread is on, where a program switches between stacks of its own: coroutines
//! that are parked in a function go on there later. They are found by what switching leaves in
//! memory: contexts of `swapcontext`, buffers of `longjmp`. Where a program switches by code of its
//! own, each return address that lies outside of the threads' stacks may be one of theirs.

use crate::facts::code::{LONGEST_CALL, ends_in_call};
use crate::facts::image::{self, Image};
use crate::facts::maps::{self, Mapping, PAGE};
use crate::facts::memory::Memory;
use crate::facts::process;
use crate::facts::registry::RUNTIME_NAME;
use crate::facts::unwind::{Frame, Registers, Stack, Unwinder};
use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;

/// Libraries that every program has, and that switch for others.
const SYSTEM: [&str; 5] = ["libc.so", "libpthread", "ld-linux", "libgcc_s.so", "linux-vdso"];
/// From a context's saved registers to its pointer to its own vector registers, and from there to these.
const SAVED_SIZE: u64 = 23 * 8;
const OWN_VECTORS: u64 = 200;
/// Where DWARF's registers lie among a context's.
const CONTEXT_ORDER: [usize; 17] = [13, 12, 14, 11, 9, 8, 10, 15, 0, 1, 2, 3, 4, 5, 6, 7, 16];
/// From a thread's own block to what the C library mixes addresses with.
const GUARD: u64 = 0x30;
/// Rotation of mixed addresses, bits.
const MIXED_TURN: u32 = 17;
/// Bytes of registers in a jump buffer: rbx rbp r12 r13 r14 r15 rsp and the address.
const JUMP_SIZE: u64 = 64;
/// Bytes below a stack pointer that leaf functions use.
const RED_ZONE: u64 = 128;
/// Bytes of memory looked at in one go.
const CHUNK: u64 = 1 << 20;
/// Larger mappings are shadows of others.
const MAPPING_MAX: u64 = 1 << 38;
/// Bytes between saving one stack pointer and taking the other.
const SWITCH_SIZE: usize = 64;

/// How a program switches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Switching {
    /// By contexts of the C library.
    pub contexts: bool,
    /// By jumps out of signal handlers.
    pub jumps: bool,
    /// By its own code.
    pub by_hand: bool,
}

/// A process whose threads are stopped.
pub struct Scene<'a> {
    /// Process number.
    pub pid: i32,
    /// Its memory.
    pub memory: &'a Memory,
    /// Its images.
    pub images: &'a [Image],
    /// Stacks of the threads.
    pub live: Vec<&'a Stack>,
    /// Where a thread's own block lies.
    pub thread_block: u64,
    /// Memory that holds no stack of the program.
    pub own: Range<u64>,
}

/// Finds out how the program and its libraries switch.
pub fn switching(pid: i32, images: &[Image], memory: &Memory) -> Switching {
    let maps = maps::read(pid).unwrap_or_default();
    let own = images.iter().filter(|image| {
        let name = image.soname(memory);
        !SYSTEM.iter().any(|system| name.starts_with(system)) && !image.path.contains(RUNTIME_NAME)
    });
    let mut found = Switching::default();
    for image in own {
        let uses = |names: &[&str]| names.iter().any(|name| image.mentions(memory, name));
        found.contexts |= uses(&["makecontext", "swapcontext", "setcontext"]);
        found.jumps |=
            uses(&["sigaltstack"]) && uses(&["longjmp", "_longjmp", "siglongjmp", "__longjmp_chk"]);
        let in_image = |map: &&Mapping| image.range.0 <= map.start && map.start < image.range.1;
        let code = maps.iter().filter(in_image).filter(|map| map.access.contains('x'));
        found.by_hand |= code
            .into_iter()
            .any(|map| switches(&memory.read_some(map.start, (map.end - map.start) as usize)));
    }
    found
}

/// Some code saves the stack pointer and takes another one soon after.
fn switches(code: &[u8]) -> bool {
    let mut saved = usize::MAX;
    for (at, bytes) in code.windows(3).enumerate() {
        if !matches!(bytes[0], 0x48 | 0x49) {
            continue;
        }
        let plain = bytes[2] & 0x38 == 0x20 && !matches!(bytes[2] & 7, 4 | 5);
        let in_memory = plain && bytes[2] < 0xc0;
        match bytes[1] {
            0x89 if in_memory || plain && bytes[0] == 0x48 => saved = at,
            0x87 if in_memory && bytes[2] < 0x40 => return true,
            0x8b if in_memory && at.wrapping_sub(saved) <= SWITCH_SIZE => return true,
            // from the registers that arguments come in
            0x89 if bytes[0] == 0x48
                && matches!(bytes[2], 0xfc | 0xf4)
                && at.wrapping_sub(saved) <= SWITCH_SIZE =>
            {
                return true;
            }
            _ => {}
        }
    }
    false
}

/// Some context lies in the memory of the process, which may run.
pub fn has_contexts(scene: &Scene<'_>) -> bool {
    !contexts(scene, &maps::read(scene.pid).unwrap_or_default()).is_empty()
}

/// The parked stacks that may have a frame in `ranges`.
pub fn parked(
    scene: &Scene<'_>,
    switching: Switching,
    ranges: &[(u64, u64)],
    unwinder: &mut Unwinder<'_>,
) -> Vec<Stack> {
    let maps = maps::read(scene.pid).unwrap_or_default();
    let native: Vec<Range<u64>> = scene.live.iter().filter_map(|stack| native(stack, &maps)).collect();
    let used: Vec<Range<u64>> = scene.live.iter().filter_map(|stack| extent(stack)).collect();
    let is_free = |address: u64| !native.iter().chain(&used).any(|range| range.contains(&address));
    let mut stacks = Vec::new();
    // where a thread is on another stack than its first, this one may be parked
    let switched = switching.contexts || switching.jumps || scene.live.iter().any(|stack| stack.switched);
    let found = if switched { contexts(scene, &maps) } else { Vec::new() };
    for registers in found.into_iter().filter(|registers| is_free(registers[7])) {
        let stack = unwinder.walk_from(registers, false);
        let is_running = |live: &&Stack| stack.complete && same_bottom(live, &stack);
        if !scene.live.iter().any(is_running) {
            stacks.push(stack);
        }
    }
    if switching.by_hand {
        stacks.extend(loose(scene, &maps, ranges, &is_free));
    }
    stacks
}

/// What a thread's first stack takes up, used or not.
fn native(stack: &Stack, maps: &[Mapping]) -> Option<Range<u64>> {
    let (first, last) = (stack.frames.first()?, stack.frames.last()?);
    let map = maps::find(maps, first.sp)?;
    (stack.complete && !stack.switched && map.end > last.sp).then_some(map.start..last.sp + 1)
}

fn extent(stack: &Stack) -> Option<Range<u64>> {
    Some(stack.frames.first()?.sp.saturating_sub(RED_ZONE)..stack.frames.last()?.sp + 1)
}

fn same_bottom(left: &Stack, right: &Stack) -> bool {
    let bottom = |stack: &Stack| stack.frames.last().map(|frame| frame.sp);
    left.complete && bottom(left) == bottom(right)
}

/// Registers with which some context goes on behind a call.
fn contexts(scene: &Scene<'_>, maps: &[Mapping]) -> Vec<Registers> {
    let guard = word(scene, scene.thread_block + GUARD).filter(|_| scene.thread_block != 0);
    let code = scene.images.first().zip(scene.images.last()).map(|(first, last)| first.range.0..last.range.1);
    let code = code.unwrap_or_default();
    let clear = |mixed: u64| mixed.rotate_right(MIXED_TURN) ^ guard.unwrap_or(0);
    let mut found = Vec::new();
    each_word(scene, maps, &mut |address, word| {
        if word == address + OWN_VECTORS {
            found.extend(context(scene, address));
        } else if guard.is_some() && code.contains(&clear(word)) {
            found.extend(jump_buffer(scene, address, &clear));
        }
    });
    found.retain(|registers| {
        let writable = |map: &Mapping| map.access.starts_with("rw");
        maps::find(maps, registers[7]).is_some_and(writable) && follows_call(scene, registers[16])
    });
    found.sort_unstable();
    found.dedup();
    found
}

fn context(scene: &Scene<'_>, pointer: u64) -> Option<Registers> {
    let bytes = scene.memory.read(pointer.checked_sub(SAVED_SIZE)?, SAVED_SIZE as usize).ok()?;
    let saved = words(&bytes);
    Some(CONTEXT_ORDER.map(|index| saved[index]))
}

fn jump_buffer(scene: &Scene<'_>, last: u64, clear: &dyn Fn(u64) -> u64) -> Option<Registers> {
    let bytes = scene.memory.read((last + 8).checked_sub(JUMP_SIZE)?, JUMP_SIZE as usize).ok()?;
    let saved = words(&bytes);
    let mut registers = [0; 17];
    (registers[3], registers[6], registers[7], registers[16]) =
        (saved[0], clear(saved[1]), clear(saved[6]), clear(saved[7]));
    registers[12..16].copy_from_slice(&saved[2..6]);
    (registers[7] & 7 == 0).then_some(registers)
}

/// Return addresses into `ranges`, each as a stack of its own.
fn loose(
    scene: &Scene<'_>,
    maps: &[Mapping],
    ranges: &[(u64, u64)],
    is_free: &dyn Fn(u64) -> bool,
) -> Vec<Stack> {
    let mut stacks = Vec::new();
    each_word(scene, maps, &mut |address, word| {
        let inside = ranges.iter().any(|(start, end)| *start < word && word <= *end);
        if inside && is_free(address) && !scene.own.contains(&address) && follows_call(scene, word) {
            let frame = Frame {
                pc: word,
                lookup: word - 1,
                sp: address + 8,
                slot: 0,
                unwinds: false,
                personality: 0,
                signal: false,
            };
            stacks.push(Stack { frames: vec![frame], complete: true, switched: true });
        }
    });
    stacks
}

/// Shows all words of memory that the program can write to and has touched.
fn each_word(scene: &Scene<'_>, maps: &[Mapping], show: &mut dyn FnMut(u64, u64)) {
    let pages = File::open(format!("/proc/{}/pagemap", process::view(scene.pid)));
    let holds_stacks = |map: &&Mapping| {
        let shared = map.access.ends_with('s') && map.path.starts_with("/dev/") && map.path != "/dev/zero";
        map.access.starts_with("rw") && !shared && map.end - map.start < MAPPING_MAX
    };
    for map in maps.iter().filter(holds_stacks) {
        for start in (map.start..map.end).step_by(CHUNK as usize) {
            let end = map.end.min(start + CHUNK);
            for run in present(pages.as_ref().ok(), start..end) {
                let bytes = scene.memory.read_some(run.start, (run.end - run.start) as usize);
                for (index, eight) in bytes.chunks_exact(8).enumerate() {
                    show(
                        run.start + index as u64 * 8,
                        u64::from_le_bytes(eight.try_into().unwrap_or_default()),
                    );
                }
            }
        }
    }
}

/// Runs of pages that are in memory or swapped out; all where that is not told.
fn present(pages: Option<&File>, range: Range<u64>) -> Vec<Range<u64>> {
    let count = (range.end - range.start) / PAGE;
    let mut bytes = vec![0; count as usize * 8];
    let read = pages.is_some_and(|file| file.read_exact_at(&mut bytes, range.start / PAGE * 8).is_ok());
    if !read {
        return vec![range];
    }
    let mut runs: Vec<Range<u64>> = Vec::new();
    for (index, entry) in words(&bytes).into_iter().enumerate() {
        let page = range.start + index as u64 * PAGE;
        match runs.last_mut() {
            _ if entry >> 62 == 0 => {}
            Some(run) if run.end == page => run.end += PAGE,
            _ => runs.push(page..page + PAGE),
        }
    }
    runs
}

/// A call ends at `address`.
fn follows_call(scene: &Scene<'_>, address: u64) -> bool {
    let Some(image) = image::find(scene.images, address) else { return false };
    let before = image.bytes_at(scene.memory, address.saturating_sub(LONGEST_CALL as u64));
    before.and_then(|bytes| bytes.get(..LONGEST_CALL)).is_some_and(ends_in_call)
}

fn word(scene: &Scene<'_>, address: u64) -> Option<u64> {
    scene.memory.read(address, 8).ok().map(|bytes| words(&bytes)[0])
}

fn words(bytes: &[u8]) -> Vec<u64> {
    bytes.chunks_exact(8).map(|eight| u64::from_le_bytes(eight.try_into().unwrap_or_default())).collect()
}
