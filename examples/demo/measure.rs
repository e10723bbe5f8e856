//! Levels and spectra, in dB of full scale: 0 dB is the power of a sine that just fits.

use realfft::RealFftPlanner;

use crate::signal::Signal;

/// The power of a sine of full scale.
const FULL_SCALE_POWER: f64 = 0.5;

/// Bands in an octave.
const BANDS: f64 = 12.0;

/// The loudest sample, in dB of full scale.
pub fn peak_db(signal: &Signal) -> f64 {
    let samples = signal.channels.iter().flatten();
    let peak = samples.fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    20.0 * f64::from(peak).max(1e-10).log10()
}

/// The mean power of all samples.
pub fn level_db(signal: &Signal) -> f64 {
    let samples = signal.channels.iter().flatten();
    let sum: f64 = samples.map(|sample| f64::from(*sample).powi(2)).sum();
    decibels(sum / (2 * signal.frames()) as f64)
}

/// How much of `wet` is not `dry`: the power of their difference, in dB of that of `dry`.
pub fn change_db(dry: &Signal, wet: &Signal) -> f64 {
    let channels = [0, 1].map(|side| {
        let pairs = dry.channels[side].iter().zip(&wet.channels[side]);
        pairs.map(|(dry, wet)| wet - dry).collect()
    });
    let difference = Signal {
        sample_rate: dry.sample_rate,
        channels,
    };
    level_db(&difference) - level_db(dry)
}

/// Where a spectrum ends: at 20 kHz, or half the sample rate.
pub fn highest_hertz(signal: &Signal) -> f64 {
    20_000_f64.min(f64::from(signal.sample_rate) / 2.0)
}

/// The power in each twelfth of an octave from 20 Hz to [`highest_hertz`]: each band's middle in Hz,
/// and its level in dB.
///
/// The spectrum is averaged over both channels and over time, after Welch (IEEE Trans. Audio
/// Electroacoustics 15:2, 1967): Hann windows of about 0.7 s that overlap by half.
pub fn spectrum(signal: &Signal) -> Vec<(f64, f64)> {
    let sample_rate = f64::from(signal.sample_rate);
    let powers = powers(
        signal,
        (signal.sample_rate as usize / 2).next_power_of_two(),
    );

    // The power from 0 Hz up to each bin's upper edge: between edges it is taken to grow evenly, so
    // that bands narrower than a bin get their share.
    let mut sum = 0.0;
    let up_to: Vec<f64> = std::iter::once(0.0)
        .chain(powers.iter().map(|power| {
            sum += power;
            sum
        }))
        .collect();
    let hertz_per_bin = sample_rate / 2.0 / (powers.len() - 1) as f64;
    let below = |hertz: f64| {
        let edge = (hertz / hertz_per_bin + 0.5).min((up_to.len() - 1) as f64);
        let whole = (edge as usize).min(up_to.len() - 2);
        up_to[whole] + (edge - whole as f64) * (up_to[whole + 1] - up_to[whole])
    };

    let half_a_band = 2_f64.powf(0.5 / BANDS);
    let bands = (0..=((highest_hertz(signal) / 20.0).log2() * BANDS) as usize).map(|band| {
        let middle = 20.0 * 2_f64.powf(band as f64 / BANDS);
        let power = below(middle * half_a_band) - below(middle / half_a_band);
        (middle, decibels(power))
    });
    bands.collect()
}

/// The mean power of each of `size / 2 + 1` frequencies. Their sum is the power of the signal.
fn powers(signal: &Signal, size: usize) -> Vec<f64> {
    let transform = RealFftPlanner::<f64>::new().plan_fft_forward(size);
    let hann: Vec<f64> = (0..size)
        .map(|at| {
            (std::f64::consts::PI * at as f64 / size as f64)
                .sin()
                .powi(2)
        })
        .collect();
    let window_power: f64 = hann.iter().map(|weight| weight * weight).sum();
    let mut input = transform.make_input_vec();
    let mut output = transform.make_output_vec();
    let mut powers = vec![0.0; output.len()];
    let mut windows = 0;
    for channel in &signal.channels {
        for start in (0..channel.len()).step_by(size / 2) {
            input.fill(0.0);
            let samples = channel[start..].iter().zip(&hann);
            for (place, (sample, weight)) in input.iter_mut().zip(samples) {
                *place = f64::from(*sample) * weight;
            }
            // It fails only on buffers of the wrong length, and made these itself.
            if transform.process(&mut input, &mut output).is_ok() {
                for (power, value) in powers.iter_mut().zip(&output) {
                    *power += value.norm_sqr();
                }
            }
            windows += 1;
        }
    }
    // Twice, for the negative frequencies that are left out; the first and the last have none.
    let last = powers.len() - 1;
    for (at, power) in powers.iter_mut().enumerate() {
        let sides = if at == 0 || at == last { 1.0 } else { 2.0 };
        *power *= sides / (f64::from(windows) * window_power * size as f64);
    }
    powers
}

fn decibels(power: f64) -> f64 {
    10.0 * (power / FULL_SCALE_POWER).max(1e-20).log10()
}
