//! Follows one local pointer through its function: does anything but values come out of it?

use super::{keeps_nothing, result};
use crate::clang::{Field, Kind};
use crate::model::{ItemId, Program};
use lang_c::ast::{
    BinaryOperator, BinaryOperatorExpression, CallExpression, DeclaratorKind, DerivedDeclarator, Expression,
    FunctionDefinition, Identifier, InitDeclarator, MemberOperator, SizeOfVal, Statement, UnaryOperator,
    UnaryOperatorExpression,
};
use lang_c::span::{Node, Span};
use lang_c::visit::{self, Visit};
use std::collections::BTreeSet;

/// What an expression that begins at the pointer stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reached {
    /// A value: reading or writing it is harmless.
    Value,
    /// An array: without a subscript it is a pointer into the object.
    Array,
}

/// The walk.
pub struct Watch<'w> {
    program: &'w Program,
    changed: &'w BTreeSet<ItemId>,
    name: &'w str,
    declared: usize,
    /// It points to a plain value or a record, not to an array.
    plain: bool,
    escaped: bool,
    /// Nobody takes the result of the next call.
    unused: bool,
}

impl<'w> Watch<'w> {
    /// Prepares for the pointer `name`; `changed` are the types whose layout differs.
    pub fn new(program: &'w Program, changed: &'w BTreeSet<ItemId>, name: &'w str) -> Self {
        Self { program, changed, name, declared: 0, plain: false, escaped: false, unused: false }
    }

    /// Only values come out of the pointer, and the name means nothing else in the function.
    pub fn stays(mut self, definition: &FunctionDefinition) -> bool {
        self.visit_function_definition(definition, &definition.statement.span);
        !self.escaped && self.declared == 1
    }

    fn is_it(&self, expression: &Expression) -> bool {
        matches!(expression, Expression::Identifier(i) if i.node.name == self.name)
    }

    /// What `expression` reaches, if it begins at the pointer.
    fn reach(&self, expression: &Expression) -> Option<Reached> {
        match expression {
            Expression::Member(member) => {
                let base = &member.node.expression.node;
                let direct = member.node.operator.node == MemberOperator::Indirect && self.is_it(base);
                let inner =
                    || member.node.operator.node == MemberOperator::Direct && self.reach(base).is_some();
                (direct || inner()).then(|| self.member(&member.node.identifier.node.name))
            }
            Expression::BinaryOperator(e) if e.node.operator.node == BinaryOperator::Index => {
                self.element(&e.node.lhs.node)
            }
            Expression::UnaryOperator(e) if e.node.operator.node == UnaryOperator::Indirection => {
                self.element(&e.node.operand.node)
            }
            _ => None,
        }
    }

    fn element(&self, base: &Expression) -> Option<Reached> {
        let array =
            self.reach(base) == Some(Reached::Array) && self.fields_of(base).all(|f| f.dimensions.len() == 1);
        (self.is_it(base) && self.plain || array).then_some(Reached::Value)
    }

    fn member(&self, name: &str) -> Reached {
        let array = self.named(name).any(|field| !field.dimensions.is_empty());
        if array { Reached::Array } else { Reached::Value }
    }

    /// Every field of that name: which record is meant does not matter, the strictest counts.
    fn named<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'n Field> {
        let records = self.program.items.iter().filter(|i| i.kind() == Kind::Record);
        records.flat_map(|i| &i.entity.fields).filter(move |f| f.name == name)
    }

    fn fields_of<'n>(&'n self, expression: &'n Expression) -> impl Iterator<Item = &'n Field> {
        let name = match expression {
            Expression::Member(member) => member.node.identifier.node.name.as_str(),
            _ => "",
        };
        self.named(name)
    }

    /// An address inside the object whose type both versions share, given to a library that does not keep it.
    fn is_lent(&self, call: &CallExpression, argument: &Expression) -> bool {
        let Expression::Identifier(callee) = &call.callee.node else { return false };
        let place = match argument {
            Expression::UnaryOperator(e) if e.node.operator.node == UnaryOperator::Address => {
                &e.node.operand.node
            }
            other => other,
        };
        let is_address = !std::ptr::eq(place, argument) || self.reach(place) == Some(Reached::Array);
        let unchanged = |field: &Field| field.record.is_none_or(|record| !self.changed.contains(&record));
        is_address
            && matches!(place, Expression::Member(_))
            && self.reach(place).is_some()
            && self.fields_of(place).all(unchanged)
            && keeps_nothing(self.program, &callee.node.name)
    }

    /// What stands inside of an expression that begins at the pointer: subscripts.
    fn subscripts(&mut self, expression: &Expression) {
        match expression {
            Expression::Member(member) => self.subscripts(&member.node.expression.node),
            Expression::UnaryOperator(e) => self.subscripts(&e.node.operand.node),
            Expression::BinaryOperator(e) => {
                self.subscripts(&e.node.lhs.node);
                self.visit_expression(&e.node.rhs.node, &e.node.rhs.span);
            }
            _ => {}
        }
    }

    fn stays_inside(&self, e: &BinaryOperatorExpression) -> bool {
        use BinaryOperator::*;
        matches!(
            e.operator.node,
            Less | Greater | LessOrEqual | GreaterOrEqual | Equals | NotEquals | LogicalAnd | LogicalOr
        )
    }

    fn visit_unless_it(&mut self, expression: &Node<Expression>) {
        if !self.is_it(&expression.node) {
            self.visit_expression(&expression.node, &expression.span);
        }
    }
}

impl<'a> Visit<'a> for Watch<'_> {
    fn visit_identifier(&mut self, identifier: &'a Identifier, _: &'a Span) {
        self.escaped |= identifier.name == self.name;
    }

    fn visit_init_declarator(&mut self, declarator: &'a InitDeclarator, span: &'a Span) {
        let node = &declarator.declarator.node;
        let named = matches!(&node.kind.node, DeclaratorKind::Identifier(i) if i.node.name == self.name);
        let pointer = matches!(&node.derived[..], [one] if matches!(one.node, DerivedDeclarator::Pointer(_)));
        self.plain |= named && pointer;
        visit::visit_init_declarator(self, declarator, span);
    }

    fn visit_declarator_kind(&mut self, kind: &'a DeclaratorKind, span: &'a Span) {
        match kind {
            DeclaratorKind::Identifier(name) => self.declared += usize::from(name.node.name == self.name),
            _ => visit::visit_declarator_kind(self, kind, span),
        }
    }

    fn visit_expression(&mut self, expression: &'a Expression, span: &'a Span) {
        match self.reach(expression) {
            Some(reached) => {
                self.escaped |= reached == Reached::Array;
                self.subscripts(expression);
            }
            None => visit::visit_expression(self, expression, span),
        }
    }

    fn visit_binary_operator_expression(&mut self, e: &'a BinaryOperatorExpression, span: &'a Span) {
        if e.operator.node == BinaryOperator::Assign && self.is_it(&e.lhs.node) {
            return self.visit_expression(&e.rhs.node, &e.rhs.span);
        }
        if self.stays_inside(e) {
            self.visit_unless_it(&e.lhs);
            return self.visit_unless_it(&e.rhs);
        }
        visit::visit_binary_operator_expression(self, e, span);
    }

    fn visit_unary_operator_expression(&mut self, e: &'a UnaryOperatorExpression, span: &'a Span) {
        match e.operator.node {
            UnaryOperator::Negate => return self.visit_unless_it(&e.operand),
            UnaryOperator::Address => self.escaped |= self.reach(&e.operand.node).is_some(),
            _ => {}
        }
        visit::visit_unary_operator_expression(self, e, span);
    }

    /// Its operand is not evaluated.
    fn visit_sizeofval(&mut self, _: &'a SizeOfVal, _: &'a Span) {}

    fn visit_statement(&mut self, statement: &'a Statement, span: &'a Span) {
        self.unused =
            matches!(statement, Statement::Expression(Some(e)) if matches!(e.node, Expression::Call(_)));
        visit::visit_statement(self, statement, span);
        self.unused = false;
    }

    fn visit_call_expression(&mut self, call: &'a CallExpression, _: &'a Span) {
        let unused = std::mem::take(&mut self.unused);
        let gives =
            matches!(&call.callee.node, Expression::Identifier(name) if result::gives(&name.node.name));
        self.visit_expression(&call.callee.node, &call.callee.span);
        for argument in &call.arguments {
            if gives && !unused || !self.is_lent(call, &argument.node) {
                self.visit_expression(&argument.node, &argument.span);
            }
        }
    }
}
