//! What the executable holds for a variable, and what its compiler may therefore have known of it.

use super::{Running, Static};
use crate::model::ItemId;
use crate::relations::Object;
use polus_binary::{Found, Presence};
use std::collections::BTreeSet;

impl Running<'_> {
    /// What the binary holds for a variable; what an earlier patch brought is like any other memory.
    pub(super) fn object_of(&self, variable: ItemId) -> Object {
        if self.is_brought(variable) || self.has_alias(variable) {
            return Object::Shared;
        }
        let constant = self.program.items[variable].entity.constant;
        match self.variable(variable) {
            Static::Address(address, _) if !constant && !self.binary.is_writable(address) => Object::ReadOnly,
            Static::Address(..) | Static::Thread(..) => self.own_or_shared(variable),
            Static::OptimisedOut => Object::Gone,
            Static::Unknown(_) if self.is_dropped(variable) => Object::Gone,
            Static::Unknown(_) => Object::Shared,
        }
    }

    /// The binary holds no object for the variable, or only parts of one.
    pub fn is_gone(&self, variable: ItemId) -> bool {
        self.object_of(variable) == Object::Gone
    }

    /// The binary holds code of a function, if only inlined.
    pub fn has_code(&self, function: ItemId) -> bool {
        let mut found = self.keys(function).into_iter().filter_map(|key| self.info.function(&key));
        found.any(|function| function.presence() != Presence::Nowhere)
    }

    /// An earlier patch gave the item a version of its own.
    pub fn is_brought(&self, item: ItemId) -> bool {
        self.brought.contains(&self.program.key(item))
    }

    /// Another name may stand for it, by which it changes.
    fn has_alias(&self, variable: ItemId) -> bool {
        let item = &self.program.items[variable];
        let text = &self.program.unit.text;
        let chunk = item.entity.definition().map(|definition| {
            let at = self.program.unit.chunks.partition_point(|c| c.span.end <= definition.name_at);
            self.program.unit.chunks.get(at).map_or("", |chunk| &text[chunk.span.clone()])
        });
        self.aliased.contains(&item.original)
            || item.entity.function.is_none() && chunk.is_some_and(|c| c.contains("alias"))
    }

    fn own_or_shared(&self, variable: ItemId) -> Object {
        let item = &self.program.items[variable];
        let seen = item.entity.external && self.defines(&item.original);
        let producers: Vec<&str> = self.producers(variable);
        let plain = |producer: &&str| producer.starts_with("GNU") && !is_optimised(producer);
        match seen || !producers.is_empty() && producers.iter().all(plain) {
            true => Object::Shared,
            false => Object::Own { folds_stores: self.splits_variables(variable) },
        }
    }

    /// Its compiler may keep parts of a variable, or replace it by what is stored in it.
    pub fn splits_variables(&self, variable: ItemId) -> bool {
        self.producers(variable).iter().any(|producer| !producer.starts_with("GNU"))
    }

    /// The compilers of the files that hold it.
    fn producers(&self, variable: ItemId) -> Vec<&str> {
        let units = self.program.files(variable).into_iter().filter_map(|f| self.info.match_unit(f).ok());
        units.map(|unit| self.info.unit(unit).producer.as_str()).collect()
    }

    /// A static of which not even the debug information of its file tells.
    fn is_dropped(&self, variable: ItemId) -> bool {
        let item = &self.program.items[variable];
        let file = self.program.files(variable).into_iter().next();
        let known = file.is_some_and(|file| self.info.match_unit(file).is_ok());
        let function = item.entity.function.map(|f| self.program.items[f].original.as_str());
        let found = || self.binary.variable(&item.original, file, function);
        !item.entity.external && item.defined() && known && matches!(found(), Ok(Found::Missing))
    }
}

/// gcc tells its options.
fn is_optimised(producer: &str) -> bool {
    let last = producer.split_whitespace().rfind(|word| word.starts_with("-O"));
    last.is_some_and(|option| option != "-O0")
}

/// The names for which `__attribute__((alias("NAME")))` gives others.
pub(super) fn aliased(text: &str) -> BTreeSet<String> {
    let pieces = text.split("alias").skip(1);
    let named = pieces.filter_map(|piece| piece.trim_start_matches('_').trim_start().strip_prefix('('));
    let named = named.filter_map(|piece| piece.trim_start().strip_prefix('"'));
    named.filter_map(|piece| Some(piece.split_once('"')?.0.to_string())).collect()
}
