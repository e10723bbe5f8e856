//! What can be turned on a slot: its gains and its mix.

use std::sync::atomic::Ordering::Relaxed;

use egui::{Rect, Ui};

use super::Strip;
use crate::editor::Command;
use crate::editor::rack_view::knob::Knob;
use crate::editor::rack_view::{pieces, words};
use crate::editor::shared::Context;
use crate::editor::theme::sizes::{PADDING, SMALL_TEXT};
use crate::rack::edit::Edit;
use crate::rack::limits::{INPUT_GAIN, Limits, MIX, OUTPUT_GAIN};

impl Strip<'_> {
    /// Draws what can be turned, and says where that ends.
    pub(super) fn controls(&self, ui: &mut Ui, cx: &mut Context<'_>, row: Rect) -> f32 {
        let name = &self.live.description.name;
        let (input, mix, output) = self.turned();
        let mut left = row.left();
        let mut room = |ui: &Ui, text: &str, width: f32| {
            let label = Rect::from_x_y_ranges(left..=row.right(), row.y_range());
            let end = pieces::text(ui, label, text, SMALL_TEXT, cx.theme.weak_text);
            let rect = Rect::from_x_y_ranges(end + 4.0..=end + 4.0 + width, row.y_range());
            left = rect.right() + PADDING;
            rect
        };
        let gain = |id, name, help, live, limits: &Limits| Knob {
            id,
            name,
            help,
            live,
            default: limits.default,
            range: limits.low..=limits.high,
            unit: limits.unit,
            speed: 0.1,
            decimals: 1,
            words: None,
        };
        let slot = self.slot.id;
        let mut edits = Vec::new();

        let label = format!("Input gain of {name}");
        let help = "The gain before the plugin. Drag, or click to type; double click for 0 dB";
        let knob = gain(self.id("input gain"), &label, help, input, &INPUT_GAIN);
        let rect = room(ui, "In", 72.0);
        if let Some(input_db) = knob.show(ui, rect) {
            let output_db = output;
            edits.push(Edit::SetGains {
                slot,
                input_db,
                output_db,
            });
        }

        let label = format!("Mix of {name}");
        let knob = Knob {
            id: self.id("mix"),
            name: &label,
            help: "How much of what comes out is the plugin's; the rest is what came in. Double click \
                   for 100 %",
            live: mix,
            default: MIX.default,
            range: MIX.low..=MIX.high,
            unit: MIX.unit,
            speed: 0.5,
            decimals: 1,
            words: None,
        };
        let rect = room(ui, "Mix", 68.0);
        if let Some(percent) = knob.show(ui, rect) {
            edits.push(Edit::SetMix { slot, percent });
        }

        let label = format!("Output gain of {name}");
        let help = "The gain behind the plugin, before the mix. Double click for 0 dB";
        let knob = gain(self.id("output gain"), &label, help, output, &OUTPUT_GAIN);
        let rect = room(ui, "Out", 72.0);
        if let Some(output_db) = knob.show(ui, rect) {
            let input_db = input;
            edits.push(Edit::SetGains {
                slot,
                input_db,
                output_db,
            });
        }
        if !edits.is_empty() {
            cx.commands.push(Command::Edit(edits));
        }
        left
    }

    /// The input gain in dB, the mix in percent and the output gain in dB, as they are now.
    fn turned(&self) -> (f32, f32, f32) {
        let slot = self.slot;
        match &self.live.desk {
            None => (slot.input_gain_db, slot.mix_percent, slot.output_gain_db),
            Some((controls, _)) => (
                words::decibels(controls.input_gain.load(Relaxed), slot.input_gain_db),
                words::near(controls.mix.load(Relaxed) * 100.0, slot.mix_percent),
                words::decibels(controls.output_gain.load(Relaxed), slot.output_gain_db),
            ),
        }
    }
}
