//! `patch.c` through the template: no decision is made here.

use super::{Block, Identity, Patch};
use askama::Template;
use sha2::{Digest, Sha256};

#[derive(Template)]
#[template(path = "patch.c.txt", escape = "none")]
struct PatchText<'p> {
    patch: &'p Patch,
    identity: &'p Identity,
    header: &'static str,
    id: &'p str,
}

/// Renders a patch; its id is the digest of the text without the id.
pub fn render(patch: &Patch) -> String {
    let text = |id: &str| {
        let page = PatchText { patch, identity: &patch.identity, header: polus_runtime::PATCH_H, id };
        page.render().expect("the template writes to memory") + "\n"
    };
    let digest = Sha256::digest(text("").as_bytes());
    let id: String = digest.iter().map(|b| format!("{b:02x}")).collect();
    text(&id)
}

impl PatchText<'_> {
    fn quoted(&self, text: impl AsRef<str>) -> String {
        quoted(text.as_ref())
    }
}

/// A C string literal.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if (c as u32) < 32 => out.push_str(&format!("\\{:03o}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A comment that ends where it should.
fn comment(text: &str) -> String {
    text.replace("*/", "* /")
}

impl Patch {
    /// A pre-update callback may forbid the update.
    fn vetoes(&self) -> bool {
        self.tables.callbacks.iter().any(|row| row.kind == "POLUS_PRE_UPDATE")
    }
}

impl Patch {
    /// C name of a list; a patch that was not assembled has none.
    fn list(&self, number: usize) -> &str {
        Some(self.tables.lists[number].0.as_str()).filter(|name| !name.is_empty()).unwrap_or("0")
    }
}

impl Block {
    fn why(&self) -> String {
        comment(&self.why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_marker_counts_as_the_file_does() {
        let text = render(&Patch::default());
        let at = text.lines().position(|line| line.starts_with("# ")).unwrap();
        assert_eq!(text.lines().nth(at), Some(format!("# {} \"patch.c\" 3", at + 2).as_str()));
    }
}
