//! The declarations that the patch's functions need, and theirs in turn.

use super::names::{Names, Standing};
use crate::clang::{EntityId, Kind, Role, Use};
use crate::cross::{Crossing, Versions};
use crate::merge::{Chunk, Origin};
use crate::model::{ItemId, Program};
use crate::text;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// What the patch has to declare or repeat.
#[derive(Debug, Default)]
pub struct Closure {
    /// Types of the new program.
    pub types: BTreeSet<ItemId>,
    /// Functions and globals that stay in the process.
    pub imports: BTreeSet<ItemId>,
    /// Functions and globals of libraries, and names that only a declaration needs.
    pub declared: BTreeSet<ItemId>,
    /// Functions whose text is repeated.
    pub copied: BTreeSet<ItemId>,
    /// Who uses which repeated function.
    holders: BTreeMap<ItemId, BTreeSet<ItemId>>,
}

/// Computes the closure of everything that the patch defines.
pub fn close(versions: Versions, crossing: &Crossing, names: &Names) -> Closure {
    let mut work = Work::new(versions.new, names);
    for (id, _) in names.defined() {
        work.body(id, id);
    }
    for &(_, new) in crossing.migrated.iter().chain(&crossing.adopted) {
        work.body(new, new);
    }
    let by_hand = |c: &&Chunk| c.origin == Origin::Provided || c.origin == Origin::ByHand && !c.system;
    for chunk in versions.new.unit.chunks.iter().filter(by_hand) {
        work.span(chunk.span.clone(), None);
    }
    work.run();
    work.closure
}

impl Closure {
    /// For the version file: the inline functions that each of the patch's functions holds.
    pub fn copies_by_holder(&self, new: &Program, names: &Names) -> BTreeMap<String, Vec<String>> {
        let key = |id: &ItemId| new.key(*id);
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (copy, holders) in &self.holders {
            for holder in holders.iter().filter(|h| names.defined().any(|(id, _)| id == **h)) {
                found.entry(key(holder)).or_default().push(key(copy));
            }
        }
        found
    }
}

struct Work<'p> {
    new: &'p Program,
    names: &'p Names,
    closure: Closure,
    by_offset: Vec<&'p Use>,
    enumerators: BTreeMap<&'p str, ItemId>,
    open: Vec<(Range<usize>, Option<ItemId>)>,
    seen: BTreeSet<(usize, Option<ItemId>)>,
}

impl<'p> Work<'p> {
    fn new(new: &'p Program, names: &'p Names) -> Self {
        let mut by_offset: Vec<&Use> = new.uses.iter().collect();
        by_offset.sort_by_key(|u| u.offset);
        let enumerations = new.items.iter().enumerate().filter(|(_, i)| i.kind() == Kind::Enum);
        let enumerators = enumerations
            .flat_map(|(id, i)| i.entity.enumerators.iter().map(move |(name, _)| (name.as_str(), id)))
            .collect();
        Self {
            new,
            names,
            closure: Closure::default(),
            by_offset,
            enumerators,
            open: vec![],
            seen: BTreeSet::new(),
        }
    }

    /// The text that defines an item is in the patch, on behalf of `holder`.
    fn body(&mut self, id: ItemId, holder: ItemId) {
        for declaration in self.new.items[id].entity.declarations.iter().filter(|d| d.definition) {
            self.span(declaration.span.clone(), Some(holder));
        }
    }

    fn span(&mut self, span: Range<usize>, holder: Option<ItemId>) {
        if self.seen.insert((span.start, holder)) {
            self.open.push((span, holder));
        }
    }

    fn run(&mut self) {
        while let Some((span, holder)) = self.open.pop() {
            self.names_in(span.clone());
            let first = self.by_offset.partition_point(|u| u.offset < span.start);
            let last = self.by_offset.partition_point(|u| u.offset < span.end);
            for at in first..last {
                let found = self.by_offset[at];
                if self.is_shared(found) {
                    continue;
                }
                self.need(found.target, &found.role, holder);
            }
        }
    }

    /// A use that stands for that of a view, which is declared by itself.
    fn is_shared(&self, found: &Use) -> bool {
        self.new.views.values().any(|&item| item == found.target) && !self.new.is_spelled(found)
    }

    /// Types and enumerators by every identifier: more than needed does no harm.
    fn names_in(&mut self, span: Range<usize>) {
        let text = &self.new.unit.text;
        let new = self.new;
        for token in text::lex(&text[span.clone()]) {
            let word = token.text(&text[span.clone()]);
            if token.kind != text::Kind::Ident {
                continue;
            }
            if let Some(&id) = self.enumerators.get(word) {
                self.need(id, &Role::Mention, None);
            }
            for &id in new.named(word) {
                if matches!(new.items[id].kind(), Kind::Record | Kind::Enum | Kind::Typedef) {
                    self.need(id, &Role::Mention, None);
                }
            }
        }
    }

    fn need(&mut self, id: EntityId, role: &Role, holder: Option<ItemId>) {
        let item = &self.new.items[id];
        if item.entity.function.is_some() {
            return;
        }
        match item.kind() {
            Kind::Record | Kind::Enum | Kind::Typedef => self.need_type(id),
            Kind::Function | Kind::Variable => self.need_object(id, role, holder),
        }
    }

    fn need_type(&mut self, id: ItemId) {
        let outer = self.new.items[id].entity.inside.unwrap_or(id);
        if outer != id {
            return self.need_type(outer);
        }
        if self.closure.types.insert(id) {
            for declaration in &self.new.items[id].entity.declarations {
                self.open.push((self.chunk_of(declaration.name_at), None));
            }
        }
    }

    /// A type's names reach as far as its chunk: `typedef struct {…} name`.
    fn chunk_of(&self, offset: usize) -> Range<usize> {
        let span = self.whole_chunk(offset);
        // An object's initialiser behind a type is none of the type's needs.
        let head = self.new.unit.text[span.clone()].find('=').map_or(span.end, |at| span.start + at);
        span.start..head
    }

    fn whole_chunk(&self, offset: usize) -> Range<usize> {
        let chunk = self.new.unit.chunks.partition_point(|c| c.span.end <= offset);
        self.new.unit.chunks.get(chunk).map_or(offset..offset, |c| c.span.clone())
    }

    fn need_object(&mut self, id: ItemId, role: &Role, holder: Option<ItemId>) {
        let id = self.names.behind(id);
        match self.names.standing(self.new, id) {
            Standing::Copied => {
                self.closure.holders.entry(id).or_default().extend(holder);
                self.closure.copied.insert(id);
                self.body(id, holder.unwrap_or(id));
            }
            Standing::Library | Standing::Chosen => {
                if self.closure.declared.insert(id) {
                    for declaration in &self.new.items[id].entity.declarations {
                        self.span(declaration.span.clone(), None);
                        self.wrapped_in(declaration.name_at);
                    }
                }
            }
            Standing::Import => self.import(id),
            // Its address is the old entry's, so that stored and compared pointers stay equal.
            Standing::Replaced if *role != Role::Call && !self.names.lacks_entry(id) => self.import(id),
            Standing::Replaced | Standing::Added | Standing::Instance | Standing::ByHand => {}
        }
    }

    /// What a library's wrapper calls and converts to: libclang may have been shown its declaration only.
    fn wrapped_in(&mut self, offset: usize) {
        let (new, span) = (self.new, self.whole_chunk(offset));
        let Some(body) = new.unit.text[span.clone()].find('{') else { return };
        let text = &new.unit.text[span.start + body..span.end];
        for token in text::lex(text).iter().filter(|token| token.kind == text::Kind::Ident) {
            for &id in new.named(token.text(text)) {
                if matches!(new.items[id].kind(), Kind::Function | Kind::Typedef) && new.items[id].system {
                    self.need(id, &Role::Mention, None);
                }
            }
        }
    }

    /// Its declarations come along; what its body needs does not.
    fn import(&mut self, id: ItemId) {
        if !self.closure.imports.insert(id) {
            return;
        }
        let text = &self.new.unit.text;
        for declaration in &self.new.items[id].entity.declarations {
            let span = declaration.span.clone();
            let head = text[span.clone()].find(['{', '=']).map_or(span.end, |at| span.start + at);
            self.open.push((span.start..head, None));
        }
    }
}
