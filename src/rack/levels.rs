//! What guards and meters want to know of a channel, found in one pass, and how meters fall.
//!
//! The pass runs for every slot and block, so it is compiled once more for newer processors, and
//! the first call picks one. All of them do the same sums in the same order and none fuses a
//! multiplication with an addition: the result is the same to the bit on every processor.

use multiversion::multiversion;

/// How many sums and maxima run side by side. Two AVX2 registers of each, or four SSE registers: as
/// many as hide the latency of an addition and leave room for what they are made of.
const LANES: usize = 16;

/// Everything of an `f32` but its sign.
const MAGNITUDE: u32 = 0x7fff_ffff;

/// What one pass over samples finds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Levels {
    /// The largest magnitude, linear. Infinite or NaN where any sample is.
    pub peak: f32,
    /// The sum of squares. Infinite or NaN where any sample is, and infinite too where it exceeds
    /// what an `f32` holds: from magnitudes of about 1e19 on, far above any runaway limit.
    pub energy: f32,
}

impl Levels {
    /// The levels of silence, and of no samples at all.
    pub const SILENCE: Self = Self {
        peak: 0.0,
        energy: 0.0,
    };

    /// Goes over the samples once.
    pub fn of(samples: &[f32]) -> Self {
        measure(samples)
    }

    /// Goes over all channels once. The sum is in another order than [`join`](Self::join)'s.
    pub fn of_channels(channels: &[&mut [f32]]) -> Self {
        measure_all(channels)
    }

    /// The levels of this and other samples together.
    pub fn join(self, other: Self) -> Self {
        let larger = magnitude(self.peak).max(magnitude(other.peak));
        Self {
            peak: from_magnitude(larger),
            energy: self.energy + other.energy,
        }
    }

    /// Whether every sample was finite. Exact: one NaN or infinity anywhere makes it false, and
    /// finite samples never do, however large. (Compare the peak with a limit for those.)
    pub fn is_finite(&self) -> bool {
        self.peak.is_finite()
    }
}

/// Index of the first sample that is not finite or above `limit` in magnitude. For when something
/// is wrong already: it looks at one sample after the other.
pub fn first_bad(samples: &[f32], limit: f32) -> Option<usize> {
    samples
        .iter()
        .position(|sample| !sample.is_finite() || sample.abs() > limit)
}

/// Asks the processor what it can do, so that the audio thread need not: the question (`cpuid`) can
/// take microseconds on a virtual machine. Nothing else happens on a first call: no memory is taken,
/// no lock, no system call. Later calls load one pointer each.
pub fn warm_up() {
    std::hint::black_box(Levels::of(&[]));
    std::hint::black_box(Levels::of_channels(&[]));
}

// The macro writes the calls from the version that fits every processor to the others.
#[allow(unsafe_code)]
#[multiversion(targets("x86_64+avx2", "x86_64+sse4.1"), dispatcher = "indirect")]
fn measure(samples: &[f32]) -> Levels {
    let mut sums = Sums::new();
    add_all(&mut sums, samples);
    total(&sums)
}

// The same, with one call and one folding of the lanes for all channels.
#[allow(unsafe_code)]
#[multiversion(targets("x86_64+avx2", "x86_64+sse4.1"), dispatcher = "indirect")]
fn measure_all(channels: &[&mut [f32]]) -> Levels {
    let mut sums = Sums::new();
    for channel in channels {
        add_all(&mut sums, channel);
    }
    total(&sums)
}

struct Sums {
    peaks: [i32; LANES],
    energies: [f32; LANES],
    /// Of the last few samples, one by one.
    last_peak: i32,
    last_energy: f32,
}

impl Sums {
    #[inline(always)]
    fn new() -> Self {
        Self {
            peaks: [0; LANES],
            energies: [0.0; LANES],
            last_peak: 0,
            last_energy: 0.0,
        }
    }
}

/// Goes over samples. Inlined, so that it is compiled for the caller's processor; so is what it calls.
#[inline(always)]
fn add_all(sums: &mut Sums, samples: &[f32]) {
    // In variables of their own, which the optimiser keeps in registers.
    let (mut peaks, mut energies) = (sums.peaks, sums.energies);
    let mut whole = samples.chunks_exact(LANES);
    for chunk in &mut whole {
        add(&mut peaks, &mut energies, chunk);
    }
    let mut halves = whole.remainder().chunks_exact(LANES / 2);
    for chunk in &mut halves {
        add(&mut peaks, &mut energies, chunk);
    }
    (sums.peaks, sums.energies) = (peaks, energies);
    // The last few one by one: fewer lanes at once would be stores with masks, which take longer.
    for sample in halves.remainder() {
        sums.last_peak = sums.last_peak.max(magnitude(*sample));
        sums.last_energy += sample * sample;
    }
}

#[inline(always)]
fn total(sums: &Sums) -> Levels {
    let (peak, energy) = fold(sums.peaks, sums.energies);
    Levels {
        peak: from_magnitude(peak.max(sums.last_peak)),
        energy: energy + sums.last_energy,
    }
}

/// Halves the lanes until one is left. Never inlined: the optimiser would take the loop's lanes apart
/// into the pieces that it needs here, and take twice as long.
#[inline(never)]
fn fold(mut peaks: [i32; LANES], mut energies: [f32; LANES]) -> (i32, f32) {
    let mut lanes = LANES / 2;
    while lanes > 0 {
        let (low, high) = peaks.split_at_mut(lanes);
        for (low, high) in low.iter_mut().zip(high) {
            *low = (*low).max(*high);
        }
        let (low, high) = energies.split_at_mut(lanes);
        for (low, high) in low.iter_mut().zip(high) {
            *low += *high;
        }
        lanes /= 2;
    }
    let ([peak, ..], [energy, ..]) = (peaks, energies);
    (peak, energy)
}

/// Adds a sample to each lane.
#[inline(always)]
fn add(peaks: &mut [i32; LANES], energies: &mut [f32; LANES], samples: &[f32]) {
    for ((peak, energy), sample) in peaks.iter_mut().zip(energies).zip(samples) {
        *peak = (*peak).max(magnitude(*sample));
        *energy += sample * sample;
    }
}

/// A magnitude as an integer of the same order. Every NaN is above infinity and infinity above all
/// else, so an integer maximum cannot lose one, where `f32::max` would drop a NaN. Signed, since that
/// is the maximum that SSE has an instruction or a short way for.
#[inline(always)]
fn magnitude(sample: f32) -> i32 {
    (sample.to_bits() & MAGNITUDE).cast_signed()
}

#[inline(always)]
fn from_magnitude(magnitude: i32) -> f32 {
    f32::from_bits(magnitude.cast_unsigned())
}

/// How meters fall: peaks jump up and fall by 20 dB a second; RMS is over an exponential window of
/// 300 ms. Keeps the factors for the last block's length, since working them out costs more than a
/// slot's meter: one for all slots that work on blocks of one length.
#[derive(Clone, Debug)]
pub struct Ballistics {
    sample_rate: f64,
    frames: usize,
    factors: Factors,
}

impl Ballistics {
    /// By how much a peak falls in a second.
    pub const RELEASE_DB: f64 = 20.0;
    /// The time constant of the window that RMS is over.
    pub const WINDOW_SECONDS: f64 = 0.3;

    /// For blocks at a sample rate in Hz.
    pub fn new(sample_rate: f64) -> Self {
        Self {
            sample_rate,
            frames: 0,
            factors: Factors::STILL,
        }
    }

    /// The factors for a block of `frames`. Worked out only where it is not as long as the last.
    pub fn step(&mut self, frames: usize) -> Factors {
        if frames != self.frames {
            self.frames = frames;
            self.factors = Factors::after(frames, self.sample_rate);
        }
        self.factors
    }
}

/// What a block's time does to meters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Factors {
    /// What is left of a peak.
    pub peak_release: f32,
    /// What is left of a mean square.
    pub rms_keep: f32,
    /// What the block's energy counts: the rest, shared by its frames.
    pub rms_take: f32,
}

impl Factors {
    /// Those of a block without frames.
    const STILL: Self = Self {
        peak_release: 1.0,
        rms_keep: 1.0,
        rms_take: 0.0,
    };

    fn after(frames: usize, sample_rate: f64) -> Self {
        let seconds = frames as f64 / sample_rate;
        if frames == 0 || !seconds.is_finite() {
            return Self::STILL;
        }
        let passed = -seconds / Ballistics::WINDOW_SECONDS;
        Self {
            peak_release: 10_f64.powf(-Ballistics::RELEASE_DB * seconds / 20.0) as f32,
            rms_keep: passed.exp() as f32,
            // `exp_m1`, since 1 - keep has few digits left where blocks are short.
            rms_take: (-passed.exp_m1() / frames as f64) as f32,
        }
    }

    /// The peak to show after a block, from the one shown before it. Bad levels leave no trace: they
    /// are the guard's to tell, and a meter that took one in would never come down.
    pub fn peak(&self, shown: f32, block: Levels) -> f32 {
        let falling = shown * self.peak_release;
        if block.is_finite() {
            falling.max(block.peak)
        } else {
            falling
        }
    }

    /// The mean square after a block, from the one before it. Its root is the RMS. Bad levels and
    /// such as overflow leave no trace, see [`peak`](Self::peak).
    pub fn mean_square(&self, before: f32, block: Levels) -> f32 {
        let kept = before * self.rms_keep;
        let taken = block.energy * self.rms_take;
        if taken.is_finite() {
            kept + taken
        } else {
            kept
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BAD: [f32; 4] = [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY];

    proptest! {
        #[test]
        fn levels_are_those_that_a_plain_loop_finds(
            samples in prop::collection::vec(-4.0f32..4.0, 0..200),
        ) {
            let levels = Levels::of(&samples);
            let peak = samples.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()));
            let energy: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
            prop_assert_eq!(levels.peak, peak);
            prop_assert!((f64::from(levels.energy) - energy).abs() <= energy * 1e-5);
            prop_assert!(levels.is_finite());
        }

        #[test]
        fn all_channels_at_once_have_the_levels_that_each_has_alone(
            mut channels in prop::collection::vec(prop::collection::vec(-4.0f32..4.0, 0..100), 0..5),
            bad in prop::option::of((0usize..5, 0usize..100, 0usize..4)),
        ) {
            if let Some((channel, at, bad)) = bad
                && let Some(sample) = channels.get_mut(channel).and_then(|channel| channel.get_mut(at))
            {
                *sample = BAD[bad];
            }
            let alone = channels.iter().fold(Levels::SILENCE, |levels, channel| {
                levels.join(Levels::of(channel))
            });
            let slices: Vec<&mut [f32]> = channels.iter_mut().map(Vec::as_mut_slice).collect();
            let levels = Levels::of_channels(&slices);
            prop_assert_eq!(levels.peak.to_bits(), alone.peak.to_bits());
            prop_assert_eq!(levels.is_finite(), alone.is_finite());
            prop_assert!(
                !alone.is_finite() || (levels.energy - alone.energy).abs() <= alone.energy * 1e-5
            );
        }

        #[test]
        fn one_bad_sample_is_seen_wherever_it_hides(
            length in 1usize..200, at in 0usize..200, bad in 0usize..4, louder in any::<bool>(),
        ) {
            let at = at % length;
            let mut samples = vec![if louder { f32::MAX } else { 0.5 }; length];
            samples[at] = BAD[bad];
            let levels = Levels::of(&samples);
            prop_assert!(!levels.is_finite());
            prop_assert!(!levels.energy.is_finite());
            prop_assert_eq!(first_bad(&samples, f32::INFINITY), Some(at));
            let (one, other) = samples.split_at(length / 2);
            prop_assert!(!Levels::of(one).join(Levels::of(other)).is_finite());
            prop_assert!(!Levels::of(other).join(Levels::of(one)).is_finite());
        }

        #[test]
        fn every_processor_finds_the_same_to_the_bit(
            samples in prop::collection::vec(any::<f32>(), 0..200),
        ) {
            // The versions can't be called by name. This is what they are: the same lanes, in order.
            let (mut peaks, mut energies) = ([0; LANES], [0.0; LANES]);
            let (mut last_peak, mut last_energy) = (0, 0.0);
            for (at, sample) in samples.iter().enumerate() {
                let lane = at % LANES;
                if at < samples.len() / 8 * 8 {
                    peaks[lane] = peaks[lane].max(magnitude(*sample));
                    energies[lane] += sample * sample;
                } else {
                    last_peak = last_peak.max(magnitude(*sample));
                    last_energy += sample * sample;
                }
            }
            for lanes in [8, 4, 2, 1] {
                for lane in 0..lanes {
                    energies[lane] += energies[lane + lanes];
                }
            }
            let levels = Levels::of(&samples);
            let peak = peaks.into_iter().max().unwrap().max(last_peak);
            let energy = energies[0] + last_energy;
            prop_assert_eq!(levels.peak.to_bits().cast_signed(), peak);
            prop_assert!(
                levels.energy.to_bits() == energy.to_bits()
                    || levels.energy.is_nan() && energy.is_nan()
            );
        }
    }

    #[test]
    fn a_finite_sample_is_finite_even_where_its_square_is_not() {
        let levels = Levels::of(&[0.0, -1e30, 0.0]);
        assert!(levels.is_finite());
        assert_eq!(levels.peak, 1e30);
        assert_eq!(levels.energy, f32::INFINITY);
        assert_eq!(first_bad(&[0.0, -1e30, 0.0], 64.0), Some(1));
    }

    #[test]
    fn nothing_bad_is_found_in_what_just_reaches_the_limit() {
        assert_eq!(first_bad(&[1.0, -1.0, 0.0], 1.0), None);
        assert_eq!(first_bad(&[], 1.0), None);
    }

    #[test]
    fn no_samples_are_silence() {
        assert_eq!(Levels::of(&[]), Levels::SILENCE);
        assert_eq!(Levels::of(&[-0.0; 7]), Levels::SILENCE);
    }

    #[test]
    fn a_peak_falls_by_20_db_in_a_second_whatever_the_blocks() {
        for frames in [1, 32, 480, 4800] {
            let mut ballistics = Ballistics::new(48_000.0);
            let mut shown = 1.0;
            for _ in 0..48_000 / frames {
                shown = ballistics.step(frames).peak(shown, Levels::SILENCE);
            }
            assert!((shown - 0.1).abs() < 0.0005, "{frames}: {shown}");
        }
    }

    #[test]
    fn rms_reaches_63_percent_of_the_power_in_300_ms_whatever_the_blocks() {
        for frames in [1, 32, 480, 4800] {
            let mut ballistics = Ballistics::new(48_000.0);
            let block = Levels::of(&vec![0.5; frames]);
            let mut mean_square = 0.0;
            for _ in 0..14_400 / frames {
                mean_square = ballistics.step(frames).mean_square(mean_square, block);
            }
            let expected = 0.25 * (1.0 - (-1.0_f32).exp());
            assert!(
                (mean_square - expected).abs() < 1e-4,
                "{frames}: {mean_square}"
            );
        }
    }

    #[test]
    fn a_meter_comes_down_again_after_a_nan_an_empty_block_and_an_overflow() {
        let mut ballistics = Ballistics::new(48_000.0);
        for (samples, peak) in [(&[f32::NAN][..], 1.0), (&[], 1.0), (&[1e30], 1e30)] {
            let factors = ballistics.step(samples.len());
            let block = Levels::of(samples);
            let shown = factors.peak(1.0, block);
            assert!(shown <= peak && shown > 0.99 * peak);
            assert!(factors.mean_square(1.0, block) <= 1.0);
        }
        assert_eq!(Ballistics::new(0.0).step(64), Factors::STILL);
    }
}
