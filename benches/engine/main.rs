//! What the rack's engine costs, in one run: `cargo xtask bench engine`.
//!
//! - (a) what a slot costs over a plain C++ loop, against `juce::AudioProcessorGraph`;
//! - (b) four parallel chains of four real compressors, on one thread against all cores;
//! - (c) what a slot costs as the rack grows;
//! - (d) how long an edit of a large rack keeps the control thread;
//! - (e) what mapped host parameters cost, still and moving;
//! - and what a rack and a slot take of memory.
//!
//! Contestants take turns, many short runs each, and the medians are told: what else the machine does
//! hits all alike. With letters as arguments (`-- b d`), only those.

mod cores;
mod edits;
mod heap;
mod memory;
mod parameters;
mod racks;
mod report;
mod sessions;
mod slots;

use matryoshka::child::MESSAGE_LOOP;
use matryoshka::rack::levels;
use matryoshka::threads::Messages;

use report::Report;

#[global_allocator]
static HEAP: heap::Counting = heap::Counting;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |wanted: &str| arguments.iter().any(|argument| argument == wanted);
    let report = Report {
        json: has("--json"),
    };
    let chosen: Vec<&str> = (["a", "b", "c", "d", "e", "memory"].into_iter())
        .filter(|part| has(part))
        .collect();
    let is_asked = |part| chosen.is_empty() || chosen.contains(&part);
    let messages = Messages::acquire(&MESSAGE_LOOP).expect("the message thread");
    levels::warm_up();

    report.load("start");
    if is_asked("a") {
        slots::overhead(report, &messages);
    }
    if is_asked("b") {
        cores::side_by_side(report);
    }
    if is_asked("c") {
        slots::growth(report, &messages);
    }
    if is_asked("d") {
        edits::edits(report);
    }
    if is_asked("e") {
        parameters::parameters(report);
    }
    if is_asked("memory") {
        memory::memory(report);
    }
    report.load("end");
}
