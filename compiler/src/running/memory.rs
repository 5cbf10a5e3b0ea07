//! Whether a new body keeps to the old one's effects on memory: nobody was told of others.

use crate::clang::{Kind, Role};
use crate::diff::{Change, ChangeSet, Modification};
use crate::model::{ItemId, Known, Program, Sites, Touch};
use std::collections::{BTreeMap, BTreeSet};

/// Both versions' effects.
pub struct Memory<'m> {
    old: &'m Program,
    new: &'m Program,
    changes: &'m ChangeSet,
    /// The compiler saw all files at once, when it linked the program.
    linked: bool,
    /// Names of the old program.
    known: BTreeSet<&'m str>,
    /// Names that one variable has, in each program.
    single: [BTreeSet<&'m str>; 2],
    old_members: Known,
    new_members: Known,
}

/// Library functions that never return.
const NEVER: &[&str] = &["exit", "_exit", "_Exit", "abort", "quick_exit", "pthread_exit", "__assert_fail"];

impl<'m> Memory<'m> {
    /// Prepares the comparison.
    pub fn new(old: &'m Program, new: &'m Program, changes: &'m ChangeSet, linked: bool) -> Self {
        let known = old.items.iter().map(|item| item.original.as_str()).collect();
        let (old_members, new_members) = (Known::of(old), Known::of(new));
        let single = [singles(old), singles(new)];
        Self { old, new, changes, linked, known, single, old_members, new_members }
    }

    /// The new body, with all that it calls in its file, touches only what the old one touched.
    pub fn is_kept(&self, function: ItemId) -> bool {
        let Some(new) = self.changes.pairing.to_new[function] else { return true };
        if !self.new.items[new].defined() {
            return true;
        }
        let theirs = self.closure(self.new, new);
        if theirs.iter().any(|&id| self.meets_changed_data(id)) {
            return false;
        }
        self.places(new, &theirs).is_some_and(|places| places.is_subset(&self.old_places(function)))
    }

    fn is_new(&self, id: ItemId) -> bool {
        self.changes.pairing.to_old[id].is_none()
    }

    /// A function of the new program and what it calls in its files, or what is new.
    fn closure(&self, program: &Program, function: ItemId) -> BTreeSet<ItemId> {
        let (mut open, mut seen) = (vec![function], BTreeSet::from([function]));
        let new = std::ptr::eq(program, self.new);
        while let Some(id) = open.pop() {
            for found in program.uses_in(id).iter().filter(|u| u.role == Role::Call) {
                let units = &program.items[found.target].units;
                let together = program.items[id].units.iter().any(|unit| units.contains(unit));
                let inside = together || self.linked || new && self.is_new(found.target);
                if inside && program.items[found.target].defined() && seen.insert(found.target) {
                    open.push(found.target);
                }
            }
        }
        seen
    }

    /// Its places may be others though its text is the same.
    fn meets_changed_data(&self, id: ItemId) -> bool {
        let layouts = self.changes.types.iter().filter(|c| c.is(Modification::Layout));
        let data =
            layouts.chain(self.changes.globals.iter().filter(|c| matches!(c, Change::Modified { .. })));
        let changed: BTreeSet<ItemId> = data.filter_map(Change::new_item).collect();
        self.new.uses_in(id).iter().any(|found| changed.contains(&found.target))
    }

    /// What it does to things that the old program has; `None`: anything.
    fn places(&self, function: ItemId, closure: &BTreeSet<ItemId>) -> Option<BTreeSet<(String, Touch)>> {
        let mut places = BTreeSet::new();
        let all: BTreeMap<ItemId, Sites> =
            closure.iter().map(|&id| (id, Sites::of(self.new, id, &self.new_members))).collect();
        if all.values().any(|sites| sites.unreadable || sites.by_pointer) {
            return None;
        }
        let lent = lent(self.new, function, &all);
        for (id, sites) in all {
            let own = |access: &Touch| access.parameter.is_some_and(|at| lent.contains(&(id, at)));
            let old = |access: &Touch| access.global.as_ref().is_none_or(|g| self.known.contains(g.as_str()));
            let seen = sites.memory.into_iter().filter(|access| !own(access));
            places.extend(seen.filter(old).map(|a| (self.prefix(self.new, function, id, &a), a)));
        }
        Some(places)
    }

    fn old_places(&self, function: ItemId) -> BTreeSet<(String, Touch)> {
        let closure = self.closure(self.old, function);
        let each = closure.into_iter().flat_map(|id| {
            let sites = Sites::of(self.old, id, &self.old_members);
            sites.sure.into_iter().map(move |access| (self.prefix(self.old, function, id, &access), access))
        });
        each.collect()
    }

    /// Of another function than the one asked about: its parameters and variables are others. What
    /// is by name in a variable of all is the same place everywhere.
    fn prefix(&self, program: &Program, function: ItemId, id: ItemId, access: &Touch) -> String {
        let single = |global: &String| self.single.iter().all(|names| names.contains(global.as_str()));
        let plain = ["read ", "write "].iter().any(|how| access.text.starts_with(how));
        let shared = plain && access.global.as_ref().is_some_and(single);
        if id == function || shared { String::new() } else { program.items[id].original.clone() }
    }

    /// A function of the new program does not end in a call that never returns, or can leave before.
    pub fn may_return(&self, new: ItemId) -> bool {
        let sites = Sites::of(self.new, new, &self.new_members);
        let never = |name: &String| {
            let declared = self.new.named(name).iter().any(|&id| {
                let words = self.new.source(id);
                words.contains("noreturn") || words.contains("_Noreturn")
            });
            NEVER.contains(&name.as_str()) || declared
        };
        let declared = self.new.items[new].entity.declarations.iter().any(|declaration| {
            let words = &self.new.unit.text[declaration.span.clone()];
            words.contains("noreturn") || words.contains("_Noreturn")
        });
        !declared && (sites.unreadable || !sites.last_call.as_ref().is_some_and(never))
    }
}

/// Parameters that never lead to anything but variables of the functions of a closure themselves:
/// nobody outside sees what happens there.
fn lent(program: &Program, function: ItemId, all: &BTreeMap<ItemId, Sites>) -> BTreeSet<(ItemId, usize)> {
    let calls = || all.values().flat_map(|sites| &sites.calls);
    let own = |id: ItemId, at: usize| {
        let name = &program.items[id].entity.name;
        let mut calls = calls().filter(|call| call.callee == *name);
        calls.all(|call| call.arguments.get(at).is_some_and(|argument| argument.own))
    };
    let others = all.iter().filter(|(id, _)| **id != function);
    let parameters = others.flat_map(|(&id, sites)| (0..sites.parameters.len()).map(move |at| (id, at)));
    parameters.filter(|&(id, at)| own(id, at)).collect()
}

/// Names that one variable of a program has.
fn singles(program: &Program) -> BTreeSet<&str> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for item in program.items.iter().filter(|item| item.kind() == Kind::Variable) {
        *count.entry(&item.original).or_default() += 1;
    }
    count.into_iter().filter(|(_, count)| *count == 1).map(|(name, _)| name).collect()
}
