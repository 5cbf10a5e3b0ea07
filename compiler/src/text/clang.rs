//! Shadow text for libclang: gcc's preprocessed text without what clang 14 rejects.
//!
//! Attributes stay, because layout depends on them.

use super::shadow::{Canvas, closing};
use super::{Kind, Shadow, Token, lex};

/// Flags that libclang needs with the shadow: types whose clang names are longer than gcc's.
pub const CLANG_DEFINES: [&str; 2] = ["-D_Float64x=long double", "-D_Float128=__float128"];

/// A copy of equal length that libclang reads with the types and layouts of gcc.
pub fn shadow_clang(text: &str) -> Shadow {
    let tokens = lex(text);
    let mut canvas = Canvas::new(text);
    for (index, token) in tokens.iter().enumerate() {
        if token.kind == Kind::Ident {
            replace(text, &tokens, index, &mut canvas);
        }
    }
    canvas.finish()
}

fn replace(text: &str, tokens: &[Token], index: usize, canvas: &mut Canvas) {
    let token = tokens[index];
    let range = token.start..token.end;
    match token.text(text) {
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
        _ => {}
    }
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
}
