//! Follows the address of a variable through a program: is anything written through it?

use crate::clang::{Node, Pointers};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What keeps a variable from being a constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// Where in the text.
    pub at: usize,
    /// What happens there.
    pub what: What,
}

/// What happens to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The variable may be written through it.
    Written,
    /// Nothing follows it further.
    Lost,
    /// It is compared with one that may be of the other instance.
    Compared,
}

impl What {
    /// As the text of a place.
    pub fn words(self) -> &'static str {
        match self {
            Self::Written => "it may be written here",
            Self::Lost => "its address goes out of sight here",
            Self::Compared => "its address is compared here with one that may be older",
        }
    }
}

/// Who may hold a variable's address, where all of them are functions; places of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holders {
    /// Variables of blocks, and parameters.
    pub variables: BTreeSet<usize>,
    /// Functions that give it back.
    pub given_back: BTreeSet<usize>,
    /// Functions of libraries that get it while they run.
    pub lent: BTreeSet<String>,
}

/// A program's addresses, ready to be followed.
pub struct Follow {
    pointers: Pointers,
    from: BTreeMap<u32, Vec<u32>>,
    into: BTreeMap<u32, Vec<u32>>,
}

impl Follow {
    /// Of what libclang found.
    pub fn new(pointers: Pointers) -> Self {
        let mut follow = Self { pointers, from: BTreeMap::new(), into: BTreeMap::new() };
        for (one, other) in std::mem::take(&mut follow.pointers.flows) {
            follow.flow(one, other);
        }
        for (one, other) in follow.shared() {
            follow.flow(one, other);
            follow.flow(other, one);
        }
        follow
    }

    fn flow(&mut self, one: u32, other: u32) {
        self.from.entry(one).or_default().push(other);
        self.into.entry(other).or_default().push(one);
    }

    /// Nodes that are the same memory: elements of arrays, and what pointers lead to.
    fn shared(&self) -> Vec<(u32, u32)> {
        let nodes = &self.pointers.nodes;
        let numbers: HashMap<&Node, u32> =
            nodes.iter().enumerate().map(|(n, node)| (node, n as u32)).collect();
        let number = |node: &Node| numbers.get(node).copied();
        let (mut shared, mut private) = (vec![], BTreeMap::new());
        for (&at, element) in &self.pointers.arrays {
            let walkers = number(&Node::Address(at)).map_or(Some(vec![]), |array| self.walkers(array));
            let elements = number(&Node::Declared(at));
            match (walkers, elements, number(&Node::Pointee(element.clone()))) {
                (Some(walkers), Some(elements), _) => {
                    private.extend(walkers.into_iter().map(|walker| (walker, elements)));
                }
                (None, Some(elements), Some(any)) => shared.push((elements, any)),
                _ => {}
            }
        }
        for (led, node) in nodes.iter().enumerate() {
            let Node::Led(at, ty) = node else { continue };
            let held = number(&Node::Declared(*at)).and_then(|holder| private.get(&holder));
            let to = held.copied().or_else(|| number(&Node::Pointee(ty.clone())));
            shared.extend(to.map(|to| (led as u32, to)));
        }
        shared
    }

    /// The variables that walk through an array and hold the address of no other one, if there are no others.
    fn walkers(&self, array: u32) -> Option<Vec<u32>> {
        let to = self.from.get(&array).cloned().unwrap_or_default();
        let walks = |node: &u32| {
            let block = matches!(&self.pointers.nodes[*node as usize], Node::Declared(at) if self.pointers.automatic.contains(at));
            let alone = self.into.get(node).is_some_and(|from| from.iter().all(|from| *from == array));
            block && alone && !self.from.contains_key(node)
        };
        to.iter().all(walks).then_some(to)
    }

    /// Where a variable may be written, or its address gets out of sight.
    pub fn obstacle(&self, declared: &BTreeSet<usize>) -> Option<Obstacle> {
        let roots = self.roots(declared);
        let held = self.held(&roots);
        let first = |places: &[(u32, usize)]| {
            places.iter().filter(|(node, _)| held.contains(node)).map(|(_, at)| *at).min()
        };
        let at = |what: What, at: usize| Obstacle { at, what };
        let written = first(&self.pointers.writes).map(|place| at(What::Written, place));
        let lost = || first(&self.pointers.lost).map(|place| at(What::Lost, place));
        written.or_else(lost).or_else(|| Some(at(What::Compared, self.compared(&roots, &held)?)))
    }

    /// Who holds a variable's address, if nothing does but functions while they are active.
    pub fn holders(&self, declared: &BTreeSet<usize>) -> Option<Holders> {
        let roots = self.roots(declared);
        let held = self.held(&roots);
        let mut holders = Holders::default();
        for &node in held.difference(&roots) {
            let active =
                |at: &usize| self.pointers.automatic.contains(at) || self.pointers.parameters.contains(at);
            match &self.pointers.nodes[node as usize] {
                Node::Declared(at) if active(at) => _ = holders.variables.insert(*at),
                Node::Result(at) => _ = holders.given_back.insert(*at),
                Node::Called(_, Some(_)) => {}
                _ => return None,
            }
        }
        let lent = self.pointers.lent.iter().filter(|(node, _)| held.contains(node));
        holders.lent = lent.map(|(_, callee)| callee.clone()).collect();
        let lost = self.pointers.lost.iter().any(|(node, _)| held.contains(node));
        (!lost).then_some(holders)
    }

    /// The nodes of a variable's own address.
    fn roots(&self, declared: &BTreeSet<usize>) -> BTreeSet<u32> {
        let own = |node: &Node| matches!(node, Node::Address(at) if declared.contains(at));
        let nodes = self.pointers.nodes.iter().enumerate();
        nodes.filter(|(_, node)| own(node)).map(|(number, _)| number as u32).collect()
    }

    /// All that may hold an address that begins at one of these.
    fn held(&self, roots: &BTreeSet<u32>) -> BTreeSet<u32> {
        let (mut held, mut left) = (roots.clone(), roots.iter().copied().collect::<Vec<_>>());
        while let Some(node) = left.pop() {
            let next = self.from.get(&node).into_iter().flatten().copied();
            left.extend(next.filter(|&next| held.insert(next)));
        }
        held
    }

    /// Where two addresses of the table meet, one of which may be older than the update.
    fn compared(&self, roots: &BTreeSet<u32>, held: &BTreeSet<u32>) -> Option<usize> {
        let fresh = self.fresh(roots, held);
        let of_it = |nodes: &[u32]| nodes.iter().any(|node| held.contains(node));
        let kept = |nodes: &[u32]| nodes.iter().any(|node| held.contains(node) && !fresh.contains(node));
        let meets = |(one, other, _): &&(Vec<u32>, Vec<u32>, usize)| {
            of_it(one) && of_it(other) && (kept(one) || kept(other))
        };
        self.pointers.compared.iter().find(meets).map(|(.., at)| *at)
    }

    /// Of those that hold an address: it itself, and variables of a block that have it from its name.
    fn fresh(&self, roots: &BTreeSet<u32>, held: &BTreeSet<u32>) -> BTreeSet<u32> {
        let automatic = |node: &u32| matches!(&self.pointers.nodes[*node as usize], Node::Declared(at) if self.pointers.automatic.contains(at));
        let mut fresh: BTreeSet<u32> =
            held.iter().copied().filter(automatic).chain(roots.iter().copied()).collect();
        loop {
            let stale = |node: &u32| {
                let from = self.into.get(node).into_iter().flatten();
                !roots.contains(node)
                    && from.into_iter().any(|from| held.contains(from) && !fresh.contains(from))
            };
            let gone: Vec<u32> = fresh.iter().copied().filter(stale).collect();
            if gone.is_empty() {
                return fresh;
            }
            gone.iter().for_each(|node| _ = fresh.remove(node));
        }
    }
}
