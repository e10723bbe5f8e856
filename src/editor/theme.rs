//! Colours and sizes, dark and light.

use egui::{Color32, Context, Visuals};

use super::preferences::Look;

/// Sizes, in points: pixels at a scale of 1.
pub mod sizes {
    /// The largest text: the names of plugins.
    pub const NAME_TEXT: f32 = 17.0;
    /// Most text.
    pub const TEXT: f32 = 13.5;
    /// The smallest text.
    pub const SMALL_TEXT: f32 = 12.0;
    /// Between things of one kind.
    pub const GAP: f32 = 8.0;
    /// Between what is around something and what is in it.
    pub const PADDING: f32 = 8.0;
    /// The height of buttons and fields.
    pub const CONTROL: f32 = 24.0;
    /// The width of a meter.
    pub const METER: f32 = 8.0;
    /// How round corners are.
    pub const ROUNDING: f32 = 6.0;
}

/// The colours that panels draw with, besides egui's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    /// Which of the two it is.
    pub look: Look,
    /// Behind everything.
    pub background: Color32,
    /// Behind a slot.
    pub slot: Color32,
    /// Behind a split.
    pub split: Color32,
    /// Text.
    pub text: Color32,
    /// Text that matters less.
    pub weak_text: Color32,
    /// What is selected, and what is on.
    pub accent: Color32,
    /// Text on what is selected.
    pub on_accent: Color32,
    /// Something is amiss.
    pub warning: Color32,
    /// Behind levels.
    pub meter_back: Color32,
    /// Levels.
    pub meter: Color32,
    /// Levels above full scale.
    pub meter_hot: Color32,
    /// Lines around things.
    pub outline: Color32,
}

impl Theme {
    /// The colours of a look.
    pub fn of(look: Look) -> Self {
        match look {
            Look::Dark => Self {
                look,
                background: Color32::from_rgb(24, 26, 30),
                slot: Color32::from_rgb(40, 43, 50),
                split: Color32::from_rgb(31, 34, 39),
                text: Color32::from_rgb(236, 238, 242),
                weak_text: Color32::from_rgb(176, 182, 194),
                accent: Color32::from_rgb(255, 181, 71),
                on_accent: Color32::from_rgb(24, 20, 10),
                warning: Color32::from_rgb(255, 138, 122),
                meter_back: Color32::from_rgb(16, 17, 20),
                meter: Color32::from_rgb(94, 200, 140),
                meter_hot: Color32::from_rgb(255, 96, 84),
                outline: Color32::from_rgb(112, 118, 132),
            },
            Look::Light => Self {
                look,
                background: Color32::from_rgb(244, 245, 247),
                slot: Color32::from_rgb(255, 255, 255),
                split: Color32::from_rgb(232, 234, 239),
                text: Color32::from_rgb(24, 26, 32),
                weak_text: Color32::from_rgb(84, 90, 102),
                accent: Color32::from_rgb(176, 86, 0),
                on_accent: Color32::from_rgb(255, 255, 255),
                warning: Color32::from_rgb(176, 32, 24),
                meter_back: Color32::from_rgb(222, 225, 231),
                meter: Color32::from_rgb(22, 122, 68),
                meter_hot: Color32::from_rgb(196, 28, 18),
                outline: Color32::from_rgb(124, 130, 142),
            },
        }
    }

    /// Has egui draw with these colours.
    pub fn apply(&self, ctx: &Context) {
        let mut visuals = match self.look {
            Look::Dark => Visuals::dark(),
            Look::Light => Visuals::light(),
        };
        visuals.override_text_color = Some(self.text);
        visuals.panel_fill = self.background;
        visuals.window_fill = self.background;
        visuals.selection.bg_fill = self.accent;
        visuals.selection.stroke.color = self.on_accent;
        visuals.hyperlink_color = self.accent;
        ctx.set_visuals(visuals);
    }
}
