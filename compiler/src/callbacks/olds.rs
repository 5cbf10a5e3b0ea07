//! What `NAME__old` means in a callbacks file.

use super::names::like;
use crate::clang::{Kind, Role};
use crate::cross::Versions;
use crate::diag::Diagnostic;
use crate::diff::Modification;
use crate::merge::Mentioned;
use crate::model::{ItemId, Program};
use std::collections::BTreeMap;

/// What a callbacks file names of the old program; all items are of that.
#[derive(Clone, Debug, Default)]
pub struct Olds {
    /// Types that are not the new program's, too.
    pub types: Vec<ItemId>,
    /// Globals whose old instance is not the one that new code uses.
    pub instances: Vec<ItemId>,
    /// Globals of which only the type is needed.
    pub carried: Vec<ItemId>,
    /// Enumerators, with their old values.
    pub enumerators: BTreeMap<String, i64>,
    /// Names, tags with a blank before them, that mean what the new program has under another name.
    pub renames: BTreeMap<String, String>,
}

const SUFFIX: &str = "__old";

impl Olds {
    /// The patch names these old instances, too.
    pub fn name_instances(&mut self, more: impl Iterator<Item = ItemId>) {
        self.instances.extend(more);
        self.instances.sort_unstable();
        self.instances.dedup();
    }
}

/// Finds what is meant by each name that ends in `__old`.
///
/// # Errors
/// Names that nothing of the old program has, and what cannot be named.
pub fn olds(mentions: &[Mentioned], versions: Versions) -> Result<Olds, Vec<Diagnostic>> {
    let (mut olds, mut errors) = (Olds::default(), vec![]);
    for mention in mentions {
        let Some(base) = mention.name.strip_suffix(SUFFIX).filter(|base| !base.is_empty()) else { continue };
        let search = Search { versions, mention, base };
        if versions.new.named(&mention.name).is_empty() {
            errors.extend(search.note(&mut olds).err().map(|error| *error));
        }
    }
    olds.types.sort_unstable();
    olds.instances.sort_unstable();
    if errors.is_empty() { Ok(olds) } else { Err(errors) }
}

struct Search<'s> {
    versions: Versions<'s>,
    mention: &'s Mentioned,
    base: &'s str,
}

impl Search<'_> {
    fn note(&self, olds: &mut Olds) -> Result<(), Box<Diagnostic>> {
        let old = self.versions.old;
        let Some(id) = self.item() else {
            let value = old.items.iter().flat_map(|i| &i.entity.enumerators).find(|(n, _)| n == self.base);
            let (_, value) = value.filter(|_| !self.mention.tag).ok_or_else(|| self.unknown())?;
            olds.enumerators.insert(self.base.to_string(), *value);
            return Ok(());
        };
        let theirs = self.versions.changes.pairing.to_new[id];
        match (old.items[id].kind(), theirs) {
            (Kind::Function, _) => return Err(self.function(id)),
            (Kind::Variable, _) if old.items[id].entity.thread => return Err(self.thread(id)),
            (Kind::Variable, Some(theirs)) if self.keeps_place(theirs) => self.same(theirs, olds),
            (Kind::Variable, _) => olds.instances.push(id),
            (_, Some(theirs)) if !self.is_changed(id) => self.same(theirs, olds),
            (_, _) => olds.types.push(id),
        }
        self.spelled(id, olds);
        Ok(())
    }

    /// The new program's name stands for it as well.
    fn same(&self, theirs: ItemId, olds: &mut Olds) {
        olds.renames.insert(self.key(), self.versions.new.items[theirs].entity.name.clone());
    }

    /// The old program's own name, where the file spells it otherwise.
    fn spelled(&self, id: ItemId, olds: &mut Olds) {
        let name = &self.versions.old.items[id].entity.name;
        if name != self.base && !olds.renames.contains_key(&self.key()) {
            olds.renames.insert(self.key(), format!("{name}{SUFFIX}"));
        }
    }

    fn key(&self) -> String {
        let blank = if self.mention.tag { " " } else { "" };
        format!("{blank}{}", self.mention.name)
    }

    /// By the new program's name, by the old one's, or by that in the sources if only one thing has it.
    fn item(&self) -> Option<ItemId> {
        let Versions { old, new, changes, .. } = self.versions;
        let ours = |id: &&ItemId| self.fits(old, **id);
        let paired = new.named(self.base).iter().filter(|id| self.fits(new, **id));
        let paired = paired.filter_map(|&id| changes.pairing.to_old[id]).next();
        paired.or_else(|| old.named(self.base).iter().find(ours).copied()).or_else(|| {
            let mut all =
                (0..old.items.len()).filter(|&id| old.items[id].original == self.base && self.fits(old, id));
            all.next().filter(|_| all.next().is_none())
        })
    }

    fn fits(&self, program: &Program, id: ItemId) -> bool {
        let item = &program.items[id];
        let tag = matches!(item.kind(), Kind::Record | Kind::Enum);
        let outside = item.entity.function.is_none() && item.of_program() && !item.system;
        tag == self.mention.tag && outside && (item.defined() || item.kind() == Kind::Typedef)
    }

    /// New code uses the instance that old code uses.
    fn keeps_place(&self, theirs: ItemId) -> bool {
        let Versions { new, changes, relations, .. } = self.versions;
        let initialised = changes.globals.iter().filter(|c| c.is(Modification::Initializer));
        let constant = new.items[theirs].entity.constant
            && initialised.filter_map(|c| c.new_item()).any(|id| id == theirs);
        new.items[theirs].defined() && !constant && !relations.globals.contains(&theirs)
    }

    /// The type differs, or it is a name for a pointer to one that does.
    fn is_changed(&self, id: ItemId) -> bool {
        let Versions { old, changes, relations, .. } = self.versions;
        let differs = changes.pairing.to_new[id].is_none_or(|new| relations.types.contains(&new));
        let mut meant = old.uses_in(id).iter().filter(|u| u.role == Role::Mention && u.target != id);
        differs
            || old.items[id].kind() == Kind::Typedef
                && meant.any(|u| is_type(old, u.target) && self.is_changed(u.target))
    }

    fn error(&self, title: String) -> Diagnostic {
        Diagnostic::error(title).at(self.mention.place.clone(), "named here")
    }

    fn unknown(&self) -> Box<Diagnostic> {
        let old = self.versions.old;
        let told = self.error(format!("the old version has no {}", self.base));
        let all = (0..old.items.len()).filter(|&id| self.fits(old, id));
        Box::new(match like(self.base, all.map(|id| old.items[id].entity.name.as_str())) {
            Some(name) => told.help(format!("did you mean {name}__old?")),
            None => told.help("NAME__old is the type or global NAME of the old version"),
        })
    }

    fn function(&self, id: ItemId) -> Box<Diagnostic> {
        let old = self.versions.old;
        let told = self.error(format!("the old function {} cannot be called", old.title(id)));
        let told = told.at(old.place(id), "the old function");
        Box::new(told.note("once the update has begun, its entry leads to the new version").help(format!(
            "call {}, the new version, or repeat what is needed of the old one in this file",
            self.base
        )))
    }

    fn thread(&self, id: ItemId) -> Box<Diagnostic> {
        let old = self.versions.old;
        let told = self.error(format!("{} has an old instance in every thread", old.title(id)));
        Box::new(told.at(old.place(id), "the old declaration").help("use it in functions of the program"))
    }
}

fn is_type(program: &Program, id: ItemId) -> bool {
    matches!(program.items[id].kind(), Kind::Record | Kind::Typedef)
}
