//! Splits in documents: as hands write them, with mistakes, and deeper than anyone needs.

use serde_json::{Value, json};

use crate::rack::edit::Edit;
use crate::rack::{Item, MAX_DEPTH, Rack, SplitKind};
use crate::state::{Loaded, parse, to_text};

fn read(document: &Value) -> Loaded {
    parse(&document.to_string()).unwrap()
}

fn compact(rack: &Rack) -> String {
    serde_json::to_string(rack).unwrap()
}

#[test]
fn a_rack_with_splits_of_every_kind_comes_back_letter_by_letter() {
    let text = r##"{"version":1,"all_cores":true,"chain":[{"plugin":"ZamCompX2","mix_percent":50,"channels":"mid"},{"split":"parallel","chains":[{"name":"Dry","chain":[]},{"gain_db":-6,"pan":0.3,"solo":true,"chain":[{"plugin":"ZamTube"}],"color":"#f00"},{"mute":true,"chain":[7]}],"z":1,"a":[2]},{"split":"left_right","chains":[{"chain":[]},{"chain":[]}]},{"split":"mid_side","chains":[{"chain":[]},{"chain":[{"split":"parallel","chains":[]}]}]},{"split":"bands","crossovers_hz":[200,2000.5],"chains":[{"chain":[]},{"chain":[]},{"chain":[]}]}]}"##;
    let loaded = parse(text).unwrap();
    assert_eq!(compact(&loaded.rack), text);
    // The 7.
    assert_eq!(loaded.warnings.len(), 1);
    let kinds: Vec<&SplitKind> = loaded.rack.splits().map(|split| &split.kind).collect();
    let crossovers_hz = vec![200.0, 2000.5];
    assert_eq!(
        kinds,
        [
            &SplitKind::Parallel,
            &SplitKind::LeftRight,
            &SplitKind::MidSide,
            &SplitKind::Parallel,
            &SplitKind::Bands { crossovers_hz },
        ]
    );
    let heard: Vec<bool> = loaded.rack.splits().next().map_or(vec![], |split| {
        let chains = split.chains.iter();
        chains.map(|chain| chain.is_heard(split)).collect()
    });
    assert_eq!(heard, [false, true, false]);
}

#[test]
fn a_chain_written_as_a_list_is_written_back_as_an_object() {
    let loaded = read(&json!({"chain": [
        {"split": "parallel", "chains": [[], [{"plugin": "A"}, {"split": "parallel", "chains": [[]]}]]},
    ]}));
    assert_eq!(loaded.warnings, [""; 0]);
    assert_eq!(
        compact(&loaded.rack),
        r#"{"version":1,"chain":[{"split":"parallel","chains":[{"chain":[]},{"chain":[{"plugin":"A"},{"split":"parallel","chains":[{"chain":[]}]}]}]}]}"#
    );
}

#[test]
fn a_split_with_a_mistake_in_it_is_told_with_the_mistake_and_kept() {
    let one = json!({"chain": []});
    for (split, mistake) in [
        (
            json!({"split": "stereo", "chains": []}),
            r#"its "split" is "stereo"; it can be "parallel", "#,
        ),
        (json!({"split": [[], []]}), r#"its "split" is [[],[]]"#),
        (json!({"split": "parallel"}), r#"it has no "chains""#),
        (
            json!({"split": "parallel", "chains": {}}),
            r#"its "chains" is an object"#,
        ),
        (
            json!({"split": "parallel", "chains": [3]}),
            "chain 1: it is 3",
        ),
        (
            json!({"split": "parallel", "chains": [one, {}]}),
            r#"chain 2: it has no "chain""#,
        ),
        (
            json!({"split": "parallel", "chains": [{"chain": 1}]}),
            r#"chain 1: its "chain" is 1"#,
        ),
        (
            json!({"split": "parallel", "chains": [one, {"gain_db": 25, "chain": []}]}),
            r#"chain 2: its "gain_db" is 25; it can be -144 to 24"#,
        ),
        (
            json!({"split": "parallel", "chains": [{"pan": "left", "chain": []}]}),
            r#"chain 1: its "pan" is "left"; it can be -1 to 1"#,
        ),
        (
            json!({"split": "parallel", "chains": [{"solo": 1, "chain": []}]}),
            r#"its "solo" is 1"#,
        ),
        (
            json!({"split": "parallel", "chains": [{"name": 1, "chain": []}]}),
            r#"its "name" is 1"#,
        ),
        (
            json!({"split": "left_right", "chains": [one]}),
            r#"it has 1 in its "chains", and "left_right" needs 2"#,
        ),
        (
            json!({"split": "mid_side", "chains": [one, one, one]}),
            r#""mid_side" needs 2"#,
        ),
        (
            json!({"split": "bands", "chains": [one, one]}),
            r#"it has no "crossovers_hz""#,
        ),
        (
            json!({"split": "bands", "crossovers_hz": [], "chains": [one]}),
            "is []; it can be 1 to 4",
        ),
        (
            json!({"split": "bands", "crossovers_hz": [9, 100], "chains": [one, one, one]}),
            r#"one of its "crossovers_hz" is 9; it can be 10 to 20000"#,
        ),
        (
            json!({"split": "bands", "crossovers_hz": ["1k"], "chains": [one, one]}),
            r#"is "1k""#,
        ),
        (
            json!({"split": "bands", "crossovers_hz": [100, 100], "chains": [one, one, one]}),
            "is [100,100]; it can be 1 to 4 numbers, each above the one before",
        ),
        (
            json!({"split": "bands", "crossovers_hz": [100], "chains": [one]}),
            r#""bands" needs 2"#,
        ),
        (
            json!({"split": "bands", "crossovers_hz": [100, 200, 300, 400, 500],
            "chains": [one, one, one, one, one, one]}),
            "it can be 1 to 4 numbers",
        ),
        (
            json!({"plugin": "A", "split": "parallel", "chains": []}),
            "both",
        ),
    ] {
        let document = json!({"version": 1, "chain": [{"plugin": "A"}, split]});
        let loaded = read(&document);
        let warning = loaded.warnings.concat();
        assert!(
            warning.starts_with("place 2 of the chain holds"),
            "{warning}"
        );
        assert!(warning.contains(mistake), "{mistake}: {warning}");
        assert_eq!(loaded.rack.splits().count(), 0);
        assert_eq!(serde_json::to_value(&loaded.rack).unwrap(), document);
    }
}

#[test]
fn what_is_wrong_within_a_split_is_told_by_its_place_and_costs_its_place_alone() {
    let document = json!({"version": 1, "chain": [
        {"plugin": "A"},
        {"plugin": "A"},
        {"split": "parallel", "chains": [{"chain": []}, {"chain": [
            {"plugin": "ZamTube", "state": "AAAA"},
            {"split": "mid_side", "chains": [{"chain": [{"plugin": 5}, {"plugin": "B"}]}, {"chain": []}]},
        ]}]},
    ]});
    let loaded = read(&document);
    let [damaged, unknown] = &loaded.warnings[..] else {
        panic!("{:?}", loaded.warnings);
    };
    let place = "chain 2 of the split at place 3, place 1, ZamTube: its saved settings are damaged";
    assert!(damaged.starts_with(place), "{damaged}");
    let place = "chain 2 of the split at place 3, chain 1 of the split at place 2, place 1 holds";
    assert!(unknown.starts_with(place), "{unknown}");
    assert_eq!(loaded.rack.slots().count(), 4);
    assert_eq!(serde_json::to_value(&loaded.rack).unwrap(), document);
}

/// So many splits, with `inside` in the innermost chain; as lists or as objects.
fn nested(splits: usize, as_list: bool, inside: Value) -> Value {
    let item = (0..splits).fold(inside, |item, _| {
        let chain = if as_list {
            json!([item])
        } else {
            json!({"chain": [item]})
        };
        json!({"split": "parallel", "chains": [chain]})
    });
    json!({"version": 1, "chain": [item]})
}

/// So many lists within each other.
fn lists(levels: usize) -> Value {
    (1..levels).fold(json!([]), |inside, _| json!([inside]))
}

fn deepest(rack: &Rack) -> usize {
    rack.chain.0.iter().map(Item::depth).max().unwrap_or(0)
}

#[test]
fn splits_as_deep_as_can_be_are_saved_and_loaded_with_notes_in_them() {
    for as_list in [false, true] {
        let slot = json!({"plugin": {"name": "A", "notes": lists(20)}, "notes": lists(20)});
        let loaded = read(&nested(MAX_DEPTH, as_list, slot));
        assert_eq!(loaded.warnings, [""; 0]);
        assert_eq!(deepest(&loaded.rack), MAX_DEPTH);
        let again = parse(&to_text(&loaded.rack)).unwrap();
        assert_eq!(again, loaded);
    }
}

#[test]
fn splits_deeper_than_can_be_are_told_and_kept() {
    for as_list in [false, true] {
        let document = nested(MAX_DEPTH + 1, as_list, json!({"plugin": "A"}));
        let loaded = read(&document);
        assert_eq!(loaded.warnings.len(), 1);
        let warning = &loaded.warnings[0];
        assert!(warning.contains("24 deep, not deeper"), "{warning}");
        assert_eq!(deepest(&loaded.rack), MAX_DEPTH);
        assert_eq!(loaded.rack.slots().count(), 0);
        let again = parse(&to_text(&loaded.rack)).unwrap();
        assert_eq!(again, loaded);
    }
}

#[test]
fn nothing_that_can_be_read_becomes_too_deep_to_be_read_again() {
    // Lists become objects when they are saved, which makes the text deeper than it was.
    for splits in 0..50 {
        for as_list in [false, true] {
            for levels in [1, 30, 60, 90, 120] {
                for inside in [
                    lists(levels),
                    json!({"plugin": "A", "notes": lists(levels)}),
                ] {
                    let text = nested(splits, as_list, inside).to_string();
                    let Ok(loaded) = parse(&text) else { continue };
                    let saved = to_text(&loaded.rack);
                    let again = parse(&saved).unwrap();
                    assert_eq!(to_text(&again.rack), saved);
                }
            }
        }
    }
}

#[test]
fn of_what_is_too_deep_to_be_saved_no_more_is_given_up_than_must_be() {
    let too_deep = nested(16, true, json!({"plugin": "B", "notes": lists(60)}));
    let document = json!({"chain": [
        {"plugin": "A", "notes": lists(60)},
        {"split": "parallel", "chains": [too_deep["chain"], [{"plugin": "C"}]]},
        {"plugin": "D"},
    ]});
    let loaded = read(&document);
    assert_eq!(loaded.warnings.len(), 1);
    assert!(loaded.warnings[0].contains("nested too deep to be saved"));
    let slots = loaded.rack.slots().map(|slot| slot.plugin.name.as_str());
    assert_eq!(slots.collect::<Vec<_>>(), ["A", "C", "D"]);
    // Within 13 splits, four as lists and the slot take 73 levels: 2 + 13 * 4 + 73 = 127.
    assert_eq!(deepest(&loaded.rack), 13);
}

#[test]
fn crossovers_of_a_split_without_bands_are_kept_until_it_gets_its_own() {
    let text = r#"{"version":1,"chain":[{"split":"parallel","chains":[{"chain":[]}],"crossovers_hz":[1]}]}"#;
    let mut rack = parse(text).unwrap().rack;
    assert_eq!(compact(&rack), text);
    let split = rack.splits().next().unwrap().id;
    let kind = SplitKind::Bands {
        crossovers_hz: vec![500.0],
    };
    rack.apply(Edit::SetKind { split, kind }).unwrap();
    assert_eq!(
        compact(&rack),
        r#"{"version":1,"chain":[{"split":"bands","crossovers_hz":[500],"chains":[{"chain":[]},{"chain":[]}]}]}"#
    );
}
