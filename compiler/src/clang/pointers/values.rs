//! Which nodes an expression's value comes from, and through which ones its memory is reached.

use super::{Node, Walk, bare, bare_spelling, is_array, is_pointer, is_value};
use crate::clang::cursor::*;

impl Walk<'_> {
    /// What a value may be: addresses, and what holds them.
    pub(super) fn values(&mut self, value: Cursor) -> Vec<u32> {
        if is_array(value.ty()) {
            return self.memory(value);
        }
        let children = value.children();
        match value.kind() {
            DECL_REF => {
                let variable = value.referenced().filter(|v| matches!(v.kind(), VARIABLE | PARAMETER));
                let at = variable.filter(|_| is_pointer(value.ty())).and_then(|v| v.canonical().offset());
                at.map(|at| self.node(Node::Declared(at))).into_iter().collect()
            }
            _ if !is_pointer(value.ty()) && value.kind() != CAST => vec![],
            MEMBER => {
                let field = value.referenced().and_then(|field| field.offset());
                field.map(|at| self.node(Node::Declared(at))).into_iter().collect()
            }
            ARRAY_SUBSCRIPT => {
                let leads = |c: &&Cursor| is_pointer(c.ty()) || is_array(c.ty());
                children.iter().find(leads).map(|base| self.led(*base, value.ty())).into_iter().collect()
            }
            UNARY => self.value_of_unary(value),
            BINARY => self.value_of_binary(value),
            CALL => self.value_of_call(value),
            COMPOUND_ASSIGN => children.first().map(|place| self.values(*place)).unwrap_or_default(),
            CONDITIONAL => children[1..].iter().flat_map(|child| self.values(*child)).collect(),
            STATEMENT_EXPRESSION => {
                let block = children.first().map(|block| block.children()).unwrap_or_default();
                block.last().map(|last| self.values(*last)).unwrap_or_default()
            }
            _ => children.iter().filter(|c| is_value(c)).flat_map(|child| self.values(*child)).collect(),
        }
    }

    fn value_of_unary(&mut self, value: Cursor) -> Vec<u32> {
        let Some(operand) = value.children().first().copied() else { return vec![] };
        match self.prefix(value, operand) {
            "&" => self.memory(operand),
            "*" => vec![self.led(operand, value.ty())],
            _ => self.values(operand),
        }
    }

    /// A pointer of type `ty` that lies where another one leads to, or in an array.
    fn led(&mut self, base: Cursor, ty: Type) -> u32 {
        let spelled = bare_spelling(ty);
        let inner = bare(base);
        let variable = inner.referenced().filter(|v| inner.kind() == DECL_REF && v.kind() == VARIABLE);
        let node = match variable.and_then(|variable| variable.canonical().offset()) {
            Some(at) if is_array(inner.ty()) => {
                self.array(at, spelled);
                Node::Declared(at)
            }
            Some(at) if self.found.automatic.contains(&at) => {
                self.node(Node::Pointee(spelled.clone()));
                Node::Led(at, spelled)
            }
            _ => Node::Pointee(spelled),
        };
        self.node(node)
    }

    fn value_of_binary(&mut self, value: Cursor) -> Vec<u32> {
        let [left, right] = value.children()[..] else { return vec![] };
        match self.operator(left, right) {
            "=" | "," => self.values(right),
            _ => [self.values(left), self.values(right)].concat(),
        }
    }

    /// The addresses through which a place, or an array, is reached.
    pub(super) fn memory(&mut self, place: Cursor) -> Vec<u32> {
        let children = place.children();
        match place.kind() {
            DECL_REF => {
                let variable = place.referenced().filter(|v| matches!(v.kind(), VARIABLE | PARAMETER));
                let at = variable.and_then(|v| v.canonical().offset());
                at.map(|at| self.node(Node::Address(at))).into_iter().collect()
            }
            MEMBER | ARRAY_SUBSCRIPT => {
                let leads = |c: &&Cursor| is_pointer(c.ty()) || is_array(c.ty());
                let base = children.iter().find(leads).or(children.first());
                base.map(|base| self.reached(*base)).unwrap_or_default()
            }
            UNARY => match children.first().copied() {
                Some(operand) if self.prefix(place, operand) == "*" => self.values(operand),
                Some(operand) => self.memory(operand),
                None => vec![],
            },
            BINARY => match children[..] {
                [left, right] if self.operator(left, right) == "=" => self.memory(left),
                [_, right] => self.memory(right),
                _ => vec![],
            },
            CONDITIONAL => children[1..].iter().flat_map(|child| self.memory(*child)).collect(),
            CALL | SIZEOF => vec![],
            _ => children.iter().filter(|c| is_value(c)).flat_map(|child| self.memory(*child)).collect(),
        }
    }

    fn reached(&mut self, base: Cursor) -> Vec<u32> {
        if is_pointer(base.ty()) { self.values(base) } else { self.memory(base) }
    }

    /// A variable, or an unnamed object, begins with a value.
    pub(super) fn initialised(&mut self, ty: Type, to: u32, value: Cursor) {
        if value.kind() != INITIALISERS {
            if is_pointer(ty) {
                let from = self.values(value);
                self.flow(&from, &[to]);
            }
            return;
        }
        let element = is_array(ty).then(|| ty.canonical().element()).filter(|element| is_pointer(*element));
        let held = match (is_pointer(ty), element) {
            (true, _) => vec![(to, bare_spelling(ty))],
            (_, Some(element)) => vec![(to, bare_spelling(element))],
            _ => self.pointers_in(ty),
        };
        self.listed(&held, value);
    }

    /// Each value of a list goes to all places of its type: which one does not matter.
    fn listed(&mut self, held: &[(u32, String)], list: Cursor) {
        for value in list.children().into_iter().filter(is_value) {
            match value.kind() {
                INITIALISERS => self.listed(held, value),
                _ if is_pointer(value.ty()) || is_array(value.ty()) => {
                    let spelled = bare_spelling(value.ty());
                    let from = self.values(value);
                    let same = held.iter().filter(|(_, ty)| *ty == spelled).map(|(node, _)| *node);
                    let mut to: Vec<u32> = same.collect();
                    if to.is_empty() {
                        to = held.iter().map(|(node, _)| *node).collect();
                    }
                    self.flow(&from, &to);
                }
                // a designator and its value
                _ => self.listed(held, value),
            }
        }
    }

    /// The places of pointers in a type, with their types.
    pub(super) fn pointers_in(&mut self, ty: Type) -> Vec<(u32, String)> {
        let canonical = ty.canonical();
        match canonical.form() {
            Form::Pointer => {
                let spelled = bare_spelling(canonical);
                vec![(self.node(Node::Pointee(spelled.clone())), spelled)]
            }
            Form::Array(_) => self.pointers_in(canonical.element()),
            Form::Record => {
                let fields = canonical.declaration().map(|record| record.children()).unwrap_or_default();
                fields.into_iter().flat_map(|field| self.pointers_at(field)).collect()
            }
            _ => vec![],
        }
    }

    fn pointers_at(&mut self, field: Cursor) -> Vec<(u32, String)> {
        match (field.kind(), field.offset()) {
            (FIELD, Some(at)) if is_pointer(field.ty()) => {
                vec![(self.node(Node::Declared(at)), bare_spelling(field.ty()))]
            }
            (FIELD, _) => self.pointers_in(field.ty()),
            (STRUCT | UNION, _) if field.is_anonymous_member() => self.pointers_in(field.ty()),
            _ => vec![],
        }
    }
}
