use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::Header;
use crate::editor::testing::{Stage, painting};
use crate::editor::{Command, Side};
use crate::rack::edit::Edit;
use crate::session::Latencies;

fn stage() -> Stage {
    let mut stage = Stage::of(r#"{"name": "Vocals", "chain": [{"plugin": "A"}]}"#);
    stage.view.latencies = Some(Latencies {
        total_samples: 512,
        ..Latencies::default()
    });
    stage
}

fn draw(stage: Stage, size: [f32; 2]) -> Harness<'static, Stage> {
    let mut header = Header::default();
    stage.draw(size, move |ui, cx| header.show(ui, cx))
}

const NAMES: [&str; 10] = [
    "Keys",
    "Rack name",
    "New",
    "Open",
    "Save",
    "Panic",
    "Browser",
    "Mapping",
    "Settings",
    "Cost 0.0 %",
];

#[test]
fn everything_is_within_a_narrow_window_also_where_it_is_large() {
    for scale in [1.0, 3.0] {
        for width in [640.0, 340.0] {
            let mut harness = draw(stage(), [width, 200.0]);
            harness.set_pixels_per_point(scale);
            harness.run();
            for name in NAMES {
                let rect = harness.get_by_label(name).rect();
                assert!(rect.right() <= width * scale + 1.0, "{name}: {rect:?}");
                assert!(rect.bottom() <= 200.0 * scale, "{name}: {rect:?}");
            }
        }
    }
}

#[test]
fn latency_and_rate_are_told_once_the_rack_is_prepared() {
    let mut harness = draw(stage(), [640.0, 120.0]);
    harness.get_by_label("Latency 512 samples, 10.7 ms");
    harness.get_by_label("48 kHz, 512 samples");
    harness.state_mut().view.latencies = None;
    harness.run();
    harness.get_by_label("Not playing yet");
}

#[test]
fn the_name_is_changed_with_enter_and_not_with_escape() {
    let mut harness = draw(stage(), [640.0, 120.0]);
    for (key, expected) in [(Key::Escape, None), (Key::Enter, Some("Vocals 2"))] {
        harness.get_by_label("Rack name").focus();
        harness.run();
        harness.key_press(Key::End);
        harness.event(egui::Event::Text(" 2".to_owned()));
        harness.run();
        harness.key_press(key);
        harness.run();
        let edits = expected.map(|name| Command::Edit(vec![Edit::SetName(Some(name.to_owned()))]));
        assert_eq!(harness.state_mut().take_commands(), Vec::from_iter(edits));
    }
}

#[test]
fn a_rack_is_saved_to_its_own_file_or_asked_for_one() {
    let mut harness = draw(stage(), [640.0, 120.0]);
    harness.get_by_label("Save").click();
    harness.run();
    assert_eq!(harness.state().shared.side, Side::Save);
    assert_eq!(harness.state_mut().take_commands(), []);
    harness.state_mut().shared.side = Side::Nothing;
    harness.state_mut().shared.file = Some("/racks/a.rack".into());
    harness.run();
    harness.get_by_label("Save").click();
    harness.run();
    let commands = harness.state_mut().take_commands();
    assert_eq!(commands, [Command::SaveRack("/racks/a.rack".into())]);
}

#[test]
fn a_rack_that_holds_something_is_discarded_only_when_that_is_said_twice() {
    let mut harness = draw(stage(), [640.0, 120.0]);
    harness.get_by_label("New").click();
    harness.run();
    assert_eq!(harness.state_mut().take_commands(), []);
    harness.get_by_label("Panic").click();
    harness.run();
    harness.get_by_label("New").click();
    harness.run();
    harness.get_by_label("Discard?").click();
    harness.run();
    let commands = harness.state_mut().take_commands();
    assert_eq!(commands, [Command::Panic, Command::NewRack]);
}

#[test]
fn panic_has_a_key_and_panels_open_and_close() {
    let mut harness = draw(stage(), [640.0, 120.0]);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Period);
    harness.run();
    assert_eq!(harness.state_mut().take_commands(), [Command::Panic]);
    for (name, side) in [("Browser", Side::Browser), ("Mapping", Side::Mapping)] {
        harness.get_by_label(name).click();
        harness.run();
        assert_eq!(harness.state().shared.side, side);
    }
    harness.get_by_label("Mapping").click();
    harness.run();
    assert_eq!(harness.state().shared.side, Side::Nothing);
}

#[test]
fn it_can_be_painted_wide_and_narrow() {
    for (width, name) in [(1000.0, "header-wide"), (640.0, "header-narrow")] {
        let stage = stage();
        let textures = stage.textures.clone();
        let mut drawn = draw(stage, [width, 120.0]);
        drawn.run();
        painting::save(&drawn, &textures, name);
    }
}
