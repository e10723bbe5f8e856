//! Numbers that are nearly zero are taken for zero around children, on whatever thread they run.

use std::sync::Arc;

use matryoshka::cores::Pool;
use matryoshka::rack::edit::Edit;
use serde_json::Value;

use crate::helpers::{MAX_FRAMES, Rack, assert_same, fixture, split};
use crate::workers::Workers;

/// What the fixture says where both results and operands are flushed.
const FLUSHED: f32 = 0.75;

fn telling() -> Value {
    fixture(&[("Tell denormals", 1.0)])
}

#[test]
fn a_child_on_the_audio_thread_sees_no_denormals() {
    let mut rack = Rack::open([telling()]);
    let heard = rack.play(&vec![vec![0.0; 1000]; 2], &[MAX_FRAMES]);
    assert_same(&heard, &vec![vec![FLUSHED; 1000]; 2], "on the audio thread");
}

#[test]
fn nor_does_one_on_a_worker() {
    let chains = [vec![telling()], vec![telling()]];
    let mut rack = Rack::open([split("parallel", chains)]);
    rack.edit(Edit::SetAllCores(true));
    rack.settle();
    let workers = Arc::new(Workers::new(Arc::new(Pool::with_workers(1)), |task| task()));
    rack.player.set_cores(Some(workers.clone()));
    let heard = rack.play(&vec![vec![0.0; 100_000]; 2], &[MAX_FRAMES]);
    let wanted = vec![vec![2.0 * FLUSHED; 100_000]; 2];
    assert_same(&heard, &wanted, "on a worker");
    assert!(workers.tasks() > 0);
}
