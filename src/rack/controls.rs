//! What can be turned while the rack plays: plain values in atomics, set by anyone and followed by the
//! audio thread with a ramp. Setting one needs no new schedule.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering::Relaxed};

use atomic_float::AtomicF32;

/// The controls of a slot.
#[derive(Debug)]
pub struct SlotControls {
    /// The audio passes the children by, delayed by their latency.
    pub bypass: AtomicBool,
    /// How much of the children's output is heard, from 0 to 1; the rest is the slot's input,
    /// delayed by their latency.
    pub mix: AtomicF32,
    /// What the children's input is multiplied with.
    pub input_gain: AtomicF32,
    /// What the children's output is multiplied with.
    pub output_gain: AtomicF32,
    trouble: AtomicU8,
}

impl Default for SlotControls {
    fn default() -> Self {
        Self {
            bypass: AtomicBool::new(false),
            mix: AtomicF32::new(1.0),
            input_gain: AtomicF32::new(1.0),
            output_gain: AtomicF32::new(1.0),
            trouble: AtomicU8::new(0),
        }
    }
}

/// Why a slot is muted: its children are not called, and the audio passes them by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// A child failed while processing.
    Failed,
    /// A child put out something that is no number, or infinite.
    NotANumber,
    /// A child put out more than the rack's limit.
    TooLoud,
    /// A child wrote outside of its channels.
    WroteOutside,
}

impl SlotControls {
    /// Why the slot is muted, if it is.
    #[inline]
    pub fn trouble(&self) -> Option<Trouble> {
        match self.trouble.load(Relaxed) {
            0 => None,
            1 => Some(Trouble::Failed),
            2 => Some(Trouble::NotANumber),
            3 => Some(Trouble::TooLoud),
            _ => Some(Trouble::WroteOutside),
        }
    }

    /// Mutes the slot.
    pub fn set_trouble(&self, trouble: Trouble) {
        let code = match trouble {
            Trouble::Failed => 1,
            Trouble::NotANumber => 2,
            Trouble::TooLoud => 3,
            Trouble::WroteOutside => 4,
        };
        self.trouble.store(code, Relaxed);
    }

    /// Lets the slot try again, as long as its children did not fail.
    pub fn clear_trouble(&self) {
        if self.trouble() != Some(Trouble::Failed) {
            self.trouble.store(0, Relaxed);
        }
    }
}

/// The controls of a chain of a split.
#[derive(Debug)]
pub struct ChainControls {
    /// What the chain's output is multiplied with.
    pub gain: AtomicF32,
    /// From -1, left only, to 1, right only; 0 leaves both as they are. The side that the pan turns
    /// away from is multiplied with 1 - |pan|, the other is left alone.
    pub pan: AtomicF32,
    /// The chain is not heard.
    pub muted: AtomicBool,
    /// False where others are soloed, and this is not.
    pub heard: AtomicBool,
}

impl Default for ChainControls {
    fn default() -> Self {
        Self {
            gain: AtomicF32::new(1.0),
            pan: AtomicF32::new(0.0),
            muted: AtomicBool::new(false),
            heard: AtomicBool::new(true),
        }
    }
}

impl ChainControls {
    /// The gain of one of the chain's channels, of which it has `channels`.
    pub fn gain_of(&self, channel: usize, channels: usize) -> f32 {
        if self.muted.load(Relaxed) || !self.heard.load(Relaxed) {
            return 0.0;
        }
        let gain = self.gain.load(Relaxed);
        match (channel, channels) {
            (_, 1) => gain,
            (0, _) => gain * (1.0 - self.pan.load(Relaxed)).clamp(0.0, 1.0),
            (1, _) => gain * (1.0 + self.pan.load(Relaxed)).clamp(0.0, 1.0),
            _ => gain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pan_in_the_middle_changes_nothing_and_at_the_end_leaves_one_side() {
        let chain = ChainControls::default();
        chain.gain.store(0.5, Relaxed);
        for (pan, left, right) in [(0.0, 0.5, 0.5), (1.0, 0.0, 0.5), (-0.5, 0.5, 0.25)] {
            chain.pan.store(pan, Relaxed);
            assert_eq!((chain.gain_of(0, 2), chain.gain_of(1, 2)), (left, right));
            assert_eq!(chain.gain_of(0, 1), 0.5);
            assert_eq!(chain.gain_of(2, 3), 0.5);
        }
    }

    #[test]
    fn a_child_that_failed_stays_away_and_one_that_was_too_loud_may_try_again() {
        let slot = SlotControls::default();
        for (trouble, after) in [
            (Trouble::TooLoud, None),
            (Trouble::NotANumber, None),
            (Trouble::WroteOutside, None),
            (Trouble::Failed, Some(Trouble::Failed)),
        ] {
            slot.set_trouble(trouble);
            assert_eq!(slot.trouble(), Some(trouble));
            slot.clear_trouble();
            assert_eq!(slot.trouble(), after);
        }
    }
}
