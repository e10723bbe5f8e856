//! What the keyboard does in the rack.
//!
//! Plain letters look for a plugin, so everything else has a modifier or a key of its own. Space is the DAW's.
//! Where a key may not reach the window (egui-baseview 0.9 knows no function keys and no menu key), another
//! does the same.

use egui::{Event, FocusDirection, Key, Modifiers, Popup, Ui};

use super::edits::{self, Shift};
use super::selection::{self, Spot, Way};
use super::{RackView, pieces};
use crate::editor::Command;
use crate::editor::shared::Context;
use crate::rack::{ItemId, SplitKind};

/// All keys of the rack, and what they do; for people.
pub const KEYS: &[(&str, &str)] = &[
    ("A letter, Ctrl+F", "Find a plugin; Enter inserts it"),
    ("Up, Down", "Select what is above, below"),
    (
        "Left, Right",
        "Go to the chain beside; out of a split, into it",
    ),
    ("Home, End", "Select the first, the last of the chain"),
    ("Shift+Up, Shift+Down", "Select more, less"),
    ("Ctrl+A", "Select all"),
    ("Alt+Up, Alt+Down", "Move up, down"),
    ("Alt+Left, Alt+Right", "Move into the chain beside"),
    ("Alt+Home, Alt+End", "Move to the beginning, the end"),
    ("Enter", "Open or close the plugin's window"),
    ("Ctrl+P", "Show the plugin's parameters"),
    ("Ctrl+B", "Bypass"),
    ("Ctrl+D", "Duplicate"),
    ("Ctrl+G", "Wrap in a parallel split"),
    ("Ctrl+R, F2", "Rename"),
    ("Ctrl+Enter, Shift+F10, Menu", "Open the menu"),
    ("Delete, Backspace", "Remove"),
    ("Escape", "Select nothing"),
];

/// Takes in what was typed, unless it is meant for something else.
pub(super) fn handle(ui: &Ui, cx: &mut Context<'_>, rack: &mut RackView) {
    let ctx = ui.ctx();
    let any = ui.input(|input| {
        let is_typed = |event: &Event| matches!(event, Event::Key { .. } | Event::Text(_));
        input.events.iter().any(is_typed)
    });
    // A field that is left with a key is drawn later, and has to hear it.
    if !any || rack.renaming.is_some() || ctx.text_edit_focused() || Popup::is_any_open(ctx) {
        return;
    }
    let focused = ctx.memory(|memory| memory.focused());
    // What has the keys, and where it is: an item's title, another control of the rack, or neither.
    let on_title = focused.is_none_or(|id| pieces::is_title(&cx.view.rack, id));
    if !on_title {
        let rect = focused
            .and_then(|id| ctx.read_response(id))
            .map(|it| it.rect);
        if !rect.is_some_and(|rect| ui.max_rect().intersects(rect)) {
            return;
        }
    }
    // It would press a button that has the focus.
    pressed(ui, Modifiers::NONE, Key::Space);
    chords(ui, cx, rack);
    if on_title {
        plain(ui, cx, rack);
    }
    letters(ui, cx);
}

fn pressed(ui: &Ui, modifiers: Modifiers, key: Key) -> bool {
    ui.input_mut(|input| {
        let exact = |event: &Event| {
            matches!(event, Event::Key { key: there, modifiers: held, pressed: true, .. }
                if *there == key && held.matches_exact(modifiers))
        };
        let found = input.events.iter().any(exact);
        input.events.retain(|event| !exact(event));
        found
    })
}

/// Keys with a modifier, and those that nothing else has a use for.
fn chords(ui: &Ui, cx: &mut Context<'_>, rack: &mut RackView) {
    let view = cx.view;
    let items = selection::in_order(&view.rack, cx.shared);
    let mut edits = Vec::new();
    if pressed(ui, Modifiers::COMMAND, Key::A) {
        selection::all(&view.rack, cx.shared);
    }
    if pressed(ui, Modifiers::COMMAND, Key::F) {
        cx.shared.browse("");
    }
    if pressed(ui, Modifiers::COMMAND, Key::B) {
        edits.extend(edits::bypass(view, &items));
    }
    if pressed(ui, Modifiers::COMMAND, Key::G) {
        edits.extend(edits::wrap(&view.rack, &items, &SplitKind::Parallel));
    }
    if pressed(ui, Modifiers::COMMAND, Key::D) && !items.is_empty() {
        cx.commands.push(Command::Duplicate(items.clone()));
    }
    if pressed(ui, Modifiers::COMMAND, Key::P)
        && let Some(ItemId::Slot(slot)) = cx.shared.anchor
    {
        pieces::toggle_parameters(cx, slot);
    }
    let remove = [Key::Delete, Key::Backspace];
    if remove
        .map(|key| pressed(ui, Modifiers::NONE, key))
        .contains(&true)
        && !items.is_empty()
    {
        edits.extend(edits::removals(&items));
        match edits::left_behind(&view.rack, &items) {
            Some(item) => rack.go_to(ui, cx, Spot::Item(item)),
            None => cx.shared.selected.clear(),
        }
    }
    for (key, shift) in [
        (Key::ArrowUp, Shift::Earlier),
        (Key::ArrowDown, Shift::Later),
        (Key::Home, Shift::First),
        (Key::End, Shift::Last),
        (Key::ArrowLeft, Shift::ChainBefore),
        (Key::ArrowRight, Shift::ChainBehind),
    ] {
        if pressed(ui, Modifiers::ALT, key) {
            edits.extend(edits::shift(&view.rack, &items, shift));
            rack.show_spot();
        }
    }
    let rename = pressed(ui, Modifiers::NONE, Key::F2) | pressed(ui, Modifiers::COMMAND, Key::R);
    if rename {
        rack.rename_spot(cx);
    }
    let menu = pressed(ui, Modifiers::COMMAND, Key::Enter)
        | pressed(ui, Modifiers::SHIFT, Key::F10)
        | pressed(ui, Modifiers::NONE, Key::Menu);
    if menu {
        rack.opens_menu = cx.shared.spot();
        rack.show_spot();
    }
    if !edits.is_empty() {
        cx.commands.push(Command::Edit(edits));
    }
}

/// Keys that other controls have a use for.
fn plain(ui: &Ui, cx: &mut Context<'_>, rack: &mut RackView) {
    let view = cx.view;
    for (key, way) in [
        (Key::ArrowUp, Way::Up),
        (Key::ArrowDown, Way::Down),
        (Key::ArrowLeft, Way::Left),
        (Key::ArrowRight, Way::Right),
        (Key::Home, Way::Start),
        (Key::End, Way::End),
    ] {
        if pressed(ui, Modifiers::NONE, key)
            && let Some(spot) = selection::step(&view.rack, cx.shared.spot(), way)
        {
            rack.extends_to = None;
            rack.go_to(ui, cx, spot);
            // egui has seen the arrow, too, and would go on from there to the control that is next.
            ui.memory_mut(|memory| memory.move_focus(FocusDirection::None));
        }
        if pressed(ui, Modifiers::SHIFT, key) {
            let from = rack.extends_to.map(Spot::Item).or(cx.shared.spot());
            if let Some(Spot::Item(to)) = selection::step(&view.rack, from, way) {
                selection::extend(&view.rack, cx.shared, to);
                rack.extends_to = Some(to);
                rack.show_spot();
            }
        }
    }
    if pressed(ui, Modifiers::NONE, Key::Enter) {
        match cx.shared.spot() {
            Some(Spot::Item(ItemId::Slot(slot))) => pieces::toggle_window(cx, slot),
            Some(Spot::Item(ItemId::Split(_))) => rack.opens_menu = cx.shared.spot(),
            Some(Spot::Chain(_)) | None => cx.shared.browse(""),
        }
    }
    // What is typed into a field is left with it as well, and the field still has to see it.
    let was_here = (rack.focus_before).is_none_or(|id| pieces::is_title(&view.rack, id));
    if was_here && ui.input(|input| input.key_pressed(Key::Escape)) {
        cx.shared.choose_nothing();
    }
}

/// What is typed looks for a plugin.
fn letters(ui: &Ui, cx: &mut Context<'_>) {
    let typed: String = ui.input_mut(|input| {
        let held = input.modifiers;
        let mut typed = String::new();
        if held.command || held.ctrl || held.alt {
            return typed;
        }
        input.events.retain(|event| match event {
            Event::Text(text) if is_search(text) => {
                typed.push_str(text);
                false
            }
            _ => true,
        });
        typed
    });
    if !typed.is_empty() {
        let before = cx.shared.search.take().unwrap_or_default();
        cx.shared.browse(before + &typed);
    }
}

/// Whether a text is a key that was typed, and one that names begin with.
fn is_search(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(char::is_alphanumeric) && letters.next().is_none()
}
