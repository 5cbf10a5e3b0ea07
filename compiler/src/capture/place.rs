//! Where records go, and which commands leave none.

use polusc::source::command::Command;
use polusc::source::record::Store;
use polusc::source::text::absolute;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Where a command runs, and where it is recorded.
pub struct Place {
    /// The working folder.
    pub directory: PathBuf,
    /// The compiler, as it was called.
    pub compiler: String,
    /// The folder of the topmost make or ninja.
    pub top: PathBuf,
    /// The capture folder.
    pub store: Store,
}

impl Place {
    /// Finds the capture folder of a command that runs in `directory`.
    pub fn find(directory: PathBuf, compiler: String) -> Self {
        let top = topmost(Path::new("/proc"), std::process::id()).unwrap_or(directory.clone());
        let folder = match std::env::var_os("POLUS_CAPTURE").filter(|folder| !folder.is_empty()) {
            Some(folder) => absolute(&top, PathBuf::from(folder)),
            None => top.join("polus-capture"),
        };
        Self { directory, compiler, top, store: Store::new(folder) }
    }

    /// `path` seen from the working folder.
    pub fn absolute(&self, path: &str) -> PathBuf {
        absolute(&self.directory, path)
    }
}

/// Now, in nanoseconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos() as u64)
}

/// Whether the command only tries what the compiler can: a configure script's
/// `conftest.c`, CMake's and meson's like.
pub fn is_probe(directory: &Path, command: &Command) -> bool {
    const FOLDERS: &[&str] = &["CMakeTmp", "CMakeScratch", "CompilerIdC", "CompilerIdCXX", "meson-private"];
    let inside = |path: &Path| path.iter().any(|part| FOLDERS.iter().any(|folder| part == *folder));
    let probes = |path: &Path| inside(path) || path.file_stem().is_some_and(|stem| stem == "conftest");
    inside(directory) || command.sources.iter().any(|source| probes(&absolute(directory, &source.path)))
}

/// The working folder of the topmost make or ninja above process `pid`.
fn topmost(proc: &Path, pid: u32) -> Option<PathBuf> {
    let mut found = None;
    let mut pid = pid;
    while let Some((name, parent)) = process(proc, pid) {
        if matches!(name.as_str(), "make" | "gmake" | "bmake" | "remake" | "ninja" | "ninja-build" | "samu") {
            found = std::fs::read_link(proc.join(pid.to_string()).join("cwd")).ok().or(found);
        }
        pid = parent;
    }
    found
}

/// A process's name and its parent, from `PID (name) state parent …`.
fn process(proc: &Path, pid: u32) -> Option<(String, u32)> {
    let stat = std::fs::read_to_string(proc.join(pid.to_string()).join("stat")).ok()?;
    let (head, tail) = stat.rsplit_once(')')?;
    let name = head.split_once('(')?.1.to_string();
    Some((name, tail.split_whitespace().nth(1)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn process(proc: &Path, pid: u32, name: &str, parent: u32, cwd: &str) {
        let folder = proc.join(pid.to_string());
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("stat"), format!("{pid} ({name}) S {parent} 1 1")).unwrap();
        symlink(cwd, folder.join("cwd")).unwrap();
    }

    #[test]
    fn the_topmost_make_counts() {
        let proc = tempfile::tempdir().unwrap();
        process(proc.path(), 1, "init", 0, "/");
        process(proc.path(), 5, "bash) S 9 (", 1, "/home");
        process(proc.path(), 6, "make", 5, "/top");
        process(proc.path(), 7, "ninja", 6, "/top/build");
        process(proc.path(), 8, "polus-cc", 7, "/top/build/sub");
        assert_eq!(topmost(proc.path(), 8), Some(PathBuf::from("/top")));
        assert_eq!(topmost(proc.path(), 5), None);
    }
}
