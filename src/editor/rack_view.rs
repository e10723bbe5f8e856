//! The rack: chains from top to bottom, splits as chains side by side, as they sound.
//!
//! [`layout`] says where everything stands, and what is to be seen is drawn there: slots by [`strip`], the
//! chains of splits by [`header`].

mod header;
mod knob;
pub mod layout;
mod meter;
mod pieces;
mod strip;
mod words;

use egui::accesskit::Role;
use egui::{Id, Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, vec2};

use self::header::Header;
use self::layout::{Part, Placed, Plan};
use self::strip::Strip;
use super::shared::Context;
use super::theme::sizes::{PADDING, ROUNDING, SMALL_TEXT, TEXT};
use crate::rack::{ChainId, ItemId, Split};

/// See the [module](self).
#[derive(Debug, Default)]
pub struct RackView {}

impl RackView {
    /// Draws it, and takes in what is done to it.
    pub fn show(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let view = cx.view;
        ScrollArea::both()
            .id_salt("rack")
            .auto_shrink(false)
            .show(ui, |ui| {
                let plan = Plan::of(&view.rack, ui.available_width() - PADDING);
                let (room, _) = ui.allocate_exact_size(plan.size, Sense::hover());
                for placed in &plan.parts {
                    let rect = placed.rect.translate(room.min.to_vec2());
                    let builder = UiBuilder::new().max_rect(rect).id_salt(placed.place);
                    let mut child = ui.new_child(builder);
                    self.part(&mut child, cx, placed, rect);
                }
            });
    }

    fn part(&mut self, ui: &mut Ui, cx: &mut Context<'_>, placed: &Placed<'_>, rect: Rect) {
        match placed.part {
            Part::Slot(slot) => {
                if let Some(live) = cx.view.slots.get(&slot.id) {
                    let touched = Strip { slot, live, rect }.show(ui, cx);
                    self.touched(cx, slot.id.into(), &touched);
                }
            }
            Part::Split(split) => self.split(ui, cx, split, rect),
            Part::Header(split, number) => {
                let touched = Header {
                    split,
                    number,
                    rect,
                }
                .show(ui, cx);
                if touched.title.clicked() {
                    cx.shared.choose_chain(split.chains[number].id);
                }
            }
            Part::Unknown(_) => unknown(ui, cx, rect),
            Part::Empty(chain) => empty(ui, cx, chain, rect),
            Part::End(chain) => end(ui, cx, chain, rect),
        }
    }

    fn touched(&mut self, cx: &mut Context<'_>, item: ItemId, touched: &strip::Touched) {
        if touched.title.clicked() || touched.body.clicked() {
            cx.shared.select(item);
        }
    }

    fn split(&mut self, ui: &mut Ui, cx: &mut Context<'_>, split: &Split, rect: Rect) {
        let theme = cx.theme;
        let item = ItemId::Split(split.id);
        let selected = cx.shared.selected.contains(&item);
        let stroke = match selected {
            true => Stroke::new(2.0, theme.accent),
            false => Stroke::new(1.0, theme.outline),
        };
        ui.painter()
            .rect(rect, ROUNDING, theme.split, stroke, StrokeKind::Inside);
        let title_rect = layout::title_of(rect).shrink2(vec2(PADDING, 4.0));
        let title = ui.interact(
            title_rect,
            Id::unique(("split", split.id)),
            Sense::click_and_drag(),
        );
        let path = cx
            .view
            .rack
            .place(split.id)
            .map(|place| cx.view.rack.path(place));
        let path = words::path_of_numbers(&path.unwrap_or_default());
        let kind = words::kind(split);
        let label = format!("Split {path} {kind}");
        title.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, &label));
        pieces::text(ui, title_rect, &kind, TEXT + 1.5, theme.text);
        if title.clicked() {
            cx.shared.select(item);
        }
    }
}

fn unknown(ui: &Ui, cx: &Context<'_>, rect: Rect) {
    let theme = cx.theme;
    let stroke = Stroke::new(1.0, theme.outline);
    ui.painter()
        .rect(rect, ROUNDING, theme.split, stroke, StrokeKind::Inside);
    let text = "Something that this version does not understand. The audio passes it by, and it is saved as it came.";
    pieces::text(ui, rect.shrink(PADDING), text, SMALL_TEXT, theme.weak_text);
}

fn empty(ui: &mut Ui, cx: &mut Context<'_>, chain: ChainId, rect: Rect) {
    let text = "Drop a plugin here, or press a letter to find one";
    pieces::text(
        ui,
        rect.shrink(PADDING),
        text,
        SMALL_TEXT,
        cx.theme.weak_text,
    );
    let _ = chain;
}

fn end(ui: &mut Ui, cx: &mut Context<'_>, chain: ChainId, rect: Rect) {
    let _ = (ui, cx, chain, rect);
}

#[cfg(test)]
mod tests;
