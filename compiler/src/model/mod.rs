//! Stage 3: what the program is: functions, globals and types with ids, and who uses what.

mod accesses;
mod conditions;
mod endless;
mod flows;
mod following;
mod handing;
mod hidden;
mod meaning;
mod members;
mod moves;
mod origin;
mod results;
mod sites;
mod stored;
mod syntax;
mod views;

pub use accesses::{Access, accesses};
pub use endless::{ends_in, keep_for_good, never_return};
pub use following::{Follow, Holders, Obstacle};
pub use handing::handed_on;
pub use meaning::{Meaning, aliased, meaning};
pub use members::Known;
pub use results::Results;
pub use sites::{Argument, Call, Parameter, Sites, Touch};
pub use stored::{Extent, Stored};
pub use syntax::{Syntax, declared_name, local_static};

use crate::clang::{self, Bindings, Entity, EntityId, KeptLabel, Kind, Role, Use};
use crate::diag::{Diagnostic, Failure, Place, Result};
use crate::merge::{Clash, MergedUnit, Origin};
use crate::text;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

/// Number of an item in [`Program::items`].
pub type ItemId = EntityId;

/// A function, global or type, with what the merge knows of it.
#[derive(Clone, Debug)]
pub struct Item {
    /// What libclang told.
    pub entity: Entity,
    /// The name in the sources.
    pub original: String,
    /// The units that hold its definition, by index; of a declaration only: that declare it.
    pub units: Vec<usize>,
    /// It was declared in a system header.
    pub system: bool,
    /// Whose text defines it, or declares it first.
    pub origin: Origin,
}

impl Item {
    /// What it is.
    pub fn kind(&self) -> Kind {
        self.entity.kind
    }

    /// The program's own, not hand-written for a patch.
    pub fn of_program(&self) -> bool {
        self.origin == Origin::Program
    }

    /// The shape of what a function returns; a pointer's begins with a star.
    pub fn result(&self) -> &str {
        let mut depth = 0;
        let end = self.entity.shape.char_indices().find(|(_, c)| {
            depth += i32::from(*c == '(') - i32::from(*c == ')');
            depth == 0
        });
        end.map_or("", |(at, _)| self.entity.shape[at + 1..].trim_start_matches("->"))
    }

    /// The program itself defines it.
    pub fn defined(&self) -> bool {
        self.entity.declarations.iter().any(|d| d.definition)
    }
}

/// One version of a program.
#[derive(Clone, Debug)]
pub struct Program {
    /// The text that all offsets mean.
    pub unit: MergedUnit,
    /// All items, in order of the text.
    pub items: Vec<Item>,
    /// All uses, by holder.
    pub uses: Vec<Use>,
    /// Addresses of labels that statics hold, or that functions store.
    pub labels: Vec<KeptLabel>,
    /// Declarations of a function or global with a type of their own, and the item that they mean.
    /// Uses of the one are uses of the other, too.
    pub views: BTreeMap<ItemId, ItemId>,
    /// Variables that are constants though their declarations do not tell: nothing writes to them.
    unwritten: BTreeSet<ItemId>,
    /// Tables that change and are no constants, with the reason.
    pub written: BTreeMap<ItemId, Obstacle>,
    /// Variables whose addresses active functions have and nothing keeps, with all that may have one.
    pub holders: BTreeMap<ItemId, BTreeSet<ItemId>>,
    /// Folder of the sources; string literals may hold it.
    pub root: String,
    spans: Vec<Range<usize>>,
    by_name: HashMap<String, Vec<ItemId>>,
}

/// Builds the model of a merged unit.
///
/// # Errors
/// libclang is missing (its package is named), or cannot read the text (with the places).
pub fn model(unit: MergedUnit, root: String) -> Result<Program> {
    read(unit, root)?.map_err(|unreadable| Failure::Refused(unreadable.told))
}

/// Why a text has no model.
#[derive(Clone, Debug)]
pub struct Unreadable {
    /// What libclang could not read.
    pub told: Vec<Diagnostic>,
    /// Where that stands in the text.
    pub at: Vec<usize>,
    /// Declarations that clash only since they stand in one text.
    pub clashes: Vec<Clash>,
}

/// Problems that are told of one text.
const SHOWN: usize = 20;

/// Builds the model, or tells what in the text forbids it.
///
/// # Errors
/// libclang is missing.
pub fn read(unit: MergedUnit, root: String) -> Result<std::result::Result<Program, Unreadable>> {
    let added = unit.own_text().len();
    let strict = (added < unit.text.len()).then_some(added);
    let mut bindings = clang::bind(&text::shadow_clang(&unit.text).text, strict).map_err(unavailable)?;
    if !bindings.problems.is_empty() {
        let clashes = views::clashes(&unit, &bindings.problems);
        let at = bindings.problems.iter().take(SHOWN).map(|problem| problem.offset).collect();
        return Ok(Err(Unreadable { told: unreadable(&unit, &bindings), at, clashes }));
    }
    hidden::add(&unit.text, &mut bindings);
    Ok(Ok(Program::new(unit, bindings, root)))
}

/// libclang cannot be used.
pub fn unavailable(why: clang::Unavailable) -> Failure {
    Failure::Environment(match why {
        clang::Unavailable::NotFound(message) => format!(
            "libclang cannot be loaded ({message}); install it (Debian: apt install libclang1), \
             or set LIBCLANG_PATH to its folder"
        ),
        clang::Unavailable::NoUnit(code) => format!("libclang gave no translation unit (code {code})"),
    })
}

fn unreadable(unit: &MergedUnit, bindings: &Bindings) -> Vec<Diagnostic> {
    let problem = |p: &clang::Problem| Diagnostic::error(p.message.clone()).at(unit.place(p.offset), "here");
    bindings.problems.iter().take(SHOWN).map(problem).collect()
}

impl Program {
    fn new(unit: MergedUnit, bindings: Bindings, root: String) -> Self {
        let origins = origin::Origins::new(&unit);
        let items: Vec<Item> = bindings.entities.into_iter().map(|e| origins.item(&unit, e)).collect();
        let views = views::views(&unit, &items);
        let uses = views::shared(&items, &views, bindings.uses);
        let mut spans = vec![0..0; items.len()];
        for (index, found) in uses.iter().enumerate() {
            let span: &mut Range<usize> = &mut spans[found.holder];
            *span = if span.start == span.end { index..index + 1 } else { span.start..index + 1 };
        }
        let mut by_name: HashMap<String, Vec<ItemId>> = HashMap::new();
        for (id, item) in items.iter().enumerate() {
            by_name.entry(item.entity.name.clone()).or_default().push(*views.get(&id).unwrap_or(&id));
        }
        Self {
            unit,
            items,
            uses,
            labels: bindings.labels,
            views,
            unwritten: BTreeSet::new(),
            written: BTreeMap::new(),
            holders: BTreeMap::new(),
            root,
            spans,
            by_name,
        }
    }

    /// Makes constants of these variables alone, of those whose declarations do not tell.
    pub fn assume_constant(&mut self, unwritten: BTreeSet<ItemId>) {
        for id in std::mem::replace(&mut self.unwritten, unwritten) {
            self.items[id].entity.constant = false;
        }
        for &id in &self.unwritten {
            self.items[id].entity.constant = true;
        }
    }

    /// It is a constant though its declaration does not tell.
    pub fn is_unwritten(&self, id: ItemId) -> bool {
        self.unwritten.contains(&id)
    }

    /// The uses in an item's own text.
    pub fn uses_in(&self, holder: ItemId) -> &[Use] {
        &self.uses[self.spans[holder].clone()]
    }

    /// The item's own name stands at the use, not that of another view of it.
    pub fn is_spelled(&self, found: &Use) -> bool {
        let name = &self.items[found.target].entity.name;
        let rest = self.unit.text.get(found.offset..).and_then(|text| text.strip_prefix(name.as_str()));
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$'))
    }

    /// Items by their name in the merged text; a view of an item is that item.
    pub fn named(&self, name: &str) -> &[ItemId] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// Bytes of the declaration that defines an item, or of its first declaration.
    pub fn span(&self, id: ItemId) -> Range<usize> {
        let entity = &self.items[id].entity;
        entity.definition().or(entity.declarations.first()).map_or(0..0, |d| d.span.clone())
    }

    /// The text of [`Program::span`].
    pub fn source(&self, id: ItemId) -> &str {
        &self.unit.text[self.span(id)]
    }

    /// Where an item is defined.
    pub fn place(&self, id: ItemId) -> Place {
        let entity = &self.items[id].entity;
        let at = entity.definition().or(entity.declarations.first()).map_or(0, |d| d.name_at);
        self.place_at(at)
    }

    /// The place of the token at an offset.
    pub fn place_at(&self, offset: usize) -> Place {
        self.unit.place(offset)
    }

    /// Paths of the units that hold an item.
    pub fn files(&self, id: ItemId) -> Vec<&str> {
        self.items[id].units.iter().map(|&u| self.unit.units[u].as_str()).collect()
    }

    /// Items of a kind that the program defines outside of system headers.
    pub fn own(&self, kind: Kind) -> impl Iterator<Item = ItemId> + '_ {
        self.items
            .iter()
            .enumerate()
            .filter(move |(_, i)| i.kind() == kind && i.defined() && !i.system && i.of_program())
            .map(|(id, _)| id)
    }

    /// Functions and globals that the callbacks file defines.
    pub fn by_hand(&self) -> impl Iterator<Item = ItemId> + '_ {
        let all = self.items.iter().enumerate().filter(|(_, i)| i.origin == Origin::ByHand && !i.system);
        let objects = all.filter(|(_, i)| matches!(i.kind(), Kind::Function | Kind::Variable));
        objects.filter(|(_, i)| i.defined() && i.entity.function.is_none()).map(|(id, _)| id)
    }

    /// What the version file calls an item: kind, name, a static's first file, and its function.
    pub fn key(&self, id: ItemId) -> String {
        let item = &self.items[id];
        let kind = if item.kind() == Kind::Function { "function" } else { "variable" };
        let file = self.files(id).first().copied().unwrap_or("");
        match (item.entity.external, item.entity.function) {
            (true, _) => format!("{kind} {}", item.original),
            (false, Some(function)) => {
                format!("{kind} {}@{file}:{}", item.original, self.items[function].original)
            }
            (false, None) => format!("{kind} {}@{file}", item.original),
        }
    }

    /// For people: `struct client`, `usage (cli.c)`, `counter in next`.
    pub fn title(&self, id: ItemId) -> String {
        let item = &self.items[id];
        let name = match item.kind() {
            Kind::Record | Kind::Enum if item.original.is_empty() => "a type without a name".to_string(),
            Kind::Record | Kind::Enum => self.tag_word(id).to_string() + &item.original,
            _ => item.original.clone(),
        };
        match item.entity.function {
            Some(function) => format!("{name} in {}", self.items[function].original),
            None if item.original != item.entity.name && !item.original.is_empty() => {
                format!("{name} ({})", self.files(id).join(", "))
            }
            None => name,
        }
    }

    /// A record or an enumeration as the merged text names it.
    pub fn type_name(&self, id: ItemId) -> String {
        self.tag_word(id).to_string() + &self.items[id].entity.name
    }

    fn tag_word(&self, id: ItemId) -> &'static str {
        match self.items[id].kind() {
            _ if !self.has_tag(id) => "",
            Kind::Enum => "enum ",
            _ if self.items[id].entity.union => "union ",
            _ => "struct ",
        }
    }

    fn has_tag(&self, id: ItemId) -> bool {
        let entity = &self.items[id].entity;
        let Some(declaration) = entity.declarations.first() else { return false };
        let head = self.unit.text[declaration.span.clone()].split('{').next().unwrap_or_default();
        head.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == entity.name)
    }

    /// The static and its uses, told apart from plain mentions.
    pub fn value_uses(&self, target: ItemId) -> impl Iterator<Item = &Use> + '_ {
        self.uses.iter().filter(move |u| u.target == target && u.role != Role::Mention)
    }
}
