//! What can be wrong with an executable or its debug information, in sentences.

use std::fmt;
use std::sync::Arc;

/// A file that could not be used, and why.
#[derive(Clone, Debug)]
pub struct Error {
    /// The file as the caller named it.
    pub file: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// The ways in which a file disappoints.
#[derive(Clone, Debug)]
pub enum Problem {
    /// The operating system does not let us read it.
    Unreadable(Arc<std::io::Error>),
    /// No ELF file.
    NotElf,
    /// ELF for 32 bits.
    Not64Bit,
    /// ELF for another processor; `e_machine`.
    OtherMachine(u16),
    /// An object file, a core dump: nothing that runs.
    NotLinked,
    /// The headers, a table or a section do not hold together.
    Damaged(String),
    /// It was given as debug file, but belongs to another build.
    ForeignDebugFile {
        /// The executable.
        executable: String,
        /// What differs.
        difference: String,
    },
    /// DWARF is needed and there is none.
    NoDebugInfo(Box<Absence>),
    /// DWARF that tells functions and lines only (`-g1`, `-gline-tables-only`); one of its units.
    LinesOnly(String),
    /// DWARF that this program cannot read: without its `.dwo` files or its supplementary file.
    UnsupportedDebugInfo(String),
}

/// What a file lacks, and where it could come from.
#[derive(Clone, Debug, Default)]
pub struct Absence {
    /// There is no symbol table either.
    pub stripped: bool,
    /// What its debug file must have.
    pub build_id: Option<String>,
    /// The debug file that was given, which has no debug information.
    pub given: Option<String>,
    /// Where a debug file was looked for, and what is wrong with what is there.
    pub tried: Vec<String>,
    /// The Debian package that carries it.
    pub package: Option<String>,
}

impl Absence {
    /// Where it was looked for, and where to get it: half sentences, with a semicolon before each.
    pub fn advice(&self) -> String {
        let given = self.given.iter().map(|given| format!("neither has `{given}`"));
        let id = self.build_id.iter().map(|id| format!("its build-id is {id}"));
        let tried = (!self.tried.is_empty())
            .then(|| format!("no debug file that fits is at {}", self.tried.join(", ")));
        let package =
            self.package.iter().map(|package| format!("Debian carries it in the package {package}"));
        given.chain(id).chain(tried).chain(package).map(|part| format!("; {part}")).collect()
    }
}

impl Error {
    pub(crate) fn new(file: &str, problem: Problem) -> Error {
        Error { file: file.to_string(), problem }
    }

    pub(crate) fn damaged(file: &str, what: impl fmt::Display) -> Error {
        Error::new(file, Problem::Damaged(what.to_string()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = &self.file;
        match &self.problem {
            Problem::Unreadable(error) => write!(f, "cannot read `{file}`: {error}"),
            Problem::NotElf => write!(f, "`{file}` is not an ELF file: give the executable that runs"),
            Problem::Not64Bit => write!(f, "`{file}` is a 32-bit ELF file: only x86-64 is supported"),
            Problem::OtherMachine(machine) => {
                write!(
                    f,
                    "`{file}` is for another processor (ELF machine {machine}): only x86-64 is supported"
                )
            }
            Problem::NotLinked => {
                write!(
                    f,
                    "`{file}` is not a linked program (an object file or a core dump): give the executable"
                )
            }
            Problem::Damaged(what) => write!(f, "`{file}` is damaged or cut off: {what}"),
            Problem::ForeignDebugFile { executable, difference } => write!(
                f,
                "`{file}` does not belong to `{executable}`: {difference}; give the debug file of this very build"
            ),
            Problem::NoDebugInfo(absence) => write!(
                f,
                "`{file}` has no debug information{}{}: build it with -g, or name its separate debug file or \
                 unstripped twin with --debug-file",
                if absence.stripped { " and no symbol table (it is stripped)" } else { "" },
                absence.advice()
            ),
            Problem::LinesOnly(unit) => write!(
                f,
                "the debug information of `{file}` tells no types and no variables: {unit} was compiled with -g1 \
                 or -gline-tables-only; build it with -g, or name an unstripped twin that was"
            ),
            Problem::UnsupportedDebugInfo(what) => {
                write!(f, "the debug information of `{file}` cannot be used: {what}")
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            Problem::Unreadable(error) => Some(error.as_ref()),
            _ => None,
        }
    }
}
