//! What each item of the new program is called in the patch, and what it is there (paper 3.1).

use super::history::Naming;
use super::{lost, threads};
use crate::clang::{Kind, Role};
use crate::cross::{Crossing, Versions};
use crate::diff::{Change, Modification};
use crate::merge::Origin;
use crate::model::{ItemId, Program, aliased};
use crate::running::Running;
use polus_runtime::rules::Rule;
use std::collections::{BTreeMap, BTreeSet};

/// What an item is to the patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A function that takes the place of its old version.
    Replaced,
    /// A function that old code never calls.
    Added,
    /// An unchanged function, or a variable with a known value, whose text the patch repeats.
    Copied,
    /// A global of which the patch has an instance of its own.
    Instance,
    /// It stays in the process.
    Import,
    /// What the process chose when it started.
    Chosen,
    /// Of a library.
    Library,
    /// Hand-written code, or what polusc provides for it.
    ByHand,
}

/// Names and standings of the new program's functions and globals.
pub struct Names {
    standing: BTreeMap<ItemId, Standing>,
    named: BTreeMap<ItemId, String>,
    /// Functions that the binary holds only inlined or as clones.
    without_entry: BTreeSet<ItemId>,
    /// What the binary defines though no C text does: of assembler, of a library linked in.
    foreign: BTreeSet<ItemId>,
    /// Functions whose every caller the compiler knew: it may have fitted them to those calls.
    local: BTreeSet<ItemId>,
    /// Other names of what the program defines.
    aliases: BTreeMap<ItemId, ItemId>,
    /// Functions chosen at start, each with the C expression of the choice and its place in the binary.
    chosen: BTreeMap<ItemId, (String, u64)>,
    /// Globals without an object in the binary.
    gone: BTreeSet<ItemId>,
    /// Thread variables of earlier patches, reached by a function.
    threads: BTreeMap<ItemId, String>,
}

impl Names {
    /// Chooses for every function and global of the new program.
    pub fn choose(
        versions: Versions,
        crossing: &Crossing,
        running: Option<&Running>,
        naming: &mut Naming,
    ) -> Self {
        let mut names = Self {
            threads: threads::brought(versions, crossing, naming),
            standing: BTreeMap::new(),
            named: BTreeMap::new(),
            without_entry: BTreeSet::new(),
            foreign: running.map_or_else(BTreeSet::new, |running| foreign(versions.new, running)),
            local: local(versions, running),
            aliases: aliases(versions.new),
            chosen: BTreeMap::new(),
            gone: running.map_or_else(BTreeSet::new, |running| lost::gone(versions, running)),
        };
        let retyped = retyped(versions);
        for &id in versions.relations.affected.keys() {
            let standing = if retyped.contains(&id) { Standing::Added } else { Standing::Replaced };
            names.give(versions.new, id, standing, naming, true);
        }
        for change in &versions.changes.functions {
            if let Change::Added { new } = *change {
                names.give(versions.new, new, Standing::Added, naming, false);
            }
        }
        for id in crossing.migrated.iter().map(|(_, new)| *new).chain(crossing.fresh.iter().copied()) {
            let existing = versions.changes.pairing.to_old[id].is_some();
            names.give(versions.new, id, Standing::Instance, naming, existing);
        }
        names.find_missing_entries(versions, running, naming);
        names.find_choices(versions, running, naming);
        names
    }

    fn give(&mut self, new: &Program, id: ItemId, standing: Standing, naming: &mut Naming, existing: bool) {
        let version = naming.version(&new.key(id), existing);
        let mut name = format!("{}_v{version}", new.items[id].entity.name);
        while !new.named(&name).is_empty() {
            name.push('_');
        }
        self.standing.insert(id, standing);
        self.named.insert(id, name);
    }

    /// Functions that the binary holds only inlined or as clones cannot be imported.
    fn find_missing_entries(&mut self, versions: Versions, running: Option<&Running>, naming: &Naming) {
        let Some(running) = running else { return };
        for id in versions.new.own(Kind::Function) {
            let Some(old) = versions.changes.pairing.to_old[id] else { continue };
            let replaced = self.standing.get(&id) == Some(&Standing::Replaced);
            // Nothing calls `main` again, and a jump would wait until it is left.
            let main = versions.new.items[id].original == "main";
            let bare = || running.obstacle(old).is_some() || main && running.returns_to_entry(old);
            let reachable = running.has_entry(old) && !(replaced && bare());
            if !naming.is_known(&versions.new.key(id)) && !reachable {
                self.without_entry.insert(id);
            }
        }
    }

    fn find_choices(&mut self, versions: Versions, running: Option<&Running>, naming: &Naming) {
        let (new, Some(running)) = (versions.new, running) else { return };
        let functions = (0..new.items.len()).filter(|&id| new.items[id].kind() == Kind::Function);
        let kept = functions.filter(|id| !self.standing.contains_key(id) && !naming.is_known(&new.key(*id)));
        let chosen = kept.filter_map(|id| {
            let place = running.choice(versions.changes.pairing.to_old[id]?)?;
            Some((id, (format!("(*polus__chosen_{})", new.items[id].entity.name), place)))
        });
        self.chosen = chosen.collect();
    }

    /// Stated address of the word that holds what the process chose for a function.
    pub fn choice(&self, id: ItemId) -> Option<u64> {
        self.chosen.get(&id).map(|(_, place)| *place)
    }

    /// What an item is another name of, or itself.
    pub fn behind(&self, id: ItemId) -> ItemId {
        self.aliases.get(&id).copied().unwrap_or(id)
    }

    /// The binary holds no ordinary entry of the function.
    pub fn lacks_entry(&self, id: ItemId) -> bool {
        self.without_entry.contains(&id)
    }

    /// What an item is to the patch.
    pub fn standing(&self, new: &Program, id: ItemId) -> Standing {
        if let Some(standing) = self.standing.get(&id) {
            return standing.clone();
        }
        let item = &new.items[id];
        let function = item.kind() == Kind::Function;
        match () {
            () if item.origin == Origin::Provided => Standing::ByHand,
            () if item.origin == Origin::ByHand && item.defined() && !item.system => Standing::ByHand,
            () if self.chosen.contains_key(&id) => Standing::Chosen,
            () if self.foreign.contains(&id) => Standing::Import,
            () if new.views.get(&id).is_some_and(|&of| new.items[of].defined()) => Standing::Import,
            () if !item.defined() || item.system => Standing::Library,
            () if function && (item.entity.inline || self.lacks_entry(id) || self.local.contains(&id)) => {
                Standing::Copied
            }
            () if self.gone.contains(&id) => Standing::Copied,
            () => Standing::Import,
        }
    }

    /// The name under which a use of the item appears in the patch.
    pub fn reference<'n>(&'n self, new: &'n Program, id: ItemId, role: &Role) -> &'n str {
        let id = self.behind(id);
        let plain = &new.items[id].entity.name;
        if let Some((choice, _)) = self.chosen.get(&id) {
            return choice;
        }
        let identity = Rule::Identity.holds()
            && *role != Role::Call
            && self.standing.get(&id) == Some(&Standing::Replaced);
        if identity && !self.lacks_entry(id) {
            return plain;
        }
        self.named.get(&id).or_else(|| self.threads.get(&id)).unwrap_or(plain)
    }

    /// It is a thread variable that an earlier patch brought.
    pub fn is_brought_thread(&self, id: ItemId) -> bool {
        self.threads.contains_key(&id)
    }

    /// The name of the patch's own version of an item.
    pub fn own<'n>(&'n self, new: &'n Program, id: ItemId) -> &'n str {
        self.named.get(&id).unwrap_or(&new.items[id].entity.name)
    }

    /// Items that the patch defines under a name of its own, functions or globals.
    pub fn defined(&self) -> impl Iterator<Item = (ItemId, &Standing)> {
        self.standing.iter().map(|(id, standing)| (*id, standing))
    }
}

/// Aliases of functions and globals that the program defines, where both have the same type.
fn aliases(new: &Program) -> BTreeMap<ItemId, ItemId> {
    let objects =
        (0..new.items.len()).filter(|&id| matches!(new.items[id].kind(), Kind::Function | Kind::Variable));
    let declared = objects.filter(|&id| !new.items[id].defined() && Rule::Names.holds());
    let pairs = declared.filter_map(|id| Some((id, aliased(new, id)?)));
    pairs.filter(|(id, of)| new.items[*id].entity.shape == new.items[*of].entity.shape).collect()
}

/// Declared only, and in the binary: its own dynamic symbols need not name them.
fn foreign(new: &Program, running: &Running) -> BTreeSet<ItemId> {
    let objects =
        new.items.iter().enumerate().filter(|(_, i)| matches!(i.kind(), Kind::Function | Kind::Variable));
    let declared = objects.filter(|(_, i)| !i.defined() && !i.system && i.entity.external);
    declared.filter(|(_, i)| running.defines(&i.original)).map(|(id, _)| id).collect()
}

/// Functions whose type changed: old code goes on with the old one (design rule 6).
fn retyped(versions: Versions) -> Vec<ItemId> {
    let changes = versions.changes.functions.iter();
    let changes = changes.filter(|c| Rule::Signatures.holds() && c.is(Modification::Signature));
    changes.filter_map(Change::new_item).collect()
}

/// Functions of which the compiler knew every caller: what it assumed of their arguments need not hold for
/// calls from the patch. Without the binary: statics that the old program only calls, never points to.
fn local(versions: Versions, running: Option<&Running>) -> BTreeSet<ItemId> {
    let old = versions.old;
    let pointed: BTreeSet<ItemId> =
        old.uses.iter().filter(|u| u.role == Role::Value).map(|u| u.target).collect();
    let is_local = |id: &ItemId| match running {
        Some(running) => running.is_confined(*id),
        None => Rule::Fitted.holds() && !old.items[*id].entity.external && !pointed.contains(id),
    };
    let confined = old.own(Kind::Function).filter(is_local);
    confined.filter_map(|id| versions.changes.pairing.to_new[id]).collect()
}
