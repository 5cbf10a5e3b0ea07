//! What moves between a function's variables, and what kind of variables they are.

use super::declared_name;
use super::flows::{base, is_assignment};
use lang_c::ast::{
    BinaryOperator, BinaryOperatorExpression, CallExpression, Declaration, DeclarationSpecifier, Declarator,
    DeclaratorKind, DerivedDeclarator, Expression, InitDeclarator, Initializer, MemberOperator,
    ParameterDeclaration, TypeSpecifier, UnaryOperator,
};
use lang_c::span::{Node, Span};
use lang_c::visit::{self, Visit};
use std::collections::BTreeSet;

/// Finds what moves between variables.
#[derive(Default)]
pub(super) struct Search<'s> {
    pub parameters: Vec<String>,
    pub moves: Vec<(String, &'s Expression)>,
    /// Variables, once for each place that gives them a value.
    pub set: Vec<String>,
    pub arrays: BTreeSet<String>,
    pub followed: BTreeSet<String>,
    /// Variables whose address is taken.
    pub pointed: BTreeSet<String>,
    pub passed: BTreeSet<String>,
    pub numbers: BTreeSet<String>,
    /// Variables and parameters that point to numbers, or are arrays of them.
    pub leads_to_numbers: BTreeSet<String>,
    pub number_types: BTreeSet<String>,
    pub member_arrays: BTreeSet<String>,
}

impl<'s> Search<'s> {
    fn initialize(&mut self, name: &str, initializer: &'s Initializer) {
        match initializer {
            Initializer::Expression(e) => {
                self.set.push(name.to_string());
                self.moves.push((name.to_string(), &e.node));
            }
            Initializer::List(items) => {
                items.iter().for_each(|item| self.initialize(name, &item.node.initializer.node));
            }
        }
    }

    /// A callee may store one argument where another one points to.
    fn lend(&mut self, call: &'s CallExpression) {
        let lent = |e: &Expression| match e {
            Expression::UnaryOperator(u) if u.node.operator.node == UnaryOperator::Address => {
                base(&u.node.operand.node).map(|name| name.node.name.clone())
            }
            Expression::Identifier(name) => Some(name.node.name.clone()),
            _ => None,
        };
        let lent: Vec<String> = call.arguments.iter().filter_map(|a| lent(&a.node)).collect();
        for name in lent.into_iter().filter(|name| !self.parameters.contains(name)) {
            for argument in &call.arguments {
                self.moves.push((name.clone(), &argument.node));
            }
        }
    }

    /// A variable or parameter is a number if its declarator adds nothing to a number's type.
    fn declare(&mut self, specifiers: &[Node<DeclarationSpecifier>], declarator: &Declarator) {
        let number = |s: &Node<DeclarationSpecifier>| match &s.node {
            DeclarationSpecifier::TypeSpecifier(t) => Some(match &t.node {
                TypeSpecifier::Struct(_) | TypeSpecifier::TypeOf(_) | TypeSpecifier::Void => false,
                TypeSpecifier::Atomic(_) => false,
                TypeSpecifier::TypedefName(name) => self.number_types.contains(&name.node.name),
                _ => true,
            }),
            _ => None,
        };
        let steps = declarator.derived.len();
        let mut kinds = specifiers.iter().filter_map(number).peekable();
        let named = matches!(declarator.kind.node, DeclaratorKind::Identifier(_));
        if let (true, Some(name)) =
            (named && kinds.peek().is_some() && kinds.all(|n| n), declared_name(declarator))
        {
            match steps {
                0 => self.numbers.insert(name.to_string()),
                1 => self.leads_to_numbers.insert(name.to_string()),
                _ => false,
            };
        }
    }

    fn sets(&mut self, place: &Expression) {
        let name = base(place).filter(|_| !reaches_through_pointer(place));
        self.set.extend(name.map(|name| name.node.name.clone()));
    }

    fn is_array(&self, e: &Expression) -> bool {
        match e {
            Expression::Member(member) => self.member_arrays.contains(&member.node.identifier.node.name),
            Expression::Identifier(name) => self.arrays.contains(&name.node.name),
            _ => false,
        }
    }

    fn follow(&mut self, e: &Expression) {
        if let Some(name) = base(e) {
            self.followed.insert(name.node.name.clone());
        }
    }
}

impl<'s> Visit<'s> for Search<'s> {
    fn visit_declaration(&mut self, declaration: &'s Declaration, span: &'s Span) {
        for declarator in &declaration.declarators {
            self.declare(&declaration.specifiers, &declarator.node.declarator.node);
        }
        visit::visit_declaration(self, declaration, span);
    }

    fn visit_parameter_declaration(&mut self, parameter: &'s ParameterDeclaration, span: &'s Span) {
        if let Some(declarator) = &parameter.declarator {
            self.declare(&parameter.specifiers, &declarator.node);
        }
        visit::visit_parameter_declaration(self, parameter, span);
    }

    fn visit_init_declarator(&mut self, declarator: &'s InitDeclarator, span: &'s Span) {
        if let (Some(name), Some(initializer)) =
            (declared_name(&declarator.declarator.node), &declarator.initializer)
        {
            self.initialize(name, &initializer.node);
        }
        visit::visit_init_declarator(self, declarator, span);
    }

    fn visit_declarator(&mut self, declarator: &'s Declarator, span: &'s Span) {
        let array = |d: &Node<DerivedDeclarator>| matches!(d.node, DerivedDeclarator::Array(_));
        // `char *names[4]` is an array, `char (*name)[4]` a pointer.
        let named = matches!(declarator.kind.node, DeclaratorKind::Identifier(_));
        if named && declarator.derived.last().is_some_and(array) {
            self.arrays.extend(declared_name(declarator).map(str::to_string));
        }
        visit::visit_declarator(self, declarator, span);
    }

    fn visit_binary_operator_expression(&mut self, e: &'s BinaryOperatorExpression, span: &'s Span) {
        if is_assignment(&e.operator.node)
            && let Some(name) = base(&e.lhs.node)
        {
            self.moves.push((name.node.name.clone(), &e.rhs.node));
            self.sets(&e.lhs.node);
        }
        if e.operator.node == BinaryOperator::Index && !self.is_array(&e.lhs.node) {
            self.follow(&e.lhs.node);
        }
        visit::visit_binary_operator_expression(self, e, span);
    }

    fn visit_expression(&mut self, e: &'s Expression, span: &'s Span) {
        match e {
            Expression::Member(m) if m.node.operator.node == MemberOperator::Indirect => {
                self.follow(&m.node.expression.node);
            }
            Expression::UnaryOperator(u) if u.node.operator.node == UnaryOperator::Indirection => {
                self.follow(&u.node.operand.node);
            }
            Expression::UnaryOperator(u) if is_step(&u.node.operator.node) => {
                self.sets(&u.node.operand.node);
            }
            Expression::UnaryOperator(u) if u.node.operator.node == UnaryOperator::Address => {
                let direct = !reaches_through_pointer(&u.node.operand.node);
                let name = base(&u.node.operand.node).filter(|_| direct);
                self.pointed.extend(name.map(|name| name.node.name.clone()));
            }
            _ => {}
        }
        visit::visit_expression(self, e, span);
    }

    fn visit_call_expression(&mut self, call: &'s CallExpression, span: &'s Span) {
        self.lend(call);
        let names = call.arguments.iter().filter_map(|a| base(&a.node));
        self.passed.extend(names.map(|name| name.node.name.clone()));
        visit::visit_call_expression(self, call, span);
    }
}

fn is_step(operator: &UnaryOperator) -> bool {
    use UnaryOperator::{PostDecrement, PostIncrement, PreDecrement, PreIncrement};
    matches!(operator, PostDecrement | PostIncrement | PreDecrement | PreIncrement)
}

fn reaches_through_pointer(e: &Expression) -> bool {
    match e {
        Expression::Member(m) => {
            m.node.operator.node == MemberOperator::Indirect
                || reaches_through_pointer(&m.node.expression.node)
        }
        _ => false,
    }
}
