//! What a function's text may read, write and call, as far as callers could have been told:
//! a compiler's summary of a callee is never more precise than this.

use super::{ItemId, Program, Syntax};
use crate::clang::{Kind, Role};
use lang_c::ast::{
    AsmStatement, BinaryOperator, BinaryOperatorExpression, CallExpression, Expression, MemberExpression,
    MemberOperator, UnaryOperator, UnaryOperatorExpression,
};
use lang_c::span::{Node, Span};
use lang_c::visit::{self, Visit};
use std::collections::BTreeSet;

/// An upper bound of what a function does to the rest of the program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Functions called by name.
    pub calls: BTreeSet<String>,
    /// Globals mentioned.
    pub reads: BTreeSet<String>,
    /// Globals written.
    pub writes: BTreeSet<String>,
    /// Memory read through pointers.
    pub loads: bool,
    /// Memory written through pointers.
    pub stores: bool,
    /// Calls through pointers, inline assembly, or a text that cannot be read alone.
    pub anything: bool,
}

impl Effects {
    /// Of a function of the program.
    pub fn of(program: &Program, function: ItemId) -> Self {
        let syntax = Syntax::at(program, program.span(function).start);
        let Some((syntax, definition)) = syntax.as_ref().and_then(|s| Some((s, s.function()?))) else {
            return Self { anything: true, ..Self::default() };
        };
        let mut effects = Self::default();
        let mut globals = BTreeSet::new();
        for found in program.uses_in(function) {
            let name = program.items[found.target].original.clone();
            match (program.items[found.target].kind(), &found.role) {
                (Kind::Function, Role::Call) => drop(effects.calls.insert(name)),
                (Kind::Variable, role) if *role != Role::Mention => {
                    globals.insert(found.offset);
                    effects.reads.insert(name);
                }
                _ => {}
            }
        }
        let named = syntax.hidden.iter().any(|token| token == "asm" || token == "__asm__");
        effects.anything |= named;
        let mut look = Look { syntax, globals: &globals, effects };
        look.visit_statement(&definition.statement.node, &definition.statement.span);
        look.effects
    }

    /// Whatever was known of a callee with the effects `other` holds for one with these.
    pub fn within(&self, other: &Self) -> bool {
        !self.anything
            && self.calls.is_subset(&other.calls)
            && self.reads.is_subset(&other.reads)
            && self.writes.is_subset(&other.writes)
            && (!self.loads || other.loads)
            && (!self.stores || other.stores)
    }
}

struct Look<'l> {
    syntax: &'l Syntax,
    globals: &'l BTreeSet<usize>,
    effects: Effects,
}

impl Look<'_> {
    /// The place that an assignment changes.
    fn written(&mut self, place: &Node<Expression>) {
        match &place.node {
            Expression::Identifier(name) => {
                if self.globals.contains(&self.syntax.offset(name.span.start)) {
                    self.effects.writes.insert(name.node.name.clone());
                }
            }
            Expression::Member(member) if member.node.operator.node == MemberOperator::Direct => {
                self.written(&member.node.expression);
            }
            Expression::BinaryOperator(index) if index.node.operator.node == BinaryOperator::Index => {
                self.effects.stores = true;
                self.written(&index.node.lhs);
            }
            _ => self.effects.stores = true,
        }
    }
}

fn is_assignment(operator: &BinaryOperator) -> bool {
    format!("{operator:?}").starts_with("Assign")
}

impl<'a> Visit<'a> for Look<'_> {
    fn visit_binary_operator_expression(&mut self, e: &'a BinaryOperatorExpression, span: &'a Span) {
        if is_assignment(&e.operator.node) {
            self.written(&e.lhs);
        }
        self.effects.loads |= e.operator.node == BinaryOperator::Index;
        visit::visit_binary_operator_expression(self, e, span);
    }

    fn visit_unary_operator_expression(&mut self, e: &'a UnaryOperatorExpression, span: &'a Span) {
        use UnaryOperator::{Address, Indirection, PostDecrement, PostIncrement, PreDecrement, PreIncrement};
        match e.operator.node {
            PostIncrement | PostDecrement | PreIncrement | PreDecrement => self.written(&e.operand),
            Indirection => self.effects.loads = true,
            // Whoever gets the address may write there.
            Address => self.written(&e.operand),
            _ => {}
        }
        visit::visit_unary_operator_expression(self, e, span);
    }

    fn visit_member_expression(&mut self, member: &'a MemberExpression, span: &'a Span) {
        self.effects.loads |= member.operator.node == MemberOperator::Indirect;
        visit::visit_member_expression(self, member, span);
    }

    fn visit_call_expression(&mut self, call: &'a CallExpression, span: &'a Span) {
        self.effects.anything |= !matches!(call.callee.node, Expression::Identifier(_));
        visit::visit_call_expression(self, call, span);
    }

    fn visit_asm_statement(&mut self, _: &'a AsmStatement, _: &'a Span) {
        self.effects.anything = true;
    }
}
