//! Prototypes and definitions of functions, in the form that the patch needs.

use super::attributes::{self, Place};
use super::{Edits, name_range, start_of, with_pragmas};
use crate::model::{Program, Syntax, declared_name};
use crate::text;
use lang_c::ast::{DerivedDeclarator, FunctionDefinition};
use lang_c::span::Span;
use std::ops::Range;

/// A function's place in the program's text.
pub struct Function<'f> {
    program: &'f Program,
    syntax: &'f Syntax,
    definition: &'f FunctionDefinition,
    /// Attributes, specifiers, declarator, K&R parameters.
    head: Range<usize>,
    body: Range<usize>,
}

impl<'f> Function<'f> {
    /// The function that a chunk defines.
    pub fn of(program: &'f Program, syntax: &'f Syntax) -> Option<Self> {
        let definition = syntax.function()?;
        let first = definition.specifiers.first().map_or(definition.declarator.span, |s| s.span).start;
        let body = syntax.range(definition.statement.span);
        let head = start_of(program, syntax.offset(first))..body.start;
        Some(Self { program, syntax, definition, head, body })
    }

    /// Its prototype under `name`, without storage class and semicolon.
    pub fn prototype(&self, name: &str, place: Place, edits: &Edits) -> String {
        let mut local = self.head_edits(name, place, edits);
        if let Some(list) = self.old_style_list() {
            local.replace(self.syntax.range(list), "()");
        }
        let end = match self.definition.declarations.first() {
            Some(_) => self.syntax.offset(self.definition.declarator.span.end),
            None => self.head.end,
        };
        local.cut(self.program, self.head.start..end).trim().to_string()
    }

    /// Its definition under `name`, always `static`.
    pub fn definition(&self, name: &str, place: Place, edits: &Edits) -> String {
        let local = self.head_edits(name, place, edits);
        let head = local.cut(self.program, self.head.clone());
        let body = edits.cut(self.program, self.body.clone());
        let text = format!("static {}{}", head.trim_start(), body.trim_end());
        with_pragmas(self.program, self.head.start, &text)
    }

    /// Its own name.
    pub fn name(&self) -> &str {
        declared_name(&self.definition.declarator.node).unwrap_or_default()
    }

    fn old_style_list(&self) -> Option<Span> {
        let derived = &self.definition.declarator.node.derived;
        derived.iter().find_map(|d| matches!(d.node, DerivedDeclarator::KRFunction(_)).then_some(d.span))
    }

    /// Takes storage class, `inline` where it means nothing, and what the place forbids out of the head.
    fn head_edits<'e>(&self, name: &str, place: Place, edits: &'e Edits) -> Edits<'e> {
        let linkage = |word: &str| match word {
            "static" | "extern" | "__extension__" => true,
            "inline" | "__inline" | "__inline__" => place != Place::Copy,
            _ => false,
        };
        let mut local = edits.over();
        let text = &self.program.unit.text;
        let source = &text[self.head.clone()];
        let mut depth = 0i32;
        for token in text::lex(source) {
            match token.text(source) {
                "(" => depth += 1,
                ")" => depth -= 1,
                word if depth == 0 && linkage(word) => {
                    local.replace(self.head.start + token.start..self.head.start + token.end, "");
                }
                _ => {}
            }
        }
        attributes::strip(text, self.head.clone(), place, &mut local);
        if let Some(at) = name_range(self.syntax, &self.definition.declarator.node) {
            local.replace(at, name);
        }
        local
    }
}
