//! From offsets in the merged text back to the places that people know.

use std::path::PathBuf;

use super::MergedUnit;
use crate::diag::Place;
use crate::text::Lexer;

/// Offset → file and line, in memory for a whole merged text.
#[derive(Clone, Debug, Default)]
pub struct LineTable {
    /// Names of the files, as the preprocessor named them.
    pub files: Vec<String>,
    /// For each file the directory in which the compiler ran.
    pub directories: Vec<PathBuf>,
    /// From this offset on lines count up from (`file`, `line`); sorted by offset.
    pub marks: Vec<(usize, usize, u32)>,
}

impl LineTable {
    /// Index of the file and the line of an offset of `text`, the merged text.
    pub fn line(&self, text: &str, offset: usize) -> Option<(usize, u32)> {
        let next = self.marks.partition_point(|mark| mark.0 <= offset);
        let (start, file, line) = *self.marks.get(next.checked_sub(1)?)?;
        let newlines = text.as_bytes()[start..offset].iter().filter(|&&byte| byte == b'\n').count();
        Some((file, line + newlines as u32))
    }

    /// The lines of the original file that stand on the text's line at `offset`: a macro call over
    /// several lines is expanded on its first, and `__LINE__` in it may be any of them.
    pub fn logical_line(&self, text: &str, offset: usize) -> Option<std::ops::Range<u32>> {
        let (file, line) = self.line(text, offset)?;
        let end = text[offset..].find('\n').map_or(text.len(), |newline| offset + newline + 1);
        let next =
            self.line(text, end.min(text.len())).filter(|(other, next)| *other == file && *next > line);
        Some(line..next.map_or(line + 1, |(_, next)| next))
    }

    /// The text of a line of an original file, if that can be read.
    fn original(&self, file: usize, line: u32) -> Option<String> {
        let path = self.directories[file].join(&self.files[file]);
        let bytes = std::fs::read(path).ok()?;
        let found = bytes.split(|&byte| byte == b'\n').nth(line.checked_sub(1)? as usize)?;
        Some(String::from_utf8_lossy(found).trim_end().to_string())
    }
}

impl MergedUnit {
    /// The place in the original sources of the token at an offset of the merged text.
    ///
    /// The preprocessor keeps lines but not columns: the column is that of the token on the original
    /// line. Where it does not stand there (it came out of a macro) or the file cannot be read,
    /// the column is that of the line's first character.
    pub fn place(&self, offset: usize) -> Place {
        let offset = offset.min(self.text.len());
        let Some((file, line)) = self.lines.line(&self.text, offset) else { return self.unknown_place() };
        let start = self.text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
        let end = self.text[offset..].find('\n').map_or(self.text.len(), |newline| offset + newline);
        let token = Lexer::new(&self.text[offset..end]).next();
        let token = token.map_or("", |token| token.text(&self.text[offset..end]));
        let name = self.original_name(token);
        let nth = words(&self.text[start..offset], token).count();
        let preprocessed = &self.text[start..end];
        let text = self.lines.original(file, line);
        let text = text.unwrap_or_else(|| preprocessed.replace(token, name));
        let places: Vec<usize> = words(&text, name).collect();
        let found = places.get(nth).or(places.first());
        let (column, width) = match found {
            Some(&column) => (column, name.len()),
            None => (text.len() - text.trim_start().len(), 0),
        };
        let file = self.lines.files[file].clone();
        Place { file, line, column: column as u32 + 1, text, width: width as u32 }
    }

    fn unknown_place(&self) -> Place {
        let file = self.units.first().cloned().unwrap_or_default();
        Place { file, line: 1, column: 1, text: String::new(), width: 0 }
    }

    fn original_name<'n>(&'n self, merged: &'n str) -> &'n str {
        let renamed = self.renamed.iter().find(|renamed| renamed.merged == merged);
        renamed.map_or(merged, |renamed| &renamed.original)
    }
}

/// Where `word` stands in a line as a token.
fn words<'l>(line: &'l str, word: &'l str) -> impl Iterator<Item = usize> + 'l {
    Lexer::new(line)
        .filter(move |token| !word.is_empty() && token.text(line) == word)
        .map(|token| token.start)
}
