//! Compiles variants of a captured program's units, each function in a section of its own.

use super::compare::{Functions, UnitPair};
use super::object::Object;
use polusc::source::Unit;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A captured program.
pub struct Program {
    /// Its folder.
    pub root: String,
    /// Its units by their paths.
    pub units: BTreeMap<String, Unit>,
}

/// What to compile: a unit of a program, its text perhaps edited, with further flags.
pub struct Job<'p> {
    /// The unit.
    pub unit: &'p Unit,
    /// Its text.
    pub text: String,
    /// Flags behind its own.
    pub flags: &'static [&'static str],
}

/// Flags under which a function's code depends on no other function's body, but those that the
/// source orders to be inlined.
pub const ALONE: &[&str] = &[
    "-fno-ipa-modref",
    "-fno-ipa-vrp",
    "-fno-ipa-bit-cp",
    "-fno-ipa-stack-alignment",
    "-fno-ipa-reference-addressable",
    "-fno-inline",
    "-fno-partial-inlining",
    "-fno-ipa-ra",
    "-fno-ipa-cp",
    "-fno-ipa-sra",
    "-fno-ipa-icf",
    "-fno-ipa-pure-const",
    "-fno-ipa-profile",
    "-fno-ipa-reference",
    "-fno-guess-branch-probability",
];
/// With opaque functions: also no variable is taken for one that nobody writes.
pub const UNCERTAIN: &[&str] = &["-fno-ipa-reference", "-fno-ipa-reference-addressable"];

impl Job<'_> {
    fn same(&self, other: &Self) -> bool {
        self.text == other.text && self.unit.flags == other.unit.flags && self.flags == other.flags
    }
}

/// A unit in both builds.
enum Built {
    /// Equal texts give equal objects.
    Same(Object),
    Two([Option<Object>; 2]),
}

impl Built {
    fn pair<'o>(&'o self, path: &'o str, roots: [&'o str; 2]) -> UnitPair<'o> {
        match self {
            Self::Same(object) => UnitPair { path, objects: [Some(object); 2], roots: [roots[0]; 2] },
            Self::Two([old, new]) => UnitPair { path, objects: [old.as_ref(), new.as_ref()], roots },
        }
    }
}

/// Compiles below one folder.
pub struct Builder {
    folder: PathBuf,
    made: AtomicUsize,
}

impl Builder {
    /// Writes below `folder`, which must exist.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf(), made: AtomicUsize::new(0) }
    }

    /// The compiler of `unit` takes these flags, and knows functions that are to be opaque.
    pub fn understands(&self, unit: &Unit, flags: &'static [&'static str]) -> bool {
        let text = "__attribute__((noipa)) int opaque(void) { return 1; }\n".to_string();
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.join(format!("{number}.i"));
        let written = std::fs::write(&path, text);
        let mut compiler = Command::new(&unit.compiler);
        compiler.args(flags).args(["-O2", "-Werror", "-S", "-o", "/dev/null"]).arg(&path);
        written.is_ok() && compiler.output().is_ok_and(|done| done.status.success())
    }

    /// Compiles one.
    ///
    /// # Errors
    /// The compiler's words.
    pub fn compile(&self, job: &Job) -> Result<Object, String> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.join(format!("{number}.i"));
        let output = path.with_extension("o");
        let failed = |error: std::io::Error| format!("{}: {error}", path.display());
        std::fs::write(&path, &job.text).map_err(failed)?;
        let mut compiler = Command::new(&job.unit.compiler);
        compiler.args(&job.unit.flags).args(job.flags);
        compiler.args(["-ffunction-sections", "-fdata-sections", "-w", "-c", "-o"]).arg(&output).arg(&path);
        if job.unit.directory.is_dir() {
            compiler.current_dir(&job.unit.directory);
        }
        let done = compiler.output().map_err(|error| format!("{}: {error}", job.unit.compiler))?;
        if !done.status.success() {
            return Err(format!("{}: {}", job.unit.path, String::from_utf8_lossy(&done.stderr)));
        }
        let bytes = std::fs::read(&output).map_err(failed)?;
        let _ = (std::fs::remove_file(&path), std::fs::remove_file(&output));
        Object::read(&bytes).map_err(|error| format!("{}: {error}", job.unit.path))
    }

    /// Compiles the named units of both programs, as `job` says, and compares.
    ///
    /// # Errors
    /// The first that does not compile.
    pub fn compare<'p>(
        &self,
        programs: [&'p Program; 2],
        paths: impl IntoIterator<Item = String>,
        job: impl Fn(usize, &'p Unit) -> Job<'p> + Sync,
    ) -> Result<Functions, String> {
        let paths: Vec<String> = paths.into_iter().collect();
        let build = |path: &String| -> Result<Built, String> {
            let jobs = [0, 1].map(|side| programs[side].units.get(path).map(|unit| job(side, unit)));
            let [old, new] = &jobs;
            let compiled = |job: &Option<Job>| job.as_ref().map(|job| self.compile(job)).transpose();
            match (old, new) {
                (Some(old), Some(new)) if old.same(new) => Ok(Built::Same(self.compile(old)?)),
                _ => Ok(Built::Two([compiled(old)?, compiled(new)?])),
            }
        };
        let built: Vec<Built> = paths.par_iter().map(build).collect::<Result<_, _>>()?;
        let roots = [programs[0].root.as_str(), programs[1].root.as_str()];
        let pairs: Vec<UnitPair> =
            paths.iter().zip(&built).map(|(path, built)| built.pair(path, roots)).collect();
        Ok(Functions::read(&pairs))
    }
}
