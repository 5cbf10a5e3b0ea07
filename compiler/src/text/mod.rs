//! C text as later stages need it: tokens, and copies of equal length for other parsers.

mod clang;
mod lex;
mod parse;
mod shadow;
mod syntax;
mod typedefs;
pub(crate) mod words;

pub use clang::{CLANG_DEFINES, shadow_clang};
pub use lex::{Kind, Lexer, Token, lex};
pub use parse::{big_stack, on_big_stacks, parse};
pub use shadow::Shadow;
pub use syntax::{shadow_syntax, shadow_tokens};
pub use typedefs::{declared_typedefs, file_typedefs};
pub use words::{is_asm, is_attribute, is_keyword, is_qualifier};
