//! Patch files that are none: every answer is a sentence, never a panic.

use polus::error::Cause;
use polus::facts::patch_file::{self, PatchFile};
use polus_runtime::abi::{self, Plain};
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

fn good() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let output = build(&root, &root.join("testdata/live/migrated/patch.c"), &["-shared"], "good.so");
        std::fs::read(output).expect("gcc wrote it")
    })
}

fn build(root: &Path, source: &Path, flags: &[&str], name: &str) -> PathBuf {
    let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut gcc = Command::new("gcc");
    gcc.args(["-O2", "-fPIC", "-I"])
        .arg(root.join("runtime/include"))
        .args(flags)
        .arg(source)
        .arg("-o")
        .arg(&output);
    let done = gcc.output().expect("gcc is needed");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    output
}

fn parse(bytes: Vec<u8>) -> polus::error::Result<PatchFile> {
    patch_file::parse("test.so".to_string(), bytes)
}

fn refusal(bytes: Vec<u8>) -> String {
    let fault = parse(bytes).expect_err("it is no patch");
    assert_eq!(fault.cause, Cause::Refused);
    fault.what
}

#[test]
fn a_good_patch_is_read() {
    let patch = parse(good().to_vec()).expect("a patch");
    let tables = &patch.tables;
    assert_eq!((tables.from_version, tables.to_version), (0, 1));
    let names: Vec<&str> = tables.functions.iter().map(|function| function.version_name.as_str()).collect();
    assert_eq!(names, ["rate_v2", "show_v2"]);
    let names: Vec<&str> = tables.variables.iter().map(|variable| variable.name.as_str()).collect();
    assert_eq!(names, ["limits", "scale"]);
    let uses: Vec<_> = tables.uses.iter().map(|found| (found.function, found.variable, found.end)).collect();
    assert_eq!(uses, [(0, 0, None), (1, 0, None)]);
    assert!(patch.needed.contains(&"libc.so.6".to_string()));
    assert!(patch.undefined.iter().any(|(name, weak)| name == "hits" && *weak));
}

#[test]
fn garbage_is_refused() {
    assert!(refusal(Vec::new()).starts_with("is no patch"));
    assert!(refusal(b"#!/bin/sh\necho hello\n".to_vec()).starts_with("is no patch"));
    assert!(refusal(vec![0xff; 4096]).starts_with("is no patch"));
}

#[test]
fn another_kind_of_file_is_refused() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let source = root.join("testdata/live/migrated/patch.c");
    let object = std::fs::read(build(&root, &source, &["-c"], "object.o")).expect("gcc wrote it");
    assert!(refusal(object).contains("object file"));
    assert!(refusal(polus_runtime::LIBRARY.to_vec()).contains("exports no symbol `polus_patch`"));
    let mut other = good().to_vec();
    other[18] = 183;
    assert!(refusal(other).contains("not made for x86-64"));
}

#[test]
fn another_abi_is_refused() {
    let mut bytes = good().to_vec();
    let root = parse(bytes.clone()).expect("a patch");
    let mark = [abi::PATCH_ABI.to_le_bytes(), (abi::Patch::SIZE as u32).to_le_bytes()].concat();
    let at = bytes.windows(8).position(|window| window == mark).expect("abi and size of polus_patch");
    bytes[at] = 9;
    assert!(refusal(bytes).contains("patch ABI 9"), "{}", root.name);
}

#[test]
fn a_cut_off_patch_is_refused() {
    let loaded = good().len() / 2;
    for length in (0..loaded).step_by(97) {
        refusal(good()[..length].to_vec());
    }
}

/// A patch that extends a type, after `change` of its text.
fn extending(name: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let patch = root.join("testdata/live/extension-records/patch.c");
    let text = std::fs::read_to_string(patch).expect("the case is there");
    let changed = change(text.clone());
    assert!(changed != text || name == "extending", "{name} changes nothing");
    let source = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.c"));
    std::fs::write(&source, changed).expect("the folder is there");
    std::fs::read(build(&root, &source, &["-shared"], &format!("{name}.so"))).expect("gcc wrote it")
}

#[test]
fn extended_types_are_read_and_told() {
    let tables = parse(extending("extending", |text| text)).expect("a patch").tables;
    let rows = tables.extension_types.iter();
    let rows: Vec<_> = rows.map(|found| (found.name.as_str(), found.object_size, found.size)).collect();
    assert_eq!(rows, [("struct item", 16, 8)]);
    let rows: Vec<_> =
        tables.companions.iter().map(|found| (found.object, found.count, found.r#type)).collect();
    assert_eq!(rows, [(0, 1, 0)]);
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("extending.so");
    let told = Command::new(env!("CARGO_BIN_EXE_polus")).arg("dump").arg(file).output().expect("polus runs");
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let wanted = "  extends struct item by 8 bytes beside objects of 16 bytes, 1 of them named, started by \
                  hand-written code";
    assert!(told.lines().any(|line| line == wanted), "{told}");
    assert!(!told.contains("polus_extension_find"), "{told}");
}

#[test]
fn impossible_extended_types_are_refused() {
    let rows = [
        ("sizeof(struct item),\n", "0,\n", "extended type `struct item`"),
        ("sizeof(struct fields), start", "33u << 20, start", "extended type `struct item`"),
        ("sizeof(struct fields), start", "8, (void *)\"no code\"", "extended type `struct item`"),
        ("types[] = { &item_type }", "types[] = { 0 }", "an extended type"),
        (".extension_type_count = 1", ".extension_type_count = 0", "a companion's type"),
        ("{ &named, 1,", "{ &named, 1000000,", "1000000 companions"),
        ("{ &named, 1,", "{ &named, 0,", "0 companions"),
        ("&named_record, sizeof named_record", "&named_record, 32", "1 companions of 32 bytes"),
        ("&named_record, sizeof named_record", "&named_record, 56", "1 companions of 56 bytes"),
        ("&named_record, sizeof named_record", "(void *)touch_v2, 48", "1 companions of 48 bytes"),
        (".companion_count = 1", ".companion_count = 1000000", "the table of 1000000 companions"),
    ];
    for (index, (was, is, wanted)) in rows.into_iter().enumerate() {
        let told = refusal(extending(&format!("extending{index}"), |text| text.replace(was, is)));
        assert!(told.contains(wanted), "{is}: {told}");
    }
}

/// A patch that polusc wrote, with its callbacks, after `change` of its text.
fn with_callbacks(name: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let golden = root.join("testdata/construct/callbacks-moments/patch.c");
    let text = change(std::fs::read_to_string(golden).expect("the golden is there"));
    let source = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.c"));
    std::fs::write(&source, text).expect("the folder is there");
    let output = build(&root, &source, &["-shared", "-include", "polus/patch.h"], &format!("{name}.so"));
    std::fs::read(output).expect("gcc wrote it")
}

#[test]
fn callbacks_are_read_and_told() {
    let patch = parse(with_callbacks("callbacks", |text| text)).expect("a patch");
    let rows = patch.tables.callbacks.iter();
    let rows: Vec<(u32, u32)> = rows.map(|callback| (callback.kind, callback.subject)).collect();
    assert_eq!(rows, [(1, 0), (2, 0), (3, 0), (4, 0), (5, 0)]);
    assert!(patch.layout.holds(patch.tables.veto, 256));
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("callbacks.so");
    let told = Command::new(env!("CARGO_BIN_EXE_polus")).arg("dump").arg(file).output().expect("polus runs");
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let lines: Vec<&str> = told.lines().filter(|line| line.starts_with("  calls ")).collect();
    let wanted = [
        "  calls polus__pre_update before the update, and may forbid it",
        "  calls polus_thread_left_may_enter each time a thread has left the old may_enter",
        "  calls polus_function_left_may_enter when all threads have left the old may_enter",
        "  calls polus_data_unused_limits when no active old function uses old.c:limits",
        "  calls polus_post_update after the update",
    ];
    assert_eq!(lines, wanted);
}

#[test]
fn impossible_callbacks_are_refused() {
    let rows = [
        ("POLUS_THREAD_LEFT, 0", "POLUS_THREAD_LEFT, 2"),
        ("POLUS_DATA_UNUSED, 0", "POLUS_DATA_UNUSED, 1"),
        ("POLUS_POST_UPDATE, 0", "6, 0"),
        ("{ polus_post_update, POLUS_POST_UPDATE", "{ 0, POLUS_POST_UPDATE"),
        ("{ polus_post_update, POLUS_POST_UPDATE", "{ (void (*)(void))polus_veto_reason, POLUS_POST_UPDATE"),
    ];
    for (index, (was, is)) in rows.into_iter().enumerate() {
        let bytes = with_callbacks(&format!("impossible{index}"), |text| text.replace(was, is));
        let told = refusal(bytes);
        assert!(told.starts_with("a callback of kind"), "{is}: {told}");
    }
    let bytes = with_callbacks("veto", |text| {
        text.replace("polus_callbacks, polus_veto_reason,", "polus_callbacks, (const char *)0x7000000,")
    });
    assert!(refusal(bytes).starts_with("the reason of a veto lies outside"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn damage_never_panics(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let mut bytes = good().to_vec();
        for (index, value) in changes {
            let at = index.index(bytes.len());
            bytes[at] = value;
        }
        let _ = parse(bytes);
    }

    #[test]
    fn damaged_callbacks_never_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
        let mut bytes = BYTES.get_or_init(|| with_callbacks("damaged", |text| text)).clone();
        for (index, value) in changes {
            let at = index.index(bytes.len());
            bytes[at] = value;
        }
        let _ = parse(bytes);
    }

    #[test]
    fn damaged_headers_never_panic(changes in prop::collection::vec((0usize..1024, any::<u8>()), 1..6)) {
        let mut bytes = good().to_vec();
        for (at, value) in changes {
            bytes[at] = value;
        }
        let _ = parse(bytes);
    }
}
