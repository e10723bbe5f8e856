//! What is rendered, and how it sounds.

use std::fs;

use hound::WavReader;
use serde_json::Value;

use crate::desk::{EMPTY, desk_with_a_tone, read_floats, spec, write_tone};

#[test]
fn through_an_empty_rack_every_kind_of_file_comes_out_as_it_went_in() {
    let desk = desk_with_a_tone();
    for (channels, rate, bits) in [
        (1, 44_100, 16),
        (2, 44_100, 16),
        (6, 96_000, 24),
        (2, 96_000, 24),
        (1, 48_000, 8),
        (2, 44_100, 32),
        (6, 44_100, 32),
        (64, 8_000, 16),
    ] {
        write_tone(&desk.path("in.wav"), spec(channels, rate, bits), 5_000);
        desk.succeed(&[EMPTY, &["--block", "96", "in.wav", "out.wav"]].concat());
        let (dry, wet) = (
            fs::read(desk.path("in.wav")),
            fs::read(desk.path("out.wav")),
        );
        assert!(
            dry.expect("dry") == wet.expect("wet"),
            "{channels} {rate} {bits}"
        );
    }
}

#[test]
fn an_empty_file_and_one_of_a_single_frame_are_rendered_too() {
    let desk = desk_with_a_tone();
    for frames in [0, 1] {
        write_tone(&desk.path("in.wav"), spec(2, 48_000, 16), frames);
        desk.succeed(&[EMPTY, &["--block", "1", "in.wav", "out.wav"]].concat());
        assert_eq!(
            WavReader::open(desk.path("out.wav"))
                .expect("a WAV")
                .duration(),
            frames
        );
    }
}

#[test]
fn real_plugins_of_three_formats_are_heard_in_a_file_of_the_same_length() {
    let desk = desk_with_a_tone();
    let (_, dry) = read_floats(&desk.path("dry.wav"));
    // ZamEQ2 is flat, and ZamCompX2 leaves alone what is below 0 dB, until somebody turns a knob.
    let flat = ["VST3:ZamCompX2", "LV2:ZamEQ2"];
    for plugin in [
        &flat[..],
        &["LADSPA:GVerb", "VST3:ZamTube", "LV2:MDA Delay"],
    ]
    .concat()
    {
        let run = desk.succeed(&["render", "--plugin", plugin, "dry.wav", "wet.wav", "--json"]);
        let (_, wet) = read_floats(&desk.path("wet.wav"));
        assert_eq!(wet.len(), dry.len(), "{plugin}");
        let loudest = wet
            .iter()
            .fold(0.0_f32, |loudest, sample| loudest.max(sample.abs()));
        assert!(
            loudest > 0.001 && loudest.is_finite(),
            "{plugin}: {loudest}"
        );
        assert_eq!(run.json()["slots"][0]["problem"], Value::Null, "{plugin}");
        let is_changed = wet != dry;
        assert_eq!(is_changed, !flat.contains(&plugin), "{plugin}");
    }
}

#[test]
fn the_size_of_the_blocks_is_not_heard() {
    let desk = desk_with_a_tone();
    // Plugins that do not glide to their settings in the course of their first block.
    for plugin in ["LV2:MDA Delay", "LADSPA:DJ EQ (mono)", "VST3:ZamTube"] {
        let render = |block: &str, out: &str| {
            desk.succeed(&[
                "render", "--plugin", plugin, "--block", block, "dry.wav", out,
            ]);
            read_floats(&desk.path(out)).1
        };
        let (small, large) = (render("64", "small.wav"), render("512", "large.wav"));
        assert!(small == large, "{plugin}");
    }
}

#[test]
fn latency_is_taken_out_to_the_sample_and_a_tail_is_put_on() {
    let desk = desk_with_a_tone();
    // A look-ahead limiter, which leaves alone what is below 0 dB.
    let arguments = [
        "render",
        "--plugin",
        "VST3:ZaMaximX2",
        "dry.wav",
        "wet.wav",
        "--json",
    ];
    let run = desk.succeed(&[&arguments[..], &["--tail", "0.5"]].concat());
    assert_eq!(run.json()["frames"], 72_000);
    assert!(run.json()["latency_samples"].as_u64().expect("a number") > 0);
    let (_, wet) = read_floats(&desk.path("wet.wav"));
    let (_, dry) = read_floats(&desk.path("dry.wav"));
    assert_eq!(wet.len(), 2 * 72_000);
    assert!(wet[..dry.len()] == dry);
    assert!(wet[dry.len()..].iter().all(|sample| *sample == 0.0));
}

#[test]
fn a_plugin_that_sounds_on_after_the_end_is_reason_for_a_hint() {
    let desk = desk_with_a_tone();
    let hint = "the rack sounds on after the end";
    let render = ["render", "--plugin", "LV2:MDA Delay", "dry.wav", "wet.wav"];
    assert!(desk.succeed(&render).err.contains(hint));
    assert!(
        !desk
            .succeed(&[&render[..], &["--tail", "20"]].concat())
            .err
            .contains(hint)
    );
    assert!(
        !desk
            .succeed(&[EMPTY, &["dry.wav", "wet.wav"]].concat())
            .err
            .contains(hint)
    );
}
