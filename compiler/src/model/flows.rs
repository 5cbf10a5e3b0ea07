//! Which of a function's variables may hold what its parameters held, and what its text leaves open.

use super::members::{Known, number_types};
use super::moves::Search;
use super::{ItemId, Program, Syntax, declared_name};
use crate::clang::{Kind, Role};
use crate::text;
use lang_c::ast::{
    BinaryOperator, BlockItem, CallExpression, DeclarationSpecifier, Declarator, DerivedDeclarator,
    Expression, FunctionDefinition, Identifier, MemberOperator, ParameterDeclaration, Statement,
    TypeSpecifier, UnaryOperator,
};
use lang_c::span::{Node, Span};
use lang_c::visit::{self, Visit};
use std::collections::{BTreeMap, BTreeSet};

/// A function's variables.
pub struct Flows<'f> {
    pub(super) program: &'f Program,
    pub(super) syntax: &'f Syntax,
    pub(super) known: &'f Known,
    /// Names of the parameters.
    pub parameters: Vec<String>,
    /// Inline assembly, or something else that the tree does not show.
    pub unreadable: bool,
    /// Places where a function is called by name.
    called: BTreeSet<usize>,
    /// Globals by the places where they are named.
    pub(super) globals: BTreeMap<usize, ItemId>,
    arrays: BTreeSet<String>,
    /// Variables that are followed as pointers.
    followed: BTreeSet<String>,
    /// Variables that are passed to functions.
    passed: BTreeSet<String>,
    restricted: BTreeSet<String>,
    /// The parameters that a variable may hold; `OPEN`: or something that no compiler knows.
    pub(super) held: BTreeMap<String, BTreeSet<usize>>,
    assigned: BTreeSet<String>,
    /// Local variables that one place gives a value, and parameters that none does.
    steady: BTreeSet<String>,
    /// Variables and parameters of arithmetic type: no pointers.
    numbers: BTreeSet<String>,
    /// Those that point to numbers.
    leads_to_numbers: BTreeSet<String>,
    /// Variables that hold nothing that only this function knows.
    foreign: BTreeSet<String>,
    function: ItemId,
}

/// The value is known to no compiler.
pub(super) const OPEN: usize = usize::MAX;

impl<'f> Flows<'f> {
    /// Of a function of the program.
    pub fn of(
        program: &'f Program,
        function: ItemId,
        syntax: &'f Syntax,
        definition: &'f FunctionDefinition,
        known: &'f Known,
    ) -> Self {
        let uses = program.uses_in(function);
        let called = uses.iter().filter(|u| u.role == Role::Call).map(|u| u.offset).collect();
        let variables = uses.iter().filter(|u| program.items[u.target].kind() == Kind::Variable);
        let mut flows = Self {
            program,
            syntax,
            known,
            parameters: parameters(&definition.declarator.node),
            unreadable: syntax.hidden.iter().any(|token| token == "asm" || token == "__asm__"),
            called,
            globals: variables.map(|u| (u.offset, u.target)).collect(),
            arrays: BTreeSet::new(),
            followed: BTreeSet::new(),
            passed: BTreeSet::new(),
            restricted: BTreeSet::new(),
            held: BTreeMap::new(),
            assigned: BTreeSet::new(),
            steady: BTreeSet::new(),
            numbers: BTreeSet::new(),
            leads_to_numbers: BTreeSet::new(),
            foreign: BTreeSet::new(),
            function,
        };
        flows.restricted = restricted(syntax, definition, program);
        for (at, name) in flows.parameters.iter().enumerate() {
            flows.held.insert(name.clone(), BTreeSet::from([at, OPEN]));
        }
        let mut search = Search {
            parameters: flows.parameters.clone(),
            number_types: number_types(program),
            member_arrays: known.arrays.clone(),
            ..Search::default()
        };
        search.visit_function_definition(definition, &definition.statement.span);
        flows.steady = steady(&search);
        let Search { moves, arrays, followed, pointed, passed, numbers, leads_to_numbers, .. } = search;
        (flows.numbers, flows.leads_to_numbers) = (numbers, leads_to_numbers);
        (flows.arrays, flows.followed, flows.passed) = (arrays, followed, passed);
        flows.assigned = moves.iter().map(|(name, _)| name.clone()).chain(pointed.iter().cloned()).collect();
        flows.spread(&moves);
        flows.find_foreign(&moves, &pointed);
        flows
    }

    /// Variables that only ever hold what is foreign.
    fn find_foreign(&mut self, moves: &[(String, &Expression)], pointed: &BTreeSet<String>) {
        let own = |name: &String| !self.arrays.contains(name) && !pointed.contains(name);
        self.foreign = moves.iter().map(|(name, _)| name).filter(|n| own(n)).cloned().collect();
        loop {
            let not = |(name, value): &&(String, &Expression)| {
                self.foreign.contains(name) && !self.is_foreign(value)
            };
            let Some(name) = moves.iter().find(not).map(|(name, _)| name.clone()) else { return };
            self.foreign.remove(&name);
        }
    }

    fn spread(&mut self, moves: &[(String, &Expression)]) {
        loop {
            let mut grown = false;
            for (name, value) in moves {
                let roots = self.holds(value);
                let held = self.held.entry(name.clone()).or_default();
                let before = held.len();
                held.extend(roots);
                grown |= held.len() > before;
            }
            if !grown {
                return;
            }
        }
    }

    /// The parameters whose value, or what they point to, an expression may hold.
    pub fn roots(&self, e: &Expression) -> BTreeSet<usize> {
        let mut roots = self.holds(e);
        roots.remove(&OPEN);
        roots
    }

    fn holds(&self, e: &Expression) -> BTreeSet<usize> {
        use BinaryOperator::{Index, Minus, Plus};
        let both = |a: &Node<Expression>, b: &Node<Expression>| {
            let mut roots = self.holds(&a.node);
            roots.extend(self.holds(&b.node));
            roots
        };
        match e {
            Expression::Identifier(name) => match self.global(name) {
                Some(_) => BTreeSet::from([OPEN]),
                None if self.numbers.contains(&name.node.name) => {
                    let held = self.held.get(&name.node.name);
                    held.filter(|held| held.contains(&OPEN))
                        .map(|_| BTreeSet::from([OPEN]))
                        .unwrap_or_default()
                }
                None => self.held.get(&name.node.name).cloned().unwrap_or_default(),
            },
            Expression::Member(member) => self.holds(&member.node.expression.node),
            Expression::Cast(cast) => self.holds(&cast.node.expression.node),
            Expression::UnaryOperator(unary) => match unary.node.operator.node {
                UnaryOperator::Negate => BTreeSet::from([OPEN]),
                _ => self.holds(&unary.node.operand.node),
            },
            Expression::BinaryOperator(b) => match &b.node.operator.node {
                Index => self.holds(&b.node.lhs.node),
                Plus | Minus => both(&b.node.lhs, &b.node.rhs),
                operator if is_assignment(operator) => both(&b.node.lhs, &b.node.rhs),
                operator if is_test(operator) => BTreeSet::from([OPEN]),
                _ => both(&b.node.lhs, &b.node.rhs),
            },
            Expression::Conditional(c) => both(&c.node.then_expression, &c.node.else_expression),
            Expression::Call(call) => {
                let arguments = call.node.arguments.iter();
                arguments.flat_map(|a| self.holds(&a.node)).chain([OPEN]).collect()
            }
            Expression::Comma(parts) => parts.last().map_or_else(BTreeSet::new, |e| self.holds(&e.node)),
            Expression::Constant(_) | Expression::StringLiteral(_) => BTreeSet::new(),
            Expression::SizeOfTy(_) | Expression::SizeOfVal(_) | Expression::AlignOf(_) => BTreeSet::new(),
            // A statement, a compound literal: anything in it.
            _ => (0..self.parameters.len()).chain([OPEN]).collect(),
        }
    }

    /// The parameter that an expression is, as it came.
    pub fn parameter(&self, e: &Expression) -> Option<usize> {
        let Expression::Identifier(name) = e else { return None };
        let at = self.parameters.iter().position(|p| *p == name.node.name)?;
        (!self.assigned.contains(&name.node.name)).then_some(at)
    }

    /// The local variable or parameter that an expression is, if it leads to the same object at all times.
    pub fn steady(&self, e: &Expression) -> Option<String> {
        match e {
            Expression::Cast(cast) => self.steady(&cast.node.expression.node),
            Expression::Identifier(name) => {
                let own = self.global(name).is_none() && !self.restricted.contains(&name.node.name);
                (own && self.steady.contains(&name.node.name)).then(|| name.node.name.clone())
            }
            _ => None,
        }
    }

    /// A returned variable is followed, or passed to a function.
    pub fn is_touched(&self, e: &Expression) -> bool {
        let Expression::Identifier(name) = e else { return false };
        self.followed.contains(&name.node.name) || self.passed.contains(&name.node.name)
    }

    /// The parameter is of arithmetic type.
    pub fn is_number(&self, parameter: usize) -> bool {
        self.parameters.get(parameter).is_some_and(|name| self.numbers.contains(name))
    }

    /// A library function that gets this argument reaches nobody's memory through it.
    pub fn lends_nothing(&self, e: &Expression) -> bool {
        match e {
            Expression::Identifier(name) => {
                let own = self.global(name).is_none();
                own && (self.is_array(e) || self.numbers.contains(&name.node.name))
            }
            Expression::Constant(_) | Expression::StringLiteral(_) => true,
            Expression::SizeOfTy(_) | Expression::SizeOfVal(_) => true,
            Expression::Member(_) => self.is_scalar(e),
            Expression::Cast(cast) => self.lends_nothing(&cast.node.expression.node),
            Expression::BinaryOperator(b) => {
                let both = [&b.node.lhs.node, &b.node.rhs.node];
                is_test(&b.node.operator.node) || both.iter().all(|e| self.lends_nothing(e))
            }
            Expression::UnaryOperator(u) => match u.node.operator.node {
                UnaryOperator::Address => self.is_local(&u.node.operand.node),
                UnaryOperator::Indirection => false,
                _ => self.lends_nothing(&u.node.operand.node),
            },
            _ => false,
        }
    }

    /// The call that is the last statement of a body without `return` and `goto`.
    pub fn last_call(&self, body: &Node<Statement>) -> Option<String> {
        let Statement::Compound(items) = &body.node else { return None };
        let BlockItem::Statement(last) = &items.last()?.node else { return None };
        let Statement::Expression(Some(e)) = &last.node else { return None };
        let Expression::Call(call) = &e.node else { return None };
        let Expression::Identifier(name) = &call.node.callee.node else { return None };
        (!leaves(body)).then(|| name.node.name.clone())
    }

    /// The name of the global that an identifier is.
    pub fn global(&self, name: &Node<Identifier>) -> Option<String> {
        let id = *self.globals.get(&self.syntax.offset(name.span.start))?;
        Some(self.program.items[id].original.clone())
    }

    /// A function is called by this name here.
    pub fn is_function(&self, name: &Node<Identifier>) -> bool {
        self.called.contains(&self.syntax.offset(name.span.start))
    }

    /// The program itself defines a function of this name of the merged text.
    pub fn is_defined(&self, merged: &str) -> bool {
        let mut named = self.program.named(merged).iter().map(|&id| &self.program.items[id]);
        named.any(|item| item.kind() == Kind::Function && item.defined() && !item.system)
    }

    /// The parameter that points to a place.
    pub fn through(&self, e: &Expression) -> Option<usize> {
        match e {
            Expression::Member(m) => match m.node.operator.node {
                MemberOperator::Direct => self.through(&m.node.expression.node),
                MemberOperator::Indirect => self.parameter(&m.node.expression.node),
            },
            Expression::BinaryOperator(b) if b.node.operator.node == BinaryOperator::Index => {
                let array = self.is_array(&b.node.lhs.node);
                if array { self.through(&b.node.lhs.node) } else { self.parameter(&b.node.lhs.node) }
            }
            Expression::UnaryOperator(u) if u.node.operator.node == UnaryOperator::Indirection => {
                self.parameter(&u.node.operand.node)
            }
            _ => None,
        }
    }

    /// It points to a variable of the function's own.
    pub fn is_own(&self, e: &Expression) -> bool {
        match e {
            Expression::UnaryOperator(u) if u.node.operator.node == UnaryOperator::Address => {
                self.is_local(&u.node.operand.node)
            }
            _ => self.is_array(e) && self.is_local(e),
        }
    }

    /// The parameter that an expression is, if it is a number.
    pub fn number(&self, e: &Expression) -> Option<usize> {
        let Expression::Identifier(name) = e else { return None };
        let at = self.parameters.iter().position(|p| *p == name.node.name)?;
        self.is_number(at).then_some(at)
    }

    /// It is a variable of the function's own, or in one.
    pub fn is_local(&self, e: &Expression) -> bool {
        match e {
            Expression::Identifier(name) => self.global(name).is_none(),
            Expression::Member(m) if m.node.operator.node == MemberOperator::Direct => {
                self.is_local(&m.node.expression.node)
            }
            Expression::BinaryOperator(b) if b.node.operator.node == BinaryOperator::Index => {
                self.is_array(&b.node.lhs.node) && self.is_local(&b.node.lhs.node)
            }
            _ => false,
        }
    }

    /// Some place is reached through the variable.
    pub fn is_followed(&self, name: &str) -> bool {
        self.followed.contains(name)
    }

    /// An array, not a pointer to one.
    pub fn is_array(&self, e: &Expression) -> bool {
        match e {
            Expression::Identifier(name) => match self.globals.get(&self.syntax.offset(name.span.start)) {
                Some(&id) => !self.program.items[id].entity.dimensions.is_empty(),
                None => self.arrays.contains(&name.node.name),
            },
            Expression::Member(member) => self.known.arrays.contains(&member.node.identifier.node.name),
            Expression::BinaryOperator(b) if b.node.operator.node == BinaryOperator::Index => {
                self.is_array(&b.node.lhs.node) && !matches!(b.node.lhs.node, Expression::Identifier(_))
            }
            _ => false,
        }
    }

    /// A place that holds a number, by what its name stands for.
    pub fn is_scalar(&self, e: &Expression) -> bool {
        match e {
            Expression::Member(m) => self.known.scalars.contains(&m.node.identifier.node.name),
            Expression::UnaryOperator(u) if u.node.operator.node == UnaryOperator::Indirection => {
                self.leads_to_number(&u.node.operand.node)
            }
            Expression::BinaryOperator(b) if b.node.operator.node == BinaryOperator::Index => {
                self.leads_to_number(&b.node.lhs.node)
            }
            _ => false,
        }
    }

    fn leads_to_number(&self, e: &Expression) -> bool {
        match e {
            Expression::Member(m) => self.known.leads_to_numbers.contains(&m.node.identifier.node.name),
            Expression::Identifier(name) => {
                self.global(name).is_none() && self.leads_to_numbers.contains(&name.node.name)
            }
            Expression::BinaryOperator(b) if b.node.operator.node == BinaryOperator::Plus => {
                self.leads_to_number(&b.node.lhs.node)
            }
            Expression::UnaryOperator(u) => match u.node.operator.node {
                UnaryOperator::PostIncrement | UnaryOperator::PreIncrement => {
                    self.leads_to_number(&u.node.operand.node)
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// A constant as it stands.
    pub fn is_constant(&self, e: &Expression) -> bool {
        match e {
            Expression::Constant(_) | Expression::StringLiteral(_) => true,
            Expression::Cast(cast) => self.is_constant(&cast.node.expression.node),
            Expression::UnaryOperator(u) => match u.node.operator.node {
                UnaryOperator::Minus | UnaryOperator::Plus | UnaryOperator::Complement => {
                    self.is_constant(&u.node.operand.node)
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// What a call by pointer gives, or a parameter as it came.
    pub fn is_any(&self, e: &Expression) -> bool {
        match e {
            Expression::Call(call) => match &call.node.callee.node {
                Expression::Identifier(name) => !self.is_function(name),
                _ => true,
            },
            _ => false,
        }
    }

    /// It leads to nothing that only this function knows: a parameter as it came, or what stands
    /// behind one or in a global.
    pub fn is_foreign(&self, e: &Expression) -> bool {
        match e {
            Expression::Identifier(name) => {
                let unrestricted = !self.restricted.contains(&name.node.name);
                let own = self.parameter(e).is_some() || self.foreign.contains(&name.node.name);
                let number = self.numbers.contains(&name.node.name);
                self.global(name).is_some() || number || own && unrestricted
            }
            Expression::Constant(_) | Expression::StringLiteral(_) => true,
            Expression::Cast(cast) => self.is_foreign(&cast.node.expression.node),
            Expression::Member(m) => self.is_foreign(&m.node.expression.node),
            Expression::Call(call) => self.is_stranger(&call.node),
            Expression::UnaryOperator(u) => match u.node.operator.node {
                UnaryOperator::Address => {
                    !self.is_local(&u.node.operand.node) && self.is_foreign(&u.node.operand.node)
                }
                UnaryOperator::Indirection => self.is_foreign(&u.node.operand.node),
                UnaryOperator::Minus | UnaryOperator::Plus => self.is_foreign(&u.node.operand.node),
                UnaryOperator::Negate => true,
                _ => false,
            },
            Expression::BinaryOperator(b) => match &b.node.operator.node {
                BinaryOperator::Index => self.is_foreign(&b.node.lhs.node),
                BinaryOperator::Plus | BinaryOperator::Minus => {
                    self.is_foreign(&b.node.lhs.node) && self.is_foreign(&b.node.rhs.node)
                }
                operator => is_test(operator),
            },
            Expression::SizeOfTy(_) | Expression::SizeOfVal(_) => true,
            _ => false,
        }
    }

    /// A function of another file, which may give anything but memory that nobody else knows.
    fn is_stranger(&self, call: &CallExpression) -> bool {
        let Expression::Identifier(name) = &call.callee.node else { return true };
        let named = self.program.named(&name.node.name).iter().map(|&id| &self.program.items[id]);
        let units = &self.program.items[self.function].units;
        let mut functions = named.filter(|item| item.kind() == Kind::Function);
        functions.next().is_some_and(|item| {
            item.defined() && !item.system && !item.units.iter().any(|unit| units.contains(unit))
        })
    }

    /// The name in the sources of a function that is called by a name of the merged text.
    pub fn name_of(&self, merged: &str) -> String {
        let named = self.program.named(merged).iter().map(|&id| &self.program.items[id]);
        let mut functions =
            named.filter(|item| item.kind() == Kind::Function).map(|item| item.original.clone());
        functions.next_back().unwrap_or_else(|| merged.to_string())
    }

    /// Source text with one space between tokens, parameters by number.
    pub fn spell(&self, span: Span) -> String {
        let text = &self.program.unit.text[self.syntax.range(span)];
        let words = text::lex(text).into_iter().filter(|token| !token.is_directive());
        let words: Vec<String> = words.map(|token| self.word(token.text(text))).collect();
        words.join(" ")
    }

    fn word(&self, word: &str) -> String {
        let parameter = self.parameters.iter().position(|p| p == word);
        parameter.map_or_else(|| word.to_string(), |at| format!("parameter{at}"))
    }

    /// A place in words; which element of a global array does not matter.
    pub fn place(&self, e: &Node<Expression>) -> String {
        match &e.node {
            Expression::Identifier(name) => match self.global(name) {
                Some(global) => global,
                None => self.word(&name.node.name),
            },
            Expression::Member(m) => {
                let sign = if m.node.operator.node == MemberOperator::Indirect { "->" } else { "." };
                format!("{}{sign}{}", self.place(&m.node.expression), m.node.identifier.node.name)
            }
            Expression::BinaryOperator(b) if b.node.operator.node == BinaryOperator::Index => {
                let global = base(&b.node.lhs.node).is_some_and(|name| self.global(name).is_some());
                let element = if global { String::new() } else { self.spell(b.node.rhs.span) };
                format!("{}[{element}]", self.place(&b.node.lhs))
            }
            Expression::UnaryOperator(u) if u.node.operator.node == UnaryOperator::Indirection => {
                format!("*{}", self.place(&u.node.operand))
            }
            _ => self.spell(e.span),
        }
    }
}

/// Variables of one value all along: a pointer among them leads to one object, or to those that one
/// place makes.
fn steady(search: &Search) -> BTreeSet<String> {
    let given = search.set.iter().filter(|name| !search.pointed.contains(*name));
    let mut times: BTreeMap<&String, usize> = BTreeMap::new();
    given.for_each(|name| *times.entry(name).or_default() += 1);
    let once = times.into_iter().filter(|(name, times)| *times == 1 && !search.parameters.contains(name));
    let untouched = |name: &&String| !search.set.contains(name) && !search.pointed.contains(*name);
    let parameters = search.parameters.iter().filter(untouched);
    let all = once.map(|(name, _)| name).chain(parameters);
    all.filter(|name| !search.arrays.contains(*name)).cloned().collect()
}

/// The variable at the root of a place.
pub(super) fn base(e: &Expression) -> Option<&Node<Identifier>> {
    match e {
        Expression::Identifier(name) => Some(name),
        Expression::Member(member) => base(&member.node.expression.node),
        Expression::BinaryOperator(b) if b.node.operator.node == BinaryOperator::Index => {
            base(&b.node.lhs.node)
        }
        _ => None,
    }
}

fn parameters(declarator: &Declarator) -> Vec<String> {
    let lists = declarator.derived.iter().filter_map(|derived| match &derived.node {
        DerivedDeclarator::Function(function) => {
            let name = |at: usize, declarator: Option<&str>| {
                declarator.map_or_else(|| format!(" {at}"), str::to_string)
            };
            let nothing = |p: &ParameterDeclaration| {
                let void = |s: &Node<DeclarationSpecifier>| {
                    matches!(&s.node, DeclarationSpecifier::TypeSpecifier(t) if t.node == TypeSpecifier::Void)
                };
                p.declarator.is_none() && p.specifiers.iter().any(void)
            };
            let all = function.node.parameters.iter().filter(|p| !nothing(&p.node)).enumerate();
            let names = all.map(|(at, p)| {
                name(at, p.node.declarator.as_ref().and_then(|d| declared_name(&d.node)))
            });
            Some(names.collect())
        }
        DerivedDeclarator::KRFunction(names) => Some(names.iter().map(|n| n.node.name.clone()).collect()),
        _ => None,
    });
    let nested = match &declarator.kind.node {
        lang_c::ast::DeclaratorKind::Declarator(inner) => parameters(&inner.node),
        _ => vec![],
    };
    lists
        .into_iter()
        .next()
        .filter(|list: &Vec<String>| nested.is_empty() || list.is_empty())
        .unwrap_or(nested)
}

/// Parameters of `restrict` pointers: nobody else leads there.
fn restricted(syntax: &Syntax, definition: &FunctionDefinition, program: &Program) -> BTreeSet<String> {
    let text = &program.unit.text[syntax.range(definition.declarator.span)];
    match text.contains("restrict") {
        true => parameters(&definition.declarator.node).into_iter().collect(),
        false => BTreeSet::new(),
    }
}

pub(super) fn is_assignment(operator: &BinaryOperator) -> bool {
    format!("{operator:?}").starts_with("Assign")
}

/// No pointer comes out of it.
fn is_test(operator: &BinaryOperator) -> bool {
    use BinaryOperator::{
        Equals, Greater, GreaterOrEqual, Less, LessOrEqual, LogicalAnd, LogicalOr, Modulo, Multiply,
        NotEquals,
    };
    matches!(
        operator,
        Equals
            | Greater
            | GreaterOrEqual
            | Less
            | LessOrEqual
            | LogicalAnd
            | LogicalOr
            | Modulo
            | Multiply
            | NotEquals
    )
}

/// A statement may end the function, or jump.
pub(super) fn leaves(statement: &Node<Statement>) -> bool {
    let mut search = Leaving(false);
    search.visit_statement(&statement.node, &statement.span);
    search.0
}

struct Leaving(bool);

impl<'a> Visit<'a> for Leaving {
    fn visit_statement(&mut self, statement: &'a Statement, span: &'a Span) {
        self.0 |= matches!(statement, Statement::Return(_) | Statement::Goto(_));
        visit::visit_statement(self, statement, span);
    }
}
