//! What tells one build from another: the build-id, or a digest of the code.

use sha2::{Digest, Sha256};

use crate::image::Image;

const NT_GNU_BUILD_ID: u32 = 3;

/// The linker's build-id in lower-case hex.
pub(crate) fn build_id(image: &Image) -> Option<String> {
    let notes = image.sections.iter().filter(|section| section.kind == object::elf::SHT_NOTE);
    notes.filter_map(|section| find_build_id(image.bytes_of(section))).next().map(hex)
}

/// SHA-256 of `.text` in lower-case hex; of all executable segments where the section table is gone.
pub(crate) fn text_digest(image: &Image) -> String {
    let mut digest = Sha256::new();
    match image.section(".text") {
        Some(text) => digest.update(image.bytes_of(text)),
        None => {
            let code = image.segments.iter().filter(|segment| segment.executable);
            code.for_each(|segment| digest.update(&image.data()[segment.bytes.clone()]));
        }
    }
    hex(&digest.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Notes are (name size, content size, type, name, content), each padded to 4 bytes.
fn find_build_id(mut notes: &[u8]) -> Option<&[u8]> {
    loop {
        let word = |at: usize| notes.get(at..at + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        let (name_size, size, kind) = (word(0)? as usize, word(4)? as usize, word(8)?);
        let content = 12usize.checked_add(name_size)?.checked_next_multiple_of(4)?;
        let end = content.checked_add(size)?;
        if kind == NT_GNU_BUILD_ID && notes.get(12..12 + name_size)? == b"GNU\0" {
            return notes.get(content..end).filter(|id| !id.is_empty());
        }
        notes = notes.get(end.checked_next_multiple_of(4)?..)?;
    }
}
