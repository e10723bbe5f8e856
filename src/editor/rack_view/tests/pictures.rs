//! Pictures to be looked at; with nothing to compare them to, they fail only where something cannot be drawn.

use super::*;
use crate::editor::testing::painting;

const LARGE: &str = r#"{"chain": [
    {"plugin": {"name": "ZamGate", "vendor": "Damien Zammit"}, "input_gain_db": 3},
    {"plugin": "ZamCompX2", "label": "Glue", "mix_percent": 60, "channels": "mid"},
    {"split": "bands", "crossovers_hz": [200, 2000], "chains": [
        [{"plugin": "Low Compressor"}],
        {"gain_db": -2.5, "chain": [
            {"plugin": "Saturator", "bypass": true},
            {"split": "mid_side", "chains": [[{"plugin": "EQ"}], []]}]},
        {"mute": true, "chain": []}]},
    {"plugin": "ZamVerb", "sidechain": {"from": "Nobody"}, "output": 2},
    {"later": "version"}]}"#;

fn stage(look: Look) -> Stage {
    let mut stage = Stage::of(LARGE);
    stage.preferences.look = look;
    let mut ids = stage.view.slots.keys().copied().collect::<Vec<_>>();
    let second = ids.remove(1);
    stage.shared.select(second);
    let second = stage.view.slots.get_mut(&second).expect("a slot");
    second.latency_samples = 64;
    let third = stage.view.slots.get_mut(&ids[1]).expect("a slot");
    third.problem =
        Some("Low Compressor (VST3) is not installed; its settings are kept".to_owned());
    stage
}

#[test]
fn a_large_rack_can_be_painted_in_both_looks_and_at_every_scale() {
    for (look, scale, name) in [
        (Look::Dark, 1.0, "rack-dark"),
        (Look::Light, 1.0, "rack-light"),
        (Look::Dark, 2.0, "rack-dark-2"),
    ] {
        let stage = stage(look);
        let textures = stage.textures.clone();
        let mut drawn = drawn_on(stage, [1000.0, 900.0]);
        drawn.set_pixels_per_point(scale);
        drawn.run();
        painting::save(&drawn, &textures, name);
        drawn.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
        drawn.run();
        painting::save(&drawn, &textures, &format!("{name}-menu"));
    }
}

#[test]
fn an_empty_rack_can_be_painted() {
    let stage = Stage::of(r#"{"chain": []}"#);
    let textures = stage.textures.clone();
    let mut drawn = drawn_on(stage, [700.0, 300.0]);
    drawn.run();
    painting::save(&drawn, &textures, "rack-empty");
}
