//! One host parameter: its name, its value, its MIDI, and all that it moves.

use egui::{Button, Frame, Label, RichText, Sense, Ui};

use super::gather::Moved;
use super::{MappingPanel, map_dropped, midi};
use crate::editor::{Command, Context, Dragged};
use crate::rack::edit::Edit;
use crate::rack::{HostId, MidiControl};
use crate::session::{Learning, percent};

impl MappingPanel {
    pub(super) fn show_group(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        host: HostId,
        moved: &[Moved],
    ) {
        let frame = Frame::group(ui.style()).fill(cx.theme.split);
        let group = frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            self.show_host(ui, cx, host);
            self.show_midi(ui, cx, host);
            if moved.is_empty() {
                ui.label(RichText::new("It moves nothing.").color(cx.theme.weak_text));
            }
            for moved in moved {
                ui.push_id((moved.bearer_number(), moved.at), |ui| {
                    self.show_moved(ui, cx, host, moved);
                });
            }
        });
        let dropped = group.response.dnd_release_payload::<Dragged>();
        map_dropped(cx, dropped.as_deref(), Some(host));
        if group.response.dnd_hover_payload::<Dragged>().is_some() {
            let rect = group.response.rect;
            let line = (2.0, cx.theme.accent);
            ui.painter()
                .rect_stroke(rect, 2.0, line, egui::StrokeKind::Outside);
        }
    }

    fn show_host(&mut self, ui: &mut Ui, cx: &mut Context<'_>, host: HostId) {
        let kept = cx.view.rack.host_parameters.get(host);
        let own = kept.and_then(|kept| kept.name.clone()).unwrap_or_default();
        let descriptions = cx.view.host.descriptions();
        let usual = descriptions.get(host.number());
        let usual = usual.map_or_else(String::new, |known| known.name.clone());
        ui.horizontal(|ui| {
            let number = RichText::new(host.to_string()).strong();
            let number = ui.add(Label::new(number).sense(Sense::drag()).selectable(false));
            number.dnd_set_drag_payload(Dragged::Host(host));
            number
                .on_hover_text("The host's number for it. Drag it to a parameter to map that, too");
            let id = ui.make_persistent_id("name");
            let width = (ui.available_width() - 92.0).max(60.0);
            let typing = self.typed.show(ui, id, &own, |field| {
                field.hint_text(usual).desired_width(width)
            });
            typing
                .response
                .accessible_name(format!("Name of {host}"))
                .on_hover_text("Your own name for it; without one it is called as what it moves");
            if let Some(name) = typing.entered {
                let name = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
                let midi = midi_of(cx, host);
                keep(cx, host, name, midi);
            }
            let value = percent(cx.view.host.value(host.number()));
            ui.label(RichText::new(value).color(cx.theme.weak_text))
                .on_hover_text("Where it stands");
        });
    }

    fn show_midi(&mut self, ui: &mut Ui, cx: &mut Context<'_>, host: HostId) {
        let now = midi_of(cx, host);
        ui.horizontal_wrapped(|ui| {
            let id = ui.make_persistent_id("midi");
            let words = now.map(midi::in_words).unwrap_or_default();
            let typing = self.typed.show(ui, id, &words, |field| {
                field.hint_text("no MIDI").desired_width(110.0)
            });
            typing
                .response
                .accessible_name(format!("MIDI of {host}"))
                .on_hover_text("What moves it from a MIDI device, such as: CC 7, channel 2");
            if let Some(text) = typing.entered {
                match midi::read(&text) {
                    Some(control) => set_midi(cx, host, Some(control)),
                    None if text.trim().is_empty() => set_midi(cx, host, None),
                    None => {
                        let words = format!(
                            "\"{text}\" is no MIDI control; \"CC 7\", \"CC 1 fine, channel 2\" or \"pitch bend\" are"
                        );
                        cx.shared.trouble = Some(words);
                    }
                }
            }
            let learning = Learning::midi(host);
            learn(ui, cx, "Learn MIDI", host, learning, "The next MIDI controller that is moved moves it");
            let clear = ui.add_enabled(now.is_some(), Button::new("Clear").small());
            let clear = clear
                .accessible_name(format!("Clear MIDI of {host}"))
                .on_hover_text("No MIDI device moves it any more")
                .on_disabled_hover_text("No MIDI device moves it");
            if clear.clicked() {
                set_midi(cx, host, None);
            }
            let learning = Learning::Parameter(host);
            let why = "The next control that is turned in a plugin's window is moved by it, too";
            learn(ui, cx, "Learn more", host, learning, why);
        });
    }
}

fn learn(
    ui: &mut Ui,
    cx: &mut Context<'_>,
    name: &str,
    host: HostId,
    learning: Learning,
    why: &str,
) {
    let button = ui
        .small_button(name)
        .accessible_name(format!("{name} for {host}"))
        .on_hover_text(why);
    if button.clicked() {
        cx.commands.push(Command::Learn(learning));
    }
}

fn midi_of(cx: &Context<'_>, host: HostId) -> Option<MidiControl> {
    cx.view.rack.host_parameters.get(host)?.midi
}

fn set_midi(cx: &mut Context<'_>, host: HostId, midi: Option<MidiControl>) {
    let kept = cx.view.rack.host_parameters.get(host);
    let name = kept.and_then(|kept| kept.name.clone());
    keep(cx, host, name, midi);
}

fn keep(cx: &mut Context<'_>, host: HostId, name: Option<String>, midi: Option<MidiControl>) {
    cx.commands.push(Command::Edit(vec![Edit::SetHostParameter {
        host,
        name,
        midi,
    }]));
}
