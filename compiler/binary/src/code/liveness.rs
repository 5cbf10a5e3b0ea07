//! Whether a caller counts on registers that its callee happens not to touch (gcc's -fipa-ra).

use std::collections::HashMap;
use std::ops::Range;

use iced_x86::{FlowControl, InstructionInfoFactory, Mnemonic};

use super::decode::{branch_target, instructions};
use super::flow::{Flow, Next};
use super::registers::{Effect, Registers, effect};
use crate::binary::Binary;
use crate::dwarf::Convention;
use crate::error::Error;

/// A call across which the caller keeps values in registers that any callee may overwrite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAcrossCall {
    /// Stated address of the call.
    pub call: u64,
    /// The registers: `rcx`, `xmm3`; `ymm3` or `zmm3` where the caller uses more of them.
    pub registers: Vec<String>,
    pub(crate) set: Registers,
}

impl Binary {
    /// The calls from `caller` (all its ranges) to the function at `callee` across which the caller keeps
    /// values in caller-saved registers: it was compiled on the knowledge that the callee's present code
    /// leaves them alone. A register counts if the present callee, with all that it calls, never writes
    /// it, if the caller may have put something there before, and if it is read on some path afterwards.
    ///
    /// Errs on the side of reporting: where a jump's targets are unknown, every register is read; a
    /// callee without debug information (a library's, too) reads all argument registers.
    ///
    /// # Errors
    /// A damaged file.
    pub fn kept_across_calls(
        &self,
        caller: &[Range<u64>],
        callee: u64,
    ) -> Result<Vec<KeptAcrossCall>, Error> {
        let flow = Flow::new(&self.image, caller);
        let to_callee = |next: &Next| matches!(next, Next::Call(Some(target), _) if *target == callee);
        let calls: Vec<usize> = (0..flow.code.len()).filter(|&at| to_callee(&flow.next[at])).collect();
        if calls.is_empty() {
            return Ok(Vec::new());
        }
        if !self.may_know(caller, callee)? {
            return Ok(Vec::new());
        }
        let spared = Registers::ALL.without(self.overwritten_by(callee)?);
        if spared.is_empty() {
            return Ok(Vec::new());
        }
        let entry = caller.first().map_or(0, |range| range.start);
        let analysis = Analysis::new(self, &flow, entry)?;
        let (live, held) = (analysis.live(), analysis.held());
        let results = analysis.conventions[&callee].results;
        let kept = calls.into_iter().map(|at| {
            let after = analysis.after(&live, at).without(results);
            (at, after.and(held[at]).and(spared))
        });
        let kept = kept.filter(|(_, registers)| !registers.is_empty());
        Ok(kept
            .map(|(at, set)| KeptAcrossCall { call: flow.code[at].ip(), registers: set.names(), set })
            .collect())
    }

    /// Where the compiler counted on registers that a callee leaves alone, if it knew the callee's code.
    pub(crate) fn may_know(&self, caller: &[Range<u64>], callee: u64) -> Result<bool, Error> {
        let start = caller.first().map_or(0, |range| range.start);
        let counts = !self.has_debug_info() || self.debug_info()?.counts_on_callees(start);
        Ok(counts && self.compiled_together(caller, callee)?)
    }

    /// A compiler knows the code of functions that it compiles in one go: in one unit, also an artificial
    /// one of link-time optimisation. Without debug information it may always.
    pub(crate) fn compiled_together(&self, caller: &[Range<u64>], callee: u64) -> Result<bool, Error> {
        if !self.has_debug_info() {
            return Ok(true);
        }
        let info = self.debug_info()?;
        let unit = |svma| info.function_at(svma).map(|(_, instance)| instance.unit);
        let caller = caller.first().and_then(|range| unit(range.start));
        Ok(match (caller, unit(callee)) {
            (Some(caller), Some(callee)) => caller == callee,
            _ => true,
        })
    }

    /// What the function at an address overwrites, with everything that it calls. A callee outside of
    /// this file, or behind a pointer, overwrites all that it may.
    pub(crate) fn overwritten_by(&self, function: u64) -> Result<Registers, Error> {
        let (mut known, mut waiting) = (std::collections::HashSet::new(), vec![function]);
        let mut overwritten = Registers::NONE;
        let mut factory = InstructionInfoFactory::new();
        while let Some(function) = waiting.pop().filter(|_| overwritten != Registers::ALL) {
            let Some(ranges) = self.function_ranges(function)? else { return Ok(Registers::ALL) };
            for instruction in ranges.iter().flat_map(|range| instructions(&self.image, range)) {
                let outside = |target: &u64| !ranges.iter().any(|range| range.contains(target));
                match (instruction.flow_control(), branch_target(&instruction)) {
                    (FlowControl::IndirectCall, _) => return Ok(Registers::ALL),
                    (FlowControl::Call, None) => return Ok(Registers::ALL),
                    (_, Some(target)) if outside(&target) && known.insert(target) => waiting.push(target),
                    _ => {}
                }
                overwritten = overwritten.with(effect(&mut factory, &instruction).writes);
                if instruction.mnemonic() == Mnemonic::Syscall {
                    overwritten = overwritten.with(Registers::RAX.with(Registers::RCX).with(Registers::R11));
                }
            }
        }
        Ok(overwritten)
    }

    /// All code of the function that starts at an address. `None`: no function of this file starts there.
    pub(crate) fn function_ranges(&self, entry: u64) -> Result<Option<Vec<Range<u64>>>, Error> {
        if self.has_debug_info()
            && let Some((_, instance)) = self.debug_info()?.function_at(entry)
        {
            return Ok(Some(instance.ranges.clone()));
        }
        let symbol = self.symbols()?.at(entry).find(|symbol| symbol.is_function() && symbol.size > 0);
        Ok(symbol.map(|symbol| vec![symbol.range()]))
    }

    fn convention(&self, entry: u64) -> Result<Convention, Error> {
        if self.has_debug_info() { Ok(self.debug_info()?.convention(entry)) } else { Ok(Convention::UNKNOWN) }
    }
}

/// One function's flow with the effects of its instructions and callees.
struct Analysis<'f> {
    flow: &'f Flow,
    effects: Vec<Effect>,
    conventions: HashMap<u64, Convention>,
    /// The function's own entry and convention.
    entry: u64,
    own: Convention,
}

impl<'f> Analysis<'f> {
    fn new(binary: &Binary, flow: &'f Flow, entry: u64) -> Result<Analysis<'f>, Error> {
        let mut factory = InstructionInfoFactory::new();
        let effects = flow.code.iter().map(|instruction| effect(&mut factory, instruction)).collect();
        let mut conventions = HashMap::new();
        for next in &flow.next {
            if let Next::Call(Some(target), _) | Next::TailCall(Some(target), _) = next {
                conventions.insert(*target, binary.convention(*target)?);
            }
        }
        Ok(Analysis { flow, effects, conventions, entry, own: binary.convention(entry)? })
    }

    fn callee(&self, target: Option<u64>) -> Convention {
        target.and_then(|target| self.conventions.get(&target).copied()).unwrap_or(Convention::UNKNOWN)
    }

    /// The registers that may still be read before each instruction.
    fn live(&self) -> Vec<Registers> {
        let mut live = vec![Registers::NONE; self.flow.code.len()];
        loop {
            let mut changed = false;
            for at in (0..live.len()).rev() {
                let before = self.before(&live, at);
                changed |= before != live[at];
                live[at] = before;
            }
            if !changed {
                return live;
            }
        }
    }

    fn before(&self, live: &[Registers], at: usize) -> Registers {
        let effect = self.effects[at];
        let after = match &self.flow.next[at] {
            Next::Call(target, _) => {
                let callee = self.callee(*target);
                // The compiler trusts a callee that it does not know with nothing.
                let gone = if callee.known { callee.results } else { Registers::ALL };
                self.after(live, at).without(gone).with(callee.arguments)
            }
            _ => self.after(live, at),
        };
        after.without(effect.kills).with(effect.reads)
    }

    /// The registers that may still be read after an instruction (of a call: after it came back).
    fn after(&self, live: &[Registers], at: usize) -> Registers {
        let join = |next: &[usize]| next.iter().fold(Registers::NONE, |set, &next| set.with(live[next]));
        match &self.flow.next[at] {
            Next::Inside(next) | Next::Call(_, next) => join(next),
            Next::TailCall(target, next) => join(next).with(self.callee(*target).arguments),
            Next::Return => self.own.results,
            Next::End => Registers::NONE,
            Next::Unknown => Registers::ALL,
        }
    }

    /// The registers that may hold something of the function's own before each instruction.
    fn held(&self) -> Vec<Registers> {
        let mut held = vec![Registers::NONE; self.flow.code.len()];
        if let Some(entry) = self.flow.index(self.entry) {
            held[entry] = self.own.arguments;
        }
        loop {
            let mut changed = false;
            for at in 0..held.len() {
                let mut after = held[at].with(self.effects[at].writes);
                let next: &[usize] = match &self.flow.next[at] {
                    Next::Call(target, next) => {
                        let callee = self.callee(*target);
                        after = if callee.known { after.with(callee.results) } else { callee.results };
                        next
                    }
                    Next::Inside(next) | Next::TailCall(_, next) => next,
                    Next::Return | Next::End => &[],
                    Next::Unknown => return vec![Registers::ALL; held.len()],
                };
                for &next in next {
                    changed |= held[next].with(after) != held[next];
                    held[next] = held[next].with(after);
                }
            }
            if !changed {
                return held;
            }
        }
    }
}
