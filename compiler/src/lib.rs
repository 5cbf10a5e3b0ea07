//! The patch constructor: source → merge → model → diff → relations → cross → patch.

pub mod callbacks;
pub mod clang;
pub mod cli;
pub mod construct;
pub mod cross;
pub mod diag;
pub mod diff;
pub mod extend;
pub mod merge;
pub mod model;
pub mod patch;
pub mod relations;
pub mod report;
pub mod run;
pub mod running;
pub mod source;
pub mod text;
