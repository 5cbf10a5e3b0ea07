//! Finding a variable by its C name: by symbol where that is certain, else by DWARF.

use crate::binary::Binary;
use crate::dwarf::{DebugInfo, NoUnit, Place, Static, UnitId, Wanted};
use crate::error::Error;
use crate::symbols::{Binding, Symbol, SymbolKind, Symbols};

/// Where a variable is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Stated address and size in bytes (0: unknown).
    Address {
        /// Stated address.
        svma: u64,
        /// Bytes.
        size: u64,
    },
    /// A thread variable.
    Thread {
        /// From the start of the TLS segment, in bytes.
        offset: u64,
        /// Bytes.
        size: u64,
    },
    /// The source declares it, but no object is left: it was never used, constant, or kept in pieces.
    OptimisedOut,
    /// Several variables fit; each named for a message.
    Ambiguous(Vec<String>),
    /// There is no such variable.
    Missing,
}

impl Binary {
    /// The variable `name`: external, of `file` (a path below the source tree) where it is a static, and
    /// of `function` where it is declared there, nested blocks included. Compilers' suffixes
    /// (`counter.0`) are no part of the name. A static may be asked for without its file where only one
    /// variable has the name.
    ///
    /// # Errors
    /// A damaged file; a question that only debug information can answer, where there is none.
    pub fn variable(&self, name: &str, file: Option<&str>, function: Option<&str>) -> Result<Found, Error> {
        let symbols = self.symbols()?;
        if let Some(symbol) = certain(symbols, name, file, function) {
            return Ok(found(&symbol));
        }
        if !self.has_debug_info() {
            return self.by_symbols_alone(symbols, name, file, function);
        }
        let info = self.debug_info()?;
        match file.map(|file| info.match_unit(file)) {
            Some(Err(NoUnit::Ambiguous(units))) => {
                let paths = units.iter().map(|&unit| format!("`{name}` in {}", info.unit(unit).path));
                Ok(Found::Ambiguous(paths.collect()))
            }
            Some(Err(NoUnit::Missing)) => Ok(Found::Missing),
            Some(Ok(unit)) => Ok(self.by_dwarf(info, name, Some(unit), function)),
            None => Ok(self.by_dwarf(info, name, None, function)),
        }
    }

    fn by_dwarf(&self, info: &DebugInfo, name: &str, unit: Option<UnitId>, function: Option<&str>) -> Found {
        let all = info.statics(Wanted { name, unit, function });
        let mut objects: Vec<(Found, &Static)> = Vec::new();
        for (object, described) in all.iter().filter_map(|found| Some((self.object(info, found)?, *found))) {
            if objects.iter().all(|known| known.0 != object) {
                objects.push((object, described));
            }
        }
        match objects.as_slice() {
            [one] if !one.1.shared => one.0.clone(),
            [] if !all.is_empty() || declared(info, name, unit, function) => Found::OptimisedOut,
            [] => Found::Missing,
            _ => {
                Found::Ambiguous(objects.iter().map(|(at, found)| describe(info, name, at, found)).collect())
            }
        }
    }

    /// The object that a description leads to. `None`: none is left.
    fn object(&self, info: &DebugInfo, described: &Static) -> Option<Found> {
        let size = || info.size_of(described);
        match described.place? {
            // The linker leaves descriptions of dropped variables behind, at addresses like 0.
            Place::Address(svma) => {
                self.image.section_at(svma)?;
                let symbols = self.symbols().ok();
                let symbol = symbols.and_then(|all| all.at(svma).find(|s| s.kind == SymbolKind::Object));
                let size = symbol.map(|symbol| symbol.size).or_else(size).unwrap_or(0);
                Some(Found::Address { svma, size })
            }
            Place::Thread(stated) => {
                let offset = self.image.thread_offset(stated)?;
                Some(Found::Thread { offset, size: size().unwrap_or(0) })
            }
            Place::Elsewhere => None,
        }
    }

    /// Without debug information: local symbols by the name of their file.
    fn by_symbols_alone(
        &self,
        symbols: &Symbols,
        name: &str,
        file: Option<&str>,
        function: Option<&str>,
    ) -> Result<Found, Error> {
        if function.is_some() || !symbols.is_complete() {
            return Err(self.no_debug_info());
        }
        let fits = |symbol: &Symbol<'_>| file.is_none_or(|file| symbol.file == Some(last_component(file)));
        let fitting: Vec<_> = symbols.named(name).filter(|s| s.is_variable() && fits(s)).collect();
        Ok(match fitting.as_slice() {
            [] => Found::Missing,
            [one] => found(one),
            several => Found::Ambiguous(several.iter().map(describe_symbol).collect()),
        })
    }
}

/// The symbol that can be nothing else: an external one, or the static of a file whose name is unique.
/// Statics of function scope always need DWARF: their suffixes say nothing.
fn certain<'s>(
    symbols: &'s Symbols,
    name: &str,
    file: Option<&str>,
    function: Option<&str>,
) -> Option<Symbol<'s>> {
    if function.is_some() {
        return None;
    }
    let variables = || symbols.named(name).filter(Symbol::is_variable);
    let external = || variables().find(|symbol| symbol.binding != Binding::Local);
    let Some(file) = file.map(last_component) else { return external() };
    // Of two files of one name only one may have kept its variable.
    let mut own = variables().filter(|symbol| symbol.binding == Binding::Local);
    let symbol = own.next().filter(|symbol| symbol.file == Some(file) && symbols.files_named(file) == 1)?;
    (own.next().is_none() && external().is_none()).then_some(symbol)
}

fn last_component(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn found(symbol: &Symbol<'_>) -> Found {
    match symbol.kind {
        SymbolKind::ThreadLocal => Found::Thread { offset: symbol.svma, size: symbol.size },
        _ => Found::Address { svma: symbol.svma, size: symbol.size },
    }
}

fn declared(info: &DebugInfo, name: &str, unit: Option<UnitId>, function: Option<&str>) -> bool {
    let function = function.and_then(|function| info.function_in(function, unit));
    function.is_some_and(|function| info.declares(&function.key, name))
}

fn describe(info: &DebugInfo, name: &str, object: &Found, described: &Static) -> String {
    let place = match object {
        Found::Address { svma, .. } => format!("at {svma:#x}"),
        Found::Thread { offset, .. } => format!("in thread storage at {offset:#x}"),
        _ => String::new(),
    };
    format!("`{name}` of {} {place}", info.place_name(described))
}

fn describe_symbol(symbol: &Symbol<'_>) -> String {
    format!("`{}` of {} at {:#x}", symbol.name, symbol.file.unwrap_or("an unnamed file"), symbol.svma)
}
