//! A VST3 host's events, in our words and back.

#[cfg(test)]
mod tests;

use std::slice;

use nih_plug::wrapper::vst3::vst3::ComRef;
use nih_plug::wrapper::vst3::vst3::Steinberg::Vst::{
    ControllerNumbers_::{kAfterTouch, kCtrlProgramChange, kPitchBend},
    DataEvent,
    DataEvent_::DataTypes_::kMidiSysEx,
    Event as HostEvent,
    Event_::EventTypes_::{
        kDataEvent, kLegacyMIDICCOutEvent, kNoteExpressionValueEvent, kNoteOffEvent, kNoteOnEvent,
        kPolyPressureEvent,
    },
    Event__type0, IEventListTrait, LegacyMIDICCOutEvent, NoteExpressionValueEvent, NoteOffEvent,
    NoteOnEvent, PolyPressureEvent,
};
use nih_plug::wrapper::vst3::vst3::Steinberg::{Vst::IEventList, kResultOk};

use super::super::traffic::{Cargo, unit};
use crate::audio::{Event, EventKind, Events, Expression, Note};

/// How many notes' addresses are remembered: VST3's note expressions only say a note's number.
const REMEMBERED: usize = 256;

/// The latest notes that the host began.
pub(super) struct Notes {
    notes: [Note; REMEMBERED],
    next: usize,
}

impl Default for Notes {
    fn default() -> Self {
        Self {
            notes: [Note::default(); REMEMBERED],
            next: 0,
        }
    }
}

impl Notes {
    fn remember(&mut self, note: Note) {
        if note.id.is_some() {
            self.notes[self.next] = note;
            self.next = (self.next + 1) % REMEMBERED;
        }
    }

    /// The note of that number, the latest first: hosts use numbers again.
    fn find(&self, id: u32) -> Note {
        let (new, old) = self.notes.split_at(self.next);
        let mut backwards = new.iter().rev().chain(old.iter().rev());
        let found = backwards.find(|note| note.id == Some(id)).copied();
        found.unwrap_or(Note {
            id: Some(id),
            ..Note::default()
        })
    }
}

/// Puts a block's events into the cargo.
///
/// # Safety
///
/// `list` is null, or a list that keeps VST3's contract for the length of the call.
pub(super) unsafe fn load(cargo: &mut Cargo, notes: &mut Notes, list: *mut IEventList) {
    // SAFETY: the caller's promise.
    let Some(list) = (unsafe { ComRef::from_raw(list) }) else {
        return;
    };
    // SAFETY: as above.
    for index in 0..unsafe { list.getEventCount() } {
        // SAFETY: plain numbers and a null pointer.
        let mut event: HostEvent = unsafe { std::mem::zeroed() };
        // SAFETY: as above; the place is ours.
        if unsafe { list.getEvent(index, &raw mut event) } != kResultOk {
            continue;
        }
        let offset = cargo.offset(u32::try_from(event.sampleOffset).unwrap_or(0));
        // SAFETY: an event of the host's, whose bytes live for the length of the call.
        unsafe { understand(&event, notes, offset, cargo) };
    }
}

/// # Safety
///
/// The event's type says which it is, and its bytes are there.
#[allow(clippy::unnecessary_cast)] // the constants' type is the platform's
unsafe fn understand(event: &HostEvent, notes: &mut Notes, offset: u32, cargo: &mut Cargo) {
    const NOTE_ON: u32 = kNoteOnEvent as u32;
    const NOTE_OFF: u32 = kNoteOffEvent as u32;
    const DATA: u32 = kDataEvent as u32;
    const PRESSURE: u32 = kPolyPressureEvent as u32;
    const EXPRESSION: u32 = kNoteExpressionValueEvent as u32;
    let what = &event.__field0;
    let mut add = |kind| cargo.add(Event { offset, kind });
    // SAFETY: the type says which field of the union is meant.
    unsafe {
        match u32::from(event.r#type) {
            NOTE_ON => {
                let on = what.noteOn;
                let (Some(note), Some(velocity)) = (
                    note(on.noteId, on.channel, on.pitch),
                    unit(f64::from(on.velocity)),
                ) else {
                    return;
                };
                notes.remember(note);
                add(EventKind::NoteOn { note, velocity });
                if on.tuning != 0.0 && on.tuning.is_finite() {
                    // In cents.
                    add(EventKind::Expression {
                        note,
                        expression: Expression::Tuning,
                        value: (f64::from(on.tuning) / 100.0).clamp(-120.0, 120.0),
                    });
                }
            }
            NOTE_OFF => {
                let off = what.noteOff;
                if let (Some(note), Some(velocity)) = (
                    note(off.noteId, off.channel, off.pitch),
                    unit(f64::from(off.velocity)),
                ) {
                    add(EventKind::NoteOff { note, velocity });
                }
            }
            PRESSURE => {
                let pressed = what.polyPressure;
                if let (Some(note), Some(value)) = (
                    note(pressed.noteId, pressed.channel, pressed.pitch),
                    unit(f64::from(pressed.pressure)),
                ) {
                    let expression = Expression::Pressure;
                    add(EventKind::Expression {
                        note,
                        expression,
                        value,
                    });
                }
            }
            EXPRESSION => {
                let told = what.noteExpressionValue;
                let id = u32::try_from(told.noteId);
                if let (Ok(id), Some((expression, value))) =
                    (id, expression(told.typeId, told.value))
                {
                    add(EventKind::Expression {
                        note: notes.find(id),
                        expression,
                        value,
                    });
                }
            }
            DATA => {
                let data = what.data;
                let is_sysex = data.r#type == kMidiSysEx as u32;
                if is_sysex && !data.bytes.is_null() && data.size > 0 {
                    let bytes = slice::from_raw_parts(data.bytes, data.size as usize);
                    // What has no room is counted by the list.
                    cargo.events_in.append_sysex(offset, bytes);
                }
            }
            _ => {}
        }
    }
}

/// A note's address. `None` if it is on no channel or no key of ours.
fn note(id: i32, channel: i16, key: i16) -> Option<Note> {
    Some(Note {
        id: u32::try_from(id).ok(),
        channel: Some(u8::try_from(channel).ok().filter(|it| *it < 16)?),
        key: Some(u8::try_from(key).ok().filter(|it| *it < 128)?),
    })
}

/// VST3's expressions by their numbers: pressure has an event of its own.
const EXPRESSIONS: &[Expression] = Expression::ALL.split_at(6).0;

/// An expression in its unit, of VST3's 0 to 1: a volume of a quarter leaves the sound as it is, and a
/// tuning of a half.
fn expression(id: u32, value: f64) -> Option<(Expression, f64)> {
    let expression = *EXPRESSIONS.get(id as usize)?;
    let value = unit(value)?;
    Some((
        expression,
        match expression {
            Expression::Volume => value * 4.0,
            Expression::Tuning => (value - 0.5) * 240.0,
            _ => value,
        },
    ))
}

/// Offers the rack's events to the host, in the order of time. What the host has no room for, and what
/// VST3 has no word for, is lost. System exclusive messages must stay where they are until the next block.
///
/// # Safety
///
/// `list` is null, or a list that keeps VST3's contract for the length of the call.
pub(super) unsafe fn write(events: Events<'_>, frames: u32, list: *mut IEventList) {
    // SAFETY: the caller's promise.
    let Some(list) = (unsafe { ComRef::from_raw(list) }) else {
        return;
    };
    for event in events.iter() {
        if let Some((kind, what)) = tell(event.kind, &events) {
            let mut told = HostEvent {
                busIndex: 0,
                sampleOffset: event.offset.min(frames.saturating_sub(1)) as i32,
                ppqPosition: 0.0,
                flags: 0,
                r#type: kind,
                __field0: what,
            };
            // SAFETY: as above; the list copies the event.
            unsafe { list.addEvent(&raw mut told) };
        }
    }
}

#[allow(clippy::unnecessary_cast)] // the constants' type is the platform's
fn tell(kind: EventKind, events: &Events<'_>) -> Option<(u16, Event__type0)> {
    let number = |note: Note| note.id.and_then(|id| i32::try_from(id).ok()).unwrap_or(-1);
    let channel = |note: Note| note.channel.map_or(0, i16::from);
    let key = |note: Note| note.key.map(i16::from);
    let on = |note: Note, velocity: f64| {
        let event = NoteOnEvent {
            channel: channel(note),
            pitch: key(note)?,
            tuning: 0.0,
            velocity: velocity as f32,
            length: 0,
            noteId: number(note),
        };
        Some((kNoteOnEvent as u16, Event__type0 { noteOn: event }))
    };
    let off = |note: Note, velocity: f64| {
        let event = NoteOffEvent {
            channel: channel(note),
            pitch: key(note)?,
            velocity: velocity as f32,
            noteId: number(note),
            tuning: 0.0,
        };
        Some((kNoteOffEvent as u16, Event__type0 { noteOff: event }))
    };
    let pressed = |note: Note, pressure: f64| {
        let event = PolyPressureEvent {
            channel: channel(note),
            pitch: key(note)?,
            pressure: pressure as f32,
            noteId: number(note),
        };
        Some((
            kPolyPressureEvent as u16,
            Event__type0 {
                polyPressure: event,
            },
        ))
    };
    let controller = |status: u8, number: i32, value: u8, value2: u8| {
        let event = LegacyMIDICCOutEvent {
            controlNumber: number as u8,
            channel: (status & 0x0f) as i8,
            value: (value & 0x7f) as i8,
            value2: (value2 & 0x7f) as i8,
        };
        Some((
            kLegacyMIDICCOutEvent as u16,
            Event__type0 { midiCCOut: event },
        ))
    };
    let of_seven_bits = |value: u8| f64::from(value & 0x7f) / 127.0;
    match kind {
        EventKind::NoteOn { note, velocity } => on(note, velocity),
        EventKind::NoteOff { note, velocity } => off(note, velocity),
        EventKind::NoteChoke { note } => off(note, 0.0),
        EventKind::NoteEnd { .. } => None,
        EventKind::Expression {
            note,
            expression: Expression::Pressure,
            value,
        } => pressed(note, value),
        EventKind::Expression {
            note,
            expression,
            value,
        } => {
            let id = EXPRESSIONS.iter().position(|known| *known == expression)?;
            let event = NoteExpressionValueEvent {
                typeId: id as u32,
                noteId: i32::try_from(note.id?).ok()?,
                value: match expression {
                    Expression::Volume => value / 4.0,
                    Expression::Tuning => value / 240.0 + 0.5,
                    _ => value,
                },
            };
            let what = Event__type0 {
                noteExpressionValue: event,
            };
            Some((kNoteExpressionValueEvent as u16, what))
        }
        EventKind::Midi([status, first, second]) => {
            let note = Note::of_midi(status, first);
            match status & 0xf0 {
                0x90 if second > 0 => on(note, of_seven_bits(second)),
                0x80 | 0x90 => off(note, of_seven_bits(second)),
                0xa0 => pressed(note, of_seven_bits(second)),
                0xb0 => controller(status, i32::from(first & 0x7f), second, 0),
                0xc0 => controller(status, kCtrlProgramChange as i32, first, 0),
                0xd0 => controller(status, kAfterTouch as i32, first, 0),
                0xe0 => controller(status, kPitchBend as i32, first, second),
                _ => None,
            }
        }
        EventKind::SysEx(message) => {
            let bytes = events.sysex(message);
            let data = DataEvent {
                size: bytes.len() as u32,
                r#type: kMidiSysEx as u32,
                bytes: bytes.as_ptr(),
            };
            Some((kDataEvent as u16, Event__type0 { data }))
        }
    }
}
