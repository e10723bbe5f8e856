//! Small things that strips, splits and headers are made of.

use std::time::Duration;

use egui::accesskit::Role;
use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{
    Align2, Button, Color32, EventFilter, FontId, Id, Layout, Rect, Response, Stroke, StrokeKind,
    Ui, UiBuilder, Widget, WidgetInfo,
};

use crate::editor::Command;
use crate::editor::shared::Context;
use crate::editor::theme::Theme;
use crate::editor::theme::sizes::{NAME_TEXT, ROUNDING};
use crate::rack::{ChainId, Item, ItemId, Rack, SlotId};

/// Puts a widget into a rectangle. By its id it is known from frame to frame, whatever comes and goes around it.
pub fn put(ui: &mut Ui, id: Id, rect: Rect, widget: impl Widget) -> Response {
    let builder = UiBuilder::new()
        .scope_id(id)
        .max_rect(rect)
        .layout(Layout::centered_and_justified(egui::Direction::TopDown));
    ui.new_child(builder).add(widget)
}

/// Writes a plugin's name, and says where it ends.
pub fn name(ui: &Ui, rect: Rect, text: &str, colour: Color32) -> f32 {
    self::text(ui, rect, text, NAME_TEXT, colour)
}

/// Writes a line of text from the left of a rectangle, cut short where it does not fit, and says where it ends.
pub fn text(ui: &Ui, rect: Rect, text: &str, size: f32, colour: Color32) -> f32 {
    if rect.width() < size || text.is_empty() {
        return rect.left();
    }
    let format = TextFormat::simple(FontId::proportional(size), colour);
    let mut job = LayoutJob::single_section(text.to_owned(), format);
    job.wrap = TextWrapping::truncate_at_width(rect.width());
    let galley = ui.painter().layout_job(job);
    let at = Align2::LEFT_CENTER.align_size_within_rect(galley.size(), rect);
    ui.painter().galley(at.min, galley, colour);
    at.right()
}

/// Shows where the keys go.
pub fn focus_ring(ui: &Ui, theme: &Theme, rect: Rect) {
    let stroke = Stroke::new(2.0, theme.text);
    ui.painter()
        .rect_stroke(rect, ROUNDING, stroke, StrokeKind::Inside);
}

/// Opens or closes a plugin's window; where it has none, its parameters stand below the rack.
pub fn toggle_window(cx: &mut Context<'_>, slot: SlotId) {
    let Some(live) = cx.view.slots.get(&slot) else {
        return;
    };
    match (live.window.available, live.window.open) {
        (true, false) => cx.commands.push(Command::OpenWindow(slot)),
        (true, true) => cx.commands.push(Command::CloseWindow(slot)),
        (false, _) => toggle_parameters(cx, slot),
    }
}

/// Shows a plugin's parameters below the rack, or no longer.
pub fn toggle_parameters(cx: &mut Context<'_>, slot: SlotId) {
    let shown = cx.shared.parameters_of == Some(slot);
    cx.shared.parameters_of = (!shown).then_some(slot);
}

/// A button that opens a menu: three lines, for egui's fonts have no sign for it.
pub fn menu_button(ui: &mut Ui, id: Id, rect: Rect, name: &str) -> Response {
    let response = put(ui, id, rect, Button::new(""));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    let stroke = ui.style().interact(&response).fg_stroke;
    let middle = rect.center();
    for by in [-4.0, 0.0, 4.0] {
        let across = middle.x - 6.0..=middle.x + 6.0;
        ui.painter().hline(across, middle.y + by, stroke);
    }
    response
}

/// A sixtieth of a second.
pub const FRAME: Duration = Duration::from_micros(16_667);

/// What an item's title is to egui.
pub fn title_id(item: ItemId) -> Id {
    Id::unique(("title", item))
}

/// What a chain's title is to egui.
pub fn chain_title_id(chain: ChainId) -> Id {
    Id::unique(("title", chain))
}

/// Whether this is a title of something in the rack.
pub fn is_title(rack: &Rack, id: Id) -> bool {
    let items = rack.chain.items().filter_map(Item::id).map(title_id);
    let chains = rack.chains().map(|(chain, _)| chain_title_id(chain));
    items.chain(chains).any(|title| title == id)
}

/// Has the keys that move the selection stay with a title that has the focus.
pub fn keep_arrows(ui: &Ui, title: &Response) {
    let filter = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(title.id, filter));
}
