//! All scanned units together: finding entries by offset, following origins.

use std::collections::HashMap;
use std::sync::OnceLock;

use gimli::DebugInfoOffset;
use rayon::prelude::*;

use super::scan::{Scan, scan};
use super::sections::{EntryAt, Sections, Slice, Space};
use super::split;
use super::units::{Unit, UnitId};
use crate::error::Error;

/// Every unit's scan, sorted by offset.
pub(crate) struct Entries {
    pub sections: Sections,
    pub scans: Vec<Scan>,
    /// Types of type units by signature.
    signatures: OnceLock<HashMap<u64, EntryAt>>,
    /// Per shared piece the compile units that include it, also by way of other pieces.
    importers: HashMap<usize, Vec<usize>>,
    /// The compile units with a source file of their own.
    units: Vec<usize>,
}

/// Chains of origins are two or three long; a longer one is a loop in a damaged file.
const LONGEST_CHAIN: usize = 16;

impl Entries {
    /// Scans all units, in parallel.
    pub fn read(mut sections: Sections) -> Result<Entries, Error> {
        let mut scans = scan_files(&sections, 0..sections.files(), 0, |_| None)?;
        if scans.iter().any(|scan| scan.half.is_some()) {
            let halves = scan_halves(&mut sections, &mut scans)?;
            scans.extend(halves);
        }
        let own = |scan: &Scan| !scan.partial && !scan.unit.artificial;
        let units = (0..scans.len()).filter(|&unit| own(&scans[unit])).collect();
        let (signatures, importers) = (OnceLock::new(), HashMap::new());
        let mut entries = Entries { sections, scans, signatures, importers, units };
        entries.importers = entries.find_importers();
        Ok(entries)
    }

    /// The unit that an entry is in.
    pub fn unit_of(&self, at: EntryAt) -> Option<usize> {
        let unit = self.scans.partition_point(|scan| scan.start <= at).checked_sub(1)?;
        let scan = &self.scans[unit];
        (scan.start.space() == at.space() && at.offset() < scan.end).then_some(unit)
    }

    /// The routine whose entry stands exactly there.
    pub fn routine_at(&self, at: EntryAt) -> Option<(usize, usize)> {
        let unit = self.unit_of(at)?;
        let found = self.scans[unit].routines.binary_search_by_key(&at, |routine| routine.at);
        found.ok().map(|routine| (unit, routine))
    }

    /// The innermost routine whose subtree holds an entry.
    pub fn routine_around(&self, at: EntryAt) -> Option<(usize, usize)> {
        let unit = self.unit_of(at)?;
        let routines = &self.scans[unit].routines;
        let before = routines.partition_point(|routine| routine.at <= at);
        let around = routines[..before].iter().rposition(|routine| at.offset() < routine.end)?;
        Some((unit, around))
    }

    /// A routine, its origin, the origin's origin ….
    pub fn chain(&self, routine: (usize, usize)) -> impl Iterator<Item = (usize, usize)> + '_ {
        let origin = |&(unit, at): &(usize, usize)| {
            self.scans[unit].routines[at].origin.and_then(|origin| self.routine_at(origin))
        };
        std::iter::successors(Some(routine), origin).take(LONGEST_CHAIN)
    }

    /// The unit that holds the definition of an external function.
    pub fn defining_unit(&self, name: &str) -> Option<UnitId> {
        let defines = |scan: &&Scan| {
            let mut routines = scan.routines.iter();
            routines.any(|r| r.external && !r.declaration && r.name.as_deref() == Some(name))
        };
        self.scans.iter().find(defines).map(|scan| scan.unit.id)
    }

    /// One of the units, if all that are of C and hold code tell functions and lines only.
    pub fn only_lines(&self) -> Option<&Unit> {
        let mut units = self.scans.iter().filter(|scan| scan.unit.lines_only || scan.described).peekable();
        let first = &units.peek()?.unit;
        units.all(|scan| scan.unit.lines_only).then_some(first)
    }

    /// The compile units that a shared piece may belong to: those that include it, or all, if none says so
    /// (dwz leaves out what only references lead to).
    pub fn importers(&self, piece: usize) -> &[usize] {
        self.importers.get(&piece).map_or(&self.units, Vec::as_slice)
    }

    /// Are there pieces that dwz shares between units?
    pub fn has_pieces(&self) -> bool {
        self.scans.iter().any(|scan| scan.partial && !scan.routines.is_empty())
    }

    fn find_importers(&self) -> HashMap<usize, Vec<usize>> {
        let mut importers: HashMap<usize, Vec<usize>> = HashMap::new();
        let units =
            self.scans.iter().enumerate().filter(|(_, scan)| !scan.partial && !scan.imports.is_empty());
        for (unit, scan) in units {
            let mut left: Vec<EntryAt> = scan.imports.clone();
            while let Some(piece) = left.pop().and_then(|at| self.unit_of(at)) {
                let known = importers.entry(piece).or_default();
                if known.last() != Some(&unit) {
                    known.push(unit);
                    left.extend(&self.scans[piece].imports);
                }
            }
        }
        importers
    }

    /// The type that a type unit describes.
    pub fn signed(&self, signature: u64) -> Option<EntryAt> {
        let collect = || self.scans.iter().rev().filter_map(|scan| scan.signature).collect();
        self.signatures.get_or_init(collect).get(&signature).copied()
    }

    /// A variable noted in a scan, by its entry.
    pub fn variable_at(&self, at: EntryAt) -> Option<(usize, usize)> {
        let unit = self.unit_of(at)?;
        let found = self.scans[unit].variables.binary_search_by_key(&at, |variable| variable.at);
        found.ok().map(|variable| (unit, variable))
    }
}

/// The units of some files with the readers that they are read by.
struct Readers<'s> {
    dwarfs: Vec<(usize, gimli::Dwarf<Slice<'s>>)>,
}

impl<'s> Readers<'s> {
    fn new(sections: &'s Sections, files: std::ops::Range<usize>) -> Readers<'s> {
        Readers { dwarfs: files.map(|file| (file, sections.dwarf(file))).collect() }
    }

    /// All unit headers, in the order of [`EntryAt`].
    fn headers(&self, sections: &Sections) -> Result<Vec<Header<'s, '_>>, Error> {
        let mut headers = Vec::new();
        for (file, dwarf) in &self.dwarfs {
            let damaged = |section: &str, error| {
                Error::damaged(sections.name(*file), format!("section {section}: {error}"))
            };
            let mut units = dwarf.units();
            while let Some(header) = units.next().map_err(|error| damaged(".debug_info", error))? {
                headers.push(Header { space: Space::info(*file), dwarf, header });
            }
            let mut units = dwarf.type_units();
            while let Some(header) = units.next().map_err(|error| damaged(".debug_types", error))? {
                headers.push(Header { space: Space::types(*file), dwarf, header });
            }
        }
        Ok(headers)
    }
}

struct Header<'s, 'r> {
    space: Space,
    dwarf: &'r gimli::Dwarf<Slice<'s>>,
    header: gimli::UnitHeader<Slice<'s>>,
}

/// Scans the units of some files, which get the numbers from `first` on. `skeleton`: the other half of
/// the units of a file.
fn scan_files<'s>(
    sections: &'s Sections,
    files: std::ops::Range<usize>,
    first: usize,
    skeleton: impl Fn(usize) -> Option<gimli::Unit<Slice<'s>>> + Sync,
) -> Result<Vec<Scan>, Error> {
    let readers = Readers::new(sections, files);
    let numbered = readers.headers(sections)?.into_par_iter().enumerate();
    let scans = numbered.map(|(at, Header { space, dwarf, header })| {
        let skeleton = skeleton(space.file());
        scan(UnitId((first + at) as u32), space, dwarf, header, skeleton.as_ref()).map_err(|error| {
            let what = format!("unit {} of its debug information: {error}", at + 1);
            Error::damaged(sections.name(space.file()), what)
        })
    });
    scans.collect()
}

/// Reads the other halves of the skeleton units, which hold nothing by themselves from then on.
fn scan_halves(sections: &mut Sections, scans: &mut [Scan]) -> Result<Vec<Scan>, Error> {
    let first = sections.files();
    let owners = split::load(sections, scans)?;
    let sections = &*sections;
    let main = sections.dwarf(0);
    let skeleton = |file: usize| {
        let header = main.debug_info.header_from_offset(DebugInfoOffset(scans[owners[file - first]?].header));
        main.unit(header.ok()?).ok()
    };
    let mut halves = scan_files(sections, first..sections.files(), scans.len(), skeleton)?;
    let mut found = vec![false; owners.len()];
    for half in halves.iter_mut().filter(|half| !half.partial) {
        let at = half.start.space().file() - first;
        // A .dwo file of several units is read once for each of them.
        match owners[at].is_some_and(|owner| scans[owner].dwo_id == half.dwo_id) {
            true => found[at] = true,
            false => half.discard(),
        }
    }
    let missing = owners.iter().zip(found).find_map(|(owner, found)| owner.filter(|_| !found));
    if let Some(skeleton) = missing {
        return Err(split::foreign(&sections.image, &scans[skeleton]));
    }
    scans.iter_mut().filter(|scan| scan.half.is_some()).for_each(Scan::discard);
    Ok(halves)
}
