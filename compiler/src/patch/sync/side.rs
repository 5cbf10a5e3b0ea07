//! One side of an assignment between two instances, and the fields of records by name.

use crate::clang::{Field, Kind};
use crate::model::{ItemId, Program};

/// A place in an instance.
#[derive(Clone)]
pub struct Side {
    /// C expression.
    pub path: String,
    /// Canonical type.
    pub shape: String,
    /// The struct or union that it is, or that its elements are.
    pub record: Option<ItemId>,
    /// The enumeration that it is, or that its elements are.
    pub enumeration: Option<ItemId>,
    /// Number of elements, outermost dimension first.
    pub dimensions: Vec<u64>,
    /// Bytes.
    pub size: u64,
    /// It has no address.
    pub bit_field: bool,
    /// It cannot be assigned to: it, or something around it, is `const`.
    pub constant: bool,
}

impl Side {
    /// A whole variable.
    pub fn of_variable(program: &Program, id: ItemId, path: &str) -> Self {
        let entity = &program.items[id].entity;
        let held = entity.holds.first().copied();
        let size = entity.size.unwrap_or(0);
        Self { size, ..Self::new(program, path.to_string(), &entity.shape, held, &entity.dimensions) }
    }

    fn new(program: &Program, path: String, shape: &str, held: Option<ItemId>, dimensions: &[u64]) -> Self {
        let of = |kind: Kind| held.filter(|&id| program.items[id].kind() == kind);
        Self {
            path,
            shape: shape.to_string(),
            record: of(Kind::Record),
            enumeration: of(Kind::Enum),
            dimensions: dimensions.to_vec(),
            size: 0,
            bit_field: false,
            constant: is_const(shape),
        }
    }

    /// A field of the record that it is.
    pub fn field(&self, program: &Program, field: &Field) -> Self {
        let path = format!("{}.{}", self.path, field.name);
        let side = Self::new(program, path, &field.shape, field.record, &field.dimensions);
        let constant = side.constant || self.constant;
        Self { bit_field: field.bit_field, size: field.size / 8, constant, ..side }
    }

    /// An element of the array that it is.
    pub fn element(&self, index: &str) -> Self {
        let shape = self.shape.split_once(']').map_or(String::new(), |(_, rest)| rest.to_string());
        Self {
            path: format!("{}[{index}]", self.path),
            constant: self.constant || is_const(&shape),
            shape,
            size: self.size / self.dimensions[0].max(1),
            dimensions: self.dimensions[1..].to_vec(),
            ..self.clone()
        }
    }

    /// Its path, for people.
    pub fn title(&self) -> String {
        let mut out = String::new();
        for (place, part) in self.path.split('[').enumerate() {
            out.push_str(if place == 0 { part } else { "[]" });
            out.push_str(if place == 0 { "" } else { part.split_once(']').map_or("", |(_, rest)| rest) });
        }
        out
    }

    /// Its type without what may be done with it.
    pub fn bare(&self) -> &str {
        self.shape.trim_start_matches("const ").trim_start_matches("volatile ")
    }
}

fn is_const(shape: &str) -> bool {
    shape.starts_with("const ")
}

/// Fields are matched by name; anonymous members by shape.
pub fn same_field(source: &Field, target: &Field) -> bool {
    source.name == target.name && (!target.name.is_empty() || source.shape == target.shape)
}

/// A field of a record, or of a nameless struct in it.
pub fn named<'p>(program: &'p Program, record: ItemId, name: &str) -> Option<&'p Field> {
    let fields = &program.items[record].entity.fields;
    let inner = || {
        lending(program, record)
            .filter(|&r| !program.items[r].entity.union)
            .find_map(|r| named(program, r, name))
    };
    fields.iter().find(|f| !name.is_empty() && f.name == name).or_else(inner)
}

/// A nameless union somewhere in a record has a member of that name.
pub fn in_union(program: &Program, record: ItemId, name: &str) -> bool {
    lending(program, record).any(|inner| {
        program.items[inner].entity.union && named(program, inner, name).is_some()
            || in_union(program, inner, name)
    })
}

/// Nameless records directly in a record.
fn lending(program: &Program, record: ItemId) -> impl Iterator<Item = ItemId> {
    program.items[record].entity.fields.iter().filter(|f| f.name.is_empty()).filter_map(|f| f.record)
}

/// Nameless records anywhere in a record, with their places in bits.
pub fn nameless(program: &Program, record: ItemId, base: u64, found: &mut Vec<(u64, ItemId)>) {
    for field in program.items[record].entity.fields.iter().filter(|f| f.name.is_empty()) {
        if let Some(inner) = field.record {
            found.push((base + field.offset, inner));
            nameless(program, inner, base + field.offset, found);
        }
    }
}
