//! The way there: from the host's parameters to children and controls.

use matryoshka::audio::{HostPoint, HostPointKind};
use matryoshka::rack::edit::Edit;
use matryoshka::rack::mapping::{Control, Mapping, Range, Target};
use matryoshka::session::Learning;
use serde_json::json;

use crate::rack::{FRAMES, Rack, fixture, host_id, mapped, midi, saved_fixture, value};

#[test]
fn a_mapped_parameter_has_the_childs_name_unit_steps_default_text_and_value() {
    let slots = [
        mapped(
            saved_fixture(&[("Gain", 0.5)]),
            &[(3, "Gain"), (4, "MIDI echo"), (5, "Invert")],
        ),
        mapped(json!({"plugin": "LV2:ZamCompX2"}), &[(511, "Threshold")]),
    ];
    let rack = Rack::open(&json!({"chain": slots}));
    let descriptions = rack.host.descriptions();
    assert_eq!(descriptions.len(), 512);
    assert_eq!(descriptions.iter().filter(|known| known.mapped).count(), 4);
    let ids = rack.slots();
    for (number, slot, name) in [
        (3, 0, "Gain"),
        (4, 0, "MIDI echo"),
        (5, 0, "Invert"),
        (511, 1, "Threshold"),
    ] {
        let (id, known) = (ids[slot], &descriptions[number]);
        let parameter = rack.ask(move |_thread, session| {
            let parameters = session.parameters(id);
            parameters.into_iter().find(|known| known.name == name)
        });
        let Some(parameter) = parameter else {
            // The fixture's names are its own affair.
            panic!("{name}: there is no such parameter");
        };
        assert_eq!(known.name, parameter.name);
        assert_eq!(known.unit, parameter.unit);
        assert_eq!(known.steps, parameter.steps);
        assert_eq!(known.default, f64::from(parameter.default));
        assert_eq!(rack.host.value(number), f64::from(parameter.value));
        let group = ["1 Matryoshka Fixture", "2 ZamCompX2"][slot];
        assert_eq!(known.group, group);
        let value = f64::from(parameter.value);
        let text = rack.ask(move |_thread, session| session.host_text(number, value));
        assert!(
            text.starts_with(&parameter.text),
            "{text:?}, {:?}",
            parameter.text
        );
        assert!(
            text.ends_with(&parameter.unit),
            "{text:?}, {:?}",
            parameter.unit
        );
    }
    assert_eq!(
        (descriptions[0].name.as_str(), descriptions[0].mapped),
        ("Slot 1", false)
    );
}

#[test]
fn text_that_the_host_gives_back_is_the_value_that_it_came_from() {
    let slots = [
        mapped(fixture(), &[(0, "Gain")]),
        mapped(json!({"plugin": "LV2:ZamCompX2"}), &[(1, "Threshold")]),
    ];
    let rack = Rack::open(&json!({"chain": slots}));
    for number in [0, 1] {
        for value in [0.0, 0.25, 0.5, 1.0] {
            let (there, back) = rack.ask(move |_thread, session| {
                let text = session.host_text(number, value);
                let back = session.host_value(number, &text);
                (text, back)
            });
            let back = back.unwrap_or_else(|| panic!("p{number:03}: {there:?} cannot be read"));
            assert!(
                (back - value).abs() < 0.01,
                "p{number:03}: {value}, {there:?}, {back}"
            );
        }
    }
}

#[test]
fn what_the_host_automates_is_heard_at_its_sample_and_kept_by_the_child() {
    let mut rack = Rack::open(&json!({
        "min_split_frames": 1,
        "chain": [mapped(saved_fixture(&[("Invert", 0.0)]), &[(7, "Invert")])],
    }));
    assert_eq!(rack.play(&[], &[]), vec![1.0; FRAMES]);
    for k in [0, 1, 17, 100, FRAMES - 1] {
        let heard = rack.play(&[value(0, 7, 0.0), value(k as u32, 7, 1.0)], &[]);
        let expected: Vec<f32> = (0..FRAMES)
            .map(|at| if at < k { 1.0 } else { -1.0 })
            .collect();
        assert_eq!(heard, expected, "at {k}");
    }
    assert_eq!(rack.host.value(7), 1.0);
    assert_eq!(rack.child_value(0, "Invert"), 1.0);
}

#[test]
fn one_parameter_moves_many_things_each_in_its_own_way() {
    let down = json!([{"host": "p000", "parameter": "Invert", "from": 1, "to": 0}]);
    let mut second = saved_fixture(&[]);
    second["mappings"] = down;
    let mut rack = Rack::open(&json!({
        "chain": [mapped(saved_fixture(&[]), &[(0, "Invert")]), second],
    }));
    rack.play(&[value(0, 0, 1.0)], &[]);
    assert_eq!(
        (rack.child_value(0, "Invert"), rack.child_value(1, "Invert")),
        (1.0, 0.0)
    );
    rack.play(&[value(0, 0, 0.0)], &[]);
    assert_eq!(
        (rack.child_value(0, "Invert"), rack.child_value(1, "Invert")),
        (0.0, 1.0)
    );
}

#[test]
fn modulation_is_heard_and_the_value_stays() {
    let mut rack = Rack::open(&json!({
        "chain": [mapped(saved_fixture(&[("Gain", 0.5)]), &[(0, "Gain")])],
    }));
    let before = rack.host.value(0);
    let quiet = rack.play(&[], &[])[FRAMES - 1];
    let modulation = |amount| HostPoint {
        offset: 0,
        parameter: 0,
        kind: HostPointKind::Modulation(amount),
    };
    let loud = rack.play(&[modulation(0.25)], &[])[FRAMES - 1];
    assert!(loud > quiet * 1.5, "{quiet}, {loud}");
    assert_eq!(rack.host.value(0), before);
    // What is saved meanwhile starts from the value.
    let saved = rack.save();
    assert_eq!(saved["host_parameters"]["p000"]["ahead"], true);
    let mut again = Rack::open(&saved);
    assert_eq!(again.host.value(0), before);
    assert_eq!(again.play(&[], &[])[FRAMES - 1], quiet);
    let back = rack.play(&[modulation(0.0)], &[])[FRAMES - 1];
    assert_eq!(back, quiet);
}

#[test]
fn controls_of_slots_and_chains_follow_the_host_and_the_model_keeps_up() {
    let mut slot = saved_fixture(&[]);
    slot["mappings"] = json!([
        {"host": "p000", "control": "bypass"},
        {"host": "p001", "control": "mix", "from": 0.5, "to": 0},
    ]);
    let chain = json!({"chain": [], "mappings": [{"host": "p002", "control": "mute"}]});
    let mut rack = Rack::open(&json!({
        "chain": [slot, {"split": "parallel", "chains": [chain]}],
    }));
    let names: Vec<String> = (rack.host.descriptions().iter().take(3))
        .map(|known| format!("{}/{}", known.group, known.name))
        .collect();
    assert_eq!(
        names,
        [
            "1 Matryoshka Fixture/Bypass",
            "1 Matryoshka Fixture/Mix",
            "2.1 Chain/Mute"
        ]
    );
    rack.play(&[value(0, 0, 1.0), value(0, 1, 0.5), value(9, 2, 1.0)], &[]);
    for _ in 0..20 {
        rack.play(&[], &[]);
    }
    assert_eq!(rack.play(&[], &[])[FRAMES - 1], 0.0, "it is muted");
    let saved = rack.save();
    assert_eq!(saved["chain"][0]["bypass"], true);
    assert_eq!(saved["chain"][0]["mix_percent"], 25);
    assert_eq!(saved["chain"][1]["chains"][0]["mute"], true);
    // An edit of something else leaves all that as it is.
    rack.edit(Edit::SetRunawayLimit(30.0));
    assert_eq!(rack.save()["chain"][0]["mix_percent"], 25);
    let text = rack.ask(|_thread, session| session.host_text(1, 0.5));
    assert_eq!(text, "25.0 %");
}

#[test]
fn midi_moves_what_it_has_learned_to_move() {
    let mut rack = Rack::open(&json!({
        "chain": [mapped(saved_fixture(&[]), &[(0, "Invert")])],
    }));
    rack.ask(|_thread, session| session.learn(Learning::midi(host_id(0))));
    rack.play(&[], &[midi(0, [0xb3, 21, 5])]);
    rack.wait_until("it learns", |rack| {
        rack.ask(|_thread, session| session.learning()) == Learning::Nothing
    });
    let midi_source = &rack.save()["host_parameters"]["p000"]["midi"];
    assert_eq!(*midi_source, json!({"cc": 21, "channel": 4}));
    rack.news();
    rack.play(&[], &[midi(3, [0xb3, 21, 127]), midi(3, [0xb2, 21, 0])]);
    assert_eq!(rack.child_value(0, "Invert"), 1.0);
    use matryoshka::session::HostNews::{Begin, End, Value};
    let mut told = Vec::new();
    rack.wait_until("the host hears of it", |rack| {
        told.extend(rack.news().0);
        told.contains(&End(0))
    });
    assert_eq!(told, [Begin(0), Value(0, 1.0), End(0)]);
}

#[test]
fn ranges_and_curves_can_be_changed_while_it_plays() {
    let mut rack = Rack::open(&json!({
        "chain": [mapped(saved_fixture(&[]), &[(0, "Gain")])],
    }));
    let slot = rack.slots()[0];
    let full = rack.ask(move |_thread, session| session.mapping_to(host_id(0), slot, 0));
    let mut mapping = full.expect("the first parameter");
    mapping.range = Range {
        from: 0.75,
        to: 0.25,
        curve: 1.0,
    };
    let control = Mapping::new(host_id(9), Target::Control(Control::Mix));
    let mappings = vec![mapping, control];
    rack.edit(Edit::MapSlot { slot, mappings });
    rack.play(&[value(0, 0, 0.5)], &[]);
    let gain = rack.child_value(0, "Gain");
    let expected = 0.75 - 0.5 * 0.5_f32.powi(4);
    assert!((gain - expected).abs() < 1e-3, "{gain}, {expected}");
    assert!(rack.host.descriptions()[9].mapped);
    assert_eq!(rack.host.value(9), 1.0, "the mix is full");
}
