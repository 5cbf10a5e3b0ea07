//! Two builds of a program, function by function: which have other code.

use super::normal::{Labels, Normaliser, unnumbered};
use super::object::{Object, Symbol};
use polus_binary::base_name;
use std::collections::{BTreeMap, BTreeSet};

/// A function of the source: its file where it is a static, and its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// `src/networking.c`; none for a function that other files can call.
    pub unit: Option<String>,
    /// In C.
    pub name: String,
}

/// The objects of one unit in both builds; `None` where the unit is of one build only.
pub struct UnitPair<'o> {
    /// The unit's path below the tree.
    pub path: &'o str,
    /// Both objects.
    pub objects: [Option<&'o Object>; 2],
    /// The folders of both trees, which string literals may hold.
    pub roots: [&'o str; 2],
}

/// A piece of a function by its name: its entry, a clone, or its cold part, in normal form.
pub type Piece = (String, Vec<String>);
/// All pieces of a function, by name.
pub type Pieces = Vec<Piece>;

/// The functions of both builds.
#[derive(Clone, Debug, Default)]
pub struct Functions {
    /// By key, old and new.
    pub pieces: BTreeMap<Key, [Option<Pieces>; 2]>,
    /// The units whose objects hold each.
    pub units: BTreeMap<Key, BTreeSet<String>>,
}

impl Functions {
    /// Reads all functions of all units.
    pub fn read(units: &[UnitPair]) -> Self {
        let mut functions = Self::default();
        for unit in units {
            let labels = labels(unit);
            for (side, labels) in labels.into_iter().enumerate() {
                if let Some(object) = unit.objects[side] {
                    let normaliser = Normaliser::new(object, unit.roots[side], labels.clone());
                    for function in object.functions() {
                        let name = labels.get(&function.name).cloned();
                        let name = name.unwrap_or_else(|| unnumbered(&function.name));
                        functions.add(
                            unit.path,
                            object,
                            side,
                            function,
                            (name, normaliser.function(function)),
                        );
                    }
                }
            }
        }
        for sides in functions.pieces.values_mut() {
            sides.iter_mut().flatten().for_each(|pieces| pieces.sort());
        }
        functions
    }

    fn add(&mut self, unit: &str, object: &Object, side: usize, function: &Symbol, piece: Piece) {
        let name = base_name(&function.name).to_string();
        // The clones of a function that others can call are local themselves.
        let mut others = object.symbols.iter();
        let external = others.any(|s| s.name == name && s.external && s.section.is_some());
        let key = Key { unit: (!external).then(|| unit.to_string()), name };
        self.units.entry(key.clone()).or_default().insert(unit.to_string());
        self.pieces.entry(key).or_default()[side].get_or_insert_default().push(piece);
    }

    /// Functions with code in both builds.
    pub fn common(&self) -> impl Iterator<Item = (&Key, &Pieces, &Pieces)> + '_ {
        self.pieces.iter().filter_map(|(key, [old, new])| Some((key, old.as_ref()?, new.as_ref()?)))
    }

    /// Those whose code differs.
    pub fn differing(&self) -> BTreeSet<Key> {
        self.common().filter(|(_, old, new)| old != new).map(|(key, ..)| key.clone()).collect()
    }

    /// The function has code in both builds, and it is the same.
    pub fn same(&self, key: &Key) -> bool {
        self.pieces.get(key).is_some_and(|[old, new]| old.is_some() && old == new)
    }

    /// For people: the first instruction that differs, with what stands around it.
    pub fn difference(&self, key: &Key) -> String {
        let Some([Some(old), Some(new)]) = self.pieces.get(key) else { return String::new() };
        let names = |pieces: &Pieces| pieces.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        if names(old) != names(new) {
            return format!("  pieces {} | {}\n", names(old).join(" "), names(new).join(" "));
        }
        let differ = old.iter().zip(new).find(|(old, new)| old != new);
        let Some(((name, old), (_, new))) = differ else { return String::new() };
        let at = old.iter().zip(new).take_while(|(old, new)| old == new).count();
        let around = |lines: &[String], sign: char| -> String {
            let (from, to) = (at.saturating_sub(2), (at + 4).min(lines.len()));
            lines[from.min(to)..to].iter().map(|line| format!("  {sign} {line}\n")).collect()
        };
        format!("  {name}, instruction {at}:\n{}{}", around(old, '-'), around(new, '+'))
    }
}

/// Names for the clones of a unit, the same in both builds for equal code: the compiler's numbers
/// shift when another clone is made.
fn labels(unit: &UnitPair) -> [Labels; 2] {
    let mut groups: BTreeMap<String, [Pieces; 2]> = BTreeMap::new();
    for (side, object) in unit.objects.iter().enumerate() {
        let Some(object) = object else { continue };
        let normaliser = Normaliser::new(object, unit.roots[side], Labels::new());
        for function in object.functions().filter(|f| unnumbered(&f.name) != f.name) {
            let clone = (function.name.clone(), normaliser.function(function));
            groups.entry(unnumbered(&function.name)).or_default()[side].push(clone);
        }
    }
    let mut labels = [Labels::new(), Labels::new()];
    for (group, sides) in groups {
        // A single one needs no number.
        if sides.iter().all(|clones| clones.len() < 2) {
            continue;
        }
        number(&group, sides, &mut labels);
    }
    labels
}

fn number(group: &str, [old, mut new]: [Pieces; 2], labels: &mut [Labels; 2]) {
    let mut next = 0;
    let mut label = || {
        next += 1;
        format!("{group}#{next}")
    };
    let mut alone = vec![];
    for (name, code) in old {
        match new.iter().position(|(_, other)| *other == code) {
            Some(at) => {
                let both = label();
                labels[1].insert(new.remove(at).0, both.clone());
                labels[0].insert(name, both);
            }
            None => alone.push(name),
        }
    }
    let mut rest = new.into_iter();
    for name in alone {
        let both = label();
        if let Some((twin, _)) = rest.next() {
            labels[1].insert(twin, both.clone());
        }
        labels[0].insert(name, both);
    }
    rest.for_each(|(name, _)| drop(labels[1].insert(name, label())));
}
