//! Names where the syntax tree cannot see them: attributes, assertions, assembly, pragmas.

use super::facts::{Facts, Mention};
use super::names::{Identifiers, Name};
use super::resolve::Hidden;
use crate::text::{Kind, Token, lex, words};

/// Adds to `facts` the names that stand in `changed`, text that the parser did not get.
/// It lies `base` bytes behind the beginning of what the facts' offsets count from.
pub(super) fn names_in(
    changed: &str,
    base: usize,
    identifiers: &Identifiers,
    hidden: &[Hidden],
    facts: &mut Facts,
) {
    let tokens = lex(changed);
    let mut scan =
        Scan { text: changed, tokens: &tokens, base, identifiers, hidden, facts, in_string: false };
    match tokens.first().map(|token| token.text(changed)) {
        Some(word) if words::is_attribute(word) => scan.attribute(),
        Some(word) if words::is_asm(word) => scan.strings(),
        Some("__label__" | "&&" | ":") | None => {}
        _ => scan.expression(),
    }
}

/// Adds the names in the strings of assembly statements within a function.
pub(super) fn names_in_assembly(text: &str, base: usize, identifiers: &Identifiers, facts: &mut Facts) {
    let tokens = lex(text);
    Scan { text, tokens: &tokens, base, identifiers, hidden: &[], facts, in_string: false }.strings();
}

/// Adds the names in a pragma that is a declaration of its own.
pub(super) fn names_in_pragma(text: &str, identifiers: &Identifiers, facts: &mut Facts) {
    let body = text.trim_start().trim_start_matches('#');
    let tokens = lex(body);
    let mut scan = Scan {
        text: body,
        tokens: &tokens,
        base: text.len() - body.len(),
        identifiers,
        hidden: &[],
        facts,
        in_string: false,
    };
    for token in tokens.iter().skip(2).filter(|token| token.kind == Kind::Ident) {
        scan.mention(*token, false);
    }
}

struct Scan<'a> {
    text: &'a str,
    tokens: &'a [Token],
    base: usize,
    identifiers: &'a Identifiers,
    hidden: &'a [Hidden],
    facts: &'a mut Facts,
    in_string: bool,
}

impl Scan<'_> {
    fn at(&self, index: usize) -> &str {
        self.tokens.get(index).map_or("", |token| token.text(self.text))
    }

    fn mention(&mut self, token: Token, tag: bool) {
        let at = self.base + token.start;
        let Some(id) = self.identifiers.get(token.text(self.text)) else { return };
        let name = Name::new(id, tag);
        if !self.hidden.iter().any(|(local, range)| *local == name && range.contains(&at)) {
            self.facts.mentions.push(Mention { at, name, symbol: self.in_string });
        }
    }

    /// `__attribute__((name(arguments), …))`: names are in arguments only, some in strings.
    fn attribute(&mut self) {
        let mut depth = 0;
        let mut attribute = String::new();
        for index in 0..self.tokens.len() {
            let token = self.tokens[index];
            match self.at(index) {
                "(" => depth += 1,
                ")" => depth -= 1,
                word if depth == 2 && token.kind == Kind::Ident => {
                    attribute = word.trim_matches('_').to_string();
                    self.facts.replaceable |= matches!(attribute.as_str(), "weak" | "gnu_inline");
                }
                _ if depth < 3 || matches!(attribute.as_str(), "format" | "mode" | "access") => {}
                _ if token.kind == Kind::Ident => self.mention(token, words::is_tag(self.at(index - 1))),
                _ if token.kind == Kind::Str
                    && matches!(attribute.as_str(), "alias" | "ifunc" | "weakref") =>
                {
                    self.string(token);
                }
                _ => {}
            }
        }
    }

    /// Identifiers of an expression or type, but for members.
    fn expression(&mut self) {
        let mut depth = 0usize;
        let mut member_of: Option<usize> = None;
        for index in 0..self.tokens.len() {
            let token = self.tokens[index];
            let before = index.checked_sub(1).map_or("", |before| self.at(before));
            match self.at(index) {
                "(" => depth += 1,
                ")" => {
                    depth = depth.saturating_sub(1);
                    member_of = member_of.filter(|&open| depth >= open);
                }
                "__builtin_offsetof" => member_of = Some(depth + 1),
                _ if token.kind != Kind::Ident || matches!(before, "." | "->") => {}
                _ if member_of == Some(depth) && self.behind_comma(index, depth) => {}
                _ => self.mention(token, words::is_tag(before)),
            }
        }
    }

    /// A comma stands between this token and the parenthesis that is open around it.
    fn behind_comma(&self, index: usize, depth: usize) -> bool {
        let mut inner = depth;
        for at in (0..index).rev() {
            match self.at(at) {
                ")" => inner += 1,
                "(" if inner == depth => return false,
                "(" => inner -= 1,
                "," if inner == depth => return true,
                _ => {}
            }
        }
        false
    }

    fn strings(&mut self) {
        for token in self.tokens {
            if token.kind == Kind::Str {
                self.string(*token);
            }
        }
    }

    /// Words in a string; those behind `%` and `[` are the assembler template's own.
    fn string(&mut self, string: Token) {
        self.in_string = true;
        let text = string.text(self.text);
        let bytes = text.as_bytes();
        let mut at = 1;
        while at < bytes.len() {
            if bytes[at] == b'\\' {
                at += 2;
                continue;
            }
            let length = bytes[at..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
            let start = string.start + at;
            let own = matches!(bytes[at - 1], b'%' | b'[' | b'.');
            if length > 0 && !own && !bytes[at].is_ascii_digit() {
                self.mention(Token { kind: Kind::Ident, start, end: start + length }, false);
            }
            at += length.max(1);
        }
        self.in_string = false;
    }
}
