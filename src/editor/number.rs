//! A number that is dragged, stepped or typed, and told once that is done: each value on the way would be a
//! change of the rack.

use std::ops::RangeInclusive;

use egui::{DragValue, Id, Slider, Ui};

use super::typed::keep_keys;

/// What is being dragged, of any number of numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Held(Option<(Id, f32)>);

impl Held {
    /// Whether it is this one that is dragged.
    pub fn is(&self, id: Id) -> bool {
        self.0.is_some_and(|(held, _)| held == id)
    }
}

/// How a number is shown.
pub struct Number<'a> {
    /// What it is called.
    pub name: &'a str,
    /// What it is for.
    pub why: &'a str,
    /// The lowest and the highest.
    pub range: RangeInclusive<f32>,
    /// What it is counted in, with a space before it.
    pub unit: &'a str,
    /// How many decimals it has at most.
    pub decimals: usize,
}

impl Number<'_> {
    /// Draws it as a field; gives what it was set to, once that is done.
    pub fn show(&self, ui: &mut Ui, held: &mut Held, id: Id, now: f32) -> Option<f32> {
        self.add(ui, held, id, now, |ui, value| {
            let length = self.range.end() - self.range.start();
            ui.add(
                DragValue::new(value)
                    .range(self.range.clone())
                    .speed(length / 400.0)
                    .suffix(self.unit)
                    .max_decimals(self.decimals)
                    .update_while_editing(false),
            )
        })
    }

    /// Draws it as a slider without a field; gives what it was set to, once that is done.
    pub fn show_slider(&self, ui: &mut Ui, held: &mut Held, id: Id, now: f32) -> Option<f32> {
        self.add(ui, held, id, now, |ui, value| {
            ui.add(Slider::new(value, self.range.clone()).show_value(false))
        })
    }

    /// What it stands at while it is held.
    pub fn shown(held: &Held, id: Id, now: f32) -> f32 {
        (held.0.filter(|(of, _)| *of == id)).map_or(now, |(_, value)| value)
    }

    fn add(
        &self,
        ui: &mut Ui,
        held: &mut Held,
        id: Id,
        now: f32,
        draw: impl FnOnce(&mut Ui, &mut f32) -> egui::Response,
    ) -> Option<f32> {
        let mut value = Self::shown(held, id, now);
        let response = draw(ui, &mut value);
        let response = response.accessible_name(self.name).on_hover_text(self.why);
        keep_keys(ui, &response);
        if response.dragged() {
            held.0 = Some((id, value));
            return None;
        }
        let was_held = held.0.take_if(|(of, _)| *of == id).is_some();
        let is_done = was_held || response.changed();
        let factor = 10_f32.powi(self.decimals as i32);
        let value = (value * factor).round() / factor;
        let value = value.clamp(*self.range.start(), *self.range.end());
        Some(value).filter(|value| is_done && *value != now)
    }
}
