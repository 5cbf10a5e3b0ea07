//! Threads of the target under ptrace; nothing else in this program uses it.
//!
//! No thread is ever traced with PTRACE_O_EXITKILL, no breakpoint is set and no
//! debug register is written: an injector that dies leaves the target running.

pub mod hijack;
pub mod passing;
pub mod raw;
pub mod sigframe;
mod sleep;
pub mod standby;
pub mod stopped;
pub mod traced;
pub mod userfault;
pub mod wait;

pub use hijack::{Hijack, Rewrite, SyscallStop};
pub use stopped::{Lifted, Stopped, Thread};
pub use traced::{News, Traced};
pub use userfault::Userfault;
