//! Hand-written code: what runs at the moments of an update, and what carries a variable in place of
//! generated state synchronization (paper 3.4).

mod check;
mod names;
mod olds;
mod spell;
mod subject;

pub use check::check;
pub use names::recognise;
pub use olds::{Olds, olds};
pub use spell::spell;
pub use subject::{subjects, unsuitable};

use crate::diag::Place;
use crate::model::ItemId;

/// The declaration of the function by which a pre-update callback forbids the update.
pub const VETO: &str = "static void polus_veto(const char *reason);";

/// What a hand-written function is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Before the update starts.
    PreUpdate,
    /// A thread left the old version of a function.
    ThreadLeft,
    /// All threads did.
    FunctionLeft,
    /// No active old function uses a variable any more.
    DataUnused,
    /// The update has terminated.
    PostUpdate,
    /// It carries a variable from its old instance to the new one.
    ToNew,
    /// It carries it back.
    ToOld,
    /// It sets the new fields of an object that existed before.
    Extend,
}

/// A function of the callbacks file that polusc knows by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub purpose: Purpose,
    /// The function or variable that it is about, as its name spells it; else empty.
    pub subject: String,
    /// Where its name stands.
    pub place: Place,
}

/// What a hand-written function is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The update as a whole.
    Update,
    /// A function of the old program, and its new version if there is one.
    Function(ItemId, Option<ItemId>),
    /// A global of both programs: (old item, new item).
    Variable(ItemId, ItemId),
    /// A record of the new program.
    Type(ItemId),
}

/// A hand-written function and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// The function.
    pub written: Written,
    /// Its subject.
    pub subject: Subject,
}

impl Called {
    /// The global that it carries: (old item, new item).
    pub fn carried(&self) -> Option<(ItemId, ItemId)> {
        match (self.written.purpose, self.subject) {
            (Purpose::ToNew | Purpose::ToOld, Subject::Variable(old, new)) => Some((old, new)),
            _ => None,
        }
    }
}

/// A callbacks file, with all that its names mean.
#[derive(Clone, Debug, Default)]
pub struct Callbacks {
    /// The functions that polusc knows, in the order of the file.
    pub called: Vec<Called>,
    /// What it names of the old version.
    pub olds: Olds,
}

impl Callbacks {
    /// A function for that moment is given.
    pub fn has(&self, purpose: Purpose) -> bool {
        self.called.iter().any(|called| called.written.purpose == purpose)
    }
}
