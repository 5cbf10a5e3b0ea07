//! Enumerations that keep their numbers: the tables with an element for each of them, and what compares them.

use super::super::initial;
use super::super::numbers::{self, Numbered, Table};
use super::Work;
use crate::clang::{Kind, Order, Role, Side};
use crate::diag::Diagnostic;
use crate::model::ItemId;
use std::collections::BTreeSet;
use std::ops::Range;

impl Work<'_> {
    /// The enumerations' own declarations, and arrays with an element for each value.
    pub fn numbers(&mut self) {
        let new = self.new;
        for numbered in self.numbered.iter().filter(|numbered| numbered.differs(new)) {
            for table in numbers::tables(new, numbered, self.indices) {
                if let Err(told) = self.table(numbered, &table) {
                    self.told.push(told);
                }
            }
            let span = new.span(numbered.id);
            let Some(open) = new.unit.text[span.clone()].find('{') else { continue };
            let list: Vec<String> =
                numbered.numbers.iter().map(|(name, value)| format!("{name} = {value}")).collect();
            self.edits.replace(span.start + open + 1..span.end - 1, format!(" {} ", list.join(", ")));
        }
    }

    /// Compares as the new version does, where its values have another order than the numbers.
    pub fn order(&mut self, order: &Order) {
        let all = self.numbered;
        let named = |numbered: &&Numbered| {
            let declared = &self.new.items[numbered.id].entity.declarations;
            declared.iter().any(|d| d.name_at == order.enumeration)
        };
        let Some(numbered) = all.iter().find(named) else { return };
        let bound = |(_, side): &(Range<usize>, Side)| match side {
            Side::Enumerator(name) => numbered.sentinels.contains(name),
            _ => false,
        };
        if order.sides.iter().any(bound) {
            return;
        }
        if order.counted {
            return self.told.push(numbers::out_of_order(self.new, numbered, order.span.start));
        }
        for (range, side) in &order.sides {
            let now = match side {
                Side::Number => continue,
                Side::Enumerator(name) => self.new_value(numbered, name).to_string(),
                Side::Value => numbered.in_order(self.old, self.new, &self.edits.cut(range.clone())),
            };
            self.edits.replace(range.clone(), now);
        }
        let title = format!("{} is compared by the order of the new version", self.new.title(numbered.id));
        let told = Diagnostic::warning(title)
            .note("its numbers have another one, for they stay what they are in the process");
        if !self.warned.iter().any(|other| other.title == told.title) {
            self.warned.push(told.at(self.new.place_at(order.span.start), "here, for example"));
        }
    }

    fn new_value(&self, numbered: &Numbered, name: &str) -> i64 {
        let all = &self.new.items[numbered.id].entity.enumerators;
        all.iter().find(|(other, _)| other == name).map_or(0, |(_, value)| *value)
    }

    /// Puts each element where its value is now.
    fn table(&mut self, numbered: &Numbered, table: &Table) -> Result<(), Diagnostic> {
        let new = self.new;
        let elements = initial::positions(&new.unit.text, table.braces.clone());
        let place = |at: usize| numbered.place_of(new, at as i64);
        let moved = (0..elements.len()).any(|at| place(at).is_some_and(|place| place != at as i64));
        if !moved {
            return Ok(());
        }
        let title = new.title(table.id);
        let refusal = |why: &str, note: &str| {
            numbers::refusal(new, numbered.id, &format!("{title} {why}")).at(new.place(table.id), note)
        };
        if !table.certain || self.edits.touches(&table.braces) {
            let how = "give its elements designators, or its bound the name";
            return Err(refusal("may have an element for each by position", how));
        }
        let covered: BTreeSet<i64> = (0..elements.len()).map(|at| place(at).unwrap_or(at as i64)).collect();
        let last = covered.last().copied().unwrap_or(0);
        if bound(self, numbered, table).is_some_and(|bound| last >= bound) {
            return Err(refusal("ends before the number that a new one gets", "its bound comes before it"));
        }
        let mut kept = String::new();
        for hole in (0..last).filter(|at| !covered.contains(at)) {
            let Some(element) = self.element_of(numbered, table, hole) else {
                let how = "who walks through it would meet that";
                return Err(refusal("would have an empty element for one that is gone", how));
            };
            kept += &format!("[{hole}] = {element}, ");
            let rows = self.rows.entry(new.items[table.id].entity.name.clone()).or_default();
            if rows.insert(hole, element).is_none() {
                self.warned.push(told_of(&title, hole).at(new.place(table.id), "the table"));
            }
        }
        for (at, element) in elements.iter().enumerate() {
            let place = place(at).map(|place| format!("[{place}] = ")).unwrap_or_default();
            self.edits.insert(element.start, &format!("{}{place}", std::mem::take(&mut kept)));
        }
        Ok(())
    }

    /// What a table has for a number whose name is gone.
    fn element_of(&self, numbered: &Numbered, table: &Table, number: i64) -> Option<String> {
        let name = &self.new.items[table.id].entity.name;
        let kept = self.rows.get(name).and_then(|rows| rows.get(&number)).cloned();
        let old =
            || Some(self.old.unit.text[self.old_element(name, *numbered.gone.get(&number)?)?].to_string());
        kept.or_else(old)
    }

    /// What the old table has for a value, if it means the same in the new program.
    fn old_element(&self, name: &str, value: i64) -> Option<Range<usize>> {
        let defined =
            |id: &ItemId| self.old.items[*id].kind() == Kind::Variable && self.old.items[*id].defined();
        let ours = self.old.named(name).iter().copied().find(defined)?;
        let elements = initial::positions(&self.old.unit.text, numbers::braces(self.old, ours)?);
        let element = elements.get(usize::try_from(value).ok()?)?.clone();
        let is_plain = !self.old.unit.text[element.clone()].contains('{');
        (is_plain && self.means_the_same(ours, &element)).then_some(element)
    }

    /// Everything that a part of the old variable names is in the new program under the same name.
    fn means_the_same(&self, ours: ItemId, part: &Range<usize>) -> bool {
        let named = self.old.uses_in(ours).iter().filter(|u| part.contains(&u.offset));
        let mut named = named.map(|u| (&self.old.items[u.target], &u.role));
        named.all(|(item, role)| {
            let mut same = self.new.named(&item.entity.name).iter().map(|&id| &self.new.items[id]);
            same.any(|other| match role {
                Role::Enumerator(name) => other.entity.enumerators.iter().any(|(other, _)| other == name),
                _ => other.kind() == item.kind() && other.defined() == item.defined(),
            })
        })
    }
}

/// How many elements a table has that an enumerator bounds, after that has got its number.
fn bound(work: &Work, numbered: &Numbered, table: &Table) -> Option<i64> {
    let (new, before) = (work.new, work.new.span(table.id).start..table.braces.start);
    let bounds = new.uses_in(table.id).iter().find_map(|u| match &u.role {
        Role::Enumerator(name) if u.target == numbered.id && before.contains(&u.offset) => Some(name),
        _ => None,
    })?;
    let of = |all: &[(String, i64)]| all.iter().find(|(name, _)| name == bounds).map(|(_, value)| *value);
    let first = *new.items[table.id].entity.dimensions.first()?;
    Some(first as i64 + of(&numbered.numbers)? - of(&new.items[numbered.id].entity.enumerators)?)
}

fn told_of(title: &str, number: i64) -> Diagnostic {
    Diagnostic::warning(format!("{title} keeps the old version's element for number {number}, which is gone"))
        .note("objects that have the number live on, and who walks through the table must not meet an empty one")
}
