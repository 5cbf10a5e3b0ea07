//! Who refers to an address: calls, jumps, addresses taken in code and in data.

use std::ops::Range;

use iced_x86::{FlowControl, Instruction, Mnemonic, OpKind, Register};
use object::read::elf::{ElfFile64, Rela, SectionHeader};
use object::{LittleEndian, elf};
use rayon::prelude::*;

use super::decode::{branch_target, instructions};
use crate::binary::Binary;
use crate::error::Error;
use crate::image::{Image, Section};
use crate::symbols::Symbols;

/// How something is referred to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReferenceKind {
    /// A direct call.
    Call,
    /// A direct jump from another function: a tail call, or into a part moved away (`.cold`).
    Jump,
    /// Code takes the address.
    Address,
    /// Data holds the address, by a relocation or (not position-independent) as a plain word.
    Data,
}

/// Something that refers to code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// Stated address of the code that is referred to.
    pub target: u64,
    /// How.
    pub kind: ReferenceKind,
    /// Stated address of the instruction or of the data word.
    pub from: u64,
}

/// All references to code, by target.
pub(crate) struct ReferenceIndex {
    sorted: Vec<Reference>,
}

impl Binary {
    /// Everything that refers to code in a range of stated addresses, by target. A function's jumps
    /// within itself do not count, except to its entry. Indirect calls through memory are seen where
    /// the memory gets the address. The whole code is decoded on the first call.
    ///
    /// In position-dependent executables a number that happens to equal an address counts as well.
    ///
    /// # Errors
    /// A damaged symbol table or relocation table.
    pub fn references_to(&self, range: Range<u64>) -> Result<&[Reference], Error> {
        let read = || ReferenceIndex::collect(&self.image, self.symbols()?);
        match self.references.get_or_init(read) {
            Ok(index) => Ok(index.within(&range)),
            Err(error) => Err(error.clone()),
        }
    }
}

impl ReferenceIndex {
    fn collect(image: &Image, symbols: &Symbols) -> Result<ReferenceIndex, Error> {
        let pieces = pieces(image, symbols);
        let code = pieces.into_par_iter().flat_map_iter(|piece| references_in(image, piece));
        let mut sorted: Vec<Reference> = code.collect();
        sorted.extend(relocated(image).map_err(|what| Error::damaged(&image.name, what))?);
        if !image.relocatable {
            sorted.extend(plain_words(image));
        }
        sorted.par_sort_unstable();
        sorted.dedup();
        Ok(ReferenceIndex { sorted })
    }

    fn within(&self, range: &Range<u64>) -> &[Reference] {
        let from = self.sorted.partition_point(|reference| reference.target < range.start);
        let to = self.sorted.partition_point(|reference| reference.target < range.end);
        &self.sorted[from..to.max(from)]
    }
}

/// The code sections, cut where functions start: decoding begins anew there.
fn pieces(image: &Image, symbols: &Symbols) -> Vec<Range<u64>> {
    let mut starts: Vec<u64> = symbols.iter().filter(|s| s.is_function()).map(|s| s.svma).collect();
    starts.sort_unstable();
    starts.dedup();
    let mut pieces = Vec::new();
    for section in image.sections.iter().filter(|section| section.is_code()) {
        let Range { start, end } = section.addresses();
        let inner = starts.iter().copied().filter(|at| start < *at && *at < end);
        let cuts: Vec<u64> = std::iter::once(start).chain(inner).chain([end]).collect();
        pieces.extend(cuts.windows(2).map(|pair| pair[0]..pair[1]));
    }
    pieces
}

fn references_in(image: &Image, piece: Range<u64>) -> Vec<Reference> {
    let inside = piece.start + 1..piece.end;
    let found = instructions(image, &piece).flat_map(|instruction| referred(image, &instruction));
    let outside = |r: &Reference| r.kind != ReferenceKind::Jump || !inside.contains(&r.target);
    found.filter(|reference| outside(reference) && image.is_code(reference.target)).collect()
}

fn referred(image: &Image, instruction: &Instruction) -> Vec<Reference> {
    let from = instruction.ip();
    if let Some(target) = branch_target(instruction) {
        let call = instruction.flow_control() == FlowControl::Call;
        let kind = if call { ReferenceKind::Call } else { ReferenceKind::Jump };
        return vec![Reference { target, kind, from }];
    }
    let addresses = address_computed(instruction).into_iter().chain(immediates(image, instruction));
    addresses.map(|target| Reference { target, kind: ReferenceKind::Address, from }).collect()
}

/// `lea` of a fixed address.
fn address_computed(instruction: &Instruction) -> Option<u64> {
    let absolute =
        instruction.memory_base() == Register::None && instruction.memory_index() == Register::None;
    let fixed = instruction.is_ip_rel_memory_operand() || absolute;
    (instruction.mnemonic() == Mnemonic::Lea && fixed).then(|| instruction.memory_displacement64())
}

/// Numbers that may be addresses: 64-bit ones anywhere, 32-bit ones where addresses have 32 bits.
fn immediates(image: &Image, instruction: &Instruction) -> impl Iterator<Item = u64> {
    let wide = |kind| match kind {
        OpKind::Immediate64 => true,
        OpKind::Immediate32 | OpKind::Immediate32to64 => !image.relocatable,
        _ => false,
    };
    let operands = (0..instruction.op_count()).filter(move |&at| wide(instruction.op_kind(at)));
    operands.map(|at| instruction.immediate(at)).collect::<Vec<_>>().into_iter()
}

/// What the loader writes into the data.
fn relocated(image: &Image) -> Result<Vec<Reference>, String> {
    let end = LittleEndian;
    let file = ElfFile64::<LittleEndian>::parse(image.data()).map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    let mut note = |target: u64, from: u64| {
        if image.is_code(target) {
            found.push(Reference { target, kind: ReferenceKind::Data, from });
        }
    };
    for header in file.elf_section_table().iter() {
        let loaded = header.sh_flags(end).contains(elf::SHF_ALLOC);
        let damaged = |error: object::Error| format!("relocations: {error}");
        if !loaded {
            continue;
        }
        if let Some((entries, _)) = header.rela(end, image.data()).map_err(damaged)? {
            let entries = entries.iter().map(|entry| (entry, entry.r_offset(end)));
            entries.for_each(|(entry, from)| {
                if let Some(target) = rela_target(&file, entry) {
                    note(target, from);
                }
            });
        }
        if let Some(places) = header.relr(end, image.data()).map_err(damaged)? {
            places.for_each(|from| {
                if let Some(word) = image.bytes_at(from, 8) {
                    note(u64_at(word), from);
                }
            });
        }
    }
    Ok(found)
}

/// The address that a relocation stores, where this file defines it.
fn rela_target(file: &ElfFile64<'_, LittleEndian>, entry: &elf::Rela64<LittleEndian>) -> Option<u64> {
    let end = LittleEndian;
    let addend = entry.r_addend(end) as u64;
    match entry.r_type(end, false) {
        elf::R_X86_64_RELATIVE | elf::R_X86_64_IRELATIVE => Some(addend),
        elf::R_X86_64_64 | elf::R_X86_64_GLOB_DAT | elf::R_X86_64_JUMP_SLOT => {
            use object::read::elf::Sym;
            let index = entry.symbol(end, false)?;
            let symbol = file.elf_dynamic_symbol_table().symbol(index).ok()?;
            let defined = !symbol.is_undefined(end);
            defined.then(|| symbol.st_value(end).wrapping_add(addend))
        }
        _ => None,
    }
}

/// Aligned words of the data, where addresses stand in it as they are.
fn plain_words(image: &Image) -> Vec<Reference> {
    let holds_words = |section: &&Section| {
        let arrays = [elf::SHT_INIT_ARRAY, elf::SHT_FINI_ARRAY, elf::SHT_PREINIT_ARRAY];
        section.is_loaded() && (section.kind == elf::SHT_PROGBITS || arrays.contains(&section.kind))
    };
    let data = image.sections.iter().filter(holds_words).filter(|section| !section.is_code());
    let words = |section: &Section| -> Vec<Reference> {
        let skip = (section.address.wrapping_neg() % 8) as usize;
        let bytes = image.bytes_of(section).get(skip..).unwrap_or_default();
        let words = bytes.chunks_exact(8).enumerate();
        let found =
            words.map(|(at, word)| (u64_at(word), section.address.wrapping_add((skip + at * 8) as u64)));
        let found = found.filter(|(target, _)| image.is_code(*target));
        found.map(|(target, from)| Reference { target, kind: ReferenceKind::Data, from }).collect()
    };
    data.flat_map(words).collect()
}

fn u64_at(bytes: &[u8]) -> u64 {
    bytes.first_chunk().map_or(0, |word| u64::from_le_bytes(*word))
}
