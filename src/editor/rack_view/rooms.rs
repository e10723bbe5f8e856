//! What stands where nothing else does: in empty chains, at the ends of others, and in place of what is not
//! understood.

use egui::accesskit::Role;
use egui::{Button, Id, Rect, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

use super::{pieces, words};
use crate::editor::shared::Context;
use crate::editor::theme::sizes::{CONTROL, GAP, PADDING, ROUNDING, SMALL_TEXT, TEXT};
use crate::rack::{ChainId, Rack};

/// Draws something that this version does not understand.
pub fn unknown(ui: &Ui, cx: &Context<'_>, rect: Rect, id: Id) {
    let theme = cx.theme;
    let stroke = Stroke::new(1.0, theme.outline);
    ui.painter()
        .rect(rect, ROUNDING, theme.split, stroke, StrokeKind::Inside);
    let inner = rect.shrink2(vec2(2.0 * PADDING, 4.0));
    let (top, bottom) = inner.split_top_bottom_at_fraction(0.5);
    pieces::text(ui, top, "Not understood", TEXT, theme.text);
    let text =
        "A later version may have made it. The audio passes it by, and it is saved as it came.";
    pieces::text(ui, bottom, text, SMALL_TEXT, theme.weak_text);
    let response = ui.interact(rect, id, Sense::hover());
    let label = format!("Not understood. {text}");
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &label));
}

/// Draws the room of a chain that holds nothing.
pub fn empty(ui: &mut Ui, cx: &mut Context<'_>, chain: ChainId, rect: Rect) {
    let theme = cx.theme;
    let is_rack = chain == ChainId::ROOT;
    let id = match is_rack {
        true => pieces::chain_title_id(chain),
        false => Id::unique(("empty", chain)),
    };
    let response = ui.interact(rect, id, Sense::click());
    let label = format!("Empty: {}", name(&cx.view.rack, chain));
    let chosen = cx.shared.chain == Some(chain);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen, &label));
    let colour = if chosen { theme.accent } else { theme.outline };
    let stroke = Stroke::new(if chosen { 2.0 } else { 1.0 }, colour);
    let corners = rect.shrink(1.0);
    let corners = [
        corners.left_top(),
        corners.right_top(),
        corners.right_bottom(),
        corners.left_bottom(),
        corners.left_top(),
    ];
    ui.painter()
        .extend(Shape::dashed_line(&corners, stroke, 6.0, 4.0));
    if response.has_focus() {
        pieces::focus_ring(ui, theme, rect);
    }
    let inner = rect.shrink2(vec2(2.0 * PADDING, PADDING));
    let line = |number: f32| {
        let from = inner.min + vec2(0.0, number * CONTROL);
        Rect::from_min_size(from, vec2(inner.width(), CONTROL))
    };
    let hint = "Drop a plugin here, or press a letter to find one";
    if is_rack {
        let text = "This rack is empty: what goes in comes out as it is.";
        pieces::text(ui, line(0.0), text, TEXT + 1.5, theme.text);
        let text =
            "Plugins stand below each other here, and the audio passes them from top to bottom.";
        pieces::text(ui, line(1.0), text, SMALL_TEXT, theme.weak_text);
        pieces::text(ui, line(2.0), hint, SMALL_TEXT, theme.weak_text);
        let button = Rect::from_min_size(line(3.0).min, vec2(130.0, CONTROL));
        let id = Id::unique(("find", chain));
        if pieces::put(ui, id, button, Button::new("Find a plugin\u{2026}")).clicked() {
            cx.shared.choose_chain(chain);
            cx.shared.browse("");
        }
    } else {
        let middle = Rect::from_center_size(inner.center(), vec2(inner.width(), CONTROL));
        pieces::text(ui, middle, hint, SMALL_TEXT, theme.weak_text);
    }
    if response.clicked() {
        cx.shared.choose_chain(chain);
    }
    if response.double_clicked() {
        cx.shared.browse("");
    }
}

/// Draws the end of a chain that holds something: a way to add to it.
pub fn end(ui: &mut Ui, cx: &mut Context<'_>, chain: ChainId, rect: Rect) {
    let rect = Rect::from_min_size(rect.min + vec2(GAP, 0.0), vec2(76.0, CONTROL));
    let id = Id::unique(("end", chain));
    let button = Button::new("+ Add").frame_when_inactive(false);
    let response = pieces::put(ui, id, rect, button);
    let label = format!("Add a plugin to {}", name(&cx.view.rack, chain));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
    if response.clicked() {
        cx.shared.choose_chain(chain);
        cx.shared.browse("");
    }
    response.on_hover_text("Finds a plugin to put at this chain's end");
}

/// What a chain is called: "the rack", "chain Dry".
fn name(rack: &Rack, chain: ChainId) -> String {
    let split = rack.split_of(chain);
    let found = split.and_then(|split| {
        let number = split.chains.iter().position(|there| there.id == chain)?;
        Some(format!("chain {}", words::chain(split, number)))
    });
    found.unwrap_or_else(|| "the rack".to_owned())
}
