//! How each function of a patch is redirected, and why it is in the patch: for `polus check`.

use crate::facts::patch_file::{Function, PatchFile};
use crate::facts::registry::{Record, Registry};
use crate::plan::load::{Entry, Load, Place};
use polus_runtime::abi::kind;
use serde::Serialize;
use std::fmt;

/// One function of a patch in one process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// As the program spells it.
    pub name: String,
    /// Its source file, if it is static.
    pub file: String,
    /// Its name in the patch.
    pub version_name: String,
    /// Actual address of the entry that becomes a jump, if one does.
    pub entry: Option<u64>,
    /// What happens to its old code.
    pub how: String,
    /// As the constructor saw it.
    pub why: String,
}

/// Explains every function of `patch`, in the order of its tables.
pub fn explain(patch: &PatchFile, load: &Load, registry: &Registry) -> Vec<Explanation> {
    let functions = patch.tables.functions.iter();
    functions
        .map(|function| {
            let entry = old_entry(function, load, registry);
            Explanation {
                name: function.name.clone(),
                file: function.file.clone(),
                version_name: function.version_name.clone(),
                entry: entry.as_ref().map(|(address, _)| *address),
                how: how(function, entry),
                why: function.reason.clone(),
            }
        })
        .collect()
}

/// Address and flags of the newest entry that old callers come to, if the function has one.
fn old_entry(function: &Function, load: &Load, registry: &Registry) -> Option<(u64, u32)> {
    if function.kind != kind::REPLACED || function.flags & kind::NO_ENTRY != 0 {
        return None;
    }
    let new = load.entries.iter().find(|entry| entry.code == Place::Patch(function.code))?;
    let own = |entry: &&Entry| entry.identity == new.identity && entry.flags & kind::ORIGIN != 0;
    let Place::Process(identity) = new.identity else { return None };
    let flags = load.entries.iter().find(own).map(|entry| entry.flags);
    let known =
        |record: &Record| record.entries.iter().find(|entry| entry.code == identity).map(|entry| entry.flags);
    let flags = flags.or_else(|| registry.records.iter().find_map(known)).unwrap_or(0);
    Some((identity, flags))
}

fn how(function: &Function, entry: Option<(u64, u32)>) -> String {
    let mut how = match (function.kind, entry) {
        (kind::ADDED, _) => "new: only the patch calls it".to_string(),
        (kind::REMOVED, _) => "gone: its old code stays for who is in it".to_string(),
        (_, None) => "no entry in the executable: only the patch calls it".to_string(),
        (_, Some((address, _))) => format!("a jump at its entry {address:#x}"),
    };
    if entry.is_some_and(|(_, flags)| flags & kind::BRANCH_TO_ENTRY != 0) {
        how += ", written while no thread is in it: its own branches lead into those bytes";
    }
    if function.flags & kind::NEVER_RETURNS != 0 {
        how += "; it never returns: a thread that is in it stays in the old code";
    }
    how
}

impl fmt::Display for Explanation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = if self.file.is_empty() { String::new() } else { format!(" ({})", self.file) };
        writeln!(out, "  {}{file}: {}", self.name, self.how)?;
        write!(out, "      because {}", self.why)
    }
}
