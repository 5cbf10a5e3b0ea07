//! Parses the unique pieces, each once, and collects the facts about their names.
//!
//! Pieces are parsed in batches on all processors. A batch begins with declarations of the typedef
//! names it uses; a name that is a typedef in other units only is disguised, so that units which
//! disagree about a name can be parsed together.

use std::collections::HashSet;
use std::hash::BuildHasher;
use std::ops::Range;

use rayon::prelude::*;
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::facts::{Entity, Facts};
use super::hidden::{names_in, names_in_assembly, names_in_pragma};
use super::names::Identifiers;
use super::resolve::{Hidden, resolve};
use super::unique::{Pieces, Unique};
use super::units::UnitSet;
use crate::diag::{Diagnostic, Failure, Place, Result};
use crate::text::{
    Kind, Lexer, Shadow, Token, declared_typedefs, is_keyword, lex, on_big_stacks, parse, shadow_tokens,
    words,
};

/// Bytes of source that are parsed in one go: the tree stays in the processor's caches.
const BATCH: usize = 256 << 10;

/// The units in which a name is a typedef at file scope.
type Typedefs = FxHashMap<String, UnitSet>;

/// The identifiers of all pieces, and the facts of each piece, offsets counting from its beginning.
/// `known`: names that are typedefs in the first unit, though it does not declare them.
pub(super) fn analyse(pieces: &mut Pieces, known: &[String]) -> Result<(Identifiers, Vec<Facts>)> {
    let mut identifiers = Identifiers::default();
    let mut typedefs = Typedefs::default();
    known.iter().for_each(|name| typedefs.entry(name.clone()).or_default().insert(0));
    for piece in &pieces.unique {
        collect(piece, &mut identifiers, &mut typedefs);
    }
    for piece in &mut pieces.unique {
        complete_int(piece, &typedefs);
    }
    let context = Context { identifiers: &identifiers, typedefs: &typedefs };
    let batches = batches(&pieces.unique);
    let unique = &pieces.unique;
    let results: Vec<_> =
        on_big_stacks(|| batches.par_iter().map(|batch| context.batch(&unique[batch.clone()])).collect());
    let mut facts = Vec::with_capacity(unique.len());
    let mut errors = vec![];
    for result in results {
        match result {
            Ok(batch) => facts.extend(batch),
            Err(error) => errors.push(*error),
        }
    }
    if errors.is_empty() { Ok((identifiers, facts)) } else { Err(Failure::Refused(errors)) }
}

/// Interns a piece's identifiers and notes the typedefs it declares.
fn collect(piece: &Unique, identifiers: &mut Identifiers, typedefs: &mut Typedefs) {
    let text = piece.clean.text.as_str();
    let tokens = lex(text);
    for token in &tokens {
        if token.kind == Kind::Ident {
            identifiers.intern(token.text(text));
        }
    }
    if piece.typedef {
        let tokens: Vec<Token> = tokens.into_iter().filter(|token| !token.is_directive()).collect();
        for name in declared_typedefs(text, &tokens) {
            let units = typedefs.entry(name.text(text).to_string()).or_default();
            piece.units.iter().for_each(|&unit| units.insert(unit));
        }
    }
}

/// Writes the `int` that old C leaves out, so that all later stages see a type.
fn complete_int(piece: &mut Unique, typedefs: &Typedefs) {
    let Some(at) = piece.implicit_int else { return };
    let text = &mut piece.clean.text;
    let end = at + words::length(&text[at..]);
    if typedefs.contains_key(&text[at..end]) {
        return;
    }
    text.insert_str(at, "int ");
    for mark in &mut piece.clean.marks {
        if mark.0 > at {
            mark.0 += "int ".len();
        }
    }
}

fn batches(pieces: &[Unique]) -> Vec<Range<usize>> {
    let mut batches = vec![];
    let mut start = 0;
    let mut size = 0;
    for (index, piece) in pieces.iter().enumerate() {
        size += piece.clean.text.len();
        if size >= BATCH {
            batches.push(start..index + 1);
            (start, size) = (index + 1, 0);
        }
    }
    batches.push(start..pieces.len());
    batches
}

struct Context<'a> {
    identifiers: &'a Identifiers,
    typedefs: &'a Typedefs,
}

/// Pieces as one text for the parser.
struct Batch<'a> {
    pieces: &'a [Unique],
    text: String,
    /// Where each piece begins.
    starts: Vec<usize>,
}

impl<'a> Batch<'a> {
    fn new(pieces: &'a [Unique]) -> Self {
        let mut batch = Self { pieces, text: String::new(), starts: vec![] };
        for piece in pieces {
            batch.starts.push(batch.text.len());
            batch.text.push_str(&piece.clean.text);
            batch.text.push('\n');
        }
        batch
    }

    fn piece_at(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset).saturating_sub(1)
    }

    fn place(&self, offset: usize) -> Place {
        let index = self.piece_at(offset.min(self.text.len().saturating_sub(1)));
        self.pieces[index].place(offset.saturating_sub(self.starts[index]))
    }
}

impl Context<'_> {
    fn batch(&self, pieces: &[Unique]) -> std::result::Result<Vec<Facts>, Box<Diagnostic>> {
        if pieces.is_empty() {
            return Ok(vec![]);
        }
        let batch = Batch::new(pieces);
        let tokens = lex(&batch.text);
        let (disguised, used) = self.disguise(&batch, &tokens);
        let shadow = shadow_tokens(&disguised, &tokens, &used);
        let prelude = prelude(&used);
        let parsed = format!("{prelude}{}", shadow.text);
        let place = |offset: usize| batch.place(offset.saturating_sub(prelude.len()));
        let tree = parse(&parsed, &place)?;
        // Spans count from the prelude; blanks in its place let the names be read by span.
        let source = format!("{}{}", " ".repeat(prelude.len()), batch.text);
        let mut facts: Vec<Facts> = pieces.iter().map(|_| Facts::default()).collect();
        let mut hidden: Vec<Vec<Hidden>> = pieces.iter().map(|_| vec![]).collect();
        for item in tree.0.iter().filter(|item| item.span.start >= prelude.len()) {
            let index = batch.piece_at(item.span.start - prelude.len());
            let (mut found, local) = resolve(&source, self.identifiers, item);
            for declared in &mut found.declared {
                declared.head_end = parsed[..declared.head_end].trim_end().len();
                declared.label = label(&source[declared.head_end..]);
            }
            let base = prelude.len() + batch.starts[index];
            facts[index].absorb(found, base);
            hidden[index]
                .extend(local.into_iter().map(|(name, range)| (name, range.start - base..range.end - base)));
        }
        self.check_typedefs(&batch, &facts)?;
        self.blanked(&batch, &shadow, &tokens, &hidden, &mut facts);
        facts.iter_mut().for_each(Facts::settle);
        Ok(facts)
    }

    /// The batch's text in which no name looks like a typedef that is none there, and the typedefs it uses.
    fn disguise<'b>(&'b self, batch: &Batch, tokens: &[Token]) -> (String, HashSet<&'b str>) {
        let mut text = batch.text.clone().into_bytes();
        let mut used = HashSet::new();
        for token in tokens.iter().filter(|token| token.kind == Kind::Ident) {
            let word = token.text(&batch.text);
            let Some((name, units)) = self.typedefs.get_key_value(word) else { continue };
            let piece = &batch.pieces[batch.piece_at(token.start)];
            if piece.units.iter().any(|&unit| units.contains(unit)) {
                used.insert(name.as_str());
            } else {
                text[token.start..token.end].copy_from_slice(self.other_name(word).as_bytes());
            }
        }
        (String::from_utf8(text).expect("names are replaced by names"), used)
    }

    /// A name of equal length that is no typedef anywhere. It need not be unique: names are read from
    /// the original text.
    fn other_name(&self, word: &str) -> String {
        let alphabet = b"zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA_";
        let letters = |n: usize| -> String {
            let letter = |i: usize| alphabet[(n / alphabet.len().pow(i as u32 % 3) + i) % alphabet.len()];
            (0..word.len()).map(|i| letter(i) as char).collect()
        };
        let free = |name: &String| !self.typedefs.contains_key(name) && !is_keyword(name);
        (0..).map(letters).find(free).expect("there are more names than typedefs")
    }

    /// The lexical search for typedefs must have found what the parser finds.
    fn check_typedefs(&self, batch: &Batch, facts: &[Facts]) -> std::result::Result<(), Box<Diagnostic>> {
        for (piece, facts) in batch.pieces.iter().zip(facts) {
            for declared in facts.declared.iter().filter(|declared| declared.entity == Entity::Typedef) {
                let name = self.identifiers.text(declared.name.identifier());
                if !self.typedefs.contains_key(name) {
                    let place = piece.place(declared.at);
                    let error =
                        Diagnostic::error(format!("the typedef `{name}` has a form that is not understood"));
                    return Err(Box::new(
                        error.at(place, "here").help("write it in the usual order: typedef TYPE NAME;"),
                    ));
                }
            }
        }
        Ok(())
    }

    /// Names in text that the parser did not get.
    fn blanked(
        &self,
        batch: &Batch,
        shadow: &Shadow,
        tokens: &[Token],
        hidden: &[Vec<Hidden>],
        facts: &mut [Facts],
    ) {
        for range in &shadow.changed {
            let index = batch.piece_at(range.start);
            let base = range.start - batch.starts[index];
            names_in(&batch.text[range.clone()], base, self.identifiers, &hidden[index], &mut facts[index]);
        }
        for (at, token) in tokens.iter().enumerate() {
            let index = batch.piece_at(token.start);
            let word = token.text(&batch.text);
            if token.kind == Kind::Pragma && token.start == batch.starts[index] {
                names_in_pragma(word, self.identifiers, &mut facts[index]);
            } else if token.kind == Kind::Ident && words::is_asm(word) {
                let end = group_end(&batch.text, tokens, at);
                let base = token.start - batch.starts[index];
                names_in_assembly(&batch.text[token.start..end], base, self.identifiers, &mut facts[index]);
            }
        }
    }
}

/// The assembler label that `text`, behind a declarator, begins with, as a number; 0: none.
fn label(text: &str) -> u32 {
    let mut tokens = Lexer::new(text).map(|token| (token.kind, token.text(text)));
    if !tokens.next().is_some_and(|(_, word)| words::is_asm(word)) {
        return 0;
    }
    let strings = tokens.skip(1).take_while(|(kind, _)| *kind == Kind::Str);
    let label: String = strings.map(|(_, text)| text.trim_matches('"')).collect();
    (FxBuildHasher.hash_one(label) as u32).max(1)
}

/// Where the parentheses that follow a token end.
fn group_end(text: &str, tokens: &[Token], at: usize) -> usize {
    let mut depth = 0;
    for token in &tokens[at..] {
        match token.text(text) {
            "(" => depth += 1,
            ")" if depth == 1 => return token.end,
            ")" => depth -= 1,
            ";" | "{" => return token.end,
            _ => {}
        }
    }
    text.len()
}

/// Declares typedef names, so that the parser takes them for types.
fn prelude(names: &HashSet<&str>) -> String {
    let mut names: Vec<&str> = names.iter().copied().filter(|name| !name.starts_with("__builtin_")).collect();
    names.sort_unstable();
    if names.is_empty() {
        return String::new();
    }
    let plain = |name: &str| -> String {
        name.bytes().map(|byte| if byte == b'$' || byte >= 0x80 { '_' } else { byte as char }).collect()
    };
    let names: Vec<String> = names.into_iter().map(plain).collect();
    format!("typedef int {};\n", names.join(","))
}
