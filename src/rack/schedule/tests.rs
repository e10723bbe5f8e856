//! Schedules against a naive reference, and against hosts and children that misbehave.

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

fn any_child() -> impl Strategy<Value = FakeSpec> {
    let layout = (0usize..4, 0usize..4, 0usize..3);
    (layout, prop_oneof![Just(0), 1usize..40], -2.0f32..2.0).prop_map(|(layout, latency, gain)| {
        FakeSpec {
            layout: Layout {
                main_inputs: layout.0,
                main_outputs: layout.1,
                sidechain: layout.2,
            },
            latency,
            gain,
        }
    })
}

fn any_children(channels: usize) -> impl Strategy<Value = Vec<FakeSpec>> {
    let nothing = Just(Vec::new());
    let single = any_child().prop_map(|child| vec![child]);
    let linked = prop::collection::vec(any_child(), channels).prop_map(|mut children| {
        let sidechain = children.first().map_or(0, |child| child.layout.sidechain);
        for child in &mut children {
            (child.layout.main_inputs, child.layout.main_outputs) = (1, 1);
            child.layout.sidechain = sidechain;
        }
        children
    });
    let fitting = any_child().prop_map(move |mut child| {
        (child.layout.main_inputs, child.layout.main_outputs) = (channels, channels);
        vec![child]
    });
    prop_oneof![1 => nothing, 4 => single, 2 => linked, 3 => fitting]
}

/// 1 more often than not, so that the short ways are taken too.
fn any_gain() -> impl Strategy<Value = f32> {
    prop_oneof![2 => Just(1.0), 1 => 0.0f32..2.0]
}

fn any_pick() -> impl Strategy<Value = Pick> {
    prop_oneof![
        2 => Just(Pick::Host),
        1 => Just(Pick::None),
        4 => any::<usize>().prop_map(Pick::Any),
    ]
}

fn any_listening() -> impl Strategy<Value = Listening> {
    let some = (0_u16..4, -60_i8..60).prop_map(|(channels, transpose)| Listening {
        channels,
        transpose,
        ..Listening::default()
    });
    prop_oneof![2 => Just(Listening::default()), 1 => some]
}

fn any_slot(channels: usize) -> impl Strategy<Value = Item> {
    let side = prop_oneof![
        3 => Just(SlotChannels::All),
        1 => Just(SlotChannels::Left),
        1 => Just(SlotChannels::Right),
        1 => Just(SlotChannels::Mid),
        1 => Just(SlotChannels::Side),
    ];
    let mix = prop_oneof![3 => Just(1.0), 1 => Just(0.0), 1 => 0.0f32..1.0];
    let levels = (mix, any_gain(), any_gain());
    let output = prop_oneof![3 => Just(0), 1 => 1_usize..4];
    let routing = (any_pick(), any_pick(), any_listening(), output);
    let slot = (prop::bool::weighted(0.2), levels, side, routing);
    slot.prop_flat_map(move |(bypass, levels, side, routing)| {
        let at_hand = if side == SlotChannels::All {
            channels
        } else {
            1
        };
        any_children(at_hand).prop_map(move |children| {
            Item::Slot(Slot {
                bypass,
                mix: levels.0,
                input_gain: levels.1,
                output_gain: levels.2,
                channels: side,
                sidechain: routing.0,
                midi: routing.1,
                listening: routing.2,
                output: routing.3,
                children,
            })
        })
    })
}

/// Items of a chain of so many channels, with splits of two channel counts in them.
fn any_items(channels: usize, depth: u32) -> BoxedStrategy<Vec<Item>> {
    let slot = any_slot(channels).boxed();
    let item = if depth == 0 {
        slot
    } else {
        let kind = prop_oneof![
            3 => (0usize..4).prop_map(|chains| (SplitKind::Parallel, chains)),
            1 => Just((SplitKind::LeftRight, 2)),
            1 => Just((SplitKind::MidSide, 2)),
            1 => (1usize..5).prop_map(|crossovers| {
                let hz = [200.0, 800.0, 3000.0, 9000.0];
                let crossovers_hz = hz[..crossovers].to_vec();
                (SplitKind::Bands { crossovers_hz }, crossovers + 1)
            }),
        ];
        let split = kind.prop_flat_map(move |(kind, chains)| {
            let inner = kind.chain_channels(channels);
            let fader = (
                any_gain(),
                prop_oneof![Just(0.0), -1.0f32..1.0],
                prop::bool::weighted(0.8),
            );
            let chain = (any_items(inner, depth - 1), fader).prop_map(|(items, fader)| Chain {
                items,
                gain: fader.0,
                pan: fader.1,
                heard: fader.2,
            });
            prop::collection::vec(chain, chains)
                .prop_map(move |chains| Item::Split(kind.clone(), chains))
        });
        prop_oneof![3 => slot, 2 => split].boxed()
    };
    prop::collection::vec(item, 0..4).boxed()
}

#[derive(Clone, Debug)]
struct Case {
    items: Vec<Item>,
    main: Signal,
    sidechain: Signal,
    aux_buses: usize,
    events: Vec<Event>,
    points: Vec<(SlotId, ParameterPoint)>,
    blocks: Vec<usize>,
    max_frames: usize,
}

impl Case {
    fn stage(&self) -> Stage {
        Stage {
            aux_buses: self.aux_buses,
            ..stage(self.main.len(), self.sidechain.len(), self.max_frames)
        }
    }

    /// What the host gives: in its auxiliary outputs there may be anything.
    fn block(&self) -> Signal {
        let mut block = self.main.clone();
        let frames = block[0].len();
        block.resize(block.len() + 2 * self.aux_buses, vec![0.7; frames]);
        block
    }

    /// What is heard, and which events come out.
    fn play(&self, player: &mut Player) -> (Signal, Vec<Event>) {
        let mut heard = self.block();
        let (blocks, sidechain) = (&self.blocks, &self.sidechain);
        let (events, points) = (&self.events, &self.points);
        let events = run_with_points(player, &mut heard, sidechain, blocks, events, points);
        (heard, events)
    }
}

/// Something that happens in a signal of so many frames, the earlier the more.
fn any_event(frames: usize) -> impl Strategy<Value = Event> {
    let message = (0x80_u8..0xa0, 20_u8..100).prop_map(|(status, key)| [status & 0xf3, key, 9]);
    (0..frames.max(1), message).prop_map(|(offset, message)| Event {
        offset: offset as u32,
        kind: EventKind::Midi(message),
    })
}

fn any_point(frames: usize) -> impl Strategy<Value = (SlotId, ParameterPoint)> {
    (1_u32..12, 0..frames.max(1), 0.0f32..1.0).prop_map(|(slot, offset, value)| {
        let point = ParameterPoint {
            offset: offset as u32,
            index: 0,
            value,
            modulation: 0.0,
        };
        (SlotId(slot), point)
    })
}

fn any_case() -> impl Strategy<Value = Case> {
    let blocks = prop::collection::vec(0usize..40, 1..8);
    (1usize..5, 0usize..3, blocks, 1usize..24).prop_flat_map(
        |(channels, sidechain, blocks, max_frames)| {
            let frames = blocks.iter().sum::<usize>();
            let signal = |channels| {
                prop::collection::vec(prop::collection::vec(-1.0f32..1.0, frames), channels)
            };
            let happenings = (
                prop::collection::vec(any_event(frames), 0..4),
                prop::collection::vec(any_point(frames), 0..6),
            );
            let signals = (signal(channels), signal(sidechain));
            (any_items(channels, 2), signals, 0usize..4, happenings).prop_map(
                move |(items, (main, sidechain), aux_buses, (mut events, points))| {
                    events.retain(|event| (event.offset as usize) < frames);
                    events.sort_by_key(|event| event.offset);
                    Case {
                        items,
                        main,
                        sidechain,
                        aux_buses,
                        events,
                        points,
                        blocks: blocks.clone(),
                        max_frames,
                    }
                },
            )
        },
    )
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
