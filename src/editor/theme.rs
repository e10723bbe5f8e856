//! Colours and sizes, dark and light. That they can be told apart is tested in `contrast`.

#[cfg(test)]
mod contrast;

use egui::style::{ScrollStyle, WidgetVisuals};
use egui::{Color32, Context, Stroke, TextStyle, Visuals, vec2};

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
    /// Behind the text of buttons and numbers.
    pub control: Color32,
    /// The same under the pointer.
    pub control_hovered: Color32,
    /// Behind text that is typed.
    pub field: Color32,
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
                control: Color32::from_rgb(52, 56, 65),
                control_hovered: Color32::from_rgb(62, 67, 78),
                field: Color32::from_rgb(16, 17, 20),
                text: Color32::from_rgb(236, 238, 242),
                weak_text: Color32::from_rgb(176, 182, 194),
                accent: Color32::from_rgb(255, 181, 71),
                on_accent: Color32::from_rgb(24, 20, 10),
                warning: Color32::from_rgb(255, 160, 146),
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
                control: Color32::from_rgb(238, 240, 244),
                control_hovered: Color32::from_rgb(220, 224, 232),
                field: Color32::from_rgb(255, 255, 255),
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

    /// Has egui draw with these colours and sizes.
    pub fn apply(&self, ctx: &Context) {
        let theme = match self.look {
            Look::Dark => egui::Theme::Dark,
            Look::Light => egui::Theme::Light,
        };
        ctx.set_theme(theme);
        let mut visuals = self.visuals();
        // Not a matter of looks.
        visuals.text_cursor.blink = ctx.style_of(theme).visuals.text_cursor.blink;
        ctx.set_visuals_of(theme, visuals);
        ctx.all_styles_mut(|style| {
            for (name, size) in [
                (TextStyle::Heading, sizes::NAME_TEXT),
                (TextStyle::Body, sizes::TEXT),
                (TextStyle::Button, sizes::TEXT),
                (TextStyle::Monospace, sizes::TEXT),
                (TextStyle::Small, sizes::SMALL_TEXT),
            ] {
                if let Some(font) = style.text_styles.get_mut(&name) {
                    font.size = size;
                }
            }
            style.spacing.interact_size.y = sizes::CONTROL;
            style.spacing.button_padding = vec2(6.0, 2.0);
            style.spacing.scroll = ScrollStyle::solid();
            // What fades out at the edge would have to be drawn again with each meter that moves there.
            style.spacing.scroll.fade.strength = 0.0;
        });
    }

    /// What egui draws its own widgets with.
    pub fn visuals(&self) -> Visuals {
        let mut visuals = match self.look {
            Look::Dark => Visuals::dark(),
            Look::Light => Visuals::light(),
        };
        let widget = |visuals: &mut WidgetVisuals, fill, stroke, text| {
            visuals.bg_fill = fill;
            visuals.weak_bg_fill = fill;
            visuals.bg_stroke = Stroke::new(1.0, stroke);
            visuals.fg_stroke = Stroke::new(1.5, text);
        };
        let Self { text, outline, .. } = *self;
        let widgets = &mut visuals.widgets;
        widget(&mut widgets.noninteractive, self.split, outline, text);
        widget(&mut widgets.inactive, self.control, outline, text);
        widget(&mut widgets.hovered, self.control_hovered, text, text);
        widget(&mut widgets.active, self.control_hovered, text, text);
        widget(&mut widgets.open, self.control_hovered, outline, text);
        // What the keys go to.
        widgets.active.bg_stroke.width = 2.0;
        visuals.weak_text_color = Some(self.weak_text);
        visuals.disabled_alpha = 0.6;
        visuals.panel_fill = self.background;
        visuals.window_fill = self.slot;
        visuals.window_stroke = Stroke::new(1.0, outline);
        visuals.extreme_bg_color = self.field;
        visuals.text_edit_bg_color = Some(self.field);
        visuals.faint_bg_color = self.split;
        visuals.code_bg_color = self.split;
        visuals.selection.bg_fill = self.accent;
        visuals.selection.stroke = Stroke::new(1.5, self.on_accent);
        visuals.text_cursor.stroke = Stroke::new(2.0, text);
        visuals.hyperlink_color = self.accent;
        visuals.warn_fg_color = self.warning;
        visuals.error_fg_color = self.warning;
        visuals
    }
}
