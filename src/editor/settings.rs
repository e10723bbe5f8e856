//! The settings: where plugins are, how the rack plays, how the editor looks.

mod folders;
mod looks;
#[cfg(test)]
mod tests;

use egui::{CollapsingHeader, RichText, ScrollArea, Ui};

use super::command::Command;
use super::number::{Held, Number};
use super::shared::{Context, Side};
use crate::catalog::Store;
use crate::rack::edit::Edit;
use crate::rack::limits::{Limits, MIN_SPLIT, RUNAWAY_LIMIT};

pub(super) use folders::path_of;
pub(super) use looks::scale_keys;

/// See the [module](self).
#[derive(Debug, Default)]
pub struct SettingsPanel {
    folder: String,
    scale: Option<f32>,
    held: Held,
}

impl SettingsPanel {
    /// Draws it, and takes in what is done to it.
    pub fn show(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        heading(ui, cx, "Settings");
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            section(ui, "Looks", |ui| looks::show(ui, cx, &mut self.scale));
            section(ui, "This rack", |ui| self.show_rack(ui, cx));
            section(ui, "Folders", |ui| folders::show(ui, cx, &mut self.folder));
            section(ui, "Catalog", |ui| show_catalog(ui, cx));
        });
    }

    fn show_rack(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let rack = cx.view.rack.clone();
        let mut all_cores = rack.all_cores;
        let cores = ui
            .checkbox(&mut all_cores, "Use all cores")
            .on_hover_text("Chains side by side may run on several cores at once, where that pays");
        if cores.changed() {
            cx.commands
                .push(Command::Edit(vec![Edit::SetAllCores(all_cores)]));
        }
        let split = number_field(
            ui,
            &mut self.held,
            "Minimum split",
            rack.min_split_frames as f32,
            &MIN_SPLIT,
            "The shortest part that a block is split into for automation of plugins that cannot be told of it within a block. Less is more exact, and costs more",
        );
        if let Some(frames) = split {
            cx.commands
                .push(Command::Edit(vec![Edit::SetMinSplit(frames as u32)]));
        }
        let limit = number_field(
            ui,
            &mut self.held,
            "Runaway limit",
            rack.runaway_limit_dbfs,
            &RUNAWAY_LIMIT,
            "A plugin whose output is louder than this is taken to have gone mad, and muted",
        );
        if let Some(dbfs) = limit {
            cx.commands
                .push(Command::Edit(vec![Edit::SetRunawayLimit(dbfs)]));
        }
    }
}

/// A setting of the rack with its name before it; gives what it was set to, once that is done.
fn number_field(
    ui: &mut Ui,
    held: &mut Held,
    name: &str,
    now: f32,
    limits: &Limits,
    why: &str,
) -> Option<f32> {
    ui.horizontal(|ui| {
        ui.label(name);
        let id = ui.make_persistent_id(name);
        let number = Number {
            name,
            why,
            range: limits.low..=limits.high,
            unit: limits.unit,
            decimals: 0,
        };
        number.show(ui, held, id, now)
    })
    .inner
}

/// What a panel at the side is called, with a way to close it.
pub(super) fn heading(ui: &mut Ui, cx: &mut Context<'_>, name: &str) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(name).strong());
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let close = ui
                .small_button("Close")
                .accessible_name(format!("Close {}", name.to_lowercase()))
                .on_hover_text("Give the room back to the rack");
            if close.clicked() {
                cx.shared.side = Side::Nothing;
            }
        });
    });
}

fn section(ui: &mut Ui, name: &str, contents: impl FnOnce(&mut Ui)) {
    CollapsingHeader::new(RichText::new(name).strong())
        .id_salt(name)
        .default_open(true)
        .show(ui, contents)
        .header_response
        .on_hover_text("Fold in or out");
}

fn show_catalog(ui: &mut Ui, cx: &Context<'_>) {
    let catalog = &cx.catalog.catalog;
    ui.label(format!("{} plugins are known.", catalog.plugins.len()));
    match Store::of_user() {
        Ok(store) => ui.label(format!("They are listed in {}", store.folder().display())),
        Err(error) => ui.colored_label(cx.theme.warning, error.to_string()),
    };
    for note in &catalog.notes {
        ui.colored_label(cx.theme.warning, note);
    }
}
