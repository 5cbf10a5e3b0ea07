//! Whether code takes what the functions that it calls return.

use std::ops::Range;

use iced_x86::{FlowControl, Instruction, InstructionInfoFactory, Mnemonic, OpKind, Register};

use super::decode::{branch_target, instructions};
use super::registers::{Registers, effect};
use crate::binary::Binary;

/// Where a function leaves its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenFrom {
    /// In rax.
    Integer,
    /// In xmm0.
    Vector,
}

impl Binary {
    /// How many calls into `targets` the code in `ranges` has; `None` if the result of one is not read
    /// right behind it: the compiler knew something to put in its place, or the call is the end.
    pub fn taken_results(
        &self,
        ranges: &[Range<u64>],
        targets: &[Range<u64>],
        from: TakenFrom,
    ) -> Option<usize> {
        let result = match from {
            TakenFrom::Integer => Registers::RAX,
            TakenFrom::Vector => Registers::vectors(1),
        };
        let hits =
            |i: &Instruction| branch_target(i).is_some_and(|at| targets.iter().any(|t| t.contains(&at)));
        let code: Vec<Instruction> =
            ranges.iter().flat_map(|range| instructions(&self.image, range)).collect();
        let found = code.iter().enumerate().filter(|(_, instruction)| hits(instruction));
        let taken = found.map(|(at, instruction)| {
            instruction.flow_control() == FlowControl::Call && is_read(&code[at + 1..], result)
        });
        let taken: Vec<bool> = taken.collect();
        taken.iter().all(|taken| *taken).then_some(taken.len())
    }
}

/// Straight ahead, `result` is read before anything else is put there; or it stays in place as an
/// argument of a call with variable arguments, which tells in al how many vector registers it passes.
fn is_read(code: &[Instruction], result: Registers) -> bool {
    let mut factory = InstructionInfoFactory::new();
    let mut passes = false;
    for instruction in code {
        if instruction.flow_control() != FlowControl::Next {
            let calls = matches!(instruction.flow_control(), FlowControl::Call | FlowControl::IndirectCall);
            return calls && passes && result == Registers::vectors(1);
        }
        let effect = effect(&mut factory, instruction);
        if !effect.reads.and(result).is_empty() {
            return true;
        }
        if !effect.writes.and(result).is_empty() {
            return false;
        }
        let counts = instruction.mnemonic() == Mnemonic::Mov
            && matches!(instruction.op0_register(), Register::AL | Register::EAX)
            && matches!(instruction.op1_kind(), OpKind::Immediate8 | OpKind::Immediate32);
        passes = if effect.writes.and(Registers::RAX).is_empty() { passes } else { counts };
    }
    false
}
