//! Attributes that a declaration of the patch must not have, taken out with their commas.

use super::Edits;
use crate::text::{self, Token};
use std::ops::Range;

/// Edits that take the named attributes out of a range; an `__attribute__` without any left goes too.
pub fn strip(text: &str, range: Range<usize>, names: &[&str], edits: &mut Edits) {
    let source = &text[range.clone()];
    let tokens = text::lex(source);
    let mut at = 0;
    while at < tokens.len() {
        let Some(list) = list_at(source, &tokens, at) else {
            at += 1;
            continue;
        };
        let (kept, gone): (Vec<_>, Vec<_>) =
            list.items.iter().partition(|item| !names.contains(&tokens[item.start].text(source)));
        if !gone.is_empty() {
            let spelled = |item: &&Range<usize>| &source[tokens[item.start].start..tokens[item.end - 1].end];
            let kept: Vec<&str> = kept.iter().map(|item| spelled(item)).collect();
            let with = if kept.is_empty() { String::new() } else { format!("__attribute__(({}))", kept.join(", ")) };
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

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(text: &str) -> String {
        let mut edits = Edits::default();
        strip(text, 0..text.len(), &["hidden", "visibility"], &mut edits);
        edits.cut(text, 0..text.len())
    }

    #[test]
    fn what_is_left_of_an_attribute_is_well_formed() {
        let cases = [
            ("__attribute__((visibility(\"hidden\"))) int a;", " int a;"),
            ("int a __attribute__((hot, visibility (\"x\"), aligned(8)));", "int a __attribute__((hot, aligned(8)));"),
            ("__attribute ((hot)) __attribute__((hidden)) int a;", "__attribute ((hot))  int a;"),
            ("__attribute__((__aligned__(", "__attribute__((__aligned__("),
            ("__attribute__(( , hidden , )) int a;", " int a;"),
        ];
        for (text, expected) in cases {
            assert_eq!(stripped(text), expected);
        }
    }
}
