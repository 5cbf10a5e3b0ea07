//! Other compilers than gcc -O2: who made a unit, what was linked with optimisation, what callers pass.

mod common;

use common::{Program, run};
use polus_binary::{Binary, Compiler, FunctionKey};

const MAIN: &str = r#"
int step(const char *unused, int amount);
int weigh(int a, double b, const char *c);
int tiny(int n);
int main(int argc, char **argv) {
    int sum = 0;
    for (int i = 0; i < argc; i++) sum += tiny(i) + step("x", i) + weigh(i, i * 2.0, argv[i]);
    return sum;
}
"#;

const STEP: &str = r#"
#include <stdio.h>
int seen;
int tiny(int n) { seen += n; return n + 1; }
static int twice(int n) { return n * 2; }
__attribute__((noinline)) static int own(int unused, int n) { printf("%d\n", n); return n; }
__attribute__((noinline)) int left(int a, int unneeded) { return printf("%d", a); }
__attribute__((noinline)) static int whole(int a, const char *b, long c) { return printf("%d %s %ld", a, b, c); }
__attribute__((noinline)) int step(const char *unused, int amount) {
    printf("%d\n", amount);
    return own(3, twice(amount)) + whole(amount, unused + amount, amount * 5L) + left(amount, 7);
}
__attribute__((noinline)) int weigh(int a, double b, const char *c) { return printf("%d %g %s", a, b, c); }
"#;

fn build(compiler: &str, flags: &[&str]) -> (tempfile::TempDir, Binary) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.c"), MAIN).unwrap();
    std::fs::write(folder.path().join("step.c"), STEP).unwrap();
    run(folder.path(), compiler, &[flags, &["-g", "main.c", "step.c", "-o", "program"]].concat());
    let binary = Binary::open(&folder.path().join("program"), None).unwrap();
    (folder, binary)
}

fn unpassed(binary: &Binary, name: &str, is_static: bool) -> Option<Vec<String>> {
    let info = binary.debug_info().unwrap();
    let unit = is_static.then(|| info.match_unit("step.c").unwrap());
    let function = info.function(&FunctionKey { name: name.into(), unit })?;
    Some(binary.unpassed(function.entry()?, true).unwrap())
}

#[test]
fn clang_leaves_arguments_out_in_place() {
    for level in ["-O1", "-O2", "-O3", "-Os"] {
        for format in ["-gdwarf-4", "-gdwarf-5"] {
            let (_folder, binary) = build("clang-14", &[level, format]);
            let info = binary.debug_info().unwrap();
            assert!(info.units().all(|unit| unit.compiler() == Compiler::Clang(14) && !unit.lto));
            assert_eq!(unpassed(&binary, "own", true).unwrap(), ["unused", "n"], "{level}");
            let all: [&str; 0] = [];
            assert_eq!(unpassed(&binary, "left", false).unwrap(), ["unneeded"], "{level}");
            assert_eq!(unpassed(&binary, "step", false).unwrap(), all, "{level}");
            assert_eq!(unpassed(&binary, "weigh", false).unwrap(), all, "{level}");
            assert_eq!(unpassed(&binary, "whole", true).unwrap(), all, "{level}");
            let unit = Some(info.match_unit("step.c").unwrap());
            let fitted = |name: &str, unit| binary.fitted(&FunctionKey { name: name.into(), unit }).unwrap();
            assert!(!fitted("own", unit).is_empty() && fitted("whole", unit).is_empty());
            assert!(fitted("step", None).is_empty(), "{level}: other files call it");
        }
    }
}

#[test]
fn clang_without_optimisation_passes_all() {
    let (_folder, binary) = build("clang-14", &["-O0"]);
    for (name, is_static) in [("own", true), ("whole", true), ("step", false), ("weigh", false)] {
        assert_eq!(unpassed(&binary, name, is_static).unwrap().len(), 0, "{name}");
    }
}

#[test]
fn linking_with_optimisation_is_seen() {
    for format in ["-gdwarf-4", "-gdwarf-5"] {
        for (compiler, flags) in [
            ("clang-14", &["-O2", "-flto", "-fuse-ld=lld"][..]),
            ("clang-14", &["-O2", "-flto=thin", "-fuse-ld=lld"]),
            ("gcc", &["-O2", "-flto"]),
            ("gcc", &["-O2", "-flto", "-flto-partition=none", "-ffat-lto-objects"]),
        ] {
            let (_folder, binary) = build(compiler, &[flags, &[format]].concat());
            let info = binary.debug_info().unwrap();
            let real: Vec<_> = info.units().filter(|unit| !unit.artificial).collect();
            let names: Vec<&str> = real.iter().map(|unit| unit.name.as_str()).collect();
            assert_eq!(names.len(), 2, "{flags:?} {format}: {names:?}");
            assert!(real.iter().all(|unit| unit.lto), "{flags:?} {format}");
            assert!(info.match_unit("step.c").is_ok() && info.match_unit("main.c").is_ok(), "{flags:?}");
        }
    }
}

#[test]
fn flags_of_gcc() {
    let program =
        Program::build(&[("a.c", "int main(void) { return 0; }")], &["-g", "-O2", "-fwhole-program"]);
    let binary = program.open();
    let unit = binary.debug_info().unwrap().units().next().unwrap();
    assert!(unit.whole_program() && !unit.lto);
    assert!(matches!(unit.compiler(), Compiler::Gcc(_)));
}
