//! The command line of polusc.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Construct a live patch from two versions of a C program
#[derive(Parser, Debug)]
#[command(
    name = "polusc",
    version,
    args_conflicts_with_subcommands = true,
    subcommand_precedence_over_arg = true
)]
#[command(after_help = "EXAMPLES:
    polusc old.c new.c -o patch.c
    polusc old/polus-capture new/polus-capture --binary /usr/sbin/server -o patch.c
    polusc diff old/polus-capture new/polus-capture --program server
    polusc merge polus-capture --program server -o merged.c

OLD, NEW and INPUT are a C source (.c), a preprocessed one (.i), a compile_commands.json
or its folder, or a capture folder of polus-cc.

EXIT STATUS:
    0 patch written  1 refused  2 usage  3 environment  4 nothing changed")]
pub struct Cli {
    /// What to do; without a command, construct a patch
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Construction
    #[command(flatten)]
    pub construct: Construct,
}

/// Commands besides construction
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Merge a project into one translation unit
    Merge {
        /// The project
        input: PathBuf,
        /// Write the unit to FILE instead of standard output
        #[arg(short, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Choose among the linked programs of a capture
        #[arg(long, value_name = "NAME")]
        program: Option<String>,
        /// Preprocessor flags for a plain C file
        #[arg(last = true, value_name = "CFLAGS")]
        cflags: Vec<String>,
    },
    /// Show what changed, and why each affected thing is affected
    Diff {
        /// Both versions
        #[command(flatten)]
        versions: VersionArgs,
    },
    /// Write the manual pages to standard output, or into a folder
    #[command(hide = true)]
    Man {
        /// Where a page a command goes
        folder: Option<PathBuf>,
    },
    /// Write shell completions to standard output
    #[command(hide = true)]
    Completions {
        /// Shell to complete for
        shell: clap_complete::Shell,
    },
}

/// The two versions and the executable
#[derive(Args, Debug, Clone, Default)]
pub struct VersionArgs {
    /// The version that runs
    pub old: Option<PathBuf>,
    /// The version that is to run
    pub new: Option<PathBuf>,
    /// Read inlined functions, clones, statics and layouts from the executable that runs OLD
    #[arg(long, value_name = "EXE")]
    pub binary: Option<PathBuf>,
    /// Take debug information from FILE
    #[arg(long, value_name = "FILE")]
    pub debug_file: Option<PathBuf>,
    /// Choose among the linked programs of a capture
    #[arg(long, value_name = "NAME")]
    pub program: Option<String>,
    /// Let GLOBAL take its new initialiser
    #[arg(long, value_name = "GLOBAL")]
    pub adopt: Vec<String>,
    /// Add hand-written callbacks and state synchronization
    #[arg(long, value_name = "FILE.c")]
    pub callbacks: Option<PathBuf>,
    /// Override how TYPE crosses: TYPE=migrate
    #[arg(long, value_name = "TYPE=HOW")]
    pub strategy: Vec<String>,
    /// Preprocessor flags for plain C files
    #[arg(last = true, value_name = "CFLAGS")]
    pub cflags: Vec<String>,
}

/// Construction of a patch
#[derive(Args, Debug)]
pub struct Construct {
    /// Both versions
    #[command(flatten)]
    pub versions: VersionArgs,
    /// Write the patch to FILE instead of standard output
    #[arg(short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Keep names and versions in FILE (default: polus.versions beside the output)
    #[arg(long = "versions", value_name = "FILE")]
    pub version_file: Option<PathBuf>,
    /// Write everything found, for machines
    #[arg(long, value_name = "FILE.json")]
    pub report: Option<PathBuf>,
    /// Draw the function-to-variable relations (.dot or .svg)
    #[arg(long, value_name = "FILE")]
    pub graph: Option<PathBuf>,
    /// Print a stage's value and stop
    #[arg(long, value_name = "STAGE")]
    pub emit: Option<Stage>,
}

/// A stage of construction
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    /// Both versions as one translation unit each
    Merged,
    /// Functions, globals and types with their uses
    Model,
    /// What changed
    Changes,
    /// What the changes reach, and why
    Relations,
    /// The patch
    Patch,
}
