//! Which arrays are indexed by values of which enumeration: what is assigned, passed or returned goes from
//! one place to another, whatever the types; no order, no contexts, a field is one place (Andersen, 1994).

use super::cursor::*;
use super::shape::spell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What a number comes from, or goes to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Leaf {
    /// A variable, parameter, field or function's result; or an enumeration. By the place of its name.
    Declared(usize),
    /// A parameter of functions of this type that are called by their address; `None`: their result.
    Called(String, Option<usize>),
}

/// Where numbers and arrays go, and what is indexed by what.
#[derive(Clone, Debug, Default)]
pub struct Indices {
    known: HashMap<Leaf, usize>,
    /// From, to.
    flows: BTreeSet<(usize, usize)>,
    /// An array or pointer, and a part of an index into it.
    indexed: Vec<(usize, usize)>,
}

impl Indices {
    /// An array may be indexed by an enumeration's values; both by the place of their name.
    pub fn by(&self, array: usize, enumeration: usize) -> bool {
        let of = |at| self.known.get(&Leaf::Declared(at)).map(|&leaf| self.reached(leaf));
        let (Some(arrays), Some(values)) = (of(array), of(enumeration)) else { return false };
        self.indexed.iter().any(|(base, index)| arrays.contains(base) && values.contains(index))
    }

    fn reached(&self, from: usize) -> BTreeSet<usize> {
        let (mut reached, mut open) = (BTreeSet::from([from]), vec![from]);
        while let Some(leaf) = open.pop() {
            let next = self.flows.range((leaf, 0)..(leaf + 1, 0)).map(|(_, to)| *to);
            open.extend(next.filter(|to| reached.insert(*to)));
        }
        reached
    }

    fn leaf(&mut self, leaf: Leaf) -> usize {
        let next = self.known.len();
        *self.known.entry(leaf).or_insert(next)
    }

    fn flow(&mut self, from: &[usize], to: &[usize]) {
        for &from in from {
            self.flows.extend(to.iter().filter(|&&to| to != from).map(|&to| (from, to)));
        }
    }
}

/// Follows the numbers in a unit.
pub fn indices(text: &str, root: Cursor) -> Indices {
    let mut walk = Walk { text, parameters: BTreeMap::new(), found: Indices::default() };
    for cursor in root.children().into_iter().filter(|c| c.kind() == FUNCTION && c.is_definition()) {
        if let Some(at) = cursor.canonical().offset() {
            walk.parameters.insert(at, parameters(cursor));
        }
    }
    for cursor in root.children() {
        walk.visit(cursor, None, &[]);
    }
    walk.found
}

fn parameters(function: Cursor) -> Vec<usize> {
    let parameters = function.children().into_iter().filter(|c| c.kind() == PARAMETER);
    parameters.filter_map(|c| c.canonical().offset()).collect()
}

struct Walk<'s> {
    text: &'s str,
    /// Of each function that is defined.
    parameters: BTreeMap<usize, Vec<usize>>,
    found: Indices,
}

impl Walk<'_> {
    fn declared(&mut self, cursor: Option<Cursor>) -> Option<usize> {
        let at = cursor?.canonical().offset()?;
        Some(self.found.leaf(Leaf::Declared(at)))
    }

    /// `switched`: what the switch around looks at.
    fn visit(&mut self, cursor: Cursor, function: Option<usize>, switched: &[usize]) {
        let (mut function, mut inner) = (function, switched.to_vec());
        let children = cursor.children();
        match cursor.kind() {
            FUNCTION => function = self.declared(Some(cursor)),
            VARIABLE => self.variable(cursor),
            BINARY | COMPOUND_ASSIGN => self.binary(cursor),
            ARRAY_SUBSCRIPT => self.indexed(&children),
            CALL => self.call(cursor),
            DECL_REF => self.taken(cursor),
            RETURN => {
                if let (Some(value), Some(function)) = (children.first(), function) {
                    self.goes(*value, &[function]);
                }
            }
            SWITCH => inner = children.first().map(|on| self.leaves(*on)).unwrap_or_default(),
            CASE => {
                let named = children.first().map(|named| self.leaves(*named)).unwrap_or_default();
                self.found.flow(&named, &inner);
            }
            _ => {}
        }
        let by_name = |callee: &Cursor| is_function(inside(*callee));
        let callee = usize::from(cursor.kind() == CALL && children.first().is_some_and(by_name));
        for child in children.into_iter().skip(callee) {
            self.visit(child, function, &inner);
        }
    }

    /// What gets an address may write there.
    fn goes(&mut self, value: Cursor, to: &[usize]) {
        let from = self.leaves(value);
        self.found.flow(&from, to);
        if leads(value) && !self.is_array(value) {
            self.found.flow(to, &from);
        }
    }

    /// An array of the program as it is: what is written there is no index.
    fn is_array(&self, value: Cursor) -> bool {
        matches!(inside(value).ty().canonical().form(), Form::Array(_))
    }

    fn variable(&mut self, cursor: Cursor) {
        let Some(at) = self.declared(Some(cursor)) else { return };
        for value in cursor.children() {
            match value.kind() {
                INITIALISERS => self.listed(value, at),
                TYPE_REF | STRUCT | UNION | ENUM => {}
                _ => self.goes(value, &[at]),
            }
        }
    }

    /// Each value of a list goes to all numbers of its type: which one does not matter.
    fn listed(&mut self, list: Cursor, place: usize) {
        let mut to = self.numbers_in(list.ty());
        to.push(place);
        for value in list.children() {
            match value.kind() {
                INITIALISERS => self.listed(value, place),
                _ => self.goes(value, &to),
            }
        }
    }

    fn numbers_in(&mut self, ty: Type) -> Vec<usize> {
        let canonical = ty.canonical();
        match canonical.form() {
            Form::Array(_) => self.numbers_in(canonical.element()),
            Form::Record => {
                let fields = canonical.declaration().map(|record| record.children()).unwrap_or_default();
                let numbers = fields.into_iter().filter(|field| {
                    field.kind() == FIELD && matches!(field.ty().canonical().form(), Form::Plain | Form::Enum)
                });
                numbers.filter_map(|field| self.declared(Some(field))).collect()
            }
            _ => vec![],
        }
    }

    fn binary(&mut self, cursor: Cursor) {
        let [left, right] = cursor.children()[..] else { return };
        match self.operator(left, right) {
            "+" | "-" if leads(left) || leads(right) => self.indexed(&[left, right]),
            "==" | "!=" | "<" | ">" | "<=" | ">=" => self.compared(left, right),
            operator if operator == "=" || cursor.kind() == COMPOUND_ASSIGN => {
                let to = self.leaves(left);
                self.goes(right, &to);
            }
            _ => {}
        }
    }

    /// What is compared to a value of an enumeration may be one.
    fn compared(&mut self, left: Cursor, right: Cursor) {
        for (one, other) in [(left, right), (right, left)] {
            if let Some(enumeration) = self.named(one) {
                let to = self.leaves(other);
                self.found.flow(&[enumeration], &to);
            }
        }
    }

    /// The enumeration that an expression names, or is of.
    fn named(&mut self, value: Cursor) -> Option<usize> {
        let inner = inside(value);
        let named = inner.referenced().filter(|named| inner.kind() == DECL_REF && named.kind() == ENUMERATOR);
        match named {
            Some(named) => self.declared(named.parent()),
            None => self.enumeration(inner.ty()),
        }
    }

    fn operator(&self, left: Cursor, right: Cursor) -> &str {
        let between = self.text.get(left.extent().end..right.extent().start).unwrap_or_default();
        between.trim_matches(|c: char| c.is_whitespace() || matches!(c, '(' | ')'))
    }

    /// One leads somewhere, the other says how far.
    fn indexed(&mut self, both: &[Cursor]) {
        let [left, right] = both else { return };
        let (base, index) = if leads(*left) { (*left, *right) } else { (*right, *left) };
        let (base, index) = (self.leaves(base), self.leaves(index));
        let pairs = base.iter().flat_map(|&base| index.iter().map(move |&index| (base, index)));
        self.found.indexed.extend(pairs);
    }

    fn call(&mut self, cursor: Cursor) {
        let Some((callee, arguments)) = cursor.children().split_first().map(|(c, a)| (*c, a.to_vec())) else {
            return;
        };
        let named = inside(callee).referenced().filter(|named| named.kind() == FUNCTION);
        let places = named.and_then(|named| named.canonical().offset());
        let places = places.and_then(|at| self.parameters.get(&at).cloned());
        let ty = signature(callee.ty());
        for (at, argument) in arguments.into_iter().enumerate() {
            let place = match (&places, named) {
                (Some(places), _) => places.get(at).map(|&at| self.found.leaf(Leaf::Declared(at))),
                (None, Some(_)) => None,
                (None, None) => Some(self.found.leaf(Leaf::Called(ty.clone(), Some(at)))),
            };
            self.goes(argument, place.as_slice());
        }
    }

    /// A function whose address may be taken gets what functions of its type are given.
    fn taken(&mut self, cursor: Cursor) {
        let Some(function) = cursor.referenced().filter(|named| named.kind() == FUNCTION) else { return };
        let Some(at) = function.canonical().offset() else { return };
        let ty = signature(cursor.ty());
        for (number, place) in self.parameters.get(&at).cloned().unwrap_or_default().into_iter().enumerate() {
            let called = self.found.leaf(Leaf::Called(ty.clone(), Some(number)));
            let place = self.found.leaf(Leaf::Declared(place));
            self.found.flow(&[called], &[place]);
        }
        let (result, called) = (self.found.leaf(Leaf::Declared(at)), self.found.leaf(Leaf::Called(ty, None)));
        self.found.flow(&[result], &[called]);
    }

    fn enumeration(&mut self, ty: Type) -> Option<usize> {
        let canonical = ty.canonical();
        let declared = (canonical.form() == Form::Enum).then(|| canonical.declaration()).flatten();
        self.declared(declared)
    }

    /// What a value comes from.
    fn leaves(&mut self, value: Cursor) -> Vec<usize> {
        let children = value.children();
        let own = self.enumeration(value.ty());
        let more = match value.kind() {
            DECL_REF => match value.referenced() {
                Some(named) if named.kind() == ENUMERATOR => {
                    self.declared(named.parent()).into_iter().collect()
                }
                named => self.declared(named).into_iter().collect(),
            },
            MEMBER => self.declared(value.referenced()).into_iter().collect(),
            CALL => self.result(value, children.first().copied()),
            CONDITIONAL => children.iter().skip(1).flat_map(|child| self.leaves(*child)).collect(),
            ARRAY_SUBSCRIPT => children.iter().filter(|c| leads(**c)).flat_map(|c| self.leaves(*c)).collect(),
            BINARY => match children[..] {
                [left, right] => match self.operator(left, right) {
                    "==" | "!=" | "<" | ">" | "<=" | ">=" | "&&" | "||" => vec![],
                    "," => self.leaves(right),
                    "*" | "/" | "%" | "<<" | ">>" => vec![],
                    _ => [self.leaves(left), self.leaves(right)].concat(),
                },
                _ => vec![],
            },
            STATEMENT_EXPRESSION => {
                let block = children.first().map(|block| block.children()).unwrap_or_default();
                block.last().map(|last| self.leaves(*last)).unwrap_or_default()
            }
            PAREN | IMPLICIT | CAST | UNARY | COMPOUND_ASSIGN => children
                .iter()
                .filter(|c| c.kind() != TYPE_REF)
                .flat_map(|child| self.leaves(*child))
                .collect(),
            _ => vec![],
        };
        own.into_iter().chain(more).collect()
    }

    fn result(&mut self, call: Cursor, callee: Option<Cursor>) -> Vec<usize> {
        let Some(callee) = callee else { return vec![] };
        let named = inside(callee).referenced().filter(|named| named.kind() == FUNCTION);
        let own = self.enumeration(call.ty());
        let result = match named {
            Some(named) => self.declared(Some(named)),
            None => Some(self.found.leaf(Leaf::Called(signature(callee.ty()), None))),
        };
        own.into_iter().chain(result).collect()
    }
}

fn inside(cursor: Cursor) -> Cursor {
    match (cursor.kind(), cursor.children().first()) {
        (PAREN | IMPLICIT, Some(&inner)) => inside(inner),
        _ => cursor,
    }
}

fn is_function(name: Cursor) -> bool {
    name.referenced().is_some_and(|named| named.kind() == FUNCTION)
}

fn leads(cursor: Cursor) -> bool {
    matches!(cursor.ty().canonical().form(), Form::Pointer | Form::Array(_))
}

/// A function's type, or that of what a pointer leads to.
fn signature(ty: Type) -> String {
    let canonical = ty.canonical();
    spell(if canonical.form() == Form::Pointer { canonical.pointee() } else { canonical })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_indexed(rest: &str) -> bool {
        let text =
            format!("enum kind {{ A, B }}; struct job {{ enum kind kind; int n; }}; int table[2];\n{rest}");
        let found = indices(&text, Unit::parse(&text, &["-xc", "-w"]).unwrap().root());
        found.by(text.find("table").unwrap(), text.find("kind").unwrap())
    }

    #[test]
    fn an_index_may_be_a_value_of_the_enumeration() {
        for text in [
            "int f(struct job *j) { return table[j->kind]; }",
            "int f(struct job *j) { int k = j->kind; return table[k]; }",
            "int f(struct job *j) { return table[j->n]; } void g(struct job *j) { j->n = B; }",
            "int f(struct job *j) { if (j->n == A) return 0; return *(table + j->n); }",
            "int f(struct job *j) { switch (j->n) { case A: return 0; } return table[j->n]; }",
            "int g(int *t, int k) { return t[k]; } int f(struct job *j) { return g(table, j->kind); }",
            "int k(int n) { return n ? A : B; } int f(int n) { return table[k(n)]; }",
            "void g(struct job *j, int *k) { *k = j->kind; } int f(struct job *j) { int k; g(j, &k); return table[k]; }",
            "int g(int k) { return table[k]; } int (*p)(int) = g; int f(struct job *j) { return p(j->kind); }",
            "struct row { int k; } rows[] = { { A }, { B } }; int f(int n) { return table[rows[n].k]; }",
        ] {
            assert!(is_indexed(text), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_no_values_of_it() {
        for text in [
            "int f(int n) { return table[n]; } enum kind g(void) { return A; }",
            "int f(void) { int s = 0; for (int i = 0; i < 2; i++) s += table[i]; return s == 3 ? A : B; }",
            "enum other { C } o; int f(struct job *j) { return j->kind == A ? table[o] : 0; }",
            "int f(int n, enum kind k) { int r = n; if (k == A) r = k; return r + table[n]; }",
            "int other[2]; int f(struct job *j) { if (other[j->kind]) return 0; return table[j->n]; }",
        ] {
            assert!(!is_indexed(text), "{text}");
        }
    }
}
