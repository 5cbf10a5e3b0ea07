//! One walk over a unit's entries: notes functions, inlined copies, variables and types, unresolved.

use std::ops::Range;
use std::sync::Arc;

use gimli::{Attribute, AttributeValue, Dwarf, EntriesRaw, Operation, constants};

use super::sections::{EntryAt, Slice, Space};
use super::split::Half;
use super::units::{Unit, UnitId};

/// What one unit holds, in the order of its entries.
pub(crate) struct Scan {
    pub unit: Unit,
    /// Its first entry, and the end of its last one.
    pub start: EntryAt,
    pub end: usize,
    /// Its header's offset.
    pub header: usize,
    /// No compile unit: shared pieces (dwz), which belong to whoever refers to them.
    pub partial: bool,
    /// Of C: it holds code, and types are described.
    pub described: bool,
    /// The shared pieces that it includes (DW_TAG_imported_unit).
    pub imports: Vec<EntryAt>,
    /// Of a skeleton: its entries are in a `.dwo` file.
    pub half: Option<Box<Half>>,
    /// What a skeleton and its other half have in common.
    pub dwo_id: Option<u64>,
    /// Of a type unit: the signature and the type.
    pub signature: Option<(u64, EntryAt)>,
    pub abbreviations: Arc<gimli::Abbreviations>,
    pub routines: Vec<Routine>,
    pub inlined: Vec<Inlined>,
    pub variables: Vec<Variable>,
    /// Hash of the C spelling of each complete type, see [`type_hash`].
    pub types: Vec<(u64, EntryAt)>,
}

/// A DW_TAG_subprogram.
pub(crate) struct Routine {
    pub at: EntryAt,
    /// The end of its subtree.
    pub end: usize,
    pub name: Option<Box<str>>,
    pub origin: Option<EntryAt>,
    pub external: bool,
    pub declaration: bool,
    pub noreturn: bool,
    pub entry: Option<u64>,
    pub ranges: Vec<Range<u64>>,
}

/// A DW_TAG_inlined_subroutine.
pub(crate) struct Inlined {
    pub origin: EntryAt,
    /// The routine around it.
    pub routine: u32,
    /// The inlined copy around it, if any.
    pub parent: Option<u32>,
}

/// A DW_TAG_variable of file scope, or a static one of function scope.
pub(crate) struct Variable {
    pub at: EntryAt,
    pub name: Option<Box<str>>,
    pub origin: Option<EntryAt>,
    pub external: bool,
    pub declaration: bool,
    pub place: Option<Place>,
    pub type_at: Option<TypeAt>,
    pub scope: Scope,
}

/// Where a type is described.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TypeAt {
    Entry(EntryAt),
    /// In a type unit, by signature.
    Signature(u64),
}

/// Where a variable lives for the whole run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Address(u64),
    /// Offset in the TLS segment.
    Thread(u64),
    /// Computed, split or constant: no object that one could point at.
    Elsewhere,
}

/// What a variable is declared in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    File,
    Routine(u32),
    Inlined(u32),
}

/// The hash under which [`Scan::types`] keeps `struct client` (tag and name) or `size_t`.
pub(crate) fn type_hash(keyword: &str, name: &[u8]) -> u64 {
    // FNV-1a: only a filter, the name is compared afterwards.
    let bytes = keyword.bytes().chain([b' ']).chain(name.iter().copied());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// The C keyword before the name of a type, where the tag is that of a named type.
pub(crate) fn keyword(tag: gimli::DwTag) -> Option<&'static str> {
    Some(match tag {
        constants::DW_TAG_structure_type => "struct",
        constants::DW_TAG_union_type => "union",
        constants::DW_TAG_enumeration_type => "enum",
        constants::DW_TAG_typedef | constants::DW_TAG_base_type => "",
        _ => return None,
    })
}

/// Walks one unit.
///
/// `skeleton`: of a split unit what stands in the executable, which the addresses refer to.
pub(crate) fn scan<'d>(
    id: UnitId,
    space: Space,
    dwarf: &Dwarf<Slice<'d>>,
    header: gimli::UnitHeader<Slice<'d>>,
    skeleton: Option<&gimli::Unit<Slice<'d>>>,
) -> gimli::Result<Scan> {
    let mut unit = dwarf.unit(header)?;
    if let Some(skeleton) = skeleton {
        unit.copy_relocated_attributes(skeleton);
        unit.comp_dir = unit.comp_dir.or(skeleton.comp_dir);
    }
    let offset = unit.header.debug_info_offset().map(|offset| offset.0);
    let offset = offset.or(unit.header.debug_types_offset().map(|offset| offset.0)).unwrap_or(0);
    let root = unit.entry(unit.header.root_offset())?;
    let dwo_id = unit.dwo_id.map(|id| id.0);
    let scan = Scan {
        unit: Unit::read(id, dwarf, &unit, &root),
        start: EntryAt::new(space, offset),
        end: offset.saturating_add(unit.header.length_including_self()),
        header: offset,
        partial: root.tag() != constants::DW_TAG_compile_unit,
        described: false,
        imports: Vec::new(),
        half: if skeleton.is_none() { half(dwarf, &unit, dwo_id)? } else { None },
        dwo_id,
        signature: signature(&unit.header, EntryAt::new(space, offset)),
        abbreviations: unit.abbreviations.clone(),
        routines: Vec::new(),
        inlined: Vec::new(),
        variables: Vec::new(),
        types: Vec::new(),
    };
    let reader = EntryReader { space, dwarf, unit: &unit, offset };
    // clang may describe no function at all. gcc does, and counts file-scope assembly as the unit's code.
    let code =
        [constants::DW_AT_high_pc, constants::DW_AT_ranges].map(|name| root.attr_value(name).is_some());
    let holds_code = !scan.unit.is_gnu() && code.contains(&true);
    let mut walk =
        Walk { reader, scan, open: Vec::new(), attributes: Vec::new(), holds_code, detailed: false };
    walk.run()?;
    Ok(walk.scan)
}

impl Scan {
    /// Takes away what was found: it is described elsewhere.
    pub fn discard(&mut self) {
        self.partial = true;
        (self.routines, self.inlined) = (Vec::new(), Vec::new());
        (self.variables, self.types) = (Vec::new(), Vec::new());
    }
}

fn half<'d>(
    dwarf: &Dwarf<Slice<'d>>,
    unit: &gimli::Unit<Slice<'d>>,
    id: Option<u64>,
) -> gimli::Result<Option<Box<Half>>> {
    // In a `.dwo` file the attribute is only a copy.
    if dwarf.file_type == gimli::DwarfFileType::Dwo {
        return Ok(None);
    }
    let Some(name) = unit.dwo_name()? else { return Ok(None) };
    let name = dwarf.attr_string(unit, name)?.to_string_lossy().into_owned();
    Ok(Some(Box::new(Half { name, id })))
}

fn signature(header: &gimli::UnitHeader<Slice<'_>>, start: EntryAt) -> Option<(u64, EntryAt)> {
    let (gimli::UnitType::Type { type_signature, type_offset }
    | gimli::UnitType::SplitType { type_signature, type_offset }) = header.type_()
    else {
        return None;
    };
    let offset = start.offset().checked_add(type_offset.0)?;
    Some((type_signature.0, EntryAt::new(start.space(), offset)))
}

/// What is needed to understand an attribute of an entry.
pub(crate) struct EntryReader<'w, 'd> {
    pub space: Space,
    pub dwarf: &'w Dwarf<Slice<'d>>,
    pub unit: &'w gimli::Unit<Slice<'d>>,
    /// The unit header's offset.
    pub offset: usize,
}

struct Walk<'w, 'd> {
    reader: EntryReader<'w, 'd>,
    scan: Scan,
    /// The routines and inlined copies around the current entry, with their depths.
    open: Vec<(isize, Scope)>,
    attributes: Vec<Attribute<Slice<'d>>>,
    holds_code: bool,
    /// Types are described.
    detailed: bool,
}

impl<'d> Walk<'_, 'd> {
    fn run(&mut self) -> gimli::Result<()> {
        let unit = self.reader.unit;
        let mut entries = unit.entries_raw(None)?;
        while !entries.is_empty() {
            let (depth, offset) = (entries.next_depth(), self.reader.offset + entries.next_offset().0);
            let Some(abbreviation) = entries.read_abbreviation()? else { continue };
            self.close(depth, offset);
            if self.wants(abbreviation.tag()) {
                self.read(&mut entries, abbreviation.attributes())?;
                self.note(abbreviation.tag(), depth, EntryAt::new(self.reader.space, offset))?;
            } else {
                entries.skip_attributes(abbreviation.attributes())?;
            }
        }
        self.close(0, self.scan.end);
        let scan = &mut self.scan;
        let typed = scan.variables.iter().any(|variable| variable.type_at.is_some());
        let detailed = self.detailed || typed || !scan.types.is_empty() || scan.unit.states_full_debug();
        let is_c = scan.unit.language.starts_with("DW_LANG_C") && !scan.partial && scan.half.is_none();
        let described = is_c && !scan.unit.artificial && self.holds_code;
        scan.unit.lines_only = described && !detailed;
        scan.described = described && detailed;
        Ok(())
    }

    fn wants(&self, tag: gimli::DwTag) -> bool {
        let inner = matches!(
            tag,
            constants::DW_TAG_subprogram
                | constants::DW_TAG_inlined_subroutine
                | constants::DW_TAG_variable
                | constants::DW_TAG_imported_unit
        );
        inner || keyword(tag).is_some()
    }

    fn read(
        &mut self,
        entries: &mut EntriesRaw<'_, Slice<'d>>,
        specifications: &[gimli::AttributeSpecification],
    ) -> gimli::Result<()> {
        entries.read_attributes(specifications, &mut self.attributes)
    }

    fn note(&mut self, tag: gimli::DwTag, depth: isize, at: EntryAt) -> gimli::Result<()> {
        match tag {
            constants::DW_TAG_subprogram => self.note_routine(depth, at),
            constants::DW_TAG_inlined_subroutine => self.note_inlined(depth),
            constants::DW_TAG_variable => self.note_variable(at),
            constants::DW_TAG_imported_unit => {
                let import = self.value(constants::DW_AT_import);
                self.scan.imports.extend(import.and_then(|value| self.reader.entry_at(value)));
                Ok(())
            }
            _ => self.note_type(tag, at),
        }
    }

    /// Leaves the routines and inlined copies that an entry of this depth is not in.
    fn close(&mut self, depth: isize, offset: usize) {
        while let Some((_, scope)) = self.open.pop_if(|open| open.0 >= depth) {
            if let Scope::Routine(routine) = scope {
                self.scan.routines[routine as usize].end = offset;
            }
        }
    }

    fn scope(&self) -> Scope {
        self.open.last().map_or(Scope::File, |open| open.1)
    }

    fn value(&self, name: gimli::DwAt) -> Option<AttributeValue<Slice<'d>>> {
        self.attributes.iter().find(|attribute| attribute.name() == name).map(Attribute::value)
    }

    fn flag(&self, name: gimli::DwAt) -> bool {
        matches!(self.value(name), Some(AttributeValue::Flag(true)))
    }

    fn text(&self, name: gimli::DwAt) -> gimli::Result<Option<Box<str>>> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let text = self.reader.dwarf.attr_string(self.reader.unit, value)?;
        Ok(Some(text.to_string_lossy().into_owned().into_boxed_str()))
    }

    fn origin(&self) -> Option<EntryAt> {
        let value = self.value(constants::DW_AT_abstract_origin);
        let value = value.or_else(|| self.value(constants::DW_AT_specification));
        value.and_then(|value| self.reader.entry_at(value))
    }

    fn note_routine(&mut self, depth: isize, at: EntryAt) -> gimli::Result<()> {
        let ranges = self.reader.ranges(&self.attributes)?;
        let stated = self.value(constants::DW_AT_low_pc);
        let stated =
            stated.map(|value| self.reader.dwarf.attr_address(self.reader.unit, value)).transpose()?;
        let start = ranges.first().map(|range| range.start);
        // Beside DW_AT_ranges a low_pc of 0 is only the base for the ranges.
        let entry = stated.flatten().filter(|entry| ranges.iter().any(|range| range.start == *entry));
        let origin = self.origin();
        self.note_detail(origin, !ranges.is_empty());
        let routine = Routine {
            at,
            end: self.scan.end,
            name: self.text(constants::DW_AT_name)?,
            origin,
            external: self.flag(constants::DW_AT_external),
            declaration: self.flag(constants::DW_AT_declaration),
            noreturn: self.flag(constants::DW_AT_noreturn),
            entry: entry.or(start),
            ranges,
        };
        self.open.push((depth, Scope::Routine(self.scan.routines.len() as u32)));
        self.scan.routines.push(routine);
        Ok(())
    }

    /// What tells a full description of a function from one for line numbers only (-g1).
    fn note_detail(&mut self, origin: Option<EntryAt>, has_code: bool) {
        if self.flag(constants::DW_AT_declaration) {
            return;
        }
        self.holds_code |= has_code || origin.is_none();
        let has = |name| self.value(name).is_some();
        // clang leaves the line out where it describes no more than lines, gcc the type.
        let placed = !self.scan.unit.is_gnu() && has(constants::DW_AT_decl_line);
        let elsewhere = |at: EntryAt| at < self.scan.start || at.offset() >= self.scan.end;
        let full = placed || has(constants::DW_AT_prototyped) || has(constants::DW_AT_type);
        self.detailed |= full || origin.is_some_and(elsewhere);
    }

    fn note_inlined(&mut self, depth: isize) -> gimli::Result<()> {
        let around = self.open.iter().rev().find_map(|open| match open.1 {
            Scope::Routine(routine) => Some(routine),
            _ => None,
        });
        let (Some(routine), Some(origin)) = (around, self.origin()) else { return Ok(()) };
        let parent = match self.scope() {
            Scope::Inlined(parent) => Some(parent),
            _ => None,
        };
        self.open.push((depth, Scope::Inlined(self.scan.inlined.len() as u32)));
        self.scan.inlined.push(Inlined { origin, routine, parent });
        Ok(())
    }

    fn note_variable(&mut self, at: EntryAt) -> gimli::Result<()> {
        let scope = self.scope();
        let place = self.place()?;
        let lasting = matches!(place, Some(Place::Address(_) | Place::Thread(_)));
        if scope != Scope::File && !lasting {
            return Ok(());
        }
        let variable = Variable {
            at,
            name: self.text(constants::DW_AT_name)?,
            origin: self.origin(),
            external: self.flag(constants::DW_AT_external),
            declaration: self.flag(constants::DW_AT_declaration),
            place,
            type_at: self.value(constants::DW_AT_type).and_then(|value| self.reader.type_at(value)),
            scope,
        };
        self.scan.variables.push(variable);
        Ok(())
    }

    fn note_type(&mut self, tag: gimli::DwTag, at: EntryAt) -> gimli::Result<()> {
        let (Some(keyword), Some(name)) = (keyword(tag), self.value(constants::DW_AT_name)) else {
            return Ok(());
        };
        if !self.flag(constants::DW_AT_declaration) {
            let name = self.reader.dwarf.attr_string(self.reader.unit, name)?;
            self.scan.types.push((type_hash(keyword, name.slice()), at));
        }
        Ok(())
    }

    fn place(&self) -> gimli::Result<Option<Place>> {
        match self.value(constants::DW_AT_location) {
            Some(AttributeValue::Exprloc(expression)) => self.reader.place(expression).map(Some),
            Some(_) => Ok(Some(Place::Elsewhere)),
            None if self.value(constants::DW_AT_const_value).is_some() => Ok(Some(Place::Elsewhere)),
            None => Ok(None),
        }
    }
}

impl<'d> EntryReader<'_, 'd> {
    /// The entry that a reference leads to.
    pub fn entry_at(&self, value: AttributeValue<Slice<'d>>) -> Option<EntryAt> {
        match value {
            AttributeValue::UnitRef(offset) => {
                Some(EntryAt::new(self.space, self.offset.checked_add(offset.0)?))
            }
            AttributeValue::DebugInfoRef(offset) => {
                Some(EntryAt::new(Space::info(self.space.file()), offset.0))
            }
            AttributeValue::DebugInfoRefSup(offset) => Some(EntryAt::new(Space::SUPPLEMENTARY, offset.0)),
            _ => None,
        }
    }

    pub fn type_at(&self, value: AttributeValue<Slice<'d>>) -> Option<TypeAt> {
        match value {
            AttributeValue::DebugTypesRef(signature) => Some(TypeAt::Signature(signature.0)),
            other => self.entry_at(other).map(TypeAt::Entry),
        }
    }

    /// The non-empty address ranges of an entry, in DWARF's order (the entry's own first).
    fn ranges(&self, attributes: &[Attribute<Slice<'d>>]) -> gimli::Result<Vec<Range<u64>>> {
        let value = |name| attributes.iter().find(|a| a.name() == name).map(Attribute::value);
        if let Some(list) = value(constants::DW_AT_ranges) {
            let Some(mut list) = self.dwarf.attr_ranges(self.unit, list)? else { return Ok(Vec::new()) };
            let mut ranges = Vec::new();
            while let Some(range) = list.next()? {
                ranges.push(range.begin..range.end);
            }
            ranges.retain(|range| range.start < range.end);
            return Ok(ranges);
        }
        let (Some(low), Some(high)) = (value(constants::DW_AT_low_pc), value(constants::DW_AT_high_pc))
        else {
            return Ok(Vec::new());
        };
        let Some(low) = self.dwarf.attr_address(self.unit, low)? else { return Ok(Vec::new()) };
        let high = match high.udata_value() {
            Some(size) => low.checked_add(size),
            None => self.dwarf.attr_address(self.unit, high)?,
        };
        Ok(high.filter(|&high| low < high).map(|high| low..high).into_iter().collect())
    }

    /// Only a plain address is an object: anything computed cannot be pointed at.
    fn place(&self, expression: gimli::Expression<Slice<'d>>) -> gimli::Result<Place> {
        let mut operations = expression.operations(self.unit.encoding());
        let (first, second) = (operations.next()?, operations.next()?);
        let third = if second.is_some() { operations.next()? } else { None };
        let number = match first {
            Some(Operation::Address { address }) => Some(address),
            Some(Operation::AddressIndex { index } | Operation::ConstantIndex { index }) => {
                Some(self.dwarf.address(self.unit, index)?)
            }
            Some(Operation::UnsignedConstant { value }) => Some(value),
            _ => None,
        };
        let plain = matches!(first, Some(Operation::Address { .. } | Operation::AddressIndex { .. }));
        Ok(match (number, second, third) {
            (Some(address), None, None) if plain => Place::Address(address),
            (Some(offset), Some(Operation::TLS), None) => Place::Thread(offset),
            _ => Place::Elsewhere,
        })
    }
}
