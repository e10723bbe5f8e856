//! A child that changes its latency while it plays is followed.

use std::time::{Duration, Instant};

use crate::helpers::{
    MAX_FRAMES, Rack, SIZES, assert_same, late, late_and_inverted, scaled, split, with,
};
use crate::support::{delayed, latency, signal};

/// Plays and looks after the session until the rack lags by so much. The child tells of its latency from
/// a thread of its own.
fn follow(rack: &mut Rack, samples: u32) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        rack.play(&vec![vec![0.0; 512]; 2], &[MAX_FRAMES]);
        let told = rack.session.ask(|thread, session| {
            session.tick(thread);
            session.prepared().latency_samples
        });
        if told.expect("the message thread") == samples {
            break;
        }
        assert!(
            Instant::now() < deadline,
            "the latency never came to {samples}"
        );
    }
    rack.settle();
    assert_eq!(rack.player.take_latency_change(), Some(samples));
    // What the child and the delay lines heard before is out.
    rack.play(&vec![vec![0.0; 100_000]; 2], &[MAX_FRAMES]);
}

#[test]
fn a_latency_that_changes_while_playing_is_told_and_the_other_chains_follow() {
    // In this order, each sum on the way is exact.
    let chains = [
        vec![late(10)],
        vec![late_and_inverted(63)],
        vec![],
        vec![late(0)],
    ];
    let mut rack = Rack::open([split("parallel", chains)]);
    assert_eq!(rack.player.take_latency_change(), Some(63));
    for samples in [1000, 64, 48_000, 100] {
        rack.set(0, "Latency", latency(samples));
        follow(&mut rack, samples);
        let long = signal(2, 5000 + samples as usize);
        let heard = rack.play(&long, &SIZES);
        let wanted = scaled(&delayed(&long, samples as usize), 2.0);
        assert_same(&heard, &wanted, &format!("{samples}"));
    }
}

#[test]
fn the_dry_path_of_a_child_that_changes_its_latency_follows() {
    for (field, value) in [
        ("bypass", serde_json::json!(true)),
        ("mix_percent", 0.into()),
    ] {
        // Only a child that is called hears of its parameters: one before the other.
        let mut rack = Rack::open([with(late(10), field, value.clone())]);
        assert_eq!(rack.player.take_latency_change(), Some(10));
        if field == "bypass" {
            let slot = rack.report()[0].id;
            let edit = matryoshka::rack::edit::Edit::SetBypass {
                slot,
                bypass: false,
            };
            rack.edit(edit);
        }
        rack.set(0, "Latency", latency(500));
        follow(&mut rack, 500);
        if field == "bypass" {
            let slot = rack.report()[0].id;
            let edit = matryoshka::rack::edit::Edit::SetBypass { slot, bypass: true };
            rack.edit(edit);
            rack.play(&vec![vec![0.0; 5000]; 2], &[MAX_FRAMES]);
        }
        let input = signal(2, 5000);
        assert_same(&rack.play(&input, &SIZES), &delayed(&input, 500), field);
    }
}
