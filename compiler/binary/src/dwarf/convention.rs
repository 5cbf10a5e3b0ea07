//! Which registers a function takes its arguments and gives its result in, by its type.

use gimli::{AttributeValue, constants};

use super::entries::Entries;
use super::functions::{FunctionId, Functions};
use super::sections::EntryAt;
use super::types::{Dwarfs, Place, TypeReader};
use crate::code::Registers;

/// The caller-saved registers that take part in calls of a function. Never too few of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Convention {
    /// The function is this program's and described.
    pub known: bool,
    pub arguments: Registers,
    pub results: Registers,
}

impl Convention {
    /// Of a function of which nothing is known.
    pub const UNKNOWN: Convention =
        Convention { known: false, arguments: Registers::any_arguments(), results: Registers::any_results() };
}

/// By the type of a function. A clone's convention is its own: anything may be an argument.
pub(super) fn convention(
    entries: &Entries,
    functions: &Functions,
    id: FunctionId,
    clone: bool,
) -> Convention {
    let dwarfs = Dwarfs::new(entries);
    let reader = TypeReader::new(entries, &dwarfs);
    let routines = functions.routines_of(entries, id);
    let typed = |&at: &EntryAt| {
        let place = reader.place(at)?;
        let abstracted = place.entry.attr_value(constants::DW_AT_abstract_origin).is_some();
        (!abstracted).then_some(place)
    };
    let Some(place) = routines.iter().find_map(typed) else { return Convention::UNKNOWN };
    let results = results(&reader, &place);
    if clone {
        // A clone may also have lost its result: then its caller does not read it.
        return Convention { known: true, arguments: Registers::any_arguments(), results: Registers::NONE };
    }
    Convention { known: true, arguments: arguments(&reader, &place, results), results }
}

fn results<'d>(reader: &TypeReader<'_, 'd>, function: &Place<'d>) -> Registers {
    let Some(type_) = reader.type_of(function) else { return Registers::NONE };
    match class(reader, &type_) {
        Class::Integer => Registers::RAX,
        Class::Vector => Registers::vectors(1),
        Class::Mixed => Registers::any_results(),
    }
}

/// One for the address of a result in memory.
fn arguments<'d>(reader: &TypeReader<'_, 'd>, function: &Place<'d>, results: Registers) -> Registers {
    let children = reader.children(function);
    let has = |tag| children.iter().any(|child| child.entry.tag() == tag);
    let prototyped = function.entry.attr_value(constants::DW_AT_prototyped).is_some();
    if has(constants::DW_TAG_unspecified_parameters) || !prototyped {
        return Registers::any_arguments();
    }
    let parameters = children.iter().filter(|child| child.entry.tag() == constants::DW_TAG_formal_parameter);
    let hidden = results == Registers::any_results()
        && reader.type_of(function).is_none_or(|type_| may_return_in_memory(reader, &type_));
    let (mut integers, mut vectors) = (u32::from(hidden), 0);
    for parameter in parameters {
        let (integer, vector) = reader.type_of(parameter).map_or((2, 2), |type_| passed_in(reader, &type_));
        (integers, vectors) = (integers + integer, vectors + vector);
    }
    Registers::integer_arguments(integers).with(Registers::vectors(vectors.min(8)))
}

/// At most how many general and vector registers an argument takes.
fn passed_in<'d>(reader: &TypeReader<'_, 'd>, type_: &Place<'d>) -> (u32, u32) {
    let plain = reader.underlying(type_);
    let type_ = plain.as_ref().unwrap_or(type_);
    match class(reader, type_) {
        Class::Integer => (1, 0),
        Class::Vector => (0, 1),
        Class::Mixed => match (type_.entry.tag(), reader.size(type_)) {
            (constants::DW_TAG_array_type, _) => (0, 1),
            // In memory, unless it holds nothing but one vector.
            (_, Some(17..)) => (0, 1),
            (_, Some(size)) => {
                let halves = u32::try_from(size.div_ceil(8)).unwrap_or(2);
                let (integers, vectors) = parts(reader, type_, NESTED);
                (halves * u32::from(integers), halves * u32::from(vectors))
            }
            _ => (2, 2),
        },
    }
}

/// The caller gives an address for the result: it is large, or a structure whose members may lie at
/// odd places.
fn may_return_in_memory<'d>(reader: &TypeReader<'_, 'd>, type_: &Place<'d>) -> bool {
    let plain = reader.underlying(type_);
    let type_ = plain.as_ref().unwrap_or(type_);
    let is_record =
        matches!(type_.entry.tag(), constants::DW_TAG_structure_type | constants::DW_TAG_union_type);
    if !is_record {
        // A vector, or a number of two words.
        return false;
    }
    let children = reader.children(type_);
    let members = children.iter().filter(|child| child.entry.tag() == constants::DW_TAG_member);
    let mut odd = members.map(|member| {
        let size = reader.type_of(member).and_then(|type_| reader.size(&type_)).unwrap_or(16);
        let offset = member.entry.attr_value(constants::DW_AT_data_member_location);
        let offset = offset.map_or(Some(0), |offset| offset.udata_value());
        let is_number = reader.type_of(member).is_some_and(|type_| is_number(reader, &type_));
        !is_number || offset.is_none_or(|offset| offset % size.max(1) != 0)
    });
    !matches!(reader.size(type_), Some(0..=16)) || odd.any(|odd| odd)
}

fn is_number<'d>(reader: &TypeReader<'_, 'd>, type_: &Place<'d>) -> bool {
    let plain = reader.underlying(type_);
    let tag = plain.as_ref().unwrap_or(type_).entry.tag();
    matches!(
        tag,
        constants::DW_TAG_base_type | constants::DW_TAG_pointer_type | constants::DW_TAG_enumeration_type
    )
}

/// Levels of types in types that are looked into.
const NESTED: u32 = 8;

/// Whether a value of two words at most has parts that are passed as integers, or as vectors.
fn parts<'d>(reader: &TypeReader<'_, 'd>, type_: &Place<'d>, depth: u32) -> (bool, bool) {
    let plain = reader.underlying(type_);
    let type_ = plain.as_ref().unwrap_or(type_);
    if depth == 0 {
        return (true, true);
    }
    let inner = |place: &Place<'d>| {
        reader.type_of(place).map_or((true, true), |type_| parts(reader, &type_, depth - 1))
    };
    match type_.entry.tag() {
        constants::DW_TAG_structure_type | constants::DW_TAG_union_type => {
            let children = reader.children(type_);
            let members = children.iter().filter(|child| child.entry.tag() == constants::DW_TAG_member);
            members.map(inner).fold((false, false), |all, one| (all.0 | one.0, all.1 | one.1))
        }
        constants::DW_TAG_array_type => inner(type_),
        constants::DW_TAG_pointer_type | constants::DW_TAG_enumeration_type => (true, false),
        constants::DW_TAG_base_type => match type_.entry.attr_value(constants::DW_AT_encoding) {
            Some(AttributeValue::Encoding(constants::DW_ATE_float | constants::DW_ATE_complex_float)) => {
                (false, true)
            }
            _ => (true, false),
        },
        _ => (true, true),
    }
}

/// What kind of registers a value is passed in.
enum Class {
    /// One general register.
    Integer,
    /// One vector register.
    Vector,
    /// Up to two of either kind, or memory.
    Mixed,
}

fn class<'d>(reader: &TypeReader<'_, 'd>, type_: &Place<'d>) -> Class {
    let plain = reader.underlying(type_);
    let type_ = plain.as_ref().unwrap_or(type_);
    let small = matches!(reader.size(type_), Some(0..=8));
    match type_.entry.tag() {
        constants::DW_TAG_pointer_type | constants::DW_TAG_enumeration_type if small => Class::Integer,
        constants::DW_TAG_base_type if small => match type_.entry.attr_value(constants::DW_AT_encoding) {
            Some(AttributeValue::Encoding(constants::DW_ATE_float)) => Class::Vector,
            // Two floats share one register.
            Some(AttributeValue::Encoding(constants::DW_ATE_complex_float)) => Class::Mixed,
            _ => Class::Integer,
        },
        _ => Class::Mixed,
    }
}
