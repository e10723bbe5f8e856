//! What stands above each chain of a split: its name, how it is mixed with the others, and how loud and late
//! it is.

use std::sync::atomic::Ordering::Relaxed;

use egui::accesskit::Role;
use egui::{Button, Id, Rect, Response, Sense, Ui, WidgetInfo, pos2, vec2};

use super::knob::Knob;
use super::meter::Meter;
use super::{pieces, words};
use crate::editor::Command;
use crate::editor::meters::MeterId;
use crate::editor::shared::Context;
use crate::editor::theme::sizes::{CONTROL, METER, PADDING, SMALL_TEXT, TEXT};
use crate::rack::edit::Edit;
use crate::rack::limits::{CHAIN_GAIN, PAN};
use crate::rack::{Split, SplitChain};

/// The header of one of a split's chains.
pub struct Header<'a> {
    /// The split.
    pub split: &'a Split,
    /// Which chain, from zero.
    pub number: usize,
    /// Where it is.
    pub rect: Rect,
}

/// What was done to a header that its surroundings have to see to.
pub struct Touched {
    /// Its title.
    pub title: Response,
    /// The menu's button.
    pub menu: Response,
}

/// How a chain is mixed with the others.
#[derive(Clone, Copy)]
struct Mixed {
    gain_db: f32,
    pan: f32,
    mute: bool,
    solo: bool,
}

impl Header<'_> {
    fn chain(&self) -> &SplitChain {
        &self.split.chains[self.number]
    }

    fn id(&self, part: &str) -> Id {
        Id::unique(("chain", self.chain().id, part))
    }

    /// Draws it.
    pub fn show(&self, ui: &mut Ui, cx: &mut Context<'_>) -> Touched {
        let name = words::chain(self.split, self.number);
        let row = Rect::from_min_size(self.rect.min, vec2(self.rect.width(), CONTROL));
        let menu_rect = Rect::from_min_max(pos2(row.right() - 28.0, row.top()), row.max);
        let title_rect = Rect::from_min_max(row.min, pos2(menu_rect.left() - 4.0, row.bottom()));
        let title = self.title(ui, cx, title_rect);
        let label = format!("Menu of chain {name}");
        let menu = pieces::menu_button(ui, self.id("menu"), menu_rect, &label);
        let menu = menu.on_hover_text("What can be done with this chain");
        self.controls(ui, cx, row.translate(vec2(0.0, CONTROL + 4.0)), &name);

        let which = MeterId::Chain(self.chain().id);
        let rect = Rect::from_min_size(
            pos2(row.left(), row.bottom() + CONTROL + 6.0),
            vec2(row.width(), METER - 2.0),
        );
        let meter = Meter {
            which,
            level: which.find(cx.view),
            rect,
            across: true,
            name: &format!("Level of chain {name}"),
        };
        meter.show(ui, cx.theme, self.id("level"));
        Touched { title, menu }
    }

    fn title(&self, ui: &Ui, cx: &Context<'_>, rect: Rect) -> Response {
        let chain = self.chain();
        let title = ui.interact(rect, pieces::chain_title_id(chain.id), Sense::click());
        let chosen = cx.shared.chain == Some(chain.id);
        let label = format!("Chain {}", words::chain(self.split, self.number));
        title.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen, &label));
        if title.has_focus() {
            pieces::keep_arrows(ui, &title);
        }
        if title.has_focus() || chosen {
            pieces::focus_ring(ui, cx.theme, rect.expand2(vec2(4.0, 0.0)));
        }
        let text = words::chain_title(self.split, self.number);
        let end = pieces::text(ui, rect, &text, TEXT + 1.5, cx.theme.text);
        let latencies = cx.view.latencies.as_ref();
        let late = latencies.and_then(|latencies| latencies.chains.get(&chain.id));
        let mut parts = Vec::new();
        if let Some(late) = late {
            let rate = cx.view.sample_rate;
            parts.extend(words::latency(late.own_samples, rate));
            let waits = words::latency(late.waits_samples, rate);
            parts.extend(waits.map(|waits| format!("waits {waits}")));
        }
        if !chain.is_heard(self.split) {
            parts.push("not heard".to_owned());
        }
        let rest = Rect::from_min_max(pos2(end + PADDING, rect.top()), rect.max);
        let text = words::joined(&parts);
        pieces::text(ui, rest, &text, SMALL_TEXT, cx.theme.weak_text);
        title.on_hover_text(
            "What passes this way. Click to choose it: what is inserted next goes to its end",
        )
    }

    fn controls(&self, ui: &mut Ui, cx: &mut Context<'_>, row: Rect, name: &str) {
        let before = self.mixed(cx);
        let mut after = before;
        let part = |from: f32, width: f32| {
            let left = row.left() + from;
            Rect::from_x_y_ranges(left..=left + width, row.y_range())
        };
        let label = format!("Gain of chain {name}");
        let gain = Knob {
            id: self.id("gain"),
            name: &label,
            help: "The gain on what comes out of the chain. Double click for 0 dB",
            live: before.gain_db,
            default: CHAIN_GAIN.default,
            range: CHAIN_GAIN.low..=CHAIN_GAIN.high,
            unit: CHAIN_GAIN.unit,
            speed: 0.1,
            decimals: 1,
            words: None,
        };
        let mut changed = None;
        changed = gain
            .show(ui, part(0.0, 76.0))
            .map(|db| after.gain_db = db)
            .or(changed);
        let label = format!("Pan of chain {name}");
        let pan = Knob {
            id: self.id("pan"),
            name: &label,
            help: "Where the chain stands between left and right. Double click for the middle",
            live: before.pan * 100.0,
            default: PAN.default,
            range: PAN.low * 100.0..=PAN.high * 100.0,
            unit: "",
            speed: 0.5,
            decimals: 0,
            words: Some(|percent| words::pan(percent / 100.0)),
        };
        changed = pan
            .show(ui, part(82.0, 90.0))
            .map(|percent| after.pan = percent / 100.0)
            .or(changed);
        for (text, verb, on, from, help) in [
            (
                "Mute",
                "Mute",
                &mut after.mute,
                178.0,
                "The chain is not heard",
            ),
            (
                "Solo",
                "Solo",
                &mut after.solo,
                234.0,
                "Only chains with this are heard in this split",
            ),
        ] {
            let button = Button::selectable(*on, text).frame_when_inactive(true);
            let response = pieces::put(ui, self.id(verb), part(from, 52.0), button);
            let label = format!("{verb} chain {name}");
            let is_on = *on;
            response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_on, &label));
            if response.clicked() {
                *on = !is_on;
                changed = Some(());
            }
            response.on_hover_text(help);
        }
        if changed.is_some() {
            let edit = Edit::SetChain {
                chain: self.chain().id,
                gain_db: after.gain_db,
                pan: after.pan,
                mute: after.mute,
                solo: after.solo,
            };
            cx.commands.push(Command::Edit(vec![edit]));
        }
    }

    /// How it is mixed now.
    fn mixed(&self, cx: &Context<'_>) -> Mixed {
        let chain = self.chain();
        let mut mixed = Mixed {
            gain_db: chain.gain_db,
            pan: chain.pan,
            mute: chain.mute,
            solo: chain.solo,
        };
        if let Some((controls, _)) = cx.view.chains.get(&chain.id) {
            mixed.gain_db = words::decibels(controls.gain.load(Relaxed), chain.gain_db);
            mixed.pan = words::near(controls.pan.load(Relaxed), chain.pan);
            mixed.mute = controls.muted.load(Relaxed);
        }
        mixed
    }
}
