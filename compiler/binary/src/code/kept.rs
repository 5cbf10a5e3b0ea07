//! What the callers of a function count on: registers that its code, and that of its callees, leaves
//! alone, and a stack that need not be aligned.

use std::collections::{BTreeMap, BTreeSet};

use iced_x86::{CpuidFeature, Register};

use super::flow::Flow;
use super::references::ReferenceKind;
use super::registers::Registers;
use super::stack::Stack;
use crate::binary::Binary;
use crate::dwarf::Instance;
use crate::error::Error;

/// A register in which callers keep something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kept {
    /// `rcx`, `xmm3`, `ymm3`, `zmm3`, `k1`.
    pub name: String,
    /// How much of it, in bytes.
    pub bytes: u32,
}

impl Binary {
    /// The caller-saved registers in which some caller keeps values across calls of the function at
    /// `callee`, or of functions that call it in turn; sorted.
    ///
    /// # Errors
    /// A damaged file, or one without debug information.
    pub fn kept_by_callers(&self, callee: u64) -> Result<Vec<Kept>, Error> {
        let results = self.debug_info()?.convention(callee).results;
        let (mut open, mut seen) = (vec![callee], BTreeSet::from([callee]));
        let mut kept: BTreeMap<u32, u32> = BTreeMap::new();
        while let Some(function) = open.pop() {
            if self.overwritten_by(function)? == Registers::ALL {
                continue;
            }
            for caller in self.callers_of(function)? {
                let calls = self.kept_across_calls(&caller.ranges, function)?;
                let sets = calls.iter().map(|call| call.set.without(results));
                for bit in sets.fold(Registers::NONE, Registers::with).bits() {
                    let bytes = self.width(caller, bit);
                    let known = kept.entry(bit).or_default();
                    *known = bytes.max(*known);
                }
                open.extend(Some(caller.entry).filter(|entry| seen.insert(*entry)));
            }
        }
        Ok(kept.into_iter().map(|(bit, bytes)| Kept { name: Registers::name(bit, bytes), bytes }).collect())
    }

    /// Some caller may call the function at `callee` with a stack that is not aligned to 16 bytes: its
    /// compiler saw that the present code does not need it.
    ///
    /// # Errors
    /// A damaged file, or one without debug information.
    pub fn is_called_unaligned(&self, callee: u64) -> Result<bool, Error> {
        let (mut open, mut seen) = (vec![callee], BTreeSet::from([callee]));
        while let Some(function) = open.pop() {
            if self.overwritten_by(function)? == Registers::ALL {
                continue;
            }
            for caller in self.callers_of(function)? {
                if !self.compiled_together(&caller.ranges, function)? {
                    continue;
                }
                let flow = Flow::new(&self.image, &caller.ranges);
                if !Stack::of(&flow, caller.entry).is_aligned_at_calls(&flow, function) {
                    return Ok(true);
                }
                open.extend(Some(caller.entry).filter(|entry| seen.insert(*entry)));
            }
        }
        Ok(false)
    }

    /// Code that calls a function, or ends in a jump to it.
    fn callers_of(&self, function: u64) -> Result<Vec<&Instance>, Error> {
        let info = self.debug_info()?;
        let references = self.references_to(function..function + 1)?;
        let code = references.iter().filter(|r| r.kind != ReferenceKind::Data);
        let callers = code.filter_map(|r| info.function_at(r.from)).map(|(_, instance)| instance);
        let callers: BTreeMap<u64, &Instance> =
            callers.filter(|i| i.entry != function).map(|i| (i.entry, i)).collect();
        Ok(callers.into_values().collect())
    }

    /// How much of a register a caller uses.
    fn width(&self, caller: &Instance, bit: u32) -> u32 {
        let flow = Flow::new(&self.image, &caller.ranges);
        let smallest = Registers::smallest(bit);
        // By its operands: what an instruction clears beyond them it does not use.
        let wide = flow.code.iter().flat_map(|instruction| {
            let long_masks = instruction.cpuid_features().contains(&CpuidFeature::AVX512BW);
            let operands = (0..instruction.op_count()).map(|at| instruction.op_register(at));
            let used: Vec<Register> = operands.chain([instruction.op_mask()]).collect();
            used.into_iter().filter(move |r| Registers::of(*r).bits().contains(&bit)).map(move |register| {
                match (register.is_vector_register(), long_masks) {
                    (true, _) => register.size() as u32,
                    (false, true) => 8,
                    (false, false) => smallest,
                }
            })
        });
        wide.max().unwrap_or(smallest).max(smallest)
    }
}
