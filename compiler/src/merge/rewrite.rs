//! The edits that give a piece's names their new names.

use super::classes::Classes;
use super::emit::Edit;
use super::facts::{Declared, Facts};
use super::names::Identifiers;
use super::naming::NewNames;
use super::unique::Unique;
use crate::diag::Diagnostic;
use crate::text::{Lexer, words};

/// What the edits are made from.
pub(super) struct Rewriter<'a> {
    pub(super) classes: &'a Classes,
    pub(super) new_names: &'a NewNames,
    pub(super) identifiers: &'a Identifiers,
}

impl Rewriter<'_> {
    /// Edits of a piece as it stands in `unit`, sorted; and what the author should know.
    pub(super) fn edits(&self, piece: &Unique, facts: &Facts, unit: u32) -> (Vec<Edit>, Vec<Diagnostic>) {
        let mut edits = vec![];
        let mut diagnostics = vec![];
        for mention in &facts.mentions {
            if let Some(new) = self.new_name(mention.name, unit) {
                let length = self.identifiers.text(mention.name.identifier()).len();
                edits.push(Edit { at: mention.at, length, text: new.to_string() });
            }
        }
        for declared in &facts.declared {
            if self.is_second_view(declared, unit) {
                self.bind(piece, declared, &mut edits, &mut diagnostics);
            }
        }
        self.function_names(facts, unit, &mut edits);
        edits.sort();
        edits.dedup();
        (edits, diagnostics)
    }

    fn new_name(&self, name: super::names::Name, unit: u32) -> Option<&str> {
        let class = self.classes.split.get(&name)?.class(unit)?;
        self.new_names.get(&name)?[class].as_deref()
    }

    /// An external name that had to be declared under another name, because its types differ here.
    fn is_second_view(&self, declared: &Declared, unit: u32) -> bool {
        let external = self
            .classes
            .split
            .get(&declared.name)
            .is_some_and(|split| split.class(unit).is_some_and(|class| split.external[class]));
        external && self.new_name(declared.name, unit).is_some()
    }

    /// Binds a renamed declaration to the original symbol.
    fn bind(
        &self,
        piece: &Unique,
        declared: &Declared,
        edits: &mut Vec<Edit>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let symbol = self.identifiers.text(declared.name.identifier());
        let place = piece.place(declared.at);
        if declared.definition {
            diagnostics.push(
                Diagnostic::error(format!(
                    "`{symbol}` is defined here with types that other units define differently"
                ))
                .at(place, "defined here")
                .help("give the types that its declaration names one definition in all units"),
            );
            return;
        }
        let behind = &piece.clean.text[declared.head_end..];
        let next = Lexer::new(behind).next().map_or("", |token| token.text(behind));
        if !words::is_asm(next) {
            edits.push(Edit { at: declared.head_end, length: 0, text: format!(" __asm__(\"{symbol}\")") });
        }
        diagnostics.push(
            Diagnostic::warning(format!(
                "`{symbol}` is declared here with types that other units define differently"
            ))
            .at(place, "this declaration gets a name of its own")
            .note("it is bound to the same symbol"),
        );
    }

    /// `__func__` stays what it was.
    fn function_names(&self, facts: &Facts, unit: u32, edits: &mut Vec<Edit>) {
        let function =
            facts.declared.iter().find(|declared| declared.definition && !declared.within_function);
        let Some(function) = function else { return };
        if self.new_name(function.name, unit).is_none() {
            return;
        }
        let name = self.identifiers.text(function.name.identifier());
        for &(start, end) in &facts.function_names {
            edits.push(Edit { at: start, length: end - start, text: format!("\"{name}\"") });
        }
    }
}
