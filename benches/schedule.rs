//! The time of a block: children called in a C++ loop, Matryoshka's schedule, and
//! `juce::AudioProcessorGraph`, side by side.
//!
//! The children do next to nothing, so what is measured is what hosting them costs. The three take
//! turns, many short runs each, and the medians are told: what else the machine does hits all alike.

use std::time::Instant;

use matryoshka::audio::{Block, EventList, Transport};
use matryoshka::child::{Activation, Child, JuceChild, MESSAGE_LOOP};
use matryoshka::juce::bench::{CppLoop, Graph, child};
use matryoshka::rack::compile::ChildShape;
use matryoshka::rack::conductor::{Conductor, Stage};
use matryoshka::rack::exchange::{Player, exchange};
use matryoshka::rack::schedule::{ProcessorCell, Settings};
use matryoshka::rack::score::{Score, ScoreItem, ScoreSlot};
use matryoshka::rack::{SlotChannels, SlotId};
use matryoshka::threads::{MessageThread, Messages};

const CHILDREN: [usize; 3] = [1, 8, 32];
const FRAMES: [usize; 3] = [32, 128, 512];
/// Blocks in one run, and runs of each contestant.
const BLOCKS: usize = 2_000;
const RUNS: usize = 61;

/// A run of [`BLOCKS`] blocks over the two channels.
type Contestant<'a> = Box<dyn FnMut(&mut [f32], &mut [f32]) + 'a>;

fn main() {
    let json = std::env::args().any(|argument| argument == "--json");
    let messages = Messages::acquire(&MESSAGE_LOOP).expect("the message thread");
    if !json {
        println!(
            "| children | frames | C++ loop | Matryoshka | AudioProcessorGraph | to the loop | to the graph |"
        );
        println!("|---:|---:|---:|---:|---:|---:|---:|");
    }
    for children in CHILDREN {
        for frames in FRAMES {
            let medians = measure(&messages, children, frames);
            report(json, children, frames, medians);
        }
    }
}

/// Nanoseconds per block: C++ loop, Matryoshka, graph.
fn measure(messages: &Messages, children: usize, frames: usize) -> [f64; 3] {
    let max_frames = i32::try_from(frames).expect("a block's length");
    let made = messages.ask(move |thread| {
        (
            CppLoop::new(thread, children, max_frames),
            ours(thread, children, frames),
            Graph::new(thread, children, max_frames),
        )
    });
    let (cpp_loop, player, graph) = made.expect("the contestants");
    let (mut cpp_loop, mut player) = (cpp_loop.expect("the loop"), player);
    let mut graph = graph.expect("the graph");
    player.adopt();

    let mut events_out = EventList::default();
    let transport = Transport::default();
    let mut contestants: [Contestant<'_>; 3] = [
        Box::new(|left, right| cpp_loop.run(left, right, BLOCKS)),
        Box::new(|left, right| {
            let mut channels = [left, right];
            for _ in 0..BLOCKS {
                player.run(&mut Block {
                    main: &mut channels,
                    sidechain: &[],
                    frames,
                    events: &[],
                    events_out: &mut events_out,
                    transport: &transport,
                });
            }
        }),
        Box::new(|left, right| graph.run(left, right, BLOCKS)),
    ];
    let (mut left, mut right) = (vec![0.1; frames], vec![0.1; frames]);
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..RUNS {
        for (contestant, times) in contestants.iter_mut().zip(&mut times) {
            let start = Instant::now();
            contestant(&mut left, &mut right);
            times.push(start.elapsed().as_nanos() as f64 / BLOCKS as f64);
        }
    }
    drop(contestants);
    // Children live and die on the message thread.
    let ended = messages.ask(move |_thread| drop((cpp_loop, graph)));
    ended.expect("the message thread");
    times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    })
}

/// A serial rack of such children, ready to play.
fn ours(thread: &MessageThread, children: usize, frames: usize) -> Player {
    let activation = Activation {
        sample_rate: 48_000.0,
        max_frames: frames,
        offline: false,
    };
    let (publisher, player) = exchange(2);
    let mut conductor = Conductor::new(publisher);
    let mut items = Vec::new();
    for id in 1..=children {
        let instance = child(thread).expect("a child").expect("a child");
        let mut child = JuceChild::for_bench(instance);
        let processor = child.activate(&activation).expect("an active child");
        let shape = ChildShape {
            layout: child.layout(),
            latency_samples: 0,
        };
        let cell = ProcessorCell::new(conductor.brand(), processor);
        let id = SlotId(u32::try_from(id).expect("a slot's id"));
        let (controls, meters) = Default::default();
        let children = vec![(shape, cell)];
        let slot = ScoreSlot::new(id, SlotChannels::All, children, controls, meters);
        items.push(ScoreItem::Slot(slot));
    }
    let stage = Stage {
        channels: 2,
        sidechain_channels: 0,
        all_cores: false,
        settings: Settings::new(&activation, 36.0),
    };
    let performance = conductor.perform(Score { items }, &stage);
    performance.expect("a schedule");
    player
}

fn report(json: bool, children: usize, frames: usize, [cpp, ours, graph]: [f64; 3]) {
    if json {
        for (peer, peer_name) in [(cpp, "C++ loop"), (graph, "juce::AudioProcessorGraph")] {
            println!(
                r#"{{"group": "schedule", "row": "{children} children, {frames} frames", "unit": "ns/block", "ours": {ours:.1}, "peer": {peer:.1}, "peer_name": "{peer_name}", "ratio": {:.3}}}"#,
                ours / peer
            );
        }
    } else {
        println!(
            "| {children} | {frames} | {cpp:.0} ns | {ours:.0} ns | {graph:.0} ns | {:.2} | {:.2} |",
            ours / cpp,
            ours / graph
        );
    }
}
