//! Writes the merged text: each variant of each piece once, in the order in which units need them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use rustc_hash::FxHashMap;

use super::unique::Unique;
use super::{Chunk, LineTable, MergedUnit, Origin};

/// A replacement of bytes of a piece's text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edit {
    /// First byte replaced.
    pub(super) at: usize,
    /// Bytes replaced; 0: an insertion.
    pub(super) length: usize,
    pub(super) text: String,
}

/// The merged text in the making.
#[derive(Default)]
pub(super) struct Writer {
    text: String,
    chunks: Vec<Chunk>,
    lines: LineTable,
    files: FxHashMap<(String, PathBuf), usize>,
    /// Of the pieces to come.
    pub(super) origin: Origin,
}

impl Writer {
    /// Goes on behind a merged text.
    pub(super) fn resume(unit: MergedUnit) -> Self {
        let names = unit.lines.files.iter().cloned().zip(unit.lines.directories.iter().cloned());
        let files = names.enumerate().map(|(index, name)| (name, index)).collect();
        Self { text: unit.text, chunks: unit.chunks, lines: unit.lines, files, origin: Origin::ByHand }
    }

    /// Appends a declaration that stands in no file.
    pub(super) fn provided(&mut self, text: &str) {
        let start = self.text.len();
        let file = self.lines.files.len();
        let file = *self.files.entry(("<polusc>".to_string(), PathBuf::new())).or_insert_with(|| {
            self.lines.files.push("<polusc>".to_string());
            self.lines.directories.push(PathBuf::new());
            file
        });
        self.lines.marks.push((start, file, 1));
        self.text.push_str(text);
        let (span, origin) = (start..self.text.len(), Origin::Provided);
        self.chunks.push(Chunk { span, units: vec![], system: false, piece: usize::MAX, origin });
        self.text.push('\n');
    }

    /// Appends a piece with sorted edits, as it stands in `units`.
    pub(super) fn piece(&mut self, index: usize, piece: &Unique, edits: &[Edit], units: Vec<usize>) {
        let start = self.text.len();
        self.text.push_str(&piece.wrap.before);
        self.edited(piece, edits);
        self.text.push_str(&piece.wrap.behind);
        let (span, system, origin) = (start..self.text.len(), piece.system, self.origin);
        self.chunks.push(Chunk { span, units, system, piece: index, origin });
        self.text.push('\n');
    }

    fn edited(&mut self, piece: &Unique, edits: &[Edit]) {
        let source = piece.clean.text.as_str();
        let mut marks = piece.clean.marks.iter().peekable();
        let mut copied = 0;
        let ends = edits.iter().map(|edit| edit.at).chain([source.len()]);
        for (index, end) in ends.enumerate() {
            while let Some((at, line)) = marks.next_if(|(at, _)| *at <= end) {
                let file = self.file(&line.file, piece);
                self.lines.marks.push((self.text.len() + at.saturating_sub(copied), file, line.line));
            }
            self.text.push_str(&source[copied..end]);
            copied = end;
            if let Some(edit) = edits.get(index) {
                self.text.push_str(&edit.text);
                copied += edit.length;
            }
        }
    }

    fn file(&mut self, name: &str, piece: &Unique) -> usize {
        let directory = if name.starts_with('/') { PathBuf::new() } else { piece.directory.clone() };
        let next = self.lines.files.len();
        *self.files.entry((name.to_string(), directory.clone())).or_insert_with(|| {
            self.lines.files.push(name.to_string());
            self.lines.directories.push(directory);
            next
        })
    }

    /// The merged unit, but for its names.
    pub(super) fn finish(self, units: Vec<String>) -> MergedUnit {
        MergedUnit {
            text: self.text,
            chunks: self.chunks,
            lines: self.lines,
            renamed: vec![],
            units,
            extended: BTreeSet::new(),
            counting: BTreeSet::new(),
        }
    }
}

/// The merged unit as a C file, with or without `#line` markers.
pub fn emit(unit: &MergedUnit, markers: bool) -> String {
    if !markers {
        return unit.text.clone();
    }
    let mut out = String::with_capacity(unit.text.len() + unit.text.len() / 4);
    let mut copied = 0;
    for &(at, file, line) in &unit.lines.marks {
        out.push_str(&unit.text[copied..at]);
        copied = at;
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        let name = unit.lines.files[file].replace('\\', "\\\\").replace('"', "\\\"");
        out.push_str(&format!("# {line} \"{name}\"\n"));
    }
    out.push_str(&unit.text[copied..]);
    out
}
