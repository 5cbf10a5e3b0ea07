//! The affected set: from every change to the functions that it reaches, with each reason.

use super::{Copies, Reason, Relations, known};
use crate::clang::{Kind, Role, Use};
use crate::diff::{Change, ChangeSet, Modification};
use crate::model::{ItemId, Program};
use polus_runtime::rules::Rule;
use std::collections::BTreeSet;

/// Fills `relations.affected`.
pub fn spread(
    old: &Program,
    new: &Program,
    changes: &ChangeSet,
    copies: &dyn Copies,
    adopted: &BTreeSet<ItemId>,
    relations: &mut Relations,
) {
    seed_with_own_changes(changes, relations);
    let facts = Facts::new(new, changes, relations);
    for id in new.own(Kind::Function).filter(|&id| has_counterpart(old, changes, id)) {
        let reasons: BTreeSet<Reason> = new.uses_in(id).iter().filter_map(|u| facts.reason(u)).collect();
        if !reasons.is_empty() {
            relations.affected.entry(id).or_default().extend(reasons);
        }
    }
    spread_through_code(old, new, changes, copies, relations);
    while Rule::Variables.holds() {
        let broken = known::broken(old, new, changes, copies, relations, adopted);
        if broken.is_empty() {
            return;
        }
        for fact in &broken {
            for (user, reason) in known::users(old, new, changes, fact) {
                relations.affected.entry(user).or_default().insert(reason);
                let ours = changes.pairing.to_old[user].filter(|_| fact.stale);
                let trusting = ours.into_iter().flat_map(|ours| copies.trusting(ours));
                for (caller, reason) in trusting {
                    let caller =
                        changes.pairing.to_new[caller].filter(|&id| id != user && new.items[id].defined());
                    if let Some(caller) = caller {
                        relations.affected.entry(caller).or_default().insert(reason.on(user));
                    }
                }
            }
        }
        relations.broken.extend(broken);
        spread_through_code(old, new, changes, copies, relations);
    }
}

fn has_counterpart(old: &Program, changes: &ChangeSet, id: ItemId) -> bool {
    changes.pairing.to_old[id].is_some_and(|o| old.items[o].defined() && !old.items[o].system)
}

fn seed_with_own_changes(changes: &ChangeSet, relations: &mut Relations) {
    for change in &changes.functions {
        if let Change::Modified { new, how, .. } = change {
            let reasons = how.iter().map(|&m| Reason::Modified(m));
            relations.affected.entry(*new).or_default().extend(reasons);
        }
    }
}

/// What a single use is checked against.
struct Facts<'p> {
    new: &'p Program,
    changes: &'p ChangeSet,
    types: BTreeSet<ItemId>,
    globals: BTreeSet<ItemId>,
    retyped: BTreeSet<ItemId>,
    /// Changed types by their own declaration.
    redefined: BTreeSet<ItemId>,
}

impl<'p> Facts<'p> {
    fn new(new: &'p Program, changes: &'p ChangeSet, relations: &Relations) -> Self {
        let retyped = changes.functions.iter().filter(|c| c.is(Modification::Signature));
        let constants = changes.globals.iter().filter(|c| c.is(Modification::Initializer));
        let constants = constants.filter_map(Change::new_item).filter(|&id| new.items[id].entity.constant);
        Self {
            new,
            changes,
            types: relations.types.clone(),
            globals: relations.globals.iter().copied().chain(constants).collect(),
            retyped: retyped.filter_map(Change::new_item).collect(),
            redefined: changes
                .types
                .iter()
                .filter(|c| c.is(Modification::Layout))
                .filter_map(Change::new_item)
                .collect(),
        }
    }

    fn reason(&self, found: &Use) -> Option<Reason> {
        let item = &self.new.items[found.target];
        if self.changes.redefined.contains(&found.target) {
            return Some(Reason::UsesRedefined(found.target));
        }
        let layout = matches!(found.role, Role::Member(_) | Role::Layout);
        match item.kind() {
            Kind::Record | Kind::Typedef if layout && self.types.contains(&found.target) => {
                Some(Reason::UsesType(found.target))
            }
            Kind::Typedef if self.redefined.contains(&found.target) => Some(Reason::UsesType(found.target)),
            Kind::Enum => self.enumerator(found),
            Kind::Variable if self.globals.contains(&found.target) => Some(Reason::UsesGlobal(found.target)),
            Kind::Function if self.retyped.contains(&found.target) => Some(Reason::UsesRetyped(found.target)),
            Kind::Function | Kind::Variable if self.is_added(found.target) => {
                Some(Reason::UsesAdded(found.target))
            }
            _ => None,
        }
    }

    fn enumerator(&self, found: &Use) -> Option<Reason> {
        match &found.role {
            Role::Enumerator(name) if self.changes.renumbered.contains(name) => {
                Some(Reason::UsesEnumerator(name.clone()))
            }
            _ => None,
        }
    }

    fn is_added(&self, id: ItemId) -> bool {
        let item = &self.new.items[id];
        item.defined()
            && !item.system
            && item.entity.function.is_none()
            && self.changes.pairing.to_old[id].is_none()
    }
}

/// Follows copies, clones and callee facts until nothing is added.
fn spread_through_code(
    old: &Program,
    new: &Program,
    changes: &ChangeSet,
    copies: &dyn Copies,
    relations: &mut Relations,
) {
    let mut open: Vec<ItemId> = relations.affected.keys().copied().collect();
    while let Some(function) = open.pop() {
        let Some(ours) = changes.pairing.to_old[function] else { continue };
        for (dependent, reason) in copies.dependents(ours) {
            let Some(target) = changes.pairing.to_new[dependent].filter(|&n| new.items[n].defined()) else {
                continue;
            };
            if target == function || !old.items[dependent].defined() {
                continue;
            }
            let known = relations.affected.contains_key(&target);
            relations.affected.entry(target).or_default().insert(reason.on(function));
            if !known {
                open.push(target);
            }
        }
    }
}

impl Reason {
    /// The same reason, about an item of the new program.
    fn on(self, item: ItemId) -> Self {
        match self {
            Self::Inlines(_, chain) => Self::Inlines(item, chain),
            Self::CallsClone(_, symbol) => Self::CallsClone(item, symbol),
            Self::ReliesOn(_, fact) => Self::ReliesOn(item, fact),
            Self::CallsFitted(_, what) => Self::CallsFitted(item, what),
            Self::SharesCode(_) => Self::SharesCode(item),
            Self::CallsTwin(_) => Self::CallsTwin(item),
            Self::CallsEntry(_, why) => Self::CallsEntry(item, why),
            other => other,
        }
    }

    /// For people, in the names of the new program.
    pub fn explain(&self, new: &Program) -> String {
        match self {
            Self::Modified(Modification::Body) => "its text changed".into(),
            Self::Modified(Modification::Signature) => "its type changed".into(),
            Self::Modified(_) => "it changed".into(),
            Self::UsesType(id) => format!("it depends on the layout of {}", new.title(*id)),
            Self::UsesGlobal(id) => format!("it uses the changed global {}", new.title(*id)),
            Self::UsesEnumerator(name) => format!("it uses {name}, whose value changed"),
            Self::UsesRetyped(id) => format!("it uses {}, whose type changed", new.title(*id)),
            Self::UsesAdded(id) => format!("it uses {}, which is new", new.title(*id)),
            Self::Inlines(id, chain) if chain.is_empty() => {
                format!("the binary inlines {} into it", new.title(*id))
            }
            Self::Inlines(id, chain) => format!("it holds an inlined copy of {} ({chain})", new.title(*id)),
            Self::CallsClone(id, symbol) => format!("it calls {symbol}, a clone of {}", new.title(*id)),
            Self::CallsFitted(id, what) => {
                format!("it calls {}, which the compiler fitted to its callers ({what})", new.title(*id))
            }
            Self::SharesCode(id) => {
                format!("the binary holds one code for {} and an equal function of its", new.title(*id))
            }
            Self::CallsTwin(id) => {
                format!("the binary folds {}, which it calls, into an equal function", new.title(*id))
            }
            Self::CallsEntry(id, why) => {
                format!("it calls {}, whose entry {why}", new.title(*id))
            }
            Self::UsesRedefined(id) => {
                format!("it uses {}, which now is another definition", new.title(*id))
            }
            Self::Folded(id, fact) => {
                format!("it was compiled on what the compiler knew of {} ({fact})", new.title(*id))
            }
            Self::ReliesOn(id, fact) => format!("it was compiled on facts about {} ({fact})", new.title(*id)),
            Self::MayHold(id) => format!("it may hold an address of the changed global {}", new.title(*id)),
            Self::EndOf(id) => {
                format!("{} ends in it, and is done with changed globals then", new.title(*id))
            }
        }
    }
}
