//! The control flow of one function, instruction by instruction, jump tables included.

use std::ops::Range;

use iced_x86::{FlowControl, Instruction, Mnemonic, OpKind, Register};

use super::decode::{branch_target, instructions};
use crate::image::Image;

/// A function's instructions by address, and where each leads.
pub(crate) struct Flow {
    pub code: Vec<Instruction>,
    pub next: Vec<Next>,
}

/// What happens after an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// One of these runs (indices).
    Inside(Vec<usize>),
    /// A call, then this one runs. `None`: the callee is not known.
    Call(Option<u64>, Vec<usize>),
    /// A tail call.
    TailCall(Option<u64>, Vec<usize>),
    Return,
    /// Nothing: `ud2`, `hlt`, or the end of the function behind a call that never returns.
    End,
    /// An indirect jump that is no known jump table: anything.
    Unknown,
}

impl Flow {
    pub fn new(image: &Image, ranges: &[Range<u64>]) -> Flow {
        let mut code: Vec<Instruction> = ranges.iter().flat_map(|range| instructions(image, range)).collect();
        code.sort_by_key(Instruction::ip);
        code.dedup_by_key(|instruction| instruction.ip());
        let mut flow = Flow { next: Vec::new(), code };
        let tables = flow.table_targets(image);
        flow.next = (0..flow.code.len()).map(|at| flow.next_of(at, &tables)).collect();
        flow
    }

    /// The number of the instruction at an address.
    pub fn index(&self, svma: u64) -> Option<usize> {
        self.code.binary_search_by_key(&svma, Instruction::ip).ok()
    }

    fn next_of(&self, at: usize, tables: &[usize]) -> Next {
        let instruction = &self.code[at];
        let following: Vec<usize> = self.index(instruction.next_ip()).into_iter().collect();
        let target = branch_target(instruction);
        let inside = target.and_then(|target| self.index(target));
        match instruction.flow_control() {
            FlowControl::Call => Next::Call(target, following),
            FlowControl::IndirectCall => Next::Call(None, following),
            FlowControl::Return => Next::Return,
            FlowControl::Exception => Next::End,
            FlowControl::UnconditionalBranch => match inside {
                Some(inside) => Next::Inside(vec![inside]),
                None => Next::TailCall(target, Vec::new()),
            },
            FlowControl::ConditionalBranch | FlowControl::XbeginXabortXend => match inside {
                Some(inside) => Next::Inside(following.into_iter().chain([inside]).collect()),
                None => Next::TailCall(target, following),
            },
            FlowControl::IndirectBranch if !tables.is_empty() && self.is_table_jump(at) => {
                Next::Inside(tables.to_vec())
            }
            FlowControl::IndirectBranch => Next::Unknown,
            _ if following.is_empty() => Next::End,
            _ => Next::Inside(following),
        }
    }

    /// gcc's `jmp *table(,%rax,8)`, or `add %rdx,%rax; jmp *%rax` shortly after a load from a table of
    /// offsets. Computed gotos and tail calls through pointers look otherwise.
    fn is_table_jump(&self, at: usize) -> bool {
        let jump = &self.code[at];
        if jump.op0_kind() == OpKind::Memory {
            return jump.memory_base() == Register::None && jump.memory_index_scale() == 8;
        }
        let before = self.code[at.saturating_sub(4)..at].iter().rev();
        let straight = before.take_while(|instruction| instruction.flow_control() == FlowControl::Next);
        let writes = |instruction: &&Instruction| {
            instruction.op0_kind() == OpKind::Register
                && instruction.op0_register().full_register() == jump.op0_register().full_register()
        };
        let last = straight.into_iter().find(writes);
        last.is_some_and(|last| last.mnemonic() == Mnemonic::Add && last.op1_kind() == OpKind::Register)
    }

    /// The targets of all jump tables that the function mentions. Reading beyond a table's end only adds
    /// targets: every entry is checked to be an instruction of the function.
    fn table_targets(&self, image: &Image) -> Vec<usize> {
        let mut targets: Vec<usize> =
            self.code.iter().flat_map(|instruction| self.table_at(image, instruction)).collect();
        targets.sort_unstable();
        targets.dedup();
        targets
    }

    fn table_at(&self, image: &Image, instruction: &Instruction) -> Vec<usize> {
        let relative = instruction.mnemonic() == Mnemonic::Lea && instruction.is_ip_rel_memory_operand();
        let absolute = instruction.mnemonic() == Mnemonic::Jmp
            && instruction.op0_kind() == OpKind::Memory
            && instruction.memory_base() == Register::None
            && instruction.memory_index_scale() == 8;
        let table = instruction.memory_displacement64();
        if (!relative && !absolute) || image.section_at(table).is_none_or(|section| section.is_code()) {
            return Vec::new();
        }
        let entry = |at: u64| -> Option<usize> {
            let svma = if absolute {
                u64::from_le_bytes(*image.bytes_at(table.checked_add(at * 8)?, 8)?.first_chunk()?)
            } else {
                let offset =
                    i32::from_le_bytes(*image.bytes_at(table.checked_add(at * 4)?, 4)?.first_chunk()?);
                table.wrapping_add_signed(i64::from(offset))
            };
            self.index(svma)
        };
        (0..).map_while(entry).collect()
    }
}
