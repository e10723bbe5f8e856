//! The built CLAP in hosts that hand over odd memory, odd blocks and many channels.

mod support;

use std::iter::repeat;

use matryoshka_test_host::{Oddity, Setup};
use support::clap::{create, load};
use support::{delayed, fixture_rack, gain, latency, signal};

const RATE: f64 = 48_000.0;

fn half(signal: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let factor = 10.0_f32.powf(-6.0 / 20.0);
    let channels = signal.iter();
    channels
        .map(|channel| channel.iter().map(|sample| sample * factor).collect())
        .collect()
}

fn is_near(one: &[f32], other: &[f32]) -> bool {
    one.len() == other.len()
        && (one.iter().zip(other)).all(|(one, other)| (one - other).abs() < 1.0e-6)
}

#[test]
fn channels_that_share_memory_or_have_none_are_heard_as_they_should_be() {
    let library = load();
    let mut instance = create(&library, &fixture_rack(&[("Gain", gain(-6.0))]));
    let input = signal(2, 3000);
    let wanted = half(&input);
    let silence = vec![0.0; 3000];
    for oddity in [
        Oddity::None,
        Oddity::OneOutput,
        Oddity::Crossed,
        Oddity::SidechainInOutput,
        Oddity::NullInput(0),
        Oddity::NullInput(1),
        Oddity::NullOutput(0),
        Oddity::NullOutput(1),
        Oddity::FewerOutputs,
    ] {
        let setup = Setup {
            oddity,
            ..Setup::new(RATE, 256)
        };
        let mut processor = instance.activate(setup).expect("active");
        let output = processor.render(&input, None, [256, 1, 77].into_iter().cycle());
        instance.deactivate(processor);
        let output = output.expect("audio");
        let is_right = |channel: usize| is_near(&output[channel], &wanted[channel]);
        match oddity {
            Oddity::OneOutput => assert!(is_right(0), "{oddity:?}"),
            Oddity::NullInput(channel) => {
                assert!(is_near(&output[channel], &silence), "{oddity:?}");
                assert!(is_right(1 - channel), "{oddity:?}");
            }
            // The test host's own memory, which nobody has written to.
            Oddity::NullOutput(channel) => assert!(is_right(1 - channel), "{oddity:?}"),
            Oddity::FewerOutputs => assert!(is_right(0), "{oddity:?}"),
            _ => assert!(is_right(0) && is_right(1), "{oddity:?}"),
        }
    }
}

#[test]
fn a_sidechain_in_the_outputs_memory_is_heard_as_it_came() {
    let library = load();
    let mut instance = create(&library, &fixture_rack(&[("Sidechain gate", 1.0)]));
    let setup = Setup {
        oddity: Oddity::SidechainInOutput,
        ..Setup::new(RATE, 256)
    };
    let input = signal(2, 2048);
    let mut sidechain = vec![vec![0.0; 2048]; 2];
    for sample in (0..2048).step_by(3) {
        sidechain[sample % 2][sample] = 0.5;
    }
    let mut processor = instance.activate(setup).expect("active");
    let output = processor.render(&input, Some(&sidechain), repeat(256));
    instance.deactivate(processor);
    for (input, output) in input.iter().zip(&output.expect("audio")) {
        for (n, (input, output)) in input.iter().zip(output).enumerate() {
            assert_eq!(*output, if n % 3 == 0 { *input } else { 0.0 }, "{n}");
        }
    }
}

#[test]
fn blocks_longer_than_announced_and_of_no_frames_at_all_lose_nothing() {
    let library = load();
    let mut instance = create(&library, &fixture_rack(&[("Latency", latency(100))]));
    let input = signal(2, 10_000);
    for in_place in [false, true] {
        let setup = Setup {
            in_place,
            overrun: 4000,
            ..Setup::new(RATE, 64)
        };
        let mut processor = instance.activate(setup).expect("active");
        let mut output = vec![Vec::new(); 2];
        let mut start = 0;
        for frames in [64, 0, 65, 1, 0, 0, 4064, 63, 1000, 128]
            .into_iter()
            .cycle()
        {
            let end = (start + frames).min(10_000);
            processor.begin(end - start);
            for (channel, samples) in input.iter().enumerate() {
                let block = processor.input_mut(0, channel);
                block.copy_from_slice(&samples[start..end]);
            }
            processor.process().expect("audio");
            for (channel, samples) in output.iter_mut().enumerate() {
                samples.extend_from_slice(processor.output(0, channel));
            }
            start = end;
            if start == 10_000 {
                break;
            }
        }
        instance.deactivate(processor);
        assert!(output == delayed(&input, 100), "in place: {in_place}");
    }
}

#[test]
fn every_layout_from_mono_to_64_channels_plays_at_every_rate() {
    let library = load();
    let mut empty = create(&library, &fixture_rack_free());
    let mut filled = create(&library, &fixture_rack(&[("Gain", gain(-6.0))]));
    let layouts = empty.layouts();
    let mut widths = Vec::new();
    for (index, name) in (0..).zip(&layouts) {
        for instance in [&mut empty, &mut filled] {
            instance.select_layout(index).expect("a layout");
        }
        let ports = empty.ports();
        let channels = ports.outputs[0].channels;
        assert_eq!(ports.inputs[0].channels, channels, "{name}");
        assert_eq!(ports.inputs.len(), 2, "{name}");
        widths.push(channels);
        let input = signal(channels, 700);
        for (rate, in_place) in [(RATE, false), (96_000.0, true), (44_100.0, false)] {
            let setup = Setup {
                in_place,
                ..Setup::new(rate, 128)
            };
            let [passed, played] = [&mut empty, &mut filled].map(|instance| {
                let mut processor = instance.activate(setup).expect("active");
                let output = processor.render(&input, Some(&input), repeat(128));
                instance.deactivate(processor);
                output.expect("audio")
            });
            assert!(passed == input, "{name} at {rate}");
            let played_as_wanted = (played.iter().zip(&input).zip(half(&input)))
                .all(|((played, input), half)| played == input || is_near(played, &half));
            assert!(played_as_wanted, "{name} at {rate}");
            assert!(
                played[0] != input[0],
                "{name} at {rate}: the child is heard"
            );
        }
    }
    assert_eq!(widths[0], 2, "stereo comes first");
    for width in [1, 2, 4, 6, 8, 16, 32, 64] {
        assert!(widths.contains(&width), "{width}: {layouts:?}");
    }
}

fn fixture_rack_free() -> String {
    r#"{"chain": []}"#.to_owned()
}
