//! What an executable file (x86-64 ELF) and its debug information tell: symbols, functions, inlined
//! copies, clones, statics, layouts, code. It only reads files; it knows no processes.

mod belongs;
mod binary;
mod clone_name;
mod clones;
mod code;
mod debug_file;
mod dwarf;
mod error;
mod identity;
mod image;
mod mini;
mod package;
mod symbols;
mod variable;

pub use binary::Binary;
pub use clone_name::{CloneKind, base_name, clone_kinds};
pub use clones::CloneCode;
pub use code::{Branch, Callee, Kept, KeptAcrossCall, Reference, ReferenceKind, TakenFrom};
pub use debug_file::Origin;
pub use dwarf::{
    Compiler, DebugInfo, Field, Function, FunctionKey, InlinedCopy, Instance, Layout, NoUnit, Presence, Unit,
    UnitId,
};
pub use error::{Absence, Error, Problem};
pub use symbols::{Binding, SectionKind, Symbol, SymbolKind, Symbols};
pub use variable::Found;
