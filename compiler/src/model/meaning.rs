//! What stands behind the name of a function or global: a definition of the program's own, another
//! name of it (`alias`), a choice made at start (`ifunc`), or something that the program does not hold.

use super::{ItemId, Program};
use crate::text::{self, Token};

/// What a name leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The program's own definition.
    Own,
    /// Another name of this one, as the merged text spells it.
    Alias(String),
    /// What this function chooses when the program starts.
    Chosen(String),
    /// A library's, or an assembler's.
    Elsewhere,
}

/// Of a function or global.
pub fn meaning(program: &Program, id: ItemId) -> Meaning {
    let item = &program.items[id];
    if item.defined() {
        return if item.system { Meaning::Elsewhere } else { Meaning::Own };
    }
    let chunks = item.entity.declarations.iter().filter_map(|declaration| {
        let chunk = program.unit.chunks.partition_point(|c| c.span.end <= declaration.name_at);
        program.unit.chunks.get(chunk).map(|c| &program.unit.text[c.span.clone()])
    });
    chunks.filter(|chunk| chunk.contains("__attribute")).find_map(told).unwrap_or(Meaning::Elsewhere)
}

/// The function or global that an alias names, through aliases of aliases.
pub fn aliased(program: &Program, id: ItemId) -> Option<ItemId> {
    let mut at = id;
    // A chain that leads back to itself is no program.
    for _ in 0..8 {
        match meaning(program, at) {
            Meaning::Alias(name) => at = *program.named(&name).first()?,
            _ => return (at != id && program.items[at].defined()).then_some(at),
        }
    }
    None
}

fn told(chunk: &str) -> Option<Meaning> {
    let tokens = text::lex(chunk);
    let word = |token: &Token| token.text(chunk).trim_matches('_').to_string();
    tokens.windows(3).find_map(|window| {
        let [attribute, open, name] = window else { return None };
        let quoted = name.text(chunk).strip_prefix('"')?.strip_suffix('"')?.to_string();
        match (word(attribute).as_str(), open.text(chunk)) {
            ("alias" | "weakref", "(") => Some(Meaning::Alias(quoted)),
            ("ifunc", "(") => Some(Meaning::Chosen(quoted)),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_tell_what_a_name_stands_for() {
        let alias = |name: &str| Some(Meaning::Alias(name.into()));
        assert_eq!(told("int a(int) __attribute__((weak, alias(\"b\")));"), alias("b"));
        assert_eq!(told("int a(int) __attribute__((__alias__ (\"b\")));"), alias("b"));
        assert_eq!(
            told("int a(int) __attribute__((ifunc(\"pick\")));"),
            Some(Meaning::Chosen("pick".into()))
        );
        assert_eq!(told("int a(int) __attribute__((nonnull));"), None);
    }
}
