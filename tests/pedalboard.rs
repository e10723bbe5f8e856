//! The built VST3 in Python's pedalboard, a real JUCE host, against hosting the children directly.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Effects of zam-plugins that are the same at every run: no randomness, no free-running modulation.
const CHILDREN: [&str; 3] = ["ZamCompX2", "ZaMultiCompX2", "ZaMaximX2"];

/// One that is mono.
const MONO_CHILD: &str = "ZamComp";

fn bundle() -> PathBuf {
    let bundled = std::env::var_os("MATRYOSHKA_BUNDLED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bundled"),
        PathBuf::from,
    );
    bundled.join("Matryoshka.vst3")
}

fn run(command: &mut Command) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success(),
        "{command:?}: {}\n{out}\n{err}",
        output.status
    );
    println!("{out}");
}

/// A virtual environment with what requirements.txt lists; made once, kept in target/.
fn python() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("target/pedalboard-venv");
    let python = folder.join("bin/python");
    let requirements = root.join("tests/pedalboard/requirements.txt");
    if !python.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder));
    }
    // Nothing is fetched when all is there.
    run(Command::new(&python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
        ])
        .arg(requirements));
    python
}

#[test]
fn the_rack_in_a_juce_host_is_bit_identical_to_its_child_alone() {
    let file = |name| format!("/usr/lib/vst3/{name}.vst3");
    let scratch = tempfile::tempdir().expect("a scratch folder");
    run(Command::new(python())
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pedalboard/compare.py"))
        .arg(bundle())
        .arg(scratch.path())
        .arg(file(MONO_CHILD))
        .args(CHILDREN.map(file))
        // A default rack of the user's would be loaded where an empty one is expected.
        .env("XDG_CONFIG_HOME", scratch.path())
        .env_remove("DISPLAY"));
}
