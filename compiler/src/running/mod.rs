//! What the running binary adds to the old program's model: entries, inlined copies, clones,
//! addresses (design rules 1, 2, 3, 7, 9).

mod facts;
mod fitted;
mod folded;
mod known;
mod memory;
mod objects;
mod reach;
mod reliance;
mod undescribed;
mod untraced;

pub use reach::Obstacle;

pub use facts::Against;

use crate::clang::{Kind, Role};
use crate::model::never_return;
use crate::model::{ItemId, Program};
use crate::relations::{Copies, Object, Reason};
use polus_binary::{Binary, Binding, DebugInfo, Error, Found, FunctionKey, Presence, Symbol, SymbolKind};
use polus_runtime::rules::Rule;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// Where a variable of the program is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Static {
    /// At a stated address, with its size in bytes.
    Address(u64, u64),
    /// At an offset of the TLS segment, with its size in bytes.
    Thread(u64, u64),
    /// The compiler left no object.
    OptimisedOut,
    /// Not found; why.
    Unknown(String),
}

/// A program together with the executable that runs it.
pub struct Running<'r> {
    binary: &'r Binary,
    info: &'r DebugInfo,
    program: &'r Program,
    by_key: BTreeMap<(String, Option<polus_binary::UnitId>), ItemId>,
    callers: BTreeMap<ItemId, BTreeSet<ItemId>>,
    /// Who names each function, in whatever way.
    users: BTreeMap<ItemId, BTreeSet<ItemId>>,
    endless: BTreeSet<ItemId>,
    /// For each function of which earlier patches hold copies: the functions that hold them.
    held: BTreeMap<ItemId, Vec<ItemId>>,
    /// What earlier patches gave a version, by the version file's keys.
    brought: BTreeSet<String>,
    /// Names for which others stand.
    aliased: BTreeSet<String>,
    fitted: fitted::Fitted,
    /// Functions that share the code of another, by its address; found when asked for.
    twins: OnceLock<BTreeMap<u64, Vec<ItemId>>>,
}

impl<'r> Running<'r> {
    /// Connects both. `held`: what earlier patches hold a copy of, and in which function,
    /// by the version file's keys. `brought`: of what they hold a version, by these keys.
    ///
    /// # Errors
    /// The executable has no debug information (and no debug file was given).
    pub fn new(
        binary: &'r Binary,
        program: &'r Program,
        held: &[(String, String)],
        brought: BTreeSet<String>,
    ) -> Result<Self, Error> {
        let info = binary.debug_info()?;
        let mut running = Self {
            binary,
            info,
            program,
            by_key: BTreeMap::new(),
            callers: BTreeMap::new(),
            users: BTreeMap::new(),
            endless: never_return(program),
            held: BTreeMap::new(),
            brought,
            aliased: objects::aliased(&program.unit.text),
            fitted: fitted::Fitted::default(),
            twins: OnceLock::new(),
        };
        let by_key: BTreeMap<String, ItemId> =
            program.own(Kind::Function).map(|id| (program.key(id), id)).collect();
        for (copy, holder) in held {
            if let (Some(&copy), Some(&holder)) = (by_key.get(copy), by_key.get(holder)) {
                running.held.entry(copy).or_default().push(holder);
            }
        }
        for id in program.own(Kind::Function) {
            for key in running.keys(id) {
                running.by_key.insert((key.name, key.unit), id);
            }
        }
        let functions = program.uses.iter().filter(|u| program.items[u.target].kind() == Kind::Function);
        for found in functions {
            running.users.entry(found.target).or_default().insert(found.holder);
            if found.role == Role::Call {
                running.callers.entry(found.target).or_default().insert(found.holder);
            }
        }
        running.fitted = running.find_fitted();
        Ok(running)
    }

    /// The executable's build-id.
    pub fn build_id(&self) -> Option<String> {
        self.binary.build_id()
    }

    /// Digest of the executable's text, where it has no build-id.
    pub fn text_digest(&self) -> String {
        if self.build_id().is_some() { String::new() } else { self.binary.text_digest() }
    }

    /// The binary's keys of a function: one, or one per file for a static in a header.
    fn keys(&self, id: ItemId) -> Vec<FunctionKey> {
        let item = &self.program.items[id];
        let name = item.original.clone();
        if item.entity.external {
            return vec![FunctionKey { name, unit: None }];
        }
        let units = self.program.files(id).into_iter().filter_map(|f| self.info.match_unit(f).ok());
        units.map(|unit| FunctionKey { name: name.clone(), unit: Some(unit) }).collect()
    }

    fn item_of(&self, key: &FunctionKey) -> Option<ItemId> {
        self.by_key
            .get(&(key.name.clone(), key.unit))
            .or_else(|| self.by_key.get(&(key.name.clone(), None)))
            .copied()
    }

    /// The function has an ordinary entry in every file that holds it.
    pub fn has_entry(&self, id: ItemId) -> bool {
        self.entries(id).iter().any(|(_, entry)| entry.is_some())
    }

    /// For each file that holds the function: the stated address of its ordinary entry, if it has one there.
    pub fn entries(&self, id: ItemId) -> Vec<(String, Option<u64>)> {
        let external = self.program.items[id].entity.external;
        let files: Vec<String> = match external {
            true => vec![String::new()],
            false => self.program.files(id).into_iter().map(str::to_string).collect(),
        };
        let entry = |file: &String| {
            let unit = if external { None } else { self.info.match_unit(file).ok() };
            if !external && unit.is_none() || self.fitted_in_place(id).is_some() {
                return None;
            }
            let key = FunctionKey { name: self.program.items[id].original.clone(), unit };
            let own = self.info.function(&key).filter(|f| f.presence() == Presence::Entry)?.entry()?;
            let shared = self.info.function_at(own.entry).is_some_and(|(other, _)| other.key != key);
            (own.described || !shared).then_some(own.entry)
        };
        files
            .into_iter()
            .map(|file| {
                let found = entry(&file);
                (file, found)
            })
            .collect()
    }

    /// The executable itself holds an object or function of this external name.
    pub fn defines(&self, name: &str) -> bool {
        let Ok(symbols) = self.binary.symbols() else { return false };
        // The symbol of a function chosen at start names what chooses, not the function.
        let usable = |s: &Symbol| s.kind == SymbolKind::Function || s.is_variable();
        let placed = || matches!(self.binary.variable(name, None, None), Ok(Found::Address { .. }));
        symbols.named(name).any(|s| s.binding != Binding::Local && usable(&s)) || placed()
    }

    /// Where a variable is.
    pub fn variable(&self, id: ItemId) -> Static {
        let item = &self.program.items[id];
        let files = self.program.files(id);
        let is_static = !item.entity.external;
        let function = item.entity.function.map(|f| self.program.items[f].original.as_str());
        let file = is_static.then(|| files.first().copied()).flatten();
        // clang keeps a byte of a number that has two values only, under the number's name.
        let is_part = |size: u64| size != 0 && item.entity.size.is_some_and(|whole| size < whole);
        match self.binary.variable(&item.original, file, function) {
            Ok(Found::Address { size, .. } | Found::Thread { size, .. }) if is_part(size) => {
                Static::OptimisedOut
            }
            Ok(Found::Address { svma, size }) => Static::Address(svma, size),
            Ok(Found::Thread { offset, size }) => Static::Thread(offset, size),
            Ok(Found::Truth { svma }) if item.entity.shape == "_Bool" => Static::Address(svma, 1),
            Ok(Found::OptimisedOut | Found::Truth { .. }) => Static::OptimisedOut,
            Ok(Found::Ambiguous(places)) => Static::Unknown(format!("several fit: {}", places.join(", "))),
            Ok(Found::Missing) => Static::Unknown("it is not in the binary".into()),
            Err(error) => Static::Unknown(error.to_string()),
        }
    }

    /// Holders of inlined copies, clones among them.
    fn inlined(&self, id: ItemId) -> Vec<(ItemId, Reason)> {
        let copies = self.keys(id).into_iter().flat_map(|key| self.info.inlined_into(&key));
        copies
            .filter_map(|copy| {
                let holder = self.item_of(&copy.holder)?;
                let between = copy.chain.len().saturating_sub(1);
                let path: Vec<&str> =
                    copy.chain[1.min(between)..between].iter().map(|k| k.name.as_str()).collect();
                let path =
                    if path.is_empty() { String::new() } else { format!("by way of {}", path.join(", ")) };
                Some((holder, Reason::Inlines(id, path)))
            })
            .collect()
    }

    /// Callers of clones: a clone's convention is its own.
    fn cloned(&self, id: ItemId) -> Vec<(ItemId, Reason)> {
        let clones = self.keys(id).into_iter().filter_map(|key| self.binary.clones_of(&key).ok()).flatten();
        let mut symbols = clones.filter(|c| c.kinds.iter().any(|k| *k != polus_binary::CloneKind::Cold));
        let Some(symbol) = symbols.next().map(|c| c.symbol) else { return vec![] };
        let callers = self.callers.get(&id).into_iter().flatten();
        callers.map(|&caller| (caller, Reason::CallsClone(id, symbol.clone()))).collect()
    }
}

impl Copies for Running<'_> {
    fn dependents(&self, function: ItemId) -> Vec<(ItemId, Reason)> {
        let mut found = vec![];
        if Rule::Inlining.holds() {
            found.extend(self.inlined(function));
            found.extend(self.untraced(function));
            let holders = self.held.get(&function).into_iter().flatten();
            let earlier = |&holder| (holder, Reason::Inlines(function, "in an earlier patch".into()));
            found.extend(holders.map(earlier));
        }
        if Rule::Clones.holds() {
            found.extend(self.cloned(function));
        }
        found.extend(self.fitting(function));
        if Rule::Folding.holds() {
            found.extend(self.folded(function));
        }
        found.extend(self.calling(function));
        found.retain(|(holder, _)| *holder != function);
        found
    }

    fn object(&self, variable: ItemId) -> Object {
        self.object_of(variable)
    }

    fn is_confined(&self, function: ItemId) -> bool {
        Running::is_confined(self, function)
    }
}
