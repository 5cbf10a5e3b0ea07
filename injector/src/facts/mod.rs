//! What is so: read only, from files, from /proc and from the target's memory.

pub mod code;
pub mod coroutines;
pub mod executable;
pub mod extensions;
pub mod freezer;
pub mod image;
pub mod maps;
pub mod memory;
pub mod patch_file;
pub mod patch_layout;
pub mod process;
pub mod program;
pub mod registry;
pub mod stacks;
pub mod unwind;
