//! Identity, symbols and debug files of small programs.

mod common;

use common::Program;
use polus_binary::{Binary, Binding, Problem, SectionKind, SymbolKind};

const A: (&str, &str) = (
    "src/a.c",
    "static int count = 7; __thread int slot = 3; int total;
     __attribute__((noinline)) static int usage(int x) { return x + ++count; }
     int a(int x) { return usage(x) + slot; }
     int a_alias(int x) __attribute__((alias(\"a\")));",
);
const B: (&str, &str) = (
    "src/b.c",
    "static int count; extern int total; int a(int);
     __attribute__((noinline)) static int usage(int x) { return x * ++count; }
     static int fast(int x) { return x; }
     static int (*choose(void))(int) { return fast; }
     int chosen(int) __attribute__((ifunc(\"choose\")));
     int main(int n, char **v) { return a(n) + usage(n) + total + chosen(n); }",
);

fn program(flags: &[&str]) -> Program {
    Program::build(&[A, B], flags)
}

#[test]
fn kinds_files_and_aliases() {
    for flags in [["-O2", "-pie", "-fPIE"], ["-O2", "-no-pie", "-fno-pie"]] {
        let program = program(&flags);
        let binary = program.open();
        let symbols = binary.symbols().unwrap();
        assert_eq!(binary.is_pie(), flags[1] == "-pie");
        assert!(binary.has_interpreter() && binary.has_symbols() && !binary.has_debug_info());
        assert!(symbols.is_complete());

        let mut files: Vec<_> = symbols.named("usage").map(|s| (s.file, s.binding, s.kind)).collect();
        files.sort_by_key(|symbol| symbol.0);
        let function = (Binding::Local, SymbolKind::Function);
        assert_eq!(files, [(Some("a.c"), function.0, function.1), (Some("b.c"), function.0, function.1)]);

        let a = symbols.function("a").unwrap();
        assert_eq!((a.binding, a.section), (Binding::Global, SectionKind::Text));
        let mut aliases: Vec<_> = symbols.at(a.svma).map(|symbol| symbol.name).collect();
        aliases.sort();
        assert_eq!(aliases, ["a", "a_alias"]);
        assert_eq!(symbols.function_at(a.svma + 1).unwrap().svma, a.svma);

        let one = |name| symbols.named(name).next().unwrap();
        assert_eq!((one("slot").kind, one("slot").svma), (SymbolKind::ThreadLocal, 0));
        assert_eq!((one("total").section, one("total").size), (SectionKind::ZeroData, 4));
        assert_eq!(one("chosen").kind, SymbolKind::IndirectFunction);
        assert_eq!(symbols.named("no_such_name").count(), 0);
    }
}

#[test]
fn every_symbol_of_nm_is_found() {
    let program = program(&["-O2"]);
    let binary = program.open();
    let lines = program.run("nm", &["--defined-only", "program"]);
    for line in lines.lines() {
        let [svma, _, name] = line.split_whitespace().collect::<Vec<_>>()[..] else { panic!("{line}") };
        let svma = u64::from_str_radix(svma, 16).unwrap();
        let name = name.split('@').next().unwrap();
        assert!(binary.symbols().unwrap().named(name).any(|symbol| symbol.svma == svma), "{line}");
    }
}

#[test]
fn build_id_and_digest() {
    let program = program(&["-O2", "-Wl,--build-id=sha1"]);
    let binary = program.open();
    let notes = program.run("readelf", &["-n", "program"]);
    assert!(notes.contains(&format!("Build ID: {}", binary.build_id().unwrap())));

    program.run("objcopy", &["-O", "binary", "--only-section=.text", "program", "text"]);
    let expected = program.run("sha256sum", &["text"]);
    assert_eq!(expected.split_whitespace().next().unwrap(), binary.text_digest());
    assert_eq!(program_without_id().build_id(), None);
}

fn program_without_id() -> Binary {
    program(&["-O2", "-Wl,--build-id=none"]).open()
}

#[test]
fn a_stripped_program_is_completed_by_its_debug_file() {
    for id in ["sha1", "none"] {
        let program = program(&["-O2", "-g", &format!("-Wl,--build-id={id}")]);
        program.run("cp", &["program", "twin"]);
        program.run("objcopy", &["--only-keep-debug", "program", "other.debug"]);
        program.run("strip", &["program"]);
        let stripped = program.open();
        assert!(!stripped.has_symbols() && !stripped.has_debug_info());
        assert!(!stripped.symbols().unwrap().is_complete());
        assert!(matches!(stripped.debug_info().err().unwrap().problem, Problem::NoDebugInfo(_)));

        for debug in ["twin", "other.debug"] {
            let binary = Binary::open(&program.path, Some(&program.file(debug))).unwrap();
            assert!(binary.has_symbols() && binary.has_debug_info());
            let symbols = binary.symbols().unwrap();
            assert_eq!(symbols.named("usage").count(), 2);
            assert_eq!(symbols.named("total").next().unwrap().section, SectionKind::ZeroData);
            assert_eq!(symbols.named("slot").next().unwrap().svma, 0);
            assert!(binary.debug_info().unwrap().functions().len() >= 4);
        }
        program.run("objcopy", &["--add-gnu-debuglink=other.debug", "program"]);
        assert!(program.open().has_debug_info(), "found beside the program by its link");
    }
}

#[test]
fn a_debug_file_of_another_build_is_refused() {
    for id in ["sha1", "none"] {
        let id = format!("-Wl,--build-id={id}");
        let (program, other) = (program(&["-O2", &id]), Program::build(&[A, B], &["-O1", "-g", &id]));
        let error = Binary::open(&program.path, Some(&other.path)).err().unwrap();
        assert!(matches!(error.problem, Problem::ForeignDebugFile { .. }), "{error}");
        other.run("objcopy", &["--only-keep-debug", "program", "other.debug"]);
        let error = Binary::open(&program.path, Some(&other.file("other.debug"))).err().unwrap();
        assert!(matches!(error.problem, Problem::ForeignDebugFile { .. }), "{error}");
    }
}

#[test]
fn other_files_are_refused_in_words() {
    let program = program(&["-O2"]);
    program.run("gcc", &["-c", "src/a.c", "-o", "a.o"]);
    let bytes = std::fs::read(&program.path).unwrap();
    let patched = |at: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        bytes
    };
    std::fs::write(program.file("empty"), b"").unwrap();
    std::fs::write(program.file("cut"), &bytes[..bytes.len() / 2]).unwrap();
    std::fs::write(program.file("head"), &bytes[..10]).unwrap();
    std::fs::write(program.file("small"), patched(4, 1)).unwrap();
    std::fs::write(program.file("arm"), patched(18, 183)).unwrap();
    for (file, words) in [
        ("src/a.c", "is not an ELF file"),
        ("empty", "is not an ELF file"),
        ("cut", "is damaged or cut off"),
        ("head", "is damaged or cut off"),
        ("small", "is a 32-bit ELF file"),
        ("arm", "is for another processor (ELF machine 183)"),
        ("a.o", "is not a linked program"),
        ("nowhere", "cannot read"),
    ] {
        let error = Binary::open(&program.file(file), None).err().unwrap().to_string();
        assert!(error.contains(words) && error.contains(file), "{error}");
    }
}
