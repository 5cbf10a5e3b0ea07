//! Layouts of types, against what the compiler says itself.

mod common;

use common::Program;
use polus_binary::{Binary, Layout};

const TYPES: &str = r#"
#include <stddef.h>
#include <stdint.h>
enum state { OFF, ON = 200, LOST = -3 };
enum big { SMALL, HUGE_ONE = 0xfedcba9876543210 };
typedef struct { int x, y; } point;
struct client {
    char name[16]; enum state state; point at; const char *const *words; struct client *next;
    int (*call)(struct client *, const char *, ...);
    unsigned a : 3, b : 7, : 2; uint64_t wide : 40;
    union { int whole; struct { short low, high; }; };
    int grid[2][3]; char tail[];
};
union value { int i; double d; };
typedef struct client client_t;
"#;
const MAIN: &str = r#"
#include <stdio.h>
#include "types.h"
struct only_here { struct client *c; union value v; enum big b; client_t *t; };
struct differs { int a; };
struct only_here here; struct differs differs;
int other(void);
int main(void) {
#define SHOW(f) printf("%s %zu %zu\n", #f, offsetof(struct client, f) * 8, sizeof(((struct client *)0)->f) * 8)
    SHOW(name); SHOW(state); SHOW(at); SHOW(words); SHOW(next); SHOW(call); SHOW(whole); SHOW(low); SHOW(high); SHOW(grid);
    printf("tail %zu 0\nsize %zu\n", offsetof(struct client, tail) * 8, sizeof(struct client));
    return other();
}
"#;
const OTHER: &str = "#include \"types.h\"\nstruct differs { long a; }; struct differs more; struct client *c; int other(void) { return more.a; }";

const FORMATS: [&[&str]; 4] = [
    &["-g", "-gdwarf-5"],
    &["-g", "-gdwarf-4"],
    &["-g", "-gdwarf-5", "-fdebug-types-section"],
    &["-O2", "-g", "-flto"],
];

fn program(flags: &[&str]) -> Program {
    Program::build(&[("types.h", TYPES), ("main.c", MAIN), ("other.c", OTHER)], flags)
}

fn only(binary: &Binary, name: &str) -> Layout {
    let layouts = binary.debug_info().unwrap().layouts(name, None);
    assert_eq!(layouts.len(), 1, "{name}: {layouts:?}");
    layouts[0].1.clone()
}

#[test]
fn offsets_and_sizes_are_the_compilers() {
    for flags in FORMATS {
        let program = program(flags);
        let layout = only(&program.open(), "struct client");
        for line in program.run(program.path.to_str().unwrap(), &[]).lines() {
            let words: Vec<_> = line.split(' ').collect();
            let number = |at: usize| words[at].parse::<u64>().unwrap();
            if words[0] == "size" {
                assert_eq!(layout.size, number(1));
                continue;
            }
            let field = layout.fields.iter().find(|field| field.name == words[0]).unwrap();
            assert_eq!((field.bit_offset, field.bit_size), (number(1), number(2)), "{line} {flags:?}");
        }
    }
}

#[test]
fn bit_fields_and_spellings() {
    for flags in FORMATS {
        let layout = only(&program(flags).open(), "struct client");
        let field = |name: &str| layout.fields.iter().find(|field| field.name == name).unwrap();
        let start = field("a").bit_offset;
        assert_eq!(
            (field("a").bit_size, field("b").bit_offset - start, field("b").bit_size),
            (3, 3, 7),
            "{flags:?}"
        );
        // After 12 bits, 40 more still fit into one 64-bit unit only if it starts at a multiple of 64.
        assert_eq!((start % 64, field("wide").bit_offset - start), (0, 12), "{flags:?}");
        let spelled = |name| field(name).type_name.as_str();
        assert_eq!(spelled("name"), "char [16]");
        assert_eq!(spelled("state"), "enum state");
        assert_eq!(spelled("at"), "point");
        assert_eq!(spelled("words"), "const char *const *");
        assert_eq!(spelled("next"), "struct client *");
        assert_eq!(spelled("call"), "int (*)(struct client *, const char *, ...)");
        assert_eq!(spelled("grid"), "int [2][3]");
        assert_eq!(spelled("tail"), "char []");
    }
}

#[test]
fn other_kinds_of_types() {
    for flags in FORMATS {
        let binary = program(flags).open();
        assert_eq!(only(&binary, "union value").size, 8);
        assert_eq!(only(&binary, "client_t"), only(&binary, " struct  client "));
        assert_eq!(only(&binary, "point").fields[1].bit_offset, 32);
        let names = |layout: Layout| layout.enumerators;
        let states = [("OFF", 0), ("ON", 200), ("LOST", -3)].map(|(name, value)| (name.to_string(), value));
        assert_eq!(names(only(&binary, "enum state")), states, "{flags:?}");
        assert_eq!(names(only(&binary, "enum big"))[1].1, 0xfedc_ba98_7654_3210, "{flags:?}");
        assert_eq!(binary.debug_info().unwrap().layouts("struct nothing", None), []);
    }
}

#[test]
fn units_that_disagree_are_told_apart() {
    for flags in FORMATS {
        let binary = program(flags).open();
        let info = binary.debug_info().unwrap();
        let sizes: Vec<_> = info.layouts("struct differs", None).iter().map(|found| found.1.size).collect();
        assert_eq!(sizes, [4, 8], "{flags:?}");
        let other = info.match_unit("other.c").unwrap();
        let own: Vec<_> =
            info.layouts("struct differs", Some(other)).iter().map(|found| found.1.size).collect();
        // A type unit does not say who uses it.
        let expected: &[u64] = if flags.contains(&"-fdebug-types-section") { &[4, 8] } else { &[8] };
        assert_eq!(own, expected, "{flags:?}");
    }
}
