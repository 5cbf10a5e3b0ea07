//! Functions, inlined copies and clones in small programs.

mod common;

use std::collections::BTreeSet;

use common::{FORMATS, Program};
use polus_binary::{Binary, CloneKind, DebugInfo, FunctionKey, Presence};

const COMMON: &str = r#"
#define NOINLINE __attribute__((noinline))
#define INLINE static inline __attribute__((always_inline))
extern volatile int sink;
INLINE void leaf(int x) { sink += x; sink *= 3; }
"#;
const A: &str = r#"
#include "common.h"
volatile int sink;
INLINE void helper(int x) { leaf(x); sink += 100; leaf(x + 1); }
static void twig(int x) { sink -= x; }
NOINLINE int outer(int x) { helper(x); return sink; }
NOINLINE int direct(int x) { leaf(x); return sink; }
NOINLINE static int usage(int x) { twig(x); return sink + x; }
__attribute__((noreturn)) NOINLINE void stop(void) { for (;;) sink++; }
int b_main(int);
int main(int n, char **v) {
    if (n > 100) stop();
    return outer(n) + direct(n) + usage(n) + b_main(n);
}
"#;
const B: &str = r#"
#include "common.h"
static void twig(int x) { sink += x << 3; }
NOINLINE static int usage(int x) { leaf(x); return sink - x; }
static int unused(int x) { return x; }
int b_main(int x) { twig(x); return usage(x); }
"#;

fn program(flags: &[&str]) -> Program {
    Program::build(&[("common.h", COMMON), ("src/a.c", A), ("src/b.c", B)], flags)
}

fn key(info: &DebugInfo, name: &str, file: Option<&str>) -> FunctionKey {
    FunctionKey { name: name.to_string(), unit: file.map(|file| info.match_unit(file).unwrap()) }
}

/// Chains of names, the holder first: `outer < helper < leaf`.
fn chains(info: &DebugInfo, name: &str, file: Option<&str>) -> BTreeSet<String> {
    let copies = info.inlined_into(&key(info, name, file));
    copies
        .iter()
        .map(|copy| copy.chain.iter().map(|key| key.name.as_str()).collect::<Vec<_>>().join(" < "))
        .collect()
}

fn set(chains: &[&str]) -> BTreeSet<String> {
    chains.iter().map(|chain| chain.to_string()).collect()
}

#[test]
fn inlined_copies_through_functions_in_between() {
    for flags in FORMATS {
        let binary = program(flags).open();
        let info = binary.debug_info().unwrap();
        assert_eq!(
            chains(info, "leaf", Some("src/a.c")),
            set(&["direct < leaf", "outer < helper < leaf"]),
            "{flags:?}"
        );
        assert_eq!(chains(info, "leaf", Some("src/b.c")), set(&["usage < leaf"]), "{flags:?}");
        assert_eq!(chains(info, "helper", Some("src/a.c")), set(&["outer < helper"]), "{flags:?}");
        assert_eq!(chains(info, "twig", Some("src/a.c")), set(&["usage < twig"]), "{flags:?}");
        let holders = info.inlined_into(&key(info, "twig", Some("src/b.c")));
        assert!(
            !holders.is_empty()
                && holders.iter().all(|copy| copy.chain.iter().all(|key| key.name != "outer"))
        );
        let usage = &info.inlined_into(&key(info, "leaf", Some("src/b.c")))[0];
        assert_eq!(usage.holder, key(info, "usage", Some("src/b.c")), "{flags:?}");
    }
}

#[test]
fn forms_of_functions() {
    for flags in FORMATS {
        let binary = program(flags).open();
        let info = binary.debug_info().unwrap();
        let function = |name, file| info.function(&key(info, name, file)).unwrap();
        for (name, file) in
            [("outer", None), ("stop", None), ("usage", Some("src/a.c")), ("usage", Some("src/b.c"))]
        {
            let entry = function(name, file).entry().unwrap();
            let symbols = binary.symbols().unwrap();
            let symbol = symbols.function_at(entry.entry).unwrap();
            assert_eq!(polus_binary::base_name(symbol.name), name, "{flags:?}");
            assert_eq!(entry.ranges[0], symbol.range(), "{flags:?}");
            assert_eq!(info.function_at(entry.entry + 1).unwrap().0.key.name, name);
        }
        assert!(function("stop", None).noreturn && !function("outer", None).noreturn);
        assert_eq!(function("helper", Some("src/a.c")).presence(), Presence::OnlyInlined, "{flags:?}");
        assert!(info.function(&key(info, "helper", Some("src/b.c"))).is_none());
        assert!(info.function(&key(info, "printf", None)).is_none());
        let usage = info.function_in("usage", Some(info.match_unit("src/b.c").unwrap())).unwrap();
        assert_eq!(usage.key.unit, Some(info.match_unit("src/b.c").unwrap()));
    }
}

#[test]
fn units() {
    for flags in FORMATS {
        let program = program(flags);
        let binary = program.open();
        let info = binary.debug_info().unwrap();
        let a = info.unit(info.match_unit("./src/a.c").unwrap());
        assert_eq!(a.path, program.file("src/a.c").to_str().unwrap());
        assert!(a.producer.contains("GNU C"), "{}", a.producer);
        assert_eq!(a.language, if flags.contains(&"-gdwarf-4") { "DW_LANG_C99" } else { "DW_LANG_C11" });
        assert_eq!(a.lto, flags.contains(&"-flto"));
        assert_eq!(info.units().filter(|unit| !unit.artificial).count(), 2);
    }
}

const CLONES: &str = r#"
#include <stdio.h>
#include <stdlib.h>
volatile int sink;
struct pair { int a, b, c; };
__attribute__((noinline)) static int constant(int x, int mode) {
    for (int i = 0; i < x; i++) { if (mode == 3) sink += i; else sink -= i * 2; }
    return sink;
}
__attribute__((noinline)) static int scalar(struct pair *p, int unused) { sink += p->b; return p->b * sink; }
static int partial(int *p, int n) {
    if (!p) return 0;
    for (int i = 0; i < n; i++) { sink += p[i]; printf("%d %d\n", sink, i); if (sink == 9) puts("nine"); }
    for (int i = 0; i < n; i++) { sink -= p[i]; printf("%d %d\n", sink, i); if (sink == 8) puts("eight"); }
    return sink;
}
int use1(int *p, int n) { return partial(p, n) + 1; }
int use2(int *p, int n) { return partial(p, n) + 2; }
int use3(int *p, int n) { return partial(p, n + 1) + 2; }
int splits(int n) { if (n > 1000) abort(); return sink + n; }
int main(int n, char **v) {
    struct pair p = { n, n + 1, n + 2 };
    return constant(n, 3) + constant(n * 2, 3) + scalar(&p, n) + scalar(&p, 2) + use1(&n, 1) + use2(0, 1) + use3(0, 2) + splits(n);
}
"#;

#[test]
fn clones() {
    let mut seen = BTreeSet::new();
    for flags in [
        ["-O2", "-g", "-fPIE", "-pie"],
        ["-O2", "-g", "-gdwarf-4", "-no-pie"],
        ["-O3", "-g", "-no-pie", "-fno-pie"],
    ] {
        let program = Program::build(&[("clones.c", CLONES)], &flags);
        let binary = program.open();
        let info = binary.debug_info().unwrap();
        for name in ["constant", "scalar", "partial", "splits"] {
            let file = (name != "splits").then_some("clones.c");
            let key = key(info, name, file);
            let clones = binary.clones_of(&key).unwrap();
            let expected: BTreeSet<_> =
                program.nm().into_iter().filter(|symbol| symbol.starts_with(&format!("{name}."))).collect();
            assert_eq!(clones.iter().map(|clone| clone.symbol.clone()).collect::<BTreeSet<_>>(), expected);
            let function = info.function(&key).unwrap();
            let ordinary = program.nm().iter().any(|symbol| symbol == name);
            assert_eq!(function.entry().is_some(), ordinary, "{name} {flags:?}");
            seen.extend(clones.iter().flat_map(|clone| clone.kinds.clone()));
            let cold = function.instances.iter().flat_map(|instance| &instance.cold_symbols);
            for symbol in cold {
                assert!(expected.contains(symbol));
            }
        }
        let splits = info.function(&key(info, "splits", None)).unwrap().entry().unwrap();
        assert_eq!(
            (splits.cold_symbols.as_slice(), splits.ranges.len()),
            (&["splits.cold".to_string()][..], 2)
        );
    }
    let all = [CloneKind::Constprop, CloneKind::Isra, CloneKind::Part, CloneKind::Cold];
    assert_eq!(seen, BTreeSet::from(all), "gcc made every kind of clone");
}

#[test]
fn clones_by_symbols_alone() {
    let program = Program::build(&[("clones.c", CLONES)], &["-O2"]);
    let binary: Binary = program.open();
    let clones = binary.clones_of(&FunctionKey { name: "constant".to_string(), unit: None }).unwrap();
    assert_eq!(clones.len(), 1);
    assert_eq!(clones[0].kinds, [CloneKind::Constprop]);
}

const FOLDED: &str = r#"
volatile int sink;
int one(int x) { for (int i = 0; i < x; i++) sink += i * x; return sink; }
int two(int x) { for (int i = 0; i < x; i++) sink += i * x; return sink; }
static int small(void) { return 5; }
int (*table[])(int) = { one, two };
int main(int n, char **v) { return table[n & 1](n) + one(n) + two(n + 1) + small(); }
"#;

#[test]
fn folded_functions_are_known_by_their_symbols() {
    let program = Program::build(&[("folded.c", FOLDED)], &["-O2", "-g"]);
    let binary = program.open();
    let info = binary.debug_info().unwrap();
    let entries = ["one", "two"].map(|name| info.function(&key(info, name, None)).unwrap().entry().unwrap());
    assert_eq!(entries.iter().filter(|entry| entry.described).count(), 1, "gcc folded them");
    for (name, entry) in [("one", entries[0]), ("two", entries[1])] {
        assert_eq!(entry.ranges, [binary.symbols().unwrap().function(name).unwrap().range()]);
        assert_eq!(entry.unit, info.match_unit("folded.c").unwrap());
    }
}

#[test]
fn a_copy_reduced_to_a_constant() {
    let binary = Program::build(&[("folded.c", FOLDED)], &["-O2", "-g"]).open();
    let info = binary.debug_info().unwrap();
    let small = info.function(&key(info, "small", Some("folded.c"))).unwrap();
    assert_eq!(small.presence(), Presence::Nowhere, "gcc describes no copy that has no instruction");
}
