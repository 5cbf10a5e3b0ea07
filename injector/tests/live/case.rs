//! A case: its folder, its settings, and what is built from it.

use crate::build::{Build, Debug};
use crate::matrix::Expected;
use crate::tree;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Result with a message for people.
pub type Result<T> = std::result::Result<T, String>;

/// In the message of a tool that ended with 1.
pub const REFUSED: &str = "exit status: 1:";

/// `case.toml`; every key may be missing.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What compiles the program, where the point is this compiler.
    pub compiler: Option<String>,
    /// Flags for compiling the program.
    pub cflags: Vec<String>,
    /// Each makes its own case: more flags.
    pub variants: Vec<Vec<String>>,
    /// Other program than old.c: its sources.
    pub sources: Vec<String>,
    /// The program is stripped; its unstripped twin is `twin`.
    pub stripped: bool,
    /// A shell command in the folder of the built program, `old`; `$CASE` is the case's folder.
    pub after: Option<String>,
    /// What polusc gets as debug file; `twin` where the program is stripped.
    pub debug_file: Option<String>,
    /// Also walk through all steps, failing and dying at each.
    pub faults: bool,
    /// Where the debug information lies, if that matters.
    pub debug: Option<Debug>,
    /// Shell words that start the program in its folder, instead of `./old`.
    pub start: Option<String>,
    /// A file of the machine without which it cannot be run, and is shown as ignored.
    pub needs: Option<String>,
    /// Builds in which it does not hold.
    pub expected: Expected,
    /// Rules of `polus_runtime::rules` without each of which the session fails.
    pub proves: Vec<String>,
}

/// One test.
#[derive(Clone, Debug)]
pub struct Case {
    /// Folder's name, and the variant's number.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// How to build and run it.
    pub settings: Settings,
    /// Compiler, kind of executable, place of the debug information.
    pub build: Build,
    /// The rule that is switched off, to show that the session fails without it.
    pub without: Option<String>,
}

/// The top of the source tree.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All cases, in the order of their names.
pub fn all() -> Vec<Case> {
    let folder = root().join("testdata/live");
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut folders: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders.iter().flat_map(|folder| variants(folder)).collect()
}

fn variants(folder: &Path) -> Vec<Case> {
    let settings = settings(folder);
    let base = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if settings.variants.is_empty() {
        let build = Build::plain(&settings);
        return vec![Case { name: base, folder: folder.to_path_buf(), settings, build, without: None }];
    }
    let variant = |(number, flags): (usize, &Vec<String>)| {
        let mut settings = settings.clone();
        settings.cflags.extend(flags.iter().cloned());
        let (name, folder) = (format!("{base}-{number}"), folder.to_path_buf());
        let build = Build::plain(&settings);
        Case { name, folder, settings, build, without: None }
    };
    settings.variants.iter().enumerate().map(variant).collect()
}

fn settings(folder: &Path) -> Settings {
    let path = folder.join("case.toml");
    if !path.exists() {
        return Settings::default();
    }
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let table: toml::Table = text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let known = [
        "compiler",
        "cflags",
        "variants",
        "sources",
        "faults",
        "stripped",
        "after",
        "debug_file",
        "start",
        "debug",
        "matrix",
        "proves",
        "needs",
    ];
    let unknown = table.keys().find(|key| !known.contains(&key.as_str()));
    assert!(unknown.is_none(), "{}: unknown key {unknown:?}", path.display());
    let words = |value: &toml::Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(|word| Some(word.as_str()?.to_string())).collect()
    };
    let text = |key: &str| table.get(key).and_then(toml::Value::as_str).map(str::to_string);
    let stripped = table.get("stripped").and_then(toml::Value::as_bool).unwrap_or(false);
    Settings {
        compiler: text("compiler"),
        cflags: table.get("cflags").map(words).unwrap_or_default(),
        variants: table
            .get("variants")
            .and_then(|value| value.as_array())
            .into_iter()
            .flatten()
            .map(words)
            .collect(),
        sources: table.get("sources").map(words).unwrap_or_default(),
        stripped,
        after: text("after"),
        debug_file: text("debug_file").or(stripped.then(|| "twin".to_string())),
        proves: table.get("proves").map(words).unwrap_or_default(),
        faults: table.get("faults").and_then(toml::Value::as_bool).unwrap_or(false),
        debug: table.get("debug").map(|value| {
            let named = value.as_str().and_then(Debug::named);
            named.unwrap_or_else(|| panic!("{}: unknown place {value}", path.display()))
        }),
        needs: text("needs"),
        start: table.get("start").and_then(toml::Value::as_str).map(str::to_string),
        expected: Expected::parse(table.get("matrix"), &path.to_string_lossy()),
    }
}

impl Case {
    /// The machine lacks what it needs.
    pub fn is_impossible(&self) -> bool {
        self.settings.needs.as_ref().is_some_and(|path| !Path::new(path).exists())
    }

    /// The folder that all of it is built in.
    pub fn output(&self) -> PathBuf {
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("live").join(&self.name)
    }

    /// The same case with a rule switched off.
    pub fn without(&self, rule: &str) -> Case {
        Case { name: format!("{}-without-{rule}", self.name), without: Some(rule.into()), ..self.clone() }
    }

    /// Builds the program and its patches into a folder of its own.
    pub fn build(&self) -> Result<PathBuf> {
        let output = self.output();
        fs::create_dir_all(&output).map_err(|error| format!("{}: {error}", output.display()))?;
        let (program, twin) = (output.join("old"), output.join("twin"));
        if self.settings.stripped {
            self.build_program(&twin)?;
            run(Command::new("strip").arg(&twin).arg("-o").arg(&program))?;
        } else {
            self.build_program(&program)?;
        }
        if let Some(after) = &self.settings.after {
            run(Command::new("sh").args(["-ec", after]).current_dir(&output).env("CASE", &self.folder))?;
        }
        let mut entries: Vec<PathBuf> = self.files()?;
        entries.sort();
        for patch in entries.iter().filter(|path| name_of(path).starts_with("patch")) {
            build_patch(patch, &output)?;
        }
        for (number, new) in entries.iter().filter(|path| name_of(path).starts_with("new")).enumerate() {
            self.construct(number, new, &output)?;
        }
        Ok(output)
    }

    /// Lets polusc make the patch from the last version to `new`.
    fn construct(&self, number: usize, new: &Path, output: &Path) -> Result<()> {
        let name = |number: usize| if number == 0 { String::new() } else { (number + 1).to_string() };
        let old = match number {
            0 => "old".to_string(),
            _ => format!("new{}", name(number - 1)),
        };
        let command = self.build.command(&self.settings);
        let version = |name: &str| tree::version(&self.folder, name, output, &command);
        let (old, new) =
            (version(&old)?, version(new.file_stem().unwrap_or_default().to_str().unwrap_or_default())?);
        let versions = output.join("polus.versions");
        if number == 0 && versions.exists() {
            fs::remove_file(&versions).map_err(|error| error.to_string())?;
        }
        let patch = output.join(format!("patch{}.c", name(number)));
        let mut polusc = Command::new(polusc()?);
        polusc.env("POLUS_WITHOUT", self.without.as_deref().unwrap_or_default());
        if let Some(compiler) = &self.settings.compiler {
            polusc.env("CC", compiler);
        }
        let is_file = new.is_file();
        polusc.arg(old).arg(new).arg("--binary").arg(output.join("old")).arg("--versions").arg(versions);
        let named = self.settings.debug_file.as_deref();
        let separate = (self.build.debug == Debug::File).then_some("old.debug");
        if let Some(file) = named.or(separate) {
            polusc.arg("--debug-file").arg(output.join(file));
        }
        let callbacks = self.folder.join(format!("callbacks{}.c", name(number)));
        if callbacks.exists() {
            polusc.arg("--callbacks").arg(callbacks);
        }
        polusc.arg("-o").arg(&patch);
        if is_file {
            polusc.arg("--").args(&self.settings.cflags);
        }
        run(&mut polusc)?;
        build_patch(&patch, output)
    }

    fn files(&self) -> Result<Vec<PathBuf>> {
        let entries = fs::read_dir(&self.folder).map_err(|error| error.to_string())?;
        Ok(entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.is_dir() || path.extension().is_some_and(|end| end == "c"))
            .collect())
    }

    fn old_sources(&self, program: &Path) -> Result<Vec<PathBuf>> {
        let output = program.parent().unwrap_or(program);
        tree::sources(&tree::version(&self.folder, "old", output, &self.build.command(&self.settings))?)
    }

    fn build_program(&self, output: &Path) -> Result<()> {
        let sources: Vec<PathBuf> = match self.settings.sources.is_empty() {
            true => self.old_sources(output)?,
            false => self.settings.sources.iter().map(|source| self.folder.join(source)).collect(),
        };
        self.build.compile(&self.settings, &sources, output)
    }
}

/// The constructor, which is built beside the injector.
pub fn polusc() -> Result<PathBuf> {
    let path = Path::new(env!("CARGO_BIN_EXE_polus")).with_file_name("polusc");
    match path.exists() {
        true => Ok(path),
        false => Err(format!("{} is missing: build it with `cargo build -p polusc`", path.display())),
    }
}

/// As the README tells users to.
fn build_patch(patch: &Path, output: &Path) -> Result<()> {
    let target = output.join(name_of(patch)).with_extension("so");
    let include = root().join("runtime/include");
    run(Command::new("gcc")
        .args(["-O2", "-fPIC", "-shared", "-Wall", "-Werror", "-I"])
        .arg(include)
        .arg(patch)
        .arg("-o")
        .arg(target))
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Runs a tool that is needed; its absence is a failure.
pub fn run(command: &mut Command) -> Result<()> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!("{command:?}: {}: {}", output.status, String::from_utf8_lossy(&output.stderr))),
    }
}
