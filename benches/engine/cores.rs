//! (b) Four parallel chains of four real compressors: one thread against all cores.
//!
//! Driven in two ways: in time, a block every 5.3 ms as a DAW does while it plays, and back to back,
//! as a DAW does while it renders; by a thread with real-time priority, as most DAWs have for that,
//! and by an ordinary one.

use std::thread;
use std::time::{Duration, Instant};

use audio_thread_priority::{
    demote_current_thread_from_real_time, promote_current_thread_to_real_time,
};
use matryoshka::cores::Pool;

use crate::racks::{RATE, Studio};
use crate::report::{Report, load, quantile};
use crate::sessions::{Rack, chain};

const PLUGIN: &str = "VST3:ZamCompX2";
const FRAMES: usize = 256;
const CHAINS: usize = 4;
const SLOTS: usize = 4;
const GOAL: f64 = 1.8;

#[derive(Clone, Copy)]
enum Pace {
    InTime,
    BackToBack,
}

impl Pace {
    /// Turns; and in each, how many blocks let the workers learn the rhythm and the rack find out
    /// whether a fork gains anything, and how many are counted.
    fn turns(self) -> (usize, usize, usize) {
        match self {
            Self::InTime => (4, 100, 60),
            Self::BackToBack => (8, 200, 400),
        }
    }
}

/// Nanoseconds per block.
struct Times {
    alone: Vec<f64>,
    together: Vec<f64>,
    is_real_time: bool,
}

pub fn side_by_side(report: Report) {
    let chains = vec![format!(r#"{{"chain": {}}}"#, chain(PLUGIN, SLOTS)); CHAINS].join(", ");
    let document = |all_cores| {
        format!(
            r#"{{"all_cores": {all_cores}, "chain": [{{"split": "parallel", "chains": [{chains}]}}]}}"#
        )
    };
    let open = || [false, true].map(|all_cores| Rack::open(document(all_cores), FRAMES));
    // They stay open meanwhile, so that the workers do.
    let [alone, together] = open();
    if let Some(problem) = alone.problem().or(together.problem()) {
        report.say(&format!("(b) is left out: {problem}"));
        return;
    }
    let pool = Pool::acquire();
    let title = format!(
        "(b) {CHAINS} chains of {SLOTS} {PLUGIN}, {FRAMES} frames; {} worker{} with{} real-time priority; {}:",
        pool.workers(),
        if pool.workers() == 1 { "" } else { "s" },
        if pool.is_real_time() { "" } else { "out" },
        load(),
    );
    report.table(
        &title,
        &[
            "driven",
            "by a thread",
            "one thread",
            "all cores",
            "times as fast",
            "at the 95th percentile",
        ],
    );
    let mut best_in_time = 0.0_f64;
    for (pace, how) in [
        (Pace::InTime, "in time"),
        (Pace::BackToBack, "back to back"),
    ] {
        for real_time in [true, false] {
            // New ones: what a rack found out under one host does not hold for another.
            let [mut alone, mut together] = open();
            let mut times = thread::scope(|scope| {
                let driven = scope
                    .spawn(|| drive(pace, real_time, [&mut alone, &mut together]))
                    .join();
                driven.expect("the driver")
            });
            if real_time && !times.is_real_time {
                report.say("The system gives this process no real-time priority.");
                continue;
            }
            let [one, all] = [0.5, 0.95].map(|share| {
                [
                    quantile(&mut times.alone, share),
                    quantile(&mut times.together, share),
                ]
            });
            let gains = [one[0] / one[1], all[0] / all[1]];
            let who = if real_time { "real-time" } else { "ordinary" };
            if matches!(pace, Pace::InTime) {
                best_in_time = best_in_time.max(gains[0]);
            }
            let row = format!("b: {how}, {who} thread");
            let peer = Some(("one thread", one[0] / 1e3));
            report.figure(&row, "us/block", one[1] / 1e3, peer);
            report.row(&[
                how.to_owned(),
                who.to_owned(),
                format!("{:.0} us", one[0] / 1e3),
                format!("{:.0} us", one[1] / 1e3),
                format!("{:.2}", gains[0]),
                format!("{:.2}", gains[1]),
            ]);
        }
    }
    let met = if best_in_time >= GOAL {
        "met"
    } else {
        "missed"
    };
    report.say(&format!("Goal: {GOAL} in time. {met}: {best_in_time:.2}."));
}

/// Has both play, in turns of some blocks.
fn drive(pace: Pace, real_time: bool, [alone, together]: [&mut Rack; 2]) -> Times {
    let frames = u32::try_from(FRAMES).expect("a block's length");
    let raised = real_time
        .then(|| promote_current_thread_to_real_time(frames, RATE as u32).ok())
        .flatten();
    let mut times = Times {
        alone: Vec::new(),
        together: Vec::new(),
        is_real_time: raised.is_some(),
    };
    let mut studio = Studio::new(FRAMES);
    for _ in 0..pace.turns().0 {
        for (rack, times) in [
            (&mut *alone, &mut times.alone),
            (&mut *together, &mut times.together),
        ] {
            turn(pace, rack, &mut studio, times);
        }
    }
    if let Some(raised) = raised {
        let _ = demote_current_thread_from_real_time(raised);
    }
    times
}

fn turn(pace: Pace, rack: &mut Rack, studio: &mut Studio, times: &mut Vec<f64>) {
    let period = Duration::from_secs_f64(FRAMES as f64 / RATE);
    // Lets others have the core for a moment, and naps be slept out.
    thread::sleep(period);
    let mut next = Instant::now();
    let (_, learning, counted) = pace.turns();
    for block in 0..learning + counted {
        studio.refill();
        if matches!(pace, Pace::InTime) {
            next += period;
            thread::sleep(next.saturating_duration_since(Instant::now()));
        }
        let start = Instant::now();
        studio.block(|block| rack.player.run(block));
        if block >= learning {
            times.push(start.elapsed().as_nanos() as f64);
        }
    }
}
