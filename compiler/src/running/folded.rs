//! Equal functions that the compiler folded into one (`-fipa-icf`): calls of one lead to the code
//! of another, by a shared entry, a jump, or silently (design rule 1).

use super::Running;
use crate::clang::Kind;
use crate::model::ItemId;
use crate::relations::Reason;
use polus_binary::{Presence, ReferenceKind};
use std::collections::{BTreeMap, BTreeSet};

impl Running<'_> {
    /// Functions whose calls and `function`'s code lead to each other through folding.
    pub(super) fn folded(&self, function: ItemId) -> Vec<(ItemId, Reason)> {
        let callers = self.callers.get(&function).into_iter().flatten().filter(|_| self.is_folded(function));
        let astray = callers.map(|&caller| (caller, Reason::CallsTwin(function)));
        let strangers = self.strangers(function).into_iter();
        let above = self.misled_above(function).into_iter();
        strangers.chain(above).map(|holder| (holder, Reason::SharesCode(function))).chain(astray).collect()
    }

    /// Functions that come to `function` only because code between was folded: what they name is equal to
    /// one of its callers, but calls another function.
    fn misled_above(&self, function: ItemId) -> BTreeSet<ItemId> {
        let callers = |id| self.callers.get(&id).into_iter().flatten().copied();
        let (mut open, mut seen): (Vec<ItemId>, _) = (callers(function).collect(), BTreeSet::new());
        let mut misled = BTreeSet::new();
        while let Some(caller) = open.pop() {
            if seen.insert(caller) {
                misled.extend(self.strangers(caller));
                open.extend(callers(caller));
            }
        }
        // Who comes to the function by its own text, too, is led where it belongs.
        misled.difference(&seen).copied().collect()
    }

    /// No code of its own: never used, or folded into an equal function.
    fn is_folded(&self, function: ItemId) -> bool {
        if self.resolver(function).is_some() {
            return false;
        }
        let mut found = self.keys(function).into_iter().filter_map(|key| self.info.function(&key));
        found.any(|f| f.presence() == Presence::Nowhere || f.entry().is_some_and(|entry| !entry.described))
    }

    /// Functions whose code calls `function` though their sources do not: what they name was folded into it.
    fn strangers(&self, function: ItemId) -> BTreeSet<ItemId> {
        let entries = self.entries(function).into_iter().filter_map(|(_, entry)| entry);
        let references = entries.flat_map(|e| self.binary.references_to(e..e + 1).unwrap_or_default());
        let code = references.filter(|r| r.kind != ReferenceKind::Data);
        let holders = code.flat_map(|r| self.holders_of(r.from));
        let named = self.users.get(&function);
        let mut strangers: BTreeSet<ItemId> = holders
            .filter(|holder| *holder != function && !named.is_some_and(|users| users.contains(holder)))
            .filter(|&holder| self.is_folded(holder) || self.names_folded(holder))
            .collect();
        if !strangers.is_empty() {
            for (holder, _) in named.into_iter().flatten().flat_map(|&user| self.inlined(user)) {
                strangers.remove(&holder);
            }
        }
        strangers
    }

    /// The functions whose code an address is in: one, and those that were folded into it.
    fn holders_of(&self, address: u64) -> Vec<ItemId> {
        let Some((function, instance)) = self.info.function_at(address) else { return vec![] };
        let twins = self.twins.get_or_init(|| self.find_twins());
        let twins = twins.get(&instance.entry).into_iter().flatten().copied();
        self.item_of(&function.key).into_iter().chain(twins).collect()
    }

    /// By the address of its code: what shares the code of another function.
    fn find_twins(&self) -> BTreeMap<u64, Vec<ItemId>> {
        let mut twins: BTreeMap<u64, Vec<ItemId>> = BTreeMap::new();
        for id in self.program.own(Kind::Function).filter(|&id| self.is_folded(id)) {
            let found = self.keys(id).into_iter().filter_map(|key| self.info.function(&key)?.entry());
            found.for_each(|entry| twins.entry(entry.entry).or_default().push(id));
        }
        twins
    }

    fn names_folded(&self, holder: ItemId) -> bool {
        let named = self.program.uses_in(holder).iter().map(|u| u.target);
        named.filter(|&id| self.program.items[id].kind() == Kind::Function).any(|id| self.is_folded(id))
    }
}
