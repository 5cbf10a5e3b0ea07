//! MiniDebugInfo: the symbols of functions that Fedora leaves in stripped programs, an ELF file packed
//! by xz in `.gnu_debugdata`.

use std::io::Read;
use std::sync::Arc;

use lzma_rust2::XzReader;

use crate::error::Error;
use crate::image::Image;

pub(crate) const SECTION: &str = ".gnu_debugdata";

/// No symbol table is larger; a forged stream may claim to be.
const MOST: u64 = 1 << 28;

/// The file inside, if there is one.
pub(crate) fn read(image: &Image) -> Result<Option<Arc<Image>>, Error> {
    let Some(section) = image.section(SECTION) else { return Ok(None) };
    let damaged = |what: String| Error::damaged(&image.name, format!("section {SECTION}: {what}"));
    let mut bytes = Vec::new();
    let packed = image.bytes_of(section);
    let read = XzReader::new(packed, true).take(MOST + 1).read_to_end(&mut bytes);
    read.map_err(|error| damaged(error.to_string()))?;
    if bytes.len() as u64 > MOST {
        return Err(damaged("claims an impossible size".to_string()));
    }
    let name = format!("{} in {}", SECTION, image.name);
    Image::embedded(bytes, &name).map(|file| Some(Arc::new(file)))
}
