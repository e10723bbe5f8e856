use egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::MappingPanel;
use crate::editor::testing::{Stage, painting};
use crate::editor::{Command, Dragged, Look};
use crate::rack::edit::Edit;
use crate::rack::mapping::Mapping;
use crate::rack::{HostId, MidiControl, MidiMessage};
use crate::session::Learning;

const RACK: &str = r#"{
    "host_parameters": {"p001": {"name": "Squash", "midi": {"cc": 7}}},
    "chain": [
        {"plugin": "A", "mappings": [
            {"host": "p001", "parameter": "Gain", "from": 0.2},
            {"host": "p001", "control": "mix"}]},
        {"split": "mid_side", "chains": [
            {"chain": []},
            {"mappings": [{"host": "p002", "control": "pan"}], "chain": []}]}]}"#;

fn draw() -> Harness<'static, Stage> {
    let mut stage = Stage::of(RACK);
    stage.view.free_host_parameter = HostId::new(0);
    let mut panel = MappingPanel::default();
    let mut harness = stage.draw([320.0, 700.0], move |ui, cx| panel.show(ui, cx));
    harness.run();
    harness
}

fn host(number: usize) -> HostId {
    HostId::new(number).expect("a host parameter")
}

fn list(harness: &Harness<'static, Stage>) -> Vec<Mapping> {
    let rack = &harness.state().view.rack;
    rack.slots().next().expect("a slot").mappings.list.clone()
}

/// The slot's mappings as the only command has them.
fn set_list(harness: &mut Harness<'static, Stage>) -> Vec<Mapping> {
    let commands = harness.state_mut().take_commands();
    let [Command::Edit(edits)] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    let [Edit::MapSlot { mappings, .. }] = edits.as_slice() else {
        panic!("{edits:?}");
    };
    mappings.clone()
}

#[test]
fn a_range_is_set_and_the_rest_of_the_list_left_alone() {
    let mut harness = draw();
    harness.get_by_label("To of 1 A: Gain").click();
    harness.run();
    harness.event(egui::Event::Text("40".to_owned()));
    harness.key_press(Key::Enter);
    harness.run();
    let mut expected = list(&harness);
    expected[0].range.to = 0.4;
    assert_eq!(set_list(&mut harness), expected);

    let mut expected = list(&harness);
    harness.get_by_label("Swap the ends of 1 A: Gain").click();
    harness.run();
    (expected[0].range.from, expected[0].range.to) = (1.0, 0.2);
    assert_eq!(set_list(&mut harness), expected);

    harness.get_by_label("Remove 1 A: Mix").click();
    harness.run();
    assert_eq!(set_list(&mut harness), list(&harness)[..1]);
}

#[test]
fn a_curve_is_told_once_when_it_is_let_go() {
    let mut harness = draw();
    let slider = harness.get_by_label("Curve of 1 A: Mix").rect();
    harness.drag_at(slider.center());
    harness.step();
    harness.hover_at(slider.center() + egui::Vec2::new(20.0, 0.0));
    harness.step();
    assert_eq!(harness.state_mut().take_commands(), []);
    harness.drop_at(slider.right_center());
    harness.run();
    let mut expected = list(&harness);
    let set = set_list(&mut harness);
    assert!(set[1].range.curve > 0.1, "{:?}", set[1]);
    expected[1].range.curve = set[1].range.curve;
    assert_eq!(set, expected);
}

#[test]
fn chains_are_mapped_too() {
    let mut harness = draw();
    harness.get_by_label("Remove 2.2 side: Pan").click();
    harness.run();
    let commands = harness.state_mut().take_commands();
    let [Command::Edit(edits)] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    assert!(matches!(
        edits.as_slice(),
        [Edit::MapChain { mappings, .. }] if mappings.is_empty()
    ));
}

#[test]
fn learning_takes_the_first_free_parameter_and_escape_ends_it() {
    let mut harness = draw();
    harness.get_by_label("Learn").click();
    harness.run();
    let learning = Learning::Parameter(host(0));
    let commands = harness.state_mut().take_commands();
    assert_eq!(commands, [Command::Learn(learning)]);
    harness.state_mut().view.learning = learning;
    harness.run();
    harness.get_by_label("Turn a control in a plugin's window: p000 will move it.");
    harness.key_press(Key::Escape);
    harness.run();
    let commands = harness.state_mut().take_commands();
    assert_eq!(commands, [Command::Learn(Learning::Nothing)]);
}

#[test]
fn a_name_keeps_the_midi_and_midi_the_name() {
    let mut harness = draw();
    let set = |harness: &mut Harness<'static, Stage>, field: &str, text: &str| {
        harness.get_by_label(field).focus();
        harness.run();
        harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
        harness.event(egui::Event::Text(text.to_owned()));
        harness.key_press(Key::Enter);
        harness.run();
        harness.state_mut().take_commands()
    };
    let midi = |message, channel| Some(MidiControl { channel, message });
    assert_eq!(
        set(&mut harness, "Name of p001", "Crush"),
        [Command::Edit(vec![Edit::SetHostParameter {
            host: host(1),
            name: Some("Crush".to_owned()),
            midi: midi(MidiMessage::Controller(7), None),
        }])]
    );
    assert_eq!(
        set(&mut harness, "MIDI of p001", "cc 1 fine, channel 2"),
        [Command::Edit(vec![Edit::SetHostParameter {
            host: host(1),
            name: Some("Squash".to_owned()),
            midi: midi(MidiMessage::FineController(1), Some(1)),
        }])]
    );
    assert_eq!(set(&mut harness, "MIDI of p001", "loud"), []);
    assert!(harness.state().shared.trouble.is_some());
    harness.get_by_label("Clear MIDI of p001").click();
    harness.run();
    let commands = harness.state_mut().take_commands();
    assert!(matches!(
        commands.as_slice(),
        [Command::Edit(edits)] if matches!(edits[0], Edit::SetHostParameter { midi: None, .. })
    ));
}

#[test]
fn a_parameter_is_dropped_on_a_host_parameter() {
    let mut harness = draw();
    let slot = harness.state().view.rack.slots().next().expect("a slot").id;
    let place = harness.get_by_label("Name of p002").rect().center();
    harness.drag_at(harness.get_by_label("Mapping").rect().center());
    harness.step();
    harness.hover_at(place);
    harness.step();
    egui::DragAndDrop::set_payload(&harness.ctx, Dragged::Parameter(slot, 4));
    harness.drop_at(place);
    harness.run();
    let commands = harness.state_mut().take_commands();
    let map = Command::Map {
        slot,
        index: 4,
        host: Some(host(2)),
    };
    assert_eq!(commands, [map]);
}

#[test]
fn it_can_be_painted_in_both_looks() {
    for (look, name) in [(Look::Dark, "mapping-dark"), (Look::Light, "mapping-light")] {
        let mut drawn = draw();
        drawn.state_mut().preferences.look = look;
        drawn.run();
        let textures = drawn.state().textures.clone();
        painting::save(&drawn, &textures, name);
    }
}

#[test]
fn ends_are_shown_in_the_words_of_what_is_moved() {
    let mut stage = Stage::of(RACK);
    let slot = stage.view.slots.values_mut().next().expect("a slot");
    let words = ["-12.0 dB", "+6.0 dB"].map(str::to_owned);
    slot.ranges = [Some(words), None].into();
    let mut panel = MappingPanel::default();
    let mut harness = stage.draw([320.0, 700.0], move |ui, cx| panel.show(ui, cx));
    harness.run();
    for words in ["-12.0 dB", "+6.0 dB", "100 % left", "100 % right"] {
        assert!(
            harness.query_all_by_label(words).next().is_some(),
            "no {words}"
        );
    }
}
