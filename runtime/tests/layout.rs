//! The Rust mirrors have the sizes and offsets that the C compiler gives the headers.

use polus_runtime::abi::{self, Layout, door};
use std::{fs, path::Path, process::Command};

/// `_Static_assert`s for one struct; padding at the end is `reserved` in Rust only.
fn assertions(layout: &Layout) -> String {
    let size = format!("struct {}", layout.name);
    let mut text = match layout.name {
        "polus_registry" => {
            format!("_Static_assert(offsetof({size}, active) == {}, \"size\");\n", layout.size)
        }
        _ => format!("_Static_assert(sizeof({size}) == {}, \"size\");\n", layout.size),
    };
    let padding = ["polus_layout", "polus_patch"].contains(&layout.name);
    for (field, offset, bytes) in &layout.fields {
        let field = field.trim_start_matches("r#");
        if padding && field == "reserved" {
            continue;
        }
        text += &format!(
            "_Static_assert(offsetof({size}, {field}) == {offset} && sizeof((({size} *)0)->{field}) == {bytes}, \"{field}\");\n"
        );
    }
    text
}

#[test]
fn mirrors_equal_the_headers() {
    let folder = tempfile_folder();
    let source = folder.join("layout.c");
    let headers = ["stddef.h", "polus/patch.h", "polus/registry.h", "polus/doors.h", "polus/extend.h"];
    let mut text: String = headers.iter().map(|header| format!("#include <{header}>\n")).collect();
    for layout in abi::layouts() {
        let covered: usize = layout.fields.iter().map(|field| field.2).sum();
        assert_eq!(covered, layout.size, "{} has a gap", layout.name);
        text += &assertions(&layout);
    }
    text += &format!("_Static_assert(POLUS_ABI == {}, \"patch ABI\");\n", abi::PATCH_ABI);
    text += &format!("_Static_assert(POLUS_REGISTRY_ABI == {}, \"registry ABI\");\n", abi::REGISTRY_ABI);
    text += &format!("_Static_assert(POLUS_EXTENSION_MOST == {}, \"fields\");\n", abi::EXTENSION_MOST);
    text += &format!("_Static_assert(POLUS_ACTIVE_MAX == {}, \"slots\");\n", abi::ACTIVE_MAX);
    text += &door_numbers();
    fs::write(&source, text).expect("the test's folder is writable");
    let include = Path::new(env!("CARGO_MANIFEST_DIR")).join("include");
    let output = Command::new("gcc").args(["-fsyntax-only", "-I"]).arg(include).arg(&source).output();
    let output = output.expect("gcc is needed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn door_numbers() -> String {
    let numbers = [
        ("COUNT", door::COUNT as u64),
        ("SIZE", door::SIZE),
        ("MARKS", door::MARKS),
        ("CALLS", door::CALLS),
        ("FREE", door::FREE.into()),
        ("PLANTED", door::PLANTED.into()),
        ("LEFT", door::LEFT.into()),
        ("LOST", door::LOST.into()),
        ("BACK", std::mem::offset_of!(abi::Door, back) as u64),
        ("STATE", std::mem::offset_of!(abi::Door, state) as u64),
    ];
    let number =
        |(name, value): (&str, u64)| format!("_Static_assert(POLUS_DOOR_{name} == {value}, \"{name}\");\n");
    numbers.into_iter().map(number).collect()
}

fn tempfile_folder() -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("layout");
    fs::create_dir_all(&folder).expect("cargo's folder for tests is writable");
    folder
}

#[test]
fn the_library_is_an_elf_file() {
    assert!(polus_runtime::LIBRARY.starts_with(b"\x7fELF"));
}
