//! The frame around a split, with its kind as the title.

use egui::accesskit::Role;
use egui::{Id, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::knob::Knob;
use super::layout::title_of;
use super::{pieces, words};
use crate::editor::Command;
use crate::editor::shared::Context;
use crate::editor::theme::sizes::{PADDING, ROUNDING, SMALL_TEXT, TEXT};
use crate::rack::edit::Edit;
use crate::rack::limits::CROSSOVER;
use crate::rack::{ItemId, Split, SplitKind, path_in_numbers};

/// What was done to a split that its surroundings have to see to.
pub struct Touched {
    /// Its title.
    pub title: Response,
    /// The menu's button.
    pub menu: Response,
}

/// Draws the frame of a split.
pub fn show(ui: &mut Ui, cx: &mut Context<'_>, split: &Split, rect: Rect) -> Touched {
    let theme = cx.theme;
    let selected = cx.shared.selected.contains(&ItemId::Split(split.id));
    let stroke = match selected {
        true => Stroke::new(2.0, theme.accent),
        false => Stroke::new(1.0, theme.outline),
    };
    ui.painter()
        .rect(rect, ROUNDING, theme.split, stroke, StrokeKind::Inside);
    let row = title_of(rect).shrink2(vec2(PADDING, 4.0));
    let menu_rect = Rect::from_min_max(pos2(row.right() - 28.0, row.top()), row.max);
    let title_rect = Rect::from_min_max(row.min, pos2(menu_rect.left() - 4.0, row.bottom()));

    let id = pieces::title_id(split.id.into());
    let title = ui.interact(title_rect, id, Sense::click_and_drag());
    let place = cx.view.rack.place(split.id);
    let path = place.map(|place| cx.view.rack.path(place));
    let path = path_in_numbers(&path.unwrap_or_default());
    let kind = words::kind(split);
    let label = format!("Split {path} {kind}");
    title.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, &label));
    if title.has_focus() {
        pieces::keep_arrows(ui, &title);
        pieces::focus_ring(ui, theme, title_rect.expand2(vec2(4.0, 2.0)));
    }
    let written = match &split.kind {
        SplitKind::Bands { .. } => "Bands at",
        _ => kind.as_str(),
    };
    let mut end = pieces::text(ui, title_rect, written, TEXT + 1.5, theme.text) + PADDING;
    if let SplitKind::Bands { crossovers_hz } = &split.kind {
        let left = Rect::from_x_y_ranges(end..=title_rect.right(), row.y_range());
        end = crossovers(ui, cx, split, crossovers_hz, &path, left) + PADDING;
    }
    let latencies = cx.view.latencies.as_ref();
    let late = latencies.and_then(|it| it.splits.get(&split.id)).copied();
    let mut parts = Vec::new();
    parts.extend(words::latency(late.unwrap_or(0), cx.view.sample_rate));
    if split.chains.is_empty() {
        parts.push("It has no chains: audio passes".to_owned());
    }
    let rest = Rect::from_min_max(pos2(end, title_rect.top()), title_rect.max);
    let text = words::joined(&parts);
    pieces::text(ui, rest, &text, SMALL_TEXT, theme.weak_text);

    let label = format!("Menu of split {path}");
    let id = Id::unique(("split", split.id, "menu"));
    let menu = pieces::menu_button(ui, id, menu_rect, &label);
    let menu = menu.on_hover_text("What can be done with the split. Ctrl+Enter or Shift+F10");
    Touched { title, menu }
}

/// Where the bands meet, to be turned. Says where that ends.
fn crossovers(
    ui: &mut Ui,
    cx: &mut Context<'_>,
    split: &Split,
    hertz: &[f32],
    path: &str,
    row: Rect,
) -> f32 {
    let mut left = row.left();
    for (number, live) in hertz.iter().enumerate() {
        let below = number.checked_sub(1).map(|at| hertz[at] + 1.0);
        let above = hertz.get(number + 1).map(|hz| hz - 1.0);
        let low = below.unwrap_or(CROSSOVER.low);
        let high = above.unwrap_or(CROSSOVER.high).max(low);
        let name = format!("Crossover {} of split {path}", number + 1);
        let rect = Rect::from_x_y_ranges(left..=left + 76.0, row.y_range());
        if rect.right() > row.right() {
            break;
        }
        let knob = Knob {
            id: Id::unique(("split", split.id, "crossover", number)),
            name: &name,
            help: "Where one band ends and the next begins. Drag, or click to type",
            live: *live,
            default: *live,
            range: low..=high,
            unit: " Hz",
            speed: (live / 100.0).max(0.1),
            decimals: 0,
            words: None,
        };
        if let Some(hz) = knob.show(ui, rect) {
            let mut crossovers_hz = hertz.to_vec();
            crossovers_hz[number] = hz;
            let kind = SplitKind::Bands { crossovers_hz };
            let edit = Edit::SetKind {
                split: split.id,
                kind,
            };
            cx.commands.push(Command::Edit(vec![edit]));
        }
        left = rect.right() + 4.0;
    }
    left
}
