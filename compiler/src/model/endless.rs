//! Functions that never return: `main`, accept loops, thread loops (design rule 11).

use super::{ItemId, Program, Syntax};
use crate::clang::Kind;
use crate::clang::Role;
use lang_c::ast::{
    BlockItem, Constant, Expression, ForStatement, Integer, Label, LabeledStatement, Statement,
    SwitchStatement,
};
use lang_c::span::{Node, Span};
use lang_c::visit::{self, Visit};
use std::collections::BTreeSet;

/// Functions of a program that, once entered, stay active; `main` among them.
pub fn never_return(program: &Program) -> BTreeSet<ItemId> {
    let mut found: BTreeSet<ItemId> = program
        .own(Kind::Function)
        .filter(|&id| {
            program.items[id].original == "main"
                || may_loop(program.source(id)) && loops_for_ever(program, id)
        })
        .collect();
    loop {
        let callers: Vec<ItemId> = program
            .own(Kind::Function)
            .filter(|id| {
                !found.contains(id) && calls_any(program, *id, &found) && ends_in_call(program, *id, &found)
            })
            .collect();
        if callers.is_empty() {
            return found;
        }
        found.extend(callers);
    }
}

/// Functions that nobody comes back from, whatever way they take: a loop that nothing leaves, or a call of
/// such a function, with no `return` and no jump before it.
pub fn keep_for_good(program: &Program) -> BTreeSet<ItemId> {
    let mut found: BTreeSet<ItemId> = BTreeSet::new();
    let endless = never_return(program);
    loop {
        let more: Vec<ItemId> = endless.difference(&found).copied().collect();
        let more: Vec<ItemId> = more.into_iter().filter(|&id| keeps_for_good(program, id, &found)).collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

fn keeps_for_good(program: &Program, id: ItemId, known: &BTreeSet<ItemId>) -> bool {
    let calls = program.uses_in(id).iter().filter(|u| u.role == Role::Call && known.contains(&u.target));
    let places: Vec<usize> = calls.map(|u| u.offset).collect();
    with_body(program, id, |syntax, body| {
        let stays = |item: &Node<BlockItem>| match &item.node {
            BlockItem::Statement(statement) => {
                endless(&statement.node) || is_plain_call(statement, syntax, &places)
            }
            _ => false,
        };
        let until = body.iter().position(stays);
        until.is_some_and(|until| !body[..until].iter().any(may_go))
    })
}

fn may_go(item: &Node<BlockItem>) -> bool {
    let mut search = Leaving { breakable: 1, ..Leaving::default() };
    search.visit_block_item(&item.node, &item.span);
    search.found || !search.jumps.is_empty() || !search.labels.is_empty()
}

/// The function that a function calls last, of these.
pub fn ends_in(program: &Program, id: ItemId, wanted: &BTreeSet<ItemId>) -> Option<ItemId> {
    let all: BTreeSet<ItemId> = program.uses_in(id).iter().map(|u| u.target).collect();
    let called: Vec<ItemId> = all.intersection(wanted).copied().collect();
    called.into_iter().find(|&one| ends_in_call(program, id, &BTreeSet::from([one])))
}

/// Cheap look before parsing.
fn may_loop(source: &str) -> bool {
    source.contains("for") || source.contains("while")
}

fn calls_any(program: &Program, id: ItemId, wanted: &BTreeSet<ItemId>) -> bool {
    program.uses_in(id).iter().any(|u| u.role == Role::Call && wanted.contains(&u.target))
}

fn loops_for_ever(program: &Program, id: ItemId) -> bool {
    with_body(program, id, |_, body| body.iter().any(endless_item))
}

/// A statement of the outermost block calls one of `wanted`.
fn ends_in_call(program: &Program, id: ItemId, wanted: &BTreeSet<ItemId>) -> bool {
    with_body(program, id, |syntax, body| {
        let calls = program.uses_in(id).iter().filter(|u| u.role == Role::Call && wanted.contains(&u.target));
        let places: Vec<usize> = calls.map(|u| u.offset).collect();
        body.iter().any(|item| match &item.node {
            BlockItem::Statement(statement) => is_plain_call(statement, syntax, &places),
            _ => false,
        })
    })
}

fn is_plain_call(statement: &Node<Statement>, syntax: &Syntax, places: &[usize]) -> bool {
    match &statement.node {
        Statement::Expression(Some(expression)) => match &expression.node {
            Expression::Call(call) => places.contains(&syntax.offset(call.node.callee.span.start)),
            _ => false,
        },
        _ => false,
    }
}

fn with_body(program: &Program, id: ItemId, test: impl Fn(&Syntax, &[Node<BlockItem>]) -> bool) -> bool {
    let Some(syntax) = Syntax::at(program, program.span(id).start) else { return false };
    match syntax.function().map(|f| &f.statement.node) {
        Some(Statement::Compound(items)) => test(&syntax, items),
        _ => false,
    }
}

fn endless_item(item: &Node<BlockItem>) -> bool {
    match &item.node {
        BlockItem::Statement(statement) => endless(&statement.node),
        _ => false,
    }
}

/// A loop without condition that nothing leaves.
fn endless(statement: &Statement) -> bool {
    match statement {
        Statement::For(f) => always(f.node.condition.as_deref()) && !leaves(&f.node.statement),
        Statement::While(w) => always(Some(&w.node.expression)) && !leaves(&w.node.statement),
        Statement::DoWhile(d) => always(Some(&d.node.expression)) && !leaves(&d.node.statement),
        Statement::Labeled(l) => endless(&l.node.statement.node),
        Statement::Compound(items) => items.iter().any(endless_item),
        _ => false,
    }
}

fn always(condition: Option<&Node<Expression>>) -> bool {
    match condition.map(|c| &c.node) {
        None => true,
        Some(Expression::Constant(constant)) => match &constant.node {
            Constant::Integer(Integer { number, .. }) => number.bytes().any(|b| b != b'0'),
            _ => false,
        },
        _ => false,
    }
}

fn leaves(body: &Node<Statement>) -> bool {
    let mut search = Leaving::default();
    search.visit_statement(&body.node, &body.span);
    search.found || search.jumps.iter().any(|label| !search.labels.contains(label))
}

/// Looks for `return`, a `break` that belongs to the loop, and jumps to labels outside of it.
#[derive(Default)]
struct Leaving<'a> {
    breakable: usize,
    found: bool,
    jumps: Vec<&'a str>,
    labels: Vec<&'a str>,
}

impl Leaving<'_> {
    fn nested(&mut self, visit: impl FnOnce(&mut Self)) {
        self.breakable += 1;
        visit(self);
        self.breakable -= 1;
    }
}

impl<'a> Visit<'a> for Leaving<'a> {
    fn visit_statement(&mut self, statement: &'a Statement, span: &'a Span) {
        match statement {
            Statement::Return(_) => self.found = true,
            Statement::Goto(label) => self.jumps.push(&label.node.name),
            Statement::Break => self.found |= self.breakable == 0,
            Statement::While(_) | Statement::DoWhile(_) => {
                self.nested(|s| visit::visit_statement(s, statement, span))
            }
            _ => visit::visit_statement(self, statement, span),
        }
    }

    fn visit_for_statement(&mut self, statement: &'a ForStatement, span: &'a Span) {
        self.nested(|s| visit::visit_for_statement(s, statement, span));
    }

    fn visit_switch_statement(&mut self, statement: &'a SwitchStatement, span: &'a Span) {
        self.nested(|s| visit::visit_switch_statement(s, statement, span));
    }

    fn visit_labeled_statement(&mut self, statement: &'a LabeledStatement, span: &'a Span) {
        if let Label::Identifier(label) = &statement.label.node {
            self.labels.push(&label.node.name);
        }
        visit::visit_labeled_statement(self, statement, span);
    }
}
