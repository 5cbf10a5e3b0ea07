//! Words of the C language, by class.

/// A word that cannot name anything.
pub fn is_keyword(word: &str) -> bool {
    is_qualifier(word)
        || is_storage(word)
        || is_base_type(word)
        || is_statement(word)
        || matches!(
            word,
            "struct"
                | "union"
                | "enum"
                | "sizeof"
                | "typeof"
                | "__typeof__"
                | "__typeof"
                | "_Alignas"
                | "_Alignof"
                | "__alignof__"
                | "__alignof"
                | "_Generic"
                | "_Static_assert"
                | "__attribute__"
                | "__attribute"
                | "asm"
                | "__asm__"
                | "__asm"
                | "__extension__"
                | "__label__"
                | "__real__"
                | "__imag__"
                | "__real"
                | "__imag"
                | "__builtin_va_arg"
                | "__builtin_offsetof"
                | "__builtin_types_compatible_p"
        )
}

fn is_statement(word: &str) -> bool {
    matches!(
        word,
        "if" | "else"
            | "while"
            | "do"
            | "for"
            | "switch"
            | "case"
            | "default"
            | "return"
            | "break"
            | "continue"
            | "goto"
    )
}

/// A storage class or a function specifier.
pub fn is_storage(word: &str) -> bool {
    matches!(
        word,
        "typedef"
            | "static"
            | "extern"
            | "auto"
            | "register"
            | "inline"
            | "__inline"
            | "__inline__"
            | "_Noreturn"
            | "_Thread_local"
            | "__thread"
    )
}

/// A type qualifier.
pub fn is_qualifier(word: &str) -> bool {
    matches!(
        word,
        "const"
            | "__const"
            | "__const__"
            | "volatile"
            | "__volatile"
            | "__volatile__"
            | "restrict"
            | "__restrict"
            | "__restrict__"
            | "_Atomic"
    )
}

/// A built-in type, or a part of its name.
pub fn is_base_type(word: &str) -> bool {
    matches!(
        word,
        "void"
            | "char"
            | "short"
            | "int"
            | "long"
            | "float"
            | "double"
            | "signed"
            | "unsigned"
            | "__signed"
            | "__signed__"
            | "_Bool"
            | "_Complex"
            | "__complex__"
            | "__complex"
            | "__int128"
            | "__float128"
            | "__auto_type"
    ) || word.starts_with("_Float")
        || word.starts_with("_Decimal")
}

/// `struct`, `union`, `enum`.
pub fn is_tag(word: &str) -> bool {
    matches!(word, "struct" | "union" | "enum")
}

/// An attribute introducer.
pub fn is_attribute(word: &str) -> bool {
    matches!(word, "__attribute__" | "__attribute" | "__declspec")
}

/// An assembler introducer.
pub fn is_asm(word: &str) -> bool {
    matches!(word, "asm" | "__asm__" | "__asm")
}

/// A word whose parentheses stand in a declaration without being a declarator.
pub fn is_specifier_call(word: &str) -> bool {
    is_attribute(word)
        || is_asm(word)
        || matches!(
            word,
            "typeof"
                | "__typeof__"
                | "__typeof"
                | "_Alignas"
                | "_Atomic"
                | "_Static_assert"
                | "__extension__"
                | "typeof_unqual"
                | "__typeof_unqual__"
                | "_BitInt"
        )
}

/// Bytes of the identifier that `text` begins with.
pub fn length(text: &str) -> usize {
    text.bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..))
        .count()
}
