//! Rack files, to open one or to save to one: a list at the side and not a dialog of the system, which would
//! stand before the DAW until it is answered.

mod paths;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use egui::{Button, Id, Key, Label, RichText, ScrollArea, TextEdit, Ui};

use super::command::Command;
use super::listing::{Listing, rack_folder};
use super::settings::heading;
use super::shared::{Context, Side};
use super::typed::keep_keys;
use paths::{Meant, meant, suggested_name};

/// See the [module](self).
#[derive(Debug, Default)]
pub struct FilesPanel {
    /// What it was drawn for last; another one is a fresh start.
    side: Side,
    /// The folder that is looked at.
    folder: PathBuf,
    /// The folder that was asked for, and not answered yet.
    asked: bool,
    text: String,
    /// A file that is there already: it is to be asked for again before it is replaced.
    asks_for: Option<PathBuf>,
}

impl FilesPanel {
    /// Draws it, and takes in what is done to it.
    pub fn show(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let is_new = std::mem::replace(&mut self.side, cx.shared.side) != cx.shared.side;
        if is_new || self.folder.as_os_str().is_empty() {
            self.begin(ui, cx);
        }
        let listing = (cx.shared.listing.clone()).filter(|listing| listing.folder == self.folder);
        if listing.is_none() && !self.asked {
            self.asked = true;
            cx.commands.push(Command::ListFolder(self.folder.clone()));
        }
        heading(
            ui,
            cx,
            match self.side {
                Side::Save => "Save to a rack file",
                _ => "Rack files",
            },
        );
        self.show_folder(ui, cx);
        self.show_name(ui, cx);
        self.show_list(ui, cx, listing);
        if cx.shared.side != self.side {
            self.side = Side::Nothing;
        }
    }

    fn begin(&mut self, ui: &Ui, cx: &mut Context<'_>) {
        let file = cx.shared.file.as_ref();
        let own = file.and_then(|file| file.parent()).map(PathBuf::from);
        self.folder = own.unwrap_or_else(rack_folder);
        // It may have changed since.
        cx.shared.listing = None;
        self.asked = false;
        self.asks_for = None;
        self.text = match self.side {
            Side::Save => suggested_name(file.map(PathBuf::as_path), cx.view.rack.name.as_deref()),
            _ => String::new(),
        };
        ui.memory_mut(|memory| memory.request_focus(Id::unique("rack file")));
    }

    fn go(&mut self, folder: PathBuf) {
        self.folder = folder;
        self.asked = false;
        self.asks_for = None;
    }

    fn show_folder(&mut self, ui: &mut Ui, cx: &Context<'_>) {
        let shown = self.folder.display().to_string();
        ui.add(Label::new(RichText::new(&shown).color(cx.theme.weak_text)).truncate())
            .on_hover_text(&shown);
        ui.horizontal(|ui| {
            let above = self.folder.parent().map(PathBuf::from);
            let up = ui.add_enabled(above.is_some(), Button::new("Up"));
            let up = up
                .on_hover_text("The folder that this one is in")
                .on_disabled_hover_text("There is nothing above this folder");
            if let Some(above) = above.filter(|_| up.clicked()) {
                self.go(above);
            }
            let places = [
                ("Racks", Some(rack_folder()), "Where racks are kept"),
                ("Home", dirs::home_dir(), "Your own folder"),
            ];
            for (name, place, why) in places {
                let Some(place) = place else { continue };
                if ui.button(name).on_hover_text(why).clicked() {
                    self.go(place);
                }
            }
        });
    }

    fn show_name(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let id = Id::unique("rack file");
        let before = self.text.clone();
        let field = TextEdit::singleline(&mut self.text)
            .id(id)
            .hint_text("Name or path")
            .desired_width(f32::INFINITY);
        let had_focus = ui.memory(|memory| memory.has_focus(id));
        let field = ui
            .add(field)
            .accessible_name("File name")
            .on_hover_text("A file in this folder, or a whole path; a folder's path goes there");
        if self.text != before {
            self.asks_for = None;
        }
        let (enter, escape) = ui.input(|input| {
            (
                input.key_pressed(Key::Enter),
                input.key_pressed(Key::Escape),
            )
        });
        keep_keys(ui, &field);
        if field.lost_focus() && escape && !had_focus {
            cx.shared.side = Side::Nothing;
            return;
        }
        let entered = field.lost_focus() && enter;
        let meant = meant(&self.folder, &self.text);
        ui.horizontal_wrapped(|ui| match self.side {
            Side::Save => self.show_save(ui, cx, meant, entered),
            _ => self.show_open(ui, cx, meant, entered),
        });
    }

    fn show_save(&mut self, ui: &mut Ui, cx: &mut Context<'_>, meant: Meant, entered: bool) {
        let (words, color) = match self.asks_for {
            Some(_) => ("Replace", cx.theme.warning),
            None => ("Save here", cx.theme.text),
        };
        let is_something = !matches!(meant, Meant::Nothing);
        let button = Button::new(RichText::new(words).color(color));
        let save = ui
            .add_enabled(is_something, button)
            .on_hover_text("Write the rack to this file")
            .on_disabled_hover_text("Type a name first");
        if let Some(path) = &self.asks_for {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            ui.colored_label(cx.theme.warning, format!("{name} is there already."));
        }
        if !save.clicked() && !entered {
            return;
        }
        match meant {
            Meant::Nothing => {}
            Meant::Folder(folder) => self.enter(folder),
            Meant::File(path) => {
                let is_own = cx.shared.file.as_ref() == Some(&path);
                let is_asked = self.asks_for.as_ref() == Some(&path);
                if path.exists() && !is_own && !is_asked {
                    self.asks_for = Some(path);
                    // Enter again replaces it.
                    ui.memory_mut(|memory| memory.request_focus(Id::unique("rack file")));
                    return;
                }
                cx.shared.file = Some(path.clone());
                cx.shared.side = Side::Nothing;
                cx.commands.push(Command::SaveRack(path));
            }
        }
    }

    fn show_open(&mut self, ui: &mut Ui, cx: &mut Context<'_>, meant: Meant, entered: bool) {
        let is_something = !matches!(meant, Meant::Nothing);
        let open = ui
            .add_enabled(is_something, Button::new("Open rack"))
            .on_hover_text("Take this rack in place of the one that is there")
            .on_disabled_hover_text("Choose a file first");
        let insert = ui
            .add_enabled(is_something, Button::new("Insert into the rack"))
            .on_hover_text("Put what it holds behind what is selected")
            .on_disabled_hover_text("Choose a file first");
        match meant {
            Meant::Folder(folder) if open.clicked() || entered => self.enter(folder),
            Meant::File(path) if open.clicked() || entered => open_rack(cx, path),
            Meant::File(path) if insert.clicked() => {
                cx.commands.push(Command::InsertRack {
                    place: cx.shared.insertion_place(cx.view),
                    path,
                });
                cx.shared.side = Side::Nothing;
            }
            _ => {}
        }
    }

    fn enter(&mut self, folder: PathBuf) {
        self.text.clear();
        self.go(folder);
    }

    fn show_list(&mut self, ui: &mut Ui, cx: &mut Context<'_>, listing: Option<Arc<Listing>>) {
        let Some(listing) = listing else {
            ui.label("Looking into the folder");
            return;
        };
        if let Some(error) = &listing.error {
            ui.colored_label(cx.theme.warning, error);
        } else if listing.files.is_empty() && listing.folders.is_empty() {
            ui.label("No racks are here yet.");
        }
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            for name in &listing.folders {
                let folder = ui
                    .selectable_label(false, format!("{name}/"))
                    .on_hover_text("Look into this folder");
                if folder.clicked() {
                    self.go(self.folder.join(name));
                }
            }
            for name in &listing.files {
                let is_chosen = *name == self.text;
                let why = match self.side {
                    Side::Save => "A rack that is there already",
                    _ => "A rack; twice opens it",
                };
                let file = ui.selectable_label(is_chosen, name).on_hover_text(why);
                if file.double_clicked() && self.side == Side::Open {
                    open_rack(cx, self.folder.join(name));
                } else if file.clicked() {
                    self.text.clone_from(name);
                    self.asks_for = None;
                }
            }
        });
    }
}

fn open_rack(cx: &mut Context<'_>, path: PathBuf) {
    cx.shared.file = Some(path.clone());
    cx.shared.awaits_rack = true;
    cx.shared.side = Side::Nothing;
    cx.commands.push(Command::OpenRack(path));
}
