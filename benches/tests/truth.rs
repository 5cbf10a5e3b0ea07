//! The comparison of objects on small programs: what it must tell apart, and what it must not.

use polus_benches::truth::build::{Builder, Job, Program};
use polus_benches::truth::compare::{Functions, Key};
use polus_benches::truth::variant::without_places;
use polusc::source::Unit;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn unit(text: &str, folder: &Path, flags: &[&str]) -> Unit {
    Unit {
        path: "a.c".into(),
        directory: folder.to_path_buf(),
        text: text.into(),
        compiler: "gcc".into(),
        flags: flags.iter().map(|flag| flag.to_string()).collect(),
        preprocessor: vec![],
    }
}

fn functions(old: &str, new: &str, flags: &[&str]) -> Functions {
    let folder = tempfile::tempdir().expect("a folder");
    let program = |text| Program {
        root: "/tree".into(),
        units: BTreeMap::from([("a.c".to_string(), unit(text, folder.path(), flags))]),
    };
    let (old, new) = (program(old), program(new));
    let plain = |_: usize, unit| Job { unit, text: unit.text.clone(), flags: &[] };
    let builder = Builder::new(folder.path());
    builder.compare([&old, &new], ["a.c".to_string()], plain).expect("both compile")
}

/// Names of the functions that differ, position-independent and not.
fn differing(old: &str, new: &str) -> Vec<String> {
    let names = |flags: &[&str]| -> Vec<String> {
        functions(old, new, flags).differing().into_iter().map(|key| key.name).collect()
    };
    let found = names(&["-O2", "-fPIE"]);
    assert_eq!(found, names(&["-O2", "-fno-pie"]));
    found
}

const SHARED: &str = r#"
int puts(const char *);
static int hits;
__attribute__((noinline)) static int scale(int a, int by) { return a * by + a / by + ++hits; }
int twice(int a) { static int calls; calls += a; return scale(a, 2) + calls; }
int thrice(int a) { static int calls; calls -= a; return scale(a, 3) + calls; }
const char *word(int a) { return a ? "ready" : "waiting"; }
double half(double a) { return a * 0.5; }
int sort(int a) {
    switch (a) {
    case 0: return puts("zero"); case 1: return puts("one") + 3; case 2: return puts("two") * 7;
    case 3: return puts("three") - 1; case 4: return puts("four") * 5; case 5: return puts("five") / 3;
    }
    return 0;
}
int price(int a) {
    switch (a) { case 1: return 17; case 2: return 4; case 3: return 99; case 4: return 2; case 5: return 71; }
    return 0;
}
"#;

#[test]
fn what_only_shifts_is_no_difference() {
    let before = r#"
static const char *first(int a) { static int calls; static int hits; hits += a; calls++; return a > hits ? "earlier" : "ready"; }
double third(double a) { return a * 0.25 + (first(3) == 0) + scale_first(8); }
"#;
    let new = SHARED.replace(
        "int twice",
        &format!("static int scale_first(int a) {{ return scale(a, 7); }}\n{before}\nint twice"),
    );
    assert_eq!(differing(SHARED, &new), Vec::<String>::new());
}

#[track_caller]
fn one_change(from: &str, to: &str, function: &str) {
    let new = SHARED.replace(from, to);
    assert_ne!(new, SHARED, "{from} is not in the program");
    assert_eq!(differing(SHARED, &new), [function], "{from} → {to}");
}

#[test]
fn each_change_is_seen_where_it_is() {
    one_change("\"waiting\"", "\"Waiting\"", "word");
    one_change("0.5", "0.75", "half");
    one_change("calls -= a", "calls -= a + 1", "thrice");
    one_change("return puts(\"four\") * 5", "return puts(\"fore\") * 5", "sort");
    // Only the table changes: the code in front of it is the same.
    one_change("case 3: return 99", "case 3: return 98", "price");
}

#[test]
fn a_jump_table_is_code() {
    let new = SHARED.replace("case 0: return puts", "case 6: return puts");
    assert_eq!(differing(SHARED, &new), ["sort"]);
}

#[test]
fn a_clone_belongs_to_its_function() {
    let new = SHARED.replace("a / by", "a % by");
    assert_eq!(differing(SHARED, &new), ["scale"]);
}

#[test]
fn a_moved_part_belongs_to_its_function() {
    let old = "void warn(const char *) __attribute__((cold)); int g(int); \
        int f(int a) { if (a < 0) { warn(\"negative\"); a = g(a) * 3; warn(\"again\"); } return g(a + 1) ^ 1; }";
    let all = functions(old, old, &["-O2"]);
    let key = Key { unit: None, name: "f".into() };
    let names: Vec<&String> = all.pieces[&key][0].as_ref().expect("f").iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["f", "f.cold"]);
    assert_eq!(differing(old, &old.replace("again", "once more")), ["f"]);
}

#[test]
fn constants_behind_a_name_count_and_variables_do_not() {
    let old = "static const int table[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9}; static int count = 5; \
        int f(int a) { return table[a]; } int g(void) { return ++count; }";
    assert_eq!(differing(old, &old.replace("8, 9}", "8, 8}")), ["f"]);
    assert_eq!(differing(old, &old.replace("count = 5", "count = 6")), Vec::<String>::new());
}

#[test]
fn the_folder_of_the_tree_is_no_difference() {
    let old = "const char *f(void) { return \"/tree/a.c\"; }";
    let folder = tempfile::tempdir().expect("a folder");
    let program = |root: &str| Program {
        root: root.into(),
        units: BTreeMap::from([(
            "a.c".to_string(),
            unit(&old.replace("/tree", root), folder.path(), &["-O2"]),
        )]),
    };
    let plain = |_: usize, unit| Job { unit, text: unit.text.clone(), flags: &[] };
    let (old, new) = (program("/tree"), program("/other/tree"));
    let found = Builder::new(folder.path()).compare([&old, &new], ["a.c".to_string()], plain);
    assert!(found.expect("both compile").differing().is_empty());
}

#[test]
fn a_file_that_moved_is_the_same_unit() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = |path: &str, line: &str, body: &str| {
        let text = format!(
            "# {line} \"{path}\"\nstatic int g(int a) {{ {body} }} const char *f(int a) {{ return g(a) ? \"{path}\" : 0; }}\n"
        );
        let unit = unit(&text, folder.path(), &["-O2", "-fno-inline"]);
        let other = self::unit("int other;\n", folder.path(), &["-O2"]);
        let units = BTreeMap::from([(path.to_string(), unit), ("other.c".to_string(), other)]);
        Program { root: "/tree".into(), units }
    };
    let (mut old, new) = (program("a.c", "1", "return a % 7;"), program("src/a.c", "9", "return a % 9;"));
    old.align(&new);
    let job = |_: usize, unit| Job { unit, text: without_places(&unit.text), flags: &[] };
    let found = Builder::new(folder.path()).compare([&old, &new], new.units.keys().cloned(), job);
    let found = found.expect("both compile").differing();
    assert_eq!(found, [Key { unit: Some("src/a.c".into()), name: "g".into() }].into());
}

/// A pair with a function of each kind; the new version is made of the old one's text.
const PAIR: &str = r#"
#include <assert.h>
#include <stdio.h>
#define ALONE __attribute__((noinline))
static inline __attribute__((always_inline)) int limit(int a) { return a > 100 ? 100 : a; }
int held(int a) { return limit(a) + 1; }
int unheld(int a) { return a * 3; }
int checked(int a) { assert(a > 7); return a - 1; }
ALONE static int leaf(int a) { return a * 5; }
int relies(int a, int b) { return leaf(a) * b + printf("%d", a); }
int tail(int a) { return leaf(a + 1); }
static void chat(void) { puts("a"); puts("b"); puts("c"); puts("d"); puts("e"); puts("f"); puts("g"); puts("h"); }
int greets(int a) { chat(); return a + 1; }
int parts(int a) { chat(); return a - 1; }
static int inner(int a) { return printf("%d", a) + 1; }
int outer(int a) { return inner(a) * 2; }
int main(int argc, char **argv) { return held(argc) + unheld(argc) + checked(argc + 9) + relies(argc, 2) + tail(argc) + greets(1) + parts(2) + outer(3); }
"#;

fn tree(folder: &Path, text: &str) -> PathBuf {
    std::fs::create_dir(folder).expect("a folder");
    std::fs::write(folder.join("server.c"), text).expect("writable");
    let built = std::process::Command::new(polus_benches::program("polus-cc"))
        .args(["gcc", "-O2", "-g", "server.c", "-o", "server"])
        .env("POLUS_CAPTURE", folder.join("polus-capture"))
        .current_dir(folder)
        .status();
    assert!(built.is_ok_and(|status| status.success()));
    folder.join("server")
}

fn truth(arguments: &[&Path]) -> (i32, String) {
    let output = std::process::Command::new(polus_benches::program("polus-truth"))
        .args(["--program", "server", "-v"])
        .args(arguments)
        .output()
        .expect("polus-truth runs");
    let told = [output.stdout, output.stderr].concat();
    (output.status.code().expect("a status"), String::from_utf8_lossy(&told).into_owned())
}

#[test]
fn a_pair_from_sources_to_the_verdict() {
    let folder = tempfile::tempdir().expect("a folder");
    let (old, new) = (folder.path().join("old"), folder.path().join("new"));
    let binary = tree(&old, PAIR);
    let changed = PAIR
        .replace("int held", "\nint held")
        .replace("a > 100 ? 100", "a > 99 ? 99")
        .replace("a * 5", "a * 6")
        .replace("a) + 1; }\nint outer", "a) + 2; }\nint outer");
    let changed =
        changed.replace(" puts(\"c\"); puts(\"d\"); puts(\"e\"); puts(\"f\"); puts(\"g\"); puts(\"h\");", "");
    tree(&new, &changed);
    let (status, told) = truth(&[&old, &new, Path::new("--binary"), &binary]);
    assert_eq!(status, 0, "{told}");
    assert!(told.contains("lines only: checked\n"), "{told}");
    // What is inlined in the new build only, and calls what the old compiler could not see into.
    assert!(told.contains("compiler's choice: greets\n"), "{told}");
    assert!(told.contains("| 0 | 1 | 2 |"), "{told}");
    assert!(!told.contains("unheld"), "{told}");

    // A patch that forgets a function must be found out.
    let report = folder.path().join("report.json");
    let only_leaf =
        r#"{"affected": [{"name": "leaf", "place": "server.c:9", "reasons": ["its text changed"]}]}"#;
    std::fs::write(&report, only_leaf).expect("writable");
    let (status, told) = truth(&[&old, &new, Path::new("--report"), &report]);
    assert_eq!(status, 1, "{told}");
    assert!(told.contains("missing: held\n") && !told.contains("missing: checked"), "{told}");
    // Of a static that is only inlined, its holder tells.
    assert!(told.contains("missing: outer\n"), "{told}");
}
