//! Units of one program out of a capture folder.

use super::command::{Command, Language};
use super::flags::shaping;
use super::record::{Compile, Input, Kind, Link, Store, Text};
use super::text::{decode, project_folder, unit_path};
use super::{Loaded, Select, Tree, Unit};
use crate::diag::{Diagnostic, Failure, Result};
use rayon::prelude::*;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// Everything recorded, with ways to find it.
struct Capture {
    compiles: Vec<(String, Compile)>,
    links: Vec<Link>,
    by_object: HashMap<String, Vec<usize>>,
    by_name: HashMap<String, usize>,
    by_output: HashMap<PathBuf, usize>,
}

/// Loads the selected program's units.
pub fn load(store: &Store, select: &Select) -> Result<Loaded> {
    let capture = Capture::read(store).map_err(|error| Failure::io(store.folder(), &error))?;
    let link = capture.choose(select, store)?;
    let mut walk = Walk { capture: &capture, seen: HashSet::new(), taken: vec![], notes: vec![] };
    walk.link(link);
    let (taken, mut notes) = (walk.taken, walk.notes);
    notes.extend(another_build(link, select));
    let (c, foreign): (Vec<_>, Vec<_>) =
        taken.into_iter().partition(|compile| compile.language == Language::C);
    notes.extend(foreign.iter().map(|compile| super::foreign(&compile.source, compile.language)));
    let root = capture.root(store, link);
    let path =
        |compile: &Compile| unit_path(&root, &link.top, &moved(&compile.source, &compile.beside, store));
    let units =
        c.par_iter().map(|compile| unit(store, path(compile), compile)).collect::<Result<Vec<_>>>()?;
    if units.is_empty() {
        let what =
            format!("{}: no C unit of {} was recorded", store.folder().display(), link.output.display());
        return Err(Failure::Environment(format!("{what}; build it from scratch with CC=\"polus-cc gcc\"")));
    }
    Ok(Loaded { tree: Tree { root, units }, program: Some(file_name(link)), left_out: vec![], notes })
}

/// Where `path` lies: where it was when it was recorded, or, if the tree was copied after
/// that with its capture, at the same place in the copy.
fn moved(path: &Path, before: &Path, store: &Store) -> PathBuf {
    let now = store.beside();
    match path.strip_prefix(before).map(|path| now.join(path)) {
        Ok(copy) if !path.starts_with(&now) && copy.exists() => copy,
        _ => path.to_path_buf(),
    }
}

fn unit(store: &Store, path: String, compile: &Compile) -> Result<Unit> {
    let hash = match &compile.text {
        Text::Stored(hash) => hash,
        Text::Missing(why) => {
            let file = compile.source.display();
            return Err(Failure::Environment(format!(
                "{file}: its preprocessed text was not captured: {why}"
            )));
        }
    };
    let text = store.text(hash).map_err(|error| {
        let file = compile.source.display();
        Failure::Environment(format!("{}: text of {file}: {error}; build it again", store.folder().display()))
    })?;
    Ok(Unit {
        path,
        directory: compile.directory.clone(),
        text: decode(text),
        compiler: compile.compiler.clone(),
        flags: shaping(&compile.arguments),
        preprocessor: Command::parse(&compile.compiler, &compile.arguments, &compile.directory).includes(),
    })
}

fn file_name(link: &Link) -> String {
    link.output.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

impl Capture {
    fn read(store: &Store) -> std::io::Result<Self> {
        let (compiles, links) = (store.compiles()?, store.links()?);
        let (mut by_object, mut by_name, mut by_output) = (HashMap::new(), HashMap::new(), HashMap::new());
        for (index, (name, compile)) in compiles.iter().enumerate() {
            by_name.insert(name.clone(), index);
            if let Some(hash) = &compile.object {
                by_object.entry(hash.clone()).or_insert_with(Vec::new).push(index);
                by_output.entry(compile.output.clone()).or_insert(index);
            }
        }
        Ok(Self { compiles, links, by_object, by_name, by_output })
    }

    /// The link that made the selected program.
    fn choose(&self, select: &Select, store: &Store) -> Result<&Link> {
        let whole = self.links.iter().filter(|link| link.kind != Kind::Relocatable);
        if let Some(id) = &select.build_id
            && let Some(link) = whole.clone().find(|link| link.build_id.as_ref() == Some(id))
        {
            return Ok(link);
        }
        let found: Vec<&Link> = match &select.program {
            Some(name) => whole.filter(|link| link.output.ends_with(name)).collect(),
            None => standing(whole.filter(|link| link.kind == Kind::Program).collect()),
        };
        let found = nearest(found, &store.beside());
        let folder = store.folder().display();
        let newest =
            found.iter().copied().max_by_key(|link| link.time).ok_or_else(|| match &select.program {
                Some(name) => Failure::Usage(format!(
                    "{folder}: no program `{name}` was linked; {}",
                    self.listing(store)
                )),
                None => Failure::Usage(format!("{folder}: no program was linked")),
            })?;
        if found.iter().any(|link| self.objects(link) != self.objects(newest)) {
            let what = if select.program.is_some() { "several such programs" } else { "several programs" };
            return Err(Failure::Usage(format!(
                "{folder}: {what}; choose by --program. {}",
                self.listing(store)
            )));
        }
        Ok(newest)
    }

    /// The project's folder, by all that the same build compiled.
    fn root(&self, store: &Store, link: &Link) -> PathBuf {
        let c = self
            .compiles
            .iter()
            .map(|(_, compile)| compile)
            .filter(|compile| compile.language == Language::C);
        let (same, other): (Vec<_>, Vec<_>) = c.partition(|compile| compile.top == link.top);
        let compiles = if same.is_empty() { other } else { same };
        let places = |of: fn(&Compile) -> &PathBuf| -> Vec<PathBuf> {
            compiles.iter().map(|compile| moved(of(compile), &compile.beside, store)).collect()
        };
        let (sources, directories) =
            (places(|compile| &compile.source), places(|compile| &compile.directory));
        project_folder(&link.top, &sources, &directories)
    }

    fn listing(&self, store: &Store) -> String {
        let links = standing(self.links.iter().filter(|link| link.kind != Kind::Relocatable).collect());
        let names =
            links.iter().map(|link| unit_path(&store.beside(), &link.top, &link.output)).collect::<Vec<_>>();
        format!("It holds: {}", names.join(", "))
    }

    fn objects<'a>(&self, link: &'a Link) -> Vec<&'a str> {
        let hashes = |input: &'a Input| -> Vec<&'a str> {
            match input {
                Input::Source(name) => vec![name],
                Input::Object { hash, .. } => vec![hash],
                Input::Archive { members, .. } => members.iter().map(|member| member.hash.as_str()).collect(),
            }
        };
        link.inputs.iter().flat_map(hashes).collect()
    }
}

/// Those made beside the capture, if any: the others came along when the tree, with the
/// capture in it, was copied from elsewhere.
fn nearest<'a>(links: Vec<&'a Link>, beside: &Path) -> Vec<&'a Link> {
    let near = |link: &&Link| link.output.starts_with(beside);
    if links.iter().any(near) { links.into_iter().filter(near).collect() } else { links }
}

/// Says so if the executable was linked at another time than what was captured.
fn another_build(link: &Link, select: &Select) -> Option<Diagnostic> {
    let (captured, running) = (link.build_id.as_ref()?, select.build_id.as_ref()?);
    (captured != running).then(|| {
        Diagnostic::warning(format!("the executable is not the {} that was captured", file_name(link)))
            .note(format!("its build-id is {running}, that of the captured one {captured}"))
            .help(
                "take the capture of the build that runs, or make sure that both come from the same sources",
            )
    })
}

/// Without what was made only to look whether it can be, and is gone.
fn standing(links: Vec<&Link>) -> Vec<&Link> {
    let there: Vec<&Link> = links.iter().copied().filter(|link| link.output.exists()).collect();
    if there.is_empty() { links } else { there }
}

/// Follows a link to the compiles that went into it.
struct Walk<'a> {
    capture: &'a Capture,
    seen: HashSet<usize>,
    taken: Vec<&'a Compile>,
    notes: Vec<Diagnostic>,
}

impl<'a> Walk<'a> {
    fn link(&mut self, link: &'a Link) {
        for input in &link.inputs {
            match input {
                Input::Source(name) => self.take(self.capture.by_name.get(name).copied(), Path::new(name)),
                Input::Object { path, hash } => self.object(path, hash),
                Input::Archive { path, members } => members
                    .iter()
                    .for_each(|member| self.object(&path.with_file_name(&member.name), &member.hash)),
            }
        }
    }

    /// By what it holds; of several equal ones that at its path; one changed after it
    /// was compiled by its path alone.
    fn object(&mut self, path: &Path, hash: &str) {
        let at_path = self.capture.by_output.get(path).copied();
        let equal = self.capture.by_object.get(hash).map(Vec::as_slice).unwrap_or_default();
        let same = equal.iter().copied().find(|&index| self.capture.compiles[index].1.output == path);
        let partial =
            self.capture.links.iter().find(|link| link.kind == Kind::Relocatable && link.hash == hash);
        match (same.or(equal.first().copied()), partial) {
            (None, Some(link)) => self.link(link),
            (found, _) => self.take(found.or(at_path), path),
        }
    }

    fn take(&mut self, found: Option<usize>, path: &Path) {
        match found {
            Some(index) if self.seen.insert(index) => self.taken.push(&self.capture.compiles[index].1),
            Some(_) => (),
            None => self.notes.push(
                Diagnostic::warning(format!(
                    "{} was not compiled by polus-cc; it is left out",
                    path.display()
                ))
                .help("build everything from scratch with CC=\"polus-cc gcc\", if it is C that may change"),
            ),
        }
    }
}
