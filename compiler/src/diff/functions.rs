//! Functions: signature by type, body by normal form.

use super::normal::{self, Leaf};
use super::{Modification, Source, same_tokens};
use crate::clang::Kind;
use crate::model::{ItemId, Program, Syntax};
use std::collections::BTreeMap;

/// How a function differs.
pub fn compare(old: &Program, ours: ItemId, new: &Program, theirs: ItemId) -> Vec<Modification> {
    let mut how = vec![];
    if old.items[ours].entity.shape != new.items[theirs].entity.shape {
        how.push(Modification::Signature);
    }
    let same = || same_tokens(old.source(ours), new.source(theirs)) || body(old, ours) == body(new, theirs);
    if !same_views(old, ours, new, theirs) || !same() {
        how.push(Modification::Body);
    }
    how
}

/// Where either version sees a function or global through a declaration that differs from the others,
/// the other version sees it with the same type.
fn same_views(old: &Program, ours: ItemId, new: &Program, theirs: ItemId) -> bool {
    if old.views.is_empty() && new.views.is_empty() {
        return true;
    }
    let (was, is) = (seen(old, ours), seen(new, theirs));
    let viewed =
        |seen: &BTreeMap<String, (String, bool)>, name| seen.get(name).is_some_and(|(_, view)| *view);
    let shape =
        |seen: &BTreeMap<String, (String, bool)>, name| seen.get(name).map(|(shape, _)| shape.clone());
    let differs = |name| {
        let both = shape(&was, name).zip(shape(&is, name));
        (viewed(&was, name) || viewed(&is, name)) && both.is_some_and(|(was, is)| was != is)
    };
    !was.keys().any(differs)
}

/// What a function sees of external names: their types, and whether these are views.
fn seen(program: &Program, id: ItemId) -> BTreeMap<String, (String, bool)> {
    let spelled = program.uses_in(id).iter().filter(|u| program.is_spelled(u));
    let items = spelled.map(|u| u.target).filter(|&t| program.items[t].entity.external);
    let linked = items.filter(|&t| matches!(program.items[t].kind(), Kind::Function | Kind::Variable));
    let seen = |t: ItemId| (program.items[t].entity.shape.clone(), program.views.contains_key(&t));
    linked.map(|t| (program.items[t].original.clone(), seen(t))).collect()
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
