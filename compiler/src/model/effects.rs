//! What a function's text may read, write and call, as far as callers could have been told:
//! a compiler's summary of a callee is never more precise than this.

use super::{ItemId, Program, Syntax, declared_name};
use crate::clang::{Kind, Role};
use lang_c::ast::{
    AsmStatement, BinaryOperator, BinaryOperatorExpression, CallExpression, Declarator, DerivedDeclarator,
    Expression, MemberExpression, MemberOperator, UnaryOperator, UnaryOperatorExpression,
};
use lang_c::span::{Node, Span};
use lang_c::visit::{self, Visit};
use std::collections::BTreeSet;

/// An upper bound of what a function does to the rest of the program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Functions of the program called by name.
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
        let (mut globals, mut writers) = (BTreeSet::new(), BTreeSet::new());
        for found in program.uses_in(function) {
            let item = &program.items[found.target];
            let name = item.original.clone();
            match (item.kind(), &found.role) {
                (Kind::Function, Role::Call) if item.defined() && !item.system => {
                    effects.calls.insert(name);
                }
                (Kind::Function, Role::Call) => {
                    effects.loads = true;
                    if !ONLY_READ.contains(&name.as_str()) {
                        writers.insert(found.offset);
                    }
                }
                (Kind::Variable, role) if *role != Role::Mention => {
                    globals.insert(found.offset);
                    effects.reads.insert(name);
                }
                _ => {}
            }
        }
        let named = syntax.hidden.iter().any(|token| token == "asm" || token == "__asm__");
        effects.anything |= named;
        let mut look =
            Look { syntax, globals: &globals, writers: &writers, arrays: BTreeSet::new(), effects };
        look.visit_statement(&definition.statement.node, &definition.statement.span);
        look.effects
    }

    /// Of a function and of all that it calls in its own files, or that `follow` names.
    pub fn with_callees(program: &Program, function: ItemId, follow: &dyn Fn(ItemId) -> bool) -> Self {
        let mut effects = Self::default();
        let (mut open, mut seen) = (vec![function], BTreeSet::from([function]));
        while let Some(id) = open.pop() {
            effects.add(Self::of(program, id));
            for found in program.uses_in(id).iter().filter(|u| u.role == Role::Call) {
                let units = &program.items[found.target].units;
                let together = program.items[id].units.iter().any(|unit| units.contains(unit));
                let inside = together || follow(found.target);
                if inside && program.items[found.target].defined() && seen.insert(found.target) {
                    open.push(found.target);
                }
            }
        }
        effects
    }

    fn add(&mut self, other: Self) {
        self.calls.extend(other.calls);
        self.reads.extend(other.reads);
        self.writes.extend(other.writes);
        self.loads |= other.loads;
        self.stores |= other.stores;
        self.anything |= other.anything;
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

/// Library functions that write nothing of the program's.
const ONLY_READ: &[&str] = &[
    "printf",
    "fprintf",
    "vprintf",
    "vfprintf",
    "puts",
    "fputs",
    "putchar",
    "putc",
    "fputc",
    "fwrite",
    "fflush",
    "perror",
    "syslog",
    "write",
    "send",
    "strlen",
    "strcmp",
    "strncmp",
    "strcasecmp",
    "strncasecmp",
    "memcmp",
    "strchr",
    "strrchr",
    "strstr",
    "atoi",
    "atol",
    "abs",
    "labs",
    "malloc",
    "calloc",
    "free",
    "strdup",
    "exit",
    "abort",
    "_exit",
    "getpid",
    "sleep",
    "usleep",
    "close",
    "isalpha",
    "isdigit",
    "isspace",
    "tolower",
    "toupper",
];

struct Look<'l> {
    syntax: &'l Syntax,
    globals: &'l BTreeSet<usize>,
    /// Calls of library functions that may write through their arguments.
    writers: &'l BTreeSet<usize>,
    /// Arrays of the function itself: nobody else's memory.
    arrays: BTreeSet<String>,
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
                self.effects.stores |= !self.is_own(&index.node.lhs.node);
                self.written(&index.node.lhs);
            }
            _ => self.effects.stores = true,
        }
    }
}

impl Look<'_> {
    /// The expression names an array of the function itself.
    fn is_own(&self, expression: &Expression) -> bool {
        matches!(expression, Expression::Identifier(name) if self.arrays.contains(&name.node.name))
    }

    /// A library function that gets this argument can write nothing but the function's own memory.
    fn lends_nothing(&self, argument: &Expression) -> bool {
        match argument {
            Expression::Constant(_) | Expression::StringLiteral(_) => true,
            Expression::SizeOfTy(_) | Expression::SizeOfVal(_) => true,
            // What an address leads to is noted where the address is taken.
            Expression::UnaryOperator(e) => e.node.operator.node == UnaryOperator::Address,
            // No operand of these is a pointer.
            Expression::BinaryOperator(e) => matches!(
                e.node.operator.node,
                BinaryOperator::Multiply
                    | BinaryOperator::Divide
                    | BinaryOperator::Modulo
                    | BinaryOperator::BitwiseAnd
                    | BinaryOperator::BitwiseOr
                    | BinaryOperator::BitwiseXor
                    | BinaryOperator::ShiftLeft
                    | BinaryOperator::ShiftRight
            ),
            _ => self.is_own(argument),
        }
    }
}

fn is_assignment(operator: &BinaryOperator) -> bool {
    format!("{operator:?}").starts_with("Assign")
}

impl<'a> Visit<'a> for Look<'_> {
    fn visit_declarator(&mut self, declarator: &'a Declarator, span: &'a Span) {
        let array = |d: &Node<DerivedDeclarator>| matches!(d.node, DerivedDeclarator::Array(_));
        if declarator.derived.first().is_some_and(array) {
            self.arrays.extend(declared_name(declarator).map(str::to_string));
        }
        visit::visit_declarator(self, declarator, span);
    }

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
        if self.writers.contains(&self.syntax.offset(call.callee.span.start)) {
            self.effects.stores |= !call.arguments.iter().all(|argument| self.lends_nothing(&argument.node));
        }
        visit::visit_call_expression(self, call, span);
    }

    fn visit_asm_statement(&mut self, _: &'a AsmStatement, _: &'a Span) {
        self.effects.anything = true;
    }
}
