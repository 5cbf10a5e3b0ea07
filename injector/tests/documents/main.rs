//! What the documents promise: the session in README.md, and what `make install` installs.

mod install;
mod session;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The project's folder.
fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The folder of the built programs; polusc is of another package, so it is brought up to date.
fn programs() -> PathBuf {
    let folder = Path::new(env!("CARGO_BIN_EXE_polus")).parent().expect("a folder").to_path_buf();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--package", "polusc"]).current_dir(project());
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    assert!(cargo.status().expect("cargo runs").success(), "polusc does not build");
    assert!(folder.join("polusc").exists(), "no polusc beside {}", env!("CARGO_BIN_EXE_polus"));
    folder
}
