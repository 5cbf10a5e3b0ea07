//! Construction of a patch against one `gcc -O2` build of the new version, in turns.
//!
//! The build compiles what the capture holds, preprocessed already, and does not link: less than
//! a real build does. Both use all processors.

use crate::figures::{spread, table};
use crate::program;
use polusc::source::{self, Select, Unit};
use rayon::prelude::*;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Turns of both.
const ROUNDS: usize = 5;

/// Measures a pair of captured trees and prints.
///
/// # Panics
/// A tree cannot be loaded or compiled, or polusc fails.
pub fn run(old: &Path, new: &Path, name: &str, binary: &Path) {
    let folder = tempfile::tempdir().expect("a folder for objects");
    let select = Select { program: Some(name.into()), ..Select::default() };
    let units = match source::load(new, &select, &[]) {
        Ok(loaded) => loaded.tree.units,
        Err(failure) => panic!("{}: {failure:?}", new.display()),
    };
    let texts = write(&units, folder.path());
    let (mut constructing, mut building, mut ratio) = (vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        let construct = seconds(|| construct(old, new, name, binary, folder.path()));
        let build = seconds(|| units.par_iter().zip(&texts).for_each(|(unit, text)| compile(unit, text)));
        constructing.push(construct);
        building.push(build);
        ratio.push(construct / build);
    }
    println!("Construction against a build, s: median (least–most).\n");
    let row = |samples: &[f64]| spread(samples).to_string();
    let cells = vec![name.into(), units.len().to_string(), row(&constructing), row(&building), row(&ratio)];
    table(&["program", "units", "polusc", "gcc -O2 -c", "ratio"], &[cells]);
}

fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

fn write(units: &[Unit], folder: &Path) -> Vec<std::path::PathBuf> {
    let write = |(number, unit): (usize, &Unit)| {
        let path = folder.join(format!("{number}.i"));
        std::fs::write(&path, &unit.text).expect("writable");
        path
    };
    units.iter().enumerate().map(write).collect()
}

fn compile(unit: &Unit, text: &Path) {
    let mut gcc = Command::new(&unit.compiler);
    gcc.args(&unit.flags).args(["-O2", "-w", "-c", "-o"]).arg(text.with_extension("o")).arg(text);
    let status = gcc.current_dir(&unit.directory).status();
    assert!(status.is_ok_and(|status| status.success()), "{} does not compile", unit.path);
}

fn construct(old: &Path, new: &Path, name: &str, binary: &Path, folder: &Path) {
    let output = Command::new(program("polusc"))
        .args([old, new])
        .args(["--program", name, "--binary"])
        .arg(binary)
        .arg("--versions")
        .arg(folder.join("versions"))
        .arg("-o")
        .arg(folder.join("patch.c"))
        .output()
        .expect("polusc runs");
    assert!(output.status.success(), "polusc: {}", String::from_utf8_lossy(&output.stderr));
}
