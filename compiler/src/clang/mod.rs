//! What syntax cannot tell: what a name refers to, types, sizes and offsets, as plain data.

mod cursor;
mod indices;
mod orders;
mod pointers;
mod shape;
mod sites;
mod walk;

pub use cursor::{Problem, Unavailable};
pub use indices::Indices;
pub use orders::{Order, Side};
pub use pointers::{Node, Pointers};
pub use sites::{Argument, Base, Role as Access, Site, Variable};

use std::collections::BTreeSet;
use std::ops::Range;

/// Number of an entity in [`Bindings::entities`].
pub type EntityId = usize;

/// What an entity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A function.
    Function,
    /// A variable of static storage, of file or function scope.
    Variable,
    /// A struct or union.
    Record,
    /// An enumeration.
    Enum,
    /// A typedef.
    Typedef,
}

/// One declaration of an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// Its bytes, without the semicolon.
    pub span: Range<usize>,
    /// Where the name stands.
    pub name_at: usize,
    /// It defines the entity.
    pub definition: bool,
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Name; empty for an anonymous member.
    pub name: String,
    /// Canonical type.
    pub shape: String,
    /// Bits from the record's start.
    pub offset: u64,
    /// Bits; 0 for a flexible array.
    pub size: u64,
    /// It is a bit-field.
    pub bit_field: bool,
    /// The record that it holds by value, directly or in arrays.
    pub record: Option<EntityId>,
    /// Number of elements, outermost dimension first; empty if no array.
    pub dimensions: Vec<u64>,
}

/// Something declared at file scope, or a static of a function.
#[derive(Clone, Debug)]
pub struct Entity {
    /// What it is.
    pub kind: Kind,
    /// Its name in the merged text; for a record without tag, its typedef's; else empty.
    pub name: String,
    /// In order of the text.
    pub declarations: Vec<Declaration>,
    /// Canonical type (variables, functions, typedefs) or contents (records, enumerations).
    pub shape: String,
    /// Bytes; `None` if incomplete.
    pub size: Option<u64>,
    /// Bytes.
    pub align: Option<u64>,
    /// Of a record.
    pub fields: Vec<Field>,
    /// Of an enumeration.
    pub enumerators: Vec<(String, i64)>,
    /// Of a variable: dimensions of an array.
    pub dimensions: Vec<u64>,
    /// Records and enumerations held by value: by a variable, a record, a typedef.
    pub holds: Vec<EntityId>,
    /// The record is a union.
    pub union: bool,
    /// Other units may see it.
    pub external: bool,
    /// `__thread`.
    pub thread: bool,
    /// A variable whose elements cannot be written.
    pub constant: bool,
    /// An `inline` function.
    pub inline: bool,
    /// The function whose static variable it is.
    pub function: Option<EntityId>,
    /// The record in which a nested record stands.
    pub inside: Option<EntityId>,
}

impl Entity {
    /// The declaration that defines it.
    pub fn definition(&self) -> Option<&Declaration> {
        self.declarations.iter().rev().find(|d| d.definition)
    }
}

/// How an entity is used at a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Its name is needed.
    Mention,
    /// A function is called by name.
    Call,
    /// A function's address is taken, or a variable is read or written.
    Value,
    /// A record's field is accessed.
    Member(String),
    /// A type's size or stride matters.
    Layout,
    /// An enumerator's value.
    Enumerator(String),
    /// A variable's address, or a pointer into it, leaves the expression.
    Address(Escape),
}

/// Where an address goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Escape {
    /// Into an argument of a function; its name, if called by name.
    Argument(String),
    /// Into a local variable of the function; its name.
    Local(String),
    /// Stored, returned, converted, or anything else.
    Elsewhere,
}

/// One use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The entity in whose text it stands.
    pub holder: EntityId,
    /// What is used.
    pub target: EntityId,
    /// Where the name stands in the text.
    pub offset: usize,
    /// How.
    pub role: Role,
    /// The canonical type of what is addressed or accessed, where that matters.
    pub shape: String,
}

/// The address of a label (`&&label`) that outlives the call of the function in which the label stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeptLabel {
    /// The static whose initialiser it is; else the function that stores it.
    pub holder: EntityId,
    /// Where it stands in the text.
    pub offset: usize,
}

/// Everything libclang told about a text.
#[derive(Clone, Debug, Default)]
pub struct Bindings {
    /// All entities.
    pub entities: Vec<Entity>,
    /// All uses, by holder and offset.
    pub uses: Vec<Use>,
    /// Addresses of labels that are kept.
    pub labels: Vec<KeptLabel>,
    /// What it could not read.
    pub problems: Vec<Problem>,
}

/// Flags under which libclang reads what gcc preprocessed.
/// The last one only makes `_Float16` known, which headers of gcc mention.
const FLAGS: &[&str] = &["-xc", "-std=gnu17", "-ferror-limit=0", "-fno-builtin", "-mavx512fp16"];

/// What C compilers let pass with a warning at most, and hand-written code must not do.
const STRICT: &[&str] = &[
    "-Wno-everything",
    "-Werror=implicit-function-declaration",
    "-Werror=incompatible-pointer-types",
    "-Werror=int-conversion",
    "-Werror=return-type",
];

/// Reads a text, already prepared for libclang, in the same offsets. From `strict` on, what stands
/// there was written for the patch: problems before it are known, and none behind it is overlooked.
///
/// # Errors
/// libclang cannot be loaded or fails as a whole; problems in the text are values.
pub fn bind(text: &str, strict: Option<usize>) -> Result<Bindings, Unavailable> {
    let more: &[&str] = if strict.is_some() { STRICT } else { &["-w"] };
    let flags: Vec<&str> = FLAGS.iter().chain(&crate::text::CLANG_DEFINES).chain(more).copied().collect();
    let unit = cursor::Unit::parse(text, &flags)?;
    let mut bindings = walk::walk(unit.root());
    bindings.problems = unit.problems();
    bindings.problems.retain(|problem| problem.offset >= strict.unwrap_or(0));
    Ok(bindings)
}

/// Where objects of records are declared, accessed by field, copied, filled and made, and where values of
/// enumerations are compared by order; both by the places of their names. The text is that of [`bind`].
///
/// # Errors
/// As [`bind`].
pub fn sites(
    text: &str,
    records: &BTreeSet<usize>,
    enumerations: &BTreeSet<usize>,
) -> Result<Vec<Site>, Unavailable> {
    let flags: Vec<&str> = FLAGS.iter().chain(&crate::text::CLANG_DEFINES).chain(&["-w"]).copied().collect();
    Ok(sites::sites(text, cursor::Unit::parse(text, &flags)?.root(), records, enumerations))
}

/// What is indexed by which numbers. The text is that of [`bind`].
///
/// # Errors
/// As [`bind`].
pub fn indices(text: &str) -> Result<Indices, Unavailable> {
    let flags: Vec<&str> = FLAGS.iter().chain(&crate::text::CLANG_DEFINES).chain(&["-w"]).copied().collect();
    Ok(indices::indices(text, cursor::Unit::parse(text, &flags)?.root()))
}

/// Where addresses go. The text is that of [`bind`].
///
/// # Errors
/// As [`bind`].
pub fn pointers(text: &str) -> Result<Pointers, Unavailable> {
    let flags: Vec<&str> = FLAGS.iter().chain(&crate::text::CLANG_DEFINES).chain(&["-w"]).copied().collect();
    Ok(pointers::pointers(text, cursor::Unit::parse(text, &flags)?.root()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anonymous_records_enumerators_and_statics_are_bound() {
        let text = "typedef struct { int a; struct { int x; } in; } foo_t; enum { A, B = 4 };\n\
                    static foo_t g; static int f(int n) { static int c; c += B; return g.in.x + c + n; }\n\
                    int h(void) { int (*p)(int) = f; return p(1) + f(2); }";
        let found = bind(text, None).unwrap();
        assert_eq!(found.problems, vec![]);
        let named = |name: &str| {
            found.entities.iter().position(|e| e.name == name && e.kind != Kind::Typedef).unwrap()
        };
        assert_eq!(found.entities[named("foo_t")].size, Some(8));
        assert_eq!(found.entities[named("c")].function, Some(named("f")));
        let roles = |target: usize| -> Vec<&Role> {
            found
                .uses
                .iter()
                .filter(|u| u.target == target && u.role != Role::Mention)
                .map(|u| &u.role)
                .collect()
        };
        assert_eq!(roles(named("f")), [&Role::Value, &Role::Call]);
        assert!(found.uses.iter().any(|u| u.role == Role::Enumerator("B".into())));
        assert!(found.uses.iter().any(|u| u.role == Role::Member("in".into()) && u.target == named("foo_t")));
    }

    #[test]
    fn addresses_of_globals_tell_where_they_go() {
        let text = "struct s { int a[4]; int b; } g; int *kept; int lib(int *);\n\
                    void f(void) { int *p = &g.b; kept = g.a; lib(&g.b); g.a[1] = *p; }";
        let found = bind(text, None).unwrap();
        let g = found.entities.iter().position(|e| e.name == "g").unwrap();
        let roles: Vec<_> = found.uses.iter().filter(|u| u.target == g).map(|u| u.role.clone()).collect();
        let expected = [
            Role::Address(Escape::Local("p".into())),
            Role::Address(Escape::Elsewhere),
            Role::Address(Escape::Argument("lib".into())),
            Role::Value,
        ];
        assert_eq!(roles, expected);
    }
}
