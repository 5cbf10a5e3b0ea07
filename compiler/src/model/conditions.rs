//! Whether a compiler may know what a condition comes to, so that it drops code.

use super::flows::{Flows, OPEN};
use lang_c::ast::{Constant, Expression, Identifier, MemberOperator, UnaryOperator};
use lang_c::span::{Node, Span};
use lang_c::visit::{self, Visit};

impl Flows<'_> {
    /// No compiler knows its value.
    pub fn is_open(&self, e: &Expression) -> bool {
        self.names(e).open
    }

    /// A loop's condition that may never hold: zero, or by a variable that nothing writes. Of others
    /// the first turn is taken for granted.
    pub fn is_fixed(&self, e: &Expression) -> bool {
        let zero = |c: &Constant| matches!(c, Constant::Integer(i) if i.number.bytes().all(|b| b == b'0'));
        let names = self.names(e);
        matches!(e, Expression::Constant(c) if zero(&c.node)) || !names.open && names.fixed
    }

    fn names(&self, e: &Expression) -> Names<'_> {
        let mut names = Names { flows: self, open: false, fixed: false };
        names.visit_expression(e, &Span::none());
        names
    }
}

/// Looks for something in a condition that no compiler knows.
struct Names<'n> {
    flows: &'n Flows<'n>,
    open: bool,
    /// A variable of the file that nothing writes.
    fixed: bool,
}

impl Names<'_> {
    fn is_open(&mut self, name: &Node<Identifier>) -> bool {
        match self.flows.globals.get(&self.flows.syntax.offset(name.span.start)) {
            Some(&id) => {
                let entity = &self.flows.program.items[id].entity;
                let open = entity.external || self.flows.known.written.contains(&entity.name);
                self.fixed |= !open;
                open
            }
            None => self.flows.held.get(&name.node.name).is_some_and(|held| held.contains(&OPEN)),
        }
    }
}

impl<'n> Visit<'n> for Names<'_> {
    fn visit_expression(&mut self, e: &'n Expression, span: &'n Span) {
        self.open |= match e {
            Expression::Call(_) => true,
            Expression::Member(m) => m.node.operator.node == MemberOperator::Indirect,
            Expression::UnaryOperator(u) => u.node.operator.node == UnaryOperator::Indirection,
            Expression::Identifier(name) => self.is_open(name),
            _ => false,
        };
        visit::visit_expression(self, e, span);
    }
}
