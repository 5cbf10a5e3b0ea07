//! Sizes and offsets of named types, to be compared between a patch and the process.

use gimli::constants;

use super::entries::Entries;
use super::scan::{TypeAt, type_hash};
use super::sections::EntryAt;
use super::types::{Dwarfs, Place, TypeReader};
use super::units::UnitId;

/// How a type lies in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Bytes.
    pub size: u64,
    /// Of a structure or union, in DWARF's order; of an enumeration none. The members of an unnamed
    /// struct or union count as the outer type's, as C spells the access.
    pub fields: Vec<Field>,
    /// Of an enumeration: names and values.
    pub enumerators: Vec<(String, i128)>,
}

/// A member of a structure or union.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name; empty for unnamed bit-fields.
    pub name: String,
    /// Offset from the start of the outermost type, in bits.
    pub bit_offset: u64,
    /// Size in bits; 0 for a flexible array.
    pub bit_size: u64,
    /// The type as C spells it: `struct client *`, `char [16]`.
    pub type_name: String,
}

/// Entries of all named types, sorted by hash.
pub(crate) struct TypeIndex {
    sorted: Vec<(u64, EntryAt)>,
}

/// Unnamed members nest only so deep.
const DEEPEST: usize = 32;

impl TypeIndex {
    pub fn collect(entries: &Entries) -> TypeIndex {
        let mut sorted: Vec<_> = entries.scans.iter().flat_map(|scan| scan.types.iter().copied()).collect();
        sorted.sort_unstable();
        TypeIndex { sorted }
    }

    /// The distinct layouts of a type (`struct client`, `size_t`), each with the first unit that has it.
    /// With a unit: as that unit has it, where it has it at all.
    pub fn layouts(&self, entries: &Entries, name: &str, unit: Option<UnitId>) -> Vec<(UnitId, Layout)> {
        let dwarfs = Dwarfs::new(entries);
        let reader = TypeReader::new(entries, &dwarfs);
        let mut places = self.named(entries, &reader, name);
        if let Some(unit) = unit {
            let includes = |piece: UnitId| {
                let piece = piece.0 as usize;
                entries.scans[piece].partial && entries.importers(piece).contains(&(unit.0 as usize))
            };
            let own = places.iter().copied().filter(|place| place.0 == unit || includes(place.0));
            let own: Vec<_> = own.collect();
            places = if own.is_empty() { places } else { own };
        }
        let mut found: Vec<(UnitId, Layout)> = Vec::new();
        for (unit, at) in places {
            let layout = reader.place(at).and_then(|place| layout(&reader, &place));
            if let Some(layout) = layout.filter(|layout| found.iter().all(|known| known.1 != *layout)) {
                found.push((unit, layout));
            }
        }
        found
    }

    fn named(&self, entries: &Entries, reader: &TypeReader<'_, '_>, name: &str) -> Vec<(UnitId, EntryAt)> {
        let (keyword, plain) = split(name);
        let hash = type_hash(keyword, plain.as_bytes());
        let from = self.sorted.partition_point(|entry| entry.0 < hash);
        let same = self.sorted[from..].iter().take_while(|entry| entry.0 == hash).map(|entry| entry.1);
        let fits = |at: EntryAt| {
            let place = reader.place(at)?;
            let unit = entries.scans[entries.unit_of(at)?].unit.id;
            let is_named = reader.name(&place).as_deref() == Some(plain)
                && super::scan::keyword(place.entry.tag()) == Some(keyword);
            is_named.then_some((unit, at))
        };
        same.filter_map(fits).collect()
    }
}

/// `struct client` → (`struct`, `client`); spaces do not count.
fn split(name: &str) -> (&str, &str) {
    let name = name.trim();
    match name.split_once(char::is_whitespace) {
        Some((keyword @ ("struct" | "union" | "enum"), rest)) => (keyword, rest.trim_start()),
        _ => ("", name),
    }
}

fn layout<'d>(reader: &TypeReader<'_, 'd>, named: &Place<'d>) -> Option<Layout> {
    let place = reader.underlying(named);
    let place = place.as_ref().unwrap_or(named);
    let mut fields = Vec::new();
    collect_fields(reader, place, 0, DEEPEST, &mut fields);
    Some(Layout { size: reader.size(place)?, fields, enumerators: enumerators(reader, place) })
}

fn collect_fields<'d>(
    reader: &TypeReader<'_, 'd>,
    outer: &Place<'d>,
    base: u64,
    depth: usize,
    fields: &mut Vec<Field>,
) {
    let aggregate =
        matches!(outer.entry.tag(), constants::DW_TAG_structure_type | constants::DW_TAG_union_type);
    if !aggregate || depth == 0 {
        return;
    }
    let members = reader.children(outer);
    for member in members.iter().filter(|child| child.entry.tag() == constants::DW_TAG_member) {
        let type_ = reader.type_of(member);
        let size = type_.as_ref().and_then(|type_| reader.size(type_)).unwrap_or(0);
        let bit_offset = base.saturating_add(bit_offset(reader, member, size));
        match (reader.name(member), &type_) {
            (None, Some(type_)) if reader.number(member, constants::DW_AT_bit_size).is_none() => {
                collect_fields(reader, type_, bit_offset, depth - 1, fields);
            }
            (name, _) => {
                let bits = reader.number(member, constants::DW_AT_bit_size);
                let bit_size = bits.unwrap_or(size.saturating_mul(8));
                let type_name = reader.spelling(type_.as_ref());
                fields.push(Field { name: name.unwrap_or_default(), bit_offset, bit_size, type_name });
            }
        }
    }
}

/// From the start of the structure. `size`: bytes of the member's type.
fn bit_offset<'d>(reader: &TypeReader<'_, 'd>, member: &Place<'d>, size: u64) -> u64 {
    let number = |name| reader.number(member, name);
    if let Some(bits) = number(constants::DW_AT_data_bit_offset) {
        return bits;
    }
    let bits = number(constants::DW_AT_data_member_location).unwrap_or(0).saturating_mul(8);
    let Some(from_top) = number(constants::DW_AT_bit_offset) else { return bits };
    // DWARF 2 to 4 count bit-fields from the storage unit's most significant bit.
    let unit = number(constants::DW_AT_byte_size).unwrap_or(size).saturating_mul(8);
    let own = number(constants::DW_AT_bit_size).unwrap_or(0);
    bits.saturating_add(unit.saturating_sub(from_top).saturating_sub(own))
}

fn enumerators<'d>(reader: &TypeReader<'_, 'd>, place: &Place<'d>) -> Vec<(String, i128)> {
    if place.entry.tag() != constants::DW_TAG_enumeration_type {
        return Vec::new();
    }
    let children = reader.children(place);
    let values = children.iter().filter(|child| child.entry.tag() == constants::DW_TAG_enumerator);
    let value = |child: &Place<'d>| {
        // Compilers write negative values as sdata only; the sized forms are unsigned.
        let number = match child.entry.attr_value(constants::DW_AT_const_value)? {
            gimli::AttributeValue::Sdata(number) => i128::from(number),
            other => i128::from(other.udata_value()?),
        };
        Some((reader.name(child)?, number))
    };
    values.filter_map(value).collect()
}

/// Bytes of an object of a type.
pub(crate) fn size_of(entries: &Entries, at: TypeAt) -> Option<u64> {
    let dwarfs = Dwarfs::new(entries);
    let reader = TypeReader::new(entries, &dwarfs);
    let place = reader.type_place(at)?;
    reader.size(&place)
}
