//! Everything with the keyboard alone.

use super::*;

fn press(drawn: &mut Drawn, modifiers: Modifiers, key: Key) {
    drawn.key_press_modifiers(modifiers, key);
    drawn.run();
}

fn selected(drawn: &Drawn) -> Vec<ItemId> {
    drawn.state().shared.selected.iter().copied().collect()
}

#[test]
fn arrows_go_into_a_split_from_chain_to_chain_and_out_again() {
    let mut drawn = drawn(RACK);
    let split_id = split(&drawn).id;
    let empty = split(&drawn).chains[1].id;
    press(&mut drawn, Modifiers::NONE, Key::ArrowDown);
    assert_eq!(selected(&drawn), [slot(&drawn, "Alpha").into()]);
    press(&mut drawn, Modifiers::NONE, Key::ArrowDown);
    assert_eq!(selected(&drawn), [split_id.into()]);
    press(&mut drawn, Modifiers::NONE, Key::ArrowRight);
    assert_eq!(selected(&drawn), [slot(&drawn, "Bravo").into()]);
    press(&mut drawn, Modifiers::NONE, Key::ArrowRight);
    assert_eq!(drawn.state().shared.chain, Some(empty));
    press(&mut drawn, Modifiers::NONE, Key::ArrowLeft);
    assert_eq!(selected(&drawn), [slot(&drawn, "Bravo").into()]);
    press(&mut drawn, Modifiers::NONE, Key::ArrowLeft);
    assert_eq!(selected(&drawn), [split_id.into()]);
    press(&mut drawn, Modifiers::NONE, Key::ArrowDown);
    press(&mut drawn, Modifiers::NONE, Key::ArrowDown);
    assert_eq!(selected(&drawn), [slot(&drawn, "Charlie").into()]);
}

#[test]
fn an_arrow_with_alt_moves_what_is_selected_and_out_of_the_split_at_its_end() {
    let mut drawn = drawn(RACK);
    select(&mut drawn, "Alpha");
    press(&mut drawn, Modifiers::ALT, Key::ArrowDown);
    follow(&mut drawn);
    let root = ChainId::ROOT;
    assert_eq!(
        names(rack(&drawn), root),
        ["split", "Alpha", "Charlie", "?"]
    );
    select(&mut drawn, "Bravo");
    press(&mut drawn, Modifiers::ALT, Key::ArrowRight);
    follow(&mut drawn);
    let second = split(&drawn).chains[1].id;
    assert_eq!(names(rack(&drawn), second), ["Bravo"]);
    press(&mut drawn, Modifiers::ALT, Key::ArrowDown);
    follow(&mut drawn);
    assert_eq!(
        names(rack(&drawn), root),
        ["split", "Bravo", "Alpha", "Charlie", "?"]
    );
}

#[test]
fn shift_and_arrows_select_more_and_less() {
    let mut drawn = drawn(RACK);
    select(&mut drawn, "Alpha");
    press(&mut drawn, Modifiers::SHIFT, Key::ArrowDown);
    press(&mut drawn, Modifiers::SHIFT, Key::ArrowDown);
    assert_eq!(drawn.state().shared.selected.len(), 3);
    press(&mut drawn, Modifiers::SHIFT, Key::ArrowUp);
    assert_eq!(drawn.state().shared.selected.len(), 2);
}

#[test]
fn a_letter_opens_the_browser_with_it_and_two_do_with_both() {
    let mut drawn = drawn(RACK);
    for letter in ["z", "a"] {
        drawn.event(Event::Text(letter.to_owned()));
    }
    drawn.run();
    let shared = &drawn.state().shared;
    assert_eq!(shared.side, Side::Browser);
    assert_eq!(shared.search.as_deref(), Some("za"));
}

#[test]
fn space_is_the_daws_and_what_is_pasted_is_nothing_to_look_for() {
    let mut drawn = drawn(RACK);
    select(&mut drawn, "Alpha");
    drawn.event(Event::Text(" ".to_owned()));
    drawn.key_press(Key::Space);
    drawn.event_modifiers(Event::Text("v".to_owned()), Modifiers::COMMAND);
    drawn.run();
    assert_eq!(drawn.state().shared.side, Side::Nothing);
    assert!(drawn.state().commands.is_empty());
}

#[test]
fn keys_with_ctrl_do_what_the_table_says() {
    let mut drawn = drawn(RACK);
    select(&mut drawn, "Alpha");
    let alpha = slot(&drawn, "Alpha");
    press(&mut drawn, Modifiers::COMMAND, Key::B);
    let bypass = Edit::SetBypass {
        slot: alpha,
        bypass: true,
    };
    assert_eq!(edits(&mut drawn), [bypass]);
    press(&mut drawn, Modifiers::COMMAND, Key::D);
    let commands = drawn.state_mut().take_commands();
    assert_eq!(commands, [Command::Duplicate(vec![alpha.into()])]);
    press(&mut drawn, Modifiers::COMMAND, Key::P);
    assert_eq!(drawn.state().shared.parameters_of, Some(alpha));
    press(&mut drawn, Modifiers::NONE, Key::Enter);
    let commands = drawn.state_mut().take_commands();
    assert_eq!(commands, [Command::OpenWindow(alpha)]);
    press(&mut drawn, Modifiers::COMMAND, Key::F);
    assert_eq!(drawn.state().shared.side, Side::Browser);
}

#[test]
fn wrapping_several_puts_all_of_them_into_the_splits_first_chain() {
    let mut drawn = drawn(RACK);
    press(&mut drawn, Modifiers::COMMAND, Key::A);
    press(&mut drawn, Modifiers::COMMAND, Key::G);
    follow(&mut drawn);
    assert_eq!(names(rack(&drawn), ChainId::ROOT), ["split", "?"]);
    let chain = split(&drawn).chains[0].id;
    assert_eq!(names(rack(&drawn), chain), ["Alpha", "split", "Charlie"]);
}

#[test]
fn the_menu_is_opened_walked_and_used_with_keys_alone() {
    let mut drawn = drawn(RACK);
    select(&mut drawn, "Alpha");
    for (modifiers, key) in [
        (Modifiers::SHIFT, Key::F10),
        (Modifiers::NONE, Key::Menu),
        (Modifiers::COMMAND, Key::Enter),
    ] {
        press(&mut drawn, modifiers, key);
        assert!(drawn.query_by_label("Duplicate").is_some(), "{key:?}");
        let first = drawn.get_by_label("Open window");
        assert!(first.accesskit_node().is_focused(), "{key:?}");
        press(&mut drawn, Modifiers::NONE, Key::Escape);
        assert!(drawn.query_by_label("Duplicate").is_none(), "{key:?}");
    }
    press(&mut drawn, Modifiers::COMMAND, Key::Enter);
    press(&mut drawn, Modifiers::NONE, Key::ArrowDown);
    press(&mut drawn, Modifiers::NONE, Key::ArrowDown);
    press(&mut drawn, Modifiers::NONE, Key::Enter);
    let (slot, bypass) = (slot(&drawn, "Alpha"), true);
    assert_eq!(edits(&mut drawn), [Edit::SetBypass { slot, bypass }]);
    assert!(drawn.query_by_label("Duplicate").is_none());
}

#[test]
fn a_submenu_is_entered_with_an_arrow_and_closes_everything_once_used() {
    let mut drawn = drawn(RACK);
    select(&mut drawn, "Alpha");
    press(&mut drawn, Modifiers::COMMAND, Key::Enter);
    drawn.get_by_label("Channels").focus();
    drawn.run();
    press(&mut drawn, Modifiers::NONE, Key::ArrowRight);
    drawn.get_by_label("Mid only").focus();
    drawn.run();
    press(&mut drawn, Modifiers::NONE, Key::Enter);
    let edit = Edit::SetChannels {
        slot: slot(&drawn, "Alpha"),
        channels: crate::rack::SlotChannels::Mid,
    };
    assert_eq!(edits(&mut drawn), [edit]);
    assert!(drawn.query_by_label("Duplicate").is_none());
}

#[test]
fn a_slot_is_renamed_where_its_name_stands_and_escape_leaves_it() {
    let mut drawn = drawn(RACK);
    select(&mut drawn, "Alpha");
    press(&mut drawn, Modifiers::COMMAND, Key::R);
    drawn.event(Event::Text("Kick".to_owned()));
    drawn.run();
    press(&mut drawn, Modifiers::NONE, Key::Enter);
    let label = Some("Kick".to_owned());
    let bearer = crate::rack::Bearer::Slot(slot(&drawn, "Alpha"));
    assert_eq!(edits(&mut drawn), [Edit::SetLabel { bearer, label }]);
    press(&mut drawn, Modifiers::NONE, Key::F2);
    drawn.event(Event::Text("Snare".to_owned()));
    drawn.run();
    press(&mut drawn, Modifiers::NONE, Key::Escape);
    assert!(drawn.state().commands.is_empty());
}

#[test]
fn tab_reaches_the_controls_of_a_slot_in_order_and_selects_it() {
    let mut drawn = drawn(RACK);
    press(&mut drawn, Modifiers::NONE, Key::Tab);
    let focused = |drawn: &Drawn, name: &str| {
        let node = drawn.get_by_label(name);
        node.accesskit_node().is_focused()
    };
    assert!(focused(&drawn, "Slot 1 Alpha"));
    assert_eq!(selected(&drawn), [slot(&drawn, "Alpha").into()]);
    for name in [
        "Bypass Alpha",
        "Open the window of Alpha",
        "Menu of Alpha",
        "Input gain of Alpha",
        "Mix of Alpha",
        "Output gain of Alpha",
    ] {
        press(&mut drawn, Modifiers::NONE, Key::Tab);
        assert!(focused(&drawn, name), "{name}");
    }
    press(&mut drawn, Modifiers::NONE, Key::Tab);
    assert!(focused(&drawn, "Split 2 Parallel"));
}
