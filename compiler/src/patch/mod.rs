//! Stage 7: the patch as a value: what it defines, what it needs, what it tells the injector
//! (paper 4.1, 4.2).

mod by_hand;
mod closure;
mod cut;
mod emit;
mod entry;
pub mod history;
mod lost;
mod names;
mod reach;
mod render;
mod statics;
mod sync;
mod tables;
mod target;
mod threads;
mod views;

pub use emit::{instance_type, provided};
pub use reach::{looping, without_effect};
pub use render::render;
pub use tables::{CallbackRow, FunctionRow, ImportRow, LayoutRow, UseRow, VariableRow};

use crate::callbacks::Callbacks;
use crate::cross::{Crossing, Versions};
use crate::diag::Diagnostic;
use crate::model::ItemId;
use crate::running::Running;
use history::{History, Step};
use std::collections::BTreeMap;

/// A piece of C text with the reason for its presence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Where it comes from and why it is there.
    pub why: String,
    /// C text.
    pub text: String,
}

impl Block {
    /// Of text cut from the program.
    fn new(why: String, text: &str) -> Self {
        Self { why, text: cut::tidy(text) }
    }
}

/// What identifies a patch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The program's name, for people.
    pub program: String,
    /// Digest of the old program.
    pub from: String,
    /// Digest of the new program.
    pub to: String,
    /// The process's version before.
    pub from_version: u32,
    /// The process's version after.
    pub to_version: u32,
    /// Build-id of the running binary; empty without one.
    pub build_id: String,
    /// Digest of the running binary's text, where it has no build-id.
    pub text_digest: String,
}

/// Everything that `patch.c` holds, in the order of its sections.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    /// Which patch it is.
    pub identity: Identity,
    /// Flags of the program's own build that change what code means.
    pub optimize: Vec<String>,
    /// Instructions beyond the least that all of the patch's functions may use.
    pub target: Vec<String>,
    /// Types, prototypes and objects that stay in the process.
    pub declarations: Vec<Block>,
    /// Symbols that the injector binds.
    pub weak: Vec<String>,
    /// Types of old instances.
    pub old_types: Vec<Block>,
    /// Prototypes of the patch's own functions.
    pub prototypes: Vec<Block>,
    /// New and changed globals.
    pub globals: Vec<Block>,
    /// New and changed functions, and copies of inline ones.
    pub functions: Vec<Block>,
    /// Hand-written code.
    pub callbacks: Vec<Block>,
    /// State synchronization functions.
    pub synchronization: Vec<Block>,
    /// The tables.
    pub tables: tables::Tables,
}

/// What assembling needs besides the two versions.
pub struct Request<'r> {
    /// What is in the running binary, if it was given.
    pub running: Option<&'r Running<'r>>,
    /// The version file's contents.
    pub history: &'r History,
    /// The program's name.
    pub program: String,
    /// Digests of both programs.
    pub digests: (String, String),
    /// Flags that change what code means.
    pub optimize: Vec<String>,
    /// What the units of the new program may use, by path.
    pub targets: &'r BTreeMap<String, Vec<String>>,
    /// Hand-written code, and when it runs.
    pub callbacks: &'r Callbacks,
}

/// Assembles the patch, and the step that the version file is to record.
///
/// # Errors
/// What cannot be expressed in a patch, with its place.
pub fn assemble(
    versions: Versions,
    crossing: &Crossing,
    request: &Request,
) -> Result<(Patch, Step), Vec<Diagnostic>> {
    let (from, to) = &request.digests;
    let mut naming = request.history.step(from, to);
    let names = names::Names::choose(versions, crossing, request.running, &mut naming);
    if let Some(running) = request.running {
        reach::check(versions, running, &names)?;
    }
    let closure = closure::close(versions, crossing, &names);
    if let Some(running) = request.running {
        let lost = lost::check(versions, crossing, &names, &closure, running);
        if !lost.is_empty() {
            return Err(lost);
        }
    }
    let impossible = by_hand::check(versions, &names, request);
    if !impossible.is_empty() {
        return Err(impossible);
    }
    let seen_otherwise = views::check(versions, &names, &closure);
    if !seen_otherwise.is_empty() {
        return Err(seen_otherwise);
    }
    let mut patch = emit::emit(versions, crossing, &names, &closure, request)?;
    tables::fill(versions, crossing, &names, &closure, request, &mut patch);
    if let Some(running) = request.running {
        entry::keep(versions, running, &mut patch)?;
    }
    patch.optimize = request.optimize.clone();
    patch.target = target::common(versions.new, &names, &closure, request.targets)?;
    patch.identity = Identity {
        program: request.program.clone(),
        from: from.clone(),
        to: to.clone(),
        from_version: naming.step.version - 1,
        to_version: naming.step.version,
        build_id: request.running.and_then(Running::build_id).unwrap_or_default(),
        text_digest: request.running.map_or(String::new(), Running::text_digest),
    };
    for own in patch.tables.statics.iter().filter(|s| matches!(s.fate, statics::Fate::Own(_))) {
        naming.version(&versions.new.key(own.item), versions.changes.pairing.to_old[own.item].is_some());
    }
    naming.step.copies = closure.copies_by_holder(versions.new, &names);
    Ok((patch, naming.step))
}

/// `src/net.c:14`, for comments.
fn at(program: &crate::model::Program, id: ItemId) -> String {
    let place = program.place(id);
    format!("{}:{}", place.file, place.line)
}
