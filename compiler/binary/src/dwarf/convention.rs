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

/// At most two registers of each kind for a structure or the like; one for the address of a result
/// in memory.
fn arguments<'d>(reader: &TypeReader<'_, 'd>, function: &Place<'d>, results: Registers) -> Registers {
    let children = reader.children(function);
    let has = |tag| children.iter().any(|child| child.entry.tag() == tag);
    let prototyped = function.entry.attr_value(constants::DW_AT_prototyped).is_some();
    if has(constants::DW_TAG_unspecified_parameters) || !prototyped {
        return Registers::any_arguments();
    }
    let parameters = children.iter().filter(|child| child.entry.tag() == constants::DW_TAG_formal_parameter);
    let (mut integers, mut vectors) = (u32::from(results == Registers::any_results()), 0);
    for parameter in parameters {
        let class = reader.type_of(parameter).map_or(Class::Mixed, |type_| class(reader, &type_));
        let (integer, vector) = match class {
            Class::Integer => (1, 0),
            Class::Vector => (0, 1),
            Class::Mixed => (2, 2),
        };
        (integers, vectors) = (integers + integer, vectors + vector);
    }
    Registers::integer_arguments(integers).with(Registers::vectors(vectors.min(8)))
}

/// What kind of registers a value is passed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// One general register.
    Integer,
    /// One vector register.
    Vector,
    /// Up to two of either kind, or memory.
    Mixed,
}

pub(super) fn class<'d>(reader: &TypeReader<'_, 'd>, type_: &Place<'d>) -> Class {
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
