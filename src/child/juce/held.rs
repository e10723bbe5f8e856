//! The notes that a child holds, for what ends or changes several of them, or one by its number.

use crate::audio::Note;
use crate::juce::MidiBuffer;

/// The keys that are down on each MIDI channel, each with the host's number for its note.
///
/// MIDI knows a note by channel and key. A host may have several notes on one: the latest is then the one
/// that is held, and the ends of the others are not told.
pub(super) struct Held {
    keys: [u128; 16],
    /// Keys whose end found no room in the block's messages.
    owed: [u128; 16],
    /// For each channel.
    ids: Box<[[Option<u32>; 128]]>,
    owes: bool,
}

impl Default for Held {
    fn default() -> Self {
        Self {
            keys: [0; 16],
            owed: [0; 16],
            ids: vec![[None; 128]; 16].into(),
            owes: false,
        }
    }
}

/// Whether `wanted` means the note with this number. One that has none is meant by its key only.
pub(super) fn is_meant(wanted: Note, id: Option<u32>) -> bool {
    match (wanted.id, id) {
        (None, _) => true,
        (Some(wanted), Some(id)) => wanted == id,
        (Some(_), None) => wanted.key.is_some(),
    }
}

impl Held {
    /// Whether ends are still owed.
    #[inline]
    pub(super) fn owes(&self) -> bool {
        self.owes
    }

    pub(super) fn holds(&self, channel: u8, key: u8) -> bool {
        self.keys[usize::from(channel & 0x0f)] & (1 << (key & 0x7f)) != 0
    }

    /// Begins a note with a velocity from 1 to 127.
    pub(super) fn begin(
        &mut self,
        (channel, key): (u8, u8),
        id: Option<u32>,
        velocity: u8,
        offset: u32,
        midi: &mut MidiBuffer,
    ) {
        let (channel, key) = (channel & 0x0f, key & 0x7f);
        if midi.add(&[0x90 | channel, key, velocity], offset) {
            let index = usize::from(channel);
            self.keys[index] |= 1 << key;
            self.owed[index] &= !(1 << key);
            self.ids[index][usize::from(key)] = id;
        }
    }

    /// Ends the notes that are meant. One that is named by channel and key is ended also if it is not
    /// known to be held, unless another has taken its place.
    pub(super) fn end(&mut self, wanted: Note, velocity: u8, offset: u32, midi: &mut MidiBuffer) {
        if let (Some(channel), Some(key)) = (wanted.channel, wanted.key)
            && !self.holds(channel, key)
        {
            self.end_key((channel & 0x0f, key & 0x7f), velocity, offset, midi);
            return;
        }
        self.for_each(wanted, |held, at| held.end_key(at, velocity, offset, midi));
    }

    fn end_key(
        &mut self,
        (channel, key): (u8, u8),
        velocity: u8,
        offset: u32,
        midi: &mut MidiBuffer,
    ) {
        let index = usize::from(channel);
        self.keys[index] &= !(1 << key);
        if midi.add(&[0x80 | channel, key, velocity], offset) {
            self.owed[index] &= !(1 << key);
        } else {
            self.owed[index] |= 1 << key;
            self.owes = true;
        }
    }

    /// Ends what ended in blocks that had no room for it.
    #[cold]
    pub(super) fn pay(&mut self, midi: &mut MidiBuffer) {
        self.owes = false;
        for channel in 0..16_u8 {
            for key in keys_in(self.owed[usize::from(channel)]) {
                self.end_key((channel, key), 0, 0, midi);
            }
        }
    }

    /// Calls `with` for each held note that is meant.
    pub(super) fn for_each(&mut self, wanted: Note, mut with: impl FnMut(&mut Self, (u8, u8))) {
        let channels = wanted.channel.map_or(0..16, |channel| {
            let channel = channel & 0x0f;
            channel..channel + 1
        });
        let mask = wanted.key.map_or(u128::MAX, |key| 1 << (key & 0x7f));
        for channel in channels {
            let index = usize::from(channel);
            for key in keys_in(self.keys[index] & mask) {
                if is_meant(wanted, self.ids[index][usize::from(key)]) {
                    with(self, (channel, key));
                }
            }
        }
    }
}

fn keys_in(mut bits: u128) -> impl Iterator<Item = u8> {
    std::iter::from_fn(move || {
        let key = bits.trailing_zeros();
        let rest = bits.checked_sub(1)?;
        bits &= rest;
        Some(key as u8)
    })
}
