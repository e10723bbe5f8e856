//! `cargo xtask demo`: the bundled CLAP, loaded by a small host, plays music through real plugins.

use anyhow::Result;
use std::env;
use std::process::Command;

use crate::workspace::Workspace;
use crate::{bundle, shell};

/// The chore itself. `args` are the demo's own; see `examples/demo.rs`.
pub fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    shell::say("Demo 1/2: build Matryoshka and make the bundles that a DAW would load");
    let bundled = bundle::bundle(workspace, true)?;
    shell::say("Demo 2/2: load the bundled CLAP in a small host and play through it");
    let demo = workspace.target().join("release/examples/demo");
    shell::run_showing_stdout(
        "run examples/demo.rs, which was built along",
        Command::new(demo.with_extension(env::consts::EXE_EXTENSION))
            .args(args.iter().map(|arg| workspace.as_called(arg)))
            .env("MATRYOSHKA_BUNDLED", bundled),
    )
}
