use egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::SettingsPanel;
use crate::editor::testing::Stage;
use crate::editor::{Again, Command, Look};
use crate::rack::edit::Edit;

fn draw() -> Harness<'static, Stage> {
    let stage = Stage::of(r#"{"chain": []}"#);
    let mut panel = SettingsPanel::default();
    let mut harness = stage.draw([320.0, 900.0], move |ui, cx| panel.show(ui, cx));
    harness.run();
    harness
}

#[test]
fn the_rack_s_own_settings_are_edits() {
    let mut harness = draw();
    harness.get_by_label("Use all cores").click();
    harness.run();
    let commands = harness.state_mut().take_commands();
    assert_eq!(commands, [Command::Edit(vec![Edit::SetAllCores(true)])]);
    for (text, frames) in [("64", 64), ("9999", 512)] {
        let fields = harness.get_all_by_label("Minimum split");
        fields.last().expect("a field").click();
        harness.run();
        harness.event(egui::Event::Text(text.to_owned()));
        harness.key_press(Key::Enter);
        harness.run();
        let commands = harness.state_mut().take_commands();
        assert_eq!(commands, [Command::Edit(vec![Edit::SetMinSplit(frames)])]);
    }
}

#[test]
fn light_and_dark_are_chosen() {
    let mut harness = draw();
    harness.get_by_label("Light").click();
    harness.run();
    let commands = harness.state_mut().take_commands();
    let [Command::SetPreferences(preferences)] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    assert_eq!(preferences.look, Look::Light);
}

#[test]
fn the_scale_is_set_when_the_slider_is_let_go_and_not_before() {
    let mut harness = draw();
    let slider = harness
        .get_all_by_label("Scale")
        .last()
        .expect("a slider")
        .rect();
    harness.drag_at(slider.left_center() + egui::vec2(8.0, 0.0));
    harness.step();
    harness.hover_at(slider.left_center() + egui::vec2(50.0, 0.0));
    harness.step();
    assert_eq!(harness.state_mut().take_commands(), []);
    harness.drop_at(slider.left_center() + egui::vec2(50.0, 0.0));
    harness.run();
    let commands = harness.state_mut().take_commands();
    let [Command::SetPreferences(preferences)] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    assert!(preferences.scale > 1.2, "{}", preferences.scale);
}

#[test]
fn a_folder_is_added_by_its_whole_path_and_looked_through() {
    let mut harness = draw();
    for (text, is_path) in [("plugins", false), ("/opt/plugins", true)] {
        harness.get_by_label("Another folder").focus();
        harness.run();
        harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
        harness.event(egui::Event::Text(text.to_owned()));
        harness.key_press(Key::Enter);
        harness.run();
        let commands = harness.state_mut().take_commands();
        match is_path {
            false => assert_eq!(commands, []),
            true => assert_eq!(
                commands,
                [
                    Command::SetFolders(vec!["/opt/plugins".into()]),
                    Command::Scan(Again::Nothing),
                ]
            ),
        }
    }
}
