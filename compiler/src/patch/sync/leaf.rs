//! The statements for one value: a number, an enumerator, a pointer, a vector.

use super::Sync;
use super::side::Side;
use crate::clang::Kind;
use crate::cross::renumbering::{self, Fate};
use crate::model::Program;

impl Sync<'_> {
    /// Carries one value.
    pub fn leaf(&mut self, from: &Side, to: &Side) -> Result<(), String> {
        let (was, is) = (from.bare(), to.bare());
        let vector = |shape: &str| shape.contains("vector_size") || shape.contains("ext_vector");
        if vector(was) || vector(is) {
            let bytes = format!("sizeof {}", from.path);
            let same = was == is;
            self.moved(&differs(&from.path, &bytes), &copy(&to.path, &from.path, &bytes));
            return same.then_some(()).ok_or_else(|| format!("{}: a vector changed its type", to.title()));
        }
        match (was.strip_prefix('*'), is.strip_prefix('*')) {
            (Some(ours), Some(theirs)) => self.pointer(from, ours, to, theirs),
            (None, None) => {
                self.number(from, to);
                Ok(())
            }
            _ => Err(format!("{}: a pointer became a number, or the other way round", to.title())),
        }
    }

    fn pointer(&mut self, from: &Side, ours: &str, to: &Side, theirs: &str) -> Result<(), String> {
        if self.leads(from) && leads_alike(self.from, ours, self.to, theirs) {
            return self.lead(from, to);
        }
        if ours == theirs {
            self.moved(&changed(from), &store(to, &from.path));
        } else if leads_alike(self.from, ours, self.to, theirs) {
            self.moved(&changed(from), &store(to, &format!("(void *){}", from.path)));
        } else if ours.starts_with('(') || theirs.starts_with('(') {
            return Err(format!(
                "{}: the functions that it leads to have another type, and nothing tells their new ones",
                to.title()
            ));
        } else {
            return Err(format!("{}: what it points to has another type, and stays as it is", to.title()));
        }
        Ok(())
    }

    fn number(&mut self, from: &Side, to: &Side) {
        let renamed = from.enumeration.zip(to.enumeration).map(|(ours, theirs)| {
            renumbering::fates(&self.from.items[ours].entity, &self.to.items[theirs].entity)
        });
        match renamed.filter(|fates| fates.iter().any(|f| f.fate != Fate::Stays)) {
            Some(fates) => self.enumerator(from, to, &fates),
            None if to.bit_field || from.bare() == to.bare() => {
                self.moved(&changed(from), &store(to, &from.path));
            }
            None => {
                let value = format!("(__typeof__({})){}", to.path, from.path);
                self.moved(&changed(from), &store(to, &value));
            }
        }
    }

    /// By the enumerators' names; a value that has none keeps its number.
    fn enumerator(&mut self, from: &Side, to: &Side, fates: &[renumbering::Enumerator]) {
        self.moved(&changed(from), &format!("switch ({}) {{", from.path));
        for found in fates.iter().filter(|f| f.fate != Fate::Stays) {
            let then = match found.fate {
                Fate::Becomes(value) => store(to, &value.to_string()),
                // The other side has nothing for it, and keeps what it has.
                _ => String::new(),
            };
            let line = format!("    case {}: {then} break; /* {} */", found.value, found.name);
            self.line(&line.replace(":  break", ": break"));
        }
        self.line(&format!("    default: {}", store(to, &from.path)));
        self.line("    }");
    }
}

/// The statement that gives a place a value.
pub(super) fn store(to: &Side, value: &str) -> String {
    match to.constant && !to.bit_field {
        false => format!("{} = {value};", to.path),
        true => format!(
            "{{ __typeof__({0}) value = {value}; __builtin_memcpy((void *)&{0}, (const void *)&value, sizeof value); }}",
            to.path
        ),
    }
}

/// The condition that a value differs from the earlier one: of floating numbers the bytes count, for no
/// NaN equals itself.
pub(super) fn changed(from: &Side) -> String {
    let floating = ["float", "double", "_Float", "__bf16", "__fp16"];
    match floating.iter().any(|f| from.bare().contains(f)) && !from.bare().starts_with('*') {
        // The bytes behind the ten of an x87 number are never written.
        true if from.bare() == "long double" => differs(&from.path, "10"),
        true => differs(&from.path, &format!("sizeof {}", from.path)),
        false => format!("{} != {}", earlier(&from.path), from.path),
    }
}

/// The condition that bytes differ from the earlier ones.
pub fn differs(from: &str, bytes: &str) -> String {
    let address = |path: &str| format!("(const void *){}", address(path));
    format!("__builtin_memcmp({}, {}, {bytes})", address(&earlier(from)), address(from))
}

/// The statement that copies bytes, also into what is `const`.
pub fn copy(to: &str, from: &str, bytes: &str) -> String {
    format!("__builtin_memcpy((void *){}, (const void *){}, {bytes});", address(to), address(from))
}

fn address(path: &str) -> String {
    match path.strip_prefix("*(") {
        Some(inner) => format!("({inner}"),
        None => format!("&{path}"),
    }
}

/// The same place in the earlier content.
fn earlier(path: &str) -> String {
    path.replacen("(*from)", "(*was)", 1)
}

/// Why a union cannot cross.
pub fn union_changed(to: &Side) -> String {
    format!("{}: a union changed, and nothing tells which member is in force", to.title())
}

/// What two pointers lead to is read in the same way: numbers of one size, anything through `void`,
/// records of the same contents.
fn leads_alike(old: &Program, ours: &str, new: &Program, theirs: &str) -> bool {
    let bare = |shape: &'_ str| {
        let shape = shape.trim_start_matches("const ").trim_start_matches("volatile ").to_string();
        shape.trim_start_matches("unsigned ").trim_start_matches("signed ").to_string()
    };
    let (a, b) = (bare(ours), bare(theirs));
    let function = |shape: &str| shape.starts_with('(');
    let contents = |program: &Program, shape: &str| {
        let tag = shape.strip_prefix("struct ").or_else(|| shape.strip_prefix("enum "))?;
        let named = program.named(tag).iter().map(|&id| &program.items[id].entity);
        named
            .filter(|e| matches!(e.kind, Kind::Record | Kind::Enum))
            .find_map(|e| (!e.shape.is_empty()).then(|| e.shape.clone()))
    };
    let same = |a: &str, b: &str| match (a.strip_prefix('*'), b.strip_prefix('*')) {
        (Some(a), Some(b)) => leads_alike(old, a, new, b),
        _ => a == b,
    };
    let void = |shape: &str| shape == "void";
    same(&a, &b)
        || (void(&a) || void(&b)) && !function(&a) && !function(&b)
        || contents(old, &a).is_some_and(|was| contents(new, &b) == Some(was))
}
