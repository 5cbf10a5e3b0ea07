//! What the process holds of a type: the objects' own layout, and what updates put beside it.

use crate::clang::{Entity, Field};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A field as it lies in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// Name; empty for a nameless member.
    pub name: String,
    /// Canonical type.
    pub shape: String,
    /// Bits from the beginning.
    pub offset: u64,
    /// Bits; 0 for an array of open length.
    pub size: u64,
    /// It is a bit-field.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bit_field: bool,
    /// Number of elements, outermost dimension first; empty if no array.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dimensions: Vec<u64>,
}

/// An object, or the record of one update beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// In order.
    pub fields: Vec<Slot>,
    /// Bytes.
    pub size: u64,
    /// Bytes.
    pub align: u64,
    /// The type is a union.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub union: bool,
    /// Of a record: objects that existed before do not begin with zero.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub started: bool,
    /// Of a record: variables of the program that have theirs in the patch that brought it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub named: BTreeSet<String>,
}

/// Of each type, by its name in the merged text: the object first, then the records beside it.
pub type Layers = BTreeMap<String, Vec<Layer>>;

impl From<&Field> for Slot {
    fn from(field: &Field) -> Self {
        Self {
            name: field.name.clone(),
            shape: field.shape.clone(),
            offset: field.offset,
            size: field.size,
            bit_field: field.bit_field,
            dimensions: field.dimensions.clone(),
        }
    }
}

impl From<&Entity> for Layer {
    fn from(record: &Entity) -> Self {
        Self {
            fields: record.fields.iter().map(Slot::from).collect(),
            size: record.size.unwrap_or(0),
            align: record.align.unwrap_or(1),
            union: record.union,
            started: false,
            named: BTreeSet::new(),
        }
    }
}
