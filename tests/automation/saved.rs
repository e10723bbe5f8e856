//! What is saved with the rack, and what comes of it.

use serde_json::json;

use crate::rack::{Rack, fixture, mapped, saved_fixture, value};

#[test]
fn values_and_names_come_back_exactly_before_and_after_the_children_are_there() {
    let mut rack = Rack::open(&json!({
        "host_parameters": {"p001": {"name": "My gain"}},
        "chain": [mapped(saved_fixture(&[]), &[(0, "Latency"), (1, "Gain")])],
    }));
    let odd = 0.123_456_789_012_345_67;
    rack.play(&[value(0, 1, odd), value(0, 300, odd)], &[]);
    let saved = rack.save();
    assert_eq!(rack.save(), saved, "saved twice, the same");
    let mut again = Rack::load(&saved);
    for is_prepared in [false, true] {
        if is_prepared {
            again.prepare();
        }
        assert_eq!((again.host.value(1), again.host.value(300)), (odd, odd));
        let known = again.host.descriptions();
        assert_eq!(
            (known[1].name.as_str(), known[1].unit.as_str()),
            ("My gain", "dB")
        );
        assert_eq!((known[0].name.as_str(), known[0].mapped), ("Latency", true));
        assert_eq!(again.save()["host_parameters"], saved["host_parameters"]);
        assert_eq!(
            again.save()["chain"][0]["mappings"],
            saved["chain"][0]["mappings"]
        );
    }
    // The child keeps decibels, which its own rounding divides from the value by that much.
    let difference = again.child_value(0, "Gain") - rack.child_value(0, "Gain");
    assert!(difference.abs() < 1e-6, "{difference}");
}

#[test]
fn a_value_written_by_hand_is_set_on_a_child_without_settings_of_its_own() {
    let mut rack = Rack::open(&json!({
        "host_parameters": {"p000": {"value": 1}},
        "chain": [mapped(fixture(), &[(0, "Invert")])],
    }));
    rack.play(&[], &[]);
    assert_eq!(rack.child_value(0, "Invert"), 1.0);
    // One that has its own keeps them.
    let mut rack = Rack::open(&json!({
        "host_parameters": {"p000": {"value": 1}},
        "chain": [mapped(saved_fixture(&[]), &[(0, "Invert")])],
    }));
    rack.play(&[], &[]);
    assert_eq!(rack.child_value(0, "Invert"), 0.0);
}

#[test]
fn what_the_host_sets_before_anything_plays_is_there_when_it_does() {
    let mut rack = Rack::load(&json!({
        "chain": [mapped(saved_fixture(&[]), &[(0, "Invert")])],
    }));
    rack.ask(|_thread, session| session.set_host_parameter(0, 1.0));
    assert_eq!(rack.host.value(0), 1.0);
    rack.prepare();
    assert_eq!(rack.host.value(0), 1.0);
    assert_eq!(rack.play(&[], &[])[255], -1.0);
}

#[test]
fn mappings_of_a_plugin_that_is_gone_keep_their_names_and_come_out_as_they_went_in() {
    let chain = json!([{
        "plugin": {"name": "No Such Plugin", "format": "VST3"},
        "mappings": [
            {"host": "p000", "parameter": "Depth", "id": "7", "unit": "ct", "curve": 0.5},
            {"host": "p001", "parameter": "Rate"},
            {"host": "p999", "parameter": "Rate"},
        ],
        "state": "KLUv/SAFKQAAaGVsbG8=",
    }]);
    let rack = Rack::load(&json!({
        "chain": chain,
        "host_parameters": {"p000": {"value": 0.25}, "q": 1},
    }));
    let warnings = rack.ask(|_thread, session| session.warnings().to_vec());
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    let known = rack.host.descriptions();
    assert_eq!(
        (known[0].name.as_str(), known[0].unit.as_str()),
        ("Depth", "ct")
    );
    let saved = rack.save();
    assert_eq!(saved["chain"][0]["mappings"], chain[0]["mappings"]);
    assert_eq!(
        saved["host_parameters"],
        json!({"p000": {"value": 0.25}, "q": 1})
    );
}

#[test]
fn what_is_saved_before_anything_plays_again_is_what_was_set_last() {
    for slot in [
        saved_fixture(&[]),
        json!({"plugin": "LV2:LSP Sidechain Compressor Stereo"}),
    ] {
        let name = match slot.get("state") {
            Some(_) => "Invert",
            None => "Ratio",
        };
        let rack = Rack::open(&json!({"chain": [mapped(slot, &[(0, name)])]}));
        rack.ask(|_thread, session| session.set_host_parameter(0, 1.0));
        let saved = rack.save();
        let mut again = Rack::open(&saved);
        again.play(&[], &[]);
        assert_eq!(again.host.value(0), 1.0, "{name}");
        assert_eq!(again.child_value(0, name), 1.0);
    }
}
