//! A level, as egui draws it: what it consists of is said by [`meters`](crate::editor::meters), so that it looks
//! the same whoever draws it.

use egui::{Id, Rect, Sense, Ui, WidgetInfo, accesskit::Role, pos2};

use crate::editor::meters::{
    DrawnMeter, Ink, Inks, MeterId, MeterWatch, Pixels, PlacedMeter, Reading, bars, full_scale,
    line,
};
use crate::editor::theme::Theme;
use crate::rack::meters::LevelMeter;

/// A meter: filled to the mean level, with a line at the peak and a mark beside it at full scale, so that what is
/// too loud stands beyond the mark.
pub struct Meter<'a> {
    /// Which one.
    pub which: MeterId,
    /// What it shows.
    pub level: Option<&'a LevelMeter>,
    /// Where.
    pub rect: Rect,
    /// From left to right, for headers; else from below.
    pub across: bool,
    /// What it is called.
    pub name: &'a str,
}

impl Meter<'_> {
    /// Draws it.
    pub fn show(&self, ui: &Ui, theme: &Theme, id: Id) {
        let shapes = self.paint(ui, theme);
        let response = ui.interact(self.rect.expand(2.0), id, Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Meter, true, self.name));
        let hovered = response.hovered();
        if hovered {
            let peak = self.level.map_or(0.0, LevelMeter::peak);
            response.on_hover_text(format!("{}: {}", self.name, in_words(peak)));
        }
        let drawn = DrawnMeter {
            id: self.which,
            across: self.across,
            rect: self.rect,
            clip: ui.clip_rect(),
            hovered,
            shapes,
            back: theme.meter_back,
        };
        let inks = Inks::of(theme);
        ui.ctx()
            .with_plugin(|watch: &mut MeterWatch| watch.note(drawn, inks));
    }

    /// Returns how many shapes there are.
    fn paint(&self, ui: &Ui, theme: &Theme) -> usize {
        let scale = ui.ctx().pixels_per_point();
        let whole = Pixels::of(self.rect, scale);
        let placed = PlacedMeter {
            id: self.which,
            across: self.across,
            whole,
            seen: whole,
            line: line(scale),
        };
        let painter = ui.painter();
        painter.rect_filled(self.rect, 0.0, theme.meter_back);
        let bars = bars(Reading::of(self.level), placed.length(), placed.line);
        let mut shapes = 1;
        for bar in bars {
            let colour = match bar.ink {
                Ink::Back => continue,
                Ink::Level => theme.meter,
                Ink::Hot => theme.meter_hot,
            };
            painter.rect_filled(in_points(placed.place(bar), scale), 0.0, colour);
            shapes += 1;
        }
        let rect = self.rect;
        let full = full_scale(placed.length()) as f32 / scale;
        let stroke = (1.0, theme.outline);
        if self.across {
            let x = rect.left() + full;
            painter.vline(x, rect.bottom()..=rect.bottom() + 2.0, stroke);
            return shapes + 1;
        }
        let y = rect.bottom() - full;
        painter.hline(rect.left() - 2.0..=rect.left(), y, stroke);
        painter.hline(rect.right()..=rect.right() + 2.0, y, stroke);
        shapes + 2
    }
}

fn in_points(pixels: Pixels, scale: f32) -> Rect {
    let point = |x: i32, y: i32| pos2(x as f32 / scale, y as f32 / scale);
    Rect::from_min_max(
        point(pixels.x, pixels.y),
        point(pixels.x + pixels.width, pixels.y + pixels.height),
    )
}

/// A level in words: "-12.3 dBFS".
fn in_words(linear: f32) -> String {
    match linear {
        ..1e-5 => "silence".to_owned(),
        _ => format!("peak {:.1} dBFS", 20.0 * linear.log10()),
    }
}
