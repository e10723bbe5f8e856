//! A rack that plays, with what its host sees.

use std::sync::Arc;
use std::time::{Duration, Instant};

use matryoshka::audio::{
    Block, Event, EventKind, EventList, Events, HostPoint, HostPointKind, Points, Transport,
};
use matryoshka::child::Activation;
use matryoshka::rack::edit::Edit;
use matryoshka::rack::exchange::Player;
use matryoshka::rack::{HostId, SlotId};
use matryoshka::session::{Handle, HostNews, HostParameters, HostRefresh, Preparation, Session};
use matryoshka::threads::MessageThread;
use serde_json::{Value, json};

use crate::support::{bundled, fixture_rack};

pub const RATE: f64 = 48_000.0;
pub const FRAMES: usize = 256;

/// A rack in a session of its own.
pub struct Rack {
    pub session: Handle,
    pub player: Player,
    pub host: Arc<HostParameters>,
}

/// A slot with the fixture as it is when it is new.
pub fn fixture() -> Value {
    json!({"plugin": {
        "format": "VST3",
        "name": "Matryoshka Fixture",
        "file": bundled("Matryoshka Fixture.vst3"),
    }})
}

/// A slot with the fixture and its saved settings.
pub fn saved_fixture(settings: &[(&'static str, f32)]) -> Value {
    let rack: Value = serde_json::from_str(&fixture_rack(settings)).expect("JSON");
    rack["chain"][0].clone()
}

/// The slot with these mappings: host parameter and parameter.
pub fn mapped(mut slot: Value, mappings: &[(usize, &str)]) -> Value {
    let mappings: Vec<Value> = (mappings.iter())
        .map(|(host, parameter)| json!({"host": format!("p{host:03}"), "parameter": parameter}))
        .collect();
    slot["mappings"] = mappings.into();
    slot
}

/// The number as a host parameter.
pub fn host_id(number: usize) -> HostId {
    HostId::new(number).expect("below the end")
}

/// A point of the host's.
pub fn value(offset: u32, parameter: u16, value: f64) -> HostPoint {
    HostPoint {
        offset,
        parameter,
        kind: HostPointKind::Value(value),
    }
}

/// A MIDI message.
pub fn midi(offset: u32, message: [u8; 3]) -> Event {
    Event {
        offset,
        kind: EventKind::Midi(message),
    }
}

impl Rack {
    /// Loads a document and makes it ready to play stereo.
    pub fn open(document: &Value) -> Self {
        let mut rack = Self::load(document);
        rack.prepare();
        rack
    }

    /// Loads a document.
    pub fn load(document: &Value) -> Self {
        let host = Arc::<HostParameters>::default();
        let (session, player) = Handle::open_for(host.clone()).expect("a session");
        let text = document.to_string();
        let rack = Self {
            session,
            player,
            host,
        };
        rack.ask(move |thread, session| session.load(thread, &text).expect("a rack"));
        rack
    }

    /// Makes it ready to play.
    pub fn prepare(&mut self) {
        // The player goes there and back.
        let (session, player) = Handle::open().expect("a session");
        drop(session);
        let mut player = std::mem::replace(&mut self.player, player);
        self.player = self.ask(move |thread, session| {
            let preparation = Preparation {
                activation: Activation {
                    sample_rate: RATE,
                    max_frames: FRAMES,
                    offline: true,
                },
                channels: 2,
                sidechain: 2,
                aux_buses: 0,
            };
            session.prepare(thread, &mut player, preparation);
            for slot in session.report() {
                assert_eq!(slot.problem, None, "{}", slot.plugin);
            }
            player
        });
    }

    /// Runs a job with the session.
    pub fn ask<R: Send + 'static>(
        &self,
        job: impl FnOnce(&MessageThread, &mut Session) -> R + Send + 'static,
    ) -> R {
        self.session.ask(job).expect("the message thread")
    }

    /// Makes a change.
    pub fn edit(&self, edit: Edit) {
        self.ask(|thread, session| session.edit(thread, edit).expect("a good edit"));
    }

    /// The slots' ids.
    pub fn slots(&self) -> Vec<SlotId> {
        self.ask(|_thread, session| session.rack().slots().map(|slot| slot.id).collect())
    }

    /// The document as it would be saved.
    pub fn save(&self) -> Value {
        let text = self.ask(|thread, session| session.save(thread));
        serde_json::from_str(&text).expect("JSON")
    }

    /// A child's parameter, by its name.
    pub fn child_value(&self, slot: usize, name: &'static str) -> f32 {
        let id = self.slots()[slot];
        self.ask(move |_thread, session| {
            let parameters = session.parameters(id);
            let parameter = parameters.iter().find(|known| known.name == name);
            parameter.expect("a parameter of this name").value
        })
    }

    /// Plays a block of ones, and returns the left channel.
    pub fn play(&mut self, points: &[HostPoint], events: &[Event]) -> Vec<f32> {
        let (mut left, mut right) = (vec![1.0; FRAMES], vec![1.0; FRAMES]);
        let mut main: Vec<&mut [f32]> = vec![&mut left, &mut right];
        let mut block = Block {
            main: &mut main,
            sidechain: &[],
            frames: FRAMES,
            events: Events::from(events),
            points: Points::NONE,
            events_out: &mut EventList::default(),
            transport: &Transport::default(),
        };
        self.player.run_with(&mut block, points);
        left
    }

    /// All that the host was told since it last asked.
    pub fn news(&self) -> (Vec<HostNews>, HostRefresh) {
        let news = std::iter::from_fn(|| self.host.take_news()).collect();
        (news, self.host.take_refresh())
    }

    /// Waits until something is so, while the message thread ticks.
    pub fn wait_until(&self, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        let started = Instant::now();
        while !is_so(self) {
            assert!(started.elapsed() < Duration::from_secs(20), "{what}");
            // A round trip to the message thread, so that this does not spin.
            self.ask(|_thread, _session| ());
            std::thread::yield_now();
        }
    }
}
