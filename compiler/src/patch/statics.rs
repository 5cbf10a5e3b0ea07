//! Statics inside functions: the old ones are bound to their place in the process, new ones get
//! a symbol so that a later update finds them (design rule 7).

use super::cut::Edits;
use crate::cross::Versions;
use crate::diag::Diagnostic;
use crate::model::{ItemId, Program, Syntax};
use crate::running::{Running, Static};
use lang_c::ast::{Declaration, DeclarationSpecifier, StorageClassSpecifier};
use lang_c::span::Span;
use lang_c::visit::{self, Visit};

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
    match running.map(|r| r.variable(old)) {
        // gcc drops a static that nothing writes, or nothing reads: no running value is lost to the
        // old version.
        Some(Static::OptimisedOut) => Fate::Own(symbol),
        _ => Fate::Import(symbol),
    }
}

/// Edits the declarations of a function's statics.
///
/// # Errors
/// A declaration of several statics whose type has no name.
pub fn edit(
    program: &Program,
    syntax: &Syntax,
    statics: &[LocalStatic],
    edits: &mut Edits,
) -> Result<(), Diagnostic> {
    let Some(function) = syntax.function() else { return Ok(()) };
    let mut search = Declarations { found: vec![] };
    search.visit_statement(&function.statement.node, &function.statement.span);
    for (declaration, span) in search.found {
        let range = syntax.range(span);
        let mine: Vec<&LocalStatic> = statics
            .iter()
            .filter(|s| range.contains(&name_at(program, s.item)) && s.fate != Fate::Repeated)
            .collect();
        if !mine.is_empty() {
            let text = rewritten(program, syntax, declaration, &mine, edits)?;
            edits.replace(range.start..statement_end(&program.unit.text, range.end), text);
        }
    }
    Ok(())
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

fn rewritten(
    program: &Program,
    syntax: &Syntax,
    declaration: &Declaration,
    mine: &[&LocalStatic],
    edits: &Edits,
) -> Result<String, Diagnostic> {
    let text = &program.unit.text;
    let storage = |s: &&lang_c::span::Node<DeclarationSpecifier>| !matches!(&s.node, DeclarationSpecifier::StorageClass(c) if c.node != StorageClassSpecifier::ThreadLocal);
    let words: Vec<String> = declaration
        .specifiers
        .iter()
        .filter(storage)
        .map(|s| text[syntax.range(s.span)].trim_end().to_string())
        .collect();
    let head = syntax.offset(declaration.specifiers[0].span.start)
        ..syntax.offset(declaration.declarators[0].span.start);
    let thread =
        crate::text::lex(&text[head.clone()]).iter().any(|t| t.text(&text[head.clone()]) == "__thread");
    let words = format!("{}{}", if thread { "__thread " } else { "" }, words.join(" "));
    if declaration.declarators.len() > 1 && words.contains('{') {
        return Err(Diagnostic::error("several statics share a type without name")
            .at(program.place(mine[0].item), "declared here")
            .help("give the type a name in the new version"));
    }
    let one = |declarator: &lang_c::span::Node<lang_c::ast::InitDeclarator>| {
        let range = syntax.range(declarator.span);
        let fate = mine.iter().find(|s| range.contains(&name_at(program, s.item)));
        declare(program, syntax, declarator, &words, fate.copied(), edits)
    };
    Ok(declaration.declarators.iter().map(one).collect::<Vec<_>>().join(" "))
}

fn declare(
    program: &Program,
    syntax: &Syntax,
    declarator: &lang_c::span::Node<lang_c::ast::InitDeclarator>,
    words: &str,
    fate: Option<&LocalStatic>,
    edits: &Edits,
) -> String {
    let length = fate.and_then(|s| program.items[s.item].entity.dimensions.first().copied());
    let bare = super::cut::declarator(program, syntax, declarator, length, edits);
    let initializer = declarator.node.initializer.as_ref();
    let value = initializer
        .map_or(String::new(), |i| format!(" = {}", super::cut::value(&program.unit.text, syntax, i, edits)));
    match fate.map(|s| &s.fate) {
        Some(Fate::Import(symbol)) => {
            format!("extern {words} {bare} __asm__(\"{symbol}\") __attribute__((weak));")
        }
        Some(Fate::Own(symbol)) => format!("static {words} {bare} __asm__(\"{symbol}\") __attribute__((used)){value};"),
        _ => format!("static {words} {bare}{value};"),
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
