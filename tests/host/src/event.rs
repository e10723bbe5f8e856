//! Notes, MIDI and parameter values, with their sample offsets.

#![allow(unsafe_code)] // Only for system exclusive messages, which clack does not borrow.

use clack_host::events::event_types::{
    MidiEvent, MidiSysExEvent, NoteExpressionEvent, NoteExpressionType, NoteOffEvent, NoteOnEvent,
    ParamModEvent, ParamValueEvent,
};
use clack_host::events::spaces::CoreEventSpace;
use clack_host::events::{Match, Pckn, UnknownEvent};
use clack_host::prelude::EventBuffer;
use clack_host::utils::ClapId;

/// Something that happens at a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// Where: in samples from the start of the block, or of the whole signal in
    /// [`Processor::render`](crate::Processor::render).
    pub at: u32,
    /// What.
    pub kind: EventKind,
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EventKind {
    /// A key goes down. CLAP's own note event.
    NoteOn {
        /// MIDI channel, 0 to 15.
        channel: u16,
        /// MIDI key, 0 to 127.
        key: u16,
        /// 0.0 to 1.0.
        velocity: f64,
    },
    /// A key goes up. CLAP's own note event.
    NoteOff {
        /// MIDI channel, 0 to 15.
        channel: u16,
        /// MIDI key, 0 to 127.
        key: u16,
        /// 0.0 to 1.0.
        velocity: f64,
    },
    /// A MIDI 1.0 message.
    Midi([u8; 3]),
    /// A parameter takes a value, in the range of [`Param`](crate::Param).
    Param {
        /// [`Param::id`](crate::Param::id).
        id: u32,
        /// The new value.
        value: f64,
    },
    /// A parameter is modulated.
    Modulation {
        /// [`Param::id`](crate::Param::id).
        id: u32,
        /// What is added to its value.
        amount: f64,
    },
    /// A note with a number of its own begins.
    NumberedNoteOn {
        /// The number.
        id: u32,
        /// MIDI key, 0 to 127.
        key: u16,
        /// 0.0 to 1.0.
        velocity: f64,
    },
    /// All notes of that number are tuned, in semitones.
    Tuning {
        /// The number.
        id: u32,
        /// From -120 to 120.
        semitones: f64,
    },
    /// A system exclusive message.
    SysEx(&'static [u8]),
    /// Somebody takes hold of a parameter, or lets go of it.
    Gesture {
        /// [`Param::id`](crate::Param::id).
        id: u32,
        /// Takes hold.
        begins: bool,
    },
}

impl Event {
    /// A key down on channel 0.
    pub fn note_on(at: u32, key: u16, velocity: f64) -> Self {
        let channel = 0;
        let kind = EventKind::NoteOn {
            channel,
            key,
            velocity,
        };
        Self { at, kind }
    }

    /// A key up on channel 0.
    pub fn note_off(at: u32, key: u16) -> Self {
        let (channel, velocity) = (0, 0.0);
        let kind = EventKind::NoteOff {
            channel,
            key,
            velocity,
        };
        Self { at, kind }
    }

    /// A MIDI 1.0 message.
    pub fn midi(at: u32, message: [u8; 3]) -> Self {
        let kind = EventKind::Midi(message);
        Self { at, kind }
    }

    /// A parameter value.
    pub fn param(at: u32, id: u32, value: f64) -> Self {
        let kind = EventKind::Param { id, value };
        Self { at, kind }
    }

    /// Appends the event to clack's buffer, which allocates nothing within its capacity.
    pub(crate) fn push_to(self, buffer: &mut EventBuffer) {
        match self.kind {
            EventKind::NoteOn {
                channel,
                key,
                velocity,
            } => {
                let note = Pckn::new(0u16, channel, key, Match::All);
                buffer.push(&NoteOnEvent::new(self.at, note, velocity));
            }
            EventKind::NoteOff {
                channel,
                key,
                velocity,
            } => {
                let note = Pckn::new(0u16, channel, key, Match::All);
                buffer.push(&NoteOffEvent::new(self.at, note, velocity));
            }
            EventKind::Midi(message) => buffer.push(&MidiEvent::new(self.at, 0, message)),
            EventKind::Param { id, value } => {
                let id = ClapId::new(id);
                buffer.push(&ParamValueEvent::new(self.at, id, Pckn::match_all(), value));
            }
            EventKind::Modulation { id, amount } => {
                let id = ClapId::new(id);
                buffer.push(&ParamModEvent::new(self.at, id, Pckn::match_all(), amount));
            }
            EventKind::NumberedNoteOn { id, key, velocity } => {
                let note = Pckn::new(0u16, 0u16, key, id);
                buffer.push(&NoteOnEvent::new(self.at, note, velocity));
            }
            EventKind::Tuning { id, semitones } => {
                let note = Pckn::new(Match::All, Match::All, Match::All, id);
                let tuning = NoteExpressionType::Tuning;
                buffer.push(&NoteExpressionEvent::new(self.at, note, tuning, semitones));
            }
            EventKind::SysEx(bytes) => {
                // SAFETY: the bytes live for ever.
                buffer.push(&unsafe { MidiSysExEvent::new(self.at, 0, bytes) });
            }
            // Hosts send none.
            EventKind::Gesture { .. } => {}
        }
    }

    /// Reads an event of one of the kinds above; `None` for any other.
    pub(crate) fn read(event: &UnknownEvent) -> Option<Self> {
        let kind = match event.as_core_event()? {
            CoreEventSpace::NoteOn(note) => EventKind::NoteOn {
                channel: note.channel().into_specific().unwrap_or_default(),
                key: note.key().into_specific().unwrap_or_default(),
                velocity: note.velocity(),
            },
            CoreEventSpace::NoteOff(note) => EventKind::NoteOff {
                channel: note.channel().into_specific().unwrap_or_default(),
                key: note.key().into_specific().unwrap_or_default(),
                velocity: note.velocity(),
            },
            CoreEventSpace::Midi(midi) => EventKind::Midi(midi.data()),
            CoreEventSpace::ParamValue(param) => EventKind::Param {
                id: param.param_id()?.get(),
                value: param.value(),
            },
            CoreEventSpace::ParamGestureBegin(gesture) => EventKind::Gesture {
                id: gesture.param_id()?.get(),
                begins: true,
            },
            CoreEventSpace::ParamGestureEnd(gesture) => EventKind::Gesture {
                id: gesture.param_id()?.get(),
                begins: false,
            },
            _ => return None,
        };
        let at = event.header().time();
        Some(Self { at, kind })
    }
}
