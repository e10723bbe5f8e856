//! Arguments that make no sense, for each public function of a plugin and its audio half.

use matryoshka::juce::instance::MAX_BUS_CHANNELS;
use matryoshka::juce::{AudioBuffer, AudioHalf, Instance, MidiBuffer, ProcessError};
use pin_init::{InPlaceInit, stack_pin_init};

use crate::support::{instance, on_message_thread};

fn prepared(instance: &mut Instance) -> AudioHalf {
    let half = instance.prepare(48_000.0, 64, false).expect("no error");
    half.expect("an audio half")
}

#[test]
fn rates_and_lengths_that_are_none_prepare_nothing() {
    on_message_thread(|thread| {
        let mut plugin = instance(thread, "well");
        for rate in [
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            0.0,
            -0.0,
            -48_000.0,
        ] {
            let half = plugin.prepare(rate, 64, false);
            assert!(half.is_ok_and(|half| half.is_none()), "{rate}");
        }
        for frames in [0, 1 << 31, usize::MAX] {
            let half = plugin.prepare(48_000.0, frames, true);
            assert!(half.is_ok_and(|half| half.is_none()), "{frames}");
        }
        assert!(!plugin.is_processing());
        plugin.release().expect("nothing to release");
    });
}

#[test]
fn there_is_one_audio_half_at_a_time_and_nothing_is_changed_under_it() {
    on_message_thread(|thread| {
        let mut plugin = instance(thread, "release");
        let half = prepared(&mut plugin);
        assert!(plugin.is_processing());
        let second = plugin.prepare(48_000.0, 64, false);
        assert!(second.is_ok_and(|half| half.is_none()));
        assert_eq!(plugin.set_buses(&[1], &[1]), Ok(false));
        plugin.release().expect("it is not even asked");
        drop(half);
        assert!(plugin.release().is_err(), "now it is");
        assert!(plugin.release().is_ok(), "and only once");
    });
}

#[test]
fn buses_that_a_plugin_does_not_have_are_refused() {
    on_message_thread(|thread| {
        let mut plugin = instance(thread, "well");
        for (inputs, outputs) in [
            (&[][..], &[][..]),
            (&[2], &[]),
            (&[2, 2], &[2]),
            (&[2; 1000], &[2; 1000]),
            (&[MAX_BUS_CHANNELS + 1], &[2]),
            (&[2], &[u32::MAX]),
            (&[1 << 31], &[1 << 31]),
        ] {
            assert_eq!(plugin.set_buses(inputs, outputs), Ok(false), "{inputs:?}");
        }
        assert_eq!(plugin.set_buses(&[0], &[MAX_BUS_CHANNELS]), Ok(true));
        let buses = plugin.buses().expect("no error");
        assert_eq!((buses[0].channels, buses[0].enabled), (0, false));
        assert_eq!(buses[1].channels, MAX_BUS_CHANNELS);
        assert_eq!(plugin.set_buses(&[2], &[2]), Ok(true));
    });
}

#[test]
fn a_buffer_that_is_too_narrow_or_too_long_does_not_reach_the_plugin() {
    on_message_thread(|thread| {
        let mut plugin = instance(thread, "well");
        let mut half = prepared(&mut plugin);
        let mut midi = MidiBuffer::with_capacity(4).expect("memory");
        let mut samples = [1.0_f32; 260];
        for (channels, frames, outcome) in [
            (0, 64, Err(ProcessError::Misfit)),
            (1, 64, Err(ProcessError::Misfit)),
            (2, 65, Err(ProcessError::Misfit)),
            (4, 65, Err(ProcessError::Misfit)),
            (2, 0, Ok(())),
            (0, 0, Ok(())),
        ] {
            let mut channels: Vec<&mut [f32]> = samples
                .chunks_exact_mut(65)
                .take(channels)
                .map(|channel| &mut channel[..frames])
                .collect();
            let view = AudioBuffer::borrow_chained(&mut channels, &mut [], frames).expect("a view");
            stack_pin_init!(let view = view);
            assert_eq!(half.process(view, &mut midi), outcome);
        }
        assert_eq!(samples, [1.0; 260]);
        for (channels, frames) in [(2, 64), (2, 1), (4, 64), (31, 2)] {
            let mut samples = vec![1.0_f32; channels * frames];
            {
                let view = AudioBuffer::borrow_slice(&mut samples, channels).expect("a view");
                stack_pin_init!(let view = view);
                assert_eq!(half.process(view, &mut midi), Ok(()));
            }
            assert!(samples.iter().all(|&sample| sample == 0.5));
        }
        let wide = AudioBuffer::new(64, 64).expect("small numbers");
        let mut wide = Box::try_pin_init(wide).expect("memory");
        assert_eq!(half.process(wide.as_mut(), &mut midi), Ok(()));
        assert_eq!(plugin.failure(), "");
    });
}

#[test]
fn a_plugin_that_throws_in_process_says_why_and_long_reasons_are_cut() {
    on_message_thread(|thread| {
        let mut plugin = instance(thread, "process");
        let mut half = prepared(&mut plugin);
        let mut midi = MidiBuffer::with_capacity(0).expect("memory");
        let mut samples = [0.0_f32; 128];
        let view = AudioBuffer::borrow_slice(&mut samples, 2).expect("a view");
        stack_pin_init!(let view = view);
        assert_eq!(half.process(view, &mut midi), Err(ProcessError::Threw));
        assert_eq!(plugin.failure(), "thrown in process");
    });
}

#[test]
fn parameters_that_a_plugin_does_not_have_are_not_there() {
    on_message_thread(|thread| {
        let mut plugin = instance(thread, "well");
        assert_eq!(plugin.parameters().map(|list| list.len()), Ok(1));
        for index in [1, 2, 1 << 31, usize::MAX] {
            assert!(
                plugin.parameter(index).is_ok_and(|it| it.is_none()),
                "{index}"
            );
            assert_eq!(plugin.set_parameter(index, 0.5), Ok(false), "{index}");
            assert_eq!(plugin.parameter_gesture(index, true), Ok(false), "{index}");
        }
    });
}

#[test]
fn values_that_are_none_set_nothing_and_those_outside_are_taken_for_the_nearest() {
    on_message_thread(|thread| {
        let mut plugin = instance(thread, "well");
        let value = |plugin: &Instance| -> f32 {
            let gain = plugin.parameter(0).expect("no error").expect("a parameter");
            gain.value().expect("no error")
        };
        assert_eq!(plugin.set_parameter(0, 0.5), Ok(true));
        assert_eq!(plugin.set_parameter(0, f32::NAN), Ok(false));
        assert_eq!(value(&plugin), 0.5);
        for (set, is) in [
            (2.0, 1.0),
            (f32::INFINITY, 1.0),
            (-1.0, 0.0),
            (f32::MIN, 0.0),
        ] {
            assert_eq!(plugin.set_parameter(0, set), Ok(true));
            assert_eq!(value(&plugin), is);
        }
        let gain = plugin.parameter(0).expect("no error").expect("a parameter");
        assert_eq!(gain.index(), 0);
        assert_eq!(gain.text_of(f32::NAN).as_deref(), Ok("0.00"));
        assert_eq!(gain.text_of(f32::INFINITY).as_deref(), Ok("1.00"));
        assert_eq!(gain.steps(), Ok(None));
        assert_eq!(gain.is_automatable(), Ok(true));
        assert_eq!(gain.id().as_deref(), Ok("gain"));
        assert_eq!(gain.name().as_deref(), Ok("Gain"));
        assert_eq!(gain.unit().as_deref(), Ok("x"));
        assert_eq!(gain.default_value(), Ok(1.0));
        assert_eq!(gain.text().as_deref(), Ok("0.00"));
    });
}

#[test]
fn a_state_of_nothing_is_taken_and_one_that_cpp_cannot_count_is_not() {
    on_message_thread(|thread| {
        let mut plugin = instance(thread, "well");
        plugin.set_state(b"something").expect("no error");
        assert_eq!(
            plugin.state().map(|it| it.to_vec()).as_deref(),
            Ok(&b"something"[..])
        );
        plugin.set_state(&[]).expect("no error");
        assert!(plugin.state().is_ok_and(|state| state.is_empty()));
        // Never touched, so never really there.
        let giant = vec![0_u8; 1 << 31];
        assert!(plugin.set_state(&giant).is_err());
    });
}

#[test]
fn what_a_plugin_is_and_does_is_told_without_asking_for_more_than_it_said() {
    on_message_thread(|thread| {
        let mut plugin = instance(thread, "late");
        assert_eq!(plugin.latency_samples(), Ok(0));
        drop(prepared(&mut plugin));
        assert_eq!(plugin.latency_samples(), Ok(64));
        assert_eq!(plugin.tail_seconds(), Ok(0.25));
        assert_eq!(plugin.accepts_midi(), Ok(false));
        assert_eq!(plugin.produces_midi(), Ok(false));
        assert_eq!(
            plugin.description().map(|it| it.name).as_deref(),
            Ok("Test plugin")
        );
        plugin.reset().expect("no error");
    });
}
