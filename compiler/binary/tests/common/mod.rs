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
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let sources = files.iter().map(|file| file.0).filter(|name| name.ends_with(".c"));
        let path = folder.path().join("program");
        let gcc = Command::new("gcc")
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

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The names of all symbols, as nm sees them.
    pub fn nm(&self) -> Vec<String> {
        let lines = self.run("nm", &["program"]);
        lines.lines().filter_map(|line| line.split_whitespace().last()).map(str::to_string).collect()
    }
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
