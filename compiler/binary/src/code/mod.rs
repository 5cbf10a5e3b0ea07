//! The machine code: what refers to what, where a jump fits, which registers callers count on.

mod calls;
mod chosen;
mod decode;
mod entry;
mod flow;
mod liveness;
mod references;
mod registers;

pub use calls::Callee;
pub use entry::Branch;
pub use liveness::KeptAcrossCall;
pub(crate) use references::ReferenceIndex;
pub use references::{Reference, ReferenceKind};
pub(crate) use registers::Registers;
