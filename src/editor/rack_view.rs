//! The rack: chains from top to bottom, splits as chains side by side, as they sound.
//!
//! `layout` says where everything stands, and what is to be seen is drawn there: slots by `strip`, splits by
//! `split_frame` and `header`. What is done with the `keys`, from the menus and by `drag` becomes
//! `edits`.

mod drag;
mod edits;
mod header;
mod keys;
mod knob;
mod layout;
mod menu;
mod meter;
mod pieces;
mod rename;
mod rooms;
mod routing_menu;
mod selection;
mod split_frame;
mod split_menu;
mod strip;
#[cfg(test)]
mod tests;
mod words;

use egui::{FocusDirection, Id, Popup, Rect, Response, ScrollArea, Sense, Ui, UiBuilder};

use self::header::Header;
use self::layout::{Part, Placed, Plan};
use self::rename::Renaming;
use self::selection::Spot;
use self::strip::Strip;
use super::shared::Context;
use super::theme::sizes::PADDING;
use crate::rack::{Bearer, ItemId, Slot, Split};
use crate::session::SlotView;

pub use keys::KEYS;

/// See the [module](self).
#[derive(Debug, Default)]
pub struct RackView {
    /// Whose menu is to be opened, with the keys in it.
    opens_menu: Option<Spot>,
    /// A menu was opened with the keyboard: its first entry gets the keys.
    enters_menu: bool,
    /// How far the selection goes from the anchor.
    extends_to: Option<ItemId>,
    /// What the keys go on from is to be brought into view.
    shows_spot: bool,
    /// What the keys went on from when it was last drawn.
    spot_before: Option<Spot>,
    renaming: Option<Renaming>,
    /// What had the keys when it was last drawn.
    focus_before: Option<Id>,
}

impl RackView {
    /// Draws it, and takes in what is done to it.
    pub fn show(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        keys::handle(ui, cx, self);
        let spot = cx.shared.spot();
        self.shows_spot |= spot != self.spot_before;
        self.spot_before = spot;
        let view = cx.view;
        let area = ScrollArea::both().id_salt("rack").auto_shrink(false);
        area.show(ui, |ui| {
            let plan = Plan::of(&view.rack, ui.available_width() - PADDING);
            let (room, ground) = ui.allocate_exact_size(plan.size, Sense::CLICK);
            if ground.clicked() {
                cx.shared.choose_nothing();
            }
            let origin = room.min.to_vec2();
            for placed in &plan.parts {
                let rect = placed.rect.translate(origin);
                self.part(ui, cx, placed, rect);
            }
            self.shows_spot = false;
            drag::show(ui, cx, &plan, origin, ui.clip_rect());
        });
        self.focus_before = ui.memory(|memory| memory.focused());
    }

    /// Selects something with the keys.
    fn go_to(&mut self, ui: &Ui, cx: &mut Context<'_>, spot: Spot) {
        cx.shared.choose(spot);
        let title = match spot {
            Spot::Item(item) => pieces::title_id(item),
            Spot::Chain(chain) => pieces::chain_title_id(chain),
        };
        ui.memory_mut(|memory| {
            // The key has done its work: egui would take the focus on from there.
            memory.move_focus(FocusDirection::None);
            memory.request_focus(title);
        });
    }

    /// Brings what the keys go on from into view.
    fn show_spot(&mut self) {
        self.shows_spot = true;
    }

    fn part(&mut self, ui: &mut Ui, cx: &mut Context<'_>, placed: &Placed<'_>, rect: Rect) {
        let seen = ui.is_rect_visible(rect);
        match placed.part {
            Part::Slot(slot) => {
                let Some(live) = cx.view.slots.get(&slot.id) else {
                    return;
                };
                self.bring_into_view(ui, cx, Spot::Item(slot.id.into()), rect);
                let id = Id::unique(("strip", slot.id));
                let mut ui = ui.new_child(UiBuilder::new().scope_id(id).max_rect(rect));
                let strip = Strip { slot, live, rect };
                if seen {
                    self.slot(&mut ui, cx, &strip);
                } else {
                    let title = strip.show_unseen(&ui, cx);
                    self.title(&ui, cx, slot.id.into(), &title);
                }
            }
            Part::Split(split) => self.split(ui, cx, split, rect),
            Part::Header(split, number) => {
                let chain = &split.chains[number];
                self.bring_into_view(ui, cx, Spot::Chain(chain.id), rect);
                if seen {
                    self.header(
                        ui,
                        cx,
                        &Header {
                            split,
                            number,
                            rect,
                        },
                    );
                }
            }
            Part::Unknown if seen => {
                let id = Id::unique(("unknown", placed.place));
                rooms::unknown(ui, cx, rect, id);
            }
            Part::Empty(chain) if seen => rooms::empty(ui, cx, chain, rect),
            Part::End(chain) if seen => rooms::end(ui, cx, chain, rect),
            Part::Unknown | Part::Empty(_) | Part::End(_) => {}
        }
    }

    fn bring_into_view(&self, ui: &Ui, cx: &Context<'_>, spot: Spot, rect: Rect) {
        let furthest = self.extends_to.map(Spot::Item);
        if self.shows_spot && furthest.or(cx.shared.spot()) == Some(spot) {
            ui.scroll_to_rect(rect.expand(PADDING), None);
        }
    }

    fn slot(&mut self, ui: &mut Ui, cx: &mut Context<'_>, strip: &Strip<'_>) {
        let (slot, live) = (strip.slot, strip.live);
        let item = ItemId::Slot(slot.id);
        let touched = strip.show(ui, cx);
        if touched.body.clicked() {
            let modifiers = ui.input(|input| input.modifiers);
            selection::click(&cx.view.rack, cx.shared, item, modifiers);
        }
        self.title(ui, cx, item, &touched.title);
        if touched.title.hovered() {
            let help = words::about(&live.description);
            touched.title.clone().on_hover_text(help);
        }
        if let Some((button, reason)) = &touched.warning {
            Popup::menu(button).show(|ui| warning(ui, cx, slot, live, reason));
        }
        self.menus(
            ui,
            Spot::Item(item),
            &touched.title,
            &touched.menu,
            |it, ui| {
                it.slot_menu(ui, cx, slot, live);
            },
        );
        let bearer = Bearer::Slot(slot.id);
        self.show_renaming(ui, cx, bearer, touched.title.rect);
    }

    fn split(&mut self, ui: &mut Ui, cx: &mut Context<'_>, split: &Split, rect: Rect) {
        let item = ItemId::Split(split.id);
        self.bring_into_view(ui, cx, Spot::Item(item), layout::title_of(rect));
        let touched = split_frame::show(ui, cx, split, rect);
        self.title(ui, cx, item, &touched.title);
        self.menus(
            ui,
            Spot::Item(item),
            &touched.title,
            &touched.menu,
            |it, ui| {
                it.split_menu(ui, cx, split);
            },
        );
    }

    fn header(&mut self, ui: &mut Ui, cx: &mut Context<'_>, header: &Header<'_>) {
        let (split, number) = (header.split, header.number);
        let chain = split.chains[number].id;
        let touched = header.show(ui, cx);
        let title = &touched.title;
        if title.clicked() {
            title.request_focus();
        }
        if (title.clicked() || title.gained_focus()) && cx.shared.chain != Some(chain) {
            cx.shared.choose_chain(chain);
        }
        if title.double_clicked() {
            let name = split.chains[number].name.clone();
            self.rename(Bearer::Chain(chain), name);
        }
        self.menus(ui, Spot::Chain(chain), title, &touched.menu, |it, ui| {
            it.chain_menu(ui, cx, split, number);
        });
        self.show_renaming(ui, cx, Bearer::Chain(chain), title.rect);
    }

    /// Selects and takes hold of an item by its title.
    fn title(&mut self, ui: &Ui, cx: &mut Context<'_>, item: ItemId, title: &Response) {
        let is_selected = cx.shared.selected.contains(&item);
        if title.clicked() {
            let modifiers = ui.input(|input| input.modifiers);
            selection::click(&cx.view.rack, cx.shared, item, modifiers);
            self.extends_to = None;
            title.request_focus();
        } else if title.gained_focus() || title.secondary_clicked() {
            if !is_selected {
                cx.shared.select(item);
            }
            if title.gained_focus() && !ui.clip_rect().contains_rect(title.rect) {
                self.shows_spot = true;
                ui.ctx().request_repaint();
            }
        }
        if title.drag_started_by(egui::PointerButton::Primary) {
            drag::take(ui, cx, item);
        }
    }

    /// The menu of something: at its button, and where the title was clicked with the other mouse button.
    fn menus(
        &mut self,
        ui: &Ui,
        spot: Spot,
        title: &Response,
        button: &Response,
        mut contents: impl FnMut(&mut Self, &mut Ui),
    ) {
        if self.opens_menu == Some(spot) {
            self.opens_menu = None;
            self.enters_menu = true;
            button.request_focus();
            Popup::open_id(ui.ctx(), Popup::default_response_id(button));
        }
        Popup::menu(button).show(|ui| contents(self, ui));
        Popup::context_menu(title).show(|ui| contents(self, ui));
    }
}

/// What is amiss with a slot, and what can be done about it.
fn warning(ui: &mut Ui, cx: &mut Context<'_>, slot: &Slot, live: &SlotView, reason: &str) {
    ui.set_max_width(320.0);
    ui.label(reason);
    if live.problem.is_some() {
        if menu::entry(ui, "Try again", "") {
            menu::try_again(cx, slot);
        }
        if menu::entry(ui, "Replace\u{2026}", "") {
            menu::replace(cx, slot);
        }
    }
}
