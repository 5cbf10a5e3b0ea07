//! What a compiler's suffix behind a symbol says: `parse.constprop.0.cold`.

/// How a symbol's code relates to the function whose name it starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CloneKind {
    /// Some parameters are constants (`.constprop`).
    Constprop,
    /// Parameters removed or passed otherwise (`.isra`).
    Isra,
    /// The rarer part of a function whose beginning was inlined (`.part`).
    Part,
    /// Unlikely blocks moved away; no entry, it belongs to its function (`.cold`).
    Cold,
    /// A suffix that we do not know: its calling convention is unknown, too.
    Other,
}

/// The part of a symbol before the compiler's suffixes: the name in C.
pub fn base_name(symbol: &str) -> &str {
    // A C identifier holds no dot; one in front belongs to an assembler's label.
    match symbol.char_indices().skip(1).find(|(_, c)| *c == '.') {
        Some((at, _)) => &symbol[..at],
        None => symbol,
    }
}

/// What the suffixes say, the strangest last. Empty: an ordinary function with the calling convention
/// of its type, under its own name or one that was only changed to be unique (`.lto_priv.0`).
pub fn clone_kinds(symbol: &str) -> Vec<CloneKind> {
    let suffixes = symbol[base_name(symbol).len()..].split('.').skip(1);
    let mut kinds: Vec<_> = suffixes.filter_map(kind).collect();
    kinds.dedup();
    kinds
}

fn kind(suffix: &str) -> Option<CloneKind> {
    let number = suffix.bytes().all(|byte| byte.is_ascii_digit());
    match suffix {
        "constprop" => Some(CloneKind::Constprop),
        "isra" => Some(CloneKind::Isra),
        "part" => Some(CloneKind::Part),
        "cold" => Some(CloneKind::Cold),
        // A new name for the same function; clang's ThinLTO appends `.llvm.HASH`.
        "lto_priv" | "localalias" | "llvm" => None,
        _ if number => None,
        _ => Some(CloneKind::Other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes() {
        assert_eq!(base_name("parse.constprop.0.cold"), "parse");
        assert_eq!(base_name(".Lstart"), ".Lstart");
        assert_eq!(base_name(""), "");
        assert_eq!(clone_kinds("parse.constprop.0.isra.2"), [CloneKind::Constprop, CloneKind::Isra]);
        assert_eq!(clone_kinds("parse.part.0.cold"), [CloneKind::Part, CloneKind::Cold]);
        assert_eq!(clone_kinds("usage.lto_priv.1"), []);
        assert_eq!(clone_kinds("run.avx2.0"), [CloneKind::Other]);
        assert_eq!(clone_kinds("run"), []);
    }
}
