//! Which typedef names a text declares at file scope, found without a parser.
//!
//! The syntax parser must know them before it reads a piece of text on its own.

use std::collections::HashSet;
use std::ops::Range;

use super::shadow::closing;
use super::words::{is_attribute, is_keyword, is_specifier_call, is_tag};
use super::{Kind, Token};

/// Names that `typedef` declares outside of all brackets of a text.
pub fn file_typedefs<'s>(source: &'s str, tokens: &[Token]) -> HashSet<&'s str> {
    let tokens: Vec<Token> = tokens.iter().filter(|token| !token.is_directive()).copied().collect();
    let mut names = HashSet::new();
    let mut at = 0;
    while at < tokens.len() {
        let end = statement_end(source, &tokens, at);
        if tokens[at..end].iter().any(|t| t.kind == Kind::Ident && t.text(source) == "typedef") {
            names.extend(declared_typedefs(source, &tokens[at..end]).iter().map(|t| t.text(source)));
        }
        at = end;
    }
    names
}

/// Index behind the `;` or `}` that ends what starts at `from`, outside of brackets.
/// A function's body ends a statement too; so does a tag's, unless it stands in a typedef.
fn statement_end(source: &str, tokens: &[Token], from: usize) -> usize {
    let mut depth = 0usize;
    let mut typedef = false;
    for (index, token) in tokens.iter().enumerate().skip(from) {
        match (token.kind, source.as_bytes()[token.start]) {
            (Kind::Ident, b't') if depth == 0 && token.text(source) == "typedef" => typedef = true,
            (Kind::Punct, b'(' | b'[' | b'{') => depth += 1,
            (Kind::Punct, b')' | b']') => depth = depth.saturating_sub(1),
            (Kind::Punct, b'}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 && !typedef {
                    return index + 1;
                }
            }
            (Kind::Punct, b';') if depth == 0 => return index + 1,
            _ => {}
        }
    }
    tokens.len()
}

/// The name tokens of one `typedef` declaration; none if it is another declaration.
/// The given tokens are its own, without directives.
pub fn declared_typedefs(source: &str, tokens: &[Token]) -> Vec<Token> {
    let Some(items) = typedef_items(source, tokens) else { return vec![] };
    let mut first = true;
    let mut names = vec![];
    for segment in items.split(|item| matches!(item, Item::Comma)) {
        names.extend(declarator_name(source, tokens, segment, first));
        first = false;
    }
    names
}

/// What stands outside of all brackets, as far as it can hold or precede a name.
enum Item {
    /// A word that may be a type or a declared name.
    Word(Token),
    /// A built-in type, a tag or its body, `typeof (x)`: a type for sure.
    Type,
    /// Tokens within a pair of parentheses.
    Group(Range<usize>),
    Comma,
}

/// The items of a declaration; `None` where `typedef` is not among them.
fn typedef_items(source: &str, tokens: &[Token]) -> Option<Vec<Item>> {
    let bytes = source.as_bytes();
    let mut items = vec![];
    let mut typedef = false;
    let mut after_tag = false;
    let mut at = 0;
    while at < tokens.len() {
        let token = tokens[at];
        let word = token.text(source);
        let opens =
            |index: usize| tokens.get(index).is_some_and(|t| t.kind == Kind::Punct && bytes[t.start] == b'(');
        match token.kind {
            Kind::Ident if is_specifier_call(word) && opens(at + 1) => {
                if !is_attribute(word) {
                    items.push(Item::Type);
                }
                at = closing(tokens, bytes, at + 1);
            }
            Kind::Ident if word == "typedef" => typedef = true,
            Kind::Ident if is_tag(word) => {
                items.push(Item::Type);
                after_tag = true;
            }
            Kind::Ident if after_tag => after_tag = false,
            Kind::Ident if super::words::is_base_type(word) => items.push(Item::Type),
            Kind::Ident if is_keyword(word) => {}
            Kind::Ident => items.push(Item::Word(token)),
            Kind::Punct => match bytes[token.start] {
                b'(' => {
                    let close = closing(tokens, bytes, at);
                    items.push(Item::Group(at + 1..close));
                    at = close;
                }
                b'[' | b'{' => {
                    after_tag = false;
                    at = closing(tokens, bytes, at);
                }
                b',' => items.push(Item::Comma),
                _ => {}
            },
            _ => {}
        }
        at += 1;
    }
    typedef.then_some(items)
}

/// The declared name of one declarator; `first` says that its type stands before it.
fn declarator_name(source: &str, tokens: &[Token], segment: &[Item], first: bool) -> Option<Token> {
    let group = segment.iter().position(|item| matches!(item, Item::Group(_)));
    let before = &segment[..group.unwrap_or(segment.len())];
    let outer = match before.last() {
        Some(Item::Word(name)) if !first || before.len() > 1 => Some(*name),
        _ => None,
    };
    let Some(Item::Group(inside)) = group.map(|index| &segment[index]) else { return outer };
    let pointer = source.as_bytes()[tokens[inside.start].start] == b'*' && !inside.is_empty();
    if outer.is_some() && !pointer { outer } else { inner_name(source, &tokens[inside.clone()]) }
}

/// The first word within a declarator's parentheses that is no keyword and no attribute's.
fn inner_name(source: &str, tokens: &[Token]) -> Option<Token> {
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if token.kind == Kind::Ident {
            let word = token.text(source);
            if is_attribute(word) && at + 1 < tokens.len() {
                at = closing(tokens, source.as_bytes(), at + 1);
            } else if !is_keyword(word) {
                return Some(*token);
            }
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::lex;
    use super::*;

    fn names(source: &str) -> Vec<&str> {
        let mut names: Vec<_> = file_typedefs(source, &lex(source)).into_iter().collect();
        names.sort();
        names
    }

    #[test]
    fn every_form_of_declarator() {
        let cases: [(&str, &[&str]); 17] = [
            ("typedef int a;", &["a"]),
            ("typedef unsigned long a, *b, c[3];", &["a", "b", "c"]),
            ("typedef struct s { int x; } s_t, *s_p;", &["s_p", "s_t"]),
            ("typedef struct s s;", &["s"]),
            ("typedef int (*f)(int, long);", &["f"]),
            ("typedef x_t (*f)(y_t z);", &["f"]),
            ("typedef x_t f(y_t z);", &["f"]),
            ("typedef x_t (f)(y_t);", &["f"]),
            ("typedef int (*(*f)(int))(void);", &["f"]),
            ("typedef __typeof__(1 + x) t;", &["t"]),
            ("typedef int t __attribute__((__mode__(__DI__)));", &["t"]),
            ("typedef struct __attribute__((packed)) { int a; } t;", &["t"]),
            ("__extension__ typedef long long t;", &["t"]),
            ("int typedef t;", &["t"]),
            ("typedef enum { A, B } t;", &["t"]),
            ("typedef void (__attribute__((x)) *h)(int);", &["h"]),
            ("int f(void) { typedef int local; return 0; } typedef f_t g;", &["g"]),
        ];
        for (source, expected) in cases {
            assert_eq!(names(source), expected, "{source}");
        }
    }

    #[test]
    fn other_declarations_declare_none() {
        assert!(names("struct s { int x; } y; int f(void) {} x_t z;").is_empty());
    }
}
