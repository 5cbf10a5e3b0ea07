//! The lexer: preprocessed C to tokens, never failing.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Identifier or keyword, `$` and UTF-8 included.
    Ident,
    /// Preprocessing number.
    Number,
    /// String literal with its prefix.
    Str,
    /// Character constant with its prefix.
    Char,
    /// Punctuator, the longest that matches; also any byte that belongs nowhere.
    Punct,
    /// Line marker: `# 12 "file.c" 1 3` or `#line 12 "file.c"`.
    Marker,
    /// `#pragma` line.
    Pragma,
    /// Any other directive line.
    Directive,
}

/// A token: bytes `start..end` of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// First byte.
    pub start: usize,
    /// One past the last byte; directives end before their newline.
    pub end: usize,
}

impl Token {
    /// Its text in `source`.
    pub fn text<'s>(&self, source: &'s str) -> &'s str {
        &source[self.start..self.end]
    }
    /// It is a directive line of some sort.
    pub fn is_directive(&self) -> bool {
        matches!(self.kind, Kind::Marker | Kind::Pragma | Kind::Directive)
    }
}

/// All tokens of `text`.
pub fn lex(text: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len() / 5);
    tokens.extend(Lexer::new(text));
    tokens
}

const IDENT: u8 = 1;
const DIGIT: u8 = 2;
const SPACE: u8 = 4;

static CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'0'..=b'9' => DIGIT,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' | 0x80..=0xff => IDENT,
            b' ' | b'\t' | b'\r' | 0x0b | 0x0c => SPACE,
            _ => 0,
        };
        byte += 1;
    }
    table
}

fn class(byte: u8) -> u8 {
    CLASS[byte as usize]
}

/// Tokens one after another.
pub struct Lexer<'s> {
    bytes: &'s [u8],
    at: usize,
    line_start: bool,
}

impl<'s> Lexer<'s> {
    /// Starts at the beginning of `text`.
    pub fn new(text: &'s str) -> Self {
        Self { bytes: text.as_bytes(), at: 0, line_start: true }
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    fn position_of(&self, from: usize, wanted: u8) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        rest.iter().position(|&b| b == wanted).map_or(self.bytes.len(), |n| from + n)
    }

    /// Moves over blanks, newlines and comments.
    fn skip_blanks(&mut self) {
        loop {
            match self.byte(self.at) {
                b'\n' => {
                    self.line_start = true;
                    self.at += 1;
                }
                b'/' if self.byte(self.at + 1) == b'*' => self.at = self.comment_end(),
                b'/' if self.byte(self.at + 1) == b'/' => self.at = self.position_of(self.at, b'\n'),
                b'\\' if self.byte(self.at + 1) == b'\n' => self.at += 2,
                byte if class(byte) == SPACE => self.at += 1,
                _ => return,
            }
        }
    }

    fn comment_end(&self) -> usize {
        let mut at = self.at + 2;
        loop {
            at = self.position_of(at, b'*');
            match self.bytes.get(at + 1) {
                Some(b'/') => return at + 2,
                Some(_) => at += 1,
                None => return self.bytes.len(),
            }
        }
    }

    fn directive(&mut self) -> Kind {
        let end = self.position_of(self.at, b'\n');
        let line = &self.bytes[self.at + 1..end];
        self.at = end;
        let word = line.trim_ascii_start();
        match word.first() {
            Some(b'0'..=b'9') => Kind::Marker,
            _ if word.starts_with(b"line") => Kind::Marker,
            _ if word.starts_with(b"pragma") => Kind::Pragma,
            _ => Kind::Directive,
        }
    }

    fn ident(&mut self) -> Kind {
        let start = self.at;
        while class(self.byte(self.at)) & (IDENT | DIGIT) != 0 && self.at < self.bytes.len() {
            self.at += 1;
        }
        let quote = self.byte(self.at);
        let prefix = matches!(&self.bytes[start..self.at], b"L" | b"u" | b"U" | b"u8");
        if prefix && (quote == b'"' || quote == b'\'') { self.quoted(quote) } else { Kind::Ident }
    }

    /// A literal that starts at the current quote; an unclosed one ends with its line.
    fn quoted(&mut self, quote: u8) -> Kind {
        self.at += 1;
        while self.at < self.bytes.len() {
            match self.bytes[self.at] {
                b'\\' => self.at += 2,
                b'\n' => break,
                byte => {
                    self.at += 1;
                    if byte == quote {
                        break;
                    }
                }
            }
        }
        self.at = self.at.min(self.bytes.len());
        if quote == b'"' { Kind::Str } else { Kind::Char }
    }

    fn number(&mut self) -> Kind {
        self.at += 1;
        loop {
            let byte = self.byte(self.at);
            let signed =
                matches!(byte, b'+' | b'-') && matches!(self.bytes[self.at - 1], b'e' | b'E' | b'p' | b'P');
            let separated = byte == b'\'' && self.byte(self.at + 1).is_ascii_alphanumeric();
            if class(byte) & (IDENT | DIGIT) != 0 || byte == b'.' || signed || separated {
                self.at += 1;
            } else {
                return Kind::Number;
            }
        }
    }

    fn punct(&mut self) -> Kind {
        let [a, b, c] = [self.byte(self.at), self.byte(self.at + 1), self.byte(self.at + 2)];
        self.at += match (a, b, c) {
            (b'.', b'.', b'.') | (b'<', b'<', b'=') | (b'>', b'>', b'=') => 3,
            (b'-', b'>', _) | (b'#', b'#', _) => 2,
            (b'+' | b'-' | b'&' | b'|' | b'<' | b'>' | b'=', _, _) if a == b => 2,
            (b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|' | b'^' | b'<' | b'>' | b'!' | b'=', b'=', _) => 2,
            _ => 1,
        };
        Kind::Punct
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.skip_blanks();
        let start = self.at;
        let byte = *self.bytes.get(start)?;
        let kind = match byte {
            b'#' if self.line_start => self.directive(),
            _ if class(byte) == IDENT => self.ident(),
            _ if class(byte) == DIGIT => self.number(),
            b'.' if self.byte(start + 1).is_ascii_digit() => self.number(),
            b'"' | b'\'' => self.quoted(byte),
            _ => self.punct(),
        };
        self.line_start = false;
        Some(Token { kind, start, end: self.at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<&str> {
        lex(source).iter().map(|t| t.text(source)).collect()
    }

    #[test]
    fn punctuators_are_longest_match() {
        assert_eq!(
            texts("a->b<<=c...d&&e ?: x--- -y"),
            ["a", "->", "b", "<<=", "c", "...", "d", "&&", "e", "?", ":", "x", "--", "-", "-", "y"]
        );
    }

    #[test]
    fn literals_keep_prefix_and_escapes() {
        assert_eq!(
            texts(r#"L"a\"b" u8"c" '\'' U'x' 1.5e-3f 0x1p+2 .5 1'000"#),
            [r#"L"a\"b""#, r#"u8"c""#, r"'\''", "U'x'", "1.5e-3f", "0x1p+2", ".5", "1'000"]
        );
    }

    #[test]
    fn directives_are_whole_lines() {
        let source = "# 1 \"a.c\" 1 3\nint $a;\n  #pragma pack(1)\n#define X\nint é;";
        let kinds: Vec<_> = lex(source).iter().map(|t| t.kind).collect();
        use Kind::*;
        assert_eq!(kinds, [Marker, Ident, Ident, Punct, Pragma, Directive, Ident, Ident, Punct]);
    }

    #[test]
    fn garbage_becomes_tokens() {
        for source in ["\"open", "'", "/* open", "\\", "@`\u{1}", "\"a\\", "'\\\u{e9}"] {
            for token in lex(source) {
                assert!(token.end <= source.len() && token.start < token.end, "{source:?}");
            }
        }
    }

    #[test]
    fn comments_are_blank() {
        assert_eq!(texts("a/*b*/c//d\ne"), ["a", "c", "e"]);
    }
}
