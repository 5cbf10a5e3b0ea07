//! A relocatable object as the comparison needs it: sections with their relocations, symbols.

use object::read::elf::ElfFile64;
use object::{Object as _, ObjectSection, ObjectSymbol, RelocationFlags, RelocationTarget};
use object::{SectionKind, SymbolKind, SymbolSection};
use std::collections::BTreeMap;

/// What the bytes of a section are to code that refers to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Instructions.
    Code,
    /// Strings that the linker merges; bytes of a character.
    Strings(usize),
    /// Constants that the linker merges; bytes of each.
    Constants(usize),
    /// Other data that never changes once the program is loaded.
    ReadOnly,
    /// Variables.
    Variable,
}

/// A section.
#[derive(Clone, Debug)]
pub struct Section {
    /// `.text.parse`.
    pub name: String,
    /// Empty where it starts as zeroes.
    pub bytes: Vec<u8>,
    /// What they are.
    pub content: Content,
    /// By the offset of the field that is filled.
    pub relocations: BTreeMap<u64, Relocation>,
}

/// A field to be filled by the linker.
#[derive(Clone, Copy, Debug)]
pub struct Relocation {
    /// The processor's number of its type.
    pub kind: u32,
    /// Index into `Object::symbols`.
    pub symbol: usize,
    /// As it stands.
    pub addend: i64,
}

/// What a symbol stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A function.
    Function,
    /// A variable, also a thread variable.
    Variable,
    /// A section, a label, anything else.
    Other,
}

/// A symbol, defined or not.
#[derive(Clone, Debug)]
pub struct Symbol {
    /// With the compiler's suffix.
    pub name: String,
    /// Where it is defined, if it is in a section.
    pub section: Option<usize>,
    /// Its place there.
    pub offset: u64,
    /// Bytes.
    pub size: u64,
    /// What it stands for.
    pub kind: Kind,
    /// Other objects may refer to it.
    pub external: bool,
}

/// A relocatable object.
#[derive(Clone, Debug, Default)]
pub struct Object {
    /// All sections, by their index in the file.
    pub sections: Vec<Section>,
    /// All symbols, by their index in the file.
    pub symbols: Vec<Symbol>,
    /// For each section its symbols by offset.
    placed: Vec<Vec<usize>>,
}

impl Object {
    /// Reads an x86-64 ELF object.
    ///
    /// # Errors
    /// It is damaged or something else.
    pub fn read(data: &[u8]) -> Result<Self, String> {
        let file: ElfFile64 = ElfFile64::parse(data).map_err(|error| error.to_string())?;
        let mut object = Self::default();
        for symbol in file.symbols() {
            object.reserve_symbol(symbol.index().0);
            object.symbols[symbol.index().0] = read_symbol(&symbol);
        }
        for section in file.sections() {
            let at = section.index().0;
            object.sections.resize_with(object.sections.len().max(at + 1), Section::empty);
            object.sections[at] = read_section(&section)?;
        }
        object.placed = vec![vec![]; object.sections.len()];
        for (index, symbol) in object.symbols.iter().enumerate() {
            if let Some(list) = symbol.section.and_then(|s| object.placed.get_mut(s)) {
                list.push(index);
            }
        }
        for list in &mut object.placed {
            list.sort_by_key(|&at| object.symbols[at].offset);
        }
        Ok(object)
    }

    fn reserve_symbol(&mut self, at: usize) {
        let none = || Symbol {
            name: String::new(),
            section: None,
            offset: 0,
            size: 0,
            kind: Kind::Other,
            external: false,
        };
        self.symbols.resize_with(self.symbols.len().max(at + 1), none);
    }

    /// The functions, each a symbol with code.
    pub fn functions(&self) -> impl Iterator<Item = &Symbol> + '_ {
        self.symbols.iter().filter(|s| {
            let code = |&at: &usize| self.sections[at].content == Content::Code;
            s.kind == Kind::Function && s.size > 0 && s.section.as_ref().is_some_and(code)
        })
    }

    /// The function or variable that covers a place, or that a section holds alone.
    pub fn covering(&self, section: usize, offset: i64) -> Option<&Symbol> {
        let symbols = self.placed[section].iter().map(|&at| &self.symbols[at]);
        let named: Vec<&Symbol> = symbols.filter(|s| s.kind != Kind::Other).collect();
        let inside = |s: &&&Symbol| (s.offset as i64..(s.offset + s.size) as i64).contains(&offset);
        // An address behind the last element or before the first still means that array.
        let alone = || named.iter().all(|s| s.offset == 0).then(|| named.first()).flatten();
        named.iter().rfind(inside).or_else(alone).copied()
    }
}

impl Section {
    fn empty() -> Self {
        Self { name: String::new(), bytes: vec![], content: Content::Variable, relocations: BTreeMap::new() }
    }
}

fn read_symbol<'d>(symbol: &impl ObjectSymbol<'d>) -> Symbol {
    let section = match symbol.section() {
        SymbolSection::Section(index) => Some(index.0),
        _ => None,
    };
    let kind = match symbol.kind() {
        SymbolKind::Text => Kind::Function,
        SymbolKind::Data | SymbolKind::Tls => Kind::Variable,
        _ => Kind::Other,
    };
    Symbol {
        name: symbol.name().unwrap_or_default().to_string(),
        section,
        offset: symbol.address(),
        size: symbol.size(),
        kind,
        external: !symbol.is_local(),
    }
}

fn read_section<'d>(section: &impl ObjectSection<'d>) -> Result<Section, String> {
    let name = section.name().unwrap_or_default().to_string();
    let wide = if name.contains(".str4") {
        4
    } else if name.contains(".str2") {
        2
    } else {
        1
    };
    let content = match section.kind() {
        SectionKind::Text => Content::Code,
        SectionKind::ReadOnlyString => Content::Strings(wide),
        SectionKind::ReadOnlyData => constants(&name),
        // Constant, but for the addresses that the loader fills in.
        _ if name.starts_with(".data.rel.ro") => Content::ReadOnly,
        _ => Content::Variable,
    };
    Ok(Section {
        bytes: section.data().map_err(|error| format!("{name}: {error}"))?.to_vec(),
        relocations: section.relocations().filter_map(|(at, r)| Some((at, relocation(&r)?))).collect(),
        content,
        name,
    })
}

/// Compilers name the sections of merged constants by their size.
fn constants(name: &str) -> Content {
    let size = name.rsplit_once(".cst").and_then(|(_, size)| size.parse().ok());
    size.map_or(Content::ReadOnly, Content::Constants)
}

fn relocation(found: &object::Relocation) -> Option<Relocation> {
    let RelocationFlags::Elf { r_type } = found.flags() else { return None };
    let RelocationTarget::Symbol(symbol) = found.target() else { return None };
    Some(Relocation { kind: r_type.0, symbol: symbol.0, addend: found.addend() })
}
