//! Documents that are broken in every way we could think of, and racks that must survive saving.

mod splits;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::rack::arbitrary::{any_json, any_rack};
use crate::rack::edit::Edit;
use crate::rack::{ChildState, Item, PluginReference, Slot};

fn complaint(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

#[test]
fn the_least_that_a_hand_can_write_is_a_rack() {
    let loaded = parse(r#"{"chain": [{"plugin": "ZamCompX2"}]}"#).unwrap();
    assert_eq!(loaded.warnings, [""; 0]);
    let slots: Vec<&Slot> = loaded.rack.slots().collect();
    assert_eq!(slots.len(), 1);
    assert_eq!(slots[0].plugin, PluginReference::from("ZamCompX2"));
    assert!(!slots[0].bypass && slots[0].state.is_none());
    let saved = to_text(&loaded.rack);
    let expected = r#"{
  "version": 1,
  "chain": [
    {
      "plugin": "ZamCompX2"
    }
  ]
}
"#;
    assert_eq!(saved, expected);
}

#[test]
fn each_thing_that_is_no_rack_is_told_why() {
    for (text, part) in [
        ("", "it is empty"),
        (" \n", "it is empty"),
        (
            "{\"chain\": [\n{\"plug",
            "cut off: it ends too early, at line 2",
        ),
        ("{\"chain\": [{\"plugin\": \"A\"}]", "cut off"),
        ("{\n  \"chain\" [] }", "not JSON at line 2, column 11"),
        (
            "{\"chain\": []} x",
            "not JSON at line 1, column 15 (trailing characters)",
        ),
        ("RIFF....WAVE", "not JSON at line 1, column 1"),
        ("[]", "not an object"),
        ("7", "not an object"),
        ("{}", "no \"chain\""),
        ("{\"chain\": {}}", "\"chain\" is not a list"),
        ("{\"chain\": null}", "\"chain\" is not a list"),
        ("{\"chain\": [], \"name\": 3}", "\"name\" is not a text"),
        (
            "{\"chain\": [], \"version\": \"1\"}",
            "\"version\" is not a number",
        ),
        (
            "{\"chain\": [], \"version\": 0}",
            "\"version\" is not a number",
        ),
        (
            "{\"chain\": [], \"version\": -1}",
            "\"version\" is not a number",
        ),
        (
            "{\"chain\": [], \"version\": 7}",
            "made by a newer Matryoshka (document version 7; this one knows 1)",
        ),
    ] {
        let complaint = complaint(text);
        assert!(complaint.contains(part), "{text:?}: {complaint}");
    }
}

#[test]
fn a_document_nested_without_end_is_refused_and_does_not_overflow_the_stack() {
    let deep = format!("{{\"chain\": {}", "[".repeat(1_000_000));
    assert!(complaint(&deep).contains("recursion limit"));
}

#[test]
fn fields_that_nobody_knows_survive_at_every_level() {
    let text = r##"{
  "version": 1,
  "name": "Bus",
  "chain": [
    {
      "plugin": {
        "format": "VST3",
        "name": "ZamCompX2",
        "id": "5a",
        "rating": 5
      },
      "bypass": true,
      "color": "#ff0000",
      "notes": {
        "by": [
          "me",
          1.1,
          -1e-11,
          18446744073709551615
        ]
      }
    },
    {
      "split": [
        [
          {
            "plugin": "A"
          }
        ]
      ],
      "z": 1,
      "a": 2
    }
  ],
  "window": {
    "y": 1,
    "x": 2
  }
}
"##;
    let loaded = parse(text).unwrap();
    assert_eq!(to_text(&loaded.rack), text);
    assert_eq!(loaded.warnings.len(), 1);
    assert!(
        loaded.warnings[0].starts_with("place 2 of the chain"),
        "{:?}",
        loaded.warnings
    );
}

#[test]
fn settings_that_cannot_be_unpacked_cost_only_themselves_and_are_kept() {
    let document = json!({"version": 1, "chain": [
        {"plugin": "LV2:A", "state": "AAAA"},
        {"plugin": "B", "state": {"not": "a string"}},
        {"plugin": "C", "state": null},
    ]});
    let loaded = parse(&document.to_string()).unwrap();
    assert_eq!(loaded.warnings.len(), 2);
    assert!(
        loaded.warnings[0].contains("place 1, A (LV2)"),
        "{:?}",
        loaded.warnings
    );
    let states: Vec<Option<&[u8]>> = (loaded.rack.slots())
        .map(|slot| slot.state.as_ref().and_then(ChildState::bytes))
        .collect();
    assert_eq!(states, [None, None, None]);
    let saved: Value = serde_json::from_str(&to_text(&loaded.rack)).unwrap();
    assert_eq!(saved["chain"][0], document["chain"][0]);
    assert_eq!(saved["chain"][1], document["chain"][1]);
}

#[test]
fn a_slot_with_a_mistake_in_it_is_told_with_the_mistake() {
    let loaded = parse(r#"{"chain": [{"plugin": "A", "bypass": "no"}, {"plugin": 5}]}"#).unwrap();
    assert!(
        loaded.warnings[0].contains(r#"its "bypass" is "no"; it can be true or false"#),
        "{:?}",
        loaded.warnings
    );
    assert!(
        loaded.warnings[1].contains("neither a name nor"),
        "{:?}",
        loaded.warnings
    );
}

#[test]
fn a_setting_that_cannot_be_is_told_and_costs_the_slot_and_nothing_else() {
    for (field, value, reason) in [
        ("mix_percent", json!(250), "is 250; it can be 0 to 100"),
        ("mix_percent", json!(-0.5), "is -0.5; it can be 0 to 100"),
        ("mix_percent", json!("50"), "is \"50\"; it can be 0 to 100"),
        ("mix_percent", json!(null), "is null; it can be 0 to 100"),
        (
            "input_gain_db",
            json!(1e300),
            "is 1e+300; it can be -144 to 24",
        ),
        (
            "output_gain_db",
            json!(24.1),
            "is 24.1; it can be -144 to 24",
        ),
        ("channels", json!("mono"), "is \"mono\"; it can be \"all\""),
        (
            "channels",
            json!(["left"]),
            "is [\"left\"]; it can be \"all\"",
        ),
        (
            "bypass",
            json!({"on": 1}),
            "is an object ({..}); it can be true",
        ),
    ] {
        let mut document = json!({"version": 1, "chain": [{"plugin": "A"}, {"plugin": "B"}]});
        document["chain"][0][field] = value;
        let loaded = parse(&document.to_string()).unwrap();
        let warning = loaded.warnings.concat();
        let expected = format!("does not understand (its \"{field}\" {reason}");
        assert!(
            warning.starts_with("place 1 of the chain holds"),
            "{warning}"
        );
        assert!(warning.contains(&expected), "{warning}");
        assert_eq!(loaded.rack.slots().count(), 1);
        let saved: Value = serde_json::from_str(&to_text(&loaded.rack)).unwrap();
        assert_eq!(saved, document);
    }
}

#[test]
fn settings_at_their_ends_are_read_and_defaults_are_not_written() {
    let written = r#"{"version":1,"all_cores":true,"runaway_limit_dbfs":0,"chain":[{"plugin":"A","mix_percent":0,"input_gain_db":-144,"output_gain_db":24,"channels":"side"},{"plugin":"B","mix_percent":33.3}]}"#;
    let loaded = parse(written).unwrap();
    assert_eq!(loaded.warnings, [""; 0]);
    assert_eq!(serde_json::to_string(&loaded.rack).unwrap(), written);

    let defaults = r#"{"all_cores": false, "runaway_limit_dbfs": 36.0, "chain": [{"plugin": "A",
        "mix_percent": 100, "input_gain_db": 0, "output_gain_db": -0.0, "channels": "all",
        "bypass": false, "state": null}]}"#;
    let loaded = parse(defaults).unwrap();
    assert_eq!(loaded.warnings, [""; 0]);
    let least = r#"{"version":1,"chain":[{"plugin":"A"}]}"#;
    assert_eq!(serde_json::to_string(&loaded.rack).unwrap(), least);
}

#[test]
fn a_setting_of_the_rack_that_cannot_be_is_told_and_kept_until_it_is_set() {
    let text =
        r#"{"version":1,"chain":[{"plugin":"A"}],"all_cores":"yes","runaway_limit_dbfs":99}"#;
    let mut rack = parse(text).unwrap().rack;
    let warnings = parse(text).unwrap().warnings;
    assert!(
        warnings[0].contains("its \"all_cores\" is \"yes\""),
        "{warnings:?}"
    );
    assert!(
        warnings[1].contains("is 99; it can be 0 to 80"),
        "{warnings:?}"
    );
    assert!(!rack.all_cores && rack.runaway_limit_dbfs == 36.0);
    assert_eq!(serde_json::to_string(&rack).unwrap(), text);

    rack.apply(Edit::SetAllCores(true)).unwrap();
    rack.apply(Edit::SetRunawayLimit(12.0)).unwrap();
    let text = to_text(&rack);
    let again = parse(&text).unwrap();
    assert_eq!(again.warnings, [""; 0]);
    assert_eq!(again.rack, rack);
}

#[test]
fn a_number_that_no_computer_holds_is_told_by_its_place() {
    let complaint = complaint("{\"chain\": [\n{\"plugin\": \"A\", \"mix_percent\": 1e999}]}");
    assert!(complaint.contains("line 2"), "{complaint}");
    assert!(complaint.contains("number out of range"), "{complaint}");
}

#[test]
fn a_file_that_is_missing_or_no_text_is_told_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.rack");
    let error = read_file(&missing).unwrap_err();
    assert!(matches!(error, StateError::NotFound { .. }));
    assert!(
        error.to_string().contains("missing.rack does not exist"),
        "{error}"
    );

    let error = read_file(folder.path()).unwrap_err();
    assert!(matches!(error, StateError::Unreadable { .. }), "{error}");

    let noise = folder.path().join("noise.rack");
    std::fs::write(&noise, [0xff, 0xfe, 0x00, 0x80]).unwrap();
    let error = read_file(&noise).unwrap_err().to_string();
    assert!(
        error.contains("noise.rack") && error.contains("not text"),
        "{error}"
    );

    let marked = folder.path().join("marked.rack");
    std::fs::write(&marked, "\u{feff}{\"chain\": []}").unwrap();
    assert!(read_file(&marked).is_ok());
}

proptest! {
    #[test]
    fn any_rack_comes_back_from_its_text(rack in any_rack()) {
        let text = to_text(&rack);
        let loaded = parse(&text).unwrap();
        let unknown = rack.chain.items().filter(|item| matches!(item, Item::Unknown(_)));
        let expected = unknown.count() + rack.vain_sources().len();
        prop_assert_eq!(loaded.warnings.len(), expected);
        prop_assert_eq!(to_text(&loaded.rack), text);
        prop_assert_eq!(loaded.rack.without_ids(), rack.without_ids());
    }

    #[test]
    fn no_text_makes_reading_panic(text in ".{0,200}") {
        let _ = parse(&text);
    }

    #[test]
    fn no_json_makes_reading_panic_and_what_is_read_is_saved_whole(
        chain in prop::collection::vec(any_json(), 0..5),
        inside in prop::collection::vec(any_json(), 0..3),
        other in any_json(),
    ) {
        let _ = parse(&other.to_string());
        let split = json!({"split": "parallel", "chains": [inside, other]});
        let text = json!({"chain": [chain, split], "all_cores": other, "other": other});
        let text = text.to_string();
        let once = to_text(&parse(&text).unwrap().rack);
        prop_assert_eq!(to_text(&parse(&once).unwrap().rack), once);
    }

    #[test]
    fn a_rack_cut_off_anywhere_is_told_to_be_cut_off(rack in any_rack(), cut in 0.01f64..1.0) {
        let text = to_text(&rack);
        let whole = text.trim_end();
        let mut end = (whole.len() as f64 * cut) as usize;
        while !whole.is_char_boundary(end) {
            end -= 1;
        }
        if (1..whole.len()).contains(&end) {
            let error = parse(&whole[..end]).unwrap_err();
            prop_assert!(matches!(error, StateError::Truncated { .. }), "{}", error);
        }
    }
}
