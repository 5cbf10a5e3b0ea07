//! Diagnostics: what polusc tells about the C sources, as values first and text last.

mod render;

pub use render::render;

/// How much a diagnostic weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing is written.
    Error,
    /// The author must look at the place.
    Warning,
    /// For the reader's information.
    Note,
}

/// A place in an original source file, with the text that stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// File as the preprocessor named it.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in bytes, from 1; 1 where only the line is known.
    pub column: u32,
    /// The line's text.
    pub text: String,
    /// Bytes from `column` on that are meant; 0: the rest of the line.
    pub width: u32,
}

/// A place and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What.
    pub text: String,
}

/// One message to the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its weight.
    pub level: Level,
    /// One sentence, no full stop.
    pub title: String,
    /// Places, the main one first.
    pub labels: Vec<Label>,
    /// Further facts.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// Types of the new version, by number, whose way of crossing is at fault: another may be taken.
    pub blames: Box<[usize]>,
}

impl Diagnostic {
    /// A diagnostic without places.
    pub fn new(level: Level, title: impl Into<String>) -> Self {
        Self { level, title: title.into(), labels: vec![], notes: vec![], help: None, blames: Box::default() }
    }
    /// An error without places.
    pub fn error(title: impl Into<String>) -> Self {
        Self::new(Level::Error, title)
    }
    /// A warning without places.
    pub fn warning(title: impl Into<String>) -> Self {
        Self::new(Level::Warning, title)
    }
    /// Adds a place.
    pub fn at(mut self, place: Place, text: impl Into<String>) -> Self {
        self.labels.push(Label { place, text: text.into() });
        self
    }
    /// Adds a note.
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }
    /// Says which types' way of crossing is at fault.
    pub fn blame(mut self, types: impl IntoIterator<Item = usize>) -> Self {
        self.blames = self.blames.iter().copied().chain(types).collect();
        self
    }
    /// Says what to do.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}

/// Why a command ends without its result.
#[derive(Debug)]
pub enum Failure {
    /// The sources forbid it (exit 1).
    Refused(Vec<Diagnostic>),
    /// The command line is wrong (exit 2).
    Usage(String),
    /// The machine lacks something: a file, a compiler, a library (exit 3).
    Environment(String),
}

impl Failure {
    /// An environment failure that names the file.
    pub fn io(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::Environment(format!("{}: {error}", path.display()))
    }
}

/// A stage's result.
pub type Result<T> = std::result::Result<T, Failure>;
