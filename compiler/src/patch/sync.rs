//! State synchronization functions: the body that carries one instance to the other (paper 3.3).
//!
//! Each leaf is carried by itself, and where an earlier content of the source is known, only if it
//! differs from that. So what one side cannot express survives on the other, and of two instances that
//! were both written, each takes from the other what it did not write itself.

mod lead;
mod leaf;
mod rows;
mod side;

use crate::clang::{Field, Kind};
use crate::cross::{Inward, renumbering};
use crate::model::{ItemId, Program};
pub use lead::Instance;
use lead::Leads;
use rows::Run;
use side::{Side, in_union, named, nameless, same_field};

/// Bytes from which on equal parts are compared and copied as a whole first.
const LARGE: u64 = 256;

/// One direction between two instances.
pub struct Sync<'p> {
    from: &'p Program,
    to: &'p Program,
    lines: Vec<String>,
    depth: usize,
    /// An earlier content is there: the statements stand where that was asked already.
    known: bool,
    leads: Leads,
}

/// The statements that carry `*from` (a content of the instance `from`) into `*to`: each member by
/// itself, and where there is `was`, an earlier content of `*from`, only those that differ from it.
/// `inward` tells which members lead into the instance itself.
///
/// # Errors
/// What cannot be carried: the path of the member and why.
pub fn body(from: &Instance<'_>, to: &Instance<'_>, inward: &Inward) -> Result<Vec<String>, String> {
    let leads = Leads::of(from, to, inward)?;
    let ((source, ours, _), (target, theirs, _)) = (from, to);
    let mut sync = Sync { from: source, to: target, lines: vec![], depth: 0, known: false, leads };
    let from = Side::of_variable(source, *ours, "(*from)");
    let to = Side::of_variable(target, *theirs, "(*to)");
    let name = &target.items[*theirs].original;
    let carried = match rows::runs(source, *ours, target, *theirs) {
        Some(runs) => runs.into_iter().try_for_each(|run| sync.rows(&from, &to, run)),
        None => sync.carry(&from, &to),
    };
    carried.map_err(|why| why.replace("(*to)", name))?;
    sync.leads.check()?;
    Ok(sync.lines)
}

impl Sync<'_> {
    fn line(&mut self, text: &str) {
        self.lines.push(format!("{}{text}", "    ".repeat(self.depth + 1)));
    }

    /// What `inside` writes, between braces.
    fn block(
        &mut self,
        head: &str,
        inside: impl FnOnce(&mut Self) -> Result<(), String>,
    ) -> Result<(), String> {
        self.line(&format!("{head} {{"));
        self.depth += 1;
        let done = inside(self);
        self.depth -= 1;
        self.line("}");
        done
    }

    /// A statement for what differs from the earlier content.
    fn moved(&mut self, differs: &str, statement: &str) {
        let earlier = if self.known { "" } else { "!was || " };
        self.line(&format!("if ({earlier}{differs})"));
        self.line(&format!("    {statement}"));
    }

    fn carry(&mut self, from: &Side, to: &Side) -> Result<(), String> {
        match (from.dimensions.split_first(), to.dimensions.split_first()) {
            (Some((&ours, _)), Some((&theirs, _))) => self.elements(from, to, ours.min(theirs)),
            (None, None) => self.scalar_or_record(from, to),
            _ => Err(format!("{}: an array became a single value, or the other way round", to.title())),
        }
    }

    fn elements(&mut self, from: &Side, to: &Side, count: u64) -> Result<(), String> {
        let index = format!("i{}", self.depth);
        let (ours, theirs) = (from.element(&index), to.element(&index));
        if ours.dimensions.len() != theirs.dimensions.len() {
            return Err(format!("{}: an array has another number of dimensions", to.title()));
        }
        let each = |sync: &mut Self| {
            let head = format!("for (unsigned long {index} = 0; {index} < {count}; {index}++)");
            sync.block(&head, |sync| sync.carry(&ours, &theirs))
        };
        if !self.same(&ours, &theirs) || count * ours.size < LARGE {
            return each(self);
        }
        let bytes = format!("{count} * sizeof {}", from.element("0").path);
        if ours.record.is_some() {
            return self.unless_equal(from, &bytes, each);
        }
        // Of values without gaps all may cross at once where no earlier content is known.
        self.at_once(from, to, &bytes);
        let known = std::mem::replace(&mut self.known, true);
        let head = if known { "if" } else { "else if" };
        let done = self.block(&format!("{head} ({})", leaf::differs(&from.path, &bytes)), each);
        self.known = known;
        done
    }

    /// Rows that have other numbers.
    fn rows(&mut self, from: &Side, to: &Side, run: Run) -> Result<(), String> {
        let number = |first: u64| if first == 0 { "i0".to_string() } else { format!("i0 + {first}") };
        let (ours, theirs) = (from.element(&number(run.from)), to.element(&number(run.to)));
        let head = format!("for (unsigned long i0 = 0; i0 < {}; i0++)", run.count);
        self.block(&head, |sync| sync.carry(&ours, &theirs))
    }

    fn at_once(&mut self, from: &Side, to: &Side, bytes: &str) {
        if !self.known {
            self.line("if (!was)");
            self.line(&format!("    {}", leaf::copy(&to.path, &from.path, bytes)));
        }
    }

    /// What both sides hold in equal bytes: nothing to do where it did not change; else part by part,
    /// for the other side may have written other parts.
    fn unless_equal(
        &mut self,
        from: &Side,
        bytes: &str,
        parts: impl FnOnce(&mut Self) -> Result<(), String>,
    ) -> Result<(), String> {
        let earlier = if self.known { "" } else { "!was || " };
        self.block(&format!("if ({earlier}{})", leaf::differs(&from.path, bytes)), parts)
    }

    fn scalar_or_record(&mut self, from: &Side, to: &Side) -> Result<(), String> {
        match (from.record, to.record) {
            (Some(ours), Some(theirs)) => self.record(from, ours, to, theirs),
            (None, None) => self.leaf(from, to),
            _ => Err(format!("{}: a struct became a single value, or the other way round", to.title())),
        }
    }

    fn record(&mut self, from: &Side, ours: ItemId, to: &Side, theirs: ItemId) -> Result<(), String> {
        let (source, target) = (&self.from.items[ours], &self.to.items[theirs]);
        if source.entity.union || target.entity.union {
            return self.union(from, ours, to, theirs);
        }
        let bytes = format!("sizeof {}", from.path);
        let fields = |sync: &mut Self| sync.fields(from, ours, to, (theirs, 0));
        match self.same_record(ours, theirs) {
            true if target.system => {
                // A library's own: its parts belong together.
                self.moved(&leaf::differs(&from.path, &bytes), &leaf::copy(&to.path, &from.path, &bytes));
                Ok(())
            }
            true if from.size >= LARGE => self.unless_equal(from, &bytes, fields),
            _ => fields(self),
        }
    }

    /// Every field of the target, `base` bits from the start of the record that `to` is.
    fn fields(
        &mut self,
        from: &Side,
        ours: ItemId,
        to: &Side,
        (theirs, base): (ItemId, u64),
    ) -> Result<(), String> {
        let (source, target) = (self.from, self.to);
        for field in &target.items[theirs].entity.fields {
            match field.record.filter(|_| field.name.is_empty()) {
                Some(record) if target.items[record].entity.union => {
                    self.nameless_union(from, ours, to, (record, base + field.offset))?;
                }
                Some(record) => self.fields(from, ours, to, (record, base + field.offset))?,
                None => match named(source, ours, &field.name) {
                    Some(was) => self.field(from, was, to, field)?,
                    None if in_union(source, ours, &field.name) => {
                        return Err(format!(
                            "{}.{} was in a union: nothing tells whether it is in force",
                            to.title(),
                            field.name
                        ));
                    }
                    None => {}
                },
            }
        }
        Ok(())
    }

    fn field(&mut self, from: &Side, source: &Field, to: &Side, target: &Field) -> Result<(), String> {
        if target.dimensions.first() == Some(&0) || source.dimensions.first() == Some(&0) {
            return Err(format!(
                "{}.{}: an array without a length in a changed struct",
                to.title(),
                target.name
            ));
        }
        self.carry(&from.field(self.from, source), &to.field(self.to, target))
    }

    /// A nameless union of the target, `place` bits from the start of the record.
    fn nameless_union(
        &mut self,
        from: &Side,
        ours: ItemId,
        to: &Side,
        (record, place): (ItemId, u64),
    ) -> Result<(), String> {
        let mut found = vec![];
        nameless(self.from, ours, 0, &mut found);
        let fitting = found.iter().find(|(_, id)| self.staying(*id, record));
        let bytes = |id: ItemId| self.from.items[id].entity.size.min(self.to.items[record].entity.size);
        let fitting = fitting.and_then(|&(offset, id)| Some((offset, bytes(id)?)));
        let Some((offset, bytes)) = fitting else { return Err(leaf::union_changed(to)) };
        self.bytes(from, offset / 8, to, place / 8, bytes);
        Ok(())
    }

    /// A union whose members all stay crosses by its bytes: whichever is in force keeps its place.
    fn union(&mut self, from: &Side, ours: ItemId, to: &Side, theirs: ItemId) -> Result<(), String> {
        let (source, target) = (&self.from.items[ours].entity, &self.to.items[theirs].entity);
        let bytes = source.size.zip(target.size).map(|(a, b)| a.min(b));
        match bytes.filter(|_| self.staying(ours, theirs)) {
            Some(bytes) => self.bytes(from, 0, to, 0, bytes),
            None => return Err(leaf::union_changed(to)),
        }
        Ok(())
    }

    fn bytes(&mut self, from: &Side, source: u64, to: &Side, target: u64, bytes: u64) {
        let place = |path: &str, at: u64| match at {
            0 => path.to_string(),
            at => format!("*((char *)&{path} + {at})"),
        };
        let (from, to) = (place(&from.path, source), place(&to.path, target));
        let bytes = bytes.to_string();
        self.moved(&leaf::differs(&from, &bytes), &leaf::copy(&to, &from, &bytes));
    }

    /// Both are unions, and the members of one are all in the other.
    fn staying(&self, ours: ItemId, theirs: ItemId) -> bool {
        let (source, target) = (&self.from.items[ours].entity, &self.to.items[theirs].entity);
        let same = |a: &Field, b: &Field| same_field(a, b) && a.shape == b.shape && a.size == b.size;
        let all = |few: &[Field], many: &[Field]| few.iter().all(|f| many.iter().any(|m| same(f, m)));
        let pairs =
            source.fields.iter().filter_map(|f| Some((f, target.fields.iter().find(|t| same(f, t))?)));
        let mut records = pairs.filter_map(|(f, t)| f.record.zip(t.record));
        source.union
            && target.union
            && (all(&source.fields, &target.fields) || all(&target.fields, &source.fields))
            && records.all(|(a, b)| self.same_held(a, b))
    }

    /// Both hold the same in the same bytes.
    fn same(&self, ours: &Side, theirs: &Side) -> bool {
        let held = |side: &Side| side.record.or(side.enumeration);
        ours.shape == theirs.shape
            && match (held(ours), held(theirs)) {
                (Some(a), Some(b)) => self.same_held(a, b),
                (a, b) => a.is_none() && b.is_none(),
            }
    }

    /// Two records hold the same all the way down.
    fn same_record(&self, ours: ItemId, theirs: ItemId) -> bool {
        let (ours, theirs) = (&self.from.items[ours].entity, &self.to.items[theirs].entity);
        ours.shape == theirs.shape
            && ours.fields.iter().zip(&theirs.fields).all(|(a, b)| match (a.record, b.record) {
                (Some(a), Some(b)) => self.same_held(a, b),
                (a, b) => a.is_none() == b.is_none(),
            })
    }

    fn same_held(&self, ours: ItemId, theirs: ItemId) -> bool {
        let (was, is) = (&self.from.items[ours].entity, &self.to.items[theirs].entity);
        match (was.kind, is.kind) {
            (Kind::Enum, Kind::Enum) => !renumbering::is_renumbered(was, is),
            _ => self.same_record(ours, theirs),
        }
    }
}
