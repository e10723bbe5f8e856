//! The header: the rack's name and file, how late and how costly it is, panic, and what stands at the side.

#[cfg(test)]
mod tests;
mod words;

use egui::{Button, Grid, Id, Key, Label, Modifiers, RichText, ScrollArea, Sense, Ui};

use super::command::Command;
use super::level::cost_in_words;
use super::rack_view::KEYS;
use super::settings::scale_keys;
use super::shared::{Context, Side};
use super::typed::Typed;
use crate::rack::edit::Edit;

/// See the [module](self).
#[derive(Debug, Default)]
pub struct Header {
    name: Typed,
    /// New was pressed, and a rack is there that would be gone: it is asked for again.
    asks_for_new: bool,
}

impl Header {
    /// Draws it, and takes in what is done to it.
    pub fn show(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        scale_keys(ui, cx);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            self.show_name(ui, cx);
            self.show_files(ui, cx);
            // Undo, redo and A/B go here.
            ui.separator();
            show_numbers(ui, cx);
            ui.separator();
            show_panic(ui, cx);
            ui.separator();
            show_sides(ui, cx);
        });
    }

    fn show_name(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let now = cx.view.rack.name.as_deref().unwrap_or_default();
        let typing = self.name.show(ui, Id::unique("rack name"), now, |field| {
            field.hint_text("Unnamed rack").desired_width(140.0)
        });
        typing
            .response
            .accessible_name("Rack name")
            .on_hover_text("What you call this rack");
        if let Some(name) = typing.entered {
            let name = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
            cx.commands.push(Command::Edit(vec![Edit::SetName(name)]));
        }
    }

    fn show_files(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        self.show_new(ui, cx);
        side_button(
            ui,
            cx,
            Side::Open,
            "Open",
            "Open a rack file, or put one into this rack",
        );
        let why = match &cx.shared.file {
            Some(file) => format!(
                "Save to {}. A right click saves to another file",
                file.display()
            ),
            None => "Save the rack to a file".to_owned(),
        };
        let is_open = cx.shared.side == Side::Save;
        let save = ui
            .add(Button::selectable(is_open, "Save"))
            .on_hover_text(why);
        if save.clicked() {
            match cx.shared.file.clone() {
                _ if is_open => cx.shared.side = Side::Nothing,
                Some(file) => cx.commands.push(Command::SaveRack(file)),
                None => cx.shared.side = Side::Save,
            }
        }
        save.context_menu(|ui| {
            let elsewhere = ui
                .button("Save as")
                .on_hover_text("Choose the file to save to");
            if elsewhere.clicked() {
                cx.shared.side = Side::Save;
                ui.close();
            }
        });
    }

    fn show_new(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let is_empty = cx.view.rack.chain.0.is_empty();
        let (words, why) = match self.asks_for_new && !is_empty {
            true => (
                RichText::new("Discard?").color(cx.theme.warning),
                "Press again to let go of this rack",
            ),
            false => (RichText::new("New"), "Begin with an empty rack"),
        };
        let button = ui.button(words).on_hover_text(why);
        if button.clicked() {
            if self.asks_for_new || is_empty {
                cx.commands.push(Command::NewRack);
                cx.shared.file = None;
                self.asks_for_new = false;
            } else {
                self.asks_for_new = true;
            }
        } else if button.clicked_elsewhere() || button.lost_focus() {
            self.asks_for_new = false;
        }
    }
}

fn show_numbers(ui: &mut Ui, cx: &Context<'_>) {
    let view = cx.view;
    let Some(latency) = words::latency(view) else {
        ui.label(RichText::new("Not playing yet").color(cx.theme.weak_text))
            .on_hover_text("The host has not said yet how it plays");
        return;
    };
    ui.label(latency)
        .on_hover_text("By how much the rack is late; the host makes up for it");
    let text = RichText::new(words::cost(view));
    let text = if view.cost.smoothed() > 0.8 {
        text.color(cx.theme.warning)
    } else {
        text
    };
    let cost = ui.add(Label::new(text).sense(Sense::click()));
    let cost = cost.on_hover_text(format!(
        "How much of the time that the host has the rack takes; at worst {}. A click forgets the worst",
        cost_in_words(view.cost.worst())
    ));
    if cost.clicked() {
        view.cost.forget_worst();
    }
    if let Some(rate) = words::rate(view) {
        ui.label(RichText::new(rate).color(cx.theme.weak_text))
            .on_hover_text("The host's sample rate, and its longest block");
    }
}

fn show_panic(ui: &mut Ui, cx: &mut Context<'_>) {
    let panic = ui
        .button(RichText::new("Panic").color(cx.theme.warning))
        .on_hover_text("End all notes, and all echoes that wait (Ctrl+.)");
    let by_key = ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Period));
    if panic.clicked() || by_key {
        cx.commands.push(Command::Panic);
    }
}

fn show_sides(ui: &mut Ui, cx: &mut Context<'_>) {
    let sides = [
        (Side::Browser, "Browser", "The plugins of this computer"),
        (Side::Mapping, "Mapping", "What the host's parameters move"),
        (
            Side::Settings,
            "Settings",
            "Folders, performance, and how everything looks",
        ),
    ];
    for (side, name, why) in sides {
        side_button(ui, cx, side, name, why);
    }
    if cx.shared.side != Side::Browser {
        cx.shared.replaces = None;
    }
    let keys = ui.menu_button("?", |ui| show_keys(ui, cx));
    keys.response
        .accessible_name("Keys")
        .on_hover_text("What the keyboard does");
}

fn show_keys(ui: &mut Ui, cx: &Context<'_>) {
    let own = [
        ("Ctrl+.", "End all notes"),
        ("Ctrl and +, -, 0", "Larger, smaller, usual size"),
    ];
    ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
        Grid::new("keys").num_columns(2).show(ui, |ui| {
            for (keys, what) in KEYS.iter().copied().chain(own) {
                ui.label(RichText::new(keys).strong());
                ui.label(RichText::new(what).color(cx.theme.weak_text));
                ui.end_row();
            }
        });
    });
}

/// A button that opens a panel at the side, and closes it again.
fn side_button(ui: &mut Ui, cx: &mut Context<'_>, side: Side, name: &str, why: &str) {
    let is_open = cx.shared.side == side;
    let button = ui.add(Button::selectable(is_open, name)).on_hover_text(why);
    if button.clicked() {
        cx.shared.side = match (is_open, side) {
            (true, _) => Side::Nothing,
            (false, Side::Browser) => {
                cx.shared.search = Some(String::new());
                side
            }
            (false, _) => side,
        };
    }
}
