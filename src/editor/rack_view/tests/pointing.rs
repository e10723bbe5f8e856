//! What is clicked, and what is told.

use super::*;

#[test]
fn a_click_on_bypass_asks_for_it() {
    let mut drawn = drawn(RACK);
    drawn.get_by_label("Bypass Alpha").click();
    drawn.run();
    let (slot, bypass) = (slot(&drawn, "Alpha"), true);
    assert_eq!(edits(&mut drawn), [Edit::SetBypass { slot, bypass }]);
}

#[test]
fn a_bypassed_slot_says_so_in_a_word_and_to_assistive_technology() {
    let drawn = drawn(RACK);
    let button = drawn.get_by_label("Bypass Charlie");
    let toggled = button.accesskit_node().toggled();
    assert_eq!(toggled, Some(egui::accesskit::Toggled::True));
    let off = drawn.query_all_by_label_contains("off").next();
    assert!(off.is_some(), "no word says that it is off");
}

#[test]
fn slots_are_called_by_their_place_and_plugin_and_chains_by_name_or_number() {
    let drawn = drawn(RACK);
    for name in [
        "Slot 1 Alpha",
        "Split 2 Parallel",
        "Slot 2.1.1 Bravo",
        "Slot 3 Charlie",
        "Mix of Alpha",
        "Input gain of Alpha",
        "Output gain of Bravo",
        "Open the window of Alpha",
        "Menu of Alpha",
        "Gain of chain Dry",
        "Pan of chain 2",
        "Mute chain Dry",
        "Solo chain 2",
        "Input level of Alpha",
        "Level of chain 2",
    ] {
        assert!(drawn.query_by_label(name).is_some(), "{name}");
    }
}

#[test]
fn what_is_not_understood_has_a_place_and_says_that_it_is_kept() {
    let drawn = drawn(RACK);
    let found = drawn.query_all_by_label_contains("Not understood").next();
    assert!(found.is_some());
}

#[test]
fn an_empty_rack_says_what_to_do() {
    let mut drawn = drawn(r#"{"chain": []}"#);
    drawn.get_by_label("Find a plugin\u{2026}").click();
    drawn.run();
    assert_eq!(drawn.state().shared.side, Side::Browser);
    assert_eq!(drawn.state().shared.search.as_deref(), Some(""));
}

#[test]
fn what_is_inserted_goes_into_the_empty_chain_that_was_chosen() {
    let mut drawn = drawn(RACK);
    drawn.get_by_label("Empty: chain 2").click();
    drawn.run();
    let state = drawn.state();
    let chain = split(&drawn).chains[1].id;
    let place = state.shared.insertion_place(&state.view);
    assert_eq!(place, Place { chain, at: 0 });
}

#[test]
fn a_problem_is_told_by_name_and_can_be_tried_again() {
    let mut stage = Stage::of(RACK);
    let alpha = *stage.view.slots.keys().next().expect("a slot");
    let problem = Some("Alpha was too loud and is muted".to_owned());
    stage.view.slots.get_mut(&alpha).expect("it").problem = problem;
    let mut drawn = drawn_on(stage, SIZE);
    let name = "Warning: Alpha was too loud and is muted";
    drawn.get_by_label(name).click();
    drawn.run();
    drawn.get_by_label("Try again").click();
    drawn.run();
    let (slot, bypass) = (alpha, false);
    assert_eq!(edits(&mut drawn), [Edit::SetBypass { slot, bypass }]);
}

#[test]
fn a_plugin_without_a_window_shows_its_parameters_instead() {
    let mut stage = Stage::of(RACK);
    let alpha = *stage.view.slots.keys().next().expect("a slot");
    stage
        .view
        .slots
        .get_mut(&alpha)
        .expect("it")
        .window
        .available = false;
    let mut drawn = drawn_on(stage, SIZE);
    drawn.get_by_label("Parameters of Alpha").click();
    drawn.run();
    assert_eq!(drawn.state().shared.parameters_of, Some(alpha));
    drawn.get_by_label("Open the window of Bravo").click();
    drawn.run();
    let bravo = slot(&drawn, "Bravo");
    let commands = drawn.state_mut().take_commands();
    assert_eq!(commands, [Command::OpenWindow(bravo)]);
}

#[test]
fn a_click_with_ctrl_adds_to_the_selection_and_delete_removes_it_all() {
    let mut drawn = drawn(RACK);
    drawn.get_by_label("Slot 1 Alpha").click();
    drawn.run();
    let title = drawn.get_by_label("Slot 3 Charlie");
    title.click_modifiers(Modifiers::COMMAND);
    drawn.run();
    drawn.key_press(Key::Delete);
    drawn.run();
    let removed = ["Alpha", "Charlie"].map(|name| Edit::Remove {
        item: slot(&drawn, name).into(),
    });
    assert_eq!(edits(&mut drawn), removed);
}

#[test]
fn a_click_with_shift_selects_all_between() {
    let mut drawn = drawn(RACK);
    drawn.get_by_label("Slot 1 Alpha").click();
    drawn.run();
    let title = drawn.get_by_label("Slot 2.1.1 Bravo");
    title.click_modifiers(Modifiers::SHIFT);
    drawn.run();
    let selected = &drawn.state().shared.selected;
    assert!(selected.contains(&slot(&drawn, "Bravo").into()));
    assert!(selected.contains(&split(&drawn).id.into()));
    assert_eq!(selected.len(), 3);
}

#[test]
fn a_double_click_sets_the_mix_back_and_nothing_brings_the_old_one_back() {
    let mut drawn = drawn(RACK);
    let centre = drawn.get_by_label("Mix of Alpha").rect().center();
    drawn.hover_at(centre);
    drawn.step();
    for _ in 0..2 {
        // A click in one frame: the harness's frames are too far apart for more.
        for pressed in [true, false] {
            let event = button(centre, pressed);
            drawn.input_mut().events.push(event);
        }
        drawn.step();
    }
    drawn.run_steps(4);
    let slot = slot(&drawn, "Alpha");
    let percent = 100.0;
    assert_eq!(edits(&mut drawn), [Edit::SetMix { slot, percent }]);
}

#[test]
fn a_gain_is_typed_with_its_unit() {
    let mut drawn = drawn(RACK);
    drawn.get_by_label("Output gain of Alpha").click();
    drawn.run();
    drawn.event(Event::Text("-6 dB".to_owned()));
    drawn.key_press(Key::Enter);
    drawn.run();
    let edit = Edit::SetGains {
        slot: slot(&drawn, "Alpha"),
        input_db: 0.0,
        output_db: -6.0,
    };
    assert_eq!(edits(&mut drawn), [edit]);
}

#[test]
fn muting_a_chain_leaves_its_gain_as_it_is() {
    let text = r#"{"chain": [{"split": "parallel", "chains": [
        {"gain_db": -3.5, "pan": 0.25, "chain": []}]}]}"#;
    let mut drawn = drawn(text);
    drawn.get_by_label("Mute chain 1").click();
    drawn.run();
    let edit = Edit::SetChain {
        chain: split(&drawn).chains[0].id,
        gain_db: -3.5,
        pan: 0.25,
        mute: true,
        solo: false,
    };
    assert_eq!(edits(&mut drawn), [edit]);
}

#[test]
fn nothing_is_drawn_outside_of_the_window_at_three_times_the_size() {
    for look in [Look::Dark, Look::Light] {
        let mut stage = Stage::of(RACK);
        stage.preferences.look = look;
        let mut drawn = drawn_on(stage, [334.0, 214.0]);
        drawn.set_pixels_per_point(3.0);
        drawn.run();
        let window = drawn.ctx.content_rect();
        for shape in &drawn.output().shapes {
            assert!(window.expand(1.0).contains_rect(shape.clip_rect));
        }
    }
}

#[test]
fn all_of_a_hundred_slots_can_be_found_though_few_are_seen() {
    let slots: Vec<String> = (0..100)
        .map(|number| format!(r#"{{"plugin": "P{number}"}}"#))
        .collect();
    let text = format!(r#"{{"chain": [{}]}}"#, slots.join(","));
    let mut drawn = drawn(&text);
    let begin = std::time::Instant::now();
    for _ in 0..20 {
        drawn.step();
    }
    println!("{:?} a frame", begin.elapsed() / 20);
    // All of them are there for assistive technology, whether they can be seen or not.
    assert!(drawn.query_by_label("Slot 100 P99").is_some());
}

fn button(pos: Pos2, pressed: bool) -> Event {
    Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    }
}
