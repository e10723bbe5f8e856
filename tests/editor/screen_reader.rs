//! The editor as a screen reader finds it: through AT-SPI, by the library that Orca uses.

use std::path::Path;
use std::process::{Command, Output};

use crate::desktop::{Desktop, on_a_desktop_with_a_bus, wait_for};
use crate::stage::{Stage, TWO_SLOTS};

/// Asks as a screen reader would: `screen_reader.py` says what can be asked.
fn ask(arguments: &[&str]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/editor/screen_reader.py");
    let mut command = Command::new("/usr/bin/python3");
    command.arg(script).args(arguments);
    command.output().expect("Python")
}

fn told(output: &Output) -> String {
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {error}", output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What is told of this process, once that is so; the host's main loop turns meanwhile.
fn shown(stage: &Stage, what: &str, is_it: impl Fn(&str) -> bool) -> String {
    let id = std::process::id().to_string();
    wait_for(what, || {
        stage.turn();
        let shown = told(&ask(&["show", &id]));
        is_it(&shown).then_some(shown)
    })
}

#[test]
fn a_screen_reader_finds_names_and_roles_and_presses_a_button() {
    on_a_desktop_with_a_bus(|desktop: Desktop| {
        let stage = Stage::set(desktop, TWO_SLOTS);
        stage.open_unseen(None);
        // Nobody has listened so far. From now on somebody does.
        told(&ask(&["listen"]));
        let slot = |shown: &str| shown.contains("Slot 2 ZamEQ2");
        let all = shown(&stage, "the rack in words", slot);
        println!("{all}");
        assert!(all.contains("'Matryoshka'"), "the window has no name");
        for line in [
            "toggle button 'Bypass ZamCompX2'",
            "toggle button 'Bypass ZamEQ2'",
        ] {
            assert!(all.contains(line), "no {line}");
        }
        let id = std::process::id().to_string();
        told(&ask(&["press", &id, "Bypass ZamEQ2"]));
        let pressed = |shown: &str| {
            let mut lines = shown
                .lines()
                .filter(|line| line.contains("'Bypass ZamEQ2'"));
            lines.any(|line| line.contains("pressed") || line.contains("checked"))
        };
        shown(&stage, "the button to be down", pressed);
        assert_eq!(stage.rack()["chain"][1]["bypass"], true);
        // It goes with the window, and comes back with it.
        stage.close();
        shown(&stage, "the window to go", |shown| !slot(shown));
        stage.open_unseen(None);
        shown(&stage, "the window to come back", slot);
        stage.close();
    });
}
