//! What host parameters cost that are mapped: while they are still, and while they move.

use matryoshka::audio::{HostPoint, HostPointKind};
use matryoshka::rack::edit::Edit;
use matryoshka::rack::{HOST_PARAMETERS, HostId};

use crate::racks::Studio;
use crate::report::{Contestant, Report, medians};
use crate::sessions::{Rack, chain};

const FRAMES: usize = 64;
const RATE: f64 = 48_000.0;
const SLOTS: usize = 16;
const PLUGIN: &str = "LV2:ZamEQ2";
const BLOCKS: usize = 200;
const RUNS: usize = 101;
/// Of the time that a block lasts, in percent.
const GOAL_PERCENT: f64 = 2.0;

/// (e) 512 mapped parameters, still and moving, against the same rack without mappings.
pub fn parameters(report: Report) {
    let open = || Rack::open(format!(r#"{{"chain": {}}}"#, chain(PLUGIN, SLOTS)), FRAMES);
    let (mut plain, mut still, mut one, mut all) = (open(), open(), open(), open());
    if let Some(problem) = plain.problem() {
        report.say(&format!("(e) was left out: {problem}"));
        return;
    }
    for rack in [&still, &one, &all] {
        map_all(rack);
    }
    let mut points = Vec::new();
    let mut contestants: [Contestant<'_>; 4] = [
        play(&mut plain, Vec::new()),
        play(&mut still, Vec::new()),
        play(&mut one, moving(1)),
        play(&mut all, moving(HOST_PARAMETERS)),
    ];
    let times = medians(&mut contestants, BLOCKS, RUNS);
    let block_ns = FRAMES as f64 / RATE * 1e9;
    report.table(
        &format!(
            "**Host parameters**: {HOST_PARAMETERS} mapped to {SLOTS} {PLUGIN}, blocks of {FRAMES} at {RATE} Hz, \
             against the same rack without mappings:"
        ),
        &["parameters", "microseconds a block", "more", "% of the block's time"],
    );
    let names = ["none mapped", "512 mapped, still", "one moves", "all move"];
    for (name, time) in names.iter().zip(times) {
        let more = time - times[0];
        let percent = more / block_ns * 100.0;
        points.push(percent);
        report.figure(
            &format!("parameters: {name}"),
            "ns",
            time,
            Some(("unmapped", times[0])),
        );
        report.row(&[
            (*name).to_owned(),
            format!("{:.2}", time / 1e3),
            format!("{:.2}", more / 1e3),
            format!("{percent:.2}"),
        ]);
    }
    let met = if points[1] < GOAL_PERCENT {
        "met"
    } else {
        "missed"
    };
    report.say(&format!(
        "Goal: still ones cost under {GOAL_PERCENT} % of the block's time. {met}: {:.3} %.",
        points[1]
    ));
}

/// Maps all host parameters to the slots' parameters, one after the other.
fn map_all(rack: &Rack) {
    let mapped = rack.session.ask(|thread, session| {
        let slots: Vec<_> = session.rack().slots().map(|slot| slot.id).collect();
        for (number, slot) in slots.iter().enumerate() {
            let parameters = session.parameters(*slot).len();
            let hosts = (number..HOST_PARAMETERS).step_by(SLOTS);
            let mappings = (hosts.enumerate())
                .filter_map(|(at, host)| {
                    session.mapping_to(HostId::new(host)?, *slot, at % parameters)
                })
                .collect();
            let slot = *slot;
            session
                .edit(thread, Edit::MapSlot { slot, mappings })
                .expect("a good edit");
        }
    });
    mapped.expect("the message thread");
}

fn moving(count: usize) -> Vec<HostPoint> {
    let point = |number| HostPoint {
        offset: 0,
        parameter: number as u16,
        kind: HostPointKind::Value(0.5),
    };
    (0..count).map(point).collect()
}

fn play(rack: &mut Rack, points: Vec<HostPoint>) -> Contestant<'_> {
    let mut studio = Studio::new(FRAMES);
    Box::new(move |blocks| {
        for _ in 0..blocks {
            studio.refill();
            studio.block(|block| rack.player.run_with(block, &points));
        }
    })
}
