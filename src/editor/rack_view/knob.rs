//! A number that can be dragged, typed and set back with a double click.
//!
//! What it shows is live, since automation moves it. What the musician has just set is shown at once, until the
//! session has had the time to follow: otherwise the number would jump back while it is dragged.

use std::ops::RangeInclusive;
use std::time::Duration;

use egui::{DragValue, Id, Rect, Ui, UiBuilder};

/// How long it takes at most until what was set is live.
const PATIENCE: Duration = Duration::from_millis(200);

/// See the [module](self).
pub struct Knob<'a> {
    /// Which it is, of all there are.
    pub id: Id,
    /// What it is called by assistive technology.
    pub name: &'a str,
    /// What it is for, and how to use it.
    pub help: &'a str,
    /// Where it stands.
    pub live: f32,
    /// Where a double click sets it.
    pub default: f32,
    /// Where it can stand.
    pub range: RangeInclusive<f32>,
    /// What it is counted in, with a space before it.
    pub unit: &'a str,
    /// By how much a point of dragging turns it.
    pub speed: f32,
    /// How many digits behind the point are written.
    pub decimals: usize,
    /// How its value is written, where that is not as a number.
    pub words: Option<fn(f32) -> String>,
}

/// What was set last, and when.
#[derive(Clone, Copy)]
struct Pending {
    value: f32,
    until: f64,
}

impl Knob<'_> {
    /// Draws it into a rectangle. What is returned is where it was set.
    pub fn show(self, ui: &mut Ui, rect: Rect) -> Option<f32> {
        let now = ui.input(|input| input.time);
        let pending = ui.data(|data| data.get_temp::<Pending>(self.id));
        let shown = match pending {
            Some(pending) if pending.until > now => pending.value,
            _ => self.live,
        };
        let mut value = shown;
        let mut child = ui.new_child(UiBuilder::new().scope_id(self.id).max_rect(rect));
        let mut field = DragValue::new(&mut value)
            .range(self.range)
            .speed(self.speed)
            .max_decimals(self.decimals)
            .min_size(rect.size())
            .update_while_editing(false);
        field = match self.words {
            Some(words) => field.custom_formatter(move |value, _| words(value as f32)),
            None => field.fixed_decimals(self.decimals),
        };
        let unit = self.unit;
        field = field
            .suffix(unit)
            .custom_parser(move |text| number(text, unit));
        let response = child.add(field).accessible_name(self.name);
        let response = response.on_hover_text(self.help);
        if response.double_clicked() {
            value = self.default;
            response.surrender_focus();
        }
        if value == shown {
            return None;
        }
        let until = now + PATIENCE.as_secs_f64();
        ui.data_mut(|data| data.insert_temp(self.id, Pending { value, until }));
        ui.ctx().request_repaint_after(PATIENCE);
        Some(value)
    }
}

/// The number that a text means: "-6", "-6 dB", "−6,5", "-inf".
fn number(text: &str, unit: &str) -> Option<f64> {
    let text = text.trim().replace('\u{2212}', "-").replace(',', ".");
    let text = text.strip_suffix(unit.trim()).unwrap_or(&text).trim();
    match text.to_lowercase().as_str() {
        "-inf" | "-infinity" => Some(f64::MIN),
        text => text.parse().ok().filter(|value: &f64| !value.is_nan()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_understood_with_its_unit_and_with_a_comma() {
        for (text, value) in [
            ("-6", -6.0),
            (" -6.5 dB", -6.5),
            ("+3,5", 3.5),
            ("−1", -1.0),
        ] {
            assert_eq!(number(text, " dB"), Some(value), "{text}");
        }
        assert_eq!(number("-inf", " dB"), Some(f64::MIN));
        assert_eq!(number("loud", " dB"), None);
        assert_eq!(number("nan", " dB"), None);
    }
}
