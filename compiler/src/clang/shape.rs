//! Canonical spelling of types: equal text means equal type, wherever it was declared.

use super::cursor::{Cursor, FIELD, Form, Type};

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

/// A record's fields with their places, or an enumeration's values.
pub fn contents(declaration: Cursor) -> String {
    let ty = declaration.ty();
    let inner: Vec<String> = declaration
        .children()
        .into_iter()
        .filter_map(|child| match child.kind() {
            FIELD => Some(format!(
                "{} {}@{}{}",
                spell(child.ty()),
                child.name(),
                child.field_offset().unwrap_or(0),
                child.bit_width().map_or(String::new(), |w| format!(":{w}"))
            )),
            super::cursor::ENUMERATOR => Some(format!("{}={}", child.name(), child.value())),
            _ => None,
        })
        .collect();
    let form = match declaration.kind() {
        super::cursor::UNION => "union",
        super::cursor::ENUM => "enum",
        _ => "struct",
    };
    let (size, align) = (ty.size().unwrap_or(0), ty.align().unwrap_or(0));
    format!("{form}{{{}}}:{size}/{align}", inner.join(";"))
}
