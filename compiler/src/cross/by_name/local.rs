//! Local pointers that stay inside their function: used only to reach members.

use super::watch::Watch;
use crate::clang::{Escape, Role};
use crate::model::{ItemId, Program, Syntax, declared_name};
use lang_c::ast::Declaration;
use lang_c::span::Span;
use lang_c::visit::{self, Visit};
use std::collections::BTreeSet;

/// The pointer `name` of a function only reaches values and what a library function does not keep; it
/// is never copied, stored or returned.
pub fn stays(program: &Program, changed: &BTreeSet<ItemId>, function: ItemId, name: &str) -> bool {
    let Some(syntax) = Syntax::at(program, program.span(function).start) else { return false };
    let Some(definition) = syntax.function() else { return false };
    Watch::new(program, changed, name).stays(definition)
}

/// The type named at `offset` declares only pointers that stay and that point to globals.
pub fn declares_staying_pointer(
    program: &Program,
    changed: &BTreeSet<ItemId>,
    function: ItemId,
    offset: usize,
) -> bool {
    let Some(syntax) = Syntax::at(program, program.span(function).start) else { return false };
    let Some(definition) = syntax.function() else { return false };
    let mut search = Around { syntax: &syntax, offset, names: None };
    search.visit_statement(&definition.statement.node, &definition.statement.span);
    let Some(names) = search.names else { return false };
    !names.is_empty()
        && names
            .iter()
            .all(|n| points_to_global(program, function, n) && stays(program, changed, function, n))
}

fn points_to_global(program: &Program, function: ItemId, name: &str) -> bool {
    let kept = Role::Address(Escape::Local(name.to_string()));
    program.uses_in(function).iter().any(|u| u.role == kept)
}

/// Finds the local declaration whose type stands at an offset.
struct Around<'s> {
    syntax: &'s Syntax,
    offset: usize,
    names: Option<Vec<String>>,
}

impl<'a> Visit<'a> for Around<'_> {
    fn visit_declaration(&mut self, declaration: &'a Declaration, span: &'a Span) {
        let first = declaration.specifiers.first().map_or(0, |s| self.syntax.offset(s.span.start));
        let last = declaration.specifiers.last().map_or(0, |s| self.syntax.offset(s.span.end));
        if (first..last).contains(&self.offset) {
            let names = declaration.declarators.iter();
            let names = names.filter_map(|d| declared_name(&d.node.declarator.node).map(str::to_string));
            self.names = Some(names.collect());
        }
        visit::visit_declaration(self, declaration, span);
    }
}
