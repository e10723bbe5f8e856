//! The fixture, loaded as a DAW would load it, does exactly what its parameters say. Every test of
//! Matryoshka that trusts it stands on this.

use std::iter::repeat;
use std::path::PathBuf;

use anyhow::Result;
use matryoshka_test_host::{Event, EventKind, Inputs, Instance, Library, Processor, Setup};

const RATE: f64 = 48_000.0;

/// The bundled fixture if `cargo xtask test` runs this, else the library cargo has just built.
fn fixture_path() -> PathBuf {
    if let Some(bundled) = std::env::var_os("MATRYOSHKA_BUNDLED") {
        return PathBuf::from(bundled).join("Matryoshka Fixture.clap");
    }
    // cargo builds it next to this test, target/<profile>/deps/behaviour-<hash>, and not above it.
    let test = std::env::current_exe().unwrap();
    let name = format!(
        "{}matryoshka_fixture{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    test.with_file_name(name)
}

fn fixture() -> Instance {
    // Never unloaded: Rust's standard library leaves a destructor with each thread that the fixture
    // ran on, and a test's thread ends after the test.
    let library = Box::leak(Box::new(Library::load(fixture_path()).unwrap()));
    assert_eq!(library.plugin_ids().unwrap(), ["org.matryoshka.fixture"]);
    library.create("org.matryoshka.fixture").unwrap()
}

/// Two channels of samples of every size, with denormals, zeros of both signs and infinities.
fn signal(frames: usize) -> Vec<Vec<f32>> {
    let special = [
        0.0,
        -0.0,
        1.0e-40,
        -1.0e-40,
        f32::INFINITY,
        f32::MAX,
        f32::MIN_POSITIVE,
    ];
    let mut state = 1u32;
    let mut channel = || {
        (0..frames)
            .map(|frame| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                match special.get(frame % 29) {
                    Some(value) => *value,
                    None => state as f32 / 2.0f32.powi(31) - 1.0,
                }
            })
            .collect()
    };
    vec![channel(), channel()]
}

fn bits(audio: &[Vec<f32>]) -> Vec<Vec<u32>> {
    let channel_bits = |channel: &Vec<f32>| channel.iter().map(|x| x.to_bits()).collect();
    audio.iter().map(channel_bits).collect()
}

fn delayed(audio: &[Vec<f32>], samples: usize) -> Vec<Vec<f32>> {
    let delay = |channel: &Vec<f32>| {
        let silence = std::iter::repeat_n(0.0, samples);
        silence
            .chain(channel.iter().copied())
            .take(channel.len())
            .collect()
    };
    audio.iter().map(delay).collect()
}

fn scaled(audio: &[Vec<f32>], gain: f32) -> Vec<Vec<f32>> {
    let scale = |channel: &Vec<f32>| channel.iter().map(|sample| sample * gain).collect();
    audio.iter().map(scale).collect()
}

/// Blocks of all kinds: one frame, odd ones, the longest.
fn varied() -> impl Iterator<Item = usize> {
    [1, 64, 17, 512, 3, 256, 1].into_iter().cycle()
}

#[test]
fn ports_and_parameters_are_as_documented() -> Result<()> {
    let mut fixture = fixture();
    let ports = fixture.ports();
    let inputs: Vec<_> = ports
        .inputs
        .iter()
        .map(|p| (p.channels, p.is_main))
        .collect();
    assert_eq!(inputs, [(2, true), (2, false)]);
    assert_eq!(ports.outputs.len(), 1);
    assert_eq!(ports.outputs[0].channels, 2);

    let params = fixture.params();
    let names: Vec<_> = params.iter().map(|param| param.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Gain",
            "Latency",
            "Sidechain gate",
            "MIDI echo",
            "State size",
            "Invert",
            "Tell denormals",
            "Misdeed",
            "State damaged"
        ]
    );
    for (param, text) in params
        .iter()
        .zip(["0.00 dB", "0 samples", "Off", "Off", "0 KiB"])
    {
        assert!(param.is_automatable, "{}", param.name);
        assert_eq!(fixture.param_text(param.id, param.value)?, text);
    }
    fixture.set_param("Gain", "-6 dB")?;
    fixture.set_param("Latency", "48000 samples")?;
    for (name, text) in [("Gain", "-6.00 dB"), ("Latency", "48000 samples")] {
        let param = fixture.param(name)?;
        assert_eq!(fixture.param_text(param.id, param.value)?, text);
    }
    Ok(())
}

#[test]
fn at_zero_decibels_every_bit_passes_in_place_and_apart() -> Result<()> {
    let input = signal(5000);
    for setup in [Setup::new(RATE, 512), Setup::new(RATE, 512).in_place()] {
        let mut fixture = fixture();
        let mut processor = fixture.activate(setup)?;
        let output = processor.render(&input, None, varied())?;
        assert_eq!(bits(&output), bits(&input));
        fixture.deactivate(processor);
    }
    Ok(())
}

#[test]
fn the_gain_is_one_multiplication() -> Result<()> {
    let input = signal(2000);
    for db in [-60.0f32, -6.0, 3.0, 64.0] {
        let mut fixture = fixture();
        fixture.set_param("Gain", &format!("{db}"))?;
        let mut processor = fixture.activate(Setup::new(RATE, 512))?;
        let output = processor.render(&input, None, repeat(100))?;
        let gain = 10.0f32.powf(db * 0.05);
        assert_eq!(bits(&output), bits(&scaled(&input, gain)), "{db} dB");
        fixture.deactivate(processor);
    }
    Ok(())
}

#[test]
fn the_gain_changes_at_its_sample() -> Result<()> {
    let input = vec![vec![1.0; 1000]; 2];
    let mut fixture = fixture();
    let events = [
        fixture.param_event(137, "Gain", "-20")?,
        fixture.param_event(700, "Gain", "0")?,
    ];
    let mut processor = fixture.activate(Setup::new(RATE, 512))?;
    let output = processor
        .render_with(&input, None, &events, repeat(256))?
        .audio;
    for (at, sample) in output[0].iter().enumerate() {
        let expected = if (137..700).contains(&at) { 0.1 } else { 1.0 };
        assert_eq!(*sample, expected, "at {at}");
    }
    fixture.deactivate(processor);
    Ok(())
}

#[test]
fn the_latency_is_reported_and_real() -> Result<()> {
    let input = signal(50_000);
    for latency in [1, 64, 1023, 48_000] {
        let mut fixture = fixture();
        fixture.set_param("Latency", &latency.to_string())?;
        let mut processor = fixture.activate(Setup::new(RATE, 512))?;
        assert_eq!(fixture.latency(), latency);
        let output = processor.render(&input, None, varied())?;
        assert_eq!(bits(&output), bits(&delayed(&input, latency as usize)));
        fixture.deactivate(processor);
    }
    Ok(())
}

#[test]
fn a_latency_that_changes_while_playing_asks_for_a_restart_and_is_told_there() -> Result<()> {
    let input = signal(4000);
    let mut fixture = fixture();
    let mut processor = fixture.activate(Setup::new(RATE, 512))?;
    processor = fixture.settle(processor)?;
    let (restarts, changes) = counts(&fixture);

    let event = fixture.param_event(100, "Latency", "480")?;
    processor.render_with(&input, None, &[event], repeat(256))?;
    assert!(
        fixture.tick(),
        "the audio thread must leave the news to the main thread"
    );
    assert_eq!(
        counts(&fixture),
        (restarts + 1, changes),
        "not told before the restart"
    );

    let mut processor = fixture.settle(processor)?;
    assert_eq!(counts(&fixture), (restarts + 1, changes + 1));
    assert_eq!(fixture.latency(), 480);
    let output = processor.render(&input, None, varied())?;
    assert_eq!(
        bits(&output),
        bits(&delayed(&input, 480)),
        "nothing is left from before"
    );
    fixture.deactivate(processor);
    Ok(())
}

fn counts(fixture: &Instance) -> (usize, usize) {
    let callbacks = fixture.callbacks();
    (callbacks.restart_requests(), callbacks.latency_changes())
}

#[test]
fn the_gate_opens_exactly_where_the_sidechain_sounds() -> Result<()> {
    let input = signal(3000);
    let mut sidechain = vec![vec![0.0; 3000]; 2];
    for at in (0..3000).filter(|at| at % 7 == 0 || (1000..1500).contains(at)) {
        sidechain[at % 2][at] = if at % 3 == 0 { -1.0e-6 } else { 0.5 };
    }
    for latency in [0, 100] {
        let mut fixture = fixture();
        fixture.set_param("Sidechain gate", "on")?;
        fixture.set_param("Latency", &latency.to_string())?;
        let mut processor = fixture.activate(Setup::new(RATE, 512).in_place())?;
        let output = processor.render(&input, Some(&sidechain), varied())?;

        let mut gated = input.clone();
        for channel in &mut gated {
            for (at, sample) in channel.iter_mut().enumerate() {
                if sidechain[0][at] == 0.0 && sidechain[1][at] == 0.0 {
                    *sample = 0.0;
                }
            }
        }
        assert_eq!(bits(&output), bits(&delayed(&gated, latency)));
        fixture.deactivate(processor);
    }
    Ok(())
}

#[test]
fn a_host_that_gives_one_input_port_is_survived() -> Result<()> {
    let input = signal(1000);
    let mut fixture = fixture();
    let inputs = Inputs::First;
    let mut processor = fixture.activate(Setup {
        inputs,
        ..Setup::new(RATE, 512)
    })?;
    let output = processor.render(&input, None, varied())?;
    assert_eq!(bits(&output), bits(&input));
    fixture.deactivate(processor);
    Ok(())
}

#[test]
fn notes_come_back_at_their_samples_and_only_when_asked_for() -> Result<()> {
    let input = signal(2000);
    let notes = [
        Event::note_on(0, 60, 0.5),
        Event::note_on(3, 64, 1.0),
        Event::note_off(255, 60),
        Event::note_on(256, 67, 0.25),
        Event::note_off(1999, 64),
    ];
    for echo in [false, true] {
        let mut fixture = fixture();
        fixture.set_param("MIDI echo", if echo { "on" } else { "off" })?;
        let mut processor = fixture.activate(Setup::new(RATE, 512))?;
        let rendered = processor.render_with(&input, None, &notes, repeat(256))?;
        assert_eq!(rendered.events, if echo { notes.to_vec() } else { vec![] });
        fixture.deactivate(processor);
    }
    Ok(())
}

#[test]
fn a_midi_message_comes_back_as_the_note_it_is() -> Result<()> {
    let mut fixture = fixture();
    fixture.set_param("MIDI echo", "on")?;
    let mut processor = fixture.activate(Setup::new(RATE, 64))?;
    let midi = [Event::midi(9, [0x91, 60, 127])];
    let rendered = processor.render_with(&signal(64), None, &midi, repeat(64))?;
    let (channel, key, velocity) = (1, 60, 1.0);
    let kind = EventKind::NoteOn {
        channel,
        key,
        velocity,
    };
    assert_eq!(rendered.events, [Event { at: 9, kind }]);
    fixture.deactivate(processor);
    Ok(())
}

#[test]
fn a_state_has_its_size_and_comes_back_in_pieces_of_any_size() -> Result<()> {
    let mut first = fixture();
    first.set_param("State size", "100")?;
    first.set_param("Gain", "-12")?;
    let state = first.save_state()?;
    assert!(
        (100 * 1024..101 * 1024).contains(&state.len()),
        "{} bytes",
        state.len()
    );
    assert_eq!(
        first.save_state_in_pieces(7)?,
        state,
        "the same state gives the same bytes"
    );

    let mut second = fixture();
    second.load_state_in_pieces(&state, 13)?;
    assert_eq!(second.param("Gain")?.value, first.param("Gain")?.value);
    assert_eq!(second.param("State damaged")?.value, 0.0);
    assert_eq!(second.callbacks().param_rescans(), 1);
    assert_eq!(second.save_state()?, state);
    Ok(())
}

#[test]
fn a_damaged_state_is_shown_as_damaged() -> Result<()> {
    let mut fixture = fixture();
    fixture.set_param("State size", "100")?;
    let mut state = fixture.save_state()?;
    let middle = state.len() / 2;
    state[middle] = if state[middle] == b'A' { b'B' } else { b'A' };
    fixture.load_state(&state)?;
    assert_eq!(fixture.param("State damaged")?.value, 1.0);
    Ok(())
}

#[test]
fn a_reset_forgets_the_past() -> Result<()> {
    let mut fixture = fixture();
    fixture.set_param("Latency", "100")?;
    let mut processor = fixture.activate(Setup::new(RATE, 512))?;
    processor.render(&signal(512), None, repeat(512))?;
    processor.reset();
    let silence = vec![vec![0.0; 512]; 2];
    assert_eq!(processor.render(&silence, None, repeat(512))?, silence);
    fixture.deactivate(processor);
    Ok(())
}

#[test]
fn the_audio_thread_may_be_another_thread() -> Result<()> {
    let input = signal(1000);
    let mut fixture = fixture();
    let processor = fixture.activate(Setup::new(RATE, 512))?;
    let work = |mut processor: Processor| {
        let output = processor.render(&input, None, repeat(128));
        (processor, output)
    };
    let (processor, output) =
        std::thread::scope(|scope| scope.spawn(|| work(processor)).join().unwrap());
    assert_eq!(bits(&output?), bits(&input));
    fixture.deactivate(processor);
    Ok(())
}

#[test]
fn a_plugin_that_is_not_ours_plays_too() -> Result<()> {
    let path = "/usr/lib/clap/ZamCompX2.clap";
    if !std::path::Path::new(path).exists() {
        eprintln!("skipped: {path} is not installed (Debian's package zam-plugins)");
        return Ok(());
    }
    let library = Library::load(path)?;
    let mut plugin = library.create(&library.plugin_ids()?[0])?;
    assert!(!plugin.params().is_empty());
    let mut processor = plugin.activate(Setup::new(RATE, 512))?;
    let tone = (0..9600)
        .map(|at| (at as f32 * 0.05).sin())
        .collect::<Vec<f32>>();
    let output = processor.render(&[tone.clone(), tone], None, repeat(64))?;
    let peak = output[0]
        .iter()
        .fold(0.0f32, |peak, sample| peak.max(sample.abs()));
    assert!(peak > 0.01 && peak < 10.0, "peak {peak}");
    plugin.deactivate(processor);
    Ok(())
}
