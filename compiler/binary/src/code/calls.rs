//! What a piece of code calls: functions of the executable, of libraries, or anything.

use std::collections::HashMap;
use std::ops::Range;

use iced_x86::{FlowControl, Instruction, OpKind};
use object::read::elf::{ElfFile64, Rela, SectionHeader, Sym};
use object::{LittleEndian, elf};

use super::decode::{branch_target, instructions};
use crate::binary::Binary;
use crate::image::Image;

/// Who is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Callee {
    /// Code of the executable, at a stated address.
    Code(u64),
    /// A function of a library, through the PLT or the GOT.
    Library(String),
    /// By a pointer: anything.
    Unknown,
}

impl Binary {
    /// Everything that the code in `ranges` calls or jumps out of them to, in its order.
    pub fn calls_in(&self, ranges: &[Range<u64>]) -> Vec<Callee> {
        let slots = self.slots.get_or_init(|| slots(&self.image));
        let inside = |at: u64| ranges.iter().any(|range| range.contains(&at));
        let all = ranges.iter().flat_map(|range| instructions(&self.image, range));
        all.filter_map(|instruction| callee(&self.image, slots, &instruction, &inside)).collect()
    }

    /// Who is called by a call of an address.
    pub(crate) fn callee_at(&self, target: u64) -> Callee {
        let slots = self.slots.get_or_init(|| slots(&self.image));
        through_stub(&self.image, slots, target)
            .map_or(Callee::Code(target), |name| Callee::Library(name.clone()))
    }
}

fn callee(
    image: &Image,
    slots: &HashMap<u64, String>,
    instruction: &Instruction,
    inside: &dyn Fn(u64) -> bool,
) -> Option<Callee> {
    match instruction.flow_control() {
        FlowControl::Call | FlowControl::UnconditionalBranch | FlowControl::ConditionalBranch => {
            let target = branch_target(instruction).filter(|&target| !inside(target))?;
            let library = through_stub(image, slots, target);
            Some(library.map_or(Callee::Code(target), |name| Callee::Library(name.clone())))
        }
        FlowControl::IndirectCall => {
            Some(named_slot(slots, instruction).map_or(Callee::Unknown, |name| library(name)))
        }
        // A jump by a table stays inside; one by a slot is a tail call.
        FlowControl::IndirectBranch => named_slot(slots, instruction).map(|name| library(name)),
        _ => None,
    }
}

fn library(name: &str) -> Callee {
    Callee::Library(name.to_string())
}

fn named_slot<'s>(slots: &'s HashMap<u64, String>, instruction: &Instruction) -> Option<&'s String> {
    let fixed = instruction.op0_kind() == OpKind::Memory && instruction.is_ip_rel_memory_operand();
    slots.get(&instruction.memory_displacement64()).filter(|_| fixed)
}

/// A PLT stub jumps by a slot within its first instructions.
fn through_stub<'s>(image: &Image, slots: &'s HashMap<u64, String>, target: u64) -> Option<&'s String> {
    let range = target..target.saturating_add(16);
    let stub = instructions(image, &range).take(2);
    let mut jumps = stub.filter(|i| i.flow_control() == FlowControl::IndirectBranch);
    named_slot(slots, &jumps.next()?)
}

/// The GOT's slots that the loader fills with addresses of library functions.
fn slots(image: &Image) -> HashMap<u64, String> {
    let end = LittleEndian;
    let Ok(file) = ElfFile64::<LittleEndian>::parse(image.data()) else { return HashMap::new() };
    let dynamic = file.elf_dynamic_symbol_table();
    let mut found = HashMap::new();
    for header in file.elf_section_table().iter() {
        let Ok(Some((entries, _))) = header.rela(end, image.data()) else { continue };
        for entry in entries {
            let fills = matches!(entry.r_type(end, false), elf::R_X86_64_GLOB_DAT | elf::R_X86_64_JUMP_SLOT);
            let symbol = entry.symbol(end, false).and_then(|index| dynamic.symbol(index).ok());
            let Some(symbol) = symbol.filter(|symbol| fills && symbol.is_undefined(end)) else { continue };
            if let Ok(name) = symbol.name(end, dynamic.strings()) {
                found.insert(entry.r_offset(end), String::from_utf8_lossy(name).into_owned());
            }
        }
    }
    found
}
