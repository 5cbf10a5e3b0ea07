//! How a program is built: compiler and flags, position independent or not, and where
//! its debug information lies.

use crate::case::{Result, Settings, run};
use std::fmt;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

/// Name, compiler and flags.
const COMPILERS: [(&str, &str, &[&str]); 8] = [
    ("gcc-O0", "gcc", &["-O0"]),
    ("gcc-O1", "gcc", &["-O1"]),
    ("gcc-O2", "gcc", &["-O2"]),
    ("gcc-O3", "gcc", &["-O3"]),
    ("gcc-Os", "gcc", &["-Os"]),
    ("gcc-lto", "gcc", &["-O2", "-flto"]),
    ("gcc-no-plt", "gcc", &["-O2", "-fno-plt", "-fcf-protection"]),
    ("clang-O2", "clang", &["-O2", "-Wno-unknown-attributes"]),
];
/// The one that all others are measured by.
const PLAIN: usize = 2;
/// Versions of clang that distributions have beside or instead of `clang`.
const CLANGS: std::ops::Range<u32> = 14..30;
/// Flags that say how the executable is linked.
const LINKS: [&str; 4] = ["-pie", "-no-pie", "-static", "-static-pie"];

/// Where the debug information lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Debug {
    /// In the executable.
    Inside,
    /// In a file that is named by --debug-file.
    File,
    /// In a file that the executable names.
    Link,
}

/// One combination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Build {
    compiler: usize,
    /// `None`: as the compiler likes, or as the case's own flags say.
    pie: Option<bool>,
    /// Where the debug information lies.
    pub debug: Debug,
}

impl Debug {
    /// As it is called in `case.toml` and in the names of trials.
    pub fn named(name: &str) -> Option<Debug> {
        [Debug::Inside, Debug::File, Debug::Link].into_iter().find(|debug| debug.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Debug::Inside => "inside",
            Debug::File => "debug-file",
            Debug::Link => "debuglink",
        }
    }
}

impl Build {
    /// `gcc -O2 -g`.
    pub fn plain(settings: &Settings) -> Build {
        Build { compiler: PLAIN, pie: None, debug: settings.debug.unwrap_or(Debug::Inside) }
    }

    /// All combinations that `settings` leave open.
    pub fn all(settings: &Settings) -> Vec<Build> {
        let has = |wanted: &dyn Fn(&str) -> bool| settings.cflags.iter().any(|flag| wanted(flag));
        let level_is_set = has(&|flag| flag.starts_with("-O"));
        let link_is_set = has(&|flag| LINKS.contains(&flag));
        let compilers = (0..COMPILERS.len()).filter(|compiler| {
            let (_, family, flags) = COMPILERS[*compiler];
            let only_level = family == "gcc" && flags.len() == 1;
            let fits = settings.compiler.as_deref().is_none_or(|own| own.starts_with(family));
            fits && (!level_is_set || !only_level || *compiler == PLAIN)
        });
        let pies: &[_] = if link_is_set { &[None] } else { &[Some(true), Some(false)] };
        let places = match settings.debug {
            Some(debug) => vec![debug],
            None if settings.stripped || settings.after.is_some() || settings.debug_file.is_some() => {
                vec![Debug::Inside]
            }
            None => vec![Debug::Inside, Debug::File, Debug::Link],
        };
        compilers
            .flat_map(|compiler| pies.iter().map(move |pie| (compiler, *pie)))
            .flat_map(|(compiler, pie)| {
                places.iter().map(move |debug| Build { compiler, pie, debug: *debug })
            })
            .collect()
    }

    /// Name of compiler and level.
    pub fn compiler(&self) -> &'static str {
        COMPILERS[self.compiler].0
    }

    /// Each of `words` is the compiler's name or level, or says `pie` or `no-pie`, or
    /// where the debug information lies.
    pub fn fits(&self, words: &str) -> bool {
        let text = self.to_string();
        let mut own = text.split('.').chain([COMPILERS[self.compiler].1, "all"]);
        words.split_whitespace().all(|word| own.clone().any(|own| own == word)) && own.next().is_some()
    }

    /// The compiler's name, its level, and the case's own flags.
    pub fn command(&self, settings: &Settings) -> Vec<String> {
        let (_, compiler, flags) = COMPILERS[self.compiler];
        let compiler = if compiler == "clang" { clang() } else { compiler };
        let compiler = settings.compiler.as_deref().unwrap_or(compiler).to_string();
        let flags = flags.iter().map(|flag| flag.to_string());
        let own = settings.cflags.iter().map(|flag| expand(flag));
        [compiler].into_iter().chain(flags).chain(own).collect()
    }

    /// Compiles and links `sources` to `program`.
    pub fn compile(&self, settings: &Settings, sources: &[std::path::PathBuf], program: &Path) -> Result<()> {
        let linked = program.with_extension("linked");
        let words = self.command(settings);
        let mut command = Command::new(&words[0]);
        command.args(["-g", "-pthread"]);
        match self.pie {
            Some(true) => command.args(["-fPIE", "-pie"]),
            Some(false) => command.args(["-fno-pie", "-no-pie"]),
            None => &mut command,
        };
        run(command.args(&words[1..]).args(sources).arg("-o").arg(&linked))?;
        self.separate(&linked, program)?;
        // a program may still run from an older build in this place
        std::fs::rename(&linked, program).map_err(|error| error.to_string())
    }

    /// Moves the debug information where it shall be.
    fn separate(&self, linked: &Path, program: &Path) -> Result<()> {
        let debug = program.with_extension("debug");
        if self.debug == Debug::Inside {
            return Ok(());
        }
        run(Command::new("objcopy").arg("--only-keep-debug").arg(linked).arg(&debug))?;
        run(Command::new("strip").arg(linked))?;
        match self.debug {
            Debug::Link => run(Command::new("objcopy")
                .arg(format!("--add-gnu-debuglink={}", debug.display()))
                .arg(linked)),
            _ => Ok(()),
        }
    }
}

/// The name of the clang there is.
fn clang() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let names = CLANGS.map(|version| format!("clang-{version}")).chain(["clang".to_string()]);
        let runs = |name: &String| Command::new(name).arg("--version").output().is_ok();
        names.into_iter().find(runs).unwrap_or_default()
    })
}

/// `{llvm}` is the folder of clang's own linker.
fn expand(flag: &str) -> String {
    if !flag.contains("{llvm}") {
        return flag.to_string();
    }
    let found = Command::new(clang()).arg("-print-prog-name=ld.lld").output();
    let path = found.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let folder = Path::new(path.trim()).parent().unwrap_or(Path::new(""));
    flag.replace("{llvm}", &folder.to_string_lossy())
}

impl fmt::Display for Build {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.compiler())?;
        match self.pie {
            Some(true) => write!(out, ".pie")?,
            Some(false) => write!(out, ".no-pie")?,
            None => {}
        }
        write!(out, ".{}", self.debug.name())
    }
}
