//! Expressions of single notes for children that hear MIDI and nothing else: MPE ("MIDI Polyphonic
//! Expression", version 1.0). Each note has a MIDI channel of its own, and what changes on that changes
//! the note.
//!
//! The lower zone is used: channel 1 is its master, 2 to 16 are for the notes. A new note takes the channel
//! that was released the longest time ago; if none is free, the note that began first ends for it.
//!
//! | expression | message on the note's channel |
//! |---|---|
//! | tuning | pitch bend, 48 semitones either way |
//! | pressure | channel pressure |
//! | brightness | controller 74, 64 at first |
//! | volume | controller 7: 100 times the gain's square root, as General MIDI 2 has it, so that 100 leaves it as it is; it ends at 1.6 |
//! | pan | controller 10 |
//! | expression | controller 11 |
//! | vibrato | controller 1 |
//!
//! What the host sends as MIDI on any channel and is no note (controllers, bends, programs) goes to the
//! master, and so to all notes; pressure of a key goes to its note.

use super::held::is_meant;
use crate::audio::{Expression, Note};
use crate::juce::MidiBuffer;

/// The first channel that notes are on, from 0.
const FIRST: u8 = 1;
const MEMBERS: usize = 15;
/// Pitch bends that leave a note as it is, and what they go up to.
const BEND_CENTRE: u16 = 8192;
const BEND_MAX: u16 = 16383;
/// How many semitones the whole bend is.
const BEND_SEMITONES: u8 = 48;

/// What may be changed on a note's channel: two that are no controllers, and the controllers' numbers.
const BEND: usize = 0;
const PRESSURE: usize = 1;
const CONTROLLERS: [u8; 7] = [0, 0, 74, 7, 10, 11, 1];
/// What all of these are before a note begins.
const AT_FIRST: [u16; CONTROLLERS.len()] = [BEND_CENTRE, 0, 64, 100, 64, 127, 0];

/// The messages that begin a note on a channel: one for each that must be brought back, and the note. One
/// more, for the end of the note before.
const MESSAGES_OF_A_NOTE: usize = AT_FIRST.len() + 2;

/// Who has the channels.
pub(super) struct Mpe {
    members: [Member; MEMBERS],
    /// Counts beginnings and ends, so that they can be told by their age.
    clock: u64,
    is_set_up: bool,
    owes: bool,
}

#[derive(Clone, Copy)]
struct Member {
    /// The host's note; the last one, if it has ended.
    note: Note,
    key: u8,
    is_held: bool,
    /// Its end found no room in the block's messages.
    is_owed: bool,
    /// When it began, or ended.
    since: u64,
    sent: [u16; AT_FIRST.len()],
}

impl Default for Mpe {
    fn default() -> Self {
        let member = Member {
            note: Note::default(),
            key: 0,
            is_held: false,
            is_owed: false,
            since: 0,
            sent: AT_FIRST,
        };
        Self {
            members: [member; MEMBERS],
            clock: 0,
            is_set_up: false,
            owes: false,
        }
    }
}

impl Mpe {
    #[inline]
    pub(super) fn owes(&self) -> bool {
        self.owes
    }

    /// Tells the child of the zone, once.
    pub(super) fn set_up(&mut self, offset: u32, midi: &mut MidiBuffer) {
        if self.is_set_up {
            return;
        }
        self.is_set_up = true;
        // The configuration message: so many channels for notes.
        parameter(0, 6, MEMBERS as u8, offset, midi);
        for channel in FIRST..FIRST + MEMBERS as u8 {
            parameter(channel, 0, BEND_SEMITONES, offset, midi);
        }
    }

    /// Tells the child that there is no zone any more.
    pub(super) fn take_down(&mut self, offset: u32, midi: &mut MidiBuffer) {
        if std::mem::take(&mut self.is_set_up) {
            self.end(Note::default(), 0, offset, midi);
            parameter(0, 6, 0, offset, midi);
        }
    }

    /// Begins a note with a velocity from 1 to 127. It is left out if there is no room for all of it.
    pub(super) fn begin(
        &mut self,
        note: Note,
        key: u8,
        velocity: u8,
        offset: u32,
        midi: &mut MidiBuffer,
    ) {
        if midi.room() < MESSAGES_OF_A_NOTE {
            return;
        }
        let eldest = (0..MEMBERS).min_by_key(|&index| {
            let member = &self.members[index];
            (member.is_held || member.is_owed, member.since)
        });
        let Some(index) = eldest else {
            return;
        };
        self.end_member(index, 0, offset, midi);
        for (which, value) in AT_FIRST.into_iter().enumerate() {
            self.send(index, which, value, offset, midi);
        }
        self.clock += 1;
        let member = &mut self.members[index];
        (member.note, member.key) = (note, key & 0x7f);
        (member.is_held, member.since) = (true, self.clock);
        midi.add(&[0x90 | channel(index), key & 0x7f, velocity], offset);
    }

    /// Ends the notes that are meant.
    pub(super) fn end(&mut self, wanted: Note, velocity: u8, offset: u32, midi: &mut MidiBuffer) {
        for index in 0..MEMBERS {
            if self.members[index].is_held && self.members[index].is(wanted) {
                self.end_member(index, velocity, offset, midi);
            }
        }
    }

    fn end_member(&mut self, index: usize, velocity: u8, offset: u32, midi: &mut MidiBuffer) {
        let member = &mut self.members[index];
        if !member.is_held && !member.is_owed {
            return;
        }
        self.clock += 1;
        (member.is_held, member.since) = (false, self.clock);
        member.is_owed = !midi.add(&[0x80 | channel(index), member.key, velocity], offset);
        self.owes |= member.is_owed;
    }

    /// Ends what ended in blocks that had no room for it.
    #[cold]
    pub(super) fn pay(&mut self, midi: &mut MidiBuffer) {
        self.owes = false;
        for index in 0..MEMBERS {
            if self.members[index].is_owed {
                self.end_member(index, 0, 0, midi);
            }
        }
    }

    /// Changes the notes that are meant; one that is meant by its number also after its end, until
    /// another has its channel.
    pub(super) fn express(
        &mut self,
        wanted: Note,
        expression: Expression,
        value: f64,
        offset: u32,
        midi: &mut MidiBuffer,
    ) {
        let (which, value) = message_of(expression, value);
        for index in 0..MEMBERS {
            let member = &self.members[index];
            let sounds_on = wanted.id.is_some() && wanted.id == member.note.id;
            if (member.is_held || sounds_on) && member.is(wanted) {
                self.send(index, which, value, offset, midi);
            }
        }
    }

    /// Sends what is not so already.
    fn send(&mut self, index: usize, which: usize, value: u16, offset: u32, midi: &mut MidiBuffer) {
        let sent = &mut self.members[index].sent[which];
        if *sent == value {
            return;
        }
        let channel = channel(index);
        let (low, high) = ((value & 0x7f) as u8, (value >> 7) as u8);
        let added = match which {
            BEND => midi.add(&[0xe0 | channel, low, high], offset),
            PRESSURE => midi.add(&[0xd0 | channel, low], offset),
            _ => midi.add(&[0xb0 | channel, CONTROLLERS[which], low], offset),
        };
        if added {
            *sent = value;
        }
    }
}

impl Member {
    fn is(&self, wanted: Note) -> bool {
        wanted
            .channel
            .is_none_or(|channel| self.note.channel == Some(channel))
            && wanted.key.is_none_or(|key| self.key == key)
            && is_meant(wanted, self.note.id)
    }
}

fn channel(index: usize) -> u8 {
    FIRST + index as u8
}

/// Sets a registered parameter, and then none, so that nothing else sets it.
fn parameter(channel: u8, number: u8, value: u8, offset: u32, midi: &mut MidiBuffer) {
    let controllers = [
        (101, 0),
        (100, number),
        (6, value),
        (38, 0),
        (101, 127),
        (100, 127),
    ];
    for (controller, value) in controllers {
        midi.add(&[0xb0 | channel, controller, value], offset);
    }
}

/// Which of a channel's messages an expression is, and with what value.
fn message_of(expression: Expression, value: f64) -> (usize, u16) {
    let seven = |value: f64| u16::from(seven_bits(value));
    match expression {
        Expression::Tuning => {
            let centre = f64::from(BEND_CENTRE);
            let bend = centre + value / f64::from(BEND_SEMITONES) * centre;
            (BEND, (bend.round() as u16).min(BEND_MAX))
        }
        Expression::Pressure => (PRESSURE, seven(value)),
        Expression::Brightness => (2, seven(value)),
        Expression::Volume => (3, seven(value.max(0.0).sqrt() * 100.0 / 127.0)),
        Expression::Pan => (4, seven(value)),
        Expression::Expression => (5, seven(value)),
        Expression::Vibrato => (6, seven(value)),
    }
}

/// From 0 to 1, as MIDI has it: 0 to 127.
pub(super) fn seven_bits(value: f64) -> u8 {
    ((value * 127.0).round() as u8).min(127)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zone(Mpe, MidiBuffer);

    impl Zone {
        fn new() -> Self {
            let mut zone = Self(
                Mpe::default(),
                MidiBuffer::with_capacity(4096).expect("memory"),
            );
            zone.0.set_up(0, &mut zone.1);
            zone
        }

        fn heard(&mut self) -> Vec<Vec<u8>> {
            let heard = self.1.iter().map(|(_, message)| message.to_vec()).collect();
            self.1.clear();
            heard
        }

        /// Begins a note, and tells its channel, from 1.
        fn begin(&mut self, id: u32) -> u8 {
            self.heard();
            self.0.begin(note(id), 60, 100, 0, &mut self.1);
            let heard = self.heard();
            let last = heard.last().expect("a note");
            assert_eq!(last[1..], [60, 100]);
            (last[0] & 0x0f) + 1
        }

        fn end(&mut self, id: u32) {
            self.0.end(note(id), 0, 0, &mut self.1);
        }

        fn express(&mut self, wanted: Note, expression: Expression, value: f64) -> Vec<Vec<u8>> {
            self.heard();
            self.0.express(wanted, expression, value, 0, &mut self.1);
            self.heard()
        }
    }

    fn note(id: u32) -> Note {
        Note {
            id: Some(id),
            ..Note::of_midi(0, 60)
        }
    }

    #[test]
    fn the_zone_is_told_once_with_its_channels_and_the_range_of_its_bends() {
        let mut zone = Zone::new();
        let heard = zone.heard();
        assert_eq!(heard[..3], [[0xb0, 101, 0], [0xb0, 100, 6], [0xb0, 6, 15]]);
        for channel in 1..16 {
            assert!(heard.contains(&vec![0xb0 | channel, 6, 48]));
        }
        zone.0.set_up(0, &mut zone.1);
        assert!(zone.heard().is_empty());
    }

    #[test]
    fn each_note_has_a_channel_and_the_one_released_first_is_taken_first() {
        let mut zone = Zone::new();
        for id in 0..15 {
            assert_eq!(zone.begin(id), id as u8 + 2);
        }
        for id in [7, 3, 11] {
            zone.end(id);
        }
        assert_eq!([zone.begin(20), zone.begin(21), zone.begin(22)], [9, 5, 13]);
    }

    #[test]
    fn where_no_channel_is_free_the_eldest_note_ends_for_the_new_one() {
        let mut zone = Zone::new();
        for id in 0..15 {
            zone.begin(id);
        }
        zone.0.begin(note(15), 60, 99, 7, &mut zone.1);
        assert_eq!(zone.heard(), [[0x81, 60, 0], [0x91, 60, 99]]);
        // Its own end comes too late.
        zone.end(0);
        assert!(zone.heard().is_empty());
        zone.end(15);
        assert_eq!(zone.heard(), [[0x81, 60, 0]]);
    }

    #[test]
    fn expressions_are_messages_on_the_notes_channel() {
        let mut zone = Zone::new();
        for id in 0..3 {
            zone.begin(id);
        }
        for (expression, value, message) in [
            (Expression::Tuning, 0.0, &[][..]),
            (Expression::Tuning, 48.0, &[0xe2, 127, 127]),
            (Expression::Tuning, -48.0, &[0xe2, 0, 0]),
            (Expression::Tuning, 120.0, &[0xe2, 127, 127]),
            (Expression::Tuning, -24.0, &[0xe2, 0, 32]),
            (Expression::Tuning, 1.0 / 48.0 * 6.0, &[0xe2, 21, 64]),
            (Expression::Pressure, 0.5, &[0xd2, 64]),
            (Expression::Brightness, 1.0, &[0xb2, 74, 127]),
            (Expression::Volume, 1.0, &[]),
            (Expression::Volume, 0.25, &[0xb2, 7, 50]),
            (Expression::Volume, 4.0, &[0xb2, 7, 127]),
            (Expression::Pan, 0.0, &[0xb2, 10, 0]),
            (Expression::Expression, 0.0, &[0xb2, 11, 0]),
            (Expression::Vibrato, 1.0, &[0xb2, 1, 127]),
        ] {
            let heard = zone.express(note(1), expression, value);
            assert_eq!(heard.concat(), message, "{expression:?} {value}");
        }
    }

    #[test]
    fn a_note_begins_as_it_is_however_the_one_before_it_on_the_channel_ended() {
        let mut zone = Zone::new();
        for id in 0..15 {
            zone.begin(id);
        }
        zone.express(note(4), Expression::Tuning, 12.0);
        zone.express(note(4), Expression::Pan, 1.0);
        zone.end(4);
        zone.heard();
        zone.0.begin(note(30), 72, 9, 0, &mut zone.1);
        assert_eq!(zone.heard(), [[0xe5, 0, 64], [0xb5, 10, 64], [0x95, 72, 9]]);
    }

    #[test]
    fn notes_are_meant_by_number_by_key_or_all_at_once() {
        let mut zone = Zone::new();
        zone.0.begin(note(1), 60, 1, 0, &mut zone.1);
        zone.0.begin(Note::of_midi(5, 61), 61, 1, 0, &mut zone.1);
        let bent = |zone: &mut Zone, wanted: Note, value: f64| -> Vec<u8> {
            let heard = zone.express(wanted, Expression::Pressure, value);
            heard.iter().map(|message| message[0]).collect()
        };
        let by_id = Note {
            id: Some(1),
            ..Note::default()
        };
        assert_eq!(bent(&mut zone, by_id, 0.1), [0xd1]);
        assert_eq!(bent(&mut zone, Note::of_midi(5, 61), 0.2), [0xd2]);
        assert_eq!(bent(&mut zone, Note::default(), 0.3), [0xd1, 0xd2]);
        zone.end(1);
        assert_eq!(bent(&mut zone, by_id, 0.4), [0xd1], "while it fades");
        assert_eq!(bent(&mut zone, Note::default(), 0.5), [0xd2]);
    }
}
