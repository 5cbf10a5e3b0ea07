//! Identifiers as numbers.

use rustc_hash::FxHashMap;

/// A name in one of C's two file-scope name spaces: tags, and everything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Name(u32);

impl Name {
    pub(super) fn new(identifier: u32, tag: bool) -> Self {
        Self(identifier * 2 + u32::from(tag))
    }
    /// It names a `struct`, `union` or `enum`.
    pub(super) fn tag(self) -> bool {
        self.0 & 1 == 1
    }
    pub(super) fn identifier(self) -> u32 {
        self.0 / 2
    }
    /// A dense index.
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// All identifiers of a program.
#[derive(Debug, Default)]
pub(super) struct Identifiers {
    ids: FxHashMap<String, u32>,
    texts: Vec<String>,
}

impl Identifiers {
    pub(super) fn intern(&mut self, text: &str) -> u32 {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = self.texts.len() as u32;
        self.ids.insert(text.to_string(), id);
        self.texts.push(text.to_string());
        id
    }
    pub(super) fn get(&self, text: &str) -> Option<u32> {
        self.ids.get(text).copied()
    }
    pub(super) fn text(&self, id: u32) -> &str {
        &self.texts[id as usize]
    }
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }
}
