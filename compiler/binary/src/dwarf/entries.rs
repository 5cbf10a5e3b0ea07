//! All scanned units together: finding entries by offset, following origins.

use rayon::prelude::*;

use super::scan::{Scan, scan};
use super::sections::{EntryAt, Sections};
use super::toolchain;
use super::units::UnitId;
use crate::error::{Error, Problem};

/// Every unit's scan, sorted by offset.
pub(crate) struct Entries {
    pub sections: Sections,
    pub scans: Vec<Scan>,
    /// See [`toolchain::originals`].
    originals: Vec<usize>,
}

/// Chains of origins are two or three long; a longer one is a loop in a damaged file.
const LONGEST_CHAIN: usize = 16;

impl Entries {
    /// Scans all units, in parallel.
    pub fn read(sections: Sections) -> Result<Entries, Error> {
        let mut scans = scan_file(&sections, false, 0)?;
        if sections.has_supplementary() {
            let others = scan_file(&sections, true, scans.len())?;
            scans.extend(others);
        }
        let originals = toolchain::originals(&scans);
        Ok(Entries { sections, scans, originals })
    }

    /// The unit that a unit repeats, or itself.
    pub fn original(&self, unit: usize) -> usize {
        self.originals[unit]
    }

    /// The unit that an entry is in.
    pub fn unit_of(&self, at: EntryAt) -> Option<usize> {
        let unit = self.scans.partition_point(|scan| scan.start <= at).checked_sub(1)?;
        let scan = &self.scans[unit];
        (scan.start.is_supplementary() == at.is_supplementary() && at.offset() < scan.end).then_some(unit)
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
        let at = self.scans.iter().position(|scan| defines(&scan))?;
        Some(self.scans[self.original(at)].unit.id)
    }

    /// A variable noted in a scan, by its entry.
    pub fn variable_at(&self, at: EntryAt) -> Option<(usize, usize)> {
        let unit = self.unit_of(at)?;
        let found = self.scans[unit].variables.binary_search_by_key(&at, |variable| variable.at);
        found.ok().map(|variable| (unit, variable))
    }
}

fn scan_file(sections: &Sections, supplementary: bool, first: usize) -> Result<Vec<Scan>, Error> {
    let damaged =
        |error: gimli::Error, what: &str| Error::damaged(&sections.name, format!("{what}: {error}"));
    let dwarf = sections.dwarf(supplementary);
    let mut headers = Vec::new();
    let mut units = dwarf.units();
    while let Some(header) = units.next().map_err(|error| damaged(error, "section .debug_info"))? {
        headers.push(header);
    }
    let numbered = headers.into_par_iter().enumerate();
    let scans = numbered.map(|(at, header)| {
        scan(UnitId((first + at) as u32), supplementary, &dwarf, header)
            .map_err(|error| damaged(error, &format!("unit {} of .debug_info", at + 1)))
    });
    let scans: Vec<Scan> = scans.collect::<Result<_, _>>()?;
    if scans.iter().any(|scan| scan.split) {
        let what = "it stands in .dwo files (-gsplit-dwarf); build with -gno-split-dwarf".to_string();
        return Err(Error::new(&sections.name, Problem::UnsupportedDebugInfo(what)));
    }
    Ok(scans)
}
