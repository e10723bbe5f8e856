//! The values of the host's parameters, between the host, the audio thread and the session.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use atomic_float::AtomicF64;
use crossbeam_queue::ArrayQueue;

use super::host_parameter::{HOST_PARAMETERS, MidiControl};

const WORDS: usize = HOST_PARAMETERS.div_ceil(64);

/// How many MIDI messages may wait for whoever learns them.
const HEARD: usize = 64;

/// The values of all host parameters, from 0 to 1, what is added to them for now, and what the audio thread
/// has to tell of them. Any thread.
#[derive(Debug)]
pub struct HostValues {
    values: Box<[AtomicF64]>,
    modulations: Box<[AtomicF64]>,
    moved: [AtomicU64; WORDS],
    any_moved: AtomicBool,
    held: [AtomicU64; WORDS],
    blocks: AtomicU64,
    learning: AtomicBool,
    heard: ArrayQueue<MidiControl>,
}

impl Default for HostValues {
    fn default() -> Self {
        let zeros = || (0..HOST_PARAMETERS).map(|_| AtomicF64::new(0.0)).collect();
        Self {
            values: zeros(),
            modulations: zeros(),
            moved: Default::default(),
            any_moved: AtomicBool::new(false),
            held: Default::default(),
            blocks: AtomicU64::new(0),
            learning: AtomicBool::new(false),
            heard: ArrayQueue::new(HEARD),
        }
    }
}

impl HostValues {
    /// The value, without modulation; zero for a number that is none.
    pub fn value(&self, parameter: usize) -> f64 {
        (self.values.get(parameter)).map_or(0.0, |value| value.load(Ordering::Relaxed))
    }

    /// Notes a value. What is no number is ignored, what lies outside of 0 to 1 is taken for the nearest
    /// within.
    pub fn set_value(&self, parameter: usize, value: f64) {
        if let (Some(place), false) = (self.values.get(parameter), value.is_nan()) {
            place.store(value.clamp(0.0, 1.0), Ordering::Relaxed);
        }
    }

    /// What is added to the value for now.
    pub fn modulation(&self, parameter: usize) -> f64 {
        (self.modulations.get(parameter)).map_or(0.0, |value| value.load(Ordering::Relaxed))
    }

    /// Notes a modulation. What is no number, or has no end, is ignored.
    pub fn set_modulation(&self, parameter: usize, amount: f64) {
        if let (Some(place), true) = (self.modulations.get(parameter), amount.is_finite()) {
            place.store(amount, Ordering::Relaxed);
        }
    }

    /// Notes that a MIDI message has moved a parameter, so that the host is told.
    pub(super) fn note_moved(&self, parameter: usize) {
        if let Some(word) = self.moved.get(parameter / 64) {
            word.fetch_or(1 << (parameter % 64), Ordering::Relaxed);
            self.any_moved.store(true, Ordering::Release);
        }
    }

    /// The parameters that MIDI messages have moved since the last call.
    pub fn take_moved(&self) -> Vec<usize> {
        if !self.any_moved.swap(false, Ordering::Acquire) {
            return Vec::new();
        }
        let mut moved = Vec::new();
        for (at, word) in self.moved.iter().enumerate() {
            let mut bits = word.swap(0, Ordering::Relaxed);
            while bits != 0 {
                moved.push(at * 64 + bits.trailing_zeros() as usize);
                bits &= bits - 1;
            }
        }
        moved
    }

    /// Notes that a block was played.
    #[inline]
    pub(super) fn note_block(&self) {
        // One thread at a time does this: the one with the player.
        let blocks = self.blocks.load(Ordering::Relaxed);
        self.blocks.store(blocks.wrapping_add(1), Ordering::Relaxed);
    }

    /// How many blocks were played.
    pub fn blocks(&self) -> u64 {
        self.blocks.load(Ordering::Relaxed)
    }

    /// Whether what was set when so many blocks had been played may not have been heard yet: the first block after that
    /// may have begun before.
    pub fn may_be_unheard(&self, since: u64) -> bool {
        self.blocks().wrapping_sub(since) < 2
    }

    /// Somebody else than the host holds a parameter, or lets go of it. Meanwhile what the host says of it is
    /// noted and goes no further: it may be the echo of what it was told.
    pub fn set_held(&self, parameter: usize, held: bool) {
        if let Some(word) = self.held.get(parameter / 64) {
            let bit = 1 << (parameter % 64);
            match held {
                true => word.fetch_or(bit, Ordering::Relaxed),
                false => word.fetch_and(!bit, Ordering::Relaxed),
            };
        }
    }

    #[inline]
    pub(super) fn is_held(&self, parameter: usize) -> bool {
        let word = self.held.get(parameter / 64);
        word.is_some_and(|word| word.load(Ordering::Relaxed) & (1 << (parameter % 64)) != 0)
    }

    /// Has the audio thread note what MIDI messages come, or stop it.
    pub fn set_learning(&self, learning: bool) {
        while self.heard.pop().is_some() {}
        self.learning.store(learning, Ordering::Release);
    }

    #[inline]
    pub(super) fn is_learning(&self) -> bool {
        self.learning.load(Ordering::Relaxed)
    }

    pub(super) fn note_heard(&self, source: MidiControl) {
        // What finds no room came long after what is looked for.
        let _ = self.heard.push(source);
    }

    /// The next message that came while learning.
    pub fn take_heard(&self) -> Option<MidiControl> {
        self.heard.pop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_what_they_are_to_the_bit_and_within_bounds() {
        let values = HostValues::default();
        for value in [0.1, 0.123_456_789_012_345_67, f64::MIN_POSITIVE, 1.0] {
            values.set_value(511, value);
            assert_eq!(values.value(511), value);
        }
        values.set_value(511, f64::NAN);
        assert_eq!(values.value(511), 1.0);
        values.set_value(511, -3.0);
        assert_eq!(values.value(511), 0.0);
        values.set_value(512, 1.0);
        assert_eq!(values.value(512), 0.0);
        values.set_modulation(0, f64::INFINITY);
        assert_eq!(values.modulation(0), 0.0);
    }

    #[test]
    fn what_was_moved_is_told_once() {
        let values = HostValues::default();
        for parameter in [511, 3, 64, 3] {
            values.note_moved(parameter);
        }
        assert_eq!(values.take_moved(), [3, 64, 511]);
        assert!(values.take_moved().is_empty());
    }
}
