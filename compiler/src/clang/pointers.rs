//! Where addresses go: which variable, field or parameter may hold what another one held, what is written
//! through them, and where they are lost to sight. Flow-insensitive; a field is one place, whatever the
//! object (Andersen, 1994, without the heap).

mod calls;
mod values;

use super::cursor::*;
use super::shape::spell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Something that has, or is, an address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// The address of a variable or of a part of it, by the place where its name is first declared.
    Address(usize),
    /// What a variable, a parameter or a field holds.
    Declared(usize),
    /// What a pointer of this type leads to, or an array's element.
    Pointee(String),
    /// What the pointer in a variable of a block leads to, and its type.
    Led(usize, String),
    /// What a function gives back.
    Result(usize),
    /// A parameter of functions of this type that are called by their address; `None`: their result.
    Called(String, Option<usize>),
    /// The same of functions whose address became one of data.
    Converted(Option<usize>),
}

/// Nodes by number, and what happens between them; places are bytes of the text.
#[derive(Clone, Debug, Default)]
pub struct Pointers {
    /// All nodes.
    pub nodes: Vec<Node>,
    /// From, to.
    pub flows: BTreeSet<(u32, u32)>,
    /// What is written through: the address, and where.
    pub writes: Vec<(u32, usize)>,
    /// Addresses that go where nothing follows them.
    pub lost: Vec<(u32, usize)>,
    /// Addresses that are compared or subtracted.
    pub compared: Vec<(Vec<u32>, Vec<u32>, usize)>,
    /// Arrays of pointers, with their elements' type.
    pub arrays: BTreeMap<usize, String>,
    /// Variables that live as long as their block, no parameters.
    pub automatic: BTreeSet<usize>,
    /// Parameters of functions that are defined.
    pub parameters: BTreeSet<usize>,
    /// Addresses that functions of libraries are given, with their names.
    pub lent: Vec<(u32, String)>,
}

/// Follows the addresses in a unit.
pub fn pointers(text: &str, root: Cursor) -> Pointers {
    let mut walk =
        Walk { text, known: HashMap::new(), functions: BTreeMap::new(), found: Pointers::default() };
    for cursor in root.children() {
        walk.define(cursor);
    }
    walk.found.parameters = walk.functions.values().flatten().copied().collect();
    for cursor in root.children() {
        walk.visit(cursor, None);
    }
    walk.found
}

struct Walk<'s> {
    text: &'s str,
    known: HashMap<Node, u32>,
    /// Places of the parameters of each function that is defined.
    functions: BTreeMap<usize, Vec<usize>>,
    found: Pointers,
}

impl Walk<'_> {
    fn node(&mut self, node: Node) -> u32 {
        let next = self.known.len() as u32;
        let nodes = &mut self.found.nodes;
        *self.known.entry(node).or_insert_with_key(|node| {
            nodes.push(node.clone());
            next
        })
    }

    fn flow(&mut self, from: &[u32], to: &[u32]) {
        for &to in to {
            self.found.flows.extend(from.iter().filter(|&&from| from != to).map(|&from| (from, to)));
        }
    }

    fn alias(&mut self, one: &[u32], other: &[u32]) {
        self.flow(one, other);
        self.flow(other, one);
    }

    fn define(&mut self, cursor: Cursor) {
        match cursor.kind() {
            FUNCTION if cursor.is_definition() => {
                let parameters = cursor.children().into_iter().filter(|c| c.kind() == PARAMETER);
                let places = parameters.filter_map(|c| c.canonical().offset()).collect();
                if let Some(at) = cursor.canonical().offset() {
                    self.functions.insert(at, places);
                }
            }
            _ => {}
        }
    }

    fn visit(&mut self, cursor: Cursor, function: Option<usize>) {
        let mut function = function;
        match cursor.kind() {
            FUNCTION => function = cursor.canonical().offset(),
            VARIABLE => self.variable(cursor, function.is_some()),
            UNION => self.union(cursor),
            BINARY => self.binary(cursor),
            COMPOUND_ASSIGN => self.written(cursor.children().first().copied(), cursor),
            UNARY => self.unary(cursor),
            CALL => return self.call(cursor, function),
            RETURN => self.returned(cursor, function),
            COMPOUND_LITERAL => self.literal(cursor),
            CAST | IMPLICIT => self.converted(cursor),
            DECL_REF => self.taken(cursor),
            ASSEMBLY => self.assembly(cursor),
            SIZEOF => return,
            _ => {}
        }
        for child in cursor.children() {
            self.visit(child, function);
        }
    }

    fn variable(&mut self, cursor: Cursor, inside: bool) {
        let Some(at) = cursor.canonical().offset() else { return };
        if inside && !cursor.is_static() && !cursor.is_extern() {
            self.found.automatic.insert(at);
        }
        let (span, name_at) = (cursor.extent(), cursor.offset().unwrap_or(0));
        let begins = |child: &Cursor| {
            is_value(child) && child.extent().start > name_at && child.extent().end == span.end
        };
        let element = cursor.ty().canonical().element();
        if is_array(cursor.ty()) && is_pointer(element) {
            self.array(at, bare_spelling(element));
        }
        if let Some(value) = cursor.children().into_iter().rfind(begins) {
            let to = self.node(Node::Declared(at));
            self.initialised(cursor.ty(), to, value);
        }
    }

    fn array(&mut self, at: usize, element: String) {
        self.node(Node::Pointee(element.clone()));
        self.found.arrays.insert(at, element);
    }

    /// Members of a union hold what any of them holds.
    fn union(&mut self, cursor: Cursor) {
        let held = self.pointers_in(cursor.ty());
        if let Some((&first, rest)) = held.iter().map(|(node, _)| node).collect::<Vec<_>>().split_first() {
            rest.iter().for_each(|&&other| self.alias(&[*first], &[other]));
        }
    }

    fn binary(&mut self, cursor: Cursor) {
        let [left, right] = cursor.children()[..] else { return };
        match self.operator(left, right) {
            "=" => {
                let (to, from) = (self.values(left), self.values(right));
                self.flow(&from, &to);
                self.written(Some(left), cursor);
            }
            "==" | "!=" | "<" | ">" | "<=" | ">=" | "-" => {
                let (left, right) = (self.values(left), self.values(right));
                if !left.is_empty() && !right.is_empty() {
                    let at = cursor.extent().start;
                    self.found.compared.push((left, right, at));
                }
            }
            _ => {}
        }
    }

    /// The operator between two operands.
    fn operator(&self, left: Cursor, right: Cursor) -> &str {
        let between = self.text.get(left.extent().end..right.extent().start).unwrap_or_default();
        let tokens = crate::text::lex(between);
        tokens.iter().map(|token| token.text(between)).find(|word| !matches!(*word, "(" | ")")).unwrap_or("")
    }

    fn unary(&mut self, cursor: Cursor) {
        let Some(operand) = cursor.children().first().copied() else { return };
        match self.prefix(cursor, operand) {
            "&" if is_pointer(operand.ty()) => {
                let led = Node::Pointee(bare_spelling(operand.ty()));
                let (held, led) = (self.values(operand), self.node(led));
                self.alias(&held, &[led]);
            }
            "++" | "--" | "" => self.written(Some(operand), cursor),
            _ => {}
        }
    }

    /// The operator before an operand; none: it stands behind.
    fn prefix(&self, cursor: Cursor, operand: Cursor) -> &str {
        let before = self.text.get(cursor.extent().start..operand.extent().start).unwrap_or_default();
        before.trim()
    }

    fn written(&mut self, place: Option<Cursor>, whole: Cursor) {
        let at = whole.extent().start;
        let through = place.map(|place| self.memory(place)).unwrap_or_default();
        self.found.writes.extend(through.into_iter().map(|node| (node, at)));
    }

    fn lose(&mut self, nodes: Vec<u32>, at: usize) {
        self.found.lost.extend(nodes.into_iter().map(|node| (node, at)));
    }

    fn returned(&mut self, cursor: Cursor, function: Option<usize>) {
        let (Some(value), Some(function)) = (cursor.children().first().copied(), function) else { return };
        let (from, to) = (self.values(value), self.node(Node::Result(function)));
        self.flow(&from, &[to]);
    }

    fn literal(&mut self, cursor: Cursor) {
        if let Some(value) = cursor.children().into_iter().find(|c| c.kind() == INITIALISERS) {
            let unnamed = self.node(Node::Declared(cursor.extent().start));
            self.initialised(cursor.ty(), unnamed, value);
        }
    }

    /// An address that becomes a number is lost; pointers to pointers of two types lead to the same.
    fn converted(&mut self, cursor: Cursor) {
        let Some(value) = cursor.children().into_iter().rfind(is_value) else { return };
        let (to, from) = (cursor.ty(), value.ty());
        if cursor.kind() == CAST && !is_pointer(to) && (is_pointer(from) || is_array(from)) && !is_void(to) {
            let values = self.values(value);
            return self.lose(values, cursor.extent().start);
        }
        if let (true, Some(from)) = (is_pointer(to), calls::function_type(value)) {
            self.converted_function(from, to);
        }
        if is_pointer(to) && is_pointer(from) {
            let (to, from) = (to.canonical().pointee(), from.canonical().pointee());
            if is_pointer(to) && is_pointer(from) && bare_spelling(to) != bare_spelling(from) {
                let to = self.node(Node::Pointee(bare_spelling(to)));
                let from = self.node(Node::Pointee(bare_spelling(from)));
                self.alias(&[to], &[from]);
            }
        }
    }

    fn assembly(&mut self, cursor: Cursor) {
        for child in cursor.children() {
            let nodes = [self.values(child), self.memory(child)].concat();
            self.lose(nodes, cursor.extent().start);
        }
    }
}

fn is_value(cursor: &Cursor) -> bool {
    !matches!(cursor.kind(), TYPE_REF | STRUCT | UNION | ENUM)
}

/// Without parentheses and implicit conversions.
fn bare(cursor: Cursor) -> Cursor {
    match (cursor.kind(), &cursor.children()[..]) {
        (PAREN | IMPLICIT, [inner]) => bare(*inner),
        _ => cursor,
    }
}

fn is_pointer(ty: Type) -> bool {
    ty.canonical().form() == Form::Pointer
}

fn is_array(ty: Type) -> bool {
    matches!(ty.canonical().form(), Form::Array(_))
}

fn is_void(ty: Type) -> bool {
    spell(ty) == "void"
}

/// A type's spelling, whether or not it may be written to.
fn bare_spelling(ty: Type) -> String {
    spell(ty).replace("const ", "").replace("volatile ", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Pointers {
        pointers(text, Unit::parse(text, &["-xc", "-w"]).unwrap().root())
    }

    /// What the address of a variable reaches, as text.
    fn reached(found: &Pointers, from: usize) -> BTreeSet<u32> {
        let number = |node: &Node| found.nodes.iter().position(|n| n == node).map(|at| at as u32);
        let mut reached: BTreeSet<u32> = number(&Node::Address(from)).into_iter().collect();
        loop {
            let before = reached.len();
            let more: Vec<u32> =
                found.flows.iter().filter(|(from, _)| reached.contains(from)).map(|(_, to)| *to).collect();
            reached.extend(more);
            if reached.len() == before {
                return reached;
            }
        }
    }

    fn is_written(text: &str) -> bool {
        let found = of(text);
        let reached = reached(&found, text.find("table").unwrap());
        found.writes.iter().any(|(node, _)| reached.contains(node))
    }

    #[test]
    fn what_is_only_read_is_not_written() {
        for text in [
            "struct s { int a; } table[2]; int f(int n) { return table[n].a; }",
            "int table[2]; int g(int *p) { return *p++; } int f(void) { return g(table); }",
            "int strcmp(const char *, const char *); char *table[2]; int f(char *n) { return strcmp(n, table[0]); }",
            "struct s { int a; } table[2]; struct t { struct s *s; int b; } t; void f(void) { t.s = table; t.b = t.s->a; }",
            "char *table[2], **lists[] = {table, 0}, **other; int f(void) { char ***l; for (l = lists; *l; l++) if (**l) return 1; return 0; } void g(void) { char ***p = &other; **p = 0; }",
        ] {
            assert!(!is_written(text), "{text}");
        }
    }

    #[test]
    fn writes_are_seen_through_what_holds_the_address() {
        for text in [
            "struct s { int a; } table[2]; void f(int n) { table[n].a++; }",
            "int table[2]; void g(int *p) { *p++ = 1; } void f(void) { g(table + 1); }",
            "int table[2]; int *h(void) { return &table[1]; } void f(void) { h()[0] = 1; }",
            "struct s { int a[3]; } table[2]; struct t { struct s *s; } t; void f(void) { t.s = table; t.s->a[1] = 2; }",
            "struct s { int a; } table[2]; struct t { int n; struct s *s; } all[] = {{1, table}}; void f(void) { all[0].s->a = 2; }",
            "struct s { int a; } table[2]; struct t { int n; struct s *s; } all = {.s = &table[1]}; void f(void) { all.s->a = 2; }",
            "int table[2]; void out(int **p) { *p = table; } void f(void) { int *q; out(&q); q[0] = 1; }",
            "int table[2]; void w(int *p, int *q) { *q = 1; } void (*fp)(int *, int *) = w; void f(void) { fp(0, table); }",
            "int table[2]; void w(void *p) { *(int *)p = 1; } struct h { void (*fp)(char *); } h; void f(void) { h.fp = (void (*)(char *))w; h.fp((char *)table); }",
            "void *memset(void *, int, unsigned long); int table[2]; void f(void) { memset(table, 0, 8); }",
            "char *strchr(const char *, int); char table[2]; void f(void) { *strchr(table, 1) = 0; }",
            "int table[2]; void f(int n) { int *p = n ? table : 0; p += 1; *p = 1; }",
            "int table[2]; void f(int n) { int *p = ({ n++; table; }); (*p)--; }",
            "union u { int *a; void *b; }; int table[2]; void f(union u *u) { u->a = table; *(char *)u->b = 1; }",
            "struct s { int a; } table[2]; void f(struct s *v) { table[1] = *v; }",
        ] {
            assert!(is_written(text), "{text}");
        }
    }

    #[test]
    fn addresses_that_become_numbers_are_lost() {
        for text in [
            "int table[2]; long f(void) { return (long)table; }",
            "int table[2]; void f(void) { __asm__(\"\" : : \"r\"(table)); }",
        ] {
            let found = of(text);
            let reached = reached(&found, text.find("table").unwrap());
            assert!(found.lost.iter().any(|(node, _)| reached.contains(node)), "{text}");
        }
    }
}
