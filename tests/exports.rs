//! The bundles show the formats' entry points and nothing else.
#![cfg(target_os = "linux")]

mod support;

use std::process::Command;

use support::bundled;

#[test]
fn only_the_entry_points_of_the_formats_are_seen_from_outside() {
    let machine = format!("{}-linux", std::env::consts::ARCH);
    let vst3 = bundled("Matryoshka.vst3").join(format!("Contents/{machine}/Matryoshka.so"));
    for library in [bundled("Matryoshka.clap"), vst3] {
        let nm = Command::new("nm")
            .args([
                "--dynamic",
                "--defined-only",
                "--extern-only",
                "--format=just-symbols",
            ])
            .arg(&library)
            .output()
            .expect("nm, of the package binutils");
        let mut symbols: Vec<String> = String::from_utf8_lossy(&nm.stdout)
            .lines()
            .map(str::to_owned)
            .collect();
        symbols.sort();
        let wanted = [
            "GetPluginFactory",
            "ModuleEntry",
            "ModuleExit",
            "clap_entry",
        ];
        assert_eq!(symbols, wanted, "{}", library.display());
    }
}
