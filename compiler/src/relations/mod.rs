//! Stage 5: which unchanged things a change reaches, and why (paper 4.2, 5.1).

mod affected;
mod draw;
mod graph;
mod known;
mod parted;
mod renumbered;
mod travelling;

pub use draw::{dot, svg};
pub use graph::{Edge, Graph, Node, graph};
pub use known::{Broken, Loss, Object};
pub use parted::Parted;
pub use renumbered::{Holder, Renumbered, names as names_of_enumeration};

use crate::clang::{Kind, Role};
use crate::diff::{Change, ChangeSet, Modification};
use crate::model::{ItemId, Program, never_return};
use std::collections::{BTreeMap, BTreeSet};

/// Why a function of the new program is in the patch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Its own text differs.
    Modified(Modification),
    /// It depends on the layout of a changed type.
    UsesType(ItemId),
    /// It uses a changed global.
    UsesGlobal(ItemId),
    /// It uses an enumerator with another value.
    UsesEnumerator(String),
    /// It calls or refers to a function of another signature.
    UsesRetyped(ItemId),
    /// A name in it means something that the old program does not have.
    UsesAdded(ItemId),
    /// The running binary holds a copy of a replaced function inside it; the functions between.
    Inlines(ItemId, String),
    /// It calls a clone that the compiler made of a replaced function; the clone's symbol.
    CallsClone(ItemId, String),
    /// It calls a replaced function that the compiler rewrote in place for the callers it knew; what
    /// those do not surely pass.
    CallsFitted(ItemId, String),
    /// The compiler may have built it on what it knew of a replaced function's body.
    ReliesOn(ItemId, String),
    /// It calls a function that the compiler folded into a replaced one: the jump would mislead it.
    SharesCode(ItemId),
    /// It calls a replaced function that the compiler folded into another: no jump would lead it.
    CallsTwin(ItemId),
    /// It calls a replaced function whose entry can take no jump; why not.
    CallsEntry(ItemId, String),
    /// A name in it means another definition than in the old program.
    UsesRedefined(ItemId),
    /// The compiler may have built it on what it knew of a variable; what that was.
    Folded(ItemId, String),
    /// It may hold an address of a changed global while it is active.
    MayHold(ItemId),
    /// A function that uses changed globals ends in it, and does not come back from it.
    EndOf(ItemId),
}

/// What the running binary adds to the sources' relations; functions by item of the old program.
pub trait Copies {
    /// Functions whose code in the binary depends on `function`'s body, with the reason
    /// (the item in it is of the old program).
    fn dependents(&self, function: ItemId) -> Vec<(ItemId, Reason)>;

    /// What the binary holds for a variable of the old program.
    fn object(&self, _variable: ItemId) -> Object {
        Object::Shared
    }

    /// Functions that were compiled on what the compiler concluded about `function` from a variable,
    /// where the new program does not keep to that.
    fn trusting(&self, _function: ItemId) -> Vec<(ItemId, Reason)> {
        vec![]
    }

    /// The compiler knew every caller of a function of the old program.
    fn is_confined(&self, _function: ItemId) -> bool {
        false
    }
}

/// What the sources alone tell: an `inline` function's callers hold copies of it.
pub struct SourceCopies<'p>(pub &'p Program);

impl Copies for SourceCopies<'_> {
    fn dependents(&self, function: ItemId) -> Vec<(ItemId, Reason)> {
        if !self.0.items[function].entity.inline {
            return vec![];
        }
        let callers = self.0.uses.iter().filter(|u| u.target == function && u.role == Role::Call);
        let callers: BTreeSet<ItemId> = callers.map(|u| u.holder).filter(|&h| h != function).collect();
        callers.into_iter().map(|c| (c, Reason::Inlines(function, "declared inline".into()))).collect()
    }
}

/// All relations that a patch rests on.
#[derive(Clone, Debug, Default)]
pub struct Relations {
    /// Types of the new program whose layout differs, also through what they hold.
    pub types: BTreeSet<ItemId>,
    /// Globals of the new program with another type, also through what they hold.
    pub globals: BTreeSet<ItemId>,
    /// Functions of both programs that the patch replaces, with every reason.
    pub affected: BTreeMap<ItemId, BTreeSet<Reason>>,
    /// Functions of the old program that use a changed global (of the old program).
    pub uses: BTreeSet<(ItemId, ItemId)>,
    /// Old functions that stay active for ever although they may rely on facts about a function
    /// that is replaced (of the old program, too).
    pub reliant: Vec<Reliance>,
    /// What the compiler knew of variables, and the new program does not keep to.
    pub broken: Vec<Broken>,
    /// Enumerations with other numbers.
    pub renumbered: Renumbered,
    /// Functions of the old program that use what new code has elsewhere, each with a place.
    pub parted: BTreeMap<ItemId, Parted>,
    /// Functions of the old program that use nothing any more once they are in another one.
    pub ends: BTreeMap<ItemId, ItemId>,
}

/// An old function that never returns and was compiled on facts about another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reliance {
    /// The function that never returns.
    pub caller: ItemId,
    /// The function that it calls.
    pub callee: ItemId,
    /// What it may have been compiled on.
    pub fact: String,
}

/// Globals of the new program about which somebody decided.
#[derive(Clone, Debug, Default)]
pub struct Decided {
    /// They take their new initialiser.
    pub adopted: BTreeSet<ItemId>,
    /// Hand-written functions carry them, whatever their types.
    pub carried: BTreeSet<ItemId>,
    /// Fields of records of the old program that hand-written functions convert once.
    pub converted: BTreeSet<(ItemId, String)>,
}

/// Computes the relations.
pub fn relate(
    old: &Program,
    new: &Program,
    changes: &ChangeSet,
    copies: &dyn Copies,
    decided: &Decided,
) -> Relations {
    let mut relations = changed(old, new, changes, &decided.carried);
    travelling::seed(old, new, changes, copies, &mut relations);
    affected::spread(old, new, changes, copies, &decided.adopted, &mut relations);
    relations.uses = uses_of_globals(old, changes, &relations, copies);
    relations.reliant = reliant(old, changes, &relations);
    relations.parted = parted::users(old, &decided.converted, copies);
    relations
}

/// The first relations: types and globals that differ, or are to be `carried`.
pub fn changed(old: &Program, new: &Program, changes: &ChangeSet, carried: &BTreeSet<ItemId>) -> Relations {
    let renumbered = renumbered::renumbered(old, new, changes);
    let types = changed_types(new, changes, &renumbered);
    let mut globals = changed_globals(new, changes, &types);
    globals.extend(carried);
    Relations { types, globals, renumbered, ..Relations::default() }
}

/// Endless functions whose code was compiled on facts about a replaced callee; code that was inlined
/// into them is theirs.
fn reliant(old: &Program, changes: &ChangeSet, relations: &Relations) -> Vec<Reliance> {
    let to_old = |id: ItemId| changes.pairing.to_old[id];
    let endless = never_return(old);
    let mut found = vec![];
    for &function in relations.affected.keys() {
        let Some(caller) = to_old(function).filter(|f| endless.contains(f)) else { continue };
        for (callee, fact) in relations.trusted(function) {
            let Some(callee) = to_old(callee) else { continue };
            if !found.iter().any(|told: &Reliance| (told.caller, told.callee) == (caller, callee)) {
                found.push(Reliance { caller, callee, fact });
            }
        }
    }
    found
}

impl Relations {
    /// A function's old code may go wrong beside the new one's: it was compiled on what does not hold
    /// any more.
    pub fn is_outdated(&self, function: ItemId) -> bool {
        let stale =
            |id: ItemId, why: &str| self.broken.iter().any(|b| b.stale && b.variable == id && b.fact == why);
        let mut reasons = self.affected.get(&function).into_iter().flatten();
        reasons.any(|r| matches!(r, Reason::Folded(id, why) if stale(*id, why)))
            || !self.trusted(function).is_empty()
    }

    /// The replaced functions, and what was known of them, on which a function's old code was
    /// compiled, or what is inlined into it.
    pub fn trusted(&self, function: ItemId) -> Vec<(ItemId, String)> {
        let (mut found, mut open, mut seen) = (vec![], vec![function], BTreeSet::new());
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            for reason in self.affected.get(&id).into_iter().flatten() {
                match reason {
                    Reason::ReliesOn(callee, fact) => found.push((*callee, fact.clone())),
                    Reason::Inlines(inner, _) => open.push(*inner),
                    _ => {}
                }
            }
        }
        found
    }
}

/// Changed types and, transitively, the types that hold one by value.
fn changed_types(new: &Program, changes: &ChangeSet, renumbered: &Renumbered) -> BTreeSet<ItemId> {
    let modified = |c: &Change| c.is(Modification::Layout).then(|| c.new_item()).flatten();
    let layout_matters =
        |id: &ItemId| new.items[*id].kind() != Kind::Enum || renumbered.crossing.contains(id);
    let mut found: BTreeSet<ItemId> =
        changes.types.iter().filter_map(modified).filter(layout_matters).collect();
    loop {
        let holders: Vec<ItemId> = (0..new.items.len())
            .filter(|id| matches!(new.items[*id].kind(), Kind::Record | Kind::Typedef) && !found.contains(id))
            .filter(|&id| new.items[id].of_program())
            .filter(|&id| new.items[id].entity.holds.iter().any(|held| found.contains(held)))
            .collect();
        if holders.is_empty() {
            return found;
        }
        found.extend(holders);
    }
}

/// Globals whose own type differs or that hold a changed type.
fn changed_globals(new: &Program, changes: &ChangeSet, types: &BTreeSet<ItemId>) -> BTreeSet<ItemId> {
    let retyped = |c: &Change| {
        let moved = c.is(Modification::Type) || c.is(Modification::Storage);
        moved.then(|| c.new_item()).flatten()
    };
    let holds = new
        .own(Kind::Variable)
        .filter(|&id| changes.pairing.to_old[id].is_some())
        .filter(|&id| new.items[id].entity.holds.iter().any(|held| types.contains(held)));
    changes.globals.iter().filter_map(retyped).chain(holds).collect()
}

/// Which old functions use which changed globals, inlined copies included.
fn uses_of_globals(
    old: &Program,
    changes: &ChangeSet,
    relations: &Relations,
    copies: &dyn Copies,
) -> BTreeSet<(ItemId, ItemId)> {
    let moved = relations.globals.iter().copied().chain(relations.broken.iter().map(|b| b.variable));
    let changed: BTreeSet<ItemId> = moved.filter_map(|id| changes.pairing.to_old[id]).collect();
    let mut uses = BTreeSet::new();
    for found in old.uses.iter().filter(|u| changed.contains(&u.target)) {
        if old.items[found.holder].kind() != Kind::Function {
            continue;
        }
        for function in with_copies(found.holder, copies) {
            uses.insert((function, found.target));
        }
    }
    for (global, holder) in travelling::holders(old, &changed) {
        uses.extend(with_copies(holder, copies).into_iter().map(|function| (function, global)));
    }
    uses
}

/// A function of the old program, and those whose code goes on doing what it did, whatever its entry does.
fn with_copies(function: ItemId, copies: &dyn Copies) -> BTreeSet<ItemId> {
    let (mut all, mut open) = (BTreeSet::new(), vec![function]);
    while let Some(function) = open.pop() {
        if all.insert(function) {
            let inlined = copies.dependents(function).into_iter();
            // A caller of a clone goes on calling it, whatever the entry does.
            let inside = |r: &Reason| {
                matches!(
                    r,
                    Reason::Inlines(..)
                        | Reason::CallsClone(..)
                        | Reason::CallsEntry(..)
                        | Reason::CallsFitted(..)
                )
            };
            open.extend(inlined.filter(|(_, r)| inside(r)).map(|(f, _)| f));
        }
    }
    all
}
