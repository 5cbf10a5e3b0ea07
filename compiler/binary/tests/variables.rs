//! Variables by C name, against the addresses that the programs print themselves.

mod common;

use common::{FORMATS, Program};
use polus_binary::{Binary, Found};

const A: &str = r#"
#include <stdio.h>
int shared = 1, unique_external = 2;
static int count = 3;
static int only_in_a[5] = {1};
static __thread long slot = 4;
__thread long open_slot;
static int never_used = 5;
static inline int bump(void) { static int calls = 6; return ++calls; }
int next(int n) {
    static int counter = 7;
    if (n > 1) { static int counter = 8; counter += n; printf("next:inner %p\n", &counter); }
    { static int deep = 9; deep += n; printf("next:deep %p\n", &deep); }
    printf("next:counter %p\n", &counter);
    return counter += n;
}
int b_main(int);
void a_places(void) {
    static int counter = 10;
    printf("shared %p\nunique_external %p\na:count %p\nonly_in_a %p\na_places:counter %p\n",
        &shared, &unique_external, &count, only_in_a, &counter);
    counter += bump() + count++ + only_in_a[counter % 5]++ + slot++ + open_slot++;
}
int main(int n, char **v) { a_places(); printf("sum %p\n", (void *)(long)(next(n) + b_main(n) + bump())); return 0; }
"#;
const B: &str = r#"
#include <stdio.h>
extern int shared;
static int count = 11;
static inline int bump(void) { static int calls = 12; return ++calls; }
int b_main(int n) {
    static int counter = 13;
    printf("b:count %p\nb_main:counter %p\n", &count, &counter);
    return (count += n) + (counter += shared) + bump();
}
"#;

fn program(flags: &[&str]) -> Program {
    Program::build(&[("src/a.c", A), ("lib/a.c", B)], flags)
}

/// What the running program says, moved so that `shared` is where the file states it.
fn printed(program: &Program, binary: &Binary) -> impl Fn(&str) -> u64 {
    let lines = program.run(program.path.to_str().unwrap(), &["2"]);
    let entries: Vec<(String, u64)> = lines
        .lines()
        .map(|line| {
            let (name, at) = line.split_once(' ').unwrap();
            (name.to_string(), u64::from_str_radix(at.trim_start_matches("0x"), 16).unwrap())
        })
        .collect();
    let raw = move |name: &str| entries.iter().find(|entry| entry.0 == name).unwrap().1;
    let bias = raw("shared").wrapping_sub(svma(binary.variable("shared", None, None).unwrap()));
    move |name| raw(name).wrapping_sub(bias)
}

fn svma(found: Found) -> u64 {
    let Found::Address { svma, size } = found else { panic!("{found:?}") };
    assert!(size > 0);
    svma
}

#[test]
fn all_scopes_in_all_formats() {
    for flags in FORMATS {
        let program = program(flags);
        let binary = program.open();
        let printed = printed(&program, &binary);
        let at = |name, file, function| svma(binary.variable(name, file, function).unwrap());
        assert_eq!(at("unique_external", None, None), printed("unique_external"), "{flags:?}");
        assert_eq!(at("shared", Some("src/a.c"), None), printed("shared"), "{flags:?}");
        assert_eq!(at("count", Some("src/a.c"), None), printed("a:count"), "{flags:?}");
        assert_eq!(at("count", Some("./lib/a.c"), None), printed("b:count"), "{flags:?}");
        assert_eq!(at("only_in_a", Some("src/a.c"), None), printed("only_in_a"), "{flags:?}");
        assert_eq!(at("only_in_a", None, None), printed("only_in_a"), "{flags:?}");
        assert_eq!(at("counter", None, Some("a_places")), printed("a_places:counter"), "{flags:?}");
        assert_eq!(at("counter", Some("lib/a.c"), Some("b_main")), printed("b_main:counter"), "{flags:?}");
        assert_eq!(at("deep", None, Some("next")), printed("next:deep"), "{flags:?}");
        // Inlined everywhere, one per file.
        let (one, other) =
            (at("calls", Some("src/a.c"), Some("bump")), at("calls", Some("lib/a.c"), Some("bump")));
        assert_ne!(one, other, "{flags:?}");
    }
}

#[test]
fn what_cannot_be_told_is_said() {
    for flags in FORMATS {
        let binary = program(flags).open();
        let find = |name, file, function| binary.variable(name, file, function).unwrap();
        let Found::Ambiguous(places) = find("count", None, None) else { panic!() };
        assert_eq!(places.len(), 2);
        assert!(places[0].contains("src/a.c"), "{places:?}");
        let Found::Ambiguous(places) = find("counter", None, Some("next")) else { panic!() };
        assert_eq!(places.len(), 2, "{places:?}");
        let Found::Ambiguous(_) = find("calls", None, Some("bump")) else { panic!() };
        assert_eq!(find("never_used", Some("src/a.c"), None), Found::OptimisedOut, "{flags:?}");
        assert_eq!(find("no_such_name", None, None), Found::Missing);
        assert_eq!(find("n", None, Some("next")), Found::Missing);
        assert_eq!(find("count", Some("src/nothing.c"), None), Found::Missing);
        assert_eq!(find("slot", Some("src/a.c"), None), thread_variable(&binary, "slot"), "{flags:?}");
        assert_eq!(find("open_slot", None, None), thread_variable(&binary, "open_slot"));
    }
}

fn thread_variable(binary: &Binary, name: &str) -> Found {
    let symbols = binary.symbols().unwrap();
    let symbol = symbols.iter().find(|symbol| polus_binary::base_name(symbol.name) == name).unwrap();
    Found::Thread { offset: symbol.svma, size: 8 }
}

#[test]
fn symbols_suffice_where_names_are_unique() {
    let program = program(&["-O2"]);
    let binary = program.open();
    let printed = printed(&program, &binary);
    let find = |name, file, function| binary.variable(name, file, function);
    assert_eq!(svma(find("only_in_a", None, None).unwrap()), printed("only_in_a"));
    let Found::Ambiguous(places) = find("count", Some("src/a.c"), None).unwrap() else { panic!() };
    assert_eq!(places.len(), 2, "both files are called a.c");
    assert!(find("counter", Some("src/a.c"), Some("next")).is_err(), "suffixes tell nothing");
}

const PLACES: &str = r#"
int writable = 1, zero;
static int table[4] = {1, 2, 3, 4};
static const char *const names[] = {"a", "b"};
static const char *labels[] = {"c", "d"};
static int *const member __attribute__((section("members"), used)) = &zero;
extern int *const __start_members[], *const __stop_members[];
extern int other __attribute__((alias("writable")));
int get(int n) { return table[n & 3] + names[n & 1][0] + labels[n & 1][0] + writable + zero + other; }
int main(int n, char **v) { writable = n; zero = n; return get(n) + (__stop_members - __start_members); }
"#;

#[test]
fn memory_that_the_program_cannot_write_is_told_apart() {
    for flags in [&["-O2", "-g", "-pie", "-fPIE"][..], &["-O2", "-g", "-no-pie", "-fno-pie"][..]] {
        let binary = Program::build(&[("a.c", PLACES)], flags).open();
        let at = |name, file| svma(binary.variable(name, file, None).unwrap());
        let writable = |name, file| binary.is_writable(at(name, file));
        assert!(writable("writable", None) && writable("zero", None), "{flags:?}");
        for name in ["table", "names", "labels"] {
            assert!(!writable(name, Some("a.c")), "{name} {flags:?}");
        }
    }
}

#[test]
fn names_of_the_linker_and_aliases_are_found() {
    for flags in [&["-O2", "-g"][..], &["-O2", "-g", "-flto"][..]] {
        let binary = Program::build(&[("a.c", PLACES)], flags).open();
        let at = |name| svma(binary.variable(name, None, None).unwrap());
        assert_eq!(at("other"), at("writable"), "{flags:?}");
        let placed = |name| binary.variable(name, None, None).unwrap();
        let (Found::Address { svma: start, .. }, Found::Address { svma: stop, .. }) =
            (placed("__start_members"), placed("__stop_members"))
        else {
            panic!("{flags:?}")
        };
        assert_eq!(stop, start + 8, "{flags:?}");
    }
}
