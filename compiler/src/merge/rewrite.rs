//! The edits that give a piece's names their new names.

use rustc_hash::FxHashMap;

use super::classes::Classes;
use super::emit::Edit;
use super::facts::{Declared, Entity, Facts};
use super::names::{Identifiers, Name};
use super::naming::NewNames;
use super::unique::Unique;
use crate::diag::{Diagnostic, Place};

/// What the edits are made from.
pub(super) struct Rewriter<'a> {
    pub(super) classes: &'a Classes,
    pub(super) new_names: &'a NewNames,
    pub(super) identifiers: &'a Identifiers,
    /// For each name with weak definitions the piece whose definition counts.
    pub(super) weak_winners: FxHashMap<Name, usize>,
}

/// What becomes of a piece in one unit.
#[derive(Default)]
pub(super) struct Rewritten {
    /// Sorted.
    pub(super) edits: Vec<Edit>,
    pub(super) errors: Vec<Diagnostic>,
    /// External names that got another name and were bound to their symbol.
    pub(super) bound: Vec<(String, Place)>,
}

/// One warning for all names that had to be bound.
pub(super) fn bound_names(bound: &[(String, Place)]) -> Option<Diagnostic> {
    let mut names: Vec<&str> = bound.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let count = if names.len() == 1 {
        "1 external name is".into()
    } else {
        format!("{} external names are", names.len())
    };
    let title = format!("{count} declared with types that differ between units");
    let (_, place) = bound.first()?;
    let warning = Diagnostic::warning(title).at(place.clone(), "the first of these declarations");
    let shown = names.len().min(6);
    let more = if names.len() > shown { format!(" and {} more", names.len() - shown) } else { String::new() };
    Some(
        warning
            .note(format!("declared a second time under another name: {}{more}", names[..shown].join(", "))),
    )
}

impl Rewriter<'_> {
    /// Rewrites a piece as it stands in `unit`.
    pub(super) fn rewrite(&self, index: usize, piece: &Unique, facts: &Facts, unit: u32) -> Rewritten {
        let mut out = Rewritten::default();
        for mention in &facts.mentions {
            if mention.symbol && self.is_external(mention.name, unit) {
                continue;
            }
            if let Some(new) = self.new_name(mention.name, unit) {
                let length = self.identifiers.text(mention.name.identifier()).len();
                out.edits.push(Edit { at: mention.at, length, text: new.to_string() });
            }
        }
        for declared in &facts.declared {
            if self.is_second_view(declared, unit) {
                self.bind(piece, facts, declared, unit, &mut out);
            }
        }
        self.function_names(facts, unit, &mut out.edits);
        self.yield_to_winner(index, piece, facts, &mut out.edits);
        out.edits.sort();
        out.edits.dedup();
        out
    }

    fn new_name(&self, name: Name, unit: u32) -> Option<&str> {
        let class = self.classes.split.get(&name)?.class(unit)?;
        self.new_names.get(&name)?[class].as_deref()
    }

    /// An external name that had to be declared under another name, because its types differ here.
    fn is_second_view(&self, declared: &Declared, unit: u32) -> bool {
        self.is_external(declared.name, unit) && self.new_name(declared.name, unit).is_some()
    }

    fn is_external(&self, name: Name, unit: u32) -> bool {
        let split = self.classes.split.get(&name);
        split.is_some_and(|split| split.class(unit).is_some_and(|class| split.external[class]))
    }

    /// A declaration of the name in this unit binds it to a symbol already.
    fn is_labelled(&self, name: Name, unit: u32) -> bool {
        let split = self.classes.split.get(&name);
        split.is_some_and(|split| split.class(unit).is_some_and(|class| split.labelled[class]))
    }

    /// Binds a renamed declaration to the original symbol.
    fn bind(&self, piece: &Unique, facts: &Facts, declared: &Declared, unit: u32, out: &mut Rewritten) {
        let symbol = self.identifiers.text(declared.name.identifier());
        if declared.definition && declared.inline {
            // A plain declaration stands before it in headers, and that one is bound.
            return;
        }
        let alone = facts.declared.iter().filter(|d| d.entity == Entity::Object).count() == 1;
        if declared.definition || declared.tentative && !alone {
            let title = format!("`{symbol}` is defined here with types that other units define differently");
            let error = Diagnostic::error(title).at(piece.place(declared.at), "defined here");
            let help = "give the types that its declaration names one definition in all units";
            return out.errors.push(error.help(help));
        }
        if self.is_labelled(declared.name, unit) {
            return;
        }
        if declared.tentative {
            // Another unit's definition is the object; this one would be a second.
            out.edits.push(Edit { at: 0, length: 0, text: "extern ".to_string() });
        }
        out.edits.push(Edit { at: declared.head_end, length: 0, text: format!(" __asm__(\"{symbol}\")") });
        if !piece.system {
            out.bound.push((symbol.to_string(), piece.place(declared.at)));
        }
    }

    /// Makes a declaration of a weak definition that the linker would not take.
    fn yield_to_winner(&self, index: usize, piece: &Unique, facts: &Facts, edits: &mut Vec<Edit>) {
        let loses = |d: &&Declared| {
            d.definition
                && !d.is_static
                && self.weak_winners.get(&d.name).is_some_and(|&winner| winner != index)
        };
        let Some(loser) = facts.declared.iter().find(loses).filter(|_| facts.replaceable) else { return };
        let text = &piece.clean.text;
        let begins = if loser.entity == Entity::Function { '{' } else { '=' };
        let Some(cut) = text[loser.head_end..].find(begins).map(|at| loser.head_end + at) else { return };
        edits.retain(|edit| edit.at < cut);
        edits.push(Edit { at: cut, length: text.len() - cut, text: ";".to_string() });
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
