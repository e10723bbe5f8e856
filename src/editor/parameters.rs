//! The generic editor: all parameters of one plugin, below the rack, for those that have no window of their own
//! and whenever it is wanted.

mod badge;
mod bar;
mod list;
mod menu;
mod row;
#[cfg(test)]
mod tests;
mod top;

use egui::{RichText, ScrollArea, Ui};

use super::command::Command;
use super::shared::Context;
use crate::child::TurnKind;
use crate::rack::SlotId;

/// See the [module](self).
#[derive(Debug, Default)]
pub struct ParametersPanel {
    /// Whose parameters were asked for last.
    watched: Option<SlotId>,
    search: String,
    /// What is held with the pointer.
    turning: Option<Turning>,
    /// The value that is being typed.
    entering: Option<Entering>,
    /// The preset file that is being typed, while that is asked for.
    preset: Option<String>,
}

/// A parameter that is held.
#[derive(Clone, Debug, PartialEq)]
struct Turning {
    slot: SlotId,
    index: usize,
    /// Where the pointer has it, between steps too.
    value: f32,
    /// What was told last.
    told: f32,
}

/// A parameter whose value is typed.
#[derive(Clone, Debug, PartialEq)]
struct Entering {
    slot: SlotId,
    index: usize,
    text: String,
    /// It has just begun: the field takes the keyboard.
    is_new: bool,
}

impl ParametersPanel {
    /// Another window is there, and nobody watches for it yet.
    pub fn begin(&mut self) {
        self.watched = None;
    }

    /// Says whose parameters are looked at, where that has changed; also while it is not drawn.
    pub fn watch(&mut self, cx: &mut Context<'_>) {
        let wanted = cx.shared.parameters_of;
        if self.watched != wanted {
            self.watched = wanted;
            self.entering = None;
            self.preset = None;
            self.search.clear();
            let slots = Vec::from_iter(wanted);
            cx.commands.push(Command::WatchParameters(slots));
        }
        let held = self.turning.take_if(|held| Some(held.slot) != wanted);
        if let Some(held) = held {
            cx.commands.push(turn(&held, TurnKind::End));
        }
    }

    /// Draws it, and takes in what is done to it.
    pub fn show(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let Some(slot) = cx.shared.parameters_of else {
            return;
        };
        self.show_top(ui, cx, slot);
        let view = cx.view;
        let Some(parameters) = view.parameters.get(&slot) else {
            ui.label(RichText::new("Its parameters are being asked for").color(cx.theme.weak_text));
            return;
        };
        let found = list::find(parameters, &self.search);
        if found.is_empty() {
            ui.label(match parameters.is_empty() {
                true => "It has no parameters.",
                false => "No parameter is called that.",
            });
        }
        ui.spacing_mut().item_spacing.y = 2.0;
        ScrollArea::vertical().auto_shrink(false).show_rows(
            ui,
            row::HEIGHT,
            found.len(),
            |ui, rows| {
                for at in rows {
                    let parameter = &parameters[found[at]];
                    ui.push_id((slot, parameter.parameter.index), |ui| {
                        self.show_row(ui, cx, slot, parameter);
                    });
                }
            },
        );
        // Its row may have been scrolled away under the pointer.
        if !ui.input(|input| input.pointer.any_down())
            && let Some(held) = self.turning.take()
        {
            cx.commands.push(turn(&held, TurnKind::End));
        }
    }
}

fn turn(held: &Turning, kind: TurnKind) -> Command {
    Command::Turn {
        slot: held.slot,
        index: held.index,
        kind,
    }
}
