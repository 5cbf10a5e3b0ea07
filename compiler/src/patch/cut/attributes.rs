//! Attributes that a declaration of the patch must not have, taken out with their commas.

use super::Edits;
use crate::text::{self, Token};
use std::ops::Range;

/// What a declaration is in the patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Something that stays in the process.
    Import,
    /// A static that the patch defines.
    Own,
    /// An inline function whose text is repeated.
    Copy,
    /// A typedef.
    Type,
}

impl Place {
    /// An attribute (without underscores around it) that a declaration there must not have.
    fn forbids(self, name: &str) -> bool {
        /// A hidden import would be bound inside the patch; starting and naming are the process's affair,
        /// and where a thread variable lies that of the patch.
        const EVERYWHERE: &[&str] = &[
            "visibility",
            "alias",
            "ifunc",
            "weakref",
            "symver",
            "target_clones",
            "constructor",
            "destructor",
            "gnu_inline",
            "tls_model",
        ];
        const NEED_LINKAGE: &[&str] = &["weak", "externally_visible", "common", "selectany", "leaf"];
        const OF_TYPES: &[&str] = &["aligned", "mode", "vector_size", "packed", "scalar_storage_order"];
        let name = name.strip_prefix("__").and_then(|n| n.strip_suffix("__")).unwrap_or(name);
        EVERYWHERE.contains(&name)
            || match self {
                Self::Import => name == "always_inline",
                Self::Own => name == "always_inline" || NEED_LINKAGE.contains(&name),
                Self::Copy => NEED_LINKAGE.contains(&name),
                Self::Type => !OF_TYPES.contains(&name),
            }
    }
}

/// Edits that take the attributes which `place` forbids out of a range; an `__attribute__` without
/// any left goes too.
pub fn strip(text: &str, range: Range<usize>, place: Place, edits: &mut Edits) {
    let source = &text[range.clone()];
    let tokens = text::lex(source);
    let mut at = 0;
    while at < tokens.len() {
        let Some(list) = list_at(source, &tokens, at) else {
            at += 1;
            continue;
        };
        let (kept, gone): (Vec<_>, Vec<_>) =
            list.items.iter().partition(|item| !place.forbids(tokens[item.start].text(source)));
        if !gone.is_empty() {
            let spelled = |item: &&Range<usize>| &source[tokens[item.start].start..tokens[item.end - 1].end];
            let kept: Vec<&str> = kept.iter().map(spelled).collect();
            let with =
                if kept.is_empty() { String::new() } else { format!("__attribute__(({}))", kept.join(", ")) };
            edits.replace(range.start + tokens[at].start..range.start + tokens[list.end - 1].end, with);
        }
        at = list.end;
    }
}

/// An attribute specifier: its items and one past its last token, as token numbers.
struct List {
    items: Vec<Range<usize>>,
    end: usize,
}

/// The specifier `__attribute__((…))` that begins at token `at`.
fn list_at(source: &str, tokens: &[Token], at: usize) -> Option<List> {
    let word = |i: usize| tokens.get(i).map_or("", |t| t.text(source));
    if !text::is_attribute(word(at)) || word(at + 1) != "(" || word(at + 2) != "(" {
        return None;
    }
    let (mut items, mut start, mut depth) = (vec![], at + 3, 2usize);
    for i in at + 3..tokens.len() {
        match word(i) {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        let ends = depth == 2 && word(i) == "," || depth == 1 && word(i) == ")";
        if ends && start <= i {
            items.extend((start < i).then_some(start..i));
            start = if depth == 1 { tokens.len() } else { i + 1 };
        }
        if depth == 0 {
            return Some(List { items, end: i + 1 });
        }
    }
    None
}

/// One past the attributes and the assembler name that stand at `end`; the syntax tree does not show them.
pub fn end(text: &str, end: usize) -> usize {
    let rest = &text[end..];
    let rest = &rest[..rest.find([';', '{', '}']).unwrap_or(rest.len())];
    let tokens = text::lex(rest);
    let mut at = 0;
    while let Some(next) =
        list_at(rest, &tokens, at).map(|list| list.end).or_else(|| label_at(rest, &tokens, at))
    {
        at = next;
    }
    at.checked_sub(1).map_or(end, |last| end + tokens[last].end)
}

/// Where the first attribute or assembler name outside of parentheses stands.
pub fn first(text: &str, range: Range<usize>) -> Option<usize> {
    let source = &text[range.clone()];
    let mut depth = 0i32;
    for token in text::lex(source) {
        match token.text(source) {
            "(" => depth += 1,
            ")" => depth -= 1,
            word if depth <= 0 && (text::is_attribute(word) || text::is_asm(word)) => {
                return Some(range.start + token.start);
            }
            _ => {}
        }
    }
    None
}

/// One past `__asm__("name")` at a token.
fn label_at(source: &str, tokens: &[Token], at: usize) -> Option<usize> {
    let word = |i: usize| tokens.get(i).map_or("", |t| t.text(source));
    let close = (at..tokens.len()).find(|&i| word(i) == ")")?;
    (text::is_asm(word(at)) && word(at + 1) == "(").then_some(close + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(text: &str) -> String {
        let mut edits = Edits::default();
        strip(text, 0..text.len(), Place::Own, &mut edits);
        edits.apply(text, 0..text.len())
    }

    #[test]
    fn what_is_left_of_an_attribute_is_well_formed() {
        let cases = [
            ("__attribute__((visibility(\"hidden\"))) int a;", " int a;"),
            (
                "int a __attribute__((hot, visibility (\"x\"), aligned(8)));",
                "int a __attribute__((hot, aligned(8)));",
            ),
            ("__attribute ((hot)) __attribute__((weak)) int a;", "__attribute ((hot))  int a;"),
            ("__attribute__((__aligned__(", "__attribute__((__aligned__("),
            ("__attribute__(( , __weak__ , )) int a;", " int a;"),
        ];
        for (text, expected) in cases {
            assert_eq!(stripped(text), expected);
        }
    }
}
