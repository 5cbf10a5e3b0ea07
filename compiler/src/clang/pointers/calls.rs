//! Addresses that functions are given, and give back.

use super::{Node, Walk, bare_spelling, is_array, is_pointer};
use crate::clang::cursor::*;

/// What compilers know of a pointer without reading or writing where it leads to.
const HARMLESS: &[&str] = &[
    "__builtin_expect",
    "__builtin_constant_p",
    "__builtin_object_size",
    "__builtin_dynamic_object_size",
    "__builtin_prefetch",
    "__builtin_choose_expr",
    "__builtin_va_start",
    "__builtin_va_end",
];

/// As many parameters are followed where a function is called by its address under another type.
const PARAMETERS: usize = 12;

impl Walk<'_> {
    pub(super) fn call(&mut self, cursor: Cursor, function: Option<usize>) {
        let children = cursor.children();
        let Some((&callee, arguments)) = children.split_first() else { return };
        let direct = called(callee);
        match direct {
            Some(named) => match self.definition(named) {
                Some(parameters) => self.given(cursor, &parameters, arguments),
                None => self.lent(cursor, named, arguments),
            },
            None => self.given_by_address(callee, arguments),
        }
        // a function that is called by name is not named for its address
        for child in children.iter().skip(usize::from(direct.is_some())) {
            self.visit(*child, function);
        }
    }

    fn definition(&self, function: Cursor) -> Option<Vec<usize>> {
        self.functions.get(&function.canonical().offset()?).cloned()
    }

    /// To a function of the program.
    fn given(&mut self, call: Cursor, parameters: &[usize], arguments: &[Cursor]) {
        for (index, argument) in arguments.iter().enumerate() {
            let from = self.values(*argument);
            match parameters.get(index) {
                Some(&at) => {
                    let to = self.node(Node::Declared(at));
                    self.flow(&from, &[to]);
                }
                None => self.lose(from, call.extent().start),
            }
        }
    }

    /// To a library: it may write where it is not promised that it does not, and call what it is given.
    fn lent(&mut self, call: Cursor, callee: Cursor, arguments: &[Cursor]) {
        let name = callee.name();
        if HARMLESS.contains(&name.as_str()) {
            return;
        }
        let parameters = callee.ty().canonical().parameters();
        let functions: Vec<String> = arguments.iter().filter_map(|a| function_type(*a)).collect();
        for (index, argument) in arguments.iter().enumerate() {
            let from = self.values(*argument);
            self.found.lent.extend(from.iter().map(|&node| (node, name.clone())));
            let reads = match parameters.get(index) {
                Some(ty) => is_pointer(*ty) && ty.canonical().pointee().is_const(),
                None => !parameters.is_empty() && !name.contains("scanf"),
            };
            if !reads {
                self.found.writes.extend(from.iter().map(|&node| (node, call.extent().start)));
            }
            for called in &functions {
                (0..PARAMETERS).for_each(|k| self.flow_to_called(called, k, &from));
            }
        }
    }

    fn given_by_address(&mut self, callee: Cursor, arguments: &[Cursor]) {
        let Some(called) = function_type(callee) else { return };
        for (index, argument) in arguments.iter().enumerate() {
            let from = self.values(*argument);
            self.flow_to_called(&called, index, &from);
        }
    }

    fn flow_to_called(&mut self, called: &str, index: usize, from: &[u32]) {
        if !from.is_empty() {
            let to = self.node(Node::Called(called.to_string(), Some(index)));
            self.flow(from, &[to]);
        }
    }

    pub(super) fn value_of_call(&mut self, cursor: Cursor) -> Vec<u32> {
        let children = cursor.children();
        let Some((&callee, arguments)) = children.split_first() else { return vec![] };
        match called(callee) {
            Some(named) if self.definition(named).is_some() => {
                let at = named.canonical().offset().unwrap_or(0);
                vec![self.node(Node::Result(at))]
            }
            // what a library gives back may be what it was given
            Some(_) => arguments.iter().flat_map(|argument| self.values(*argument)).collect(),
            None => {
                let called = function_type(callee).unwrap_or_default();
                vec![self.node(Node::Called(called, None))]
            }
        }
    }

    /// A function's address is taken: whoever calls functions of its type may call it.
    pub(super) fn taken(&mut self, name: Cursor) {
        let Some(function) = name.referenced().filter(|f| f.kind() == FUNCTION) else { return };
        let (Some(at), Some(parameters)) = (function.canonical().offset(), self.definition(function)) else {
            return;
        };
        let called = bare_spelling(function.ty());
        for (index, parameter) in parameters.into_iter().enumerate() {
            let to = self.node(Node::Declared(parameter));
            let same = self.node(Node::Called(called.clone(), Some(index)));
            self.flow(&[same], &[to]);
        }
        let (from, same) = (self.node(Node::Result(at)), self.node(Node::Called(called, None)));
        self.flow(&[from], &[same]);
    }

    /// A function's address is converted: who calls such functions may call it, too.
    pub(super) fn converted_function(&mut self, from: String, to: Type) {
        let to = to.canonical().pointee().canonical();
        let to = matches!(to.form(), Form::Function { .. }).then(|| bare_spelling(to));
        if to.as_ref() == Some(&from) {
            return;
        }
        for index in (0..PARAMETERS).map(Some).chain([None]) {
            let other = match &to {
                Some(to) => Node::Called(to.clone(), index),
                None => Node::Converted(index),
            };
            let (from, to) = (self.node(Node::Called(from.clone(), index)), self.node(other));
            self.alias(&[from], &[to]);
        }
    }
}

/// The function that is called by its name.
fn called(callee: Cursor) -> Option<Cursor> {
    match (callee.kind(), &callee.children()[..]) {
        (DECL_REF, _) => callee.referenced().filter(|f| f.kind() == FUNCTION),
        (PAREN | IMPLICIT, [inner]) => called(*inner),
        _ => None,
    }
}

/// The type of the functions that a value leads to.
pub(super) fn function_type(value: Cursor) -> Option<String> {
    let ty = value.ty().canonical();
    let led = if is_pointer(ty) { ty.pointee().canonical() } else { ty };
    let function = matches!(led.form(), Form::Function { .. });
    (function && !is_array(ty)).then(|| bare_spelling(led))
}
