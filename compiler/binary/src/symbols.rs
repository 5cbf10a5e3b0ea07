//! The symbol table: by name (hashed), by address, with the source file of local symbols.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use hashbrown::{DefaultHashBuilder, HashTable};
use object::pod::slice_from_all_bytes;
use object::read::elf::Sym;
use object::{LittleEndian, elf};
use std::hash::BuildHasher;

use crate::error::Error;
use crate::image::{Image, Section};

/// What a symbol stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SymbolKind {
    /// A function (or a label in hand-written code).
    Function,
    /// A function that chooses an implementation when the program starts.
    IndirectFunction,
    /// A variable.
    Object,
    /// A thread variable: its svma is an offset in the TLS segment.
    ThreadLocal,
    /// Untyped, as assemblers and linkers make them.
    Other,
}

/// Who may refer to a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binding {
    /// Its own object file only: a `static`, or a hidden symbol made local by the linker.
    Local,
    /// Everybody.
    Global,
    /// Everybody, and another definition takes precedence.
    Weak,
}

/// What the section of a symbol holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SectionKind {
    /// Instructions.
    Text,
    /// Writable data with an initial value.
    Data,
    /// Writable data that starts as zeroes.
    ZeroData,
    /// Constants.
    ReadOnly,
    /// A number, not a place.
    Absolute,
    /// A section that is not loaded.
    NotLoaded,
}

/// A defined symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Symbol<'a> {
    /// As it stands in the table, without a symbol version (`@GLIBC_2.2.5`).
    pub name: &'a str,
    /// Stated address; of a thread variable its offset in the TLS segment.
    pub svma: u64,
    /// Bytes; 0 where the table does not say.
    pub size: u64,
    /// What it stands for.
    pub kind: SymbolKind,
    /// Who may refer to it.
    pub binding: Binding,
    /// What its section holds.
    pub section: SectionKind,
    /// Of a local symbol: the source file (its last path component only) that the nearest preceding
    /// STT_FILE names. A hidden symbol that the linker made local has none.
    pub file: Option<&'a str>,
}

impl Symbol<'_> {
    /// A function, chosen at start or not.
    pub fn is_function(&self) -> bool {
        matches!(self.kind, SymbolKind::Function | SymbolKind::IndirectFunction)
    }

    /// A variable, also a thread variable.
    pub fn is_variable(&self) -> bool {
        matches!(self.kind, SymbolKind::Object | SymbolKind::ThreadLocal)
    }

    /// The stated addresses that it covers.
    pub fn range(&self) -> Range<u64> {
        self.svma..self.svma.saturating_add(self.size)
    }
}

/// All defined symbols of a file.
pub struct Symbols {
    names: Names,
    entries: Vec<Entry>,
    by_name: HashTable<u32>,
    hasher: DefaultHashBuilder,
    by_address: OnceLock<Vec<u32>>,
    /// Functions with a compiler's suffix, by name.
    clones: OnceLock<Vec<u32>>,
    coverage: Coverage,
    /// The names of the source files: one for each STT_FILE.
    files: Vec<Range<u32>>,
}

/// The bytes that the names stand in.
enum Names {
    Of(Arc<Image>),
    Copied(Vec<u8>),
}

impl std::ops::Deref for Names {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Names::Of(image) => image.data(),
            Names::Copied(bytes) => bytes,
        }
    }
}

/// How much a table names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coverage {
    /// What the file exports.
    Exports,
    /// That, and all functions.
    Functions,
    All,
}

#[derive(Clone)]
struct Entry {
    name: Range<u32>,
    svma: u64,
    size: u64,
    kind: SymbolKind,
    binding: Binding,
    section: SectionKind,
    /// The name of its file, in the string table; empty: none.
    file: Range<u32>,
    /// The next symbol of the same name; `NONE` ends the list.
    next: u32,
}

const NONE: u32 = u32::MAX;

impl Symbols {
    /// Reads `.symtab`, or `.dynsym` where that is all there is.
    /// Of a debug file `executable` tells what its emptied sections hold.
    pub(crate) fn read(image: Arc<Image>, executable: &Image) -> Result<Symbols, Error> {
        let table = |kind| image.sections.iter().find(|s| s.kind == kind && !s.bytes.is_empty()).cloned();
        let (section, coverage) = match table(elf::SHT_SYMTAB) {
            Some(section) => (Some(section), Coverage::All),
            None => (table(elf::SHT_DYNSYM), Coverage::Exports),
        };
        let (entries, files) = match &section {
            Some(section) => {
                read_entries(&image, section, executable).map_err(|what| Error::damaged(&image.name, what))?
            }
            None => Default::default(),
        };
        Ok(Symbols::index(Names::Of(image), entries, files, coverage))
    }

    /// These, of a stripped program, and the functions of another table.
    pub(crate) fn with_functions(&self, other: &Symbols) -> Symbols {
        let (mut names, mut entries) = (Vec::new(), Vec::new());
        let functions = other.entries.iter().filter(|entry| entry.is_function());
        let new = functions.filter(|entry| {
            let same = |known: Symbol<'_>| known.svma == entry.svma && known.is_function();
            !self.named(&String::from_utf8_lossy(bytes(&other.names, &entry.name))).any(same)
        });
        let all = self.entries.iter().map(|entry| (self, entry)).chain(new.map(|entry| (other, entry)));
        for (table, entry) in all {
            let start = names.len() as u32;
            names.extend_from_slice(bytes(&table.names, &entry.name));
            let name = start..names.len() as u32;
            entries.push(Entry { name, file: 0..0, next: NONE, ..entry.clone() });
        }
        Symbols::index(Names::Copied(names), entries, Vec::new(), Coverage::Functions)
    }

    fn index(names: Names, entries: Vec<Entry>, files: Vec<Range<u32>>, coverage: Coverage) -> Symbols {
        let hasher = DefaultHashBuilder::default();
        let (by_name, by_address, clones) = (HashTable::new(), OnceLock::new(), OnceLock::new());
        let mut symbols = Symbols { names, entries, by_name, hasher, by_address, clones, coverage, files };
        symbols.index_names();
        symbols
    }

    /// Does the file have a full table (`.symtab`), not only the names it exports?
    pub fn is_complete(&self) -> bool {
        self.coverage == Coverage::All
    }

    /// Does it name all functions: a full table, or MiniDebugInfo?
    pub fn names_functions(&self) -> bool {
        self.coverage != Coverage::Exports
    }

    /// The source files that the table names (last path component), one for each object file.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        let name = |file: &Range<u32>| std::str::from_utf8(bytes(&self.names, file)).unwrap_or_default();
        self.files.iter().map(name)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// How many source files of this name (last path component) the table mentions.
    pub fn files_named(&self, name: &str) -> usize {
        self.files.iter().filter(|file| bytes(&self.names, file) == name.as_bytes()).count()
    }

    /// None at all?
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All, in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = Symbol<'_>> + '_ {
        self.entries.iter().map(|entry| self.view(entry))
    }

    /// Every symbol of this name, in the order of the table.
    pub fn named<'a>(&'a self, name: &str) -> impl Iterator<Item = Symbol<'a>> + 'a {
        let hash = self.hasher.hash_one(name.as_bytes());
        let first = self.by_name.find(hash, |&at| self.name_of(at) == name.as_bytes()).copied();
        let next = |&at: &u32| Some(self.entries[at as usize].next).filter(|&next| next != NONE);
        std::iter::successors(first, next).map(|at| self.view(&self.entries[at as usize]))
    }

    /// The function of this name that other files can call: the global one, else the weak one.
    pub fn function(&self, name: &str) -> Option<Symbol<'_>> {
        let mut found: Vec<_> =
            self.named(name).filter(|s| s.is_function() && s.binding != Binding::Local).collect();
        found.sort_by_key(|s| s.binding == Binding::Weak);
        found.first().copied()
    }

    /// The functions whose name is this one with a compiler's suffix (`parse.constprop.0`), by name.
    pub fn clones_named(&self, base: &str) -> impl Iterator<Item = Symbol<'_>> + '_ {
        let order = self.clone_order();
        let prefix = format!("{base}.");
        let from = order.partition_point(|&at| self.name_of(at) < prefix.as_bytes());
        let clones =
            order[from..].iter().take_while(move |&&at| self.name_of(at).starts_with(prefix.as_bytes()));
        clones.map(|&at| self.view(&self.entries[at as usize]))
    }

    fn clone_order(&self) -> &[u32] {
        self.clones.get_or_init(|| {
            let dotted = |&at: &u32| {
                let entry = &self.entries[at as usize];
                entry.kind == SymbolKind::Function
                    && self.name_of(at).iter().skip(1).any(|&byte| byte == b'.')
            };
            let mut order: Vec<u32> = (0..self.entries.len() as u32).filter(dotted).collect();
            order.sort_by_key(|&at| self.name_of(at));
            order
        })
    }

    /// The symbols at exactly this address: aliases of one another. No thread variables.
    pub fn at(&self, svma: u64) -> impl Iterator<Item = Symbol<'_>> + '_ {
        let order = self.address_order();
        let from = order.partition_point(|&at| self.entries[at as usize].svma < svma);
        let same = order[from..].iter().map(|&at| &self.entries[at as usize]);
        same.take_while(move |entry| entry.svma == svma).map(|entry| self.view(entry))
    }

    /// The function that covers an address. Of several the one that starts last, then a global one.
    pub fn function_at(&self, svma: u64) -> Option<Symbol<'_>> {
        let order = self.address_order();
        let upto = order.partition_point(|&at| self.entries[at as usize].svma <= svma);
        // Sizeless labels and short aliases may lie between; a real function is never far away.
        let near = order[..upto].iter().rev().take(64).map(|&at| self.view(&self.entries[at as usize]));
        let covering = near.filter(|s| s.is_function() && (s.svma == svma || s.range().contains(&svma)));
        covering.min_by_key(|s| (std::cmp::Reverse(s.svma), s.size == 0, s.binding != Binding::Global))
    }

    /// The first function that starts at or after an address.
    pub fn next_function(&self, svma: u64) -> Option<Symbol<'_>> {
        let order = self.address_order();
        let from = order.partition_point(|&at| self.entries[at as usize].svma < svma);
        order[from..].iter().map(|&at| self.view(&self.entries[at as usize])).find(Symbol::is_function)
    }

    fn address_order(&self) -> &[u32] {
        self.by_address.get_or_init(|| {
            let placed = |&at: &u32| self.entries[at as usize].is_place();
            let mut order: Vec<u32> = (0..self.entries.len() as u32).filter(placed).collect();
            order.sort_by_key(|&at| self.entries[at as usize].svma);
            order
        })
    }

    fn index_names(&mut self) {
        self.by_name.reserve(self.entries.len(), |_| 0);
        let strings = &*self.names;
        let hash = |entry: &Entry| self.hasher.hash_one(bytes(strings, &entry.name));
        // Backwards, so that each list runs forwards.
        for at in (0..self.entries.len()).rev() {
            let name = self.entries[at].name.clone();
            let same =
                |&other: &u32| bytes(strings, &self.entries[other as usize].name) == bytes(strings, &name);
            let code = hash(&self.entries[at]);
            let rehash = |&other: &u32| hash(&self.entries[other as usize]);
            match self.by_name.entry(code, same, rehash) {
                hashbrown::hash_table::Entry::Occupied(mut slot) => {
                    self.entries[at].next = std::mem::replace(slot.get_mut(), at as u32);
                }
                hashbrown::hash_table::Entry::Vacant(slot) => {
                    slot.insert(at as u32);
                }
            }
        }
    }

    fn name_of(&self, at: u32) -> &[u8] {
        bytes(&self.names, &self.entries[at as usize].name)
    }

    fn view<'a>(&'a self, entry: &Entry) -> Symbol<'a> {
        // Checked to be UTF-8 when the table was read.
        let text = |range: &Range<u32>| std::str::from_utf8(bytes(&self.names, range)).unwrap_or_default();
        Symbol {
            name: text(&entry.name),
            svma: entry.svma,
            size: entry.size,
            kind: entry.kind,
            binding: entry.binding,
            section: entry.section,
            file: (!entry.file.is_empty()).then(|| text(&entry.file)),
        }
    }
}

impl Entry {
    fn is_function(&self) -> bool {
        matches!(self.kind, SymbolKind::Function | SymbolKind::IndirectFunction)
    }

    fn is_place(&self) -> bool {
        self.kind != SymbolKind::ThreadLocal
            && !matches!(self.section, SectionKind::Absolute | SectionKind::NotLoaded)
    }
}

fn bytes<'a>(data: &'a [u8], range: &Range<u32>) -> &'a [u8] {
    &data[range.start as usize..range.end as usize]
}

fn read_entries(
    image: &Image,
    table: &Section,
    executable: &Image,
) -> Result<(Vec<Entry>, Vec<Range<u32>>), String> {
    let damaged = |what: &str| format!("symbol table {}: {what}", table.name);
    let strings = image.sections.get(table.link).ok_or_else(|| damaged("names no string table"))?;
    if u32::try_from(strings.bytes.end).is_err() {
        return Err(damaged("lies beyond 4 GiB"));
    }
    let raw = slice_from_all_bytes::<elf::Sym64<LittleEndian>>(image.bytes_of(table));
    let raw = raw.map_err(|()| damaged("has a broken size"))?;
    let sections: Vec<_> = image.sections.iter().map(|section| section_kind(section, executable)).collect();
    let (mut file, mut files) = (0..0, Vec::new());
    let mut entries = Vec::with_capacity(raw.len());
    for symbol in raw {
        let name = name_range(image, strings, symbol.st_name(LittleEndian));
        let name = name.ok_or_else(|| damaged("a name lies outside"))?;
        if symbol.st_type() == elf::STT_FILE {
            files.push(name.clone());
            file = name;
        } else if let Some(entry) = read_entry(&sections, symbol, name, &file) {
            entries.push(entry);
        }
    }
    Ok((entries, files))
}

/// The name's place in the file, without its version; empty where it is no UTF-8.
fn name_range(image: &Image, strings: &Section, at: u32) -> Option<Range<u32>> {
    let start = strings.bytes.start.checked_add(at as usize)?;
    let rest = image.data().get(start..strings.bytes.end)?;
    let len = rest.iter().position(|&byte| byte == 0)?;
    let name = &rest[..len];
    if std::str::from_utf8(name).is_err() {
        return Some(0..0);
    }
    let len = name.iter().position(|&byte| byte == b'@').unwrap_or(len);
    Some(start as u32..(start + len) as u32)
}

fn read_entry(
    sections: &[SectionKind],
    symbol: &elf::Sym64<LittleEndian>,
    name: Range<u32>,
    file: &Range<u32>,
) -> Option<Entry> {
    let kind = match symbol.st_type() {
        elf::STT_FUNC => SymbolKind::Function,
        elf::STT_GNU_IFUNC => SymbolKind::IndirectFunction,
        elf::STT_OBJECT | elf::STT_COMMON => SymbolKind::Object,
        elf::STT_TLS => SymbolKind::ThreadLocal,
        elf::STT_NOTYPE => SymbolKind::Other,
        _ => return None,
    };
    let binding = match symbol.st_bind() {
        elf::STB_LOCAL => Binding::Local,
        elf::STB_WEAK => Binding::Weak,
        _ => Binding::Global,
    };
    if name.is_empty() || symbol.is_undefined(LittleEndian) {
        return None;
    }
    let section = if symbol.is_absolute(LittleEndian) {
        SectionKind::Absolute
    } else {
        // An index beyond 0xff00 sections stands elsewhere (SHT_SYMTAB_SHNDX); linked programs have dozens.
        sections.get(symbol.st_shndx(LittleEndian).0 as usize).copied().unwrap_or(SectionKind::NotLoaded)
    };
    let file = if binding == Binding::Local { file.clone() } else { 0..0 };
    let (svma, size) = (symbol.st_value(LittleEndian), symbol.st_size(LittleEndian));
    Some(Entry { name, svma, size, kind, binding, section, file, next: NONE })
}

fn section_kind(section: &Section, executable: &Image) -> SectionKind {
    if !section.is_loaded() {
        return SectionKind::NotLoaded;
    }
    if section.is_code() {
        return SectionKind::Text;
    }
    if !section.flags.contains(elf::SHF_WRITE) {
        return SectionKind::ReadOnly;
    }
    match executable.section(&section.name).unwrap_or(section).kind {
        elf::SHT_NOBITS => SectionKind::ZeroData,
        _ => SectionKind::Data,
    }
}
