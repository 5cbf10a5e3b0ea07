//! The machine code: what refers to what, where a jump fits, which registers callers count on.

mod calls;
mod chosen;
mod decode;
mod entry;
mod flow;
mod kept;
mod liveness;
mod passed;
mod references;
mod registers;
mod returns;
mod stack;
mod taken;

pub use calls::Callee;
pub use entry::Branch;
pub use kept::Kept;
pub use liveness::KeptAcrossCall;
pub(crate) use references::ReferenceIndex;
pub use references::{Reference, ReferenceKind};
pub(crate) use registers::Registers;
pub use taken::TakenFrom;
