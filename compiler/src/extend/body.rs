//! The text of a record with the old layout, made of the new declarations of its fields.

use super::fields::Extended;
use super::layers::Slot;
use crate::model::{Program, Syntax, declared_name};
use crate::text;
use lang_c::ast::{StructDeclaration, StructField, StructType};
use lang_c::span::Span;
use lang_c::visit::{self, Visit};
use std::collections::BTreeMap;
use std::ops::Range;

/// A field's declaration: the specifiers, which others may share, and the declarator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Bytes of the specifiers.
    pub head: Range<usize>,
    /// Bytes of the declarator with width and attributes; empty for a nameless member.
    pub declarator: Range<usize>,
}

/// A record's body as it stands in the text.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// Between the braces.
    pub inner: Range<usize>,
    /// By field; nameless members are not among them.
    pub fields: BTreeMap<String, Declared>,
    /// The nameless ones, in order.
    pub nameless: Vec<Declared>,
}

/// Reads the definition of a record.
pub fn read(program: &Program, id: usize) -> Option<Body> {
    let span = program.items[id].entity.definition()?.span.clone();
    let syntax = Syntax::at(program, span.start)?;
    let nowhere = Span::none();
    let mut search = Search { syntax: &syntax, start: span.start, found: None };
    search.visit_external_declaration(&syntax.declaration, &nowhere);
    let record = search.found?;
    let text = &program.unit.text;
    let open = span.start + text[span.clone()].find('{')?;
    let mut body = Body { inner: open + 1..span.end - 1, ..Body::default() };
    for declaration in record.declarations.as_ref()? {
        if let StructDeclaration::Field(field) = &declaration.node {
            add(&mut body, text, &syntax, &field.node);
        }
    }
    Some(body)
}

fn add(body: &mut Body, text: &str, syntax: &Syntax, field: &StructField) {
    let (Some(first), Some(last)) = (field.specifiers.first(), field.specifiers.last()) else { return };
    let start = syntax.range(first.span).start;
    let end =
        field.declarators.first().map_or_else(|| syntax.range(last.span).end, |d| syntax.range(d.span).start);
    let head = start..end;
    if field.declarators.is_empty() {
        let end = behind(text, syntax.range(last.span).end, body.inner.end);
        body.nameless.push(Declared { head: start..end, declarator: end..end });
    }
    for declarator in &field.declarators {
        let range = syntax.range(declarator.span);
        let declarator_end = behind(text, range.end, body.inner.end);
        let declared = Declared { head: head.clone(), declarator: range.start..declarator_end };
        if let Some(name) = declarator.node.declarator.as_ref().and_then(|d| declared_name(&d.node)) {
            body.fields.insert(name.to_string(), declared);
        }
    }
}

/// Attributes belong to a declarator; the comma or semicolon ends it.
fn behind(source: &str, from: usize, end: usize) -> usize {
    let mut depth = 0;
    for token in text::lex(&source[from..end]) {
        match token.text(&source[from..end]) {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            "," | ";" if depth == 0 => return from + token.start,
            _ => {}
        }
    }
    end
}

struct Search<'s> {
    syntax: &'s Syntax,
    start: usize,
    found: Option<&'s StructType>,
}

impl<'s> Visit<'s> for Search<'s> {
    fn visit_struct_type(&mut self, record: &'s StructType, span: &'s Span) {
        if self.syntax.range(*span).start == self.start && record.declarations.is_some() {
            self.found = Some(record);
        }
        visit::visit_struct_type(self, record, span);
    }
}

/// Where the fields' declarations come from: text of a range, with what changed in it.
pub type Cut<'c> = &'c dyn Fn(Range<usize>) -> String;

/// The body of a layer: every kept field at its place, and bytes that nothing uses where others were.
pub fn of_layer(extended: &Extended, number: usize, body: &Body, cut: Cut) -> Option<String> {
    let mut text = String::new();
    let mut nameless = body.nameless.iter();
    let layer = &extended.layers[number];
    let retyped = |name: &str| extended.retyped.contains_key(name);
    for (slot, name) in layer.fields.iter().zip(&extended.kept[number]) {
        let Some(name) = name else {
            text.push_str(&match slot.name.strip_prefix(SEEN) {
                Some(of) if number > 0 && retyped(of) => plain(slot, &slot.name),
                _ if number == 0 && retyped(&slot.name) => plain(slot, &format!("{WAS}{}", slot.name)),
                _ => unused(slot, layer.align),
            });
            continue;
        };
        let declared = if name.is_empty() { nameless.next()? } else { body.fields.get(name)? };
        text.push_str(&format!(" {}{};", cut(declared.head.clone()), cut(declared.declarator.clone())));
    }
    Some(text + " ")
}

/// How the value of a retyped field is called that old code uses, and what it was when it was last seen.
pub const WAS: &str = "polus_was_";
/// See [`WAS`].
pub const SEEN: &str = "polus_seen_";

/// A number, under another name.
fn plain(slot: &Slot, name: &str) -> String {
    let width = if slot.bit_field { format!(" : {}", slot.size) } else { String::new() };
    format!(" {} {name}{width};", slot.shape)
}

/// What takes the room of a field that is no more.
fn unused(field: &Slot, align: u64) -> String {
    let bytes = field.size / 8;
    let even = 1 << (field.offset / 8).trailing_zeros().min(align.trailing_zeros());
    match (field.bit_field, bytes) {
        (true, _) => {
            // pieces that lie in one byte each are put where the old ones lay
            let mut text = String::new();
            let (mut at, end) = (field.offset, field.offset + field.size);
            while at < end {
                let bits = (8 - at % 8).min(end - at);
                text.push_str(&format!(" unsigned char : {bits};"));
                at += bits;
            }
            text
        }
        (false, 0) => String::new(),
        (false, _) => {
            format!(" char polus_gap_{}[{bytes}] __attribute__((aligned({even})));", field.offset / 8)
        }
    }
}

/// Specifiers that only name the type which they define.
pub fn named(specifiers: &str) -> String {
    let braces = specifiers.find('{').zip(specifiers.rfind('}'));
    braces.map_or(specifiers.to_string(), |(open, close)| {
        format!("{}{}", &specifiers[..open], &specifiers[close + 1..])
    })
}

/// A union's body with at least the old size and alignment.
pub fn union(body: &Body, (size, align): (u64, u64), cut: Cut) -> String {
    let gap = format!("char polus_gap_0[{size}] __attribute__((aligned({align})))");
    format!("{} {gap}; ", cut(body.inner.clone()))
}

/// The body of a new record: these fields alone.
pub fn of_fields(extended: &Extended, body: &Body, cut: Cut) -> Option<String> {
    let declared = |name: &String| {
        let declared = body.fields.get(name)?;
        let seen = extended.layers[0].fields.iter().find(|slot| slot.name == *name);
        let seen = seen.filter(|_| extended.retyped.contains_key(name));
        let seen = seen.map_or(String::new(), |slot| plain(slot, &format!("{SEEN}{name}")));
        Some(format!(" {}{};{seen}", cut(declared.head.clone()), cut(declared.declarator.clone())))
    };
    let all: Option<String> = extended.added.iter().map(declared).collect();
    all.map(|text| text + " ")
}
