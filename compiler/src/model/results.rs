//! What a compiler can know of a function's result, by its text.

use super::{ItemId, Program, Syntax};
use crate::clang::{Kind, Role};
use crate::text;
use lang_c::ast::{BinaryOperator, BlockItem, Constant, Expression, Statement, UnaryOperator};
use lang_c::span::{Node, Span};
use lang_c::visit::{self, Visit};
use std::collections::BTreeSet;

/// The results of a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Results {
    /// Numbers that it returns.
    constants: BTreeSet<i128>,
    /// Some result is of a kind of which nothing can be known.
    free: bool,
    /// Some result may be known in ways that are not understood here.
    other: bool,
}

impl Results {
    /// Of a function of the program. `computed`: something may be known of what it computes
    /// from its arguments, too.
    pub fn of(program: &Program, function: ItemId, computed: bool) -> Self {
        let syntax = Syntax::at(program, program.span(function).start);
        let Some((syntax, definition)) = syntax.as_ref().and_then(|s| Some((s, s.function()?))) else {
            return Self { other: true, ..Self::default() };
        };
        let mut outside = BTreeSet::new();
        for found in program.uses_in(function).iter().filter(|u| u.role == Role::Call) {
            if is_library(program, found.target) {
                outside.insert(found.offset);
            }
        }
        // What is made wider or narrower has a range.
        let plain = PLAIN.contains(&program.items[function].result());
        let computed = computed || !plain;
        if !plain {
            outside.clear();
        }
        let mut look =
            Look { syntax, outside, computed, own: BTreeSet::new(), only: None, results: Self::default() };
        look.own.extend(parameters(program, function));
        look.only = only_return(&definition.statement);
        look.visit_statement(&definition.statement.node, &definition.statement.span);
        look.results
    }

    /// Nothing can be known of them.
    pub fn is_free(&self) -> bool {
        self.free
    }

    /// Whatever is known of `old` results holds for these.
    pub fn within(&self, old: &Self) -> bool {
        old.free || !old.other && !self.other && !self.free && self.constants.is_subset(&old.constants)
    }
}

/// Beginnings of the types of functions whose results fill an `int`, and may be wider.
const WIDE: &[&str] = &["int", "unsigned int", "long", "unsigned long"];
/// Those that are one.
const PLAIN: &[&str] = &["int", "unsigned int"];

/// A function of a library whose result fills an `int`, or may be wider.
pub(super) fn is_library(program: &Program, function: ItemId) -> bool {
    let item = &program.items[function];
    item.kind() == Kind::Function && item.system && !item.defined() && WIDE.contains(&item.result())
}

/// A compiler knows something of the results of library functions of such names.
pub(super) fn promises(name: &str) -> bool {
    PROMISING.iter().any(|promise| name.contains(promise))
}

/// A function's parameters, each as it is declared, and its body.
fn parts(program: &Program, function: ItemId) -> (Vec<&str>, &str) {
    let span = program.span(function);
    let entity = &program.items[function].entity;
    let name_at = entity.definition().map_or(span.start, |definition| definition.name_at);
    let text = &program.unit.text[(name_at + entity.name.len()).min(span.end)..span.end];
    let head = text.split('{').next().unwrap_or_default();
    let list = head.split_once('(').map_or("", |(_, rest)| rest);
    let mut depth = 0usize;
    let end = list.find(|c| {
        depth = match c {
            '(' => depth + 1,
            ')' if depth == 0 => return true,
            ')' => depth - 1,
            _ => depth,
        };
        false
    });
    // What takes a function has a comma or parenthesis of its own.
    let list = &list[..end.unwrap_or(0)];
    let each = if list.contains('(') { vec![] } else { list.split(',').map(str::trim).collect() };
    (each, &text[head.len()..])
}

/// The name that a parameter declares.
fn declared(parameter: &str) -> &str {
    let name = parameter.trim_end_matches(|c: char| "[] 0123456789".contains(c));
    let start = name.rfind(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(0, |at| at + 1);
    &name[start..]
}

/// Names of a function's parameters that fill an `int`, or may be wider, and that stand once in its
/// text: a compiler concludes from conditions on them, and from what they are copied to.
pub(super) fn parameters(program: &Program, function: ItemId) -> Vec<String> {
    let (list, body) = parts(program, function);
    let tokens: Vec<&str> = text::lex(body).iter().map(|token| token.text(body)).collect();
    let once = |name: &str| tokens.iter().filter(|token| **token == name).count() == 1;
    let is_wide = |parameter: &&str| {
        let mut words = parameter[..parameter.len() - declared(parameter).len()].split_whitespace();
        words.all(|word| ["const", "int", "unsigned", "long"].contains(&word))
    };
    let wide = list.into_iter().filter(|parameter| !parameter.ends_with(']')).filter(is_wide);
    wide.map(|parameter| declared(parameter).to_string()).filter(|name| once(name)).collect()
}

struct Look<'l> {
    syntax: &'l Syntax,
    /// Calls of library functions.
    outside: BTreeSet<usize>,
    computed: bool,
    /// Parameters that hold what the caller passed.
    own: BTreeSet<String>,
    /// What every way through the function returns: of others a compiler may know that they are not taken.
    only: Option<Span>,
    results: Results,
}

/// The expression of the one `return`, which is the last statement; nothing jumps.
fn only_return(body: &Node<Statement>) -> Option<Span> {
    let Statement::Compound(items) = &body.node else { return None };
    let (last, before) = items.split_last()?;
    let leaves = |item: &Node<BlockItem>| match &item.node {
        BlockItem::Statement(statement) => super::flows::leaves(statement),
        _ => false,
    };
    match &last.node {
        BlockItem::Statement(Node { node: Statement::Return(Some(e)), .. }) => Some(e.span),
        _ => None,
    }
    .filter(|_| !before.iter().any(leaves))
}

impl Look<'_> {
    fn result(&mut self, expression: &Node<Expression>) {
        match &expression.node {
            Expression::Conditional(choice) => {
                self.result(&choice.node.then_expression);
                self.result(&choice.node.else_expression);
            }
            found => match (number(found), self.only == Some(expression.span) && self.is_free(found)) {
                (Some(number), _) => {
                    self.results.constants.insert(number);
                }
                (None, true) => self.results.free = true,
                (None, false) if is_truth(found) => self.results.constants.extend([0, 1]),
                (None, false) => self.results.other = true,
            },
        }
    }

    /// Nothing can be known of its value: a library's answer, or arithmetic on an argument.
    fn is_free(&self, expression: &Expression) -> bool {
        match expression {
            Expression::Call(call) => {
                matches!(&call.node.callee.node, Expression::Identifier(name)
                    if !promises(&name.node.name))
                    && self.outside.contains(&self.syntax.offset(call.node.callee.span.start))
            }
            Expression::BinaryOperator(e) if !self.computed => {
                let (left, right) = (&e.node.lhs.node, &e.node.rhs.node);
                let (constant, varies) = match (number(left), number(right)) {
                    (Some(constant), None) => (constant, right),
                    (None, Some(constant)) => (constant, left),
                    _ => return false,
                };
                let keeps = match e.node.operator.node {
                    BinaryOperator::Plus | BinaryOperator::Minus => true,
                    BinaryOperator::Multiply => constant % 2 != 0 && constant != 1,
                    _ => false,
                };
                keeps && constant != 0 && (self.is_free(varies) || self.is_argument(varies))
            }
            _ => false,
        }
    }

    fn is_argument(&self, expression: &Expression) -> bool {
        matches!(expression, Expression::Identifier(name) if self.own.contains(&name.node.name))
    }
}

impl<'a> Visit<'a> for Look<'_> {
    fn visit_statement(&mut self, statement: &'a Statement, span: &'a Span) {
        if let Statement::Return(Some(expression)) = statement {
            self.result(expression);
        }
        visit::visit_statement(self, statement, span);
    }
}

/// Library functions whose results a compiler knows something of.
const PROMISING: &[&str] = &["alloc", "dup", "str", "mem", "is", "to", "abs", "printf", "put", "get"];

fn is_truth(expression: &Expression) -> bool {
    use BinaryOperator::{
        Equals, Greater, GreaterOrEqual, Less, LessOrEqual, LogicalAnd, LogicalOr, NotEquals,
    };
    match expression {
        Expression::BinaryOperator(e) => matches!(
            e.node.operator.node,
            Equals | Greater | GreaterOrEqual | Less | LessOrEqual | LogicalAnd | LogicalOr | NotEquals
        ),
        Expression::UnaryOperator(e) => e.node.operator.node == UnaryOperator::Negate,
        _ => false,
    }
}

pub(super) fn number(expression: &Expression) -> Option<i128> {
    match expression {
        Expression::Constant(constant) => match &constant.node {
            Constant::Integer(integer) => {
                use lang_c::ast::IntegerBase::{Binary, Decimal, Hexadecimal, Octal};
                let radix = match integer.base {
                    Decimal => 10,
                    Octal => 8,
                    Hexadecimal => 16,
                    Binary => 2,
                };
                i128::from_str_radix(&integer.number, radix).ok()
            }
            _ => None,
        },
        Expression::UnaryOperator(e) if e.node.operator.node == UnaryOperator::Minus => {
            Some(-number(&e.node.operand.node)?)
        }
        _ => None,
    }
}
