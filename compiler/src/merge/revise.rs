//! A merged text with other text in some places, and with declarations that no file holds.

use super::{Chunk, LineTable, MergedUnit, Origin};
use std::ops::Range;
use std::path::PathBuf;

/// A replacement of bytes of a merged text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Revision {
    /// First byte replaced.
    pub at: usize,
    /// Of several at one place, the smallest comes first.
    pub rank: i64,
    /// Bytes replaced; 0: an insertion.
    pub length: usize,
    /// What takes their place.
    pub text: String,
}

/// A declaration of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inserted {
    /// Number of the chunk behind which it stands; `None`: before all others.
    pub behind: Option<usize>,
    /// C text.
    pub text: String,
    /// It counts as a library's.
    pub system: bool,
}

impl MergedUnit {
    /// The same program with these changes; none of them may reach over the end of a chunk.
    pub fn revised(&self, mut revisions: Vec<Revision>, additions: &[Inserted]) -> Self {
        revisions.sort();
        let mut writer = Writer {
            from: self,
            text: String::new(),
            lines: self.lines.clone(),
            chunks: vec![],
            revisions,
            next: 0,
            mark: 0,
        };
        writer.lines.marks.clear();
        writer.add(None, additions);
        for (index, chunk) in self.chunks.iter().enumerate() {
            let start = writer.text.len();
            writer.copy(chunk.span.clone());
            let span = start..writer.text.len();
            writer.chunks.push(Chunk { span, ..chunk.clone() });
            let end = self.chunks.get(index + 1).map_or(self.text.len(), |next| next.span.start);
            writer.copy(chunk.span.end..end);
            writer.add(Some(index), additions);
        }
        MergedUnit {
            text: writer.text,
            chunks: writer.chunks,
            lines: writer.lines,
            renamed: self.renamed.clone(),
            units: self.units.clone(),
            extended: self.extended.clone(),
            counting: self.counting.clone(),
        }
    }
}

struct Writer<'u> {
    from: &'u MergedUnit,
    text: String,
    lines: LineTable,
    chunks: Vec<Chunk>,
    revisions: Vec<Revision>,
    next: usize,
    mark: usize,
}

impl Writer<'_> {
    /// Copies bytes with what changes in them.
    fn copy(&mut self, range: Range<usize>) {
        let mut at = range.start;
        while let Some(revision) = self.revisions.get(self.next).filter(|r| r.at < range.end).cloned() {
            self.next += 1;
            self.plain(at..revision.at.max(at));
            self.text.push_str(&revision.text);
            let behind = (revision.at + revision.length).max(at);
            let lost = &self.from.text[at.max(revision.at)..behind];
            at = behind;
            if lost.contains('\n') || revision.text.contains('\n') {
                self.resume(at);
            }
        }
        self.plain(at..range.end.max(at));
    }

    fn plain(&mut self, range: Range<usize>) {
        let marks = &self.from.lines.marks;
        while let Some(&(at, file, line)) = marks.get(self.mark).filter(|mark| mark.0 < range.end) {
            self.mark += 1;
            if at >= range.start {
                self.lines.marks.push((self.text.len() + at - range.start, file, line));
            }
        }
        self.text.push_str(&self.from.text[range]);
    }

    /// Says which line of which file stands at an offset of the old text.
    fn resume(&mut self, at: usize) {
        if let Some((file, line)) = self.from.lines.line(&self.from.text, at) {
            self.lines.marks.push((self.text.len(), file, line));
        }
    }

    fn add(&mut self, behind: Option<usize>, additions: &[Inserted]) {
        let mut any = false;
        for addition in additions.iter().filter(|addition| addition.behind == behind) {
            any = true;
            if !self.text.is_empty() && !self.text.ends_with('\n') {
                self.text.push('\n');
            }
            let file = self.own_file();
            self.lines.marks.push((self.text.len(), file, 1));
            let start = self.text.len();
            self.text.push_str(&addition.text);
            let units = behind.map_or(vec![], |at| self.from.chunks[at].units.clone());
            self.chunks.push(Chunk {
                span: start..self.text.len(),
                units,
                system: addition.system,
                piece: usize::MAX,
                origin: Origin::Program,
            });
            self.text.push('\n');
        }
        if any {
            let next = behind.map_or(0, |at| {
                self.from.chunks.get(at + 1).map_or(self.from.text.len(), |next| next.span.start)
            });
            self.resume(next);
        }
    }

    /// What stands in no file.
    fn own_file(&mut self) -> usize {
        const NAME: &str = "<polusc>";
        if let Some(known) = self.lines.files.iter().position(|file| file == NAME) {
            return known;
        }
        self.lines.files.push(NAME.to_string());
        self.lines.directories.push(PathBuf::new());
        self.lines.files.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_stay_what_they_were() {
        let text = "int a;\nint f(void)\n{\n    return a;\n}\nint b;\n".to_string();
        let chunk = |span: Range<usize>| Chunk {
            span,
            units: vec![0],
            system: false,
            piece: 0,
            origin: Origin::Program,
        };
        let chunks = vec![chunk(0..6), chunk(7..36), chunk(37..43)];
        let lines = LineTable {
            files: vec!["a.c".into()],
            directories: vec![PathBuf::new()],
            marks: vec![(0, 0, 1)],
        };
        let unit = MergedUnit {
            text,
            chunks,
            lines,
            renamed: vec![],
            units: vec!["a.c".into()],
            extended: Default::default(),
            counting: Default::default(),
        };
        let edit = |at, length, rank, text: &str| Revision { at, rank, length, text: text.into() };
        let revisions = vec![edit(32, 1, 0, "x->a"), edit(32, 0, -2, "(("), edit(18, 0, 0, " \n ")];
        let additions = [Inserted { behind: Some(0), text: "int extra;".into(), system: false }];
        let revised = unit.revised(revisions, &additions);
        assert_eq!(revised.text, "int a;\nint extra;\nint f(void) \n \n{\n    return ((x->a;\n}\nint b;\n");
        let line = |word: &str| revised.lines.line(&revised.text, revised.text.find(word).unwrap());
        assert_eq!(
            (line("f(void)"), line("return"), line("int b")),
            (Some((0, 2)), Some((0, 4)), Some((0, 6)))
        );
        assert_eq!(revised.lines.files[line("extra").unwrap().0], "<polusc>");
        let function = &revised.text[revised.chunks[2].span.clone()];
        assert_eq!(function, "int f(void) \n \n{\n    return ((x->a;\n}");
        assert_eq!(revised.chunks.len(), 4);
    }
}
