//! What a slot works on, what it hears besides its chain, and where it plays to.

use std::collections::HashSet;

use egui::{Button, DragValue, Ui};

use super::menu::{choice, lasting_submenu, submenu};
use super::words;
use crate::editor::Command;
use crate::editor::shared::Context;
use crate::rack::edit::Edit;
use crate::rack::limits::{MAX_AUX_BUSES, TRANSPOSE};
use crate::rack::{
    Bearer, Chain, Item, MidiSource, Rack, Sidechain, Slot, SlotChannels, SlotId, Source,
};

/// The part of a slot's menu that is about this.
pub fn show(ui: &mut Ui, cx: &mut Context<'_>, slot: &Slot) {
    submenu(ui, "Channels", |ui| channels(ui, cx, slot));
    submenu(ui, "Sidechain", |ui| sidechain(ui, cx, slot));
    lasting_submenu(ui, "MIDI", |ui| midi(ui, cx, slot));
    submenu(ui, "Output", |ui| output(ui, cx, slot));
}

fn channels(ui: &mut Ui, cx: &mut Context<'_>, slot: &Slot) {
    for (text, channels) in [
        ("All channels", SlotChannels::All),
        ("Left only", SlotChannels::Left),
        ("Right only", SlotChannels::Right),
        ("Mid only", SlotChannels::Mid),
        ("Side only", SlotChannels::Side),
    ] {
        if choice(ui, slot.channels == channels, text) {
            let slot = slot.id;
            push(cx, Edit::SetChannels { slot, channels });
        }
    }
}

fn sidechain(ui: &mut Ui, cx: &mut Context<'_>, slot: &Slot) {
    let rack = &cx.view.rack;
    let from = match &slot.sidechain {
        Sidechain::From(label) => rack.bearer(label),
        _ => None,
    };
    let mut chosen = None;
    if choice(ui, slot.sidechain == Sidechain::Host, "The DAW's sidechain") {
        chosen = Some(Source::Host);
    }
    if choice(ui, slot.sidechain == Sidechain::None, "None") {
        chosen = Some(Source::None);
    }
    for (bearer, name) in heard_by(rack, slot.id) {
        if choice(ui, from == Some(bearer), &name) {
            chosen = Some(bearer.into());
        }
    }
    if let Some(source) = chosen {
        let slot = slot.id;
        push(cx, Edit::SetSidechain { slot, source });
    }
}

fn midi(ui: &mut Ui, cx: &mut Context<'_>, slot: &Slot) {
    let rack = &cx.view.rack;
    let id = slot.id;
    submenu(ui, "From", |ui| {
        let from = match &slot.midi.from {
            MidiSource::From(label) => rack.bearer(label),
            _ => None,
        };
        let mut chosen = None;
        if choice(ui, slot.midi.from == MidiSource::Host, "The DAW") {
            chosen = Some(Source::Host);
        }
        if choice(ui, slot.midi.from == MidiSource::None, "None") {
            chosen = Some(Source::None);
        }
        let slots = heard_by(rack, id);
        let slots = (slots.into_iter()).filter(|(it, _)| matches!(it, Bearer::Slot(_)));
        for (bearer, name) in slots {
            if choice(ui, from == Some(bearer), &name) {
                chosen = Some(bearer.into());
            }
        }
        if let Some(source) = chosen {
            push(cx, Edit::SetMidiSource { slot: id, source });
        }
    });
    let mut midi = slot.midi.clone();
    ui.separator();
    ui.horizontal(|ui| {
        let label = ui.label("Transpose");
        let range = TRANSPOSE.low as i8..=TRANSPOSE.high as i8;
        let field = DragValue::new(&mut midi.transpose).range(range).speed(0.1);
        let field = field.suffix(" semitones").update_while_editing(false);
        ui.add(field).labelled_by(label.id);
    });
    ui.label("MIDI channels that it hears");
    egui::Grid::new("channels").show(ui, |ui| {
        for channel in 0..16_u32 {
            let bit = 1 << channel;
            let on = midi.channels & bit != 0;
            let button = Button::selectable(on, format!("{}", channel + 1));
            let response = ui.add(button.min_size(egui::vec2(30.0, 22.0)));
            if response.clicked() {
                midi.channels ^= bit;
            }
            response.accessible_name(format!("MIDI channel {}", channel + 1));
            if channel % 8 == 7 {
                ui.end_row();
            }
        }
    });
    ui.horizontal(|ui| {
        if ui.button("All").clicked() {
            midi.channels = u16::MAX;
        }
        if ui.button("No channel").clicked() {
            midi.channels = 0;
        }
        ui.checkbox(&mut midi.mpe, "MPE")
            .on_hover_text("Each note has a MIDI channel of its own");
    });
    if midi != slot.midi {
        push(cx, Edit::SetMidi { slot: id, midi });
    }
}

fn output(ui: &mut Ui, cx: &mut Context<'_>, slot: &Slot) {
    for bus in 0..=MAX_AUX_BUSES as u8 {
        let text = match bus {
            0 => "On in the chain".to_owned(),
            _ => format!("Output {bus}"),
        };
        if choice(ui, slot.output == bus, &text) {
            let slot = slot.id;
            push(cx, Edit::SetOutput { slot, bus });
        }
    }
}

fn push(cx: &mut Context<'_>, edit: Edit) {
    cx.commands.push(Command::Edit(vec![edit]));
}

/// Whom a slot can hear: what the audio passes before it, with their names.
fn heard_by(rack: &Rack, slot: SlotId) -> Vec<(Bearer, String)> {
    let mut found = Vec::new();
    collect(&rack.chain, slot, &mut found);
    let mut seen = HashSet::new();
    // What is called alike is told apart by where it is.
    for (_, name) in &mut found {
        let mut number = 1;
        let plain = name.clone();
        while !seen.insert(name.clone()) {
            number += 1;
            *name = format!("{plain} ({number})");
        }
    }
    found
}

/// Whether the slot was found, where the way ends.
fn collect(chain: &Chain, slot: SlotId, found: &mut Vec<(Bearer, String)>) -> bool {
    for item in &chain.0 {
        match item {
            Item::Slot(there) if there.id == slot => return true,
            Item::Slot(there) => {
                let name = there.label.clone();
                let name = name.unwrap_or_else(|| there.plugin.name.clone());
                found.push((Bearer::Slot(there.id), name));
            }
            Item::Split(split) => {
                for (number, chain) in split.chains.iter().enumerate() {
                    if collect(&chain.chain, slot, found) {
                        return true;
                    }
                    let name = words::chain_title(split, number);
                    found.push((Bearer::Chain(chain.id), format!("{name} (chain)")));
                }
            }
            Item::Unknown(_) => {}
        }
    }
    false
}
