//! Which members of its archives a linker takes.

use crate::symbols::Symbols;
use std::collections::HashSet;

/// A link's input, as far as symbols go; no symbols where they cannot be read.
pub enum Piece {
    /// Taken in any case.
    Object(Option<Symbols>),
    /// Defines, but brings no code.
    Shared(Symbols),
    /// Searched for what is needed so far.
    Archive {
        /// Its members' symbols.
        members: Vec<Option<Symbols>>,
        /// All members are taken (`--whole-archive`).
        whole: bool,
        /// Archives of one group (`--start-group`) are searched together.
        group: Option<usize>,
    },
}

/// For each piece the members taken, in the order in which the linker takes them.
/// `roots` are needed from the start; `wrapped` are the names given to `--wrap`.
/// Where the symbols of an object cannot be read, everything is taken.
pub fn pull(pieces: &[Piece], roots: &[String], wrapped: &HashSet<String>) -> Vec<Vec<usize>> {
    let opaque = pieces.iter().any(|piece| matches!(piece, Piece::Object(None)));
    let mut link = Link { wrapped, defined: HashSet::new(), needed: HashSet::new(), opaque };
    link.needed.extend(roots.iter().cloned());
    let mut taken = vec![vec![]; pieces.len()];
    let mut index = 0;
    while index < pieces.len() {
        let end = group_end(pieces, index);
        // A group is searched until nothing more comes of it.
        while (index..end).filter(|&at| link.search(&pieces[at], &mut taken[at])).count() > 0 {}
        index = end;
    }
    taken
}

fn group_end(pieces: &[Piece], start: usize) -> usize {
    let group = |piece: &Piece| match piece {
        Piece::Archive { group, .. } => *group,
        _ => None,
    };
    match group(&pieces[start]) {
        None => start + 1,
        first => start + pieces[start..].iter().take_while(|piece| group(piece) == first).count(),
    }
}

struct Link<'a> {
    wrapped: &'a HashSet<String>,
    defined: HashSet<String>,
    needed: HashSet<String>,
    opaque: bool,
}

impl Link<'_> {
    /// Goes through one piece once; true if an archive's member was taken.
    fn search(&mut self, piece: &Piece, taken: &mut Vec<usize>) -> bool {
        match piece {
            Piece::Object(symbols) => {
                symbols.iter().for_each(|symbols| self.add(symbols));
                false
            }
            Piece::Shared(symbols) => {
                symbols.defined.iter().for_each(|name| self.define(name));
                false
            }
            Piece::Archive { members, whole, .. } => self.search_archive(members, *whole, taken),
        }
    }

    fn search_archive(&mut self, members: &[Option<Symbols>], whole: bool, taken: &mut Vec<usize>) -> bool {
        let before = taken.len();
        let mut passed = usize::MAX;
        while passed != taken.len() {
            passed = taken.len();
            for (index, member) in members.iter().enumerate() {
                let wanted = match member {
                    Some(symbols) => symbols.defined.iter().any(|name| self.needed.contains(name)),
                    None => true,
                };
                if (wanted || whole || self.opaque) && !taken.contains(&index) {
                    taken.push(index);
                    member.iter().for_each(|symbols| self.add(symbols));
                }
            }
        }
        taken.len() > before
    }

    fn add(&mut self, symbols: &Symbols) {
        symbols.defined.iter().for_each(|name| self.define(name));
        for name in &symbols.needed {
            let name = self.wrap(name);
            if !self.defined.contains(&name) {
                self.needed.insert(name);
            }
        }
    }

    fn define(&mut self, name: &str) {
        self.needed.remove(name);
        self.defined.insert(name.to_string());
    }

    /// A reference to a wrapped `name` means `__wrap_name`, one to `__real_name` the name.
    fn wrap(&self, name: &str) -> String {
        match name.strip_prefix("__real_") {
            _ if self.wrapped.contains(name) => format!("__wrap_{name}"),
            Some(real) if self.wrapped.contains(real) => real.to_string(),
            _ => name.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbols(defined: &str, needed: &str) -> Option<Symbols> {
        let words = |text: &str| text.split_whitespace().map(String::from).collect();
        Some(Symbols { defined: words(defined), needed: words(needed) })
    }

    fn archive(members: Vec<Option<Symbols>>, group: Option<usize>) -> Piece {
        Piece::Archive { members, whole: false, group }
    }

    fn taken(pieces: &[Piece]) -> Vec<Vec<usize>> {
        pull(pieces, &["main".to_string()], &HashSet::from(["w".to_string()]))
    }

    #[test]
    fn members_are_taken_as_needed() {
        let members = vec![symbols("c", ""), symbols("b", "c"), symbols("unused", ""), symbols("a", "b")];
        let pieces = [Piece::Object(symbols("main", "a")), archive(members, None)];
        assert_eq!(taken(&pieces), [vec![], vec![3, 1, 0]]);
    }

    #[test]
    fn an_archive_is_searched_where_it_stands() {
        let pieces = [archive(vec![symbols("a", "")], None), Piece::Object(symbols("main", "a"))];
        assert!(taken(&pieces)[0].is_empty());
    }

    #[test]
    fn the_entry_may_lie_in_an_archive() {
        assert_eq!(taken(&[archive(vec![symbols("x", ""), symbols("main", "x")], None)])[0], [1, 0]);
    }

    #[test]
    fn groups_are_searched_again() {
        let first = archive(vec![symbols("a", "b"), symbols("c", "")], Some(1));
        let pieces = [Piece::Object(symbols("main", "a")), first, archive(vec![symbols("b", "c")], Some(1))];
        assert_eq!(taken(&pieces), [vec![], vec![0, 1], vec![0]]);
    }

    #[test]
    fn shared_libraries_satisfy() {
        let shared = Piece::Shared(symbols("a", "").unwrap());
        let pieces = [Piece::Object(symbols("main", "a")), shared, archive(vec![symbols("a", "")], None)];
        assert!(taken(&pieces)[2].is_empty());
    }

    #[test]
    fn wrapped_names() {
        let members = vec![symbols("w", ""), symbols("__wrap_w", "__real_w")];
        let pieces = [Piece::Object(symbols("main", "w")), archive(members, None)];
        assert_eq!(taken(&pieces)[1], [1, 0]);
    }

    #[test]
    fn unreadable_objects_take_everything() {
        let pieces = [Piece::Object(None), archive(vec![symbols("a", ""), symbols("b", "")], None)];
        assert_eq!(taken(&pieces)[1], [0, 1]);
    }
}
