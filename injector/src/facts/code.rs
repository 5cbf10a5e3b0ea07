//! What machine code tells: where it branches, what it refers to, how much room
//! a jump has.

use iced_x86::{Decoder, DecoderOptions, FlowControl, Instruction, Mnemonic, OpKind};

/// Bytes of `jmp rel32`.
pub const JUMP_SIZE: usize = 5;
/// Longest run of padding looked at.
const PADDING_MAX: usize = 16;
/// Bytes of the shortest and of the longest call: `call *%reg`, and one through memory with an index.
const SHORTEST_CALL: usize = 2;
pub const LONGEST_CALL: usize = 8;

fn instructions(code: &[u8], address: u64) -> impl Iterator<Item = Instruction> + '_ {
    let mut decoder = Decoder::with_ip(64, code, address, DecoderOptions::NONE);
    std::iter::from_fn(move || decoder.can_decode().then(|| decoder.decode()))
}

/// Some branch of `code`, which lies at `address`, lands on the bytes that a jump at
/// `entry` would cover, or some call returns there. A branch to the entry itself is one:
/// a loop that begins there would go on in the new version with what it has done so far.
pub fn branches_into_entry(code: &[u8], address: u64, entry: u64) -> bool {
    let covered = entry..entry + JUMP_SIZE as u64;
    instructions(code, address).any(|instruction| {
        let direct = matches!(
            instruction.flow_control(),
            FlowControl::ConditionalBranch | FlowControl::UnconditionalBranch
        );
        let calls = matches!(instruction.flow_control(), FlowControl::Call | FlowControl::IndirectCall);
        let lands = direct
            && instruction.op0_kind() == OpKind::NearBranch64
            && covered.contains(&instruction.near_branch64());
        lands || calls && covered.contains(&instruction.next_ip())
    })
}

/// `code`, of any beginning, ends with the last byte of a call.
pub fn ends_in_call(code: &[u8]) -> bool {
    (SHORTEST_CALL..=code.len().min(LONGEST_CALL)).any(|length| {
        let last = instructions(&code[code.len() - length..], 0).next();
        last.is_some_and(|call| {
            call.len() == length
                && matches!(call.flow_control(), FlowControl::Call | FlowControl::IndirectCall)
        })
    })
}

/// Addresses that `code` refers to relative to its own place: data, and targets of
/// branches and calls.
pub fn references(code: &[u8], address: u64) -> Vec<u64> {
    let target = |instruction: Instruction| match instruction.op0_kind() {
        OpKind::NearBranch64 => Some(instruction.near_branch64()),
        _ => instruction.is_ip_rel_memory_operand().then(|| instruction.ip_rel_memory_address()),
    };
    instructions(code, address).filter_map(target).collect()
}

/// Bytes of padding that `code` begins with: nops, int3 or zeros.
pub fn padding(code: &[u8]) -> usize {
    let code = &code[..code.len().min(PADDING_MAX)];
    let mut length = code.iter().take_while(|byte| **byte == 0).count();
    for instruction in instructions(&code[length..], 0) {
        if !matches!(instruction.mnemonic(), Mnemonic::Nop | Mnemonic::Int3) {
            break;
        }
        length += instruction.len();
    }
    length.min(code.len())
}

/// `jmp target` for the place `from`; `None` if it does not reach.
pub fn jump(from: u64, target: u64) -> Option<[u8; JUMP_SIZE]> {
    let distance = target.wrapping_sub(from.wrapping_add(JUMP_SIZE as u64)) as i64;
    let distance = i32::try_from(distance).ok()?.to_le_bytes();
    Some([0xe9, distance[0], distance[1], distance[2], distance[3]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_head_inside_the_jump() {
        // xor %eax,%eax; 2: mov (%rdi),%edx; test %edx,%edx; jne 2b; ret
        let code = [0x31, 0xc0, 0x8b, 0x17, 0x85, 0xd2, 0x75, 0xfa, 0xc3];
        assert!(branches_into_entry(&code, 0x1000, 0x1000));
        // the same loop eight bytes further on
        let code = [0x90; 8].into_iter().chain(code[2..].iter().copied()).collect::<Vec<_>>();
        assert!(!branches_into_entry(&code, 0x1000, 0x1000));
    }

    #[test]
    fn what_ends_in_a_call() {
        // nop; call rel32
        assert!(ends_in_call(&[0x90, 0xe8, 1, 2, 3, 4]));
        // call *0x10(%r12,%rbx,8)
        assert!(ends_in_call(&[0x41, 0xff, 0x54, 0xdc, 0x10]));
        // call rel32, whose distance ends in ff; nop; leave; ret
        assert!(!ends_in_call(&[0xe8, 0x12, 0xfc, 0xff, 0xff, 0x90, 0xc9, 0xc3]));
        // jmp *%rax
        assert!(!ends_in_call(&[0x90, 0xff, 0xe0]));
        assert!(!ends_in_call(&[]));
    }

    #[test]
    fn a_loop_to_the_entry_itself() {
        // while (*p); : cmpl $0,(%rdi); jne 0b; ret
        assert!(branches_into_entry(&[0x83, 0x3f, 0, 0x75, 0xfb, 0xc3], 0x1000, 0x1000));
    }

    #[test]
    fn a_call_that_returns_inside_the_jump() {
        // call *%rax; ret
        assert!(branches_into_entry(&[0xff, 0xd0, 0xc3], 0x1000, 0x1000));
        // call +0: it returns behind the jump
        assert!(!branches_into_entry(&[0xe8, 0, 0, 0, 0, 0xc3], 0x1000, 0x1000));
    }

    #[test]
    fn padding_of_either_kind() {
        assert_eq!(padding(&[0x66, 0x0f, 0x1f, 0x44, 0, 0, 0xc3]), 6);
        assert_eq!(padding(&[0xcc, 0xcc, 0xc3]), 2);
        assert_eq!(padding(&[0x55]), 0);
    }

    #[test]
    fn a_jump_reaches_two_gigabytes() {
        assert_eq!(jump(0x1000, 0x2000), Some([0xe9, 0xfb, 0x0f, 0, 0]));
        assert_eq!(jump(0x1000, 0x0fff), Some([0xe9, 0xfa, 0xff, 0xff, 0xff]));
        assert_eq!(jump(0x1000, 0x1_0000_0000), None);
    }

    #[test]
    fn a_reference_by_place() {
        // mov 0x10(%rip),%eax
        assert_eq!(references(&[0x8b, 0x05, 0x10, 0, 0, 0], 0x1000), [0x1016]);
    }
}
