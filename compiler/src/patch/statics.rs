//! Statics inside functions: the old ones are bound to their place in the process, new ones get
//! a symbol so that a later update finds them (design rule 7).

use super::cut::{self, Edits, Place};
use crate::cross::Versions;
use crate::diag::Diagnostic;
use crate::model::{ItemId, Program, Syntax};
use crate::running::{Running, Static};
use crate::text;
use lang_c::ast::{Declaration, InitDeclarator};
use lang_c::span::{Node, Span};
use lang_c::visit::{self, Visit};
use polus_runtime::rules::Rule;

/// What becomes of a static of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It stays in the process under this symbol of the patch.
    Import(String),
    /// The patch has its own, under this symbol.
    Own(String),
    /// It is constant: the new text's value counts.
    Repeated,
}

/// A static of a function that the patch holds.
#[derive(Clone, Debug)]
pub struct LocalStatic {
    /// The item in the new program.
    pub item: ItemId,
    /// What becomes of it.
    pub fate: Fate,
}

/// The statics of `function` with their fates.
pub fn of(versions: Versions, function: ItemId, running: Option<&Running>) -> Vec<LocalStatic> {
    let new = versions.new;
    let all: Vec<ItemId> = (0..new.items.len())
        .filter(|&id| new.items[id].entity.function == Some(function))
        .filter(|&id| new.items[id].kind() == crate::clang::Kind::Variable)
        .collect();
    all.iter()
        .enumerate()
        .map(|(nth, &item)| LocalStatic { item, fate: fate(versions, item, nth, running) })
        .collect()
}

fn fate(versions: Versions, id: ItemId, nth: usize, running: Option<&Running>) -> Fate {
    let new = versions.new;
    let entity = &new.items[id].entity;
    let function = entity.function.map_or("", |f| new.items[f].entity.name.as_str());
    let symbol = format!("polus__{function}__{}_{nth}", entity.name);
    if entity.constant {
        return Fate::Repeated;
    }
    let writable = |old: &ItemId| !versions.old.items[*old].entity.constant;
    let Some(old) = versions.changes.pairing.to_old[id].filter(writable) else { return Fate::Own(symbol) };
    // Labels of the old function lead into its old code.
    let labelled = |program: &Program, id: ItemId| program.labels.iter().any(|label| label.holder == id);
    if labelled(versions.old, old) || labelled(new, id) {
        return Fate::Own(symbol);
    }
    match running.map(|r| r.variable(old)) {
        _ if !Rule::Statics.holds() => Fate::Own(symbol),
        // gcc drops a static that nothing writes, or nothing reads: no running value is lost to the
        // old version.
        Some(Static::OptimisedOut) => Fate::Own(symbol),
        _ => Fate::Import(symbol),
    }
}

/// Refuses a function whose labels' addresses are stored where they outlive a call: those that the old
/// version stored would lead from new frames into old code.
///
/// # Errors
/// The place where one is stored.
pub fn check_labels(versions: Versions, function: ItemId) -> Result<(), Diagnostic> {
    let new = versions.new;
    let Some(old) = versions.changes.pairing.to_old[function] else { return Ok(()) };
    let stored = |program: &Program, id: ItemId| {
        let label = program.labels.iter().find(|label| label.holder == id)?;
        Some(program.place_at(label.offset))
    };
    let Some(place) = stored(versions.old, old).or_else(|| stored(new, function)) else { return Ok(()) };
    if !has_computed_goto(new, function) {
        return Ok(());
    }
    Err(Diagnostic::error(format!("{} keeps addresses of its labels", new.title(function)))
        .at(place, "this address outlives the call")
        .at(new.place(function), "the new version would go on from it in old code")
        .help("leave this function as it is in this update, or restart the program for it"))
}

fn has_computed_goto(program: &Program, function: ItemId) -> bool {
    let source = program.source(function);
    let tokens = text::lex(source);
    let words = tokens.windows(2).map(|pair| (pair[0].text(source), pair[1].text(source)));
    words.into_iter().any(|pair| pair == ("goto", "*"))
}

/// Edits the declarations of a function's statics.
pub fn edit(program: &Program, syntax: &Syntax, statics: &[LocalStatic], edits: &mut Edits) {
    let Some(function) = syntax.function() else { return };
    let mut search = Declarations { found: vec![] };
    search.visit_statement(&function.statement.node, &function.statement.span);
    for (declaration, span) in search.found {
        let range = syntax.range(span);
        let mine: Vec<&LocalStatic> = statics
            .iter()
            .filter(|s| range.contains(&name_at(program, s.item)) && s.fate != Fate::Repeated)
            .collect();
        if !mine.is_empty() {
            let text = rewritten(program, syntax, declaration, &mine, edits);
            edits.replace(range.start..statement_end(&program.unit.text, range.end), text);
        }
    }
}

fn name_at(program: &Program, id: ItemId) -> usize {
    program.items[id].entity.definition().map_or(0, |d| d.name_at)
}

/// A declaration's span may or may not hold its semicolon.
fn statement_end(text: &str, end: usize) -> usize {
    let before = text[..end].trim_end();
    if before.ends_with(';') {
        return before.len();
    }
    text[end..].find(';').map_or(end, |at| end + at + 1)
}

/// The type that stands in the declaration, then each static on its own.
fn rewritten(
    program: &Program,
    syntax: &Syntax,
    declaration: &Declaration,
    mine: &[&LocalStatic],
    edits: &Edits,
) -> String {
    let start = syntax.offset(declaration.specifiers[0].span.start);
    let statics = declaration.declarators.iter().map(|declarator| {
        let range = syntax.range(declarator.span);
        let fate = mine.iter().find(|s| range.contains(&name_at(program, s.item))).copied();
        let place =
            if fate.is_some_and(|f| matches!(f.fate, Fate::Import(_))) { Place::Import } else { Place::Own };
        let head = cut::head(program, syntax, declaration, start, place, edits);
        declare(program, syntax, declarator, &head, fate, edits)
    });
    cut::type_part(program, syntax, declaration, edits)
        .into_iter()
        .chain(statics)
        .collect::<Vec<_>>()
        .join(" ")
}

fn declare(
    program: &Program,
    syntax: &Syntax,
    declarator: &Node<InitDeclarator>,
    head: &str,
    fate: Option<&LocalStatic>,
    edits: &Edits,
) -> String {
    let length = fate.and_then(|s| program.items[s.item].entity.dimensions.first().copied());
    let (bare, attributes) = cut::declarator(program, syntax, declarator, Place::Own, length, edits);
    let value = declarator.node.initializer.as_ref();
    let value = value.map_or(String::new(), |i| format!(" = {}", cut::value(program, syntax, i, edits)));
    match fate.map(|s| &s.fate) {
        Some(Fate::Import(symbol)) => {
            format!("extern {head} {bare} __asm__(\"{symbol}\"){attributes} __attribute__((weak));")
        }
        Some(Fate::Own(symbol)) => {
            format!("static {head} {bare} __asm__(\"{symbol}\"){attributes} __attribute__((used)){value};")
        }
        _ => format!("static {head} {bare}{attributes}{value};"),
    }
}

/// All declarations inside a body, blocks and statement expressions included.
struct Declarations<'a> {
    found: Vec<(&'a Declaration, Span)>,
}

impl<'a> Visit<'a> for Declarations<'a> {
    fn visit_declaration(&mut self, declaration: &'a Declaration, span: &'a Span) {
        self.found.push((declaration, *span));
        visit::visit_declaration(self, declaration, span);
    }
}
