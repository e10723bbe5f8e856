//! The events of a block, as a child gets to hear them.

use super::event::{Event, EventKind, Note, SysEx};

/// The controllers that end all notes: sustain pedal up, all notes off.
const RELEASING: [[u8; 2]; 2] = [[64, 0], [123, 0]];

/// The events of a block in the order of time, with the bytes of its system exclusive messages, and
/// with what a child listens to of them. Nothing is copied: what a child does not hear is left out, and
/// what it hears otherwise is changed, while they are [read](Self::iter).
#[derive(Clone, Copy, Debug, Default)]
pub struct Events<'a> {
    list: &'a [Event],
    bytes: &'a [u8],
    listening: Listening,
}

/// What a child hears of the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listening {
    /// A bit for each MIDI channel that is heard. What has no channel always is.
    pub channels: u16,
    /// By how many semitones notes are moved. What leaves the keys by that is not heard.
    pub transpose: i8,
    /// Expressions of single notes are told by a MIDI channel for each note (MPE), for children that
    /// hear MIDI and nothing else.
    pub mpe: bool,
    /// All notes that are still held end before everything else.
    pub release: bool,
}

impl Default for Listening {
    fn default() -> Self {
        Self {
            channels: u16::MAX,
            transpose: 0,
            mpe: false,
            release: false,
        }
    }
}

impl<'a> Events<'a> {
    /// No events.
    pub const NONE: Events<'static> = Events {
        list: &[],
        bytes: &[],
        listening: Listening {
            channels: u16::MAX,
            transpose: 0,
            mpe: false,
            release: false,
        },
    };

    /// Events in the order of time, with the bytes that their system exclusive messages point to.
    pub fn new(list: &'a [Event], bytes: &'a [u8]) -> Self {
        Self {
            list,
            bytes,
            listening: Listening::default(),
        }
    }

    /// The same events, as somebody else hears them.
    pub fn heard_by(self, listening: Listening) -> Self {
        Self { listening, ..self }
    }

    /// What is heard of them.
    pub fn listening(&self) -> Listening {
        self.listening
    }

    /// All events, heard or not.
    pub fn all(&self) -> &'a [Event] {
        self.list
    }

    /// The bytes that the system exclusive messages point to.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Whether there is nothing to read.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && !self.listening.release
    }

    /// The events that are heard, as they are heard, in the order of time.
    pub fn iter(&self) -> impl Iterator<Item = Event> + 'a {
        let listening = self.listening;
        let channels = if listening.release { 0..16 } else { 0..0 };
        let releasing = channels.flat_map(|channel| {
            RELEASING.into_iter().map(move |[controller, value]| Event {
                offset: 0,
                kind: EventKind::Midi([0xb0 | channel, controller, value]),
            })
        });
        let heard = self.list.iter().filter_map(move |event| {
            let kind = listening.hear(event.kind)?;
            Some(Event { kind, ..*event })
        });
        releasing.chain(heard)
    }

    /// The bytes of a system exclusive message, from 0xf0 to 0xf7.
    pub fn sysex(&self, message: SysEx) -> &'a [u8] {
        let start = message.start as usize;
        let end = start.saturating_add(message.length as usize);
        self.bytes.get(start..end).unwrap_or_default()
    }
}

impl<'a> From<&'a [Event]> for Events<'a> {
    fn from(list: &'a [Event]) -> Self {
        Self::new(list, &[])
    }
}

impl Listening {
    /// What is heard of an event.
    fn hear(&self, kind: EventKind) -> Option<EventKind> {
        Some(match kind {
            EventKind::NoteOn { note, velocity } => EventKind::NoteOn {
                note: self.hear_note(note)?,
                velocity,
            },
            EventKind::NoteOff { note, velocity } => EventKind::NoteOff {
                note: self.hear_note(note)?,
                velocity,
            },
            EventKind::NoteChoke { note } => EventKind::NoteChoke {
                note: self.hear_note(note)?,
            },
            EventKind::NoteEnd { note } => EventKind::NoteEnd {
                note: self.hear_note(note)?,
            },
            EventKind::Expression {
                note,
                expression,
                value,
            } => EventKind::Expression {
                note: self.hear_note(note)?,
                expression,
                value,
            },
            EventKind::Midi(message @ [0x80..=0xef, ..]) if !self.hears(message[0] & 0x0f) => {
                let _ = message;
                return None;
            }
            EventKind::Midi([status @ 0x80..=0xaf, key, value]) => {
                EventKind::Midi([status, self.transposed(key)?, value])
            }
            EventKind::Midi(_) | EventKind::SysEx(_) => kind,
        })
    }

    fn hears(&self, channel: u8) -> bool {
        self.channels & (1 << (channel & 0x0f)) != 0
    }

    fn hear_note(&self, note: Note) -> Option<Note> {
        if note.channel.is_some_and(|channel| !self.hears(channel)) {
            return None;
        }
        let key = match note.key {
            Some(key) => Some(self.transposed(key)?),
            None => None,
        };
        Some(Note { key, ..note })
    }

    fn transposed(&self, key: u8) -> Option<u8> {
        let key = i16::from(key) + i16::from(self.transpose);
        u8::try_from(key).ok().filter(|&key| key < 128)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn midi(offset: u32, message: [u8; 3]) -> Event {
        let kind = EventKind::Midi(message);
        Event { offset, kind }
    }

    #[test]
    fn a_child_hears_its_channels_transposed_and_what_has_no_channel() {
        let on = |channel, key| EventKind::NoteOn {
            note: Note::of_midi(channel, key),
            velocity: 0.5,
        };
        let list = [
            midi(0, [0x91, 60, 100]),
            midi(1, [0x90, 60, 100]),
            midi(2, [0xb1, 7, 1]),
            midi(3, [0xf8, 0, 0]),
            Event {
                offset: 4,
                kind: on(1, 120),
            },
            Event {
                offset: 5,
                kind: on(1, 100),
            },
        ];
        let listening = Listening {
            channels: 1 << 1,
            transpose: 12,
            ..Listening::default()
        };
        let heard: Vec<Event> = (Events::from(&list[..]).heard_by(listening).iter()).collect();
        assert_eq!(
            heard,
            [
                midi(0, [0x91, 72, 100]),
                midi(2, [0xb1, 7, 1]),
                midi(3, [0xf8, 0, 0]),
                Event {
                    offset: 5,
                    kind: on(1, 112)
                },
            ]
        );
    }

    #[test]
    fn who_is_to_release_hears_that_first_and_on_all_channels() {
        let list = [midi(0, [0x90, 60, 100])];
        let release = Listening {
            release: true,
            ..Listening::default()
        };
        let heard: Vec<Event> = (Events::from(&list[..]).heard_by(release).iter()).collect();
        assert_eq!(heard.len(), 33);
        assert_eq!(heard[1], midi(0, [0xb0, 123, 0]));
        assert_eq!(heard[32], list[0]);
    }
}
