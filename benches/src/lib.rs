//! What the benches share: trees to construct from, and figures as rows.

pub mod carried;
pub mod corpus;
pub mod extended;
pub mod figures;
pub mod kept;
pub mod redirect;
pub mod steady;
pub mod torture;
pub mod tracked;
pub mod truth;
pub mod update;
pub mod versus_build;
pub mod victim;

use std::path::{Path, PathBuf};

/// The project's folder.
pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A program of the project beside the one that runs.
///
/// # Panics
/// It is not built.
pub fn program(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("this program has a path");
    let found = own.ancestors().skip(1).take(2).map(|folder| folder.join(name)).find(|path| path.exists());
    found.unwrap_or_else(|| panic!("{name} is not built: cargo build --release --workspace"))
}

/// Old and new tree that `POLUS_BENCH_TREES=old,new` names.
pub fn named_trees() -> Option<(PathBuf, PathBuf)> {
    let named = std::env::var("POLUS_BENCH_TREES").ok()?;
    let (old, new) = named.split_once(',').expect("POLUS_BENCH_TREES=old,new");
    Some((old.into(), new.into()))
}
