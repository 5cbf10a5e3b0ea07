//! What cannot cross, told with both declarations and the use that forbids it.

use super::{Crossing, Versions, is_named};
use crate::clang::{Kind, Use};
use crate::diag::{Diagnostic, Place};
use crate::model::{ItemId, Program};
use crate::relations::{Parted, Reason};

/// A static inside a function has another type.
pub fn local_static(versions: Versions, ours: ItemId, theirs: ItemId) -> Diagnostic {
    Diagnostic::error(format!("the static {} changes its type", versions.new.title(theirs)))
        .at(versions.old.place(ours), "the old declaration")
        .at(versions.new.place(theirs), "the new declaration")
        .note("a static inside a function keeps its instance; only its initialiser may change")
        .blame(changed_records(versions, ours))
        .help("move it to file scope in both versions, or give the new one another name")
}

/// A mutable global keeps its running value.
pub fn kept(versions: Versions, ours: ItemId, theirs: ItemId) -> Diagnostic {
    let item = &versions.new.items[theirs];
    let told = Diagnostic::warning(format!(
        "{} keeps its running value; only its initialiser changed",
        versions.new.title(theirs)
    ))
    .at(versions.new.place(theirs), "the new initialiser is not used")
    .at(versions.old.place(ours), "the old one");
    match item.entity.thread {
        true => told.help(
            "threads made later start with the old one, too; give the variable another name for the new one",
        ),
        false => told.help(format!("use --adopt {} to take the new value", item.original)),
    }
}

/// Names given to `--adopt` that no global with another initialiser has.
pub fn unknown_adoptions(versions: Versions, adopt: &[String]) -> Vec<Diagnostic> {
    let lost = versions.relations.broken.iter().map(|b| b.variable);
    let changed = versions.changes.globals.iter().filter_map(|c| c.new_item());
    let changed: Vec<ItemId> = changed.chain(lost).collect();
    let unknown = adopt.iter().filter(|name| !changed.iter().any(|&id| is_named(versions.new, id, name)));
    unknown
        .map(|name| Diagnostic::error(format!("--adopt {name}: no such global changed its initialiser")))
        .collect()
}

/// Functions that stay old for ever and that the jump at a replaced entry would mislead.
pub fn misled(versions: Versions, crossing: &Crossing) -> Vec<Diagnostic> {
    let new = versions.new;
    let endless =
        |id: &ItemId| versions.changes.pairing.to_old[*id].is_some_and(|o| crossing.endless.contains(&o));
    let affected = versions.relations.affected.iter().filter(|(id, _)| endless(id));
    let pairs = affected.flat_map(|(&id, reasons)| reasons.iter().map(move |reason| (id, reason)));
    let told = |(id, reason): (ItemId, &Reason)| match reason {
        Reason::SharesCode(function) => Some(misled_one(new, id, *function)),
        _ => None,
    };
    pairs.filter_map(told).collect()
}

fn misled_one(new: &Program, user: ItemId, function: ItemId) -> Diagnostic {
    let title = new.title(function);
    Diagnostic::error(format!("{title} cannot be replaced: the compiler folded an equal function into it"))
        .at(new.place(user), "this function never returns, and calls the equal one by the same entry")
        .at(new.place(function), "this one changes")
        .help("restart the program for this change, or leave this function as it is in this update")
}

/// Migrated globals that an endless old function uses would never be left.
pub fn endless_users(versions: Versions, crossing: &Crossing) -> Vec<Diagnostic> {
    let users = |global: ItemId| {
        let uses = versions.relations.uses.iter().filter(move |(_, g)| *g == global);
        let travels = versions.old.holders.contains_key(&global);
        let done = |function: &ItemId| travels && versions.relations.ends.contains_key(function);
        let endless = uses.map(|(function, _)| *function).filter(|f| crossing.endless.contains(f));
        endless.filter(|function| !done(function)).collect::<Vec<_>>()
    };
    let migrated = crossing.migrated.iter().map(|&(old, _)| (old, users(old)));
    migrated
        .filter(|(_, users)| !users.is_empty())
        .map(|(global, users)| endless(versions, global, &users))
        .collect()
}

/// Fields that new code has beside the objects, and a function that stays old for ever in them.
pub fn endless_parted(versions: Versions, crossing: &Crossing) -> Vec<Diagnostic> {
    let (old, parted) = (versions.old, &versions.relations.parted);
    let endless = parted.iter().filter(|(id, p)| crossing.endless.contains(id) && !p.field.is_empty());
    let told = |(&function, parted): (&ItemId, &Parted)| {
        let (record, name) = (old.title(parted.record), old.title(function));
        Diagnostic::error(format!(
            "{} of {record} is converted once, and {name}, which never returns, uses the old one",
            parted.field
        ))
        .at(old.place_at(parted.at), "neither it nor new code would see what the other one writes")
        .help("restart the program for this change, or leave the field as it is in this update")
    };
    endless.map(told).collect()
}

fn endless(versions: Versions, global: ItemId, users: &[ItemId]) -> Diagnostic {
    let old = versions.old;
    let names: Vec<String> = users.iter().map(|&f| old.title(f)).collect();
    let verbs = if users.len() == 1 { ("returns", "uses") } else { ("return", "use") };
    let mut told = Diagnostic::error(format!(
        "{} changes, and {}, which never {}, {} it",
        with_type(versions, global),
        names.join(", "),
        verbs.0,
        verbs.1
    ));
    let mut uses: Vec<&Use> = old.value_uses(global).filter(|u| users.contains(&u.holder)).collect();
    uses.sort_by_key(|u| u.holder);
    uses.dedup_by_key(|u| u.holder);
    for found in uses.iter().take(SHOWN) {
        let why = format!("used here by {}, which stays old for ever", old.title(found.holder));
        told = told.at(old.place_at(found.offset), why);
    }
    with_declarations(told, versions, global)
        .blame(changed_records(versions, global))
        .help("restart the program for this change, or leave the type as it is in this update")
}

/// The records and enumerations (of the new program) for which a global of the old one changes.
pub fn changed_records(versions: Versions, global: ItemId) -> Vec<ItemId> {
    let held = versions.old.items[global].entity.holds.iter();
    let held = held.filter_map(|&id| versions.changes.pairing.to_new[id]);
    held.flat_map(|id| changed_by(versions, id)).collect()
}

/// A type of the new program and those that it holds, as far as they changed by themselves: records by
/// their layout, enumerations by their numbers.
pub fn changed_by(versions: Versions, id: ItemId) -> Vec<ItemId> {
    let new = versions.new;
    let (mut open, mut seen, mut found) = (vec![id], vec![], vec![]);
    while let Some(id) = open.pop() {
        if seen.contains(&id) {
            continue;
        }
        seen.push(id);
        open.extend(&new.items[id].entity.holds);
        let changed = versions.changes.types.iter().any(|c| c.new_item() == Some(id));
        match new.items[id].kind() {
            Kind::Record if changed => found.push(id),
            Kind::Enum if versions.relations.renumbered.crossing.contains(&id) => found.push(id),
            _ => {}
        }
    }
    found
}

/// `ses (struct session)`: a global with the type that it is of, if that has a name.
fn with_type(versions: Versions, global: ItemId) -> String {
    let old = versions.old;
    let changed = |id: &ItemId| {
        versions.changes.pairing.to_new[*id].is_some_and(|new| versions.relations.types.contains(&new))
    };
    match old.items[global].entity.holds.iter().find(|id| changed(id)) {
        Some(&held) if !old.items[held].original.is_empty() => {
            format!("{} ({})", old.title(global), old.title(held))
        }
        _ => old.title(global),
    }
}

/// Places that one diagnostic shows at most.
pub const SHOWN: usize = 3;

/// `and 7 more places: a.c:3:4, a.c:9:1, b.c:2:2 …`
pub fn more_places(places: impl ExactSizeIterator<Item = Place>) -> Option<String> {
    let count = places.len();
    let plural = if count == 1 { "" } else { "s" };
    let rest = if count > SHOWN { " …" } else { "" };
    let shown: Vec<String> =
        places.take(SHOWN).map(|p| format!("{}:{}:{}", p.file, p.line, p.column)).collect();
    (count > 0).then(|| format!("and {count} more place{plural}: {}{rest}", shown.join(", ")))
}

/// Adds the old and the new declaration of what changed about a global: its type, if that changed.
pub fn with_declarations(told: Diagnostic, versions: Versions, global: ItemId) -> Diagnostic {
    let (old, new) = (versions.old, versions.new);
    let changed = changed_type_of(versions, global).unwrap_or(global);
    let mut told = told.at(old.place(changed), "the old declaration");
    if let Some(theirs) = versions.changes.pairing.to_new[changed] {
        told = told.at(new.place(theirs), "the new declaration");
    }
    match written(versions, global) {
        Some((place, what)) => told.at(place, what).note(format!(
            "--adopt {} gives new code the new table as it stands there, and leaves the old one to who has its address",
            old.items[global].original
        )),
        None => told,
    }
}

/// Where a table of the old program is written, in one of the versions.
fn written(versions: Versions, global: ItemId) -> Option<(Place, &'static str)> {
    let theirs = versions.changes.pairing.to_new[global];
    [(versions.old, Some(global)), (versions.new, theirs)].into_iter().find_map(|(program, id)| {
        let found = program.written.get(&id?)?;
        Some((program.place_at(found.at), found.what.words()))
    })
}

/// Tables that are written, and that the operator has begin anew.
pub fn begun_anew(versions: Versions) -> Vec<Diagnostic> {
    let all = versions.new.own(Kind::Variable).filter(|&id| versions.new.is_unwritten(id));
    let told =
        all.filter_map(|theirs| {
            let ours = versions.changes.pairing.to_old[theirs]?;
            let (place, what) = written(versions, ours)?;
            let title = versions.new.title(theirs);
            let told = Diagnostic::warning(format!("{title} begins anew, as --adopt says"));
            let told = told.at(versions.new.place(theirs), "new code has this one").at(place, what);
            Some(told.note(
                "what was written to the old one stays there, for old code and for who has its address",
            ))
        });
    told.collect()
}

/// The changed type (of the old program) that a global holds, innermost first.
fn changed_type_of(versions: Versions, global: ItemId) -> Option<ItemId> {
    let (old, pairing) = (versions.old, &versions.changes.pairing);
    let changed = |id: ItemId| pairing.to_new[id].is_some_and(|n| versions.relations.types.contains(&n));
    let mut found = old.items[global].entity.holds.iter().copied().find(|&id| changed(id))?;
    while let Some(inner) =
        old.items[found].entity.holds.iter().copied().find(|&id| id != found && changed(id))
    {
        found = inner;
    }
    Some(found)
}
