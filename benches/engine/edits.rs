//! (d) How long an edit keeps the control thread, in a rack of 256 slots.
//!
//! The slots hold a real plugin, loaded and playing. Edits that load one are not among these: what
//! that takes is the plugin's. After each, audio runs until the edit is heard.

use std::time::{Duration, Instant};

use matryoshka::rack::desk::Desk;
use matryoshka::rack::edit::Edit;
use matryoshka::rack::{ChainId, Place, SlotId, SplitId, SplitKind};

use crate::racks::{Engine, Studio, rust_children, stage};
use crate::report::{Report, quantile};
use crate::sessions::{Rack, chain};

const SLOTS: usize = 256;
const FRAMES: usize = 256;
const PLUGIN: &str = "LADSPA:ZamCompX2";
const RUNS: usize = 24;
const GOAL_MS: f64 = 1.0;

pub fn edits(report: Report) {
    let document = format!(r#"{{"chain": {}}}"#, chain(PLUGIN, SLOTS));
    let mut rack = Rack::open(document, FRAMES);
    if let Some(problem) = rack.problem() {
        report.say(&format!("(d) is left out: {problem}"));
        return;
    }
    report.table(
        &format!("(d) An edit of {SLOTS} slots, on the control thread:"),
        &["edit", "median", "longest"],
    );
    let mut worst = 0.0_f64;
    let mut tell = |name: &str, mut times: Vec<f64>| {
        let (median, longest) = (quantile(&mut times, 0.5), quantile(&mut times, 1.0));
        worst = worst.max(median);
        report.figure(&format!("d: {name}"), "ms", median, None);
        report.figure(&format!("d: {name}, longest"), "ms", longest, None);
        report.row(&[
            name.to_owned(),
            format!("{median:.3} ms"),
            format!("{longest:.3} ms"),
        ]);
    };
    let ids = rack.session.ask(|_thread, session| -> Vec<SlotId> {
        session.rack().slots().map(|slot| slot.id).collect()
    });
    let ids = ids.expect("the message thread");
    let picked: Vec<SlotId> = (0..RUNS).map(|run| ids[(run * 101 + 7) % SLOTS]).collect();
    let mut studio = Studio::new(FRAMES);
    settle(&mut rack, &mut studio);
    let mut time = |edit| timed(&mut rack, &mut studio, edit);

    let bypasses = picked.iter().map(|slot| {
        time(Edit::SetBypass {
            slot: *slot,
            bypass: true,
        })
    });
    tell("bypass a slot", bypasses.collect());
    let mixes = picked.iter().map(|slot| {
        time(Edit::SetMix {
            slot: *slot,
            percent: 50.0,
        })
    });
    tell("turn a slot's mix", mixes.collect());
    let moves = (picked.iter().enumerate()).map(|(run, slot)| {
        let at = (run * 57) % SLOTS;
        time(Edit::Move {
            item: (*slot).into(),
            to: Place {
                chain: ChainId::ROOT,
                at,
            },
        })
    });
    tell("move a slot", moves.collect());
    tell(
        "wrap a slot in a split",
        wrap(&mut rack, &mut studio, &picked),
    );
    tell("unwrap it", unwrap(&mut rack, &mut studio));
    let removals = picked.iter().map(|slot| {
        timed(
            &mut rack,
            &mut studio,
            Edit::Remove {
                item: (*slot).into(),
            },
        )
    });
    tell("remove a slot", removals.collect());
    tell(
        "of which: score to schedule, one slot moved",
        performances(),
    );

    let met = if worst < GOAL_MS { "met" } else { "missed" };
    report.say(&format!("Goal: under {GOAL_MS} ms. {met}: {worst:.3} ms."));
}

fn wrap(rack: &mut Rack, studio: &mut Studio, slots: &[SlotId]) -> Vec<f64> {
    let wrapped = slots.iter().map(|slot| {
        let edit = Edit::Wrap {
            item: (*slot).into(),
            kind: SplitKind::Parallel,
        };
        timed(rack, studio, edit)
    });
    wrapped.collect()
}

fn unwrap(rack: &mut Rack, studio: &mut Studio) -> Vec<f64> {
    let splits = rack.session.ask(|_thread, session| -> Vec<SplitId> {
        session.rack().splits().map(|split| split.id).collect()
    });
    let splits = splits.expect("the message thread");
    let unwrapped = splits
        .into_iter()
        .map(|split| timed(rack, studio, Edit::Unwrap { split }));
    unwrapped.collect()
}

/// Makes an edit, and lets it be heard. Returns its milliseconds.
fn timed(rack: &mut Rack, studio: &mut Studio, edit: Edit) -> f64 {
    let took = rack.session.ask(move |thread, session| {
        let start = Instant::now();
        session.edit(thread, edit).expect("an edit that fits");
        start.elapsed()
    });
    settle(rack, studio);
    milliseconds(took.expect("the message thread"))
}

/// Plays until the audio thread has taken in what was sent.
fn settle(rack: &mut Rack, studio: &mut Studio) {
    loop {
        studio.refill();
        studio.block(|block| rack.player.run(block));
        let is_through = rack.session.ask(|thread, session| {
            session.tick(thread);
            session.is_up_to_date()
        });
        if is_through.expect("the message thread") {
            break;
        }
    }
}

/// The rack's own part of moving a slot, without session and plugins.
fn performances() -> Vec<f64> {
    let mut engine = Engine::new(rust_children(SLOTS), &mut Desk::default());
    let mut studio = Studio::new(FRAMES);
    let stage = stage(FRAMES);
    let mut times = Vec::new();
    for run in 0..=RUNS {
        let place = engine.places.remove((run * 101 + 7) % SLOTS);
        engine.places.insert((run * 57) % SLOTS, place);
        let score = engine.score();
        let start = Instant::now();
        let performed = engine.conductor.perform(score, &stage);
        times.push(milliseconds(start.elapsed()));
        performed.expect("a schedule");
        while !engine.conductor.is_ready() {
            studio.block(|block| engine.player.run(block));
        }
    }
    // The first had nothing before it.
    times.split_off(1)
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
