//! The library that lives in the target, embedded, and the headers shared by
//! patch, target and injector (paper section 6: the runtime part).

pub mod abi;
pub mod rules;

/// The shared object that the injector loads into a process once.
pub static LIBRARY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/polus-runtime.so"));

/// Text of `polus/patch.h`, which every patch.c carries.
pub const PATCH_H: &str = include_str!("../include/polus/patch.h");

/// Text of `polus/extend.h`, which a patch.c carries that extends types.
pub const EXTEND_H: &str = include_str!("../include/polus/extend.h");

/// Text of `polus/registry.h`.
pub const REGISTRY_H: &str = include_str!("../include/polus/registry.h");
