//! rustfmt and clippy, which a minimal Rust comes without.

use anyhow::{Result, bail};
use std::process::Command;

use crate::shell;

/// Adds rustfmt and clippy with rustup if they are missing.
pub fn provide_components() -> Result<()> {
    let missing: Vec<&str> = [("rustfmt", "fmt"), ("clippy", "clippy")]
        .into_iter()
        .filter(|(_, subcommand)| !shell::succeeds("cargo", &[subcommand, "--version"]))
        .map(|(component, _)| component)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !shell::succeeds("rustup", &["--version"]) {
        bail!(
            "The tests need {}, and there is no rustup to add them; install them as you did Rust.",
            missing.join(" and ")
        );
    }
    shell::run(
        "add the parts of Rust that check formatting and lints",
        Command::new("rustup")
            .args(["component", "add"])
            .args(&missing),
    )
}
