//! The line above the parameters: whose they are, search, programs, preset files.

use std::path::PathBuf;

use egui::{Key, RichText, ScrollArea, TextEdit, Ui};

use super::ParametersPanel;
use crate::editor::settings::path_of;
use crate::editor::typed::keep_keys;
use crate::editor::{Command, Context};
use crate::rack::SlotId;
use crate::session::SlotView;

impl ParametersPanel {
    pub(super) fn show_top(&mut self, ui: &mut Ui, cx: &mut Context<'_>, slot: SlotId) {
        let view = cx.view;
        let Some(of) = view.slots.get(&slot) else {
            return;
        };
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(format!("Parameters of {}", of.description.name)).strong());
            let search = TextEdit::singleline(&mut self.search)
                .hint_text("Search parameters")
                .desired_width(150.0);
            let search = ui
                .add(search)
                .accessible_name("Search parameters")
                .on_hover_text("Words of a name; or a host parameter, as p007");
            keep_keys(ui, &search);
            show_programs(ui, cx, slot, of);
            let preset = ui
                .selectable_label(self.preset.is_some(), "Load preset")
                .on_hover_text("Have the plugin take a preset file of its own format");
            if preset.clicked() {
                self.preset = match self.preset {
                    Some(_) => None,
                    None => Some(String::new()),
                };
            }
            if of.window.available {
                let own = ui
                    .button("Own window")
                    .on_hover_text("Open the window that the plugin's maker made");
                if own.clicked() {
                    cx.commands.push(Command::OpenWindow(slot));
                }
            }
            let close = ui
                .button("Close")
                .accessible_name("Close parameters")
                .on_hover_text("Give the room back to the rack");
            if close.clicked() {
                cx.shared.parameters_of = None;
            }
        });
        self.show_preset(ui, cx, slot);
    }

    fn show_preset(&mut self, ui: &mut Ui, cx: &mut Context<'_>, slot: SlotId) {
        let Some(typed) = &mut self.preset else {
            return;
        };
        let load = ui.horizontal(|ui| {
            let field = TextEdit::singleline(typed)
                .hint_text("The whole path of a preset file")
                .desired_width((ui.available_width() - 70.0).max(100.0));
            let field = ui
                .add(field)
                .accessible_name("Preset file")
                .on_hover_text("A .vstpreset of this plugin, for one; ~ is your folder");
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            keep_keys(ui, &field);
            let path = path_of(typed);
            let button = ui.add_enabled(path.is_some(), egui::Button::new("Load"));
            let button = button
                .accessible_name("Load the preset file")
                .on_hover_text("Take its settings in place of those that are there")
                .on_disabled_hover_text("Type the whole path of a file first");
            path.filter(|_| entered || button.clicked())
        });
        let path: Option<PathBuf> = load.inner;
        if let Some(path) = path {
            cx.commands.push(Command::LoadPreset { slot, path });
            self.preset = None;
        }
    }
}

fn show_programs(ui: &mut Ui, cx: &mut Context<'_>, slot: SlotId, of: &SlotView) {
    // Many plugins have one that says nothing.
    if of.programs.len() < 2 {
        return;
    }
    let shown = of.program.and_then(|at| of.programs.get(at));
    let shown = shown.map_or("Programs", String::as_str);
    let mut chosen = None;
    let menu = ui.menu_button(shown, |ui| {
        ui.set_min_width(200.0);
        let height = ui.spacing().interact_size.y;
        let area = ScrollArea::vertical().max_height(320.0);
        area.show_rows(ui, height, of.programs.len(), |ui, rows| {
            for at in rows {
                let name = &of.programs[at];
                let words = match name.trim().is_empty() {
                    true => format!("Program {}", at + 1),
                    false => name.clone(),
                };
                if ui.selectable_label(of.program == Some(at), words).clicked() {
                    chosen = Some(at);
                    ui.close();
                }
            }
        });
    });
    menu.response
        .accessible_name("Programs")
        .on_hover_text("The programs that the plugin brings along");
    if let Some(index) = chosen {
        cx.commands.push(Command::SetProgram { slot, index });
    }
}
