//! The relations as a graph: changed types → globals and functions that they reach.

use super::{Reason, Relations};
use crate::clang::Kind;
use crate::diff::ChangeSet;
use crate::model::{ItemId, Program};
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::BTreeMap;

/// A type, global or function of the new program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The item.
    pub item: ItemId,
    /// Its kind.
    pub kind: Kind,
    /// For people.
    pub title: String,
    /// It changed itself; else it is only reached.
    pub changed: bool,
}

/// Why the second depends on the first.
pub type Edge = String;

/// Dependence, from cause to effect.
pub type Graph = DiGraph<Node, Edge>;

/// Builds the graph of everything that a patch touches.
pub fn graph(new: &Program, changes: &ChangeSet, relations: &Relations) -> Graph {
    let mut graph = Graph::new();
    let mut nodes: BTreeMap<ItemId, NodeIndex> = BTreeMap::new();
    let changed: Vec<ItemId> = changes.all().filter_map(|c| c.new_item()).collect();
    let mut node = |graph: &mut Graph, item: ItemId| {
        *nodes.entry(item).or_insert_with(|| {
            let (kind, title) = (new.items[item].kind(), new.title(item));
            graph.add_node(Node { item, kind, title, changed: changed.contains(&item) })
        })
    };
    for &item in relations.types.iter().chain(&relations.globals).chain(&changed) {
        let to = node(&mut graph, item);
        for &held in new.items[item].entity.holds.iter().filter(|h| relations.types.contains(h)) {
            let from = node(&mut graph, held);
            graph.update_edge(from, to, "holds".into());
        }
    }
    for (&function, reasons) in &relations.affected {
        let to = node(&mut graph, function);
        for (cause, label) in reasons.iter().filter_map(cause) {
            let from = node(&mut graph, cause);
            graph.update_edge(from, to, label);
        }
    }
    graph
}

fn cause(reason: &Reason) -> Option<(ItemId, String)> {
    match reason {
        Reason::UsesType(id) => Some((*id, "layout".into())),
        Reason::UsesGlobal(id) | Reason::UsesAdded(id) => Some((*id, "uses".into())),
        Reason::UsesRetyped(id) => Some((*id, "signature".into())),
        Reason::Inlines(id, _) => Some((*id, "inlined".into())),
        Reason::CallsClone(id, symbol) => Some((*id, symbol.clone())),
        Reason::CallsFitted(id, what) => Some((*id, what.clone())),
        Reason::ReliesOn(id, _) => Some((*id, "callee facts".into())),
        Reason::Folded(id, fact) => Some((*id, fact.clone())),
        Reason::MayHold(id) => Some((*id, "address".into())),
        Reason::EndOf(id) => Some((*id, "calls".into())),
        Reason::SharesCode(id) | Reason::CallsTwin(id) => Some((*id, "folded".into())),
        Reason::CallsEntry(id, _) => Some((*id, "calls".into())),
        Reason::UsesRedefined(id) => Some((*id, "uses".into())),
        Reason::Modified(_) | Reason::UsesEnumerator(_) => None,
    }
}
