//! What a slot costs: (a) over a plain C++ loop, against `juce::AudioProcessorGraph`, and of what
//! that is made; (c) as the rack grows.
//!
//! The children change one sample of a block, so what is measured is what hosting them costs.

use std::hint::black_box;

use matryoshka::audio::Block;
use matryoshka::child::Processor;
use matryoshka::juce::bench::{CppLoop, Graph};
use matryoshka::rack::exchange::Player;
use matryoshka::rack::levels::Levels;
use matryoshka::threads::Messages;

use crate::racks::{Studio, juce_children, rust_children, serial};
use crate::report::{Contestant, Report, medians};

const CHILDREN: [usize; 3] = [1, 8, 32];
const FRAMES: [usize; 3] = [32, 128, 512];
const SIZES: [usize; 6] = [1, 4, 16, 64, 256, 1024];
const RUNS: usize = 301;
/// What a slot may cost of what a node costs.
const GOAL: f64 = 0.25;

/// Nanoseconds per block.
#[derive(Default)]
struct Times {
    cpp_loop: f64,
    rack: f64,
    graph: f64,
    by_hand: f64,
    rust_rack: f64,
    rust_loop: f64,
    /// Of one slot.
    scan: f64,
    clock: f64,
}

/// (a)
pub fn overhead(report: Report, messages: &Messages) {
    report.table(
        "(a) A block through children in series, and what each slot or node adds to the C++ loop:",
        &[
            "children",
            "frames",
            "C++ loop",
            "Matryoshka",
            "AudioProcessorGraph",
            "a slot",
            "a node",
            "slot to node",
        ],
    );
    let mut made_of = Vec::new();
    let mut worst = 0.0_f64;
    for children in CHILDREN {
        for frames in FRAMES {
            let times = measure(messages, children, frames);
            let per = |time: f64| (time - times.cpp_loop) / children as f64;
            let (slot, node) = (per(times.rack), per(times.graph));
            worst = worst.max(slot / node);
            let row = format!("a: {children} children, {frames} frames");
            let node_name = Some(("a node of juce::AudioProcessorGraph", node));
            report.figure(&row, "ns over the C++ loop per slot", slot, node_name);
            report.row(&[
                children.to_string(),
                frames.to_string(),
                format!("{:.0} ns", times.cpp_loop),
                format!("{:.0} ns", times.rack),
                format!("{:.0} ns", times.graph),
                format!("{slot:.0} ns"),
                format!("{node:.0} ns"),
                format!("{:.2}", slot / node),
            ]);
            made_of.push((children, frames, times));
        }
    }
    let met = if worst <= GOAL { "met" } else { "missed" };
    report.say(&format!("Goal: at most {GOAL}. {met}: up to {worst:.2}."));
    break_down(report, &made_of);
}

fn break_down(report: Report, times: &[(usize, usize, Times)]) {
    report.table(
        "Of what a slot's time is made (each part measured alone, without the others' cache misses):",
        &[
            "children",
            "frames",
            "a slot in all",
            "the child",
            "the JUCE layer",
            "guard and meters: the scan",
            "clock",
            "controls, fades, steps",
            "together more than alone",
        ],
    );
    for (children, frames, times) in times {
        let per = |time: f64| time / *children as f64;
        let (all, child) = (per(times.rack), per(times.cpp_loop));
        let juce = per(times.by_hand) - child;
        let own = per(times.rust_rack - times.rust_loop) - times.scan - times.clock;
        let more = all - child - juce - times.scan - times.clock - own;
        let parts = [all, child, juce, times.scan, times.clock, own, more];
        let names = ["all", "child", "juce", "scan", "clock", "steps", "more"];
        for (name, part) in names.iter().zip(parts) {
            let row = format!("a: {children} children, {frames} frames: {name}");
            report.figure(&row, "ns per slot", part, None);
        }
        let mut cells = vec![children.to_string(), frames.to_string()];
        cells.extend(parts.map(|part| format!("{part:.0} ns")));
        report.row(&cells);
    }
}

/// (c)
pub fn growth(report: Report, messages: &Messages) {
    const FRAMES: usize = 128;
    report.table(
        "(c) As the rack grows (128 frames), per slot:",
        &["slots", "children in Rust", "children in JUCE"],
    );
    let mut ends = Vec::new();
    for size in SIZES {
        let asked = messages.ask(move |thread| {
            let juce = serial(juce_children(thread, size, FRAMES), FRAMES);
            (serial(rust_children(size), FRAMES), juce)
        });
        let (mut rust, mut juce) = asked.expect("the message thread");
        let times = medians(
            &mut [play(&mut rust, FRAMES), play(&mut juce, FRAMES)],
            blocks_of(size),
            RUNS,
        );
        messages
            .ask(move |_thread| drop(juce))
            .expect("the message thread");
        let per_slot = times.map(|time| time / size as f64);
        for (time, kind) in per_slot.iter().zip(["Rust", "JUCE"]) {
            let row = format!("c: {size} slots, {kind} children");
            report.figure(&row, "ns per slot", *time, None);
        }
        let mut cells = vec![size.to_string()];
        cells.extend(per_slot.map(|time| format!("{time:.0} ns")));
        report.row(&cells);
        ends.push(per_slot);
    }
    if let ([first, .., last], [.., before, _]) = (&ends[..], &ends[..]) {
        report.say(&format!(
            "A slot among 1024 costs {:.2} (Rust) and {:.2} (JUCE) of one alone, and {:.2} and {:.2} of \
             one among 256.",
            last[0] / first[0],
            last[1] / first[1],
            last[0] / before[0],
            last[1] / before[1],
        ));
    }
}

/// So many that a run takes about 100 us: shorter than what a busy machine lets run in one go.
fn blocks_of(children: usize) -> usize {
    (1_000 / children).clamp(1, 500)
}

fn play(player: &mut Player, frames: usize) -> Contestant<'_> {
    let mut studio = Studio::new(frames);
    Box::new(move |blocks| {
        for _ in 0..blocks {
            studio.block(|block| player.run(block));
        }
    })
}

fn call_each(processors: &mut [Box<dyn Processor>], frames: usize) -> Contestant<'_> {
    let mut studio = Studio::new(frames);
    Box::new(move |blocks| {
        for _ in 0..blocks {
            for processor in processors.iter_mut() {
                let call = |block: &mut Block<'_, '_>| processor.process(block).is_ok();
                black_box(studio.block(call));
            }
        }
    })
}

fn measure(messages: &Messages, children: usize, frames: usize) -> Times {
    let max_frames = i32::try_from(frames).expect("a block's length");
    let asked = messages.ask(move |thread| {
        (
            CppLoop::new(thread, children, max_frames).expect("the loop"),
            Graph::new(thread, children, max_frames).expect("the graph"),
            juce_children(thread, children, frames),
            serial(juce_children(thread, children, frames), frames),
        )
    });
    let (mut cpp_loop, mut graph, mut by_hand, mut rack) = asked.expect("the message thread");
    let mut rust_rack = serial(rust_children(children), frames);
    let mut rust_children = rust_children(children);
    let mut for_loop = Studio::new(frames);
    let mut for_graph = Studio::new(frames);
    let mut for_scan = Studio::new(frames);
    let times = medians(
        &mut [
            Box::new(|blocks| {
                let [left, right] = &mut for_loop.audio;
                cpp_loop.run(left, right, blocks);
            }),
            play(&mut rack, frames),
            Box::new(|blocks| {
                let [left, right] = &mut for_graph.audio;
                graph.run(left, right, blocks);
            }),
            call_each(&mut by_hand, frames),
            play(&mut rust_rack, frames),
            call_each(&mut rust_children, frames),
            Box::new(|blocks| {
                let [left, right] = &mut for_scan.audio;
                for _ in 0..blocks {
                    for _ in 0..children {
                        // As after a child: the first sample was written just now.
                        left[0] += 1.0e-6;
                        let channels = [&mut left[..], &mut right[..]];
                        black_box(Levels::of_channels(black_box(&channels)));
                    }
                }
            }),
            Box::new(|blocks| {
                for _ in 0..blocks * children {
                    black_box(ticks());
                }
            }),
        ],
        blocks_of(children),
        RUNS,
    );
    // Children live and die on the message thread.
    let ended = messages.ask(move |_thread| drop((cpp_loop, graph, by_hand, rack)));
    ended.expect("the message thread");
    let [
        cpp_loop,
        rack,
        graph,
        by_hand,
        rust_rack,
        rust_loop,
        scan,
        clock,
    ] = times;
    Times {
        cpp_loop,
        rack,
        graph,
        by_hand,
        rust_rack,
        rust_loop,
        scan: scan / children as f64,
        clock: clock / children as f64,
    }
}

/// The clock that the schedule reads once for each slot.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
#[inline]
fn ticks() -> u64 {
    // SAFETY: every x86-64 processor has the instruction, and it touches no memory.
    unsafe { core::arch::x86_64::_rdtsc() }
}

#[cfg(not(target_arch = "x86_64"))]
fn ticks() -> std::time::Instant {
    std::time::Instant::now()
}
