//! What a piece declares at file scope, and which file-scope names it mentions.

use super::names::Name;

/// What a declared name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entity {
    Typedef,
    Enumerator,
    Tag,
    Function,
    Object,
}

/// One declaration of a file-scope name.
#[derive(Clone, Debug)]
pub(super) struct Declared {
    pub(super) name: Name,
    pub(super) entity: Entity,
    /// Where the name stands in the piece.
    pub(super) at: usize,
    /// Where its declarator ends.
    pub(super) head_end: usize,
    pub(super) is_static: bool,
    /// A body, an initialiser, a member list.
    pub(super) definition: bool,
    /// An object that the program may write.
    pub(super) mutable: bool,
    pub(super) inline: bool,
    /// `extern` within a function: it is no file-scope declaration, but binds the name.
    pub(super) within_function: bool,
    /// `int count;` of file scope: it defines the object if no other declaration does.
    pub(super) tentative: bool,
    /// The symbol that an `__asm__` label binds it to, as a number; 0: that of its name.
    pub(super) label: u32,
}

/// A file-scope name at a place of a piece, its declarations included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) at: usize,
    pub(super) name: Name,
    /// It stands in a string and means the symbol of that name.
    pub(super) symbol: bool,
}

/// The facts about one piece.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) declared: Vec<Declared>,
    pub(super) mentions: Vec<Mention>,
    /// `__func__` and its like: these change with the function's name.
    pub(super) function_names: Vec<(usize, usize)>,
    /// A function with a static variable of its own, so that two copies are not one.
    pub(super) own_state: bool,
    /// `weak` or `gnu_inline`: another definition may stand beside it.
    pub(super) replaceable: bool,
}

impl Facts {
    /// Takes in facts whose offsets count from `base` bytes before the piece.
    pub(super) fn absorb(&mut self, mut other: Facts, base: usize) {
        for declared in &mut other.declared {
            declared.at -= base;
            declared.head_end -= base;
        }
        self.declared.append(&mut other.declared);
        self.mentions.extend(other.mentions.iter().map(|m| Mention { at: m.at - base, ..*m }));
        self.function_names
            .extend(other.function_names.iter().map(|(start, end)| (start - base, end - base)));
        self.own_state |= other.own_state;
    }

    /// Puts the mentions in order.
    pub(super) fn settle(&mut self) {
        self.mentions.sort_by_key(|mention| (mention.at, mention.name));
        self.mentions.dedup();
    }
}
