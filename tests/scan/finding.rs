//! Finding what was scanned: by a few letters, by what it is to the user, and from racks.

use std::fs;

use serde_json::Value;

use crate::desk::Desk;

fn names(document: &Value) -> Vec<&str> {
    let plugins = document["plugins"].as_array().expect("plugins");
    plugins
        .iter()
        .filter_map(|plugin| plugin["name"].as_str())
        .collect()
}

#[test]
fn a_few_letters_find_a_plugin_once_for_all_its_formats_and_the_preferred_one_is_first() {
    let desk = Desk::new();
    assert!(desk.run(&["scan"]).status.success());
    let found = desk.json(&["search", "zmcx2", "--json"]);
    assert_eq!(found["plugins"][0]["name"], "ZamCompX2", "{found}");
    let formats = |found: &Value| found["plugins"][0]["formats"].clone();
    assert_eq!(
        formats(&found),
        serde_json::json!(["VST3", "LV2", "LADSPA"])
    );
    assert!(desk.run(&["prefer", "ladspa"]).status.success());
    let found = desk.json(&["search", "zmcx2", "--json"]);
    assert_eq!(
        formats(&found),
        serde_json::json!(["LADSPA", "VST3", "LV2"])
    );
    // A rack that names no format gets the preferred one.
    let shown = desk.json(&["show", "ZamCompX2", "--json"]);
    assert_eq!(shown["plugin"]["format"], "LADSPA");

    // By maker and kind, and by kind alone.
    let found = desk.json(&["search", "harris", "limiter", "--json"]);
    assert!(names(&found).contains(&"Hard Limiter"), "{found}");
    let found = desk.json(&["search", "--tag", "reverb", "--json"]);
    assert!(names(&found).contains(&"ZamVerb"), "{found}");
    assert!(!names(&found).contains(&"ZamCompX2"), "{found}");
    assert_eq!(desk.run(&["search", "qqqqxxxx"]).status.code(), Some(1));
}

#[test]
fn favourites_come_first_and_what_is_hidden_does_not_come() {
    let desk = Desk::new();
    for name in ["twin-1", "twin-2", "twin-3"] {
        desk.ladspa(name);
    }
    // What has the letters far apart fits, too, but comes behind.
    let search = |options: &[&str]| {
        let mut all = vec!["search", "twin", "--json"];
        all.extend(options);
        let found = desk.json(&all);
        names(&found)
            .into_iter()
            .take_while(|name| name.starts_with("twin"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let folder = desk.plugins();
    assert!(
        desk.run(&["paths", "add", folder.to_str().expect("UTF-8")])
            .status
            .success()
    );
    assert!(desk.run(&["scan"]).status.success());
    assert_eq!(search(&[]), ["twin-1", "twin-2", "twin-3"]);
    assert!(desk.run(&["mark", "twin-3", "favourite"]).status.success());
    assert!(desk.run(&["mark", "TWIN-1", "hidden"]).status.success());
    assert_eq!(search(&[]), ["twin-3", "twin-2"]);
    assert_eq!(search(&["--favourites"]), ["twin-3"]);
    assert_eq!(search(&["--hidden"]), ["twin-3", "twin-1", "twin-2"]);
    let output = desk.run(&["mark", "twin", "favourite"]);
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(said.contains("did you mean twin"), "{said}");
}

#[test]
fn a_rack_s_plugin_in_quarantine_is_told_with_the_reason_until_it_is_gone() {
    let desk = Desk::new();
    let plugin = desk.ladspa("abort");
    let folder = desk.plugins();
    assert!(
        desk.run(&["paths", "add", folder.to_str().expect("UTF-8")])
            .status
            .success()
    );
    let rack = folder.join("a.rack");
    fs::write(&rack, r#"{"chain": [{"plugin": "LADSPA:abort"}]}"#).expect("a rack");
    let check = || desk.run(&["rack", "check", rack.to_str().expect("UTF-8")]);
    let said = String::from_utf8(check().stderr).expect("UTF-8");
    assert!(said.contains("it crashed (aborted)"), "{said}");
    fs::remove_file(&plugin).expect("gone");
    let said = String::from_utf8(check().stderr).expect("UTF-8");
    assert!(said.contains("is not installed"), "{said}");
}
