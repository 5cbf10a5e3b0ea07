//! Pieces of the patch cut from the merged text by span, with edits; nothing is printed from a tree.

mod attributes;
mod edits;
mod function;
mod object;
mod tidy;

pub use attributes::Place;
pub use edits::Edits;
pub use function::Function;
pub use object::{Form, declarator, head, object, type_part, value};
pub use tidy::tidy;

use crate::model::{Program, Syntax};
use crate::text;
use lang_c::ast::{Declarator, DeclaratorKind};
use std::ops::Range;

fn name_range(syntax: &Syntax, declarator: &Declarator) -> Option<Range<usize>> {
    match &declarator.kind.node {
        DeclaratorKind::Identifier(name) => Some(syntax.range(name.span)),
        DeclaratorKind::Declarator(inner) => name_range(syntax, &inner.node),
        DeclaratorKind::Abstract => None,
    }
}

/// Where the chunk's declaration begins: attributes belong to it, the pragmas before it do not.
fn start_of(program: &Program, at: usize) -> usize {
    let Some(chunk) = chunk_at(program, at) else { return at };
    let source = &program.unit.text[chunk.clone()];
    let first = text::Lexer::new(source).find(|t| !t.is_directive());
    first.map_or(at, |token| (chunk.start + token.start).min(at))
}

fn chunk_at(program: &Program, at: usize) -> Option<Range<usize>> {
    let chunk = program.unit.chunks.partition_point(|c| c.span.end <= at);
    program.unit.chunks.get(chunk).map(|c| c.span.clone())
}

/// The text between the pragmas that stand around its chunk; its visibility is the patch's affair.
fn with_pragmas(program: &Program, at: usize, piece: &str) -> String {
    let Some(chunk) = chunk_at(program, at) else { return piece.to_string() };
    let source = &program.unit.text[chunk];
    let tokens = text::lex(source);
    let shapes = |t: &&text::Token| t.is_directive() && !t.text(source).contains("visibility");
    let before = tokens.iter().take_while(|t| t.is_directive()).filter(shapes);
    let behind = tokens.iter().rev().take_while(|t| t.is_directive()).filter(shapes);
    let behind: Vec<&str> = behind.map(|t| t.text(source)).collect();
    let lines = before.map(|t| t.text(source)).chain([piece]).chain(behind.into_iter().rev());
    lines.collect::<Vec<_>>().join("\n")
}
