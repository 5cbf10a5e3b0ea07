//! What has to be in memory before a patch can be activated: bindings of its
//! imports, and the record that later injectors read.

use crate::error::{Fault, Result};
use crate::facts::code;
use crate::facts::patch_file::{Function, Import, PatchFile, Use, Variable, elf_file};
use crate::facts::program::Program;
use crate::facts::registry::{Cell as RegistryCell, Record, Registry};
use crate::plan::new_code::NewCode;
use crate::plan::resolve::Names;
use crate::plan::threads::Threads;
use crate::plan::verify::{self, Target};
use object::{Object, ObjectSymbol, elf};
use polus_runtime::LIBRARY;
use polus_runtime::abi::kind;
use polus_runtime::rules::Rule;
use std::fmt;

/// Module number of the executable in ld.so's thread storage.
const EXECUTABLE_MODULE: u64 = 1;
/// How far beside an array gcc may anchor an access to it, bytes.
const ANCHOR: u64 = 64;

/// An address that is known now, or once the patch has its base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the process.
    Process(u64),
    /// Stated address in the patch.
    Patch(u64),
    /// In every thread, at the distance from the thread pointer that ld.so writes to this stated address.
    Thread(u64),
}

impl Place {
    /// The actual address.
    pub fn at(self, base: u64) -> u64 {
        match self {
            Place::Process(address) => address,
            Place::Patch(stated) | Place::Thread(stated) => stated.wrapping_add(base),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Process(address) => write!(out, "{address:#x}"),
            Place::Patch(stated) => write!(out, "patch+{stated:#x}"),
            Place::Thread(stated) => write!(out, "thread+[patch+{stated:#x}]"),
        }
    }
}

/// A relocation against an import, filled by the injector whatever ld.so put there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Stated address of the place in the patch.
    pub place: u64,
    /// What goes there; of the runtime: to be added to the symbol's address.
    pub value: u64,
    /// The symbol is one of the runtime library's.
    pub of_runtime: bool,
    /// For people, and for looking it up in the runtime.
    pub symbol: String,
}

/// See `struct polus_entry`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Entry of the function's first version.
    pub identity: Place,
    /// Entry of this version.
    pub code: Place,
    /// As the program spells it.
    pub name: String,
    /// Its first bytes.
    pub original: [u8; 5],
    /// ORIGIN …
    pub flags: u32,
    /// Its code.
    pub extents: Vec<(Place, Place)>,
}

/// See `struct polus_reference`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The function.
    pub identity: Place,
    /// The variable.
    pub instance: Place,
    /// OLD or NEW_CODE.
    pub side: u32,
    /// The function below which it does not use it any more.
    pub end: Option<Place>,
}

/// See `struct polus_cell`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// As the program spells it.
    pub name: String,
    /// Its instance before, or in every thread the distance from the thread pointer.
    pub old_instance: u64,
    /// Its instance in the patch.
    pub new_instance: Place,
    /// Stated addresses of the state synchronization functions; 0 for an adopted one.
    pub to_new: u64,
    /// The way back.
    pub to_old: u64,
    /// Bytes of the instance before, and of that in the patch.
    pub sizes: (u64, u64),
    /// Its number among the patch's variables.
    pub variable: u32,
    /// ASIDE or PER_THREAD_CELL, or nothing.
    pub flags: u32,
    /// Stated address of what the new instance holds in a new thread; 0 unless every thread has it.
    pub initial: u64,
}

/// Everything about a patch in one process that needs no base.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Where its record is, if it was loaded before.
    pub known: Option<u64>,
    /// Relocations.
    pub bindings: Vec<Binding>,
    /// Versions of functions.
    pub entries: Vec<Entry>,
    /// Who uses migrated variables.
    pub references: Vec<Reference>,
    /// Variables that cross.
    pub cells: Vec<Cell>,
}

impl Load {
    /// The same with what ld.so wrote; `read` gives a word of the patch by its stated address.
    pub fn placed(&self, read: &dyn Fn(u64) -> Result<u64>) -> Result<Load> {
        let place = |found: &mut Place| {
            if let Place::Thread(slot) = *found {
                *found = Place::Process(read(slot)?);
            }
            Ok(())
        };
        let mut placed = self.clone();
        placed.cells.iter_mut().try_for_each(|cell| place(&mut cell.new_instance))?;
        placed.references.iter_mut().try_for_each(|reference| place(&mut reference.instance))?;
        Ok(placed)
    }
}

/// Plans loading `patch` into a process, or refuses.
pub fn load(target: &Target, program: &Program, registry: &Registry, patch: &PatchFile) -> Result<Load> {
    verify::belongs(target, patch)?;
    let known = verify::follows(target, registry, patch)?.map(|record| record.address);
    verify::loads(target, program, patch)?;
    if patch.tables.build_id.is_empty() && patch.tables.text_digest.is_empty() {
        verify::complete(program, patch)
            .map_err(|fault| fault.within(format!("{}: {}", target.name, patch.name)))?;
    }
    let names = Names { program, registry, bias: target.bias };
    let planner = Planner { target, names, patch };
    planner.plan(known).map_err(|fault| fault.within(format!("{}: {}", target.name, patch.name)))
}

struct Planner<'a> {
    target: &'a Target,
    names: Names<'a>,
    patch: &'a PatchFile,
}

impl Planner<'_> {
    fn plan(&self, known: Option<u64>) -> Result<Load> {
        let tables = &self.patch.tables;
        let mut load = Load { known, ..Load::default() };
        for import in &tables.imports {
            load.bindings.extend(self.bindings(import)?);
        }
        let mut identities = Vec::new();
        for function in &tables.functions {
            let entries = self.entries(function)?;
            identities.push(entries.first().map(|entry| entry.identity));
            load.entries.extend(entries);
        }
        let numbered = tables.variables.iter().enumerate();
        for (number, variable) in numbered.filter(|(_, variable)| variable.kind != kind::NEW) {
            load.cells.push(self.cell(number, variable)?);
        }
        load.references = self.references(&identities);
        let told = load.references.clone();
        let same = |a: &Reference, b: &Reference| {
            (a.identity, a.instance, a.side) == (b.identity, b.instance, b.side)
        };
        let mut seen = self.new_references(&load);
        seen.retain(|seen| !told.iter().any(|told| same(told, seen)));
        load.references.extend(seen);
        Ok(load)
    }

    fn bindings(&self, import: &Import) -> Result<Vec<Binding>> {
        let value = match import.kind {
            kind::FUNCTION => self.names.identity(&import.name, &import.file, import.address)?,
            kind::VARIABLE => {
                self.names.variable(&import.name, &import.file, &import.function, import.address)?
            }
            kind::RUNTIME => self.runtime_has(&import.name)?,
            _ => self.names.thread_variable(import)?,
        };
        let of_runtime = import.kind == kind::RUNTIME;
        let thread = import.kind == kind::THREAD_VARIABLE;
        let ours = self.patch.relocations.iter().filter(|relocation| relocation.symbol == import.symbol);
        ours.map(|relocation| {
            let value = match (relocation.kind, thread) {
                (elf::R_X86_64_GLOB_DAT | elf::R_X86_64_JUMP_SLOT, false) => value,
                (elf::R_X86_64_64, false) => value.wrapping_add_signed(relocation.addend),
                (elf::R_X86_64_DTPMOD64, true) => EXECUTABLE_MODULE,
                (elf::R_X86_64_DTPOFF64, true) => value.wrapping_add_signed(relocation.addend),
                (other, _) => {
                    return Err(Fault::refused(format!(
                        "refers to `{}` by a relocation of type {}",
                        import.name, other.0
                    ))
                    .hint("build it with plain `gcc -O2 -fPIC -shared`"));
                }
            };
            Ok(Binding { place: relocation.offset, value, of_runtime, symbol: import.name.clone() })
        })
        .collect()
    }

    /// The runtime is loaded later: it counts from 0.
    fn runtime_has(&self, name: &str) -> Result<u64> {
        let library = elf_file(LIBRARY).ok();
        let mut exported = library.iter().flat_map(|library| library.dynamic_symbols());
        match exported.any(|symbol| !symbol.is_undefined() && symbol.name() == Ok(name)) {
            true => Ok(0),
            false => Err(Fault::refused(format!("wants `{name}`, which this polus's runtime does not have"))
                .hint("construct and apply with programs of one release")),
        }
    }

    /// The executable's version and the patch's.
    fn entries(&self, function: &Function) -> Result<Vec<Entry>> {
        let new = |identity| self.new_entry(function, identity);
        let no_entry = function.flags & kind::NO_ENTRY != 0;
        if function.kind == kind::ADDED {
            let identity = Place::Patch(function.code);
            let old =
                if self.has_old_code(function) { self.code_before(function, identity)? } else { vec![] };
            return Ok([vec![new(identity)?], old].concat());
        }
        if no_entry || function.kind == kind::REMOVED {
            let mut entries: Vec<Entry> = self.parts_without_entry(function)?.into_iter().collect();
            if function.kind == kind::REPLACED {
                let identity = entries.first().map_or(Place::Patch(function.code), |entry| entry.identity);
                entries.push(new(identity)?);
            }
            return Ok(entries);
        }
        let identity = self.names.identity(&function.name, &function.file, function.address)?;
        let new = new(Place::Process(identity))?;
        let known = self.names.registry.records.iter().flat_map(|record| &record.entries);
        let is_patch_code =
            known.clone().any(|entry| entry.code == identity && entry.flags & kind::ORIGIN == 0);
        if is_patch_code {
            return Ok(vec![new]);
        }
        Ok(vec![self.origin(function, identity)?, new])
    }

    fn origin(&self, function: &Function, identity: u64) -> Result<Entry> {
        let stated = identity.wrapping_sub(self.target.bias);
        let program = self.names.program;
        if program.size_at(stated)? == 0 {
            let (exe, name) = (program.path.display(), &function.name);
            return Err(Fault::refused(format!("{exe} has no function `{name}` at {stated:#x}")));
        }
        let room = program.room(stated)?;
        if Rule::Room.holds() && room < code::JUMP_SIZE {
            return Err(Fault::refused(format!(
                "the function `{}` has {room} bytes with its padding, too few for a jump of {}",
                function.name,
                code::JUMP_SIZE
            ))
            .hint("leave this function as it is in this update, or restart the program for it"));
        }
        let extents = program.extents(&function.name, &function.file, stated)?;
        let loops = extents.iter().any(|(start, end)| {
            let bytes = program.code(*start, end - start);
            bytes.is_some_and(|bytes| code::branches_into_entry(bytes, *start, stated))
        });
        let mut original = [0; code::JUMP_SIZE];
        let bytes = program.code(stated, code::JUMP_SIZE as u64);
        original.copy_from_slice(
            bytes.ok_or_else(|| Fault::refused(format!("`{}` has no code", function.name)))?,
        );
        Ok(Entry {
            identity: Place::Process(identity),
            code: Place::Process(identity),
            name: function.name.clone(),
            original,
            flags: kind::ORIGIN | if loops { kind::BRANCH_TO_ENTRY } else { 0 },
            extents: self.actual(&extents),
        })
    }

    /// A removed function, or one that the binary holds only as clones: its code
    /// may be active and use what changes, but nobody is led elsewhere.
    fn parts_without_entry(&self, function: &Function) -> Result<Option<Entry>> {
        let entry = self.names.program.function(&function.name, &function.file).unwrap_or(0);
        let extents = self.actual(&self.names.program.extents(&function.name, &function.file, entry)?);
        let Some(first) = extents.first() else { return Ok(None) };
        let (name, flags) = (function.name.clone(), kind::ORIGIN | kind::KEEPS_ENTRY);
        Ok(Some(Entry { identity: first.0, code: first.0, name, original: [0; 5], flags, extents }))
    }

    /// Nobody is led from the old code to the new one, but it may be active and use what changes.
    fn has_old_code(&self, function: &Function) -> bool {
        let tables = &self.patch.tables;
        let is_used = |found: &Use| {
            let user = tables.functions.get(found.function as usize);
            user.is_some_and(|user| user.code == function.code)
        };
        function.flags & kind::NO_ENTRY != 0 || tables.uses.iter().any(is_used)
    }

    /// The code of earlier versions, under the identity of the new one.
    fn code_before(&self, function: &Function, identity: Place) -> Result<Vec<Entry>> {
        let registry = self.names.registry;
        let earlier = self.names.identity_in_patches(&function.name, &function.file);
        let Some(earlier) = earlier else {
            let parts = self.parts_without_entry(function)?;
            return Ok(parts.into_iter().map(|entry| Entry { identity, ..entry }).collect());
        };
        let known = registry.records.iter().flat_map(|record| &record.entries);
        let versions = known.filter(|entry| entry.identity == earlier);
        let place = |(start, end): &(u64, u64)| (Place::Process(*start), Place::Process(*end));
        let copies = versions.map(|entry| Entry {
            identity,
            code: Place::Process(entry.code),
            name: entry.name.clone(),
            original: entry.original,
            flags: kind::ORIGIN | kind::KEEPS_ENTRY,
            extents: entry.extents.iter().map(place).collect(),
        });
        Ok(copies.collect())
    }

    fn actual(&self, extents: &[(u64, u64)]) -> Vec<(Place, Place)> {
        let place = |stated: u64| Place::Process(stated.wrapping_add(self.target.bias));
        extents.iter().map(|(start, end)| (place(*start), place(*end))).collect()
    }

    fn new_entry(&self, function: &Function, identity: Place) -> Result<Entry> {
        let new_code = NewCode { patch: self.patch };
        let extents = new_code.extents(function);
        if extents.is_empty() {
            return Err(Fault::refused(format!(
                "has no symbol for `{}`: it is stripped",
                function.version_name
            ))
            .hint("build it without -s and do not strip it"));
        }
        let layout = &self.patch.layout;
        let mut original = [0; code::JUMP_SIZE];
        let bytes = layout.bytes(function.code, code::JUMP_SIZE);
        original.copy_from_slice(
            bytes.ok_or_else(|| Fault::refused(format!("`{}` has no code", function.version_name)))?,
        );
        let loops = extents.iter().any(|(start, end)| {
            let bytes = layout.bytes(*start, (end - start) as usize);
            bytes.is_some_and(|bytes| code::branches_into_entry(bytes, *start, function.code))
        });
        Ok(Entry {
            identity,
            code: Place::Patch(function.code),
            name: function.name.clone(),
            original,
            flags: new_code.room_flag(function, &extents)? | if loops { kind::BRANCH_TO_ENTRY } else { 0 },
            extents: extents.iter().map(|(start, end)| (Place::Patch(*start), Place::Patch(*end))).collect(),
        })
    }

    fn cell(&self, number: usize, variable: &Variable) -> Result<Cell> {
        if variable.flags & kind::PER_THREAD != 0 {
            return self.thread_cell(number, variable);
        }
        let old =
            self.names.variable(&variable.name, &variable.file, &variable.function, variable.address)?;
        let migrated = variable.kind == kind::MIGRATED;
        Ok(Cell {
            name: variable.name.clone(),
            old_instance: old,
            new_instance: Place::Patch(variable.instance),
            to_new: if migrated { variable.to_new } else { 0 },
            to_old: if migrated { variable.to_old } else { 0 },
            sizes: (if migrated { variable.old_size } else { variable.new_size }, variable.new_size),
            variable: number as u32,
            flags: match variable.flags {
                flags if flags & kind::TRAVELS != 0 => kind::ASIDE | kind::HANDED_ABOUT,
                flags if flags & kind::HOLDS_LOCK != 0 => kind::ASIDE,
                _ => 0,
            },
            initial: 0,
        })
    }

    fn thread_cell(&self, number: usize, variable: &Variable) -> Result<Cell> {
        let threads = Threads { patch: self.patch };
        Ok(Cell {
            name: variable.name.clone(),
            old_instance: self.names.thread_instance(variable)?,
            new_instance: threads.instance(variable)?,
            to_new: variable.to_new,
            to_old: variable.to_old,
            sizes: (variable.old_size, variable.new_size),
            variable: number as u32,
            flags: kind::PER_THREAD_CELL,
            initial: threads.initial(variable),
        })
    }

    /// As cells and references know it.
    fn instance(&self, variable: &Variable) -> Option<Place> {
        match variable.flags & kind::PER_THREAD {
            0 => Some(Place::Patch(variable.instance)),
            _ => Threads { patch: self.patch }.instance(variable).ok(),
        }
    }

    /// Stated addresses that code refers to for it, with how far beside them.
    fn referred(&self, variable: &Variable) -> Vec<(u64, u64, u64)> {
        match variable.flags & kind::PER_THREAD {
            0 => vec![(variable.instance, variable.new_size, ANCHOR)],
            _ => Threads { patch: self.patch }.slots(variable).into_iter().map(|slot| (slot, 1, 0)).collect(),
        }
    }

    /// What the patch's tables tell.
    fn references(&self, identities: &[Option<Place>]) -> Vec<Reference> {
        let tables = &self.patch.tables;
        let identity = |function: u32| *identities.get(function as usize)?;
        let references = |found: &Use| {
            let variable =
                tables.variables.get(found.variable as usize).filter(|found| found.kind == kind::MIGRATED)?;
            let (user, instance) = (identity(found.function)?, self.instance(variable)?);
            let end = found.end.and_then(identity);
            // what only holds its address does not show it in its code
            let sides = if variable.flags & kind::TRAVELS != 0 {
                &[kind::OLD, kind::NEW_CODE][..]
            } else {
                &[kind::OLD]
            };
            Some(sides.iter().map(move |&side| Reference { identity: user, instance, side, end }))
        };
        let relies = |(function, identity): (&Function, &Option<Place>)| {
            let relies = function.flags & kind::RELIES != 0;
            Some(Reference {
                identity: (*identity)?,
                instance: Place::Process(0),
                side: kind::OLD,
                end: None,
            })
            .filter(|_| relies)
        };
        let relying = tables.functions.iter().zip(identities).filter_map(relies);
        tables.uses.iter().filter_map(references).flatten().chain(relying).collect()
    }

    /// Migrated variables that the new code refers to, here or in earlier patches.
    fn new_references(&self, load: &Load) -> Vec<Reference> {
        let own = self.patch.tables.variables.iter().filter(|variable| variable.kind == kind::MIGRATED);
        let own: Vec<_> =
            own.filter_map(|variable| Some((self.instance(variable)?, self.referred(variable)))).collect();
        let mut found = Vec::new();
        for entry in load.entries.iter().filter(|entry| entry.flags & kind::ORIGIN == 0) {
            let ranges: Vec<_> = entry.extents.iter().map(|(start, end)| (start.at(0), end.at(0))).collect();
            for address in (NewCode { patch: self.patch }).addresses(&ranges) {
                let near = |(start, size, beside): &(u64, u64, u64)| {
                    (start.saturating_sub(*beside)..start.saturating_add(size + beside)).contains(&address)
                };
                let own = own.iter().filter(|(_, places)| places.iter().any(near));
                let own = own.map(|(instance, _)| *instance);
                let earlier = self.earlier_instance(load, address).map(Place::Process);
                let instances: Vec<Place> = own.chain(earlier).collect();
                found.extend(instances.into_iter().map(|instance| Reference {
                    identity: entry.identity,
                    instance,
                    side: kind::NEW_CODE,
                    end: None,
                }));
            }
        }
        found
    }

    /// The migrated variable of an earlier patch that the slot at `place` will hold.
    fn earlier_instance(&self, load: &Load, place: u64) -> Option<u64> {
        let value = load.bindings.iter().find(|binding| binding.place == place && !binding.of_runtime)?.value;
        let records = self.names.registry.records.iter();
        let cells = records.flat_map(|record| record.cells.iter().map(move |cell| (record, cell)));
        // a variable of every thread is reached by a function
        let reached = |(record, cell): &(&Record, &RegistryCell)| match cell.flags & kind::PER_THREAD_CELL {
            0 => cell.new_instance == value,
            _ => record.variables.get(cell.variable as usize).is_some_and(|found| found.address == value),
        };
        let mut found = cells.filter(|(_, cell)| !cell.adopted).filter(reached);
        found.next().map(|(_, cell)| cell.new_instance)
    }
}

impl fmt::Display for Load {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.known {
            Some(record) => writeln!(out, "use the loaded patch recorded at {record:#x}")?,
            None => writeln!(out, "load the patch near the executable")?,
        }
        for binding in &self.bindings {
            let to = match binding.of_runtime {
                true => "the runtime's".to_string(),
                false => format!("{:#x}", binding.value),
            };
            writeln!(out, "bind {} at patch+{:#x} to {to}", binding.symbol, binding.place)?;
        }
        for entry in &self.entries {
            writeln!(
                out,
                "know {} of {} at {} flags {}",
                entry.name, entry.identity, entry.code, entry.flags
            )?;
        }
        for cell in &self.cells {
            writeln!(out, "carry {} from {:#x} to {}", cell.name, cell.old_instance, cell.new_instance)?;
        }
        for reference in &self.references {
            let side = if reference.side == kind::OLD { "older code" } else { "new code" };
            writeln!(out, "{side} of {} uses {}", reference.identity, reference.instance)?;
        }
        Ok(())
    }
}
