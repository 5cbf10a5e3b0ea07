//! Replacements that nest: an outer one is made of text in which the inner ones are done already.

use crate::merge::Revision;
use std::collections::BTreeMap;
use std::ops::Range;

/// Replacements of ranges of a text, none partly over another.
pub struct Edits<'t> {
    text: &'t str,
    /// By start and end.
    done: BTreeMap<(usize, usize), String>,
}

impl<'t> Edits<'t> {
    /// Nothing is replaced.
    pub fn new(text: &'t str) -> Self {
        Self { text, done: BTreeMap::new() }
    }

    /// A range as it reads now.
    pub fn cut(&self, range: Range<usize>) -> String {
        let mut out = String::new();
        let mut at = range.start;
        for (&(start, end), text) in self.done.range((range.start, 0)..(range.end + 1, 0)) {
            if start >= at && end <= range.end && start < range.end {
                out.push_str(&self.text[at..start]);
                out.push_str(text);
                at = end;
            }
        }
        out.push_str(&self.text[at..range.end]);
        out
    }

    /// Puts a text in the place of a range, and of what was replaced in it.
    pub fn replace(&mut self, range: Range<usize>, text: String) {
        // what was put at the end belongs to what is around
        let inner =
            |&(start, end): &(usize, usize)| start >= range.start && end <= range.end && start < range.end;
        let inside: Vec<(usize, usize)> = self
            .done
            .range((range.start, 0)..(range.end + 1, 0))
            .map(|(key, _)| *key)
            .filter(inner)
            .collect();
        for key in inside {
            self.done.remove(&key);
        }
        self.done.insert((range.start, range.end), text);
    }

    /// Puts a text at a place, behind what was put there.
    pub fn insert(&mut self, at: usize, text: &str) {
        self.done.entry((at, at)).or_default().push_str(text);
    }

    /// Something in the range was replaced.
    pub fn touches(&self, range: &Range<usize>) -> bool {
        self.done.range((range.start, 0)..(range.end, 0)).any(|((_, end), _)| *end <= range.end)
    }

    /// All of it, for a merged text.
    pub fn finish(self) -> Vec<Revision> {
        let revision = |((start, end), text): ((usize, usize), String)| Revision {
            at: start,
            rank: 0,
            length: end - start,
            text,
        };
        self.done.into_iter().map(revision).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outer_texts_are_made_of_inner_ones() {
        let mut edits = Edits::new("f(p->next->x) + y;");
        edits.replace(2..9, format!("<{}>", "p->next"));
        let inner = edits.cut(2..9);
        edits.replace(2..12, format!("[{inner}].x"));
        edits.insert(17, "!");
        edits.insert(17, "?");
        assert_eq!(edits.cut(0..18), "f([<p->next>].x) + y!?;");
        assert_eq!(edits.cut(0..17), "f([<p->next>].x) + y");
        assert_eq!(edits.finish().len(), 2);
    }
}
