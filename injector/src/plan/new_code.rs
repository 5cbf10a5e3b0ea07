//! The code that a patch brings: which ranges belong to a function, what they refer
//! to, whether a later jump finds room.

use crate::error::{Fault, Result};
use crate::facts::code;
use crate::facts::patch_file::{CodeSymbol, Function, PatchFile};
use polus_runtime::abi::kind;
use std::collections::BTreeSet;

/// The code of a patch; addresses are stated ones.
pub struct NewCode<'a> {
    /// The patch.
    pub patch: &'a PatchFile,
}

impl NewCode<'_> {
    /// Ranges of a new function: itself, its cold part, and the helpers it reaches
    /// that are no functions of the tables. Empty if it has no symbol.
    pub fn extents(&self, function: &Function) -> Vec<(u64, u64)> {
        let (parts, mut others): (Vec<&CodeSymbol>, Vec<&CodeSymbol>) = self
            .patch
            .code
            .iter()
            .filter(|symbol| self.is_inside(symbol))
            .partition(|symbol| is_part(symbol, function));
        let listed: BTreeSet<u64> =
            self.patch.tables.functions.iter().map(|function| function.code).collect();
        others.retain(|symbol| !listed.contains(&symbol.address));
        let mut extents: Vec<(u64, u64)> = parts.into_iter().map(range).collect();
        let mut next = 0;
        while next < extents.len() {
            let reached = self.addresses(&extents[next..=next]);
            let is_reached = |symbol: &&CodeSymbol| {
                reached.iter().any(|address| (range(symbol).0..range(symbol).1).contains(address))
            };
            let (helpers, rest) = others.into_iter().partition(is_reached);
            let helpers: Vec<&CodeSymbol> = helpers;
            extents.extend(helpers.into_iter().map(range));
            others = rest;
            next += 1;
        }
        extents
    }

    /// What the code in `ranges` refers to relative to its own place.
    pub fn addresses(&self, ranges: &[(u64, u64)]) -> Vec<u64> {
        let bytes = |(start, end): &(u64, u64)| {
            Some((*start, self.patch.layout.bytes(*start, (end - start) as usize)?))
        };
        ranges.iter().filter_map(bytes).flat_map(|(start, bytes)| code::references(bytes, start)).collect()
    }

    fn is_inside(&self, symbol: &CodeSymbol) -> bool {
        self.patch.layout.bytes(symbol.address, symbol.size as usize).is_some()
    }

    /// A new version too short for a jump stays as it is when it is superseded;
    /// that is right only if nobody calls it but by the old entry.
    pub fn room_flag(&self, function: &Function, extents: &[(u64, u64)]) -> Result<u32> {
        let layout = &self.patch.layout;
        let end =
            extents.iter().find(|(start, _)| *start == function.code).map_or(function.code, |(_, end)| *end);
        let room = (end - function.code) as usize + layout.tail(end).map_or(0, code::padding);
        if room >= code::JUMP_SIZE {
            return Ok(0);
        }
        let others = self.patch.code.iter().filter(|symbol| symbol.address != function.code);
        let caller = others.into_iter().find(|symbol| {
            let bytes = layout.bytes(symbol.address, symbol.size as usize);
            bytes.is_some_and(|bytes| code::references(bytes, symbol.address).contains(&function.code))
        });
        match (caller, function.kind) {
            (None, kind::REPLACED) => Ok(kind::KEEPS_ENTRY),
            _ => Err(Fault::refused(format!(
                "the function `{}` has {room} bytes with its padding, too few for a jump of {} at the next update",
                function.version_name,
                code::JUMP_SIZE
            ))
            .hint("declare it __attribute__((patchable_function_entry(5)))")),
        }
    }
}

fn range(symbol: &CodeSymbol) -> (u64, u64) {
    (symbol.address, symbol.address + symbol.size)
}

fn is_part(symbol: &CodeSymbol, function: &Function) -> bool {
    let rest = symbol.name.strip_prefix(&function.version_name);
    symbol.address == function.code || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
