//! Whether the bands are where they should be and sum to what went in.

use proptest::prelude::*;
use realfft::{RealFftPlanner, num_complex::Complex};

use super::*;

/// Splits one channel in blocks of the given lengths, over and over.
fn split(crossover: &mut Crossover, input: &[f32], blocks: &[usize]) -> Vec<Vec<f32>> {
    let mut bands = vec![vec![0.0; input.len()]; crossover.bands()];
    let mut lengths = blocks.iter().cycle();
    let mut start = 0;
    while start < input.len() {
        let end = (start + lengths.next().unwrap()).min(input.len());
        let mut slices: Vec<_> = bands.iter_mut().map(|band| &mut band[start..end]).collect();
        crossover.process(0, &input[start..end], &mut slices);
        start = end;
    }
    bands
}

/// The spectra of the bands' answers to one impulse, and of their sum.
fn responses(hz: &[f32], rate: f64, length: usize) -> (Vec<Vec<Complex<f64>>>, Vec<f64>) {
    let mut impulse = vec![0.0; length];
    impulse[0] = 1.0;
    let bands = split(&mut Crossover::new(hz, 1, rate), &impulse, &[512]);
    let fft = RealFftPlanner::<f64>::new().plan_fft_forward(length);
    let spectra: Vec<_> = bands
        .iter()
        .map(|band| {
            let mut time: Vec<f64> = band.iter().map(|sample| f64::from(*sample)).collect();
            let mut spectrum = fft.make_output_vec();
            fft.process(&mut time, &mut spectrum).unwrap();
            spectrum
        })
        .collect();
    let sum = (0..=length / 2)
        .map(|bin| decibels(spectra.iter().map(|spectrum| spectrum[bin]).sum()))
        .collect();
    (spectra, sum)
}

fn decibels(value: Complex<f64>) -> f64 {
    20.0 * value.norm().log10()
}

/// One to four frequencies, ascending, from 20 Hz to 20 kHz.
fn frequencies() -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(20f32.ln()..20_000f32.ln(), 1..=4).prop_map(|mut logarithms| {
        logarithms.sort_by(f32::total_cmp);
        logarithms.into_iter().map(f32::exp).collect()
    })
}

fn noise(length: usize) -> Vec<f32> {
    let mut state = 1u32;
    std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state as f32 / u32::MAX as f32 * 2.0 - 1.0
    })
    .take(length)
    .collect()
}

fn sine(hz: f64, rate: f64, length: usize) -> Vec<f32> {
    (0..length)
        .map(|at| (2.0 * PI * hz * at as f64 / rate).sin() as f32)
        .collect()
}

fn largest_step(samples: &[f32]) -> f32 {
    samples
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs())
        .fold(0.0, f32::max)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_bands_sum_flat_within_a_tenth_of_a_decibel(
        hz in frequencies(),
        rate in prop_oneof![
            prop::sample::select(vec![8e3, 44.1e3, 48e3, 96e3, 192e3, 384e3]), 8e3..384e3,
        ],
    ) {
        let length = 1 << 18;
        let (_, sum) = responses(&hz, rate, length);
        for (bin, sum) in sum.iter().enumerate() {
            let at = bin as f64 * rate / length as f64;
            if (20.0..=20e3).contains(&at) {
                prop_assert!(sum.abs() < 0.1, "{sum} dB at {at} Hz of {rate}, crossovers {hz:?}");
            }
        }
    }

    #[test]
    fn however_a_signal_is_cut_the_bands_are_the_same_even_while_they_glide(
        from in frequencies(), blocks in prop::collection::vec(1usize..200, 1..20),
    ) {
        let input = noise(6000);
        let to: Vec<f32> = from.iter().map(|hz| hz * 1.7).collect();
        let [mut whole, mut cut] = [(); 2].map(|()| Crossover::new(&from, 1, 48e3));
        for part in input.chunks(3000) {
            let expected = split(&mut whole, part, &[part.len()]);
            prop_assert_eq!(split(&mut cut, part, &blocks), expected);
            whole.set(&to);
            cut.set(&to);
        }
    }
}

#[test]
fn a_band_is_6_db_down_at_its_crossovers_and_falls_by_24_db_an_octave() {
    // One bin for each Hz, and crossovers far apart, so that neighbours do not meet.
    let length = 1 << 17;
    let rate = length as f64;
    let hz = [16.0, 512.0, 16_384.0];
    let (bands, _) = responses(&hz, rate, length);
    let at = |band: usize, hz: f64| decibels(bands[band][hz as usize]);
    for (lower, hz) in hz.into_iter().map(f64::from).enumerate() {
        for (band, outward) in [(lower, 2.0), (lower + 1, 0.5)] {
            assert!(
                (at(band, hz) + 6.02).abs() < 0.05,
                "{band}: {}",
                at(band, hz)
            );
            // Analog slopes, as far from half the rate as the bilinear transform keeps them.
            if hz < 16_384.0 || outward < 1.0 {
                let fall =
                    at(band, hz * outward * outward) - at(band, hz * outward * outward * outward);
                assert!((fall - 24.0).abs() < 1.0, "{band} at {hz}: {fall}");
            }
            assert!(at(band, hz / outward / outward).abs() < 0.2);
        }
    }
}

#[test]
fn nothing_from_before_a_reset_comes_out_after_it() {
    let mut crossover = Crossover::new(&[100.0, 1000.0, 5000.0, 9000.0], 1, 48e3);
    split(&mut crossover, &noise(500), &[64]);
    crossover.set(&[200.0, 1200.0, 6000.0, 8000.0]);
    crossover.reset();
    for band in split(&mut crossover, &[0.0; 500], &[64]) {
        assert_eq!(band, [0.0; 500]);
    }
    // And it does not glide any more: it is as one made for the new frequencies.
    crossover.reset();
    let mut fresh = Crossover::new(&[200.0, 1200.0, 6000.0, 8000.0], 1, 48e3);
    let input = noise(500);
    assert_eq!(
        split(&mut crossover, &input, &[64]),
        split(&mut fresh, &input, &[64])
    );
}

#[test]
fn a_musician_who_drags_the_crossovers_over_a_sine_hears_no_click() {
    let rate = 48e3;
    let input = sine(1000.0, rate, 48_000);
    let own = largest_step(&input);
    let mut crossover = Crossover::new(&[100.0, 400.0, 3000.0, 9000.0], 1, rate);
    // A tone that starts at once is a click of its own.
    split(&mut crossover, &input, &[480]);
    let mut heard = vec![Vec::new(); 6];
    for (block, part) in input.chunks(256).enumerate() {
        // Some drags are small and steady, some jump across the tone.
        let up = 2f32.powf((block as f32 * 0.05).sin() * 2.0);
        let jump = if block / 40 % 2 == 0 { 1.0 } else { 12.0 };
        crossover.set(&[100.0 * jump, 400.0 * up, 3000.0 / up, 9000.0]);
        let bands = split(&mut crossover, part, &[part.len()]);
        for at in 0..part.len() {
            heard[5].push(bands.iter().map(|band| band[at]).sum());
        }
        for (heard, band) in heard.iter_mut().zip(bands) {
            heard.extend(band);
        }
    }
    for (band, heard) in heard.iter().enumerate() {
        let step = largest_step(heard) / own;
        assert!(step < 1.05, "{band}: {step}");
    }
    // A test that could not fail were none: the sum moved at all.
    assert!(largest_step(&heard[5]) / own > 1.0);
}

#[test]
fn a_glide_arrives_where_a_new_crossover_starts_and_a_snap_at_once() {
    let (from, to) = ([200.0, 2000.0], [300.0, 1500.0]);
    let silence = [0.0; 961];
    let mut gliding = Crossover::new(&from, 1, 48e3);
    gliding.set(&to);
    split(&mut gliding, &silence, &[100]);
    let mut snapped = Crossover::new(&from, 1, 48e3);
    snapped.set(&to);
    snapped.snap();
    let input = noise(300);
    let expected = split(&mut Crossover::new(&to, 1, 48e3), &input, &[300]);
    assert_eq!(split(&mut gliding, &input, &[300]), expected);
    assert_eq!(split(&mut snapped, &input, &[300]), expected);
}

#[test]
fn whatever_goes_in_no_nan_comes_out_and_it_recovers() {
    let extremes = [
        f32::NAN,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::MAX,
        f32::MIN,
        1e30,
        -1e30,
        1e-45,
        0.0,
    ];
    for hz in [
        &[1000.0, 0.0, f32::NAN, f32::INFINITY][..],
        &[-5.0, 1e9],
        &[20.0, 20.0, 20.0, 20.0, 20.0],
    ] {
        for rate in [8e3, 384e3] {
            let mut crossover = Crossover::new(hz, 1, rate);
            let input: Vec<f32> = extremes.iter().copied().cycle().take(5000).collect();
            for blocks in [[1], [7], [5000]] {
                for band in split(&mut crossover, &input, &blocks) {
                    assert!(band.iter().all(|sample| sample.is_finite()));
                }
                crossover.set(&[500.0, 700.0]);
                crossover.set(&[f32::INFINITY, 1000.0, f32::MAX, 4e4]);
            }
            crossover.snap();
            split(&mut crossover, &vec![0.0; rate as usize], &[4096]);
            let mut fresh = crossover.clone();
            fresh.reset();
            let input = noise(500);
            assert_eq!(
                split(&mut crossover, &input, &[64]),
                split(&mut fresh, &input, &[64])
            );
        }
    }
}

#[test]
fn a_wrong_number_of_frequencies_channels_or_slices_does_no_harm() {
    let mut crossover = Crossover::new(&[100.0, 1000.0], 1, 48e3);
    let before = format!("{crossover:?}");
    crossover.set(&[500.0]);
    crossover.process(1, &[1.0; 8], &mut [&mut [][..]]);
    crossover.process(0, &[], &mut []);
    assert_eq!(format!("{crossover:?}"), before);
    crossover.process(0, &[1.0; 8], &mut [&mut [0.0; 3][..], &mut []]);
    let mut surplus = [7.0; 8];
    let mut bands = [[0.0; 8]; 3];
    let [low, middle, high] = &mut bands;
    crossover.process(0, &[1.0; 8], &mut [low, middle, high, &mut surplus]);
    assert_eq!(surplus, [7.0; 8]);
    let mut one = Crossover::new(&[], 2, 48e3);
    assert_eq!(one.bands(), 1);
    assert_eq!(split(&mut one, &[0.5; 4], &[3]), [[0.5; 4]]);
}
