//! What holds for every file of the project: its direction of data, its form, its documents.

mod documents;
mod files;
mod imports;
mod soundness;

use std::path::{Path, PathBuf};

/// The project's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the project's folder")
}

/// All files below `folder` of the project, sorted, by their paths below the project.
fn files(folder: &str) -> Vec<String> {
    let mut found = vec![];
    collect(&root().join(folder), &mut found);
    let below = |path: PathBuf| path.strip_prefix(root()).expect("below it").to_string_lossy().into_owned();
    let mut found: Vec<String> = found.into_iter().map(below).collect();
    found.sort();
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    const MADE: [&str; 4] = ["target", ".git", "polus-capture", "node_modules"];
    for entry in std::fs::read_dir(folder).expect("a folder of the project") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() && !MADE.contains(&name.as_str()) {
            collect(&path, found);
        } else if path.is_file() {
            found.push(path);
        }
    }
}

fn rust_files(folder: &str) -> Vec<String> {
    files(folder).into_iter().filter(|path| path.ends_with(".rs")).collect()
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Fails with all findings at once, so that one run shows everything.
#[track_caller]
fn none(findings: Vec<String>) {
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}
