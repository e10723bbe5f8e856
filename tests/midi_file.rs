//! Real instruments play a MIDI file in the built bundle, and sound as they do when hosted directly.
//!
//! Some instruments are not the same at every run: oscillators that start anywhere, noise. So each is hosted
//! directly several times, and what those runs differ by at most, sample by sample, is what the run
//! in the bundle may differ by. An instrument whose runs are equal has to be equal to the bit.

mod support;

use std::iter::repeat;

use matryoshka::audio::{Block, Event, EventKind, EventList, Events, Points, Transport};
use matryoshka::child::{Activation, Layout};
use matryoshka::rack::PluginReference;
use matryoshka_test_host::{self as host, Setup};
use midly::{MetaMessage, Smf, Timing, TrackEventKind};
use serde_json::{Value, json};
use support::clap::{create_kind, load};
use support::direct::with_child;
use support::{ID, INSTRUMENT_ID};

const RATE: f64 = 48_000.0;
const FRAMES: usize = 256;
const DIRECT_RUNS: usize = 3;

/// A message of the file, and the sample that it comes at.
type Message = (u32, [u8; 3]);

/// The messages of tests/data/phrase.mid: chords, a melody, pedal, bends, controllers.
fn phrase() -> Vec<Message> {
    let file = std::fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/data/phrase.mid"
    ));
    let file = file.expect("the MIDI file");
    let song = Smf::parse(&file).expect("a MIDI file");
    let Timing::Metrical(ticks_per_beat) = song.header.timing else {
        panic!("beats are expected");
    };
    let mut beat_us = 500_000.0;
    let (mut seconds, mut messages) = (0.0, Vec::new());
    for event in &song.tracks[0] {
        let beats = f64::from(event.delta.as_int()) / f64::from(ticks_per_beat.as_int());
        seconds += beats * beat_us / 1e6;
        match event.kind {
            TrackEventKind::Meta(MetaMessage::Tempo(tempo)) => beat_us = f64::from(tempo.as_int()),
            TrackEventKind::Midi { .. } => {
                let mut bytes = Vec::new();
                let live = event.kind.as_live_event().expect("a channel message");
                live.write(&mut bytes).expect("memory");
                bytes.resize(3, 0);
                let at = (seconds * RATE).round() as u32;
                messages.push((at, [bytes[0], bytes[1], bytes[2]]));
            }
            _ => {}
        }
    }
    assert!(messages.len() > 100);
    messages
}

fn frames(messages: &[Message]) -> usize {
    let last = messages.last().map_or(0, |(at, _)| *at as usize);
    (last + RATE as usize / 2).next_multiple_of(FRAMES)
}

/// Plays the messages on the plugin itself.
fn directly(plugin: &str, messages: &[Message]) -> Vec<Vec<f32>> {
    let messages = messages.to_vec();
    with_child(PluginReference::from(plugin), move |child| {
        let layout = child.negotiate(Layout {
            main_inputs: 2,
            main_outputs: 2,
            sidechain: 0,
        });
        assert_eq!(layout.main_outputs, 2);
        let activation = Activation {
            sample_rate: RATE,
            max_frames: FRAMES,
            offline: false,
        };
        let mut processor = child.activate(&activation).expect("ready");
        let length = frames(&messages);
        let mut out = vec![vec![0.0; length]; 2];
        for start in (0..length).step_by(FRAMES) {
            let end = start + FRAMES;
            let events: Vec<Event> = (messages.iter())
                .filter(|(at, _)| (start..end).contains(&(*at as usize)))
                .map(|(at, message)| Event {
                    offset: at - start as u32,
                    kind: EventKind::Midi(*message),
                })
                .collect();
            let mut main: Vec<&mut [f32]> =
                out.iter_mut().map(|lane| &mut lane[start..end]).collect();
            let played = processor.process(&mut Block {
                main: &mut main,
                sidechain: &[],
                frames: FRAMES,
                events: Events::from(&events[..]),
                points: Points::NONE,
                events_out: &mut EventList::default(),
                transport: &Transport::default(),
            });
            played.expect("it plays");
        }
        child.deactivate(processor);
        out
    })
}

/// Plays the messages on the built bundle, with this chain in its rack.
fn in_the_bundle(id: &str, chain: &Value, messages: &[Message]) -> Vec<Vec<f32>> {
    let rack = json!({"chain": chain}).to_string();
    let mut instance = create_kind(&load(), id, &rack);
    let mut processor = instance
        .activate(Setup::new(RATE, FRAMES as u32))
        .expect("active");
    // Notes as CLAP has them, the rest as MIDI.
    let events: Vec<host::Event> = (messages.iter())
        .map(|&(at, message)| match message {
            [0x90, key, velocity] if velocity > 0 => {
                host::Event::note_on(at, u16::from(key), f64::from(velocity) / 127.0)
            }
            _ => host::Event::midi(at, message),
        })
        .collect();
    let silence = vec![vec![0.0; frames(messages)]; 2];
    let rendered = (processor.render_with(&silence, None, &events, repeat(FRAMES))).expect("audio");
    instance.deactivate(processor);
    rendered.audio.into_iter().take(2).collect()
}

fn largest_difference(one: &[Vec<f32>], other: &[Vec<f32>]) -> f32 {
    (one.iter().flatten().zip(other.iter().flatten()))
        .map(|(one, other)| (one - other).abs())
        .fold(0.0, f32::max)
}

fn sounds_the_same(plugin: &str) {
    let messages = phrase();
    let direct: Vec<_> = (0..DIRECT_RUNS)
        .map(|_| directly(plugin, &messages))
        .collect();
    let loudest = direct[0]
        .iter()
        .flatten()
        .fold(0.0_f32, |most, sample| most.max(sample.abs()));
    assert!(loudest > 0.01, "{plugin} is silent");
    let pairs = direct
        .iter()
        .flat_map(|one| direct.iter().map(move |other| (one, other)));
    let own = pairs
        .map(|(one, other)| largest_difference(one, other))
        .fold(0.0, f32::max);
    for id in [ID, INSTRUMENT_ID] {
        let bundled = in_the_bundle(id, &json!([{"plugin": plugin}]), &messages);
        let nearest = (direct.iter())
            .map(|direct| largest_difference(direct, &bundled))
            .fold(f32::INFINITY, f32::min);
        println!(
            "{plugin} in {id}: its own runs differ by {own}, this one by {nearest}, of {loudest}"
        );
        assert!(
            nearest <= own,
            "{plugin}: {nearest}, more than its own {own}"
        );
    }
}

#[test]
fn what_is_sent_to_an_auxiliary_output_is_heard_there_as_it_is_and_nowhere_else() {
    let (plugin, messages) = ("LV2:MDA Piano", phrase());
    let slot = json!({"plugin": plugin, "output": 3});
    let rack = json!({"chain": [slot]}).to_string();
    let mut instance = create_kind(&load(), INSTRUMENT_ID, &rack);
    let mut processor = (instance.activate(Setup::new(RATE, FRAMES as u32))).expect("active");
    let mut sent = vec![Vec::new(); 2];
    for start in (0..frames(&messages)).step_by(FRAMES) {
        processor.begin(FRAMES);
        for &(at, message) in &messages {
            if (start..start + FRAMES).contains(&(at as usize)) {
                processor.push(host::Event::midi(at - start as u32, message));
            }
        }
        processor.process().expect("audio");
        for port in 0..16 {
            for (channel, sent) in sent.iter_mut().enumerate() {
                let heard = processor.output(port, channel);
                if port == 3 {
                    sent.extend_from_slice(heard);
                } else {
                    assert!(heard.iter().all(|sample| *sample == 0.0), "output {port}");
                }
            }
        }
    }
    instance.deactivate(processor);
    assert_eq!(largest_difference(&sent, &directly(plugin, &messages)), 0.0);
}

#[test]
fn a_plugin_hears_what_another_one_makes_of_the_notes_transposed_or_nothing() {
    let plugin = "LV2:MDA Piano";
    let messages = phrase();
    let thru = json!({"plugin": "LV2:MIDI Thru", "label": "thru"});
    let play = |midi: Value| {
        let chain = json!([thru, {"plugin": plugin, "midi": midi}]);
        in_the_bundle(INSTRUMENT_ID, &chain, &messages)
    };
    let direct = directly(plugin, &messages);
    assert_eq!(
        largest_difference(&play(json!({"from": "thru"})), &direct),
        0.0
    );
    let octave_higher: Vec<Message> = (messages.iter())
        .map(|&(at, message)| match message {
            [status @ 0x80..=0x9f, key, velocity] => (at, [status, key + 12, velocity]),
            _ => (at, message),
        })
        .collect();
    let direct = directly(plugin, &octave_higher);
    let midi = json!({"from": "thru", "transpose": 12, "channels": [1]});
    assert_eq!(largest_difference(&play(midi), &direct), 0.0);
    let silence = vec![vec![0.0; frames(&messages)]; 2];
    for deaf in [
        json!({"from": "none"}),
        json!({"from": "thru", "channels": [2]}),
    ] {
        assert_eq!(largest_difference(&play(deaf), &silence), 0.0);
    }
}

#[test]
fn mda_piano() {
    sounds_the_same("LV2:MDA Piano");
}

#[test]
fn mda_dx10() {
    sounds_the_same("LV2:MDA DX10");
}

#[test]
fn zynaddsubfx() {
    sounds_the_same("LV2:ZynAddSubFX");
}

#[test]
fn synthv1() {
    sounds_the_same("LV2:synthv1");
}

#[test]
fn calf_organ() {
    sounds_the_same("LV2:Calf Organ");
}
