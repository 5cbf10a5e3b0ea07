//! The running executable's file: symbols by name and source file, extents of
//! functions, bytes of code. Addresses are stated ones.

use crate::error::{Fault, Result};
use crate::facts::code;
use memmap2::Mmap;
use object::read::elf::ElfFile64;
use object::{Object, ObjectSection, ObjectSymbol, SymbolKind, elf};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::path::{Path, PathBuf};

type ElfFile<'a> = ElfFile64<'a, object::LittleEndian>;

/// A function or variable of the executable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Name as the linker has it.
    pub name: String,
    /// Source file of a local symbol; else empty.
    pub file: String,
    /// Stated address; for a thread variable its offset in the TLS segment.
    pub address: u64,
    /// Bytes.
    pub size: u64,
    /// Code, data or thread data.
    pub kind: SymbolKind,
}

/// What the executable's file and its debug file tell.
pub struct Program {
    /// For messages.
    pub path: PathBuf,
    /// ld.so started it.
    pub dynamic: bool,
    symbols: Vec<Symbol>,
    text: Vec<(u64, Vec<u8>)>,
}

/// Reads the executable of process `pid`, which `path` names, and a debug file.
pub fn read(pid: i32, path: &Path, debug_file: Option<&Path>) -> Result<Program> {
    let map = map(&PathBuf::from(format!("/proc/{pid}/exe")))?;
    let file = parse(&map, path)?;
    let mut symbols = symbols(&file);
    if symbols.is_empty() {
        let debug_file = debug_file.ok_or_else(|| stripped(path))?;
        symbols = self::symbols(&parse(&self::map(debug_file)?, debug_file)?);
    }
    if symbols.is_empty() {
        return Err(stripped(debug_file.unwrap_or(path)));
    }
    Ok(Program { path: path.to_path_buf(), dynamic: is_dynamic(&file), symbols, text: text(&file) })
}

/// SHA-256 of the section .text of the executable of `pid`, lower-case hex.
pub fn text_digest(pid: i32, path: &Path) -> Result<String> {
    let map = map(&PathBuf::from(format!("/proc/{pid}/exe")))?;
    let file = parse(&map, path)?;
    let bytes = file.section_by_name(".text").and_then(|section| section.data().ok()).unwrap_or_default();
    Ok(crate::facts::image::hex(&Sha256::digest(bytes)))
}

fn stripped(path: &Path) -> Fault {
    Fault::refused(format!("{} has no symbol table: it is stripped", path.display()))
        .hint("name its debug file or unstripped twin: --debug-file FILE")
}

fn map(path: &Path) -> Result<Mmap> {
    let fault = |error| Fault::environment(format!("cannot read {}: {error}", path.display()));
    let file = File::open(path).map_err(fault)?;
    // SAFETY: the file is an executable in use or a debug file; writing to the former is
    // denied by the kernel, and a changed debug file can only make parsing fail.
    unsafe { Mmap::map(&file) }.map_err(fault)
}

fn parse<'a>(map: &'a Mmap, path: &Path) -> Result<ElfFile<'a>> {
    ElfFile::parse(&**map)
        .map_err(|error| Fault::environment(format!("{} is no x86-64 ELF file: {error}", path.display())))
}

fn is_dynamic(file: &ElfFile<'_>) -> bool {
    use object::read::elf::ProgramHeader;
    file.elf_program_headers().iter().any(|header| header.p_type(object::LittleEndian) == elf::PT_INTERP)
}

fn symbols(file: &ElfFile<'_>) -> Vec<Symbol> {
    let mut source = String::new();
    let mut found = Vec::new();
    for symbol in file.symbols() {
        let name = symbol.name().unwrap_or("");
        match symbol.kind() {
            SymbolKind::File => source = name.to_string(),
            SymbolKind::Text | SymbolKind::Data | SymbolKind::Tls if !symbol.is_undefined() => {
                found.push(Symbol {
                    name: name.to_string(),
                    file: if symbol.is_local() { source.clone() } else { String::new() },
                    address: symbol.address(),
                    size: symbol.size(),
                    kind: symbol.kind(),
                })
            }
            _ => {}
        }
    }
    found.sort_by_key(|symbol| symbol.address);
    found
}

fn text(file: &ElfFile<'_>) -> Vec<(u64, Vec<u8>)> {
    let code = file.sections().filter(|section| section.kind() == object::SectionKind::Text);
    code.filter_map(|section| Some((section.address(), section.data().ok()?.to_vec()))).collect()
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

impl Program {
    /// The one symbol of that kind, name and source file (`file` empty: not static).
    pub fn symbol(&self, kind: SymbolKind, name: &str, file: &str) -> Result<&Symbol> {
        let mut found = self.symbols.iter().filter(|symbol| {
            symbol.kind == kind
                && symbol.name == name
                && symbol.file.is_empty() == file.is_empty()
                && last_part(&symbol.file) == last_part(file)
        });
        let shown = if file.is_empty() { name.to_string() } else { format!("{file}:{name}") };
        let first = found
            .next()
            .ok_or_else(|| Fault::refused(format!("`{shown}` is not in {}", self.path.display())))?;
        match found.find(|symbol| symbol.address != first.address) {
            Some(_) => Err(Fault::refused(format!("{} has several `{shown}`", self.path.display()))
                .hint("construct the patch with --binary, so that it tells them apart")),
            None => Ok(first),
        }
    }

    /// The function whose entry is at `address`.
    pub fn function_at(&self, address: u64) -> Option<&Symbol> {
        let first = self.symbols.partition_point(|symbol| symbol.address < address);
        let here = self.symbols[first..].iter().take_while(|symbol| symbol.address == address);
        here.filter(|symbol| symbol.kind == SymbolKind::Text).max_by_key(|symbol| symbol.size)
    }

    /// Code ranges of the function at `address`: itself, its cold part, its clones.
    pub fn extents(&self, function: &Symbol) -> Vec<(u64, u64)> {
        let is_part = |symbol: &&Symbol| {
            let suffix = symbol.name.strip_prefix(&function.name);
            symbol.kind == SymbolKind::Text
                && symbol.size > 0
                && suffix.is_some_and(|suffix| suffix.is_empty() || suffix.starts_with('.'))
        };
        let parts = self.symbols.iter().filter(is_part);
        // a global's clones are local symbols of an unknown file: taking a namesake's along only waits longer
        let own = parts.filter(|symbol| function.file.is_empty() || symbol.file == function.file);
        own.map(|symbol| (symbol.address, symbol.address + symbol.size)).collect()
    }

    /// Bytes from `address` to the end of its section.
    pub fn code_at(&self, address: u64) -> Option<&[u8]> {
        self.text
            .iter()
            .find_map(|(start, bytes)| bytes.get(usize::try_from(address.checked_sub(*start)?).ok()?..))
    }

    /// Bytes at a function's entry that a jump may cover: its own and the padding behind.
    pub fn room(&self, function: &Symbol) -> usize {
        let Some(code) = self.code_at(function.address) else { return 0 };
        let size = (function.size as usize).min(code.len());
        size + code::padding(&code[size..])
    }
}
