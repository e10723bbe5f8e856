//! The built CLAP in a host on clack-host, with the fixture child in its rack.

mod support;

use std::iter::repeat;

use matryoshka_test_host::{Event, EventKind, Inputs, Setup};
use support::clap::{create, load};
use support::{ID, bundled, delayed, fixture_rack, gain, latency, rack_in, signal, state};

/// The first sample that differs: channel, frame, both values.
fn first_difference(one: &[Vec<f32>], other: &[Vec<f32>]) -> Option<(usize, usize, f32, f32)> {
    one.iter()
        .zip(other)
        .enumerate()
        .find_map(|(channel, (one, other))| {
            let mut pairs = one.iter().zip(other).enumerate();
            pairs
                .find(|(_, (one, other))| one.to_bits() != other.to_bits())
                .map(|(frame, (one, other))| (channel, frame, *one, *other))
        })
}

#[test]
fn every_rate_and_block_length_passes_the_same_audio() {
    let library = load();
    let rack = fixture_rack(&[("Gain", gain(0.0)), ("Latency", latency(100))]);
    let mut instance = create(&library, &rack);
    let input = signal(2, 5000);
    for rate in [8_000.0, 44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        for max_frames in [1, 16, 64, 333, 4096] {
            for in_place in [false, true] {
                let setup = Setup {
                    in_place,
                    ..Setup::new(rate, max_frames)
                };
                let mut processor = instance.activate(setup).expect("active");
                assert_eq!(instance.latency(), 100);
                let output = processor
                    .render(&input, None, repeat(max_frames as usize))
                    .expect("audio");
                instance.deactivate(processor);
                let wanted = delayed(&input, 100);
                let wrong = first_difference(&output, &wanted);
                assert_eq!(wrong, None, "{setup:?}");
            }
        }
    }
}

#[test]
fn blocks_that_vary_and_the_first_sample_of_an_offline_render_are_right() {
    let library = load();
    let mut instance = create(&library, &fixture_rack(&[("Gain", gain(-6.0))]));
    let mut processor = instance
        .activate(Setup::new(48_000.0, 512))
        .expect("active");
    let input = signal(2, 20_000);
    let sizes = [1, 512, 7, 64, 2, 511, 33].into_iter().cycle();
    let output = processor.render(&input, None, sizes).expect("audio");
    instance.deactivate(processor);
    let factor = 10.0_f32.powf(-6.0 / 20.0);
    for (input, output) in input.iter().flatten().zip(output.iter().flatten()) {
        assert!((input * factor - output).abs() < 1.0e-6, "{input} {output}");
    }
}

#[test]
fn the_sidechain_reaches_the_child_and_its_silence_closes_the_gate() {
    let library = load();
    let mut instance = create(&library, &fixture_rack(&[("Sidechain gate", 1.0)]));
    let mut processor = instance
        .activate(Setup::new(48_000.0, 256))
        .expect("active");
    let input = signal(2, 2048);
    let mut sidechain = vec![vec![0.0; 2048]; 2];
    for sample in (0..2048).step_by(3) {
        sidechain[sample % 2][sample] = 0.5;
    }
    let output = processor
        .render(&input, Some(&sidechain), repeat(256))
        .expect("audio");
    for (input, output) in input.iter().zip(&output) {
        for (n, (input, output)) in input.iter().zip(output).enumerate() {
            assert_eq!(*output, if n % 3 == 0 { *input } else { 0.0 }, "{n}");
        }
    }
    let silent = processor.render(&input, None, repeat(256)).expect("audio");
    instance.deactivate(processor);
    assert!(silent.iter().flatten().all(|sample| *sample == 0.0));
}

#[test]
fn a_host_that_hands_over_one_input_port_is_not_read_beyond_it() {
    let library = load();
    let mut instance = create(&library, &fixture_rack(&[("Sidechain gate", 1.0)]));
    let setup = Setup {
        inputs: Inputs::First,
        ..Setup::new(48_000.0, 256)
    };
    let mut processor = instance.activate(setup).expect("active");
    let output = processor
        .render(&signal(2, 1024), None, repeat(256))
        .expect("audio");
    instance.deactivate(processor);
    assert!(output.iter().flatten().all(|sample| *sample == 0.0));
}

#[test]
fn notes_go_to_the_child_and_what_it_plays_comes_out_at_the_same_sample() {
    let library = load();
    let mut instance = create(&library, &fixture_rack(&[("MIDI echo", 1.0)]));
    let mut processor = instance
        .activate(Setup::new(48_000.0, 128))
        .expect("active");
    let events: Vec<Event> = (0..40_u16)
        .map(|n| match n % 2 {
            0 => Event::note_on(u32::from(n) * 37, 60 + n, 1.0),
            _ => Event::note_off(u32::from(n) * 37, 59 + n),
        })
        .collect();
    let rendered = processor
        .render_with(&signal(2, 2000), None, &events, repeat(128))
        .expect("audio");
    instance.deactivate(processor);
    let place = |event: &Event| match event.kind {
        EventKind::NoteOn { key, .. } => Some((event.at, true, key)),
        EventKind::NoteOff { key, .. } => Some((event.at, false, key)),
        _ => None,
    };
    let sent: Vec<_> = events.iter().filter_map(place).collect();
    let heard: Vec<_> = rendered.events.iter().filter_map(place).collect();
    assert_eq!(heard, sent);
}

#[test]
fn a_state_saved_in_tiny_pieces_restores_the_same_sound_and_the_same_bytes() {
    let library = load();
    let rack = fixture_rack(&[
        ("Gain", gain(-3.0)),
        ("Latency", latency(64)),
        ("State size", 0.01),
    ]);
    let mut first = create(&library, &rack);
    let saved = first.save_state_in_pieces(3).expect("a state");
    assert_eq!(first.save_state().expect("a state"), saved);

    let mut second = library.create(ID).expect("an instance");
    second.load_state_in_pieces(&saved, 1).expect("loaded");
    let input = signal(2, 4096);
    let outputs = [&mut first, &mut second].map(|instance| {
        let mut processor = instance
            .activate(Setup::new(44_100.0, 256))
            .expect("active");
        let output = processor.render(&input, None, repeat(256)).expect("audio");
        instance.deactivate(processor);
        output
    });
    assert!(outputs[0] == outputs[1]);
    assert!(outputs[0] != input);
    // Active or not, the children's states are the same bytes.
    let mut before = rack_in(&saved);
    // What was set before anything had played is in the fixture's own state by now.
    let ahead = before["chain"][0]
        .as_object_mut()
        .map(|slot| slot.remove("parameters_ahead"));
    assert!(ahead.flatten().is_some());
    assert_eq!(rack_in(&second.save_state().expect("a state")), before);
}

#[test]
fn a_rack_loaded_while_playing_changes_the_latency_and_the_host_is_told() {
    let library = load();
    let mut instance = create(&library, &fixture_rack(&[]));
    let mut processor = instance
        .activate(Setup::new(48_000.0, 256))
        .expect("active");
    assert_eq!(instance.latency(), 0);
    let input = signal(2, 2048);
    let before = processor.render(&input, None, repeat(256)).expect("audio");
    assert!(before == input);

    let later = fixture_rack(&[("Latency", latency(1000))]);
    instance.load_state(&state(&later)).expect("a state");
    // The state is loaded when this call returns; the next block takes the new rack up.
    instance.save_state().expect("a state");
    processor.render(&input, None, repeat(256)).expect("audio");
    let mut processor = instance.settle(processor).expect("settled");
    assert_eq!(instance.latency(), 1000);
    assert!(instance.callbacks().latency_changes() > 0);
    let after = processor.render(&input, None, repeat(256)).expect("audio");
    instance.deactivate(processor);
    assert!(after == delayed(&input, 1000));
}

#[test]
fn states_load_and_save_while_another_thread_plays() {
    let library = load();
    let racks = [
        fixture_rack(&[("Gain", gain(-6.0))]),
        fixture_rack(&[("Gain", gain(-12.0))]),
    ];
    let mut instance = create(&library, &racks[0]);
    let processor = instance.activate(Setup::new(48_000.0, 64)).expect("active");
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let player = std::thread::spawn(move || {
        let mut processor = processor;
        let input = vec![vec![0.5; 64]; 2];
        while stopped.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
            let output = processor.render(&input, None, repeat(64)).expect("audio");
            let heard = output[0][63];
            assert!(heard > 0.1 && heard < 0.3, "{heard}");
        }
        processor
    });
    for turn in 0..20 {
        instance
            .load_state(&state(&racks[turn % 2]))
            .expect("loaded");
        let saved = rack_in(&instance.save_state().expect("a state"));
        assert_eq!(saved["chain"].as_array().map(Vec::len), Some(1));
    }
    stop.send(()).expect("the player");
    let processor = player.join().expect("the player");
    instance.deactivate(processor);
}

#[test]
fn a_garbage_state_is_refused_or_kept_and_the_audio_goes_on() {
    let library = load();
    let mut instance = library.create(ID).expect("an instance");
    let good = state(r#"{"chain": []}"#);
    let mut noise = vec![0_u8; 1 << 20];
    for (n, byte) in noise.iter_mut().enumerate() {
        *byte = (n * n / 7) as u8;
    }
    for garbage in [
        &[][..],
        &good[..7],
        &good[..good.len() - 3],
        &noise,
        b"not a state at all",
    ] {
        let _ = instance.load_state(garbage);
        let mut processor = instance.activate(Setup::new(48_000.0, 64)).expect("active");
        let input = signal(2, 256);
        let output = processor.render(&input, None, repeat(64)).expect("audio");
        instance.deactivate(processor);
        assert!(output == input);
    }
    // A rack that cannot be read is given back as it came.
    let newer = r#"{"version": 7, "chain": [{"plugin": "X"}]}"#;
    let mut fresh = library.create(ID).expect("an instance");
    fresh.load_state(&state(newer)).expect("taken");
    assert_eq!(rack_in(&fresh.save_state().expect("a state"))["version"], 7);
}

#[test]
fn two_instances_and_a_vst3_of_the_same_in_one_process_keep_apart() {
    let library = load();
    let mut quiet = create(&library, &fixture_rack(&[("Gain", gain(-6.0))]));
    // The second one's rack holds a Matryoshka (VST3), which passes audio.
    let nested = serde_json::json!({"chain": [{"plugin": {
        "format": "VST3", "name": "Matryoshka", "file": bundled("Matryoshka.vst3"),
    }}]});
    let mut nesting = create(&library, &nested.to_string());
    let input = signal(2, 1024);
    let mut processors = [&mut quiet, &mut nesting].map(|instance| {
        instance
            .activate(Setup::new(48_000.0, 128))
            .expect("active")
    });
    let outputs = processors
        .each_mut()
        .map(|processor| processor.render(&input, None, repeat(128)).expect("audio"));
    let [one, other] = processors;
    quiet.deactivate(one);
    nesting.deactivate(other);
    assert!(outputs[0] != input);
    assert!(outputs[1] == input);
    let saved = rack_in(&nesting.save_state().expect("a state"));
    assert!(
        saved["chain"][0]["state"].is_string(),
        "the nested one was there: {saved}"
    );
}
