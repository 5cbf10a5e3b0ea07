//! Every construct that lang-c lacks, parsed through the shadow.

use super::super::{big_stack, parse};
use super::shadow_syntax;
use crate::diag::Place;

fn nowhere(offset: usize) -> Place {
    Place { file: String::new(), line: 0, column: offset as u32, text: String::new(), width: 0 }
}

fn accepts(source: &str) {
    let shadow = shadow_syntax(source);
    assert_eq!(shadow.text.len(), source.len(), "{source}");
    assert_eq!(shadow.text.matches('\n').count(), source.matches('\n').count(), "{source}");
    big_stack(|| {
        if let Err(error) = parse(&shadow.text, &nowhere) {
            panic!("{source}\n{}\n{error:?}", shadow.text);
        }
    });
}

#[test]
fn lang_c_reads_gnu_c() {
    let sources = [
        "struct __attribute__((packed)) S { int a; };",
        "typedef struct __attribute__((aligned(64))) tag { int a; } t;",
        "enum __attribute__((packed)) E { A };",
        "void f(int x) { switch (x) { case 1: x++; __attribute__((fallthrough)); case 2: ; } }",
        "void f(int x) { l: __attribute__((unused)); if (x) goto l; }",
        "int x = sizeof (int (__attribute__((unused)) *)(void));",
        "void f(int x) { __auto_type y = x; }",
        "unsigned __int128 a; __int128_t b; __uint128_t c; __float128 d;",
        "extern __thread int x; static __thread long y;",
        "int f(int x) { return x ?: 3; } int g(int x) { return x ? : 3; } int h(int x) { return x ?\n: 3; }",
        "int x; int y = __alignof__(x) + _Alignof(int) + __alignof__ (long);",
        "void f(void) { static void *t[] = { &&a, &&b }; void *p = &&a; a: b: goto *p; }",
        "typedef int T; int f(int T)\n# 3 \"b.c\"\n{ return (T)-1 ?\n# 4 \"c.c\"\n: 2; }",
        "int f(int a, int b) { return a && b && (a) && f(a, b) && b; }",
        "void f(void) { __label__ a, b; goto a; a: b: ; }",
        "void f(int x) { asm goto (\"jmp %l0\" : : \"r\"(x) : \"memory\" : out); out: ; }",
        "void f(int x) { asm volatile inline (\"nop\" : \"=r\"(x)); __asm__ __volatile__ (\"\" ::: \"memory\"); }",
        "asm(\".globl x\"); __asm__ volatile (\"nop\"); int x; asm (\"y\");",
        "int f(void) __asm__(\"g\") __attribute__((nothrow));",
        "typedef int t; int x = __builtin_types_compatible_p(t, const unsigned char *);",
        "struct s { _Alignas(16) char a; _Alignas(long) int b; };",
        "double f(_Complex double z) { return __real__ z + __imag__ z; }",
        "__extension__ __extension__ typedef long long t; int x = __extension__ ({ 1; });",
        "struct S { int a; }; void f(struct S s) { f((struct S){}); s = (struct S) {}; return; }",
        "struct S { int a; }; struct S f(void) { return (struct S){}; } struct S x = (struct S){};",
        "void f(int x) { if (x) {} while (x) {} for (;;) {} switch (x) {} } void g(void) {}",
        "int (*f(int a))(long) {}",
        "char c = '\\e'; char *s = \"\\e[0m\\\\e\";",
        "int $a, b$c; int \u{e9}t\u{e9} = 3;",
        "_Static_assert(1); struct s { int a; _Static_assert(sizeof(int) == 4, \"x\"); int b; };",
        "void f(void) { int a; _Static_assert(1, \"x\"); a = 1; }",
        "typedef int T; int f(int T) { return (T)-1; } T g(T a, T *b) { return (T)-1; }",
        "typedef int T; int f(void (*T)(int), int x[T]) { T(x[0]); return x ? 1 : (T)&x; }",
        "typedef int T; int f(T T, const int b) { return (T) & b; }",
        "typedef int T; struct T { int T; }; int f(struct T *T) { struct T a; return T->T + (T)->T; }",
        "int f(a, b) int a; char *b; { return a; }",
        "double x = 1.0Q; float y = 2.5w;",
        "int f(int x) { switch (x) { default: } return 0; }",
        "[[nodiscard]] int f(void); int x = 1'000'000;",
        "int f(int x) { typeof(x) y = x; __typeof__(int *) z = &y; return *z; }",
        "int a /* comment */ = 1; // another\nint b; /* last */",
        "void f(void *p) { _Static_assert(sizeof p, \"\"); { extern int g; g = 1; } }",
        "int x = __builtin_choose_expr(1, 2, 3) + __builtin_offsetof(struct s { int a[2]; }, a[1]);",
        "typedef unsigned u; void f(void) { u x[] = { [0 ... 3] = 1 }; struct { u a; } y = { a: 1 }; }",
        "typedef float v __attribute__((vector_size(16))); v f(v a) { return __builtin_convertvector(a, v); }",
    ];
    for source in sources {
        accepts(source);
    }
}

#[test]
fn what_changed_is_told() {
    let source = "int a __attribute__((unused)) = 1; __thread int b; int c = a ?: 2;";
    let shadow = shadow_syntax(source);
    let changed: Vec<_> = shadow.changed.iter().map(|range| &source[range.clone()]).collect();
    assert_eq!(changed, ["__attribute__((unused))", "__thread", "?:"]);
}

#[test]
fn a_text_without_trouble_is_its_own_shadow() {
    let source =
        "# 1 \"a.c\"\ntypedef struct s s;\nint main(int argc, char **argv)\n{ return argc && argv; }\n";
    let shadow = shadow_syntax(source);
    assert_eq!(shadow.text, source);
    assert!(shadow.changed.is_empty());
}
