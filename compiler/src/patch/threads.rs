//! Thread variables that a patch brings: a later patch reaches them by a function, because only code
//! of the patch itself can find them in a thread. Those that migrate lie at a fixed distance from the
//! thread pointer, so that the injector finds them in every thread.

use super::Block;
use super::history::Naming;
use super::names::Names;
use super::statics::{Fate, LocalStatic};
use super::tables::{FunctionRow, ImportRow};
use crate::clang::Kind;
use crate::cross::{Crossing, Versions};
use crate::model::{ItemId, Program};
use std::collections::BTreeMap;

/// Thread variables that earlier patches brought, each with the C expression that stands for it.
pub fn brought(versions: Versions, crossing: &Crossing, naming: &Naming) -> BTreeMap<ItemId, String> {
    let (old, new) = (versions.old, versions.new);
    let known = |id: &ItemId| {
        let ours = versions.changes.pairing.to_old[*id];
        ours.is_some_and(|ours| naming.is_known(&old.key(ours)))
    };
    let threads = new.own(Kind::Variable).filter(|&id| new.items[id].entity.thread);
    let migrated = |id: &ItemId| crossing.migrated.iter().any(|(_, theirs)| theirs == id);
    let kept = threads.filter(|id| !crossing.fresh.contains(id) && !migrated(id)).filter(known);
    kept.map(|id| (id, format!("(*(__typeof__({}) *){}())", new.items[id].entity.name, symbol(new, id))))
        .collect()
}

/// The declaration of the function that leads to a variable which an earlier patch brought.
pub fn declaration(new: &Program, id: ItemId) -> Block {
    let symbol = symbol(new, id);
    let why = format!("{}: leads to {}, which an earlier patch brought", super::at(new, id), new.title(id));
    // without a stub in between, the injector sees which functions use it
    Block::new(why, &format!("extern void *{symbol}(void) __attribute__((weak, noplt));"))
}

/// The import of that function; `row`: the variable's.
pub fn import(new: &Program, id: ItemId, row: ImportRow) -> ImportRow {
    let symbol = symbol(new, id);
    ImportRow {
        name: symbol.clone(),
        symbol,
        function: String::new(),
        address: 0,
        size: 0,
        kind: "POLUS_FUNCTION",
        ..row
    }
}

/// A thread variable of this patch, and the C name of its instance.
pub struct Own {
    id: ItemId,
    instance: String,
    /// It stands in a function, and is known outside by its symbol only.
    inside: bool,
}

/// The thread variables that this patch brings.
pub fn own(new: &Program, crossing: &Crossing, names: &Names, statics: &[LocalStatic]) -> Vec<Own> {
    let thread = |id: ItemId| new.items[id].entity.thread;
    let migrated = crossing.migrated.iter().map(|&(_, theirs)| theirs);
    let outside = migrated.chain(crossing.fresh.iter().copied()).filter(|&id| thread(id));
    let outside = outside.map(|id| Own { id, instance: names.own(new, id).to_string(), inside: false });
    let inside = statics.iter().filter(|s| thread(s.item)).filter_map(|s| match &s.fate {
        Fate::Own(symbol) => Some(Own { id: s.item, instance: symbol.clone(), inside: true }),
        _ => None,
    });
    outside.chain(inside).collect()
}

impl Own {
    /// Prototype and definition of the function that leads to it.
    pub fn blocks(&self, new: &Program) -> (Block, Block) {
        let (symbol, instance) = (symbol(new, self.id), &self.instance);
        let why = format!("{}: leads later patches to {}", super::at(new, self.id), new.title(self.id));
        let head = format!("static __attribute__((noipa)) void *{symbol}(void)");
        let extern_ = format!(
            "extern __thread char {instance}[] __asm__(\"{instance}\") __attribute__((visibility(\"hidden\")));\n"
        );
        let outside = if self.inside { extern_ } else { String::new() };
        let prototype = Block::new(why.clone(), &format!("{outside}{head};"));
        let definition = format!("{head}\n{{\n    return (void *)&{instance};\n}}");
        (prototype, Block::new(why, &definition))
    }

    /// Its row among the functions.
    pub fn row(&self, new: &Program, file: String) -> FunctionRow {
        let symbol = symbol(new, self.id);
        FunctionRow {
            name: symbol.clone(),
            file,
            code: format!("(void *){symbol}"),
            version_name: symbol,
            reason: format!("leads later patches to {}", new.title(self.id)),
            address: 0,
            kind: "POLUS_ADDED",
            flags: "0".into(),
        }
    }

    /// The variable.
    pub fn id(&self) -> ItemId {
        self.id
    }
}

/// The declaration of a migrated one: ld.so puts it into every thread's static block, or refuses.
pub fn at_fixed_distance(object: &str) -> String {
    let rest = object.strip_prefix("static ").unwrap_or(object);
    format!("static __attribute__((tls_model(\"initial-exec\"))) {rest}")
}

/// The function's name, in all patches.
pub fn symbol(program: &Program, id: ItemId) -> String {
    let item = &program.items[id];
    let function = item.entity.function.map_or(String::new(), |f| format!("{}__", program.items[f].original));
    format!("polus__thread__{function}{}", item.entity.name)
}
