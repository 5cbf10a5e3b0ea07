//! The debug information of a program, indexed once.

mod convention;
mod entries;
mod functions;
mod inlined;
mod layouts;
mod parameters;
mod scan;
mod sections;
mod split;
mod supplementary;
mod toolchain;
mod types;
mod units;
mod variables;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, RwLock};

pub use functions::{Function, FunctionKey, Instance, Presence};
pub use inlined::InlinedCopy;
pub use layouts::{Field, Layout};
pub(crate) use parameters::{At, Parameters};
pub use toolchain::Compiler;
pub use units::{NoUnit, Unit, UnitId};

use crate::error::{Error, Problem};
use crate::image::Image;
use crate::symbols::Symbols;
pub(crate) use convention::{Class, Convention};
use entries::Entries;
use functions::Functions;
use inlined::InlinedIndex;
use layouts::TypeIndex;
pub(crate) use scan::Place;
use sections::Sections;
use variables::Variables;
pub(crate) use variables::{Static, Wanted};

/// Units, functions, inlined copies, variables and types of a program.
///
/// What it does not show: copies of a function that was folded into an equal one (see
/// [`Instance::described`]), and copies of which no instruction is left (a function reduced to a
/// constant). A function of which nothing else is left is [`Presence::Nowhere`].
pub struct DebugInfo {
    entries: Entries,
    functions: Functions,
    inlined: InlinedIndex,
    variables: OnceLock<Variables>,
    types: OnceLock<TypeIndex>,
    /// What was found for paths: asked for again and again, by each function of a file.
    matched: RwLock<HashMap<String, Result<UnitId, NoUnit>>>,
}

impl DebugInfo {
    /// Reads and indexes everything, in parallel over the units.
    pub(crate) fn read(
        debug: &Arc<Image>,
        code: &Image,
        symbols: Option<&Symbols>,
    ) -> Result<DebugInfo, Error> {
        let mut entries = Entries::read(Sections::load(debug)?)?;
        if entries.scans.is_empty() {
            return Err(Error::new(&code.name, Problem::NoDebugInfo(Box::default())));
        }
        if let Some(unit) = entries.only_lines() {
            return Err(Error::new(&code.name, Problem::LinesOnly(unit.path.clone())));
        }
        toolchain::mark_linked(&mut entries, symbols);
        let mut functions = Functions::collect(&entries, symbols, |svma| code.is_code(svma));
        if let Some(function) = functions.unowned() {
            let what = format!(
                "link-time optimisation and dwz together leave open whose the code of the static function `{}` is; \
                 name a debug file that dwz did not change with --debug-file",
                function.key.name
            );
            return Err(Error::new(&code.name, Problem::UnsupportedDebugInfo(what)));
        }
        let inlined = InlinedIndex::collect(&entries, &mut functions);
        let (variables, types) = (OnceLock::new(), OnceLock::new());
        Ok(DebugInfo { entries, functions, inlined, variables, types, matched: RwLock::default() })
    }

    /// The compile units, in the order of the debug information.
    pub fn units(&self) -> impl Iterator<Item = &Unit> {
        let scans = self.entries.scans.iter().enumerate();
        scans
            .filter(|(at, scan)| !scan.partial && self.entries.original(*at) == *at)
            .map(|(_, scan)| &scan.unit)
    }

    /// The code at an address was compiled by who may count on a callee's registers.
    pub(crate) fn counts_on_callees(&self, svma: u64) -> bool {
        self.function_at(svma).is_none_or(|(_, instance)| self.unit(instance.unit).may_count_on_callees())
    }

    /// A unit by its number.
    pub fn unit(&self, id: UnitId) -> &Unit {
        &self.entries.scans[id.0 as usize].unit
    }

    /// The unit that a path below the source tree means: of all units the one whose source file ends
    /// in the most of the path's components (at least the file name).
    ///
    /// # Errors
    /// No unit, or several that fit equally well.
    pub fn match_unit(&self, path_below_tree: &str) -> Result<UnitId, NoUnit> {
        let known = self.matched.read().ok().and_then(|known| known.get(path_below_tree).cloned());
        known.unwrap_or_else(|| {
            let found = units::match_unit(self.units(), path_below_tree);
            if let Ok(mut known) = self.matched.write() {
                known.insert(path_below_tree.to_string(), found.clone());
            }
            found
        })
    }

    /// All functions that the program defines, in the order of the debug information.
    pub fn functions(&self) -> &[Function] {
        &self.functions.all
    }

    /// A function by its name; of a static also its unit.
    pub fn function(&self, key: &FunctionKey) -> Option<&Function> {
        self.functions.get(key)
    }

    /// The function of this name that code in `unit` means: the unit's static one, else the external one.
    pub fn function_in(&self, name: &str, unit: Option<UnitId>) -> Option<&Function> {
        let key = |unit| FunctionKey { name: name.to_string(), unit };
        unit.and_then(|unit| self.function(&key(Some(unit)))).or_else(|| self.function(&key(None)))
    }

    /// The function and the piece of its code that cover an address.
    pub fn function_at(&self, svma: u64) -> Option<(&Function, &Instance)> {
        self.functions.at(svma)
    }

    /// Every copy of a function in another function's code, also through functions inlined in between.
    /// Empty as well for a function that is not known.
    pub fn inlined_into(&self, key: &FunctionKey) -> Vec<InlinedCopy> {
        let id = self.functions.by_key.get(key);
        id.map(|&id| self.inlined.copies(&self.entries, &self.functions, id)).unwrap_or_default()
    }

    /// The distinct layouts of a type, each with the first unit that describes it so. The name is
    /// spelled as in C: `struct client`, `union value`, `enum state`, `size_t`. Empty: no unit describes
    /// it. With a unit: as that unit sees it, where that
    /// can be told (a type in a type unit, `-fdebug-types-section`, belongs to nobody).
    pub fn layouts(&self, name: &str, unit: Option<UnitId>) -> Vec<(UnitId, Layout)> {
        let types = self.types.get_or_init(|| TypeIndex::collect(&self.entries));
        types.layouts(&self.entries, name, unit)
    }

    /// How the function that starts at an address is called.
    pub(crate) fn convention(&self, entry: u64) -> Convention {
        let Some((function, instance)) = self.functions.at(entry).filter(|(_, found)| found.entry == entry)
        else {
            return Convention::UNKNOWN;
        };
        let id = self.functions.by_key[&function.key];
        let clone = !instance.clone.is_empty();
        convention::convention(&self.entries, &self.functions, id, clone)
    }

    /// What the code that starts at an address takes. `None`: nothing is told of that.
    pub(crate) fn parameters(&self, entry: u64) -> Option<Parameters> {
        let own = |found: &&Instance| found.entry == entry && found.described;
        let (function, _) = self.functions.at(entry).filter(|(_, found)| own(found))?;
        let id = self.functions.by_key[&function.key];
        parameters::parameters(&self.entries, &self.functions, id, entry)
    }

    pub(crate) fn statics(&self, wanted: Wanted<'_>) -> Vec<&Static> {
        let variables = self.variables.get_or_init(|| Variables::collect(&self.entries, &self.functions));
        variables.find(&self.functions, wanted)
    }

    pub(crate) fn size_of(&self, found: &Static) -> Option<u64> {
        found.size(&self.entries)
    }

    pub(crate) fn declares(&self, function: &FunctionKey, variable: &str) -> bool {
        variables::is_declared(&self.entries, &self.functions, function, variable)
    }

    /// For messages: `counter` of `next` in /src/a.c.
    pub(crate) fn place_name(&self, found: &Static) -> String {
        let function =
            found.function.map(|id| format!("function {}", self.functions.all[id as usize].key.name));
        let file = found.unit.map(|unit| self.unit(unit).path.clone());
        [function, file].into_iter().flatten().collect::<Vec<_>>().join(" in ")
    }
}
