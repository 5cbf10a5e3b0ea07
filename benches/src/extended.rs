//! What an extension record costs: an access to its fields against one to a plain field, its making,
//! its memory, and `free` of blocks with and without.

use crate::figures::{spread, table};
use crate::project;
use polus_runtime::LIBRARY;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Processes that are asked.
const ROUNDS: usize = 7;

/// Measures and prints.
///
/// # Panics
/// gcc or the program fails.
pub fn run() {
    let folder = tempfile::tempdir().expect("a folder for programs");
    build(folder.path());
    let mut samples: BTreeMap<(String, usize), Vec<f64>> = BTreeMap::new();
    for _ in 0..ROUNDS {
        let output = Command::new(folder.path().join("extended")).output().expect("the program runs");
        assert!(output.status.success(), "the program ends well");
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let words: Vec<&str> = line.split('\t').collect();
            let keys = if words[0] == "access" { 3 } else { 1 };
            for (column, word) in words[keys..].iter().enumerate() {
                let value = word.parse().expect("a number");
                samples.entry((words[..keys].join("\t"), column)).or_default().push(value);
            }
        }
    }
    let cell = |key: &str, column: usize| spread(&samples[&(key.to_string(), column)]).to_string();
    println!(
        "A field of 8 bytes beside objects of 96 bytes, ns of the thread's time: median (least–most).\n"
    );
    let sizes = ["1", "1000", "100000"];
    let rows = sizes.iter().flat_map(|size| {
        ["1", "8"].map(|threads| {
            let key = format!("access\t{size}\t{threads}");
            vec![(*size).to_string(), threads.to_string(), cell(&key, 0), cell(&key, 1)]
        })
    });
    table(&["objects", "threads", "plain field", "extension field"], &rows.collect::<Vec<_>>());
    let columns = ["free", "through the runtime, no records", "records elsewhere", "with a record"];
    table(&columns, &[(0..4).map(|column| cell("free", column)).collect()]);
    table(&["making a record, ns", "bytes an object"], &[vec![cell("made", 0), cell("made", 1)]]);
}

fn build(folder: &Path) {
    let library = folder.join("polus-runtime.so");
    std::fs::write(&library, LIBRARY).expect("the folder is writable");
    // as a patch is compiled: what it refers to it finds by its own table
    let status = Command::new("gcc")
        .args(["-O2", "-fPIC", "-pthread", "-I"])
        .arg(project().join("runtime/include"))
        .arg(project().join("benches/victim/extended.c"))
        .arg(&library)
        .arg(format!("-Wl,-rpath,{}", folder.display()))
        .arg("-o")
        .arg(folder.join("extended"))
        .status();
    assert!(status.expect("gcc is needed").success(), "the program compiles");
}
