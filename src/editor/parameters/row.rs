//! One parameter: its name, a bar, its value in words, and what moves it.

use egui::{Button, Key, Response, RichText, Sense, TextEdit, TextStyle, Ui, Vec2};

use super::badge::{BADGE_WIDTH, show_badge};
use super::bar::{Bar, Touch};
use super::list::{snapped, with_unit};
use super::{Entering, ParametersPanel, Turning, turn};
use crate::child::{Parameter, TurnKind};
use crate::editor::typed::keep_keys;
use crate::editor::{Command, Context, Dragged};
use crate::rack::SlotId;
use crate::session::ParameterView;

/// A row's height, in points.
pub(super) const HEIGHT: f32 = 24.0;

const VALUE_WIDTH: f32 = 92.0;
const MORE_WIDTH: f32 = 26.0;

impl ParametersPanel {
    pub(super) fn show_row(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        slot: SlotId,
        view: &ParameterView,
    ) {
        let parameter = &view.parameter;
        let gaps = 4.0 * ui.spacing().item_spacing.x;
        let rest = ui.available_width() - VALUE_WIDTH - BADGE_WIDTH - MORE_WIDTH - gaps - 8.0;
        let name_width = (rest * 0.4).clamp(60.0, 260.0);
        let bar_width = (rest - name_width).max(40.0);
        let row = ui.horizontal(|ui| {
            ui.set_height(HEIGHT);
            let name = show_name(ui, cx, slot, parameter, name_width);
            if name.double_clicked() {
                self.set(cx, slot, parameter, parameter.default);
            }
            name.context_menu(|ui| self.show_menu(ui, cx, slot, view));
            match view.choices.is_empty() {
                true => self.show_bar(ui, cx, slot, view, bar_width),
                false => self.show_choices(ui, cx, slot, view, bar_width),
            }
            self.show_value(ui, cx, slot, parameter);
            show_badge(ui, cx, view);
            let more = ui.menu_button("…", |ui| self.show_menu(ui, cx, slot, view));
            more.response
                .accessible_name(format!("More for {}", parameter.name))
                .on_hover_text("Map it, learn MIDI for it, set its default");
        });
        if let Some(dropped) = row.response.dnd_release_payload::<Dragged>()
            && let Dragged::Host(host) = *dropped
        {
            cx.commands.push(Command::Map {
                slot,
                index: parameter.index,
                host: Some(host),
            });
        }
    }

    fn show_bar(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        slot: SlotId,
        view: &ParameterView,
        width: f32,
    ) {
        let parameter = &view.parameter;
        let index = parameter.index;
        let held = (self.turning.as_ref()).filter(|held| (held.slot, held.index) == (slot, index));
        let text = with_unit(parameter, &parameter.text);
        let bar = Bar {
            name: &parameter.name,
            text: &text,
            value: held.map_or(parameter.value, |held| held.told),
            default: parameter.default,
            steps: parameter.steps,
        };
        let (response, touches) = bar.show(ui, cx.theme, Vec2::new(width, HEIGHT));
        response.context_menu(|ui| self.show_menu(ui, cx, slot, view));
        response.on_hover_text(about(parameter));
        for touch in touches {
            self.touch(cx, slot, parameter, touch);
        }
    }

    fn touch(&mut self, cx: &mut Context<'_>, slot: SlotId, parameter: &Parameter, touch: Touch) {
        let index = parameter.index;
        match touch {
            Touch::Take => {
                if let Some(before) = self.turning.take() {
                    cx.commands.push(turn(&before, TurnKind::End));
                }
                let held = Turning {
                    slot,
                    index,
                    value: parameter.value,
                    told: parameter.value,
                };
                cx.commands.push(turn(&held, TurnKind::Begin));
                self.turning = Some(held);
            }
            Touch::Pull(way) => {
                let Some(held) = &mut self.turning else {
                    return;
                };
                held.value = (held.value + way).clamp(0.0, 1.0);
                let value = snapped(held.value, parameter.steps);
                if value != held.told {
                    held.told = value;
                    cx.commands.push(turn(held, TurnKind::Value(value)));
                }
            }
            Touch::Leave => {
                if let Some(held) = self.turning.take() {
                    cx.commands.push(turn(&held, TurnKind::End));
                }
            }
            Touch::Set(value) => self.set(cx, slot, parameter, value),
            Touch::Type => self.enter(slot, parameter),
        }
    }

    /// Sets a parameter as one gesture.
    pub(super) fn set(
        &mut self,
        cx: &mut Context<'_>,
        slot: SlotId,
        parameter: &Parameter,
        value: f32,
    ) {
        let index = parameter.index;
        for kind in [TurnKind::Begin, TurnKind::Value(value), TurnKind::End] {
            cx.commands.push(Command::Turn { slot, index, kind });
        }
    }

    pub(super) fn enter(&mut self, slot: SlotId, parameter: &Parameter) {
        self.entering = Some(Entering {
            slot,
            index: parameter.index,
            text: with_unit(parameter, &parameter.text),
            is_new: true,
        });
    }

    fn show_choices(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        slot: SlotId,
        view: &ParameterView,
        width: f32,
    ) {
        let parameter = &view.parameter;
        let last = view.choices.len().saturating_sub(1).max(1) as f32;
        let now = (parameter.value * last).round() as usize;
        let shown = view.choices.get(now).map_or("", String::as_str);
        let mut chosen = None;
        let menu = egui::ComboBox::from_id_salt("choices")
            .width(width)
            .selected_text(shown)
            .truncate()
            .show_ui(ui, |ui| {
                for (at, words) in view.choices.iter().enumerate() {
                    if ui.selectable_label(at == now, words).clicked() {
                        chosen = Some(at);
                    }
                }
            });
        let response = menu.response.accessible_name(&parameter.name);
        response.on_hover_text(about(parameter));
        if let Some(chosen) = chosen {
            self.set(cx, slot, parameter, chosen as f32 / last);
        }
    }

    fn show_value(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        slot: SlotId,
        parameter: &Parameter,
    ) {
        let size = Vec2::new(VALUE_WIDTH, HEIGHT);
        let name = format!("Value of {}", parameter.name);
        let index = parameter.index;
        let id = ui.make_persistent_id("value");
        let is_this = |entering: &mut Entering| (entering.slot, entering.index) == (slot, index);
        if let Some(mut entering) = self.entering.take_if(is_this) {
            if std::mem::take(&mut entering.is_new) {
                ui.memory_mut(|memory| memory.request_focus(id));
                select_all(ui, id, &entering.text);
            }
            let field = TextEdit::singleline(&mut entering.text).id(id);
            let field = ui.add_sized(size, field);
            let field = field
                .accessible_name(name)
                .on_hover_text("A value in the plugin's words; Enter sets it, Escape does not");
            if !field.lost_focus() {
                self.entering = Some(entering);
            } else if ui.input(|input| input.key_pressed(Key::Enter)) {
                let text = entering.text.trim().to_owned();
                cx.commands.push(Command::Enter { slot, index, text });
            }
            keep_keys(ui, &field);
            return;
        }
        let text = with_unit(parameter, &parameter.text);
        let button = Button::new(RichText::new(text)).truncate().frame(false);
        let value = ui
            .add_sized(size, button)
            .accessible_name(name)
            .on_hover_text("Press to type another value");
        if value.clicked() {
            self.enter(slot, parameter);
        }
    }
}

fn show_name(
    ui: &mut Ui,
    cx: &Context<'_>,
    slot: SlotId,
    parameter: &Parameter,
    width: f32,
) -> Response {
    // The bar has the name for screen readers; this is for the pointer.
    let size = Vec2::new(width, HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let color = match parameter.automatable {
        true => cx.theme.text,
        false => cx.theme.weak_text,
    };
    let words = egui::WidgetText::from(RichText::new(&parameter.name));
    let wrap = Some(egui::TextWrapMode::Truncate);
    let galley = words.into_galley(ui, wrap, width, TextStyle::Body);
    let place = egui::Align2::LEFT_CENTER.align_size_within_rect(galley.size(), rect);
    ui.painter()
        .galley_with_override_text_color(place.min, galley, color);
    response.dnd_set_drag_payload(Dragged::Parameter(slot, parameter.index));
    response.on_hover_text(about(parameter))
}

fn about(parameter: &Parameter) -> String {
    let Parameter {
        name,
        min_text,
        max_text,
        default_text,
        ..
    } = parameter;
    let automated = match parameter.automatable {
        true => "",
        false => "\nThe host may not automate it.",
    };
    format!(
        "{name}: {} to {}, usually {}\nDouble click for that, Shift for fine, Enter to type. The name can be \
         dragged to a host parameter.{automated}",
        min_text.trim(),
        with_unit(parameter, max_text),
        with_unit(parameter, default_text),
    )
}

fn select_all(ui: &Ui, id: egui::Id, text: &str) {
    use egui::text::{CCursor, CCursorRange};
    let mut state = egui::text_edit::TextEditState::load(ui.ctx(), id).unwrap_or_default();
    let end = CCursor::new(text.chars().count());
    state
        .cursor
        .set_char_range(Some(CCursorRange::two(CCursor::new(0), end)));
    state.store(ui.ctx(), id);
}
