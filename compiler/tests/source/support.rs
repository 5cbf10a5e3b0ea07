//! Small projects in temporary folders, built with and without polus-cc.

use polusc::diag::Failure;
use polusc::source::{Loaded, Select, load};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// Longer than any of these builds takes on a slow machine.
const DEADLINE: Duration = Duration::from_secs(240);

/// A project's folder.
pub struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    /// Writes `files` (path and text).
    pub fn new(files: &[(&str, &str)]) -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap() };
        files.iter().for_each(|(path, text)| project.write(path, text));
        project
    }

    /// Its folder, without symbolic links.
    pub fn path(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    /// Writes a file.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Runs a shell line there and gives what came of it. `$CC` is `polus-cc gcc`, which
    /// records into `capture/`.
    pub fn run(&self, line: &str) -> Output {
        // The test may itself run below a make, whose flags are not this project's.
        let mut child = Command::new("bash")
            .args(["-euc", line])
            .current_dir(self.path())
            .env("CC", compiler())
            .env("POLUS_CAPTURE", self.path().join("capture"))
            .env_remove("MAKEFLAGS")
            .env_remove("MFLAGS")
            .stdin(std::process::Stdio::null())
            .stdout(self.log("stdout"))
            .stderr(self.log("stderr"))
            .spawn()
            .unwrap();
        let start = Instant::now();
        let status = loop {
            match child.try_wait().unwrap() {
                Some(status) => break status,
                None if start.elapsed() > DEADLINE => {
                    child.kill().unwrap();
                    panic!("{line}: not done after {DEADLINE:?}")
                }
                None => std::thread::park_timeout(Duration::from_millis(10)),
            }
        };
        let log = |name| std::fs::read(self.path().join(name)).unwrap();
        Output { status, stdout: log(".stdout"), stderr: log(".stderr") }
    }

    fn log(&self, name: &str) -> std::fs::File {
        std::fs::File::create(self.path().join(format!(".{name}"))).unwrap()
    }

    /// Runs a shell line that must succeed, and gives its output.
    pub fn build(&self, line: &str) -> String {
        let output = self.run(line);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(
            output.status.success(),
            "{line}: {}\n{out}\n{err}\n(scripts/install-deps installs the tools)",
            output.status
        );
        assert!(!err.contains("polus-cc: warning"), "{err}");
        out
    }

    /// Loads a program of the capture.
    pub fn load(&self, program: Option<&str>) -> Result<Loaded, Failure> {
        let select = Select { program: program.map(String::from), ..Select::default() };
        load(&self.path().join("capture"), &select, &[])
    }

    /// The units of a program of the capture, in order.
    pub fn units(&self, program: &str) -> Vec<String> {
        units(&self.load(Some(program)))
    }

    /// The bytes of every file whose name ends in one of `ends`, by path.
    pub fn files(&self, ends: &[&str]) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        collect(&self.path(), ends, &mut found);
        found
    }
}

fn collect(folder: &Path, ends: &[&str], found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "capture" {
            collect(&path, ends, found);
        } else if path.is_file() && ends.iter().any(|end| name.ends_with(end)) {
            found.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
}

/// `polus-cc gcc`.
pub fn compiler() -> String {
    format!("{} gcc", env!("CARGO_BIN_EXE_polus-cc"))
}

/// The paths of the units loaded.
pub fn units(loaded: &Result<Loaded, Failure>) -> Vec<String> {
    let loaded = loaded.as_ref().unwrap_or_else(|failure| panic!("{failure:?}"));
    loaded.tree.units.iter().map(|unit| unit.path.clone()).collect()
}

/// The message of a wrong command line.
pub fn usage(loaded: Result<Loaded, Failure>) -> String {
    match loaded {
        Err(Failure::Usage(message)) => message,
        other => panic!("no usage failure: {other:?}"),
    }
}
