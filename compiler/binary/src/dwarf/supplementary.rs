//! dwz's supplementary file: what several debug files share, named by `.gnu_debugaltlink` or, in
//! DWARF 5, by `.debug_sup`.

use std::path::{Path, PathBuf};

use crate::debug_file;
use crate::error::{Error, Problem};
use crate::identity::build_id;
use crate::image::Image;

/// The file and its identity, as a debug file names them.
struct Link {
    path: PathBuf,
    /// In lower-case hex.
    id: String,
}

/// Opens the supplementary file, if the debug file has one.
pub(super) fn find(image: &Image) -> Result<Option<Image>, Error> {
    let Some(link) = link(image)? else { return Ok(None) };
    let places = places(image, &link);
    // dwz writes it as an object file.
    let open = |place: &PathBuf| debug_file::open_object(place).ok();
    if let Some(file) = places.iter().filter_map(open).find(|file| identity(file).as_ref() == Some(&link.id))
    {
        return Ok(Some(file));
    }
    let what = format!(
        "parts of it are in the supplementary file {} (made by dwz -m, build-id {}), which is in none of {}: \
         install it there, or give an unstripped twin with --debug-file",
        link.path.display(),
        link.id,
        debug_file::listed(&places)
    );
    Err(Error::new(&image.name, Problem::UnsupportedDebugInfo(what)))
}

fn link(image: &Image) -> Result<Option<Link>, Error> {
    let broken = |name: &str| Error::damaged(&image.name, format!("section {name}"));
    if let Some(section) = image.section(".gnu_debugaltlink") {
        let data = image.bytes_of(section);
        let (path, id) = split_name(data).ok_or_else(|| broken(".gnu_debugaltlink"))?;
        return Ok(Some(Link { path: path.into(), id: hex(id) }));
    }
    let Some(section) = image.section(".debug_sup") else { return Ok(None) };
    let (is_supplementary, path, id) = sup(image.bytes_of(section)).ok_or_else(|| broken(".debug_sup"))?;
    Ok((!is_supplementary).then(|| Link { path: path.into(), id: hex(id) }))
}

/// What the file calls itself: the id in `.debug_sup`, else its build-id.
fn identity(file: &Image) -> Option<String> {
    let own = file.section(".debug_sup").and_then(|section| sup(file.bytes_of(section)));
    own.map(|(_, _, id)| hex(id)).or_else(|| build_id(file))
}

/// `.debug_sup` (DWARF 5, 7.3.6): version, whether this is the supplementary file, its name, a ULEB128
/// count, so many bytes of identity.
fn sup(data: &[u8]) -> Option<(bool, String, &[u8])> {
    let (is_supplementary, rest) = data.get(2..)?.split_first()?;
    let (name, rest) = split_name(rest)?;
    // An identity is short: one byte tells its length.
    let (&len, rest) = rest.split_first()?;
    let id = rest.get(..usize::from(len)).filter(|_| len < 0x80)?;
    Some((*is_supplementary != 0, name, id))
}

fn split_name(data: &[u8]) -> Option<(String, &[u8])> {
    let len = data.iter().position(|&byte| byte == 0)?;
    Some((String::from_utf8_lossy(&data[..len]).into_owned(), &data[len + 1..]))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Beside the debug file, then where distributions install such files.
fn places(image: &Image, link: &Link) -> Vec<PathBuf> {
    let beside = Path::new(&image.name).parent().map(|folder| folder.join(&link.path));
    let shared =
        link.path.file_name().map(|name| Path::new("/").join(debug_file::DEBUG_ROOT).join(".dwz").join(name));
    let by_id = debug_file::place_of_id(&link.id);
    let mut places: Vec<_> = beside.into_iter().chain(shared).chain(by_id).collect();
    places.dedup();
    places
}
