//! Splits with nothing in them, or with what only delays, pass the audio.

use realfft::RealFftPlanner;
use serde_json::{Value, json};

use crate::helpers::{RATE, Rack, SIZES, assert_same, largest_difference, late, split};
use crate::support::{delayed, signal};

fn bands(crossovers_hz: &[f32], fill: impl Fn(usize) -> Vec<Value>) -> Value {
    let mut split = split("bands", (0..=crossovers_hz.len()).map(fill));
    split["crossovers_hz"] = json!(crossovers_hz);
    split
}

#[test]
fn left_and_right_with_nothing_in_them_or_one_of_them_late_are_exact() {
    let input = signal(2, 5000);
    for (left, right, samples) in [(0, 0, 0), (64, 0, 64), (1, 1000, 1000)] {
        let chain = |samples| match samples {
            0 => vec![],
            _ => vec![late(samples)],
        };
        let mut rack = Rack::open([split("left_right", [chain(left), chain(right)])]);
        assert_eq!(rack.prepared.latency_samples, samples);
        let wanted = delayed(&input, samples as usize);
        assert_same(&rack.play(&input, &SIZES), &wanted, "left and right");
    }
}

#[test]
fn mid_and_side_with_nothing_in_them_or_one_of_them_late_are_within_a_millionth() {
    let input = signal(2, 5000);
    for (mid, side, samples) in [(vec![], vec![], 0), (vec![late(64)], vec![], 64)] {
        let mut rack = Rack::open([split("mid_side", [mid, side])]);
        let off = largest_difference(&rack.play(&input, &SIZES), &delayed(&input, samples));
        assert!(off <= 1.0e-6, "{samples}: {off}");
    }
}

#[test]
fn a_mono_track_passes_left_right_and_mid_side() {
    let input = signal(1, 2000);
    for kind in ["left_right", "mid_side"] {
        let mut rack = Rack::open_wide([split(kind, [vec![], vec![]])], 1);
        let off = largest_difference(&rack.play(&input, &SIZES), &input);
        assert!(off <= 1.0e-6, "{kind}: {off}");
    }
}

/// The gain in dB at each frequency from 20 Hz to 20 kHz, by an impulse.
fn response_db(rack: &mut Rack) -> Vec<(f64, f64)> {
    const FRAMES: usize = 1 << 16;
    let mut impulse = vec![vec![0.0_f32; FRAMES]; 2];
    impulse[0][0] = 1.0;
    impulse[1][0] = 1.0;
    let mut heard = rack.play(&impulse, &SIZES).swap_remove(1);
    let fft = RealFftPlanner::<f32>::new().plan_fft_forward(FRAMES);
    let mut spectrum = fft.make_output_vec();
    fft.process(&mut heard, &mut spectrum).expect("a spectrum");
    (spectrum.iter().enumerate())
        .map(|(bin, value)| (bin as f64 * RATE / FRAMES as f64, value.norm()))
        .filter(|(hz, _)| (20.0..=20_000.0).contains(hz))
        .map(|(hz, level)| (hz, 20.0 * f64::from(level).log10()))
        .collect()
}

#[test]
fn bands_with_nothing_in_them_or_one_of_them_late_are_flat_within_a_tenth_of_a_decibel() {
    for crossovers_hz in [
        &[1000.0][..],
        &[120.0, 2500.0],
        &[100.0, 400.0, 1600.0, 6400.0],
    ] {
        for samples in [0, 64] {
            let fill = |band: usize| match (band, samples) {
                (1, 64) => vec![late(64)],
                _ => vec![],
            };
            let mut rack = Rack::open([bands(crossovers_hz, fill)]);
            assert_eq!(rack.prepared.latency_samples, samples);
            for (hz, db) in response_db(&mut rack) {
                assert!(
                    db.abs() <= 0.1,
                    "{crossovers_hz:?}, {samples}: {db} dB at {hz} Hz"
                );
            }
        }
    }
}
