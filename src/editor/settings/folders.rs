//! Where else plugins are, and which format is preferred.

use std::path::PathBuf;

use egui::{Key, TextEdit, Ui};

use crate::child::Formats;
use crate::editor::typed::keep_keys;
use crate::editor::{Again, Command, Context};

/// Draws the folders that are looked into beside the standard ones.
pub(super) fn show(ui: &mut Ui, cx: &mut Context<'_>, typed: &mut String) {
    ui.label("Plugins are looked for in the usual folders, and in these:");
    let folders = &cx.catalog.preferences.folders;
    let mut changed = None;
    for (at, folder) in folders.iter().enumerate() {
        ui.horizontal(|ui| {
            let shown = folder.display().to_string();
            let remove = ui
                .small_button("Remove")
                .accessible_name(format!("Remove {shown}"))
                .on_hover_text("Look there no more; nothing is deleted");
            ui.add(egui::Label::new(&shown).truncate())
                .on_hover_text(&shown);
            if remove.clicked() {
                let mut left = folders.clone();
                left.remove(at);
                changed = Some(left);
            }
        });
    }
    ui.horizontal(|ui| {
        let width = (ui.available_width() - 50.0).max(80.0);
        let field = TextEdit::singleline(typed)
            .hint_text("Another folder")
            .desired_width(width);
        let field = ui
            .add(field)
            .accessible_name("Another folder")
            .on_hover_text("The whole path of a folder with plugins; ~ is yours");
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        keep_keys(ui, &field);
        let path = path_of(typed);
        let add = ui.add_enabled(path.is_some(), egui::Button::new("Add"));
        let add = add
            .accessible_name("Add the folder")
            .on_hover_text("Look for plugins there, too")
            .on_disabled_hover_text("Type the whole path of a folder first");
        if let Some(path) = path.filter(|_| entered || add.clicked()) {
            let mut all = folders.clone();
            all.retain(|known| *known != path);
            all.push(path);
            changed = Some(all);
            typed.clear();
        }
    });
    if let Some(folders) = changed {
        cx.commands.push(Command::SetFolders(folders));
        cx.commands.push(Command::Scan(Again::Nothing));
    }
    show_formats(ui, cx);
}

fn show_formats(ui: &mut Ui, cx: &mut Context<'_>) {
    let preferences = &cx.catalog.preferences;
    let mut formats: Vec<&str> = Formats::names().to_vec();
    formats.sort_by_key(|format| preferences.rank(format));
    ui.label("Of a plugin in several formats, the first of these is taken:");
    let mut chosen = None;
    for (at, format) in formats.iter().enumerate() {
        ui.horizontal(|ui| {
            let earlier = ui.add_enabled(at > 0, egui::Button::new("Up").small());
            let earlier = earlier
                .accessible_name(format!("Prefer {format}"))
                .on_hover_text("Take this format before the one above it")
                .on_disabled_hover_text("It comes first already");
            ui.label(*format);
            if earlier.clicked() {
                chosen = Some(at);
            }
        });
    }
    if let Some(at) = chosen {
        formats.swap(at, at - 1);
        let order = formats.into_iter().map(str::to_owned).collect();
        cx.commands.push(Command::SetFormatOrder(order));
    }
}

/// The folder that was typed; nothing for what is no whole path.
pub(in crate::editor) fn path_of(typed: &str) -> Option<PathBuf> {
    let typed = typed.trim();
    let path = match typed.strip_prefix('~') {
        Some(rest) => dirs::home_dir()?.join(rest.trim_start_matches(['/', '\\'])),
        None => PathBuf::from(typed),
    };
    path.is_absolute().then_some(path)
}
