//! Sets of caller-saved registers, and what an instruction does to them.

use iced_x86::{Instruction, InstructionInfoFactory, InstructionInfoOptions, OpAccess, Register};

/// The registers that a function may overwrite by the System V convention: rax, rcx, rdx, rsi, rdi,
/// r8 to r11 (bits 0 to 15 are rax … r15 in hardware order) and the vector registers 0 to 31 (from bit 16).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Registers(u64);

/// Kept by every callee: rbx, rsp, rbp, r12 to r15.
const CALLEE_SAVED: u64 = 1 << 3 | 1 << 4 | 1 << 5 | 0xf000;
const VECTORS: u32 = 16;

impl Registers {
    pub const NONE: Registers = Registers(0);
    pub const ALL: Registers = Registers(((1 << 48) - 1) & !CALLEE_SAVED);
    pub const RAX: Registers = Registers(1);
    pub const RCX: Registers = Registers(1 << 1);
    pub const R11: Registers = Registers(1 << 11);

    /// Everything that an argument can be in: rdi, rsi, rdx, rcx, r8, r9, eight vector registers, rax
    /// (how many of those, for variable arguments), r10 (of nested functions).
    pub const fn any_arguments() -> Registers {
        Registers(1 << 7 | 1 << 6 | 1 << 2 | 1 << 1 | 1 << 8 | 1 << 9 | 0xff << VECTORS | 1 | 1 << 10)
    }

    /// Everything that a result can be in: rax, rdx, xmm0, xmm1.
    pub const fn any_results() -> Registers {
        Registers(1 | 1 << 2 | 0b11 << VECTORS)
    }

    /// The first `count` vector registers.
    pub fn vectors(count: u32) -> Registers {
        Registers(((1u64 << count.min(32)) - 1) << VECTORS)
    }

    /// What the first `count` integer arguments are passed in.
    pub fn integer_arguments(count: u32) -> Registers {
        // rdi, rsi, rdx, rcx, r8, r9
        Registers([7, 6, 2, 1, 8, 9].iter().take(count as usize).fold(0, |set, bit| set | 1 << bit))
    }

    pub fn with(self, other: Registers) -> Registers {
        Registers(self.0 | other.0)
    }

    pub fn without(self, other: Registers) -> Registers {
        Registers(self.0 & !other.0)
    }

    pub fn and(self, other: Registers) -> Registers {
        Registers(self.0 & other.0)
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// `rcx`, `xmm3`; `ymm3` where vector registers of 32 bytes are used.
    pub fn names(self, vector_size: usize) -> Vec<String> {
        const GENERAL: [&str; 16] = [
            "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13",
            "r14", "r15",
        ];
        let name = |bit: u32| match GENERAL.get(bit as usize) {
            Some(name) => name.to_string(),
            None if vector_size > 32 => format!("zmm{}", bit - VECTORS),
            None if vector_size > 16 => format!("ymm{}", bit - VECTORS),
            None => format!("xmm{}", bit - VECTORS),
        };
        (0..48).filter(|bit| self.0 & 1 << bit != 0).map(name).collect()
    }

    fn of(register: Register) -> Registers {
        let bit = match register {
            _ if register.is_gpr() => register.full_register().number() as u32,
            _ if register.is_vector_register() => VECTORS + register.number() as u32,
            _ => return Registers::NONE,
        };
        Registers(1 << bit & Registers::ALL.0)
    }
}

/// What an instruction reads and overwrites. Calls do neither here: that is the callee's affair.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Effect {
    pub reads: Registers,
    /// Overwritten whole and in any case.
    pub kills: Registers,
    /// Overwritten at least in part, at least sometimes.
    pub writes: Registers,
}

pub(crate) fn effect(factory: &mut InstructionInfoFactory, instruction: &Instruction) -> Effect {
    let info = factory.info_options(instruction, InstructionInfoOptions::NO_MEMORY_USAGE);
    let mut effect = Effect::default();
    for used in info.used_registers() {
        let register = Registers::of(used.register());
        let size = used.register().size();
        // Writing 8 or 16 bits leaves the rest of a register as it was.
        let whole = if used.register().is_gpr() { size >= 4 } else { size >= 16 };
        let access = used.access();
        let reads = matches!(
            access,
            OpAccess::Read | OpAccess::CondRead | OpAccess::ReadWrite | OpAccess::ReadCondWrite
        );
        let writes = matches!(
            access,
            OpAccess::Write | OpAccess::CondWrite | OpAccess::ReadWrite | OpAccess::ReadCondWrite
        );
        let always = matches!(access, OpAccess::Write | OpAccess::ReadWrite);
        effect.reads = if reads { effect.reads.with(register) } else { effect.reads };
        effect.writes = if writes { effect.writes.with(register) } else { effect.writes };
        effect.kills = if always && whole { effect.kills.with(register) } else { effect.kills };
    }
    effect
}
