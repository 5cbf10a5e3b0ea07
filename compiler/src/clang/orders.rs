//! Where values of some enumerations are compared by order.

use super::cursor::*;
use std::collections::BTreeSet;
use std::ops::Range;

/// What stands on one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Side {
    /// A name of the enumeration.
    Enumerator(String),
    /// A number as it stands.
    Number,
    /// Anything else, which has a value of the enumeration.
    Value,
}

/// A comparison; enumerations by the place of their name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// All of it.
    pub span: Range<usize>,
    /// Both sides, with their bytes.
    pub sides: [(Range<usize>, Side); 2],
    /// The enumeration.
    pub enumeration: usize,
    /// A side is a variable that is counted up or down.
    pub counted: bool,
}

/// The comparison that a node is, if it is one of these enumerations' values.
pub fn order(text: &str, cursor: Cursor, enumerations: &BTreeSet<usize>) -> Option<Order> {
    let [left, right] = cursor.children()[..] else { return None };
    let between = &text[left.extent().end..right.extent().start];
    if !matches!(
        between.trim_matches(|c: char| c.is_whitespace() || c == ')' || c == '('),
        "<" | ">" | "<=" | ">="
    ) {
        return None;
    }
    let of = |side: Cursor| enumeration(side).filter(|at| enumerations.contains(at));
    let enumeration = of(left).or_else(|| of(right))?;
    let sides = [left, right].map(|side| (side.extent(), side_of(side)));
    Some(Order { span: cursor.extent(), sides, enumeration, counted: false })
}

/// The variable on a side, by the place of its name.
pub fn variables(cursor: Cursor) -> Vec<usize> {
    let names = cursor.children().into_iter().map(bare).filter(|side| side.kind() == DECL_REF);
    names.filter_map(|name| name.referenced()?.canonical().offset()).collect()
}

/// The variable that a node counts.
pub fn counts(text: &str, cursor: Cursor) -> Option<usize> {
    let operand = bare(*cursor.children().first()?);
    let steps = match cursor.kind() {
        COMPOUND_ASSIGN => true,
        _ => {
            let (all, inner) = (cursor.extent(), operand.extent());
            let around = [text.get(all.start..inner.start), text.get(inner.end..all.end)];
            around.into_iter().flatten().any(|word| word.contains("++") || word.contains("--"))
        }
    };
    let name = steps.then_some(operand).filter(|operand| operand.kind() == DECL_REF)?;
    name.referenced()?.canonical().offset()
}

/// The enumeration whose value an expression is, also below conversions.
fn enumeration(side: Cursor) -> Option<usize> {
    let named = side.referenced().filter(|named| side.kind() == DECL_REF && named.kind() == ENUMERATOR);
    let ty = side.ty().canonical();
    let of_type = || (ty.form() == Form::Enum).then(|| ty.declaration()).flatten();
    match named.and_then(|named| named.parent()).or_else(of_type) {
        Some(declared) => declared.canonical().offset(),
        None => enumeration(converted(side)?),
    }
}

fn side_of(side: Cursor) -> Side {
    let inner = plain(side);
    match inner.referenced() {
        Some(named) if inner.kind() == DECL_REF && named.kind() == ENUMERATOR => {
            Side::Enumerator(named.name())
        }
        _ if is_number(inner) => Side::Number,
        _ => Side::Value,
    }
}

fn is_number(cursor: Cursor) -> bool {
    match cursor.kind() {
        INTEGER => true,
        UNARY => cursor.children().first().is_some_and(|inner| is_number(plain(*inner))),
        _ => false,
    }
}

/// Without parentheses and conversions.
fn plain(cursor: Cursor) -> Cursor {
    converted(cursor).map_or(cursor, plain)
}

/// What stands in parentheses, or is converted.
fn converted(cursor: Cursor<'_>) -> Option<Cursor<'_>> {
    matches!(cursor.kind(), PAREN | IMPLICIT | CAST).then(|| cursor.children().last().copied()).flatten()
}

/// Without parentheses and implicit conversions.
pub fn bare(cursor: Cursor) -> Cursor {
    match (cursor.kind(), cursor.children()[..].first()) {
        (PAREN | IMPLICIT, Some(&inner)) => bare(inner),
        _ => cursor,
    }
}
