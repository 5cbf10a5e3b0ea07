//! References, and where a jump fits, in small programs.

mod common;

use common::Program;
use polus_binary::{Binary, Branch, Callee, ReferenceKind, TakenFrom};

const CODE: &str = r#"
#include <stdlib.h>
volatile int sink;
typedef int action(int);
__attribute__((noinline)) int called(int x) { sink += x; return sink * x; }
__attribute__((noinline)) int in_table(int x) { sink -= x; return sink / (x + 1); }
__attribute__((noinline)) int passed(int x) { sink ^= x; return sink - x; }
__attribute__((noinline)) int tail(int x) { sink++; return called(x + 1); }
__attribute__((noinline)) int recursive(int x) { return x < 2 ? x : recursive(x - 1) + recursive(x - 2) * x; }
action *const table[] = { in_table };
action *current = in_table;
__attribute__((noinline)) int apply(action *f, int x) { return f(x) + f(x + 1); }
int main(int n, char **v) {
    return called(n) + table[n & 0](n) + current(n) + apply(passed, n) + tail(n) + recursive(n);
}
"#;

fn holders(binary: &Binary, name: &str, kind: ReferenceKind) -> Vec<String> {
    let symbols = binary.symbols().unwrap();
    let range = symbols.function(name).unwrap().range();
    let references = binary.references_to(range).unwrap().iter().filter(|reference| reference.kind == kind);
    let mut names: Vec<_> = references
        .map(|reference| {
            let holder = symbols.function_at(reference.from).map(|symbol| symbol.name.to_string());
            holder.unwrap_or_else(|| "data".to_string())
        })
        .collect();
    names.dedup();
    names
}

#[test]
fn references() {
    for flags in [
        &["-O2", "-pie", "-fPIE"][..],
        &["-O2", "-no-pie", "-fno-pie"],
        &["-O2", "-no-pie", "-fno-pie", "-mcmodel=large"],
        &["-O2", "-pie", "-fPIE", "-Wl,-z,pack-relative-relocs"],
    ] {
        let program = Program::build(&[("code.c", CODE)], flags);
        let binary = program.open();
        let of = |name, kind| holders(&binary, name, kind);
        let large = flags.contains(&"-mcmodel=large");
        if !large {
            assert_eq!(of("called", ReferenceKind::Call), ["main"], "{flags:?}");
            assert_eq!(of("called", ReferenceKind::Jump), ["tail"], "{flags:?}");
            assert!(of("recursive", ReferenceKind::Call).contains(&"main".to_string()), "{flags:?}");
        }
        assert_eq!(of("passed", ReferenceKind::Address), ["main"], "{flags:?}");
        assert!(of("in_table", ReferenceKind::Data).contains(&"data".to_string()), "{flags:?}");
        assert!(of("called", ReferenceKind::Data).is_empty(), "{flags:?}");
    }
}

#[test]
fn a_cold_part_is_jumped_to_by_its_function() {
    let text = "#include <stdlib.h>\nint sink; int f(int n) { if (n > 1000) abort(); return sink + n; } int main(int n, char **v) { return f(n); }";
    let binary = Program::build(&[("cold.c", text)], &["-O2"]).open();
    let symbols = binary.symbols().unwrap();
    let cold = symbols.named("f.cold").next().unwrap();
    let references = binary.references_to(cold.range()).unwrap();
    assert!(
        references.iter().any(|r| symbols.function_at(r.from).unwrap().name == "f" && r.target == cold.svma)
    );
}

const ENTRY: &str = r#"
    .text
    .macro function name
    .p2align 4
    .globl \name
    .type \name, @function
\name:
    .endm
    function short_padded
    ret
    .size short_padded, . - short_padded
    function loops_into_itself
    xorl %eax, %eax
1:  movl (%rdi), %edx
    testl %edx, %edx
    jne 1b
    ret
    .size loops_into_itself, . - loops_into_itself
    function marked
    endbr64
    xorl %eax, %eax
    ret
    .size marked, . - marked
    .globl tight
    .type tight, @function
tight:
    ret
    .size tight, . - tight
    .globl next
    .type next, @function
next:
    movl %edi, %eax
    ret
    .byte 0, 0, 0xcc
    .size next, 3
    .section .note.GNU-stack,"",@progbits
"#;

#[test]
fn room_for_a_jump() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("entry.s"), ENTRY).unwrap();
    std::fs::write(folder.path().join("main.c"), "int main(void) { return 0; }").unwrap();
    common::run(folder.path(), "gcc", &["-O2", "main.c", "entry.s", "-o", "program"]);
    let binary = Binary::open(&folder.path().join("program"), None).unwrap();
    let range = |name| binary.symbols().unwrap().function(name).unwrap().range();

    let short = range("short_padded");
    assert_eq!((short.end - short.start, binary.padding_after(short.end).unwrap()), (1, 15));
    assert!(binary.has_room(&short, 5).unwrap() && !binary.has_room(&short, 17).unwrap());
    let tight = range("tight");
    assert_eq!(binary.padding_after(tight.end).unwrap(), 0);
    assert!(!binary.has_room(&tight, 5).unwrap());
    let next = range("next");
    assert!(binary.padding_after(next.end).unwrap() >= 3, "zeroes and int3 count");

    assert!(binary.starts_with_endbr64(range("marked").start));
    assert!(!binary.starts_with_endbr64(short.start));
    assert_eq!(binary.bytes(next.start, 3), Some(&[0x89, 0xf8, 0xc3][..]));
    assert_eq!(binary.bytes(0xdead_0000_0000, 1), None);

    let looping = range("loops_into_itself");
    let start = looping.start;
    let into = binary.branches_into(&[looping], start + 1..start + 5);
    assert_eq!(into, [Branch { from: start + 6, target: start + 2 }]);
    assert!(binary.branches_into(std::slice::from_ref(&short), short.start + 1..short.start + 5).is_empty());
}

const KEPT: &str = r#"
volatile int sink; int data[16];
__attribute__((noinline)) static int leaf(int x) { return data[x & 15] ^ x; }
__attribute__((noinline)) static int calls_out(int x) { extern int putchar(int); return putchar(x); }
__attribute__((noinline)) int keeps(int a, int b, int c) { int t = leaf(a); return t + b * c; }
__attribute__((noinline)) int keeps_nothing(int a, int b) { sink = b; return leaf(a); }
__attribute__((noinline)) int saves(int a, int b) { return calls_out(a) + b; }
__attribute__((noinline)) int switches(int a, int b) {
    int t = leaf(a);
    switch (t) {
    case 0: sink = 3; break; case 1: sink *= 7; break; case 2: sink = sink / 3; break; case 3: sink ^= 1; break;
    case 4: sink += b; break; case 5: sink -= 4; break; case 6: sink = sink % 5; break; default: return 1;
    }
    return sink;
}
int main(int n, char **v) { return keeps(n, n + 1, n + 2) + keeps_nothing(n, 2) + saves(n, 3) + switches(n, 4); }
"#;

/// The registers that a function keeps across its calls of another one.
fn kept(binary: &Binary, caller: &str, callee: &str) -> Vec<String> {
    let info = binary.debug_info().unwrap();
    let unit = info.match_unit("kept.c").unwrap();
    let instance = |name| info.function_in(name, Some(unit)).unwrap().entry().unwrap();
    let kept = binary.kept_across_calls(&instance(caller).ranges, instance(callee).entry).unwrap();
    kept.into_iter().flat_map(|call| call.registers).collect()
}

#[test]
fn registers_kept_across_calls() {
    for flags in [&["-O2", "-g", "-pie", "-fPIE"][..], &["-O2", "-g", "-no-pie", "-fno-pie"]] {
        let binary = Program::build(&[("kept.c", KEPT)], flags).open();
        let both = kept(&binary, "keeps", "leaf");
        assert!(both.len() == 2 && both.contains(&"rsi".to_string()), "{both:?} {flags:?}");
        assert!(kept(&binary, "keeps_nothing", "leaf").is_empty(), "{flags:?}");
        assert!(kept(&binary, "saves", "calls_out").is_empty(), "{flags:?}");
        assert_eq!(kept(&binary, "switches", "leaf"), ["rsi"], "through a jump table, {flags:?}");
    }
    let binary = Program::build(&[("kept.c", KEPT)], &["-O2", "-g", "-fno-ipa-ra"]).open();
    assert!(kept(&binary, "keeps", "leaf").is_empty());
    assert!(kept(&binary, "switches", "leaf").is_empty());
}

#[test]
fn what_code_calls() {
    let ranges = |binary: &Binary, name: &str| {
        let info = binary.debug_info().unwrap();
        let unit = info.match_unit("kept.c").unwrap();
        info.function_in(name, Some(unit)).unwrap().entry().unwrap().ranges.clone()
    };
    for flags in [
        &["-O2", "-g"][..],
        &["-O2", "-g", "-fno-plt"],
        &["-O2", "-g", "-no-pie", "-fno-pie", "-fcf-protection"],
    ] {
        let binary = Program::build(&[("kept.c", KEPT)], flags).open();
        assert_eq!(
            binary.calls_in(&ranges(&binary, "calls_out")),
            [Callee::Library("putchar".into())],
            "{flags:?}"
        );
        let leaf = ranges(&binary, "leaf")[0].start;
        assert_eq!(binary.calls_in(&ranges(&binary, "keeps")), [Callee::Code(leaf)], "{flags:?}");
        assert_eq!(binary.calls_in(&ranges(&binary, "leaf")), [], "{flags:?}");
    }
}

#[test]
fn results_that_are_taken() {
    const CODE: &str = r#"
    #include <stdio.h>
    int step(int x); double share(int x);
    __attribute__((noipa)) int step(int x) { return x + 1; }
    __attribute__((noipa)) double share(int x) { return x / 3.0; }
    __attribute__((noinline)) void takes(int x) { printf("%d\n", step(x)); printf("%f\n", share(x)); puts("."); }
    __attribute__((noinline)) void drops(int x) { step(x); share(x); printf("%d %f\n", 4, 4.0); puts("."); }
    __attribute__((noinline)) int ends(int x) { return step(x); }
    int main(int n, char **v) { takes(n); drops(n); return ends(n); }
    "#;
    let program = Program::build(&[("code.c", CODE)], &["-O2"]);
    let binary = program.open();
    let symbols = binary.symbols().unwrap();
    let taken = |caller: &str, callee: &str, from: TakenFrom| {
        let range = |name: &str| [symbols.function(name).unwrap().range()];
        binary.taken_results(&range(caller), &range(callee), from)
    };
    assert_eq!(taken("takes", "step", TakenFrom::Integer), Some(1));
    assert_eq!(taken("takes", "share", TakenFrom::Vector), Some(1));
    assert_eq!(taken("drops", "step", TakenFrom::Integer), None);
    assert_eq!(taken("drops", "share", TakenFrom::Vector), None);
    assert_eq!(taken("ends", "step", TakenFrom::Integer), None, "the caller's caller gets it");
    assert_eq!(taken("main", "step", TakenFrom::Integer), Some(0));
}
