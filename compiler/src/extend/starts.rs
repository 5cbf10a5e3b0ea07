//! What objects that existed before an update begin with: what new code gives each object that it makes.

use super::fields::Extended;
use crate::clang::{Access as Role, Kind, Site};
use crate::diag::Diagnostic;
use crate::model::{ItemId, Program};
use crate::text;
use std::collections::{BTreeMap, BTreeSet};

/// What the functions that make objects assign to a new field.
struct Given {
    /// The values' texts, by function, each with its place.
    by_function: BTreeMap<ItemId, Vec<(String, usize)>>,
}

/// Fills in the constants that every place assigns where objects are made; tells of other values, which
/// objects that existed before do not get.
pub fn find(
    new: &Program,
    types: &mut [Extended],
    names: &BTreeMap<usize, ItemId>,
    sites: &[Site],
) -> Vec<Diagnostic> {
    let mut told = vec![];
    let held: BTreeSet<ItemId> =
        new.items.iter().flat_map(|item| record_holds(item.kind(), &item.entity.holds)).collect();
    for extended in types.iter_mut().filter(|t| !t.added.is_empty() && t.hook.is_none()) {
        let allocating = makers(new, extended.id, names, sites);
        for field in extended.added.clone().into_iter().filter(|field| !extended.retyped.contains_key(field))
        {
            // objects that are variables begin with what code sets whatever happens
            let setting = || setters(new, (extended.id, &field), names, sites);
            let makers = if allocating.is_empty() { setting() } else { allocating.clone() };
            let given = given(new, (extended.id, &field), &makers, names, sites);
            match given.constant(&makers) {
                Some(value) if is_zero(&value) => {}
                Some(value) if !held.contains(&extended.id) => extended.constants.push((field, value)),
                _ if allocating.is_empty() => {}
                _ => told.extend(given.warning(new, extended, &field)),
            }
        }
    }
    told
}

fn record_holds(kind: Kind, holds: &[ItemId]) -> Vec<ItemId> {
    if kind == Kind::Record { holds.to_vec() } else { vec![] }
}

/// The functions that allocate objects of the type, each with the places.
type Makers = BTreeMap<ItemId, Vec<usize>>;

fn makers(new: &Program, id: ItemId, names: &BTreeMap<usize, ItemId>, sites: &[Site]) -> Makers {
    let makes = |site: &Site| match site {
        Site::Call { span, arguments, .. } => {
            let sized =
                arguments.iter().any(|a| a.sizes.is_some_and(|record| names.get(&record) == Some(&id)));
            let fresh = arguments.iter().all(|a| a.leads_to.is_none());
            (sized && fresh).then_some(span.start)
        }
        _ => None,
    };
    let mut found = Makers::new();
    for at in sites.iter().filter_map(makes) {
        if let Some(function) = function_at(new, at) {
            found.entry(function).or_default().push(at);
        }
    }
    found
}

/// The functions that assign a field, each with the beginning of its body.
fn setters(
    new: &Program,
    (id, field): (ItemId, &str),
    names: &BTreeMap<usize, ItemId>,
    sites: &[Site],
) -> Makers {
    let sets = |site: &Site| match site {
        Site::Member { record, field: named, role: Role::Assigned(_, whole), .. } => {
            let same = names.get(record) == Some(&id) && named == field;
            function_at(new, whole.start).filter(|_| same)
        }
        _ => None,
    };
    let body = |function: ItemId| {
        let span = new.span(function);
        Some((function, vec![span.start + new.unit.text[span].find('{')? + 1]))
    };
    sites.iter().filter_map(sets).filter_map(body).collect()
}

fn function_at(new: &Program, offset: usize) -> Option<ItemId> {
    new.own(Kind::Function).find(|&id| new.span(id).contains(&offset))
}

fn given(
    new: &Program,
    (id, field): (ItemId, &str),
    makers: &Makers,
    names: &BTreeMap<usize, ItemId>,
    sites: &[Site],
) -> Given {
    let mut by_function: BTreeMap<ItemId, Vec<(String, usize)>> = BTreeMap::new();
    for site in sites {
        let Site::Member { record, field: named, role: Role::Assigned(operator, whole), .. } = site else {
            continue;
        };
        let assigns = names.get(record) == Some(&id) && named == field;
        let function = function_at(new, whole.start).filter(|_| assigns);
        let Some((function, made)) = function.and_then(|f| Some((f, makers.get(&f)?))) else { continue };
        let always = made.iter().any(|at| follows(&new.unit.text, *at, whole.start));
        let plain = always && new.unit.text[operator.clone()].trim() == "=";
        let value = new.unit.text[operator.end..whole.end].trim();
        let value = if plain { value.to_string() } else { String::new() };
        by_function.entry(function).or_default().push((value, whole.start));
    }
    Given { by_function }
}

/// A statement behind a place, in the same block and under no condition of its own.
fn follows(source: &str, place: usize, statement: usize) -> bool {
    let Some(between) = source.get(place..statement) else { return false };
    let (mut blocks, mut open, mut inside, mut last, mut leaves) = (0, 0, 0, ";", false);
    for token in text::lex(between).iter().map(|token| token.text(between)) {
        blocks += i32::from(token == "{") - i32::from(token == "}");
        open += i32::from(token == "(") - i32::from(token == ")");
        leaves |= blocks < 0;
        if token != "(" || !matches!(last, ";" | "}") {
            (last, inside) = (token, open);
        }
    }
    blocks == 0 && !leaves && inside <= 0 && matches!(last, ";" | "}")
}

impl Given {
    /// The one constant that all makers assign, once each and in any case.
    fn constant(&self, makers: &Makers) -> Option<String> {
        let all: Option<Vec<&String>> = makers
            .keys()
            .map(|maker| match &self.by_function.get(maker)?[..] {
                [(value, _)] if is_constant(value) => Some(value),
                _ => None,
            })
            .collect();
        let all = all?;
        let first = all.first()?.to_string();
        all.iter().all(|value| **value == first).then_some(first)
    }

    fn warning(&self, new: &Program, extended: &Extended, field: &str) -> Option<Diagnostic> {
        let values = self.by_function.values().flatten();
        let (_, at) = values.clone().find(|(value, _)| !is_zero(value))?;
        let spelled = new.type_name(extended.id);
        let title =
            format!("{field} of {} begins with zero in objects that existed before", new.title(extended.id));
        Some(Diagnostic::warning(title).at(new.place_at(*at), "objects that new code makes begin with this").help(format!(
            "if that is no value for them, write void polus_extend_{}({spelled} *object) in a file for --callbacks",
            extended.name
        )))
    }
}

/// A number, an enumerator or another name in capitals, a string, with a sign and parentheses.
fn is_constant(value: &str) -> bool {
    let tokens = text::lex(value);
    !tokens.is_empty()
        && tokens.iter().all(|token| {
            let word = token.text(value);
            match token.kind {
                text::Kind::Number | text::Kind::Char | text::Kind::Str => true,
                text::Kind::Ident => {
                    word == "void"
                        || word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
                }
                _ => matches!(word, "-" | "(" | ")" | "*" | "~"),
            }
        })
}

fn is_zero(value: &str) -> bool {
    let plain: String = value.chars().filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')')).collect();
    matches!(plain.as_str(), "0" | "void*0" | "'\\0'" | "0L" | "0u" | "0U" | "0.0" | "NULL")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_stands_in_the_same_block() {
        let source = "p = M; if (!p) return; if (x) p->a = 1; if (y) { p->b = 2; } p->c = 3; } p->d = 4;";
        let at = |word: &str| source.find(word).unwrap();
        let told = ["p->a", "p->b", "p->c", "p->d"].map(|word| follows(source, at("M"), at(word)));
        assert_eq!(told, [false, false, true, false]);
        assert!(!follows(source, at("p->c"), at("M")));
        let source = "p = M; ((p)->a = 1); if ((p->b = 2)) f((p->c = 3)); for (p; (p->d = 4);";
        let told =
            ["(p)->a", "p->b", "p->c", "p->d"].map(|word| follows(source, 4, source.find(word).unwrap()));
        assert_eq!(told, [true, false, false, false]);
    }

    #[test]
    fn constants_are_told_from_what_must_be_computed() {
        assert!(["1", "-1", "BUSY", "\"~/.ssh\"", "(1 * 2)", "'x'"].iter().all(|value| is_constant(value)));
        assert!(!["n", "f(1)", "", "a->b", "now + 1"].iter().any(|value| is_constant(value)));
        assert!(["0", "((void *)0)", " ( 0 ) "].iter().all(|value| is_zero(value)));
    }
}
