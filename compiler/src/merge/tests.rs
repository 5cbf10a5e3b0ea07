//! Merging as a whole, without a compiler.

use std::path::PathBuf;

use super::{MergedUnit, emit, merge};
use crate::source::{Tree, Unit};
use crate::text::lex;

fn merged(units: &[(&str, &str)]) -> MergedUnit {
    let unit = |&(path, text): &(&str, &str)| Unit {
        path: path.to_string(),
        directory: PathBuf::from("/nowhere"),
        text: text.to_string(),
        compiler: "gcc".to_string(),
        flags: vec![],
        preprocessor: vec![],
    };
    let tree = Tree { root: PathBuf::from("/nowhere"), units: units.iter().map(unit).collect() };
    match merge(&tree) {
        Ok((merged, _)) => merged,
        Err(failure) => panic!("must merge: {failure:?}"),
    }
}

const ONE: &str = "# 1 \"a.c\"\ntypedef int t;\nstatic t x = 1;\n\n\nint f(t t)\n{\n\n  return t\n# 9 \"a.c\" 3 4\n   + x\n# 9 \"a.c\"\n  ;\n}\n# 40 \"a.c\"\nint g(void) { return f(x); }\n";

#[test]
fn one_unit_keeps_its_tokens() {
    let merged = merged(&[("a.c", ONE)]);
    let tokens = |text: &str| -> Vec<String> {
        let code = lex(text).into_iter().filter(|token| !token.is_directive());
        code.map(|token| token.text(text).to_string()).collect()
    };
    assert_eq!(tokens(&merged.text), tokens(ONE));
    assert!(merged.renamed.is_empty());
}

#[test]
fn merging_the_merged_text_changes_nothing() {
    let once = merged(&[("a.c", ONE), ("b.c", "static long x;\nlong h(void) { return x; }\n")]);
    let twice = merged(&[("m.c", &once.text)]);
    assert_eq!(once.text, twice.text);
}

#[test]
fn places_are_those_of_the_sources() {
    let merged =
        merged(&[("a.c", ONE), ("b.c", "# 1 \"b.c\"\n\nstatic long x;\nlong h(void) { return x; }\n")]);
    let at = |needle: &str| {
        let place = merged.place(merged.text.find(needle).expect("stands there"));
        (place.file, place.line)
    };
    assert_eq!(at("f(t t)"), ("a.c".to_string(), 5));
    assert_eq!(at("g(void)"), ("a.c".to_string(), 40));
    assert_eq!(at("x__b;"), ("b.c".to_string(), 2));
    assert_eq!(merged.place(merged.text.len()).file, "b.c");
}

#[test]
fn columns_are_those_of_the_file_where_it_can_be_read() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    std::fs::write(folder.path().join("a.c"), "#define N 1\nint   a; /* x */ int    used = N;\n")
        .expect("writes");
    let text = "# 1 \"a.c\"\n\nint a; int used = 1;\n".to_string();
    let unit = Unit {
        path: "a.c".to_string(),
        directory: folder.path().to_path_buf(),
        text,
        compiler: "gcc".to_string(),
        flags: vec![],
        preprocessor: vec![],
    };
    let Ok((merged, _)) = merge(&Tree { root: folder.path().to_path_buf(), units: vec![unit] }) else {
        panic!("must merge");
    };
    let place = merged.place(merged.text.find("used").expect("stands there"));
    assert_eq!((place.line, place.column, place.width), (2, 25, 4));
    assert_eq!(place.text, "int   a; /* x */ int    used = N;");
}

#[test]
fn chunks_cover_the_text_and_know_their_units() {
    let header = "# 1 \"/usr/include/h.h\" 1 3\nint shared(void);\n";
    let merged = merged(&[("a.c", header), ("b.c", &format!("{header}# 3 \"b.c\" 2\nint own;\n"))]);
    let chunks: Vec<_> =
        merged.chunks.iter().map(|c| (&merged.text[c.span.clone()], &c.units[..], c.system)).collect();
    assert_eq!(chunks, [("int shared(void);", &[0, 1][..], true), ("int own;", &[1], false)]);
}

#[test]
fn markers_lead_back_to_the_sources() {
    let merged = merged(&[("a.c", ONE)]);
    let text = emit(&merged, true);
    let again = super::tests::merged(&[("a.c", &text)]);
    assert_eq!(again.text, merged.text);
    let place = again.place(again.text.find("g(void)").expect("stands there"));
    assert_eq!((place.file.as_str(), place.line), ("a.c", 40));
}

#[test]
fn the_result_does_not_depend_on_the_run() {
    let units = [
        ("a.c", ONE),
        ("b.c", "static int x, y; struct s { int a; };"),
        ("c.c", "static int y; struct s { long a; };"),
    ];
    assert_eq!(merged(&units).text, merged(&units).text);
    assert_eq!(merged(&units).renamed, merged(&units).renamed);
}
