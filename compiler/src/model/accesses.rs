//! What a program's text does with a variable: it reads it, writes it, takes its address.

use super::stored::{Extents, Stored, first};
use super::{ItemId, Program, Syntax};
use crate::clang::{Escape, Kind, Role, Use};
use crate::text;
use lang_c::ast::{
    AsmStatement, BinaryOperator, BinaryOperatorExpression, Expression, MemberOperator, UnaryOperator,
    UnaryOperatorExpression,
};
use lang_c::span::{Node, Span};
use lang_c::visit::{self, Visit};
use std::collections::{BTreeMap, BTreeSet};

/// All that is done with one variable; where the text leaves a doubt, it is done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// Its value is used.
    pub read: bool,
    /// Something is stored in it, or in a part of it.
    pub written: bool,
    /// Where its address goes.
    pub escapes: BTreeSet<Escape>,
    /// The values assigned to it as a whole, by their text; `None` among them: a store of another kind.
    pub values: BTreeSet<Option<String>>,
    /// All values that are stored in it as a whole, with what can be known of them.
    pub stored: BTreeSet<Stored>,
    /// The number that it begins with.
    pub first: Option<String>,
    /// The functions that do so.
    pub users: BTreeSet<ItemId>,
}

impl Access {
    /// Nothing can have changed its first value.
    pub fn keeps_first_value(&self) -> bool {
        !self.written && !self.is_addressed()
    }

    /// Its address goes somewhere.
    pub fn is_addressed(&self) -> bool {
        !self.escapes.is_empty()
    }
}

/// What `program` does with each of the variables `wanted`.
pub fn accesses(program: &Program, wanted: &BTreeSet<ItemId>) -> BTreeMap<ItemId, Access> {
    let first = |id| Access { first: first(program, id), ..Access::default() };
    let mut found: BTreeMap<ItemId, Access> = wanted.iter().map(|&id| (id, first(id))).collect();
    let mut by_holder: BTreeMap<ItemId, Vec<&Use>> = BTreeMap::new();
    for place in program.uses.iter().filter(|u| wanted.contains(&u.target) && u.role != Role::Mention) {
        by_holder.entry(place.holder).or_default().push(place);
    }
    for (holder, uses) in by_holder {
        let stores = Stores::of(program, holder, &uses);
        for place in uses {
            let access = found.entry(place.target).or_default();
            access.add(place, &stores);
            if program.items[holder].kind() == Kind::Function {
                access.users.insert(holder);
            }
        }
    }
    found
}

impl Access {
    fn add(&mut self, place: &Use, stores: &Stores) {
        if stores.unevaluated.contains(&place.offset) {
            return;
        }
        match &place.role {
            _ if stores.anything => drop(self.escapes.insert(Escape::Elsewhere)),
            Role::Address(escape) if !stores.followed.contains(&place.offset) => {
                self.escapes.insert(escape.clone());
            }
            _ => {}
        }
        let store = stores.at.get(&place.offset);
        self.read |= stores.anything || store.is_none_or(|store| store.reads);
        self.written |= stores.anything || store.is_some();
        self.values.extend(store.map(|store| store.value.clone()));
        self.stored.extend(store.iter().flat_map(|store| store.stored.clone()));
    }
}

/// One store.
struct Store {
    /// It also reads: `+=`, `++`.
    reads: bool,
    /// Text of what is assigned to the whole variable.
    value: Option<String>,
    /// All that it may put there.
    stored: Vec<Stored>,
}

/// The stores of one function, by the offset of the variable's name.
#[derive(Default)]
struct Stores {
    at: BTreeMap<usize, Store>,
    /// Operands of `sizeof`.
    unevaluated: BTreeSet<usize>,
    /// Arrays of which `*` takes the first element at once.
    followed: BTreeSet<usize>,
    /// The text cannot be read alone.
    anything: bool,
}

impl Stores {
    fn of(program: &Program, holder: ItemId, uses: &[&Use]) -> Self {
        let mut stores = Self::default();
        if program.items[holder].kind() != Kind::Function {
            return stores;
        }
        let syntax = Syntax::at(program, program.span(holder).start);
        let Some((syntax, definition)) = syntax.as_ref().and_then(|s| Some((s, s.function()?))) else {
            return Self { anything: true, ..stores };
        };
        let arrays = uses.iter().filter(|u| !program.items[u.target].entity.dimensions.is_empty());
        let wanted = uses.iter().map(|u| u.offset).collect();
        let arrays = arrays.map(|u| u.offset).collect();
        let alone = |u: &&&Use| uses.iter().filter(|other| other.target == u.target).count() == 1;
        let alone = uses.iter().filter(alone).map(|u| u.offset).collect();
        let extents = Extents::of(program, syntax, holder);
        stores.anything = syntax.hidden.iter().any(|token| token == "asm" || token == "__asm__");
        let mut look =
            Look { program, syntax, extents, wanted, alone, arrays, unevaluated: false, stores: &mut stores };
        look.visit_statement(&definition.statement.node, &definition.statement.span);
        stores
    }
}

struct Look<'l> {
    program: &'l Program,
    syntax: &'l Syntax,
    extents: Extents<'l>,
    wanted: BTreeSet<usize>,
    /// Those whose variable stands once in the function.
    alone: BTreeSet<usize>,
    /// Those of `wanted` that name arrays, not pointers.
    arrays: BTreeSet<usize>,
    unevaluated: bool,
    stores: &'l mut Stores,
}

impl Look<'_> {
    /// The place that a store changes; `whole`: not only a part of the variable.
    fn stored(&mut self, place: &Node<Expression>, reads: bool, value: Option<String>, by: Vec<Stored>) {
        match &place.node {
            Expression::Identifier(name) => {
                let at = self.syntax.offset(name.span.start);
                if self.wanted.contains(&at) {
                    let bounded = reads && !self.extents.straight && !self.alone.contains(&at);
                    let stored = if bounded { by.into_iter().map(Stored::bounded).collect() } else { by };
                    self.stores.at.insert(at, Store { reads, value, stored });
                }
            }
            Expression::Member(member) if member.node.operator.node == MemberOperator::Direct => {
                self.stored(&member.node.expression, reads, None, vec![]);
            }
            Expression::BinaryOperator(index)
                if index.node.operator.node == BinaryOperator::Index
                    && self.may_be_array(&index.node.lhs.node) =>
            {
                self.stored(&index.node.lhs, reads, None, vec![]);
            }
            Expression::UnaryOperator(e) if e.node.operator.node == UnaryOperator::Indirection => {
                if let Expression::Identifier(name) = &e.node.operand.node {
                    let at = self.syntax.offset(name.span.start);
                    if self.arrays.contains(&at) {
                        self.stores.at.insert(at, Store { reads, value: None, stored: vec![] });
                    }
                }
            }
            _ => {}
        }
    }

    fn may_be_array(&self, base: &Expression) -> bool {
        match base {
            Expression::Identifier(name) => self.arrays.contains(&self.syntax.offset(name.span.start)),
            _ => true,
        }
    }

    fn text(&self, span: Span) -> String {
        let source = &self.program.unit.text[self.syntax.range(span)];
        text::lex(source).iter().map(|token| token.text(source)).collect::<Vec<_>>().join(" ")
    }
}

impl<'a> Visit<'a> for Look<'_> {
    fn visit_expression(&mut self, e: &'a Expression, span: &'a Span) {
        let around = self.unevaluated;
        self.unevaluated |= matches!(e, Expression::SizeOfVal(_) | Expression::SizeOfTy(_));
        if let (Expression::Identifier(name), true) = (e, self.unevaluated) {
            self.stores.unevaluated.insert(self.syntax.offset(name.span.start));
        }
        visit::visit_expression(self, e, span);
        self.unevaluated = around;
    }

    fn visit_binary_operator_expression(&mut self, e: &'a BinaryOperatorExpression, span: &'a Span) {
        match e.operator.node {
            BinaryOperator::Assign => {
                let value = self.text(e.rhs.span);
                self.stored(&e.lhs, false, Some(value), self.extents.assigned(&e.rhs));
            }
            ref other if format!("{other:?}").starts_with("Assign") => {
                self.stored(&e.lhs, true, None, vec![self.extents.counted(other, *span)]);
            }
            _ => {}
        }
        visit::visit_binary_operator_expression(self, e, span);
    }

    fn visit_unary_operator_expression(&mut self, e: &'a UnaryOperatorExpression, span: &'a Span) {
        use UnaryOperator::{PostDecrement, PostIncrement, PreDecrement, PreIncrement};
        if matches!(e.operator.node, PostIncrement | PostDecrement | PreIncrement | PreDecrement) {
            self.stored(&e.operand, true, None, vec![self.extents.stepped(*span)]);
        }
        if let (UnaryOperator::Indirection, Expression::Identifier(name)) =
            (&e.operator.node, &e.operand.node)
        {
            let at = self.syntax.offset(name.span.start);
            if self.arrays.contains(&at) {
                self.stores.followed.insert(at);
            }
        }
        visit::visit_unary_operator_expression(self, e, span);
    }

    fn visit_asm_statement(&mut self, _: &'a AsmStatement, _: &'a Span) {
        self.stores.anything = true;
    }
}
