//! The C text of a patch, block by block, in the order of the merged text.

use super::closure::Closure;
use super::cut::{self, Edits, Form, Function, Place};
use super::names::{Names, Standing};
use super::{Block, Patch, Request, at, lost, statics, sync, threads, views};
use crate::callbacks::Callbacks;
use crate::clang::{Declaration, Kind, Role, Use};
use crate::cross::{Crossing, Versions};
use crate::diag::Diagnostic;
use crate::merge::Origin;
use crate::model::{ItemId, Program, Syntax};
use crate::running::Running;
use crate::text;
use std::collections::{BTreeMap, BTreeSet};

mod by_hand;
mod old_types;

pub use old_types::{instance_type, old_name, provided};

/// Emits all sections but the tables.
///
/// # Errors
/// Declarations that cannot be repeated, with their places.
pub fn emit(
    versions: Versions,
    crossing: &Crossing,
    names: &Names,
    closure: &Closure,
    request: &Request,
) -> Result<Patch, Vec<Diagnostic>> {
    let edits = references(versions.new, names);
    let (running, callbacks) = (request.running, request.callbacks);
    let mut emit = Emit { versions, names, closure, running, callbacks, edits, errors: vec![] };
    let mut patch = Patch { declarations: emit.declarations(), ..Patch::default() };
    patch.declarations.extend(emit.choices());
    emit.functions(&mut patch);
    emit.globals(crossing, &mut patch);
    emit.threads(crossing, &mut patch);
    emit.by_hand(&mut patch);
    emit.synchronization(crossing, &mut patch);
    if emit.errors.is_empty() { Ok(patch) } else { Err(emit.errors) }
}

/// Every use of something that has another name in the patch.
fn references(new: &Program, names: &Names) -> Edits<'static> {
    let mut edits = Edits::default();
    let renamed = |u: &&Use| matches!(new.items[u.target].kind(), Kind::Function | Kind::Variable);
    for found in new.uses.iter().filter(renamed) {
        let plain = &new.items[found.target].entity.name;
        let name = names.reference(new, found.target, &found.role);
        if name != plain && new.is_spelled(found) {
            edits.replace(found.offset..found.offset + plain.len(), name);
        }
    }
    let bound = |view: &&ItemId| names.standing(new, **view) == Standing::Import;
    for &view in new.views.keys().filter(bound) {
        views::unlabelled(new, view, &mut edits);
    }
    edits
}

struct Emit<'e> {
    versions: Versions<'e>,
    names: &'e Names,
    closure: &'e Closure,
    running: Option<&'e Running<'e>>,
    callbacks: &'e Callbacks,
    edits: Edits<'static>,
    errors: Vec<Diagnostic>,
}

impl Emit<'_> {
    fn block(&self, id: ItemId, why: &str, text: String) -> Block {
        Block::new(format!("{}: {why}", at(self.versions.new, id)), &text)
    }

    /// Chunk by chunk: the types, prototypes and objects that the patch refers to.
    fn declarations(&mut self) -> Vec<Block> {
        let mut by_chunk: BTreeMap<usize, BTreeSet<ItemId>> = BTreeMap::new();
        let wanted = self.closure.types.iter().chain(&self.closure.imports).chain(&self.closure.declared);
        for &id in wanted {
            for declaration in self.wanted_declarations(id).filter(|d| self.is_of_section(id, d)) {
                let chunk =
                    self.versions.new.unit.chunks.partition_point(|c| c.span.end <= declaration.name_at);
                by_chunk.entry(chunk).or_default().insert(id);
            }
        }
        by_chunk.iter().filter_map(|(&chunk, ids)| self.declaration(chunk, ids)).collect()
    }

    /// Where the process keeps what it chose for functions when it started.
    fn choices(&self) -> Vec<Block> {
        let new = self.versions.new;
        let chosen = self.closure.declared.iter().filter(|&&id| self.names.choice(id).is_some());
        let text = |name: &str| {
            format!("extern __typeof__({name}) *const polus__chosen_{name} __attribute__((weak));")
        };
        chosen
            .map(|&id| self.block(id, "chosen when the program started", text(&new.items[id].entity.name)))
            .collect()
    }

    /// A function that is declared before its definition needs no second prototype.
    fn wanted_declarations(&self, id: ItemId) -> impl Iterator<Item = &Declaration> {
        let entity = &self.versions.new.items[id].entity;
        let defined_at = entity.definition().filter(|_| entity.kind == Kind::Function).map(|d| d.name_at);
        let before = entity.declarations.iter().any(|d| Some(d.name_at) < defined_at);
        entity.declarations.iter().filter(move |d| !(before && Some(d.name_at) == defined_at))
    }

    /// Hand-written code has a section of its own, and what is provided for it another.
    fn is_of_section(&self, id: ItemId, declaration: &Declaration) -> bool {
        let new = self.versions.new;
        let Some(chunk) = new.unit.chunk_at(declaration.name_at) else { return true };
        let object = matches!(new.items[id].kind(), Kind::Function | Kind::Variable);
        match chunk.origin {
            Origin::Program => true,
            Origin::Provided => false,
            Origin::ByHand => chunk.system || object && !new.items[id].of_program(),
        }
    }

    fn declaration(&mut self, chunk: usize, ids: &BTreeSet<ItemId>) -> Option<Block> {
        let new = self.versions.new;
        let span = new.unit.chunks.get(chunk)?.span.clone();
        let first = *ids.first()?;
        let verbatim = || self.edits.cut(new, span.clone()).trim().to_string();
        let why = self.purpose(ids);
        let Some(syntax) = Syntax::at(new, span.start) else {
            return Some(self.block(first, &why, verbatim()));
        };
        if let Some(function) = Function::of(new, &syntax) {
            // A body's own `extern` declaration is part of the body.
            let first = *ids.iter().find(|&&id| new.items[id].entity.name == function.name())?;
            if new.items[first].system {
                return Some(self.block(first, &why, verbatim()));
            }
            let text = format!("{};", function.prototype(function.name(), Place::Import, &self.edits));
            return Some(self.block(first, &why, text));
        }
        let declaration = syntax.variables()?;
        if declaration.declarators.is_empty() || is_typedef(declaration) {
            return Some(self.block(first, &why, verbatim()));
        }
        let text = self.objects(&syntax, declaration, ids)?;
        Some(self.block(first, &why, text))
    }

    fn purpose(&self, ids: &BTreeSet<ItemId>) -> String {
        let new = self.versions.new;
        let kept = ids.iter().find(|id| self.closure.imports.contains(id));
        match kept {
            Some(&id) => format!("{} stays in the process", new.title(id)),
            None if ids.iter().any(|id| self.closure.types.contains(id)) => {
                "a type that the patch uses".into()
            }
            None => "declared by a library".into(),
        }
    }

    /// Objects and prototypes of a chunk: what is needed of it, with its types.
    fn objects(
        &self,
        syntax: &Syntax,
        declaration: &lang_c::ast::Declaration,
        ids: &BTreeSet<ItemId>,
    ) -> Option<String> {
        let new = self.versions.new;
        let mut text: Vec<String> =
            cut::type_part(new, syntax, declaration, &self.edits).into_iter().collect();
        for declarator in &declaration.declarators {
            let range = syntax.range(declarator.span);
            let declares = |id: &&ItemId| {
                let entity = &new.items[**id].entity;
                matches!(entity.kind, Kind::Function | Kind::Variable)
                    && entity.declarations.iter().any(|d| range.contains(&d.name_at))
            };
            let Some(&id) = ids.iter().find(declares) else { continue };
            let length = new.items[id]
                .entity
                .dimensions
                .first()
                .copied()
                .filter(|_| new.items[id].entity.size.is_some());
            let object = cut::object(new, syntax, declarator, &Form::Extern, length, &self.edits);
            text.push(format!("{object};"));
        }
        (!text.is_empty()).then(|| text.join("\n"))
    }

    fn functions(&mut self, patch: &mut Patch) {
        let new = self.versions.new;
        let own = self.names.defined().filter(|(id, _)| new.items[*id].kind() == Kind::Function);
        let mut all: Vec<(ItemId, Standing)> = own.map(|(id, s)| (id, s.clone())).collect();
        let copied = self.closure.copied.iter().filter(|id| new.items[**id].kind() == Kind::Function);
        all.extend(copied.map(|&id| (id, Standing::Copied)));
        all.sort_by_key(|(id, _)| new.span(*id).start);
        for (id, standing) in all {
            if let Err(error) = self.function(id, &standing, patch) {
                self.errors.push(error);
            }
        }
    }

    fn function(&mut self, id: ItemId, standing: &Standing, patch: &mut Patch) -> Result<(), Diagnostic> {
        let new = self.versions.new;
        let syntax = Syntax::at(new, new.span(id).start);
        let Some((syntax, function)) = syntax.as_ref().and_then(|s| Some((s, Function::of(new, s)?))) else {
            return Err(Diagnostic::error(format!("the definition of {} cannot be read", new.title(id)))
                .at(new.place(id), "this function belongs into the patch"));
        };
        statics::check_labels(self.versions, id)?;
        let found = statics::of(self.versions, id, self.running);
        let mut edits = self.edits.over();
        statics::edit(new, syntax, &found, &mut edits);
        for owned in &found {
            let thread = new.items[owned.item].entity.thread;
            if let (statics::Fate::Own(symbol), false) = (&owned.fate, thread) {
                let text = format!("extern char {symbol}[] __asm__(\"{symbol}\");");
                patch.prototypes.push(self.block(
                    owned.item,
                    "a static of the function, for later updates",
                    text,
                ));
            }
        }
        patch.tables.statics.extend(found);
        let name = self.names.own(new, id);
        let copied = *standing == Standing::Copied;
        let why = if copied {
            "repeated, because the binary has no entry of it to call or it is inline".into()
        } else {
            self.reason(id)
        };
        let isolated = if self.needs_room(id, standing) {
            "__attribute__((noipa, patchable_function_entry(5))) "
        } else {
            "__attribute__((noipa)) "
        };
        let text = match copied {
            true => format!("static {};", function.prototype(function.name(), Place::Copy, &self.edits)),
            false => format!("static {isolated}{};", function.prototype(name, Place::Own, &self.edits)),
        };
        patch.prototypes.push(self.block(id, &why, text));
        let text = match copied {
            true => function.definition(function.name(), Place::Copy, &edits),
            false => function.definition(name, Place::Own, &edits),
        };
        patch.functions.push(self.block(id, &why, text));
        Ok(())
    }

    /// A short function that more than its old entry leads to: the next update writes a jump over its
    /// first bytes, and nothing is known of what the linker puts behind it.
    fn needs_room(&self, id: ItemId, standing: &Standing) -> bool {
        /// Tokens of which a compiler may make fewer bytes than a jump has.
        const SHORT: usize = 40;
        let new = self.versions.new;
        let in_patch = |holder: ItemId| {
            self.names.defined().any(|(id, _)| id == holder)
                || self.closure.copied.contains(&holder)
                || !new.items[holder].of_program()
        };
        let mut calls = new.uses.iter().filter(|u| u.target == id && u.holder != id && u.role == Role::Call);
        let is_called = *standing == Standing::Added || calls.any(|u| in_patch(u.holder));
        let source = new.source(id);
        is_called && !source.contains("patchable_function_entry") && text::Lexer::new(source).count() <= SHORT
    }

    fn reason(&self, id: ItemId) -> String {
        let reasons = self.versions.relations.affected.get(&id);
        let told: Vec<String> = reasons.into_iter().flatten().map(|r| r.explain(self.versions.new)).collect();
        if told.is_empty() { "new".into() } else { told.join("; ") }
    }

    fn globals(&mut self, crossing: &Crossing, patch: &mut Patch) {
        let new = self.versions.new;
        let migrated = crossing
            .migrated
            .iter()
            .map(|&(_, id)| (id, self.names.own(new, id).to_string(), "the new instance; its type changed"));
        let fresh = crossing
            .fresh
            .iter()
            .map(|&id| (id, self.names.own(new, id).to_string(), "the patch's own instance"));
        let adopted = crossing.adopted.iter().map(|&(_, id)| {
            (
                id,
                format!("{}__adopted", new.items[id].entity.name),
                "the initialiser that the old instance takes",
            )
        });
        let repeated = self.closure.copied.iter().filter(|id| new.items[**id].kind() == Kind::Variable);
        let repeated = repeated.map(|&id| {
            (id, new.items[id].entity.name.clone(), "its value is known, and the binary has no object for it")
        });
        let mut all: Vec<(ItemId, String, &str)> =
            migrated.chain(fresh).chain(adopted).chain(repeated).collect();
        all.sort_by_key(|(id, ..)| new.span(*id).start);
        let mut nameless: BTreeSet<String> = BTreeSet::new();
        for (id, name, why) in all {
            if let Some((kind, forward, text)) = self.global(id, &name, crossing) {
                if let Some(kind) = kind.filter(|k| nameless.insert(k.clone()) && !self.is_declared(k, patch))
                {
                    patch.declarations.push(self.block(id, "its type", kind));
                }
                patch.prototypes.push(self.block(id, why, forward));
                patch.globals.push(self.block(id, why, text));
            } else {
                self.errors.push(
                    Diagnostic::error(format!("the declaration of {} cannot be read", new.title(id)))
                        .at(new.place(id), "this global belongs into the patch"),
                );
            }
        }
    }

    /// Functions that lead from one patch to the thread variables of another.
    fn threads(&self, crossing: &Crossing, patch: &mut Patch) {
        let new = self.versions.new;
        let inside = patch.tables.statics.iter().filter(|s| matches!(s.fate, statics::Fate::Import(_)));
        let kept = self.closure.imports.iter().copied().chain(inside.map(|s| s.item));
        let kept: Vec<ItemId> = kept.filter(|&id| self.names.is_brought_thread(id)).collect();
        patch.declarations.extend(kept.into_iter().map(|id| threads::declaration(new, id)));
        for own in threads::own(new, crossing, self.names, &patch.tables.statics) {
            let (prototype, definition) = own.blocks(new);
            patch.prototypes.push(prototype);
            patch.functions.push(definition);
        }
    }

    fn is_declared(&self, kind: &str, patch: &Patch) -> bool {
        patch.declarations.iter().any(|b| b.text.starts_with(kind))
    }

    /// Its type, if that has no name; announcement; definition.
    fn global(
        &self,
        id: ItemId,
        name: &str,
        crossing: &Crossing,
    ) -> Option<(Option<String>, String, String)> {
        let new = self.versions.new;
        let entity = &new.items[id].entity;
        let syntax = Syntax::at(new, entity.definition()?.name_at)?;
        let declarator = syntax.declarator(&entity.name)?;
        let length = entity.dimensions.first().copied();
        let migrated = crossing.migrated.iter().any(|&(_, theirs)| theirs == id);
        let object = |form: Form| {
            let object = cut::object(new, &syntax, declarator, &form, length, &self.edits);
            if migrated && entity.thread { threads::at_fixed_distance(&object) } else { object }
        };
        let forward = object(Form::Tentative(name));
        let text = match crossing.first_values.contains(&id) {
            true => {
                lost::first_value(self.versions, id)?.map_or(forward.clone(), |v| format!("{forward} = {v}"))
            }
            false => object(Form::Static(name)),
        };
        Some((
            cut::type_part(new, &syntax, syntax.variables()?, &self.edits),
            format!("{forward};"),
            format!("{text};"),
        ))
    }

    fn synchronization(&mut self, crossing: &Crossing, patch: &mut Patch) {
        let Versions { old, new, .. } = self.versions;
        patch.old_types = match old_types::emit(self.versions, crossing, self.closure, &self.callbacks.olds) {
            Ok(blocks) => blocks,
            Err(error) => return self.errors.push(error),
        };
        for &(ours, theirs) in &crossing.migrated {
            let name = self.names.own(new, theirs).to_string();
            let was = old_types::instance_type(old, ours);
            let is = format!("__typeof__({name})");
            let by_hand = crossing.by_hand.get(&theirs).cloned().unwrap_or_default();
            let inward = crossing.inward.get(&theirs).cloned().unwrap_or_default();
            let (from, to) = ((old, ours, old_types::old_name(old, ours)), (new, theirs, name.clone()));
            let to_new = self.carried(by_hand.to_new, || sync::body(&from, &to, &inward));
            let to_old = self.carried(by_hand.to_old, || sync::body(&to, &from, &inward));
            match (to_new, to_old) {
                (Ok(to_new), Ok(to_old)) => {
                    let text = format!(
                        "{}\n\n{}",
                        sync_function(&name, "to_new", &was, &is, &to_new),
                        sync_function(&name, "to_old", &is, &was, &to_old)
                    );
                    let why = format!("{}: state synchronization", at(new, theirs));
                    patch.synchronization.push(Block { why, text });
                }
                (to_new, to_old) => {
                    let error = self.not_carried((ours, theirs), &by_hand, to_new.err(), to_old.err());
                    self.errors.push(error);
                }
            }
        }
    }
}

fn sync_function(name: &str, way: &str, from: &str, to: &str, lines: &[String]) -> String {
    let lines = lines.join("\n");
    format!(
        "static void polus_sync_{name}_{way}(const void *source, void *target, const void *before)\n{{\n    const {from} *from = source, *was = before;\n    {to} *to = target;\n{lines}\n}}"
    )
}

fn is_typedef(declaration: &lang_c::ast::Declaration) -> bool {
    use lang_c::ast::{DeclarationSpecifier, StorageClassSpecifier};
    declaration.specifiers.iter().any(|s| {
        matches!(&s.node, DeclarationSpecifier::StorageClass(c) if c.node == StorageClassSpecifier::Typedef)
    })
}
