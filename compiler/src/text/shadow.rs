//! A copy of equal length in which troublesome tokens are overwritten.

use std::ops::Range;

/// A text that another parser accepts, byte for byte in the places of the original.
#[derive(Clone, Debug, Default)]
pub struct Shadow {
    /// The copy; newlines stand where they stood.
    pub text: String,
    /// Bytes of the original that were blanked or replaced, sorted, not overlapping.
    /// Whoever compares syntax trees must compare these tokens too.
    pub changed: Vec<Range<usize>>,
}

/// A shadow in the making.
pub(super) struct Canvas {
    bytes: Vec<u8>,
    changed: Vec<Range<usize>>,
}

impl Canvas {
    pub(super) fn new(text: &str) -> Self {
        Self { bytes: text.as_bytes().to_vec(), changed: vec![] }
    }

    /// Overwrites a range with blanks.
    pub(super) fn blank(&mut self, range: Range<usize>) {
        self.put(range, "");
    }

    /// Writes `word` into the range and blanks what is left of it.
    pub(super) fn put(&mut self, range: Range<usize>, word: &str) {
        debug_assert!(word.len() <= range.len(), "{word} does not fit");
        self.overwrite(range.clone(), word);
        self.changed.push(range);
    }

    /// As `put`, for a change that alters nothing: comments, spellings of one character.
    pub(super) fn overwrite(&mut self, range: Range<usize>, word: &str) {
        for byte in &mut self.bytes[range.clone()] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        self.bytes[range.start..range.start + word.len()].copy_from_slice(word.as_bytes());
    }

    /// The end of the change that was made last.
    pub(super) fn reached(&self) -> usize {
        self.changed.last().map_or(0, |range| range.end)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn finish(mut self) -> Shadow {
        self.changed.sort_by_key(|range| (range.start, range.end));
        let mut merged: Vec<Range<usize>> = Vec::with_capacity(self.changed.len());
        for range in self.changed {
            match merged.last_mut() {
                Some(last) if range.start < last.end => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
        }
        let text = String::from_utf8(self.bytes).expect("tokens begin and end between characters");
        Shadow { text, changed: merged }
    }
}

/// Index of the token that closes the bracket opened at `open`; the last token if none does.
pub(super) fn closing(tokens: &[super::Token], source: &[u8], open: usize) -> usize {
    let mut depth = 0usize;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        if token.kind != super::Kind::Punct {
            continue;
        }
        match source[token.start] {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return index;
                }
            }
            _ => {}
        }
    }
    tokens.len() - 1
}
