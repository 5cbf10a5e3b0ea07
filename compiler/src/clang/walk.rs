//! One walk over libclang's tree: entities first, then every use.

use super::cursor::*;
use super::shape::{Member, contents, enumerators, members, spell, tag_of};
use super::{Bindings, Declaration, Entity, EntityId, Escape, Field, KeptLabel, Role, Use};
use std::collections::HashMap;

/// Collects all entities and uses below the unit's cursor.
pub fn walk(root: Cursor) -> Bindings {
    let mut walk = Walk::default();
    let top = root.children();
    for &cursor in &top {
        walk.declare(cursor, None);
    }
    for &cursor in &top {
        if let Some(holder) = walk.holder_of(cursor) {
            walk.visit(cursor, holder, &mut vec![]);
        }
    }
    walk.finish()
}

#[derive(Default)]
struct Walk {
    entities: Vec<Entity>,
    uses: Vec<Use>,
    labels: Vec<KeptLabel>,
    by_key: HashMap<(usize, Kind), EntityId>,
}

/// Canonical location and cursor kind identify an entity.
fn key(cursor: Cursor) -> Option<(usize, Kind)> {
    let canonical = cursor.canonical();
    Some((canonical.offset()?, canonical.kind()))
}

fn kind_of(cursor: Cursor) -> Option<super::Kind> {
    Some(match cursor.kind() {
        FUNCTION => super::Kind::Function,
        VARIABLE => super::Kind::Variable,
        STRUCT | UNION => super::Kind::Record,
        ENUM => super::Kind::Enum,
        TYPEDEF => super::Kind::Typedef,
        _ => return None,
    })
}

impl Walk {
    fn finish(mut self) -> Bindings {
        self.uses.sort_by_key(|u| (u.holder, u.offset));
        self.uses.dedup();
        self.labels.sort();
        Bindings { entities: self.entities, uses: self.uses, labels: self.labels, problems: vec![] }
    }

    fn id(&self, cursor: Cursor) -> Option<EntityId> {
        self.by_key.get(&key(cursor)?).copied()
    }

    fn holder_of(&self, cursor: Cursor) -> Option<EntityId> {
        kind_of(cursor).and_then(|_| self.id(cursor))
    }

    /// Registers a declaration and what it nests; `function`: whose body it stands in.
    fn declare(&mut self, cursor: Cursor, function: Option<EntityId>) {
        let (Some(kind), Some(key)) = (kind_of(cursor), key(cursor)) else { return };
        let id = *self.by_key.entry(key).or_insert_with(|| {
            self.entities.push(blank(kind, cursor, function));
            self.entities.len() - 1
        });
        let definition = cursor.is_definition() || (kind == super::Kind::Variable && !cursor.is_extern());
        let Some(name_at) = cursor.offset() else { return };
        let declaration = Declaration { span: cursor.extent(), name_at, definition };
        if self.entities[id].declarations.iter().any(|d| d.span == declaration.span) {
            return;
        }
        self.entities[id].declarations.push(declaration);
        self.describe(id, cursor, definition);
        match kind {
            super::Kind::Record => self.declare_nested(cursor, id, function),
            super::Kind::Function if definition => self.declare_locals(cursor, id),
            _ => {}
        }
    }

    fn declare_nested(&mut self, record: Cursor, id: EntityId, function: Option<EntityId>) {
        for child in record.children() {
            if matches!(child.kind(), STRUCT | UNION | ENUM) {
                self.declare(child, function);
                // A mere mention (`struct other *next`) declares the tag outside of the record.
                if let Some(nested) = self.id(child).filter(|_| child.is_definition()) {
                    self.entities[nested].inside = Some(id);
                }
            }
        }
    }

    /// Types and statics declared inside a body.
    fn declare_locals(&mut self, cursor: Cursor, function: EntityId) {
        for child in cursor.children() {
            match child.kind() {
                VARIABLE if child.is_static() || child.is_extern() => {
                    let owner = child.is_static().then_some(function);
                    self.declare(child, owner);
                }
                STRUCT | UNION | ENUM | TYPEDEF => self.declare(child, Some(function)),
                _ => {}
            }
            self.declare_locals(child, function);
        }
    }

    /// Fills in what a declaration tells; a definition overrides.
    fn describe(&mut self, id: EntityId, cursor: Cursor, definition: bool) {
        let ty = cursor.ty();
        let shape = match cursor.kind() {
            STRUCT | UNION | ENUM if !definition => return,
            STRUCT | UNION | ENUM => contents(cursor),
            TYPEDEF => spell(cursor.underlying()),
            _ => spell(ty),
        };
        let holds = self.held_by(cursor);
        let fields = self.fields_of(cursor);
        let entity = &mut self.entities[id];
        entity.inline |= cursor.kind() == FUNCTION && cursor.is_inline();
        entity.thread |= cursor.kind() == VARIABLE && cursor.is_thread_local();
        if !entity.shape.is_empty() && !definition && entity.size.is_some() {
            return;
        }
        entity.shape = shape;
        entity.size = ty.size();
        entity.align = ty.align();
        entity.holds = holds;
        entity.fields = fields;
        entity.dimensions = dimensions(ty);
        entity.constant = cursor.kind() == VARIABLE && is_read_only(ty);
        entity.enumerators = enumerators(cursor);
    }

    fn fields_of(&mut self, record: Cursor) -> Vec<Field> {
        if !matches!(record.kind(), STRUCT | UNION) {
            return vec![];
        }
        let fields = members(record);
        for declaration in fields.iter().filter_map(|f| element(f.ty).declaration()) {
            self.declare(declaration, None);
        }
        fields.into_iter().map(|f| self.field(f)).collect()
    }

    fn field(&self, member: Member) -> Field {
        let ty = member.ty;
        Field {
            name: member.name,
            shape: spell(ty),
            offset: member.offset,
            size: member.width.or_else(|| ty.size().map(|s| s * 8)).unwrap_or(0),
            bit_field: member.width.is_some(),
            record: element(ty).declaration().and_then(|d| self.id(d)),
            dimensions: dimensions(ty),
        }
    }

    /// Records and enumerations that a declaration holds by value.
    fn held_by(&mut self, cursor: Cursor) -> Vec<EntityId> {
        let types = match cursor.kind() {
            VARIABLE => vec![cursor.ty()],
            TYPEDEF => vec![cursor.underlying()],
            STRUCT | UNION => members(cursor).iter().map(|m| m.ty).collect(),
            _ => vec![],
        };
        let declarations = types.into_iter().filter_map(|ty| element(ty).declaration());
        let declared = declarations.filter_map(|declaration| {
            self.declare(declaration, None);
            self.id(declaration)
        });
        declared.collect()
    }

    /// Records every use below `cursor`; `path` holds the cursors above it.
    fn visit<'u>(&mut self, cursor: Cursor<'u>, holder: EntityId, path: &mut Vec<Cursor<'u>>) {
        let holder = match kind_of(cursor) {
            Some(_) => {
                self.id(cursor).filter(|&id| self.entities[id].inside != Some(holder)).unwrap_or(holder)
            }
            None => holder,
        };
        self.note(cursor, holder, path);
        path.push(cursor);
        for child in cursor.children() {
            self.visit(child, holder, path);
        }
        path.pop();
    }

    fn note(&mut self, cursor: Cursor, holder: EntityId, path: &[Cursor]) {
        match cursor.kind() {
            DECL_REF => self.note_name(cursor, holder, path),
            MEMBER | MEMBER_REF => self.note_member(cursor, holder),
            TYPE_REF => self.note_type(cursor, holder, path),
            BINARY | COMPOUND_ASSIGN | UNARY => self.note_stride(cursor, holder),
            CALL | CONDITIONAL | CAST | VARIABLE | PARAMETER | ARRAY_SUBSCRIPT | COMPOUND_LITERAL => {
                self.layout_of(cursor.ty(), cursor, holder)
            }
            FUNCTION => self.layout_of(cursor.ty().result(), cursor, holder),
            LABEL_ADDRESS if keeps_label(cursor, path) => {
                self.labels.extend(cursor.offset().map(|offset| KeptLabel { holder, offset }));
            }
            _ => {}
        }
    }

    fn push(&mut self, holder: EntityId, target: EntityId, cursor: Cursor, role: Role, shape: String) {
        if let Some(offset) = cursor.offset() {
            self.uses.push(Use { holder, target, offset, role, shape });
        }
    }

    fn note_name(&mut self, cursor: Cursor, holder: EntityId, path: &[Cursor]) {
        let Some(target) = cursor.referenced() else { return };
        if target.kind() == ENUMERATOR {
            if let Some(id) = target.parent().and_then(|p| self.id(p)) {
                self.push(holder, id, cursor, Role::Enumerator(target.name()), String::new());
            }
            return;
        }
        let Some(id) = self.id(target) else { return };
        let (role, shape) = match self.entities[id].kind {
            super::Kind::Function if is_callee(cursor, path) => (Role::Call, String::new()),
            super::Kind::Function => (Role::Value, String::new()),
            _ => access(cursor, path),
        };
        self.push(holder, id, cursor, role, shape);
    }

    fn note_member(&mut self, cursor: Cursor, holder: EntityId) {
        let Some(field) = cursor.referenced() else { return };
        let mut record = field.parent().and_then(|p| self.id(p));
        while let Some(id) = record {
            self.push(holder, id, cursor, Role::Member(field.name()), String::new());
            // The place of a nameless record's field depends on the record around it.
            record = self.entities[id].inside.filter(|_| self.entities[id].name.is_empty());
        }
    }

    fn note_type(&mut self, cursor: Cursor, holder: EntityId, path: &[Cursor]) {
        let Some(id) = cursor.referenced().and_then(|t| self.id(t)) else { return };
        self.push(holder, id, cursor, Role::Mention, String::new());
        if path.last().is_some_and(|p| p.kind() == SIZEOF) {
            self.push(holder, id, cursor, Role::Layout, String::new());
        }
    }

    /// Arithmetic on pointers to records.
    fn note_stride(&mut self, cursor: Cursor, holder: EntityId) {
        let operands = cursor.children();
        for ty in operands.iter().map(|c| c.ty()).chain([cursor.ty()]) {
            let ty = ty.canonical();
            if ty.form() == Form::Pointer {
                self.layout_of(ty.pointee(), cursor, holder);
            } else {
                self.layout_of(ty, cursor, holder);
            }
        }
    }

    /// Records held, passed or returned by value.
    fn layout_of(&mut self, ty: Type, cursor: Cursor, holder: EntityId) {
        let Some(declaration) = element(ty).declaration() else { return };
        if let Some(id) = self.id(declaration).filter(|&id| id != holder) {
            self.push(holder, id, cursor, Role::Layout, String::new());
        }
    }
}

fn blank(kind: super::Kind, cursor: Cursor, function: Option<EntityId>) -> Entity {
    let tagged = matches!(cursor.kind(), STRUCT | UNION | ENUM);
    Entity {
        kind,
        name: if tagged { tag_of(cursor).unwrap_or_default() } else { cursor.name() },
        declarations: vec![],
        shape: String::new(),
        size: None,
        align: None,
        fields: vec![],
        enumerators: vec![],
        dimensions: vec![],
        holds: vec![],
        union: cursor.kind() == UNION,
        external: cursor.is_external() && function.is_none(),
        thread: false,
        constant: false,
        inline: false,
        function,
        inside: None,
    }
}

/// An array's innermost element; the type itself if it is none.
fn element(ty: Type) -> Type {
    let canonical = ty.canonical();
    match canonical.form() {
        Form::Array(_) => element(canonical.element()),
        _ => canonical,
    }
}

/// No element of it can be written; `const` may stand at any level of an array.
fn is_read_only(ty: Type) -> bool {
    let canonical = ty.canonical();
    canonical.is_const() || matches!(canonical.form(), Form::Array(_)) && is_read_only(canonical.element())
}

pub(super) fn dimensions(ty: Type) -> Vec<u64> {
    let (mut ty, mut found) = (ty.canonical(), vec![]);
    while let Form::Array(count) = ty.form() {
        found.push(count.unwrap_or(0));
        ty = ty.element().canonical();
    }
    found
}

/// The path's end without parentheses and implicit conversions.
fn transparent(cursor: Cursor) -> bool {
    matches!(cursor.kind(), PAREN | IMPLICIT)
}

fn is_callee(cursor: Cursor, path: &[Cursor]) -> bool {
    let Some(call) = path.iter().rev().find(|c| !transparent(**c)) else { return false };
    call.kind() == CALL && call.children().first().is_some_and(|c| c.extent().start == cursor.extent().start)
}

/// How a variable is accessed: in place, or by an address that goes somewhere.
fn access(cursor: Cursor, path: &[Cursor]) -> (Role, String) {
    let mut place = cursor;
    for (depth, &above) in path.iter().enumerate().rev() {
        let outer = &path[..depth];
        match above.kind() {
            PAREN => place = above,
            MEMBER | ARRAY_SUBSCRIPT if above.ty().canonical().form() != Form::Pointer || is_place(place) => {
                if !is_base(above, place) {
                    return (Role::Value, String::new());
                }
                place = above;
            }
            IMPLICIT => {
                let decays = matches!(place.ty().canonical().form(), Form::Array(_));
                let subscripted = outer.last().is_some_and(|c| c.kind() == ARRAY_SUBSCRIPT);
                if decays && above.ty().canonical().form() == Form::Pointer && !subscripted {
                    return (Role::Address(escape(above, outer)), spell(place.ty()));
                }
                if !decays && above.ty().canonical().form() != Form::Record {
                    return (Role::Value, String::new());
                }
            }
            UNARY if takes_address(above, place) => {
                return (Role::Address(escape(above, outer)), spell(place.ty()));
            }
            _ => return (Role::Value, String::new()),
        }
    }
    (Role::Value, String::new())
}

/// `place` still names storage of the variable itself, not what a pointer in it leads to.
fn is_place(place: Cursor) -> bool {
    place.ty().canonical().form() != Form::Pointer
}

fn is_base(above: Cursor, place: Cursor) -> bool {
    above
        .children()
        .first()
        .is_some_and(|c| c.extent().start <= place.extent().start && c.extent().end >= place.extent().end)
}

fn takes_address(unary: Cursor, place: Cursor) -> bool {
    let ty = unary.ty().canonical();
    ty.form() == Form::Pointer
        && spell(ty.pointee()) == spell(place.ty())
        && unary.extent().start < place.extent().start
}

/// Where the value of `address` goes.
fn escape(address: Cursor, path: &[Cursor]) -> Escape {
    let Some(sink) = path.iter().rev().find(|c| !transparent(**c) && c.kind() != CAST) else {
        return Escape::Elsewhere;
    };
    match sink.kind() {
        CALL => {
            let callee = sink.children().first().copied();
            Escape::Argument(callee.map(|c| c.name()).unwrap_or_default())
        }
        VARIABLE if !sink.is_static() => Escape::Local(sink.name()),
        BINARY => assigned_local(*sink, address).map_or(Escape::Elsewhere, Escape::Local),
        _ => Escape::Elsewhere,
    }
}

/// Whether a label's address outlives its function's call: it is not jumped to at once, nor held in
/// an automatic variable.
fn keeps_label(label: Cursor, path: &[Cursor]) -> bool {
    let mut part = label;
    for &above in path.iter().rev() {
        match above.kind() {
            PAREN | IMPLICIT | CAST | INITIALISERS | COMPOUND_LITERAL | CONDITIONAL | ARRAY_SUBSCRIPT => {}
            BINARY if is_base(above, part) => {}
            // An assignment, or a sum that begins with a number.
            BINARY if assigned_local(above, part).is_some() => return false,
            BINARY if above.ty().canonical().form() == Form::Pointer && !assigns_pointer(above) => {}
            BINARY if is_difference(above, part) => {}
            VARIABLE => return above.is_static(),
            COMPUTED_GOTO => return false,
            _ => return true,
        }
        part = above;
    }
    true
}

fn assigns_pointer(binary: Cursor) -> bool {
    binary.children().first().is_some_and(|target| target.ty().canonical().form() == Form::Pointer)
}

/// `a - &&label`, where `a` is a pointer.
fn is_difference(binary: Cursor, label: Cursor) -> bool {
    let form = |cursor: Cursor| cursor.ty().canonical().form();
    form(binary) != Form::Pointer && form(label) == Form::Pointer && assigns_pointer(binary)
}

/// `local = &global`: the local's name.
fn assigned_local(assignment: Cursor, address: Cursor) -> Option<String> {
    let target = *assignment.children().first()?;
    let local = target.referenced()?;
    let plain = target.kind() == DECL_REF && target.extent().start < address.extent().start;
    let automatic =
        matches!(local.kind(), VARIABLE | PARAMETER) && !local.is_static() && !local.is_external();
    let inside = local.parent().is_some_and(|p| p.kind() == FUNCTION);
    (plain && automatic && inside).then(|| local.name())
}
