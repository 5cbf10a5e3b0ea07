//! `-gsplit-dwarf`: finding the `.dwo` files, or the `.dwp` file, that hold the other halves of units.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::scan::Scan;
use super::sections::{Package, Sections};
use crate::debug_file;
use crate::error::{Error, Problem};
use crate::image::Image;

/// What a skeleton unit says of its other half.
pub(crate) struct Half {
    /// DW_AT_dwo_name, relative to the unit's compilation folder.
    pub name: String,
    pub id: Option<u64>,
}

/// Adds the other halves of all skeleton units to the sections; gives for each added file the unit whose
/// half it is (type units of a `.dwp` file are nobody's).
pub(super) fn load(sections: &mut Sections, scans: &[Scan]) -> Result<Vec<Option<usize>>, Error> {
    let mut owners = Vec::new();
    let image = sections.image.clone();
    let package = open_package(&image)?;
    for (unit, scan) in scans.iter().enumerate() {
        let Some(half) = &scan.half else { continue };
        let row = half.id.and_then(|id| package.as_ref()?.find(id));
        match (row, &package) {
            (Some(row), Some(package)) => sections.add_packed(package, row)?,
            _ => sections.add_split(&Arc::new(open_half(&image, scan, half, package.as_deref())?))?,
        };
        owners.push(Some(unit));
    }
    if let Some(package) = &package {
        for row in package.types() {
            sections.add_packed(package, row)?;
            owners.push(None);
        }
    }
    Ok(owners)
}

/// `NAME.dwp` beside the executable.
fn open_package(image: &Image) -> Result<Option<Arc<Package>>, Error> {
    let place = package_place(image);
    if !place.is_file() {
        return Ok(None);
    }
    Package::load(&Arc::new(debug_file::open_object(&place)?)).map(|package| Some(Arc::new(package)))
}

fn package_place(image: &Image) -> PathBuf {
    let name = image.name.strip_suffix(".debug").unwrap_or(&image.name);
    PathBuf::from(format!("{name}.dwp"))
}

fn open_half(image: &Image, scan: &Scan, half: &Half, package: Option<&Package>) -> Result<Image, Error> {
    let places = places(image, scan, half);
    let found = places.iter().find(|place| place.is_file());
    match found {
        Some(place) => debug_file::open_object(place),
        None => Err(missing(image, half, &places, package)),
    }
}

/// Where the compiler wrote it; if the build moved, beside the executable.
fn places(image: &Image, scan: &Scan, half: &Half) -> Vec<PathBuf> {
    let stated = Path::new(&scan.unit.comp_dir).join(&half.name);
    let image = std::path::absolute(&image.name).unwrap_or_else(|_| PathBuf::from(&image.name));
    let folder = image.parent().unwrap_or(Path::new("")).to_path_buf();
    let relative = (!half.name.starts_with('/')).then(|| folder.join(&half.name));
    let beside = Path::new(&half.name).file_name().map(|name| folder.join(name));
    let mut places = vec![stated];
    for place in relative.into_iter().chain(beside) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

fn missing(image: &Image, half: &Half, places: &[PathBuf], package: Option<&Package>) -> Error {
    let packed = match package {
        Some(package) => format!("; {} does not hold it either", package.name),
        None => String::new(),
    };
    let what = format!(
        "half of it stands in the file {} (-gsplit-dwarf), which is not at {}{packed}: keep the .dwo files of the \
         build, or pack them (dwp -e {} -o {}), or build with -gno-split-dwarf",
        half.name,
        debug_file::listed(places),
        image.name,
        package_place(image).display()
    );
    Error::new(&image.name, Problem::UnsupportedDebugInfo(what))
}

/// A `.dwo` file without the unit that it is read for is of another build.
pub(super) fn foreign(image: &Image, scan: &Scan) -> Error {
    let id = scan.dwo_id.map_or("none".to_string(), |id| format!("{id:#018x}"));
    let what = format!(
        "the .dwo file {} of a unit compiled in {} is of another build: it holds no unit with the id {id}; restore the file of \
         this build, or build both again",
        scan.half.as_ref().map_or("", |half| &half.name),
        scan.unit.comp_dir,
    );
    Error::new(&image.name, Problem::UnsupportedDebugInfo(what))
}
