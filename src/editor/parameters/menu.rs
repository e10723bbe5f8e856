//! What can be done to one parameter besides turning it.

use egui::Ui;

use super::ParametersPanel;
use crate::editor::{Command, Context};
use crate::rack::SlotId;
use crate::session::{Learning, ParameterView};

impl ParametersPanel {
    pub(super) fn show_menu(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        slot: SlotId,
        view: &ParameterView,
    ) {
        let parameter = &view.parameter;
        let index = parameter.index;
        let map = |host| Command::Map { slot, index, host };
        let button = |ui: &mut Ui, words: &str, why: &str| {
            let pressed = ui.button(words).on_hover_text(why).clicked();
            if pressed {
                ui.close();
            }
            pressed
        };
        if button(
            ui,
            "Map to host parameter",
            "The first host parameter that moves nothing moves it from now on",
        ) {
            cx.commands.push(map(None));
        }
        if !view.mapped.is_empty() && button(ui, "Unmap", "No host parameter moves it any more") {
            cx.commands.push(Command::Unmap { slot, index });
        }
        if button(
            ui,
            "Learn MIDI",
            "The next controller that is moved on a MIDI device moves it from then on",
        ) {
            let known = view.mapped.first().copied();
            if known.is_none() {
                cx.commands.push(map(cx.view.free_host_parameter));
            }
            if let Some(host) = known.or(cx.view.free_host_parameter) {
                cx.commands.push(Command::Learn(Learning::midi(host)));
            }
        }
        if button(ui, "Default", "Set it to what it is in a fresh plugin") {
            self.set(cx, slot, parameter, parameter.default);
        }
        if button(ui, "Type a value", "Write it in the plugin's words") {
            self.enter(slot, parameter);
        }
    }
}
