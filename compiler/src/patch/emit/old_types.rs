//! Types of old instances: what changed or is gone appears as `NAME__old`.

use crate::callbacks::Olds;
use crate::clang::{Kind, Role};
use crate::cross::{Crossing, Versions};
use crate::diag::Diagnostic;
use crate::model::{ItemId, Program, Syntax};
use crate::patch::closure::Closure;
use crate::patch::cut::{self, Edits, Form};
use crate::patch::{Block, at};
use crate::text;
use std::collections::BTreeSet;

/// The C name of an old instance's type.
pub fn instance_type(old: &Program, ours: ItemId) -> String {
    format!("polus__old_{}", old.items[ours].entity.name)
}

/// The old types that the migrated globals need, then a typedef for each old instance.
///
/// # Errors
/// A declaration that cannot be read.
pub fn emit(
    versions: Versions,
    crossing: &Crossing,
    closure: &Closure,
    olds: &Olds,
) -> Result<Vec<Block>, Diagnostic> {
    let mut instances: Vec<ItemId> = crossing.migrated.iter().map(|(ours, _)| *ours).collect();
    instances.extend(olds.instances.iter().filter(|ours| !instances.contains(ours)).collect::<Vec<_>>());
    // The new program declares the same type in the patch.
    let is_shared = |theirs: ItemId| closure.types.contains(&theirs);
    declare(versions, &instances, olds, &is_shared)
}

/// What a callbacks file names of the old version, declared.
///
/// # Errors
/// A declaration that cannot be read.
pub fn provided(versions: Versions, olds: &Olds) -> Result<Vec<String>, Diagnostic> {
    let mut instances = olds.instances.clone();
    instances.extend(olds.carried.iter().filter(|ours| !olds.instances.contains(ours)));
    let blocks = declare(versions, &instances, olds, &|_| true)?;
    Ok(blocks.into_iter().map(|block| block.text).collect())
}

/// Types by the order of the old text, then instances; `is_shared`: the new program's types at hand.
fn declare(
    versions: Versions,
    instances: &[ItemId],
    olds: &Olds,
    is_shared: &dyn Fn(ItemId) -> bool,
) -> Result<Vec<Block>, Diagnostic> {
    let old = versions.old;
    let is_shared = |id: ItemId| {
        let theirs = versions.changes.pairing.to_new[id];
        theirs.is_some_and(|theirs| is_shared(theirs) && !versions.relations.types.contains(&theirs))
    };
    let mut needed: BTreeSet<ItemId> = olds.types.iter().copied().collect();
    for &id in instances.iter().chain(&olds.types) {
        reach(old, &is_shared, id, &mut needed);
    }
    let inner = (0..old.items.len()).filter(|&id| is_inside(old, id, &needed));
    needed.extend(inner.collect::<Vec<_>>());
    let edits = renames(old, &needed);
    let mut chunks: BTreeSet<usize> = BTreeSet::new();
    let mut blocks = vec![];
    let mut in_order: Vec<ItemId> = needed.iter().copied().collect();
    in_order.sort_by_key(|&id| old.span(id).start);
    for id in in_order {
        for declaration in &old.items[id].entity.declarations {
            let chunk = old.unit.chunks.partition_point(|c| c.span.end <= declaration.name_at);
            if chunks.insert(chunk) {
                blocks.extend(type_block(old, id, chunk, &edits));
            }
        }
    }
    for &ours in instances {
        blocks.push(instance(old, ours, &edits)?);
    }
    for &ours in &olds.instances {
        let (kind, name) = (instance_type(old, ours), old_name(old, ours));
        let text = format!("extern {kind} {name};");
        blocks.push(Block::new(format!("{}: the old instance", at(old, ours)), &text));
    }
    // an enumeration among the types brings its names along
    let brought = |name: &str| needed.iter().any(|&id| enumerators(old, id).iter().any(|(_, n)| *n == name));
    for (name, value) in olds.enumerators.iter().filter(|(name, _)| !brought(name)) {
        let text = format!("enum {{ {name}__old = {value} }};");
        blocks.push(Block::new(format!("the old value of {name}"), &text));
    }
    Ok(blocks)
}

/// What stands for an old instance in hand-written code.
pub fn old_name(old: &Program, ours: ItemId) -> String {
    format!("{}__old", old.items[ours].entity.name)
}

/// Types below an old item that the new program's declarations do not give.
fn reach(old: &Program, is_shared: &dyn Fn(ItemId) -> bool, id: ItemId, needed: &mut BTreeSet<ItemId>) {
    // A type defined in the declaration of the global itself is held, but not mentioned.
    let mentioned = old.uses_in(id).iter().filter(|u| u.role == Role::Mention).map(|u| u.target);
    let tagged = |id: &ItemId| !old.items[*id].entity.name.is_empty();
    let held = old.items[id].entity.holds.iter().copied().filter(tagged);
    for found in mentioned.chain(held) {
        let target = old.items[found].entity.inside.unwrap_or(found);
        let is_type = matches!(old.items[target].kind(), Kind::Record | Kind::Enum | Kind::Typedef);
        if target != id && is_type && !is_shared(target) && needed.insert(target) {
            reach(old, is_shared, target, needed);
        }
    }
}

/// A type is declared inside of one of these.
fn is_inside(old: &Program, id: ItemId, needed: &BTreeSet<ItemId>) -> bool {
    let around = old.items[id].entity.inside;
    around.is_some_and(|around| needed.contains(&around) || is_inside(old, around, needed))
}

/// Every mention of a needed type, renamed.
fn renames(old: &Program, needed: &BTreeSet<ItemId>) -> Edits<'static> {
    let mut edits = Edits::of_old_types();
    let mut rename = |offset: usize, name: &str| {
        let range = offset..offset + name.len();
        if !name.is_empty() && old.unit.text.get(range.clone()) == Some(name) {
            edits.replace(range, format!("{name}__old"));
        }
    };
    for &id in needed {
        let entity = &old.items[id].entity;
        for declaration in &entity.declarations {
            rename(declaration.name_at, &entity.name);
        }
    }
    for found in old.uses.iter().filter(|u| needed.contains(&u.target)) {
        match &found.role {
            Role::Mention => rename(found.offset, &old.items[found.target].entity.name),
            Role::Enumerator(name) => rename(found.offset, name),
            _ => {}
        }
    }
    for &id in needed {
        for (offset, name) in enumerators(old, id) {
            rename(offset, name);
        }
    }
    edits
}

/// Where the names of an enumeration are declared.
fn enumerators(old: &Program, id: ItemId) -> Vec<(usize, &str)> {
    let span = old.span(id);
    let source = &old.unit.text[span.clone()];
    let tokens = if old.items[id].kind() == Kind::Enum { text::lex(source) } else { vec![] };
    let names = &old.items[id].entity.enumerators;
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text(source));
    let declared = (1..tokens.len()).filter(|&at| matches!(word(at - 1), "{" | ","));
    declared
        .filter(|&at| names.iter().any(|(name, _)| name == word(at)))
        .map(|at| (span.start + tokens[at].start, word(at)))
        .collect()
}

fn type_block(old: &Program, id: ItemId, chunk: usize, edits: &Edits) -> Option<Block> {
    let span = old.unit.chunks.get(chunk)?.span.clone();
    let syntax = Syntax::at(old, span.start)?;
    let declaration = syntax.variables()?;
    let whole = declaration.declarators.is_empty() || super::is_typedef(declaration);
    let text = match whole {
        true => edits.cut(old, span).trim().to_string(),
        false => cut::type_part(old, &syntax, declaration, edits)?,
    };
    Some(Block::new(format!("{}: a type of old instances", at(old, id)), &text))
}

fn instance(old: &Program, ours: ItemId, edits: &Edits) -> Result<Block, Diagnostic> {
    let entity = &old.items[ours].entity;
    let unreadable = || {
        Diagnostic::error(format!("the declaration of {} cannot be read", old.title(ours)))
            .at(old.place(ours), "its old type is needed")
    };
    let at_name = entity.definition().ok_or_else(unreadable)?.name_at;
    let syntax = Syntax::at(old, at_name).ok_or_else(unreadable)?;
    let declarator = syntax.declarator(&entity.name).ok_or_else(unreadable)?;
    let name = instance_type(old, ours);
    let length = entity.dimensions.first().copied();
    let declaration = syntax.variables().ok_or_else(unreadable)?;
    let nameless =
        cut::type_part(old, &syntax, declaration, edits).filter(|t| t.contains("polus__nameless_"));
    let text = cut::object(old, &syntax, declarator, &Form::Type(&name), length, edits);
    let text = nameless.map_or(String::new(), |t| format!("{t}\n")) + &text + ";";
    Ok(Block::new(format!("{}: the type of the old instance", at(old, ours)), &text))
}
