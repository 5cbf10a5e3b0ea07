//! State synchronization functions: the body that carries one instance to the other (paper 3.3).

use crate::clang::{Entity, Field, Kind};
use crate::model::{ItemId, Program};

/// One direction between two instances.
pub struct Sync<'p> {
    from: &'p Program,
    to: &'p Program,
    lines: Vec<String>,
    depth: usize,
}

/// One side of an assignment.
#[derive(Clone)]
struct Side {
    path: String,
    shape: String,
    record: Option<ItemId>,
    dimensions: Vec<u64>,
    bit_field: bool,
}

/// The statements that carry `*from` (an instance of `ours` in `source`) into `*to`: each member by
/// itself, and where there is `was`, an earlier content of `*from`, only those that differ from it.
///
/// # Errors
/// What cannot be carried: the path of the member and why.
pub fn body(source: &Program, ours: ItemId, target: &Program, theirs: ItemId) -> Result<Vec<String>, String> {
    let mut sync = Sync { from: source, to: target, lines: vec![], depth: 0 };
    let side = |entity: &Entity, program: &Program, path: &str| Side {
        path: path.to_string(),
        shape: entity.shape.clone(),
        record: entity.holds.first().copied().filter(|&r| program.items[r].kind() == Kind::Record),
        dimensions: entity.dimensions.clone(),
        bit_field: false,
    };
    let from = side(&source.items[ours].entity, source, "(*from)");
    let to = side(&target.items[theirs].entity, target, "(*to)");
    sync.carry(&from, &to)?;
    Ok(sync.lines)
}

impl<'p> Sync<'p> {
    fn line(&mut self, text: String) {
        self.lines.push(format!("{}{text}", "    ".repeat(self.depth + 1)));
    }

    /// A statement for what differs: `differs` by values, or by bytes.
    fn moved(&mut self, differs: &str, statement: &str) {
        self.line(format!("if (!was || {differs})"));
        self.line(format!("    {statement}"));
    }

    fn moved_value(&mut self, from: &Side, statement: &str) {
        self.moved(&format!("{} != {}", earlier(&from.path), from.path), statement);
    }

    fn moved_bytes(&mut self, from: &str, bytes: &str, statement: &str) {
        self.moved(&format!("__builtin_memcmp({}, {from}, {bytes})", earlier(from)), statement);
    }

    fn carry(&mut self, from: &Side, to: &Side) -> Result<(), String> {
        let same_contents = match (from.record, to.record) {
            (Some(a), Some(b)) => self.same_record(a, b),
            (None, None) => true,
            _ => false,
        };
        if from.shape == to.shape && same_contents {
            self.copy(from, to);
            return Ok(());
        }
        match (from.dimensions.split_first(), to.dimensions.split_first()) {
            (Some((&ours, _)), Some((&theirs, _))) => self.elements(from, to, ours.min(theirs)),
            (None, None) => self.scalar_or_record(from, to),
            _ => Err(format!("{}: an array became a single value, or the other way round", to.path)),
        }
    }

    /// Equal shape: bytes, but bit-fields have no address.
    fn copy(&mut self, from: &Side, to: &Side) {
        if to.bit_field
            || from.bit_field
            || (to.dimensions.is_empty() && to.record.is_none() && !to.shape.contains("const "))
        {
            self.moved_value(from, &format!("{} = {};", to.path, from.path));
        } else {
            let (source, bytes) = (format!("&{}", from.path), format!("sizeof {}", to.path));
            let copy = format!("__builtin_memcpy((void *)&{}, {source}, {bytes});", to.path);
            self.moved_bytes(&source, &bytes, &copy);
        }
    }

    fn elements(&mut self, from: &Side, to: &Side, count: u64) -> Result<(), String> {
        let index = format!("i{}", self.depth);
        let element = |side: &Side| Side {
            path: format!("{}[{index}]", side.path),
            shape: side.shape.split_once(']').map_or(String::new(), |(_, rest)| rest.to_string()),
            dimensions: side.dimensions[1..].to_vec(),
            ..side.clone()
        };
        self.line(format!("for (unsigned long {index} = 0; {index} < {count}; {index}++) {{"));
        self.depth += 1;
        let carried = self.carry(&element(from), &element(to));
        self.depth -= 1;
        self.line("}".into());
        carried
    }

    fn scalar_or_record(&mut self, from: &Side, to: &Side) -> Result<(), String> {
        match (from.record, to.record) {
            (Some(ours), Some(theirs)) => self.record(from, ours, to, theirs),
            (None, None) => self.scalar(from, to),
            _ => Err(format!("{}: a struct became a scalar, or the other way round", to.path)),
        }
    }

    fn scalar(&mut self, from: &Side, to: &Side) -> Result<(), String> {
        let pointer = |side: &Side| side.shape.contains('*') && !side.shape.starts_with("struct{");
        match (pointer(from), pointer(to)) {
            (true, true) => self.moved_value(from, &format!("{} = (void *){};", to.path, from.path)),
            (false, false) => {
                self.moved_value(from, &format!("{} = (__typeof__({})){};", to.path, to.path, from.path));
            }
            _ => return Err(format!("{}: a pointer became a number, or the other way round", to.path)),
        }
        Ok(())
    }

    fn record(&mut self, from: &Side, ours: ItemId, to: &Side, theirs: ItemId) -> Result<(), String> {
        let union = |program: &Program, id: ItemId| program.items[id].entity.union;
        if union(self.from, ours) || union(self.to, theirs) {
            return self.union(from, ours, to, theirs);
        }
        self.fields(from, ours, to, (theirs, 0))
    }

    /// Every field of the target, `base` bits from the start of the record that `to` is.
    fn fields(
        &mut self,
        from: &Side,
        ours: ItemId,
        to: &Side,
        (theirs, base): (ItemId, u64),
    ) -> Result<(), String> {
        let (source, target) = (self.from, self.to);
        for field in &target.items[theirs].entity.fields {
            let Some(record) = field.record.filter(|_| field.name.is_empty()) else {
                if let Some(was) = named(source, ours, &field.name) {
                    self.field(from, was, to, field)?;
                } else if in_union(source, ours, &field.name) {
                    return Err(format!(
                        "{}.{} was in a union: nothing tells whether it is in force",
                        to.path, field.name
                    ));
                }
                continue;
            };
            let at = base + field.offset;
            match self.namesake(ours, record) {
                Some((offset, bytes)) => self.bytes(from, offset / 8, to, at / 8, bytes),
                None if target.items[record].entity.union => {
                    return Err(format!(
                        "{}: a union changed, and nothing tells which member is in force",
                        to.path
                    ));
                }
                None => self.fields(from, ours, to, (record, at))?,
            }
        }
        Ok(())
    }

    /// The nameless record of the source that can be copied to one of the target: its place in bits
    /// and the bytes to copy.
    fn namesake(&self, ours: ItemId, record: ItemId) -> Option<(u64, u64)> {
        let wanted = &self.to.items[record].entity;
        let mut found = vec![];
        nameless(self.from, ours, 0, &mut found);
        let fits = |&&(_, id): &&(u64, ItemId)| match wanted.union {
            true => self.staying(id, record),
            false => self.same_record(id, record),
        };
        let &(offset, id) = found.iter().find(fits)?;
        Some((offset, self.from.items[id].entity.size?.min(wanted.size?)))
    }

    fn bytes(&mut self, from: &Side, source: u64, to: &Side, target: u64, bytes: u64) {
        let (from, to) = (format!("(const char *)&{} + {source}", from.path), &to.path);
        let copy = format!("__builtin_memcpy((char *)&{to} + {target}, {from}, {bytes});");
        self.moved_bytes(&from, &bytes.to_string(), &copy);
    }

    /// A union whose members all stay crosses by its bytes: whichever is in force keeps its place.
    fn union(&mut self, from: &Side, ours: ItemId, to: &Side, theirs: ItemId) -> Result<(), String> {
        let (source, target) = (&self.from.items[ours].entity, &self.to.items[theirs].entity);
        let bytes = source.size.zip(target.size).map(|(a, b)| a.min(b));
        match bytes.filter(|_| self.staying(ours, theirs)) {
            Some(bytes) => {
                self.bytes(from, 0, to, 0, bytes);
                Ok(())
            }
            None => Err(format!("{}: a union changed, and nothing tells which member is in force", to.path)),
        }
    }

    /// Both are unions, and the members of one are all in the other.
    fn staying(&self, ours: ItemId, theirs: ItemId) -> bool {
        let (source, target) = (&self.from.items[ours].entity, &self.to.items[theirs].entity);
        let same = |a: &Field, b: &Field| same_field(a, b) && a.shape == b.shape;
        let all = |few: &[Field], many: &[Field]| few.iter().all(|f| many.iter().any(|m| same(f, m)));
        let pairs =
            source.fields.iter().filter_map(|f| Some((f, target.fields.iter().find(|t| same(f, t))?)));
        let mut records = pairs.filter_map(|(f, t)| f.record.zip(t.record));
        source.union
            && target.union
            && (all(&source.fields, &target.fields) || all(&target.fields, &source.fields))
            && records.all(|(a, b)| self.is_enum(a, b) || self.same_record(a, b))
    }

    fn field(&mut self, from: &Side, source: &Field, to: &Side, target: &Field) -> Result<(), String> {
        if target.dimensions.first() == Some(&0) {
            return Err(format!("{}.{}: a flexible array in a changed struct", to.path, target.name));
        }
        let side = |program: &Program, above: &Side, field: &Field| Side {
            path: format!("{}.{}", above.path, field.name),
            shape: field.shape.clone(),
            record: field.record.filter(|&r| program.items[r].kind() == Kind::Record),
            dimensions: field.dimensions.clone(),
            bit_field: field.bit_field,
        };
        let (ours, theirs) = (side(self.from, from, source), side(self.to, to, target));
        self.carry(&ours, &theirs)
    }

    /// Two records hold the same all the way down.
    fn same_record(&self, ours: ItemId, theirs: ItemId) -> bool {
        let (ours, theirs) = (&self.from.items[ours].entity, &self.to.items[theirs].entity);
        ours.shape == theirs.shape
            && ours.fields.iter().zip(&theirs.fields).all(|(a, b)| match (a.record, b.record) {
                (Some(a), Some(b)) => self.is_enum(a, b) || self.same_record(a, b),
                (a, b) => a.is_none() == b.is_none(),
            })
    }

    fn is_enum(&self, ours: ItemId, theirs: ItemId) -> bool {
        self.from.items[ours].kind() == Kind::Enum && self.to.items[theirs].kind() == Kind::Enum
    }
}

/// The same place in the earlier content.
fn earlier(path: &str) -> String {
    path.replacen("(*from)", "(*was)", 1)
}

/// Fields are matched by name; anonymous members by shape.
fn same_field(source: &Field, target: &Field) -> bool {
    source.name == target.name && (!target.name.is_empty() || source.shape == target.shape)
}

/// A field of a record, or of a nameless struct in it.
fn named<'p>(program: &'p Program, record: ItemId, name: &str) -> Option<&'p Field> {
    let fields = &program.items[record].entity.fields;
    let inner = || {
        lending(program, record)
            .filter(|&r| !program.items[r].entity.union)
            .find_map(|r| named(program, r, name))
    };
    fields.iter().find(|f| !name.is_empty() && f.name == name).or_else(inner)
}

/// A nameless union somewhere in a record has a member of that name.
fn in_union(program: &Program, record: ItemId, name: &str) -> bool {
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
fn nameless(program: &Program, record: ItemId, base: u64, found: &mut Vec<(u64, ItemId)>) {
    for field in program.items[record].entity.fields.iter().filter(|f| f.name.is_empty()) {
        if let Some(inner) = field.record {
            found.push((base + field.offset, inner));
            nameless(program, inner, base + field.offset, found);
        }
    }
}
