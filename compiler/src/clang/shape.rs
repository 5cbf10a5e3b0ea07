//! Canonical spelling of types: equal text means equal type, wherever it was declared.

use super::cursor::{Cursor, ENUM, ENUMERATOR, FIELD, Form, STRUCT, Type, UNION};

/// Spells a type without typedefs; records and enumerations by tag, or by contents without one.
pub fn spell(ty: Type) -> String {
    let canonical = ty.canonical();
    let qualifiers = match (canonical.is_const(), canonical.is_volatile()) {
        (false, false) => "",
        (true, false) => "const ",
        (false, true) => "volatile ",
        (true, true) => "const volatile ",
    };
    format!("{qualifiers}{}", spell_form(canonical))
}

fn spell_form(ty: Type) -> String {
    match ty.form() {
        Form::Plain => plain(&ty.name()),
        Form::Pointer => format!("*{}", spell(ty.pointee())),
        Form::Record | Form::Enum => ty.declaration().map_or_else(|| ty.name(), spell_tagged),
        Form::Array(count) => {
            format!("[{}]{}", count.map_or(String::new(), |n| n.to_string()), spell(ty.element()))
        }
        Form::Function { variadic, prototype } => {
            let mut parameters: Vec<_> = ty.parameters().into_iter().map(spell).collect();
            parameters.extend(variadic.then(|| "...".to_string()));
            let parameters = if prototype { parameters.join(",") } else { "?".into() };
            format!("({parameters})->{}", spell(ty.result()))
        }
    }
}

fn plain(name: &str) -> String {
    name.trim_start_matches("const ").trim_start_matches("volatile ").to_string()
}

/// A record's or enumeration's name, or its contents if it has none.
fn spell_tagged(declaration: Cursor) -> String {
    match tag_of(declaration) {
        Some(name) => {
            let keyword = if declaration.ty().canonical().form() == Form::Enum { "enum " } else { "struct " };
            format!("{keyword}{name}")
        }
        None => contents(declaration),
    }
}

/// Tag, or the typedef that names a record without tag.
pub fn tag_of(declaration: Cursor) -> Option<String> {
    let name = declaration.name();
    let unnamed = |text: &str| text.is_empty() || text.contains('(');
    if !unnamed(&name) {
        return Some(name);
    }
    let spelled = declaration.ty().name();
    let spelled = spelled.rsplit(' ').next().unwrap_or_default();
    (!unnamed(spelled) && !spelled.ends_with(')')).then(|| spelled.to_string())
}

/// A member of a record: a field, or a nameless record that lends it its own.
pub struct Member<'u> {
    /// Its type.
    pub ty: Type<'u>,
    /// Empty for a nameless record.
    pub name: String,
    /// Bits from the record's start.
    pub offset: u64,
    /// Of a bit-field.
    pub width: Option<u64>,
}

/// The members of a record, in order.
pub fn members<'u>(record: Cursor<'u>) -> Vec<Member<'u>> {
    let member = |cursor: Cursor<'u>| {
        let ty = cursor.ty();
        match cursor.kind() {
            // libclang does not show the field that a nameless record makes.
            STRUCT | UNION if cursor.is_anonymous_member() => {
                let offset = first_name(cursor).and_then(|f| record.ty().offset_of(&f)?.checked_sub(ty.offset_of(&f)?));
                Some(Member { ty, name: String::new(), offset: offset.unwrap_or(0), width: None })
            }
            FIELD => Some(Member {
                ty,
                name: if cursor.is_anonymous() { String::new() } else { cursor.name() },
                offset: cursor.field_offset().unwrap_or(0),
                width: cursor.bit_width(),
            }),
            _ => None,
        }
    };
    record.children().into_iter().filter_map(member).collect()
}

/// The first field of a record that has a name, lent ones included.
fn first_name(record: Cursor) -> Option<String> {
    record.children().into_iter().find_map(|child| match child.kind() {
        FIELD => Some(child.name()).filter(|name| !name.is_empty()),
        STRUCT | UNION if child.is_anonymous_member() => first_name(child),
        _ => None,
    })
}

/// A record's fields with their places, or an enumeration's values.
pub fn contents(declaration: Cursor) -> String {
    let ty = declaration.ty();
    let (form, inner): (_, Vec<String>) = match declaration.kind() {
        ENUM => ("enum", enumerators(declaration).iter().map(|(name, value)| format!("{name}={value}")).collect()),
        kind => (if kind == UNION { "union" } else { "struct" }, members(declaration).iter().map(place).collect()),
    };
    let (size, align) = (ty.size().unwrap_or(0), ty.align().unwrap_or(0));
    format!("{form}{{{}}}:{size}/{align}", inner.join(";"))
}

fn place(member: &Member) -> String {
    let width = member.width.map_or(String::new(), |w| format!(":{w}"));
    format!("{} {}@{}{width}", spell(member.ty), member.name, member.offset)
}

/// Names and values of an enumeration.
pub fn enumerators(declaration: Cursor) -> Vec<(String, i64)> {
    let children = declaration.children().into_iter();
    children.filter(|c| c.kind() == ENUMERATOR).map(|c| (c.name(), c.value())).collect()
}
