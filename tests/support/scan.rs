//! A catalog to find plugins in.

use std::process::{Command, Stdio};

/// Fills the test's catalog with the plugins in these files and bundles, by the command.
pub fn scan(paths: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_matryoshka"));
    command.arg("scan").stdin(Stdio::null());
    for path in paths {
        command.args(["--path", path]);
    }
    let output = command.output().expect("a scan");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

/// Plugins with windows of their own, as VST3.
pub const ZAM: [&str; 3] = [
    "/usr/lib/vst3/ZamCompX2.vst3",
    "/usr/lib/vst3/ZamEQ2.vst3",
    "/usr/lib/vst3/ZamGEQ31.vst3",
];
