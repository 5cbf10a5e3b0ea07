//! A program of many files, made of the small ones in testdata/construct: each case becomes some
//! units, whose file-scope names are made distinct and which all include the same headers.

use crate::project;
use polusc::construct::{self, Inputs};
use polusc::diag::Level;
use polusc::model::Program;
use polusc::patch::history::History;
use polusc::source::{self, Select, Tree, Unit};
use polusc::text::lex;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What each unit includes, unless it includes something itself.
const HEADERS: &str = "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n\
    #include <pthread.h>\n#include <sys/socket.h>\n#include <sys/stat.h>\n#include <netdb.h>\n";

/// Both versions of the generated program, each case `copies` times.
///
/// # Panics
/// There is no case that can be constructed from.
pub fn generate(copies: usize) -> (Tree, Tree) {
    let cases: Vec<Case> = folders().iter().filter_map(|folder| Case::read(folder)).collect();
    assert!(!cases.is_empty(), "testdata/construct has no case of one file that is constructed");
    let headers = headers();
    let tree = |of: &dyn Fn(&Case) -> &Unit| {
        let copy = |copy| cases.iter().map(move |case| (case, copy));
        let units = (0..copies).flat_map(copy).map(|(case, copy)| case.unit(of(case), copy, &headers));
        Tree { root: PathBuf::from("/corpus"), units: units.collect() }
    };
    (tree(&|case| &case.old), tree(&|case| &case.new))
}

/// The two trees that `POLUS_BENCH_TREES` names.
///
/// # Panics
/// They cannot be loaded.
pub fn load(old: &Path, new: &Path) -> (Tree, Tree) {
    let select = Select { program: std::env::var("POLUS_BENCH_PROGRAM").ok(), ..Select::default() };
    let load = |path: &Path| match source::load(path, &select, &[]) {
        Ok(loaded) => loaded.tree,
        Err(failure) => panic!("{}: {failure:?}", path.display()),
    };
    (load(old), load(new))
}

fn folders() -> Vec<PathBuf> {
    let folder = project().join("testdata/construct");
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    folders.sort();
    folders
}

/// The headers, preprocessed.
fn headers() -> String {
    let folder = tempfile::tempdir().expect("a folder for the headers");
    let path = folder.path().join("headers.c");
    std::fs::write(&path, HEADERS).expect("writable");
    match source::load(&path, &Select::default(), &[]) {
        Ok(loaded) => loaded.tree.units[0].text.clone(),
        Err(failure) => panic!("the C library's headers: {failure:?}"),
    }
}

struct Case {
    name: String,
    old: Unit,
    new: Unit,
    names: BTreeSet<String>,
}

impl Case {
    /// A case of two plain files from which a patch is constructed.
    fn read(folder: &Path) -> Option<Case> {
        let (old, new) = (folder.join("old.c"), folder.join("new.c"));
        if !old.exists() || !new.exists() || !folder.join("patch.c").exists() {
            return None;
        }
        let inputs = Inputs { old, new, ..Inputs::default() };
        let pair = construct::pair(&inputs, None, &History::default()).ok()?;
        let analysis = construct::analyse(&pair, None, &[]);
        if analysis.told.iter().any(|told| told.level == Level::Error) {
            return None;
        }
        let unit = |input: &Path| source::load(input, &Select::default(), &[]).ok()?.tree.units.pop();
        Some(Case {
            name: folder.file_name()?.to_string_lossy().replace('-', "_"),
            old: unit(&inputs.old)?,
            new: unit(&inputs.new)?,
            names: names(&pair.old).into_iter().chain(names(&pair.new)).collect(),
        })
    }

    /// The unit with this case's and copy's names.
    fn unit(&self, of: &Unit, copy: usize, headers: &str) -> Unit {
        let mut text = String::with_capacity(headers.len() + of.text.len() * 2);
        if !includes(&of.text) {
            text.push_str(headers);
        }
        let mut done = 0;
        for token in lex(&of.text) {
            let word = token.text(&of.text);
            if self.names.contains(word) {
                text.push_str(&of.text[done..token.start]);
                text.push_str(&format!("{word}_{}_{copy}", self.name));
                done = token.end;
            }
        }
        text.push_str(&of.text[done..]);
        Unit { path: format!("{}_{copy}.c", self.name), text, ..of.clone() }
    }
}

/// The program's own file-scope names, enumerators among them.
fn names(program: &Program) -> BTreeSet<String> {
    let own = program.items.iter().filter(|item| !item.system);
    let names = own.flat_map(|item| {
        let enumerators = item.entity.enumerators.iter().map(|(name, _)| name.clone());
        enumerators.chain([item.original.clone()])
    });
    names.filter(|name| !name.is_empty()).collect()
}

/// The unit includes a header of the system; the one that every compile begins with does not count.
fn includes(text: &str) -> bool {
    let markers = text.lines().filter(|line| line.starts_with('#') && line.contains("\"/usr/include/"));
    markers.into_iter().any(|line| !line.contains("stdc-predef.h"))
}
