//! Decoding pieces of the executable's code.

use std::ops::Range;

use iced_x86::{Code, Decoder, DecoderOptions, Instruction, Mnemonic, OpKind};

use crate::image::Image;

/// The instructions of a range, in order; what is no instruction is skipped. Empty where the file does
/// not hold the range.
pub(crate) fn instructions(image: &Image, range: &Range<u64>) -> impl Iterator<Item = Instruction> {
    let len = range.end.saturating_sub(range.start);
    let bytes = image.bytes_at(range.start, len).unwrap_or_default();
    let mut decoder = Decoder::with_ip(64, bytes, range.start, DecoderOptions::NONE);
    let next = move || decoder.can_decode().then(|| decoder.decode());
    std::iter::from_fn(next).filter(|instruction| !instruction.is_invalid())
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
