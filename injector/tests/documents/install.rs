//! `make install`: each program with its manual pages, and nothing outside DESTDIR.

use crate::{programs, project};
use std::path::Path;
use std::process::Command;

const PROGRAMS: [&str; 3] = ["polusc", "polus-cc", "polus"];
const PAGES: [&str; 10] = [
    "polus-apply.1",
    "polus-cc.1",
    "polus-check.1",
    "polus-dump.1",
    "polus-rollback.1",
    "polus-status.1",
    "polus.1",
    "polusc-diff.1",
    "polusc-merge.1",
    "polusc.1",
];

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn programs_pages_and_completions_are_installed() {
    let folder = tempfile::tempdir().expect("a folder");
    let variables = [
        format!("DESTDIR={}", folder.path().display()),
        "PREFIX=/usr".to_string(),
        format!("release={}", programs().display()),
    ];
    let output = Command::new("make").arg("install").args(variables).current_dir(project()).output();
    let output = output.expect("make runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(names(folder.path()), ["usr"]);
    let below = |path: &str| names(&folder.path().join("usr").join(path));
    let mut wanted = PROGRAMS.to_vec();
    wanted.sort_unstable();
    assert_eq!(below("bin"), wanted);
    assert_eq!(below("share/man/man1"), PAGES);
    assert_eq!(below("share/polus"), ["polus.mk"]);
    for (shell, wanted) in [
        ("bash-completion/completions", ["polus", "polusc"]),
        ("zsh/site-functions", ["_polus", "_polusc"]),
        ("fish/vendor_completions.d", ["polus.fish", "polusc.fish"]),
    ] {
        assert_eq!(below(&format!("share/{shell}")), wanted);
    }
    let page = folder.path().join("usr/share/man/man1/polus-apply.1");
    assert!(std::fs::read_to_string(page).expect("a page").contains("timeout"), "the page lists options");
}
