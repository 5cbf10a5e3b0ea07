//! The syntax tree of one chunk of the merged text, parsed when a later stage asks for it.

use super::Program;
use crate::clang::Kind;
use crate::text;
use lang_c::ast::{Declaration, Declarator, DeclaratorKind};
use lang_c::ast::{ExternalDeclaration, FunctionDefinition, InitDeclarator};
use lang_c::span::{Node, Span};
use lang_c::visit::{self, Visit};
use std::collections::BTreeSet;
use std::ops::Range;

/// A parsed chunk. Its spans count from the start of a text of its own.
pub struct Syntax {
    /// The declaration.
    pub declaration: ExternalDeclaration,
    /// Tokens that the syntax tree does not show (attributes, local labels …).
    pub hidden: Vec<String>,
    /// Where the chunk starts in the merged text, and in the parsed one.
    start: usize,
    prelude: usize,
}

impl Syntax {
    /// Parses the chunk around `offset`; `None` for file-scope asm, pragmas and what is no declaration.
    pub fn at(program: &Program, offset: usize) -> Option<Self> {
        let chunk = program.unit.chunks.partition_point(|c| c.span.end <= offset);
        let span = program.unit.chunks.get(chunk)?.span.clone();
        let source = &program.unit.text[span.clone()];
        let shadow = text::shadow_syntax(source);
        let mut prelude = prelude(program, source, &span);
        let length = prelude.len();
        prelude.push_str(&shadow.text);
        let tree =
            text::parse(&prelude, &|at| program.place_at((at + span.start).saturating_sub(length))).ok()?;
        let declaration = tree.0.into_iter().find(|d| d.span.start >= length)?.node;
        let hidden = shadow.changed.iter().map(|r| source[r.clone()].to_string()).collect();
        Some(Self { declaration, hidden, start: span.start, prelude: length })
    }

    /// The function, if it is one.
    pub fn function(&self) -> Option<&FunctionDefinition> {
        match &self.declaration {
            ExternalDeclaration::FunctionDefinition(definition) => Some(&definition.node),
            _ => None,
        }
    }

    /// The declaration, if it is no function definition.
    pub fn variables(&self) -> Option<&Declaration> {
        match &self.declaration {
            ExternalDeclaration::Declaration(declaration) => Some(&declaration.node),
            _ => None,
        }
    }

    /// The declarator of a name.
    pub fn declarator(&self, name: &str) -> Option<&Node<InitDeclarator>> {
        self.variables()?.declarators.iter().find(|d| declared_name(&d.node.declarator.node) == Some(name))
    }

    /// A node's place in the merged text.
    pub fn range(&self, span: Span) -> Range<usize> {
        self.offset(span.start)..self.offset(span.end)
    }

    /// An offset's place in the merged text.
    pub fn offset(&self, offset: usize) -> usize {
        (offset + self.start).saturating_sub(self.prelude)
    }
}

/// Declares the typedef names that a chunk uses, so that it parses alone.
fn prelude(program: &Program, source: &str, span: &Range<usize>) -> String {
    let names: BTreeSet<&str> = text::lex(source)
        .iter()
        .map(|t| t.text(source))
        .filter(|name| program.named(name).iter().any(|&id| is_outer_typedef(program, id, span)))
        .collect();
    names.iter().map(|name| format!("typedef int {name};\n")).collect()
}

fn is_outer_typedef(program: &Program, id: usize, span: &Range<usize>) -> bool {
    let entity = &program.items[id].entity;
    entity.kind == Kind::Typedef
        && entity.function.is_none()
        && entity.declarations.iter().any(|d| d.name_at < span.start)
}

/// The name that a declarator declares.
pub fn declared_name(declarator: &Declarator) -> Option<&str> {
    match &declarator.kind.node {
        DeclaratorKind::Identifier(name) => Some(&name.node.name),
        DeclaratorKind::Declarator(inner) => declared_name(&inner.node),
        DeclaratorKind::Abstract => None,
    }
}

/// The declarator of a static inside a function, by the offset of its name.
pub fn local_static(syntax: &Syntax, name_at: usize) -> Option<&Node<InitDeclarator>> {
    let mut search = Search { syntax, name_at, found: None };
    let function = syntax.function()?;
    search.visit_statement(&function.statement.node, &function.statement.span);
    search.found
}

struct Search<'s> {
    syntax: &'s Syntax,
    name_at: usize,
    found: Option<&'s Node<InitDeclarator>>,
}

impl<'s> Visit<'s> for Search<'s> {
    fn visit_declaration(&mut self, declaration: &'s Declaration, span: &'s Span) {
        for declarator in &declaration.declarators {
            if self.syntax.range(declarator.node.declarator.span).contains(&self.name_at) {
                self.found = Some(declarator);
            }
        }
        visit::visit_declaration(self, declaration, span);
    }
}
