//! Scopes of a function: which declaration a name means, by number.

use std::collections::HashMap;

/// What a name is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// The n-th declaration of the function.
    Local(usize),
}

/// Nested scopes, labels, and the state of reading a definition's head.
#[derive(Default)]
pub struct Scopes {
    open: Vec<HashMap<String, usize>>,
    labels: HashMap<String, usize>,
    declared: usize,
    /// The function's own name was read.
    pub named: bool,
    /// The function's own parameter list was read.
    pub listed: bool,
}

impl Scopes {
    /// Opens a scope.
    pub fn push(&mut self) {
        self.open.push(HashMap::new());
    }

    /// Closes the innermost scope.
    pub fn pop(&mut self) {
        self.open.pop();
    }

    /// Only the function's own scope is open.
    pub fn is_outermost(&self) -> bool {
        self.open.len() == 1
    }

    /// Declares a name in the innermost scope.
    pub fn declare(&mut self, name: &str) -> usize {
        self.declared += 1;
        if let Some(scope) = self.open.last_mut() {
            scope.insert(name.to_string(), self.declared);
        }
        self.declared
    }

    /// The declaration that a name means, innermost first.
    pub fn find(&self, name: &str) -> Option<Binding> {
        self.open.iter().rev().find_map(|scope| scope.get(name)).map(|&n| Binding::Local(n))
    }

    /// A label's number, in order of first mention.
    pub fn label(&mut self, name: &str) -> usize {
        let next = self.labels.len();
        *self.labels.entry(name.to_string()).or_insert(next)
    }
}
