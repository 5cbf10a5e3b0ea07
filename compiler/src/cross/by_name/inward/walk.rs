//! Follows the addresses of one global through a function, or through what the global begins with.

use super::Inward;
use crate::clang::{Field, Kind};
use crate::cross::by_name::{keeps_nothing, result, whole};
use crate::model::{ItemId, Program, Syntax, declared_name};
use lang_c::ast::{
    BinaryOperator, BinaryOperatorExpression, BlockItem, CallExpression, Declaration, DeclarationSpecifier,
    Designator, Expression, ForInitializer, Initializer, InitializerListItem, MemberOperator, Statement,
    StorageClassSpecifier, UnaryOperator, UnaryOperatorExpression,
};
use lang_c::span::Node;
use std::collections::BTreeSet;

/// What a value may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lead {
    /// No address of the global.
    None,
    /// An address in it, of a number or an array of numbers.
    Into,
    /// An address of a struct in it.
    Whole,
}

impl Lead {
    fn or(self, other: Lead) -> Lead {
        match (self, other) {
            (Lead::Whole, _) | (_, Lead::Whole) => Lead::Whole,
            (Lead::Into, _) | (_, Lead::Into) => Lead::Into,
            _ => Lead::None,
        }
    }
}

/// A place in the global.
struct Place<'p> {
    /// As written behind its name; elements without their index.
    path: String,
    /// The last member; none: the global itself.
    field: Option<&'p Field>,
    /// Subscripts behind the member.
    subscripts: usize,
}

/// The walk.
pub struct Walk<'w> {
    program: &'w Program,
    syntax: &'w Syntax,
    record: ItemId,
    /// Where the global's name stands.
    named: BTreeSet<usize>,
    found: &'w mut Inward,
    /// Variables of the function that may hold an address of the global.
    locals: BTreeSet<String>,
    /// Where the expression begins that is looked at.
    at: usize,
    /// An address may leave there.
    pub left: Option<usize>,
}

impl<'w> Walk<'w> {
    /// Prepares for the global of type `record`, whose name stands at the offsets `named`; members that
    /// get an address of it are added to `found`.
    pub fn new(
        (program, syntax): (&'w Program, &'w Syntax),
        record: ItemId,
        named: BTreeSet<usize>,
        found: &'w mut Inward,
    ) -> Self {
        let at = named.first().copied().unwrap_or(0);
        Walk { program, syntax, record, named, found, locals: BTreeSet::new(), at, left: None }
    }

    /// A function's body.
    pub fn function(&mut self, body: &Statement) {
        loop {
            let before = self.locals.len();
            self.statement(body);
            if self.left.is_some() || self.locals.len() == before {
                return;
            }
        }
    }

    /// An address may leave here.
    pub fn leave(&mut self) {
        self.left.get_or_insert(self.at);
    }

    fn leaves(&mut self) -> Lead {
        self.leave();
        Lead::None
    }

    /// A value that must not be an address of the global.
    fn harmless(&mut self, e: &Node<Expression>) {
        if self.value(e) != Lead::None {
            self.leave();
        }
    }

    /// A value that is looked at only.
    fn looked_at(&mut self, e: &Node<Expression>) -> Lead {
        self.value(e);
        Lead::None
    }

    fn is_global(&self, e: &Expression) -> bool {
        matches!(e, Expression::Identifier(name) if self.named.contains(&self.syntax.offset(name.span.start)))
    }

    /// The place that an expression names without following a pointer. Subscripts are looked at.
    fn place(&mut self, e: &Node<Expression>) -> Option<Place<'w>> {
        match &e.node {
            name if self.is_global(name) => Some(Place { path: String::new(), field: None, subscripts: 0 }),
            Expression::Member(member) if member.node.operator.node == MemberOperator::Direct => {
                let outer = self.place(&member.node.expression)?;
                let record = outer.field.map_or(Some(self.record), |field| field.record)?;
                let name = &member.node.identifier.node.name;
                let field = self.program.items[record].entity.fields.iter().find(|f| f.name == *name);
                let dot = if outer.path.is_empty() { "" } else { "." };
                let path = format!("{}{dot}{name}", outer.path);
                if field.is_none() || outer.subscripts > 0 {
                    // of a nameless struct, or of one of many elements
                    self.leave();
                }
                Some(Place { path, field, subscripts: 0 })
            }
            Expression::BinaryOperator(b) if b.node.operator.node == BinaryOperator::Index => {
                let outer = self.place(&b.node.lhs)?;
                let is_array = outer.field.is_some_and(|field| outer.subscripts < field.dimensions.len());
                is_array.then_some(())?;
                self.harmless(&b.node.rhs);
                Some(Place { subscripts: outer.subscripts + 1, ..outer })
            }
            _ => None,
        }
    }

    /// The value of a place, or the address that it is as an array.
    fn read(&mut self, place: &Place) -> Lead {
        let Some(field) = place.field else { return self.leaves() };
        let element = field.shape.rsplit(']').next().unwrap_or("");
        match element {
            _ if place.subscripts < field.dimensions.len() => self.address(place),
            _ if field.record.is_some() => self.leaves(),
            pointer if pointer.contains('*') && self.found.members.contains(&place.path) => Lead::Into,
            _ => Lead::None,
        }
    }

    fn address(&mut self, place: &Place) -> Lead {
        let Some(field) = place.field else { return Lead::Whole };
        if !is_number(field.shape.rsplit(']').next().unwrap_or("")) {
            return Lead::Whole;
        }
        self.found.targets.insert(place.path.clone());
        Lead::Into
    }

    /// The place gets a value.
    fn store(&mut self, place: &Node<Expression>, value: Lead) {
        if let Some(found) = self.place(place) {
            let shape = found.field.map_or("", |field| field.shape.as_str());
            match value {
                Lead::None => {}
                Lead::Into if points_to_number(shape) => drop(self.found.members.insert(found.path)),
                _ => self.leave(),
            }
            return;
        }
        match &place.node {
            Expression::Identifier(name) if self.is_local(name.span.start, &name.node.name) => {
                self.keep(&name.node.name, value);
            }
            _ => {
                self.looked_at(place);
                if value != Lead::None {
                    self.leave();
                }
            }
        }
    }

    /// A variable of the function gets a value. What it leads to must hold no addresses.
    fn keep(&mut self, name: &str, value: Lead) {
        match value {
            Lead::None => {}
            Lead::Into => drop(self.locals.insert(name.to_string())),
            Lead::Whole => self.leave(),
        }
    }

    /// No global, and no static of a function.
    fn is_local(&self, at: usize, name: &str) -> bool {
        let offset = self.syntax.offset(at);
        !self.program.named(name).iter().any(|&id| {
            self.program.items[id].kind() == Kind::Variable
                && self.program.uses.iter().any(|u| u.target == id && u.offset == offset)
        })
    }

    fn value(&mut self, e: &Node<Expression>) -> Lead {
        self.at = self.syntax.offset(e.span.start);
        if let Some(place) = self.place(e) {
            return self.read(&place);
        }
        match &e.node {
            Expression::Identifier(name) if self.locals.contains(&name.node.name) => Lead::Into,
            Expression::Member(member) => {
                let base = self.value(&member.node.expression);
                if base == Lead::None { Lead::None } else { self.leaves() }
            }
            Expression::UnaryOperator(unary) => self.unary(&unary.node),
            Expression::BinaryOperator(binary) => self.binary(&binary.node),
            Expression::Cast(cast) => self.value(&cast.node.expression),
            Expression::Conditional(choice) => {
                self.looked_at(&choice.node.condition);
                let then = self.value(&choice.node.then_expression);
                then.or(self.value(&choice.node.else_expression))
            }
            Expression::Comma(parts) => parts.iter().fold(Lead::None, |_, part| self.value(part)),
            Expression::Call(call) => self.call(&call.node),
            Expression::CompoundLiteral(literal) => {
                literal.node.initializer_list.iter().for_each(|item| self.item(&item.node));
                Lead::None
            }
            Expression::Statement(statement) => {
                self.statement(&statement.node);
                last_value(&statement.node).map_or(Lead::None, |last| self.value(last))
            }
            Expression::VaArg(_) | Expression::GenericSelection(_) => self.leaves(),
            _ => Lead::None,
        }
    }

    fn unary(&mut self, unary: &UnaryOperatorExpression) -> Lead {
        use UnaryOperator::{Address, Indirection, PostDecrement, PostIncrement, PreDecrement, PreIncrement};
        let operand = &unary.operand;
        match unary.operator.node {
            Address => match self.place(operand) {
                Some(place) => self.address(&place),
                None => match self.base(operand) {
                    Some(pointer) => self.value(pointer),
                    None if self.value(operand) == Lead::None => Lead::None,
                    None => self.leaves(),
                },
            },
            Indirection => match self.value(operand) {
                Lead::Whole => self.leaves(),
                _ => Lead::None,
            },
            PostDecrement | PostIncrement | PreDecrement | PreIncrement => self.value(operand),
            _ => self.looked_at(operand),
        }
    }

    /// The pointer of `*pointer` or `pointer[index]`.
    fn base<'e>(&mut self, e: &'e Node<Expression>) -> Option<&'e Node<Expression>> {
        match &e.node {
            Expression::UnaryOperator(u) if u.node.operator.node == UnaryOperator::Indirection => {
                Some(&u.node.operand)
            }
            Expression::BinaryOperator(b) if b.node.operator.node == BinaryOperator::Index => {
                self.harmless(&b.node.rhs);
                Some(&b.node.lhs)
            }
            _ => None,
        }
    }

    fn binary(&mut self, binary: &BinaryOperatorExpression) -> Lead {
        use BinaryOperator::{
            Assign, AssignMinus, AssignPlus, Equals, Greater, GreaterOrEqual, Index, Less, LessOrEqual,
            LogicalAnd, LogicalOr, Minus, NotEquals, Plus,
        };
        let (lhs, rhs) = (&binary.lhs, &binary.rhs);
        match &binary.operator.node {
            Assign => {
                let value = self.value(rhs);
                self.store(lhs, value);
                value
            }
            AssignPlus | AssignMinus => {
                self.harmless(rhs);
                self.value(lhs)
            }
            Plus => self.value(lhs).or(self.value(rhs)),
            Minus => match (self.value(lhs), self.value(rhs)) {
                (lead, Lead::None) => lead,
                // a distance
                _ => Lead::None,
            },
            Index => match self.value(lhs).or(self.value(rhs)) {
                Lead::Whole => self.leaves(),
                _ => Lead::None,
            },
            Equals | NotEquals | Less | LessOrEqual | Greater | GreaterOrEqual | LogicalAnd | LogicalOr => {
                self.looked_at(lhs);
                self.looked_at(rhs)
            }
            _ => {
                self.harmless(lhs);
                self.harmless(rhs);
                Lead::None
            }
        }
    }

    fn call(&mut self, call: &CallExpression) -> Lead {
        let callee = match &call.callee.node {
            Expression::Identifier(name) => name.node.name.as_str(),
            _ => {
                self.harmless(&call.callee);
                ""
            }
        };
        let mut lent = Lead::None;
        for (at, argument) in call.arguments.iter().enumerate() {
            let value = self.value(argument);
            let filled = value == Lead::Whole && at == 0 && whole::FILL.contains(&callee);
            lent = if filled { lent } else { lent.or(value) };
        }
        match lent {
            Lead::None => Lead::None,
            Lead::Whole => self.leaves(),
            // it goes on from there when it is called the next time
            Lead::Into if callee == "strtok" => self.leaves(),
            Lead::Into if call.arguments.iter().any(|argument| self.may_take(&argument.node)) => {
                self.leaves()
            }
            Lead::Into if callee.is_empty() || !keeps_nothing(self.program, callee) => self.leaves(),
            Lead::Into if result::gives(callee) => Lead::Into,
            Lead::Into => Lead::None,
        }
    }

    /// Through this argument a library function may hand on what another one leads to: it is a function
    /// of the program, or a place that gets an address. A variable of this function is followed from then on.
    fn may_take(&mut self, argument: &Expression) -> bool {
        match argument {
            Expression::Identifier(name) => {
                let named = self.program.named(&name.node.name).iter();
                let mut named = named.map(|&id| &self.program.items[id]);
                named.any(|item| item.kind() == Kind::Function && !item.system)
            }
            Expression::UnaryOperator(unary) if unary.node.operator.node == UnaryOperator::Address => {
                match &unary.node.operand.node {
                    Expression::Identifier(name) if self.is_local(name.span.start, &name.node.name) => {
                        self.locals.insert(name.node.name.clone());
                        false
                    }
                    _ => self.place(&unary.node.operand).is_none(),
                }
            }
            _ => false,
        }
    }

    /// What another variable begins with.
    fn item(&mut self, item: &InitializerListItem) {
        match &item.initializer.node {
            Initializer::Expression(e) => self.harmless(e),
            Initializer::List(items) => items.iter().for_each(|item| self.item(&item.node)),
        }
    }

    /// What the global itself begins with.
    pub fn own_initializer(&mut self, initializer: Option<&Initializer>) {
        let Some(Initializer::List(items)) = initializer else { return };
        let fields = &self.program.items[self.record].entity.fields;
        let mut next = 0;
        for item in items {
            if let [Node { node: Designator::Member(name), .. }, ..] = &item.node.designation[..] {
                next = fields.iter().position(|f| f.name == name.node.name).unwrap_or(fields.len());
            }
            let field = fields.get(next);
            next += 1;
            let Initializer::Expression(value) = &item.node.initializer.node else {
                self.item(&item.node);
                continue;
            };
            match (self.value(value), field) {
                (Lead::None, _) => {}
                (Lead::Into, Some(field))
                    if item.node.designation.len() < 2 && points_to_number(&field.shape) =>
                {
                    self.found.members.insert(field.name.clone());
                }
                _ => self.leave(),
            }
        }
    }

    fn declaration(&mut self, declaration: &Declaration) {
        let is_static = declaration.specifiers.iter().any(|s| {
            matches!(&s.node, DeclarationSpecifier::StorageClass(c) if c.node == StorageClassSpecifier::Static)
        });
        for declarator in &declaration.declarators {
            let name = declared_name(&declarator.node.declarator.node);
            match declarator.node.initializer.as_ref().map(|i| &i.node) {
                Some(Initializer::Expression(value)) => {
                    let lead = self.value(value);
                    match name {
                        Some(name) if !is_static => self.keep(name, lead),
                        _ if lead != Lead::None => self.leave(),
                        _ => {}
                    }
                }
                Some(Initializer::List(items)) => items.iter().for_each(|item| self.item(&item.node)),
                _ => {}
            }
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Compound(items) => {
                for item in items {
                    match &item.node {
                        BlockItem::Declaration(declaration) => self.declaration(&declaration.node),
                        BlockItem::Statement(statement) => self.statement(&statement.node),
                        BlockItem::StaticAssert(_) => {}
                    }
                }
            }
            Statement::Labeled(labeled) => self.statement(&labeled.node.statement.node),
            Statement::Expression(Some(e)) => drop(self.value(e)),
            Statement::If(choice) => {
                self.looked_at(&choice.node.condition);
                self.statement(&choice.node.then_statement.node);
                choice.node.else_statement.iter().for_each(|other| self.statement(&other.node));
            }
            Statement::Switch(switch) => {
                self.harmless(&switch.node.expression);
                self.statement(&switch.node.statement.node);
            }
            Statement::While(turn) => {
                self.looked_at(&turn.node.expression);
                self.statement(&turn.node.statement.node);
            }
            Statement::DoWhile(turn) => {
                self.statement(&turn.node.statement.node);
                self.looked_at(&turn.node.expression);
            }
            Statement::For(turn) => {
                match &turn.node.initializer.node {
                    ForInitializer::Expression(e) => drop(self.value(e)),
                    ForInitializer::Declaration(d) => self.declaration(&d.node),
                    _ => {}
                }
                [&turn.node.condition, &turn.node.step].into_iter().flatten().for_each(|e| {
                    self.looked_at(e);
                });
                self.statement(&turn.node.statement.node);
            }
            Statement::Return(Some(e)) => self.harmless(e),
            Statement::Asm(_) => self.leave(),
            _ => {}
        }
    }
}

/// What a statement between parentheses gives.
fn last_value(statement: &Statement) -> Option<&Node<Expression>> {
    let Statement::Compound(items) = statement else { return None };
    let BlockItem::Statement(last) = &items.last()?.node else { return None };
    let Statement::Expression(value) = &last.node else { return None };
    value.as_deref()
}

/// A pointer whose target holds no pointers.
fn points_to_number(shape: &str) -> bool {
    shape
        .trim_start_matches("const ")
        .trim_start_matches("volatile ")
        .strip_prefix('*')
        .is_some_and(is_number)
}

fn is_number(shape: &str) -> bool {
    !shape.contains(['*', '[', '(', '{']) && !shape.contains("struct ") && !shape.contains("union ")
}
