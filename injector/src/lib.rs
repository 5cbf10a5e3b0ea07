//! The patch injector: facts → plan → apply (paper section 5).
//!
//! `facts` reads files, /proc and the target's memory. `plan` is pure: it turns
//! facts and a patch into steps or a refusal. `apply` alone changes a process,
//! through `tracee`, the only user of ptrace. `command` is what users type.

pub mod apply;
pub mod cli;
pub mod command;
pub mod error;
pub mod facts;
pub mod plan;
pub mod tracee;
