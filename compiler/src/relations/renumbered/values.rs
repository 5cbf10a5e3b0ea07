//! Follows the values of an enumeration through a function: does one go anywhere but into a place of
//! that enumeration, a comparison, a choice, or a library?

use crate::clang::Kind;
use crate::model::{ItemId, Program, Syntax};
use lang_c::ast::{
    ArraySize, BinaryOperator, BinaryOperatorExpression, CallExpression, Designator, DoWhileStatement,
    Expression, ForStatement, IfStatement, Label, SizeOfVal, Statement, SwitchStatement, UnaryOperator,
    WhileStatement,
};
use lang_c::span::{Node, Span};
use lang_c::visit::{self, Visit};
use std::collections::BTreeSet;

/// Where a value leaves: in a call, a result, another variable. `names`: enumerators and globals of the
/// enumeration; `fields`: names of its fields.
pub fn leaving(
    program: &Program,
    function: ItemId,
    names: &BTreeSet<&str>,
    fields: &BTreeSet<&str>,
) -> Option<usize> {
    let syntax = Syntax::at(program, program.span(function).start)?;
    let mut walk = Walk { program, names, fields, free: false, found: None };
    walk.visit_function_definition(syntax.function()?, &Span::none());
    walk.found.map(|at| syntax.offset(at))
}

struct Walk<'w> {
    program: &'w Program,
    names: &'w BTreeSet<&'w str>,
    fields: &'w BTreeSet<&'w str>,
    /// The value of the next expression goes nowhere else.
    free: bool,
    found: Option<usize>,
}

impl Walk<'_> {
    /// The expression stands for a value of the enumeration.
    fn is_value(&self, expression: &Expression) -> bool {
        use BinaryOperator::{Assign, AssignMinus, AssignPlus, Index, Minus, Plus};
        match expression {
            Expression::Identifier(name) => self.names.contains(name.node.name.as_str()),
            Expression::Member(member) => self.fields.contains(member.node.identifier.node.name.as_str()),
            Expression::Cast(cast) => self.is_value(&cast.node.expression.node),
            Expression::UnaryOperator(e) => {
                e.node.operator.node != UnaryOperator::Negate && self.is_value(&e.node.operand.node)
            }
            Expression::BinaryOperator(e) => match e.node.operator.node {
                Index | Assign | AssignPlus | AssignMinus => self.is_value(&e.node.lhs.node),
                Plus | Minus => self.is_value(&e.node.lhs.node) || self.is_value(&e.node.rhs.node),
                _ => false,
            },
            Expression::Conditional(e) => {
                self.is_value(&e.node.then_expression.node) || self.is_value(&e.node.else_expression.node)
            }
            Expression::Comma(all) => all.last().is_some_and(|last| self.is_value(&last.node)),
            _ => false,
        }
    }

    fn visit_with(&mut self, free: bool, expression: &Node<Expression>) {
        self.free = free;
        self.visit_expression(&expression.node, &expression.span);
        self.free = false;
    }

    fn binary(&mut self, e: &BinaryOperatorExpression, free: bool) {
        use BinaryOperator::{
            Assign, AssignMinus, AssignPlus, Equals, Greater, GreaterOrEqual, Index, Less, LessOrEqual,
            LogicalAnd, LogicalOr, Minus, NotEquals, Plus,
        };
        let (left, right) = match e.operator.node {
            Less | Greater | LessOrEqual | GreaterOrEqual | Equals | NotEquals | LogicalAnd | LogicalOr => {
                (true, true)
            }
            Assign | AssignPlus | AssignMinus => (true, self.is_value(&e.lhs.node)),
            // Of a table that is written nothing tells which elements are of which enumerators.
            Index => (free || !self.is_value(&e.lhs.node), self.is_constant(&e.lhs.node)),
            Plus | Minus => (free, free),
            // Of bits that are joined or shifted nothing tells the names.
            _ => (false, false),
        };
        self.visit_with(left, &e.lhs);
        self.visit_with(right, &e.rhs);
    }

    fn is_constant(&self, table: &Expression) -> bool {
        match table {
            Expression::Identifier(name) => {
                let mut named = self.program.named(&name.node.name).iter().map(|&id| &self.program.items[id]);
                named.any(|i| i.kind() == Kind::Variable && i.entity.constant)
            }
            Expression::BinaryOperator(e) => {
                e.node.operator.node == BinaryOperator::Index && self.is_constant(&e.node.lhs.node)
            }
            _ => false,
        }
    }

    fn is_library(&self, callee: &Expression) -> bool {
        let Expression::Identifier(name) = callee else { return false };
        let named = self.program.named(&name.node.name).iter().map(|&id| &self.program.items[id]);
        let mut functions = named.filter(|i| i.kind() == Kind::Function);
        name.node.name.starts_with("__builtin_") || functions.any(|i| !i.defined() || i.system)
    }
}

impl<'a> Visit<'a> for Walk<'_> {
    fn visit_expression(&mut self, expression: &'a Expression, span: &'a Span) {
        let free = std::mem::take(&mut self.free);
        if !free && self.is_value(expression) && self.found.is_none() {
            self.found = Some(span.start);
        }
        match expression {
            Expression::BinaryOperator(e) => self.binary(&e.node, free),
            Expression::UnaryOperator(e) => {
                use UnaryOperator::{Negate, PostDecrement, PostIncrement, PreDecrement, PreIncrement};
                let counts = matches!(
                    e.node.operator.node,
                    PostDecrement | PostIncrement | PreDecrement | PreIncrement
                );
                let inside = e.node.operator.node == Negate || counts && free;
                self.visit_with(inside, &e.node.operand);
            }
            Expression::Member(member) => self.visit_with(true, &member.node.expression),
            Expression::Cast(cast) => self.visit_with(free, &cast.node.expression),
            Expression::Conditional(e) => {
                self.visit_with(true, &e.node.condition);
                self.visit_with(free, &e.node.then_expression);
                self.visit_with(free, &e.node.else_expression);
            }
            Expression::Comma(all) => {
                for (place, part) in all.iter().enumerate() {
                    self.visit_with(free || place + 1 < all.len(), part);
                }
            }
            _ => visit::visit_expression(self, expression, span),
        }
    }

    fn visit_call_expression(&mut self, call: &'a CallExpression, _: &'a Span) {
        let free = self.is_library(&call.callee.node);
        self.visit_with(true, &call.callee);
        for argument in &call.arguments {
            self.visit_with(free, argument);
        }
    }

    fn visit_statement(&mut self, statement: &'a Statement, span: &'a Span) {
        match statement {
            Statement::Expression(Some(expression)) => self.visit_with(true, expression),
            _ => visit::visit_statement(self, statement, span),
        }
    }

    fn visit_if_statement(&mut self, e: &'a IfStatement, span: &'a Span) {
        self.free = true;
        visit::visit_if_statement(self, e, span);
    }

    fn visit_switch_statement(&mut self, e: &'a SwitchStatement, span: &'a Span) {
        self.free = true;
        visit::visit_switch_statement(self, e, span);
    }

    fn visit_while_statement(&mut self, e: &'a WhileStatement, span: &'a Span) {
        self.free = true;
        visit::visit_while_statement(self, e, span);
    }

    fn visit_do_while_statement(&mut self, e: &'a DoWhileStatement, _: &'a Span) {
        self.visit_statement(&e.statement.node, &e.statement.span);
        self.visit_with(true, &e.expression);
    }

    fn visit_for_statement(&mut self, e: &'a ForStatement, _: &'a Span) {
        self.free = true;
        self.visit_for_initializer(&e.initializer.node, &e.initializer.span);
        self.free = false;
        for part in [&e.condition, &e.step].into_iter().flatten() {
            self.visit_with(true, part);
        }
        self.visit_statement(&e.statement.node, &e.statement.span);
    }

    fn visit_label(&mut self, label: &'a Label, span: &'a Span) {
        match label {
            Label::Case(value) => self.visit_with(true, value),
            Label::CaseRange(range) => {
                self.visit_with(true, &range.node.low);
                self.visit_with(true, &range.node.high);
            }
            Label::Identifier(_) | Label::Default => visit::visit_label(self, label, span),
        }
    }

    fn visit_designator(&mut self, designator: &'a Designator, span: &'a Span) {
        self.free = true;
        visit::visit_designator(self, designator, span);
        self.free = false;
    }

    fn visit_array_size(&mut self, size: &'a ArraySize, span: &'a Span) {
        self.free = true;
        visit::visit_array_size(self, size, span);
        self.free = false;
    }

    /// Its operand is not evaluated.
    fn visit_sizeofval(&mut self, _: &'a SizeOfVal, _: &'a Span) {}
}
