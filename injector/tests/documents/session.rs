//! The session in README.md, run as it stands: its sources, its commands, its output.

use crate::{programs, project};
use std::path::Path;
use std::process::Command;

/// Seconds; longer than the session takes on a slow machine.
const DEADLINE: &str = "120";
/// Printed before each command, so that outputs can be told apart.
const MARK: &str = "@@ next @@";

/// Code blocks of `language`.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).map(|rest| rest.split("```").next().expect("an end")).collect()
}

/// Each command of a console block with the output below it.
fn commands(block: &str) -> Vec<(&str, String)> {
    let mut found: Vec<(&str, String)> = vec![];
    for line in block.lines() {
        match (line.strip_prefix("$ "), found.last_mut()) {
            (Some(command), _) => found.push((command, String::new())),
            (None, Some((_, output))) => *output += &format!("{line}\n"),
            (None, None) => panic!("output before the first command: {line}"),
        }
    }
    found
}

/// What differs from run to run: times, process numbers, how many requests there were.
fn substance(text: &str) -> String {
    let words: Vec<&str> = text.split_inclusive([' ', '\n']).collect();
    let neighbour = |at: Option<usize>| at.and_then(|at| words.get(at)).map_or("", |word| word.trim());
    let differs = |at: usize| {
        let after = neighbour(Some(at + 1)).trim_end_matches([')', ',']);
        after == "ms" || ["process", "request"].contains(&neighbour(at.checked_sub(1)))
    };
    let masked = |(at, word): (usize, &&str)| {
        let number = word.trim_matches(|c: char| !c.is_ascii_digit());
        match differs(at) && number.parse::<f64>().is_ok() {
            true => word.replace(number, "N"),
            false => (*word).to_string(),
        }
    };
    words.iter().enumerate().map(masked).collect()
}

#[test]
fn the_session_runs_as_it_stands() {
    let readme = std::fs::read_to_string(project().join("README.md")).expect("README.md");
    let session = blocks(&readme, "console");
    assert_eq!(session.len(), 1, "README.md has one session");
    let session = commands(session[0]);
    assert!(session.len() > 10, "the session is there");
    let folder = tempfile::tempdir().expect("a folder");
    for source in blocks(&readme, "c") {
        let name =
            source.lines().next().and_then(|line| line.strip_prefix("// ")).expect("a file name first");
        std::fs::write(folder.path().join(name), source).expect("writable");
    }
    let found = run(&session, folder.path());
    assert_eq!(found.len(), session.len(), "every command was run: {found:#?}");
    for ((command, wanted), found) in session.iter().zip(&found) {
        assert_eq!(substance(found), substance(wanted), "$ {command}");
    }
}

/// Runs the commands in one shell; their outputs.
fn run(session: &[(&str, String)], folder: &Path) -> Vec<String> {
    let lines = session.iter().map(|(command, _)| format!("echo '{MARK}'\n{command}\n"));
    let script = format!("exec 2>&1\ntrap 'kill $! 2>/dev/null' EXIT\n{}", lines.collect::<String>());
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("timeout")
        .args([DEADLINE, "bash", "-c", &script])
        .env("PATH", format!("{}:{path}", programs().display()))
        .current_dir(folder)
        .output()
        .expect("bash runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split(&format!("{MARK}\n")).skip(1).map(String::from).collect()
}

#[test]
fn substance_leaves_out_what_differs() {
    assert_eq!(
        substance("process 7 (a): in 5.1 ms, stopped for 0.3 ms)\n"),
        "process N (a): in N ms, stopped for N ms)\n"
    );
    assert_eq!(substance("request 4: between 5 and 100\n"), "request N: between 5 and 100\n");
}
