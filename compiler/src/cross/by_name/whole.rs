//! Operations on a whole global, or on a whole part of one: each version does them on its own instance,
//! with its own layout, so that no address and no bytes of one version reach the other.

use crate::model::{ItemId, Program, Syntax};
use lang_c::ast::{
    BinaryOperator, BinaryOperatorExpression, CallExpression, CompoundLiteral, Expression, MemberOperator,
    Statement, UnaryOperator,
};
use lang_c::span::{Node, Span};
use lang_c::visit::{self, Visit};
use std::collections::BTreeSet;

/// Functions that fill what their first argument leads to, and return at most that address.
pub(super) const FILL: &[&str] =
    &["memset", "bzero", "explicit_bzero", "__builtin_memset", "__builtin_bzero"];
/// Functions that copy or compare what their first two arguments lead to.
const PAIR: &[&str] = &[
    "memcpy",
    "memmove",
    "memcmp",
    "bcopy",
    "bcmp",
    "__builtin_memcpy",
    "__builtin_memmove",
    "__builtin_memcmp",
];

/// What stands at `offset` in `function` is part of an operation on whole parts of the globals `own`: of
/// a call that fills one, or copies between or compares two of them, its result unused but for the
/// comparison's; or of a compound literal that is assigned to one.
pub fn is_part(program: &Program, own: &BTreeSet<ItemId>, function: ItemId, offset: usize) -> bool {
    let Some(syntax) = Syntax::at(program, program.span(function).start) else { return false };
    let Some(definition) = syntax.function() else { return false };
    let names: BTreeSet<&str> = own.iter().map(|&id| program.items[id].entity.name.as_str()).collect();
    let mut walk = Walk { program, syntax: &syntax, names, offset, found: false };
    walk.visit_statement(&definition.statement.node, &definition.statement.span);
    walk.found
}

struct Walk<'w> {
    program: &'w Program,
    syntax: &'w Syntax,
    names: BTreeSet<&'w str>,
    offset: usize,
    found: bool,
}

impl Walk<'_> {
    fn holds(&self, span: Span) -> bool {
        self.syntax.range(span).contains(&self.offset)
    }

    /// A global, or a part of it that is named without following a pointer.
    fn is_place(&self, expression: &Expression) -> bool {
        match expression {
            Expression::Identifier(name) => self.names.contains(name.node.name.as_str()),
            Expression::Member(member) => {
                member.node.operator.node == MemberOperator::Direct
                    && self.is_place(&member.node.expression.node)
            }
            Expression::BinaryOperator(e) => {
                e.node.operator.node == BinaryOperator::Index && self.is_place(&e.node.lhs.node)
            }
            _ => false,
        }
    }

    /// `&global`, `&global.part`, or `global`, which then is an array.
    fn is_address(&self, expression: &Expression) -> bool {
        match expression {
            Expression::UnaryOperator(e) => {
                e.node.operator.node == UnaryOperator::Address && self.is_place(&e.node.operand.node)
            }
            Expression::Cast(cast) => self.is_address(&cast.node.expression.node),
            other => self.is_place(other) && self.is_array(other),
        }
    }

    fn is_array(&self, place: &Expression) -> bool {
        let items = || self.program.items.iter();
        match place {
            Expression::Identifier(name) => {
                let named = self.program.named(&name.node.name).iter();
                named.clone().count() > 0
                    && named.map(|&id| &self.program.items[id].entity).all(|e| !e.dimensions.is_empty())
            }
            // Which record is meant does not matter: the strictest counts.
            Expression::Member(member) => {
                let name = &member.node.identifier.node.name;
                let fields = items().flat_map(|i| &i.entity.fields).filter(|f| f.name == *name);
                fields.clone().count() > 0 && fields.clone().all(|f| !f.dimensions.is_empty())
            }
            _ => false,
        }
    }

    /// The call is such an operation, and what is asked for is one of its places or in its size.
    fn is_whole(&self, call: &CallExpression, compares: bool) -> bool {
        let Expression::Identifier(callee) = &call.callee.node else { return false };
        let name = callee.node.name.as_str();
        let known = |names: &[&str]| names.contains(&name);
        let leads = |count: usize| {
            let Some((places, sizes)) = call.arguments.split_at_checked(count) else { return false };
            let named = places.iter().filter_map(root).any(|span| self.holds(span));
            let sized = sizes.iter().any(|a| self.holds(a.span) && is_size(&a.node));
            places.iter().all(|a| self.is_address(&a.node)) && (named || sized)
        };
        match compares {
            true => name.ends_with("cmp") && known(PAIR) && leads(2),
            false => known(FILL) && leads(1) || known(PAIR) && leads(2),
        }
    }

    fn literal(&mut self, literal: &CompoundLiteral) {
        self.found |= self.holds(literal.type_name.span);
    }

    /// The call whose result nobody takes.
    fn unused(&self, mut expression: &Node<Expression>) -> bool {
        while let Expression::Cast(cast) = &expression.node {
            expression = &cast.node.expression;
        }
        match &expression.node {
            Expression::Call(call) => self.is_whole(&call.node, false),
            _ => false,
        }
    }
}

/// The name with which an address or a place begins.
fn root(expression: &Node<Expression>) -> Option<Span> {
    match &expression.node {
        Expression::Identifier(_) => Some(expression.span),
        Expression::Cast(cast) => root(&cast.node.expression),
        Expression::UnaryOperator(e) => root(&e.node.operand),
        Expression::Member(member) => root(&member.node.expression),
        Expression::BinaryOperator(e) => root(&e.node.lhs),
        _ => None,
    }
}

/// Made of sizes and numbers alone.
fn is_size(expression: &Expression) -> bool {
    match expression {
        Expression::SizeOfTy(_) | Expression::SizeOfVal(_) | Expression::Constant(_) => true,
        Expression::BinaryOperator(e) => is_size(&e.node.lhs.node) && is_size(&e.node.rhs.node),
        _ => false,
    }
}

impl<'a> Visit<'a> for Walk<'_> {
    fn visit_statement(&mut self, statement: &'a Statement, span: &'a Span) {
        if let Statement::Expression(Some(expression)) = statement {
            self.found |= self.unused(expression);
        }
        visit::visit_statement(self, statement, span);
    }

    fn visit_call_expression(&mut self, call: &'a CallExpression, span: &'a Span) {
        self.found |= self.is_whole(call, true);
        visit::visit_call_expression(self, call, span);
    }

    fn visit_binary_operator_expression(&mut self, e: &'a BinaryOperatorExpression, span: &'a Span) {
        if let (BinaryOperator::Assign, Expression::CompoundLiteral(literal)) =
            (&e.operator.node, &e.rhs.node)
            && self.is_place(&e.lhs.node)
        {
            self.literal(&literal.node);
        }
        visit::visit_binary_operator_expression(self, e, span);
    }
}
