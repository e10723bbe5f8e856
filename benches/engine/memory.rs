//! What a rack, and a slot without a plugin, take of the heap: counted, not reckoned.
//!
//! A slot whose plugin is not installed has everything that a slot has but the plugin.

use matryoshka::rack::Rack as Model;
use matryoshka::rack::desk::Desk;

use crate::heap::bytes_of;
use crate::racks::{Engine, rust_children, stage};
use crate::report::Report;
use crate::sessions::{Rack, chain};

const SLOTS: usize = 64;
const FRAMES: usize = 512;
const PLUGIN: &str = "LADSPA:nothing of that name";

pub fn memory(report: Report) {
    let open = |slots| {
        bytes_of(|| Rack::open(format!(r#"{{"chain": {}}}"#, chain(PLUGIN, slots)), FRAMES))
    };
    // What is made once for all: the message thread, the formats' lists.
    drop(open(1));
    let (_empty, rack) = open(0);
    // What all slots share: scratch channels.
    let (_first, first) = open(1);
    let (full, all) = open(1 + SLOTS);
    let per_slot = |bytes: isize| bytes as f64 / SLOTS as f64;
    let slot = per_slot(all - first);

    let model = full.session.ask(|_thread, session| session.rack().clone());
    let model: Model = model.expect("the message thread");
    let (copy, model_bytes) = bytes_of(|| model.clone());
    let (mut desk, desk_bytes) = bytes_of(|| {
        let mut desk = Desk::default();
        desk.follow(&copy);
        desk
    });
    let mut engine = |slots| {
        bytes_of(|| {
            let mut engine = Engine::new(rust_children(slots), &mut desk);
            let performed = engine.conductor.perform(engine.score(), &stage(FRAMES));
            performed.expect("a schedule");
            engine.places.clear();
            engine
        })
    };
    // Those of the first engine make the desk's; they are not the second's.
    drop(engine(1 + SLOTS));
    let (_one, small) = engine(1);
    let (_many, large) = engine(1 + SLOTS);
    let shares = [
        ("the model: name, settings, id", per_slot(model_bytes)),
        ("controls and meters", per_slot(desk_bytes)),
        (
            "score and schedule: fades, what it remembers, its step",
            per_slot(large - small),
        ),
    ];
    let rest = slot - shares.iter().map(|(_, bytes)| bytes).sum::<f64>();

    report.table(
        "Memory, as counted on Rust's heap (512 frames, stereo):",
        &["what", "bytes"],
    );
    let tell = |what: &str, bytes: f64| {
        report.figure(&format!("memory: {what}"), "bytes", bytes, None);
        report.row(&[what.to_owned(), format!("{bytes:.0}")]);
    };
    tell("an empty rack, with its session", rack as f64);
    tell(
        "its first slot: scratch channels too",
        (first - rack) as f64,
    );
    tell("a further slot without a plugin", slot);
    for (what, bytes) in shares {
        tell(&format!("of which: {what}"), bytes);
    }
    tell("of which: what stands for the plugin", rest);
}
