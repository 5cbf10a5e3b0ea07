//! Local pointers that stay inside their function: used only to reach members.

use crate::clang::{Escape, Role};
use crate::model::{ItemId, Program, Syntax, declared_name};
use lang_c::ast::{Declaration, Expression, Identifier, MemberExpression, MemberOperator, UnaryOperator};
use lang_c::span::Span;
use lang_c::visit::{self, Visit};

/// The pointer `name` of a function is only dereferenced for a member's value, never copied or passed.
pub fn stays(program: &Program, function: ItemId, name: &str) -> bool {
    let Some(syntax) = Syntax::at(program, program.span(function).start) else { return false };
    let Some(definition) = syntax.function() else { return false };
    let mut watch = Watch { name, escaped: false, declared: 0 };
    watch.visit_function_definition(definition, &definition.statement.span);
    !watch.escaped && watch.declared == 1
}

/// The type named at `offset` declares only pointers that stay and that point to globals.
pub fn declares_staying_pointer(program: &Program, function: ItemId, offset: usize) -> bool {
    let Some(syntax) = Syntax::at(program, program.span(function).start) else { return false };
    let Some(definition) = syntax.function() else { return false };
    let mut search = Around { syntax: &syntax, offset, names: None };
    search.visit_statement(&definition.statement.node, &definition.statement.span);
    let Some(names) = search.names else { return false };
    !names.is_empty()
        && names.iter().all(|n| points_to_global(program, function, n) && stays(program, function, n))
}

fn points_to_global(program: &Program, function: ItemId, name: &str) -> bool {
    let kept = Role::Address(Escape::Local(name.to_string()));
    program.uses_in(function).iter().any(|u| u.role == kept)
}

struct Watch<'n> {
    name: &'n str,
    escaped: bool,
    declared: usize,
}

impl Watch<'_> {
    fn is_it(&self, expression: &Expression) -> bool {
        matches!(expression, Expression::Identifier(i) if i.node.name == self.name)
    }
}

impl<'a> Visit<'a> for Watch<'_> {
    fn visit_identifier(&mut self, identifier: &'a Identifier, _: &'a Span) {
        self.escaped |= identifier.name == self.name;
    }

    fn visit_declarator_kind(&mut self, kind: &'a lang_c::ast::DeclaratorKind, span: &'a Span) {
        match kind {
            lang_c::ast::DeclaratorKind::Identifier(name) => {
                self.declared += usize::from(name.node.name == self.name);
            }
            _ => visit::visit_declarator_kind(self, kind, span),
        }
    }

    fn visit_member_expression(&mut self, member: &'a MemberExpression, _: &'a Span) {
        let reached = member.operator.node == MemberOperator::Indirect && self.is_it(&member.expression.node);
        if !reached {
            self.visit_expression(&member.expression.node, &member.expression.span);
        }
    }

    fn visit_binary_operator_expression(
        &mut self,
        e: &'a lang_c::ast::BinaryOperatorExpression,
        span: &'a Span,
    ) {
        if e.operator.node == lang_c::ast::BinaryOperator::Assign && self.is_it(&e.lhs.node) {
            return self.visit_expression(&e.rhs.node, &e.rhs.span);
        }
        visit::visit_binary_operator_expression(self, e, span);
    }

    /// `&p->member` lets a pointer into the object out.
    fn visit_unary_operator_expression(
        &mut self,
        e: &'a lang_c::ast::UnaryOperatorExpression,
        span: &'a Span,
    ) {
        if e.operator.node == UnaryOperator::Address {
            let mut inside = Mentions { name: self.name, found: false };
            inside.visit_expression(&e.operand.node, &e.operand.span);
            self.escaped |= inside.found;
        }
        visit::visit_unary_operator_expression(self, e, span);
    }

    /// A member passed whole may be an array.
    fn visit_call_expression(&mut self, call: &'a lang_c::ast::CallExpression, span: &'a Span) {
        for argument in &call.arguments {
            if let Expression::Member(member) = &argument.node {
                self.escaped |= self.is_it(&member.node.expression.node);
            }
        }
        visit::visit_call_expression(self, call, span);
    }
}

struct Mentions<'n> {
    name: &'n str,
    found: bool,
}

impl<'a> Visit<'a> for Mentions<'_> {
    fn visit_identifier(&mut self, identifier: &'a Identifier, _: &'a Span) {
        self.found |= identifier.name == self.name;
    }
}

/// Finds the local declaration whose type stands at an offset.
struct Around<'s> {
    syntax: &'s Syntax,
    offset: usize,
    names: Option<Vec<String>>,
}

impl<'a> Visit<'a> for Around<'_> {
    fn visit_declaration(&mut self, declaration: &'a Declaration, span: &'a Span) {
        let first = declaration.specifiers.first().map(|s| s.span.start);
        let last = declaration.specifiers.last().map(|s| s.span.end);
        if let (Some(first), Some(last)) = (first, last) {
            if (self.syntax.offset(first)..self.syntax.offset(last)).contains(&self.offset) {
                let names = declaration.declarators.iter();
                let names = names.filter_map(|d| declared_name(&d.node.declarator.node).map(str::to_string));
                self.names = Some(names.collect());
            }
        }
        visit::visit_declaration(self, declaration, span);
    }
}
