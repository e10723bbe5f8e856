//! The browser: the plugins of this computer, to be found by a few letters and put into the rack.
//!
//! Two keystrokes and Enter put the best match behind what is selected: whatever is typed over the rack comes
//! here by [`Shared::search`](super::Shared::search), the best is chosen, and the rack has the keyboard again.

mod filters;
mod row;
mod scan;
mod shelf;
#[cfg(test)]
mod tests;

use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{EventFilter, Id, Key, Modifiers, Panel, ScrollArea, TextEdit, Ui};

use super::command::Command;
use super::shared::{Context, Dragged, Side};
use super::typed::forget_keys;
use crate::catalog::ProductKey;
use row::Act;
use shelf::{Filters, Shelf};

/// See the [module](self).
#[derive(Debug, Default)]
pub struct Browser {
    text: String,
    filters: Filters,
    shelf: Shelf,
    /// What Enter takes; the best, if nothing was chosen.
    chosen: Option<ProductKey>,
    /// What is chosen is to be brought into view.
    reveals: bool,
    /// Where the list stands, and how much of it is seen, in points.
    seen: (f32, f32),
}

/// The keys that the list takes while letters go to the text field.
#[derive(Debug, Default)]
struct Keys {
    steps: isize,
    enter: bool,
    stay: bool,
    escape: bool,
}

impl Browser {
    /// Draws it, and takes in what is done to it.
    pub fn show(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        Panel::bottom("scan")
            .show_separator_line(true)
            .show(ui, |ui| scan::show(ui, cx));
        let keys = self.show_search(ui, cx);
        filters::show(ui, &mut self.filters, &self.shelf);
        self.shelf.find(cx.catalog, &self.text, &self.filters);
        self.step(keys.steps);
        if keys.escape {
            self.leave(ui, cx);
            return;
        }
        if keys.enter
            && let Some(key) = self.chosen_key()
        {
            self.insert(ui, cx, &key, None, keys.stay);
            return;
        }
        self.show_list(ui, cx);
    }

    fn show_search(&mut self, ui: &mut Ui, cx: &mut Context<'_>) -> Keys {
        let id = Id::unique("search plugins");
        if let Some(typed) = cx.shared.search.take() {
            let is_there = ui.memory(|memory| memory.has_focus(id));
            self.take_keyboard(ui, id, &typed, is_there);
        }
        let mut keys = Keys::default();
        if ui.memory(|memory| memory.has_focus(id)) {
            keys = Keys::take(ui);
        }
        let before = self.text.clone();
        let hint = match cx.shared.replaces {
            Some(_) => "Search for another plugin",
            None => "Search plugins",
        };
        let field = TextEdit::singleline(&mut self.text)
            .id(id)
            .hint_text(hint)
            .desired_width(f32::INFINITY)
            .event_filter(EventFilter {
                escape: true,
                horizontal_arrows: true,
                vertical_arrows: true,
                tab: false,
            });
        ui.add(field)
            .accessible_name("Search plugins")
            .on_hover_text("Letters of a name, a maker or a kind. Arrows choose, Enter puts it behind what is selected, Ctrl+Enter and stays here, Escape closes");
        if self.text != before {
            self.chosen = None;
            self.reveals = true;
        }
        if cx.shared.replaces.is_some() {
            ui.horizontal_wrapped(|ui| {
                ui.label("What you choose goes in place of the selected plugin.");
                let keep = ui
                    .button("Keep it")
                    .on_hover_text("Insert behind it instead");
                if keep.clicked() {
                    cx.shared.replaces = None;
                }
            });
        }
        keys
    }

    /// Letters that were typed elsewhere begin a search, or go on with it.
    fn take_keyboard(&mut self, ui: &Ui, id: Id, typed: &str, is_there: bool) {
        if !is_there && !typed.is_empty() {
            self.text.clear();
        }
        self.text.push_str(typed);
        self.chosen = None;
        self.reveals = true;
        ui.memory_mut(|memory| memory.request_focus(id));
        let end = CCursor::new(self.text.chars().count());
        let selection = match typed.is_empty() {
            true => CCursorRange::two(CCursor::new(0), end),
            false => CCursorRange::one(end),
        };
        let mut state = TextEditState::load(ui.ctx(), id).unwrap_or_default();
        state.cursor.set_char_range(Some(selection));
        state.store(ui.ctx(), id);
    }

    fn show_list(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        if self.shelf.len() == 0 {
            let words = match (self.text.is_empty(), self.filters.is_open()) {
                (true, true) => "No plugins are known yet.",
                _ => "Nothing fits.",
            };
            ui.label(words);
            return;
        }
        let spacing = 2.0;
        ui.spacing_mut().item_spacing.y = spacing;
        let chosen = self.chosen_at();
        let mut area = ScrollArea::vertical().id_salt("plugins").auto_shrink(false);
        if std::mem::take(&mut self.reveals) {
            area = area.vertical_scroll_offset(self.offset_to(chosen, row::HEIGHT + spacing));
        }
        let mut done = None;
        let output = area.show_rows(ui, row::HEIGHT, self.shelf.len(), |ui, rows| {
            for at in rows {
                let Some(card) = self.shelf.get(at) else {
                    continue;
                };
                let format = self.filters.format.as_deref();
                if let Some(act) = row::show(ui, cx, card, at == chosen, format) {
                    done = Some((card.key.clone(), act));
                }
            }
        });
        self.seen = (output.state.clamped_offset().y, output.inner_rect.height());
        if let Some((key, act)) = done {
            self.see_to(ui, cx, key, act);
        }
        show_dragged(ui, cx);
    }

    fn see_to(&mut self, ui: &Ui, cx: &mut Context<'_>, key: ProductKey, act: Act) {
        match act {
            Act::Choose => self.chosen = Some(key),
            Act::Insert(format) => self.insert(ui, cx, &key, format.as_deref(), true),
            Act::Favourite(on) => cx.commands.push(Command::SetFavourite(key, on)),
            Act::Hide(on) => cx.commands.push(Command::SetHidden(key, on)),
        }
    }

    fn insert(
        &mut self,
        ui: &Ui,
        cx: &mut Context<'_>,
        key: &ProductKey,
        format: Option<&str>,
        stays: bool,
    ) {
        let format = format.or(self.filters.format.as_deref());
        let card = self.shelf.position(key).and_then(|at| self.shelf.get(at));
        let Some(plugin) = card.and_then(|card| card.plugin(cx.catalog, format)) else {
            return;
        };
        let plugin = shelf::reference(plugin);
        let product = Some(key.clone());
        cx.commands.push(match cx.shared.replaces.take() {
            Some(slot) => Command::Replace {
                slot,
                plugin,
                product,
            },
            None => {
                cx.shared.awaits_slot = true;
                Command::Insert {
                    place: cx.shared.insertion_place(cx.view),
                    plugin,
                    product,
                }
            }
        });
        if !stays {
            self.leave(ui, cx);
        }
    }

    /// Closes, and gives the keyboard back to the rack.
    fn leave(&mut self, ui: &Ui, cx: &mut Context<'_>) {
        self.text.clear();
        self.chosen = None;
        cx.shared.replaces = None;
        cx.shared.side = Side::Nothing;
        ui.memory_mut(|memory| {
            if let Some(focused) = memory.focused() {
                memory.surrender_focus(focused);
            }
        });
        forget_keys(ui);
        ui.ctx().request_repaint();
    }

    fn step(&mut self, steps: isize) {
        if steps == 0 || self.shelf.len() == 0 {
            return;
        }
        let last = self.shelf.len() - 1;
        let at = self.chosen_at().saturating_add_signed(steps).min(last);
        self.chosen = self.shelf.get(at).map(|card| card.key.clone());
        self.reveals = true;
    }

    fn chosen_at(&self) -> usize {
        let chosen = self.chosen.as_ref();
        chosen.and_then(|key| self.shelf.position(key)).unwrap_or(0)
    }

    fn chosen_key(&self) -> Option<ProductKey> {
        Some(self.shelf.get(self.chosen_at())?.key.clone())
    }

    /// Where the list has to stand for a row to be seen.
    fn offset_to(&self, row: usize, height: f32) -> f32 {
        let (offset, seen) = self.seen;
        let top = row as f32 * height;
        if seen <= height {
            return top;
        }
        offset.min(top).max(top + height - seen).max(0.0)
    }
}

impl Keys {
    fn take(ui: &Ui) -> Self {
        ui.input_mut(|input| {
            let mut presses = |modifiers, key| input.count_and_consume_key(modifiers, key) as isize;
            let page = 8;
            let steps = presses(Modifiers::NONE, Key::ArrowDown)
                - presses(Modifiers::NONE, Key::ArrowUp)
                + page * presses(Modifiers::NONE, Key::PageDown)
                - page * presses(Modifiers::NONE, Key::PageUp);
            let stay = presses(Modifiers::COMMAND, Key::Enter) > 0;
            Self {
                steps,
                stay,
                enter: stay || presses(Modifiers::NONE, Key::Enter) > 0,
                escape: presses(Modifiers::NONE, Key::Escape) > 0,
            }
        })
    }
}

/// The plugin that is on its way into the rack, beside the pointer.
fn show_dragged(ui: &Ui, cx: &Context<'_>) {
    let Some(dragged) = egui::DragAndDrop::payload::<Dragged>(ui.ctx()) else {
        return;
    };
    if let (Dragged::Plugin(plugin, _), Some(pointer)) =
        (&*dragged, ui.input(|input| input.pointer.interact_pos()))
    {
        let layer = egui::LayerId::new(egui::Order::Tooltip, Id::unique("dragged plugin"));
        let painter = ui.ctx().layer_painter(layer);
        let font = egui::TextStyle::Body.resolve(ui.style());
        let galley = painter.layout_no_wrap(plugin.name.clone(), font, cx.theme.on_accent);
        let place = egui::Rect::from_min_size(pointer + egui::vec2(12.0, 8.0), galley.size());
        painter.rect_filled(place.expand(4.0), 4.0, cx.theme.accent);
        painter.galley(place.min, galley, cx.theme.on_accent);
    }
}
