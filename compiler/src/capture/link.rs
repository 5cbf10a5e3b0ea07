//! Records what a command links.

use crate::place::{Place, now};
use crate::pull::{Piece, pull};
use crate::symbols::{self, Member};
use object::Object;
use polusc::source::command::Command;
use polusc::source::record::{self, Input, Kind, Link, digest, hex};
use std::collections::HashSet;
use std::io;
use std::path::PathBuf;

/// Records the link of `command`, whose own sources were recorded under these names.
pub fn record(place: &Place, command: &Command, sources: &[String]) -> io::Result<()> {
    let words = words(command);
    let output = place.absolute(command.output.as_deref().unwrap_or("a.out"));
    if !output.is_file() {
        return Ok(());
    }
    let bytes = std::fs::read(&output)?;
    let kind = kind(&words);
    let found = find(place, &words, sources)?;
    let roots = roots(&words, kind, &bytes, !sources.is_empty());
    let inputs = inputs(found, roots, &values(&words, &["--wrap", "-wrap"]));
    let build_id = object::File::parse(&*bytes).ok().and_then(|file| file.build_id().ok().flatten().map(hex));
    place.store.put_link(&Link {
        top: place.top.clone(),
        beside: place.store.beside(),
        directory: place.directory.clone(),
        hash: digest(&bytes),
        build_id,
        output,
        kind,
        inputs,
        time: now(),
    })
}

/// A word of the command as the linker gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    /// The n-th source, compiled on the way.
    Source(usize),
    /// An option, its value, or a file.
    Plain(String),
}

/// The driver's words in order, with those for the linker unwrapped.
fn words(command: &Command) -> Vec<Word> {
    let mut words = vec![];
    let mut arguments = command.arguments.iter().enumerate();
    while let Some((index, argument)) = arguments.next() {
        if let Some(source) = command.sources.iter().position(|source| source.index == index) {
            words.push(Word::Source(source));
        } else if argument == "-Xlinker" {
            words.extend(arguments.next().map(|(_, word)| Word::Plain(word.clone())));
        } else if let Some(list) = argument.strip_prefix("-Wl,") {
            words.extend(list.split(',').map(|word| Word::Plain(word.to_string())));
        } else if matches!(argument.as_str(), "-o" | "--output" | "-x" | "-D" | "-I" | "-include") {
            arguments.next();
        } else {
            words.push(Word::Plain(argument.clone()));
        }
    }
    words
}

fn kind(words: &[Word]) -> Kind {
    let has = |option: &str| words.contains(&Word::Plain(option.to_string()));
    match () {
        () if has("-r") || has("--relocatable") => Kind::Relocatable,
        () if has("-shared") || has("--shared") || has("-Bshareable") => Kind::Shared,
        () => Kind::Program,
    }
}

/// The values of an option, joined by `=`, by nothing where it has one dash and one
/// letter, or in the next word.
fn values(words: &[Word], options: &[&str]) -> HashSet<String> {
    let mut found = HashSet::new();
    for (index, word) in words.iter().enumerate() {
        let Word::Plain(word) = word else { continue };
        for option in options {
            match (word.strip_prefix(option), words.get(index + 1)) {
                (Some(""), Some(Word::Plain(value))) => drop(found.insert(value.clone())),
                (Some(""), _) | (None, _) => (),
                (Some(rest), _) if rest.starts_with('=') => drop(found.insert(rest[1..].to_string())),
                (Some(rest), _) if option.len() == 2 => drop(found.insert(rest.to_string())),
                _ => (),
            }
        }
    }
    found
}

/// What is needed before the first input. The objects of sources compiled on the way are
/// gone; the output's own symbols stand for what they needed.
fn roots(words: &[Word], kind: Kind, output: &[u8], compiled: bool) -> Option<Vec<String>> {
    let mut roots = values(words, &["-u", "--undefined", "--require-defined", "-e", "--entry"]);
    if kind == Kind::Program {
        roots.insert("main".to_string());
    }
    if compiled {
        roots.extend(symbols::names(output)?);
    }
    Some(roots.into_iter().collect())
}

/// An input file found.
enum Found {
    Source(String),
    File { path: PathBuf, input: symbols::Input, whole: bool, group: Option<usize> },
}

fn find(place: &Place, words: &[Word], sources: &[String]) -> io::Result<Vec<Found>> {
    let mut search = Search::new(place, words);
    let mut found = vec![];
    let mut index = 0;
    while index < words.len() {
        match &words[index] {
            Word::Source(source) => found.push(Found::Source(sources[*source].clone())),
            Word::Plain(word) => {
                let (path, used) = search.step(word, words.get(index + 1));
                index += used;
                if let Some(path) = path
                    && let Some(input) = symbols::read(&path)?
                {
                    found.push(Found::File { path, input, whole: search.whole, group: search.group });
                }
            }
        }
        index += 1;
    }
    Ok(found)
}

/// The linker's state while it reads its words.
struct Search<'a> {
    place: &'a Place,
    folders: Vec<PathBuf>,
    whole: bool,
    archives_only: bool,
    group: Option<usize>,
    groups: usize,
}

impl<'a> Search<'a> {
    fn new(place: &'a Place, words: &[Word]) -> Self {
        let mut folders = vec![];
        for (index, word) in words.iter().enumerate() {
            match (word, words.get(index + 1)) {
                (Word::Plain(word), Some(Word::Plain(next))) if word == "-L" => {
                    folders.push(place.absolute(next))
                }
                (Word::Plain(word), _) if word.len() > 2 && word.starts_with("-L") => {
                    folders.push(place.absolute(&word[2..]));
                }
                _ => (),
            }
        }
        Self { place, folders, whole: false, archives_only: false, group: None, groups: 0 }
    }

    /// The file that a word means, and how many words after it belong to it.
    fn step(&mut self, word: &str, next: Option<&Word>) -> (Option<PathBuf>, usize) {
        match (word, next) {
            ("--whole-archive" | "-whole-archive", _) => self.whole = true,
            ("--no-whole-archive" | "-no-whole-archive", _) => self.whole = false,
            ("-Bstatic" | "-static" | "-dn" | "-non_shared", _) => self.archives_only = true,
            ("-Bdynamic" | "-dy" | "-call_shared", _) => self.archives_only = false,
            ("--start-group" | "-(", _) => {
                self.groups += 1;
                self.group = Some(self.groups);
            }
            ("--end-group" | "-)", _) => self.group = None,
            ("-l" | "--library", Some(Word::Plain(name))) => return (self.library(name), 1),
            ("-L" | "-T" | "-u" | "-z" | "-e" | "-B", Some(_)) => return (None, 1),
            (library, _) if library.starts_with("-l") => return (self.library(&library[2..]), 0),
            (file, _) if !file.starts_with('-') => return (Some(self.place.absolute(file)), 0),
            _ => (),
        }
        (None, 0)
    }

    /// `-lNAME` in the folders of `-L`; libraries elsewhere are not of this build.
    fn library(&self, name: &str) -> Option<PathBuf> {
        let names = match name.strip_prefix(':') {
            Some(exact) => vec![exact.to_string()],
            None if self.archives_only => vec![format!("lib{name}.a")],
            None => vec![format!("lib{name}.so"), format!("lib{name}.a")],
        };
        let in_folder =
            |folder: &PathBuf| names.iter().map(|name| folder.join(name)).find(|path| path.is_file());
        self.folders.iter().find_map(in_folder)
    }
}

/// The record's inputs: of archives what the linker took of them.
fn inputs(found: Vec<Found>, roots: Option<Vec<String>>, wrapped: &HashSet<String>) -> Vec<Input> {
    let mut pieces: Vec<Piece> = found.iter().map(piece).collect();
    if roots.is_none() {
        pieces.push(Piece::Object(None));
    }
    let taken = pull(&pieces, &roots.unwrap_or_default(), wrapped);
    found.into_iter().zip(taken).filter_map(|(found, taken)| input(found, &taken)).collect()
}

fn piece(found: &Found) -> Piece {
    match found {
        Found::Source(_) => Piece::Object(Some(symbols::Symbols::default())),
        Found::File { input, whole, group, .. } => match input {
            symbols::Input::Object(_, symbols) => Piece::Object(symbols.clone()),
            symbols::Input::Shared(symbols) => Piece::Shared(symbols.clone()),
            symbols::Input::Archive(members) => Piece::Archive {
                members: members.iter().map(|member| member.symbols.clone()).collect(),
                whole: *whole,
                group: *group,
            },
        },
    }
}

fn input(found: Found, taken: &[usize]) -> Option<Input> {
    match found {
        Found::Source(name) => Some(Input::Source(name)),
        Found::File { path, input, .. } => match input {
            symbols::Input::Object(hash, _) => Some(Input::Object { path, hash }),
            symbols::Input::Shared(_) => None,
            symbols::Input::Archive(members) => {
                let members = taken.iter().map(|&index| member(&members[index])).collect();
                Some(Input::Archive { path, members })
            }
        },
    }
}

fn member(member: &Member) -> record::Member {
    record::Member { name: member.name.clone(), hash: member.hash.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn parse(line: &str) -> Vec<Word> {
        words(&Command::parse("gcc", &shlex::split(line).unwrap(), Path::new("/")))
    }

    #[test]
    fn words_for_the_linker_are_unwrapped() {
        let found = parse("-o p main.c -Wl,--start-group,a.a -Xlinker b.a -lm");
        let plain = |word: &str| Word::Plain(word.to_string());
        let expected = [plain("--start-group"), plain("a.a"), plain("b.a"), plain("-lm")];
        assert_eq!(found[0], Word::Source(0));
        assert_eq!(found[1..], expected);
    }

    #[test]
    fn options_with_values() {
        let found = values(&parse("-u x -uy -Wl,--undefined=z -Wl,--wrap,w a.o"), &["-u", "--undefined"]);
        assert_eq!(found, ["x", "y", "z"].map(String::from).into());
        assert_eq!(kind(&parse("-shared a.o")), Kind::Shared);
    }
}
