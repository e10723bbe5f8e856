//! Racks that play, children for them, and what is compared.

use std::collections::HashMap;
use std::sync::Mutex;

use matryoshka::audio::{Block, EventList, Events, Points, Transport, without_denormals};
use matryoshka::child::Activation;
use matryoshka::rack::edit::Edit;
use matryoshka::rack::exchange::Player;
use matryoshka::session::{Handle, Preparation, Prepared, SlotReport};
use serde_json::{Value, json};

use crate::support::{fixture_rack, latency};

pub const RATE: f64 = 48_000.0;
pub const MAX_FRAMES: usize = 256;
/// What every test of latency goes through.
pub const LATENCIES: [u32; 6] = [0, 1, 63, 64, 1000, 48_000];
/// Blocks as hosts have them and as they should not: single frames, none, and more than announced.
pub const SIZES: [usize; 9] = [256, 1, 255, 64, 0, 700, 2, 33, 257];

/// A slot with the fixture, its parameters set by name.
pub fn fixture(settings: &[(&'static str, f32)]) -> Value {
    static MADE: Mutex<Option<HashMap<String, Value>>> = Mutex::new(None);
    let mut made = MADE.lock().unwrap_or_else(|error| error.into_inner());
    let make = || {
        let rack: Value = serde_json::from_str(&fixture_rack(settings)).expect("JSON");
        rack["chain"][0].clone()
    };
    made.get_or_insert_default()
        .entry(format!("{settings:?}"))
        .or_insert_with(make)
        .clone()
}

/// A slot with a fixture that changes nothing and is late.
pub fn late(samples: u32) -> Value {
    fixture(&[("Latency", latency(samples))])
}

/// A slot with a fixture that is late and turns the sign.
pub fn late_and_inverted(samples: u32) -> Value {
    fixture(&[("Latency", latency(samples)), ("Invert", 1.0)])
}

/// The slot with a field changed.
pub fn with(mut slot: Value, field: &str, value: impl Into<Value>) -> Value {
    slot[field] = value.into();
    slot
}

/// A split of that kind.
pub fn split(kind: &str, chains: impl IntoIterator<Item = Vec<Value>>) -> Value {
    let chains: Vec<Value> = (chains.into_iter())
        .map(|chain| json!({ "chain": chain }))
        .collect();
    json!({ "split": kind, "chains": chains })
}

/// A rack that plays, on this thread.
pub struct Rack {
    pub session: Handle,
    pub player: Player,
    pub prepared: Prepared,
}

impl Rack {
    /// Opens a stereo rack.
    pub fn open(chain: impl IntoIterator<Item = Value>) -> Self {
        Self::open_wide(chain, 2)
    }

    /// Opens a rack with so many channels.
    pub fn open_wide(chain: impl IntoIterator<Item = Value>, channels: usize) -> Self {
        let (session, player) = Handle::open().expect("a session");
        let chain: Vec<Value> = chain.into_iter().collect();
        let text = json!({ "chain": chain }).to_string();
        (session.ask(move |thread, session| session.load(thread, &text)))
            .expect("the message thread")
            .expect("a rack");
        let rack = Self {
            session,
            player,
            prepared: Prepared {
                latency_samples: 0,
                tail: matryoshka::child::Tail::Infinite,
            },
        };
        let rack = rack.prepared_for(channels);
        for slot in rack.report() {
            assert_eq!(slot.problem, None, "{}", slot.plugin);
        }
        rack
    }

    /// Prepares it, once more.
    pub fn prepared_for(self, channels: usize) -> Self {
        let preparation = Preparation {
            activation: Activation {
                sample_rate: RATE,
                max_frames: MAX_FRAMES,
                offline: false,
            },
            channels,
            sidechain: 2,
            aux_buses: 0,
        };
        let (session, mut player) = (self.session, self.player);
        let (player, prepared) = (session.ask(move |thread, session| {
            let prepared = session.prepare(thread, &mut player, preparation);
            (player, prepared)
        }))
        .expect("the message thread");
        Self {
            session,
            player,
            prepared,
        }
    }

    /// Plays the signal in blocks of these sizes, again and again, and returns what comes out.
    pub fn play(&mut self, input: &[Vec<f32>], sizes: &[usize]) -> Vec<Vec<f32>> {
        let mut audio = input.to_vec();
        blocks(&mut audio, sizes, |channels, frames| {
            self.player.run(&mut Block {
                main: channels,
                sidechain: &[],
                frames,
                events: Events::NONE,
                points: Points::NONE,
                events_out: &mut EventList::with_capacity(0),
                transport: &Transport::default(),
            });
        });
        audio
    }

    pub fn report(&self) -> Vec<SlotReport> {
        (self.session.ask(|_thread, session| session.report())).expect("the message thread")
    }

    /// Sets a parameter of a slot's child, by its name, from 0 to 1.
    pub fn set(&self, slot: usize, name: &'static str, value: f32) {
        let set = self.session.ask(move |_thread, session| {
            let id = session.report()[slot].id;
            let parameters = session.parameters(id);
            let parameter = parameters.iter().find(|known| known.name == name);
            session.set_parameter(id, parameter.expect("a parameter").index, value);
        });
        set.expect("the message thread");
    }

    /// Makes an edit.
    pub fn edit(&self, edit: Edit) {
        (self
            .session
            .ask(|thread, session| session.edit(thread, edit)))
        .expect("the message thread")
        .expect("an edit");
    }

    /// Has the session look after what happened.
    pub fn tick(&self) {
        (self.session.ask(|thread, session| session.tick(thread))).expect("the message thread");
    }

    /// Plays silence and looks after the session until the audio thread plays what the model says.
    pub fn settle(&mut self) {
        let channels = 2;
        for _ in 0..2000 {
            let is_there = self.session.ask(|thread, session| {
                session.tick(thread);
                session.is_up_to_date()
            });
            if is_there.expect("the message thread") {
                return;
            }
            self.play(&vec![vec![0.0; 512]; channels], &[MAX_FRAMES]);
        }
        panic!("the rack never comes to rest");
    }
}

/// Hands out the signal in blocks of these sizes, again and again, as a host with denormals off does.
pub fn blocks(
    audio: &mut [Vec<f32>],
    sizes: &[usize],
    mut process: impl FnMut(&mut [&mut [f32]], usize),
) {
    let frames = audio[0].len();
    let mut sizes = sizes.iter().cycle();
    let mut start = 0;
    while start < frames {
        let end = (start + sizes.next().expect("a size")).min(frames);
        let mut channels: Vec<&mut [f32]> = (audio.iter_mut())
            .map(|channel| &mut channel[start..end])
            .collect();
        without_denormals(|| process(&mut channels, end - start));
        start = end;
    }
}

/// Fails unless both are the same to the bit.
#[track_caller]
pub fn assert_same(heard: &[Vec<f32>], wanted: &[Vec<f32>], what: &str) {
    assert_eq!(heard.len(), wanted.len(), "{what}");
    for (channel, (heard, wanted)) in heard.iter().zip(wanted).enumerate() {
        assert_eq!(heard.len(), wanted.len(), "{what}");
        let mut pairs = heard.iter().zip(wanted).enumerate();
        // Zero is zero, whatever its sign.
        let differs = pairs.find(|(_, (heard, wanted))| {
            heard.to_bits() != wanted.to_bits() && !(**heard == 0.0 && **wanted == 0.0)
        });
        if let Some((frame, (heard, wanted))) = differs {
            panic!("{what}: channel {channel}, sample {frame}: {heard} instead of {wanted}");
        }
    }
}

/// The signal times a number.
pub fn scaled(signal: &[Vec<f32>], factor: f32) -> Vec<Vec<f32>> {
    (signal.iter())
        .map(|channel| channel.iter().map(|sample| sample * factor).collect())
        .collect()
}

/// The largest difference of two signals.
pub fn largest_difference(one: &[Vec<f32>], other: &[Vec<f32>]) -> f32 {
    let pairs = (one.iter().zip(other)).flat_map(|(one, other)| one.iter().zip(other));
    pairs
        .map(|(one, other)| (one - other).abs())
        .fold(0.0, f32::max)
}
