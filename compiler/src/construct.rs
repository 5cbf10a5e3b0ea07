//! The stages in order: from what the user names to a patch.

use crate::callbacks::{self, Callbacks, Called, Olds, Purpose, Written};
use crate::cross::{self, Crossing, Versions};
use crate::diag::{Diagnostic, Failure, Level, Result};
use crate::diff::{self, ChangeSet};
use crate::extend::{self, Hooks};
use crate::merge::{self, Clash};
use crate::model::{self, Program};
use crate::patch::{self, Patch, Request, history::History, history::Step};
use crate::relations::{self, Copies, Decided, Relations, SourceCopies};
use crate::running::Running;
use crate::source::{self, Loaded, Members, Select, Tree};
use polus_binary::{Binary, Problem};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

mod by_hand;
mod extending;
mod tables;
mod tagging;
mod travelling;

pub use extending::{Kept, settle};
pub use tables::Tables;
pub use travelling::Travelling;

/// What to construct from.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// The old version.
    pub old: PathBuf,
    /// The new version.
    pub new: PathBuf,
    /// The executable that runs the old one.
    pub binary: Option<PathBuf>,
    /// Its debug file.
    pub debug_file: Option<PathBuf>,
    /// Which program of the inputs.
    pub program: Option<String>,
    /// Preprocessor flags for plain C files.
    pub cflags: Vec<String>,
    /// Globals that take their new initialiser.
    pub adopt: Vec<String>,
    /// The callbacks file.
    pub callbacks: Option<PathBuf>,
    /// How types are to cross, by their names: true for extend.
    pub strategies: BTreeMap<String, bool>,
}

/// Both versions, modelled.
#[derive(Clone)]
pub struct Pair {
    /// The old program.
    pub old: Program,
    /// The new program.
    pub new: Program,
    /// The program's name.
    pub name: String,
    /// Flags of the build that change what code means.
    pub optimize: Vec<String>,
    /// Of each unit of the old and the new program, by path: the instructions that it may use.
    pub targets: [BTreeMap<String, Vec<String>>; 2],
    /// Of programs of one file: the name that stands for it in all versions.
    pub unit: Option<String>,
    /// Units of the inputs that were taken for other programs'.
    pub left_out: Vec<String>,
    /// What was noticed on the way.
    pub notes: Vec<Diagnostic>,
    /// The callbacks file, whose text stands behind that of the new program.
    pub by_hand: Option<ByHand>,
    /// Digests of both programs as they were written.
    pub digests: [String; 2],
    /// What stays as the process has it, for which the new program was rewritten.
    pub kept: Kept,
    /// What is known of tables whose storage changes.
    pub tables: Tables,
    /// What is known of globals whose addresses are handed about.
    pub travelling: Travelling,
}

impl Pair {
    /// Two programs of which nothing else is known.
    pub fn new(name: String, old: Program, new: Program) -> Self {
        Self {
            digests: [digest(&old), digest(&new)],
            old,
            new,
            name,
            optimize: vec![],
            targets: Default::default(),
            unit: None,
            left_out: vec![],
            notes: vec![],
            by_hand: None,
            kept: Kept::default(),
            tables: Tables::new(),
            travelling: Travelling::new(),
        }
    }
}

/// A callbacks file, read.
#[derive(Clone)]
pub struct ByHand {
    /// The functions that polusc knows by their names.
    pub written: Vec<Written>,
    /// What it names of the old version.
    pub olds: Olds,
}

impl ByHand {
    /// Functions that set new fields, by the type as they spell it.
    fn hooks(&self) -> Hooks {
        let extend = self.written.iter().filter(|written| written.purpose == Purpose::Extend);
        extend.map(|written| (written.subject.clone(), written.name.clone())).collect()
    }
}

/// Everything about an update but its text.
pub struct Analysis {
    /// What changed.
    pub changes: ChangeSet,
    /// What that reaches.
    pub relations: Relations,
    /// How state crosses.
    pub crossing: Crossing,
    /// Hand-written code, and when it runs.
    pub callbacks: Callbacks,
    /// Warnings, and errors that forbid the patch.
    pub told: Vec<Diagnostic>,
}

/// Opens the executable, if one is named.
///
/// # Errors
/// It cannot be read, is not what it should be, or has no debug information.
pub fn open_binary(inputs: &Inputs) -> Result<Option<Binary>> {
    let Some(path) = &inputs.binary else { return Ok(None) };
    let binary = Binary::open(path, inputs.debug_file.as_deref()).map_err(|e| match e.problem {
        Problem::ForeignDebugFile { .. } => tells_too_little(&e),
        _ => Failure::Environment(e.to_string()),
    })?;
    binary.debug_info().map_err(|e| tells_too_little(&e))?;
    Ok(Some(binary))
}

fn tells_too_little(error: &polus_binary::Error) -> Failure {
    Failure::Refused(vec![
        Diagnostic::error(format!("the executable does not tell enough: {error}"))
            .help("give its debug information with --debug-file, or leave --binary out"),
    ])
}

/// Loads one input.
///
/// # Errors
/// As the source stage.
pub fn load(input: &Path, inputs: &Inputs, members: Members, build_id: Option<String>) -> Result<Loaded> {
    let of_binary = || inputs.binary.as_ref()?.file_name()?.to_str().map(str::to_string);
    let program = inputs.program.clone().or_else(of_binary);
    source::load(input, &Select { program, build_id, members }, &inputs.cflags)
}

/// Loads, merges and models both versions.
///
/// # Errors
/// As the stages.
pub fn pair(inputs: &Inputs, binary: Option<&Binary>, history: &History) -> Result<Pair> {
    let compiled = binary
        .and_then(|b| b.debug_info().ok())
        .map(|info| Members::Compiled(info.units().map(|unit| PathBuf::from(&unit.path)).collect()));
    let build_id = binary.and_then(Binary::build_id);
    let mut old = load(&inputs.old, inputs, compiled.unwrap_or_default(), build_id)?;
    let mut new = load(&inputs.new, inputs, Members::Without(old.left_out.clone()), None)?;
    let unit = one_unit(&mut old, &mut new, binary, history);
    if unit.is_some() {
        take_recorded_flags(&mut old, &mut new, binary);
    }
    for tree in [&old.tree, &new.tree] {
        source::dialect::check(tree).map_err(|told| Failure::Refused(vec![told]))?;
    }
    let name =
        old.program.clone().or_else(|| inputs.program.clone()).unwrap_or_else(|| file_stem(&inputs.old));
    let optimize = meaning_flags(&old);
    let left_out = old.left_out.clone();
    let targets = [&old, &new].map(|loaded| targets(loaded, binary));
    let file = inputs.callbacks.as_deref();
    let file = file.map(|file| source::callbacks(file, &new.tree, &inputs.cflags)).transpose()?;
    let (ours, theirs) = rayon::join(|| program(old), || program(new));
    let ((old, mut notes), (new, more)) = (ours?, theirs?);
    // Both versions mostly give the same reasons to wonder.
    notes.extend(more.into_iter().filter(|note| !notes.contains(note)).collect::<Vec<_>>());
    let digests = [digest(&old), digest(&new)];
    let (layers, numbers) = history.kept_at(&digests[0]);
    let (old, new, layers) = tagging::tagged(old, new, layers)?;
    let (new, by_hand) = match file {
        Some(file) => by_hand::add(&old, new, &file).map(|(new, by_hand)| (new, Some(by_hand)))?,
        None => (new, None),
    };
    let pair = Pair::new(name, old, new);
    let pair = Pair { optimize, targets, unit, left_out, notes, by_hand, digests, ..pair };
    extending::as_running(pair, (layers, numbers))
}

/// Two single files are one unit whatever their names: the one that the version file or the
/// binary knows, else the old one's.
fn one_unit(
    old: &mut Loaded,
    new: &mut Loaded,
    binary: Option<&Binary>,
    history: &History,
) -> Option<String> {
    let ([ours], [theirs]) = (&mut old.tree.units[..], &mut new.tree.units[..]) else { return None };
    let in_binary = binary.and_then(|b| b.debug_info().ok()).and_then(|info| {
        let mut names = info.units().filter_map(|u| Path::new(&u.path).file_name()?.to_str());
        names.next().map(str::to_string).filter(|_| names.next().is_none())
    });
    let name = history.unit.clone().or(in_binary).unwrap_or_else(|| ours.path.clone());
    ours.path = name.clone();
    theirs.path = name.clone();
    Some(name)
}

/// A plain file comes without the flags of its build; gcc notes those that shape code in the executable.
fn take_recorded_flags(old: &mut Loaded, new: &mut Loaded, binary: Option<&Binary>) {
    for unit in old.tree.units.iter_mut().chain(&mut new.tree.units) {
        for flag in recorded_flags(binary, &unit.path) {
            if !unit.flags.contains(&flag) {
                unit.flags.push(flag);
            }
        }
    }
}

fn recorded_flags(binary: Option<&Binary>, path: &str) -> Vec<String> {
    let Some(info) = binary.and_then(|binary| binary.debug_info().ok()) else { return vec![] };
    let producer = info.match_unit(path).map_or("", |id| info.unit(id).producer.as_str());
    let words: Vec<String> = producer.split_whitespace().map(str::to_string).collect();
    source::flags::shaping(&words)
}

/// What each unit's flags let the compiler use, as `target` names it. What the executable tells counts
/// before the command line, which may say `native`.
fn targets(loaded: &Loaded, binary: Option<&Binary>) -> BTreeMap<String, Vec<String>> {
    let of_unit = |unit: &source::Unit| {
        let recorded = source::target::features(&recorded_flags(binary, &unit.path));
        match recorded.is_empty() {
            true => source::target::features(&unit.flags),
            false => recorded,
        }
    };
    loaded.tree.units.iter().map(|unit| (unit.path.clone(), of_unit(unit))).collect()
}

fn file_stem(path: &Path) -> String {
    path.file_stem().map_or_else(|| "program".into(), |s| s.to_string_lossy().into_owned())
}

/// Flags under which equal text means something else, without their `-f`.
fn meaning_flags(loaded: &Loaded) -> Vec<String> {
    const MEANING: &[&str] = &[
        "no-strict-aliasing",
        "wrapv",
        "wrapv-pointer",
        "no-strict-overflow",
        "no-delete-null-pointer-checks",
        "trapv",
        "no-math-errno",
        "fast-math",
        "no-fast-math",
        "rounding-math",
        "signaling-nans",
        "no-signed-zeros",
        "finite-math-only",
        "unsafe-math-optimizations",
        "non-call-exceptions",
    ];
    let flags = loaded.tree.units.iter().flat_map(|u| &u.flags).filter_map(|f| f.strip_prefix("-f"));
    let mut found: Vec<String> = flags.filter(|f| MEANING.contains(f)).map(str::to_string).collect();
    found.sort();
    found.dedup();
    found
}

/// Merges and models one tree.
///
/// # Errors
/// As the stages.
pub fn program(loaded: Loaded) -> Result<(Program, Vec<Diagnostic>)> {
    let (program, told) = read(&loaded.tree)?;
    Ok((program, loaded.notes.into_iter().chain(told).collect()))
}

/// Merges and models units. Where they declare an external name with different types, libclang tells,
/// and the units are merged again with these declarations apart.
///
/// # Errors
/// As the stages.
pub fn read(tree: &Tree) -> Result<(Program, Vec<Diagnostic>)> {
    let root = tree.root.to_string_lossy().into_owned();
    let mut clashes: Vec<Clash> = vec![];
    loop {
        let (unit, told) = merge::merge_apart(tree, &clashes)?;
        let unreadable = match model::read(unit, root.clone())? {
            Ok(program) => return Ok((program, told)),
            Err(unreadable) => unreadable,
        };
        let known = clashes.len();
        clashes.extend(unreadable.clashes);
        clashes.sort();
        clashes.dedup();
        if clashes.len() == known {
            return Err(Failure::Refused(unreadable.told));
        }
    }
}

/// Compares, relates and decides.
///
/// # Errors
/// The executable has no debug information.
pub fn analyse(pair: &Pair, running: Option<&Running>, adopt: &[String]) -> Analysis {
    let changes = diff::diff(&pair.old, &pair.new);
    let (mut callbacks, unknown) = by_hand::callbacks(pair, &changes);
    let carried = callbacks.called.iter().filter_map(Called::carried).map(|(_, new)| new).collect();
    let converted = extend::converted(&pair.kept.types, &pair.old);
    let decided = Decided { adopted: cross::adopted(&pair.new, adopt), carried, converted };
    let sources = SourceCopies(&pair.old);
    let against = running.map(|running| running.against(&pair.new, &changes));
    let copies: &dyn Copies = against.as_ref().map_or(&sources, |against| against);
    let relations = relations::relate(&pair.old, &pair.new, &changes, copies, &decided);
    let versions = Versions { old: &pair.old, new: &pair.new, changes: &changes, relations: &relations };
    let (crossing, mut told) = cross::cross(versions, adopt, by_hand::functions(&pair.new, &callbacks));
    let led = crossing.inward.iter().filter(|(_, inward)| !inward.targets.is_empty());
    callbacks.olds.name_instances(led.filter_map(|(&theirs, _)| changes.pairing.to_old[theirs]));
    told.extend(unknown);
    told.splice(..0, pair.kept.told());
    told.extend(callbacks::check(versions, &crossing, &callbacks));
    told.extend(running.into_iter().flat_map(|running| patch::looping(versions, &crossing, running)));
    if told.iter().all(|d| d.level != Level::Error) {
        told.extend(running.and_then(|running| patch::without_effect(versions, &crossing, running)));
    }
    Analysis { changes, relations, crossing, callbacks, told }
}

/// Connects the executable with the old program.
///
/// # Errors
/// It has no debug information, or none of some unit.
pub fn running<'r>(
    binary: Option<&'r Binary>,
    pair: &'r Pair,
    history: &History,
) -> Result<Option<Running<'r>>> {
    let Some(binary) = binary else { return Ok(None) };
    let from = &pair.digests[0];
    let (held, brought) = (history.held_before(from), history.brought_before(from));
    let running = Running::new(binary, &pair.old, &held, brought).map_err(|e| tells_too_little(&e))?;
    match running.undescribed(&pair.left_out) {
        told if told.is_empty() => Ok(Some(running)),
        told => Err(Failure::Refused(told)),
    }
}

/// Assembles the patch of an analysis.
///
/// # Errors
/// Any error among the diagnostics refuses.
pub fn assemble(
    pair: &Pair,
    analysis: &Analysis,
    running: Option<&Running>,
    history: &History,
) -> Result<(Patch, Step)> {
    if analysis.told.iter().any(|d| d.level == Level::Error) {
        return Err(Failure::Refused(vec![]));
    }
    let versions = Versions {
        old: &pair.old,
        new: &pair.new,
        changes: &analysis.changes,
        relations: &analysis.relations,
    };
    let request = Request {
        running,
        history,
        program: pair.name.clone(),
        digests: (pair.digests[0].clone(), pair.digests[1].clone()),
        optimize: pair.optimize.clone(),
        targets: &pair.targets[1],
        callbacks: &analysis.callbacks,
    };
    let (patch, mut step) =
        patch::assemble(versions, &analysis.crossing, &request).map_err(Failure::Refused)?;
    step.extended = extend::result(&pair.new, &pair.kept.types);
    let numbers = pair.kept.numbers_after(&pair.new);
    (step.numbers, step.rows) = (numbers.names, numbers.rows);
    Ok((patch, step))
}

/// Digest of a program's tokens: layout and places do not count, and hand-written code is not part of it.
fn digest(program: &Program) -> String {
    let text = program.unit.own_text();
    let mut hash = Sha256::new();
    for token in crate::text::lex(text) {
        hash.update(token.text(text).as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}
