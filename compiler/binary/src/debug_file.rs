//! Finding the separate debug file of an executable, and checking that it belongs to it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use object::elf;

use crate::error::{Error, Problem};
use crate::identity::build_id;
use crate::image::Image;

/// Where distributions install debug files.
pub(crate) const DEBUG_ROOT: &str = "/usr/lib/debug";

/// Opens the debug file that the user named; refuses one of another build.
pub(crate) fn open_given(executable: &Image, path: &Path) -> Result<Arc<Image>, Error> {
    let debug = open(path)?;
    match difference(executable, &debug) {
        None => Ok(Arc::new(debug)),
        Some(difference) => {
            let executable = executable.name.clone();
            Err(Error::new(&debug.name, Problem::ForeignDebugFile { executable, difference }))
        }
    }
}

/// Looks in the standard places; a file there that does not fit is none of ours.
pub(crate) fn find_installed(executable: &Image, path: Option<&Path>) -> Option<Arc<Image>> {
    let by_id = build_id(executable).and_then(|id| place_of_id(&id));
    let mut places = by_id.into_iter().collect::<Vec<_>>();
    places.extend(debug_link_places(executable, path));
    let fitting = places.iter().filter_map(|place| open(place).ok());
    fitting.into_iter().find(|debug| difference(executable, debug).is_none()).map(Arc::new)
}

pub(crate) fn open(path: &Path) -> Result<Image, Error> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|error| Error::new(&name, Problem::Unreadable(Arc::new(error))))?;
    Image::new(&file, &name)
}

/// Opens a file that need not be linked.
pub(crate) fn open_object(path: &Path) -> Result<Image, Error> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|error| Error::new(&name, Problem::Unreadable(Arc::new(error))))?;
    Image::object(&file, &name)
}

/// Places as a message names them.
pub(crate) fn listed(places: &[PathBuf]) -> String {
    places.iter().map(|place| place.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// `/usr/lib/debug/.build-id/ab/cdef….debug`
pub(crate) fn place_of_id(id: &str) -> Option<PathBuf> {
    let (folder, rest) = id.split_at_checked(2)?;
    Some(Path::new(DEBUG_ROOT).join(".build-id").join(folder).join(format!("{rest}.debug")))
}

/// The places that gdb looks in for a `.gnu_debuglink`.
fn debug_link_places(executable: &Image, path: Option<&Path>) -> Vec<PathBuf> {
    let (Some((name, _)), Some(folder)) = (debug_link(executable), path.and_then(Path::parent)) else {
        return Vec::new();
    };
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
    let below_root = folder.strip_prefix("/").unwrap_or(&folder);
    let places = [folder.clone(), folder.join(".debug"), Path::new(DEBUG_ROOT).join(below_root)];
    places.iter().map(|place| place.join(&name)).collect()
}

/// Name and CRC-32 of the debug file, as `objcopy --add-gnu-debuglink` leaves them.
fn debug_link(executable: &Image) -> Option<(String, u32)> {
    let data = executable.bytes_of(executable.section(".gnu_debuglink")?);
    let len = data.iter().position(|&byte| byte == 0)?;
    let crc = data.get((len + 4) & !3..)?.first_chunk::<4>()?;
    let name = std::str::from_utf8(&data[..len]).ok().filter(|name| !name.contains('/'))?;
    Some((name.to_string(), u32::from_le_bytes(*crc)))
}

/// What shows that the two files are not of one build. `None`: they are.
fn difference(executable: &Image, debug: &Image) -> Option<String> {
    match (build_id(executable), build_id(debug)) {
        (Some(ours), Some(theirs)) if ours == theirs => None,
        (Some(ours), Some(theirs)) => {
            Some(format!("its build-id is {theirs}, that of the executable {ours}"))
        }
        _ => difference_of_content(executable, debug),
    }
}

/// Without build-ids: the code's bytes; of a debug file without code its checksum, else its section table.
fn difference_of_content(executable: &Image, debug: &Image) -> Option<String> {
    let text = |image: &Image| image.section(".text").cloned();
    let (Some(ours), Some(theirs)) = (text(executable), text(debug)) else {
        return Some("one of them has no .text section".to_string());
    };
    if theirs.kind != elf::SHT_NOBITS {
        let same = executable.bytes_of(&ours) == debug.bytes_of(&theirs) && ours.address == theirs.address;
        return (!same).then(|| "its .text section holds other code".to_string());
    }
    if let Some((_, crc)) = debug_link(executable) {
        let same = crc32fast::hash(debug.data()) == crc;
        return (!same).then(|| "its checksum is not the one in .gnu_debuglink".to_string());
    }
    let table = |image: &Image| -> Vec<(String, u64, u64)> {
        let loaded = image.sections.iter().filter(|section| section.is_loaded());
        loaded.map(|section| (section.name.clone(), section.address, section.size)).collect()
    };
    (table(executable) != table(debug)).then(|| "its sections lie elsewhere".to_string())
}
