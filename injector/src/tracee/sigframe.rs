//! A signal frame by which a thread restores itself: a call made in it returns to
//! the C library's sigreturn, with or without the injector being alive.

use libc::user_regs_struct;

/// `mov $15,%rax; syscall`: where signal handlers return to.
pub const RESTORER: [u8; 9] = [0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05];
/// Bytes below the stack pointer that leaf functions use.
const RED_ZONE: u64 = 128;
/// Room for arguments of the call, bytes.
pub const SCRATCH_SIZE: u64 = 512;
/// `struct ucontext` up to the signal mask, and a `siginfo_t`, as the kernel lays them out.
const CONTEXT_SIZE: u64 = 304 + 128;
/// Marks extended state in a signal frame.
const XSTATE_MAGIC: (u32, u32) = (0x4650_5853, 0x4650_5845);
/// Where XSAVE leaves room for software.
const SOFTWARE_BYTES: usize = 464;
/// Components of the state that a process must ask for (AMX).
const DYNAMIC_COMPONENTS: u64 = 3 << 17;

/// Where the frame lies on the thread's stack.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Extended state.
    xstate: u64,
    /// Free for arguments.
    pub scratch: u64,
    /// `struct ucontext`; the return address lies below it.
    context: u64,
}

impl Place {
    /// Below everything that the thread uses.
    pub fn below(stack_pointer: u64, xstate_size: usize) -> Place {
        let xstate = (stack_pointer - RED_ZONE - xstate_size as u64 - 64) & !63;
        let scratch = xstate - SCRATCH_SIZE;
        Place { xstate, scratch, context: (scratch - CONTEXT_SIZE) & !15 }
    }

    /// Stack pointer at the called function's entry.
    pub fn stack_pointer(&self) -> u64 {
        self.context - 8
    }

    /// Bytes of the frame from [`Place::stack_pointer`] on.
    pub fn bytes(&self, restorer: u64, registers: &user_regs_struct, mask: u64, xstate: &[u8]) -> Vec<u8> {
        let mut bytes = restorer.to_le_bytes().to_vec();
        bytes.extend(self.context_bytes(registers, mask));
        bytes.resize((self.xstate - self.stack_pointer()) as usize, 0);
        bytes.extend(frame_xstate(xstate));
        bytes
    }

    fn context_bytes(&self, registers: &user_regs_struct, mask: u64) -> Vec<u8> {
        let r = restartable(registers);
        // flags: extended state, and a valid ss. The alternate stack carries flags that
        // the kernel rejects, so that it stays as it is.
        let head = [7, 0, 0, 0x7f, 0];
        let general = [
            r.r8, r.r9, r.r10, r.r11, r.r12, r.r13, r.r14, r.r15, r.rdi, r.rsi, r.rbp, r.rbx, r.rdx, r.rax,
            r.rcx, r.rsp, r.rip, r.eflags,
        ];
        let segments = (r.cs & 0xffff) | (r.ss & 0xffff) << 48;
        let tail = [segments, 0, 0, 0, 0, self.xstate];
        let words = head.into_iter().chain(general).chain(tail).chain([0; 8]).chain([mask]);
        words.flat_map(u64::to_le_bytes).collect()
    }
}

/// Registers with which the interrupted system call starts again by itself: the
/// kernel restarts calls only on its own way out of a stop.
fn restartable(registers: &user_regs_struct) -> user_regs_struct {
    let mut r = *registers;
    let restart = matches!(-(r.rax as i64), 512 | 513 | 514 | 516);
    if r.orig_rax as i64 >= 0 && restart {
        (r.rax, r.rip) = (r.orig_rax, r.rip - 2);
    }
    r
}

/// Extended state as a signal frame carries it: its size in the software bytes,
/// a second mark behind.
fn frame_xstate(xstate: &[u8]) -> Vec<u8> {
    let components =
        u64::from_le_bytes(xstate[SOFTWARE_BYTES..SOFTWARE_BYTES + 8].try_into().unwrap_or_default());
    let in_use = u64::from_le_bytes(xstate[512..520].try_into().unwrap_or_default());
    let components = components & !(DYNAMIC_COMPONENTS & !in_use);
    let size = standard_size(components).min(xstate.len());
    let mut bytes = xstate[..size].to_vec();
    let mut software = Vec::with_capacity(48);
    software.extend(XSTATE_MAGIC.0.to_le_bytes());
    software.extend((size as u32 + 4).to_le_bytes());
    software.extend(components.to_le_bytes());
    software.extend((size as u32).to_le_bytes());
    software.resize(48, 0);
    bytes[SOFTWARE_BYTES..SOFTWARE_BYTES + 48].copy_from_slice(&software);
    bytes.extend(XSTATE_MAGIC.1.to_le_bytes());
    bytes
}

/// Bytes of the standard XSAVE format with these components.
fn standard_size(components: u64) -> usize {
    let end = |component: u32| {
        let leaf = std::arch::x86_64::__cpuid_count(0xd, component);
        (leaf.ebx + leaf.eax) as usize
    };
    let extended = (2..63).filter(|component| components >> component & 1 == 1);
    extended.map(end).max().unwrap_or(0).max(576)
}
