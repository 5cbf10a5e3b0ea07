//! The form of the files: what each begins and ends with, how long it is, what it must not hold.

use crate::{files, none, root, rust_files, text};

/// Lines of the longest file that one can read in one go.
const LONGEST: usize = 600;
/// Endings of files that people write here.
const WRITTEN: &[&str] = &[".rs", ".c", ".h", ".toml", ".md", ".txt", ".mk", ".1", ".yml"];

fn written() -> impl Iterator<Item = String> {
    let by_name = |path: &str| WRITTEN.iter().any(|end| path.ends_with(end)) || path.ends_with("Makefile");
    files("").into_iter().filter(move |path| by_name(path) || path.starts_with("scripts/"))
}

#[test]
fn every_file_says_its_job_first() {
    let silent = rust_files("").into_iter().filter(|path| !text(path).starts_with("//! "));
    none(silent.map(|path| format!("{path} does not begin with //! and its one job")).collect());
}

#[test]
fn no_file_is_too_long() {
    let lines = |path: &String| text(path).lines().count();
    let long = rust_files("").into_iter().filter(|path| lines(path) > LONGEST);
    none(long.map(|path| format!("{path} has {} lines: split it", lines(&path))).collect());
}

#[test]
fn nothing_is_put_off() {
    let marks = [["TO", "DO"], ["FIX", "ME"], ["todo", "!("], ["unimplemented", "!("], ["#[ig", "nore"]];
    let marks = marks.map(|parts| parts.concat());
    let mut findings = vec![];
    for path in written() {
        let text = text(&path);
        findings
            .extend(marks.iter().filter(|m| text.contains(*m)).map(|mark| format!("{path} holds {mark}")));
    }
    none(findings);
}

#[test]
fn every_text_ends_with_one_newline() {
    let wrong = |path: &String| {
        let text = text(path);
        !text.is_empty() && (!text.ends_with('\n') || text.ends_with("\n\n"))
    };
    // The goldens of patch.c are the renderer's, not written by hand.
    let by_hand =
        written().filter(|path| !path.starts_with("testdata/construct/") || !path.ends_with("/patch.c"));
    none(by_hand.filter(wrong).map(|path| format!("{path} does not end with one newline")).collect());
}

/// Kinds of cases, and what each case of a kind holds.
const CASES: &[(&str, &[&[&str]])] = &[
    (
        "testdata/construct",
        &[
            &["old.c", "old.i", "old"],
            &["new.c", "new.i", "new", "case.toml"],
            &["patch.c", "diagnostics.txt"],
        ],
    ),
    ("testdata/merge", &[&["a.c", "x"]]),
    // one program, not a folder of cases
    ("testdata/torture", &[]),
    ("testdata/live", &[&["old.c", "old", "case.toml"], &["patch.c", "new.c", "new"], &["session.txt"]]),
];

#[test]
fn every_case_is_complete() {
    let mut findings = vec![];
    for (kind, needs) in CASES {
        for case in folders(kind) {
            let missing =
                needs.iter().filter(|any| !any.iter().any(|name| root().join(&case).join(name).exists()));
            findings.extend(missing.map(|any| format!("{case} has none of {}", any.join(", "))));
        }
    }
    none(findings);
}

#[test]
fn every_kind_of_case_is_known() {
    let unknown =
        folders("testdata").into_iter().filter(|kind| !CASES.iter().any(|(known, _)| known == kind));
    none(
        unknown
            .map(|kind| format!("{kind}: say in compiler/tests/tidy/files.rs what its cases hold"))
            .collect(),
    );
}

fn folders(below: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(root().join(below)) else { return vec![] };
    let paths = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir());
    let mut names: Vec<String> = paths
        .map(|path| format!("{below}/{}", path.file_name().expect("a name").to_string_lossy()))
        .collect();
    names.sort();
    names
}
