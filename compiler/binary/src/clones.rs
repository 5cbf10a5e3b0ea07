//! The clones that a compiler made of a function, by DWARF and by symbol.

use std::ops::Range;

use crate::binary::Binary;
use crate::clone_name::{CloneKind, clone_kinds};
use crate::dwarf::{DebugInfo, FunctionKey, Instance};
use crate::error::Error;
use crate::symbols::Symbol;

/// A piece of code made of a function that is not its ordinary entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloneCode {
    /// Its symbol: `parse.constprop.0`.
    pub symbol: String,
    /// What the suffixes say.
    pub kinds: Vec<CloneKind>,
    /// Stated address.
    pub svma: u64,
    /// Bytes.
    pub size: u64,
}

impl Binary {
    /// The clones of a function, parts moved away (`.cold`) included, by address. With debug information
    /// clones of equally named statics are told apart; without it `key` must name no unit, and all
    /// clones of that name are given.
    ///
    /// # Errors
    /// A damaged file; neither symbols nor debug information.
    pub fn clones_of(&self, key: &FunctionKey) -> Result<Vec<CloneCode>, Error> {
        let symbols = self.symbols()?;
        let mut clones: Vec<CloneCode> = match self.has_debug_info() {
            false => symbols.clones_named(&key.name).map(|symbol| clone(&symbol)).collect(),
            true => {
                let info = self.debug_info()?;
                let named = symbols.clones_named(&key.name);
                named.filter(|symbol| belongs(info, key, symbol)).map(|symbol| clone(&symbol)).collect()
            }
        };
        clones.retain(|clone| !clone.kinds.is_empty());
        clones.sort_by(|a, b| (a.svma, &a.symbol).cmp(&(b.svma, &b.symbol)));
        Ok(clones)
    }
}

fn clone(symbol: &Symbol<'_>) -> CloneCode {
    let (kinds, svma, size) = (clone_kinds(symbol.name), symbol.svma, symbol.size);
    CloneCode { symbol: symbol.name.to_string(), kinds, svma, size }
}

/// A described piece of code belongs to the function that it is described as; one that is not described
/// to the function of its file.
fn belongs(info: &DebugInfo, key: &FunctionKey, symbol: &Symbol<'_>) -> bool {
    let starts =
        |instance: &Instance| instance.ranges.iter().any(|range: &Range<u64>| range.start == symbol.svma);
    let all = info.functions().iter().filter(|function| function.key.name == key.name);
    let mut owners = all.filter(|function| function.instances.iter().any(starts)).peekable();
    if owners.peek().is_some() {
        return owners.any(|owner| owner.key == *key);
    }
    match key.unit.map(|unit| &info.unit(unit).path) {
        Some(path) => symbol.file.is_none_or(|file| path.rsplit('/').next() == Some(file)),
        None => true,
    }
}
