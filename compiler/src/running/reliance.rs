//! Callers that may rely on what the compiler learnt from a callee's body (design rule 3).

use super::Running;
use crate::model::ItemId;
use crate::relations::Reason;

impl Running<'_> {
    /// Callers in the same file: the compiler saw the body when it compiled them.
    pub(super) fn relying(&self, function: ItemId) -> Vec<(ItemId, Reason)> {
        let item = &self.program.items[function];
        let callers = self.callers.get(&function).into_iter().flatten();
        callers
            .filter(|&&caller| {
                let other = &self.program.items[caller];
                other.units.iter().any(|unit| item.units.contains(unit))
            })
            .map(|&caller| (caller, Reason::ReliesOn(function, "same file".into())))
            .collect()
    }
}
