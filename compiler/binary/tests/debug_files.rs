//! Separate debug files and unstripped twins: which are taken, and what is said of the others.

mod common;

use std::path::Path;

use common::Program;
use polus_binary::{Binary, Found, Origin, Problem};

const MAIN: &str = r#"
#include <stdio.h>
#include <assert.h>
int parse(int); extern int level;
int limit = 7; static const int *where[] = { &limit, &level };
int main(int n, char **v) { assert(n < 100); printf("%d\\n", parse(n) + limit + *where[n & 1]); return 0; }
"#;
const PARSE: &str = r#"
#include "parse.h"
int level = LEVEL;
static int depth;
__attribute__((noinline)) static int scan(int x) { return depth += x; }
__attribute__((noinline)) int parse(int x) { return scan(x) * FACTOR; }
"#;

fn program(level: u32, factor: u32, flags: &[&str]) -> Program {
    let header = format!("#define LEVEL {level}\n#define FACTOR {factor}\n");
    let files = [("parse.h", header.as_str()), ("main.c", MAIN), ("parse.c", PARSE)];
    Program::build(&files, &[&["-O2", "-g"], flags].concat())
}

fn is_complete(binary: &Binary) {
    assert!(binary.has_symbols() && binary.has_debug_info());
    assert!(binary.debug_info().unwrap().match_unit("parse.c").is_ok());
    let found = binary.variable("depth", Some("parse.c"), None).unwrap();
    assert!(matches!(found, Found::Address { .. }), "{found:?}");
}

#[test]
fn every_way_of_splitting_is_understood() {
    let ways = [
        (
            "objcopy --only-keep-debug program p.debug; strip program; objcopy --add-gnu-debuglink=p.debug program",
            true,
        ),
        (
            "objcopy --only-keep-debug program p.debug; strip -g program; objcopy --add-gnu-debuglink=p.debug program",
            true,
        ),
        ("eu-strip -f p.debug program", true),
        ("eu-strip --strip-sections -f p.debug program", false),
        ("objcopy --only-keep-debug --compress-debug-sections=zlib program p.debug; strip program", false),
        ("cp program p.debug; dwz p.debug; strip program", false),
    ];
    for id in ["sha1", "none"] {
        for (way, linked) in ways {
            let program = program(1, 2, &[&format!("-Wl,--build-id={id}")]);
            program.shell(way);
            // Without section headers nothing is left to compare but the build-id in them.
            if way.contains("--strip-sections") {
                continue;
            }
            is_complete(&Binary::open(&program.path, Some(&program.file("p.debug"))).unwrap());
            if linked {
                is_complete(&program.open());
                // The executable of a process, by the path that the kernel tells.
                let file = std::fs::File::open(&program.path).unwrap();
                let origin = Origin { root: "/".into(), path: program.path.clone() };
                is_complete(&Binary::from_file(&file, "p (deleted)", &[origin], None).unwrap());
            }
        }
    }
}

#[test]
fn a_twin_built_elsewhere_is_taken() {
    let (stripped, twin) = (program(1, 2, &[]), program(1, 2, &[]));
    let (ours, theirs) = (stripped.open().build_id(), twin.open().build_id());
    assert_ne!(ours, theirs, "the folder stands in the debug information, and that in the build-id");
    stripped.shell("strip program");
    is_complete(&Binary::open(&stripped.path, Some(&twin.path)).unwrap());
    // Only its code shows that; without it the build-ids decide.
    twin.shell("objcopy --only-keep-debug program p.debug");
    let error = Binary::open(&stripped.path, Some(&twin.file("p.debug"))).err().unwrap().to_string();
    assert!(error.contains(&ours.unwrap()) && error.contains(&theirs.unwrap()), "{error}");
}

fn difference(executable: &Program, debug: &Path) -> String {
    let error = Binary::open(&executable.path, Some(debug)).err().expect("a refusal");
    let Problem::ForeignDebugFile { difference, .. } = &error.problem else { panic!("{error}") };
    difference.clone()
}

#[test]
fn a_file_of_another_build_is_told_by_what_differs() {
    for id in ["sha1", "none"] {
        let id = format!("-Wl,--build-id={id}");
        let stripped = program(1, 2, &[&id]);
        stripped.shell("strip program");
        for (other, words) in [
            (program(1, 5, &[&id]), "in `parse`"),
            (program(9, 2, &[&id]), "its section .data holds other values"),
            (program(1, 2, &[&id, "-DNDEBUG"]), "its section .text holds other code"),
            (program(1, 2, &[&id, "-Wl,-z,noseparate-code"]), "its section"),
        ] {
            let told = difference(&stripped, &other.path);
            assert!(told.contains(words), "{words}: {told}");
        }
    }
}

#[test]
fn what_is_missing_is_told() {
    let program = program(1, 2, &["-Wl,--build-id=sha1"]);
    let id = program.open().build_id().unwrap();
    let place = format!("/usr/lib/debug/.build-id/{}/{}.debug", &id[..2], &id[2..]);
    program
        .shell("objcopy --only-keep-debug program p.debug; cp program bare; objcopy -g bare; strip program");
    program.shell("objcopy --add-gnu-debuglink=p.debug program; mv p.debug away");
    let told = program.open().debug_info().err().unwrap().to_string();
    let beside = program.file("p.debug").display().to_string();
    for part in ["no debug information and no symbol table", &id, &place, &beside, "--debug-file"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let told = Binary::open(&program.file("bare"), None).unwrap().debug_info().err().unwrap().to_string();
    assert!(told.contains(&place) && !told.contains("symbol table"), "{told}");
    let given = Binary::open(&program.path, Some(&program.file("bare"))).unwrap();
    let told = given.debug_info().err().unwrap().to_string();
    assert!(told.contains(&format!("neither has `{}`", program.file("bare").display())), "{told}");
}

#[test]
fn lines_alone_are_not_enough() {
    let clang = common::clang();
    for (compiler, level) in [("gcc", "-g1"), (&*clang, "-g1"), (&*clang, "-gline-tables-only")] {
        for format in ["-gdwarf-5", "-gdwarf-4", "-gno-record-gcc-switches", "-flto"] {
            if compiler != "gcc" && !format.starts_with("-gdwarf") {
                continue;
            }
            let files =
                [("parse.h", "#define LEVEL 1\n#define FACTOR 2\n"), ("main.c", MAIN), ("parse.c", PARSE)];
            let program = Program::build_with(compiler, &files, &["-O2", format, level]);
            let error = program.open().debug_info().err().expect("a refusal");
            assert!(matches!(error.problem, Problem::LinesOnly(_)), "{compiler} {level}: {error}");
        }
        // One unit of several.
        let files =
            [("parse.h", "#define LEVEL 1\n#define FACTOR 2\n"), ("main.c", MAIN), ("parse.c", PARSE)];
        let program = Program::build_with(compiler, &files, &["-O2", "-g"]);
        program.shell(&format!(
            "{compiler} -O2 {level} -c parse.c; {compiler} -O2 -g main.c parse.o -o program"
        ));
        let binary = program.open();
        let info = binary.debug_info().unwrap();
        let lines_only = |file| info.unit(info.match_unit(file).unwrap()).lines_only;
        assert_eq!((lines_only("main.c"), lines_only("parse.c")), (false, true), "{compiler} {level}");
    }
}

#[test]
fn a_unit_without_any_type_is_no_reason_to_refuse() {
    for compiler in ["gcc", &common::clang()] {
        let files =
            [("main.c", "void nop(); int main(void) { nop(); return 0; }"), ("nop.c", "void nop() { }")];
        let program = Program::build_with(compiler, &files, &["-O2", "-g"]);
        let binary = program.open();
        assert!(binary.debug_info().unwrap().units().all(|unit| !unit.lines_only), "{compiler}");
    }
}

#[test]
fn files_without_debug_information_are_known() {
    for compiler in ["gcc", &common::clang()] {
        let files =
            [("parse.h", "#define LEVEL 1\n#define FACTOR 2\n"), ("main.c", MAIN), ("parse.c", PARSE)];
        let program = Program::build_with(compiler, &files, &["-O2", "-g"]);
        assert_eq!(program.open().undescribed_files().unwrap(), Vec::<String>::new());
        program.shell(&format!("{compiler} -O2 -c parse.c; {compiler} -O2 -g main.c parse.o -o program"));
        assert_eq!(program.open().undescribed_files().unwrap(), ["parse.c"]);
    }
}

#[test]
fn functions_of_a_stripped_program_by_mini_debug_info() {
    for check in ["crc64", "crc32", "sha256"] {
        let program = program(1, 2, &["-rdynamic"]);
        program.shell("cp program whole");
        let whole = Binary::open(&program.file("whole"), None).unwrap();
        // As Fedora's find-debuginfo makes it.
        program.shell(&format!(
            "nm -D program --format=posix --defined-only | awk '{{print $1}}' | sort > dynamic
             nm program --format=posix --defined-only | awk '{{if ($2 == \"T\" || $2 == \"t\") print $1}}' | sort > functions
             comm -13 dynamic functions > keep
             objcopy --only-keep-debug program p.debug
             objcopy -S --remove-section .gdb_index --remove-section .comment --keep-symbols=keep p.debug mini
             strip --strip-all -R .comment program
             xz -C {check} mini
             objcopy --add-section .gnu_debugdata=mini.xz program"
        ));
        let binary = program.open();
        let (symbols, expected) = (binary.symbols().unwrap(), whole.symbols().unwrap());
        assert!(!symbols.is_complete() && symbols.names_functions() && binary.has_symbols());
        for function in expected.iter().filter(|symbol| symbol.is_function() && symbol.size > 0) {
            let found = symbols.function_at(function.svma).map(|found| (found.name, found.range()));
            assert_eq!(found, Some((function.name, function.range())));
        }
        assert_eq!(symbols.named("parse").count(), 1);
        assert!(symbols.function("parse").is_some() && symbols.named("scan").next().is_some());
        // Of variables it tells nothing: only debug information would.
        assert!(binary.variable("depth", Some("parse.c"), None).is_err());
        let error = binary.debug_info().err().unwrap().to_string();
        assert!(!error.contains("symbol table"), "{error}");
    }
}

#[test]
fn damaged_mini_debug_info_is_an_error() {
    let program = program(1, 2, &[]);
    program.shell(
        "strip program; head -c 100 /dev/urandom > noise; objcopy --add-section .gnu_debugdata=noise program",
    );
    let error = program.open().symbols().err().expect("a refusal").to_string();
    assert!(error.contains(".gnu_debugdata"), "{error}");
}
