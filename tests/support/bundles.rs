//! Where the built bundles are.

use std::path::{Path, PathBuf};

/// Where the bundles are: `MATRYOSHKA_BUNDLED`, else `target/bundled`.
pub fn bundled(name: &str) -> PathBuf {
    let folder = std::env::var_os("MATRYOSHKA_BUNDLED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bundled"),
        PathBuf::from,
    );
    let path = folder.join(name);
    assert!(
        path.exists(),
        "{} is missing: run `cargo xtask test`",
        path.display()
    );
    path
}
