//! A parameter's value as a bar, to be pulled along: it goes on from where it is and never jumps to the pointer,
//! and Shift makes it finer.

use egui::accesskit::{Action, ActionData};
use egui::{EventFilter, Key, Modifiers, Rect, Response, Sense, Ui, Vec2, WidgetInfo};

use super::list::{key_step, snapped};
use crate::editor::Theme;

/// What is drawn.
pub(super) struct Bar<'a> {
    /// What it is called.
    pub name: &'a str,
    /// In words.
    pub text: &'a str,
    /// From 0 to 1.
    pub value: f32,
    /// From 0 to 1.
    pub default: f32,
    /// How many values there are, where they are not continuous.
    pub steps: Option<u32>,
}

/// What is done to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Touch {
    /// It is taken hold of.
    Take,
    /// It is pulled, by this share of its length.
    Pull(f32),
    /// It is let go.
    Leave,
    /// It is set to this, at once.
    Set(f32),
    /// A value is to be typed.
    Type,
}

impl Bar<'_> {
    /// Draws it, with all that is done to it.
    pub fn show(&self, ui: &mut Ui, theme: &Theme, size: Vec2) -> (Response, Vec<Touch>) {
        let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        self.paint(ui, theme, rect, &response);
        response.widget_info(|| WidgetInfo::slider(true, f64::from(self.value), self.name));
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_value(self.text);
            node.set_min_numeric_value(0.0);
            node.set_max_numeric_value(1.0);
            node.set_numeric_value_step(f64::from(key_step(self.steps, false)));
            node.add_action(Action::SetValue);
            node.add_action(Action::Increment);
            node.add_action(Action::Decrement);
        });
        let touches = self.touches(ui, &response, rect.width());
        (response, touches)
    }

    fn paint(&self, ui: &Ui, theme: &Theme, rect: Rect, response: &Response) {
        let painter = ui.painter_at(rect.expand(1.0));
        let rail = rect.shrink2(Vec2::new(0.0, rect.height() * 0.22));
        painter.rect_filled(rail, 3.0, theme.slot);
        let mut filled = rail;
        filled.set_right(rail.left() + rail.width() * self.value.clamp(0.0, 1.0));
        let color = match response.enabled() {
            true => theme.accent,
            false => theme.weak_text,
        };
        painter.rect_filled(filled, 3.0, color);
        if let Some(steps) = self.steps.filter(|steps| (3..=16).contains(steps)) {
            for step in 1..steps - 1 {
                let x = rail.left() + rail.width() * step as f32 / (steps - 1) as f32;
                painter.vline(x, rail.bottom() - 4.0..=rail.bottom(), (1.0, theme.outline));
            }
        }
        let at_default = rail.left() + rail.width() * self.default.clamp(0.0, 1.0);
        painter.vline(at_default, rail.top()..=rail.top() + 4.0, (1.0, theme.text));
        let line = match response.has_focus() || response.hovered() {
            true => (2.0, theme.text),
            false => (1.0, theme.outline),
        };
        painter.rect_stroke(rail, 3.0, line, egui::StrokeKind::Inside);
    }

    fn touches(&self, ui: &Ui, response: &Response, width: f32) -> Vec<Touch> {
        let mut touches = Vec::new();
        if response.drag_started() {
            touches.push(Touch::Take);
        }
        if response.dragged() {
            let whole = response.total_drag_delta().unwrap_or_default();
            let delta = match response.drag_started() {
                true => whole.x,
                false => response.drag_delta().x,
            };
            let fine = if ui.input(|input| input.modifiers.shift) {
                0.1
            } else {
                1.0
            };
            if delta != 0.0 {
                touches.push(Touch::Pull(fine * delta / width.max(1.0)));
            }
        }
        if response.drag_stopped() {
            touches.push(Touch::Leave);
        }
        let is_by_hand = ui.input(|input| input.pointer.any_click());
        if response.clicked() && is_by_hand {
            let is_switch = self.steps == Some(2);
            match (is_switch, response.double_clicked()) {
                (true, _) => touches.push(Touch::Set(if self.value < 0.5 { 1.0 } else { 0.0 })),
                (false, true) => touches.push(Touch::Set(self.default)),
                (false, false) => response.request_focus(),
            }
        }
        self.keys(ui, response, &mut touches);
        self.assistive(ui, response, &mut touches);
        touches
    }

    fn keys(&self, ui: &Ui, response: &Response, touches: &mut Vec<Touch>) {
        if !response.has_focus() {
            return;
        }
        ui.memory_mut(|memory| {
            let filter = EventFilter {
                horizontal_arrows: true,
                ..EventFilter::default()
            };
            memory.set_focus_lock_filter(response.id, filter);
        });
        ui.input_mut(|input| {
            let is_fine = input.modifiers.shift;
            let modifiers = match is_fine {
                true => Modifiers::SHIFT,
                false => Modifiers::NONE,
            };
            let mut presses = |key| input.count_and_consume_key(modifiers, key) as f32;
            let step = key_step(self.steps, is_fine);
            let far = 0.1_f32.max(step);
            let way = step * (presses(Key::ArrowRight) - presses(Key::ArrowLeft))
                + far * (presses(Key::PageUp) - presses(Key::PageDown));
            if way != 0.0 {
                touches.push(Touch::Set(self.moved(way)));
            }
            for (key, touch) in [
                (Key::Home, Touch::Set(0.0)),
                (Key::End, Touch::Set(1.0)),
                (Key::Delete, Touch::Set(self.default)),
                (Key::Backspace, Touch::Set(self.default)),
                (Key::Enter, Touch::Type),
            ] {
                if presses(key) > 0.0 {
                    touches.push(touch);
                }
            }
        });
    }

    fn assistive(&self, ui: &Ui, response: &Response, touches: &mut Vec<Touch>) {
        ui.input(|input| {
            let up = input.num_accesskit_action_requests(response.id, Action::Increment);
            let down = input.num_accesskit_action_requests(response.id, Action::Decrement);
            if up != down {
                let way = key_step(self.steps, false) * (up as f32 - down as f32);
                touches.push(Touch::Set(self.moved(way)));
            }
            for request in input.accesskit_action_requests(response.id, Action::SetValue) {
                if let Some(ActionData::NumericValue(value)) = request.data {
                    touches.push(Touch::Set(snapped(value as f32, self.steps)));
                }
            }
        });
    }

    fn moved(&self, way: f32) -> f32 {
        snapped(self.value + way, self.steps)
    }
}
