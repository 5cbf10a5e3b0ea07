//! The patch constructor: source → merge → model → diff → relations → patch.

pub mod clang;
pub mod diag;
pub mod merge;
pub mod source;
pub mod text;
