//! Pieces of the patch cut from the merged text by span, with edits; nothing is printed from a tree.

use crate::model::{Program, Syntax};
use crate::text;
use lang_c::ast::{
    ArraySize, Declarator, DeclaratorKind, DerivedDeclarator, FunctionDefinition, InitDeclarator, Initializer,
};
use lang_c::ast::{DeclarationSpecifier, StorageClassSpecifier, TypeSpecifier};
use lang_c::span::Node;
use std::collections::BTreeMap;
use std::ops::Range;

/// Replacements in a text, by range; ranges never overlap.
#[derive(Clone, Debug, Default)]
pub struct Edits {
    by_start: BTreeMap<usize, (usize, String)>,
    /// What the patch's names of the text's nameless types end in.
    suffix: &'static str,
}

impl Edits {
    /// None yet, for the old program's text.
    pub fn of_old_types() -> Self {
        Self { suffix: "__old", ..Self::default() }
    }

    /// Replaces a range.
    pub fn replace(&mut self, range: Range<usize>, with: impl Into<String>) {
        self.by_start.insert(range.start, (range.end, with.into()));
    }

    /// Cuts a range out of a text, edits applied.
    pub fn cut(&self, text: &str, range: Range<usize>) -> String {
        let mut out = String::with_capacity(range.len() + 32);
        let mut at = range.start;
        for (&start, (end, with)) in self.by_start.range(range.clone()) {
            if start < at {
                continue;
            }
            out.push_str(&text[at..start]);
            out.push_str(with);
            at = *end;
        }
        out.push_str(&text[at.min(range.end)..range.end]);
        out
    }
}

/// How a declared object is to appear in the patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form<'s> {
    /// Declared, defined elsewhere.
    Extern,
    /// `static`, under a name of the patch, with its initialiser.
    Static(&'s str),
    /// `static`, under a name of the patch, announced before its definition.
    Tentative(&'s str),
    /// A typedef for its type.
    Type(&'s str),
}

/// The declaration of one object of a chunk, in the wanted form, without semicolon.
///
/// `length`: number of elements where the declarator leaves it open.
/// `edits`: further edits inside declarator and initialiser.
pub fn object(
    program: &Program,
    syntax: &Syntax,
    declarator: &Node<InitDeclarator>,
    form: &Form,
    length: Option<u64>,
    edits: &Edits,
) -> String {
    let mut edits = edits.clone();
    let node = &declarator.node.declarator;
    if let (Form::Static(name) | Form::Tentative(name) | Form::Type(name), Some(at)) =
        (form, name_range(syntax, &node.node))
    {
        edits.replace(at, *name);
    }
    let bare = self::declarator(program, syntax, declarator, length, &edits);
    let text = &program.unit.text;
    let head = match form {
        Form::Extern => "extern",
        Form::Static(_) | Form::Tentative(_) => "static",
        Form::Type(_) => "typedef",
    };
    let mut out = format!("{head} {} {bare}", specifiers(program, syntax, &edits));
    if let (Form::Static(_), Some(initializer)) = (form, &declarator.node.initializer) {
        out.push_str(" = ");
        out.push_str(&value(text, syntax, initializer, &edits));
    }
    out
}

/// An initialiser's text; its span may or may not hold the `=`.
pub fn value(text: &str, syntax: &Syntax, initializer: &Node<Initializer>, edits: &Edits) -> String {
    let cut = edits.cut(text, syntax.range(initializer.span));
    let cut = cut.trim();
    cut.strip_prefix('=').unwrap_or(cut).trim_start().to_string()
}

/// A declarator with what belongs to it, attributes included, without its initialiser.
pub fn declarator(
    program: &Program,
    syntax: &Syntax,
    declarator: &Node<InitDeclarator>,
    length: Option<u64>,
    edits: &Edits,
) -> String {
    let text = &program.unit.text;
    let mut edits = edits.clone();
    let node = &declarator.node.declarator;
    if let (Some(at), Some(length)) = (open_array(syntax, &node.node), length) {
        edits.replace(at..at, length.to_string());
    }
    strip_visibility(text, syntax.range(declarator.span), &mut edits);
    let range = syntax.range(node.span);
    let end = match &declarator.node.initializer {
        Some(initializer) => equals_before(text, range.start, syntax.range(initializer.span).start),
        None => attributes_end(text, syntax.range(declarator.span).end),
    };
    edits.cut(text, range.start..end).trim_end().to_string()
}

/// Offset behind the `[` of an array declarator without length.
fn open_array(syntax: &Syntax, declarator: &Declarator) -> Option<usize> {
    if let DeclaratorKind::Declarator(inner) = &declarator.kind.node {
        if let Some(found) = open_array(syntax, &inner.node) {
            return Some(found);
        }
    }
    declarator.derived.iter().find_map(|d| match &d.node {
        DerivedDeclarator::Array(array) if array.node.size == ArraySize::Unknown => {
            Some(syntax.offset(d.span.start) + 1)
        }
        _ => None,
    })
}

fn name_range(syntax: &Syntax, declarator: &Declarator) -> Option<Range<usize>> {
    match &declarator.kind.node {
        DeclaratorKind::Identifier(name) => Some(syntax.range(name.span)),
        DeclaratorKind::Declarator(inner) => name_range(syntax, &inner.node),
        DeclaratorKind::Abstract => None,
    }
}

/// Offset of the `=` between a declarator and its initialiser.
fn equals_before(text: &str, from: usize, initializer: usize) -> usize {
    text[from..initializer].rfind('=').map_or(initializer, |at| from + at)
}

/// A hidden import would be bound inside the patch: visibility is the patch's own affair.
fn strip_visibility(text: &str, range: Range<usize>, edits: &mut Edits) {
    let tokens = text::lex(&text[range.clone()]);
    let word = |i: usize| tokens.get(i).map_or("", |t: &text::Token| t.text(&text[range.clone()]));
    for at in 0..tokens.len() {
        if matches!(word(at), "visibility" | "__visibility__") && word(at + 1) == "(" && word(at + 3) == ")" {
            let span = range.start + tokens[at].start..range.start + tokens[at + 3].end;
            edits.replace(span, "");
        }
    }
}

/// The type of a declaration as it can be repeated: no storage class, no record body.
pub fn specifiers(program: &Program, syntax: &Syntax, edits: &Edits) -> String {
    let Some(declaration) = syntax.variables() else { return String::new() };
    let words = declaration.specifiers.iter().filter_map(|s| specifier(program, syntax, s, edits));
    let thread = declaration.declarators.first().zip(declaration.specifiers.first()).is_some_and(|(d, s)| {
        let head = &program.unit.text[syntax.offset(s.span.start)..syntax.offset(d.span.start)];
        text::lex(head).iter().any(|t| t.text(head) == "__thread")
    });
    let words = words.collect::<Vec<_>>().join(" ");
    if thread { format!("__thread {words}") } else { words }
}

fn specifier(
    program: &Program,
    syntax: &Syntax,
    node: &Node<DeclarationSpecifier>,
    edits: &Edits,
) -> Option<String> {
    let text = &program.unit.text;
    let verbatim = || edits.cut(text, syntax.range(node.span)).trim_end().to_string();
    match &node.node {
        DeclarationSpecifier::StorageClass(class) => {
            (class.node == StorageClassSpecifier::ThreadLocal).then(verbatim)
        }
        DeclarationSpecifier::TypeSpecifier(ty) => Some(match &ty.node {
            TypeSpecifier::Struct(record) if record.node.declarations.is_some() => {
                let body = syntax.offset(record.span.start);
                match &record.node.identifier {
                    Some(tag) => edits.cut(text, body..syntax.offset(tag.span.end)),
                    None => nameless(body, edits),
                }
            }
            TypeSpecifier::Enum(list) if !list.node.enumerators.is_empty() => {
                let start = syntax.offset(list.span.start);
                match &list.node.identifier {
                    Some(tag) => edits.cut(text, start..syntax.offset(tag.span.end)),
                    None => nameless(start, edits),
                }
            }
            _ => verbatim(),
        }),
        _ => Some(verbatim()),
    }
}

/// The patch's own name for a record or enumeration without tag, by its place.
fn nameless(at: usize, edits: &Edits) -> String {
    format!("polus__nameless_{at}{}", edits.suffix)
}

/// The type that a chunk defines besides its objects; `None` if it defines none.
pub fn type_part(program: &Program, syntax: &Syntax) -> Option<String> {
    type_part_edited(program, syntax, &Edits::default())
}

/// The same with edits.
pub fn type_part_edited(program: &Program, syntax: &Syntax, edits: &Edits) -> Option<String> {
    let declaration = syntax.variables()?;
    let text = &program.unit.text;
    declaration.specifiers.iter().find_map(|s| {
        let DeclarationSpecifier::TypeSpecifier(ty) = &s.node else { return None };
        let (span, tagged) = match &ty.node {
            TypeSpecifier::Struct(r) if r.node.declarations.is_some() => {
                (r.span, r.node.identifier.is_some())
            }
            TypeSpecifier::Enum(e) if !e.node.enumerators.is_empty() => (e.span, e.node.identifier.is_some()),
            _ => return None,
        };
        let range = syntax.range(span);
        let end = attributes_end(text, range.end);
        let body = edits.cut(text, range.start..end);
        let body = body.trim_end();
        let constants = matches!(ty.node, TypeSpecifier::Enum(_)) && declaration.declarators.is_empty();
        Some(if tagged || constants {
            format!("{body};")
        } else {
            format!("typedef {body} {};", nameless(range.start, edits))
        })
    })
}

/// Attributes behind a record's closing brace belong to it; the syntax tree does not show them.
fn attributes_end(text: &str, end: usize) -> usize {
    let rest = &text[end..];
    let mut at = end;
    let mut depth = 0usize;
    let mut inside = false;
    for token in text::lex(&rest[..rest.len().min(4096)]) {
        match token.text(rest) {
            "__attribute__" | "__attribute" if depth == 0 => inside = true,
            "(" if inside => depth += 1,
            ")" if inside && depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    at = end + token.end;
                    inside = false;
                }
            }
            _ if inside => {}
            _ => break,
        }
    }
    at
}

/// Words that do not belong on a declaration of something that stays in the process.
const NOT_ON_IMPORTS: &[&str] = &["static", "extern", "inline", "__inline", "__inline__"];
/// Attributes that need a body.
const NEED_BODY: &[&str] = &[
    "always_inline",
    "__always_inline__",
    "gnu_inline",
    "__gnu_inline__",
    "constructor",
    "__constructor__",
    "destructor",
    "__destructor__",
];

/// The prototype of a defined function, under `name`, without storage class and semicolon.
pub fn prototype(program: &Program, syntax: &Syntax, definition: &FunctionDefinition, name: &str) -> String {
    let text = &program.unit.text;
    let start =
        syntax.offset(definition.specifiers.first().map_or(definition.declarator.span, |s| s.span).start);
    let declarator = &definition.declarator.node;
    let end = match definition.declarations.first() {
        Some(_) => syntax.offset(definition.declarator.span.end),
        None => syntax.offset(definition.statement.span.start),
    };
    let start = leading(program, start);
    let mut edits = linkage_edits(text, start..end);
    if let Some(at) = name_range(syntax, declarator) {
        edits.replace(at, name);
    }
    if let Some(list) = kr_list(declarator) {
        edits.replace(syntax.range(list), "()");
    }
    edits.cut(text, start..end).trim().to_string()
}

/// Attributes before the first specifier are part of the chunk.
fn leading(program: &Program, start: usize) -> usize {
    let chunk = program.unit.chunks.partition_point(|c| c.span.end <= start);
    program.unit.chunks.get(chunk).map_or(start, |c| c.span.start.min(start))
}

fn kr_list(declarator: &Declarator) -> Option<lang_c::span::Span> {
    declarator
        .derived
        .iter()
        .find_map(|d| matches!(d.node, DerivedDeclarator::KRFunction(_)).then_some(d.span))
}

/// Edits that take storage class, `inline` and attributes that need a body away.
pub fn linkage_edits(text: &str, range: Range<usize>) -> Edits {
    let mut edits = Edits::default();
    let source = &text[range.clone()];
    let mut depth = 0i32;
    for token in text::lex(source) {
        let word = token.text(source);
        let span = range.start + token.start..range.start + token.end;
        match word {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ if depth == 0 && NOT_ON_IMPORTS.contains(&word) => edits.replace(span, ""),
            _ if depth > 0 && NEED_BODY.contains(&word) => edits.replace(span, ""),
            _ => {}
        }
    }
    strip_visibility(text, range, &mut edits);
    edits
}

/// A function's definition under `name`, always `static`, other edits applied.
pub fn definition(
    program: &Program,
    syntax: &Syntax,
    function: &FunctionDefinition,
    name: &str,
    edits: &Edits,
) -> String {
    let text = &program.unit.text;
    let first = function.specifiers.first().map_or(function.declarator.span, |s| s.span).start;
    let start = leading(program, syntax.offset(first));
    let body = syntax.offset(function.statement.span.start);
    let mut head = linkage_edits(text, start..body);
    if let Some(at) = name_range(syntax, &function.declarator.node) {
        head.replace(at, name);
    }
    let end = syntax.offset(function.statement.span.end);
    format!("static {}{}", head.cut(text, start..body).trim_start(), edits.cut(text, body..end).trim_end())
}

/// The prototype of a function whose text is repeated as it is.
pub fn copied_prototype(program: &Program, syntax: &Syntax, definition: &FunctionDefinition) -> String {
    let name = crate::model::declared_name(&definition.declarator.node).unwrap_or_default();
    format!("static {}", prototype(program, syntax, definition, name))
}

/// A function's text repeated: as it is, but `static` and not `extern`.
pub fn copied(program: &Program, syntax: &Syntax, function: &FunctionDefinition, edits: &Edits) -> String {
    let text = &program.unit.text;
    let first = function.specifiers.first().map_or(function.declarator.span, |s| s.span).start;
    let start = leading(program, syntax.offset(first));
    let body = syntax.offset(function.statement.span.start);
    let mut head = Edits::default();
    for token in text::lex(&text[start..body]) {
        if matches!(token.text(&text[start..body]), "static" | "extern" | "gnu_inline" | "__gnu_inline__") {
            head.replace(start + token.start..start + token.end, "");
        }
    }
    let end = syntax.offset(function.statement.span.end);
    format!("static {}{}", head.cut(text, start..body).trim_start(), edits.cut(text, body..end).trim_end())
}
