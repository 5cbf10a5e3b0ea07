//! The tables that the injector reads: functions, variables, uses, imports, layouts (paper 5.1).

use super::closure::Closure;
use super::names::{Names, Standing};
use super::statics::{Fate, LocalStatic};
use super::{Patch, Request, by_hand, emit, threads};
use crate::clang::{Kind, Role};
use crate::cross::locks;
use crate::cross::{Crossing, Versions};
use crate::extend::LISTS;
use crate::model::{ItemId, Program};
use crate::relations::Reason;
use crate::running::Static;
use polus_runtime::rules::Rule;
use std::collections::{BTreeMap, BTreeSet};

/// All rows.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    /// `struct polus_function`.
    pub functions: Vec<FunctionRow>,
    /// `struct polus_variable`.
    pub variables: Vec<VariableRow>,
    /// `struct polus_use`.
    pub uses: Vec<UseRow>,
    /// `struct polus_import`.
    pub imports: Vec<ImportRow>,
    /// `struct polus_layout`.
    pub layouts: Vec<LayoutRow>,
    /// `struct polus_callback`.
    pub callbacks: Vec<CallbackRow>,
    /// Statics of functions that the patch holds; filled while their text is edited.
    pub statics: Vec<LocalStatic>,
    /// C names and lengths of the lists of extended types and of companions; `0` without.
    pub lists: [(String, u64); 2],
}

/// A function that the patch replaces, adds or that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionRow {
    /// Name in the sources.
    pub name: String,
    /// Its file, if static.
    pub file: String,
    /// Name in the patch.
    pub version_name: String,
    /// Why it is there.
    pub reason: String,
    /// C expression of its code.
    pub code: String,
    /// Stated address in the binary.
    pub address: u64,
    /// `POLUS_…`.
    pub kind: &'static str,
    /// C expression.
    pub flags: String,
}

/// A global that crosses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariableRow {
    /// Name in the sources.
    pub name: String,
    /// Its file, if static.
    pub file: String,
    /// Its function, if it stands in one.
    pub function: String,
    /// Name in the patch.
    pub version_name: String,
    /// Why it is there.
    pub reason: String,
    /// C expression of the instance's address.
    pub instance: String,
    /// C names of the synchronization functions, or `0`.
    pub to_new: String,
    /// The way back.
    pub to_old: String,
    /// Stated address in the binary.
    pub address: u64,
    /// Bytes.
    pub old_size: u64,
    /// Bytes.
    pub new_size: u64,
    /// `POLUS_…`.
    pub kind: &'static str,
    /// `POLUS_…`, or `0`.
    pub flags: &'static str,
}

/// A function uses a migrated variable; indices of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UseRow {
    /// Row of the function.
    pub function: usize,
    /// Row of the variable.
    pub variable: usize,
    /// One more than the row of the function below which it does not any more; 0: none.
    pub end: usize,
}

/// Something that stays in the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRow {
    /// Symbol in the patch.
    pub symbol: String,
    /// Name in the sources.
    pub name: String,
    /// Its file, if static.
    pub file: String,
    /// Its function, if it stands in one.
    pub function: String,
    /// Stated address in the binary.
    pub address: u64,
    /// Bytes; 0: unknown.
    pub size: u64,
    /// `POLUS_…`.
    pub kind: &'static str,
}

/// A type that new code and process share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayoutRow {
    /// As in C.
    pub name: String,
    /// The same in the patch, where a name may be a file's own.
    pub code: String,
    /// Bytes.
    pub size: u64,
    /// Name, bits from the start, bits.
    pub fields: Vec<(String, u64, u64)>,
}

/// Hand-written code that the injector calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackRow {
    /// C name of the function.
    pub code: String,
    /// `POLUS_…`.
    pub kind: &'static str,
    /// Row of the function or variable that it is about.
    pub subject: usize,
}

/// Fills the tables.
pub fn fill(
    versions: Versions,
    crossing: &Crossing,
    names: &Names,
    closure: &Closure,
    request: &Request,
    patch: &mut Patch,
) {
    let fill = Fill { versions, crossing, names, request };
    let statics = std::mem::take(&mut patch.tables.statics);
    let (mut functions, rows_of, rows_now) = fill.functions();
    functions.extend(fill.thread_functions(&statics));
    let (variables, row_of) = fill.variables(&statics);
    let uses = fill.uses([&rows_of, &rows_now], &row_of);
    let imports = fill.imports(closure, &statics);
    patch.weak = imports.iter().map(|i| i.symbol.clone()).filter(|s| !s.starts_with("polus__")).collect();
    let callbacks = by_hand::rows(request, &rows_of, &row_of);
    let layouts = fill.layouts(closure);
    let lists = LISTS.map(|name| fill.list(name));
    patch.tables = Tables { functions, variables, uses, imports, layouts, callbacks, statics, lists };
}

struct Fill<'f> {
    versions: Versions<'f>,
    crossing: &'f Crossing,
    names: &'f Names,
    request: &'f Request<'f>,
}

type RowsOf = BTreeMap<ItemId, Vec<usize>>;

impl Fill<'_> {
    /// The rows, and which are those of an old function, and of a new one.
    fn functions(&self) -> (Vec<FunctionRow>, RowsOf, RowsOf) {
        let Versions { old, new, changes, .. } = self.versions;
        let (mut rows, mut rows_of, mut rows_now) = (vec![], RowsOf::new(), RowsOf::new());
        for (id, standing) in self.names.defined().filter(|(id, _)| new.items[*id].kind() == Kind::Function) {
            let ours = changes.pairing.to_old[id];
            for row in self.function_rows(id, standing, ours) {
                if let Some(ours) = ours {
                    rows_of.entry(ours).or_default().push(rows.len());
                }
                rows_now.entry(id).or_default().push(rows.len());
                rows.push(row);
            }
        }
        for ours in changes.functions.iter().filter(|c| c.new_item().is_none()).filter_map(|c| c.old_item()) {
            rows_of.entry(ours).or_default().push(rows.len());
            rows.push(self.removed(old, ours));
        }
        (rows, rows_of, rows_now)
    }

    /// Behind all others: no use counts them.
    fn thread_functions(&self, statics: &[LocalStatic]) -> Vec<FunctionRow> {
        let new = self.versions.new;
        let own = threads::own(new, self.crossing, self.names, statics);
        let file = |id: ItemId| files_of(new, id).into_iter().next().unwrap_or_default();
        own.iter().map(|own| own.row(new, file(own.id()))).collect()
    }

    fn function_rows(&self, id: ItemId, standing: &Standing, ours: Option<ItemId>) -> Vec<FunctionRow> {
        let new = self.versions.new;
        let replaced = *standing == Standing::Replaced;
        let row = |(file, entry): (String, Option<u64>)| FunctionRow {
            name: new.items[id].original.clone(),
            file,
            version_name: self.names.own(new, id).to_string(),
            reason: self.reason(id),
            code: format!("(void *){}", self.names.own(new, id)),
            address: entry.unwrap_or(0),
            // Without an entry there is nothing to redirect; only the patch calls it.
            kind: if replaced && !self.names.lacks_entry(id) { "POLUS_REPLACED" } else { "POLUS_ADDED" },
            flags: self.flags(id, ours),
        };
        self.places(id, ours, replaced).into_iter().map(row).collect()
    }

    /// For each file that holds the old function: its entry in the binary, if known.
    fn places(&self, id: ItemId, ours: Option<ItemId>, replaced: bool) -> Vec<(String, Option<u64>)> {
        let new = self.versions.new;
        let fresh = self.request.history.step(&self.request.digests.0, &self.request.digests.1);
        let touched = fresh.is_known(&new.key(id));
        match (self.request.running, ours) {
            (Some(running), Some(ours)) if replaced && !touched => {
                // A static of a header may be inlined in one file and called in another.
                let all = running.entries(ours);
                let entered = all.iter().any(|(_, entry)| entry.is_some());
                all.into_iter().filter(|(_, entry)| entry.is_some() == entered).collect()
            }
            _ => {
                let program = if let (true, Some(_)) = (replaced, ours) { self.versions.old } else { new };
                let item = ours.filter(|_| replaced).unwrap_or(id);
                files_of(program, item).into_iter().map(|f| (f, None)).collect()
            }
        }
    }

    fn flags(&self, id: ItemId, ours: Option<ItemId>) -> String {
        let mut flags = vec![];
        if self.names.lacks_entry(id) {
            flags.push("POLUS_NO_ENTRY");
        }
        if ours.is_some_and(|o| self.crossing.endless.contains(&o)) {
            flags.push("POLUS_NEVER_RETURNS");
        } else if Rule::Waiting.holds() && (self.versions.relations.is_outdated(id) || self.is_parted(ours)) {
            flags.push("POLUS_RELIES");
        }
        if flags.is_empty() { "0".into() } else { flags.join(" | ") }
    }

    /// It uses fields that new code has elsewhere.
    fn is_parted(&self, ours: Option<ItemId>) -> bool {
        ours.is_some_and(|ours| self.versions.relations.parted.contains_key(&ours))
    }

    fn removed(&self, old: &Program, ours: ItemId) -> FunctionRow {
        FunctionRow {
            name: old.items[ours].original.clone(),
            file: files_of(old, ours).into_iter().next().unwrap_or_default(),
            version_name: String::new(),
            reason: "the new program has it no more".into(),
            code: "0".into(),
            address: 0,
            kind: "POLUS_REMOVED",
            flags: match Rule::Waiting.holds() && self.is_parted(Some(ours)) {
                true => "POLUS_NO_ENTRY | POLUS_RELIES".into(),
                false => "POLUS_NO_ENTRY".into(),
            },
        }
    }

    fn reason(&self, id: ItemId) -> String {
        let new = self.versions.new;
        let reasons = self.versions.relations.affected.get(&id);
        let told: Vec<String> = reasons.into_iter().flatten().map(|r: &Reason| r.explain(new)).collect();
        if told.is_empty() { "it is new".into() } else { told.join("; ") }
    }

    fn variables(&self, statics: &[LocalStatic]) -> (Vec<VariableRow>, BTreeMap<ItemId, usize>) {
        let Versions { old, new, .. } = self.versions;
        let (mut rows, mut row_of) = (vec![], BTreeMap::new());
        for &(ours, theirs) in &self.crossing.migrated {
            row_of.insert(ours, rows.len());
            let name = self.names.own(new, theirs);
            let (flags, instance) = match new.items[theirs].entity.thread {
                true => ("POLUS_PER_THREAD", threads::symbol(new, theirs)),
                false if locks::in_both(self.versions, ours, theirs) => {
                    ("POLUS_HOLDS_LOCK", format!("&{name}"))
                }
                false if old.holders.contains_key(&ours) => ("POLUS_TRAVELS", format!("&{name}")),
                false => ("0", format!("&{name}")),
            };
            rows.push(VariableRow {
                flags,
                instance: format!("(void *){instance}"),
                to_new: format!("polus_sync_{name}_to_new"),
                to_old: format!("polus_sync_{name}_to_old"),
                address: self.address(ours),
                ..variable_row(
                    new,
                    theirs,
                    name,
                    "POLUS_MIGRATED",
                    size(old, ours),
                    self.why_migrated(ours, theirs),
                )
            });
        }
        for &(ours, theirs) in &self.crossing.adopted {
            let name = format!("{}__adopted", new.items[theirs].entity.name);
            let row = variable_row(
                new,
                theirs,
                &name,
                "POLUS_ADOPTED",
                size(old, ours),
                "its initialiser is adopted",
            );
            rows.push(VariableRow { address: self.address(ours), ..row });
        }
        for &id in self.crossing.fresh.iter().filter(|id| !new.items[**id].entity.thread) {
            rows.push(variable_row(
                new,
                id,
                self.names.own(new, id),
                "POLUS_NEW",
                0,
                "new, or a constant with another value",
            ));
        }
        for owned in statics.iter().filter(|s| !new.items[s.item].entity.thread) {
            if let Fate::Own(symbol) = &owned.fate {
                let row = variable_row(
                    new,
                    owned.item,
                    symbol,
                    "POLUS_NEW",
                    0,
                    "a static of a new or changed function",
                );
                rows.push(VariableRow { instance: format!("(void *){symbol}"), ..row });
            }
        }
        (rows, row_of)
    }

    fn why_migrated(&self, ours: ItemId, theirs: ItemId) -> &'static str {
        let (was, is) = (&self.versions.old.items[ours].entity, &self.versions.new.items[theirs].entity);
        let held = is.holds.iter().any(|id| self.versions.relations.types.contains(id));
        match held || was.shape != is.shape || was.thread != is.thread {
            true => "its type changed",
            false => "hand-written functions carry it",
        }
    }

    fn address(&self, ours: ItemId) -> u64 {
        if self.touched(self.versions.old, ours) {
            return 0;
        }
        match self.request.running.map(|r| r.variable(ours)) {
            Some(Static::Address(address, _) | Static::Thread(address, _)) => address,
            _ => 0,
        }
    }

    /// An earlier update gave it a version: the process, not the binary, knows where it is.
    fn touched(&self, program: &Program, id: ItemId) -> bool {
        let (from, to) = &self.request.digests;
        self.request.history.step(from, to).is_known(&program.key(id))
    }

    fn uses(&self, [rows_of, rows_now]: [&RowsOf; 2], row_of: &BTreeMap<ItemId, usize>) -> Vec<UseRow> {
        let Versions { new, relations, .. } = self.versions;
        let rows = |function: &ItemId| rows_of.get(function);
        let by_old = relations.uses.iter().map(|(function, global)| (rows(function), *global));
        // of those that travel, also what only the new version does
        let new_holders = |&(ours, theirs): &(ItemId, ItemId)| {
            let holders = new.holders.get(&theirs).into_iter().flatten();
            holders.map(move |function| (rows_now.get(function), ours))
        };
        let by_new = self.crossing.migrated.iter().flat_map(new_holders);
        let end = |row: usize| {
            let function =
                rows_of.iter().find(|(_, rows)| rows.contains(&row)).map(|(function, _)| function)?;
            match &rows(relations.ends.get(function)?)?[..] {
                [end] => Some(end + 1),
                _ => None,
            }
        };
        let found = by_old.chain(by_new).filter_map(|(rows, global)| Some((rows?, *row_of.get(&global)?)));
        let all = found.flat_map(|(rows, variable)| rows.iter().map(move |&function| (function, variable)));
        let all: BTreeSet<(usize, usize)> = all.collect();
        let row = |(function, variable)| UseRow { function, variable, end: end(function).unwrap_or(0) };
        all.into_iter().map(row).collect()
    }

    fn imports(&self, closure: &Closure, statics: &[LocalStatic]) -> Vec<ImportRow> {
        let new = self.versions.new;
        let mut rows: Vec<ImportRow> =
            closure.imports.iter().map(|&id| self.import(id, &new.items[id].entity.name)).collect();
        for (id, place) in closure.declared.iter().filter_map(|&id| Some((id, self.names.choice(id)?))) {
            let symbol = format!("polus__chosen_{}", new.items[id].entity.name);
            let (name, file, function) = (symbol.clone(), String::new(), String::new());
            rows.push(ImportRow {
                symbol,
                name,
                file,
                function,
                address: place,
                size: 8,
                kind: "POLUS_VARIABLE",
            });
        }
        rows.extend(closure.declared.iter().filter_map(|&id| runtime(new, id)));
        rows.extend(self.request.callbacks.olds.instances.iter().map(|&ours| self.old_instance(ours)));
        for bound in statics {
            if let Fate::Import(symbol) = &bound.fate {
                rows.push(self.import(bound.item, symbol));
            }
        }
        rows
    }

    /// The instance that old code uses, for hand-written code.
    fn old_instance(&self, ours: ItemId) -> ImportRow {
        let old = self.versions.old;
        ImportRow {
            symbol: emit::old_name(old, ours),
            name: old.items[ours].original.clone(),
            file: files_of(old, ours).into_iter().next().unwrap_or_default(),
            function: String::new(),
            address: self.address(ours),
            size: size(old, ours),
            kind: "POLUS_VARIABLE",
        }
    }

    fn import(&self, id: ItemId, symbol: &str) -> ImportRow {
        let new = self.versions.new;
        let id = *new.views.get(&id).unwrap_or(&id);
        let item = &new.items[id];
        let ours = self.versions.changes.pairing.to_old[id];
        let (program, source) = ours.map_or((new, id), |o| (self.versions.old, o));
        let function = item.kind() == Kind::Function;
        let running = self.request.running.filter(|_| !self.touched(program, source));
        let (file, address) = match (running, ours) {
            (Some(running), Some(ours)) if function => {
                let mut entries = running.entries(ours).into_iter();
                entries.find_map(|(f, e)| e.map(|e| (f, e))).unwrap_or_default()
            }
            _ => (
                files_of(program, source).into_iter().next().unwrap_or_default(),
                ours.map_or(0, |o| if function { 0 } else { self.address(o) }),
            ),
        };
        let row = ImportRow {
            symbol: symbol.to_string(),
            name: program.items[source].original.clone(),
            file,
            function: item.entity.function.map_or(String::new(), |f| new.items[f].original.clone()),
            address,
            size: if function { 0 } else { size(new, id) },
            kind: match (function, item.entity.thread) {
                (true, _) => "POLUS_FUNCTION",
                (false, true) => "POLUS_THREAD_VARIABLE",
                (false, false) => "POLUS_VARIABLE",
            },
        };
        if self.names.is_brought_thread(id) { threads::import(new, id, row) } else { row }
    }

    /// Named records of the program whose fields the patch's functions reach.
    /// Name and length of an array that the new program got for the injector; nothing: `0`.
    fn list(&self, name: &str) -> (String, u64) {
        let new = self.versions.new;
        let own = |id: &&ItemId| self.names.standing(new, **id) == Standing::Instance;
        let found = new.named(name).first().filter(|_| !new.unit.extended.is_empty()).filter(own);
        let length = |&id: &ItemId| new.items[id].entity.dimensions.first().copied().unwrap_or(0);
        found.map_or(("0".into(), 0), |id| (self.names.own(new, *id).to_string(), length(id)))
    }

    fn layouts(&self, closure: &Closure) -> Vec<LayoutRow> {
        let new = self.versions.new;
        let functions = self.names.defined().map(|(id, _)| id).chain(closure.copied.iter().copied());
        let functions = functions.chain(new.by_hand());
        let reached: BTreeSet<ItemId> = functions
            .flat_map(|id| new.uses_in(id))
            .filter(|u| matches!(u.role, Role::Member(_) | Role::Layout))
            .map(|u| u.target)
            .filter(|id| closure.types.contains(id) && !self.versions.relations.types.contains(id))
            .collect();
        reached.into_iter().filter_map(|id| self.layout(id)).collect()
    }

    fn layout(&self, id: ItemId) -> Option<LayoutRow> {
        let new = self.versions.new;
        let entity = &new.items[id].entity;
        let shared = self.versions.changes.pairing.to_old[id].is_some();
        if !shared || entity.kind != Kind::Record || new.items[id].system || entity.name.is_empty() {
            return None;
        }
        // what only fills the room of a field that is no more has no namesake in the process
        let was = self.versions.changes.pairing.to_old[id].map(|ours| &self.versions.old.items[ours].entity);
        let known = |name: &str| was.is_some_and(|was| was.fields.iter().any(|field| field.name == name));
        let extended = new.unit.extended.contains(&entity.name);
        let fields = entity.fields.iter().filter(|f| !f.name.is_empty() && (!extended || known(&f.name)));
        let fields = fields.map(|f| (f.name.clone(), f.offset, f.size)).collect();
        let name = new.title(id).split(" (").next().unwrap_or_default().to_string();
        Some(LayoutRow { name, code: new.type_name(id), size: entity.size?, fields })
    }
}

/// What new code calls of the runtime library.
fn runtime(new: &Program, id: ItemId) -> Option<ImportRow> {
    let item = &new.items[id];
    let provided = item.system && !item.defined() && item.entity.name.starts_with("polus_extension_");
    provided.then(|| ImportRow {
        symbol: item.entity.name.clone(),
        name: item.entity.name.clone(),
        file: String::new(),
        function: String::new(),
        address: 0,
        size: 0,
        kind: "POLUS_RUNTIME",
    })
}

fn variable_row(
    new: &Program,
    id: ItemId,
    name: &str,
    kind: &'static str,
    old_size: u64,
    reason: &str,
) -> VariableRow {
    let item = &new.items[id];
    VariableRow {
        name: item.original.clone(),
        file: files_of(new, id).into_iter().next().unwrap_or_default(),
        function: item.entity.function.map_or(String::new(), |f| new.items[f].original.clone()),
        version_name: name.to_string(),
        reason: reason.to_string(),
        instance: format!("(void *)&{name}"),
        to_new: "0".into(),
        to_old: "0".into(),
        address: 0,
        old_size,
        new_size: size(new, id),
        kind,
        flags: "0",
    }
}

fn size(program: &Program, id: ItemId) -> u64 {
    program.items[id].entity.size.unwrap_or(0)
}

/// The files of a static; one empty name for an external.
fn files_of(program: &Program, id: ItemId) -> Vec<String> {
    let entity = &program.items[id].entity;
    let external = entity.external && entity.function.is_none();
    match external {
        true => vec![String::new()],
        false => program.files(id).into_iter().map(str::to_string).collect(),
    }
}
