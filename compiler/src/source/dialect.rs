//! What a unit's flags make of its text: said in the text itself where C has words for it, since
//! units of all flags become one, else refused by the flag's name.

use super::{Tree, Unit};
use crate::diag::Diagnostic;
use crate::text::{self, Kind};

/// Flags that change types or calling conventions of every declaration, with what undoes each.
const CONVENTIONS: &[(&str, &str)] = &[
    ("-funsigned-char", "-fsigned-char"),
    ("-fno-signed-char", "-fsigned-char"),
    ("-funsigned-bitfields", "-fsigned-bitfields"),
    ("-fno-signed-bitfields", "-fsigned-bitfields"),
    ("-fshort-enums", "-fno-short-enums"),
    ("-fshort-wchar", "-fno-short-wchar"),
    ("-fpack-struct", "-fno-pack-struct"),
    ("-fpcc-struct-return", "-freg-struct-return"),
    ("-fsingle-precision-constant", "-fno-single-precision-constant"),
    ("-fleading-underscore", "-fno-leading-underscore"),
    ("-finstrument-functions", "-fno-instrument-functions"),
    ("-fsplit-stack", "-fno-split-stack"),
    ("-m32", "-m64"),
    ("-mx32", "-m64"),
    ("-m16", "-m64"),
    ("-mms-bitfields", "-mno-ms-bitfields"),
    ("-mlong-double-64", "-mlong-double-80"),
    ("-mlong-double-128", "-mlong-double-80"),
    ("-mabi=ms", "-mabi=sysv"),
];

/// Gives the unit's `inline` functions the meaning that they have under its standard.
pub fn settle(unit: &mut Unit) {
    if old_inline(&unit.flags) {
        unit.text = with_gnu_inline(&unit.text);
    }
}

/// `inline` means what it meant before C99: `extern inline` is never emitted, `inline` alone is.
fn old_inline(flags: &[String]) -> bool {
    let standard = |f: &str| match f.strip_prefix("-").filter(|f| f.starts_with("-s")).unwrap_or(f) {
        "-ansi" | "-std=c90" | "-std=c89" | "-std=gnu89" | "-std=gnu90" => Some(true),
        "-std=iso9899:1990" | "-std=iso9899:199409" => Some(true),
        f => f.starts_with("-std=").then_some(false),
    };
    let chosen = |f: &str| match f {
        "-fgnu89-inline" => Some(true),
        "-fno-gnu89-inline" => Some(false),
        _ => None,
    };
    let last = |of: &dyn Fn(&str) -> Option<bool>| flags.iter().rev().find_map(|f| of(f));
    last(&chosen).or_else(|| last(&standard)).unwrap_or(false)
}

fn with_gnu_inline(source: &str) -> String {
    let mut text = String::with_capacity(source.len() + source.len() / 64);
    let mut copied = 0;
    for token in text::lex(source) {
        let word = token.text(source);
        if token.kind == Kind::Ident && matches!(word, "inline" | "__inline" | "__inline__") {
            text.push_str(&source[copied..token.end]);
            text.push_str(" __attribute__((__gnu_inline__))");
            copied = token.end;
        }
    }
    text + &source[copied..]
}

/// Refuses units whose flags a patch compiled without them would contradict.
///
/// # Errors
/// The first such flag, with its unit.
pub fn check(tree: &Tree) -> Result<(), Diagnostic> {
    for unit in &tree.units {
        if let Some(flag) = convention(&unit.flags) {
            return Err(Diagnostic::error(format!("{} is compiled with {flag}", unit.path))
                .note("it changes types or calls everywhere, and a patch is compiled without it")
                .help("programs built with this flag cannot be patched"));
        }
    }
    Ok(())
}

fn convention(flags: &[String]) -> Option<&str> {
    let is =
        |flag: &str, name: &str| flag == name || flag.strip_prefix(name).is_some_and(|r| r.starts_with('='));
    let stands = |at: usize, undo: &str| !flags[at..].iter().any(|f| f == undo);
    CONVENTIONS.iter().find_map(|(name, undo)| {
        let at = flags.iter().rposition(|f| is(f, name))?;
        stands(at, undo).then_some(flags[at].as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_string).collect()
    }

    #[test]
    fn inline_of_old_standards() {
        assert!(old_inline(&flags("-O2 -ansi")));
        assert!(old_inline(&flags("--std=c89")));
        assert!(!old_inline(&flags("-ansi -std=gnu11")));
        assert!(old_inline(&flags("-std=gnu11 -fgnu89-inline")));
        assert!(!old_inline(&flags("-std=c89 -fno-gnu89-inline")));
        let text = with_gnu_inline("extern __inline int f(void) { return 1; } int inlined;\n");
        let expected =
            "extern __inline __attribute__((__gnu_inline__)) int f(void) { return 1; } int inlined;\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn flags_that_cannot_be_followed_are_named() {
        assert_eq!(convention(&flags("-O2 -fpack-struct=4")), Some("-fpack-struct=4"));
        assert_eq!(convention(&flags("-funsigned-char -fsigned-char -O2")), None);
        assert_eq!(convention(&flags("-O2 -fno-strict-aliasing -fPIE")), None);
    }
}
