//! Builds small C programs for the tests.
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::Command;

use polus_binary::Binary;

/// A folder with sources and what was built of them.
pub struct Program {
    pub folder: tempfile::TempDir,
    pub path: PathBuf,
}

impl Program {
    /// Writes the files, compiles all `.c` ones in one go and links them to `program`.
    pub fn build(files: &[(&str, &str)], flags: &[&str]) -> Program {
        Program::build_with("gcc", files, flags)
    }

    /// The same with another compiler.
    pub fn build_with(compiler: &str, files: &[(&str, &str)], flags: &[&str]) -> Program {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let sources = files.iter().map(|file| file.0).filter(|name| name.ends_with(".c"));
        let path = folder.path().join("program");
        let gcc = Command::new(compiler)
            .current_dir(folder.path())
            .arg("-I.")
            .args(flags)
            .args(sources)
            .args(["-o", "program"])
            .output();
        let gcc = gcc.unwrap();
        assert!(gcc.status.success(), "{}", String::from_utf8_lossy(&gcc.stderr));
        Program { folder, path }
    }

    pub fn open(&self) -> Binary {
        Binary::open(&self.path, None).unwrap()
    }

    /// Runs a tool in the folder and returns what it prints.
    pub fn run(&self, tool: &str, arguments: &[&str]) -> String {
        run(self.folder.path(), tool, arguments)
    }

    /// Runs a shell command in the folder.
    pub fn shell(&self, command: &str) -> String {
        self.run("sh", &["-ec", command])
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The names of all symbols, as nm sees them.
    pub fn nm(&self) -> Vec<String> {
        let lines = self.run("nm", &["program"]);
        lines.lines().filter_map(|line| line.split_whitespace().last()).map(str::to_string).collect()
    }
}

/// The clang there is, of whichever version.
pub fn clang() -> String {
    let names = (14..30).map(|version| format!("clang-{version}")).chain(["clang".to_string()]);
    let mut found = names.filter(|name| Command::new(name).arg("--version").output().is_ok());
    found.next().expect("no clang: run scripts/install-deps")
}

pub fn run(folder: &Path, tool: &str, arguments: &[&str]) -> String {
    let output = Command::new(tool).current_dir(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "{tool}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Each way in which debug information and addresses may come out.
pub const FORMATS: [&[&str]; 5] = [
    &["-O2", "-g", "-gdwarf-5", "-pie", "-fPIE"],
    &["-O2", "-g", "-gdwarf-4", "-no-pie", "-fno-pie"],
    &["-O2", "-g", "-gdwarf-5", "-gz", "-no-pie", "-fno-pie"],
    &["-O2", "-g", "-flto", "-ffat-lto-objects"],
    &["-O2", "-g", "-fdebug-types-section"],
];
