//! What the editor's tests draw from: a picture of a rack that no plugin plays, and a stage that a panel is
//! drawn on without a window.

pub mod painting;

use std::sync::Arc;

use egui_kittest::Harness;

use super::preferences::{EditorPreferences, Look};
use super::{CatalogView, Command, Context, Shared, Theme};
use crate::child::Description;
use crate::rack::desk::Desk;
use crate::rack::{Rack, Slot};
use crate::session::{SlotView, SlotWindow, View};
use crate::state;

/// A picture of a rack as if all of its plugins were there, with windows, and played.
pub fn picture(text: &str) -> View {
    picture_of(state::parse(text).expect("a rack document").rack, 1)
}

/// A picture of a rack; see [`picture`].
pub fn picture_of(rack: Rack, revision: u64) -> View {
    let mut desk = Desk::default();
    desk.follow(&rack);
    let vain_sources = rack.vain_sources();
    let slots = rack.slots().map(|slot| {
        let vain = vain_sources.iter().filter(|(id, _)| *id == slot.id);
        let view = SlotView {
            path: rack.place(slot.id).map_or_else(Vec::new, |p| rack.path(p)),
            description: description(slot),
            instances: 1,
            vain_sources: vain.map(|(_, words)| words.clone()).collect(),
            desk: Some(desk.slot(slot.id)),
            window: SlotWindow {
                available: true,
                open: false,
            },
            ..SlotView::default()
        };
        (slot.id, view)
    });
    let slots = slots.collect();
    let chains = rack.splits().flat_map(|split| &split.chains);
    let chains = chains.map(|chain| (chain.id, desk.chain(chain.id)));
    let chains = chains.collect();
    View {
        revision,
        rack: Arc::new(rack),
        slots,
        chains,
        sample_rate: Some(48_000.0),
        max_frames: Some(512),
        ..View::default()
    }
}

fn description(slot: &Slot) -> Description {
    Description {
        name: slot.plugin.name.clone(),
        format: slot.plugin.format.clone().unwrap_or("VST3".to_owned()),
        vendor: slot.plugin.vendor.clone().unwrap_or("Somebody".to_owned()),
        ..Description::default()
    }
}

/// What a panel is drawn from, and what it asked for.
pub struct Stage {
    /// The session's picture. Tests change it at will.
    pub view: View,
    /// What is installed.
    pub catalog: CatalogView,
    /// How it looks.
    pub preferences: EditorPreferences,
    /// What the panels share.
    pub shared: Shared,
    /// What was asked for, in order.
    pub commands: Vec<Command>,
    /// What it is painted with.
    pub textures: painting::Textures,
    dressed: Option<Look>,
}

impl Stage {
    /// A stage with a [`picture`] of a rack.
    pub fn of(text: &str) -> Self {
        Self {
            view: picture(text),
            catalog: CatalogView::default(),
            preferences: EditorPreferences::default(),
            shared: Shared::default(),
            commands: Vec::new(),
            textures: painting::Textures::default(),
            dressed: None,
        }
    }

    /// Draws a panel alone in a window of this size, frame by frame.
    pub fn draw<'a>(
        self,
        size: [f32; 2],
        mut panel: impl FnMut(&mut egui::Ui, &mut Context<'_>) + 'a,
    ) -> Harness<'a, Self> {
        Harness::builder()
            .with_size(size)
            .with_max_steps(16)
            .renderer(self.textures.clone())
            .build_ui_state(
                move |ui, stage: &mut Self| {
                    egui::CentralPanel::default().show(ui, |ui| {
                        stage.show(ui, &mut panel);
                    });
                },
                self,
            )
    }

    fn show(&mut self, ui: &mut egui::Ui, panel: &mut impl FnMut(&mut egui::Ui, &mut Context<'_>)) {
        let theme = Theme::of(self.preferences.look);
        if self.dressed != Some(theme.look) {
            theme.apply(ui.ctx());
            self.dressed = Some(theme.look);
        }
        let mut cx = Context {
            view: &self.view,
            catalog: &self.catalog,
            theme: &theme,
            preferences: &self.preferences,
            shared: &mut self.shared,
            commands: &mut self.commands,
        };
        panel(ui, &mut cx);
    }

    /// What was asked for since the last look.
    pub fn take_commands(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.commands)
    }

    /// Makes the edits that were asked for, as the session would, and shows the rack as it is then.
    ///
    /// # Panics
    ///
    /// If an edit cannot be made.
    pub fn make_edits(&mut self) {
        let mut rack = (*self.view.rack).clone();
        for command in self.take_commands() {
            let Command::Edit(edits) = command else {
                continue;
            };
            for edit in edits {
                rack.apply(edit).expect("an edit that can be made");
            }
        }
        let after = picture_of(rack, self.view.revision + 1);
        self.shared.follow(&self.view, &after);
        self.view = after;
    }
}
