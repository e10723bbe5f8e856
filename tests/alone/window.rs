//! The window, where nothing is heard.

use std::fs;
use std::path::PathBuf;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::desktop::{Desktop, on_a_desktop, wait_until};
use crate::running::Running;
use crate::support::scan::{ZAM, scan};

const TWO_SLOTS: &str = r#"{"name": "Two", "chain": [
    {"plugin": "VST3:ZamCompX2"}, {"plugin": "VST3:ZamEQ2"}
]}"#;

/// A rack file with two plugins.
fn two_slots(desktop: &Desktop) -> PathBuf {
    scan(&ZAM);
    let rack = desktop.folder.join("two.rack");
    fs::write(&rack, TWO_SLOTS).expect("a rack");
    rack
}

#[test]
fn a_rack_is_opened_changed_and_saved_to_its_file_without_a_daw() {
    on_a_desktop(|desktop| {
        let rack = two_slots(&desktop);
        let file = rack.to_str().expect("UTF-8");
        let dummy = [
            "--backend",
            "dummy",
            "--sample-rate",
            "44100",
            "--block",
            "256",
        ];
        let arguments = [&[file][..], &dummy].concat();
        let mut running = Running::start(&desktop, &arguments);
        running.wait_for("", "Slot 1 ZamCompX2");
        running.wait_for("", "Slot 2 ZamEQ2");
        running.wait_for("", "44.1 kHz, 256 samples");
        wait_until("the window to be drawn", || {
            let picture = desktop.screen.picture();
            picture.part(running.tree().whole()).shows_something()
        });
        desktop.keep_picture("1-open");
        running.click("", "Bypass ZamEQ2");
        running.wait_for_that("", "Bypass ZamEQ2", |it| it.toggled == Some(true));
        // To its own file, and without a question.
        running.click("Button", "Save");
        let saved = || serde_json::from_slice::<Value>(&fs::read(&rack).expect("a file"));
        wait_until("the rack to be saved", || {
            saved().is_ok_and(|rack| rack["chain"][1]["bypass"] == json!(true))
        });
        desktop.keep_picture("2-saved");
        assert_eq!(saved().expect("a rack")["name"], json!("Two"));
        assert_eq!(running.close(), Some(0), "{}", running.log());

        let mut running = Running::start(&desktop, &arguments);
        running.wait_for_that("", "Bypass ZamEQ2", |it| it.toggled == Some(true));
        running.wait_for_that("", "Bypass ZamCompX2", |it| it.toggled == Some(false));
        assert_eq!(running.close(), Some(0), "{}", running.log());
    });
}

#[test]
fn a_child_window_closes_with_the_racks_and_nothing_is_left_to_wait_for() {
    on_a_desktop(|desktop| {
        let rack = two_slots(&desktop);
        let arguments = [rack.to_str().expect("UTF-8"), "--backend", "dummy"];
        let mut running = Running::start(&desktop, &arguments);
        running.click("", "Open the window of ZamCompX2");
        desktop.screen.wait_for_window("ZamCompX2");
        running.wait_for("", "Close the window of ZamCompX2");
        assert_eq!(running.close(), Some(0), "{}", running.log());
        assert!(desktop.screen.find_window("ZamCompX2").is_none());
    });
}

#[test]
fn an_empty_rack_is_what_there_is_without_a_file_and_ctrl_c_ends_it() {
    on_a_desktop(|desktop| {
        let mut running = Running::start(&desktop, &["--backend", "dummy"]);
        running.wait_for("Button", "Panic");
        assert!(!running.tree().shows("Slot 1"));
        running.signal(Signal::INT);
        assert_eq!(running.wait(), Some(130), "{}", running.log());
    });
}
