//! Variants of a unit's text that tell what a difference comes from.

use polusc::text::{Kind, Token, is_asm, is_attribute, lex};
use std::collections::BTreeSet;

/// What stands for a number that equals its own line.
const ANY_LINE: &str = "424242";

/// The text with every number that equals its own line replaced by one that does not move.
pub fn without_lines(text: &str) -> String {
    let (mut line, mut counted) = (1, 0);
    let mut edits = vec![];
    for token in lex(text) {
        line += newlines(&text[counted..token.start]);
        counted = token.start;
        match token.kind {
            // A marker says what the line behind it is.
            Kind::Marker => line = marked(token.text(text)).unwrap_or(line + 1) - 1,
            Kind::Number if token.text(text).parse() == Ok(line) => {
                edits.push((token.start..token.end, ANY_LINE));
            }
            _ => (),
        }
    }
    edited(text, edits)
}

fn newlines(text: &str) -> i64 {
    text.bytes().filter(|&byte| byte == b'\n').count() as i64
}

fn marked(marker: &str) -> Option<i64> {
    let words = marker.trim_start_matches('#').trim_start();
    words.strip_prefix("line").unwrap_or(words).split_whitespace().next()?.parse().ok()
}

/// The text with the named functions made opaque: the compiler may use nothing that it learns
/// from their bodies, and makes no copies of them.
pub fn opaque(text: &str, names: &BTreeSet<String>) -> String {
    let tokens: Vec<Token> = lex(text).into_iter().filter(|t| !t.is_directive()).collect();
    let mut edits = vec![];
    let (mut depth, mut start) = (0, 0);
    for (at, token) in tokens.iter().enumerate() {
        match token.text(text) {
            "{" | "(" | "[" => {
                if depth == 0 && token.text(text) == "{" && defines(text, &tokens[start..at], names) {
                    edits.push((tokens[start].start..tokens[start].start, "__attribute__((noipa)) "));
                }
                depth += 1;
            }
            "}" | ")" | "]" => {
                depth -= 1;
                if depth == 0 && token.text(text) == "}" {
                    start = at + 1;
                }
            }
            ";" if depth == 0 && !is_old_style(text, &tokens[start..at]) => start = at + 1,
            _ => (),
        }
    }
    edited(text, edits)
}

/// The tokens before a `{` are the head of a definition of one of these functions.
fn defines(text: &str, head: &[Token], names: &BTreeSet<String>) -> bool {
    let mut depth = 0;
    head.windows(2).any(|pair| {
        let (word, next) = (pair[0].text(text), pair[1].text(text));
        depth += i32::from(word == "(") - i32::from(word == ")");
        depth == 0 && pair[0].kind == Kind::Ident && next == "(" && names.contains(word)
    })
}

/// The tokens end with a parameter's declaration before the body: `int f(a) int a;`.
fn is_old_style(text: &str, head: &[Token]) -> bool {
    let is_list = |pair: &&[Token]| pair[0].kind == Kind::Ident && pair[1].text(text) == "(";
    if !head.windows(2).any(|pair| is_list(&pair)) {
        return false;
    }
    let mut behind = head.iter().skip_while(|token| token.text(text) != ")").skip(1);
    behind.next().is_some_and(|token| {
        let word = token.text(text);
        token.kind == Kind::Ident && !is_attribute(word) && !is_asm(word)
    })
}

fn edited(text: &str, edits: Vec<(std::ops::Range<usize>, &str)>) -> String {
    let (mut out, mut at) = (String::with_capacity(text.len() + edits.len() * 24), 0);
    for (span, with) in edits {
        out.push_str(&text[at..span.start]);
        out.push_str(with);
        at = span.end;
    }
    out + &text[at..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_that_equal_their_line_are_taken_out() {
        let text = "# 7 \"a.c\"\nint a = 7, b = 8;\nint c = 8;\n\n# 3 \"b.h\" 1\nint d = 3, e = 0x3;\n";
        let expected = text.replace("a = 7", "a = 424242").replace("c = 8", "c = 424242");
        assert_eq!(without_lines(text), expected.replace("d = 3", "d = 424242"));
    }

    #[test]
    fn definitions_alone_are_made_opaque() {
        let text =
            "int f(int); struct s { int f; } g(void) { return f(1); } static int f(int a) { return a; }";
        let found = opaque(text, &BTreeSet::from(["f".to_string()]));
        assert_eq!(found, text.replace("static", "__attribute__((noipa)) static"));
    }

    #[test]
    fn a_definition_in_the_old_style() {
        let text = "int x = 1; int f(a, b) int a; char b; { return a; }";
        let found = opaque(text, &BTreeSet::from(["f".to_string()]));
        assert_eq!(found, text.replace("int f", "__attribute__((noipa)) int f"));
    }
}
