//! Variables that hold objects: those of functions begin and end, named ones have companions.

use super::{Work, begins, enters, is_pure};
use crate::clang::{Kind, Variable};
use crate::extend::initial::{self, Parts};
use crate::extend::provide;
use crate::merge::Inserted;
use crate::model::{Item, ItemId};
use crate::text;
use std::ops::Range;

impl Work<'_> {
    pub(super) fn variable(&mut self, variable: &Variable) {
        let id = self.names[&variable.record];
        let braces = variable.initialiser.clone().filter(|range| self.source(range).starts_with('{'));
        let parts = match self.parts(id, variable, braces.clone()) {
            Ok(parts) => parts,
            Err(unread) => return self.unread(id, unread),
        };
        let name = &variable.name;
        let outside = self.new.items.iter().enumerate().find(|(_, item)| {
            let mut declared = item.entity.declarations.iter();
            item.entity.function.is_none() && declared.any(|d| d.name_at == variable.name_at)
        });
        match outside {
            _ if !self.carriers.contains(&id) => {}
            _ if variable.automatic => self.automatic(id, variable, &parts),
            Some((of, item)) if self.extended(id).is_some() && !item.entity.thread && !item.system => {
                self.named(id, of, variable, &parts);
            }
            _ if !parts.beside.is_empty() => {
                let why = format!("the static {name} sets one from its beginning");
                return self.refuse(id, variable.name_at, &why);
            }
            _ => {}
        }
        if let Some(braces) = braces {
            self.edits.replace(braces, parts.base);
        }
    }

    fn parts(
        &self,
        id: ItemId,
        variable: &Variable,
        braces: Option<Range<usize>>,
    ) -> Result<Parts, (usize, &'static str)> {
        let Some(braces) = braces else { return Ok(Parts::default()) };
        match variable.dimensions.len() {
            _ if initial::is_zero(self.source(&braces)) => Ok(Parts::zero()),
            0 => self.reader(!variable.automatic).record(id, braces),
            1 => self.reader(!variable.automatic).array(id, braces),
            _ => Err((braces.start, "an array of arrays")),
        }
    }

    /// A variable of a function: nothing is beside it when it begins, nor when it ends.
    fn automatic(&mut self, id: ItemId, variable: &Variable, parts: &Parts) {
        let (name, name_at) = (&variable.name, variable.name_at);
        if variable.size.is_none() {
            return self.refuse(id, name_at, &format!("the size of {name} is known at run time only"));
        }
        if self.new.items[id].entity.name.is_empty() {
            return self.refuse(id, name_at, &format!("the type of {name} has no name"));
        }
        let count = variable.dimensions.iter().product::<u64>().max(1);
        self.leaves.insert((id, count));
        let behind_name = declarator_end(&self.new.unit.text, name_at + name.len());
        let leave = provide::leave(&self.new.items[id].entity.name, count);
        self.edits.insert(behind_name, &format!(" __attribute__((cleanup({leave})))"));
        let from = variable.initialiser.as_ref().filter(|range| !self.source(range).starts_with('{'));
        let (object, size) = (format!("&{name}"), format!("sizeof {name}"));
        let begins = match (from, self.extended(id)) {
            (Some(_), _) if variable.places.is_empty() => {
                return self.refuse(id, name_at, "such an object begins with a value without a place");
            }
            (Some(from), _) => self.begins_as(id, variable, from),
            (_, Some(_)) if !parts.beside.is_empty() && !variable.dimensions.is_empty() => {
                let why = format!("the elements of {name} set one from their beginning");
                return self.refuse(id, name_at, &why);
            }
            (_, Some(extended)) if !parts.beside.is_empty() => begins(extended, &object, &size, parts),
            (_, Some(extended)) => enters(extended, &object, &size),
            _ => format!("polus_extension_enter({object}, {size})"),
        };
        let begins = match from {
            Some(_) => begins,
            None => self.begun_inside(id, name_at, begins, &size),
        };
        self.edits
            .insert(variable.span.end, &format!(", *{name}__begins __attribute__((unused)) = {begins}"));
    }

    /// What makes a variable the copy of another object.
    fn begins_as(&mut self, id: ItemId, variable: &Variable, from: &Range<usize>) -> String {
        let (name, value) = (&variable.name, self.copied(id, from, &variable.places));
        if is_pure(self.source(from)) {
            return format!("polus_extension_follow(&{name}, {value}, sizeof {name})");
        }
        let equals = self.new.unit.text[..from.start].rfind('=').unwrap_or(from.start);
        self.edits.replace(equals..from.end, String::new());
        format!("polus_extension_assign((void *)&{name}, {value}, sizeof {name})")
    }

    /// A variable of the program: its companion is found without a look-up.
    fn named(&mut self, id: ItemId, variable: ItemId, site: &Variable, parts: &Parts) {
        let Some(extended) = self.extended(id).cloned() else { return };
        let entity = &self.new.items[variable].entity;
        let name = &site.name;
        let defines = entity.definition().is_some_and(|d| d.name_at == site.name_at);
        let count: u64 = entity.dimensions.iter().product::<u64>().max(1);
        let bounds: String = entity.dimensions.iter().map(|n| format!("[{n}]")).collect();
        if entity.dimensions.len() > 1 {
            return self.refuse(id, self.new.span(variable).start, &format!("{name} is an array of arrays"));
        }
        let object = if entity.dimensions.is_empty() { format!("&{name}") } else { name.to_string() };
        let original = &self.new.items[variable].original;
        let is_same = |item: &Item| item.kind() == Kind::Variable && item.original == *original;
        let fresh = !self.old.items.iter().any(is_same);
        let first = self.named.entry(id).or_default().insert(name.to_string());
        let home = self.chunk_of(id);
        let defined = self.new.unit.chunks.partition_point(|c| c.span.end <= self.new.span(variable).start);
        for layer in extended.records() {
            if !extended.has_companion(name, layer) {
                if parts.beside.contains_key(&layer) {
                    self.refuse(
                        id,
                        self.new.span(variable).start,
                        &format!("{name} sets one from its beginning"),
                    );
                }
                continue;
            }
            let (companion, kind) =
                (provide::companion(name, layer), provide::companion_type(&extended, layer));
            let mut declare = |behind: Option<usize>, fields: &str| {
                let text = format!("static {kind} {companion}{bounds}{fields};");
                self.behind.push(Inserted { behind, text, system: false });
            };
            if first {
                declare(home, "");
            }
            if first && layer >= extended.layers.len() {
                let records = if bounds.is_empty() { format!("&{companion}") } else { companion.clone() };
                let descriptor = provide::descriptor(&extended, layer);
                self.companions
                    .push(format!("{{ {object}, {count}, {records}, sizeof({kind}), &{descriptor} }}"));
            }
            let descriptor = provide::descriptor(&extended, layer);
            let head = match fresh && extended.begins(layer) {
                true => format!(".head = {{ .object = {object}, .type = &{descriptor} }}, "),
                false => String::new(),
            };
            match parts.beside.get(&layer) {
                _ if !head.is_empty() && !bounds.is_empty() => {
                    let why = format!("{name}, which is new, would begin as if it had existed before");
                    self.refuse(id, self.new.span(variable).start, &why);
                }
                Some(fields) if bounds.is_empty() => {
                    declare(Some(defined), &format!(" = {{ {head}.fields = {{ {fields} }} }}"))
                }
                Some(fields) => declare(Some(defined), &format!(" = {{ {fields} }}")),
                None if !head.is_empty() && defines => declare(Some(defined), &format!(" = {{ {head} }}")),
                None => {}
            }
        }
    }
}

/// Where a variable's declarator ends: behind the bounds of an array.
fn declarator_end(source: &str, from: usize) -> usize {
    let mut depth = 0;
    let mut end = from;
    for token in text::lex(&source[from..source.len().min(from + 4096)]) {
        match token.text(&source[from..]) {
            "[" => depth += 1,
            "]" => depth -= 1,
            _ if depth > 0 => continue,
            _ => return end,
        }
        end = from + token.end;
    }
    end
}
