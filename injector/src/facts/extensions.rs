//! The tables of a patch about extended types, read and checked.

use crate::error::Result;
use crate::facts::patch_file::{Companion, ExtensionType};
use crate::facts::patch_layout::{Layout, broken};
use object::elf;
use polus_runtime::abi::{self, Plain};

/// What a record's fields are aligned to, bytes.
const ALIGNMENT: u64 = 16;

/// The types whose records the patch uses.
pub fn types(layout: &Layout, patch: &abi::Patch) -> Result<Vec<ExtensionType>> {
    places(layout, patch)?.into_iter().map(|place| extension_type(layout, place)).collect()
}

/// The records of named objects.
pub fn companions(layout: &Layout, patch: &abi::Patch) -> Result<Vec<Companion>> {
    let places = places(layout, patch)?;
    let table: Vec<abi::Companion> = layout.table(patch.companions, patch.companion_count, "companions")?;
    table.iter().map(|raw| companion(layout, &places, raw)).collect()
}

fn places(layout: &Layout, patch: &abi::Patch) -> Result<Vec<u64>> {
    let count = patch.extension_type_count;
    let table: Vec<abi::Pointer> = layout.table(patch.extension_types, count, "extended types")?;
    Ok(table.iter().map(|pointer| pointer.address).collect())
}

fn extension_type(layout: &Layout, place: u64) -> Result<ExtensionType> {
    let raw: abi::ExtensionType = layout.plain(place, "an extended type")?;
    let name = layout.string(raw.name, "an extended type's name")?;
    let starts = raw.start == 0 || layout.flags(raw.start) & elf::PF_X.0 != 0;
    if raw.object_size == 0 || raw.size > abi::EXTENSION_MOST || !starts {
        return Err(broken(format!(
            "extended type `{name}`: {} bytes of fields beside objects of {} bytes, started at {:#x}",
            raw.size, raw.object_size, raw.start
        )));
    }
    Ok(ExtensionType { name, object_size: raw.object_size, size: raw.size, start: raw.start, place })
}

fn companion(layout: &Layout, places: &[u64], raw: &abi::Companion) -> Result<Companion> {
    let number = places.iter().position(|place| *place == raw.r#type);
    let number = number.ok_or_else(|| {
        broken(format!("a companion's type at {:#x} is none of its extended types", raw.r#type))
    })?;
    let size = extension_type(layout, raw.r#type)?.size;
    let all = raw.stride.checked_mul(raw.count).filter(|_| raw.count > 0);
    let writable = layout.flags(raw.records) & elf::PF_W.0 != 0;
    let fits = (abi::Extension::SIZE as u64 + size) <= raw.stride
        && raw.stride.is_multiple_of(ALIGNMENT)
        && raw.records.is_multiple_of(ALIGNMENT)
        && all.is_some_and(|all| writable && layout.holds(raw.records, all));
    if !fits {
        return Err(broken(format!(
            "{} companions of {} bytes at {:#x} with {size} bytes of fields",
            raw.count, raw.stride, raw.records
        )));
    }
    let (object, count, records, stride) = (raw.object, raw.count, raw.records, raw.stride);
    Ok(Companion { object, count, records, stride, r#type: number })
}
