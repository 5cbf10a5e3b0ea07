//! The running executable: symbols by name and source file, extents of functions,
//! bytes of code, inlined copies and clones. Addresses are stated ones. Debug
//! information is only read for what symbols leave open.

use crate::error::{Fault, Result};
use crate::facts::code;
use crate::facts::patch_file::TypeLayout;
use polus_binary::{Binary, CloneKind, Error, Found, FunctionKey, Origin, Problem, Symbol, Symbols};
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

/// What the executable's file and its debug file tell.
pub struct Program {
    /// For messages.
    pub path: PathBuf,
    binary: Binary,
}

/// Reads the executable, which messages call `path`, and a debug file: the one named,
/// else one in the usual places.
pub fn read(file: &File, path: &Path, origins: &[Origin], debug_file: Option<&Path>) -> Result<Program> {
    let binary = Binary::from_file(file, &path.to_string_lossy(), origins, debug_file).map_err(unreadable)?;
    if !binary.has_symbols() {
        let advice = binary.absence().advice();
        return Err(Fault::refused(format!(
            "{} has no symbol table: it is stripped{advice}",
            path.display()
        ))
        .hint("name its debug file or unstripped twin: --debug-file FILE"));
    }
    Ok(Program { path: path.to_path_buf(), binary })
}

fn unreadable(error: Error) -> Fault {
    match error.problem {
        Problem::NoDebugInfo(_) | Problem::LinesOnly(_) | Problem::UnsupportedDebugInfo(_) => {
            Fault::refused(error.to_string()).hint("name a debug file: --debug-file FILE")
        }
        Problem::ForeignDebugFile { .. } => Fault::refused(error.to_string()),
        _ => Fault::environment(error.to_string()),
    }
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn shown(name: &str, file: &str) -> String {
    if file.is_empty() { name.to_string() } else { format!("{file}:{name}") }
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

impl Program {
    /// SHA-256 of .text, lower-case hex.
    pub fn text_digest(&self) -> String {
        self.binary.text_digest()
    }

    fn symbols(&self) -> Result<&Symbols> {
        self.binary.symbols().map_err(unreadable)
    }

    /// Some symbol has this name; also where that cannot be told.
    pub fn defines(&self, name: &str) -> bool {
        self.symbols().map_or(true, |symbols| symbols.named(name).next().is_some())
    }

    /// Entry of a function; `file` is empty unless it is static.
    pub fn function(&self, name: &str, file: &str) -> Result<u64> {
        let fits = |symbol: &Symbol<'_>| {
            symbol.is_function()
                && match symbol.file {
                    Some(found) => found == last_part(file),
                    None => file.is_empty(),
                }
        };
        let found: BTreeSet<u64> =
            self.symbols()?.named(name).filter(fits).map(|symbol| symbol.svma).collect();
        // Of two files of one name only the other one may have kept a function of this name.
        let namesake = !file.is_empty() && self.symbols()?.files_named(last_part(file)) > 1;
        match found.len() {
            1 if !namesake => Ok(found.first().copied().unwrap_or_default()),
            // a link-time optimiser's symbols tell no source files
            0 if !file.is_empty() && self.binary.has_debug_info() => {
                self.function_by_debug_info(name, file)?.ok_or_else(|| self.missing(name, file))
            }
            0 => Err(self.missing(name, file)),
            _ => self.function_by_debug_info(name, file)?.ok_or_else(|| self.ambiguous(name, file, &[])),
        }
    }

    fn function_by_debug_info(&self, name: &str, file: &str) -> Result<Option<u64>> {
        let entry = self.key(name, file)?.and_then(|key| {
            let function = self.binary.debug_info().ok()?.function(&key)?;
            function.entry().map(|instance| instance.entry)
        });
        Ok(entry)
    }

    /// How the debug information knows a function; `None` if its file is unknown.
    fn key(&self, name: &str, file: &str) -> Result<Option<FunctionKey>> {
        let info = self.binary.debug_info().map_err(unreadable)?;
        let unit = match file.is_empty() {
            true => None,
            false => match info.match_unit(file) {
                Ok(unit) => Some(unit),
                Err(_) => return Ok(None),
            },
        };
        Ok(Some(FunctionKey { name: name.to_string(), unit }))
    }

    /// Address of a variable; `file` and `function` are empty where it is neither
    /// static nor of function scope.
    pub fn variable(&self, name: &str, file: &str, function: &str) -> Result<u64> {
        match self.find_variable(name, file, function)? {
            Found::Address { svma, .. } => Ok(svma),
            _ => Err(self.missing(name, file)),
        }
    }

    /// Offset of a thread variable in the TLS segment.
    pub fn thread_variable(&self, name: &str, file: &str, function: &str) -> Result<u64> {
        match self.find_variable(name, file, function)? {
            Found::Thread { offset, .. } => Ok(offset),
            _ => Err(self.missing(name, file)),
        }
    }

    /// What to add to the thread pointer for the place of offset 0 of the TLS segment.
    pub fn thread_block(&self) -> Result<u64> {
        let distance = self.binary.thread_distance().ok_or_else(|| {
            Fault::refused(format!("{}: nothing tells where its thread variables lie", self.path.display()))
                .hint("keep the types of thread variables in this update")
        })?;
        Ok(distance.wrapping_neg())
    }

    fn find_variable(&self, name: &str, file: &str, function: &str) -> Result<Found> {
        match self.binary.variable(name, some(file), some(function)).map_err(unreadable)? {
            Found::Ambiguous(candidates) => Err(self.ambiguous(name, file, &candidates)),
            Found::OptimisedOut => Err(Fault::refused(format!(
                "`{}` is in no place in {}: the compiler kept no object for it",
                shown(name, file),
                self.path.display()
            ))),
            found => Ok(found),
        }
    }

    fn missing(&self, name: &str, file: &str) -> Fault {
        Fault::refused(format!("`{}` is not in {}", shown(name, file), self.path.display()))
    }

    fn ambiguous(&self, name: &str, file: &str, candidates: &[String]) -> Fault {
        let list = if candidates.is_empty() { String::new() } else { format!(": {}", candidates.join(", ")) };
        Fault::refused(format!("{} has several `{}`{list}", self.path.display(), shown(name, file)))
            .hint("construct the patch with --binary, so that it tells them apart")
    }

    /// Bytes from the entry at `address` to the end of its function; 0 if there is none.
    pub fn size_at(&self, address: u64) -> Result<u64> {
        let function = self.symbols()?.function_at(address).filter(|symbol| symbol.svma == address);
        Ok(function.map_or(0, |symbol| symbol.size))
    }

    /// Code ranges of the function with this entry (0: none): itself, its cold part,
    /// its clones. Clones of a namesake only make an update wait longer.
    pub fn extents(&self, name: &str, file: &str, entry: u64) -> Result<Vec<(u64, u64)>> {
        let mut extents = Vec::new();
        if entry != 0 {
            extents.push((entry, entry + self.size_at(entry)?));
        }
        // of a link-time optimiser's symbols nobody knows the source file
        let is_source = |found: &str| found.ends_with(".c");
        let own = |symbol: &Symbol<'_>| {
            file.is_empty() || symbol.file.is_none_or(|found| found == last_part(file) || !is_source(found))
        };
        let clones = self.symbols()?.clones_named(name).filter(own);
        extents.extend(clones.map(|symbol| (symbol.svma, symbol.svma + symbol.size)));
        Ok(extents)
    }

    /// `size` bytes at `address`.
    pub fn code(&self, address: u64, size: u64) -> Option<&[u8]> {
        self.binary.bytes(address, size)
    }

    /// Bytes at an entry that a jump may cover: the function's own and the padding behind.
    pub fn room(&self, entry: u64) -> Result<usize> {
        let size = self.size_at(entry)?;
        if size >= code::JUMP_SIZE as u64 {
            return Ok(size as usize);
        }
        let padding = self.binary.padding_after(entry + size).map_err(unreadable)?;
        Ok((size + padding) as usize)
    }

    /// Functions that hold an inlined copy of this one, by name.
    ///
    /// Needs debug information.
    pub fn inlined_into(&self, name: &str, file: &str) -> Result<BTreeSet<String>> {
        let Some(key) = self.key(name, file)? else { return Ok(BTreeSet::new()) };
        let copies = self.binary.debug_info().map_err(unreadable)?.inlined_into(&key);
        Ok(copies.into_iter().map(|copy| copy.holder.name).collect())
    }

    /// What callers of this function need not pass to it: the compiler fitted it to those it knew.
    ///
    /// Needs debug information.
    pub fn fitted(&self, name: &str, file: &str) -> Result<Vec<String>> {
        let Some(key) = self.key(name, file)? else { return Ok(Vec::new()) };
        self.binary.fitted(&key).map_err(unreadable)
    }

    /// Clones with a calling convention of their own, by symbol.
    ///
    /// Needs debug information.
    pub fn clones(&self, name: &str, file: &str) -> Result<Vec<String>> {
        let Some(key) = self.key(name, file)? else { return Ok(Vec::new()) };
        let clones = self.binary.clones_of(&key).map_err(unreadable)?;
        let own = clones.into_iter().filter(|clone| clone.kinds != [CloneKind::Cold]);
        Ok(own.map(|clone| clone.symbol).collect())
    }

    /// Why nothing can be said of types, if so.
    pub fn cannot_tell_types(&self) -> Option<String> {
        self.binary.debug_info().err().map(|error| error.to_string())
    }

    /// C files of the executable that were compiled without debug information.
    ///
    /// Needs debug information.
    pub fn undescribed_files(&self) -> Result<Vec<String>> {
        self.binary.undescribed_files().map_err(unreadable)
    }

    /// What the executable says of a type, if it says otherwise than the patch.
    pub fn layout_conflict(&self, wanted: &TypeLayout) -> Option<String> {
        let info = self.binary.debug_info().ok()?;
        let found = info.layouts(&wanted.r#type, None);
        let agrees = |layout: &polus_binary::Layout| {
            layout.size == wanted.size
                && wanted.fields.iter().filter(|(name, ..)| !name.is_empty()).all(|(name, offset, size)| {
                    let field = layout.fields.iter().find(|field| field.name == *name);
                    field.is_some_and(|field| {
                        field.bit_offset == *offset && (field.bit_size == *size || *size == 0)
                    })
                })
        };
        if found.is_empty() || found.iter().any(|(_, layout)| agrees(layout)) {
            return None;
        }
        let sizes: Vec<String> = found.iter().map(|(_, layout)| layout.size.to_string()).collect();
        Some(format!(
            "`{}` has {} bytes in the patch, {} in {}, or its fields differ",
            wanted.r#type,
            wanted.size,
            sizes.join(" or "),
            self.path.display()
        ))
    }
}
