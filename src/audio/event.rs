//! What happens at one sample of a block, as hosts and children tell it.
//!
//! Notes, their expressions, MIDI 1.0 messages and system exclusive data. Parameters of children
//! are not among them: see [`ParameterPoint`](super::ParameterPoint).

/// Something that happens at one sample of a block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// Samples from the block's start.
    pub offset: u32,
    /// What happens.
    pub kind: EventKind,
}

/// What an [`Event`] does.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum EventKind {
    /// A note begins.
    NoteOn {
        /// Which.
        note: Note,
        /// From 0 to 1.
        velocity: f64,
    },
    /// Notes are released.
    NoteOff {
        /// Which.
        note: Note,
        /// From 0 to 1.
        velocity: f64,
    },
    /// Notes are cut off at once.
    NoteChoke {
        /// Which.
        note: Note,
    },
    /// A note has ended. Children tell it, hosts do not.
    NoteEnd {
        /// Which.
        note: Note,
    },
    /// Notes sound otherwise.
    Expression {
        /// Which.
        note: Note,
        /// In which way.
        expression: Expression,
        /// How much, in the expression's unit.
        value: f64,
    },
    /// A MIDI 1.0 message: status, first and second data byte (zero where unused). Where a
    /// format has notes of its own they come as such, and not as this.
    Midi([u8; 3]),
    /// A system exclusive message, whose bytes are kept beside the events.
    SysEx(SysEx),
}

/// Which notes are meant. What is `None` is not known, or means any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Note {
    /// The host's number for this very note.
    pub id: Option<u32>,
    /// The MIDI channel, from 0 to 15.
    pub channel: Option<u8>,
    /// The MIDI key, from 0 to 127; 60 is the middle C.
    pub key: Option<u8>,
}

/// A way in which a single note may change while it sounds.
#[allow(clippy::enum_variant_names)] // one is called so in every format
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Expression {
    /// A gain, from 0 to 4; 1 leaves it as it is.
    Volume,
    /// From 0, left, to 1, right.
    Pan,
    /// Semitones, from -120 to 120.
    Tuning,
    /// From 0 to 1.
    Vibrato,
    /// From 0 to 1.
    Expression,
    /// From 0 to 1.
    Brightness,
    /// From 0 to 1: how hard the key is held.
    Pressure,
}

impl Expression {
    /// All of them, in the order in which CLAP and VST3 number them; VST3 has no pressure among them.
    pub const ALL: [Self; 7] = [
        Self::Volume,
        Self::Pan,
        Self::Tuning,
        Self::Vibrato,
        Self::Expression,
        Self::Brightness,
        Self::Pressure,
    ];
}

/// Where in the bytes beside a list of events a system exclusive message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SysEx {
    pub(super) start: u32,
    pub(super) length: u32,
}

/// The bytes of a MIDI message as MIDI counts them: two for program change and channel pressure,
/// three for other channel messages; system messages as they are.
pub fn midi_bytes(message: &[u8; 3]) -> &[u8] {
    match message[0] {
        0xc0..=0xdf | 0xf1 | 0xf3 => &message[..2],
        0xf4..=0xf6 | 0xf8..=0xff => &message[..1],
        _ => message,
    }
}

impl Note {
    /// The note of a MIDI message.
    pub fn of_midi(channel: u8, key: u8) -> Self {
        Self {
            id: None,
            channel: Some(channel & 0x0f),
            key: Some(key & 0x7f),
        }
    }
}

impl EventKind {
    /// As a MIDI 1.0 message, for whoever hears nothing else; `None` for what MIDI cannot say in one
    /// message. A note without a channel is on the first.
    pub fn to_midi(self) -> Option<[u8; 3]> {
        let at = |status: u8, note: Note| {
            let channel = note.channel.unwrap_or(0) & 0x0f;
            Some([status | channel, note.key?])
        };
        let seven_bits = |value: f64| (value.clamp(0.0, 1.0) * 127.0).round() as u8;
        match self {
            Self::Midi(message) => Some(message),
            Self::NoteOn { note, velocity } => {
                let [status, key] = at(0x90, note)?;
                // Zero would end the note.
                Some([status, key, seven_bits(velocity).max(1)])
            }
            Self::NoteOff { note, velocity } => {
                let [status, key] = at(0x80, note)?;
                Some([status, key, seven_bits(velocity)])
            }
            Self::NoteChoke { note } => {
                let [status, key] = at(0x80, note)?;
                Some([status, key, 0])
            }
            Self::Expression {
                note,
                expression: Expression::Pressure,
                value,
            } => {
                let [status, key] = at(0xa0, note)?;
                Some([status, key, seven_bits(value)])
            }
            Self::NoteEnd { .. } | Self::Expression { .. } | Self::SysEx(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_told_to_those_who_hear_only_midi_and_no_soft_note_ends_another() {
        let note = Note::of_midi(3, 64);
        let told = |kind: EventKind| kind.to_midi();
        let on = |velocity| EventKind::NoteOn { note, velocity };
        assert_eq!(told(on(100.0 / 127.0)), Some([0x93, 64, 100]));
        assert_eq!(told(on(0.0)), Some([0x93, 64, 1]));
        assert_eq!(told(EventKind::NoteChoke { note }), Some([0x83, 64, 0]));
        let any = Note::default();
        let off = |note| EventKind::NoteOff {
            note,
            velocity: 0.5,
        };
        assert_eq!(told(off(any)), None);
        assert_eq!(told(off(note)), Some([0x83, 64, 64]));
        assert_eq!(told(EventKind::Midi([0xc1, 7, 0])), Some([0xc1, 7, 0]));
    }
}
