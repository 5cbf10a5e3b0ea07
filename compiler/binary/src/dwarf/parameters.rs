//! Where debug information finds a function's parameters at its entry.

use gimli::{AttributeValue, Expression, Operation, constants};

use super::convention::{Class, class};
use super::entries::Entries;
use super::functions::{FunctionId, Functions};
use super::sections::{EntryAt, Slice};
use super::types::{Dwarfs, Place, TypeReader};

/// A parameter as the function's type tells it, and where it is when the function is entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parameter {
    pub name: String,
    pub class: Class,
    pub at: At,
}

/// Where a parameter is when its function is entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// In a register, by DWARF's number.
    Register(u16),
    /// In one place of the frame, for the whole function.
    Frame,
    /// It is not there, or computed.
    Nowhere,
}

/// All that a function takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parameters {
    pub all: Vec<Parameter>,
    /// The result's address is passed before them.
    pub result_in_memory: bool,
    /// It takes more than it names.
    pub variadic: bool,
}

/// Of the code that starts at `entry`. `None`: its type is not told, or is said not to hold.
pub(super) fn parameters<'d>(
    entries: &'d Entries,
    functions: &Functions,
    id: FunctionId,
    entry: u64,
) -> Option<Parameters> {
    let dwarfs = Dwarfs::new(entries);
    let reader = TypeReader::new(entries, &dwarfs);
    let routines = functions.routines_of(entries, id);
    let starts = |at: &&EntryAt| {
        let found = entries.routine_at(**at).map(|(unit, at)| entries.scans[unit].routines[at].entry);
        found == Some(Some(entry))
    };
    let code = reader.place(*routines.iter().find(starts)?)?;
    let typed = reader.origin(&code).unwrap_or_else(|| code.clone());
    let says_otherwise = |place: &Place<'d>| {
        matches!(
            place.entry.attr_value(constants::DW_AT_calling_convention),
            Some(AttributeValue::CallingConvention(told)) if told != constants::DW_CC_normal
        )
    };
    if says_otherwise(&code) || typed.entry.attr_value(constants::DW_AT_prototyped).is_none() {
        return None;
    }
    let here = reader.children(&code);
    let children = reader.children(&typed);
    let all = children.iter().filter(|child| child.entry.tag() == constants::DW_TAG_formal_parameter);
    let parameter = |stated: &Place<'d>| Parameter {
        name: reader.name(stated).unwrap_or_default(),
        class: reader.type_of(stated).map_or(Class::Mixed, |type_| class(&reader, &type_)),
        at: here
            .iter()
            .find(|own| own.at == stated.at || reader.origin_at(own) == Some(stated.at))
            .map_or(At::Nowhere, |own| reader.at_entry(own, entry)),
    };
    Some(Parameters {
        all: all.map(parameter).collect(),
        result_in_memory: result_in_memory(&reader, &typed),
        variadic: children.iter().any(|child| child.entry.tag() == constants::DW_TAG_unspecified_parameters),
    })
}

fn result_in_memory<'d>(reader: &TypeReader<'_, 'd>, function: &Place<'d>) -> bool {
    let Some(type_) = reader.type_of(function) else { return false };
    let plain = reader.underlying(&type_);
    let type_ = plain.as_ref().unwrap_or(&type_);
    let record = [constants::DW_TAG_structure_type, constants::DW_TAG_union_type];
    record.contains(&type_.entry.tag()) && reader.size(type_).is_none_or(|size| size > 16)
}

impl<'d> TypeReader<'_, 'd> {
    fn at_entry(&self, parameter: &Place<'d>, entry: u64) -> At {
        let read = || -> gimli::Result<At> {
            match parameter.entry.attr_value(constants::DW_AT_location) {
                Some(AttributeValue::Exprloc(expression)) => self.simple(parameter, expression),
                Some(list) => {
                    let Some(mut list) = self.locations(parameter, list)? else { return Ok(At::Nowhere) };
                    while let Some(found) = list.next()? {
                        if (found.range.begin..found.range.end).contains(&entry) {
                            return self.simple(parameter, found.data);
                        }
                    }
                    Ok(At::Nowhere)
                }
                None => Ok(At::Nowhere),
            }
        };
        read().unwrap_or(At::Nowhere)
    }

    fn simple(&self, place: &Place<'d>, expression: Expression<Slice<'d>>) -> gimli::Result<At> {
        let mut operations = expression.operations(self.encoding(place));
        let (first, second) = (operations.next()?, operations.next()?);
        Ok(match (first, second) {
            (Some(Operation::Register { register }), None) => At::Register(register.0),
            (Some(Operation::FrameOffset { .. }), None) => At::Frame,
            (
                Some(Operation::RegisterOffset { register: gimli::X86_64::RSP | gimli::X86_64::RBP, .. }),
                None,
            ) => At::Frame,
            _ => At::Nowhere,
        })
    }
}
