//! Stage 4: what changed between two versions, by meaning (paper 4.2).

mod functions;
mod globals;
mod literal;
mod normal;
mod pair;
mod redefined;
mod scopes;
mod types;

pub use pair::Pairing;

use crate::clang::Kind;
use crate::model::{ItemId, Program};
use std::collections::BTreeSet;

/// How two versions of an item differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Modification {
    /// A type's size, fields or values; what a typedef stands for.
    Layout,
    /// A function's parameters or result.
    Signature,
    /// A function's statements.
    Body,
    /// A global's type.
    Type,
    /// A global's initial value.
    Initializer,
    /// A global became or ceased to be `const` or `__thread`.
    Storage,
}

/// One changed item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Only the new program has it.
    Added {
        /// In the new program.
        new: ItemId,
    },
    /// Only the old program has it.
    Removed {
        /// In the old program.
        old: ItemId,
    },
    /// Both have it, and it differs.
    Modified {
        /// In the old program.
        old: ItemId,
        /// In the new program.
        new: ItemId,
        /// How.
        how: Vec<Modification>,
    },
}

impl Change {
    /// The item in the new program.
    pub fn new_item(&self) -> Option<ItemId> {
        match *self {
            Self::Added { new } | Self::Modified { new, .. } => Some(new),
            Self::Removed { .. } => None,
        }
    }

    /// The item in the old program.
    pub fn old_item(&self) -> Option<ItemId> {
        match *self {
            Self::Removed { old } | Self::Modified { old, .. } => Some(old),
            Self::Added { .. } => None,
        }
    }

    /// It was modified in that way.
    pub fn is(&self, what: Modification) -> bool {
        matches!(self, Self::Modified { how, .. } if how.contains(&what))
    }
}

/// All changes, by kind.
#[derive(Clone, Debug, Default)]
pub struct ChangeSet {
    /// Who is who.
    pub pairing: Pairing,
    /// Structs, unions, enumerations, typedefs.
    pub types: Vec<Change>,
    /// Variables of static storage.
    pub globals: Vec<Change>,
    /// Functions.
    pub functions: Vec<Change>,
    /// Enumerators whose value differs, wherever they stand.
    pub renumbered: BTreeSet<String>,
    /// Functions and globals of the new program whose name led to something else in the old one.
    pub redefined: BTreeSet<ItemId>,
}

impl ChangeSet {
    /// Nothing changed.
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
            && self.globals.is_empty()
            && self.functions.is_empty()
            && self.renumbered.is_empty()
            && self.redefined.is_empty()
    }

    /// Every change.
    pub fn all(&self) -> impl Iterator<Item = &Change> {
        self.types.iter().chain(&self.globals).chain(&self.functions)
    }
}

/// Compares two versions.
pub fn diff(old: &Program, new: &Program) -> ChangeSet {
    let pairing = pair::pair(old, new);
    let types = [Kind::Record, Kind::Enum, Kind::Typedef]
        .into_iter()
        .flat_map(|kind| changes(old, new, kind, &pairing, types::compare))
        .collect();
    let redefined = redefined::redefined(old, new, &pairing);
    let mut globals = changes(old, new, Kind::Variable, &pairing, globals::compare);
    for change in redefined::initialised(old, new, &pairing, &redefined) {
        if !globals.iter().any(|known| known.new_item() == change.new_item()) {
            globals.push(change);
        }
    }
    let renumbered = types::renumbered(old, new);
    for change in globals::initialised_by(old, new, &pairing, &renumbered) {
        if !globals.iter().any(|known| known.new_item() == change.new_item()) {
            globals.push(change);
        }
    }
    let functions = changes(old, new, Kind::Function, &pairing, functions::compare);
    ChangeSet { types, globals, functions, renumbered, redefined, pairing }
}

type Compare = fn(&Program, ItemId, &Program, ItemId) -> Vec<Modification>;

/// Changes of one kind among what the programs themselves define.
fn changes(old: &Program, new: &Program, kind: Kind, pairing: &Pairing, compare: Compare) -> Vec<Change> {
    let named = |program: &Program, id: ItemId| !program.items[id].original.is_empty();
    let counterpart = |id: ItemId| pairing.to_new[id].filter(|&n| is_own(new, n));
    let mut found: Vec<Change> = vec![];
    for id in old.own(kind).filter(|&id| named(old, id)) {
        match counterpart(id) {
            None => found.push(Change::Removed { old: id }),
            Some(other) => {
                let how = compare(old, id, new, other);
                if !how.is_empty() {
                    found.push(Change::Modified { old: id, new: other, how });
                }
            }
        }
    }
    let is_new = |&id: &ItemId| named(new, id) && pairing.to_old[id].is_none_or(|o| !is_own(old, o));
    found.extend(new.own(kind).filter(is_new).map(|new| Change::Added { new }));
    found
}

fn is_own(program: &Program, id: ItemId) -> bool {
    program.items[id].defined() && !program.items[id].system && program.items[id].of_program()
}

/// Locations and names of a program, for normal forms of its chunks.
struct Source<'p> {
    program: &'p Program,
    syntax: &'p crate::model::Syntax,
}

impl normal::Context for Source<'_> {
    fn original<'n>(&'n self, name: &'n str) -> &'n str {
        self.program.named(name).first().map_or(name, |&id| self.program.items[id].original.as_str())
    }

    fn own_line(&self, value: u128, offset: usize) -> Option<u32> {
        let lines =
            self.program.unit.lines.logical_line(&self.program.unit.text, self.syntax.offset(offset))?;
        let value = u32::try_from(value).ok()?;
        lines.contains(&value).then(|| value - lines.start)
    }

    fn file(&self, offset: usize) -> &str {
        let unit = &self.program.unit;
        let file = unit.lines.line(&unit.text, self.syntax.offset(offset)).map(|(file, _)| file);
        file.and_then(|file| unit.lines.files.get(file)).map_or("", String::as_str)
    }

    fn root(&self) -> &str {
        &self.program.root
    }
}

/// Texts are equal but for layout.
fn same_tokens(old: &str, new: &str) -> bool {
    old == new || {
        let (ours, theirs) = (crate::text::lex(old), crate::text::lex(new));
        ours.len() == theirs.len() && ours.iter().zip(&theirs).all(|(o, n)| o.text(old) == n.text(new))
    }
}
