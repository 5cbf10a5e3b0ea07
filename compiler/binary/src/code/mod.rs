//! The machine code: what refers to what, where a jump fits, which registers callers count on.

mod decode;
mod entry;
mod references;

pub use entry::Branch;
pub(crate) use references::ReferenceIndex;
pub use references::{Reference, ReferenceKind};
