//! What a store puts into a whole variable, and whether a compiler that sees all stores can know
//! something of it.

use super::results::{self, is_library};
use super::{ItemId, Program, Syntax};
use crate::clang::Role;
use crate::text;
use lang_c::ast::{BinaryOperator, Expression};
use lang_c::span::{Node, Span};
use std::collections::{BTreeMap, BTreeSet};

/// A value that is stored in a variable.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stored {
    /// The function that does so.
    pub holder: ItemId,
    /// The value in words; numbers and enumerators as numbers.
    pub text: String,
    /// What can be known of it.
    pub extent: Extent,
}

/// What can be known of a stored value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// It is a constant.
    Constant,
    /// Nothing: it comes from outside, or is counted up without end.
    Anything,
    /// What callers pass: nothing, if others than those that the compiler saw may call.
    Argument,
    /// Perhaps something.
    Known,
}

impl Stored {
    /// The same where a condition may bound it.
    pub(super) fn bounded(self) -> Self {
        Self { extent: Extent::Known, ..self }
    }
}

/// Looks at the stores of one function.
pub(super) struct Extents<'e> {
    program: &'e Program,
    syntax: &'e Syntax,
    holder: ItemId,
    /// Calls of library functions that give any number.
    outside: BTreeSet<usize>,
    enumerators: BTreeMap<usize, i64>,
    /// Parameters that stand once in the text.
    arguments: Vec<String>,
    /// No condition anywhere in it bounds anything.
    pub straight: bool,
}

/// What makes a condition, or jumps.
const CONDITIONS: &[&str] = &["if", "?", "&&", "||", "while", "for", "do", "switch", "goto"];

/// Library functions that only look as if something were known of their results.
const ANY: &[&str] = &["atoi", "atol", "strtol", "strtoul"];

impl<'e> Extents<'e> {
    pub fn of(program: &'e Program, syntax: &'e Syntax, holder: ItemId) -> Self {
        let uses = || program.uses_in(holder).iter();
        let outside = uses().filter(|u| u.role == Role::Call && is_library(program, u.target));
        let value = |target: ItemId, name: &str| {
            let all = &program.items[target].entity.enumerators;
            all.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
        };
        let enumerators = uses().filter_map(|u| match &u.role {
            Role::Enumerator(name) => Some((u.offset, value(u.target, name)?)),
            _ => None,
        });
        let source = program.source(holder);
        let tokens = text::lex(source);
        let mut words = tokens.iter().map(|token| token.text(source));
        let conditions = words.any(|word| CONDITIONS.contains(&word));
        let calls = uses().any(|u| u.role == Role::Call && program.items[u.target].defined());
        Self {
            straight: !conditions && !calls,
            program,
            syntax,
            holder,
            outside: outside.map(|u| u.offset).collect(),
            enumerators: enumerators.collect(),
            arguments: results::parameters(program, holder),
        }
    }

    /// The values that an assignment may store.
    pub fn assigned(&self, e: &Node<Expression>) -> Vec<Stored> {
        if let Expression::Conditional(choice) = &e.node {
            let both = [&choice.node.then_expression, &choice.node.else_expression];
            return both.into_iter().flat_map(|arm| self.assigned(arm)).collect();
        }
        let number = results::number(&e.node).or_else(|| self.enumerator(&e.node));
        let (text, extent) = match (&e.node, number) {
            (_, Some(number)) => (number.to_string(), Extent::Constant),
            (Expression::Constant(_), None) => (self.text(e.span), Extent::Constant),
            (found, None) if self.is_outside(found) => (self.text(e.span), Extent::Anything),
            (Expression::Identifier(name), None) if self.arguments.contains(&name.node.name) => {
                (self.text(e.span), Extent::Argument)
            }
            _ => (self.text(e.span), Extent::Known),
        };
        vec![Stored { holder: self.holder, text, extent }]
    }

    /// What `+=` and the like store. A sum that only ever adds nothing has no object in the program.
    pub fn counted(&self, operator: &BinaryOperator, span: Span) -> Stored {
        let sums = matches!(operator, BinaryOperator::AssignPlus | BinaryOperator::AssignMinus);
        let stepped = self.stepped(span);
        if sums { stepped } else { stepped.bounded() }
    }

    /// What `++` and `--` store: with no condition on the variable around it, anything in the end.
    pub fn stepped(&self, span: Span) -> Stored {
        let stored = Stored { holder: self.holder, text: self.text(span), extent: Extent::Anything };
        if self.program.items[self.holder].entity.inline { stored.bounded() } else { stored }
    }

    fn enumerator(&self, e: &Expression) -> Option<i128> {
        let Expression::Identifier(name) = e else { return None };
        self.enumerators.get(&self.syntax.offset(name.span.start)).map(|&value| value.into())
    }

    fn is_outside(&self, e: &Expression) -> bool {
        let Expression::Call(call) = e else { return false };
        let Expression::Identifier(name) = &call.node.callee.node else { return false };
        let any = ANY.contains(&name.node.name.as_str()) || !results::promises(&name.node.name);
        any && self.outside.contains(&self.syntax.offset(call.node.callee.span.start))
    }

    fn text(&self, span: Span) -> String {
        let source = &self.program.unit.text[self.syntax.range(span)];
        text::lex(source).iter().map(|token| token.text(source)).collect::<Vec<_>>().join(" ")
    }
}

/// The number that a variable begins with, as `Stored` spells it.
pub(super) fn first(program: &Program, variable: ItemId) -> Option<String> {
    let source = program.source(variable);
    let Some((_, value)) = source.split_once('=') else { return Some("0".into()) };
    let value = value.trim().trim_end_matches(';').trim();
    let named = || {
        let all = program.items.iter().flat_map(|item| &item.entity.enumerators);
        all.filter(|(name, _)| name == value).map(|(_, value)| value.to_string()).next()
    };
    value.parse::<i64>().ok().map(|number| number.to_string()).or_else(named)
}
