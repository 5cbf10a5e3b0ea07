//! ptrace and waitpid as the kernel has them: nix knows neither all requests nor
//! signals above 31, which threads are cancelled and their ids are set with.

use crate::error::{Fault, Result};
use nix::errno::Errno;
use nix::unistd::Pid;
use std::ffi::c_void;

/// Bytes of the kernel's signal mask.
const SIGNAL_MASK_SIZE: usize = 8;
/// Largest extended state looked for, bytes.
const XSTATE_MAX: usize = 1 << 16;
/// Register set of the extended state (NT_X86_XSTATE).
const XSTATE_SET: usize = 0x202;

fn request(request: libc::c_uint, tid: i32, address: usize, data: *mut c_void, what: &str) -> Result<()> {
    // SAFETY: all callers pass a buffer that is as large as the request demands, and
    // that outlives the call.
    let result = unsafe { libc::ptrace(request, tid, address, data) };
    Errno::result(result).map(drop).map_err(|errno| fault(tid, what, errno))
}

fn plain(kind: libc::c_uint, tid: i32, data: i32, what: &str) -> Result<()> {
    request(kind, tid, 0, data as usize as *mut c_void, what)
}

/// Lets a stopped thread run on, with `signal` delivered to it; 0 for none.
pub fn resume(tid: i32, signal: i32) -> Result<()> {
    plain(libc::PTRACE_CONT, tid, signal, "continue it")
}

/// Lets it run to the next entry or exit of a system call.
pub fn resume_to_syscall(tid: i32, signal: i32) -> Result<()> {
    plain(libc::PTRACE_SYSCALL, tid, signal, "continue it")
}

/// Lets it execute one instruction.
pub fn step(tid: i32) -> Result<()> {
    plain(libc::PTRACE_SINGLESTEP, tid, 0, "step it")
}

/// Leaves a thread of a stopped group stopped, but able to report more.
pub fn listen(tid: i32) -> Result<()> {
    plain(libc::PTRACE_LISTEN, tid, 0, "leave it stopped")
}

/// Ends the tracing of a stopped thread.
pub fn detach(tid: i32, signal: i32) -> Result<()> {
    plain(libc::PTRACE_DETACH, tid, signal, "let it go")
}

/// Asks a traced thread to stop.
pub fn interrupt(tid: i32) -> Result<()> {
    plain(libc::PTRACE_INTERRUPT, tid, 0, "interrupt it")
}

/// Begins to trace a thread; it goes on running.
pub fn seize(tid: i32, options: i32) -> std::result::Result<(), Errno> {
    // SAFETY: the request takes numbers only.
    let result = unsafe { libc::ptrace(libc::PTRACE_SEIZE, tid, 0, options as usize) };
    Errno::result(result).map(drop)
}

/// Sets the options of a stopped thread.
pub fn set_options(tid: i32, options: i32) -> Result<()> {
    plain(libc::PTRACE_SETOPTIONS, tid, options, "follow it")
}

/// What an event stop tells: the number of a new thread or process.
pub fn event_message(tid: i32) -> Result<u64> {
    let mut message: u64 = 0;
    request(libc::PTRACE_GETEVENTMSG, tid, 0, (&raw mut message).cast(), "read its event")?;
    Ok(message)
}

/// How the memories of two processes compare: 0 the same, 1 and more another, below no answer.
pub fn compare_memory(left: i32, right: i32) -> i64 {
    /// `KCMP_VM`.
    const MEMORY: i32 = 1;
    // SAFETY: the call takes numbers only.
    unsafe { libc::syscall(libc::SYS_kcmp, left, right, MEMORY, 0, 0) }
}

/// The status of `tid` if it changed: `None` if not.
pub fn changed_status(tid: i32) -> std::result::Result<Option<i32>, Errno> {
    let mut status = 0;
    // SAFETY: the status lives on this stack.
    let result = unsafe { libc::waitpid(tid, &raw mut status, libc::__WALL | libc::WNOHANG) };
    Errno::result(result).map(|found| (found != 0).then_some(status))
}

/// The fault of a failed request.
pub fn fault(tid: i32, what: &str, errno: Errno) -> Fault {
    Fault::environment(format!("thread {tid}: cannot {what}: {}", errno.desc()))
}

/// Why the signal that stopped the thread was raised (`si_code`).
pub fn signal_code(tid: i32) -> Result<i32> {
    let found = nix::sys::ptrace::getsiginfo(Pid::from_raw(tid));
    found.map(|information| information.si_code).map_err(|errno| fault(tid, "read its signal", errno))
}

/// Signals that the stopped thread blocks.
pub fn signal_mask(tid: i32) -> Result<u64> {
    let mut mask: u64 = 0;
    request(libc::PTRACE_GETSIGMASK, tid, SIGNAL_MASK_SIZE, (&raw mut mask).cast(), "read its signal mask")?;
    Ok(mask)
}

/// Sets the signals that the stopped thread blocks.
pub fn set_signal_mask(tid: i32, mask: u64) -> Result<()> {
    let mut mask = mask;
    request(libc::PTRACE_SETSIGMASK, tid, SIGNAL_MASK_SIZE, (&raw mut mask).cast(), "set its signal mask")
}

/// Floating point and vector state of the stopped thread, as XSAVE lays it out.
pub fn xstate(tid: i32) -> Result<Vec<u8>> {
    let mut bytes = vec![0; XSTATE_MAX];
    let mut vector = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: bytes.len() };
    request(libc::PTRACE_GETREGSET, tid, XSTATE_SET, (&raw mut vector).cast(), "read its vector registers")?;
    bytes.truncate(vector.iov_len);
    Ok(bytes)
}

/// Sets what [`xstate`] reads.
pub fn set_xstate(tid: i32, state: &[u8]) -> Result<()> {
    let mut bytes = state.to_vec();
    let mut vector = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: bytes.len() };
    request(libc::PTRACE_SETREGSET, tid, XSTATE_SET, (&raw mut vector).cast(), "set its vector registers")
}

/// The registers of a stopped thread.
pub fn registers(tid: i32) -> Result<libc::user_regs_struct> {
    nix::sys::ptrace::getregs(Pid::from_raw(tid)).map_err(|errno| fault(tid, "read its registers", errno))
}

/// Sets the registers of a stopped thread.
pub fn set_registers(tid: i32, registers: &libc::user_regs_struct) -> Result<()> {
    nix::sys::ptrace::setregs(Pid::from_raw(tid), *registers)
        .map_err(|errno| fault(tid, "set its registers", errno))
}
