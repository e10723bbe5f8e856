//! The menu of a slot: everything that can be done with it.

use egui::containers::menu::{MenuConfig, SubMenuButton};
use egui::{Button, PopupCloseBehavior, Response, ScrollArea, Ui};

use super::edits::{self, Shift};
use super::{RackView, pieces, routing_menu, selection};
use crate::editor::Command;
use crate::editor::shared::Context;
use crate::rack::edit::Edit;
use crate::rack::{Bearer, ItemId, Slot, SplitKind};
use crate::session::SlotView;

/// How tall a menu of many entries gets.
const TALL: f32 = 320.0;
/// How wide a menu is at least.
pub const WIDTH: f32 = 190.0;

/// One entry. True if it was chosen; the menu is closed then.
pub fn entry(ui: &mut Ui, text: &str, keys: &str) -> bool {
    chosen(ui, text, keys, true).clicked()
}

/// One entry that can be had only if it makes sense.
pub fn entry_if(ui: &mut Ui, can: bool, text: &str, keys: &str, why_not: &str) -> bool {
    let response = chosen(ui, text, keys, can);
    let clicked = response.clicked();
    response.on_disabled_hover_text(why_not);
    clicked
}

/// One of several that exclude each other.
pub fn choice(ui: &mut Ui, is_it: bool, text: &str) -> bool {
    let response = ui.add(Button::selectable(is_it, text));
    if response.clicked() {
        ui.close();
    }
    response.clicked()
}

/// A menu within the menu.
pub fn submenu(ui: &mut Ui, text: &str, contents: impl FnOnce(&mut Ui)) -> Response {
    let contents = |ui: &mut Ui| {
        ui.set_min_width(WIDTH);
        contents(ui);
    };
    SubMenuButton::new(text).ui(ui, contents).0
}

/// A menu within the menu that stays while things in it are switched.
pub fn lasting_submenu(ui: &mut Ui, text: &str, contents: impl FnOnce(&mut Ui)) {
    let outside = PopupCloseBehavior::CloseOnClickOutside;
    let config = MenuConfig::new().close_behavior(outside);
    SubMenuButton::new(text).config(config).ui(ui, contents);
}

fn chosen(ui: &mut Ui, text: &str, keys: &str, can: bool) -> Response {
    let mut button = Button::new(text);
    if !keys.is_empty() {
        button = button.shortcut_text(keys);
    }
    let response = ui.add_enabled(can, button);
    // The keys are no part of the name.
    let response = response.accessible_name(text);
    if response.clicked() {
        ui.close();
    }
    response
}

impl RackView {
    /// The menu of a slot.
    pub(super) fn slot_menu(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        slot: &Slot,
        live: &SlotView,
    ) {
        let id = slot.id;
        let rack = &cx.view.rack;
        let items = selection::meant(rack, cx.shared, id.into());
        ui.set_min_width(WIDTH);

        let is_open = live.window.open;
        let text = if is_open {
            "Close window"
        } else {
            "Open window"
        };
        let can = live.window.available;
        let button = ui.add_enabled(can, Button::new(text).shortcut_text("Enter"));
        let button = button.accessible_name(text);
        if can {
            self.greet(ui, &button);
        }
        if button.clicked() {
            pieces::toggle_window(cx, id);
            ui.close();
        }
        button.on_disabled_hover_text("This plugin has no window of its own");
        let parameters = chosen(ui, "Parameters", "Ctrl+P", true);
        self.greet(ui, &parameters);
        if parameters.clicked() {
            cx.shared.parameters_of = Some(id);
        }
        let many = items.len() > 1;
        let bypass = if many {
            "Bypass all selected"
        } else {
            "Bypass"
        };
        if entry(ui, bypass, "Ctrl+B") {
            cx.commands
                .push(Command::Edit(edits::bypass(cx.view, &items)));
        }
        if live.problem.is_some() && entry(ui, "Try again", "") {
            try_again(cx, slot);
        }
        if !live.programs.is_empty() {
            submenu(ui, "Programs", |ui| programs(ui, cx, slot, live));
        }
        ui.separator();
        if entry(ui, "Replace\u{2026}", "") {
            replace(cx, slot);
        }
        if entry(ui, "Duplicate", "Ctrl+D") {
            cx.commands.push(Command::Duplicate(items.clone()));
        }
        submenu(ui, "Move", |ui| shifts(ui, cx, &items));
        submenu(ui, "Wrap in a split", |ui| wraps(ui, cx, &items));
        ui.separator();
        routing_menu::show(ui, cx, slot);
        ui.separator();
        if entry(ui, "Rename\u{2026}", "Ctrl+R") {
            self.rename(Bearer::Slot(id), slot.label.clone());
        }
        let remove = if many {
            "Remove all selected"
        } else {
            "Remove"
        };
        if entry(ui, remove, "Delete") {
            cx.commands.push(Command::Edit(edits::removals(&items)));
        }
    }

    /// The first entry of a menu that was opened with the keyboard gets the keys.
    pub(super) fn greet(&mut self, ui: &Ui, first: &Response) {
        if self.enters_menu && !ui.is_sizing_pass() {
            self.enters_menu = false;
            first.request_focus();
        }
    }
}

/// Has the slot play again. That it is not bypassed lets it try, bypassed or not before.
pub fn try_again(cx: &mut Context<'_>, slot: &Slot) {
    let (slot, bypass) = (slot.id, false);
    let edit = Edit::SetBypass { slot, bypass };
    cx.commands.push(Command::Edit(vec![edit]));
}

/// Has the browser choose what stands in its place.
pub fn replace(cx: &mut Context<'_>, slot: &Slot) {
    cx.shared.replaces = Some(slot.id);
    cx.shared.browse("");
}

fn programs(ui: &mut Ui, cx: &mut Context<'_>, slot: &Slot, live: &SlotView) {
    let height = ui.spacing().interact_size.y;
    let count = live.programs.len();
    let area = ScrollArea::vertical().max_height(TALL);
    area.show_rows(ui, height, count, |ui, rows| {
        ui.set_min_width(WIDTH);
        for index in rows {
            let name = match live.programs[index].trim() {
                "" => format!("Program {}", index + 1),
                name => name.to_owned(),
            };
            if choice(ui, live.program == Some(index), &name) {
                let slot = slot.id;
                cx.commands.push(Command::SetProgram { slot, index });
            }
        }
    });
}

/// Ways to move.
pub fn shifts(ui: &mut Ui, cx: &mut Context<'_>, items: &[ItemId]) {
    for (text, keys, shift) in [
        ("Up", "Alt+Up", Shift::Earlier),
        ("Down", "Alt+Down", Shift::Later),
        ("To the beginning", "Alt+Home", Shift::First),
        ("To the end", "Alt+End", Shift::Last),
        ("Into the chain before", "Alt+Left", Shift::ChainBefore),
        ("Into the next chain", "Alt+Right", Shift::ChainBehind),
    ] {
        let edits = edits::shift(&cx.view.rack, items, shift);
        let can = !edits.is_empty();
        if entry_if(ui, can, text, keys, "There is nothing there to go to") {
            cx.commands.push(Command::Edit(edits));
        }
    }
}

/// Splits to wrap items in.
pub fn wraps(ui: &mut Ui, cx: &mut Context<'_>, items: &[ItemId]) {
    for (text, kind) in edits::kinds() {
        let keys = match kind {
            SplitKind::Parallel => "Ctrl+G",
            _ => "",
        };
        if entry(ui, text, keys) {
            let edits = edits::wrap(&cx.view.rack, items, &kind);
            cx.commands.push(Command::Edit(edits));
        }
    }
}
