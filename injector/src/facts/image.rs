//! ELF images as they lie in the target's memory: nothing depends on files that
//! the injector may be unable to reach (chroot, namespaces, deleted files).

use crate::facts::maps::{Mapping, PAGE};
use crate::facts::memory::Memory;
use object::LittleEndian as LE;
use object::elf;
use object::read::elf::{Dyn, FileHeader, ProgramHeader, Sym};
use std::cell::OnceCell;

/// A loaded executable, library, patch or the vdso.
pub struct Image {
    /// Path in /proc/PID/maps.
    pub path: String,
    /// Actual less stated address.
    pub bias: u64,
    /// First and last+1 address.
    pub range: (u64, u64),
    /// Actual address of the program's first instruction, for an executable.
    pub entry: u64,
    /// It names the ld.so that starts it.
    pub has_interpreter: bool,
    segments: Vec<Segment>,
    notes: Vec<(u64, u64)>,
    threads: Option<ThreadValues>,
    frame_index: Option<u64>,
    dynamic: Option<Dynamic>,
}

/// What the thread variables of an image begin with.
#[derive(Clone, Copy, Debug, Default)]
pub struct ThreadValues {
    /// Actual address of the values.
    pub start: u64,
    /// Bytes of them; the others are zero.
    pub held: u64,
    /// Bytes in a thread.
    pub size: u64,
    /// How they are aligned there, bytes.
    pub alignment: u64,
}

/// A loaded segment; its bytes are copied when first needed.
struct Segment {
    start: u64,
    end: u64,
    bytes: OnceCell<Vec<u8>>,
}

/// Actual addresses of the tables that symbols are found with.
#[derive(Default)]
struct Dynamic {
    symbols: u64,
    strings: u64,
    gnu_hash: u64,
    sysv_hash: u64,
    soname: Option<u64>,
    /// Of the relocations by symbols, and of those of the procedure linkage table.
    relocations: [Table; 2],
}

#[derive(Clone, Copy, Default)]
struct Table {
    start: u64,
    bytes: u64,
}

/// All images of a process, in order of address.
pub fn read(memory: &Memory, maps: &[Mapping]) -> Vec<Image> {
    let starts = maps.iter().filter(|map| map.offset == 0 && map.access.starts_with('r'));
    let starts = starts.filter(|map| map.file != "00:00 0" || map.path == "[vdso]");
    let mut images: Vec<(Image, &str)> = Vec::new();
    for map in starts {
        // linkers that let segments share a page of the file have it mapped several times
        let shares = |(image, file): &(Image, &str)| map.start < image.range.1 && *file == map.file;
        if !images.last().is_some_and(shares) {
            images.extend(Image::read(memory, map).map(|image| (image, map.file.as_str())));
        }
    }
    images.into_iter().map(|(image, _)| image).collect()
}

/// The image that holds `address`.
pub fn find(images: &[Image], address: u64) -> Option<&Image> {
    let index = images.partition_point(|image| image.range.1 <= address);
    images.get(index).filter(|image| image.range.0 <= address)
}

impl Image {
    fn read(memory: &Memory, map: &Mapping) -> Option<Image> {
        let head = memory.read_some(map.start, PAGE as usize);
        let header = elf::FileHeader64::<LE>::parse(&*head).ok()?;
        let headers = header.program_headers(LE, &*head).ok()?;
        if header.e_machine.get(LE) != elf::EM_X86_64
            || !matches!(header.e_type.get(LE), elf::ET_DYN | elf::ET_EXEC)
        {
            return None;
        }
        let loads: Vec<_> = headers.iter().filter(|segment| segment.p_type(LE) == elf::PT_LOAD).collect();
        let bias = map.start.wrapping_sub(loads.first()?.p_vaddr(LE) & !(PAGE - 1));
        let range = |segment: &elf::ProgramHeader64<LE>| {
            let start = segment.p_vaddr(LE).wrapping_add(bias);
            (start, start.saturating_add(segment.p_memsz(LE)))
        };
        let all = |kind| headers.iter().filter(move |segment| segment.p_type(LE) == kind);
        let end = loads.iter().map(|segment| range(segment).1).max()?.checked_next_multiple_of(PAGE)?;
        let dynamic = all(elf::PT_DYNAMIC).next().map(|segment| Dynamic::read(memory, range(segment), bias));
        Some(Image {
            path: map.path.clone(),
            bias,
            range: (map.start, end),
            entry: header.e_entry.get(LE).wrapping_add(bias),
            has_interpreter: all(elf::PT_INTERP).next().is_some(),
            segments: loads.iter().map(|segment| Segment::new(range(segment))).collect(),
            notes: all(elf::PT_NOTE).map(range).collect(),
            threads: all(elf::PT_TLS).next().map(|segment| ThreadValues {
                start: range(segment).0,
                held: segment.p_filesz(LE),
                size: segment.p_memsz(LE),
                alignment: segment.p_align(LE).max(1),
            }),
            frame_index: all(elf::PT_GNU_EH_FRAME).next().map(|segment| range(segment).0),
            dynamic,
        })
    }

    /// Build-id as lower-case hex, if the image has one.
    pub fn build_id(&self, memory: &Memory) -> Option<String> {
        self.notes.iter().find_map(|(start, end)| {
            let bytes = memory.read_some(*start, usize::try_from(end - start).ok()?.min(1 << 16));
            build_id_note(&bytes)
        })
    }

    /// Bytes from `address` to the end of its segment.
    pub fn bytes_at(&self, memory: &Memory, address: u64) -> Option<&[u8]> {
        let segment =
            self.segments.iter().find(|segment| segment.start <= address && address < segment.end)?;
        let bytes = segment
            .bytes
            .get_or_init(|| memory.read_some(segment.start, (segment.end - segment.start) as usize));
        bytes.get((address - segment.start) as usize..)
    }

    /// What thread variables begin with.
    pub fn thread_values(&self) -> Option<ThreadValues> {
        self.threads
    }

    /// Address of the index of unwind entries, `.eh_frame_hdr`.
    pub fn frame_index(&self) -> Option<u64> {
        self.frame_index
    }

    /// DT_SONAME, or else the last part of the path.
    pub fn soname(&self, memory: &Memory) -> String {
        let own = || self.string(memory, self.dynamic.as_ref()?.soname?);
        own().unwrap_or_else(|| self.path.rsplit('/').next().unwrap_or("").to_string())
    }

    /// True for the image that ld.so is.
    pub fn is_loader(&self, memory: &Memory) -> bool {
        let name = self.soname(memory);
        name.starts_with("ld-linux") || name.starts_with("ld-musl") || name.starts_with("ld.so")
    }

    /// Actual address of a function or object that the image exports.
    pub fn exported(&self, memory: &Memory, name: &str) -> Option<u64> {
        self.exported_range(memory, name).map(|(start, _)| start)
    }

    /// The same, and where it ends.
    pub fn exported_range(&self, memory: &Memory, name: &str) -> Option<(u64, u64)> {
        let dynamic = self.dynamic.as_ref()?;
        let index =
            self.gnu_lookup(memory, dynamic, name).or_else(|| self.sysv_lookup(memory, dynamic, name))?;
        let symbol = self.symbol(memory, dynamic, index)?;
        let start = symbol.st_value(LE).wrapping_add(self.bias);
        Some((start, start.saturating_add(symbol.st_size(LE))))
    }

    /// Where the image keeps the address of the function `name`, which it calls there.
    pub fn slots(&self, memory: &Memory, name: &str) -> Vec<u64> {
        let Some(dynamic) = &self.dynamic else { return Vec::new() };
        let tables = dynamic.relocations.iter();
        let slots = tables.flat_map(|table| self.slots_of(memory, dynamic, *table, name));
        slots.filter(|slot| self.range.0 <= *slot && *slot < self.range.1).collect()
    }

    fn slots_of(&self, memory: &Memory, dynamic: &Dynamic, table: Table, name: &str) -> Vec<u64> {
        let bytes = self.bytes_at(memory, table.start).unwrap_or_default();
        let bytes = bytes.get(..table.bytes as usize).unwrap_or_default();
        let entries = bytes.chunks_exact(size_of::<elf::Rela64<LE>>());
        let entries = entries.filter_map(|entry| object::pod::from_bytes::<elf::Rela64<LE>>(entry).ok());
        let symbol = |entry: &elf::Rela64<LE>| {
            let symbol = self.symbol(memory, dynamic, entry.r_sym(LE, false) as usize)?;
            self.string(memory, symbol.st_name(LE).into())
        };
        let is_it = |entry: &&elf::Rela64<LE>| {
            matches!(entry.r_type(LE, false), elf::R_X86_64_JUMP_SLOT | elf::R_X86_64_GLOB_DAT)
                && symbol(entry).as_deref() == Some(name)
        };
        let slots = entries.map(|(entry, _)| entry).filter(is_it);
        slots.map(|entry| entry.r_offset.get(LE).wrapping_add(self.bias)).collect()
    }

    /// The name stands among those of its dynamic symbols, defined or not.
    pub fn mentions(&self, memory: &Memory, name: &str) -> bool {
        let names = self.dynamic.as_ref().and_then(|dynamic| self.bytes_at(memory, dynamic.strings));
        let wanted = format!("\0{name}\0");
        let mut places = names.unwrap_or_default().windows(wanted.len());
        places.any(|place| place == wanted.as_bytes())
    }

    fn symbol(&self, memory: &Memory, dynamic: &Dynamic, index: usize) -> Option<elf::Sym64<LE>> {
        let offset = index.checked_mul(size_of::<elf::Sym64<LE>>())? as u64;
        let bytes = self.bytes_at(memory, dynamic.symbols.checked_add(offset)?)?;
        object::pod::from_bytes::<elf::Sym64<LE>>(bytes).ok().map(|(symbol, _)| *symbol)
    }

    fn string(&self, memory: &Memory, offset: u64) -> Option<String> {
        let bytes = self.bytes_at(memory, self.dynamic.as_ref()?.strings.checked_add(offset)?)?;
        let end = bytes.iter().position(|byte| *byte == 0)?;
        Some(String::from_utf8_lossy(&bytes[..end]).into_owned())
    }

    fn is_definition(&self, memory: &Memory, dynamic: &Dynamic, index: usize, name: &str) -> bool {
        self.symbol(memory, dynamic, index).is_some_and(|symbol| {
            symbol.st_shndx(LE) != elf::SHN_UNDEF
                && self.string(memory, symbol.st_name(LE).into()).is_some_and(|found| found == name)
        })
    }

    fn gnu_lookup(&self, memory: &Memory, dynamic: &Dynamic, name: &str) -> Option<usize> {
        let bytes = self.bytes_at(memory, dynamic.gnu_hash)?;
        let word =
            |index: usize| Some(u32::from_le_bytes(bytes.get(index * 4..index * 4 + 4)?.try_into().ok()?));
        let (buckets, first, bloom) = (word(0)? as usize, word(1)? as usize, word(2)? as usize);
        let hash = elf::gnu_hash(name.as_bytes());
        let chains = 4 + bloom * 2 + buckets;
        let mut index = word(4 + bloom * 2 + (hash as usize).checked_rem(buckets)?)? as usize;
        while index >= first && index != 0 {
            let chained = word(chains + index - first)?;
            if chained | 1 == hash | 1 && self.is_definition(memory, dynamic, index, name) {
                return Some(index);
            }
            if chained & 1 == 1 {
                return None;
            }
            index += 1;
        }
        None
    }

    fn sysv_lookup(&self, memory: &Memory, dynamic: &Dynamic, name: &str) -> Option<usize> {
        let bytes = self.bytes_at(memory, dynamic.sysv_hash)?;
        let word =
            |index: usize| Some(u32::from_le_bytes(bytes.get(index * 4..index * 4 + 4)?.try_into().ok()?));
        let (buckets, chains) = (word(0)? as usize, word(1)? as usize);
        let hash = elf::hash(name.as_bytes()) as usize;
        let mut index = word(2 + hash.checked_rem(buckets)?)? as usize;
        for _ in 0..chains {
            if index == 0 || self.is_definition(memory, dynamic, index, name) {
                break;
            }
            index = word(2 + buckets + index)? as usize;
        }
        (index != 0).then_some(index)
    }
}

impl Segment {
    fn new((start, end): (u64, u64)) -> Segment {
        Segment { start, end, bytes: OnceCell::new() }
    }
}

impl Dynamic {
    /// ld.so may have relocated the addresses in place; the vdso's are not.
    fn read(memory: &Memory, (start, end): (u64, u64), bias: u64) -> Dynamic {
        let bytes = memory.read_some(start, (end.saturating_sub(start) as usize).min(1 << 16));
        let actual = |value: u64| if value < bias { value.wrapping_add(bias) } else { value };
        let mut found = Dynamic::default();
        for entry in
            bytes.chunks_exact(16).filter_map(|entry| object::pod::from_bytes::<elf::Dyn64<LE>>(entry).ok())
        {
            let value = entry.0.d_val(LE);
            match entry.0.d_tag(LE) {
                elf::DT_SYMTAB => found.symbols = actual(value),
                elf::DT_STRTAB => found.strings = actual(value),
                elf::DT_GNU_HASH => found.gnu_hash = actual(value),
                elf::DT_HASH => found.sysv_hash = actual(value),
                elf::DT_SONAME => found.soname = Some(value),
                elf::DT_RELA => found.relocations[0].start = actual(value),
                elf::DT_RELASZ => found.relocations[0].bytes = value,
                elf::DT_JMPREL => found.relocations[1].start = actual(value),
                elf::DT_PLTRELSZ => found.relocations[1].bytes = value,
                _ => {}
            }
        }
        found
    }
}

/// The build-id in a segment of notes.
fn build_id_note(bytes: &[u8]) -> Option<String> {
    let word = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize);
    let mut at = 0;
    while let (Some(name), Some(size), Some(kind)) = (word(at), word(at + 4), word(at + 8)) {
        let description = at + 12 + name.next_multiple_of(4);
        if kind == elf::NT_GNU_BUILD_ID.0 as usize && bytes.get(at + 12..at + 16) == Some(b"GNU\0") {
            return bytes.get(description..description + size).map(hex);
        }
        at = description + size.next_multiple_of(4);
    }
    None
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
