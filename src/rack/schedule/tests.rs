//! Schedules against a naive reference, and against hosts and children that misbehave.

mod cases;
mod cost;
mod misfortune;
mod reference;
mod routing;

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use proptest::prelude::*;

use super::*;
use crate::audio::{Event, EventKind, EventList, Events, Listening, ParameterPoint, Points};
use crate::child::Layout;
use crate::cores::Fork;
use crate::rack::compile::{ChildShape, Fit, fit};
use crate::rack::conductor::{Conductor, Stage};
use crate::rack::controls::{ChainControls, SlotControls};
use crate::rack::exchange::{Player, exchange};
use crate::rack::fakes::FakeSpec;
use crate::rack::score::{Score, ScoreChain, ScoreItem, ScoreSlot, ScoreSplit};
use crate::rack::{ChainId, Routing, SlotChannels, SlotId, Source, SplitId, SplitKind};

use cases::{Case, any_case};

/// Channels of a whole signal.
pub type Signal = Vec<Vec<f32>>;

#[derive(Clone, Debug)]
pub enum Item {
    Slot(Slot),
    Split(SplitKind, Vec<Chain>),
}

#[derive(Clone, Debug)]
pub struct Slot {
    pub bypass: bool,
    pub mix: f32,
    pub input_gain: f32,
    pub output_gain: f32,
    pub channels: SlotChannels,
    pub sidechain: Pick,
    pub midi: Pick,
    pub listening: Listening,
    pub output: usize,
    pub children: Vec<FakeSpec>,
}

/// A source, by its number among all that could be one: slots and chains in the order of the document,
/// those included that come later, and the slot itself.
#[derive(Clone, Copy, Debug)]
pub enum Pick {
    Host,
    None,
    Any(usize),
}

impl Pick {
    pub fn among(self, sources: &[Source]) -> Source {
        match self {
            Self::Host => Source::Host,
            Self::None => Source::None,
            Self::Any(_) if sources.is_empty() => Source::None,
            Self::Any(number) => sources[number % sources.len()],
        }
    }
}

/// Everything that could be a source, with the ids that the score has.
pub fn sources(items: &[Item], next_id: &mut u32) -> Vec<Source> {
    let mut found = Vec::new();
    for item in items {
        *next_id += 1;
        match item {
            Item::Slot(_) => found.push(Source::Slot(SlotId(*next_id))),
            Item::Split(_, chains) => {
                for chain in chains {
                    *next_id += 1;
                    found.push(Source::Chain(ChainId(*next_id)));
                    found.extend(sources(&chain.items, next_id));
                }
            }
        }
    }
    found
}

#[derive(Clone, Debug)]
pub struct Chain {
    pub items: Vec<Item>,
    pub gain: f32,
    pub pan: f32,
    pub heard: bool,
}

impl Slot {
    pub fn of(children: Vec<FakeSpec>) -> Self {
        Self {
            bypass: false,
            mix: 1.0,
            input_gain: 1.0,
            output_gain: 1.0,
            channels: SlotChannels::All,
            sidechain: Pick::Host,
            midi: Pick::Host,
            listening: Listening::default(),
            output: 0,
            children,
        }
    }
}

pub fn activation(max_frames: usize) -> Activation {
    Activation {
        sample_rate: 48000.0,
        max_frames,
        offline: false,
    }
}

pub fn stage(channels: usize, sidechain_channels: usize, max_frames: usize) -> Stage {
    Stage {
        channels,
        sidechain_channels,
        aux_buses: 0,
        all_cores: false,
        settings: Settings {
            guard_words: false,
            ..Settings::new(&activation(max_frames), 200.0)
        },
    }
}

/// A score of fakes.
pub fn score(brand: Brand, items: &[Item], max_frames: usize) -> Score {
    let sources = sources(items, &mut 0);
    Score {
        items: score_items(brand, items, max_frames, &sources, &mut 0),
    }
}

fn score_items(
    brand: Brand,
    items: &[Item],
    max_frames: usize,
    sources: &[Source],
    next_id: &mut u32,
) -> Vec<ScoreItem> {
    let mut scores = Vec::new();
    for item in items {
        *next_id += 1;
        let id = *next_id;
        scores.push(match item {
            Item::Slot(slot) => {
                let children = (slot.children.iter())
                    .map(|child| {
                        let shape = ChildShape {
                            layout: child.layout,
                            latency_samples: child.latency as u32,
                        };
                        let processor: Box<dyn crate::child::Processor> =
                            child.processor(max_frames);
                        (shape, Leased::new(brand, processor))
                    })
                    .collect();
                let controls = Arc::new(SlotControls::default());
                controls.bypass.store(slot.bypass, Relaxed);
                controls.mix.store(slot.mix, Relaxed);
                controls.input_gain.store(slot.input_gain, Relaxed);
                controls.output_gain.store(slot.output_gain, Relaxed);
                let (id, meters) = (SlotId(id), Arc::default());
                let routing = Routing {
                    sidechain: slot.sidechain.among(sources),
                    midi: slot.midi.among(sources),
                    listening: slot.listening,
                    output: slot.output,
                };
                let slot = ScoreSlot::new(id, slot.channels, children, controls, meters);
                ScoreItem::Slot(slot.with_routing(routing))
            }
            Item::Split(kind, chains) => {
                let chains = (chains.iter())
                    .map(|chain| {
                        *next_id += 1;
                        let id = ChainId(*next_id);
                        let controls = Arc::new(ChainControls::default());
                        controls.gain.store(chain.gain, Relaxed);
                        controls.pan.store(chain.pan, Relaxed);
                        controls.heard.store(chain.heard, Relaxed);
                        let items = score_items(brand, &chain.items, max_frames, sources, next_id);
                        ScoreChain::new(id, items, controls, Arc::default())
                    })
                    .collect();
                ScoreItem::Split(ScoreSplit::new(SplitId(id), kind.clone(), chains))
            }
        });
    }
    scores
}

/// A player of these items, which has adopted its schedule.
pub fn player(items: &[Item], stage: &Stage) -> (Conductor, Player) {
    let (publisher, mut player) = exchange(4);
    let mut conductor = Conductor::new(publisher);
    let score = score(conductor.brand(), items, stage.settings.max_frames);
    conductor.perform(score, stage).unwrap();
    player.adopt();
    (conductor, player)
}

/// Runs a signal in blocks, and returns the events that came out.
pub fn run(
    player: &mut Player,
    main: &mut Signal,
    sidechain: &Signal,
    blocks: &[usize],
    events: &[Event],
) -> Vec<Event> {
    run_with_points(player, main, sidechain, blocks, events, &[])
}

/// The same, with what happens to the parameters of slots.
pub fn run_with_points(
    player: &mut Player,
    main: &mut Signal,
    sidechain: &Signal,
    blocks: &[usize],
    events: &[Event],
    points: &[(SlotId, ParameterPoint)],
) -> Vec<Event> {
    let mut sidechain = sidechain.clone();
    let mut events_out = Vec::new();
    let mut start = 0;
    for frames in blocks {
        let end = start + frames;
        let cut = |event: &Event| {
            let here = (start..end).contains(&(event.offset as usize));
            here.then(|| Event {
                offset: event.offset - start as u32,
                ..*event
            })
        };
        for (slot, point) in points {
            if (start..end).contains(&(point.offset as usize)) {
                let offset = point.offset - start as u32;
                player
                    .points_mut()
                    .push(*slot, ParameterPoint { offset, ..*point });
            }
        }
        let mut list = EventList::default();
        let mut main: Vec<&mut [f32]> = main.iter_mut().map(|c| &mut c[start..end]).collect();
        let sidechain: Vec<&mut [f32]> = sidechain.iter_mut().map(|c| &mut c[start..end]).collect();
        player.run(&mut Block {
            main: &mut main,
            sidechain: &sidechain,
            frames: *frames,
            events: Events::from(&events.iter().filter_map(cut).collect::<Vec<_>>()[..]),
            points: Points::NONE,
            events_out: &mut list,
            transport: &Transport::default(),
        });
        events_out.extend(list.as_slice().iter().map(|event| Event {
            offset: event.offset + start as u32,
            ..*event
        }));
        start = end;
    }
    events_out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn whatever_the_rack_and_the_blocks_each_sample_is_as_the_rules_say(
        case in any_case(),
        guard_words in any::<bool>(),
    ) {
        let mut stage = case.stage();
        stage.settings.guard_words = guard_words;
        let (_conductor, mut player) = player(&case.items, &stage);
        let expected = reference::play_all(&case);
        let (heard, events) = case.play(&mut player);
        prop_assert_eq!(heard, expected.signal);
        prop_assert_eq!(events, expected.events);
        prop_assert_eq!(player.latency_samples(), expected.latency as u32);
    }

    #[test]
    fn chains_that_run_at_the_same_time_sound_to_the_bit_as_one_after_the_other(
        case in any_case(),
    ) {
        let listen = |all_cores| {
            let stage = Stage { all_cores, ..case.stage() };
            let (_conductor, mut player) = player(&case.items, &stage);
            player.set_cores(Some(Arc::new(Threads)));
            case.play(&mut player)
        };
        prop_assert_eq!(listen(true), listen(false));
    }

    #[test]
    fn a_host_that_keeps_no_promise_makes_nothing_panic(
        case in any_case(),
        lengths in prop::collection::vec(0usize..50, 0..8),
        frames in 0usize..60,
        offsets in prop::collection::vec(any::<u32>(), 0..8),
    ) {
        let (_conductor, mut player) = player(&case.items, &case.stage());
        let mut memory: Signal = lengths.iter().map(|length| vec![0.5; *length]).collect();
        let mut other = memory.clone();
        let mut main: Vec<&mut [f32]> = memory.iter_mut().map(|c| &mut c[..]).collect();
        let sidechain: Vec<&mut [f32]> = other.iter_mut().map(|c| &mut c[..]).collect();
        let event = |offset: &u32| Event { offset: *offset, kind: EventKind::Midi([0x90, 1, 1]) };
        player.run(&mut Block {
            main: &mut main,
            sidechain: &sidechain,
            frames,
            events: Events::from(&offsets.iter().map(event).collect::<Vec<_>>()[..]),
            points: Points::NONE,
            events_out: &mut EventList::with_capacity(2),
            transport: &Transport::default(),
        });
    }
}

/// A thread for each task.
#[derive(Debug)]
struct Threads;

impl Cores for Threads {
    fn run(&self, _site: usize, fork: &dyn Fork, count: usize) {
        std::thread::scope(|scope| {
            for task in 0..count {
                scope.spawn(move || fork.run(task));
            }
        });
    }

    fn pays(&self, _costs_ns: &[u64]) -> bool {
        true
    }
}
