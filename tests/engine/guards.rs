//! Children that misbehave are muted, say why, and are never heard.

use matryoshka::juce::testing;
use matryoshka::rack::edit::Edit;
use serde_json::json;

use crate::helpers::{MAX_FRAMES, Rack, SIZES, assert_same, fixture, largest_difference, late};
use crate::support::{gain, signal};

/// In the order of the fixture's "Misdeed", from 1, and what the report says.
const MISDEEDS: [&str; 4] = [
    "not a number",
    "not a number",
    "more than 36 dBFS",
    "wrote outside of its own audio",
];

/// The parameter's value for the misdeed of that number.
fn misdeed(number: usize) -> f32 {
    number as f32 / MISDEEDS.len() as f32
}

/// A rack of the culprit, which halves, and an innocent. Its memory is watched.
fn open() -> Rack {
    let rack = Rack::open([fixture(&[("Gain", gain(-6.0))]), late(0)]);
    let watched = rack.session.ask(|_thread, session| session.watch_memory());
    watched.expect("the message thread");
    rack.prepared_for(2)
}

fn switch_off_and_on(rack: &mut Rack) {
    let slot = rack.report()[0].id;
    for bypass in [true, false] {
        rack.edit(Edit::SetBypass { slot, bypass });
        rack.play(&signal(2, 4000), &SIZES);
    }
}

#[test]
fn what_no_one_may_hear_is_not_heard_and_the_slot_says_why_until_it_is_tried_again() {
    let input = signal(2, 6000);
    let quiet = {
        let heard = open().play(&input, &SIZES);
        assert!(largest_difference(&heard, &input) > 0.1);
        heard
    };
    for (number, why) in (1..).zip(MISDEEDS) {
        let mut rack = open();
        assert_same(&rack.play(&input, &SIZES), &quiet, why);

        rack.set(0, "Misdeed", misdeed(number));
        let heard = rack.play(&input, &SIZES);
        let loudest = heard.iter().flatten().fold(0.0_f32, |a, b| a.max(b.abs()));
        assert!(loudest <= 0.81, "{why}: {loudest}");
        assert!(
            heard.iter().flatten().all(|sample| sample.is_finite()),
            "{why}"
        );
        let report = rack.report();
        let problem = report[0].problem.as_deref().unwrap_or_default();
        assert!(problem.contains(why), "{number}: \"{problem}\"");
        assert!(
            problem.starts_with("Matryoshka Fixture (VST3)"),
            "{problem}"
        );
        assert_eq!(report[1].problem, None);
        // The audio passes it by, once faded in.
        assert_same(&rack.play(&input, &SIZES), &input, why);

        // As long as it misbehaves, trying again ends the same way.
        switch_off_and_on(&mut rack);
        assert!(rack.report()[0].problem.is_some(), "{why}");
        rack.set(0, "Misdeed", 0.0);
        switch_off_and_on(&mut rack);
        assert_eq!(rack.report()[0].problem, None, "{why}");
        assert_same(&rack.play(&input, &SIZES), &quiet, why);
    }
}

#[test]
fn the_level_that_is_too_much_is_the_musicians_to_choose() {
    let mut rack = open();
    rack.edit(Edit::SetRunawayLimit(70.0));
    rack.settle();
    rack.set(0, "Misdeed", misdeed(3));
    let heard = rack.play(&signal(2, 2000), &[MAX_FRAMES]);
    assert!(heard[0].contains(&1000.0), "+60 dBFS passes a limit of 70");
    rack.edit(Edit::SetRunawayLimit(0.0));
    rack.settle();
    let heard = rack.play(&signal(2, 8000), &[MAX_FRAMES]);
    assert!(heard.iter().flatten().all(|sample| sample.abs() <= 1.0));
    let problem = rack.report()[0].problem.clone().expect("a problem");
    assert!(problem.contains("more than 0 dBFS"), "{problem}");
}

#[test]
fn a_child_that_fails_leaves_its_place_to_the_audio_and_stays_away_when_tried_again() {
    testing::switch_on();
    let failing = json!({"plugin": {
        "format": "Test", "name": "Test plugin", "id": "00000000", "file": "process",
    }});
    let input = signal(2, 6000);
    let mut rack = Rack::open([failing, late(0)]);
    let heard = rack.play(&input, &SIZES);
    assert!(heard.iter().flatten().all(|sample| sample.abs() <= 0.81));
    rack.tick();
    rack.settle();
    switch_off_and_on(&mut rack);
    let report = rack.report();
    let problem = report[0].problem.as_deref().unwrap_or_default();
    assert!(problem.contains("failed while playing"), "{problem}");
    assert_eq!(report[1].problem, None);
    assert_same(&rack.play(&input, &SIZES), &input, "what passes by");
}
