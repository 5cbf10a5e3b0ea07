//! Shadow text for the syntax parser: what lang-c cannot read is blanked or replaced.

use std::collections::HashSet;
use std::ops::Range;

use super::shadow::{Canvas, closing};
use super::words::{is_asm, is_attribute, is_keyword, is_qualifier, is_tag};
use super::{Kind, Shadow, Token, file_typedefs, lex};

/// A copy of equal length that lang-c parses with every construct of GNU C 11 it lacks replaced.
/// All attributes are blanked. Take names from the original by span: some are replaced here.
pub fn shadow_syntax(text: &str) -> Shadow {
    let tokens = lex(text);
    let typedefs = file_typedefs(text, &tokens);
    shadow_tokens(text, &tokens, &typedefs)
}

/// As [`shadow_syntax`], for a text whose tokens and typedef names are known.
pub fn shadow_tokens(text: &str, tokens: &[Token], typedefs: &HashSet<&str>) -> Shadow {
    let mut canvas = Canvas::new(text);
    blank_comments(text, tokens, &mut canvas);
    let tokens: Vec<Token> = tokens.iter().filter(|token| !token.is_directive()).copied().collect();
    let tokens = tokens.as_slice();
    let mut pass = Pass { text, tokens, typedefs, canvas, open: vec![], closed: 0..0, initialiser: false };
    let mut at = 0;
    while at < tokens.len() {
        at = match tokens[at].kind {
            Kind::Ident => pass.word(at),
            Kind::Punct => pass.punct(at),
            Kind::Number => pass.number(at),
            Kind::Str | Kind::Char => pass.literal(at),
            Kind::Marker | Kind::Pragma | Kind::Directive => unreachable!("directives are filtered out"),
        };
    }
    pass.canvas.finish()
}

fn blank_comments(text: &str, tokens: &[Token], canvas: &mut Canvas) {
    let mut end = 0;
    for token in tokens {
        if text.as_bytes()[end..token.start].contains(&b'/') {
            canvas.overwrite(end..token.start, "");
        }
        end = token.end;
    }
    canvas.overwrite(end..text.len(), "");
}

struct Pass<'s> {
    text: &'s str,
    tokens: &'s [Token],
    typedefs: &'s HashSet<&'s str>,
    canvas: Canvas,
    /// Indices of open brackets.
    open: Vec<usize>,
    /// The parentheses closed last.
    closed: Range<usize>,
    /// Outside of all brackets: a `=` was seen since the declaration began.
    initialiser: bool,
}

impl<'s> Pass<'s> {
    fn at(&self, index: usize) -> &'s str {
        self.tokens.get(index).map_or("", |token| token.text(self.text))
    }

    fn before(&self, index: usize) -> &'s str {
        index.checked_sub(1).map_or("", |index| self.at(index))
    }

    fn span(&self, from: usize, to: usize) -> Range<usize> {
        self.tokens[from].start..self.tokens[to].end
    }

    fn close(&self, open: usize) -> usize {
        closing(self.tokens, self.text.as_bytes(), open)
    }

    /// Blanks tokens `from..=to` and goes on behind them.
    fn blank(&mut self, from: usize, to: usize) -> usize {
        self.canvas.blank(self.span(from, to));
        to + 1
    }

    fn put(&mut self, index: usize, word: &str) -> usize {
        self.canvas.put(self.span(index, index), word);
        index + 1
    }

    fn word(&mut self, at: usize) -> usize {
        let word = self.at(at);
        match word.as_bytes()[0] {
            b'_' | b'a' | b's' | b'g' | b't' => self.special(at, word),
            _ => self.name(at, word),
        }
    }

    /// Words that begin like one of those the parser lacks.
    fn special(&mut self, at: usize, word: &str) -> usize {
        let call = self.at(at + 1) == "(";
        match word {
            _ if is_attribute(word) && call => self.blank(at, self.close(at + 1)),
            _ if is_asm(word) => self.asm(at),
            "__extension__" | "__thread" | "__seg_gs" | "__seg_fs" | "__real__" | "__imag__" | "__real"
            | "__imag" | "_Nonnull" | "_Nullable" => self.blank(at, at),
            "__label__" => self.blank_statement(at, at),
            "_Alignas" | "_Pragma" if call => self.blank(at, self.close(at + 1)),
            "_Static_assert" | "static_assert" if call && self.before(at) != "->" => {
                self.blank_statement(at, self.close(at + 1))
            }
            "__auto_type" => self.put(at, "int"),
            "__int128" | "__int128_t" | "__uint128_t" => self.put(at, "long"),
            "__float128" | "__ibm128" | "__float80" => self.put(at, "double"),
            "__bf16" | "__fp16" => self.put(at, "int"),
            "__alignof__" | "__alignof" | "_Alignof" => self.put(at, "sizeof"),
            "__typeof_unqual__" | "__typeof_unqual" | "typeof_unqual" => self.put(at, "typeof"),
            "__builtin_types_compatible_p" if call => self.first_argument(at, "sizeof"),
            "__builtin_convertvector" | "__builtin_has_attribute" if call => self.first_argument(at, ""),
            "goto" if self.at(at + 1) == "*" => self.blank(at, at),
            _ => self.name(at, word),
        }
    }

    fn name(&mut self, at: usize, word: &str) -> usize {
        if word.bytes().any(|byte| byte == b'$' || byte >= 0x80) {
            let plain: String =
                word.bytes().map(|b| if b == b'$' || b >= 0x80 { '_' } else { b as char }).collect();
            self.canvas.overwrite(self.span(at, at), &plain);
        }
        at + 1
    }

    /// Blanks tokens `from..=to` and the rest of the statement they begin.
    fn blank_statement(&mut self, from: usize, to: usize) -> usize {
        let rest = (to..self.tokens.len()).find(|&index| matches!(self.at(index), ";" | "}" | "{"));
        match rest {
            Some(end) if self.at(end) == ";" => self.blank(from, end),
            _ => self.blank(from, to),
        }
    }

    /// Leaves the first argument of a call-like operator, under another name.
    fn first_argument(&mut self, at: usize, operator: &str) -> usize {
        let close = self.close(at + 1);
        self.put(at, operator);
        let mut depth = 0;
        for index in at + 1..close {
            match self.at(index) {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth -= 1,
                "," if depth == 1 => {
                    self.blank(index, close - 1);
                    break;
                }
                _ => {}
            }
        }
        at + 1
    }

    fn asm(&mut self, at: usize) -> usize {
        let mut goto = false;
        let mut index = at + 1;
        while self.tokens.get(index).is_some_and(|token| token.kind == Kind::Ident) {
            goto |= self.at(index) == "goto";
            if self.open.is_empty() || !is_qualifier(self.at(index)) {
                self.blank(index, index);
            }
            index += 1;
        }
        if self.at(index) != "(" {
            return at + 1;
        }
        let close = self.close(index);
        if self.open.is_empty() && matches!(self.before(at), "" | ";" | "}") {
            return self.blank_statement(at, close);
        }
        if goto {
            self.jump_targets(index, close);
        }
        index
    }

    /// Blanks the label list of `asm goto`: what follows the fourth colon.
    fn jump_targets(&mut self, open: usize, close: usize) {
        let mut depth = 0;
        let mut colons = 0;
        for index in open..close {
            match self.at(index) {
                "(" | "[" => depth += 1,
                ")" | "]" => depth -= 1,
                ":" if depth == 1 => colons += 1,
                _ => {}
            }
            if colons == 4 {
                self.blank(index, close - 1);
                return;
            }
        }
    }

    fn punct(&mut self, at: usize) -> usize {
        match self.at(at) {
            "{" => return self.brace(at),
            "[" if self.at(at + 1) == "[" && !self.operand(at) => return self.blank(at, self.close(at)),
            "(" | "[" => self.open.push(at),
            ")" => {
                let open = self.open.pop().unwrap_or(at);
                self.closed = open..at;
            }
            "]" => drop(self.open.pop()),
            "}" => {
                self.open.pop();
                self.initialiser &= !self.open.is_empty();
            }
            ";" => self.initialiser &= !self.open.is_empty(),
            "=" => self.initialiser |= self.open.is_empty(),
            "?" if self.at(at + 1) == ":" => return self.elvis(at),
            "&&" if !self.operand(at) && self.tokens.get(at + 1).is_some_and(|t| t.kind == Kind::Ident) => {
                self.canvas.put(self.span(at, at + 1), "0");
                return at + 2;
            }
            ":" if self.at(at + 1) == "}" => self.empty_label(at),
            _ => {}
        }
        at + 1
    }

    /// What stands before this token is a value, so that an operator is a binary one.
    fn operand(&self, at: usize) -> bool {
        let Some(previous) = at.checked_sub(1).map(|index| self.tokens[index]) else { return false };
        let word = previous.text(self.text);
        match previous.kind {
            Kind::Punct => matches!(word, ")" | "]" | "++" | "--" | "}"),
            Kind::Ident => !is_keyword(word),
            _ => true,
        }
    }

    /// `x ?: y` becomes `x || y`.
    fn elvis(&mut self, at: usize) -> usize {
        let question = self.tokens[at];
        let roomy = self.text.as_bytes().get(question.end) != Some(&b'\n');
        if self.tokens[at + 1].start == question.end {
            self.canvas.put(self.span(at, at + 1), "||");
        } else {
            self.blank(at + 1, at + 1);
            let end = question.end + usize::from(roomy);
            self.canvas.put(question.start..end, if roomy { "||" } else { "|" });
        }
        at + 2
    }

    /// `label: }` gets a statement where a blank leaves room for it.
    fn empty_label(&mut self, at: usize) {
        let gap = self.tokens[at].end..self.tokens[at + 1].start;
        if let Some(blank) = gap.clone().find(|&byte| self.text.as_bytes()[byte] == b' ') {
            self.canvas.put(blank..blank + 1, ";");
        }
    }

    fn brace(&mut self, at: usize) -> usize {
        let parenthesised = at > 0 && self.closed.end + 1 == at;
        if parenthesised && self.at(at + 1) == "}" && self.compound_literal() {
            self.canvas.put(self.span(at, at + 1), "0");
            return at + 2;
        }
        if parenthesised && self.open.is_empty() && !self.initialiser {
            self.rename_parameters(self.closed.clone(), at);
        }
        self.open.push(at);
        at + 1
    }

    /// The parentheses closed last are those of a compound literal, not of a statement or function.
    fn compound_literal(&self) -> bool {
        let before = self.before(self.closed.start);
        match before {
            "return" | "sizeof" | "case" | "else" => true,
            ")" => !self.open.is_empty() || self.initialiser,
            _ if self.open.is_empty() && !self.initialiser => false,
            _ => {
                let index = self.closed.start.checked_sub(1);
                !index.is_some_and(|index| self.tokens[index].kind == Kind::Ident)
            }
        }
    }

    /// Parameters named like a typedef hide it in the body, which the parser does not know.
    fn rename_parameters(&mut self, list: Range<usize>, body: usize) {
        let renamed: Vec<usize> =
            (list.start + 1..list.end).filter(|&index| self.is_parameter(list.start, index)).collect();
        if renamed.is_empty() {
            return;
        }
        let end = self.close(body);
        for first in renamed {
            let old = self.at(first);
            let Some(new) = self.free_name(old, list.start, end) else { continue };
            for index in first..end {
                let hidden = self.at(index) == old && !matches!(self.before(index), "." | "->");
                if hidden && !is_tag(self.before(index)) {
                    self.canvas.put(self.span(index, index), &new);
                }
            }
        }
    }

    /// A typedef's name that this parameter list declares as a parameter.
    fn is_parameter(&self, open: usize, index: usize) -> bool {
        let token = self.tokens[index];
        if token.kind != Kind::Ident || !self.typedefs.contains(self.at(index)) {
            return false;
        }
        match self.at(index + 1) {
            "," | "[" => self.depth_between(open, index) == 1 && self.has_type_before(open, index),
            ")" => match self.depth_between(open, index) {
                1 => self.has_type_before(open, index),
                2 => self.before(index) == "*" && self.at(index + 2) == "(",
                _ => false,
            },
            _ => false,
        }
    }

    fn depth_between(&self, open: usize, index: usize) -> i32 {
        (open..index).fold(0, |depth, at| match self.at(at) {
            "(" => depth + 1,
            ")" => depth - 1,
            _ => depth,
        })
    }

    /// Something other than qualifiers stands between the parameter's beginning and this word.
    fn has_type_before(&self, open: usize, index: usize) -> bool {
        if is_tag(self.before(index)) {
            return false;
        }
        (open + 1..index)
            .rev()
            .map(|at| self.at(at))
            .take_while(|word| !matches!(*word, "," | "("))
            .any(|word| !is_qualifier(word) && word != "register")
    }

    /// A name of equal length that is neither a typedef nor used between two tokens.
    fn free_name(&self, old: &str, from: usize, to: usize) -> Option<String> {
        let stem = &old[..old.len() - 1];
        let candidates = ('a'..='z').chain('A'..='Z').chain(['_']);
        let candidates = candidates.map(|last| format!("{stem}{last}"));
        let mut candidates = candidates.filter(|name| !old.is_ascii() || name != old);
        candidates.find(|name| {
            !self.typedefs.contains(name.as_str())
                && !is_keyword(name)
                && !(from..to).any(|index| self.at(index) == name)
        })
    }

    /// Suffixes that the parser does not know (`1.0Q`, `2wb`) and digit separators.
    fn number(&mut self, at: usize) -> usize {
        let word = self.at(at);
        if word.contains('\'') {
            let plain: String = word.chars().filter(|&c| c != '\'').collect();
            return self.put(at, &plain);
        }
        let hex = word.starts_with("0x") || word.starts_with("0X");
        if !hex && word.ends_with(['q', 'Q', 'w', 'W']) {
            return self.put(at, &word[..word.len() - 1]);
        }
        at + 1
    }

    /// `\e` is spelled as another escape of one character.
    fn literal(&mut self, at: usize) -> usize {
        let word = self.at(at);
        if !word.contains("\\e") && !word.contains("\\E") {
            return at + 1;
        }
        let start = self.tokens[at].start;
        let mut index = 0;
        while index + 1 < word.len() {
            if self.canvas.bytes()[start + index] != b'\\' {
                index += 1;
                continue;
            }
            if matches!(word.as_bytes()[index + 1], b'e' | b'E') {
                self.canvas.put(start + index..start + index + 2, "\\a");
            }
            index += 2;
        }
        at + 1
    }
}

#[cfg(test)]
mod tests;
