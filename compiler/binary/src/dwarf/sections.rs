//! The DWARF sections of a file, decompressed, with dwz's supplementary file beside them.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gimli::{Dwarf, DwarfSections, EndianSlice, LittleEndian};

use crate::debug_file;
use crate::error::{Error, Problem};
use crate::identity::build_id;
use crate::image::{Image, SectionBytes};

pub(crate) type Slice<'a> = EndianSlice<'a, LittleEndian>;

/// Where a debugging information entry stands: its offset in `.debug_info`, of the file itself or of
/// the supplementary one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct EntryAt(u64);

const SUPPLEMENTARY: u64 = 1 << 63;

impl EntryAt {
    pub fn new(supplementary: bool, offset: usize) -> EntryAt {
        EntryAt(offset as u64 | if supplementary { SUPPLEMENTARY } else { 0 })
    }

    pub fn is_supplementary(self) -> bool {
        self.0 & SUPPLEMENTARY != 0
    }

    pub fn offset(self) -> usize {
        (self.0 & !SUPPLEMENTARY) as usize
    }
}

/// All sections, ready to be read.
pub(crate) struct Sections {
    pub name: String,
    main: DwarfSections<Bytes>,
    supplementary: Option<DwarfSections<Bytes>>,
}

impl Sections {
    pub fn load(image: &Arc<Image>) -> Result<Sections, Error> {
        let main = load(image)?;
        let supplementary = match supplementary_file(image)? {
            Some(file) => Some(load(&Arc::new(file))?),
            None => None,
        };
        Ok(Sections { name: image.name.clone(), main, supplementary })
    }

    /// A reader for the file itself, or for its supplementary file.
    pub fn dwarf(&self, supplementary: bool) -> Dwarf<Slice<'_>> {
        let slice = |bytes| EndianSlice::new(Deref::deref(bytes), LittleEndian);
        match (&self.supplementary, supplementary) {
            (Some(other), true) => other.borrow(slice),
            (Some(other), false) => self.main.borrow_with_sup(Some(other), slice),
            (None, _) => self.main.borrow(slice),
        }
    }

    pub fn has_supplementary(&self) -> bool {
        self.supplementary.is_some()
    }
}

/// Bytes that lie in the mapped file, or that had to be decompressed.
enum Bytes {
    Mapped(Arc<Image>, std::ops::Range<usize>),
    Owned(Vec<u8>),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Bytes::Mapped(image, range) => &image.data()[range.clone()],
            Bytes::Owned(bytes) => bytes,
        }
    }
}

fn load(image: &Arc<Image>) -> Result<DwarfSections<Bytes>, Error> {
    DwarfSections::load(|id| {
        Ok(match image.decompressed(id.name())? {
            SectionBytes::InFile(range) => Bytes::Mapped(image.clone(), range),
            SectionBytes::Owned(bytes) => Bytes::Owned(bytes),
        })
    })
}

/// The file that `.gnu_debugaltlink` names (dwz moves what several debug files share there).
fn supplementary_file(image: &Image) -> Result<Option<Image>, Error> {
    let Some(link) = image.section(".gnu_debugaltlink") else { return Ok(None) };
    let data = image.bytes_of(link);
    let len = data.iter().position(|&byte| byte == 0);
    let len = len.ok_or_else(|| Error::damaged(&image.name, "section .gnu_debugaltlink"))?;
    let path = PathBuf::from(String::from_utf8_lossy(&data[..len]).into_owned());
    let id: String = data[len + 1..].iter().map(|byte| format!("{byte:02x}")).collect();
    for place in places(image, &path, &id) {
        if let Ok(file) = debug_file::open(&place)
            && build_id(&file).as_deref() == Some(&id)
        {
            return Ok(Some(file));
        }
    }
    let what = format!(
        "parts of it are in the supplementary file {} (build-id {id}), which is not installed",
        path.display()
    );
    Err(Error::new(&image.name, Problem::UnsupportedDebugInfo(what)))
}

fn places(image: &Image, path: &Path, id: &str) -> Vec<PathBuf> {
    let beside = Path::new(&image.name).parent().map(|folder| folder.join(path));
    let by_id = id.split_at_checked(2).map(|(folder, rest)| {
        PathBuf::from(format!("/{}/.build-id/{folder}/{rest}.debug", debug_file::DEBUG_ROOT))
    });
    beside.into_iter().chain(by_id).collect()
}
