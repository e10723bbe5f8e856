//! `cargo xtask ardour`: the VST3 in Ardour, from the empty rack to the saved session and back.
//!
//! No part of `cargo xtask test`, as Ardour takes 150 MB. The test is in tests/ardour.

use anyhow::{Result, bail};

use crate::workspace::Workspace;
use crate::{bundle, shell};

/// The chore itself. `args` are for the test program.
pub fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    if !cfg!(target_os = "linux") {
        bail!("Ardour is driven on a screen of X11's, which takes Linux");
    }
    shell::say("Ardour 1/2: build Matryoshka and make the VST3 that Ardour loads");
    let bundled = bundle::bundle(workspace, false)?;
    shell::say(
        "Ardour 2/2: build a rack by pointer and keys in Ardour, save, end, and start again",
    );
    let test = shell::run_showing_stdout(
        "run tests/ardour on a screen that nobody sees; it takes a minute or two",
        bundle::cargo("test")
            .args(["--test", "ardour", "--", "--nocapture"])
            .args(args)
            .env("MATRYOSHKA_BUNDLED", bundled),
    );
    let pictures = workspace.target().join("screenshots");
    eprintln!("-- what it saw is in {}", pictures.display());
    test
}
