//! With a JACK server: ports, what goes through, and the server's end.

use std::fs;
use std::path::PathBuf;

use rustix::process::Signal;
use serde_json::json;

use crate::desktop::{Desktop, on_a_desktop, wait_until};
use crate::ear::{Ear, LEVEL};
use crate::running::Running;
use crate::server::{FRAMES, RATE, Server};
use crate::support::bundled;
use crate::support::scan::scan;

/// A rack of the test's own plugin, which the environment makes an exact gain.
fn gain(desktop: &Desktop) -> PathBuf {
    let file = bundled("Matryoshka Fixture.vst3");
    let plugin = json!({"format": "VST3", "name": "Matryoshka Fixture", "file": file});
    let rack = desktop.folder.join("gain.rack");
    fs::write(&rack, json!({"chain": [{"plugin": plugin}]}).to_string()).expect("a rack");
    rack
}

/// Runs a rack of an exact gain of -6 dB with JACK.
fn run_gain<'a>(desktop: &'a Desktop, more: &[&str]) -> Running<'a> {
    let rack = gain(desktop);
    let arguments = [&[rack.to_str().expect("UTF-8"), "--backend", "jack"], more].concat();
    let running = Running::start_with(desktop, &arguments, |command| {
        command.env("MATRYOSHKA_FIXTURE", "gain=-6");
    });
    running.wait_for("", "Slot 1 Matryoshka Fixture");
    running
}

#[test]
fn jack_sees_ports_of_audio_and_midi_and_hears_what_the_child_makes_of_it() {
    on_a_desktop(|desktop| {
        let _server = Server::start();
        let ear = Ear::new();
        let ports = "--connect-jack-inputs=ear:level";
        let mut running = run_gain(&desktop, &["--", ports]);
        // JACK's own, whatever the program's defaults are.
        let khz = f64::from(RATE) / 1000.0;
        running.wait_for("", &format!("{khz} kHz, {FRAMES} samples"));
        wait_until("the ports", || ear.ports_of("matryoshka").len() >= 8);
        let expected = [
            "input_1",
            "input_2",
            "midi_input",
            "midi_output",
            "output_1",
            "output_2",
            "sidechain_1",
            "sidechain_2",
        ];
        assert_eq!(ear.ports_of("matryoshka"), expected);
        wait_until("the connections", || {
            let connected = |port: &str, to: &str| {
                let of = ear.connections_of(&format!("matryoshka:{port}"));
                of == [to.to_owned()]
            };
            connected("output_1", "system:playback_1")
                && connected("output_2", "system:playback_2")
                && connected("input_1", "ear:level")
                && connected("input_2", "ear:level")
        });
        assert!(ear.connections_of("matryoshka:sidechain_1").is_empty());
        assert!(ear.connections_of("matryoshka:midi_input").is_empty());

        ear.connect("matryoshka:output_1", "ear:in");
        let expected = LEVEL * 10.0_f32.powf(-6.0 / 20.0);
        let is_expected = |sample: f32| (sample - expected).abs() < 1.0e-5;
        wait_until("what the child makes of the level", || {
            let (lowest, highest) = ear.range();
            is_expected(lowest) && is_expected(highest)
        });
        running.click("", "Bypass Matryoshka Fixture");
        wait_until("the level without the child", || {
            let (lowest, highest) = ear.range();
            (lowest - LEVEL).abs() < 1.0e-5 && (highest - LEVEL).abs() < 1.0e-5
        });
        desktop.keep_picture("playing");
        assert_eq!(running.close(), Some(0), "{}", running.log());
        wait_until("its ports to go", || ear.ports_of("matryoshka").is_empty());
    });
}

#[test]
fn a_note_of_jacks_is_played_by_an_instrument_in_the_rack() {
    on_a_desktop(|desktop| {
        scan(&["/usr/lib/lv2/mda.lv2"]);
        let rack = desktop.folder.join("piano.rack");
        fs::write(&rack, r#"{"chain": [{"plugin": "LV2:MDA DX10"}]}"#).expect("a rack");
        let _server = Server::start();
        let ear = Ear::new();
        let rack = rack.to_str().expect("UTF-8");
        let keys = "--connect-jack-midi-input=ear:notes";
        let arguments = [rack, "--instrument", "--backend", "jack", "--", keys];
        let mut running = Running::start(&desktop, &arguments);
        running.wait_for("", "Slot 1 MDA DX10");
        let us = "matryoshka_instrument";
        // The main output, and fifteen others: `output_1` and `output_2`, and `out_2_1` to `out_16_2`.
        let mut expected: Vec<String> = (2..=16)
            .flat_map(|bus| [1, 2].map(|channel| format!("out_{bus}_{channel}")))
            .chain(["output_1", "output_2", "midi_input", "midi_output"].map(str::to_owned))
            .collect();
        expected.sort();
        wait_until("the ports", || ear.ports_of(us) == expected);
        let midi = format!("{us}:midi_input");
        wait_until("the keyboard", || {
            ear.connections_of(&midi) == ["ear:notes"]
        });
        ear.connect(&format!("{us}:output_1"), "ear:in");
        let before = ear.blocks();
        wait_until("some blocks", || ear.blocks() > before + 20);
        assert!(ear.loudest() < 1.0e-4, "{} before a note", ear.loudest());
        ear.send([0x90, 60, 100]);
        wait_until("the note to sound", || ear.loudest() > 0.01);
        ear.send([0x80, 60, 0]);
        wait_until("the note to end", || {
            let (lowest, highest) = ear.range();
            highest - lowest < 1.0e-3
        });
        assert_eq!(running.close(), Some(0), "{}", running.log());
    });
}

/// The server ends while the program plays.
fn lose_the_server(desktop: &Desktop, signal: Signal) {
    let server = Server::start();
    let mut running = run_gain(desktop, &[]);
    let ear = Ear::new();
    wait_until("it to play", || {
        let of = ear.connections_of("matryoshka:output_1");
        of == ["system:playback_1"]
    });
    server.end(signal);
    running.wait_for("", "Nothing plays any more");
    desktop.keep_picture("lost");
    assert!(running.is_alive());
    // The rack is still there to be changed and saved.
    running.click("", "Bypass Matryoshka Fixture");
    running.wait_for_that("", "Bypass Matryoshka Fixture", |it| {
        it.toggled == Some(true)
    });
    running.click("Button", "Save");
    let rack = desktop.folder.join("gain.rack");
    wait_until("the rack to be saved", || {
        let text = fs::read_to_string(&rack);
        text.is_ok_and(|text| text.contains("\"bypass\": true"))
    });
    assert_eq!(running.close(), Some(0), "{}", running.log());
}

#[test]
fn a_server_that_ends_is_told_of_and_neither_ends_the_window_nor_keeps_it() {
    on_a_desktop(|desktop| lose_the_server(&desktop, Signal::TERM));
}

#[test]
fn so_it_is_where_the_server_is_killed() {
    on_a_desktop(|desktop| lose_the_server(&desktop, Signal::KILL));
}

#[test]
fn without_a_server_that_was_asked_for_it_says_so_and_fails() {
    on_a_desktop(|desktop| {
        let rack = gain(&desktop);
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_matryoshka"))
            .args(["run", rack.to_str().expect("UTF-8"), "--backend", "jack"])
            .output();
        let output = output.expect("the program");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("JACK"), "{said}");
    });
}
