//! What simple typedefs stand for: `off_t` is `long` whether it says `__off_t` or `__off64_t`.
//!
//! Feature macros make headers spell one type in several ways. Pieces that differ in such a spelling
//! only are one piece.

use rustc_hash::{FxHashMap, FxHashSet};

use super::facts::{Entity, Facts};
use super::names::{Identifiers, Name};
use super::unique::{Pieces, Unique};
use crate::text::{Kind, Lexer, Token, words};

/// What a typedef without declarator parts stands for, in every unit that declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// Built-in type, its words in a fixed order.
    Words(String),
    /// `struct`, `union` or `enum` and a tag.
    Tag(Name),
}

/// Bases of all typedef names that have one.
pub(super) type Bases = FxHashMap<Name, Base>;

/// A typedef as it is written.
#[derive(Clone, Debug, PartialEq)]
enum Written {
    Base(Base),
    Alias(Name),
    Other,
}

/// Finds the bases of typedef names.
pub(super) fn bases(pieces: &[Unique], facts: &[Facts], identifiers: &Identifiers) -> Bases {
    let mut written: FxHashMap<Name, Vec<Written>> = FxHashMap::default();
    for (piece, facts) in pieces.iter().zip(facts) {
        for declared in facts.declared.iter().filter(|declared| declared.entity == Entity::Typedef) {
            let form = if facts.declared.iter().filter(|d| d.entity == Entity::Typedef).count() == 1 {
                read(&piece.clean.text, declared.at, identifiers)
            } else {
                Written::Other
            };
            written.entry(declared.name).or_default().push(form);
        }
    }
    let names = written.keys().copied();
    names.filter_map(|name| resolve(name, &written, 0).map(|base| (name, base))).collect()
}

fn resolve(name: Name, written: &FxHashMap<Name, Vec<Written>>, depth: usize) -> Option<Base> {
    let forms = written.get(&name).filter(|_| depth < 32)?;
    let mut bases = forms.iter().map(|form| match form {
        Written::Base(base) => Some(base.clone()),
        Written::Alias(other) if *other != name => resolve(*other, written, depth + 1),
        _ => None,
    });
    let first = bases.next()??;
    bases.all(|base| base.as_ref() == Some(&first)).then_some(first)
}

/// Reads `typedef SPECIFIERS NAME;`, the name standing at `at`.
fn read(text: &str, at: usize, identifiers: &Identifiers) -> Written {
    let tokens: Vec<Token> = Lexer::new(text).collect();
    let Some(name) = tokens.iter().position(|token| token.start == at) else { return Written::Other };
    if tokens.get(name + 1).is_none_or(|token| token.text(text) != ";") {
        return Written::Other;
    }
    let specifiers: Vec<&str> = tokens[..name].iter().map(|token| token.text(text)).collect();
    let specifiers: Vec<&str> = specifiers.into_iter().filter(|word| *word != "__extension__").collect();
    let name = |word: &str, tag| identifiers.get(word).map(|id| Name::new(id, tag));
    match specifiers.as_slice() {
        ["typedef", one] if !words::is_keyword(one) => {
            name(one, false).map_or(Written::Other, Written::Alias)
        }
        ["typedef", tag, one] | ["typedef", tag, one, "{", .., "}"] if words::is_tag(tag) => {
            name(one, true).map_or(Written::Other, |name| Written::Base(Base::Tag(name)))
        }
        ["typedef", all @ ..] if !all.is_empty() && all.iter().all(|word| words::is_base_type(word)) => {
            Written::Base(Base::Words(canonical(all.to_vec())))
        }
        _ => Written::Other,
    }
}

/// `unsigned long int`, `long unsigned`: one spelling.
fn canonical(mut words: Vec<&str>) -> String {
    for word in &mut words {
        if matches!(*word, "__signed__" | "__signed") {
            *word = "signed";
        }
    }
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(word));
    let (sized, character) = (has(&["long", "short", "unsigned", "signed"]), has(&["char"]));
    words.retain(|word| (!sized || *word != "int") && (character || *word != "signed"));
    if words.is_empty() {
        words.push("int");
    }
    words.sort_unstable();
    words.join(" ")
}

/// Makes one piece of pieces that define one name and differ in spellings of types only.
pub(super) fn unify(pieces: &mut Pieces, facts: &[Facts], identifiers: &Identifiers, bases: &Bases) {
    let mut defining: FxHashMap<Name, Vec<u32>> = FxHashMap::default();
    for (piece, facts) in facts.iter().enumerate() {
        for declared in facts.declared.iter().filter(|declared| declared.definition) {
            defining.entry(declared.name).or_default().push(piece as u32);
        }
    }
    let mut candidates: Vec<u32> = defining.into_values().filter(|list| list.len() > 1).flatten().collect();
    candidates.sort_unstable();
    candidates.dedup();
    let mut alike: FxHashMap<(String, String), Vec<u32>> = FxHashMap::default();
    for piece in candidates {
        let unique = &pieces.unique[piece as usize];
        let normal = normal_form(unique, &facts[piece as usize], identifiers, bases);
        alike.entry((normal, unique.wrap.before.clone())).or_default().push(piece);
    }
    let groups: Vec<Vec<u32>> = alike.into_values().filter(|group| group.len() > 1).collect();
    let replaced = replacements(&groups, &stand_ins(&groups, pieces, facts, bases));
    replace(pieces, &replaced);
}

/// For each piece of a group the members that can take its place: those whose spellings every unit
/// of the piece has declared by then.
fn stand_ins(
    groups: &[Vec<u32>],
    pieces: &Pieces,
    facts: &[Facts],
    bases: &Bases,
) -> FxHashMap<u32, Vec<u32>> {
    let spelled = |piece: u32| {
        let mentions = facts[piece as usize].mentions.iter().map(|mention| mention.name);
        mentions.filter(|name| bases.contains_key(name)).collect::<Vec<_>>()
    };
    let members = groups.iter().flatten();
    let spellings: FxHashMap<u32, Vec<Name>> = members.map(|&piece| (piece, spelled(piece))).collect();
    let all = groups.iter().flat_map(|group| group.iter().map(|&piece| (piece, group.clone())));
    let mut stand_ins: FxHashMap<u32, Vec<u32>> = all.collect();
    for sequence in &pieces.units {
        let mut known: FxHashSet<Name> = FxHashSet::default();
        for &piece in sequence {
            let declared = facts[piece as usize].declared.iter();
            known.extend(declared.filter(|d| d.entity == Entity::Typedef).map(|d| d.name));
            if let Some(others) = stand_ins.get_mut(&piece) {
                others.retain(|other| spellings[other].iter().all(|name| known.contains(name)));
            }
        }
    }
    stand_ins
}

/// What each replaced piece is replaced by: the member that can stand for most, the first of several.
fn replacements(groups: &[Vec<u32>], stand_ins: &FxHashMap<u32, Vec<u32>>) -> FxHashMap<u32, u32> {
    let mut replaced: FxHashMap<u32, u32> = FxHashMap::default();
    for group in groups {
        let mut left = group.clone();
        let stands = |by: u32, piece: u32| by == piece || stand_ins[&piece].contains(&by);
        while let Some(best) = left.iter().copied().max_by_key(|&by| {
            (left.iter().filter(|&&piece| stands(by, piece)).count(), std::cmp::Reverse(by))
        }) {
            let (same, other): (Vec<u32>, Vec<u32>) = left.iter().partition(|&&piece| stands(best, piece));
            replaced.extend(same.into_iter().filter(|&piece| piece != best).map(|piece| (piece, best)));
            left = other;
        }
    }
    replaced
}

/// The piece's tokens with each type in its basic spelling.
fn normal_form(piece: &Unique, facts: &Facts, identifiers: &Identifiers, bases: &Bases) -> String {
    let text = piece.clean.text.as_str();
    let mut normal = String::with_capacity(text.len());
    let mut run: Vec<&str> = vec![];
    for token in Lexer::new(text) {
        let word = token.text(text);
        if token.kind == Kind::Ident && words::is_base_type(word) {
            run.push(word);
            continue;
        }
        if !run.is_empty() {
            normal += &canonical(std::mem::take(&mut run));
            normal.push(' ');
        }
        match mentioned(facts, token).and_then(|name| bases.get(&name)) {
            Some(Base::Words(words)) => normal += words,
            Some(Base::Tag(tag)) => {
                normal += "struct ";
                normal += identifiers.text(tag.identifier());
            }
            _ => normal += word,
        }
        normal.push(' ');
    }
    normal
}

fn mentioned(facts: &Facts, token: Token) -> Option<Name> {
    let index = facts.mentions.binary_search_by_key(&token.start, |mention| mention.at).ok()?;
    (!declares(facts, token)).then(|| facts.mentions[index].name)
}

fn declares(facts: &Facts, token: Token) -> bool {
    facts.declared.iter().any(|declared| declared.at == token.start)
}

fn replace(pieces: &mut Pieces, replaced: &FxHashMap<u32, u32>) {
    for (&piece, &first) in replaced {
        let units = std::mem::take(&mut pieces.unique[piece as usize].units);
        let target = &mut pieces.unique[first as usize].units;
        target.extend(units);
        target.sort_unstable();
        target.dedup();
    }
    for sequence in &mut pieces.units {
        let mut seen = FxHashSet::default();
        for piece in sequence.iter_mut() {
            *piece = *replaced.get(piece).unwrap_or(piece);
        }
        sequence.retain(|piece| seen.insert(*piece));
    }
}
