//! Variables that hold objects: those of functions begin and end, named ones have companions.

use super::{Work, begins, enters, is_pure};
use crate::clang::Site;
use crate::extend::initial::Parts;
use crate::extend::provide;
use crate::merge::Inserted;
use crate::model::ItemId;
use crate::text;
use std::ops::Range;

impl Work<'_> {
    pub(super) fn variable(&mut self, site: &Site) {
        let Site::Variable { span, name_at, name, record, size, dimensions, initialiser, places, automatic } =
            site
        else {
            return;
        };
        let id = self.names[record];
        let braces = initialiser.clone().filter(|range| self.source(range).starts_with('{'));
        let parts = match (&braces, dimensions.len()) {
            (None, _) => Ok(Parts::default()),
            (Some(braces), 0) => self.reader(!automatic).record(id, braces.clone()),
            (Some(braces), 1) => self.reader(!automatic).array(id, braces.clone()),
            (Some(braces), _) => Err((braces.start, "an array of arrays")),
        };
        let parts = match parts {
            Ok(parts) => parts,
            Err(unread) => return self.unread(id, unread),
        };
        let outside = self.new.items.iter().enumerate().find(|(_, item)| {
            item.entity.function.is_none() && item.entity.declarations.iter().any(|d| d.name_at == *name_at)
        });
        match outside {
            _ if *automatic => self.automatic(
                id,
                (span, *name_at, name),
                *size,
                (initialiser, places),
                braces.is_some(),
                &parts,
                dimensions,
            ),
            Some((variable, item)) if self.extended(id).is_some() && !item.entity.thread && !item.system => {
                self.named(id, variable, name, &parts);
            }
            _ if !parts.beside.is_empty() => {
                return self.refuse(id, *name_at, &format!("the static {name} sets one from its beginning"));
            }
            _ => {}
        }
        if let Some(braces) = braces {
            self.edits.replace(braces, parts.base);
        }
    }

    /// A variable of a function: nothing is beside it when it begins, nor when it ends.
    #[allow(clippy::too_many_arguments)]
    fn automatic(
        &mut self,
        id: ItemId,
        (span, name_at, name): (&Range<usize>, usize, &str),
        size: Option<u64>,
        (initialiser, places): (&Option<Range<usize>>, &[Range<usize>]),
        braced: bool,
        parts: &Parts,
        dimensions: &[u64],
    ) {
        if size.is_none() {
            return self.refuse(id, name_at, &format!("the size of {name} is known at run time only"));
        }
        let count = dimensions.iter().product::<u64>().max(1);
        self.leaves.insert((id, count));
        let behind_name = declarator_end(&self.new.unit.text, name_at + name.len());
        let leave = provide::leave(&self.new.items[id].entity.name, count);
        self.edits.insert(behind_name, &format!(" __attribute__((cleanup({leave})))"));
        let begins = match (initialiser, self.extended(id)) {
            (Some(from), _) if !braced => {
                if places.is_empty() {
                    return self.refuse(id, from.start, "such an object begins with a value without a place");
                }
                let value = self.copied(id, from, places);
                if is_pure(self.source(from)) {
                    format!("polus_extension_follow(&{name}, {value}, sizeof {name})")
                } else {
                    let equals = self.new.unit.text[..from.start].rfind('=').unwrap_or(from.start);
                    self.edits.replace(equals..from.end, String::new());
                    format!("polus_extension_assign((void *)&{name}, {value}, sizeof {name})")
                }
            }
            (_, Some(extended)) if !parts.beside.is_empty() => {
                if !dimensions.is_empty() {
                    return self.refuse(
                        id,
                        name_at,
                        &format!("the elements of {name} set one from their beginning"),
                    );
                }
                begins(extended, &format!("&{name}"), &format!("sizeof {name}"), parts)
            }
            (_, Some(extended)) => enters(extended, &format!("&{name}"), &format!("sizeof {name}")),
            _ => format!("polus_extension_enter(&{name}, sizeof {name})"),
        };
        self.edits.insert(span.end, &format!(", *{name}__begins __attribute__((unused)) = {begins}"));
    }

    /// A variable of the program: its companion is found without a look-up.
    fn named(&mut self, id: ItemId, variable: ItemId, name: &str, parts: &Parts) {
        let Some(extended) = self.extended(id).cloned() else { return };
        let entity = &self.new.items[variable].entity;
        let count: u64 = entity.dimensions.iter().product::<u64>().max(1);
        let bounds: String = entity.dimensions.iter().map(|n| format!("[{n}]")).collect();
        if entity.dimensions.len() > 1 {
            return self.refuse(id, self.new.span(variable).start, &format!("{name} is an array of arrays"));
        }
        let object = if entity.dimensions.is_empty() { format!("&{name}") } else { name.to_string() };
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
            match parts.beside.get(&layer) {
                Some(fields) if bounds.is_empty() => {
                    declare(Some(defined), &format!(" = {{ .fields = {{ {fields} }} }}"))
                }
                Some(fields) => declare(Some(defined), &format!(" = {{ {fields} }}")),
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
