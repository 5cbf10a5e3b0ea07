//! Why a command did not do what it was asked, and what to do about it.

use std::fmt;

/// Result of everything that may be refused or may fail.
pub type Result<T> = std::result::Result<T, Fault>;

/// Which exit status a fault leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Refused or given up: the target runs as before (1).
    Refused,
    /// No such process, not permitted, unreadable file (3).
    Environment,
}

/// One sentence that names what was found, and one that says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Decides the exit status.
    pub cause: Cause,
    /// What was found, naming file, symbol, thread or process.
    pub what: String,
    /// What to do; empty if there is nothing.
    pub hint: String,
}

impl Fault {
    /// The request is refused, nothing was changed.
    pub fn refused(what: impl Into<String>) -> Self {
        Fault { cause: Cause::Refused, what: what.into(), hint: String::new() }
    }

    /// The surroundings do not allow it.
    pub fn environment(what: impl Into<String>) -> Self {
        Fault { cause: Cause::Environment, what: what.into(), hint: String::new() }
    }

    /// Adds what to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Puts `context: ` in front.
    pub fn within(mut self, context: impl fmt::Display) -> Self {
        self.what = format!("{context}: {}", self.what);
        self
    }

    /// Exit status by the contract.
    pub fn exit_code(&self) -> u8 {
        match self.cause {
            Cause::Refused => 1,
            Cause::Environment => 3,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.what)?;
        if !self.hint.is_empty() {
            write!(out, "\n  help: {}", self.hint)?;
        }
        Ok(())
    }
}

impl std::error::Error for Fault {}
