//! Unwinds stopped threads by call frame information alone. A frame that no FDE
//! covers ends the walk as incomplete: guessing by frame pointer could miss an
//! active function. (framehop falls back to the frame pointer without saying so,
//! and ends at signal frames as if the stack were complete.) A door is a frame of
//! its own between an old function and its true caller.

use crate::facts::image::{self, Image};
use crate::facts::memory::Memory;
use crate::facts::registry::RUNTIME_NAME;
use gimli::{
    BaseAddresses, CfaRule, EhFrame, EhFrameHdr, Encoding, EndianSlice, EvaluationResult, Expression,
    LittleEndian, Location, Pointer, Register, RegisterRule, UnwindContext, UnwindExpression, UnwindSection,
    UnwindTableRow, Value, X86_64,
};
use polus_runtime::abi::door;
use std::collections::HashMap;
use std::ops::Range;

type Bytes<'a> = EndianSlice<'a, LittleEndian>;

/// Longest stack walked, frames.
const FRAMES_MAX: usize = 4096;
/// Bytes of stack copied at a time.
const STACK_CHUNK: usize = 4096;
/// What follows the call of a thread's start function in `clone`: exit(result).
const EXIT_CALLS: [&[u8]; 3] = [
    &[0x89, 0xc7, 0xb8, 0x3c, 0, 0, 0, 0x0f, 0x05],
    &[0x48, 0x89, 0xc7, 0xb8, 0x3c, 0, 0, 0, 0x0f, 0x05],
    &[0x89, 0xc7, 0x31, 0xc0, 0xb0, 0x3c, 0x0f, 0x05],
];
/// Bytes of `_start` in which its call of the C library lies.
const START_SIZE: u64 = 64;
/// What the C library returns to from a context's function: the next context's address from the stack.
const CONTEXT_END: [u8; 7] = [0x48, 0x89, 0xdc, 0x48, 0x8b, 0x3c, 0x24];

/// DWARF's numbering: rax rdx rcx rbx rsi rdi rbp rsp r8-r15, then the return address.
pub type Registers = [u64; 17];

/// One activation on a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Where it executes; for callers the return address.
    pub pc: u64,
    /// Address inside the instruction that executes or called.
    pub lookup: u64,
    /// Stack pointer at `pc`.
    pub sp: u64,
    /// Where its return address lies; 0 for the outermost frame, a signal's and a door.
    pub slot: u64,
    /// It holds the registers that only an unwinder saves, to land in a handler.
    pub unwinds: bool,
    /// Who is asked about it when an exception passes; 0: it neither cleans up nor handles.
    pub personality: u64,
    /// The kernel made it, for a signal handler.
    pub signal: bool,
}

/// A walked stack, innermost frame first.
#[derive(Clone, Debug, Default)]
pub struct Stack {
    /// Activations.
    pub frames: Vec<Frame>,
    /// It ends in the start of the program, of a thread or of a context.
    pub complete: bool,
    /// It is none that a thread begins on.
    pub switched: bool,
}

/// Frame information of all images, with the rows met so far.
pub struct Unwinder<'a> {
    images: &'a [Image],
    memory: &'a Memory,
    rows: HashMap<u64, Option<Row>>,
    context: UnwindContext<usize>,
    doors: Range<u64>,
}

/// How to leave one instruction's frame.
struct Row {
    row: UnwindTableRow<usize>,
    encoding: Encoding,
    signal: bool,
    personality: u64,
    eh_frame: u64,
}

impl Row {
    fn saves(&self, register: Register) -> bool {
        matches!(self.row.register(register), Some(RegisterRule::Offset(_)))
    }

    /// Where the return address of the frame that ends at `cfa` lies.
    fn slot(&self, cfa: u64) -> u64 {
        match self.row.register(X86_64::RA) {
            Some(RegisterRule::Offset(offset)) if !self.signal => cfa.wrapping_add_signed(offset),
            _ => 0,
        }
    }
}

enum Step {
    Caller { signal: bool },
    Bottom,
}

impl<'a> Unwinder<'a> {
    /// An unwinder over the images of one process.
    pub fn new(images: &'a [Image], memory: &'a Memory) -> Self {
        let doors = doors(images, memory).unwrap_or_default();
        Unwinder { images, memory, rows: HashMap::new(), context: UnwindContext::new(), doors }
    }

    /// Walks a stack from the registers of a stopped thread.
    pub fn walk(&mut self, registers: Registers) -> Stack {
        self.walk_from(registers, true)
    }

    /// Walks a stack whose innermost frame is about to execute, or has called something.
    pub fn walk_from(&mut self, registers: Registers, executes: bool) -> Stack {
        let mut registers = registers;
        let mut words = StackWords { memory: self.memory, start: 0, bytes: Vec::new() };
        let mut stack = Stack::default();
        let mut exact = executes;
        while stack.frames.len() < FRAMES_MAX {
            let (pc, sp) = (registers[16], registers[7]);
            let lookup = if exact { pc } else { pc.wrapping_sub(1) };
            let mut frame = Frame { pc, lookup, sp, slot: 0, unwinds: false, personality: 0, signal: false };
            let step = self.step(&mut frame, &mut registers, &mut words);
            stack.frames.push(frame);
            match step {
                // a door tells the address before its true return address: see doors.S
                Some(Step::Caller { .. }) if self.doors.contains(&pc) => {
                    registers[16] = registers[16].wrapping_add(1);
                    exact = false;
                }
                Some(Step::Caller { signal }) if signal || registers[7] > sp => exact = signal,
                Some(Step::Bottom) if self.is_known_bottom(pc) => {
                    stack.complete = true;
                    return stack;
                }
                _ => {
                    stack.switched = self.memory.read_some(pc, CONTEXT_END.len()) == CONTEXT_END;
                    stack.complete = stack.switched;
                    return stack;
                }
            }
        }
        stack
    }

    fn step(&mut self, frame: &mut Frame, registers: &mut Registers, words: &mut StackWords) -> Option<Step> {
        let lookup = frame.lookup;
        if !self.rows.contains_key(&lookup) {
            let row = self.row(lookup);
            self.rows.insert(lookup, row);
        }
        let row = self.rows.get(&lookup)?.as_ref()?;
        if row.row.register(X86_64::RA) == Some(RegisterRule::Undefined) {
            return Some(Step::Bottom);
        }
        let section = section(self.images, self.memory, row.eh_frame)?;
        let leave = Leave { row, section, registers: *registers };
        *registers = leave.caller(words)?;
        frame.slot = row.slot(registers[7]);
        frame.unwinds = !row.signal && row.saves(X86_64::RAX) && row.saves(X86_64::RDX);
        frame.personality = row.personality;
        frame.signal = row.signal;
        Some(Step::Caller { signal: row.signal })
    }

    fn row(&mut self, lookup: u64) -> Option<Row> {
        let image = image::find(self.images, lookup)?;
        let index_address = image.frame_index()?;
        let index_bytes = image.bytes_at(self.memory, index_address)?;
        let bases = BaseAddresses::default().set_eh_frame_hdr(index_address);
        let index = EhFrameHdr::new(index_bytes, LittleEndian).parse(&bases, 8).ok()?;
        let eh_frame = index.eh_frame_ptr().direct().ok()?;
        let bases = bases.set_eh_frame(eh_frame);
        let frames = section(self.images, self.memory, eh_frame)?;
        let fde = index.table()?.fde_for_address(&frames, &bases, lookup, EhFrame::cie_from_offset).ok()?;
        let row = fde.unwind_info_for_address(&frames, &bases, &mut self.context, lookup).ok()?;
        let (row, encoding) = (row.clone(), fde.cie().encoding());
        let personality = fde.lsda().and(fde.personality()).map_or(0, |pointer| match pointer {
            Pointer::Direct(address) => address,
            // what cannot be read is somebody, too
            Pointer::Indirect(place) => self.memory.read(place, 8).map_or(1, |bytes| word(&bytes)),
        });
        Some(Row { row, encoding, signal: fde.is_signal_trampoline(), personality, eh_frame })
    }

    fn is_known_bottom(&self, pc: u64) -> bool {
        let Some(image) = image::find(self.images, pc) else { return false };
        if (image.entry..image.entry + START_SIZE).contains(&pc) {
            return !image.is_loader(self.memory);
        }
        let code = self.memory.read_some(pc, 10);
        EXIT_CALLS.iter().any(|exit| code.starts_with(exit))
    }
}

/// The stubs of the doors, in a process that has any.
fn doors(images: &[Image], memory: &Memory) -> Option<Range<u64>> {
    let runtime = images.iter().find(|image| image.path.contains(RUNTIME_NAME))?;
    let start = runtime.exported(memory, "polus_doors")?;
    Some(start..start + door::COUNT as u64 * door::SIZE)
}

fn section<'a>(images: &'a [Image], memory: &'a Memory, eh_frame: u64) -> Option<EhFrame<Bytes<'a>>> {
    let bytes = image::find(images, eh_frame)?.bytes_at(memory, eh_frame)?;
    Some(EhFrame::new(bytes, LittleEndian))
}

/// One frame being left.
struct Leave<'r, 's> {
    row: &'r Row,
    section: EhFrame<Bytes<'s>>,
    registers: Registers,
}

impl Leave<'_, '_> {
    /// Registers of the caller.
    fn caller(&self, words: &mut StackWords) -> Option<Registers> {
        let cfa = match self.row.row.cfa() {
            CfaRule::RegisterAndOffset { register, offset } => {
                self.get(*register)?.checked_add_signed(*offset)?
            }
            CfaRule::Expression(expression) => self.evaluate(expression, None, words)?,
        };
        let mut caller = self.registers;
        caller[usize::from(X86_64::RSP.0)] = cfa;
        for (register, rule) in self.row.row.registers() {
            let Some(slot) = caller.get_mut(usize::from(register.0)) else { continue };
            if let Some(value) = self.value(rule, cfa, words)? {
                *slot = value;
            }
        }
        Some(caller)
    }

    /// `Some(None)`: the register has no new value.
    fn value(&self, rule: &RegisterRule<usize>, cfa: u64, words: &mut StackWords) -> Option<Option<u64>> {
        Some(Some(match rule {
            RegisterRule::Undefined | RegisterRule::SameValue => return Some(None),
            RegisterRule::Offset(offset) => words.read(cfa.checked_add_signed(*offset)?)?,
            RegisterRule::ValOffset(offset) => cfa.checked_add_signed(*offset)?,
            RegisterRule::Register(register) => self.get(*register)?,
            RegisterRule::Expression(expression) => {
                let address = self.evaluate(expression, Some(cfa), words)?;
                words.read(address)?
            }
            RegisterRule::ValExpression(expression) => self.evaluate(expression, Some(cfa), words)?,
            _ => return None,
        }))
    }

    fn get(&self, register: Register) -> Option<u64> {
        self.registers.get(usize::from(register.0)).copied()
    }

    fn evaluate(
        &self,
        expression: &UnwindExpression<usize>,
        initial: Option<u64>,
        words: &mut StackWords,
    ) -> Option<u64> {
        let expression: Expression<Bytes<'_>> = expression.get(&self.section).ok()?;
        let mut evaluation = expression.evaluation(self.row.encoding);
        if let Some(initial) = initial {
            evaluation.set_initial_value(initial);
        }
        let mut state = evaluation.evaluate().ok()?;
        loop {
            state = match state {
                EvaluationResult::Complete => break,
                EvaluationResult::RequiresRegister { register, .. } => {
                    evaluation.resume_with_register(Value::Generic(self.get(register)?)).ok()?
                }
                EvaluationResult::RequiresMemory { address, size: 8, .. } => {
                    evaluation.resume_with_memory(Value::Generic(words.peek(address)?)).ok()?
                }
                _ => return None,
            }
        }
        match evaluation.result().first()?.location {
            Location::Address { address } => Some(address),
            _ => None,
        }
    }
}

/// Words of a thread's stack, copied in chunks.
struct StackWords<'a> {
    memory: &'a Memory,
    start: u64,
    bytes: Vec<u8>,
}

impl StackWords<'_> {
    fn read(&mut self, address: u64) -> Option<u64> {
        if let Some(word) = self.copied(address) {
            return Some(word);
        }
        self.start = address;
        self.bytes = self.memory.read_some(address, STACK_CHUNK);
        self.copied(address)
    }

    /// A word that need not lie on the stack.
    fn peek(&self, address: u64) -> Option<u64> {
        self.copied(address).or_else(|| {
            let bytes = self.memory.read_some(address, 8);
            (bytes.len() == 8).then(|| word(&bytes))
        })
    }

    fn copied(&self, address: u64) -> Option<u64> {
        let at = usize::try_from(address.checked_sub(self.start)?).ok()?;
        self.bytes.get(at..at.checked_add(8)?).map(word)
    }
}

fn word(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}
