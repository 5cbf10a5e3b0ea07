//! Finding the separate debug file of an executable.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::belongs::difference;
use crate::error::{Error, Problem};
use crate::identity::build_id;
use crate::image::Image;

/// Where distributions install debug files.
pub(crate) const DEBUG_ROOT: &str = "/usr/lib/debug";

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

/// Looks in the standard places; a file there that does not fit is none of ours.
pub(crate) fn find_installed(executable: &Image, path: &Path) -> (Option<Arc<Image>>, Search) {
    find_below(Path::new(DEBUG_ROOT), executable, path)
}

fn find_below(root: &Path, executable: &Image, path: &Path) -> (Option<Arc<Image>>, Search) {
    let by_id = build_id(executable).and_then(|id| Some(root.join(place_below_root(&id)?)));
    let mut search = Search::default();
    for place in by_id.into_iter().chain(debug_link_places(root, executable, path)) {
        let shown = place.display();
        let why = match open(&place).map(Arc::new) {
            Ok(debug) => match difference(executable, &debug) {
                None => return (Some(debug), search),
                Some(difference) => format!("{shown} (of another build: {difference})"),
            },
            Err(Error { problem: Problem::Unreadable(error), .. }) if is_absent(&error) => shown.to_string(),
            Err(error) => format!("{shown} ({error})"),
        };
        search.tried.push(why);
    }
    (None, search)
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
    Some(Path::new(DEBUG_ROOT).join(place_below_root(id)?))
}

fn place_below_root(id: &str) -> Option<PathBuf> {
    let (folder, rest) = id.split_at_checked(2)?;
    Some(Path::new(".build-id").join(folder).join(format!("{rest}.debug")))
}

/// The places that gdb looks in for a `.gnu_debuglink`.
fn debug_link_places(root: &Path, executable: &Image, path: &Path) -> Vec<PathBuf> {
    let (Some((name, _)), Some(folder)) = (debug_link(executable), path.parent()) else {
        return Vec::new();
    };
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
    let below_root = folder.strip_prefix("/").unwrap_or(&folder);
    let places = [folder.clone(), folder.join(".debug"), root.join(below_root)];
    places.iter().map(|place| place.join(&name)).collect()
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

    /// Programs whose debug file is installed below a root, as distributions do it.
    #[test]
    fn the_standard_places() {
        let build = "echo 'int main(void) { return 0; }' > a.c; gcc -g -Wl,--build-id=sha1 a.c -o a;
            id=$(readelf -n a | sed -n 's/.*Build ID: //p'); objcopy --only-keep-debug a a.debug; strip a;
            mkdir -p root/.build-id/$(echo $id | cut -c1-2) .debug root$PWD;";
        for (place, link) in [
            ("root/.build-id/$(echo $id | cut -c1-2)/$(echo $id | cut -c3-).debug", false),
            (".debug/a.debug", true),
            ("root$PWD/a.debug", true),
            ("a.debug", true),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let link = if link { "objcopy --add-gnu-debuglink=a.debug a;" } else { "" };
            shell(folder.path(), &format!("{build} {link} mv a.debug kept; mv kept {place}"));
            let path = folder.path().join("a");
            let (found, search) = find_below(&folder.path().join("root"), &open(&path).unwrap(), &path);
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
        let path = folder.path().join("a");
        let (found, search) = find_below(&folder.path().join("root"), &open(&path).unwrap(), &path);
        assert!(found.is_none());
        assert!(search.tried.iter().any(|tried| tried.contains("a.debug (of another build: ")), "{search:?}");
    }
}
