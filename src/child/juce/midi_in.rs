//! The events of a block, as the MIDI messages that JUCE hands to a child.
//!
//! | event | message |
//! |---|---|
//! | note on | note on; the velocity from 1 to 127, since 0 is an end in MIDI |
//! | note off, choke | note off for each held note that is meant; MIDI has nothing that is quicker |
//! | pressure | pressure of the key |
//! | other expressions | none: MIDI has them for whole channels only |
//! | MIDI, system exclusive | as it is |
//!
//! Children that want MPE hear notes and expressions as [`Mpe`] has them.
//!
//! VST3 plugins hear no controllers but those that they map to parameters. So where a channel's notes are
//! to end (controllers 120 and 123) the ends of those that are held are told, too.

use super::held::Held;
use super::mpe::{Mpe, seven_bits};
use crate::audio::{
    DEFAULT_EVENT_CAPACITY, Event, EventKind, Events, Expression, Note, midi_bytes,
};
use crate::juce::{Error, MidiBuffer};

/// Room for so many short messages; a list of events has as much, and room for longer ones.
const CAPACITY: usize = 8 * DEFAULT_EVENT_CAPACITY;

/// The messages of a part of a block, and the notes that are held beyond it.
pub(super) struct MidiIn {
    /// What the child hears, and then what it puts out.
    pub buffer: MidiBuffer,
    held: Held,
    mpe: Mpe,
    is_mpe: bool,
}

impl MidiIn {
    pub(super) fn new() -> Result<Self, Error> {
        Self::with_capacity(CAPACITY)
    }

    fn with_capacity(capacity: usize) -> Result<Self, Error> {
        Ok(Self {
            buffer: MidiBuffer::with_capacity(capacity)?,
            held: Held::default(),
            mpe: Mpe::default(),
            is_mpe: false,
        })
    }

    /// Begins a part of a block.
    #[inline]
    pub(super) fn clear(&mut self) {
        self.buffer.clear();
        if self.held.owes() || self.mpe.owes() {
            self.held.pay(&mut self.buffer);
            self.mpe.pay(&mut self.buffer);
        }
    }

    /// Adds all events of a block.
    #[inline(never)]
    pub(super) fn add_all(&mut self, events: Events<'_>) {
        for event in events.iter() {
            self.add(events, event, 0);
        }
    }

    /// Adds an event of a block's, `from` samples earlier than it stands there.
    pub(super) fn add(&mut self, events: Events<'_>, event: Event, from: u32) {
        let offset = event.offset.saturating_sub(from);
        self.heed(events.listening().mpe, offset);
        match event.kind {
            EventKind::NoteOn { note, velocity } => {
                if let Some(key) = note.key {
                    let channel = note.channel.unwrap_or(0);
                    let velocity = seven_bits(velocity).max(1);
                    self.begin((channel, key), note.id, velocity, offset);
                }
            }
            EventKind::NoteOff { note, velocity } => self.end(note, seven_bits(velocity), offset),
            EventKind::NoteChoke { note } => self.end(note, 0, offset),
            EventKind::Expression {
                note,
                expression,
                value,
            } => self.express(note, expression, value, offset),
            EventKind::Midi(message) => self.add_midi(message, offset),
            EventKind::SysEx(message) => {
                self.buffer.add(events.sysex(message), offset);
            }
            EventKind::NoteEnd { .. } => {}
        }
    }

    /// Goes over to MPE, or back.
    fn heed(&mut self, is_mpe: bool, offset: u32) {
        if is_mpe == self.is_mpe {
            return;
        }
        self.end(Note::default(), 0, offset);
        self.is_mpe = is_mpe;
        if is_mpe {
            self.mpe.set_up(offset, &mut self.buffer);
        } else {
            self.mpe.take_down(offset, &mut self.buffer);
        }
    }

    fn begin(&mut self, (channel, key): (u8, u8), id: Option<u32>, velocity: u8, offset: u32) {
        if self.is_mpe {
            let note = Note {
                id,
                ..Note::of_midi(channel, key)
            };
            (self.mpe).begin(note, key, velocity, offset, &mut self.buffer);
        } else {
            (self.held).begin((channel, key), id, velocity, offset, &mut self.buffer);
        }
    }

    fn end(&mut self, note: Note, velocity: u8, offset: u32) {
        if self.is_mpe {
            self.mpe.end(note, velocity, offset, &mut self.buffer);
        } else {
            self.held.end(note, velocity, offset, &mut self.buffer);
        }
    }

    fn express(&mut self, note: Note, expression: Expression, value: f64, offset: u32) {
        let buffer = &mut self.buffer;
        if self.is_mpe {
            self.mpe.express(note, expression, value, offset, buffer);
        } else if expression == Expression::Pressure {
            let pressure = seven_bits(value);
            self.held.for_each(note, |_, (channel, key)| {
                buffer.add(&[0xa0 | channel, key, pressure], offset);
            });
        }
    }

    fn add_midi(&mut self, message: [u8; 3], offset: u32) {
        let [status, first, second] = message;
        let channel = status & 0x0f;
        match status & 0xf0 {
            0x90 if second > 0 => self.begin((channel, first), None, second & 0x7f, offset),
            0x80 | 0x90 => {
                let velocity = if status < 0x90 { second & 0x7f } else { 64 };
                self.end(Note::of_midi(channel, first), velocity, offset);
            }
            0xa0 if self.is_mpe => {
                let pressure = f64::from(second) / 127.0;
                let note = Note::of_midi(channel, first);
                self.express(note, Expression::Pressure, pressure, offset);
            }
            0xb0 if matches!(first, 120 | 123) => {
                let notes = Note {
                    channel: Some(channel),
                    ..Note::default()
                };
                self.end(notes, 0, offset);
                self.pass(message, offset);
            }
            _ => self.pass(message, offset),
        }
    }

    fn pass(&mut self, mut message: [u8; 3], offset: u32) {
        if self.is_mpe && (0x80..0xf0).contains(&message[0]) {
            message[0] &= 0xf0;
        }
        self.buffer.add(midi_bytes(&message), offset);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{EventList, Listening};

    const FREE: Note = Note {
        id: None,
        channel: None,
        key: None,
    };

    fn note(id: u32, channel: u8, key: u8) -> Note {
        Note {
            id: Some(id),
            ..Note::of_midi(channel, key)
        }
    }

    fn on(note: Note) -> EventKind {
        let velocity = 100.0 / 127.0;
        EventKind::NoteOn { note, velocity }
    }

    fn off(note: Note) -> EventKind {
        let velocity = 0.0;
        EventKind::NoteOff { note, velocity }
    }

    fn pressure(note: Note, value: f64) -> EventKind {
        EventKind::Expression {
            note,
            expression: Expression::Pressure,
            value,
        }
    }

    fn hear(midi: &mut MidiIn, listening: Listening, kinds: &[EventKind]) -> Vec<Vec<u8>> {
        let list: Vec<Event> = (kinds.iter())
            .map(|&kind| Event { offset: 3, kind })
            .collect();
        midi.clear();
        midi.add_all(Events::from(&list[..]).heard_by(listening));
        (midi.buffer.iter())
            .map(|(_, message)| message.to_vec())
            .collect()
    }

    fn plain(kinds: &[EventKind]) -> Vec<Vec<u8>> {
        let mut midi = MidiIn::new().expect("memory");
        hear(&mut midi, Listening::default(), kinds)
    }

    #[test]
    fn velocities_of_midi_come_back_to_the_number_and_none_is_zero() {
        for n in 0..=127_u8 {
            let velocity = f64::from(n) / 127.0;
            let kind = EventKind::NoteOn {
                note: Note::of_midi(3, 60),
                velocity,
            };
            assert_eq!(plain(&[kind]), [[0x93, 60, n.max(1)]]);
        }
        for (velocity, heard) in [(f64::NAN, 1), (-1.0, 1), (7.0, 127), (0.001, 1)] {
            let note = Note::of_midi(0, 1);
            let kind = EventKind::NoteOn { note, velocity };
            assert_eq!(plain(&[kind]), [[0x90, 1, heard]]);
        }
    }

    #[test]
    fn an_end_that_means_any_note_ends_those_that_are_held_and_no_others() {
        let start = [on(note(1, 0, 60)), on(note(2, 1, 60)), on(note(3, 1, 64))];
        let any = |id, channel, key| Note { id, channel, key };
        for (wanted, ended) in [
            (FREE, &[[0x80, 60, 0], [0x81, 60, 0], [0x81, 64, 0]][..]),
            (any(None, None, Some(60)), &[[0x80, 60, 0], [0x81, 60, 0]]),
            (any(None, Some(1), None), &[[0x81, 60, 0], [0x81, 64, 0]]),
            (any(Some(3), None, None), &[[0x81, 64, 0]]),
            (any(Some(9), None, None), &[]),
            // Named in full, it is ended in any case.
            (any(None, Some(7), Some(1)), &[[0x87, 1, 0]]),
        ] {
            let mut midi = MidiIn::new().expect("memory");
            hear(&mut midi, Listening::default(), &start);
            let heard = hear(&mut midi, Listening::default(), &[off(wanted)]);
            assert_eq!(heard, ended, "{wanted:?}");
            if wanted == FREE {
                assert!(hear(&mut midi, Listening::default(), &[off(FREE)]).is_empty());
            }
        }
    }

    #[test]
    fn the_end_of_a_note_whose_key_was_struck_again_does_not_end_the_new_one() {
        let mut midi = MidiIn::new().expect("memory");
        let twice = [on(note(1, 0, 60)), on(note(2, 0, 60))];
        assert_eq!(hear(&mut midi, Listening::default(), &twice).len(), 2);
        assert!(hear(&mut midi, Listening::default(), &[off(note(1, 0, 60))]).is_empty());
        let ended = hear(&mut midi, Listening::default(), &[off(note(2, 0, 60))]);
        assert_eq!(ended, [[0x80, 60, 0]]);
        // A note without a number ends by its key.
        let plain = Note::of_midi(0, 61);
        let ended = hear(
            &mut midi,
            Listening::default(),
            &[on(plain), off(note(7, 0, 61))],
        );
        assert_eq!(ended, [[0x90, 61, 100], [0x80, 61, 0]]);
    }

    #[test]
    fn a_choke_is_an_end_pressure_goes_to_the_key_and_other_expressions_nowhere() {
        let kinds = [
            on(note(5, 2, 40)),
            pressure(note(5, 2, 40), 0.5),
            pressure(FREE, 1.0),
            pressure(note(5, 2, 41), 1.0),
            EventKind::Expression {
                note: note(5, 2, 40),
                expression: Expression::Tuning,
                value: 1.0,
            },
            EventKind::NoteChoke {
                note: note(5, 2, 40),
            },
            EventKind::NoteEnd {
                note: note(5, 2, 40),
            },
        ];
        assert_eq!(
            plain(&kinds),
            [
                [0x92, 40, 100],
                [0xa2, 40, 64],
                [0xa2, 40, 127],
                [0x82, 40, 0]
            ]
        );
    }

    #[test]
    fn notes_that_came_as_midi_are_held_too_and_all_notes_off_ends_them_one_by_one() {
        let midi = EventKind::Midi;
        let kinds = [
            midi([0x91, 60, 1]),
            midi([0x91, 61, 1]),
            midi([0x91, 61, 0]),
            midi([0x92, 62, 1]),
            midi([0xb1, 123, 0]),
            midi([0xe1, 1, 2]),
            midi([0xc1, 5, 0]),
            midi([0xf8, 0, 0]),
        ];
        let heard: [&[u8]; 9] = [
            &[0x91, 60, 1],
            &[0x91, 61, 1],
            &[0x81, 61, 64],
            &[0x92, 62, 1],
            &[0x81, 60, 0],
            &[0xb1, 123, 0],
            &[0xe1, 1, 2],
            &[0xc1, 5],
            &[0xf8],
        ];
        assert_eq!(plain(&kinds), heard);
        let release = Listening {
            release: true,
            ..Listening::default()
        };
        let mut midi = MidiIn::new().expect("memory");
        hear(&mut midi, Listening::default(), &kinds);
        let heard = hear(&mut midi, release, &[]);
        assert_eq!(heard.len(), 33);
        assert!(heard.contains(&vec![0x82, 62, 0]));
    }

    #[test]
    fn system_exclusive_messages_of_any_length_go_through_as_far_as_there_is_room() {
        let mut list = EventList::default();
        let long: Vec<u8> = [0xf0]
            .into_iter()
            .chain([1; 20_000])
            .chain([0xf7])
            .collect();
        assert!(list.push_sysex(2, &long) && list.push_sysex(3, &[0xf0, 0xf7]));
        let mut midi = MidiIn::new().expect("memory");
        midi.add_all(list.as_events());
        let heard: Vec<(u32, &[u8])> = midi.buffer.iter().collect();
        assert_eq!(heard, [(2, &long[..]), (3, &[0xf0, 0xf7])]);
        while midi.buffer.add(&long, 9) {}
        assert!(midi.buffer.room() < 20_000);
    }

    #[test]
    fn a_flood_leaves_no_note_hanging() {
        let mut chance = 1_u32;
        let mut below = |limit: u32| {
            chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (chance >> 8) % limit
        };
        for mpe in [false, true] {
            let listening = Listening {
                mpe,
                ..Listening::default()
            };
            let mut midi = MidiIn::with_capacity(100).expect("memory");
            let mut down = std::collections::BTreeSet::new();
            let mut follow = |heard: Vec<Vec<u8>>| {
                for message in heard {
                    let place = (message[0] & 0x0f, message.get(1).copied());
                    match message[0] & 0xf0 {
                        0x90 => drop(down.insert(place)),
                        0x80 => drop(down.remove(&place)),
                        _ => {}
                    }
                }
                down.len()
            };
            for _ in 0..200 {
                let kinds: Vec<EventKind> = (0..300)
                    .map(|_| {
                        let note = note(below(300), below(16) as u8, below(128) as u8);
                        match below(5) {
                            0 | 1 => on(note),
                            2 => off(note),
                            3 => off(Note { key: None, ..note }),
                            _ => pressure(note, 0.5),
                        }
                    })
                    .collect();
                follow(hear(&mut midi, listening, &kinds));
            }
            // What finds no room is told in one of the next blocks.
            follow(hear(&mut midi, listening, &[off(FREE)]));
            for _ in 0..128 * 16 / 100 + 1 {
                follow(hear(&mut midi, listening, &[]));
            }
            assert_eq!(follow(Vec::new()), 0);
        }
    }
}
