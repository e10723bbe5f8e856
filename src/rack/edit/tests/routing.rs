//! Labels, and who listens to whom.

use serde_json::json;

use super::*;
use crate::rack::Labels;
use crate::state::{parse, to_text};

/// Where a slot's sidechain and its MIDI come from.
fn heard(rack: &Rack, name: &str) -> (Source, Source) {
    let slot = rack.slot(slot(rack, name)).unwrap();
    let routing = Labels::of(rack).routing(slot);
    (routing.sidechain, routing.midi)
}

#[test]
fn what_a_slot_hears_and_plays_to_is_read_and_written_as_a_hand_writes_it() {
    let text = json!({"version": 1, "min_split_frames": 64, "chain": [
        {"plugin": "Keys", "label": "Keys", "output": 3},
        {"split": "parallel", "chains": [{"name": "Dry", "label": "Dry", "chain": []}]},
        {"plugin": "Bass", "sidechain": {"from": "Dry"},
         "midi": {"channels": [1, 16], "transpose": -12, "from": "Keys", "mpe": true, "x": [1]}},
        {"plugin": "Pad", "sidechain": "none", "midi": {"from": "none"}},
    ]});
    let loaded = parse(&text.to_string()).unwrap();
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    let rack = loaded.rack;
    assert_eq!(serde_json::to_value(&rack).unwrap(), text);
    let (keys, dry) = (slot(&rack, "Keys"), first_split(&rack).chains[0].id);
    assert_eq!(
        heard(&rack, "Bass"),
        (Source::Chain(dry), Source::Slot(keys))
    );
    assert_eq!(heard(&rack, "Pad"), (Source::None, Source::None));
    assert_eq!(heard(&rack, "Keys"), (Source::Host, Source::Host));
    let bass = rack.slot(slot(&rack, "Bass")).unwrap();
    let listening = bass.midi.listening();
    assert_eq!(
        (listening.channels, listening.transpose),
        (1 << 15 | 1, -12)
    );
    let usual = json!({"chain": [{"plugin": "A", "sidechain": "host", "output": 0, "midi": {}}]});
    let rack: Rack = serde_json::from_value(usual).unwrap();
    assert!(!to_text(&rack).contains("sidechain"), "{}", to_text(&rack));
}

#[test]
fn a_slot_with_nonsense_in_its_routing_is_kept_as_it_came_and_named() {
    for (nonsense, words) in [
        (json!({"plugin": "A", "output": 16}), "0 to 15"),
        (json!({"plugin": "A", "output": 1.5}), "0 to 15"),
        (
            json!({"plugin": "A", "sidechain": "Kick"}),
            "\"host\", \"none\"",
        ),
        (
            json!({"plugin": "A", "sidechain": {"from": "K", "x": 1}}),
            "\"from\"",
        ),
        (
            json!({"plugin": "A", "midi": {"channels": [17]}}),
            "1 to 16",
        ),
        (
            json!({"plugin": "A", "midi": {"transpose": 128}}),
            "-127 to 127",
        ),
        (json!({"plugin": "A", "midi": 7}), "an object"),
        (json!({"plugin": "A", "label": 7}), "a text"),
    ] {
        let document = json!({"version": 1, "chain": [nonsense]});
        let loaded = parse(&document.to_string()).unwrap();
        assert_eq!(serde_json::to_value(&loaded.rack).unwrap(), document);
        assert!(loaded.warnings[0].contains(words), "{:?}", loaded.warnings);
    }
}

#[test]
fn of_two_bearers_of_a_label_the_second_loses_it_and_a_label_that_means_something_is_none() {
    let text = json!({"chain": [
        {"plugin": "A", "label": "Kick"},
        {"plugin": "B", "label": "Kick"},
        {"plugin": "C", "label": "none", "sidechain": {"from": "Kick"}},
    ]});
    let loaded = parse(&text.to_string()).unwrap();
    let labels: Vec<Option<&str>> = loaded.rack.slots().map(|s| s.label.as_deref()).collect();
    assert_eq!(labels, [Some("Kick"), None, None]);
    assert_eq!(loaded.warnings.len(), 2, "{:?}", loaded.warnings);
    assert!(
        loaded.warnings[0].contains("\"Kick\" of B"),
        "{:?}",
        loaded.warnings
    );
    let a = slot(&loaded.rack, "A");
    assert_eq!(heard(&loaded.rack, "C").0, Source::Slot(a));
    assert!(parse(&to_text(&loaded.rack)).unwrap().warnings.is_empty());
}

#[test]
fn what_is_listened_to_in_vain_is_told_with_the_place() {
    let text = json!({"chain": [
        {"plugin": "A", "sidechain": {"from": "Later"}},
        {"split": "parallel", "chains": [{"label": "Bus", "chain": [
            {"plugin": "B", "sidechain": {"from": "Bus"}, "midi": {"from": "Bus"}},
        ]}]},
        {"plugin": "C", "label": "Later", "midi": {"from": "Gone"}},
    ]});
    let loaded = parse(&text.to_string()).unwrap();
    assert_eq!(
        loaded.warnings,
        [
            "place 1, A: its sidechain is silent: \"Later\" does not stand before it",
            "chain 1 of the split at place 2, place 1, B: its sidechain is silent: \"Bus\" does not \
             stand before it",
            "chain 1 of the split at place 2, place 1, B: it gets no MIDI: \"Bus\" is a chain, which \
             makes none",
            "place 3, C: it gets no MIDI: nothing in the rack has the label \"Gone\"",
        ]
    );
}

#[test]
fn a_source_gets_a_label_and_is_heard_again_when_it_comes_back() {
    let mut rack = rack(json!(["Kick", [["Kick"]], "Bass"]));
    let bass = slot(&rack, "Bass");
    let kicks: Vec<SlotId> = (rack.slots().map(|slot| slot.id).take(2)).collect();
    let chain = first_split(&rack).chains[0].id;
    for source in [
        Source::Slot(kicks[0]),
        Source::Slot(kicks[1]),
        Source::Chain(chain),
    ] {
        rack.apply(Edit::SetSidechain { slot: bass, source })
            .unwrap();
        assert_eq!(heard(&rack, "Bass").0, source);
    }
    let labels: Vec<&str> = rack.bearers().map(|(_, label)| label).collect();
    assert_eq!(labels, ["Kick", "Kick 2", "Chain"]);
    let source = Source::Slot(kicks[0]);
    rack.apply(Edit::SetMidiSource { slot: bass, source })
        .unwrap();
    rack.apply(Edit::SetSidechain { slot: bass, source })
        .unwrap();
    let kick = rack.item(kicks[0]).unwrap().clone();
    rack.apply(Edit::Remove {
        item: kicks[0].into(),
    })
    .unwrap();
    assert_eq!(heard(&rack, "Bass"), (Source::None, Source::None));
    rack.apply(Edit::Insert {
        place: root(0),
        item: kick,
    })
    .unwrap();
    assert_eq!(heard(&rack, "Bass"), (source, source));
}

#[test]
fn a_copy_gets_labels_of_its_own_and_what_is_in_it_listens_to_what_is_in_it() {
    let mut rack: Rack = serde_json::from_value(json!({"chain": [
        {"split": "parallel", "chains": [{"label": "Bus", "chain": [{"plugin": "Key", "label": "Key"}]},
            [{"plugin": "A", "sidechain": {"from": "Key"}, "midi": {"from": "Key"}}]]},
    ]}))
    .unwrap();
    let item = rack.item(first_split(&rack).id).unwrap().to_copy();
    rack.apply(Edit::Insert {
        place: root(1),
        item,
    })
    .unwrap();
    let labels: Vec<&str> = rack.bearers().map(|(_, label)| label).collect();
    assert_eq!(labels, ["Key", "Key 2", "Bus", "Bus 2"]);
    let copy = rack.slots().last().unwrap();
    let key = rack.slots().nth(2).unwrap().id;
    let routing = Labels::of(&rack).routing(copy);
    assert_eq!(
        (routing.sidechain, routing.midi),
        (Source::Slot(key), Source::Slot(key))
    );
}

#[test]
fn what_cannot_be_listened_to_or_labelled_or_played_to_is_refused() {
    let mut rack = rack(json!(["A", [["B"]]]));
    let (a, b) = (slot(&rack, "A"), slot(&rack, "B"));
    let chain = first_split(&rack).chains[0].id;
    let label = |label: &str| Some(label.to_owned());
    let bearer = Bearer::Slot(a);
    rack.apply(Edit::SetLabel {
        bearer,
        label: label("Kick"),
    })
    .unwrap();
    let midi = SlotMidi {
        transpose: -128,
        ..SlotMidi::default()
    };
    let sidechain = |slot, source| Edit::SetSidechain { slot, source };
    for (edit, problem) in [
        (sidechain(a, Source::Slot(a)), EditProblem::OwnOutput(a)),
        (
            sidechain(b, Source::Chain(chain)),
            EditProblem::OwnOutput(b),
        ),
        (
            sidechain(a, Source::Chain(ChainId::ROOT)),
            EditProblem::RacksOwnChain,
        ),
        (
            sidechain(a, Source::Slot(SlotId(99))),
            EditProblem::NoSuchSlot(SlotId(99)),
        ),
        (
            Edit::SetMidiSource {
                slot: a,
                source: Source::Chain(chain),
            },
            EditProblem::NoMidiFromChains(chain),
        ),
        (
            Edit::SetLabel {
                bearer: Bearer::Slot(b),
                label: label("Kick"),
            },
            EditProblem::LabelTaken,
        ),
        (
            Edit::SetLabel {
                bearer: Bearer::Chain(chain),
                label: label("host"),
            },
            EditProblem::LabelTaken,
        ),
        (
            Edit::SetOutput { slot: a, bus: 16 },
            EditProblem::OutOfRange(&crate::rack::limits::OUTPUT),
        ),
        (
            Edit::SetMidi { slot: a, midi },
            EditProblem::OutOfRange(&crate::rack::limits::TRANSPOSE),
        ),
        (
            Edit::SetMinSplit(0),
            EditProblem::OutOfRange(&crate::rack::limits::MIN_SPLIT),
        ),
    ] {
        assert_eq!(refused(&mut rack, edit), problem);
    }
}
