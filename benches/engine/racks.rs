//! Racks of children that do next to nothing, straight from the rack's parts: no model, no session.

use matryoshka::audio::{Block, EventList, Events, Points, Transport};
use matryoshka::child::{Activation, Child, Failure, JuceChild, Layout, Processor};
use matryoshka::juce::bench::child;
use matryoshka::rack::compile::ChildShape;
use matryoshka::rack::conductor::{Conductor, Stage};
use matryoshka::rack::desk::{Desk, SlotDesk};
use matryoshka::rack::exchange::{Player, exchange};
use matryoshka::rack::schedule::{ProcessorCell, Settings};
use matryoshka::rack::score::{Score, ScoreItem, ScoreSlot};
use matryoshka::rack::{SlotChannels, SlotId};
use matryoshka::threads::MessageThread;

pub const RATE: f64 = 48_000.0;

const STEREO: Layout = Layout {
    main_inputs: 2,
    main_outputs: 2,
    sidechain: 0,
};

/// Changes one sample of a block, as the child in C++ does.
struct NextToFree;

impl Processor for NextToFree {
    fn process(&mut self, block: &mut Block<'_, '_>) -> Result<(), Failure> {
        let sample = block
            .main
            .first_mut()
            .and_then(|channel| channel.first_mut());
        *sample.ok_or(Failure)? += 1.0e-6;
        Ok(())
    }
}

/// So many children in Rust.
pub fn rust_children(count: usize) -> Vec<Box<dyn Processor>> {
    (0..count)
        .map(|_| Box::new(NextToFree) as Box<dyn Processor>)
        .collect()
}

/// So many children in C++, through the JUCE layer.
pub fn juce_children(
    thread: &MessageThread,
    count: usize,
    frames: usize,
) -> Vec<Box<dyn Processor>> {
    let made = (0..count).map(|_| {
        let instance = child(thread).expect("a child").expect("a child");
        let mut child = JuceChild::for_bench(instance);
        child
            .activate(&activation(frames))
            .expect("an active child")
    });
    made.collect()
}

pub fn activation(frames: usize) -> Activation {
    Activation {
        sample_rate: RATE,
        max_frames: frames,
        offline: false,
    }
}

pub fn stage(frames: usize) -> Stage {
    Stage {
        channels: 2,
        sidechain_channels: 0,
        aux_buses: 0,
        all_cores: false,
        settings: Settings::new(&activation(frames), 36.0),
    }
}

/// A slot's parts, of which scores are made.
pub struct Place {
    id: SlotId,
    cell: ProcessorCell,
    desk: SlotDesk,
}

/// A conductor with its player, and the slots that they have.
pub struct Engine {
    pub conductor: Conductor,
    pub player: Player,
    pub places: Vec<Place>,
}

impl Engine {
    /// Nothing plays yet. Controls and meters come from the desk.
    pub fn new(children: Vec<Box<dyn Processor>>, desk: &mut Desk) -> Self {
        let (publisher, player) = exchange(2);
        let conductor = Conductor::new(publisher);
        let place = |(id, processor)| {
            let id = SlotId(id);
            let cell = ProcessorCell::new(conductor.brand(), processor);
            let desk = desk.slot(id);
            Place { id, cell, desk }
        };
        let places = (1..).zip(children).map(place).collect();
        Self {
            conductor,
            player,
            places,
        }
    }

    /// The slots in series, in their order.
    pub fn score(&self) -> Score {
        let shape = ChildShape {
            layout: STEREO,
            latency_samples: 0,
        };
        let slot = |place: &Place| {
            let children = vec![(shape, place.cell.clone())];
            let (controls, meters) = place.desk.clone();
            let slot = ScoreSlot::new(place.id, SlotChannels::All, children, controls, meters);
            ScoreItem::Slot(slot)
        };
        Score {
            items: self.places.iter().map(slot).collect(),
        }
    }
}

/// A serial rack of these children, ready to play.
pub fn serial(children: Vec<Box<dyn Processor>>, frames: usize) -> Player {
    let mut engine = Engine::new(children, &mut Desk::default());
    let performed = engine.conductor.perform(engine.score(), &stage(frames));
    performed.expect("a schedule");
    engine.player.adopt();
    engine.player
}

/// Two channels of sound and what else a block needs.
pub struct Studio {
    pub audio: [Vec<f32>; 2],
    events_out: EventList,
    transport: Transport,
}

impl Studio {
    pub fn new(frames: usize) -> Self {
        let mut studio = Self {
            audio: [vec![0.0; frames], vec![0.0; frames]],
            events_out: EventList::default(),
            transport: Transport::default(),
        };
        studio.refill();
        studio
    }

    /// A sine, as before the first block.
    pub fn refill(&mut self) {
        for (channel, step) in self.audio.iter_mut().zip([0.05_f32, 0.06]) {
            for (at, sample) in channel.iter_mut().enumerate() {
                *sample = (at as f32 * step).sin() * 0.4;
            }
        }
    }

    /// Hands the audio to `play` as a block.
    #[inline]
    pub fn block<R>(&mut self, play: impl FnOnce(&mut Block<'_, '_>) -> R) -> R {
        let [left, right] = &mut self.audio;
        let frames = left.len();
        let mut channels = [&mut left[..], &mut right[..]];
        play(&mut Block {
            main: &mut channels,
            sidechain: &[],
            frames,
            events: Events::NONE,
            points: Points::NONE,
            events_out: &mut self.events_out,
            transport: &self.transport,
        })
    }
}
