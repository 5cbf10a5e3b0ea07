//! Lexer and shadow texts on anything: no panic, nothing lost, every offset kept.

use polusc::text::{lex, shadow_clang, shadow_syntax};
use proptest::prelude::*;

const PIECES: &[&str] = &[
    "int",
    "x",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ";",
    ",",
    "*",
    "&&",
    "=",
    "\n",
    " ",
    "\t",
    "\\\n",
    "\"",
    "'",
    "/*",
    "*/",
    "//",
    "#",
    "# 3 \"f.c\" 1\n",
    "#pragma pack(1)\n",
    "__attribute__((",
    "))",
    "__asm__(",
    "typeof(x)",
    "__extension__",
    "_Atomic",
    "_Atomic(",
    "case 1 ... 2:",
    "goto *p;",
    "&&label",
    "?:",
    "({",
    "})",
    "0x1.8p3",
    "1'",
    "u8\"é\"",
    "L'a'",
    "_Float32",
    "__builtin_va_arg_pack()",
    "malloc(",
    "__label__ a;",
    "asm goto",
    "é",
    "\\",
    "__typeof__",
    "_Static_assert(1)",
    "[0 ... 3] =",
    "static",
    "struct s {",
    "...",
    "$",
    "\0",
    "inline",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![6 => proptest::sample::select(PIECES).prop_map(String::from), 1 => "\\PC{0,6}"];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn tokens_are_in_order_and_hold_all_but_blank_space(text in text()) {
        let mut at = 0;
        for token in lex(&text) {
            prop_assert!(at <= token.start && token.start < token.end && token.end <= text.len());
            let gap = &text[at..token.start];
            let comment = gap.contains("/*") || gap.contains("//");
            prop_assert!(comment || gap.chars().all(|c| c.is_whitespace() || c == '\\' || c == '\0'), "{gap:?}");
            prop_assert!(!token.text(&text).is_empty());
            at = token.end;
        }
    }

    #[test]
    fn shadows_keep_every_offset_and_line(text in text()) {
        for shadow in [shadow_syntax(&text), shadow_clang(&text)] {
            prop_assert_eq!(shadow.text.len(), text.len());
            let lines = |text: &str| text.match_indices('\n').map(|(at, _)| at).collect::<Vec<_>>();
            prop_assert_eq!(lines(&shadow.text), lines(&text));
            let mut at = 0;
            for range in &shadow.changed {
                prop_assert!(at <= range.start && range.start <= range.end && range.end <= text.len());
                prop_assert!(text.is_char_boundary(range.start) && text.is_char_boundary(range.end));
                at = range.end;
            }
        }
    }
}
