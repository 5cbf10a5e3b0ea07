//! Finding the separate debug file of an executable.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::belongs::difference;
use crate::error::{Error, Problem};
use crate::identity::build_id;
use crate::image::Image;

/// Where distributions install debug files.
pub(crate) const DEBUG_ROOT: &str = "usr/lib/debug";

/// Where an executable was started from: a process and we may see other file systems.
#[derive(Clone, Debug)]
pub struct Origin {
    /// A file system's root, as we reach it.
    pub root: PathBuf,
    /// The executable's path there; it may be gone, or another file's by now.
    pub path: PathBuf,
}

/// What became of the search in the standard places.
#[derive(Clone, Debug, Default)]
pub(crate) struct Search {
    /// Where it looked, and what is wrong with what is there.
    pub tried: Vec<String>,
}

/// Opens the debug file that the user named; refuses one of another build.
pub(crate) fn open_given(executable: &Image, path: &Path) -> Result<Arc<Image>, Error> {
    let debug = Arc::new(open(path)?);
    match difference(executable, &debug) {
        None => Ok(debug),
        Some(difference) => {
            let executable = executable.name.clone();
            Err(Error::new(&debug.name, Problem::ForeignDebugFile { executable, difference }))
        }
    }
}

/// Looks in the standard places of each origin; a file there that does not fit is none of ours.
pub(crate) fn find_installed(executable: &Image, origins: &[Origin]) -> (Option<Arc<Image>>, Search) {
    let mut search = Search::default();
    for place in origins.iter().flat_map(|origin| places(executable, origin)) {
        let shown = place.display();
        let why = match open_file(&place).map(Arc::new) {
            Ok(debug) => match difference(executable, &debug) {
                None => return (Some(debug), search),
                Some(difference) => format!("{shown} (of another build: {difference})"),
            },
            Err(Error { problem: Problem::Unreadable(error), .. }) if is_absent(&error) => shown.to_string(),
            Err(error) => format!("{shown} ({error})"),
        };
        if !search.tried.contains(&why) {
            search.tried.push(why);
        }
    }
    (None, search)
}

fn places(executable: &Image, origin: &Origin) -> Vec<PathBuf> {
    let by_id = build_id(executable).and_then(|id| place_below_root(&id));
    let by_link = debug_link_places(executable, &origin.path);
    by_id.into_iter().chain(by_link).map(|place| origin.root.join(place)).collect()
}

/// Opens what is a file: whoever owns the root may have put a pipe there, which would never open.
fn open_file(path: &Path) -> Result<Image, Error> {
    if path.is_file() {
        return open(path);
    }
    let absent = std::io::Error::from(std::io::ErrorKind::NotFound);
    Err(Error::new(&path.display().to_string(), Problem::Unreadable(Arc::new(absent))))
}

fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}

pub(crate) fn open(path: &Path) -> Result<Image, Error> {
    let (file, name) = file(path)?;
    Image::new(&file, &name)
}

/// Opens a file that need not be linked.
pub(crate) fn open_object(path: &Path) -> Result<Image, Error> {
    let (file, name) = file(path)?;
    Image::object(&file, &name)
}

fn file(path: &Path) -> Result<(File, String), Error> {
    let name = path.display().to_string();
    match File::open(path) {
        Ok(file) => Ok((file, name)),
        Err(error) => Err(Error::new(&name, Problem::Unreadable(Arc::new(error)))),
    }
}

/// Places as a message names them.
pub(crate) fn listed(places: &[PathBuf]) -> String {
    places.iter().map(|place| place.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// `/usr/lib/debug/.build-id/ab/cdef….debug`
pub(crate) fn place_of_id(id: &str) -> Option<PathBuf> {
    Some(Path::new("/").join(place_below_root(id)?))
}

fn place_below_root(id: &str) -> Option<PathBuf> {
    let (folder, rest) = id.split_at_checked(2)?;
    Some(Path::new(DEBUG_ROOT).join(".build-id").join(folder).join(format!("{rest}.debug")))
}

/// The places that gdb looks in for a `.gnu_debuglink`, below the root.
fn debug_link_places(executable: &Image, path: &Path) -> Vec<PathBuf> {
    let Some((name, _)) = debug_link(executable) else { return Vec::new() };
    // /proc/PID/exe and commands like `cc` are links to where the executable lies, or lay
    let paths = [Some(path.to_path_buf()), std::fs::read_link(path).ok(), path.canonicalize().ok()];
    let places = paths.iter().flatten().filter_map(|path| path.parent()).flat_map(|folder| {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
        let folder = folder.strip_prefix("/").unwrap_or(&folder);
        [folder.to_path_buf(), folder.join(".debug"), Path::new(DEBUG_ROOT).join(folder)]
    });
    places.map(|place| place.join(&name)).collect()
}

/// Name and CRC-32 of the debug file, as `objcopy --add-gnu-debuglink` leaves them.
pub(crate) fn debug_link(executable: &Image) -> Option<(String, u32)> {
    let data = executable.bytes_of(executable.section(".gnu_debuglink")?);
    let len = data.iter().position(|&byte| byte == 0)?;
    let crc = data.get((len + 4) & !3..)?.first_chunk::<4>()?;
    let name = std::str::from_utf8(&data[..len]).ok().filter(|name| !name.contains('/'))?;
    Some((name.to_string(), u32::from_le_bytes(*crc)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    fn shell(folder: &Path, command: &str) {
        let status = Command::new("sh").current_dir(folder).args(["-ec", command]).status().unwrap();
        assert!(status.success(), "{command}");
    }

    /// For the program `/a` of a file system.
    fn search_below(root: &Path) -> (Option<Arc<Image>>, Search) {
        let origin = Origin { root: root.to_path_buf(), path: "/a".into() };
        find_installed(&open(&root.join("a")).unwrap(), &[origin])
    }

    /// Programs whose debug file is installed below a root, as distributions do it.
    #[test]
    fn the_standard_places() {
        let build = "echo 'int main(void) { return 0; }' > a.c; gcc -g -Wl,--build-id=sha1 a.c -o a;
            id=$(readelf -n a | sed -n 's/.*Build ID: //p'); objcopy --only-keep-debug a a.debug; strip a;
            mkdir -p usr/lib/debug/.build-id/$(echo $id | cut -c1-2) .debug;";
        for (place, link) in [
            ("usr/lib/debug/.build-id/$(echo $id | cut -c1-2)/$(echo $id | cut -c3-).debug", false),
            (".debug/a.debug", true),
            ("usr/lib/debug/a.debug", true),
            ("a.debug", true),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let link = if link { "objcopy --add-gnu-debuglink=a.debug a;" } else { "" };
            shell(folder.path(), &format!("{build} {link} mv a.debug kept; mv kept {place}"));
            let (found, search) = search_below(folder.path());
            assert!(found.is_some(), "{place}: {search:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let folder = tempfile::tempdir().unwrap();
        shell(
            folder.path(),
            "echo 'int main(void) { return 0; }' > a.c; gcc -g a.c -o a; gcc -g -O2 a.c -o a.debug",
        );
        shell(folder.path(), "strip a; objcopy --add-gnu-debuglink=a.debug a");
        let (found, search) = search_below(folder.path());
        assert!(found.is_none());
        assert!(search.tried.iter().any(|tried| tried.contains("a.debug (of another build: ")), "{search:?}");
    }
}
