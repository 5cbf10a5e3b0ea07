//! Replacements in a text, in layers: a function's own edits above those of the whole program.

use crate::model::Program;
use std::collections::BTreeMap;
use std::ops::Range;

/// Replacements by range. Ranges of one layer never overlap; where ranges of two layers do, the
/// one that begins first counts, and of two that begin together the upper one.
#[derive(Debug, Default)]
pub struct Edits<'b> {
    below: Option<&'b Edits<'b>>,
    by_start: BTreeMap<usize, (usize, String)>,
    /// What the patch's names of the text's nameless types end in.
    suffix: &'static str,
}

impl Edits<'_> {
    /// None yet, for the old program's text.
    pub fn of_old_types() -> Self {
        Self { suffix: "__old", ..Self::default() }
    }

    /// A new layer above this one.
    pub fn over(&self) -> Edits<'_> {
        Edits { below: Some(self), by_start: BTreeMap::new(), suffix: self.suffix }
    }

    /// Replaces a range.
    pub fn replace(&mut self, range: Range<usize>, with: impl Into<String>) {
        self.by_start.insert(range.start, (range.end, with.into()));
    }

    /// The patch's own name for a record or enumeration without tag, by its place.
    pub fn nameless(&self, at: usize) -> String {
        format!("polus__nameless_{at}{}", self.suffix)
    }

    /// Cuts a range out of a program's text, edits applied.
    pub fn cut(&self, program: &Program, range: Range<usize>) -> String {
        self.apply(&program.unit.text, range)
    }

    /// The same of any text.
    pub fn apply(&self, text: &str, range: Range<usize>) -> String {
        let mut out = String::with_capacity(range.len() + 32);
        let mut at = range.start;
        for (start, (end, with)) in self.within(range.clone()) {
            if start < at {
                continue;
            }
            out.push_str(&text[at..start]);
            out.push_str(with);
            at = *end;
        }
        out.push_str(&text[at.min(range.end)..range.end]);
        out
    }

    /// The replacements that begin in a range, of all layers.
    fn within(&self, range: Range<usize>) -> BTreeMap<usize, &(usize, String)> {
        let mut found = self.below.map_or_else(BTreeMap::new, |below| below.within(range.clone()));
        found.extend(self.by_start.range(range).map(|(&start, edit)| (start, edit)));
        found
    }
}
