//! Functions that stay old for ever and make an object on their stack in each round: nothing says that
//! the next one is another object than the one before, which lay at the same place.

use super::fields::Extended;
use crate::clang::{Kind, Role};
use crate::diag::Diagnostic;
use crate::model::{ItemId, Program, Syntax, never_return};
use lang_c::ast::{
    CompoundLiteral, Declaration, DerivedDeclarator, DoWhileStatement, ForStatement, WhileStatement,
};
use lang_c::span::{Node, Span};
use lang_c::visit::{self, Visit};
use std::collections::BTreeSet;

/// The types, by name, of which such a function makes objects.
pub fn check(old: &Program, types: &[Extended]) -> Vec<(String, Diagnostic)> {
    let endless = never_return(old);
    let with_records = types.iter().filter(|t| !t.records().is_empty());
    with_records.filter_map(|t| Some((t.name.clone(), one(old, t, &endless)?))).collect()
}

fn one(old: &Program, extended: &Extended, endless: &BTreeSet<ItemId>) -> Option<Diagnostic> {
    let record = super::record(old, &extended.name)?;
    let names = meaning(old, record);
    endless.iter().find_map(|&function| {
        let mentions = old.uses_in(function).iter();
        let mentions = mentions.filter(|u| u.role == Role::Mention && names.contains(&u.target));
        let offsets: Vec<usize> = mentions.map(|u| u.offset).collect();
        let at = made_in_loop(old, function, &offsets)?;
        let (title, name) = (old.title(record), old.title(function));
        Some(
            Diagnostic::error(format!(
                "{title} gets new fields, and {name}, which never returns, makes one in each round"
            ))
            .at(old.place_at(at), "its new fields would be those of the object before, which lay here")
            .blame([extended.id])
            .help("restart the program for this change, or leave the type as it is in this update"),
        )
    })
}

/// A record, what holds it by value, and the typedefs that mean one of them.
fn meaning(old: &Program, record: ItemId) -> BTreeSet<ItemId> {
    let mut all = BTreeSet::from([record]);
    loop {
        let holds = |id: &ItemId| {
            let kind = matches!(old.items[*id].kind(), Kind::Record | Kind::Typedef);
            kind && !all.contains(id) && old.items[*id].entity.holds.iter().any(|held| all.contains(held))
        };
        let more: Vec<ItemId> = (0..old.items.len()).filter(holds).collect();
        if more.is_empty() {
            return all;
        }
        all.extend(more);
    }
}

/// Where a loop declares an object whose type is named at one of these places.
fn made_in_loop(old: &Program, function: ItemId, offsets: &[usize]) -> Option<usize> {
    if offsets.is_empty() {
        return None;
    }
    let syntax = Syntax::at(old, old.span(function).start)?;
    let mut search = Search { syntax: &syntax, offsets, loops: 0, found: None };
    let definition = syntax.function()?;
    search.visit_statement(&definition.statement.node, &definition.statement.span);
    search.found
}

struct Search<'s> {
    syntax: &'s Syntax,
    offsets: &'s [usize],
    loops: usize,
    found: Option<usize>,
}

impl Search<'_> {
    fn named_in(&self, span: Span) -> Option<usize> {
        let range = self.syntax.range(span);
        self.offsets.iter().copied().find(|offset| range.contains(offset)).filter(|_| self.loops > 0)
    }

    fn within(&mut self, visit: impl FnOnce(&mut Self)) {
        self.loops += 1;
        visit(self);
        self.loops -= 1;
    }
}

fn is_pointer(derived: &[Node<DerivedDeclarator>]) -> bool {
    derived.iter().any(|d| matches!(d.node, DerivedDeclarator::Pointer(_)))
}

impl<'s> Visit<'s> for Search<'s> {
    fn visit_while_statement(&mut self, statement: &'s WhileStatement, span: &'s Span) {
        self.within(|search| visit::visit_while_statement(search, statement, span));
    }

    fn visit_do_while_statement(&mut self, statement: &'s DoWhileStatement, span: &'s Span) {
        self.within(|search| visit::visit_do_while_statement(search, statement, span));
    }

    fn visit_for_statement(&mut self, statement: &'s ForStatement, span: &'s Span) {
        self.within(|search| visit::visit_for_statement(search, statement, span));
    }

    fn visit_declaration(&mut self, declaration: &'s Declaration, span: &'s Span) {
        let object = declaration.declarators.iter().any(|d| !is_pointer(&d.node.declarator.node.derived));
        let named = declaration.specifiers.iter().find_map(|specifier| self.named_in(specifier.span));
        self.found = self.found.or(named.filter(|_| object));
        visit::visit_declaration(self, declaration, span);
    }

    fn visit_compound_literal(&mut self, literal: &'s CompoundLiteral, span: &'s Span) {
        self.found = self.found.or(self.named_in(literal.type_name.span));
        visit::visit_compound_literal(self, literal, span);
    }
}
