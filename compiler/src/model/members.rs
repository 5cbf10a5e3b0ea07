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
            written: written(program),
        }
    }
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
