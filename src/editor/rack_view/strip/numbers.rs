//! What a slot costs, how late it is, and what else is set otherwise than usual, in one line.

use egui::accesskit::Role;
use egui::{Rect, Sense, Ui, WidgetInfo};

use super::Strip;
use crate::editor::level::cost_in_words;
use crate::editor::rack_view::{pieces, words};
use crate::editor::shared::Context;
use crate::editor::theme::sizes::SMALL_TEXT;

impl Strip<'_> {
    /// Cost, latency, and what else is set otherwise than usual.
    pub(super) fn numbers(&self, ui: &Ui, cx: &Context<'_>, rect: Rect) {
        let cost = self
            .live
            .desk
            .as_ref()
            .map(|(_, meters)| format!("CPU {}", cost_in_words(meters.cost.smoothed())));
        let latency = words::latency(self.live.latency_samples, cx.view.sample_rate);
        let mut parts: Vec<String> = Vec::new();
        if self.is_bypassed() {
            parts.push("off".to_owned());
        }
        parts.extend(cost);
        parts.extend(latency);
        if self.live.instances > 1 {
            parts.push(format!("{} instances", self.live.instances));
        }
        parts.extend(words::peculiarities(self.slot));
        let text = parts.join("  \u{B7}  ");
        let colour = cx.theme.weak_text;
        let end = pieces::text(ui, rect, &text, SMALL_TEXT, colour);
        let shown = Rect::from_x_y_ranges(rect.left()..=end.max(rect.left()), rect.y_range());
        let response = ui.interact(shown, self.id("numbers"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
        if response.hovered() {
            response.on_hover_text(format!(
                "{text}\nCPU: its share of the time that the host has for a block. Latency: by how much it \
                 delays the audio."
            ));
        }
    }
}
