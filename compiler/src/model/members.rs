//! What names of members and variables stand for throughout a program.

use super::Program;
use crate::clang::Kind;
use crate::text;
use std::collections::BTreeSet;

/// What is known of a program's members.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Names that stand for numbers in every record.
    pub(super) scalars: BTreeSet<String>,
    /// Names that stand for arrays in every record.
    pub(super) arrays: BTreeSet<String>,
    /// Names that stand for pointers to numbers, or arrays of them, in every record.
    pub(super) leads_to_numbers: BTreeSet<String>,
    /// Names of the merged text that something assigns to, or points to.
    pub(super) written: BTreeSet<String>,
}

impl Known {
    /// Of a program.
    pub fn of(program: &Program) -> Self {
        let fields = || program.items.iter().flat_map(|item| &item.entity.fields);
        let all = |test: &dyn Fn(&crate::clang::Field) -> bool| -> BTreeSet<String> {
            let mut names: BTreeSet<String> = fields().filter(|f| test(f)).map(|f| f.name.clone()).collect();
            for field in fields().filter(|f| !test(f)) {
                names.remove(&field.name);
            }
            names
        };
        let number = |shape: &str| !shape.contains(['*', '[', '(', '{']) && !shape.contains("struct ");
        Self {
            scalars: all(&|f| f.record.is_none() && number(&f.shape) && !f.shape.contains("union ")),
            arrays: all(&|f| !f.dimensions.is_empty() || f.shape.contains('[')),
            leads_to_numbers: all(&|f| f.record.is_none() && leads_to_number(&f.shape)),
            written: written(program),
        }
    }
}

/// By its shape: `*const char`, `[4]int`.
fn leads_to_number(shape: &str) -> bool {
    let inner = match shape.strip_prefix('*') {
        Some(inner) => inner,
        None => shape.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or("*", |(_, inner)| inner),
    };
    !inner.contains(['*', '[', '(', '{', '?'])
        && !inner.contains("struct ")
        && !inner.contains("union ")
        && !inner.contains("void")
}

/// Names behind which an assignment operator stands, or something that leads to one, but for declarations.
fn written(program: &Program) -> BTreeSet<String> {
    const BEHIND: &[&str] =
        &["=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "++", "--", "[", "."];
    let variables = program.items.iter().filter(|item| item.kind() == Kind::Variable);
    let declared: BTreeSet<usize> =
        variables.flat_map(|item| item.entity.declarations.iter().map(|d| d.name_at)).collect();
    let text = &program.unit.text;
    let tokens = text::lex(text);
    let around = tokens
        .iter()
        .enumerate()
        .filter(|(_, t)| t.kind == text::Kind::Ident && !declared.contains(&t.start));
    let is = |at: usize, words: &[&str]| tokens.get(at).is_some_and(|t| words.contains(&t.text(text)));
    let written = around
        .filter(|(at, _)| is(at + 1, BEHIND) || *at > 0 && is(at - 1, &["&", "++", "--"]))
        .map(|(_, token)| token.text(text).to_string());
    written.collect()
}

/// Names of types that are numbers.
pub(super) fn number_types(program: &Program) -> BTreeSet<String> {
    let types = program.items.iter().filter(|item| item.kind() == Kind::Typedef);
    let number = |shape: &str| {
        !shape.contains(['*', '[', '(', '{']) && !shape.contains("struct ") && !shape.contains("union ")
    };
    types
        .filter(|t| t.entity.holds.is_empty() && number(&t.entity.shape))
        .map(|t| t.entity.name.clone())
        .collect()
}
