//! Which arguments the callers of a function surely pass as its type says.

use std::ops::Range;

use iced_x86::{FlowControl, InstructionInfoFactory};

use super::decode::instructions;
use super::references::ReferenceKind;
use super::registers::{Registers, effect};
use crate::binary::Binary;
use crate::dwarf::{At, Class, Compiler, Function, FunctionKey, Instance};
use crate::error::Error;
use crate::symbols::{Binding, Symbol};

/// DWARF's numbers of rdi, rsi, rdx, rcx, r8 and r9; xmm0 is 17.
const INTEGERS: [u16; 6] = [5, 4, 1, 2, 8, 9];
const VECTOR: u16 = 17;

impl Binary {
    /// The parameters of the code that starts at an entry of which nothing shows that its callers pass them
    /// as the function's type says, `...` among them. Empty: they do so.
    ///
    /// A compiler that rewrites functions in place drops what a function does not need, passes values for
    /// pointers, and then tells no place of the parameter, or another than the convention's. So a parameter
    /// counts as passed if at the entry it is in the very register that the convention gives it, or
    /// in the frame, and the code fetches that register. A function that is not `confined` to callers
    /// which the compiler knew keeps its convention; it only may be passed anything for what it does
    /// not need.
    ///
    /// # Errors
    /// Damaged debug information.
    pub fn unpassed(&self, instance: &Instance, confined: bool) -> Result<Vec<String>, Error> {
        let Some(taken) = self.debug_info()?.parameters(instance.entry) else {
            return Ok(vec!["its arguments".to_string()]);
        };
        let fetched = self.fetched_first(&instance.ranges);
        let (mut integers, mut vectors) = (usize::from(taken.result_in_memory), 0);
        let mut known = true;
        let mut unpassed = Vec::new();
        for parameter in &taken.all {
            let own = match parameter.class {
                Class::Integer => {
                    integers += 1;
                    INTEGERS.get(integers - 1).map(|&at| (at, Registers::integer_argument(integers - 1)))
                }
                Class::Vector => {
                    vectors += 1;
                    (vectors <= 8).then(|| {
                        let last = Registers::vectors(vectors).without(Registers::vectors(vectors - 1));
                        (VECTOR + vectors as u16 - 1, last)
                    })
                }
                Class::Mixed => None,
            };
            // Behind a structure it is not known which registers are left.
            known &= own.is_some();
            let ordinary = own.filter(|_| known).is_some_and(|(number, register)| match parameter.at {
                At::Register(at) => at == number,
                At::Frame => !fetched.and(register).is_empty(),
                At::Nowhere => false,
            });
            let there = !confined && parameter.at != At::Nowhere;
            if !ordinary && !there {
                unpassed.push(parameter.name.clone());
            }
        }
        if taken.variadic && confined {
            unpassed.push("...".to_string());
        }
        Ok(unpassed)
    }

    /// Without the sources: what callers of a function do not surely pass because the compiler knew all
    /// of them, and fitted it to them in place. Empty: anybody can call it.
    ///
    /// # Errors
    /// A damaged file; no debug information.
    pub fn fitted(&self, key: &FunctionKey) -> Result<Vec<String>, Error> {
        let info = self.debug_info()?;
        let Some(instance) = info.function(key).and_then(Function::entry) else { return Ok(Vec::new()) };
        let closed = key.unit.is_some() || self.is_local(instance.entry)?;
        if !closed || self.is_pointed_to(instance.entry)? {
            return Ok(Vec::new());
        }
        match info.unit(instance.unit).compiler() {
            Compiler::Gcc(_) => Ok(Vec::new()),
            Compiler::Clang(_) => self.unpassed(instance, true),
            Compiler::Other => Ok(vec!["its arguments".to_string()]),
        }
    }

    /// The linker made the function that starts there local, whatever it is in its file.
    ///
    /// # Errors
    /// A damaged symbol table.
    pub fn is_local(&self, entry: u64) -> Result<bool, Error> {
        let mut symbols = self.symbols()?.at(entry).filter(Symbol::is_function);
        Ok(symbols.all(|symbol| symbol.binding == Binding::Local))
    }

    /// Code or data holds the address of the code that starts there.
    ///
    /// # Errors
    /// A damaged file.
    pub fn is_pointed_to(&self, entry: u64) -> Result<bool, Error> {
        let holds = |kind| matches!(kind, ReferenceKind::Address | ReferenceKind::Data);
        Ok(self.references_to(entry..entry + 1)?.iter().any(|reference| holds(reference.kind)))
    }

    /// What the first straight piece of code reads before it is overwritten.
    fn fetched_first(&self, ranges: &[Range<u64>]) -> Registers {
        let mut factory = InstructionInfoFactory::new();
        let (mut read, mut written) = (Registers::NONE, Registers::NONE);
        let code = ranges.first().into_iter().flat_map(|range| instructions(&self.image, range));
        for instruction in code.take_while(|found| found.flow_control() == FlowControl::Next) {
            let effect = effect(&mut factory, &instruction);
            read = read.with(effect.reads.without(written));
            written = written.with(effect.writes);
        }
        read
    }
}
