//! The linked library's doors are what the injector and the unwinders take them for.

use object::read::elf::ElfFile64;
use object::{Object, ObjectSection, ObjectSegment, ObjectSymbol, SegmentFlags, elf};
use polus_runtime::{LIBRARY, abi::Door, abi::door};
use std::mem::offset_of;

type Library = ElfFile64<'static>;

fn library() -> Library {
    ElfFile64::parse(LIBRARY).expect("the library is an ELF file")
}

fn exported(library: &Library, name: &str) -> u64 {
    let symbol = library.dynamic_symbols().find(|symbol| symbol.name() == Ok(name));
    symbol.unwrap_or_else(|| panic!("the library exports no {name}")).address()
}

/// The bytes of stub number `index`.
fn stub(library: &Library, index: usize) -> &'static [u8] {
    let address = exported(library, "polus_doors") + index as u64 * door::SIZE;
    let segment = library.segments().find_map(|segment| segment.data_range(address, door::SIZE).ok()?);
    segment.expect("the stubs are in a segment")
}

/// Where the four bytes at `at` of stub `index` lead, `next` being the next instruction.
fn target(library: &Library, index: usize, at: u64, next: u64) -> u64 {
    let bytes = &stub(library, index)[at as usize..];
    let displacement = i32::from_le_bytes(bytes[..4].try_into().expect("four bytes"));
    let start = exported(library, "polus_doors") + index as u64 * door::SIZE;
    (start + next).wrapping_add_signed(displacement.into())
}

#[test]
fn every_stub_uses_its_own_record() {
    let library = library();
    let records = exported(&library, "polus_door_records");
    assert_eq!(exported(&library, "polus_doors") % door::SIZE, 0);
    for index in 0..door::COUNT {
        let bytes = stub(&library, index);
        let record = records + index as u64 * door::SIZE;
        let left = (door::LEFT).to_le_bytes();
        // movl $LEFT, state(%rip); jmp *back(%rip): neither changes a register or a flag
        assert_eq!((&bytes[1..3], &bytes[7..11]), (&[0xc7, 0x05][..], &left[..]), "stub {index}");
        assert_eq!(target(&library, index, 3, 11), record + offset_of!(Door, state) as u64, "stub {index}");
        assert_eq!(bytes[11..13], [0xff, 0x25], "stub {index}");
        assert_eq!(target(&library, index, 13, 17), record + offset_of!(Door, back) as u64, "stub {index}");
        assert_eq!(bytes[17], 0xe8, "stub {index}");
        assert_eq!(target(&library, index, 18, 22), target(&library, 0, 18, 22), "stub {index}");
    }
    assert_eq!((door::MARKS, door::CALLS), (1, 17));
}

/// Targets may forbid memory that is written and executed.
#[test]
fn the_library_needs_no_change_of_its_code() {
    let library = library();
    for segment in library.segments() {
        let SegmentFlags::Elf { p_flags, .. } = segment.flags() else { panic!("an ELF segment") };
        assert_ne!(p_flags & (elf::PF_W | elf::PF_X), elf::PF_W | elf::PF_X);
    }
    let undefined =
        library.dynamic_symbols().filter(|symbol| symbol.is_undefined() && symbol.name() != Ok(""));
    let mut undefined: Vec<_> =
        undefined.filter_map(|symbol| Some((symbol.name().ok()?, symbol.is_weak()))).collect();
    undefined.sort_unstable();
    let allocator = ["free", "malloc_usable_size", "realloc", "reallocarray"].map(|name| (name, true));
    assert_eq!(undefined, allocator, "it has no C library");
    assert!(library.section_by_name(".eh_frame_hdr").is_some_and(|index| index.size() > 8), "no frame index");
}
