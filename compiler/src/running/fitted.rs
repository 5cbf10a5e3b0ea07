//! Functions of which the compiler knew every caller, and may therefore have fitted to them: clang does so
//! in place, under the same symbol; and which units it saw together (design rules 2 and 3).

use super::Running;
use crate::clang::{Kind, Role};
use crate::model::ItemId;
use crate::relations::Reason;
use polus_binary::{Compiler, Presence, Unit};
use polus_runtime::rules::Rule;
use std::collections::{BTreeMap, BTreeSet};

/// What the compiler made of the callers that it knew, found once for the whole program.
#[derive(Default)]
pub(super) struct Fitted {
    /// Functions whose every caller the compiler knew.
    confined: BTreeSet<ItemId>,
    /// Functions that only the callers of the time can call, with what those do not surely pass.
    in_place: BTreeMap<ItemId, String>,
}

impl Running<'_> {
    pub(super) fn find_fitted(&self) -> Fitted {
        if !Rule::Fitted.holds() {
            return Fitted::default();
        }
        let uses = self.program.uses.iter().filter(|u| u.role == Role::Value);
        let pointed: BTreeSet<ItemId> = uses.map(|u| u.target).collect();
        let own = self.program.own(Kind::Function);
        let confined: BTreeSet<ItemId> = own.filter(|&id| self.confines(id, &pointed)).collect();
        let in_place = confined.iter().filter_map(|&id| Some((id, self.unpassed(id, true)?))).collect();
        Fitted { confined, in_place }
    }

    /// The compiler knew every caller of the function: what it assumed of arguments need not hold for others.
    pub fn is_confined(&self, id: ItemId) -> bool {
        self.fitted.confined.contains(&id)
    }

    /// Why only callers that the compiler knew can call the function at its entry.
    pub(super) fn fitted_in_place(&self, id: ItemId) -> Option<&str> {
        self.fitted.in_place.get(&id).map(String::as_str)
    }

    /// Callers of a function that the compiler rewrote together with them.
    pub(super) fn fitting(&self, id: ItemId) -> Vec<(ItemId, Reason)> {
        let Some(what) = self.fitted_in_place(id) else { return vec![] };
        let callers = self.users.get(&id).into_iter().flatten();
        callers.map(|&caller| (caller, Reason::CallsFitted(id, what.to_string()))).collect()
    }

    /// No other file can name it.
    fn is_closed(&self, id: ItemId) -> bool {
        let item = &self.program.items[id];
        let alone = |unit: &Unit| unit.whole_program() || Rule::LinkTime.holds() && unit.lto;
        let units = self.units(id);
        // gcc says how it linked; of others only the symbols tell.
        let silent = units.iter().any(|unit| !matches!(unit.compiler(), Compiler::Gcc(_)));
        let hidden = || Rule::LinkTime.holds() && silent && self.is_local(id);
        let known = || units.iter().any(|unit| alone(unit)) || hidden();
        !item.entity.external || item.original != "main" && known()
    }

    /// A pointer to it that the compiler could do without does not protect it.
    fn confines(&self, id: ItemId, pointed: &BTreeSet<ItemId>) -> bool {
        self.is_closed(id) && (!pointed.contains(&id) || !self.is_pointed_to(id))
    }

    fn is_local(&self, id: ItemId) -> bool {
        let found = self.keys(id).into_iter().filter_map(|key| self.info.function(&key));
        let mut entries = found.filter_map(|function| function.entry()).map(|instance| instance.entry);
        entries.any(|entry| self.binary.is_local(entry).unwrap_or(true))
    }

    fn is_pointed_to(&self, id: ItemId) -> bool {
        let found = self.keys(id).into_iter().filter_map(|key| self.info.function(&key));
        let mut entries = found.filter_map(|function| function.entry()).map(|instance| instance.entry);
        entries.any(|entry| self.binary.is_pointed_to(entry).unwrap_or(false))
    }

    /// What callers need not pass to the function; `None`: they pass all of it.
    fn unpassed(&self, id: ItemId, confined: bool) -> Option<String> {
        let left = self.left_out(id, confined);
        (!left.is_empty()).then(|| left.join(", "))
    }

    /// The parameters that callers need not pass. gcc makes a clone in such a case.
    pub(super) fn left_out(&self, id: ItemId, confined: bool) -> Vec<String> {
        let functions = self.keys(id).into_iter().filter_map(|key| self.info.function(&key));
        let entered = functions.filter(|function| function.presence() == Presence::Entry);
        let mut left = vec![];
        for instance in entered.filter_map(|function| function.entry()) {
            left.extend(match self.info.unit(instance.unit).compiler() {
                Compiler::Gcc(_) => vec![],
                Compiler::Clang(_) => match self.binary.unpassed(instance, confined) {
                    Ok(unpassed) => unpassed,
                    Err(error) => vec![error.to_string()],
                },
                Compiler::Other => vec!["arguments that an unknown compiler may have changed".into()],
            });
        }
        left.dedup();
        left
    }

    /// The units that define a function.
    pub(super) fn units(&self, id: ItemId) -> Vec<&Unit> {
        let files = self.program.files(id).into_iter();
        files.filter_map(|file| self.info.match_unit(file).ok()).map(|unit| self.info.unit(unit)).collect()
    }

    /// The compiler saw all files at once, when it linked the program.
    pub(super) fn is_linked(&self) -> bool {
        Rule::LinkTime.holds() && self.info.units().any(|unit| unit.lto)
    }

    /// The compiler saw both functions at once: in one file, or when it linked the program.
    pub(super) fn seen_together(&self, a: ItemId, b: ItemId) -> bool {
        let units = &self.program.items[b].units;
        let linked = |id| self.units(id).iter().any(|unit| unit.lto);
        self.program.items[a].units.iter().any(|unit| units.contains(unit))
            || Rule::LinkTime.holds() && linked(a) && linked(b)
    }
}
