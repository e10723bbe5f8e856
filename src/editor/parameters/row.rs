//! One parameter: its name, a bar, its value in words, and what moves it.

use egui::{Button, Key, Response, RichText, Sense, TextEdit, TextStyle, Ui, Vec2};

use super::bar::{Bar, Touch};
use super::list::{mapped_in_words, snapped, with_unit};
use super::{Entering, ParametersPanel, Turning, turn};
use crate::child::{Parameter, TurnKind};
use crate::editor::typed::keep_keys;
use crate::editor::{Command, Context, Dragged, Side};
use crate::rack::{HostId, SlotId};
use crate::session::{Learning, ParameterView};

/// A row's height, in points.
pub(super) const HEIGHT: f32 = 24.0;

const VALUE_WIDTH: f32 = 92.0;
const BADGE_WIDTH: f32 = 46.0;
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
    fn set(&mut self, cx: &mut Context<'_>, slot: SlotId, parameter: &Parameter, value: f32) {
        let index = parameter.index;
        for kind in [TurnKind::Begin, TurnKind::Value(value), TurnKind::End] {
            cx.commands.push(Command::Turn { slot, index, kind });
        }
    }

    fn enter(&mut self, slot: SlotId, parameter: &Parameter) {
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
            .width(width - 8.0)
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

    fn show_menu(&mut self, ui: &mut Ui, cx: &mut Context<'_>, slot: SlotId, view: &ParameterView) {
        let parameter = &view.parameter;
        let index = parameter.index;
        let map = |host| Command::Map { slot, index, host };
        let button = |ui: &mut Ui, words: &str, why: &str| {
            let pressed = ui.button(words).on_hover_text(why).clicked();
            if pressed {
                ui.close();
            }
            pressed
        };
        if button(
            ui,
            "Map to host parameter",
            "The first host parameter that moves nothing moves it from now on",
        ) {
            cx.commands.push(map(None));
        }
        if !view.mapped.is_empty() && button(ui, "Unmap", "No host parameter moves it any more") {
            cx.commands.push(Command::Unmap { slot, index });
        }
        if button(
            ui,
            "Learn MIDI",
            "The next controller that is moved on a MIDI device moves it from then on",
        ) {
            let known = view.mapped.first().copied();
            if known.is_none() {
                cx.commands.push(map(cx.view.free_host_parameter));
            }
            if let Some(host) = known.or(cx.view.free_host_parameter) {
                cx.commands.push(Command::Learn(Learning::midi(host)));
            }
        }
        if button(ui, "Default", "Set it to what it is in a fresh plugin") {
            self.set(cx, slot, parameter, parameter.default);
        }
        if button(ui, "Type a value", "Write it in the plugin's words") {
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

fn show_badge(ui: &mut Ui, cx: &mut Context<'_>, view: &ParameterView) {
    let size = Vec2::new(BADGE_WIDTH, HEIGHT);
    let Some(first) = view.mapped.first() else {
        let words = if view.parameter.automatable {
            ""
        } else {
            "fixed"
        };
        let label = egui::Label::new(RichText::new(words).small().color(cx.theme.weak_text));
        let label = ui.add_sized(size, label);
        if !words.is_empty() {
            label.on_hover_text(
                "The plugin does not let this be automated: it shows something, or is for set-up",
            );
        }
        return;
    };
    let words = match view.mapped.len() {
        1 => first.to_string(),
        count => format!("{first} +{}", count - 1),
    };
    let text = RichText::new(words).small().color(cx.theme.on_accent);
    let badge = ui
        .add_sized(size, Button::new(text).small().fill(cx.theme.accent))
        .accessible_name(mapped_in_words(&view.mapped))
        .on_hover_text(moved_by(cx, &view.mapped));
    if badge.clicked() {
        cx.shared.side = Side::Mapping;
    }
}

fn moved_by(cx: &Context<'_>, hosts: &[HostId]) -> String {
    let descriptions = cx.view.host.descriptions();
    let names: Vec<String> = (hosts.iter())
        .filter_map(|host| Some(format!("{host} {}", descriptions.get(host.number())?.name)))
        .collect();
    format!(
        "Moved by {}. Press to see all that is mapped",
        names.join(", ")
    )
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
