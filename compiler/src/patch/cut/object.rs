//! Declarations of objects and of the types that stand in them, in the form that the patch needs.

use super::attributes::{self, Place};
use super::{Edits, name_range, start_of, with_pragmas};
use crate::model::{Program, Syntax};
use crate::text;
use lang_c::ast::{
    ArraySize, Declaration, Declarator, DeclaratorKind, DerivedDeclarator, InitDeclarator, Initializer,
};
use lang_c::ast::{
    DeclarationSpecifier, FunctionSpecifier, Identifier, StorageClassSpecifier, TypeSpecifier,
};
use lang_c::span::{Node, Span};
use std::ops::Range;

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

impl Form<'_> {
    fn place(&self) -> Place {
        match self {
            Self::Extern => Place::Import,
            Self::Static(_) | Self::Tentative(_) => Place::Own,
            Self::Type(_) => Place::Type,
        }
    }
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
    let mut edits = edits.over();
    let named = name_range(syntax, &declarator.node.declarator.node);
    if let (Form::Static(name) | Form::Tentative(name) | Form::Type(name), Some(at)) = (form, named) {
        edits.replace(at, *name);
    }
    let class = match form {
        Form::Extern => "extern",
        Form::Static(_) | Form::Tentative(_) => "static",
        Form::Type(_) => "typedef",
    };
    let head = syntax.variables().map_or(String::new(), |declaration| {
        let start = start_of(program, syntax.offset(declarator.span.start));
        head(program, syntax, declaration, start, form.place(), &edits)
    });
    let (bare, attributes) = self::declarator(program, syntax, declarator, form.place(), length, &edits);
    let mut out = format!("{class} {head} {bare}{attributes}");
    if let (Form::Static(_), Some(initializer)) = (form, &declarator.node.initializer) {
        out.push_str(" = ");
        out.push_str(&value(program, syntax, initializer, &edits));
    }
    out
}

/// What stands before a declaration's first declarator, from `start` on: attributes, qualifiers and
/// type, without storage class and without the body of a record.
pub fn head(
    program: &Program,
    syntax: &Syntax,
    declaration: &Declaration,
    start: usize,
    place: Place,
    edits: &Edits,
) -> String {
    let end = declaration.declarators.first().map_or(start, |d| syntax.offset(d.span.start));
    let mut local = edits.over();
    for specifier in &declaration.specifiers {
        match &specifier.node {
            DeclarationSpecifier::StorageClass(class) if class.node != StorageClassSpecifier::ThreadLocal => {
                local.replace(syntax.range(class.span), "");
            }
            DeclarationSpecifier::Function(f) if f.node == FunctionSpecifier::Inline => {
                local.replace(syntax.range(f.span), "");
            }
            DeclarationSpecifier::TypeSpecifier(ty) => {
                if let Some(body) = Body::of(&ty.node) {
                    let range = body.range(program, syntax);
                    local.replace(range.clone(), body.name(program, syntax, edits));
                }
            }
            _ => {}
        }
    }
    attributes::strip(&program.unit.text, start..end, place, &mut local);
    if place == Place::Type {
        without_thread(&program.unit.text, start..end, &mut local);
    }
    let text = local.cut(program, start..end.max(start));
    // It may stand only in front of the storage class, which is given anew.
    text.trim().trim_start_matches("__extension__").trim_start().to_string()
}

/// A typedef has no storage.
fn without_thread(text: &str, range: Range<usize>, edits: &mut Edits) {
    let source = text.get(range.clone()).unwrap_or_default();
    for token in text::lex(source) {
        if matches!(token.text(source), "__thread" | "_Thread_local") {
            edits.replace(range.start + token.start..range.start + token.end, "");
        }
    }
}

/// A record or enumeration that a specifier defines.
struct Body<'s> {
    keyword: &'static str,
    span: Span,
    tag: Option<&'s Node<Identifier>>,
}

impl<'s> Body<'s> {
    fn of(ty: &'s TypeSpecifier) -> Option<Self> {
        match ty {
            TypeSpecifier::Struct(record) if record.node.declarations.is_some() => {
                let union = record.node.kind.node == lang_c::ast::StructKind::Union;
                let keyword = if union { "union" } else { "struct" };
                Some(Self { keyword, span: record.span, tag: record.node.identifier.as_ref() })
            }
            TypeSpecifier::Enum(list) if !list.node.enumerators.is_empty() => {
                Some(Self { keyword: "enum", span: list.span, tag: list.node.identifier.as_ref() })
            }
            _ => None,
        }
    }

    /// Attributes behind the closing brace belong to it.
    fn range(&self, program: &Program, syntax: &Syntax) -> Range<usize> {
        let range = syntax.range(self.span);
        range.start..attributes::end(&program.unit.text, range.end)
    }

    fn name(&self, program: &Program, syntax: &Syntax, edits: &Edits) -> String {
        match self.tag {
            Some(tag) => format!("{} {}", self.keyword, edits.cut(program, syntax.range(tag.span))),
            None => edits.nameless(syntax.offset(self.span.start)),
        }
    }
}

/// The type that a declaration defines besides its objects; `None` if it defines none.
pub fn type_part(
    program: &Program,
    syntax: &Syntax,
    declaration: &Declaration,
    edits: &Edits,
) -> Option<String> {
    let body = declaration.specifiers.iter().find_map(|s| match &s.node {
        DeclarationSpecifier::TypeSpecifier(ty) => Body::of(&ty.node),
        _ => None,
    })?;
    let range = body.range(program, syntax);
    let text = edits.cut(program, range.clone());
    let text = text.trim_end();
    let constants = body.keyword == "enum" && declaration.declarators.is_empty();
    let whole = match body.tag.is_some() || constants {
        true => format!("{text};"),
        false => format!("typedef {text} {};", edits.nameless(range.start)),
    };
    Some(with_pragmas(program, range.start, &whole))
}

/// An initialiser's text; its span may or may not hold the `=`.
pub fn value(program: &Program, syntax: &Syntax, initializer: &Node<Initializer>, edits: &Edits) -> String {
    let cut = edits.cut(program, syntax.range(initializer.span));
    let cut = cut.trim();
    cut.strip_prefix('=').unwrap_or(cut).trim_start().to_string()
}

/// A declarator without its initialiser, and the attributes behind it.
pub fn declarator(
    program: &Program,
    syntax: &Syntax,
    declarator: &Node<InitDeclarator>,
    place: Place,
    length: Option<u64>,
    edits: &Edits,
) -> (String, String) {
    let text = &program.unit.text;
    let mut edits = edits.over();
    let node = &declarator.node.declarator;
    if let (Some(at), Some(length)) = (open_array(syntax, &node.node), length) {
        edits.replace(at..at, length.to_string());
    }
    let range = syntax.range(node.span);
    let end = match &declarator.node.initializer {
        Some(initializer) => equals_before(text, range.start, syntax.range(initializer.span).start),
        None => attributes::end(text, syntax.range(declarator.span).end),
    };
    attributes::strip(text, range.start..end, place, &mut edits);
    let name = name_range(syntax, &node.node).map_or(range.start, |name| name.end);
    let split = attributes::first(text, name..end).unwrap_or(end);
    let cut = |range| edits.cut(program, range).trim().to_string();
    let attributes = cut(split..end);
    (cut(range.start..split), if attributes.is_empty() { attributes } else { format!(" {attributes}") })
}

/// Offset behind the `[` of an array declarator without length.
fn open_array(syntax: &Syntax, declarator: &Declarator) -> Option<usize> {
    let inner = match &declarator.kind.node {
        DeclaratorKind::Declarator(inner) => open_array(syntax, &inner.node),
        _ => None,
    };
    inner.or_else(|| outer_open_array(syntax, declarator))
}

fn outer_open_array(syntax: &Syntax, declarator: &Declarator) -> Option<usize> {
    declarator.derived.iter().find_map(|d| match &d.node {
        DerivedDeclarator::Array(array) if array.node.size == ArraySize::Unknown => {
            Some(syntax.offset(d.span.start) + 1)
        }
        _ => None,
    })
}

/// Offset of the `=` between a declarator and its initialiser.
fn equals_before(text: &str, from: usize, initializer: usize) -> usize {
    let tokens = text::lex(&text[from..initializer]);
    let equals = tokens.iter().rfind(|t| &text[from + t.start..from + t.end] == "=");
    equals.map_or(initializer, |t| from + t.start)
}
