//! One program in every form of debug information: what it tells must be the same in all of them.

mod common;
mod facts;

use common::{Program, clang};
use facts::facts;

const HEADER: &str = r#"
#include <stddef.h>
#define NOINLINE __attribute__((noinline))
extern volatile int sink;
enum state { OFF, ON = 200, LOST = -3 };
typedef struct { int x, y; } point;
struct client { char name[16]; enum state state; point at; struct client *next; int (*call)(struct client *, ...);
                unsigned a : 3, b : 7; union { int whole; short low; }; double weight; };
union value { int i; double d; };
static inline void leaf(int x) { static int calls; calls += x; sink += calls; sink *= 3; }
"#;
const A: &str = r#"
#include "common.h"
#include <stdio.h>
#include <stdlib.h>
volatile int sink;
__thread int per_thread = 3;
static __thread int own_thread;
struct client first; union value last; static struct client *clients[4];
static int counter;
static void helper(int x) { leaf(x); sink += 100; leaf(x + 1); }
static int next(void) { static int counter = 7; { static long counter = 9; sink += counter++; } return counter++; }
NOINLINE int outer(int x) { helper(x); counter += next(); return sink; }
NOINLINE static int usage(int x) { helper(x); return sink + x + counter; }
__attribute__((noreturn)) NOINLINE void stop(void) { for (;;) sink++; }
NOINLINE static int constant(int x, int mode) {
    for (int i = 0; i < x; i++) { if (mode == 3) sink += i; else sink -= i * 2; }
    return sink;
}
int splits(int n) { if (n > 1000) abort(); return sink + n; }
NOINLINE double weigh(struct client *c, double by, float f) { c->weight = by * f; return c->weight; }
int b_main(int);
int main(int n, char **v) {
    if (n > 100) stop();
    own_thread = n + per_thread; clients[n & 3] = &first; last.i = n;
    printf("%d %d\n", constant(n, 3), own_thread + clients[0]->state);
    return outer(n) + usage(n) + constant(n * 2, 3) + splits(n) + (int)weigh(&first, n, 2) + b_main(n);
}
"#;
const B: &str = r#"
#include "common.h"
struct differs { long a; }; struct differs differs;
static int counter = 5;
static void helper(int x) { sink += x << 3; counter++; }
NOINLINE static int usage(int x) { leaf(x); helper(x); differs.a++; return sink - x; }
NOINLINE int same_one(int x) { sink += x * 17; sink ^= x; return sink / 3; }
NOINLINE int same_two(int x) { sink += x * 17; sink ^= x; return sink / 3; }
int b_main(int x) { helper(x); return usage(x) + same_one(x) + same_two(x + 1); }
"#;
const FILES: [(&str, &str); 3] = [("common.h", HEADER), ("src/a.c", A), ("src/b.c", B)];

/// Of the plain program: how it is made.
const PLAIN: [&[&str]; 3] = [
    &["-O2", "-g", "-gdwarf-5", "-no-pie", "-fno-pie"],
    &["-O0", "-g", "-gdwarf-5", "-pie", "-fPIE"],
    &["-O2", "-g", "-gdwarf-5", "-flto"],
];

/// A form by the compiler's flags.
const GCC: &[&[&str]] = &[
    &["-gdwarf-4"],
    &["-gdwarf-3"],
    &["-g3"],
    &["-gdwarf64"],
    &["-gdwarf-4", "-gdwarf64"],
    &["-gz=zlib"],
    &["-gz=zlib-gnu"],
    &["-fdebug-types-section"],
    &["-gdwarf-4", "-fdebug-types-section"],
    &["-gdwarf-4", "-fdebug-types-section", "-gz=zlib"],
    &["-gsplit-dwarf"],
    &["-gsplit-dwarf", "-gdwarf-4"],
    &["-gsplit-dwarf", "-fdebug-types-section"],
    &["-gsplit-dwarf", "-gdwarf-4", "-fdebug-types-section"],
    &["-gsplit-dwarf", "-gz=zlib"],
];
const CLANG: &[&[&str]] = &[
    &["-gdwarf-4"],
    &["-gdwarf-4", "-fdebug-types-section"],
    &["-fdebug-types-section"],
    &["-gz=zlib"],
    &["-gsplit-dwarf"],
    &["-gsplit-dwarf", "-gdwarf-4"],
    &["-gsplit-dwarf", "-fsplit-dwarf-inlining"],
    &["-gsplit-dwarf", "-gdwarf-4", "-fdebug-types-section"],
];
/// Done to the plain program after linking.
const TOOLS: &[&str] = &["objcopy --compress-debug-sections=zstd program", "dwz program"];

fn build(compiler: &str, flags: &[&[&str]]) -> Program {
    Program::build_with(compiler, &FILES, &flags.concat())
}

fn same(program: &Program, plain: &Program, form: &str) {
    let (found, expected) = (program.open(), plain.open());
    assert_eq!(found.text_digest(), expected.text_digest(), "{form}: other code, nothing to compare");
    let (found, expected) = (facts(&found), facts(&expected));
    assert!(expected.len() > 40, "{expected:#?}");
    let only = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|line| !those.contains(line)).cloned().collect()
    };
    let (less, more) = (only(&expected, &found), only(&found, &expected));
    assert!(found == expected, "{form}\nmissing: {less:#?}\nadded: {more:#?}");
}

fn compare(compiler: &str, plain_flags: &[&str], forms: &[&[&str]]) {
    let plain = build(compiler, &[plain_flags]);
    for form in forms {
        let program = build(compiler, &[plain_flags, form]);
        same(&program, &plain, &format!("{compiler} {plain_flags:?} {form:?}"));
    }
}

#[test]
fn forms_of_gcc() {
    compare("gcc", PLAIN[0], GCC);
}

#[test]
fn forms_of_gcc_without_optimisation() {
    compare("gcc", PLAIN[1], GCC);
}

/// Link-time optimisation writes no type units and no split units.
#[test]
fn forms_of_gcc_at_link_time() {
    compare("gcc", PLAIN[2], &[&["-gdwarf-4"], &["-gz=zlib"], &["-gdwarf64"]]);
}

#[test]
fn forms_of_clang() {
    compare(&clang(), PLAIN[0], CLANG);
    compare(&clang(), PLAIN[1], CLANG);
}

#[test]
fn forms_made_after_linking() {
    for (compiler, flags, version) in
        [("gcc", PLAIN[0], "-gdwarf-5"), ("gcc", PLAIN[0], "-gdwarf-4"), (&*clang(), PLAIN[0], "-gdwarf-4")]
    {
        let plain = build(compiler, &[flags, &[version]]);
        for tool in TOOLS {
            let program = build(compiler, &[flags, &[version]]);
            program.shell(tool);
            same(&program, &plain, &format!("{compiler} {flags:?} {version}, {tool}"));
        }
    }
}

/// The program and a second one share a supplementary file.
fn share(program: &Program, name: &str) {
    program.shell(&format!("cp program other && dwz -m shared -M {name} program other"));
}

#[test]
fn a_supplementary_file_of_dwz() {
    for version in ["-gdwarf-5", "-gdwarf-4"] {
        let plain = build("gcc", &[PLAIN[0], &[version]]);
        let program = build("gcc", &[PLAIN[0], &[version]]);
        share(&program, "shared");
        same(&program, &plain, &format!("gcc {version}, dwz -m"));
        let program = build("gcc", &[PLAIN[0], &[version]]);
        share(&program, program.file("shared").to_str().unwrap());
        same(&program, &plain, &format!("gcc {version}, dwz -m with an absolute path"));
        // The supplementary file as DWARF 5 names it.
        let program = build("gcc", &[PLAIN[0], &[version]]);
        program.shell("cp program other && dwz -5 -m shared -M shared program other");
        same(&program, &plain, &format!("gcc {version}, dwz -5 -m"));
    }
}

fn refusal(program: &Program) -> String {
    program.open().debug_info().err().expect("a refusal").to_string()
}

#[test]
fn a_missing_supplementary_file_is_named() {
    let program = build("gcc", &[PLAIN[0]]);
    share(&program, "below/shared");
    let id = program.run("readelf", &["-n", "shared"]);
    let id = id.split_whitespace().skip_while(|word| *word != "ID:").nth(1).unwrap();
    let told = refusal(&program);
    let place = format!("/usr/lib/debug/.build-id/{}/{}.debug", &id[..2], &id[2..]);
    for part in ["below/shared", id, &place, "/usr/lib/debug/.dwz/shared", "--debug-file"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    // Another file at the place is none of ours.
    program.shell("mkdir below && cp program below/shared");
    assert_eq!(refusal(&program), told);
    program.shell("cp shared below/shared");
    assert!(program.open().debug_info().is_ok());
}

/// dwz leaves out DW_TAG_imported_unit where references lead to a piece anyway; of a small program it
/// does not, so the tag is made another one (DW_TAG_imported_module) in the abbreviations.
fn forget_imports(program: &Program) {
    let mut bytes = std::fs::read(&program.path).unwrap();
    // Tag, no children, DW_AT_import, DW_FORM_ref_addr, end.
    let import = [0x3d, 0, 0x18, 0x10, 0, 0];
    let places: Vec<_> = (0..bytes.len() - 6).filter(|&at| bytes[at..at + 6] == import).collect();
    assert!(!places.is_empty(), "dwz made no shared piece");
    places.into_iter().for_each(|at| bytes[at] = 0x3a);
    std::fs::write(&program.path, bytes).unwrap();
}

#[test]
fn pieces_that_nobody_includes() {
    for compiler in ["gcc", &clang()] {
        let plain = build(compiler, &[PLAIN[0], &["-gdwarf-4"]]);
        let program = build(compiler, &[PLAIN[0], &["-gdwarf-4"]]);
        program.shell("dwz program");
        forget_imports(&program);
        same(&program, &plain, compiler);
    }
}

/// Equal statics of several files share one description, and link-time optimisation tells no more whose
/// code is whose: their copies are those of all of them, and code of their own is refused.
#[test]
fn dwz_after_link_time_optimisation() {
    let program = build("gcc", &[PLAIN[2]]);
    program.shell("dwz program");
    let told = refusal(&program);
    assert!(told.contains("`leaf`") && told.contains("--debug-file"), "{told}");

    let header =
        HEADER.replace("static inline void leaf", "static inline __attribute__((always_inline)) void leaf");
    let files = [("common.h", &*header), ("src/a.c", A), ("src/b.c", B)];
    let (plain, program) = (Program::build(&files, PLAIN[2]), Program::build(&files, PLAIN[2]));
    program.shell("dwz program");
    for included in [true, false] {
        if !included {
            forget_imports(&program);
        }
        let (found, expected) = (facts(&program.open()), facts(&plain.open()));
        let holder = |line: &String| line.split(" < ").next().unwrap().to_string();
        for line in expected.iter().filter(|line| line.starts_with("inlined")) {
            let leaf = line.contains("leaf at");
            let kept = found.iter().any(|other| other == line || leaf && holder(other) == holder(line));
            assert!(kept, "{line}\n{found:#?}");
        }
        for line in expected.iter().filter(|line| line.starts_with("variable")) {
            let question = line.split_inclusive(':').next().unwrap();
            let answer = found.iter().find(|other| other.starts_with(question)).unwrap();
            assert!(answer == line || answer.contains("Ambiguous"), "{line}, now {answer}");
        }
    }
}
