//! Units that declare one function or global with different types: each type is a view of the one item.

use super::{Item, ItemId};
use crate::clang::{Escape, Kind, Problem, Role, Use};
use crate::merge::{Clash, MergedUnit};
use std::collections::{BTreeMap, HashMap};

/// The declarations of one name to which libclang objects because of their types.
pub fn clashes(unit: &MergedUnit, problems: &[Problem]) -> Vec<Clash> {
    let mut found: Vec<Clash> = problems
        .iter()
        .filter(|p| p.message.starts_with("conflicting types") || p.message.contains("different"))
        .flat_map(|p| p.previous.iter().filter_map(|&previous| clash(unit, previous, p.offset)))
        .collect();
    found.sort();
    found.dedup();
    found
}

fn clash(unit: &MergedUnit, first: usize, second: usize) -> Option<Clash> {
    let piece = |offset: usize| {
        let chunk = unit.chunks.partition_point(|c| c.span.end <= offset);
        unit.chunks.get(chunk).map(|c| c.piece)
    };
    let name = word(unit.text.get(second..)?);
    let renamed = unit.renamed.iter().find(|r| !r.tag && r.merged == name);
    let name = renamed.map_or(name, |r| r.original.as_str()).to_string();
    let pieces = [piece(first)?, piece(second)?];
    (!name.is_empty() && pieces[0] != pieces[1]).then_some(Clash { name, pieces })
}

fn word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'));
    &text[..end.unwrap_or(text.len())]
}

/// Every view, with the item that it is a view of.
pub fn views(unit: &MergedUnit, items: &[Item]) -> BTreeMap<ItemId, ItemId> {
    let linked = |item: &Item| matches!(item.kind(), Kind::Function | Kind::Variable) && item.entity.external;
    let all = items.iter().enumerate().filter(|(_, item)| linked(item));
    let by_name: HashMap<&str, ItemId> = all.map(|(id, item)| (item.entity.name.as_str(), id)).collect();
    let views = unit.renamed.iter().filter(|r| r.view);
    views
        .filter_map(|r| Some((*by_name.get(r.merged.as_str())?, *by_name.get(r.original.as_str())?)))
        .collect()
}

/// Adds to the uses of views the same uses of what they are views of.
pub fn shared(items: &[Item], views: &BTreeMap<ItemId, ItemId>, mut uses: Vec<Use>) -> Vec<Use> {
    let of = |found: &Use| {
        let target = *views.get(&found.target)?;
        let role = match (items[found.target].kind(), items[target].kind()) {
            (ours, theirs) if ours == theirs => found.role.clone(),
            (_, Kind::Function) if found.role != Role::Mention => Role::Value,
            (_, Kind::Variable) if found.role != Role::Mention => Role::Address(Escape::Elsewhere),
            _ => Role::Mention,
        };
        Some(Use { target, role, ..found.clone() })
    };
    let more: Vec<Use> = uses.iter().filter_map(of).collect();
    if !more.is_empty() {
        uses.extend(more);
        uses.sort_by_key(|found| (found.holder, found.offset));
    }
    uses
}
