//! What the compiler of the running binary may have known of a variable, and whether the new
//! program keeps to it (design rule 3, for variables).
//!
//! A compiler that sees every use of a variable knows more than its type: that nothing writes it, so
//! that its value is a constant; that nothing reads it, so that no store is needed; that no pointer
//! leads to it. What its users were compiled on must hold for the new program, or they are replaced.

use super::{Copies, Reason, Relations};
use crate::clang::{Escape, Kind, Role};
use crate::diff::{Change, ChangeSet, Modification};
use crate::model::{Access, Extent, ItemId, Program, Stored, accesses};
use std::collections::{BTreeMap, BTreeSet};

/// What the running binary holds for a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    /// Memory that code may use which the compiler did not see.
    Shared,
    /// Memory of which the compiler saw every use.
    Own {
        /// It may have replaced loads by the one value that is stored.
        folds_stores: bool,
    },
    /// Memory that cannot be written: the compiler found that nothing does.
    ReadOnly,
    /// No object, or only parts of one.
    Gone,
}

/// Why the running process has no usable object for a variable that the patch needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// None is lost: the value is the initialiser, everywhere.
    Constant,
    /// Nothing read it, so that stores were left out.
    Unread,
    /// The object is there.
    Nothing,
}

/// A fact about a variable that the new program breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The variable, in the new program.
    pub variable: ItemId,
    /// What the old program's users may rely on.
    pub fact: &'static str,
    /// What became of its object.
    pub loss: Loss,
    /// Stale values are possible: not only an address that nobody expects.
    pub stale: bool,
}

/// The facts that the functions of the patch break, as far as these are known; `adopted`: variables
/// of the new program that take their new initialiser.
pub fn broken(
    old: &Program,
    new: &Program,
    changes: &ChangeSet,
    copies: &dyn Copies,
    relations: &Relations,
    adopted: &BTreeSet<ItemId>,
) -> Vec<Broken> {
    let objects = candidates(old, new, changes, copies, relations, adopted);
    let known = |pair: &&(ItemId, ItemId, Object)| !relations.broken.iter().any(|b| b.variable == pair.1);
    let objects: Vec<(ItemId, ItemId, Object)> = objects.iter().filter(known).copied().collect();
    let was = accesses(old, &objects.iter().map(|(ours, ..)| *ours).collect());
    let is = accesses(new, &objects.iter().map(|(_, theirs, _)| *theirs).collect());
    let judge = |&(ours, theirs, object): &(ItemId, ItemId, Object)| {
        let adopted = adopted.contains(&theirs);
        let calm = is_calm(new, relations, &was[&ours], &is[&theirs]);
        let (was, is) = (&was[&ours], &is[&theirs]);
        let values = || Values { old, new, changes, copies, relations, ours }.broken(was, is, adopted);
        let (fact, loss, stale) = match object {
            Object::Own { folds_stores: true } if values() => {
                ("what is stored in it was known", Loss::Nothing, true)
            }
            _ => fact(object, was, is, adopted || !calm)?,
        };
        Some(Broken { variable: theirs, fact, loss, stale })
    };
    objects.iter().filter_map(judge).collect()
}

/// Mutable variables of both programs that functions of the patch use and that the compiler may
/// have known something of.
fn candidates(
    old: &Program,
    new: &Program,
    changes: &ChangeSet,
    copies: &dyn Copies,
    relations: &Relations,
    adopted: &BTreeSet<ItemId>,
) -> Vec<(ItemId, ItemId, Object)> {
    let added = changes.functions.iter().filter_map(|c| match *c {
        Change::Added { new } => Some(new),
        _ => None,
    });
    let functions: BTreeSet<ItemId> = relations.affected.keys().copied().chain(added).collect();
    let initialisers = changes.globals.iter().filter(|c| c.is(Modification::Initializer));
    let holders = functions.iter().copied().chain(initialisers.filter_map(Change::new_item));
    let holders = holders.chain(new.by_hand());
    let used = holders.flat_map(|id| new.uses_in(id)).filter(|u| u.role != Role::Mention);
    let all: BTreeSet<ItemId> = used.map(|u| u.target).chain(adopted.iter().copied()).collect();
    let mutable = |program: &Program, id: ItemId| {
        let item = &program.items[id];
        item.kind() == Kind::Variable && item.defined() && !item.system && !item.entity.constant
    };
    let paired = all.into_iter().filter(|&id| mutable(new, id) && !relations.globals.contains(&id));
    let paired = paired.filter_map(|id| Some((changes.pairing.to_old[id].filter(|&o| mutable(old, o))?, id)));
    let objects = paired.map(|(ours, theirs)| (ours, theirs, copies.object(ours)));
    objects.filter(|(.., object)| *object != Object::Shared).collect()
}

/// Nothing new is done to a variable that nothing writes: its address goes where it went, and what it
/// goes to has not changed.
fn is_calm(new: &Program, relations: &Relations, was: &Access, is: &Access) -> bool {
    let unchanged = |escape: &Escape| match escape {
        Escape::Argument(name) => !new.named(name).iter().any(|id| relations.affected.contains_key(id)),
        Escape::Local(_) | Escape::Elsewhere => false,
    };
    !is.written && is.escapes.is_subset(&was.escapes) && is.escapes.iter().all(unchanged)
}

/// The fact that the new program breaks, if it does; `touched`: it gives the variable a new value, or
/// may do so.
fn fact(object: Object, was: &Access, is: &Access, touched: bool) -> Option<(&'static str, Loss, bool)> {
    let unwritten = "nothing wrote it";
    match object {
        Object::Gone if was.keeps_first_value() => touched.then_some((unwritten, Loss::Constant, true)),
        Object::Gone if !was.read && !was.is_addressed() => {
            (is.read || is.is_addressed()).then_some(("nothing read it", Loss::Unread, false))
        }
        Object::ReadOnly => touched.then_some((unwritten, Loss::Constant, true)),
        Object::Own { folds_stores: true } if one_value(was) && !is.values.is_subset(&was.values) => {
            Some(("one value only was stored in it", Loss::Nothing, true))
        }
        Object::Own { .. } if !was.is_addressed() && is.is_addressed() => {
            Some(("no pointer led to it", Loss::Nothing, false))
        }
        _ => None,
    }
}

/// The values of a number of which the compiler saw every store: clang bounds what is read by what is
/// stored, wherever that is.
struct Values<'v> {
    old: &'v Program,
    new: &'v Program,
    changes: &'v ChangeSet,
    copies: &'v dyn Copies,
    relations: &'v Relations,
    /// The variable, in the old program.
    ours: ItemId,
}

impl Values<'_> {
    /// The new program stores what the old one did not, and something was known.
    fn broken(&self, was: &Access, is: &Access, adopted: bool) -> bool {
        let shape = &self.old.items[self.ours].entity.shape;
        let number =
            NUMBERS.contains(&shape.as_str()) || shape.starts_with("enum ") || shape.starts_with("enum{");
        let open = |stored: &Stored| match stored.extent {
            Extent::Anything => true,
            Extent::Argument => !self.copies.is_confined(stored.holder),
            Extent::Constant | Extent::Known => false,
        };
        let known = number && !was.is_addressed() && !was.stored.iter().any(open);
        known && (adopted || is.stored.iter().any(|stored| !self.is_covered(was, stored)))
    }

    fn is_covered(&self, was: &Access, stored: &Stored) -> bool {
        if stored.extent == Extent::Constant && was.first.as_ref() == Some(&stored.text) {
            return true;
        }
        let holder = self.changes.pairing.to_old[stored.holder];
        let same = |other: &Stored| {
            let constant = stored.extent == Extent::Constant && other.extent == Extent::Constant;
            other.text == stored.text && (constant || Some(other.holder) == holder)
        };
        let constant = stored.extent == Extent::Constant;
        was.stored.iter().any(same) && (constant || self.is_quiet(stored.holder))
    }

    /// No function of the patch is it, or calls it: what it stores is what it stored.
    fn is_quiet(&self, function: ItemId) -> bool {
        let added = |id: ItemId| self.changes.pairing.to_old[id].is_none();
        let moved = |id: &ItemId| self.relations.affected.contains_key(id) || added(*id);
        let mut users = self.new.value_uses(function).map(|u| u.holder);
        !moved(&function) && !users.any(|user| moved(&user))
    }
}

/// Shapes of the numbers whose values a compiler follows; a truth value has no others.
const NUMBERS: &[&str] = &[
    "int",
    "unsigned int",
    "long",
    "unsigned long",
    "long long",
    "unsigned long long",
    "short",
    "unsigned short",
    "char",
    "signed char",
    "unsigned char",
];

fn one_value(access: &Access) -> bool {
    access.values.len() == 1 && !access.values.contains(&None)
}

/// The functions of the new program that use a variable, with the reason to replace them.
pub fn users(old: &Program, new: &Program, changes: &ChangeSet, broken: &Broken) -> BTreeMap<ItemId, Reason> {
    let uses = new.value_uses(broken.variable).map(|u| u.holder);
    let known = |&id: &ItemId| changes.pairing.to_old[id].is_some_and(|ours| old.items[ours].defined());
    let functions = uses.filter(|&id| new.items[id].kind() == Kind::Function).filter(known);
    functions.map(|id| (id, Reason::Folded(broken.variable, broken.fact.into()))).collect()
}
