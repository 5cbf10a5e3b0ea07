//! Adds a file of hand-written code to a merged program, behind its text, which stays as it is.

use super::analyse::analyse;
use super::emit::{Edit, Writer};
use super::facts::{Declared, Entity, Facts, Mention};
use super::names::{Identifiers, Name};
use super::unique::{Pieces, Unique, unique};
use super::{MergedUnit, Origin};
use crate::diag::{Place, Result};
use crate::source::Unit;
use crate::text::{self, Kind};
use std::collections::{BTreeMap, HashSet};

/// A preprocessed file that speaks of a program without declaring what it names.
pub struct Addition {
    pieces: Pieces,
    identifiers: Identifiers,
    facts: Vec<Facts>,
    path: String,
}

/// A file-scope name that the file mentions or declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mentioned {
    /// The name.
    pub name: String,
    /// It is a `struct`, `union` or `enum` tag.
    pub tag: bool,
    /// Where it stands first.
    pub place: Place,
}

/// What the program declares, so that headers need not say it again; tags with a blank before them.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Names declared.
    pub declared: HashSet<String>,
    /// Names defined.
    pub defined: HashSet<String>,
}

impl Addition {
    /// Takes the file apart. `typedefs`: names of types that it need not declare.
    ///
    /// # Errors
    /// What the parser cannot read.
    pub fn read(unit: &Unit, typedefs: &[String]) -> Result<Self> {
        let mut pieces = unique(std::slice::from_ref(unit));
        let (identifiers, facts) = analyse(&mut pieces, typedefs)?;
        Ok(Self { pieces, identifiers, facts, path: unit.path.clone() })
    }

    fn own(&self) -> impl Iterator<Item = (&Unique, &Facts)> {
        self.pieces.unique.iter().zip(&self.facts).filter(|(piece, _)| !piece.system)
    }

    /// The functions that it defines itself, in order.
    pub fn functions(&self) -> Vec<Mentioned> {
        let defined = self.own().flat_map(|(piece, facts)| {
            let functions = facts.declared.iter().filter(|d| d.definition && d.entity == Entity::Function);
            functions.map(|d| self.mentioned(piece, d.name, d.at))
        });
        defined.collect()
    }

    /// The names that it declares otherwise than `program` does.
    pub fn declared(&self, program: &MergedUnit) -> Vec<Mentioned> {
        let repeated = chunks(program);
        let own = self.own().filter(|(piece, _)| !repeated.contains(&words(&whole(piece))));
        own.flat_map(|(piece, facts)| facts.declared.iter().map(|d| self.mentioned(piece, d.name, d.at)))
            .collect()
    }

    fn mentioned(&self, piece: &Unique, name: Name, at: usize) -> Mentioned {
        let text = self.identifiers.text(name.identifier()).to_string();
        let place = Place { width: text.len() as u32, ..piece.place(at) };
        Mentioned { name: text, tag: name.tag(), place }
    }

    /// The file-scope names that it mentions without declaring them, each once.
    pub fn mentions(&self) -> Vec<Mentioned> {
        let declared: HashSet<_> = self.facts.iter().flat_map(|f| &f.declared).map(|d| d.name).collect();
        let mut seen = HashSet::new();
        let mut found = vec![];
        for (piece, facts) in self.own() {
            for mention in facts.mentions.iter().filter(|m| !m.symbol) {
                if !declared.contains(&mention.name) && seen.insert(mention.name) {
                    found.push(self.mentioned(piece, mention.name, mention.at));
                }
            }
        }
        found
    }

    /// The program's text, then the declarations `provided`, then what the file adds: neither what the
    /// program's text holds word by word, nor what a library's header says again. `renames`: names of
    /// the file, tags with a blank before them, that mean others.
    pub fn append(
        &self,
        program: MergedUnit,
        known: &Known,
        provided: &[String],
        renames: &BTreeMap<String, String>,
    ) -> MergedUnit {
        let repeated = chunks(&program);
        let (renamed, mut units) = (program.renamed.clone(), program.units.clone());
        let first = program.chunks.iter().map(|chunk| chunk.piece + 1).max().unwrap_or(0);
        let mut writer = Writer::resume(program);
        provided.iter().for_each(|text| writer.provided(text));
        writer.origin = Origin::ByHand;
        for (index, (piece, facts)) in self.pieces.unique.iter().zip(&self.facts).enumerate() {
            if !repeated.contains(&words(&whole(piece))) && !self.is_known(piece, facts, known) {
                writer.piece(first + index, piece, &self.edits(facts, renames), vec![units.len()]);
            }
        }
        units.push(self.path.clone());
        MergedUnit { renamed, ..writer.finish(units) }
    }

    /// A library's header says what the program knows, perhaps in other words: macros shape it.
    fn is_known(&self, piece: &Unique, facts: &Facts, known: &Known) -> bool {
        let defines = |d: &Declared| match d.entity {
            Entity::Tag | Entity::Function => d.definition,
            Entity::Enumerator | Entity::Typedef => true,
            Entity::Object => false,
        };
        let is_there = |d: &Declared| {
            let name = self.key(d.name);
            let whole = defines(d) && matches!(d.entity, Entity::Tag | Entity::Function);
            if whole { known.defined.contains(&name) } else { known.declared.contains(&name) }
        };
        let again = facts.declared.iter().any(|d| defines(d) && is_there(d));
        piece.system && !facts.declared.is_empty() && (again || facts.declared.iter().all(is_there))
    }

    fn key(&self, name: Name) -> String {
        let blank = if name.tag() { " " } else { "" };
        format!("{blank}{}", self.identifiers.text(name.identifier()))
    }

    fn edits(&self, facts: &Facts, renames: &BTreeMap<String, String>) -> Vec<Edit> {
        let mentions = facts.mentions.iter().filter(|m| !m.symbol);
        let edit = |m: &Mention| {
            let length = self.identifiers.text(m.name.identifier()).len();
            let text = renames.get(&self.key(m.name))?.clone();
            Some(Edit { at: m.at, length, text })
        };
        mentions.filter_map(edit).collect()
    }
}

/// A piece's text with its pragmas.
fn whole(piece: &Unique) -> String {
    format!("{}{}{}", piece.wrap.before, piece.clean.text, piece.wrap.behind)
}

/// The tokens of each chunk.
fn chunks(program: &MergedUnit) -> HashSet<String> {
    program.chunks.iter().map(|chunk| words(&program.text[chunk.span.clone()])).collect()
}

/// The tokens of a text, whatever stands between them.
fn words(source: &str) -> String {
    let tokens = text::lex(source);
    let code = tokens.iter().filter(|t| !matches!(t.kind, Kind::Marker | Kind::Directive));
    code.map(|t| t.text(source)).collect::<Vec<_>>().join(" ")
}
