//! A level, drawn in the steps that have the window drawn again: see [`level`](crate::editor::level).

use egui::{Id, Rect, Sense, Ui, WidgetInfo, accesskit::Role};

use crate::editor::level::{LEVEL_STEPS, level_step};
use crate::editor::theme::Theme;
use crate::rack::meters::LevelMeter;

/// Draws a meter from below: filled to the mean level, with a line at the peak and a mark at full scale, so that
/// what is too loud stands above the mark.
pub fn show(ui: &Ui, theme: &Theme, rect: Rect, meter: Option<&LevelMeter>, id: Id, name: &str) {
    let (peak, rms) = meter.map_or((0.0, 0.0), |meter| (meter.peak(), meter.rms()));
    let painter = ui.painter();
    painter.rect_filled(rect, 2.0, theme.meter_back);
    let height = |linear: f32| {
        let share = f32::from(level_step(linear)) / f32::from(LEVEL_STEPS);
        rect.bottom() - share * rect.height()
    };
    let full = height(1.0);
    let fill = |from: f32, to: f32, colour| {
        if from > to {
            let part = Rect::from_x_y_ranges(rect.x_range(), to..=from);
            painter.rect_filled(part, 1.0, colour);
        }
    };
    let top = height(rms);
    fill(rect.bottom(), top.max(full), theme.meter);
    fill(full, top, theme.meter_hot);
    let line = height(peak);
    if line < rect.bottom() {
        let colour = if line < full {
            theme.meter_hot
        } else {
            theme.meter
        };
        fill((line + 2.0).min(rect.bottom()), line, colour);
    }
    painter.hline(rect.left() - 2.0..=rect.left(), full, (1.0, theme.outline));
    painter.hline(
        rect.right()..=rect.right() + 2.0,
        full,
        (1.0, theme.outline),
    );
    let response = ui.interact(rect.expand(2.0), id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Meter, true, name));
    if response.hovered() {
        response.on_hover_text(format!("{name}: {}", in_words(peak)));
    }
}

/// The same from the left, for headers.
pub fn show_across(
    ui: &Ui,
    theme: &Theme,
    rect: Rect,
    meter: Option<&LevelMeter>,
    id: Id,
    name: &str,
) {
    let (peak, rms) = meter.map_or((0.0, 0.0), |meter| (meter.peak(), meter.rms()));
    let painter = ui.painter();
    painter.rect_filled(rect, 2.0, theme.meter_back);
    let along = |linear: f32| {
        let share = f32::from(level_step(linear)) / f32::from(LEVEL_STEPS);
        rect.left() + share * rect.width()
    };
    let full = along(1.0);
    let fill = |from: f32, to: f32, colour| {
        if from < to {
            let part = Rect::from_x_y_ranges(from..=to, rect.y_range());
            painter.rect_filled(part, 1.0, colour);
        }
    };
    let end = along(rms);
    fill(rect.left(), end.min(full), theme.meter);
    fill(full, end, theme.meter_hot);
    let line = along(peak);
    let colour = if line > full {
        theme.meter_hot
    } else {
        theme.meter
    };
    fill((line - 2.0).max(rect.left()), line, colour);
    painter.vline(
        full,
        rect.bottom()..=rect.bottom() + 2.0,
        (1.0, theme.outline),
    );
    let response = ui.interact(rect.expand(2.0), id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Meter, true, name));
    if response.hovered() {
        response.on_hover_text(format!("{name}: {}", in_words(peak)));
    }
}

/// A level in words: "-12.3 dBFS".
fn in_words(linear: f32) -> String {
    match linear {
        ..1e-5 => "silence".to_owned(),
        _ => format!("peak {:.1} dBFS", 20.0 * linear.log10()),
    }
}
