//! Whether a debug file or an unstripped twin belongs to an executable, and how the two differ.

use std::sync::Arc;

use object::elf;

use crate::debug_file::debug_link;
use crate::identity::build_id;
use crate::image::{Image, Section};
use crate::symbols::Symbols;

const BUILD_ID: &str = ".note.gnu.build-id";

/// What shows that the two files are not of one build. `None`: they are, or are as good as that: a
/// program built again elsewhere may have another build-id and be the same all the same.
pub(crate) fn difference(executable: &Image, debug: &Arc<Image>) -> Option<String> {
    let ids = (build_id(executable), build_id(debug));
    if let (Some(ours), Some(theirs)) = &ids
        && ours == theirs
    {
        return None;
    }
    if debug.sections.iter().any(|section| section.is_code() && section.kind != elf::SHT_NOBITS) {
        return code(executable, debug)
            .or_else(|| layout(executable, debug))
            .or_else(|| data(executable, debug));
    }
    match ids {
        (Some(ours), Some(theirs)) => {
            Some(format!("its build-id is {theirs}, that of the executable {ours}"))
        }
        _ => checksum(executable, debug),
    }
}

/// Of a file without code the checksum, else the section table.
fn checksum(executable: &Image, debug: &Image) -> Option<String> {
    let Some((_, crc)) = debug_link(executable) else { return layout(executable, debug) };
    let same = crc32fast::hash(debug.data()) == crc;
    (!same).then(|| "its checksum is not the one in .gnu_debuglink".to_string())
}

/// Every executable section, byte by byte.
fn code(executable: &Image, debug: &Arc<Image>) -> Option<String> {
    let mut sections: Vec<_> = executable.sections.iter().filter(|section| section.is_code()).collect();
    // The program's own code tells most.
    sections.sort_by_key(|section| section.name != ".text");
    sections.into_iter().find_map(|section| code_of(executable, section, debug))
}

fn code_of(executable: &Image, section: &Section, debug: &Arc<Image>) -> Option<String> {
    let name = &section.name;
    let Some(other) = debug.section(name).filter(|other| other.kind != elf::SHT_NOBITS) else {
        return Some(format!("it has no section {name}"));
    };
    let (ours, theirs) = (executable.bytes_of(section), debug.bytes_of(other));
    if ours == theirs {
        let (here, there) = (section.address, other.address);
        return (here != there)
            .then(|| format!("its section {name} lies at {there:#x}, that of the executable at {here:#x}"));
    }
    let same = ours.iter().zip(theirs).take_while(|(ours, theirs)| ours == theirs).count();
    let place = other.address + same as u64;
    let function = function_at(debug, place).map(|name| format!(", in `{name}`")).unwrap_or_default();
    Some(format!("its section {name} holds other code, from {place:#x} on{function}"))
}

fn function_at(debug: &Arc<Image>, svma: u64) -> Option<String> {
    let symbols = Symbols::read(debug.clone(), debug).ok()?;
    symbols.function_at(svma).map(|symbol| symbol.name.to_string())
}

/// Which sections are loaded, and where.
fn layout(executable: &Image, debug: &Image) -> Option<String> {
    let loaded = |image: &'_ Image| -> Vec<Section> {
        let sections =
            image.sections.iter().filter(|section| section.is_loaded() && section.name != BUILD_ID);
        sections.cloned().collect()
    };
    let (ours, theirs) = (loaded(executable), loaded(debug));
    let place = |section: &Section| (section.name.clone(), section.address, section.size);
    for section in &ours {
        if !theirs.iter().any(|other| place(other) == place(section)) {
            return Some(format!(
                "it has no section {} of {} bytes at {:#x}, as the executable has",
                section.name, section.size, section.address
            ));
        }
    }
    (ours.len() != theirs.len()).then(|| "it has more sections than the executable".to_string())
}

/// Initial values and relocations. Constants may differ: they hold times and paths of the build.
fn data(executable: &Image, debug: &Image) -> Option<String> {
    let matters = |section: &&Section| {
        section.is_loaded()
            && (section.flags.contains(elf::SHF_WRITE) || section.kind == elf::SHT_RELA)
            && section.kind != elf::SHT_NOBITS
    };
    let other = |section: &Section| debug.section(&section.name).map(|other| debug.bytes_of(other));
    let mut all = executable.sections.iter().filter(matters);
    let differs = all.find(|section| other(section) != Some(executable.bytes_of(section)))?;
    Some(format!("its section {} holds other values", differs.name))
}
