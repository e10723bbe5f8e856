//! A slot: a strip with what goes in at its left, what comes out at its right, the plugin's name large, and
//! everything that is set on the slot.

mod controls;
mod numbers;

use std::sync::atomic::Ordering::Relaxed;

use egui::accesskit::Role;
use egui::{Button, Id, Rect, RichText, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::layout::WIDE;
use super::meter::Meter;
use super::{pieces, words};
use crate::editor::Command;
use crate::editor::meters::MeterId;
use crate::editor::shared::Context;
use crate::editor::theme::sizes::{CONTROL, METER, PADDING, ROUNDING, SMALL_TEXT};
use crate::rack::edit::Edit;
use crate::rack::{Slot, path_in_numbers};
use crate::session::SlotView;

/// What was done to a strip that its surroundings have to see to.
pub struct Touched {
    /// The title.
    pub title: egui::Response,
    /// What is around the controls.
    pub body: egui::Response,
    /// The button that tells what is amiss.
    pub warning: Option<(egui::Response, String)>,
    /// The menu's button.
    pub menu: egui::Response,
}

/// A slot, as it is drawn.
pub struct Strip<'a> {
    /// As the document has it.
    pub slot: &'a Slot,
    /// As it is.
    pub live: &'a SlotView,
    /// Where it is.
    pub rect: Rect,
}

impl Strip<'_> {
    /// Draws it.
    pub fn show(&self, ui: &mut Ui, cx: &mut Context<'_>) -> Touched {
        let selected = cx.shared.selected.contains(&self.slot.id.into());
        self.frame(ui, cx, selected);
        let body = ui.interact(self.rect, self.id("body"), Sense::CLICK);
        let inner = self.rect.shrink(PADDING);
        let meters = [
            Rect::from_min_size(inner.min, vec2(METER, inner.height())),
            Rect::from_min_max(pos2(inner.right() - METER, inner.top()), inner.max),
        ];
        let inner = inner.shrink2(vec2(METER + PADDING, 0.0));
        let top = Rect::from_min_size(inner.min, vec2(inner.width(), CONTROL));
        let (title, menu, warning) = self.title_row(ui, cx, top);
        let row = top.translate(vec2(0.0, CONTROL + PADDING));
        let end = self.controls(ui, cx, row);
        let numbers = if self.rect.width() < WIDE {
            row.translate(vec2(0.0, CONTROL))
        } else {
            Rect::from_min_max(pos2(end + PADDING, row.top()), row.max)
        };
        self.numbers(ui, cx, numbers);
        let name = &self.live.description.name;
        let slot = self.slot.id;
        for (rect, which, part) in [
            (meters[0], MeterId::Input(slot), "Input"),
            (meters[1], MeterId::Output(slot), "Output"),
        ] {
            let meter = Meter {
                which,
                level: which.find(cx.view),
                rect,
                across: false,
                name: &format!("{part} level of {name}"),
            };
            meter.show(ui, cx.theme, self.id(part));
        }
        Touched {
            title,
            body,
            warning,
            menu,
        }
    }

    /// What is there of it where it cannot be seen: its title, for the keys and for assistive technology.
    pub fn show_unseen(&self, ui: &Ui, cx: &Context<'_>) -> egui::Response {
        let rect = Rect::from_min_size(self.rect.min, vec2(self.rect.width(), CONTROL));
        let id = pieces::title_id(self.slot.id.into());
        let title = ui.interact(rect, id, Sense::click_and_drag());
        self.tell(cx, &title);
        title
    }

    fn tell(&self, cx: &Context<'_>, title: &egui::Response) {
        let selected = cx.shared.selected.contains(&self.slot.id.into());
        let path = path_in_numbers(&self.live.path);
        let label = format!("Slot {path} {}", self.live.description.name);
        title.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, &label));
    }

    fn id(&self, part: &str) -> Id {
        Id::unique(("slot", self.slot.id, part))
    }

    fn is_bypassed(&self) -> bool {
        match &self.live.desk {
            Some((controls, _)) => controls.bypass.load(Relaxed),
            None => self.slot.bypass,
        }
    }

    fn frame(&self, ui: &Ui, cx: &Context<'_>, selected: bool) {
        let theme = cx.theme;
        let stroke = match (selected, &self.live.problem) {
            (true, _) => Stroke::new(2.0, theme.accent),
            (false, Some(_)) => Stroke::new(2.0, theme.warning),
            (false, None) => Stroke::new(1.0, theme.outline),
        };
        let (rect, round) = (self.rect, ROUNDING);
        ui.painter()
            .rect(rect, round, theme.slot, stroke, StrokeKind::Inside);
    }

    fn title_row(
        &self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        row: Rect,
    ) -> (
        egui::Response,
        egui::Response,
        Option<(egui::Response, String)>,
    ) {
        let name = &self.live.description.name;
        let mut right = row.right();
        let mut take = |width: f32| {
            let rect = Rect::from_x_y_ranges(right - width..=right, row.y_range());
            right -= width + 4.0;
            rect
        };
        let menu_rect = take(28.0);
        let window_rect = take(64.0);
        let warning = self.warning();
        let narrow = self.rect.width() < WIDE;
        let warning_width = if narrow { 26.0 } else { 86.0 };
        let warning_rect = warning.as_ref().map(|_| take(warning_width));
        let power_rect = Rect::from_min_size(row.min, vec2(44.0, row.height()));
        let title_rect = Rect::from_min_max(
            pos2(power_rect.right() + PADDING, row.top()),
            pos2(right - 4.0, row.bottom()),
        );

        let title = ui.interact(
            title_rect,
            pieces::title_id(self.slot.id.into()),
            Sense::click_and_drag(),
        );
        self.title(ui, cx, &title, title_rect);

        let bypassed = self.is_bypassed();
        let power = Button::selectable(!bypassed, if bypassed { "off" } else { "on" });
        let response = pieces::put(ui, self.id("power"), power_rect, power);
        response.widget_info(|| {
            WidgetInfo::selected(Role::Button, true, bypassed, format!("Bypass {name}"))
        });
        if response.clicked() {
            let (slot, bypass) = (self.slot.id, !bypassed);
            cx.commands
                .push(Command::Edit(vec![Edit::SetBypass { slot, bypass }]));
        }
        response.on_hover_text(match bypassed {
            true => "Bypassed: the audio passes it by. Ctrl+B",
            false => "Bypass: lets the audio pass it by. Ctrl+B",
        });

        let warning = warning.zip(warning_rect).map(|(reason, rect)| {
            let text = match self.live.problem {
                _ if narrow => "!",
                Some(_) => "! Problem",
                None => "! Note",
            };
            let text = RichText::new(text).color(cx.theme.warning);
            let response = pieces::put(ui, self.id("warning"), rect, Button::new(text));
            let label = format!("Warning: {reason}");
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
            (response.on_hover_text(&reason), reason)
        });
        self.window_button(ui, cx, window_rect);
        let label = format!("Menu of {name}");
        let menu = pieces::menu_button(ui, self.id("menu"), menu_rect, &label);
        let menu = menu.on_hover_text("What can be done with it. Ctrl+Enter or Shift+F10");
        (title, menu, warning)
    }

    fn title(&self, ui: &Ui, cx: &Context<'_>, title: &egui::Response, rect: Rect) {
        let (theme, description) = (cx.theme, &self.live.description);
        self.tell(cx, title);
        if title.has_focus() {
            pieces::keep_arrows(ui, title);
            pieces::focus_ring(ui, theme, rect.expand2(vec2(4.0, 2.0)));
        }
        let dim = self.is_bypassed();
        let colour = if dim { theme.weak_text } else { theme.text };
        let name = match &self.slot.label {
            Some(label) => format!("{} \u{201C}{label}\u{201D}", description.name),
            None => description.name.clone(),
        };
        let small = words::joined([&description.format, &description.vendor]);
        let end = pieces::name(ui, rect, &name, colour);
        let rest = Rect::from_min_max(pos2(end + PADDING, rect.top()), rect.max);
        pieces::text(ui, rest, &small, SMALL_TEXT, theme.weak_text);
    }

    fn window_button(&self, ui: &mut Ui, cx: &mut Context<'_>, rect: Rect) {
        let (slot, window) = (self.slot.id, self.live.window);
        let name = &self.live.description.name;
        let (text, label, help) = match (window.available, window.open) {
            (true, false) => (
                "Open",
                format!("Open the window of {name}"),
                "Opens the plugin's window. Enter",
            ),
            (true, true) => (
                "Close",
                format!("Close the window of {name}"),
                "Closes the plugin's window. Enter",
            ),
            (false, _) => (
                "Params",
                format!("Parameters of {name}"),
                "The plugin has no window: shows its parameters below. Enter",
            ),
        };
        let shown = cx.shared.parameters_of == Some(slot) && !window.available;
        let button = Button::selectable(window.open || shown, text).frame_when_inactive(true);
        let response = pieces::put(ui, self.id("window"), rect, button);
        let on = window.open || shown;
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, &label));
        if response.clicked() {
            pieces::toggle_window(cx, slot);
        }
        response.on_hover_text(help);
    }

    /// What is amiss, in words.
    fn warning(&self) -> Option<String> {
        let vain = self.live.vain_sources.iter();
        let all: Vec<&str> = (self.live.problem.iter().chain(vain))
            .map(String::as_str)
            .collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}
