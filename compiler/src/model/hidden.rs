//! Uses that libclang does not show: functions named by attributes, as in `cleanup(release)` and
//! `malloc(release, 1)`.

use crate::clang::{Bindings, EntityId, Kind, Role, Use};
use crate::text::{self, Token};
use std::collections::HashMap;

/// Attributes that name a function.
const NAMING: &[&str] = &["cleanup", "__cleanup__", "malloc", "__malloc__"];

/// Adds these uses of `text` to what libclang found.
pub fn add(text: &str, bindings: &mut Bindings) {
    if !text.contains("cleanup") && !text.contains("malloc") {
        return;
    }
    let tokens = text::lex(text);
    let named: Vec<&Token> =
        (0..tokens.len()).filter_map(|at| function_named_at(text, &tokens, at)).collect();
    if named.is_empty() {
        return;
    }
    let functions = functions(bindings);
    let used = named.into_iter().filter_map(|token| {
        let target = *functions.get(token.text(text))?;
        let holder = holder(bindings, token.start)?;
        let shape = String::new();
        Some(Use { holder, target, offset: token.start, role: Role::Call, shape })
    });
    let used: Vec<Use> = used.collect();
    bindings.uses.extend(used);
    bindings.uses.sort_by_key(|found| (found.holder, found.offset));
    bindings.uses.dedup();
}

fn functions(bindings: &Bindings) -> HashMap<String, EntityId> {
    let all = bindings.entities.iter().enumerate();
    all.filter(|(_, entity)| entity.kind == Kind::Function)
        .map(|(id, entity)| (entity.name.clone(), id))
        .collect()
}

/// `release` of the attribute that is token `at`.
fn function_named_at<'t>(text: &str, tokens: &'t [Token], at: usize) -> Option<&'t Token> {
    let word = |i: usize| tokens.get(i).map_or("", |token| token.text(text));
    let begins = at > 0 && matches!(word(at - 1), "(" | ",") && word(at + 1) == "(";
    let is_argument = begins && NAMING.contains(&word(at)) && matches!(word(at + 3), ")" | ",");
    (is_argument && in_attribute(text, tokens, at)).then(|| &tokens[at + 2])
}

/// Between the double parentheses of an attribute.
fn in_attribute(text: &str, tokens: &[Token], at: usize) -> bool {
    let mut depth = 0;
    for (index, token) in tokens[..at].iter().enumerate().rev() {
        match token.text(text) {
            ")" => depth += 1,
            "(" => depth -= 1,
            ";" | "{" | "}" => return false,
            word if depth == -2 => return text::is_attribute(word) && index < at,
            _ => {}
        }
    }
    false
}

/// The innermost item around an offset.
fn holder(bindings: &Bindings, offset: usize) -> Option<EntityId> {
    let around = |id: &EntityId| {
        bindings.entities[*id]
            .declarations
            .iter()
            .filter(|declaration| declaration.span.contains(&offset))
            .map(|declaration| declaration.span.len())
            .min()
    };
    let holders = (0..bindings.entities.len()).filter_map(|id| Some((around(&id)?, id)));
    holders.min().map(|(_, id)| id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_arguments_of_attributes_name_functions() {
        let source = "void *get(void) __attribute__((hot, malloc(put, 1), malloc));\n\
                      void f(void) { __attribute__((__cleanup__(put))) int a; g(1, malloc(n)); cleanup(n); }";
        let tokens = text::lex(source);
        let found: Vec<&str> = (0..tokens.len())
            .filter_map(|at| function_named_at(source, &tokens, at))
            .map(|token| token.text(source))
            .collect();
        assert_eq!(found, ["put", "put"]);
    }
}
