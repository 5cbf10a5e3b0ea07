//! Whether a function only passes on what another one returns, as it comes: then its code holds nothing
//! that follows from it.
//!
//! What counts is an argument behind the named ones of a function with any number of arguments: no
//! compiler follows values there. A local variable may carry the result, if it has the same type.

use super::{ItemId, Program, Syntax, declared_name};
use crate::clang::{Kind, Role};
use lang_c::ast::{
    BinaryOperator, CallExpression, Declaration, DeclarationSpecifier, Declarator, DerivedDeclarator,
    Expression, Identifier, Initializer, ParameterDeclaration, Statement, TypeQualifier, TypeSpecifier,
};
use lang_c::span::{Node, Span};
use lang_c::visit::{self, Visit};
use std::collections::{BTreeMap, BTreeSet};

/// Types that are passed as they are.
const PLAIN: &[&str] = &["int", "unsigned int", "long", "unsigned long", "double"];

/// How many calls of `callee` the text of `caller` has, if it passes their results on, or drops them,
/// and does nothing else with them.
pub fn handed_on(program: &Program, caller: ItemId, callee: ItemId) -> Option<usize> {
    let result = program.items[callee].result();
    if !PLAIN.contains(&result) && !result.starts_with('*') {
        return None;
    }
    let syntax = Syntax::at(program, program.span(caller).start)?;
    let definition = syntax.function()?;
    let uses = || program.uses_in(caller).iter().filter(|u| u.role != Role::Mention);
    if uses().any(|u| u.target == callee && u.role != Role::Call)
        || syntax.hidden.iter().any(|t| t.contains("asm"))
    {
        return None;
    }
    let calls: BTreeSet<usize> = uses().filter(|u| u.target == callee).map(|u| u.offset).collect();
    let mut look = Look {
        syntax: &syntax,
        result,
        open: uses()
            .filter(|u| u.role == Role::Call)
            .filter_map(|u| Some((u.offset, named(program, u.target)?)))
            .collect(),
        globals: uses()
            .filter(|u| program.items[u.target].kind() == Kind::Variable)
            .map(|u| u.offset)
            .collect(),
        calls: &calls,
        handed: BTreeSet::new(),
        passed: BTreeSet::new(),
        carriers: BTreeSet::new(),
        others: BTreeSet::new(),
        mentions: vec![],
    };
    look.visit_function_definition(definition, &definition.statement.span);
    let carried = look.mentions.iter().filter(|(name, _)| look.carriers.contains(name));
    let kept = carried.clone().all(|(_, at)| look.passed.contains(at));
    let typed = look.carriers.is_disjoint(&look.others);
    (kept && typed && calls.is_subset(&look.handed)).then_some(calls.len())
}

/// How many arguments a function names that takes any number of them.
fn named(program: &Program, function: ItemId) -> Option<usize> {
    let list = program.items[function].entity.shape.strip_prefix('(')?.split_once("...)->")?.0;
    (!list.contains('(')).then(|| list.matches(',').count())
}

struct Look<'l> {
    syntax: &'l Syntax,
    /// The shape of what the callee returns.
    result: &'l str,
    /// Calls of functions with any number of arguments, and how many they name.
    open: BTreeMap<usize, usize>,
    globals: BTreeSet<usize>,
    /// Calls of the callee.
    calls: &'l BTreeSet<usize>,
    /// Those whose results are passed on, carried or dropped.
    handed: BTreeSet<usize>,
    /// Names that are passed on, or get a result.
    passed: BTreeSet<usize>,
    /// Variables that get a result.
    carriers: BTreeSet<String>,
    /// Names of variables and parameters of another type, or that do not live in the function alone.
    others: BTreeSet<String>,
    mentions: Vec<(String, usize)>,
}

impl Look<'_> {
    /// The call of the callee that an expression is.
    fn call(&self, e: &Expression) -> Option<usize> {
        let Expression::Call(call) = e else { return None };
        Some(self.syntax.offset(call.node.callee.span.start)).filter(|at| self.calls.contains(at))
    }

    fn at(&self, name: &Node<Identifier>) -> usize {
        self.syntax.offset(name.span.start)
    }

    fn has_its_type(&self, specifiers: &[Node<DeclarationSpecifier>], declarator: &Declarator) -> bool {
        let pointer = |d: &Node<DerivedDeclarator>| matches!(d.node, DerivedDeclarator::Pointer(_));
        let mut words = vec![];
        for specifier in specifiers {
            match &specifier.node {
                DeclarationSpecifier::TypeSpecifier(type_) => words.push(&type_.node),
                DeclarationSpecifier::TypeQualifier(q) if q.node == TypeQualifier::Const => {}
                _ => return false,
            }
        }
        let has = |type_: &TypeSpecifier| words.contains(&type_);
        match self.result.starts_with('*') {
            true => !declarator.derived.is_empty() && declarator.derived.iter().all(pointer),
            false => declarator.derived.is_empty() && self.result == plain(&has, words.len()),
        }
    }
}

/// The shape of a type of `count` words.
fn plain(has: &dyn Fn(&TypeSpecifier) -> bool, count: usize) -> &'static str {
    let int = usize::from(has(&TypeSpecifier::Int));
    match (has(&TypeSpecifier::Unsigned), has(&TypeSpecifier::Long), count - int) {
        (false, false, 0) if int == 1 => "int",
        (true, false, 1) => "unsigned int",
        (false, true, 1) => "long",
        (true, true, 2) => "unsigned long",
        (false, false, 1) if has(&TypeSpecifier::Double) => "double",
        _ => "another",
    }
}

impl<'a> Visit<'a> for Look<'_> {
    fn visit_call_expression(&mut self, call: &'a CallExpression, span: &'a Span) {
        let named = self.open.get(&self.syntax.offset(call.callee.span.start)).copied();
        for argument in call.arguments.iter().skip(named.unwrap_or(usize::MAX)) {
            self.handed.extend(self.call(&argument.node));
            if let Expression::Identifier(name) = &argument.node {
                self.passed.insert(self.at(name));
            }
        }
        visit::visit_call_expression(self, call, span);
    }

    fn visit_statement(&mut self, statement: &'a Statement, span: &'a Span) {
        if let Statement::Expression(Some(e)) = statement {
            self.handed.extend(self.call(&e.node));
            if let Expression::BinaryOperator(b) = &e.node
                && b.node.operator.node == BinaryOperator::Assign
                && let Expression::Identifier(name) = &b.node.lhs.node
                && !self.globals.contains(&self.at(name))
            {
                self.passed.insert(self.at(name));
                if let Some(call) = self.call(&b.node.rhs.node) {
                    self.handed.insert(call);
                    self.carriers.insert(name.node.name.clone());
                }
            }
        }
        visit::visit_statement(self, statement, span);
    }

    fn visit_declaration(&mut self, declaration: &'a Declaration, span: &'a Span) {
        for declarator in &declaration.declarators {
            let Some(name) = declared_name(&declarator.node.declarator.node) else { continue };
            if !self.has_its_type(&declaration.specifiers, &declarator.node.declarator.node) {
                self.others.insert(name.to_string());
            }
            if let Some(Initializer::Expression(e)) = declarator.node.initializer.as_ref().map(|i| &i.node)
                && let Some(call) = self.call(&e.node)
            {
                self.handed.insert(call);
                self.carriers.insert(name.to_string());
            }
        }
        visit::visit_declaration(self, declaration, span);
    }

    fn visit_parameter_declaration(&mut self, parameter: &'a ParameterDeclaration, span: &'a Span) {
        let name = parameter.declarator.as_ref().and_then(|d| declared_name(&d.node));
        self.others.extend(name.map(str::to_string));
        visit::visit_parameter_declaration(self, parameter, span);
    }

    fn visit_expression(&mut self, e: &'a Expression, span: &'a Span) {
        if let Expression::Identifier(name) = e {
            self.mentions.push((name.node.name.clone(), self.at(name)));
        }
        visit::visit_expression(self, e, span);
    }
}
