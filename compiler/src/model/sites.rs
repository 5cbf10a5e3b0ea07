//! What a function's text does with its arguments and with memory, place by place: what a compiler
//! tells the callers of a function is a summary of these.

use super::flows::Flows;
use super::members::Known;
use super::{ItemId, Program, Syntax};
use lang_c::ast::{
    BinaryOperator, BlockItem, CallExpression, Declaration, Expression, ForInitializer, Initializer, Label,
    MemberOperator, Statement, UnaryOperator,
};
use lang_c::span::Node;
use std::collections::BTreeSet;

/// What happens to what a parameter holds and points to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Every use that may matter to a caller, in words that are equal for equal uses.
    pub uses: BTreeSet<String>,
    /// Those that no compiler takes for unreachable.
    pub sure: BTreeSet<String>,
    /// Who gets its value, for sure; `None` is memory, or a callee behind a pointer.
    pub given: BTreeSet<Option<String>>,
    /// Of arithmetic type: it leads nowhere.
    pub number: bool,
    /// What is overwritten through it on every way through the function.
    pub overwritten: BTreeSet<String>,
}

/// A place in memory that is read or written, or a pointer that a local variable gets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Touch {
    /// The global that holds the place; none behind a pointer.
    pub global: Option<String>,
    /// The parameter that points to the place.
    pub parameter: Option<usize>,
    /// In words.
    pub text: String,
}

/// A call by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The function's name in the merged text.
    pub callee: String,
    /// What it gets.
    pub arguments: Vec<Argument>,
    /// Its result goes somewhere.
    pub used: bool,
    /// No compiler takes it for unreachable.
    pub sure: bool,
}

/// An argument of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The caller's own parameters that it may hold.
    pub roots: BTreeSet<usize>,
    /// It can lead to nothing that only the caller knows: a constant, a global, memory of others.
    pub foreign: bool,
    /// It points to a variable of the caller's own.
    pub own: bool,
    /// It is a variable or parameter that has one value all along.
    pub steady: Option<String>,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sites {
    /// In their order.
    pub parameters: Vec<Parameter>,
    /// Accesses to memory.
    pub memory: BTreeSet<Touch>,
    /// Those that no compiler takes for unreachable.
    pub sure: BTreeSet<Touch>,
    /// Calls by name.
    pub calls: Vec<Call>,
    /// What it returns.
    pub results: BTreeSet<String>,
    /// All of that are constants.
    pub constant_results: bool,
    /// It surely returns what a call or a pointer gives: any value.
    pub any_result: bool,
    /// A variable that it returns also leads somewhere, or is passed on.
    pub touches_result: bool,
    /// It never leaves before its last statement, which is this call.
    pub last_call: Option<String>,
    /// It calls through pointers.
    pub by_pointer: bool,
    /// The text could not be read: it may do anything.
    pub unreadable: bool,
}

impl Sites {
    /// Of a function of the program.
    pub fn of(program: &Program, function: ItemId, known: &Known) -> Self {
        let unreadable = Self { unreadable: true, ..Self::default() };
        let Some(syntax) = Syntax::at(program, program.span(function).start) else { return unreadable };
        let Some(definition) = syntax.function() else { return unreadable };
        let flows = Flows::of(program, function, &syntax, definition, known);
        let mut sites = Self { constant_results: true, unreadable: flows.unreadable, ..Self::default() };
        sites.parameters.resize(flows.parameters.len(), Parameter::default());
        for (at, parameter) in sites.parameters.iter_mut().enumerate() {
            parameter.number = flows.is_number(at);
            parameter.name = flows.parameters[at].clone();
        }
        let mut walk = Walk {
            flows: &flows,
            sites,
            doubtful: false,
            left: false,
            skipped: false,
            dead: false,
            always: true,
        };
        walk.statement(&definition.statement);
        walk.sites.last_call = flows.last_call(&definition.statement);
        walk.sites
    }
}

/// Where the value of an expression goes.
#[derive(Clone)]
enum Goal {
    /// Into a condition, or arithmetic: nowhere.
    Test,
    /// Into a variable of the function: `Flows` follows it there.
    Local,
    /// There; with who gets it.
    There(String, Option<String>),
    /// To the caller.
    Caller,
}

struct Walk<'w> {
    flows: &'w Flows<'w>,
    sites: Sites,
    /// Behind a condition that a compiler may know.
    doubtful: bool,
    /// Behind a condition that a compiler may know, the function may have been left before.
    left: bool,
    /// The same for the loop or switch.
    skipped: bool,
    /// Reached by a label only.
    dead: bool,
    /// On every way through the function.
    always: bool,
}

impl Walk<'_> {
    fn note(&mut self, expression: &Expression, text: &str) {
        if let Some(number) = self.flows.number(expression) {
            return self.note_at(number, "it is looked at");
        }
        for root in self.flows.roots(expression) {
            self.note_at(root, text);
        }
    }

    fn note_at(&mut self, root: usize, text: &str) {
        let Some(parameter) = self.sites.parameters.get_mut(root) else { return };
        parameter.uses.insert(text.to_string());
        if !self.doubtful {
            parameter.sure.insert(text.to_string());
        }
    }

    fn access(&mut self, text: String, global: Option<String>) {
        self.access_through(text, global, None);
    }

    fn access_through(&mut self, text: String, global: Option<String>, parameter: Option<usize>) {
        let access = Touch { global, parameter, text };
        if !self.doubtful {
            self.sites.sure.insert(access.clone());
        }
        self.sites.memory.insert(access);
    }

    /// A value goes to `goal`.
    fn goes(&mut self, value: &Node<Expression>, goal: &Goal) {
        let text = self.flows.spell(value.span);
        match goal {
            Goal::Test => self.note(&value.node, "it is looked at"),
            Goal::Local => {}
            Goal::Caller => self.note(&value.node, &format!("returned: {text}")),
            Goal::There(place, taker) => {
                self.note(&value.node, &format!("{place} gets {text}"));
                self.give(&value.node, taker);
            }
        }
    }

    fn give(&mut self, value: &Expression, taker: &Option<String>) {
        let parameter = self.flows.parameter(value).filter(|_| !self.doubtful);
        if let Some(parameter) = parameter.and_then(|at| self.sites.parameters.get_mut(at)) {
            parameter.given.insert(taker.clone());
        }
    }

    fn maybe(&mut self, doubtful: bool, inner: impl FnOnce(&mut Self)) {
        let (before, dead, always) = (self.doubtful, self.dead, self.always);
        (self.doubtful, self.always) = (before || doubtful, false);
        inner(self);
        (self.doubtful, self.dead, self.always) = (before || self.left || self.skipped, dead, always);
    }

    /// A loop or a switch: what it skips is over behind it.
    fn round(&mut self, doubtful: bool, inner: impl FnOnce(&mut Self)) {
        let (before, skipped) = (self.doubtful, self.skipped);
        self.maybe(doubtful, inner);
        (self.doubtful, self.skipped) = (before || self.left || skipped, skipped);
    }

    /// A way ends here.
    fn end(&mut self, leaves: bool) {
        self.left |= leaves && self.doubtful && !self.dead;
        self.skipped |= self.doubtful && !self.dead;
        (self.doubtful, self.dead) = (true, true);
    }

    fn expression(&mut self, e: &Node<Expression>, goal: &Goal) {
        match &e.node {
            Expression::Identifier(name) => {
                if let Some(global) = self.flows.global(name) {
                    self.access(format!("read {global}"), Some(global));
                }
                self.goes(e, goal);
            }
            Expression::Member(_) => self.place(e, "read", goal),
            Expression::UnaryOperator(unary) => self.unary(e, &unary.node.operator.node, goal),
            Expression::BinaryOperator(_) => self.binary(e, goal),
            Expression::Call(call) => self.call(e, &call.node, goal),
            Expression::Cast(cast) => self.expression(&cast.node.expression, goal),
            Expression::Conditional(choice) => {
                self.expression(&choice.node.condition, &Goal::Test);
                let doubtful = !self.flows.is_open(&choice.node.condition.node);
                self.maybe(doubtful, |walk| {
                    walk.expression(&choice.node.then_expression, goal);
                    walk.expression(&choice.node.else_expression, goal);
                });
            }
            Expression::Comma(parts) => {
                for (at, part) in parts.iter().enumerate() {
                    self.expression(part, if at + 1 == parts.len() { goal } else { &Goal::Test });
                }
            }
            Expression::CompoundLiteral(literal) => {
                for item in &literal.node.initializer_list {
                    self.initializer(&item.node.initializer.node, goal);
                }
            }
            Expression::Statement(statement) => self.statement(statement),
            Expression::VaArg(_) | Expression::GenericSelection(_) => self.sites.unreadable = true,
            _ => {}
        }
    }

    fn initializer(&mut self, initializer: &Initializer, goal: &Goal) {
        match initializer {
            Initializer::Expression(e) => self.expression(e, goal),
            Initializer::List(items) => {
                items.iter().for_each(|i| self.initializer(&i.node.initializer.node, goal))
            }
        }
    }

    /// A place in memory is read, written or pointed to.
    fn place(&mut self, e: &Node<Expression>, how: &str, goal: &Goal) {
        let text = self.flows.place(e);
        let behind_pointer = self.bases(e);
        let global = super::flows::base(&e.node).and_then(|name| self.flows.global(name));
        let global = global.filter(|_| !behind_pointer);
        if behind_pointer || global.is_some() {
            self.access_through(format!("{how} {text}"), global, self.flows.through(&e.node));
        }
        if behind_pointer {
            self.note(&e.node, &format!("{how} {text}"));
        }
        if how != "write" && !(how == "read" && self.flows.is_scalar(&e.node)) {
            self.goes(e, goal);
        }
        if how == "write" && self.always && behind_pointer {
            self.overwrite(&e.node, &text);
        }
    }

    fn overwrite(&mut self, e: &Expression, text: &str) {
        for root in self.flows.roots(e) {
            if let Some(parameter) = self.sites.parameters.get_mut(root) {
                parameter.overwritten.insert(text.to_string());
            }
        }
    }

    /// Reads the pointers on the way to a place; whether there are any.
    fn bases(&mut self, e: &Node<Expression>) -> bool {
        match &e.node {
            Expression::Member(member) => {
                let inner = &member.node.expression;
                let pointer = member.node.operator.node == MemberOperator::Indirect;
                if pointer { self.pointer(inner) } else { self.bases(inner) }
            }
            Expression::BinaryOperator(b) if b.node.operator.node == BinaryOperator::Index => {
                self.expression(&b.node.rhs, &Goal::Test);
                match self.flows.is_array(&b.node.lhs.node) {
                    true => self.bases(&b.node.lhs),
                    false => self.pointer(&b.node.lhs),
                }
            }
            Expression::UnaryOperator(u) if u.node.operator.node == UnaryOperator::Indirection => {
                self.pointer(&u.node.operand)
            }
            Expression::Identifier(_) => false,
            _ => self.pointer(e),
        }
    }

    fn pointer(&mut self, e: &Node<Expression>) -> bool {
        self.expression(e, &Goal::Local);
        true
    }

    fn unary(&mut self, e: &Node<Expression>, operator: &UnaryOperator, goal: &Goal) {
        use UnaryOperator::{Address, Indirection, PostDecrement, PostIncrement, PreDecrement, PreIncrement};
        let Expression::UnaryOperator(unary) = &e.node else { return };
        let operand = &unary.node.operand;
        match operator {
            Indirection => self.place(e, "read", goal),
            Address => {
                self.place(operand, "point to", goal);
            }
            PostIncrement | PostDecrement | PreIncrement | PreDecrement => {
                self.change(operand);
                self.expression(operand, goal);
            }
            _ => self.expression(operand, &Goal::Test),
        }
    }

    fn binary(&mut self, e: &Node<Expression>, goal: &Goal) {
        use BinaryOperator::{Index, LogicalAnd, LogicalOr, Minus, Plus};
        let Expression::BinaryOperator(binary) = &e.node else { return };
        let (lhs, rhs) = (&binary.node.lhs, &binary.node.rhs);
        match &binary.node.operator.node {
            Index => self.place(e, "read", goal),
            Plus | Minus => {
                self.expression(lhs, goal);
                self.expression(rhs, goal);
            }
            LogicalAnd | LogicalOr => {
                self.expression(lhs, &Goal::Test);
                let doubtful = !self.flows.is_open(&lhs.node);
                self.maybe(doubtful, |walk| walk.expression(rhs, &Goal::Test));
            }
            BinaryOperator::Assign => {
                self.change(lhs);
                self.assigned(lhs, rhs);
                self.expression(rhs, goal);
            }
            operator if format!("{operator:?}").starts_with("Assign") => {
                self.change(lhs);
                self.expression(lhs, &Goal::Test);
                self.assigned(lhs, rhs);
            }
            _ => {
                self.expression(lhs, &Goal::Test);
                self.expression(rhs, &Goal::Test);
            }
        }
    }

    fn change(&mut self, place: &Node<Expression>) {
        match &place.node {
            Expression::Identifier(name) => {
                if let Some(global) = self.flows.global(name) {
                    self.access(format!("write {global}"), Some(global));
                }
            }
            _ => self.place(place, "write", &Goal::Local),
        }
    }

    fn assigned(&mut self, place: &Node<Expression>, value: &Node<Expression>) {
        if self.flows.is_local(&place.node) {
            self.carried(self.flows.spell(place.span), value);
            self.expression(value, &Goal::Local);
        } else {
            let there = format!("write {}", self.flows.place(place));
            self.expression(value, &Goal::There(there, None));
        }
    }

    /// A local variable gets a value; whoever follows it as a pointer must know which.
    fn carried(&mut self, name: String, value: &Node<Expression>) {
        if self.flows.is_followed(&name) {
            self.access(format!("{name} = {}", self.flows.spell(value.span)), None);
        }
    }

    fn call(&mut self, e: &Node<Expression>, call: &CallExpression, goal: &Goal) {
        let name = match &call.callee.node {
            Expression::Identifier(name) if self.flows.is_function(name) => Some(name.node.name.clone()),
            _ => {
                self.expression(&call.callee, &Goal::Test);
                self.sites.by_pointer = true;
                None
            }
        };
        let spoken = name.clone().unwrap_or_else(|| "a function by pointer".into());
        for (at, argument) in call.arguments.iter().enumerate() {
            let there = format!("argument {at} of {spoken}");
            self.expression(argument, &Goal::There(there, name.clone()));
        }
        if let Some(callee) = name {
            let argument = |e: &Node<Expression>| Argument {
                roots: self.flows.roots(&e.node),
                foreign: self.flows.is_foreign(&e.node),
                own: self.flows.is_own(&e.node),
                steady: self.flows.steady(&e.node),
            };
            let arguments = call.arguments.iter().map(argument).collect();
            if self.flows.is_defined(&callee) {
                self.access(self.flows.spell(e.span), Some(self.flows.name_of(&callee)));
            } else {
                let lent = call.arguments.iter().filter(|a| !self.flows.lends_nothing(&a.node));
                let lent: Vec<String> = lent.map(|a| self.flows.spell(a.span)).collect();
                lent.into_iter().for_each(|text| self.access(format!("{callee} gets {text}"), None));
            }
            let used = !matches!(goal, Goal::Test);
            self.sites.calls.push(Call { callee, arguments, used, sure: !self.doubtful });
        }
        self.goes(e, if matches!(goal, Goal::Test) { &Goal::Local } else { goal });
    }

    fn declaration(&mut self, declaration: &Declaration) {
        for declarator in &declaration.declarators {
            let Some(initializer) = &declarator.node.initializer else { continue };
            if let (Some(name), Initializer::Expression(value)) =
                (super::declared_name(&declarator.node.declarator.node), &initializer.node)
            {
                self.carried(name.to_string(), value);
            }
            self.initializer(&initializer.node, &Goal::Local);
        }
    }

    fn result(&mut self, e: &Node<Expression>) {
        self.sites.results.insert(self.flows.spell(e.span));
        self.sites.constant_results &= self.flows.is_constant(&e.node);
        self.sites.touches_result |= self.flows.is_touched(&e.node);
        self.sites.any_result |= !self.doubtful && self.flows.is_any(&e.node);
        self.expression(e, &Goal::Caller);
    }

    fn statement(&mut self, statement: &Node<Statement>) {
        match &statement.node {
            Statement::Compound(items) => self.block(items),
            Statement::Labeled(labeled) => {
                let case = !matches!(labeled.node.label.node, Label::Identifier(_));
                self.always &= case;
                self.statement(&labeled.node.statement);
            }
            Statement::Expression(Some(e)) => {
                self.expression(e, &Goal::Test);
            }
            Statement::If(choice) => {
                self.expression(&choice.node.condition, &Goal::Test);
                let doubtful = !self.flows.is_open(&choice.node.condition.node);
                self.maybe(doubtful, |walk| {
                    walk.statement(&choice.node.then_statement);
                    choice.node.else_statement.iter().for_each(|other| walk.statement(other));
                });
            }
            Statement::Switch(switch) => {
                self.expression(&switch.node.expression, &Goal::Test);
                let doubtful = !self.flows.is_open(&switch.node.expression.node);
                self.round(doubtful, |walk| walk.statement(&switch.node.statement));
            }
            Statement::While(turn) => {
                self.expression(&turn.node.expression, &Goal::Test);
                let doubtful = self.flows.is_fixed(&turn.node.expression.node);
                self.round(doubtful, |walk| walk.statement(&turn.node.statement));
            }
            Statement::DoWhile(turn) => {
                let always = self.always;
                self.round(false, |walk| {
                    walk.always = always;
                    walk.statement(&turn.node.statement);
                });
                self.expression(&turn.node.expression, &Goal::Test);
            }
            Statement::For(turn) => {
                match &turn.node.initializer.node {
                    ForInitializer::Expression(e) => self.expression(e, &Goal::Test),
                    ForInitializer::Declaration(d) => self.declaration(&d.node),
                    _ => {}
                }
                turn.node.condition.iter().for_each(|e| self.expression(e, &Goal::Test));
                let doubtful = turn.node.condition.iter().any(|e| self.flows.is_fixed(&e.node));
                self.round(doubtful, |walk| {
                    walk.statement(&turn.node.statement);
                    turn.node.step.iter().for_each(|e| walk.expression(e, &Goal::Test));
                });
            }
            Statement::Return(value) => {
                value.iter().for_each(|e| self.result(e));
                self.end(true);
            }
            Statement::Goto(_) => self.end(true),
            Statement::Break | Statement::Continue => self.end(false),
            Statement::Asm(_) => self.sites.unreadable = true,
            _ => {}
        }
    }

    fn block(&mut self, items: &[Node<BlockItem>]) {
        let before = self.doubtful;
        for item in items {
            match &item.node {
                BlockItem::Declaration(declaration) => self.declaration(&declaration.node),
                BlockItem::Statement(statement) => {
                    if matches!(statement.node, Statement::Labeled(_)) {
                        (self.doubtful, self.dead) = (before || self.left || self.skipped, false);
                    }
                    self.statement(statement);
                    self.always &= !super::flows::leaves(statement);
                }
                BlockItem::StaticAssert(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests;
