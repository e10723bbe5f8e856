//! A crossover: splits a signal into 2 to 5 bands whose sum is flat.
//!
//! Linkwitz-Riley, 24 dB an octave: each half is two Butterworth filters of second order in a row,
//! -6 dB at the crossover (S. Linkwitz, "Active Crossover Networks for Noncoincident Drivers", JAES
//! 24, 1976). Low and high are in phase and sum to an allpass of second order. What lies below a
//! crossover goes through the allpasses of all later ones, so that all bands turn alike: the sum of
//! all is the product of the allpasses, flat at any rate and with the crossovers in any order.
//!
//! The filters are state variable filters, integrated by the trapezoidal rule (A. Simper, "Solving
//! the continuous SVF equations using trapezoidal integration and equivalent currents", Cytomic
//! 2013; V. Zavalishin, "The Art of VA Filter Design", ch. 4). They stay stable while their frequency
//! moves. States are `f64`: at 20 Hz and 384 kHz those of an `f32` would be heard.

use std::f64::consts::{PI, SQRT_2};

/// Into how many bands a signal is split at most.
pub const MAX_BANDS: usize = 5;
const MAX_CROSSOVERS: usize = MAX_BANDS - 1;

/// Crossovers are kept below this share of the sample rate, where the filters' scale runs out.
const HIGHEST: f64 = 0.45;
const LOWEST_HZ: f64 = 1.0;

/// How long new frequencies take, and for each octave where they move by more than one. A jump over
/// all octaves at once would be heard as a chirp: the allpasses turn the phase as they pass.
const GLIDE_SECONDS: f64 = 0.02;

/// Louder samples, and such as are not finite, are taken for silence: a filter would never forget
/// them. Low enough for no band to overflow an `f32`.
const LOUDEST: f32 = 1e30;

/// States below this are zero. Far below what could change any sample, so that it does not matter
/// when it is looked for, and far above numbers that slow the processor down.
const SILENT: f64 = 1e-200;

/// How many samples are split before they are handed out to the bands.
const CHUNK: usize = 32;

/// Splits channels into bands. All memory is taken when it is made. It adds no latency.
#[derive(Clone, Debug)]
pub struct Crossover {
    channels: Vec<Channel>,
    /// The frequencies that are set, as the filters' gains; only as many as there are crossovers.
    gains: [f64; MAX_CROSSOVERS],
    crossovers: usize,
    sample_rate: f64,
}

impl Crossover {
    /// Splits at the frequencies in Hz, 1 to 4 of them, ascending; further ones are left out.
    /// Without any there is one band, the input. Frequencies above 0.45 of the sample rate are
    /// moved there.
    pub fn new(crossovers_hz: &[f32], channels: usize, sample_rate: f64) -> Self {
        let mut gains = [1.0; MAX_CROSSOVERS];
        for (gain, hz) in gains.iter_mut().zip(crossovers_hz) {
            *gain = gain_at(*hz, sample_rate);
        }
        Self {
            channels: vec![Channel::at(gains); channels],
            gains,
            crossovers: crossovers_hz.len().min(MAX_CROSSOVERS),
            sample_rate,
        }
    }

    /// How many bands it makes of a channel.
    pub fn bands(&self) -> usize {
        self.crossovers + 1
    }

    /// Sets new frequencies in Hz, as many as there are; any other number is ignored. They are
    /// reached smoothly, within 20 ms, or 20 ms for each octave of the widest move. Costs next to
    /// nothing where they are set already, so that it may be called for every block.
    pub fn set(&mut self, crossovers_hz: &[f32]) {
        if crossovers_hz.len() != self.crossovers {
            return;
        }
        let mut gains = self.gains;
        for (gain, hz) in gains.iter_mut().zip(crossovers_hz) {
            *gain = gain_at(*hz, self.sample_rate);
        }
        if gains == self.gains {
            return;
        }
        self.gains = gains;
        for channel in &mut self.channels {
            channel.glide_to(gains, self.sample_rate);
        }
    }

    /// Splits the next samples of a channel, low to high: `bands` has a slice for each band, as long
    /// as `input`. Each channel keeps its own time: call it once per block for each, in any order and
    /// with any block lengths; the samples are the same however they are cut. Channels that were not
    /// asked for when it was made are ignored.
    pub fn process(&mut self, channel: usize, input: &[f32], bands: &mut [&mut [f32]]) {
        if let Some(channel) = self.channels.get_mut(channel) {
            match self.crossovers {
                0 => {
                    if let Some(band) = bands.first_mut() {
                        for (out, sample) in band.iter_mut().zip(input) {
                            *out = *sample;
                        }
                    }
                }
                1 => channel.process::<1>(input, bands, &self.gains),
                2 => channel.process::<2>(input, bands, &self.gains),
                3 => channel.process::<3>(input, bands, &self.gains),
                _ => channel.process::<4>(input, bands, &self.gains),
            }
        }
    }

    /// Forgets what it heard, and arrives where it was gliding to.
    pub fn reset(&mut self) {
        self.channels.fill(Channel::at(self.gains));
    }

    /// Arrives at once where it was gliding to. What was heard rings on.
    pub fn snap(&mut self) {
        for channel in &mut self.channels {
            channel.arrive(&self.gains);
        }
    }
}

/// The gain of the filters' integrators for a frequency: the bilinear transform, prewarped so that
/// the crossover is where it should be.
fn gain_at(hz: f32, sample_rate: f64) -> f64 {
    // This order, so that a NaN becomes a frequency.
    let hz = f64::from(hz).max(LOWEST_HZ).min(HIGHEST * sample_rate);
    (PI * hz / sample_rate).tan()
}

/// The filters of one channel and where they are on their way.
#[derive(Clone, Copy, Debug)]
struct Channel {
    splits: [Split; MAX_CROSSOVERS],
    gains: [f64; MAX_CROSSOVERS],
    /// What the gains are multiplied by for each sample of a glide: frequencies move by the same
    /// interval in the same time.
    ratios: [f64; MAX_CROSSOVERS],
    /// The rest of the glide, in samples.
    gliding: usize,
}

impl Channel {
    fn at(gains: [f64; MAX_CROSSOVERS]) -> Self {
        Self {
            splits: gains.map(|gain| Split::new(Coefficients::new(gain))),
            gains,
            ratios: [1.0; MAX_CROSSOVERS],
            gliding: 0,
        }
    }

    fn glide_to(&mut self, gains: [f64; MAX_CROSSOVERS], sample_rate: f64) {
        let octaves = gains
            .iter()
            .zip(&self.gains)
            .map(|(to, from)| (to / from).log2().abs())
            .fold(1.0, f64::max);
        let samples = (GLIDE_SECONDS * octaves * sample_rate).ceil().max(1.0);
        for ((ratio, to), from) in self.ratios.iter_mut().zip(gains).zip(self.gains) {
            *ratio = (to / from).powf(1.0 / samples);
        }
        self.gliding = samples as usize;
    }

    fn arrive(&mut self, gains: &[f64; MAX_CROSSOVERS]) {
        self.gains = *gains;
        self.gliding = 0;
        for (split, gain) in self.splits.iter_mut().zip(gains) {
            split.coefficients = Coefficients::new(*gain);
        }
    }

    fn process<const N: usize>(
        &mut self,
        input: &[f32],
        bands: &mut [&mut [f32]],
        target: &[f64; MAX_CROSSOVERS],
    ) {
        let (moving, still) = input.split_at(self.gliding.min(input.len()));
        if !moving.is_empty() {
            self.split::<N, true>(moving, bands, 0);
            self.gliding -= moving.len();
            if self.gliding == 0 {
                self.arrive(target);
            }
        }
        self.split::<N, false>(still, bands, moving.len());
        if let Some(splits) = self.splits.first_chunk_mut::<N>() {
            splits.iter_mut().for_each(Split::settle);
        }
    }

    /// Splits at N crossovers and writes to the bands from a sample on.
    fn split<const N: usize, const GLIDING: bool>(
        &mut self,
        input: &[f32],
        bands: &mut [&mut [f32]],
        mut from: usize,
    ) {
        let Some(kept) = self.splits.first_chunk_mut::<N>() else {
            return;
        };
        // A copy, which can live in registers.
        let mut splits = *kept;
        let mut frames = [[0.0; MAX_BANDS]; CHUNK];
        for chunk in input.chunks(CHUNK) {
            for (sample, frame) in chunk.iter().zip(&mut frames) {
                if GLIDING {
                    let gains = self.gains.iter_mut().zip(&self.ratios);
                    for (split, (gain, ratio)) in splits.iter_mut().zip(gains) {
                        *gain *= ratio;
                        split.coefficients = Coefficients::new(*gain);
                    }
                }
                split_sample(&mut splits, *sample, frame);
            }
            for (index, band) in bands.iter_mut().take(N + 1).enumerate() {
                let band = band.get_mut(from..).unwrap_or_default();
                for (out, frame) in band.iter_mut().zip(&frames).take(chunk.len()) {
                    *out = frame.get(index).copied().unwrap_or_default();
                }
            }
            from += chunk.len();
        }
        *kept = splits;
    }
}

/// One sample through all filters.
#[inline(always)]
fn split_sample<const N: usize>(
    splits: &mut [Split; N],
    sample: f32,
    frame: &mut [f32; MAX_BANDS],
) {
    let sound = if sample.abs() <= LOUDEST { sample } else { 0.0 };
    let coefficients = splits.each_ref().map(|split| split.coefficients);
    let mut rest = f64::from(sound);
    let mut out = frame.iter_mut();
    for (at, (split, band)) in splits.iter_mut().zip(&mut out).enumerate() {
        let own = &split.coefficients;
        let (low, middle) = split.first.step(own, rest);
        let sum = rest - SQRT_2 * middle;
        let (low, _) = split.second.step(own, 0.5 * low);
        let mut low = 0.5 * low;
        // The high half is what the allpass has beyond the low one, to the last digit of an `f64`.
        rest = sum - low;
        for (filter, later) in split.later.iter_mut().zip(&coefficients).skip(at + 1) {
            let (_, middle) = filter.step(later, low);
            low -= SQRT_2 * middle;
        }
        *band = low as f32;
    }
    if let Some(band) = out.next() {
        *band = rest as f32;
    }
}

/// The filters at one crossover.
#[derive(Clone, Copy, Debug)]
struct Split {
    coefficients: Coefficients,
    first: Filter,
    second: Filter,
    /// The allpasses of later crossovers, each at that crossover's index.
    later: [Filter; MAX_CROSSOVERS],
}

impl Split {
    fn new(coefficients: Coefficients) -> Self {
        Self {
            coefficients,
            first: Filter::default(),
            second: Filter::default(),
            later: [Filter::default(); MAX_CROSSOVERS],
        }
    }

    fn settle(&mut self) {
        self.first.settle();
        self.second.settle();
        self.later.iter_mut().for_each(Filter::settle);
    }
}

/// What a filter's new state is made of: 2 a1 - 1, 2 a2 and 2 a3 of Simper's, with a damping of
/// sqrt(2), Butterworth's.
#[derive(Clone, Copy, Debug)]
struct Coefficients {
    keep: f64,
    band: f64,
    low: f64,
}

impl Coefficients {
    #[inline(always)]
    fn new(gain: f64) -> Self {
        let a1 = 1.0 / (1.0 + gain * (gain + SQRT_2));
        let band = 2.0 * gain * a1;
        Self {
            keep: 2.0 * a1 - 1.0,
            band,
            low: gain * band,
        }
    }
}

/// A state variable filter: the charges of its two capacitors.
#[derive(Clone, Copy, Debug, Default)]
struct Filter {
    one: f64,
    two: f64,
}

impl Filter {
    /// Takes a sample and gives **twice** its low and band outputs, which are the sums of old and
    /// new states. The allpass is the input less twice the damped band output.
    ///
    /// The state is not made from the outputs, as Simper does, since then a sample would wait half
    /// as long again for the one before it.
    #[inline(always)]
    fn step(&mut self, by: &Coefficients, input: f64) -> (f64, f64) {
        let Self { one, two } = *self;
        let over = input - two;
        self.one = by.keep * one + by.band * over;
        self.two = (two + by.band * one) + by.low * over;
        (two + self.two, one + self.one)
    }

    /// For when denormal numbers are not off.
    fn settle(&mut self) {
        for state in [&mut self.one, &mut self.two] {
            if state.abs() < SILENT {
                *state = 0.0;
            }
        }
    }
}

#[cfg(test)]
#[path = "crossover/tests.rs"]
mod tests;
