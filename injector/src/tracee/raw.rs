//! The ptrace requests that nix does not wrap.

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

/// The fault of a failed request.
pub fn fault(tid: i32, what: &str, errno: Errno) -> Fault {
    Fault::environment(format!("thread {tid}: cannot {what}: {}", errno.desc()))
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
