//! The documents say what is so: their links lead somewhere, and no interface changes behind them.

use crate::{files, none, root, text};
use sha2::{Digest, Sha256};

fn documents() -> Vec<String> {
    files("").into_iter().filter(|path| path.ends_with(".md")).collect()
}

#[test]
fn links_and_paths_lead_somewhere() {
    let mut findings = vec![];
    for document in documents() {
        let folder = root().join(&document).parent().expect("a folder").to_path_buf();
        let text = without_blocks(&text(&document));
        let broken = links(&text).into_iter().filter(|link| !folder.join(link).exists());
        findings.extend(broken.map(|link| format!("{document}: link to {link}")));
        let gone = paths(&text).into_iter().filter(|path| !root().join(path).exists());
        findings.extend(gone.map(|path| format!("{document}: names {path}, which is not there")));
    }
    none(findings);
}

const HEADERS: [&str; 4] = [
    "runtime/include/polus/patch.h",
    "runtime/include/polus/registry.h",
    "runtime/include/polus/doors.h",
    "runtime/include/polus/extend.h",
];

#[test]
fn the_patch_format_describes_these_headers() {
    let document = text("docs/patch-format.md");
    for header in HEADERS {
        let digest: String = Sha256::digest(text(header)).iter().map(|byte| format!("{byte:02x}")).collect();
        let wanted = format!("`{header}` sha256 `{digest}`");
        assert!(
            document.contains(&wanted),
            "{header} changed: describe it in docs/patch-format.md, then say\n{wanted}"
        );
    }
}

#[test]
fn the_patch_format_names_every_struct_and_section() {
    let document = text("docs/patch-format.md");
    let mut missing = vec![];
    for header in HEADERS {
        let header = text(header);
        let names =
            header.lines().filter_map(|line| line.strip_prefix("struct ").or(line.strip_prefix("enum ")));
        let names = names.filter_map(|rest| rest.strip_suffix(" {"));
        missing.extend(names.filter(|name| !document.contains(&format!("`{name}`"))).map(String::from));
    }
    let template = text("templates/patch.c.txt");
    let titles = template.lines().filter_map(section);
    let mut at = 0;
    for title in titles {
        match document[at..].find(title) {
            Some(found) => at += found,
            None => missing.push(format!("section {title:?}, in the template's order")),
        }
    }
    none(missing);
}

#[test]
fn examples_are_cases() {
    let document = text("docs/patch-author-guide.md");
    let mut examples = document.split("<!-- testdata/").skip(1).peekable();
    assert!(examples.peek().is_some(), "the guide shows no case");
    for example in examples {
        let (path, rest) = example.split_once(" -->\n```c\n").expect("a path, then a block of C");
        let shown = rest.split("```").next().expect("an end");
        assert!(shown == text(&format!("testdata/{path}")), "the guide shows another testdata/{path}");
    }
}

/// The section that a line of the template begins, by itself or by the template's macro.
fn section(line: &str) -> Option<&str> {
    let called = line.split_once("call section(\"").and_then(|(_, rest)| rest.split('"').next());
    called
        .or_else(|| line.strip_prefix("/* ---- ")?.split(" ---").next().filter(|title| !title.contains('{')))
}

#[test]
fn the_architecture_names_every_folder_of_code() {
    let document = text("docs/architecture.md");
    let sources = ["compiler/src", "compiler/binary/src", "injector/src", "runtime/src"];
    let folders = sources.iter().flat_map(|source| {
        let entries = std::fs::read_dir(root().join(source)).expect("a folder of code");
        let folders = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir());
        folders.map(|path| path.strip_prefix(root()).expect("below").to_string_lossy().into_owned())
    });
    let missing = folders.filter(|folder| !document.contains(&format!("`{folder}/`")));
    none(missing.map(|folder| format!("docs/architecture.md does not say what {folder}/ is")).collect());
}

#[test]
fn man_pages_written_by_hand_say_what_help_says() {
    let page = text("docs/polus-cc.1");
    let source = text("compiler/src/capture/main.rs");
    let help = source.split("const HELP").nth(1).and_then(|rest| rest.split("\";").next()).expect("its help");
    let words =
        help.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| word.starts_with("POLUS"));
    none(
        words
            .filter(|word| !page.contains(word))
            .map(|word| format!("docs/polus-cc.1 lacks {word}"))
            .collect(),
    );
}

/// Markdown without its code blocks, which show files of other people.
fn without_blocks(text: &str) -> String {
    text.split("```").step_by(2).collect()
}

/// Targets of relative links.
fn links(text: &str) -> Vec<String> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let files = targets.map(|target| target.split('#').next().unwrap_or(target));
    files.filter(|target| !target.is_empty() && !target.contains("://")).map(String::from).collect()
}

/// Words in backticks that are paths below the project.
fn paths(text: &str) -> Vec<String> {
    const TOP: &[&str] = &[
        "compiler/",
        "injector/",
        "runtime/",
        "templates/",
        "testdata/",
        "benches/",
        "docs/",
        "demo/",
        "scripts/",
    ];
    let spans = text.split('`').skip(1).step_by(2);
    let is_path =
        |span: &&str| TOP.iter().any(|top| span.starts_with(top)) && !span.contains(['*', ' ', '<', '…']);
    let is_shouted = |path: &str| {
        path.split('/').any(|part| part.len() > 1 && part.chars().all(|c| c.is_ascii_uppercase()))
    };
    spans.filter(is_path).filter(|path| !is_shouted(path)).map(String::from).collect()
}
