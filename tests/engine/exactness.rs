//! Whatever is bypassed, mixed or set side by side: it nulls.

use serde_json::{Value, json};

use crate::helpers::{
    LATENCIES, MAX_FRAMES, Rack, SIZES, assert_same, fixture, largest_difference, late,
    late_and_inverted, scaled, split, with,
};
use crate::support::{delayed, gain, latency, signal};

/// Longer than the longest latency.
const FRAMES: usize = 53_000;

/// A slot with a fixture that is late and quieter.
fn quiet(samples: u32) -> Value {
    fixture(&[("Latency", latency(samples)), ("Gain", gain(-6.0))])
}

#[test]
fn a_bypassed_child_of_any_latency_is_the_input_delayed_to_the_bit() {
    let input = signal(2, FRAMES);
    for samples in LATENCIES {
        let mut rack = Rack::open([with(quiet(samples), "bypass", true)]);
        assert_eq!(rack.prepared.latency_samples, samples);
        let heard = rack.play(&input, &SIZES);
        assert_same(
            &heard,
            &delayed(&input, samples as usize),
            &format!("{samples}"),
        );
    }
}

#[test]
fn a_real_latent_child_that_is_bypassed_or_mixed_out_nulls_against_the_delayed_input() {
    let input = signal(2, 20_000);
    let plugin = "VST3:ZaMaximX2";
    for (field, value) in [("bypass", json!(true)), ("mix_percent", json!(0))] {
        let mut rack = Rack::open([with(json!({ "plugin": plugin }), field, value)]);
        let samples = rack.prepared.latency_samples;
        assert!(samples > 0, "{plugin} is of no use here");
        let heard = rack.play(&input, &SIZES);
        assert_same(&heard, &delayed(&input, samples as usize), field);
    }
}

#[test]
fn a_mix_of_nothing_is_the_delayed_input_and_of_all_is_the_child_to_the_bit() {
    let input = signal(2, FRAMES);
    let factor = 10.0_f32.powf(-6.0 * 0.05);
    for samples in LATENCIES {
        let wanted = delayed(&input, samples as usize);
        let mix = |percent: u32| {
            let mut rack = Rack::open([with(quiet(samples), "mix_percent", percent)]);
            rack.play(&input, &SIZES)
        };
        assert_same(&mix(0), &wanted, &format!("0 %, {samples}"));
        assert_same(
            &mix(100),
            &scaled(&wanted, factor),
            &format!("100 %, {samples}"),
        );
        // In between, dry and wet are in step: neither combs.
        let half = scaled(&wanted, (1.0 + factor) / 2.0);
        let off = largest_difference(&mix(50), &half);
        assert!(off < 1.0e-6, "50 %, {samples}: {off}");
    }
}

#[test]
fn parallel_chains_of_any_two_latencies_null_and_add_up_to_the_bit() {
    let input = signal(2, FRAMES);
    for (at, slow) in LATENCIES.into_iter().enumerate() {
        for fast in &LATENCIES[..=at] {
            let what = format!("{slow} beside {fast}");
            let wanted = delayed(&input, slow as usize);
            let mut sum = Rack::open([split("parallel", [vec![late(slow)], vec![late(*fast)]])]);
            assert_eq!(sum.prepared.latency_samples, slow);
            assert_same(&sum.play(&input, &SIZES), &scaled(&wanted, 2.0), &what);
            let chains = [vec![late(slow)], vec![late_and_inverted(*fast)]];
            let mut null = Rack::open([split("parallel", chains)]);
            assert_same(&null.play(&input, &SIZES), &scaled(&wanted, 0.0), &what);
        }
    }
}

#[test]
fn a_dry_chain_beside_a_latent_one_nulls_whether_that_is_bypassed_or_not() {
    let input = signal(2, FRAMES);
    for samples in LATENCIES {
        for bypass in [false, true] {
            let slot = with(late_and_inverted(samples), "bypass", bypass);
            let mut rack = Rack::open([split("parallel", [vec![slot], vec![]])]);
            let factor = if bypass { 2.0 } else { 0.0 };
            let wanted = scaled(&delayed(&input, samples as usize), factor);
            let heard = rack.play(&input, &SIZES);
            assert_same(&heard, &wanted, &format!("{samples}, bypass {bypass}"));
        }
    }
}

/// Four ways through three levels of splits, each with another latency.
fn nest(last: Value) -> Value {
    let inner = split("parallel", [vec![late(0)], vec![late(1000)]]);
    let other = split("parallel", [vec![late(64)], vec![late(1), late(63)]]);
    split("parallel", [vec![inner, late(63)], vec![other, last]])
}

#[test]
fn splits_within_splits_add_up_and_null_to_the_bit() {
    let input = signal(2, FRAMES);
    let wanted = delayed(&input, 48_064);
    let mut sum = Rack::open([nest(late(48_000))]);
    assert_eq!(sum.prepared.latency_samples, 48_064);
    assert_same(&sum.play(&input, &SIZES), &scaled(&wanted, 4.0), "the sum");
    let mut null = Rack::open([nest(late_and_inverted(48_000))]);
    assert_same(
        &null.play(&input, &SIZES),
        &scaled(&wanted, 0.0),
        "the null",
    );
    // All of it beside nothing, one level deeper.
    let mut deeper = Rack::open([split("parallel", [vec![nest(late(48_000))], vec![]])]);
    let heard = deeper.play(&input, &SIZES);
    // 4 + 1 is not exact in binary for every sample, but rounded once.
    assert_same(&heard, &scaled(&wanted, 5.0), "the sum beside the input");
}

#[test]
fn mono_stereo_and_64_channels_are_late_by_the_same_in_every_channel() {
    for channels in [1, 2, 64] {
        let input = signal(channels, 3000);
        let chains = [
            vec![late(64)],
            vec![],
            vec![late(63), late(0)],
            vec![late(1)],
        ];
        let chain = [split("parallel", chains), with(late(100), "bypass", true)];
        let mut rack = Rack::open_wide(chain, channels);
        assert_eq!(rack.prepared.latency_samples, 164);
        let heard = rack.play(&input, &SIZES);
        let wanted = scaled(&delayed(&input, 164), 4.0);
        assert_same(&heard, &wanted, &format!("{channels} channels"));
    }
}

#[test]
fn how_a_host_cuts_its_blocks_changes_no_bit() {
    let input = signal(2, 9000);
    let rack = || Rack::open([nest(quiet(100)), with(quiet(1000), "mix_percent", 30)]);
    let wanted = rack().play(&input, &[MAX_FRAMES]);
    for sizes in [
        &[1][..],
        &[7],
        &[MAX_FRAMES * 5 + 3],
        &[0, 1, 0, 0, 300],
        &SIZES,
    ] {
        let heard = rack().play(&input, sizes);
        // A mix is as exact, but its weights are computed in vectors of other lengths.
        let off = largest_difference(&heard, &wanted);
        assert!(off <= 1.0e-6, "{sizes:?}: {off}");
    }
    let exact = || Rack::open([nest(late(100)), with(quiet(1000), "bypass", true)]);
    let wanted = exact().play(&input, &[MAX_FRAMES]);
    for sizes in [&[1][..], &[MAX_FRAMES * 5 + 3], &SIZES] {
        assert_same(&exact().play(&input, sizes), &wanted, &format!("{sizes:?}"));
    }
}
