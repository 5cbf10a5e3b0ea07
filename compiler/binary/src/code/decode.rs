//! Decoding pieces of the executable's code.

use std::ops::Range;

use iced_x86::{Code, Decoder, DecoderOptions, FlowControl, Instruction, Mnemonic, OpKind, Register};

use crate::image::Image;

/// The instructions of a range, in order; what is no instruction is skipped. Empty where the file does
/// not hold the range. A jump to a thunk that returns is a return (`-mfunction-return=thunk`).
pub(crate) fn instructions(image: &Image, range: &Range<u64>) -> impl Iterator<Item = Instruction> {
    let len = range.end.saturating_sub(range.start);
    let bytes = image.bytes_at(range.start, len).unwrap_or_default();
    let mut decoder = Decoder::with_ip(64, bytes, range.start, DecoderOptions::NONE);
    let next = move || decoder.can_decode().then(|| decoder.decode());
    std::iter::from_fn(next).filter(|instruction| !instruction.is_invalid()).map(|instruction| {
        let jump = instruction.flow_control() == FlowControl::UnconditionalBranch;
        let target = branch_target(&instruction).filter(|_| jump);
        if target.is_some_and(|target| is_return_thunk(image, target)) {
            as_return(&instruction)
        } else {
            instruction
        }
    })
}

fn as_return(jump: &Instruction) -> Instruction {
    let mut found = Instruction::new();
    found.set_code(Code::Retnq);
    found.set_ip(jump.ip());
    found.set_len(jump.len());
    found
}

/// gcc's thunk for a return: a call of what drops its own return address and returns, so that no processor
/// guesses where to. A function that is empty is another matter: it may be replaced.
fn is_return_thunk(image: &Image, at: u64) -> bool {
    const THUNK: u64 = 32;
    let next = |at: u64| {
        let bytes = image.bytes_at(at, 8).unwrap_or_default();
        Decoder::with_ip(64, bytes, at, DecoderOptions::NONE).into_iter().next()
    };
    let returns = |at: u64| next(at).is_some_and(|found| found.flow_control() == FlowControl::Return);
    let drops = |found: &Instruction| {
        found.op0_kind() == OpKind::Register
            && found.op0_register() == Register::RSP
            && match found.mnemonic() {
                Mnemonic::Lea => found.memory_base() == Register::RSP && found.memory_displacement64() == 8,
                Mnemonic::Add => found.op1_kind() != OpKind::Register && found.immediate(1) == 8,
                _ => false,
            }
    };
    let Some(first) = next(at) else { return false };
    let called = branch_target(&first).filter(|_| first.flow_control() == FlowControl::Call);
    let thunk = called.filter(|target| (at..at + THUNK).contains(target)).and_then(next).filter(drops);
    thunk.is_some_and(|drop| returns(drop.next_ip()))
}

/// The target of a direct call or jump.
pub(crate) fn branch_target(instruction: &Instruction) -> Option<u64> {
    let near = matches!(instruction.op0_kind(), OpKind::NearBranch64);
    (instruction.op_count() > 0 && near).then(|| instruction.near_branch_target())
}

/// Bytes that never run, put between functions for alignment.
pub(crate) fn is_filler(instruction: &Instruction) -> bool {
    matches!(instruction.mnemonic(), Mnemonic::Nop | Mnemonic::Int3)
        // `66 90`, `xchg ax,ax`, and gas's old `lea 0(%rsi),%rsi` do not occur in code for 64 bits.
        || instruction.code() == Code::Xchg_r16_AX && instruction.op0_register() == instruction.op1_register()
}
