//! Which image is the program: the one that the kernel started, or the one that ld.so
//! loaded where it was started with the program's name. Never the file that now bears
//! the path: an upgrade may have put another one there.

use crate::error::{Fault, Result};
use crate::facts::image::{self, Image};
use crate::facts::maps::{self, Mapping};
use crate::facts::memory::Memory;
use crate::facts::process::{self, Process};
use nix::sys::stat::{major, minor};
use polus_binary::Origin;
use std::fs::{self, File};
use std::os::linux::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Where the kernel tells a program's headers, in /proc/PID/auxv.
const AT_PHDR: u64 = 3;
/// Offsets in ld.so's `struct r_debug` and `struct link_map`, which debuggers rely on.
const FIRST_OBJECT: u64 = 8;
const DYNAMIC_SECTION: u64 = 16;
/// What the kernel adds to the path of a file that has no name any more.
const DELETED: &str = " (deleted)";

/// The program among a process's images.
#[derive(Clone, Debug)]
pub struct Executable {
    /// As it was started, for messages.
    pub path: PathBuf,
    /// Where its image begins.
    pub start: u64,
    /// ld.so is in it, and can load more.
    pub dynamic: bool,
}

/// Finds the program of `process`.
pub fn find(process: &Process, memory: &Memory, images: &[Image]) -> Result<Executable> {
    let shown = process.exe.display();
    let headers = program_headers(process.pid)?;
    let started = image::find(images, headers).ok_or_else(|| gone(process))?;
    if !started.is_loader(memory) {
        let (path, start) = (named(&process.exe), started.range.0);
        return Ok(Executable { path, start, dynamic: started.has_interpreter });
    }
    let program = first_object(memory, started).and_then(|address| image::find(images, address));
    match program.filter(|image| image.range != started.range) {
        Some(image) => {
            Ok(Executable { path: named(Path::new(&image.path)), start: image.range.0, dynamic: true })
        }
        None => Err(Fault::refused(format!(
            "{}: {shown} was started by hand, and does not tell which program it runs",
            process.describe()
        ))
        .hint("try again once the program has started, or start it by its own name")),
    }
}

/// Opens the file that is mapped at the program's start, whatever its path names now.
pub fn open(process: &Process, executable: &Executable, maps: &[Mapping]) -> Result<File> {
    let (pid, view) = (process.pid, process::view(process.pid));
    let path = executable.path.display();
    let unreadable = |error| Fault::environment(format!("cannot read {path}: {error}"));
    if named(&process.exe) == executable.path {
        return File::open(format!("/proc/{view}/exe")).map_err(unreadable);
    }
    let map = maps::find(maps, executable.start).ok_or_else(|| gone(process))?;
    let mapped = format!("/proc/{view}/map_files/{:x}-{:x}", map.start, map.end);
    if let Ok(file) = File::open(mapped) {
        return Ok(file);
    }
    // map_files is root's alone
    let [inside, _] = origins(pid, executable);
    let path = inside.root.join(inside.path.strip_prefix("/").unwrap_or(&inside.path));
    let file = File::open(path).map_err(unreadable)?;
    match file.metadata().is_ok_and(|found| is_file(map, &found)) {
        true => Ok(file),
        false => Err(Fault::environment(format!(
            "{}: {} is another file now than the one that runs",
            process.describe(),
            executable.path.display()
        ))
        .hint("run polus as root, which reaches the file that runs")),
    }
}

/// Where the program was started from: in the file system that the process sees, and in ours.
pub fn origins(pid: i32, executable: &Executable) -> [Origin; 2] {
    let path = executable.path.clone();
    // the kernel tells paths as we see them, where we do
    let root = fs::read_link(root(pid)).unwrap_or_default();
    let below = path.strip_prefix(&root).unwrap_or(&path).to_path_buf();
    [Origin { root: self::root(pid), path: Path::new("/").join(below) }, Origin { root: "/".into(), path }]
}

fn root(pid: i32) -> PathBuf {
    PathBuf::from(format!("/proc/{}/root", process::view(pid)))
}

fn is_file(map: &Mapping, found: &fs::Metadata) -> bool {
    let device = found.st_dev();
    map.file == format!("{:02x}:{:02x} {}", major(device), minor(device), found.st_ino())
}

fn gone(process: &Process) -> Fault {
    Fault::environment(format!(
        "{}: its executable {} is not mapped",
        process.describe(),
        process.exe.display()
    ))
}

/// Without the kernel's mark.
fn named(path: &Path) -> PathBuf {
    match path.to_str().and_then(|text| text.strip_suffix(DELETED)) {
        Some(text) => PathBuf::from(text),
        None => path.to_path_buf(),
    }
}

/// Address of the headers of what the kernel started.
fn program_headers(pid: i32) -> Result<u64> {
    let path = format!("/proc/{}/auxv", process::view(pid));
    let bytes = fs::read(&path)
        .map_err(|error| Fault::environment(format!("process {pid}: cannot read {path}: {error}")))?;
    let word = |bytes: &[u8]| bytes.try_into().map(u64::from_le_bytes).unwrap_or_default();
    let entry = bytes.chunks_exact(16).find(|entry| word(&entry[..8]) == AT_PHDR);
    entry
        .map(|entry| word(&entry[8..]))
        .ok_or_else(|| Fault::environment(format!("process {pid}: {path} tells of no program headers")))
}

/// Address of the dynamic section of the first object that ld.so lists: the program.
fn first_object(memory: &Memory, loader: &Image) -> Option<u64> {
    let word = |address: u64| {
        let bytes = memory.read_some(address, 8);
        bytes.try_into().ok().map(u64::from_le_bytes).filter(|word| *word != 0)
    };
    let first = word(loader.exported(memory, "_r_debug")?.checked_add(FIRST_OBJECT)?)?;
    word(first.checked_add(DYNAMIC_SECTION)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deleted_file_keeps_its_name() {
        assert_eq!(named(Path::new("/usr/sbin/a (deleted)")), Path::new("/usr/sbin/a"));
        assert_eq!(named(Path::new("/usr/sbin/a")), Path::new("/usr/sbin/a"));
    }
}
