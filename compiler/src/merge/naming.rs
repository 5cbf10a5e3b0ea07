//! New names for entities that share one: `usage` of `src/cli.c` becomes `usage__cli`.

use std::collections::{BTreeMap, HashSet};

use rustc_hash::FxHashMap;

use super::Renamed;
use super::classes::{Classes, Split};
use super::names::{Identifiers, Name};

/// For each split name the new name of each of its classes; `None` keeps the old one.
pub(super) type NewNames = FxHashMap<Name, Vec<Option<String>>>;

/// Chooses the names. Linkage is kept: what is external keeps its name, and so does
/// the entity that most units share; names of files tell all others apart.
pub(super) fn choose(
    classes: &Classes,
    identifiers: &Identifiers,
    paths: &[&str],
) -> (NewNames, Vec<Renamed>) {
    let stems = stems(paths);
    let mut taken: HashSet<(String, bool)> = HashSet::new();
    let mut new_names = NewNames::default();
    let mut renamed = vec![];
    let mut names: Vec<(&Name, &Split)> = classes.split.iter().collect();
    names.sort_by_key(|(name, _)| (identifiers.text(name.identifier()), name.tag()));
    for (&name, split) in names {
        let original = identifiers.text(name.identifier());
        let plain = plain_class(split);
        let labelled = plain.is_some_and(|class| split.labelled[class]);
        let mut choose = |class: usize| {
            let units = split.units(class);
            let wanted = format!("{original}__{}", stems[units[0]]);
            let merged = free(&wanted, identifiers, &taken, name.tag());
            taken.insert((merged.clone(), name.tag()));
            let original = original.to_string();
            let view = split.external[class] && !split.labelled[class] && !labelled;
            renamed.push(Renamed { merged: merged.clone(), original, tag: name.tag(), units, view });
            merged
        };
        let chosen = (0..split.external.len()).map(|class| (Some(class) != plain).then(|| choose(class)));
        new_names.insert(name, chosen.collect());
    }
    (new_names, renamed)
}

/// The class that keeps the name: the external one, the defining one if there are several, else the one that most units share.
fn plain_class(split: &Split) -> Option<usize> {
    if split.defining.is_some() {
        return split.defining;
    }
    let sizes: Vec<usize> = (0..split.external.len()).map(|class| split.units(class).len()).collect();
    let external = (0..sizes.len()).filter(|&class| split.external[class]);
    if let Some(largest) = external.max_by_key(|&class| (sizes[class], std::cmp::Reverse(class))) {
        return Some(largest);
    }
    let most = *sizes.iter().max()?;
    let alone = sizes.iter().filter(|&&size| size == most).count() == 1;
    (most > 1 && alone).then(|| sizes.iter().position(|&size| size == most))?
}

fn free(wanted: &str, identifiers: &Identifiers, taken: &HashSet<(String, bool)>, tag: bool) -> String {
    let is_free = |name: &String| identifiers.get(name).is_none() && !taken.contains(&(name.clone(), tag));
    let numbered = (2..).map(|number| format!("{wanted}_{number}"));
    let mut candidates = std::iter::once(wanted.to_string()).chain(numbered);
    candidates.find(is_free).expect("there are more names than identifiers")
}

/// For each unit a word made of its file name, with folders as far as they are needed to tell units apart.
pub(super) fn stems(paths: &[&str]) -> Vec<String> {
    let parts: Vec<Vec<&str>> = paths.iter().map(|path| parts(path)).collect();
    let mut depth = vec![1; paths.len()];
    loop {
        let stems: Vec<String> = (0..paths.len()).map(|unit| stem(&parts[unit], depth[unit])).collect();
        let mut clashes: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (unit, stem) in stems.iter().enumerate() {
            clashes.entry(stem).or_default().push(unit);
        }
        let deeper: Vec<usize> = clashes
            .values()
            .filter(|units| units.len() > 1)
            .flatten()
            .copied()
            .filter(|&unit| depth[unit] < parts[unit].len())
            .collect();
        if deeper.is_empty() {
            return numbered(stems);
        }
        deeper.into_iter().for_each(|unit| depth[unit] += 1);
    }
}

/// Units of one path: one file compiled more than once.
fn numbered(stems: Vec<String>) -> Vec<String> {
    let mut seen: FxHashMap<String, usize> = FxHashMap::default();
    let number = |stem: String| {
        let count = seen.entry(stem.clone()).or_default();
        *count += 1;
        if *count == 1 { stem } else { format!("{stem}_{count}") }
    };
    stems.into_iter().map(number).collect()
}

/// Folders and the file's stem, outermost first.
fn parts(path: &str) -> Vec<&str> {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    stem.split('/').filter(|part| !matches!(*part, "" | "." | "..")).collect()
}

fn stem(parts: &[&str], depth: usize) -> String {
    let used = &parts[parts.len().saturating_sub(depth)..];
    let word = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    used.join("_").chars().map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_take_folders_where_files_clash() {
        let paths = ["src/util.c", "lib/util.c", "src/cli.c", "src/a-b.c", "x/lib/cli2.c", "src/util.c"];
        assert_eq!(stems(&paths), ["src_util", "lib_util", "cli", "a_b", "cli2", "src_util_2"]);
    }
}
