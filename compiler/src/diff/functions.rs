//! Functions: signature by type, body by normal form.

use super::normal::{self, Leaf};
use super::{Modification, Source, same_tokens};
use crate::model::{ItemId, Program, Syntax};

/// How a function differs.
pub fn compare(old: &Program, ours: ItemId, new: &Program, theirs: ItemId) -> Vec<Modification> {
    let mut how = vec![];
    if old.items[ours].entity.shape != new.items[theirs].entity.shape {
        how.push(Modification::Signature);
    }
    if !same_tokens(old.source(ours), new.source(theirs)) && body(old, ours) != body(new, theirs) {
        how.push(Modification::Body);
    }
    how
}

/// Normal form and hidden tokens of a function; its plain tokens where it does not parse alone.
fn body(program: &Program, id: ItemId) -> (Vec<Leaf>, Vec<String>) {
    let at = program.span(id).start;
    match Syntax::at(program, at) {
        Some(syntax) if syntax.function().is_some() => {
            let source = Source { program, syntax: &syntax };
            let form = normal::function(syntax.function().expect("checked"), &source);
            let hidden = syntax.hidden.iter().filter(|t| !is_linkage(t)).cloned().collect();
            (form, hidden)
        }
        _ => {
            let text = program.source(id);
            (vec![], crate::text::lex(text).iter().map(|t| t.text(text).to_string()).collect())
        }
    }
}

/// Hidden tokens that say nothing about what a function does.
fn is_linkage(token: &str) -> bool {
    token == "__extension__"
}
