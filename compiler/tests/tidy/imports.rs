//! Data flows one way: a stage imports only stages to its left, and effects stay at the edge.

use crate::{none, rust_files, text};

/// Stages of the constructor, left to right; what stands last puts them together.
const CONSTRUCTOR: &[&str] = &[
    "diag",
    "text",
    "source",
    "merge",
    "clang",
    "model",
    "diff",
    "relations",
    "running",
    "cross",
    "extend",
    "callbacks",
    "patch",
    "construct",
    "report",
    "cli",
    "run",
];
/// Stages of the injector, left to right.
const INJECTOR: &[&str] = &["error", "facts", "plan", "tracee", "apply", "cli", "command"];
/// Stages that read and write nothing but values.
const PURE: &[&str] = &[
    "compiler/src/model/",
    "compiler/src/diff/",
    "compiler/src/relations/",
    "compiler/src/running/",
    "compiler/src/cross/",
    "compiler/src/callbacks/",
    "compiler/src/patch/",
    "injector/src/plan/",
];
/// Files that may hold `unsafe`, each for one job.
const UNSAFE: &[&str] = &[
    "compiler/binary/src/image.rs",
    "compiler/src/capture/run.rs",
    "compiler/src/clang/cursor.rs",
    "injector/src/apply/interrupt.rs",
    "injector/src/command/background.rs",
    "injector/src/facts/program.rs",
    "injector/src/tracee/passing.rs",
    "injector/src/tracee/raw.rs",
    "injector/src/tracee/userfault.rs",
    "runtime/src/abi.rs",
];

#[test]
fn a_stage_imports_only_stages_to_its_left() {
    let mut findings = against("compiler/src/", CONSTRUCTOR);
    findings.extend(against("injector/src/", INJECTOR));
    none(findings);
}

#[test]
fn every_stage_has_a_place_in_the_order() {
    let unknown = |folder: &str, order: &[&str], outside: &[&str]| {
        let stages = rust_files(folder).into_iter().map(|path| stage(&path, folder));
        let mut stages: Vec<String> = stages.filter(|s| !order.contains(&s.as_str())).collect();
        stages.dedup();
        stages.retain(|s| !outside.contains(&s.as_str()));
        stages
    };
    none(unknown("compiler/src/", CONSTRUCTOR, &["lib", "main", "capture"]));
    none(unknown("injector/src/", INJECTOR, &["lib", "main"]));
}

#[test]
fn only_the_cursor_names_clang_sys() {
    none(naming("compiler/src", "clang_sys", |path| path == "compiler/src/clang/cursor.rs"));
}

#[test]
fn only_the_tracee_names_ptrace() {
    let allowed = |path: &str| path.starts_with("injector/src/tracee/");
    let mut findings = naming("injector/src", "sys::ptrace", allowed);
    findings.extend(naming("injector/src", "PTRACE_", allowed));
    findings.extend(naming("injector/src", "libc::ptrace", allowed));
    none(findings);
}

#[test]
fn unsafe_stays_in_few_files() {
    none(naming_word("unsafe", |path| UNSAFE.contains(&path)));
}

#[test]
fn pure_stages_have_no_effects() {
    const EFFECTS: &[&str] = &[
        "std::fs",
        "std::process",
        "std::env",
        "std::io",
        "std::net",
        "nix::",
        "libc::",
        "println!",
        "eprintln!",
    ];
    let inside = |path: &str| !PURE.iter().any(|folder| path.starts_with(folder));
    none(EFFECTS.iter().flat_map(|effect| naming("", effect, inside)).collect());
}

/// Imports below `folder` that point to the right.
fn against(folder: &str, order: &[&str]) -> Vec<String> {
    let place = |name: &str| order.iter().position(|stage| *stage == name);
    let mut findings = vec![];
    for path in rust_files(folder) {
        let Some(own) = place(&stage(&path, folder)) else { continue };
        let imported = imports(&code(&text(&path)));
        let right = imported.into_iter().filter(|name| place(name).is_some_and(|place| place > own));
        findings.extend(right.map(|name| format!("{path} imports {name}, which stands to its right")));
    }
    findings
}

/// The folder or file below `folder` that `path` belongs to.
fn stage(path: &str, folder: &str) -> String {
    let below = &path[folder.len()..];
    below.split('/').next().unwrap_or(below).trim_end_matches(".rs").to_string()
}

/// First names after `crate::`, also those of a group in braces.
fn imports(code: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = vec![];
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(heads(group).into_iter().map(|item| word(item.trim()))),
            None => found.push(word(rest)),
        }
    }
    found
}

/// The items of a group, up to the brace that closes it.
fn heads(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut items) = (0, 0, vec![]);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                items.push(&group[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    items
}

/// A file's text without its comments, as far as lines tell.
fn code(text: &str) -> String {
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// Code outside the allowed files that holds `wanted`; tests may do as they need.
fn naming(folder: &str, wanted: &str, allowed: impl Fn(&str) -> bool) -> Vec<String> {
    let paths = rust_files(folder).into_iter().filter(|path| !path.contains("/tests/") && !allowed(path));
    paths
        .filter(|path| code(&text(path)).contains(wanted))
        .map(|path| format!("{path} names {wanted}"))
        .collect()
}

fn naming_word(wanted: &str, allowed: impl Fn(&str) -> bool) -> Vec<String> {
    let is_word = |line: &str| {
        line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == wanted)
            && !line.contains('"')
    };
    let paths = rust_files("").into_iter().filter(|path| !path.contains("/tests/") && !allowed(path));
    paths
        .filter(|path| code(&text(path)).lines().any(is_word))
        .map(|path| format!("{path} holds {wanted}"))
        .collect()
}

#[test]
fn imports_are_seen_in_all_their_forms() {
    let code = "use crate::a::B; use crate::{c, d::{e, f}, g}; fn h() { crate::i::j() }";
    assert_eq!(imports(code), ["a", "c", "d", "g", "i"]);
}
