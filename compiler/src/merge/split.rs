//! Cuts a preprocessed unit into its top-level pieces.

use std::hash::Hasher;
use std::ops::Range;

use rustc_hash::FxHasher;

use super::pragma::{Effect, State, Wrap};
use crate::text::{Kind, Lexer, Token, words};

/// One top-level piece of a unit's text.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// Its bytes, from its first token to its last.
    pub(super) span: Range<usize>,
    /// Of its tokens and its pragma state; equal pieces have equal hashes.
    pub(super) hash: u64,
    /// Index + 1 of the line marker that stands before it; 0: none does.
    pub(super) marker: usize,
    /// Index of its pragma state in `Split::wraps`.
    pub(super) wrap: usize,
    /// It is file-scope assembly: its copies within one unit all count.
    pub(super) asm: bool,
    /// `typedef` is among its specifiers.
    pub(super) typedef: bool,
    /// Where `int` is missing before a declared name, if that name is no type.
    pub(super) implicit_int: Option<Range<usize>>,
}

/// A unit's text in pieces.
#[derive(Debug)]
pub(super) struct Split {
    pub(super) pieces: Vec<Piece>,
    /// Its line markers.
    pub(super) markers: Vec<Range<usize>>,
    /// Its pragma states; the first is the default one.
    pub(super) wraps: Vec<Wrap>,
}

/// Cuts `text`. Never fails: what is unbalanced goes into one last piece.
pub(super) fn split(text: &str) -> Split {
    let mut splitter = Splitter {
        text,
        split: Split { pieces: vec![], markers: vec![], wraps: vec![Wrap::default()] },
        state: State::default(),
        wrap: 0,
        open: None,
    };
    for token in Lexer::new(text) {
        splitter.token(token);
    }
    splitter.end_piece();
    splitter.split
}

struct Splitter<'s> {
    text: &'s str,
    split: Split,
    state: State,
    wrap: usize,
    open: Option<Open>,
}

/// A piece whose end is not reached yet.
struct Open {
    start: usize,
    end: usize,
    marker: usize,
    hasher: FxHasher,
    depth: usize,
    /// The brackets that are open belong to a function's body.
    body: bool,
    /// The piece so far, outside of all brackets.
    seen: Seen,
    previous: Previous,
    asm: bool,
    implicit_int: Option<Range<usize>>,
}

/// What stood outside of all brackets.
#[derive(Default)]
struct Seen {
    typedef: bool,
    initialiser: bool,
    parameters: bool,
    /// Parameter declarations of an old-style definition have begun.
    old_style: bool,
    /// Something that gives a type.
    type_specifier: bool,
}

/// The token before, outside of all brackets.
#[derive(Clone, PartialEq)]
enum Previous {
    Nothing,
    /// `typeof`, `__attribute__`…: parentheses that follow are no declarator's.
    SpecifierCall,
    /// Within or behind such parentheses.
    SpecifierGroup,
    /// `struct`, `union`, `enum`, also with attributes.
    TagKeyword,
    /// A tag.
    Tag,
    /// A name that may be declared although no type stands before it.
    Bare(Range<usize>),
    /// Parentheses of a declarator.
    Group,
    Other,
}

impl Splitter<'_> {
    fn token(&mut self, token: Token) {
        match token.kind {
            Kind::Marker => self.split.markers.push(token.start..token.end),
            Kind::Pragma if self.open.is_none() => self.pragma(token),
            Kind::Directive => {}
            _ => self.code(token),
        }
    }

    fn pragma(&mut self, token: Token) {
        match self.state.apply(token.text(self.text)) {
            Effect::Nothing => {}
            Effect::State => {
                let wrap = self.state.wrap();
                let known = self.split.wraps.iter().position(|known| *known == wrap);
                self.wrap = known.unwrap_or_else(|| {
                    self.split.wraps.push(wrap);
                    self.split.wraps.len() - 1
                });
            }
            Effect::Chunk => {
                self.open = Some(Open::new(token, self.split.markers.len()));
                self.hash(token);
                self.end_piece();
            }
        }
    }

    fn hash(&mut self, token: Token) {
        if let Some(open) = &mut self.open {
            open.hasher.write(&self.text.as_bytes()[token.start..token.end]);
            open.end = token.end;
        }
    }

    fn code(&mut self, token: Token) {
        let markers = self.split.markers.len();
        let open = self.open.get_or_insert_with(|| Open::new(token, markers));
        open.hasher.write(&self.text.as_bytes()[token.start..token.end]);
        open.end = token.end;
        let ended = match token.kind {
            Kind::Punct => open.punct(self.text.as_bytes()[token.start], token.end - token.start),
            _ if open.depth > 0 => false,
            Kind::Ident => open.word(token.text(self.text), token),
            _ => {
                open.previous = Previous::Other;
                false
            }
        };
        if ended {
            self.end_piece();
        }
    }

    fn end_piece(&mut self) {
        let Some(mut open) = self.open.take() else { return };
        let span = open.start..open.end;
        if &self.text[span.clone()] == ";" {
            return;
        }
        open.hasher.write(self.split.wraps[self.wrap].before.as_bytes());
        self.split.pieces.push(Piece {
            span,
            hash: open.hasher.finish(),
            marker: open.marker,
            wrap: self.wrap,
            asm: open.asm,
            typedef: open.seen.typedef,
            implicit_int: open.implicit_int,
        });
    }
}

impl Open {
    fn new(token: Token, markers: usize) -> Self {
        Self {
            start: token.start,
            end: token.end,
            marker: markers,
            hasher: FxHasher::default(),
            depth: 0,
            body: false,
            seen: Seen::default(),
            previous: Previous::Nothing,
            asm: false,
            implicit_int: None,
        }
    }

    fn word(&mut self, word: &str, token: Token) -> bool {
        use Previous::*;
        let attribute = words::is_attribute(word) || words::is_asm(word);
        if self.previous == Group && !attribute && !self.seen.initialiser {
            self.seen.old_style = true;
        }
        if self.previous == Nothing && words::is_asm(word) {
            self.asm = true;
        }
        self.previous = match self.previous {
            TagKeyword if attribute => return false,
            TagKeyword => Tag,
            _ if words::is_tag(word) => {
                self.seen.type_specifier = true;
                TagKeyword
            }
            _ if words::is_specifier_call(word) => {
                self.seen.type_specifier |= !attribute && word != "__extension__";
                SpecifierCall
            }
            _ if words::is_storage(word) || words::is_qualifier(word) => {
                self.seen.typedef |= word == "typedef";
                Other
            }
            _ if self.seen.type_specifier || words::is_keyword(word) => {
                self.seen.type_specifier = true;
                Other
            }
            _ => {
                self.seen.type_specifier = true;
                Bare(token.start..token.end)
            }
        };
        false
    }

    /// Takes a punctuator in; `true` where it ends the piece.
    fn punct(&mut self, byte: u8, length: usize) -> bool {
        match byte {
            b'(' | b'[' | b'{' => self.opening(byte),
            b')' | b']' | b'}' => return self.closing(byte),
            _ if self.depth > 0 => {}
            b';' => {
                self.missing_int();
                self.previous = Previous::Other;
                return !self.seen.old_style;
            }
            b'=' if length == 1 => {
                self.missing_int();
                self.seen.initialiser = true;
                self.previous = Previous::Other;
            }
            b':' if self.previous == Previous::Tag => {}
            b',' => {
                self.missing_int();
                self.previous = Previous::Other;
            }
            _ => self.previous = Previous::Other,
        }
        false
    }

    fn opening(&mut self, byte: u8) {
        self.depth += 1;
        if self.depth > 1 {
            return;
        }
        let tag = matches!(self.previous, Previous::TagKeyword | Previous::Tag);
        match byte {
            b'{' if !tag && !self.seen.initialiser => {
                self.body = self.seen.parameters || self.seen.old_style;
            }
            b'(' if !matches!(self.previous, Previous::TagKeyword | Previous::SpecifierCall) => {
                self.missing_int();
                self.seen.parameters = true;
                self.previous = Previous::Group;
            }
            b'[' => self.missing_int(),
            _ => {}
        }
    }

    fn closing(&mut self, byte: u8) -> bool {
        self.depth = self.depth.saturating_sub(1);
        if self.depth > 0 {
            return false;
        }
        if byte == b'}' && self.body {
            return true;
        }
        self.previous = match self.previous {
            Previous::SpecifierCall => Previous::SpecifierGroup,
            Previous::Group => Previous::Group,
            Previous::TagKeyword if byte == b')' => Previous::TagKeyword,
            _ => Previous::Other,
        };
        false
    }

    fn missing_int(&mut self) {
        if let Previous::Bare(name) = &self.previous {
            self.implicit_int = Some(name.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<&str> {
        split(text).pieces.iter().map(|piece| &text[piece.span.clone()]).collect()
    }

    #[test]
    fn one_piece_for_each_declaration() {
        let expected = [
            "int a, b = 1;",
            "struct s { int x; };",
            "struct __attribute__((packed)) { int x; } y;",
            "enum __attribute__((packed)) e { A };",
            "int f(void) { return 0; }",
            "int g(a, b) int a; char *b; { return a; }",
            "h(a) { return a; }",
            "struct s { int x; } k(void) { }",
            "int (*l(int a))(void) { }",
            "static struct s m = (struct s) { 1 };",
            "static int n[] = { 1, 2 };",
            "__attribute__((noinline)) int o(void) { }",
            "typeof(a) p;",
            "int q(void) __attribute__((x)) __asm__(\"r\");",
            "asm(\"nop\");",
            "typedef struct t { int x; } t, *u;",
            "_Static_assert(1, \"x\");",
            "int v = ({ 1; });",
            "__extension__ typedef struct { int x; } w;",
            "int x() __attribute__((y));",
            "struct s *z(struct s *a) { }",
        ];
        assert_eq!(pieces(&expected.join("\n")), expected);
    }

    #[test]
    fn empty_declarations_vanish() {
        assert_eq!(pieces("int f(void) {};\n;;int a;"), ["int f(void) {}", "int a;"]);
    }

    #[test]
    fn equal_tokens_have_equal_hashes() {
        let hash = |text: &str| split(text).pieces[0].hash;
        assert_eq!(hash("int  a\n# 3 \"x\"\n;"), hash("int a ;"));
        assert_ne!(hash("int a;"), hash("int b;"));
        assert_ne!(hash("#pragma pack(1)\nint a;"), hash("int a;"));
    }

    #[test]
    fn a_missing_int_is_noticed() {
        let missing = |text: &str| {
            let range = split(text).pieces[0].implicit_int.clone();
            range.map(|range| text[range].to_string())
        };
        assert_eq!(missing("main() { }").as_deref(), Some("main"));
        assert_eq!(missing("static x = 1;").as_deref(), Some("x"));
        assert_eq!(missing("f(a) int a; { }").as_deref(), Some("f"));
        for text in
            ["int a;", "t a;", "t *a;", "static t a[3];", "struct s a;", "typeof(x) a;", "t (*f)(int);"]
        {
            assert!(missing(text).is_none_or(|name| name == "t"), "{text}");
        }
    }
}
