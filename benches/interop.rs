//! What crossing the bridge costs: generated bindings against C FFI by hand, and values passed as
//! they are or built in place against the same values in a `UniquePtr`.
//!
//! The two of a row take turns, many short runs each, and the medians are told: what else the
//! machine does hits both alike. docs/interop.md says what each row shows.

use std::time::Instant;

use matryoshka::child::MESSAGE_LOOP;
use matryoshka::juce::bench_interop::{self as calls, FormatManagerByHand};
use matryoshka::juce::{AudioBuffer, AudioPluginFormatManager, JuceString};
use matryoshka::threads::{MessageThread, Messages};
use pin_init::stack_pin_init;

/// Calls in one run, and runs of each contestant.
const CALLS: usize = 10_000;
const RUNS: usize = 301;

/// Longer than what `std::string` keeps within itself, so that no one is flattered.
const NAME: &str = "a name of some thirty characters";

struct Row {
    name: &'static str,
    peer_name: &'static str,
    /// The goal for `ours / peer`.
    goal: f64,
    ours: f64,
    peer: f64,
}

fn main() {
    let json = std::env::args().any(|argument| argument == "--json");
    let messages = Messages::acquire(&MESSAGE_LOOP).expect("the message thread");
    // Format managers belong there.
    let rows = messages.ask(measure).expect("the message thread");
    if !json {
        println!("| what | ours | peer | peer is | ours to peer | goal |");
        println!("|---|---:|---:|---|---:|---:|");
    }
    for row in rows {
        row.report(json);
    }
}

impl Row {
    /// Measures two contestants, which make as many calls as they are told.
    fn new(
        (name, peer_name, goal): (&'static str, &'static str, f64),
        ours: impl FnMut(usize),
        peer: impl FnMut(usize),
    ) -> Self {
        let [ours, peer] = medians(ours, peer);
        Self {
            name,
            peer_name,
            goal,
            ours,
            peer,
        }
    }

    fn report(&self, json: bool) {
        let Self {
            name,
            peer_name,
            goal,
            ours,
            peer,
        } = self;
        let ratio = ours / peer;
        if json {
            println!(
                r#"{{"group": "interop", "row": "{name}", "unit": "ns/call", "ours": {ours:.2}, "peer": {peer:.2}, "peer_name": "{peer_name}", "ratio": {ratio:.3}}}"#
            );
        } else {
            println!(
                "| {name} | {ours:.1} ns | {peer:.1} ns | {peer_name} | {ratio:.2} | {goal:.2} |"
            );
        }
    }
}

/// Nanoseconds per call.
fn medians(mut ours: impl FnMut(usize), mut peer: impl FnMut(usize)) -> [f64; 2] {
    fn run(calls: &mut impl FnMut(usize)) -> f64 {
        let start = Instant::now();
        calls(CALLS);
        start.elapsed().as_nanos() as f64 / CALLS as f64
    }
    let mut times = [const { Vec::new() }; 2];
    for _ in 0..RUNS {
        times[0].push(run(&mut ours));
        times[1].push(run(&mut peer));
    }
    times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    })
}

fn measure(thread: &MessageThread) -> Vec<Row> {
    let manager = AudioPluginFormatManager::new(thread).expect("a format manager");
    let by_hand = FormatManagerByHand::new().expect("a format manager");
    let held = JuceString::from(NAME);
    let mut rows = vec![
        Row::new(
            ("a call: the count of formats", "C FFI by hand", 1.05),
            |times| calls::count(&manager, times),
            |times| calls::count_by_hand(&by_hand, times),
        ),
        Row::new(
            ("string by value: empty", "UniquePtr", 0.2),
            calls::empty_string,
            calls::empty_string_boxed,
        ),
        Row::new(
            ("string by value: one that C++ holds", "UniquePtr", 0.2),
            |times| calls::held_string(&held, times),
            |times| calls::held_string_boxed(&held, times),
        ),
        Row::new(
            ("string by value: made of a Rust text", "UniquePtr", 0.2),
            |times| calls::made_string(NAME, times),
            |times| calls::made_string_boxed(NAME, times),
        ),
    ];

    let (mut left, mut right) = ([0.1_f32; 128], [0.2_f32; 128]);
    let mut channels = [&mut left[..], &mut right[..]];
    {
        let view = AudioBuffer::borrow(&mut channels).expect("two channels");
        stack_pin_init!(let view = view);
        rows.push(Row::new(
            ("range by value: of four samples", "UniquePtr", 0.2),
            |times| calls::range(&view, times),
            |times| calls::range_boxed(&view, times),
        ));
        // JUCE knows a cleared buffer and does not look at its samples: what is left is the passing.
        view.as_mut().clear();
        rows.push(Row::new(
            ("range by value: of known silence", "UniquePtr", 0.2),
            |times| calls::range(&view, times),
            |times| calls::range_boxed(&view, times),
        ));
    }

    let (mut left, mut right) = ([0.1_f32; 128], [0.2_f32; 128]);
    let mut others = [&mut left[..], &mut right[..]];
    rows.push(Row::new(
        ("stereo view in place", "UniquePtr", 0.2),
        |times| calls::view(&mut channels, times),
        |times| calls::view_boxed(&mut others, times),
    ));
    rows.push(Row::new(
        ("stereo view in place", "C FFI by hand: the count", 10.0),
        |times| calls::view(&mut channels, times),
        |times| calls::count_by_hand(&by_hand, times),
    ));
    rows
}
