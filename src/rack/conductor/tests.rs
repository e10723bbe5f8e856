//! Edits while the rack plays: whatever is changed, the sound goes on without a click.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use proptest::prelude::*;
use proptest::test_runner::TestRng;

use super::*;
use crate::audio::{Block, EventList, Events, Points, Transport};
use crate::child::{Activation, Failure, Layout, Processor};
use crate::rack::compile::ChildShape;
use crate::rack::controls::{ChainControls, SlotControls};
use crate::rack::exchange::{Player, exchange};
use crate::rack::schedule::ProcessorCell;
use crate::rack::{ChainId, Routing, SlotChannels, SlotId, Source, SplitId, SplitKind};

const RATE: f64 = 48_000.0;
const LOUDNESS: f32 = 0.5;

/// What a child puts out of its sidechain besides what it hears.
const SIDECHAIN_SHARE: f32 = 0.25;

/// Auxiliary outputs of the rack.
const AUX_BUSES: usize = 2;

/// Puts out what it hears, with some of its sidechain, late. It may be asked to be late by something else.
struct Transparent {
    late: std::collections::VecDeque<[f32; 2]>,
}

impl Processor for Transparent {
    fn process(&mut self, block: &mut Block<'_, '_>) -> Result<(), Failure> {
        for frame in 0..block.frames {
            let mut heard = [0.0; 2];
            for (heard, channel) in heard.iter_mut().zip(&*block.main) {
                *heard = channel[frame];
            }
            for (heard, channel) in heard.iter_mut().zip(block.sidechain) {
                *heard += channel[frame] * SIDECHAIN_SHARE;
            }
            self.late.push_back(heard);
            let late = self.late.pop_front().unwrap();
            for (channel, late) in block.main.iter_mut().zip(late) {
                channel[frame] = late;
            }
        }
        Ok(())
    }
}

/// A rack of transparent children, that can be edited.
#[derive(Clone, Debug)]
enum Item {
    Slot(u32),
    Split(u32, SplitKind, Vec<(u32, Vec<Item>)>),
}

#[derive(Clone)]
struct Child {
    latency: u32,
    channels: SlotChannels,
    routing: Routing,
    cells: BTreeMap<usize, ProcessorCell>,
    controls: Arc<SlotControls>,
}

struct World {
    items: Vec<Item>,
    children: BTreeMap<u32, Child>,
    faders: BTreeMap<u32, Arc<ChainControls>>,
    next: u32,
}

impl World {
    fn new() -> Self {
        Self {
            items: Vec::new(),
            children: BTreeMap::new(),
            faders: BTreeMap::new(),
            next: 0,
        }
    }

    fn id(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    fn slot(&mut self, pick: &mut impl FnMut(usize) -> usize) -> Item {
        let id = self.id();
        let sides = [
            SlotChannels::All,
            SlotChannels::All,
            SlotChannels::Left,
            SlotChannels::Side,
        ];
        let child = Child {
            latency: [0, 0, 1, 63, 300, 1000][pick(6)],
            channels: sides[pick(sides.len())],
            routing: Routing {
                sidechain: Source::None,
                ..Routing::default()
            },
            cells: BTreeMap::new(),
            controls: Arc::default(),
        };
        self.children.insert(id, child);
        Item::Slot(id)
    }

    /// Everything that can be listened to.
    fn sources(items: &[Item], found: &mut Vec<Source>) {
        for item in items {
            match item {
                Item::Slot(id) => found.push(Source::Slot(SlotId(*id))),
                Item::Split(_, _, chains) => {
                    for (id, items) in chains {
                        found.push(Source::Chain(ChainId(*id)));
                        Self::sources(items, found);
                    }
                }
            }
        }
    }

    /// Has a slot listen to something else, or play somewhere else.
    fn reroute(&mut self, slot: u32, pick: &mut impl FnMut(usize) -> usize) -> &'static str {
        let mut sources = vec![Source::Host, Source::None];
        Self::sources(&self.items, &mut sources);
        let routing = &mut self.children.get_mut(&slot).unwrap().routing;
        if pick(4) == 0 {
            routing.output = pick(AUX_BUSES + 1);
            return "send";
        }
        routing.sidechain = sources[pick(sources.len())];
        "listen"
    }

    /// All chains, as paths of (item, chain).
    fn chains(items: &[Item], path: &[(usize, usize)], found: &mut Vec<Vec<(usize, usize)>>) {
        found.push(path.to_vec());
        for (at, item) in items.iter().enumerate() {
            if let Item::Split(_, _, chains) = item {
                for (chain, (_, items)) in chains.iter().enumerate() {
                    let inner = [path, &[(at, chain)]].concat();
                    Self::chains(items, &inner, found);
                }
            }
        }
    }

    fn chain(&mut self, path: &[(usize, usize)]) -> &mut Vec<Item> {
        path.iter().fold(&mut self.items, |items, (at, chain)| {
            match &mut items[*at] {
                Item::Split(_, _, chains) => &mut chains[*chain].1,
                Item::Slot(_) => unreachable!("a path leads through splits"),
            }
        })
    }

    /// Bands only where both sides go through them: bands turn the phase, and a sine of which the sides
    /// differ in phase is rightly louder for as long as mid and side are not aligned yet.
    fn split(
        &mut self,
        items: Vec<Item>,
        in_stereo: bool,
        pick: &mut impl FnMut(usize) -> usize,
    ) -> Item {
        let kind = match pick(4) {
            0 => SplitKind::LeftRight,
            1 => SplitKind::MidSide,
            2 if in_stereo => SplitKind::Bands {
                crossovers_hz: vec![500.0, 4000.0],
            },
            _ => SplitKind::Parallel,
        };
        let count = match kind {
            SplitKind::Parallel => 1,
            SplitKind::LeftRight | SplitKind::MidSide => 2,
            SplitKind::Bands { .. } => 3,
        };
        let mut chains: Vec<(u32, Vec<Item>)> = vec![(0, items)];
        chains.resize(count, (0, Vec::new()));
        for chain in &mut chains {
            chain.0 = self.id();
            self.faders.insert(chain.0, Arc::default());
        }
        let id = self.id();
        Item::Split(id, kind, chains)
    }

    fn is_stereo(&self, path: &[(usize, usize)]) -> bool {
        let mut items = &self.items;
        for (at, chain) in path {
            let Item::Split(_, kind, chains) = &items[*at] else {
                unreachable!("a path leads through splits");
            };
            if kind.chain_channels(2) == 1 {
                return false;
            }
            items = &chains[*chain].1;
        }
        true
    }

    /// Changes something, and says what.
    fn edit(&mut self, pick: &mut impl FnMut(usize) -> usize) -> &'static str {
        let mut chains = Vec::new();
        Self::chains(&self.items, &[], &mut chains);
        let path = chains[pick(chains.len())].clone();
        let length = self.chain(&path).len();
        let what = pick(15);
        if what < 3 && length < 6 {
            let slot = self.slot(pick);
            let at = pick(length + 1);
            self.chain(&path).insert(at, slot);
            return "insert";
        }
        if length == 0 {
            return "nothing";
        }
        let at = pick(length);
        let in_stereo = self.is_stereo(&path);
        match what {
            4 => {
                self.chain(&path).remove(at);
                "remove"
            }
            5 => {
                let item = self.chain(&path).remove(at);
                let to = pick(length);
                self.chain(&path).insert(to, item);
                "move"
            }
            6 => {
                let slot = self.slot(pick);
                self.chain(&path)[at] = slot;
                "replace"
            }
            7 if path.len() < 3 => {
                let item = self.chain(&path).remove(at);
                let split = self.split(vec![item], in_stereo, pick);
                self.chain(&path).insert(at, split);
                "wrap"
            }
            8 => {
                let Item::Split(_, _, chains) = self.chain(&path).remove(at) else {
                    return "removed";
                };
                let items: Vec<Item> = chains.into_iter().flat_map(|chain| chain.1).collect();
                let split = self.split(items, in_stereo, pick);
                self.chain(&path).insert(at, split);
                "change kind"
            }
            12.. => match self.chain(&path)[at] {
                Item::Slot(id) => self.reroute(id, pick),
                Item::Split(..) => "nothing",
            },
            9 => {
                let fader = self.faders.values().nth(pick(self.faders.len().max(1)));
                if let Some(fader) = fader {
                    fader.heard.fetch_xor(true, Relaxed);
                }
                "mute"
            }
            _ => {
                if let Item::Slot(id) = self.chain(&path)[at] {
                    self.children[&id].controls.bypass.fetch_xor(true, Relaxed);
                }
                "bypass"
            }
        }
    }

    fn score(&mut self, brand: Brand) -> Score {
        let items = self.items.clone();
        Score {
            items: self.score_items(brand, &items, 2),
        }
    }

    fn score_items(&mut self, brand: Brand, items: &[Item], channels: usize) -> Vec<ScoreItem> {
        let mut scores = Vec::new();
        for item in items {
            scores.push(match item {
                Item::Slot(id) => {
                    let child = self.children.get_mut(id).unwrap();
                    let at_hand = match child.channels {
                        SlotChannels::All => channels,
                        _ => 1,
                    };
                    let latency = child.latency;
                    let cell = child.cells.entry(at_hand).or_insert_with(|| {
                        let late = vec![[0.0; 2]; latency as usize].into();
                        let processor: Box<dyn Processor> = Box::new(Transparent { late });
                        Leased::new(brand, processor)
                    });
                    let shape = ChildShape {
                        layout: Layout {
                            main_inputs: at_hand,
                            main_outputs: at_hand,
                            sidechain: 2,
                        },
                        latency_samples: latency,
                    };
                    let slot = ScoreSlot::new(
                        SlotId(*id),
                        child.channels,
                        vec![(shape, cell.clone())],
                        child.controls.clone(),
                        Arc::default(),
                    );
                    ScoreItem::Slot(slot.with_routing(child.routing))
                }
                Item::Split(id, kind, chains) => {
                    let inner = kind.chain_channels(channels);
                    let chains = (chains.iter())
                        .map(|(id, items)| {
                            let controls = self.faders[id].clone();
                            let items = self.score_items(brand, items, inner);
                            ScoreChain::new(ChainId(*id), items, controls, Arc::default())
                        })
                        .collect();
                    ScoreItem::Split(ScoreSplit::new(SplitId(*id), kind.clone(), chains))
                }
            });
        }
        scores
    }
}

struct Listener {
    player: Player,
    /// Left and right, then those of the auxiliary outputs.
    heard: [Vec<f32>; 2 + 2 * AUX_BUSES],
}

impl Listener {
    /// Plays a block of the sine.
    fn hear(&mut self, frames: usize) {
        let start = self.heard[0].len();
        let sine = |at: usize| {
            let turns = at as f64 * 1000.0 / RATE;
            LOUDNESS * (turns * std::f64::consts::TAU).sin() as f32
        };
        for heard in &mut self.heard {
            heard.extend((start..start + frames).map(sine));
        }
        let mut sidechain = [
            self.heard[0][start..].to_vec(),
            self.heard[0][start..].to_vec(),
        ];
        let [left, right] = &mut sidechain;
        let mut main: Vec<&mut [f32]> = self.heard.iter_mut().map(|c| &mut c[start..]).collect();
        self.player.run(&mut Block {
            main: &mut main,
            sidechain: &[left, right],
            frames,
            events: Events::NONE,
            points: Points::NONE,
            events_out: &mut EventList::with_capacity(0),
            transport: &Transport::default(),
        });
    }

    /// The largest step, in steps of the sine itself. Where the sides differ, mid and side that are not
    /// aligned yet may well be louder than the sine for a moment, and a louder sine has larger steps:
    /// so it is measured against the loudest sample of the period around it.
    fn largest_step(&self, from: usize) -> (f32, usize, usize) {
        let period = (RATE / 1000.0) as usize;
        let own_step = (std::f64::consts::TAU * 1000.0 / RATE) as f32;
        let mut largest = (0.0, 0, 0);
        for (channel, heard) in self.heard.iter().enumerate() {
            for at in from.max(1)..heard.len() {
                let step = (heard[at] - heard[at - 1]).abs();
                // Most steps are small enough for any loudness.
                if step <= own_step * LOUDNESS {
                    continue;
                }
                let around = at.saturating_sub(period)..heard.len().min(at + period);
                let loudest = heard[around].iter().fold(LOUDNESS, |a, b| a.max(b.abs()));
                let relative = step / (own_step * loudest);
                if relative > largest.0 {
                    largest = (relative, at, channel);
                }
            }
        }
        largest
    }
}

fn stage(max_frames: usize) -> Stage {
    let activation = Activation {
        sample_rate: RATE,
        max_frames,
        offline: false,
    };
    Stage {
        channels: 2,
        sidechain_channels: 2,
        aux_buses: AUX_BUSES,
        all_cores: false,
        settings: Settings::new(&activation, 36.0),
    }
}

fn edits_are_smooth(seed: u64, edits: usize) {
    let mut rng = TestRng::from_seed(
        prop::test_runner::RngAlgorithm::ChaCha,
        &[seed.to_le_bytes(); 4].concat(),
    );
    let mut pick = |below: usize| (rng.next_u32() as usize) % below.max(1);
    let (publisher, player) = exchange(4);
    let mut conductor = Conductor::new(publisher);
    let stage = stage(512);
    let mut listener = Listener {
        player,
        heard: Default::default(),
    };
    let mut world = World::new();
    let score = world.score(conductor.brand());
    conductor.perform(score, &stage).unwrap();
    let mut checked = 0;
    for edit in 0..edits {
        let what = world.edit(&mut pick);
        let mut waited = 0;
        while !conductor.is_ready() {
            listener.hear(1 + pick(512));
            conductor.collect();
            waited += 1;
            assert!(waited < 1000, "the rack never came to rest");
        }
        let score = world.score(conductor.brand());
        conductor.perform(score, &stage).unwrap();
        for _ in 0..pick(6) {
            listener.hear(1 + pick(512));
        }
        let from = checked.max(2000) - 2000;
        checked = listener.heard[0].len();
        let (largest, at, channel) = listener.largest_step(from);
        assert!(
            largest <= 1.05,
            "seed {seed}, edit {edit} ({what}): a step of {largest} times the sine's at sample {at} of \
             channel {channel}"
        );
    }
}

#[test]
fn a_thousand_edits_of_a_playing_rack_make_no_click() {
    for seed in 0..60 {
        edits_are_smooth(seed, 1000);
    }
}
