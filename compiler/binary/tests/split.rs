//! Split units: `.dwo` files, `.dwp` files, and their absence.

mod common;

use std::path::Path;

use common::{Program, clang};
use polus_binary::{Binary, FunctionKey};

const HEADER: &str = "extern volatile int sink;\nstatic inline void leaf(int x) { sink += x; sink *= 3; }\n";
const A: &str = r#"
#include "common.h"
volatile int sink;
struct pair { int a; long b; } pair;
__attribute__((noinline)) void outer(int x) { leaf(x); leaf(x + 1); pair.a = x; }
int b_main(int);
int main(int n, char **v) { outer(n); return b_main(n); }
"#;
const B: &str = r#"
#include "common.h"
struct other { char c[3]; } other;
static int counter;
int b_main(int x) { leaf(x); return sink + other.c[0] + counter++; }
"#;

fn build(compiler: &str, flags: &[&str]) -> Program {
    let folder = [("common.h", HEADER), ("a.c", A), ("b.c", B)];
    Program::build_with(compiler, &folder, &[&["-O2", "-g", "-gsplit-dwarf"], flags].concat())
}

/// The units that hold copies of `leaf`, and sizes of types.
fn is_read(binary: &Binary) {
    let info = binary.debug_info().unwrap();
    let copies = |file| {
        let unit = Some(info.match_unit(file).unwrap());
        let copies = info.inlined_into(&FunctionKey { name: "leaf".to_string(), unit });
        copies.iter().map(|copy| copy.holder.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!((copies("a.c"), copies("b.c")), (vec!["outer".to_string(); 1], vec!["b_main".to_string()]));
    for (name, size) in [("struct pair", 16), ("struct other", 3)] {
        let layouts = info.layouts(name, None);
        assert_eq!(layouts.iter().map(|found| found.1.size).collect::<Vec<_>>(), [size], "{name}");
    }
}

fn refusal(path: &Path) -> String {
    let binary = Binary::open(path, None).unwrap();
    binary.debug_info().err().expect("a refusal").to_string()
}

/// binutils' dwp knows DWARF 4 only.
fn pack(program: &Program, dwarf: &str) {
    let tool = match dwarf {
        "-gdwarf-4" => "dwp".to_string(),
        _ => clang().replace("clang", "llvm-dwp"),
    };
    program.run(&tool, &["-e", "program", "-o", "program.dwp"]);
}

#[test]
fn a_package_stands_for_the_files() {
    for compiler in ["gcc", &clang()] {
        for dwarf in ["-gdwarf-4", "-gdwarf-5"] {
            for types in ["-fdebug-types-section", "-fno-debug-types-section"] {
                // llvm-dwp loses the type units of DWARF 5 that gcc writes.
                if (compiler, dwarf, types) == ("gcc", "-gdwarf-5", "-fdebug-types-section") {
                    continue;
                }
                let program = build(compiler, &[dwarf, types]);
                is_read(&program.open());
                pack(&program, dwarf);
                program.shell("rm *.dwo");
                is_read(&program.open());
            }
        }
    }
}

#[test]
fn a_build_that_moved_is_found_beside_the_executable() {
    let program = build("gcc", &[]);
    program.shell("mkdir moved && mv program *.dwo moved");
    is_read(&Binary::open(&program.file("moved/program"), None).unwrap());
}

#[test]
fn a_missing_file_is_named() {
    for dwarf in ["-gdwarf-4", "-gdwarf-5"] {
        let program = build("gcc", &[dwarf]);
        program.shell("rm program-b.dwo");
        let told = refusal(&program.path);
        let place = program.file("program-b.dwo").display().to_string();
        for part in [place.as_str(), "dwp -e", "-gno-split-dwarf"] {
            assert!(told.contains(part), "{part}: {told}");
        }
        assert!(!told.contains("program-a.dwo"), "{told}");
    }
}

#[test]
fn a_file_of_another_build_is_refused() {
    for dwarf in ["-gdwarf-4", "-gdwarf-5"] {
        let program = build("gcc", &[dwarf]);
        let newer = B.replace("char c[3]", "char c[4]");
        let files = [("common.h", HEADER), ("a.c", A), ("b.c", newer.as_str())];
        let newer = Program::build(&files, &["-O2", "-g", "-gsplit-dwarf", dwarf]);
        std::fs::copy(newer.file("program-b.dwo"), program.file("program-b.dwo")).unwrap();
        let told = refusal(&program.path);
        assert!(told.contains("program-b.dwo") && told.contains("another build"), "{told}");
    }
}

#[test]
fn objects_that_hold_their_own_half() {
    let program = build(&clang(), &[]);
    program.shell(&format!(
        "for f in a b; do {} -O2 -g -gsplit-dwarf=single -c $f.c; done; gcc a.o b.o -o program",
        clang()
    ));
    is_read(&program.open());
    program.shell("rm b.o");
    assert!(refusal(&program.path).contains("b.o"));
}

/// A damaged other half is an error or a loss, never a panic.
#[test]
fn a_damaged_file() {
    for (flags, packed) in [("-gdwarf-4", true), ("-gdwarf-4", false), ("-gdwarf-5", false)] {
        let program = build("gcc", &[flags]);
        let name = if packed { "program.dwp" } else { "program-a.dwo" };
        if packed {
            pack(&program, flags);
        }
        let whole = std::fs::read(program.file(name)).unwrap();
        let ask = |bytes: &[u8]| {
            std::fs::write(program.file(name), bytes).unwrap();
            if let Ok(info) = program.open().debug_info() {
                info.functions().iter().for_each(|function| drop(info.inlined_into(&function.key)));
                info.layouts("struct pair", None);
            }
        };
        for at in (0..whole.len()).step_by(7) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0xff;
            ask(&bytes);
        }
        (0..whole.len()).step_by(97).for_each(|len| ask(&whole[..len]));
    }
}
