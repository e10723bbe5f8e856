//! The editor: the rack on screen.
//!
//! It is drawn anew by egui whenever something that is seen has changed: from a picture of the session
//! ([`View`]), the catalog, and what only the editor knows (what is selected, which panels are open). What the
//! musician does comes out as [`Command`]s. So everything here is a function of values, and tests draw it
//! without a window, a session or a plugin.
//!
//! The window's thread never waits: [`Link`] takes commands to the session, and brings pictures from it. Meters
//! move without egui, where the system allows that: [`outside`].
//!
//! ```text
//!   header        name, open, save, latency, cost, panic, settings
//!   notices       what could not be done, while there is any
//!   side | rack   browser, mapping, settings or files; chains, splits and slots
//!        | parameters of one slot
//! ```

#[cfg(target_os = "linux")]
pub mod assistive;
pub mod browser;
pub mod command;
pub mod file_drops;
pub mod files;
pub mod header;
pub mod level;
mod link;
pub mod listing;
pub mod mapping;
pub mod meters;
pub mod notices;
pub mod number;
pub mod outside;
mod pace;
pub mod parameters;
mod perform;
pub mod preferences;
mod pulse;
pub mod rack_view;
pub mod settings;
pub mod shared;
#[cfg(test)]
pub mod testing;
pub mod theme;
pub mod tree;
pub mod typed;
#[cfg(target_os = "linux")]
mod x11;

use std::sync::Arc;

pub use command::{Again, Command};
pub use link::{Link, Redraw, Source};
pub use preferences::{EditorPreferences, Look};
pub use shared::{CatalogView, Context, Dragged, Shared, Side};
pub use theme::Theme;

use crate::session::View;

/// The editor of one rack. It lives as long as the plugin, so that what is open and selected is still so when the
/// window comes back.
pub struct Editor {
    preferences: EditorPreferences,
    /// What egui was told last.
    dressed: Option<Look>,
    shared: Shared,
    before: Arc<View>,
    header: header::Header,
    notices: notices::Notices,
    rack: rack_view::RackView,
    browser: browser::Browser,
    parameters: parameters::ParametersPanel,
    mapping: mapping::MappingPanel,
    settings: settings::SettingsPanel,
    files: files::FilesPanel,
}

impl Editor {
    /// An editor that looks as the musician likes it.
    pub fn new(preferences: EditorPreferences) -> Self {
        Self {
            preferences,
            dressed: None,
            shared: Shared::default(),
            before: Arc::default(),
            header: header::Header::default(),
            notices: notices::Notices::default(),
            rack: rack_view::RackView::default(),
            browser: browser::Browser::default(),
            parameters: parameters::ParametersPanel::default(),
            mapping: mapping::MappingPanel::default(),
            settings: settings::SettingsPanel::default(),
            files: files::FilesPanel::default(),
        }
    }

    /// Another window is there: egui knows nothing yet.
    pub fn begin(&mut self) {
        self.dressed = None;
        self.parameters.begin();
    }

    /// How the musician likes it.
    pub fn preferences(&self) -> &EditorPreferences {
        &self.preferences
    }

    /// What the panels share.
    pub fn shared(&mut self) -> &mut Shared {
        &mut self.shared
    }

    /// Draws everything, and returns what was asked for.
    pub fn show(
        &mut self,
        ui: &mut egui::Ui,
        view: &Arc<View>,
        catalog: &CatalogView,
    ) -> Vec<Command> {
        let theme = Theme::of(self.preferences.look);
        if self.dressed != Some(theme.look) {
            theme.apply(ui.ctx());
            // The scale is the musician's preference, and kept: see `settings`.
            ui.ctx()
                .options_mut(|options| options.zoom_with_keyboard = false);
            self.dressed = Some(theme.look);
        }
        self.shared.follow(&self.before, view);
        self.before = view.clone();
        let mut commands = Vec::new();
        let mut cx = Context {
            view,
            catalog,
            theme: &theme,
            preferences: &self.preferences,
            shared: &mut self.shared,
            commands: &mut commands,
        };
        self.parameters.watch(&mut cx);
        egui::Panel::top("header").show(ui, |ui| self.header.show(ui, &mut cx));
        if self.notices.any(cx.view, cx.shared) {
            egui::Panel::top("notices").show(ui, |ui| self.notices.show(ui, &mut cx));
        }
        if cx.shared.side != Side::Nothing {
            egui::Panel::left("side")
                .resizable(true)
                .default_size(280.0)
                .size_range(200.0..=480.0)
                .show(ui, |ui| match cx.shared.side {
                    Side::Nothing => {}
                    Side::Browser => self.browser.show(ui, &mut cx),
                    Side::Mapping => self.mapping.show(ui, &mut cx),
                    Side::Settings => self.settings.show(ui, &mut cx),
                    Side::Open | Side::Save => self.files.show(ui, &mut cx),
                });
        }
        if cx.shared.parameters_of.is_some() {
            egui::Panel::bottom("parameters")
                .resizable(true)
                .default_size(220.0)
                .size_range(120.0..=600.0)
                .show(ui, |ui| self.parameters.show(ui, &mut cx));
        }
        egui::CentralPanel::default().show(ui, |ui| self.rack.show(ui, &mut cx));
        if self.shared.search.is_some() {
            // What was typed over the rack goes into the browser, which was drawn before it.
            ui.ctx().request_repaint();
        }
        for command in &commands {
            if let Command::SetPreferences(preferences) = command {
                self.preferences = preferences.clone();
            }
        }
        commands
    }
}
