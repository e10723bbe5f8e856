//! What is measured while the rack plays: levels and cost, written by the audio thread and read by
//! anyone.

use std::sync::atomic::Ordering::Relaxed;

use atomic_float::AtomicF32;

use super::levels::{Factors, Levels};

/// A level meter over all channels of one place.
#[derive(Debug, Default)]
pub struct LevelMeter {
    peak: AtomicF32,
    mean_square: AtomicF32,
}

impl LevelMeter {
    /// The peak, linear: it rises at once, and falls by 20 dB a second.
    pub fn peak(&self) -> f32 {
        self.peak.load(Relaxed)
    }

    /// The root mean square of all channels over about 300 ms, linear.
    pub fn rms(&self) -> f32 {
        self.mean_square.load(Relaxed).sqrt()
    }

    /// Takes in a block's levels over so many channels.
    #[inline]
    pub(super) fn take(&self, mut levels: Levels, channels: usize, factors: Factors) {
        levels.energy /= channels.max(1) as f32;
        let (peak, mean_square) = (self.peak.load(Relaxed), self.mean_square.load(Relaxed));
        self.peak.store(factors.peak(peak, levels), Relaxed);
        self.mean_square
            .store(factors.mean_square(mean_square, levels), Relaxed);
    }
}

/// What something costs, as a share of the time that the host has for a block: 1 is all of it.
#[derive(Debug, Default)]
pub struct CostMeter {
    smoothed: AtomicF32,
    worst: AtomicF32,
}

impl CostMeter {
    /// The share of the last 300 ms or so.
    pub fn smoothed(&self) -> f32 {
        self.smoothed.load(Relaxed)
    }

    /// The largest share of a single block since the last [`forget_worst`](Self::forget_worst).
    pub fn worst(&self) -> f32 {
        self.worst.load(Relaxed)
    }

    /// Starts looking for the worst block anew.
    pub fn forget_worst(&self) {
        self.worst.store(0.0, Relaxed);
    }

    #[inline]
    pub(super) fn take(&self, share: f32, factors: Factors) {
        let before = self.smoothed.load(Relaxed);
        self.smoothed
            .store(share + (before - share) * factors.rms_keep, Relaxed);
        if share > self.worst.load(Relaxed) {
            self.worst.store(share, Relaxed);
        }
    }
}

/// The meters of a slot.
#[derive(Debug, Default)]
pub struct SlotMeters {
    /// What goes in.
    pub input: LevelMeter,
    /// What comes out.
    pub output: LevelMeter,
    /// What it costs.
    pub cost: CostMeter,
}

/// The meters of a chain of a split.
#[derive(Debug, Default)]
pub struct ChainMeters {
    /// What goes in.
    pub input: LevelMeter,
    /// What comes out, its gain and pan included.
    pub output: LevelMeter,
    /// What it costs.
    pub cost: CostMeter,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rack::levels::Ballistics;

    #[test]
    fn a_peak_is_seen_at_once_and_is_20_db_lower_a_second_later() {
        let meter = LevelMeter::default();
        let mut ballistics = Ballistics::new(48_000.0);
        let samples = [0.5; 480];
        meter.take(Levels::of(&samples), 1, ballistics.step(480));
        assert_eq!(meter.peak(), 0.5);
        for _ in 0..100 {
            meter.take(Levels::SILENCE, 1, ballistics.step(480));
        }
        assert!((meter.peak() - 0.05).abs() < 1e-4, "{}", meter.peak());
    }

    #[test]
    fn the_rms_of_a_steady_signal_is_its_own_whatever_the_blocks() {
        for frames in [16, 512] {
            let meter = LevelMeter::default();
            let mut ballistics = Ballistics::new(48_000.0);
            let samples = vec![0.25; frames];
            for _ in 0..96_000 / frames {
                let both = Levels::of(&samples).join(Levels::of(&samples));
                meter.take(both, 2, ballistics.step(frames));
            }
            assert!((meter.rms() - 0.25).abs() < 0.001, "{}", meter.rms());
        }
    }

    #[test]
    fn the_worst_block_is_remembered_until_it_is_forgotten() {
        let meter = CostMeter::default();
        let factors = Ballistics::new(48_000.0).step(64);
        for share in [0.1, 0.9, 0.2] {
            meter.take(share, factors);
        }
        assert_eq!(meter.worst(), 0.9);
        meter.forget_worst();
        meter.take(0.2, factors);
        assert_eq!(meter.worst(), 0.2);
    }
}
