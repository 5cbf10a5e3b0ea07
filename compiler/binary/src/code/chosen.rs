//! Functions chosen when the program starts (`ifunc`), and names that other images may look up.

use object::read::elf::{ElfFile64, Rela, SectionHeader, Sym};
use object::{LittleEndian, elf};

use crate::binary::Binary;
use crate::symbols::SymbolKind;

impl Binary {
    /// The resolver of a function that is chosen at start: what its symbol stands for.
    pub fn resolver(&self, name: &str) -> Option<u64> {
        let chosen = |kind| matches!(kind, SymbolKind::IndirectFunction);
        self.symbols().ok()?.named(name).find(|symbol| chosen(symbol.kind)).map(|symbol| symbol.svma)
    }

    /// Stated address of a word that holds the choice of a resolver, once the program runs.
    pub fn choice(&self, resolver: u64) -> Option<u64> {
        let end = LittleEndian;
        let file = ElfFile64::<LittleEndian>::parse(self.image.data()).ok()?;
        let tables = file.elf_section_table().iter();
        let entries = tables.filter_map(|header| header.rela(end, self.image.data()).ok().flatten());
        let chosen = |entry: &&elf::Rela64<LittleEndian>| {
            entry.r_type(end, false) == elf::R_X86_64_IRELATIVE && entry.r_addend(end) as u64 == resolver
        };
        entries.flat_map(|(entries, _)| entries).find(chosen).map(|entry| entry.r_offset(end))
    }

    /// May a library or a plugin find this function of the executable by its name?
    pub fn exports(&self, name: &str) -> bool {
        let end = LittleEndian;
        let Ok(file) = ElfFile64::<LittleEndian>::parse(self.image.data()) else { return false };
        let table = file.elf_dynamic_symbol_table();
        let named = |symbol: &&elf::Sym64<LittleEndian>| {
            !symbol.is_undefined(end)
                && symbol.name(end, table.strings()).is_ok_and(|found| found == name.as_bytes())
        };
        table.iter().any(|symbol| named(&symbol))
    }
}
