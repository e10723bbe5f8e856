//! One thing that a host parameter moves: from where to where, and on which way between.

use egui::{Label, Painter, Pos2, Rect, RichText, Sense, Ui, Vec2};

use super::MappingPanel;
use super::gather::{Moved, changed, with_range};
use crate::editor::number::Number;
use crate::editor::{Command, Context, Theme};
use crate::rack::edit::Edit;
use crate::rack::mapping::Range;
use crate::rack::{Bearer, HostId};
use crate::session::percent;

impl Moved {
    /// Who bears it, as a number that tells it from the others.
    pub(super) fn bearer_number(&self) -> String {
        match self.bearer {
            Bearer::Slot(slot) => format!("{slot:?}"),
            Bearer::Chain(chain) => format!("{chain:?}"),
        }
    }
}

impl MappingPanel {
    pub(super) fn show_moved(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        host: HostId,
        moved: &Moved,
    ) {
        ui.separator();
        ui.horizontal(|ui| {
            let width = (ui.available_width() - 88.0).max(40.0);
            ui.allocate_ui(Vec2::new(width, ui.spacing().interact_size.y), |ui| {
                ui.set_width(width);
                ui.add(Label::new(&moved.what).truncate())
                    .on_hover_text(format!("{host} moves {}", moved.what));
            });
            let remove = ui
                .small_button("Remove")
                .accessible_name(format!("Remove {}", moved.what))
                .on_hover_text("It is not moved any more");
            if remove.clicked() {
                post(cx, changed(&cx.view.rack, moved, |_| None));
            }
        });
        ui.horizontal_wrapped(|ui| {
            self.show_end(ui, cx, moved, true);
            self.show_end(ui, cx, moved, false);
            let swap = ui
                .small_button("Swap")
                .accessible_name(format!("Swap the ends of {}", moved.what))
                .on_hover_text("The other way round");
            if swap.clicked() {
                post(
                    cx,
                    with_range(&cx.view.rack, moved, |range| {
                        (range.from, range.to) = (range.to, range.from);
                    }),
                );
            }
        });
        self.show_curve(ui, cx, moved);
    }

    fn show_end(&mut self, ui: &mut Ui, cx: &mut Context<'_>, moved: &Moved, is_start: bool) {
        let (name, now) = match is_start {
            true => ("From", moved.range.from),
            false => ("To", moved.range.to),
        };
        let id = ui.make_persistent_id(name);
        let end = if is_start { "0" } else { "100" };
        let at = Number::shown(&self.held, id, now * 100.0) / 100.0;
        let number = Number {
            name: &format!("{name} of {}", moved.what),
            why: &format!(
                "Where it is at {end} % of the host parameter: {}",
                percent(f64::from(at))
            ),
            range: 0.0..=100.0,
            unit: " %",
            decimals: 1,
        };
        ui.label(RichText::new(name).color(cx.theme.weak_text));
        // What the document says may be finer than what is shown.
        let shown = (now * 1000.0).round() / 10.0;
        if let Some(value) = number.show(ui, &mut self.held, id, shown) {
            let edit = with_range(&cx.view.rack, moved, |range| match is_start {
                true => range.from = value / 100.0,
                false => range.to = value / 100.0,
            });
            post(cx, edit);
        }
        // While it is dragged, the child has not been asked yet.
        let words = moved.ends.as_ref().filter(|_| !self.held.is(id));
        if let Some([start, end]) = words {
            let words = if is_start { start } else { end };
            // Not twice, where they are the same as the number.
            if *words != format!("{shown:.1} %") {
                ui.label(RichText::new(words).color(cx.theme.weak_text));
            }
        }
    }

    fn show_curve(&mut self, ui: &mut Ui, cx: &mut Context<'_>, moved: &Moved) {
        ui.horizontal(|ui| {
            let id = ui.make_persistent_id("curve");
            let now = moved.range.curve;
            let shown = Number::shown(&self.held, id, now);
            let (rect, _) = ui.allocate_exact_size(Vec2::new(40.0, 22.0), Sense::hover());
            let range = Range {
                curve: shown,
                ..moved.range
            };
            paint_curve(ui.painter(), rect, cx.theme, range);
            let number = Number {
                name: &format!("Curve of {}", moved.what),
                why: "The way between: straight in the middle, slow at first to the right, fast at first to the left",
                range: -1.0..=1.0,
                unit: "",
                decimals: 2,
            };
            ui.spacing_mut().slider_width = (ui.available_width() - 108.0).clamp(40.0, 160.0);
            let set = number.show_slider(ui, &mut self.held, id, now);
            let straight = ui
                .small_button("Straight")
                .accessible_name(format!("Straight curve of {}", moved.what))
                .on_hover_text("No curve");
            let set = set.or(Some(0.0).filter(|_| straight.clicked() && now != 0.0));
            if let Some(curve) = set {
                let edit = with_range(&cx.view.rack, moved, |range| range.curve = curve);
                post(cx, edit);
            }
        });
    }
}

fn post(cx: &mut Context<'_>, edit: Option<Edit>) {
    cx.commands
        .extend(edit.map(|edit| Command::Edit(vec![edit])));
}

fn paint_curve(painter: &Painter, rect: Rect, theme: &Theme, range: Range) {
    painter.rect_filled(rect, 2.0, theme.slot);
    let inner = rect.shrink(3.0);
    let points = (0..=16)
        .map(|step| {
            let host = f64::from(step) / 16.0;
            let value = range.map(host) as f32;
            Pos2::new(
                inner.left() + inner.width() * host as f32,
                inner.bottom() - inner.height() * value,
            )
        })
        .collect();
    painter.line(points, (1.5, theme.accent));
    painter.rect_stroke(rect, 2.0, (1.0, theme.outline), egui::StrokeKind::Inside);
}
