//! Whether a jump can be written over a function's first bytes.

use std::ops::Range;

use iced_x86::{Code, Decoder, DecoderOptions, FlowControl};

use super::decode::{branch_target, instructions, is_filler};
use crate::binary::Binary;
use crate::error::Error;

/// A direct jump or call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Stated address of the instruction.
    pub from: u64,
    /// Where it leads.
    pub target: u64,
}

impl Binary {
    /// The bytes at a stated address, as the file holds them; `None` where it does not hold them all.
    pub fn bytes(&self, svma: u64, len: u64) -> Option<&[u8]> {
        self.image.bytes_at(svma, len)
    }

    /// Is this an address of code?
    pub fn is_code(&self, svma: u64) -> bool {
        self.image.is_code(svma)
    }

    /// The branches of a function (all its ranges) that land inside `window`. With the bytes 1 to 4 of
    /// the entry as window: what would run into the middle of a jump written there.
    pub fn branches_into(&self, function: &[Range<u64>], window: Range<u64>) -> Vec<Branch> {
        let code = function.iter().flat_map(|range| instructions(&self.image, range));
        let branches = code.filter_map(|i| Some(Branch { from: i.ip(), target: branch_target(&i)? }));
        branches.filter(|branch| window.contains(&branch.target)).collect()
    }

    /// Does a call of the function return into `window`?
    pub fn returns_into(&self, function: &[Range<u64>], window: Range<u64>) -> bool {
        let mut code = function.iter().flat_map(|range| instructions(&self.image, range));
        code.any(|i| {
            matches!(i.flow_control(), FlowControl::Call | FlowControl::IndirectCall)
                && window.contains(&i.next_ip())
        })
    }

    /// How many bytes after the end of a function (its entry's range) are only there for alignment.
    ///
    /// # Errors
    /// A damaged symbol table.
    pub fn padding_after(&self, end: u64) -> Result<u64, Error> {
        let Some(section) = self.image.section_at(end).filter(|section| section.is_code()) else {
            return Ok(0);
        };
        let limit = self.symbols()?.next_function(end).map_or(u64::MAX, |symbol| symbol.svma);
        // Alignment never needs more than a cache line.
        let limit = limit.min(section.addresses().end).min(end.saturating_add(64));
        let Some(bytes) = self.image.bytes_at(end, limit - end) else { return Ok(0) };
        let mut at = 0;
        while at < bytes.len() {
            match filler_len(&bytes[at..]) {
                0 => break,
                len => at += len,
            }
        }
        Ok(at as u64)
    }

    /// Do `len` bytes fit from the function's entry to the next one, with the padding in between?
    ///
    /// # Errors
    /// A damaged symbol table.
    pub fn has_room(&self, entry: &Range<u64>, len: u64) -> Result<bool, Error> {
        let own = entry.end.saturating_sub(entry.start);
        Ok(own >= len || own + self.padding_after(entry.end)? >= len)
    }

    /// Does the function start with `endbr64`, the landing mark for indirect calls?
    pub fn starts_with_endbr64(&self, entry: u64) -> bool {
        self.bytes(entry, 4) == Some(&[0xf3, 0x0f, 0x1e, 0xfa])
    }
}

fn filler_len(bytes: &[u8]) -> usize {
    if bytes[0] == 0 {
        return 1;
    }
    let instruction = Decoder::new(64, bytes, DecoderOptions::NONE).decode();
    let filler = instruction.code() != Code::INVALID && is_filler(&instruction);
    if filler { instruction.len() } else { 0 }
}
