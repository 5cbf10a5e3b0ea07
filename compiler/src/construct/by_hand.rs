//! Puts the callbacks file behind the text of the new program, and finds what its functions are about.

use super::{ByHand, Pair};
use crate::callbacks::{self, Callbacks, Called, Purpose, Subject, Written};
use crate::clang::{Kind, Role};
use crate::cross::{self, Versions};
use crate::diag::{Diagnostic, Failure, Result};
use crate::diff::{self, ChangeSet};
use crate::merge::{Addition, Known, Mentioned, Origin};
use crate::model::{self, ItemId, Program};
use crate::patch;
use crate::relations;
use crate::source::Unit;
use std::collections::{BTreeMap, BTreeSet};

/// The new program with the file behind it.
///
/// # Errors
/// What cannot be read, or names what is not there.
pub fn add(old: &Program, new: Program, file: &Unit) -> Result<(Program, ByHand)> {
    let addition = Addition::read(file, &typedefs(old, &new))?;
    let written = callbacks::recognise(&addition.functions()).map_err(Failure::Refused)?;
    let changes = diff::diff(old, &new);
    let called = callbacks::subjects(&written, old, &new, &changes.pairing).map_err(Failure::Refused)?;
    let carried: Vec<(ItemId, ItemId)> = called.iter().filter_map(Called::carried).collect();
    let changed: BTreeSet<ItemId> = carried.iter().map(|(_, new)| *new).collect();
    let relations = relations::changed(old, &new, &changes, &changed);
    let versions = Versions { old, new: &new, changes: &changes, relations: &relations };
    let mut olds = callbacks::olds(&addition.mentions(), versions).map_err(Failure::Refused)?;
    olds.carried = carried.iter().map(|(ours, _)| *ours).collect::<BTreeSet<_>>().into_iter().collect();
    let mut provided = patch::provided(versions, &olds).map_err(|error| Failure::Refused(vec![error]))?;
    provided.push(callbacks::VETO.to_string());
    provided.extend(called.iter().map(|called| prototype(old, &new, called)));
    let told = clashing(&addition, &new);
    if !told.is_empty() {
        return Err(Failure::Refused(told));
    }
    let unit = addition.append(new.unit.clone(), &known(&new), &provided, &olds.renames);
    match model::read(unit, new.root.clone())? {
        Ok(program) => match undefined(&program) {
            told if told.is_empty() => Ok((program, ByHand { written, olds })),
            told => Err(Failure::Refused(told)),
        },
        Err(unreadable) => {
            let told = unreadable.told.into_iter().map(|told| explained(told, versions, &called));
            Err(Failure::Refused(told.collect()))
        }
    }
}

/// Names that the file may use as types.
fn typedefs(old: &Program, new: &Program) -> Vec<String> {
    let names = |program: &Program| -> BTreeSet<String> {
        let all = program.items.iter().filter(|i| i.kind() == Kind::Typedef && i.entity.function.is_none());
        all.map(|i| i.entity.name.clone()).collect()
    };
    let olds = old.items.iter().filter(|i| i.kind() == Kind::Typedef && !i.system);
    let olds = olds.flat_map(|i| [&i.entity.name, &i.original]).map(|name| format!("{name}__old"));
    names(new).into_iter().chain(olds).collect::<BTreeSet<_>>().into_iter().collect()
}

fn known(new: &Program) -> Known {
    let mut known = Known::default();
    for item in new.items.iter().filter(|i| i.entity.function.is_none()) {
        let tag = matches!(item.kind(), Kind::Record | Kind::Enum);
        let name = format!("{}{}", if tag { " " } else { "" }, item.entity.name);
        if item.defined() {
            known.defined.insert(name.clone());
        }
        known.declared.insert(name);
        known.declared.extend(item.entity.enumerators.iter().map(|(name, _)| name.clone()));
    }
    known
}

/// What a callback must look like, for libclang to compare.
fn prototype(old: &Program, new: &Program, called: &Called) -> String {
    let name = &called.written.name;
    let (was, is) = match called.subject {
        Subject::Variable(ours, theirs) => {
            (patch::instance_type(old, ours), format!("__typeof__({})", new.items[theirs].entity.name))
        }
        _ => Default::default(),
    };
    match called.written.purpose {
        Purpose::ToNew => format!("static void {name}(const {was} *from, {is} *to);"),
        Purpose::ToOld => format!("static void {name}(const {is} *from, {was} *to);"),
        Purpose::Extend => start(new, called),
        _ => format!("static void {name}(void);"),
    }
}

/// The declaration of what sets an object's new fields.
fn start(new: &Program, called: &Called) -> String {
    let Subject::Type(id) = called.subject else { return String::new() };
    format!("static void {}({} *object);", called.written.name, new.type_name(id))
}

/// Declarations of names that stand for several things in the program.
fn clashing(addition: &Addition, new: &Program) -> Vec<Diagnostic> {
    let several = |found: &Mentioned| {
        let names: Vec<&str> = merged(new, &found.name, found.tag);
        (!names.is_empty() && new.named(&found.name).is_empty()).then(|| {
            Diagnostic::error(format!("{} means several things in the program", found.name))
                .at(found.place.clone(), "declared here")
                .help(format!("leave the declaration out, and name one as polusc does: {}", names.join(", ")))
        })
    };
    addition.declared(&new.unit).iter().filter_map(several).collect()
}

/// What polusc calls the things that have one name in the sources.
fn merged<'n>(new: &'n Program, name: &str, tag: bool) -> Vec<&'n str> {
    let renamed = new.unit.renamed.iter().filter(|r| r.original == name && r.tag == tag && !r.view);
    renamed.map(|r| r.merged.as_str()).collect()
}

/// Static functions of the file that it declares and does not define.
fn undefined(program: &Program) -> Vec<Diagnostic> {
    let missing = program.items.iter().enumerate().filter(|(id, item)| {
        let declared = item.origin == Origin::ByHand && !item.system && !item.defined();
        let used = || program.uses.iter().any(|u| u.target == *id && u.role != Role::Mention);
        declared && item.kind() == Kind::Function && !item.entity.external && used()
    });
    let told = |(id, _): (ItemId, _)| {
        Diagnostic::error(format!("{} is declared static, and nothing defines it", program.title(id)))
            .at(program.place(id), "the declaration")
            .help("define it in the callbacks file, or correct its name")
    };
    missing.map(told).collect()
}

/// What libclang objects to, with what to do about it.
fn explained(told: Diagnostic, versions: Versions, called: &[Called]) -> Diagnostic {
    let Some(name) = told.title.split('\'').nth(1).map(str::to_string) else { return told };
    let is = |begins: &[&str]| begins.iter().any(|begin| told.title.starts_with(begin));
    let called = called.iter().find(|called| called.written.name == name);
    if let Some(called) = called.filter(|_| is(&["conflicting types"])) {
        let mut error = Diagnostic::error(format!("{name} has not the type of such a callback"));
        error.labels = told.labels;
        return error.help(format!("write it as `{}`", callbacks::spell(called, versions)));
    }
    if is(&["use of undeclared", "implicit declaration", "call to undeclared"]) {
        let names = [merged(versions.new, &name, false), merged(versions.new, &name, true)].concat();
        let mut error = Diagnostic::error(format!("the new version has no {name}"));
        error.labels = told.labels;
        return error.help(match names.is_empty() {
            true => "include the header that declares it, or correct its name".to_string(),
            false => format!("several things have that name; polusc calls them {}", names.join(", ")),
        });
    }
    if is(&["redefinition", "static declaration", "non-static declaration", "conflicting types"]) {
        return told.help(format!("the program has `{name}`, too: give this one another name"));
    }
    told
}

/// What the callbacks file of a pair means, and what of it cannot be.
pub fn callbacks(pair: &Pair, changes: &ChangeSet) -> (Callbacks, Vec<Diagnostic>) {
    let Some(by_hand) = &pair.by_hand else { return Default::default() };
    let at_home = |written: &Written| {
        let place = pair.new.named(&written.name).first().map(|&id| pair.new.place(id));
        Written { place: place.unwrap_or_else(|| written.place.clone()), ..written.clone() }
    };
    let written: Vec<Written> = by_hand.written.iter().map(at_home).collect();
    match callbacks::subjects(&written, &pair.old, &pair.new, &changes.pairing) {
        Ok(called) => (Callbacks { called, olds: by_hand.olds.clone() }, vec![]),
        Err(told) => (Callbacks::default(), told),
    }
}

/// The hand-written functions by the globals that they carry.
pub fn functions(new: &Program, callbacks: &Callbacks) -> BTreeMap<ItemId, cross::ByHand> {
    let mut found: BTreeMap<ItemId, cross::ByHand> = BTreeMap::new();
    for called in &callbacks.called {
        let Some((_, theirs)) = called.carried() else { continue };
        let function = new.named(&called.written.name).first().copied();
        let entry = found.entry(theirs).or_default();
        match called.written.purpose {
            Purpose::ToNew => entry.to_new = function,
            _ => entry.to_old = function,
        }
    }
    found
}
