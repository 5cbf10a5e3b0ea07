//! One ELF file in memory: checked headers, sections by name and by address.

use std::fs::File;
use std::ops::Range;
use std::sync::Arc;

use memmap2::Mmap;
use object::read::elf::{ElfFile64, FileHeader, ProgramHeader, SectionHeader};
use object::{LittleEndian, elf};

use crate::error::{Error, Problem};

/// A file whose headers were checked; everything else in it is still only bytes.
pub(crate) struct Image {
    map: Bytes,
    pub name: String,
    pub sections: Vec<Section>,
    /// The parts that are loaded, as (stated addresses, bytes in the file, executable).
    pub segments: Vec<Segment>,
    pub interpreter: bool,
    /// The stated addresses of the thread variables' initial values (PT_TLS).
    pub thread_local: Option<Range<u64>>,
    /// How the segment is aligned in a thread, bytes.
    pub thread_alignment: u64,
    /// Stated addresses that ld.so makes read-only.
    pub sealed: Vec<Range<u64>>,
    /// Loaded wherever the kernel likes (ET_DYN).
    pub relocatable: bool,
}

enum Bytes {
    Mapped(Mmap),
    /// A file within a file, decompressed.
    Owned(Vec<u8>),
}

impl std::ops::Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Bytes::Mapped(map) => map,
            Bytes::Owned(bytes) => bytes,
        }
    }
}

/// What a file may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Linked {
    /// Something that runs, or its debug file.
    Yes,
    /// Also an object file.
    Perhaps,
}

/// A section header, with the bytes checked to lie inside the file.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    pub name: String,
    pub kind: elf::SectionType,
    pub flags: elf::SectionFlags,
    pub address: u64,
    pub size: u64,
    pub link: usize,
    /// Empty where the section has no bytes (`.bss`, a debug file's `.text`).
    pub bytes: Range<usize>,
}

/// A PT_LOAD entry.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    pub addresses: Range<u64>,
    pub bytes: Range<usize>,
    pub executable: bool,
}

impl Section {
    /// The stated addresses that it covers.
    pub fn addresses(&self) -> Range<u64> {
        self.address..self.address.saturating_add(self.size)
    }

    pub fn is_loaded(&self) -> bool {
        self.flags.contains(elf::SHF_ALLOC)
    }

    pub fn is_code(&self) -> bool {
        self.is_loaded() && self.flags.contains(elf::SHF_EXECINSTR)
    }

    pub fn is_writable(&self) -> bool {
        self.is_loaded() && self.flags.contains(elf::SHF_WRITE)
    }

    pub fn is_thread_local(&self) -> bool {
        self.flags.contains(elf::SHF_TLS)
    }
}

impl Image {
    /// Maps `file` and reads its headers. `name` is for messages.
    pub fn new(file: &File, name: &str) -> Result<Image, Error> {
        Image::read(Bytes::Mapped(map(file, name)?), name, Linked::Yes)
    }

    /// The same for a file that was never linked, such as a `.dwo` file.
    pub fn object(file: &File, name: &str) -> Result<Image, Error> {
        Image::read(Bytes::Mapped(map(file, name)?), name, Linked::Perhaps)
    }

    /// The same for a file that stood within another one.
    pub fn embedded(bytes: Vec<u8>, name: &str) -> Result<Image, Error> {
        Image::read(Bytes::Owned(bytes), name, Linked::Yes)
    }

    fn read(map: Bytes, name: &str, linked: Linked) -> Result<Image, Error> {
        check_identity(&map, name, linked)?;
        let elf = ElfFile64::<LittleEndian>::parse(&map[..]).map_err(|e| Error::damaged(name, e))?;
        let sections = read_sections(&elf, map.len()).map_err(|what| Error::damaged(name, what))?;
        let segments = read_segments(&elf, map.len()).map_err(|what| Error::damaged(name, what))?;
        let interpreter = elf.elf_program_headers().iter().any(|p| p.p_type(LittleEndian) == elf::PT_INTERP);
        let relocatable = elf.elf_header().e_type(LittleEndian) == elf::ET_DYN;
        let thread_local = elf.elf_program_headers().iter().find(|p| p.p_type(LittleEndian) == elf::PT_TLS);
        let thread_alignment = thread_local.map_or(1, |header| header.p_align(LittleEndian).max(1));
        let thread_local = thread_local.map(|header| {
            let start = header.p_vaddr(LittleEndian);
            start..start.saturating_add(header.p_memsz(LittleEndian))
        });
        let sealed = read_sealed(&elf);
        let name = name.to_string();
        Ok(Image {
            name,
            sections,
            segments,
            interpreter,
            thread_local,
            thread_alignment,
            sealed,
            relocatable,
            map,
        })
    }

    /// The whole file.
    pub fn data(&self) -> &[u8] {
        &self.map
    }

    pub fn section(&self, name: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.name == name)
    }

    /// The bytes of a section as they stand in the file (perhaps compressed).
    pub fn bytes_of(&self, section: &Section) -> &[u8] {
        &self.map[section.bytes.clone()]
    }

    /// The loaded section that covers an address.
    pub fn section_at(&self, svma: u64) -> Option<&Section> {
        let covers = |s: &&Section| s.is_loaded() && !s.is_thread_local() && s.addresses().contains(&svma);
        self.sections.iter().find(covers)
    }

    /// Made read-only once it is relocated (PT_GNU_RELRO)?
    pub fn is_sealed(&self, svma: u64) -> bool {
        self.sealed.iter().any(|sealed| sealed.contains(&svma))
    }

    /// Is this the address of an instruction?
    pub fn is_code(&self, svma: u64) -> bool {
        self.section_at(svma).is_some_and(Section::is_code)
    }

    /// The offset in the TLS segment that debug information means: gcc with -gsplit-dwarf states the
    /// address of the initial value instead. `None`: the linker dropped the variable.
    pub fn thread_offset(&self, stated: u64) -> Option<u64> {
        let segment = self.thread_local.as_ref()?;
        let (is_offset, is_address) = (stated < segment.end - segment.start, segment.contains(&stated));
        match (is_offset, is_address) {
            (true, false) => Some(stated),
            (false, true) => Some(stated - segment.start),
            _ => None,
        }
    }

    /// Bytes from the start of an executable's TLS segment to the thread pointer, in every thread (the
    /// ABI's variant II). `None`: it has none, or one whose place the linkers do not agree about.
    pub fn thread_distance(&self) -> Option<u64> {
        let segment =
            self.thread_local.as_ref().filter(|segment| segment.start % self.thread_alignment == 0)?;
        (segment.end - segment.start).checked_next_multiple_of(self.thread_alignment)
    }

    /// `len` bytes at a stated address, if the file holds them all.
    pub fn bytes_at(&self, svma: u64, len: u64) -> Option<&[u8]> {
        let segment = self.segments.iter().find(|segment| segment.addresses.contains(&svma))?;
        let start = segment.bytes.start.checked_add((svma - segment.addresses.start) as usize)?;
        let end = start.checked_add(usize::try_from(len).ok()?)?;
        (end <= segment.bytes.end).then(|| &self.map[start..end])
    }

    /// A section's bytes, decompressed where they are compressed; the range of the file where not.
    pub fn decompressed(&self, name: &str) -> Result<SectionBytes, Error> {
        use object::Object;
        let damaged =
            |what: &dyn std::fmt::Display| Error::damaged(&self.name, format!("section {name}: {what}"));
        let elf = ElfFile64::<LittleEndian>::parse(self.data()).map_err(|e| damaged(&e))?;
        let Some(section) = elf.section_by_name(name) else { return Ok(SectionBytes::InFile(0..0)) };
        self.plain_bytes(&section).map_err(|what| damaged(&what))
    }

    /// The same where several sections may have the name, as those of type units in an object file:
    /// their bytes one after the other.
    pub fn decompressed_all(&self, name: &str) -> Result<SectionBytes, Error> {
        use object::{Object, ObjectSection};
        let damaged =
            |what: &dyn std::fmt::Display| Error::damaged(&self.name, format!("section {name}: {what}"));
        let elf = ElfFile64::<LittleEndian>::parse(self.data()).map_err(|e| damaged(&e))?;
        let old_name = name.replacen(".debug", ".zdebug", 1);
        let fits = |found: &[u8]| found == name.as_bytes() || found == old_name.as_bytes();
        let named: Vec<_> = elf.sections().filter(|section| section.name_bytes().is_ok_and(fits)).collect();
        if let [one] = &named[..] {
            return self.plain_bytes(one).map_err(|what| damaged(&what));
        }
        let mut all = Vec::new();
        for section in &named {
            match self.plain_bytes(section).map_err(|what| damaged(&what))? {
                SectionBytes::InFile(range) => all.extend_from_slice(&self.map[range]),
                SectionBytes::Owned(bytes) => all.extend(bytes),
            }
        }
        Ok(SectionBytes::Owned(all))
    }

    fn plain_bytes<'d>(&'d self, section: &impl object::ObjectSection<'d>) -> Result<SectionBytes, String> {
        let compressed = section.compressed_data().map_err(|e| e.to_string())?;
        if compressed.format != object::CompressionFormat::None {
            limit_expansion(&compressed)?;
            let bytes = compressed.decompress().map_err(|e| e.to_string())?;
            return Ok(SectionBytes::Owned(bytes.into_owned()));
        }
        let Some((offset, size)) = section.file_range() else { return Ok(SectionBytes::InFile(0..0)) };
        let bytes = file_range(offset, size, self.map.len()).ok_or("lies outside of the file")?;
        Ok(SectionBytes::InFile(bytes))
    }
}

/// Where the plain bytes of a section are.
pub(crate) enum SectionBytes {
    InFile(Range<usize>),
    Owned(Vec<u8>),
}

/// A forged header must not make us reserve the machine's memory: neither format goes beyond
/// a few thousand to one (deflate: 1032).
fn limit_expansion(data: &object::CompressedData<'_>) -> Result<(), &'static str> {
    const MOST: u64 = 1 << 14;
    let most = (data.data.len() as u64 + 64).saturating_mul(MOST);
    if data.uncompressed_size > most { Err("claims an impossible size") } else { Ok(()) }
}

fn map(file: &File, name: &str) -> Result<Mmap, Error> {
    // SAFETY: the mapping is private and never written by us. Another process may still write to
    // or truncate the file; as with every mapped executable that is the user's to avoid, and the
    // kernel itself refuses writes to a running executable (ETXTBSY).
    let map = unsafe { Mmap::map(file) };
    map.map_err(|error| match error.raw_os_error() {
        // An empty file cannot be mapped.
        _ if file.metadata().is_ok_and(|meta| meta.len() == 0) => Error::new(name, Problem::NotElf),
        _ => Error::new(name, Problem::Unreadable(Arc::new(error))),
    })
}

fn check_identity(data: &[u8], name: &str, linked: Linked) -> Result<(), Error> {
    if data.get(..4) != Some(b"\x7fELF") {
        return Err(Error::new(name, Problem::NotElf));
    }
    if data.get(4) != Some(&2) {
        return Err(Error::new(name, Problem::Not64Bit));
    }
    let half = |at: usize| data.get(at..at + 2).map(|b| u16::from_le_bytes([b[0], b[1]]));
    let (Some(kind), Some(machine)) = (half(16), half(18)) else {
        return Err(Error::damaged(name, "no complete ELF header"));
    };
    if data[5] != 1 || machine != elf::EM_X86_64.0 {
        return Err(Error::new(name, Problem::OtherMachine(machine)));
    }
    let unlinked = linked == Linked::Perhaps && kind == elf::ET_REL.0;
    if kind != elf::ET_EXEC.0 && kind != elf::ET_DYN.0 && !unlinked {
        return Err(Error::new(name, Problem::NotLinked));
    }
    Ok(())
}

fn file_range(offset: u64, size: u64, len: usize) -> Option<Range<usize>> {
    let start = usize::try_from(offset).ok()?;
    let end = start.checked_add(usize::try_from(size).ok()?)?;
    (end <= len).then_some(start..end)
}

type Elf<'data> = ElfFile64<'data, LittleEndian>;

fn read_sections(elf: &Elf<'_>, len: usize) -> Result<Vec<Section>, String> {
    let table = elf.elf_section_table();
    table.iter().map(|header| read_section(header, table, len)).collect()
}

fn read_section<'data>(
    header: &elf::SectionHeader64<LittleEndian>,
    table: &object::read::elf::SectionTable<'data, elf::FileHeader64<LittleEndian>>,
    len: usize,
) -> Result<Section, String> {
    let end = LittleEndian;
    let name = table.section_name(end, header).map_err(|_| "a section without a name".to_string())?;
    let name = String::from_utf8_lossy(name).into_owned();
    let bytes = match header.file_range(end) {
        Some((offset, size)) => {
            file_range(offset, size, len).ok_or_else(|| format!("section {name} lies outside of the file"))?
        }
        None => 0..0,
    };
    Ok(Section {
        kind: header.sh_type(end),
        flags: header.sh_flags(end),
        address: header.sh_addr(end),
        size: header.sh_size(end),
        link: header.sh_link(end) as usize,
        bytes,
        name,
    })
}

fn read_sealed(elf: &Elf<'_>) -> Vec<Range<u64>> {
    let end = LittleEndian;
    let sealed = elf.elf_program_headers().iter().filter(|header| header.p_type(end) == elf::PT_GNU_RELRO);
    let range = |start: u64, size: u64| start..start.saturating_add(size);
    sealed.map(|header| range(header.p_vaddr(end), header.p_memsz(end))).collect()
}

fn read_segments(elf: &Elf<'_>, len: usize) -> Result<Vec<Segment>, String> {
    let end = LittleEndian;
    let loaded = elf.elf_program_headers().iter().filter(|header| header.p_type(end) == elf::PT_LOAD);
    loaded
        .map(|header| {
            let (offset, size) = header.file_range(end);
            let start = header.p_vaddr(end);
            Ok(Segment {
                addresses: start..start.saturating_add(header.p_memsz(end)),
                // A debug file keeps the program headers but not the bytes.
                bytes: file_range(offset, size, len).unwrap_or(0..0),
                executable: header.p_flags(end).contains(elf::PF_X),
            })
        })
        .collect()
}
