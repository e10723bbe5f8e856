use std::sync::Arc;

use egui::{Key, Modifiers, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::ParametersPanel;
use super::list::parameter;
use crate::child::TurnKind;
use crate::editor::testing::{Stage, painting};
use crate::editor::{Command, Dragged, Look, Side};
use crate::rack::{HostId, SlotId};
use crate::session::{Learning, ParameterView};

fn draw(parameters: Vec<ParameterView>) -> (Harness<'static, Stage>, SlotId) {
    let mut stage = Stage::of(r#"{"chain": [{"plugin": "A"}]}"#);
    let slot = stage.view.rack.slots().next().expect("a slot").id;
    stage.shared.parameters_of = Some(slot);
    stage.view.parameters.insert(slot, parameters.into());
    let mut panel = ParametersPanel::default();
    let mut harness = stage.draw([800.0, 300.0], move |ui, cx| {
        panel.watch(cx);
        panel.show(ui, cx);
    });
    harness.run();
    let commands = harness.state_mut().take_commands();
    assert_eq!(commands, [Command::WatchParameters(vec![slot])]);
    (harness, slot)
}

fn turns(commands: &[Command], slot: SlotId, index: usize) -> Vec<TurnKind> {
    let kind = |command: &Command| match command {
        Command::Turn {
            slot: of,
            index: at,
            kind,
        } if (*of, *at) == (slot, index) => *kind,
        other => panic!("{other:?}"),
    };
    commands.iter().map(kind).collect()
}

fn gesture(slot: SlotId, index: usize, value: f32) -> Vec<Command> {
    let kinds = [TurnKind::Begin, TurnKind::Value(value), TurnKind::End];
    let turn = |kind| Command::Turn { slot, index, kind };
    kinds.map(turn).to_vec()
}

#[test]
fn pulling_a_bar_is_one_gesture_with_values_in_between() {
    let (mut harness, slot) = draw(vec![parameter(0, "Gain", None)]);
    let bar = harness.get_by_label("Gain").rect();
    harness.drag_at(bar.center());
    harness.step();
    for step in 1..=4 {
        harness.hover_at(bar.center() + Vec2::new(bar.width() * 0.05 * step as f32, 0.0));
        harness.step();
    }
    harness.drop_at(bar.center() + Vec2::new(bar.width() * 0.2, 0.0));
    harness.run();
    let commands = harness.state_mut().take_commands();
    let turns = turns(&commands, slot, 0);
    let [TurnKind::Begin, values @ .., TurnKind::End] = turns.as_slice() else {
        panic!("{turns:?}");
    };
    assert!(values.len() >= 3, "{values:?}");
    let Some(TurnKind::Value(last)) = values.last() else {
        panic!("{values:?}");
    };
    assert!((last - 0.7).abs() < 0.01, "{last}");
}

#[test]
fn a_gesture_ends_also_where_the_panel_goes_away_under_the_pointer() {
    let (mut harness, slot) = draw(vec![parameter(0, "Gain", None)]);
    let bar = harness.get_by_label("Gain").rect();
    harness.drag_at(bar.center());
    harness.step();
    harness.hover_at(bar.center() + Vec2::new(40.0, 0.0));
    harness.step();
    harness.state_mut().shared.parameters_of = None;
    harness.step();
    let commands = harness.state_mut().take_commands();
    assert_eq!(
        commands[commands.len() - 2],
        Command::WatchParameters(vec![])
    );
    let end = &commands[commands.len() - 1..];
    assert_eq!(turns(end, slot, 0), [TurnKind::End]);
}

#[test]
fn a_double_click_sets_the_default() {
    let (mut harness, slot) = draw(vec![parameter(0, "Gain", None)]);
    let center = harness.get_by_label("Gain").rect().center();
    for _ in 0..2 {
        // Both in a frame: frames are a quarter of a second here.
        for pressed in [true, false] {
            harness.input_mut().events.push(egui::Event::PointerButton {
                pos: center,
                button: egui::PointerButton::Primary,
                pressed,
                modifiers: Modifiers::NONE,
            });
        }
        harness.step();
    }
    harness.run();
    let commands = harness.state_mut().take_commands();
    assert_eq!(commands, gesture(slot, 0, 0.25));
}

#[test]
fn keys_turn_by_hundredths_and_with_shift_by_thousandths() {
    let (mut harness, slot) = draw(vec![parameter(0, "Gain", None)]);
    harness.get_by_label("Gain").focus();
    harness.run();
    for (modifiers, key, value) in [
        (Modifiers::NONE, Key::ArrowRight, 0.51),
        (Modifiers::SHIFT, Key::ArrowLeft, 0.499),
        (Modifiers::NONE, Key::Home, 0.0),
        (Modifiers::NONE, Key::Delete, 0.25),
    ] {
        harness.key_press_modifiers(modifiers, key);
        harness.run();
        let commands = harness.state_mut().take_commands();
        assert_eq!(commands, gesture(slot, 0, value), "{key:?}");
    }
}

#[test]
fn a_value_is_typed_in_the_plugin_s_words() {
    let (mut harness, slot) = draw(vec![parameter(3, "Gain", None)]);
    harness.get_by_label("Value of Gain").click();
    harness.run();
    // What is there is selected, so it is typed over.
    harness.event(egui::Event::Text("-3 dB".to_owned()));
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(
        harness.state_mut().take_commands(),
        [Command::Enter {
            slot,
            index: 3,
            text: "-3 dB".to_owned(),
        }]
    );
    harness.get_by_label("Value of Gain").click();
    harness.run();
    harness.event(egui::Event::Text("0".to_owned()));
    harness.key_press(Key::Escape);
    harness.run();
    assert_eq!(harness.state_mut().take_commands(), []);
}

#[test]
fn a_few_steps_are_a_choice_in_words() {
    let mut shape = parameter(0, "Shape", Some(3));
    let words = ["Sine", "Saw", "Square"];
    shape.choices = words.map(str::to_owned).to_vec().into();
    let (mut harness, slot) = draw(vec![shape]);
    harness.get_by_label("Shape").click();
    harness.run();
    harness.get_by_label("Square").click();
    harness.run();
    let commands = harness.state_mut().take_commands();
    assert_eq!(commands, gesture(slot, 0, 1.0));
}

#[test]
fn what_is_mapped_says_so_and_is_mapped_and_unmapped_from_its_menu() {
    let mut mapped = parameter(0, "Gain", None);
    let host = HostId::new(7).expect("a host parameter");
    mapped.mapped = vec![host];
    let (mut harness, slot) = draw(vec![mapped, parameter(1, "Tone", None)]);
    harness.get_by_label("mapped to p007").click();
    harness.run();
    assert_eq!(harness.state().shared.side, Side::Mapping);
    for (name, entry, command) in [
        (
            "More for Tone",
            "Map to host parameter",
            Command::Map {
                slot,
                index: 1,
                host: None,
            },
        ),
        ("More for Gain", "Unmap", Command::Unmap { slot, index: 0 }),
        (
            "More for Gain",
            "Learn MIDI",
            Command::Learn(Learning::midi(host)),
        ),
    ] {
        harness.get_by_label(name).click();
        harness.run();
        harness.get_by_label(entry).click();
        harness.run();
        assert_eq!(harness.state_mut().take_commands(), [command]);
    }
}

#[test]
fn a_name_is_dragged_as_a_parameter() {
    let (mut harness, slot) = draw(vec![parameter(5, "Gain", None)]);
    let bar = harness.get_by_label("Gain").rect();
    let name = bar.left_center() - Vec2::new(40.0, 0.0);
    harness.drag_at(name);
    harness.step();
    harness.hover_at(name + Vec2::new(0.0, 40.0));
    harness.step();
    let dragged = egui::DragAndDrop::payload::<Dragged>(&harness.ctx).expect("something dragged");
    assert_eq!(*dragged, Dragged::Parameter(slot, 5));
}

#[test]
fn two_thousand_parameters_are_searched_and_drawn_a_screenful_at_a_time() {
    let parameters = (0..2000).map(|at| parameter(at, &format!("Parameter {at:04}"), None));
    let (mut harness, _) = draw(parameters.collect());
    harness.get_by_label("Parameter 0003");
    assert!(harness.query_by_label("Parameter 0100").is_none());
    harness.get_by_label("Search parameters").focus();
    harness.run();
    harness.event(egui::Event::Text("1999".to_owned()));
    harness.run();
    harness.get_by_label("Parameter 1999");
    assert!(harness.query_by_label("Parameter 0003").is_none());
}

#[test]
fn programs_are_chosen_and_presets_loaded() {
    let (mut harness, slot) = draw(vec![parameter(0, "Gain", None)]);
    let programs: Arc<[String]> = ["Init", "Hall"].map(str::to_owned).to_vec().into();
    let of = harness.state_mut().view.slots.get_mut(&slot);
    of.expect("the slot").programs = programs;
    harness.run();
    harness.get_by_label("Programs").click();
    harness.run();
    harness.get_by_label("Hall").click();
    harness.run();
    let commands = harness.state_mut().take_commands();
    assert_eq!(commands, [Command::SetProgram { slot, index: 1 }]);
    harness.get_by_label("Load preset").click();
    harness.run();
    harness.get_by_label("Preset file").focus();
    harness.run();
    harness.event(egui::Event::Text("/tmp/a.vstpreset".to_owned()));
    harness.key_press(Key::Enter);
    harness.run();
    let path = "/tmp/a.vstpreset".into();
    let commands = harness.state_mut().take_commands();
    assert_eq!(commands, [Command::LoadPreset { slot, path }]);
}

#[test]
fn they_can_be_painted_in_both_looks() {
    for (look, name) in [
        (Look::Dark, "parameters-dark"),
        (Look::Light, "parameters-light"),
    ] {
        let mut mapped = parameter(0, "Gain", None);
        mapped.mapped = vec![HostId::new(7).expect("a host parameter")];
        let mut shape = parameter(1, "Shape", Some(3));
        let words = ["Sine", "Saw", "Square"];
        shape.choices = words.map(str::to_owned).to_vec().into();
        let mut meter = parameter(
            2,
            "Gain reduction with a name that is longer than its column",
            None,
        );
        meter.parameter.automatable = false;
        let (mut drawn, _) = draw(vec![mapped, shape, meter, parameter(3, "Order", Some(7))]);
        drawn.state_mut().preferences.look = look;
        drawn.run();
        let textures = drawn.state().textures.clone();
        painting::save(&drawn, &textures, name);
    }
}
