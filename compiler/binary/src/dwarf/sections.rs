//! The DWARF sections of a file, decompressed; beside them those of dwz's supplementary file and of
//! the `.dwo` files or the `.dwp` file of `-gsplit-dwarf`.

use std::ops::Deref;
use std::sync::Arc;

use gimli::{Dwarf, DwarfPackageSections, DwarfSections, EndianSlice, LittleEndian};

use super::supplementary;
use crate::error::Error;
use crate::image::{Image, SectionBytes};

pub(crate) type Slice<'a> = EndianSlice<'a, LittleEndian>;

/// Where a debugging information entry stands: the section, and its offset there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct EntryAt(u64);

/// A section that holds entries: `.debug_info` or (DWARF 4) `.debug_types` of one of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Space(u32);

/// Offsets of 2^40 leave room for 2^24 sections.
const OFFSET_BITS: u32 = 40;

impl EntryAt {
    pub fn new(space: Space, offset: usize) -> EntryAt {
        EntryAt(u64::from(space.0) << OFFSET_BITS | offset as u64 & ((1 << OFFSET_BITS) - 1))
    }

    pub fn space(self) -> Space {
        Space((self.0 >> OFFSET_BITS) as u32)
    }

    pub fn offset(self) -> usize {
        (self.0 & ((1 << OFFSET_BITS) - 1)) as usize
    }
}

impl Space {
    /// `.debug_info` of the supplementary file.
    pub const SUPPLEMENTARY: Space = Space::info(1);
    /// The number of files that can be told apart.
    const MOST_FILES: usize = 1 << 22;

    pub const fn info(file: usize) -> Space {
        Space(2 * file as u32)
    }

    pub const fn types(file: usize) -> Space {
        Space(2 * file as u32 + 1)
    }

    /// The number of its file in [`Sections`].
    pub fn file(self) -> usize {
        self.0 as usize / 2
    }

    pub fn is_types(self) -> bool {
        self.0 % 2 == 1
    }
}

/// All sections, ready to be read.
pub(crate) struct Sections {
    pub image: Arc<Image>,
    /// The file itself, the supplementary file, then those of split units, with their names.
    files: Vec<(String, Source)>,
}

/// One unit of a `.dwp` file, or all of a file.
enum Source {
    Absent,
    Whole(Box<DwarfSections<Bytes>>),
    /// A `.dwo` file.
    Split(Box<DwarfSections<Bytes>>),
    Packed(Arc<Package>, Row),
}

/// A `.dwp` file.
pub(crate) struct Package {
    pub name: String,
    sections: DwarfPackageSections<Bytes>,
}

/// A line of a `.dwp` file's tables: a unit's, or a type unit's.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Row {
    Unit(u32),
    Type(u32),
}

impl Sections {
    pub fn load(image: &Arc<Image>) -> Result<Sections, Error> {
        let main = (image.name.clone(), Source::Whole(load(image)?.into()));
        let supplementary = match supplementary::find(image)? {
            Some(file) => (file.name.clone(), Source::Whole(load(&Arc::new(file))?.into())),
            None => (String::new(), Source::Absent),
        };
        Ok(Sections { image: image.clone(), files: vec![main, supplementary] })
    }

    /// How many files there are; absent ones count.
    pub fn files(&self) -> usize {
        self.files.len()
    }

    /// Adds the sections of a `.dwo` file; returns the file's number.
    pub fn add_split(&mut self, image: &Arc<Image>) -> Result<usize, Error> {
        self.add(&image.name, Source::Split(load_split(image)?.into()))
    }

    /// Adds a unit of a `.dwp` file; returns its number.
    pub fn add_packed(&mut self, package: &Arc<Package>, row: Row) -> Result<usize, Error> {
        self.add(&package.name, Source::Packed(package.clone(), row))
    }

    /// For messages.
    pub fn name(&self, file: usize) -> &str {
        &self.files[file].0
    }

    fn add(&mut self, name: &str, source: Source) -> Result<usize, Error> {
        if self.files.len() >= Space::MOST_FILES {
            return Err(Error::damaged(&self.image.name, "too many split units"));
        }
        self.files.push((name.to_string(), source));
        Ok(self.files.len() - 1)
    }

    /// A reader for one of the files; an empty one for a file that is absent.
    pub fn dwarf(&self, file: usize) -> Dwarf<Slice<'_>> {
        match &self.files[file].1 {
            Source::Absent => Dwarf::default(),
            Source::Whole(sections) => match &self.files[1].1 {
                Source::Whole(other) if file == 0 => sections.borrow_with_sup(Some(other), slice),
                _ => sections.borrow(slice),
            },
            Source::Split(sections) => {
                let mut dwarf = sections.borrow(slice);
                dwarf.make_dwo(&self.dwarf(0));
                dwarf
            }
            Source::Packed(package, row) => {
                package.dwarf(*row, &self.dwarf(0)).unwrap_or_else(|_| Dwarf::default())
            }
        }
    }
}

impl Package {
    pub fn load(image: &Arc<Image>) -> Result<Package, Error> {
        let sections = DwarfPackageSections::load(|id| match id.dwo_name() {
            Some(name) => load_section(image, name).map_err(LoadError),
            None => Ok(Bytes::Owned(Vec::new())),
        });
        let package = Package { name: image.name.clone(), sections: sections.map_err(|error| error.0)? };
        // Later readers may count on readable tables.
        package.borrow().map_err(|error| Error::damaged(&image.name, error))?;
        Ok(package)
    }

    fn borrow(&self) -> gimli::Result<gimli::DwarfPackage<Slice<'_>>> {
        self.sections.borrow(slice, EndianSlice::new(&[], LittleEndian))
    }

    /// The line of the unit with this id.
    pub fn find(&self, id: u64) -> Option<Row> {
        self.borrow().ok()?.cu_index.find(id).map(Row::Unit)
    }

    /// The lines of all type units.
    pub fn types(&self) -> Vec<Row> {
        let count = self.borrow().map_or(0, |package| package.tu_index.unit_count());
        (1..=count).map(Row::Type).collect()
    }

    fn dwarf<'a>(&'a self, row: Row, parent: &Dwarf<Slice<'a>>) -> gimli::Result<Dwarf<Slice<'a>>> {
        let package = self.borrow()?;
        match row {
            Row::Unit(row) => package.cu_sections(row, parent),
            Row::Type(row) => package.tu_sections(row, parent),
        }
    }
}

/// gimli wants an error that its own can be turned into.
struct LoadError(Error);

impl From<gimli::Error> for LoadError {
    fn from(error: gimli::Error) -> LoadError {
        LoadError(Error::damaged("", error))
    }
}

/// Bytes that lie in the mapped file, or that had to be decompressed.
enum Bytes {
    Mapped(Arc<Image>, std::ops::Range<usize>),
    Owned(Vec<u8>),
}

impl Bytes {
    fn new(image: &Arc<Image>, bytes: SectionBytes) -> Bytes {
        match bytes {
            SectionBytes::InFile(range) => Bytes::Mapped(image.clone(), range),
            SectionBytes::Owned(bytes) => Bytes::Owned(bytes),
        }
    }
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

fn slice(bytes: &Bytes) -> Slice<'_> {
    EndianSlice::new(bytes, LittleEndian)
}

fn load(image: &Arc<Image>) -> Result<DwarfSections<Bytes>, Error> {
    DwarfSections::load(|id| load_section(image, id.name()))
}

fn load_split(image: &Arc<Image>) -> Result<DwarfSections<Bytes>, Error> {
    DwarfSections::load(|id| match id.dwo_name() {
        Some(name) => image.decompressed_all(name).map(|bytes| Bytes::new(image, bytes)),
        None => Ok(Bytes::Owned(Vec::new())),
    })
}

fn load_section(image: &Arc<Image>, name: &str) -> Result<Bytes, Error> {
    image.decompressed(name).map(|bytes| Bytes::new(image, bytes))
}
