//! Reading one entry on demand: names, sizes of types, types as C spells them.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use gimli::{AttributeValue, DebugInfoOffset, Dwarf, Section, UnitOffset, constants};

use super::entries::Entries;
use super::scan::{EntryReader, TypeAt, keyword};
use super::sections::{EntryAt, Sections, Slice, Space};

type Unit<'d> = gimli::Unit<Slice<'d>>;
type Entry<'d> = gimli::DebuggingInformationEntry<Slice<'d>>;

/// Types nest (`int (*(*)[3])(void)`); deeper than this is a loop in a damaged file.
const DEEPEST: usize = 64;

/// Readers for all files, each made when it is first needed.
pub(crate) struct Dwarfs<'d> {
    sections: &'d Sections,
    readers: Vec<OnceCell<Box<Dwarf<Slice<'d>>>>>,
}

/// Reads single entries; keeps the units that it has opened.
pub(crate) struct TypeReader<'r, 'd> {
    entries: &'d Entries,
    dwarfs: &'r Dwarfs<'d>,
    units: RefCell<HashMap<usize, Rc<Unit<'d>>>>,
}

/// An entry and the unit that explains its attributes.
pub(crate) struct Place<'d> {
    pub at: EntryAt,
    pub entry: Entry<'d>,
    index: usize,
    unit: Rc<Unit<'d>>,
}

impl<'d> Dwarfs<'d> {
    pub fn new(entries: &'d Entries) -> Dwarfs<'d> {
        let sections = &entries.sections;
        Dwarfs { sections, readers: (0..sections.files()).map(|_| OnceCell::new()).collect() }
    }

    fn of(&self, space: Space) -> &Dwarf<Slice<'d>> {
        let file = space.file();
        self.readers[file].get_or_init(|| Box::new(self.sections.dwarf(file)))
    }
}

impl<'r, 'd> TypeReader<'r, 'd> {
    pub fn new(entries: &'d Entries, dwarfs: &'r Dwarfs<'d>) -> TypeReader<'r, 'd> {
        TypeReader { entries, dwarfs, units: RefCell::default() }
    }

    /// Opens an entry. `None`: no entry stands there.
    pub fn place(&self, at: EntryAt) -> Option<Place<'d>> {
        let index = self.entries.unit_of(at)?;
        let unit = self.unit(index)?;
        let offset = at.offset().checked_sub(self.entries.scans[index].header)?;
        let entry = unit.entry(UnitOffset(offset)).ok()?;
        Some(Place { at, entry, index, unit })
    }

    /// The children of an entry.
    pub fn children(&self, place: &Place<'d>) -> Vec<Place<'d>> {
        let mut children = Vec::new();
        let offset = place.entry.offset();
        let Ok(mut tree) = place.unit.entries_tree(Some(offset)) else { return children };
        let Ok(root) = tree.root() else { return children };
        let mut nodes = root.children();
        while let Ok(Some(node)) = nodes.next() {
            let entry = node.entry().clone();
            let offset = self.entries.scans[place.index].header + entry.offset().0;
            let at = EntryAt::new(place.at.space(), offset);
            children.push(Place { at, entry, index: place.index, unit: place.unit.clone() });
        }
        children
    }

    /// DW_AT_name.
    pub fn name(&self, place: &Place<'d>) -> Option<String> {
        let value = place.entry.attr_value(constants::DW_AT_name)?;
        let text = self.dwarf(place.at).attr_string(&place.unit, value).ok()?;
        Some(text.to_string_lossy().into_owned())
    }

    /// An attribute that is a number.
    pub fn number(&self, place: &Place<'d>, name: gimli::DwAt) -> Option<u64> {
        place.entry.attr_value(name)?.udata_value()
    }

    /// The entry that DW_AT_type names. `None`: `void`.
    pub fn type_of(&self, place: &Place<'d>) -> Option<Place<'d>> {
        let value = place.entry.attr_value(constants::DW_AT_type)?;
        self.type_place(self.reader(place).type_at(value)?)
    }

    /// A type's entry; a type unit's where a signature stands for it.
    pub fn type_place(&self, at: TypeAt) -> Option<Place<'d>> {
        match at {
            TypeAt::Entry(at) => {
                let place = self.place(at)?;
                match place.entry.attr_value(constants::DW_AT_signature) {
                    Some(AttributeValue::DebugTypesRef(signature)) => {
                        self.type_place(TypeAt::Signature(signature.0))
                    }
                    _ => Some(place),
                }
            }
            TypeAt::Signature(signature) => self.place(self.entries.signed(signature)?),
        }
    }

    /// Through typedefs and qualifiers to the type itself. `None`: it is that already.
    pub fn underlying(&self, type_: &Place<'d>) -> Option<Place<'d>> {
        let mut current = is_transparent(type_).then(|| self.type_of(type_))??;
        for _ in 0..DEEPEST {
            let next = is_transparent(&current).then(|| self.type_of(&current)).flatten();
            let Some(next) = next else { break };
            current = next;
        }
        Some(current)
    }

    /// Bytes of an object of this type. `None`: incomplete, or of variable length.
    pub fn size(&self, place: &Place<'d>) -> Option<u64> {
        self.size_within(place, DEEPEST)
    }

    fn size_within(&self, place: &Place<'d>, depth: usize) -> Option<u64> {
        if let Some(size) = self.number(place, constants::DW_AT_byte_size) {
            return Some(size);
        }
        let inner = || self.size_within(&self.type_of(place)?, depth.checked_sub(1)?);
        match place.entry.tag() {
            constants::DW_TAG_array_type => {
                self.lengths(place).into_iter().try_fold(inner()?, |size, length| size.checked_mul(length?))
            }
            constants::DW_TAG_pointer_type => Some(8),
            _ => inner(),
        }
    }

    /// The dimensions of an array.
    fn lengths(&self, array: &Place<'d>) -> Vec<Option<u64>> {
        let dimensions = self.children(array);
        let dimensions =
            dimensions.iter().filter(|child| child.entry.tag() == constants::DW_TAG_subrange_type);
        let length = |dimension: &Place<'d>| {
            let count = self.number(dimension, constants::DW_AT_count);
            count.or_else(|| self.number(dimension, constants::DW_AT_upper_bound)?.checked_add(1))
        };
        dimensions.map(length).collect()
    }

    /// The type as C spells it, `void` for none.
    pub fn spelling(&self, type_: Option<&Place<'d>>) -> String {
        self.declare(type_, String::new(), DEEPEST)
    }

    /// C's inside-out notation: `inner` is what has been declared so far (`*`, `[4]`, `(*)`).
    fn declare(&self, type_: Option<&Place<'d>>, inner: String, depth: usize) -> String {
        let Some(type_) = type_ else { return joined("void", &inner) };
        let Some(depth) = depth.checked_sub(1) else { return joined("?", &inner) };
        let target = self.type_of(type_);
        let tag = type_.entry.tag();
        match tag {
            constants::DW_TAG_pointer_type => self.declare(target.as_ref(), format!("*{inner}"), depth),
            constants::DW_TAG_array_type => {
                let text = |length: Option<u64>| length.map(|length| length.to_string()).unwrap_or_default();
                let lengths = self.lengths(type_).into_iter().map(|length| format!("[{}]", text(length)));
                self.declare(
                    target.as_ref(),
                    format!("{}{}", grouped(inner), lengths.collect::<String>()),
                    depth,
                )
            }
            constants::DW_TAG_subroutine_type => {
                let parameters = self.parameters(type_, depth);
                self.declare(target.as_ref(), format!("{}({parameters})", grouped(inner)), depth)
            }
            _ => match qualifier(tag) {
                // On a pointer the qualifier stands behind the star: `int *const`.
                Some(word) if target.as_ref().is_some_and(is_pointer) => {
                    self.declare(target.as_ref(), joined(word, &inner), depth)
                }
                Some(word) => joined(word, &self.declare(target.as_ref(), inner, depth)),
                None => joined(&self.named(type_), &inner),
            },
        }
    }

    fn parameters(&self, function: &Place<'d>, depth: usize) -> String {
        let spell = |child: &Place<'d>| match child.entry.tag() {
            constants::DW_TAG_formal_parameter => {
                Some(self.declare(self.type_of(child).as_ref(), String::new(), depth))
            }
            constants::DW_TAG_unspecified_parameters => Some("...".to_string()),
            _ => None,
        };
        let parameters: Vec<_> = self.children(function).iter().filter_map(spell).collect();
        let prototyped = function.entry.attr_value(constants::DW_AT_prototyped).is_some();
        if parameters.is_empty() && prototyped { "void".to_string() } else { parameters.join(", ") }
    }

    fn named(&self, type_: &Place<'d>) -> String {
        let keyword = keyword(type_.entry.tag()).unwrap_or("?");
        joined(keyword, &self.name(type_).unwrap_or_else(|| "{...}".to_string())).trim_start().to_string()
    }

    fn reader(&self, place: &'r Place<'d>) -> EntryReader<'r, 'd> {
        EntryReader {
            space: place.at.space(),
            dwarf: self.dwarf(place.at),
            unit: &place.unit,
            offset: self.entries.scans[place.index].header,
        }
    }

    fn dwarf(&self, at: EntryAt) -> &'r Dwarf<Slice<'d>> {
        self.dwarfs.of(at.space())
    }

    fn unit(&self, index: usize) -> Option<Rc<Unit<'d>>> {
        if let Some(unit) = self.units.borrow().get(&index) {
            return Some(unit.clone());
        }
        let scan = &self.entries.scans[index];
        let dwarf = self.dwarf(scan.start);
        let header = match scan.start.space().is_types() {
            false => dwarf.debug_info.header_from_offset(DebugInfoOffset(scan.header)).ok()?,
            true => {
                let rest = dwarf.debug_types.reader().slice().get(scan.header..)?;
                gimli::DebugTypes::new(rest, gimli::LittleEndian).units().next().ok()??
            }
        };
        let unit = Unit::new_with_abbreviations(dwarf, header, scan.abbreviations.clone()).ok()?;
        let unit = Rc::new(unit);
        self.units.borrow_mut().insert(index, unit.clone());
        Some(unit)
    }
}

fn qualifier(tag: gimli::DwTag) -> Option<&'static str> {
    Some(match tag {
        constants::DW_TAG_const_type => "const",
        constants::DW_TAG_volatile_type => "volatile",
        constants::DW_TAG_restrict_type => "restrict",
        constants::DW_TAG_atomic_type => "_Atomic",
        _ => return None,
    })
}

fn is_transparent(place: &Place<'_>) -> bool {
    place.entry.tag() == constants::DW_TAG_typedef || qualifier(place.entry.tag()).is_some()
}

fn is_pointer(place: &Place<'_>) -> bool {
    place.entry.tag() == constants::DW_TAG_pointer_type
}

fn joined(left: &str, right: &str) -> String {
    if right.is_empty() { left.to_string() } else { format!("{left} {right}") }
}

/// `*` binds weaker than `[]` and `()`.
fn grouped(inner: String) -> String {
    if inner.starts_with('*') { format!("({inner})") } else { inner }
}
