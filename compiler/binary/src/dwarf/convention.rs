//! Which registers a function takes its arguments and gives its result in, by its type.

use gimli::constants;

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
        Convention { known: false, arguments: ANY_ARGUMENTS, results: ANY_RESULTS };
}

const ANY_ARGUMENTS: Registers = Registers::any_arguments();
const ANY_RESULTS: Registers = Registers::any_results();

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
        return Convention { known: true, arguments: ANY_ARGUMENTS, results: Registers::NONE };
    }
    Convention { known: true, arguments: arguments(&reader, &place, results), results }
}

fn results<'d>(reader: &TypeReader<'_, 'd>, function: &Place<'d>) -> Registers {
    let Some(type_) = reader.type_of(function) else { return Registers::NONE };
    match reader.size(&type_) {
        Some(0..=8) => Registers::RAX.with(Registers::vectors(1)),
        _ => ANY_RESULTS,
    }
}

/// At most two registers for each parameter; structures in memory need none, but then one for the
/// result's address.
fn arguments<'d>(reader: &TypeReader<'_, 'd>, function: &Place<'d>, results: Registers) -> Registers {
    let children = reader.children(function);
    let has = |tag| children.iter().any(|child| child.entry.tag() == tag);
    let prototyped = function.entry.attr_value(constants::DW_AT_prototyped).is_some();
    if has(constants::DW_TAG_unspecified_parameters) || !prototyped {
        return ANY_ARGUMENTS;
    }
    let parameters = children.iter().filter(|child| child.entry.tag() == constants::DW_TAG_formal_parameter);
    let count = |parameter: &Place<'d>| {
        let size = reader.type_of(parameter).and_then(|type_| reader.size(&type_));
        if matches!(size, Some(0..=8)) { 1 } else { 2 }
    };
    let hidden = u32::from(results == ANY_RESULTS);
    let count = parameters.map(count).sum::<u32>() + hidden;
    Registers::integer_arguments(count).with(Registers::vectors(count.min(8)))
}
