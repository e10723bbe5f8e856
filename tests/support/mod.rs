//! What the tests in real hosts share: where the bundles are, rack documents, signals.
#![allow(dead_code)] // each test program uses its part

pub mod bundles;
pub mod clap;
pub mod direct;
pub mod scan;

use std::time::{Duration, Instant};

use matryoshka::audio::{Block, EventList, Events, Points, Transport};
use matryoshka::child::Activation;
use matryoshka::session::{Handle, Preparation};

pub use bundles::bundled;

/// Matryoshka's CLAP id.
pub const ID: &str = "org.matryoshka.matryoshka";

/// Matryoshka Instrument's CLAP id.
pub const INSTRUMENT_ID: &str = "org.matryoshka.instrument";

/// A rack document with the fixture child (VST3) in one slot, its parameters set by name, from 0
/// to 1.
pub fn fixture_rack(settings: &[(&'static str, f32)]) -> String {
    let file = bundled("Matryoshka Fixture.vst3");
    let document = serde_json::json!({"chain": [{"plugin": {
        "format": "VST3", "name": "Matryoshka Fixture", "file": file,
    }}]});
    let (session, mut player) = Handle::open().expect("a session");
    let wishes = settings.to_vec();
    let set = session.ask(move |thread, session| {
        session.load(thread, &document.to_string()).expect("a rack");
        let preparation = Preparation {
            activation: Activation {
                sample_rate: 48_000.0,
                max_frames: 64,
                offline: true,
            },
            channels: 2,
            sidechain: 2,
            aux_buses: 0,
        };
        session.prepare(thread, &mut player, preparation);
        let slot = session.report().remove(0);
        assert_eq!(slot.problem, None);
        for (name, value) in wishes {
            let parameters = session.parameters(slot.id);
            let parameter = parameters.iter().find(|known| known.name == name);
            let parameter = parameter.unwrap_or_else(|| panic!("{name}: {parameters:?}"));
            session.set_parameter(slot.id, parameter.index, value);
        }
        player
    });
    let mut player = set.expect("the message thread");
    // A VST3 hears of its parameters when it processes, and only then do they reach its state.
    let mut silence = [[0.0; 64]; 2];
    let [left, right] = &mut silence;
    player.run(&mut Block {
        main: &mut [&mut left[..], &mut right[..]],
        sidechain: &[],
        frames: 64,
        events: Events::NONE,
        points: Points::NONE,
        events_out: &mut EventList::default(),
        transport: &Transport::default(),
    });
    // nice-plug reports a new latency from a thread of its own, which must be done before the child
    // goes: a task that comes too late ends that thread, and the next instance to go aborts.
    let latency = settings.iter().find(|(name, _)| *name == "Latency");
    let wanted = latency.map_or(0, |(_, value)| (value * 48_000.0).round() as u32);
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut seen: Option<Instant> = None;
    loop {
        let report = session.ask(|_thread, session| session.report());
        if report.expect("the message thread")[0].latency_samples == wanted {
            // It has told, but perhaps not returned from that, which nothing shows.
            let seen = *seen.get_or_insert_with(Instant::now);
            if wanted == 0 || seen.elapsed() > Duration::from_millis(50) {
                break;
            }
        }
        assert!(
            Instant::now() < deadline,
            "the latency never came to {wanted}"
        );
    }
    let saved = session.ask(|thread, session| session.save(thread));
    saved.expect("the message thread")
}

/// A gain in decibels as the fixture's parameter has it, from 0 to 1.
pub fn gain(db: f32) -> f32 {
    const MAX_DB: f32 = 64.0;
    (db + MAX_DB) / (2.0 * MAX_DB)
}

/// A latency in samples as the fixture's parameter has it, from 0 to 1.
pub fn latency(samples: u32) -> f32 {
    samples as f32 / 48_000.0
}

/// A host's saved state of Matryoshka with this rack in it, as nice-plug writes it for CLAP: the
/// length, then JSON.
pub fn state(rack: &str) -> Vec<u8> {
    let field = serde_json::to_string(rack).expect("a string");
    let state = serde_json::json!({"version": "0.1.0", "params": {}, "fields": {"rack": field}});
    let json = state.to_string().into_bytes();
    let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
    bytes.extend(json);
    bytes
}

/// The rack in a state that Matryoshka saved.
pub fn rack_in(state: &[u8]) -> serde_json::Value {
    let json: serde_json::Value = serde_json::from_slice(&state[8..]).expect("JSON");
    let field = json["fields"]["rack"].as_str().expect("the rack's field");
    let text: String = serde_json::from_str(field).expect("a string");
    serde_json::from_str(&text).expect("a rack document")
}

/// Channels x frames of something that never repeats and is never zero.
pub fn signal(channels: usize, frames: usize) -> Vec<Vec<f32>> {
    let mut seed = 0x2545_f491_u32;
    (0..channels)
        .map(|_| {
            let next = || {
                seed ^= seed << 13;
                seed ^= seed >> 17;
                seed ^= seed << 5;
                (seed >> 8) as f32 / (1 << 24) as f32 * 1.6 - 0.8 + 1.0e-4
            };
            std::iter::repeat_with(next).take(frames).collect()
        })
        .collect()
}

/// The signal, later by so many samples, cut to its length.
pub fn delayed(signal: &[Vec<f32>], samples: usize) -> Vec<Vec<f32>> {
    signal
        .iter()
        .map(|channel| {
            let silence = std::iter::repeat_n(0.0, samples);
            let frames = channel.len();
            silence
                .chain(channel.iter().copied())
                .take(frames)
                .collect()
        })
        .collect()
}
