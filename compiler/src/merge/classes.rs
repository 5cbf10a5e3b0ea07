//! Which file-scope names of different units are the same entity.
//!
//! The coarsest partition such that two units share an entity only if they share its definition,
//! and every file-scope name that the definition mentions. Found as a greatest fixed point: names start
//! as split as their definitions' texts are; a piece whose names mean different things in
//! different units splits into variants; what it declares splits with it.

use rustc_hash::FxHashMap;

use super::Clash;
use super::bases::{Base, Bases};
use super::facts::{Declared, Entity, Facts};
use super::names::{Identifiers, Name};
use super::unique::{Pieces, Unique};

/// A unit that does not know the name.
const ABSENT: u32 = u32::MAX;

/// What a unit does for an external entity that it only declares.
const DECLARING: u32 = 2;

/// Functions that compiled code calls though no source mentions them: a static one of that name
/// must not catch the calls of other units.
const CALLED_BY_COMPILERS: [&str; 6] = ["memcpy", "memmove", "memset", "memcmp", "strlen", "abort"];

/// The entities of a name that means more than one.
#[derive(Clone, Debug)]
pub(super) struct Split {
    /// For each unit its class; [`Split::class`] reads it.
    classes: Vec<u32>,
    /// For each class: its members have external linkage.
    pub(super) external: Vec<bool>,
    /// For each class: declarations bind the name to a symbol by `__asm__`.
    pub(super) labelled: Vec<bool>,
    /// The class that holds the definition of what is external.
    pub(super) defining: Option<usize>,
}

impl Split {
    /// The entity that the name is in a unit.
    pub(super) fn class(&self, unit: u32) -> Option<usize> {
        let class = self.classes[unit as usize];
        (class != ABSENT).then_some(class as usize)
    }
    /// The units of a class.
    pub(super) fn units(&self, class: usize) -> Vec<usize> {
        (0..self.classes.len()).filter(|&unit| self.classes[unit] == class as u32).collect()
    }
}

/// The entities of all names.
pub(super) struct Classes {
    /// Names that mean more than one entity.
    pub(super) split: FxHashMap<Name, Split>,
    /// For each piece and each of its units the variant; empty where there is only one.
    pub(super) variants: Vec<Vec<u32>>,
}

/// Finds the entities of all names.
pub(super) fn classes(
    pieces: &Pieces,
    facts: &[Facts],
    identifiers: &Identifiers,
    bases: &Bases,
    clashes: &[Clash],
) -> Classes {
    let mut refinement = Refinement::new(pieces, facts, identifiers, bases);
    for (index, clash) in clashes.iter().enumerate() {
        if let Some(name) = identifiers.get(&clash.name).map(|id| Name::new(id, false)) {
            refinement.clashes.entry(name).or_default().push((index as u32, clash.pieces));
        }
    }
    let mut names: Vec<Name> = refinement.suspects();
    names.sort_unstable();
    while !names.is_empty() {
        let mut touched = vec![];
        for name in names.drain(..) {
            if refinement.split_name(name) {
                touched.extend(refinement.pieces_of(name));
            }
        }
        touched.sort_unstable();
        touched.dedup();
        for piece in touched {
            refinement.split_piece(piece);
            // Also where the piece did not split: what it mentions may differ from what others mention.
            names.extend(facts[piece].declared.iter().map(|declared| declared.name));
        }
        names.sort_unstable();
        names.dedup();
    }
    Classes { split: refinement.split, variants: refinement.variants }
}

struct Refinement<'a> {
    pieces: &'a [Unique],
    facts: &'a [Facts],
    bases: &'a Bases,
    units: usize,
    /// For each name the pieces that declare it, with the index of the declaration.
    declarations: Vec<Vec<(u32, u32)>>,
    /// For each declared name the pieces that mention it.
    mentions: Vec<Vec<u32>>,
    called_by_compilers: Vec<Name>,
    split: FxHashMap<Name, Split>,
    variants: Vec<Vec<u32>>,
    /// For external names the numbers of clashes, and the pieces that clash.
    clashes: FxHashMap<Name, Vec<(u32, [usize; 2])>>,
}

/// What must be equal in two units whose declarations of an external name can stand in one text.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Aspect {
    /// The symbol that an `__asm__` label binds the name to.
    Label,
    /// The entity that a name in the declarations means.
    Meaning(Name),
    /// The side of a clash.
    Side(u32),
}

/// What a unit knows about a name.
#[derive(Clone, Default)]
struct Known {
    /// Declarations: piece, variant of the piece, declaration in the piece.
    declarations: Vec<(u32, u32, u32)>,
    mentioned: bool,
}

impl<'a> Refinement<'a> {
    fn new(pieces: &'a Pieces, facts: &'a [Facts], identifiers: &Identifiers, bases: &'a Bases) -> Self {
        let mut declarations = vec![vec![]; identifiers.len() * 2];
        for (piece, facts) in facts.iter().enumerate() {
            for (index, declared) in facts.declared.iter().enumerate() {
                declarations[declared.name.index()].push((piece as u32, index as u32));
            }
        }
        let mut mentions: Vec<Vec<u32>> = vec![vec![]; declarations.len()];
        for (piece, facts) in facts.iter().enumerate() {
            for mention in &facts.mentions {
                let list = &mut mentions[mention.name.index()];
                if !declarations[mention.name.index()].is_empty() && list.last() != Some(&(piece as u32)) {
                    list.push(piece as u32);
                }
            }
        }
        let called = CALLED_BY_COMPILERS.iter().filter_map(|name| identifiers.get(name));
        Self {
            pieces: &pieces.unique,
            facts,
            bases,
            units: pieces.units.len(),
            declarations,
            mentions,
            called_by_compilers: called.map(|id| Name::new(id, false)).collect(),
            split: FxHashMap::default(),
            variants: vec![vec![]; facts.len()],
            clashes: FxHashMap::default(),
        }
    }

    fn declared(&self, (piece, index): (u32, u32)) -> &'a Declared {
        &self.facts[piece as usize].declared[index as usize]
    }

    fn pieces_of(&self, name: Name) -> Vec<usize> {
        self.mentions[name.index()].iter().map(|&piece| piece as usize).collect()
    }

    /// Names that may mean more than one entity before any other name is known to.
    fn suspects(&self) -> Vec<Name> {
        let indices = 0..self.declarations.len() as u32;
        let names = indices.map(|index| Name::new(index / 2, index % 2 == 1));
        names.filter(|&name| self.is_suspect(name)).collect()
    }

    fn is_suspect(&self, name: Name) -> bool {
        let declarations = &self.declarations[name.index()];
        let Some(&first) = declarations.first() else { return false };
        let internal = declarations.iter().any(|&d| is_internal(self.declared(d)));
        let declared = self.declared(first);
        if !internal {
            return self.clashes.contains_key(&name)
                || declarations.iter().any(|&d| self.declared(d).label != declared.label);
        }
        let one = declarations.len() == 1 && !self.has_own_state(first.0, declared);
        let settled = one && declared.entity == Entity::Tag;
        !settled && (!one || self.is_mentioned_elsewhere(name, first.0))
    }

    /// A unit mentions the name without the piece that declares it.
    fn is_mentioned_elsewhere(&self, name: Name, declaring: u32) -> bool {
        let known = &self.pieces[declaring as usize].units;
        known.len() < self.units
            && (self.called_by_compilers.contains(&name)
                || self.mentions[name.index()].iter().any(|&piece| {
                    self.pieces[piece as usize].units.iter().any(|unit| known.binary_search(unit).is_err())
                }))
    }

    /// Two copies of the definition are two things: it can be written.
    fn has_own_state(&self, piece: u32, declared: &Declared) -> bool {
        let function = declared.entity == Entity::Function && declared.definition;
        declared.is_static && (declared.mutable || (function && self.facts[piece as usize].own_state))
    }

    /// Splits a name as far as its definitions differ; `true` if that is further than before.
    fn split_name(&mut self, name: Name) -> bool {
        let known = self.known(name);
        let classes = self.classes_of(name, &known);
        let before = self.split.get(&name);
        let pairs: Vec<Option<(u32, u32)>> = (0..self.units)
            .map(|unit| classes[unit].map(|class| (before.map_or(0, |split| split.classes[unit]), class)))
            .collect();
        let (classes, count) = dense(&pairs);
        let grown = count > before.map_or(1, |split| split.external.len());
        if grown {
            let mut external = vec![false; count];
            let mut labelled = vec![false; count];
            for (unit, &class) in classes.iter().enumerate() {
                if class != ABSENT {
                    external[class as usize] |= !name.tag() && !self.is_internal_in(&known[unit]);
                    labelled[class as usize] |= self.label(&known[unit]) != 0;
                }
            }
            let external_at = |unit: &usize| classes[*unit] != ABSENT && external[classes[*unit] as usize];
            let units = (0..self.units).filter(external_at).map(|unit| (self.rank(&known[unit]), unit));
            let defining = units.filter(|(rank, _)| *rank < DECLARING).min().map(|(_, unit)| unit);
            let defining = defining.map(|unit| classes[unit] as usize);
            self.split.insert(name, Split { classes, external, labelled, defining });
        }
        grown
    }

    fn known(&self, name: Name) -> Vec<Known> {
        let mut known = vec![Known::default(); self.units];
        for &(piece, index) in &self.declarations[name.index()] {
            for (nth, &unit) in self.pieces[piece as usize].units.iter().enumerate() {
                let variant = self.variants[piece as usize].get(nth).copied().unwrap_or(0);
                known[unit as usize].declarations.push((piece, variant, index));
            }
        }
        for &piece in &self.mentions[name.index()] {
            for &unit in &self.pieces[piece as usize].units {
                known[unit as usize].mentioned = true;
            }
        }
        if self.called_by_compilers.contains(&name) {
            known.iter_mut().for_each(|known| known.mentioned = true);
        }
        known
    }

    fn is_internal_in(&self, known: &Known) -> bool {
        known.declarations.iter().any(|&(piece, _, index)| is_internal(self.declared((piece, index))))
    }

    /// A class for each unit that knows the name. Class numbers are not dense.
    fn classes_of(&self, name: Name, known: &[Known]) -> Vec<Option<u32>> {
        let mut groups = Groups::new(self.units);
        let mut by_definition: FxHashMap<(u32, u32), usize> = FxHashMap::default();
        for (unit, known) in known.iter().enumerate() {
            if !self.is_internal_in(known) {
                continue;
            }
            for definition in self.definers(known) {
                let declared = self.declared((definition.0, definition.2));
                if !self.has_own_state(definition.0, declared) {
                    let first =
                        *by_definition.entry(self.identity(declared, definition, unit)).or_insert(unit);
                    groups.join(first, unit);
                }
            }
        }
        let mut classes: Vec<Option<u32>> = vec![None; self.units];
        for (unit, known) in known.iter().enumerate() {
            if self.is_internal_in(known) {
                classes[unit] = Some(groups.root(unit) as u32);
            }
        }
        if name.tag() {
            // An incomplete tag may be any of the complete ones: it is the first.
            let first = classes.iter().flatten().next().copied();
            for (unit, known) in known.iter().enumerate().filter(|(_, known)| known.mentioned) {
                classes[unit] = classes[unit].or(first).or(Some(0)).filter(|_| known.mentioned);
            }
        } else {
            self.external_classes(name, known, &mut classes);
        }
        classes
    }

    /// Equal for definitions of one entity: the piece and its variant; for a simple typedef what it
    /// stands for.
    fn identity(&self, declared: &Declared, definition: (u32, u32, u32), unit: usize) -> (u32, u32) {
        match self.bases.get(&declared.name).filter(|_| declared.entity == Entity::Typedef) {
            Some(Base::Words(_)) => (ABSENT, 0),
            Some(Base::Tag(tag)) => (ABSENT, self.split.get(tag).map_or(0, |split| split.classes[unit])),
            None => (definition.0, definition.1),
        }
    }

    /// What defines the name in a unit; all declarations where nothing does.
    fn definers(&self, known: &Known) -> Vec<(u32, u32, u32)> {
        let is_definition = |d: &&(u32, u32, u32)| self.declared((d.0, d.2)).definition;
        let definitions: Vec<_> = known.declarations.iter().filter(is_definition).copied().collect();
        if definitions.is_empty() { known.declarations.clone() } else { definitions }
    }

    /// External names are one entity; but declarations with different types cannot stand in one text.
    /// Units whose declarations agree in what type names mean share a class, the defining ones the first.
    fn external_classes(&self, name: Name, known: &[Known], classes: &mut [Option<u32>]) {
        let base = self.units as u32;
        let mut views: Vec<FxHashMap<Aspect, u32>> = vec![];
        let external = |unit: &usize| known[*unit].mentioned && !self.is_internal_in(&known[*unit]);
        let mut units: Vec<usize> = (0..self.units).filter(external).collect();
        units.sort_by_key(|&unit| self.rank(&known[unit]));
        for unit in units {
            let view = self.view(name, unit, &known[unit]);
            let agrees = |known: &FxHashMap<Aspect, u32>| {
                view.iter().all(|(aspect, is)| known.get(aspect).is_none_or(|known| known == is))
            };
            let class = views.iter().position(agrees).unwrap_or_else(|| {
                views.push(FxHashMap::default());
                views.len() - 1
            });
            views[class].extend(view);
            classes[unit] = Some(base + class as u32);
        }
    }

    /// How much a unit does for an external entity: 0, it defines it; 1, it does so if no other does.
    fn rank(&self, known: &Known) -> u32 {
        let rank = |&(piece, _, index): &(u32, u32, u32)| {
            let declared = self.declared((piece, index));
            match declared.definition && !declared.inline {
                true => 0,
                false if declared.tentative => 1,
                false => DECLARING,
            }
        };
        known.declarations.iter().map(rank).min().unwrap_or(DECLARING)
    }

    fn label(&self, known: &Known) -> u32 {
        let labels = known.declarations.iter().map(|&(piece, _, index)| self.declared((piece, index)).label);
        labels.max().unwrap_or(0)
    }

    /// What the split names in a unit's declarations of an external name mean there.
    /// A declaration that is bound to another symbol by `__asm__` names that symbol too.
    fn view(&self, name: Name, unit: usize, known: &Known) -> FxHashMap<Aspect, u32> {
        let mut view = FxHashMap::default();
        if !known.declarations.is_empty() {
            view.insert(Aspect::Label, self.label(known));
        }
        for (clash, pieces) in self.clashes.get(&name).into_iter().flatten() {
            let holds = |piece: usize| known.declarations.iter().any(|d| d.0 as usize == piece);
            let side = pieces.iter().position(|&piece| holds(piece));
            view.extend(side.map(|side| (Aspect::Side(*clash), side as u32)));
        }
        for &(piece, _, index) in &known.declarations {
            let declared = self.declared((piece, index));
            let mentions = &self.facts[piece as usize].mentions;
            for mention in mentions.iter().filter(|m| m.at < declared.head_end && m.name != declared.name) {
                if let Some(split) = self.split.get(&mention.name) {
                    view.insert(Aspect::Meaning(mention.name), split.classes[unit]);
                }
            }
        }
        view
    }

    /// Splits a piece by what its names mean in its units.
    fn split_piece(&mut self, piece: usize) {
        let mut names: Vec<&Split> =
            self.facts[piece].mentions.iter().filter_map(|mention| self.split.get(&mention.name)).collect();
        names.dedup_by(|a, b| std::ptr::eq(*a, *b));
        let units = &self.pieces[piece].units;
        let meaning = |unit: u32| -> Vec<u32> { names.iter().map(|s| s.classes[unit as usize]).collect() };
        let meanings: Vec<Option<Vec<u32>>> = units.iter().map(|&unit| Some(meaning(unit))).collect();
        let (variants, count) = dense(&meanings);
        if count > 1 {
            self.variants[piece] = variants;
        }
    }
}

/// The declaration binds the name within its unit only.
fn is_internal(declared: &Declared) -> bool {
    declared.is_static || matches!(declared.entity, Entity::Typedef | Entity::Enumerator | Entity::Tag)
}

/// Numbers keys in the order in which they appear, and counts them.
fn dense<K: Clone + Eq + std::hash::Hash>(keys: &[Option<K>]) -> (Vec<u32>, usize) {
    let mut numbers: FxHashMap<K, u32> = FxHashMap::default();
    let number = |key: &Option<K>| {
        let Some(key) = key else { return ABSENT };
        let next = numbers.len() as u32;
        *numbers.entry(key.clone()).or_insert(next)
    };
    let dense = keys.iter().map(number).collect();
    (dense, numbers.len())
}

/// Disjoint sets of units.
struct Groups(Vec<usize>);

impl Groups {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }
    fn root(&self, mut at: usize) -> usize {
        while self.0[at] != at {
            at = self.0[at];
        }
        at
    }
    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b)] = a.min(b);
    }
}
