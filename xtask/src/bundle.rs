//! `cargo xtask bundle`: builds the plugins and puts them into the shape that DAWs load.
//!
//! nice-plug's bundler makes the CLAP and VST3 bundles. The command `matryoshka`, which is also the
//! worker that a plugin starts to scan others, is added by us: inside each bundle on macOS, next to
//! the library in a VST3 elsewhere, and beside the CLAP, which there is a single file.

use anyhow::{Context, Result};
use nice_plug_xtask::{Architecture, CompilationTarget};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace::Workspace;
use crate::{exports, files, shell};

/// The name of our bundles, as in bundler.toml.
pub const NAME: &str = "Matryoshka";

/// The worker's file name.
pub const WORKER: &str = if cfg!(windows) {
    "matryoshka.exe"
} else {
    "matryoshka"
};

/// The chore itself.
pub fn run(workspace: &Workspace, fixture: bool) -> Result<()> {
    let bundled = bundle(workspace, fixture)?;
    shell::say(&format!("The bundles are in {}", bundled.display()));
    eprintln!("   `cargo xtask install` copies them into your plugin folders.");
    Ok(())
}

/// `cargo <subcommand>` for the whole product in the release profile, which all chores use.
///
/// Which features a dependency is built with hangs on the packages, and the kinds of targets, that
/// one invocation of cargo covers. If one chore covered more than another, the two would each build
/// the product anew. So all cover the same: every package but xtask, with development dependencies
/// (which naming `--examples` suffices for).
pub fn cargo(subcommand: &str) -> Command {
    let mut command = shell::cargo();
    command.args([subcommand, "--release", "--workspace", "--exclude", "xtask"]);
    command
}

/// Builds and bundles Matryoshka, and the fixture of the tests if asked to. Gives back the folder
/// that the bundles are in.
pub fn bundle(workspace: &Workspace, fixture: bool) -> Result<PathBuf> {
    // Not nice-plug's own `build`: see `cargo`.
    let mut build = cargo("build");
    build.args(["--lib", "--bins", "--examples"]);
    shell::run("build, optimised", &mut build)?;
    bundle_package(workspace, "matryoshka")?;
    if fixture {
        // By itself, so that its nice-plug has no editor: with one, nice-plug tells the window of each parameter that
        // moves, on the audio thread, with a system call; and the fixture is to do nothing there that it is not
        // told to.
        let mut build = shell::cargo();
        build.args([
            "build",
            "--release",
            "--package",
            "matryoshka-fixture",
            "--lib",
        ]);
        shell::run("build the tests' plugin, without an editor", &mut build)?;
        bundle_package(workspace, "matryoshka-fixture")?;
    }
    place_worker(workspace)?;
    if cfg!(target_os = "linux") {
        let bundled = workspace.bundled();
        exports::hide_all_but_entry_points(&bundled.join(format!("{NAME}.clap")))?;
        let library = library_folder(&bundled.join(format!("{NAME}.vst3")))?;
        exports::hide_all_but_entry_points(&library.join(format!("{NAME}.so")))?;
    }
    Ok(workspace.bundled())
}

fn bundle_package(workspace: &Workspace, package: &str) -> Result<()> {
    nice_plug_xtask::bundle(
        workspace.target(),
        package,
        &["--release".to_owned()],
        false,
    )
    .with_context(|| format!("{package} could not be bundled"))
}

fn place_worker(workspace: &Workspace) -> Result<()> {
    let bundled = workspace.bundled();
    // The bundler copies a package's program under the bundle's name. One under its own is enough.
    // Removed first: where case does not matter, "Matryoshka.exe" is also the name of ours.
    for copy in [
        NAME.to_owned(),
        format!("{NAME}.exe"),
        format!("{NAME}.app"),
    ] {
        files::remove(&bundled.join(copy))?;
    }

    let built = workspace.target().join("release").join(WORKER);
    let bundles = [
        bundled.join(format!("{NAME}.clap")),
        bundled.join(format!("{NAME}.vst3")),
    ];
    for place in worker_places(&bundles[0], &bundles[1])? {
        fs::create_dir_all(place.parent().unwrap_or(&place))?;
        files::place_file(&built, &place)?;
    }
    // What the bundler signed has changed. (It does nothing but on macOS, and ignores the
    // architecture there.)
    if cfg!(target_os = "macos") {
        for bundle in &bundles {
            let target = CompilationTarget::MacOS(Architecture::AArch64);
            nice_plug_xtask::maybe_codesign(bundle, target);
        }
    }
    Ok(())
}

/// Where the plugin in these two bundles looks for its worker.
///
/// On macOS that is `Contents/Helpers`, Apple's place for them, and not `Contents/MacOS`: there the
/// library is named "Matryoshka", which is the same file as "matryoshka" on most Macs.
fn worker_places(clap: &Path, vst3: &Path) -> Result<[PathBuf; 2]> {
    if cfg!(target_os = "macos") {
        return Ok([clap, vst3].map(|bundle| bundle.join("Contents/Helpers").join(WORKER)));
    }
    let beside_library = library_folder(vst3)?.join(WORKER);
    Ok([clap.with_file_name(WORKER), beside_library])
}

/// The folder of the library in a VST3 bundle: `Contents/x86_64-linux` and its like.
fn library_folder(vst3: &Path) -> Result<PathBuf> {
    let contents = vst3.join("Contents");
    let folders = fs::read_dir(&contents)
        .with_context(|| format!("There is no VST3 bundle at {}", vst3.display()))?;
    for entry in folders {
        let folder = entry?.path();
        let library = format!("{NAME}.{}", if cfg!(windows) { "vst3" } else { "so" });
        if folder.join(library).is_file() {
            return Ok(folder);
        }
    }
    anyhow::bail!("The VST3 bundle {} holds no library", vst3.display())
}
