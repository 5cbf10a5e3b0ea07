//! The new program's text with every use of a new field and every operation on whole objects rewritten.

use super::edits::Edits;
use super::fields::Extended;
use super::initial::{Fields, Parts, Reader, Unread};
use super::numbers::{self, Numbered};
use super::{body, initial, provide};
use crate::clang::{Access as Role, Argument, Base, Field, Site};
use crate::diag::Diagnostic;
use crate::merge::{Inserted, MergedUnit};
use crate::model::{ItemId, Program};
use crate::text;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Rewrites; `carriers` are the types with something beside their objects and those that hold them,
/// `names` the places of their names in `sites`.
///
/// # Errors
/// What cannot be rewritten, with its place.
pub fn rewrite(
    new: &Program,
    (types, numbered): (&[Extended], &[Numbered]),
    carriers: &BTreeSet<ItemId>,
    names: &BTreeMap<usize, ItemId>,
    sites: &[Site],
) -> Result<(MergedUnit, BTreeMap<ItemId, BTreeSet<String>>), Vec<Diagnostic>> {
    let fields = |&id: &ItemId| {
        let extended = types.iter().find(|t| t.id == id);
        let all = new.items[id].entity.fields.clone();
        let in_order = extended.is_none_or(|t| t.in_order(&all));
        let layer = |field: &Field| Some((field.name.clone(), extended?.beside(&field.name)?));
        let beside = all.iter().filter_map(layer).collect();
        let retyped = extended.map(|t| t.retyped.keys().cloned().collect()).unwrap_or_default();
        (id, Fields { all, beside, retyped, in_order })
    };
    let records = carriers.iter().map(fields).collect();
    let edits = Edits::new(&new.unit.text);
    let mut work = Work {
        new,
        types,
        numbered,
        names,
        records,
        edits,
        told: vec![],
        leaves: BTreeSet::new(),
        behind: vec![],
        companions: vec![],
        named: BTreeMap::new(),
    };
    // what stands inside comes behind: it is done first
    for site in sites.iter().rev() {
        work.site(site);
    }
    work.bodies();
    work.numbers();
    match work.told.is_empty() {
        true => {
            let named = std::mem::take(&mut work.named);
            Ok((work.finish(), named))
        }
        false => Err(work.told),
    }
}

struct Work<'w> {
    new: &'w Program,
    types: &'w [Extended],
    numbered: &'w [Numbered],
    names: &'w BTreeMap<usize, ItemId>,
    records: BTreeMap<ItemId, Fields>,
    edits: Edits<'w>,
    told: Vec<Diagnostic>,
    /// Of automatic variables: their type, and how many of it one has.
    leaves: BTreeSet<(ItemId, u64)>,
    behind: Vec<Inserted>,
    /// Rows of the table of named variables' companions.
    companions: Vec<String>,
    /// Variables of each type.
    named: BTreeMap<ItemId, BTreeSet<String>>,
}

impl Work<'_> {
    fn source(&self, range: &Range<usize>) -> &str {
        &self.new.unit.text[range.clone()]
    }

    fn extended(&self, id: ItemId) -> Option<&Extended> {
        self.types.iter().find(|t| t.id == id && !t.records().is_empty())
    }

    fn spelled(&self, id: ItemId) -> String {
        self.new.type_name(id)
    }

    fn refuse(&mut self, record: ItemId, at: usize, why: &str) {
        let title = self.new.title(record);
        let told = Diagnostic::error(format!("{title} gets new fields, and {why}"));
        self.told.push(told.at(self.new.place_at(at), "here").blame([record]).help(
            "write this place otherwise, keep the type's fields in this update, or restart the program for this change",
        ));
    }

    fn site(&mut self, site: &Site) {
        match site {
            Site::Member { span, base, of, record, field, role } => {
                let id = self.names[record];
                if self.extended(id).is_some_and(|extended| extended.retyped.contains_key(field)) {
                    self.retyped(id, (span, role), base, of, field);
                } else if self.records[&id].beside.contains_key(field) {
                    self.member(id, span, base, of, field);
                }
            }
            Site::Offset { at, record, field } => {
                let id = self.names[record];
                if self.records[&id].beside.contains_key(field) {
                    self.refuse(
                        id,
                        *at,
                        &format!("the distance of {field} is taken, which has a place of its own"),
                    );
                }
            }
            Site::ByValue { at, record } => self.refuse(self.names[record], *at, "is passed by value"),
            Site::Assignment { span, to, from, places, record } => {
                self.assignment(self.names[record], span, to, from, places);
            }
            Site::Literal { span, braces, record, inside } => {
                self.literal(self.names[record], span, braces, *inside)
            }
            Site::Call { span, callee, name, arguments, makes } => {
                self.call(span, callee, name, arguments, *makes)
            }
            Site::Variable { .. } => self.variable(site),
        }
    }

    /// What lies beside the object, as an expression.
    fn member(&mut self, id: ItemId, span: &Range<usize>, base: &Range<usize>, of: &Base, field: &str) {
        let Some(extended) = self.extended(id) else { return };
        let Some(layer) = extended.beside(field) else { return };
        let inner = self.edits.cut(base.clone());
        let found = |address: String| {
            let (beside, descriptor) =
                (provide::beside(extended, layer), provide::descriptor(extended, layer));
            format!("(({beside} *)polus_extension({address}, &{descriptor}))->{field}")
        };
        let text = match of {
            Base::Global { name, .. }
                if extended.has_companion(self.source(name), layer) && !extended.starts(layer) =>
            {
                let (variable, rest) = (self.source(name).to_string(), self.edits.cut(name.end..base.end));
                let head = self.edits.cut(base.start..name.start);
                format!("{head}{}{rest}.fields.{field}", provide::companion(&variable, layer))
            }
            Base::Pointer => found(inner),
            Base::Object | Base::Global { .. } => found(format!("&({inner})")),
            Base::Value => {
                return self.refuse(id, span.start, &format!("{field} is taken of a value without a place"));
            }
        };
        self.edits.replace(span.clone(), text);
    }

    /// A field of which old code has a value of another type: what is written goes there as well, and
    /// what is read is what was written last, by old code or new.
    fn retyped(
        &mut self,
        id: ItemId,
        (span, role): (&Range<usize>, &Role),
        base: &Range<usize>,
        of: &Base,
        field: &str,
    ) {
        let Some(extended) = self.extended(id) else { return };
        let (pull, push) = (provide::pull(extended, field), provide::push(extended, field));
        let descriptor = provide::descriptor(extended, extended.retyped[field]);
        let inner = self.edits.cut(base.clone());
        let object = match of {
            Base::Pointer => inner,
            Base::Object | Base::Global { .. } => format!("&({inner})"),
            Base::Value => {
                return self.refuse(id, span.start, &format!("{field} is taken of a value without a place"));
            }
        };
        let within = |work: &str, value: &str| {
            let beside = provide::beside(extended, extended.retyped[field]);
            format!(
                "({{ void *polus_object = (void *)({object}); {beside} *polus_beside = {pull}(polus_object, &{descriptor}); {work} {push}(polus_object, &{descriptor}); {value}; }})"
            )
        };
        let place = format!("polus_beside->{field}");
        match role {
            Role::Read | Role::Unevaluated => {
                self.edits.replace(span.clone(), format!("{pull}({object}, &{descriptor})->{field}"))
            }
            Role::Assigned(operator, whole) => {
                let operator_text = self.source(operator).trim().to_string();
                let value = self.edits.cut(operator.end..whole.end);
                let text = within(&format!("{place} {operator_text} ({value});"), &place);
                self.edits.replace(whole.clone(), text);
            }
            Role::Counted(whole, before) => {
                let sign = if self.source(whole).contains("++") { "++" } else { "--" };
                let text = match before {
                    true => within(&format!("{sign}{place};"), &place),
                    false => within(
                        &format!("__typeof__({place} + 0) polus_value = {place}{sign};"),
                        "polus_value",
                    ),
                };
                self.edits.replace(whole.clone(), text);
            }
            Role::Object => self.refuse(
                id,
                span.start,
                &format!("the address of {field} is taken, which has another type now"),
            ),
        }
    }

    fn assignment(
        &mut self,
        id: ItemId,
        span: &Range<usize>,
        to: &Range<usize>,
        from: &Range<usize>,
        places: &[Range<usize>],
    ) {
        if places.is_empty() {
            return self.refuse(id, from.start, "a value without a place is assigned to such an object");
        }
        let (spelled, to, from) =
            (self.spelled(id), self.edits.cut(to.clone()), self.copied(id, from, places));
        let text = format!("(*({spelled} *)polus_extension_assign(&({to}), {from}, sizeof({spelled})))");
        self.edits.replace(span.clone(), text);
    }

    /// The address of what is copied; an object that existed before is begun once, not by each copy.
    fn copied(&self, id: ItemId, value: &Range<usize>, places: &[Range<usize>]) -> String {
        let address = self.address(value, places);
        match self.starting_by_hand(id) {
            Some(descriptor) => {
                format!("polus_extension_started({address}, sizeof({}), &{descriptor})", self.spelled(id))
            }
            None => address,
        }
    }

    /// The descriptor of a type whose existing objects are begun by hand, which may be done once only.
    fn starting_by_hand(&self, id: ItemId) -> Option<String> {
        self.starting(id).filter(|_| self.extended(id).is_some_and(|extended| extended.hook.is_some()))
    }

    /// Where the value lies that is a copy of one of these places.
    fn address(&self, value: &Range<usize>, places: &[Range<usize>]) -> String {
        let (mut text, mut at) = (String::from("("), value.start);
        for place in places {
            text += &format!("{}&({})", self.edits.cut(at..place.start), self.edits.cut(place.clone()));
            at = place.end;
        }
        text + &self.edits.cut(at..value.end) + ")"
    }

    /// The descriptor of a type whose existing objects do not begin with zero.
    fn starting(&self, id: ItemId) -> Option<String> {
        let extended = self.extended(id)?;
        extended.started_layer().map(|layer| provide::descriptor(extended, layer))
    }

    /// A type that a record holds by value and whose existing objects do not begin with zero.
    fn starting_inside(&self, id: ItemId) -> Option<ItemId> {
        let held = self.new.items[id].entity.holds.iter().copied().filter(|held| *held != id);
        held.into_iter()
            .find_map(|held| self.starting(held).map(|_| held).or_else(|| self.starting_inside(held)))
    }

    /// `fixed`: the initialiser is one of an object with static storage.
    fn reader(&self, fixed: bool) -> Reader<'_> {
        Reader { edits: &self.edits, source: &self.new.unit.text, records: &self.records, fixed }
    }

    fn unread(&mut self, id: ItemId, (at, why): Unread) {
        self.refuse(id, at, &format!("its initialiser cannot be taken apart: {why}"));
    }

    fn literal(&mut self, id: ItemId, span: &Range<usize>, braces: &Range<usize>, inside: bool) {
        let parts = match self.reader(!inside).record(id, braces.clone()) {
            Ok(parts) => parts,
            Err(unread) => return self.unread(id, unread),
        };
        let head = self.edits.cut(span.start..braces.start);
        let literal = format!("{head}{}", parts.base);
        let text = match self.extended(id).filter(|_| inside) {
            None if parts.beside.is_empty() => literal,
            None => return self.refuse(id, braces.start, "a constant object outside of functions sets one"),
            Some(extended) => {
                let spelled = self.spelled(id);
                let begins = begins(extended, &format!("&{literal}"), &format!("sizeof({spelled})"), &parts);
                format!("(*({spelled} *){begins})")
            }
        };
        self.edits.replace(span.clone(), text);
    }

    fn call(
        &mut self,
        span: &Range<usize>,
        callee: &str,
        name: &Range<usize>,
        given: &[Argument],
        makes: bool,
    ) {
        let leads = given.iter().find_map(|argument| argument.leads_to);
        if let (Some(instead), Some(record)) = (provide::instead(callee), leads) {
            let fills = callee.ends_with("memset") || callee.ends_with("bzero");
            if let (Some(descriptor), true) = (self.starting(self.names[&record]), fills) {
                self.edits.insert(span.end - 1, &format!(", &{descriptor}"));
                return self.edits.replace(name.clone(), format!("{instead}_begun"));
            }
            let source = given.get(1).and_then(|from| self.starting_by_hand(self.names[&from.leads_to?]));
            if let Some(descriptor) = source.filter(|_| !fills) {
                self.edits.insert(span.end - 1, &format!(", &{descriptor}"));
                return self.edits.replace(name.clone(), format!("{instead}_started"));
            }
            return self.edits.replace(name.clone(), instead.to_string());
        }
        if let (Some(record), true) = (leads, SORTS.contains(&callee)) {
            return self.refuse(
                self.names[&record],
                name.start,
                &format!("{callee} moves such objects by their bytes"),
            );
        }
        let Some(sized) = given.iter().find(|argument| argument.sizes.is_some()) else { return };
        if !makes || leads.is_some() {
            return;
        }
        if let Some(inner) = self.starting_inside(self.names[&sized.sizes.expect("found by it")]) {
            return self.refuse(
                inner,
                span.start,
                "an object is made that holds one: its new fields would begin as in old objects",
            );
        }
        let id = self.names[&sized.sizes.expect("found by it")];
        let spelled = self.spelled(id);
        let plain = |argument: &Argument| {
            (is_pure(self.source(&argument.span)) && !self.edits.touches(&argument.span))
                .then(|| format!("({})", self.source(&argument.span)))
        };
        // a size and a number of objects
        let counted: Option<Vec<String>> = match given.len() == 2 && given.iter().all(|a| a.number) {
            true => given.iter().map(plain).collect(),
            false => plain(sized).map(|bytes| vec![bytes]),
        };
        let bytes = counted.map_or(format!("sizeof({spelled})"), |all| all.join(" * "));
        let made = self.edits.cut(span.clone());
        let text = match self.starting(id) {
            Some(descriptor) => format!("polus_extension_begun({made}, {bytes}, &{descriptor})"),
            None => format!("polus_extension_made({made}, {bytes})"),
        };
        self.edits.replace(span.clone(), text);
    }

    fn variable(&mut self, site: &Site) {
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

    fn chunk_of(&self, id: ItemId) -> Option<usize> {
        let at = self.new.items[id].entity.definition()?.name_at;
        Some(self.new.unit.chunks.partition_point(|c| c.span.end <= at))
    }

    /// The types' own declarations.
    fn bodies(&mut self) {
        let mut types: Vec<&Extended> = self.types.iter().collect();
        types.sort_by_key(|t| std::cmp::Reverse(self.new.span(t.id).start));
        for extended in types {
            let at = self.new.span(extended.id).start;
            let Some(read) = body::read(self.new, extended.id) else {
                self.refuse(extended.id, at, "its declaration cannot be read");
                continue;
            };
            match self.layers(extended, &read) {
                Some((base, beside)) => {
                    self.edits.replace(read.inner.clone(), base);
                    let rest = std::mem::take(&mut self.behind);
                    self.behind = beside.into_iter().chain(rest).collect();
                }
                None => self.refuse(extended.id, at, "its fields cannot be put at their old places"),
            }
        }
    }

    /// The object's body, and what is declared for its records.
    fn layers(&self, extended: &Extended, read: &body::Body) -> Option<(String, Vec<Inserted>)> {
        let cut = |range: Range<usize>| self.edits.cut(range);
        let known = |layer: usize| body::of_layer(extended, layer, read, &cut);
        let base = match extended.layers[0].union {
            true => body::union(read, extended.layers[0].size, &cut),
            false => known(0)?,
        };
        let behind = self.chunk_of(extended.id);
        let mut beside = vec![];
        for layer in extended.records() {
            let fields = match layer < extended.layers.len() {
                true => known(layer)?,
                false => body::of_fields(extended, read, &cut)?,
            };
            let declared = provide::of_layer(self.new, extended, layer, &fields).into_iter();
            beside.extend(declared.map(|(text, system)| Inserted { behind, text, system }));
        }
        Some((base, beside))
    }

    /// The enumerations' own declarations, and arrays with an element for each value.
    fn numbers(&mut self) {
        let new = self.new;
        for numbered in self.numbered.iter().filter(|numbered| numbered.differs(new)) {
            for (_, braces) in numbers::tables(new, numbered) {
                for (position, at) in initial::positions(&new.unit.text, braces).into_iter().enumerate() {
                    if let Some(place) = numbered.place_of(new, position as i64) {
                        self.edits.insert(at, &format!("[{place}] = "));
                    }
                }
            }
            let span = new.span(numbered.id);
            let Some(open) = new.unit.text[span.clone()].find('{') else { continue };
            let list: Vec<String> =
                numbered.numbers.iter().map(|(name, value)| format!("{name} = {value}")).collect();
            self.edits.replace(span.start + open + 1..span.end - 1, format!(" {} ", list.join(", ")));
        }
    }

    fn finish(self) -> MergedUnit {
        let mut inserted: Vec<Inserted> = vec![];
        if self.types.iter().any(|t| !t.records().is_empty()) {
            let header = provide::header().into_iter();
            inserted.extend(header.map(|text| Inserted { behind: None, text, system: true }));
        }
        for &(id, count) in &self.leaves {
            let text = provide::leaving(&self.new.items[id].entity.name, &self.spelled(id), count);
            inserted.push(Inserted { behind: self.chunk_of(id), text, system: true });
        }
        inserted.extend(self.behind);
        let last = self.new.unit.chunks.len().checked_sub(1);
        let lists = provide::lists(self.types, &self.companions).into_iter();
        inserted.extend(lists.map(|text| Inserted { behind: last, text, system: false }));
        let mut unit = self.new.unit.revised(self.edits.finish(), &inserted);
        unit.extended = self.types.iter().map(|t| t.name.clone()).collect();
        unit.counting = self.numbered.iter().filter_map(|n| n.sentinel.clone()).collect();
        unit
    }
}

/// A fresh object, which does not begin as one that existed before does.
fn enters(extended: &Extended, object: &str, bytes: &str) -> String {
    match extended.started_layer() {
        Some(layer) => {
            format!("polus_extension_begun({object}, {bytes}, &{})", provide::descriptor(extended, layer))
        }
        None => format!("polus_extension_enter({object}, {bytes})"),
    }
}

/// An object begins with these fields in its records.
fn begins(extended: &Extended, object: &str, bytes: &str, parts: &Parts) -> String {
    let none = BTreeMap::from([(1, "0".to_string())]);
    let beside = if parts.beside.is_empty() { &none } else { &parts.beside };
    let fresh = enters(extended, object, bytes);
    let set = beside.iter().fold(fresh, |object, (&layer, fields)| {
        let (beside, descriptor) = (provide::beside(extended, layer), provide::descriptor(extended, layer));
        format!("polus_extension_set({object}, &({beside}){{ {fields} }}, &{descriptor})")
    });
    let pushed = extended.retyped.iter().filter(|(_, layer)| beside.contains_key(layer));
    pushed.fold(set, |object, (field, &layer)| {
        format!("{}({object}, &{})", provide::push(extended, field), provide::descriptor(extended, layer))
    })
}

/// Library functions that move objects.
const SORTS: &[&str] = &["qsort", "qsort_r", "bsearch_insert", "mergesort", "heapsort"];

/// An expression that gives the same when it is evaluated twice.
fn is_pure(source: &str) -> bool {
    let tokens = text::lex(source);
    let word = |at: usize| tokens.get(at).map_or("", |token: &text::Token| token.text(source));
    (0..tokens.len()).all(|at| {
        let assigns = word(at).ends_with('=') && !matches!(word(at), "==" | "!=" | "<=" | ">=");
        let calls = tokens[at].kind == text::Kind::Ident
            && word(at + 1) == "("
            && !matches!(word(at), "sizeof" | "__typeof__" | "typeof");
        !assigns && !calls && !matches!(word(at), "++" | "--")
    })
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
