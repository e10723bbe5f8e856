//! What the host's parameters move: ranges, curves, names and MIDI, and what is to be learned.

mod gather;
mod group;
mod midi;
mod moved;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use egui::{Button, Frame, Key, Modifiers, Rect, RichText, ScrollArea, Ui, Vec2};

use super::command::Command;
use super::number::Held;
use super::settings::heading;
use super::shared::{Context, Dragged};
use super::typed::Typed;
use crate::rack::HostId;
use crate::session::Learning;

/// See the [module](self).
#[derive(Debug, Default)]
pub struct MappingPanel {
    held: Held,
    typed: Typed,
    /// How high each host parameter was drawn, so that those out of sight need not be.
    heights: HashMap<HostId, f32>,
}

impl MappingPanel {
    /// Draws it, and takes in what is done to it.
    pub fn show(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        heading(ui, cx, "Mapping");
        show_learning(ui, cx);
        show_new(ui, cx);
        let groups = gather::groups(cx.view);
        if groups.is_empty() {
            ui.label(
                "No host parameter moves anything yet. Press Learn and turn a control in a plugin's window, or \
                 drag a parameter's name here.",
            );
        }
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            for (host, moved) in &groups {
                let height = self.heights.get(host).copied().unwrap_or_default();
                let size = Vec2::new(ui.available_width(), height);
                let rect = Rect::from_min_size(ui.cursor().min, size);
                if height > 0.0 && !ui.is_rect_visible(rect) {
                    ui.allocate_space(size);
                    continue;
                }
                let group = ui.push_id(host, |ui| self.show_group(ui, cx, *host, moved));
                self.heights.insert(*host, group.response.rect.height());
            }
        });
    }
}

/// The button, or what is waited for.
fn show_learning(ui: &mut Ui, cx: &mut Context<'_>) {
    let words = match cx.view.learning {
        Learning::Nothing => {
            let free = cx.view.free_host_parameter;
            let learn = ui
                .add_enabled(free.is_some(), Button::new("Learn"))
                .on_hover_text(
                    "The next control that is turned in a plugin's window is mapped to the first host \
                     parameter that moves nothing",
                )
                .on_disabled_hover_text("All host parameters move something already");
            if let Some(host) = free.filter(|_| learn.clicked()) {
                cx.commands.push(Command::Learn(Learning::Parameter(host)));
            }
            return;
        }
        Learning::Parameter(host) => {
            format!("Turn a control in a plugin's window: {host} will move it.")
        }
        Learning::Midi { host, .. } => {
            format!("Move a control of a MIDI device: it will move {host}.")
        }
    };
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(words).color(cx.theme.accent));
        let cancel = ui
            .button("Cancel")
            .accessible_name("Cancel learning")
            .on_hover_text("Wait for nothing (Esc)");
        let by_key = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        if cancel.clicked() || by_key {
            cx.commands.push(Command::Learn(Learning::Nothing));
        }
    });
}

/// Where a parameter is dropped that is to be moved by a host parameter of its own. Always there: nothing is to
/// move under the pointer when something is dragged.
fn show_new(ui: &mut Ui, cx: &mut Context<'_>) {
    let frame = Frame::group(ui.style());
    let (_, dropped) = ui.dnd_drop_zone::<Dragged, _>(frame, |ui| {
        ui.set_width(ui.available_width());
        let words = "New: drop a parameter's name here";
        ui.label(RichText::new(words).color(cx.theme.weak_text))
            .on_hover_text("The first host parameter that moves nothing moves it from then on");
    });
    map_dropped(cx, dropped.as_deref(), None);
}

/// Has a host parameter move what was dropped on it.
fn map_dropped(cx: &mut Context<'_>, dropped: Option<&Dragged>, host: Option<HostId>) {
    if let Some(Dragged::Parameter(slot, index)) = dropped {
        cx.commands.push(Command::Map {
            slot: *slot,
            index: *index,
            host,
        });
    }
}
