//! A shared object laid out as ld.so would at address 0: segments in place,
//! relative relocations applied. Every read is checked, for the file is untrusted.

use crate::error::{Fault, Result};
use object::LittleEndian as LE;
use object::elf;
use object::read::elf::{ElfFile64, ProgramHeader};
use object::{Object, ObjectSymbol, ObjectSymbolTable, RelocationFlags, RelocationTarget};
use polus_runtime::abi::Plain;

/// Largest patch in memory, bytes.
const IMAGE_MAX: u64 = 1 << 30;
/// Longest string, bytes.
const STRING_MAX: usize = 1 << 16;

/// Parsed file.
pub type ElfFile<'a> = ElfFile64<'a, LE>;

/// A loadable segment.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Stated address.
    pub start: u64,
    /// Contents that the file holds.
    pub bytes: Vec<u8>,
    /// Bytes in memory; those behind the contents are zero.
    pub size: u64,
    /// PF_R, PF_W, PF_X.
    pub flags: u32,
}

/// A relocation that ld.so would do by a symbol.
#[derive(Clone, Debug)]
pub struct Relocation {
    /// Stated address of the place.
    pub offset: u64,
    /// R_X86_64_…
    pub kind: elf::RelocationType,
    /// Symbol's name; empty for none.
    pub symbol: String,
    /// Stated address of the symbol if the file defines it.
    pub defined: Option<u64>,
    /// r_addend.
    pub addend: i64,
}

/// The segments of a patch at base 0.
#[derive(Clone, Debug)]
pub struct Layout {
    /// In the order of the program headers.
    pub segments: Vec<Segment>,
}

impl Layout {
    /// Lays out `file` and applies what needs no symbol of another object.
    pub fn new(file: &ElfFile<'_>, relocations: &[Relocation]) -> Result<Layout> {
        let mut layout = Layout { segments: segments(file)? };
        for relocation in relocations {
            let value = match (relocation.kind, relocation.defined) {
                (elf::R_X86_64_RELATIVE, _) => relocation.addend as u64,
                (elf::R_X86_64_64, Some(address)) => address.wrapping_add_signed(relocation.addend),
                (elf::R_X86_64_GLOB_DAT | elf::R_X86_64_JUMP_SLOT, Some(address)) => address,
                _ => continue,
            };
            layout.put(relocation.offset, value)?;
        }
        layout.apply_relr(file)?;
        Ok(layout)
    }

    /// Bytes of address space from the first to the last segment.
    pub fn span(&self) -> u64 {
        let end = self.segments.iter().map(|segment| segment.start + segment.size).max();
        let start = self.segments.iter().map(|segment| segment.start).min();
        end.unwrap_or(0) - start.unwrap_or(0)
    }

    /// `size` bytes at `address`.
    pub fn bytes(&self, address: u64, size: usize) -> Option<&[u8]> {
        self.tail(address)?.get(..size)
    }

    /// `size` bytes at `address` lie inside of one segment.
    pub fn holds(&self, address: u64, size: u64) -> bool {
        self.segments.iter().any(|segment| {
            let offset = address.checked_sub(segment.start).and_then(|offset| offset.checked_add(size));
            offset.is_some_and(|end| end <= segment.size)
        })
    }

    /// The contents from `address` to the end of its segment's.
    pub fn tail(&self, address: u64) -> Option<&[u8]> {
        self.segments.iter().find_map(|segment| {
            segment.bytes.get(usize::try_from(address.checked_sub(segment.start)?).ok()?..)
        })
    }

    /// The segment's PF_ flags at `address`.
    pub fn flags(&self, address: u64) -> u32 {
        let holds = |segment: &&Segment| {
            address.checked_sub(segment.start).is_some_and(|offset| offset < segment.size)
        };
        self.segments.iter().find(holds).map_or(0, |segment| segment.flags)
    }

    /// One struct.
    pub fn plain<T: Plain>(&self, address: u64, what: &str) -> Result<T> {
        let bytes = self.bytes(address, T::SIZE).and_then(T::from_bytes);
        bytes.ok_or_else(|| broken(format!("{what} lies outside of the file's segments, at {address:#x}")))
    }

    /// A table of `count` structs.
    pub fn table<T: Plain>(&self, address: u64, count: u32, what: &str) -> Result<Vec<T>> {
        let size = T::SIZE.saturating_mul(count as usize);
        if count == 0 {
            return Ok(Vec::new());
        }
        let bytes = self.bytes(address, size).ok_or_else(|| {
            broken(format!(
                "the table of {count} {what} lies outside of the file's segments, at {address:#x}"
            ))
        })?;
        Ok(bytes.chunks_exact(T::SIZE).filter_map(T::from_bytes).collect())
    }

    /// A string; a null pointer is the empty one.
    pub fn string(&self, address: u64, what: &str) -> Result<String> {
        if address == 0 {
            return Ok(String::new());
        }
        let bytes = self.tail(address).map(|tail| &tail[..tail.len().min(STRING_MAX)]);
        let text = bytes.and_then(|bytes| Some(&bytes[..bytes.iter().position(|byte| *byte == 0)?]));
        let text = text.ok_or_else(|| broken(format!("{what} is no string, at {address:#x}")))?;
        Ok(String::from_utf8_lossy(text).into_owned())
    }

    fn put(&mut self, address: u64, value: u64) -> Result<()> {
        let place = self.segments.iter_mut().find_map(|segment| {
            let start = usize::try_from(address.checked_sub(segment.start)?).ok()?;
            segment.bytes.get_mut(start..start.checked_add(8)?)
        });
        let place = place
            .ok_or_else(|| broken(format!("a relocation points outside of the segments, at {address:#x}")))?;
        place.copy_from_slice(&value.to_le_bytes());
        Ok(())
    }

    /// Packed relative relocations (DT_RELR): with base 0 the words stay as they
    /// are, so only their places are checked.
    fn apply_relr(&self, file: &ElfFile<'_>) -> Result<()> {
        use object::ObjectSection;
        let Some(section) = file.section_by_name(".relr.dyn") else { return Ok(()) };
        let words = section
            .data()
            .map_err(|error| broken(format!("its packed relocations are unreadable: {error}")))?;
        match words.len() % 8 {
            0 => Ok(()),
            _ => Err(broken("its packed relocations are cut off")),
        }
    }
}

fn segments(file: &ElfFile<'_>) -> Result<Vec<Segment>> {
    let data = file.data();
    let mut total: u64 = 0;
    let loads = file.elf_program_headers().iter().filter(|header| header.p_type(LE) == elf::PT_LOAD);
    loads
        .map(|header| {
            let size = header.p_memsz(LE);
            total = total.saturating_add(size);
            let contents = header
                .data(LE, data)
                .map_err(|()| broken("a segment lies outside of the file: is it cut off?"))?;
            let fits = header.p_vaddr(LE).checked_add(size).is_some_and(|end| end <= IMAGE_MAX);
            if total > IMAGE_MAX || !fits || contents.len() as u64 > size {
                return Err(broken("a segment has an impossible size"));
            }
            Ok(Segment {
                start: header.p_vaddr(LE),
                bytes: contents.to_vec(),
                size,
                flags: header.p_flags(LE).0,
            })
        })
        .collect()
}

/// All dynamic relocations.
pub fn relocations(file: &ElfFile<'_>) -> Vec<Relocation> {
    let symbols = file.dynamic_symbol_table();
    let Some(all) = file.dynamic_relocations() else { return Vec::new() };
    all.map(|(offset, relocation)| {
        let symbol = match relocation.target() {
            RelocationTarget::Symbol(index) => {
                symbols.as_ref().and_then(|table| table.symbol_by_index(index).ok())
            }
            _ => None,
        };
        let kind = match relocation.flags() {
            RelocationFlags::Elf { r_type } => r_type,
            _ => elf::R_X86_64_NONE,
        };
        Relocation {
            offset,
            kind,
            symbol: symbol.as_ref().and_then(|symbol| symbol.name().ok()).unwrap_or("").to_string(),
            defined: symbol.as_ref().filter(|symbol| !symbol.is_undefined()).map(|symbol| symbol.address()),
            addend: relocation.addend(),
        }
    })
    .collect()
}

/// The fault of a file whose contents contradict themselves.
pub fn broken(what: impl Into<String>) -> Fault {
    Fault::refused(what).hint("build it again: gcc -O2 -fPIC -shared patch.c -o patch.so")
}
