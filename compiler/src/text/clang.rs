//! Shadow text for libclang: gcc's preprocessed text without what clang 14 rejects.
//!
//! Attributes stay, because layout depends on them.

use super::shadow::{Canvas, closing};
use super::{Kind, Shadow, Token, lex};

/// Flags that libclang needs with the shadow: types whose clang names are longer than gcc's.
pub const CLANG_DEFINES: [&str; 2] = ["-D_Float64x=long double", "-D_Float128=__float128"];

/// Types of gcc that the C library's headers define for other compilers.
const FLOATS: [&str; 5] = ["_Float32", "_Float64", "_Float32x", "_Float64x", "_Float128"];

/// A copy of equal length that libclang reads with the types and layouts of gcc.
pub fn shadow_clang(text: &str) -> Shadow {
    let tokens = lex(text);
    let mut canvas = Canvas::new(text);
    for (index, token) in tokens.iter().enumerate() {
        if token.kind == Kind::Ident && token.start >= canvas.reached() {
            replace(text, &tokens, index, &mut canvas);
        }
    }
    canvas.finish()
}

fn replace(text: &str, tokens: &[Token], index: usize, canvas: &mut Canvas) {
    let token = tokens[index];
    let range = token.start..token.end;
    match token.text(text) {
        word if FLOATS.contains(&word) && is_typedef(text, tokens, index) => {
            canvas.blank(beginning(text, tokens, index)..token.end);
        }
        "_Float32" => canvas.put(range, "float"),
        "_Float64" | "_Float32x" => canvas.put(range, "double"),
        // gcc's generic atomics are applied to _Atomic objects, which clang forbids;
        // sizes and alignments of lock-free objects are the same without the qualifier.
        "_Atomic" if opens(text, tokens, index + 1) => canvas.put(range, "typeof"),
        "_Atomic" => canvas.blank(range),
        "__malloc__" | "malloc" if opens(text, tokens, index + 1) && in_attribute(text, tokens, index) => {
            let close = closing(tokens, text.as_bytes(), index + 1);
            canvas.blank(tokens[index + 1].start..tokens[close].end);
        }
        "__builtin_va_arg_pack" | "__builtin_va_arg_pack_len" if opens(text, tokens, index + 1) => {
            let close = closing(tokens, text.as_bytes(), index + 1);
            canvas.put(token.start..tokens[close].end, "0");
        }
        // Wrappers in headers of gcc and its C library: their bodies use builtins that clang lacks.
        "__artificial__" => blank_body(text, tokens, index, canvas),
        _ => {}
    }
}

/// Makes a declaration of the function definition in whose attributes the word stands.
fn blank_body(text: &str, tokens: &[Token], index: usize, canvas: &mut Canvas) {
    let mut depth = 0i32;
    for at in index..tokens.len() {
        match tokens[at].text(text) {
            "(" => depth += 1,
            ")" => depth -= 1,
            "{" if depth < 0 => {
                let end = tokens[closing(tokens, text.as_bytes(), at)].end;
                return match builtin_between(text, &tokens[index..at]) {
                    true => canvas.blank(beginning(text, tokens, index)..end),
                    false => canvas.put(tokens[at].start..end, ";"),
                };
            }
            ";" => return,
            _ => {}
        }
    }
}

/// Clang has this function built in with other types than gcc's header declares.
fn builtin_between(text: &str, tokens: &[Token]) -> bool {
    tokens.iter().any(|token| token.text(text) == "_mm_prefetch")
}

/// Where the declaration begins that a token outside of all braces stands in.
fn beginning(text: &str, tokens: &[Token], index: usize) -> usize {
    let ends = |token: &Token| token.is_directive() || matches!(token.text(text), ";" | "}");
    let before = tokens[..index].iter().rposition(ends);
    tokens[before.map_or(0, |before| before + 1)].start
}

/// The word is what a `typedef` without parentheses declares.
fn is_typedef(text: &str, tokens: &[Token], index: usize) -> bool {
    let ends = tokens.get(index + 1).is_some_and(|token| token.text(text) == ";");
    ends && tokens.iter().any(|t| t.start == beginning(text, tokens, index) && t.text(text) == "typedef")
}

fn opens(text: &str, tokens: &[Token], index: usize) -> bool {
    tokens.get(index).is_some_and(|token| token.text(text) == "(")
}

/// The word stands directly in the parentheses of an attribute.
fn in_attribute(text: &str, tokens: &[Token], index: usize) -> bool {
    let mut depth = 0i32;
    for at in (0..index).rev() {
        match tokens[at].text(text) {
            ")" => depth += 1,
            "(" => depth -= 1,
            ";" | "{" | "}" => return false,
            word if depth == -2 => return super::words::is_attribute(word),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clang_rejects_is_replaced_in_place() {
        let source = "extern _Float32 f(void); _Atomic int a; _Atomic(long) b;\n\
                      void *g(void) __attribute__((__malloc__ (free, 1), __aligned__(8)));\n\
                      int h(void) { return malloc(3) ? __builtin_va_arg_pack () : 1; }\n";
        let shadow = shadow_clang(source);
        assert_eq!(shadow.text.len(), source.len());
        let words: Vec<_> = shadow.text.split_whitespace().collect();
        assert_eq!(
            words.join(" "),
            "extern float f(void); int a; typeof (long) b; \
             void *g(void) __attribute__((__malloc__ , __aligned__(8))); \
             int h(void) { return malloc(3) ? 0 : 1; }"
        );
    }

    #[test]
    fn what_clang_is_told_to_define_is_not_defined_twice() {
        let source = "int a; typedef float _Float32; typedef long double _Float64x; _Float32 b;";
        let words: Vec<String> = shadow_clang(source).text.split_whitespace().map(str::to_string).collect();
        assert_eq!(words.join(" "), "int a; ; ; float b;");
    }

    #[test]
    fn wrappers_of_builtins_are_declared_only() {
        let source = "extern inline __attribute__((__gnu_inline__, __artificial__)) int f(int a) { return __builtin_va_arg_pack(); } int b;";
        let words: Vec<String> = shadow_clang(source).text.split_whitespace().map(str::to_string).collect();
        let expected = "extern inline __attribute__((__gnu_inline__, __artificial__)) int f(int a) ; int b;";
        assert_eq!(words.join(" "), expected);
    }
}
