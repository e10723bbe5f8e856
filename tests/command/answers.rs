//! What the command tells of racks, plugins and itself.

use std::process::Stdio;

use serde_json::Value;

use crate::desk::{Desk, Run, desk_with_a_tone};

#[test]
fn what_a_rack_file_resolves_to_is_told_place_by_place() {
    let desk = Desk::new();
    desk.write(
        "mixed.rack",
        r#"{"chain": [
            {"plugin": "VST3:ZamCompX2", "bypas": true},
            {"plugin": "ZamCmpX2"},
            {"plugin": "LV2:ZamEQ2", "state": "AAAA"},
            {"split": []}
        ]}"#,
    );
    let run = desk.fail(
        &["rack", "check", "mixed.rack"],
        &[
            "place 2: ZamCmpX2 is not installed. Did you mean ZamCompX2?",
            "place 3, ZamEQ2 (LV2): its saved settings are damaged",
            "place 4 of the chain holds something",
        ],
    );
    assert!(
        run.out.contains("1. ZamCompX2 (VST3): ZamCompX2 (VST3), /"),
        "{}",
        run.out
    );
    assert!(run.out.contains("2. ZamCmpX2: not found"), "{}", run.out);
    assert!(run.err.contains("\"bypas\""), "{}", run.err);

    let run = desk.run(&["rack", "check", "mixed.rack", "--json"]);
    assert_eq!(run.code, Some(1));
    let document = run.json();
    assert_eq!(document["problems"].as_array().expect("problems").len(), 3);
    assert_eq!(document["places"][0]["resolves_to"]["format"], "VST3");
    assert_eq!(document["places"][1]["resolves_to"], Value::Null);

    desk.write("good.rack", r#"{"chain": [{"plugin": "VST3:ZamCompX2"}]}"#);
    desk.succeed(&["rack", "check", "good.rack"]);
}

#[test]
fn the_list_is_nothing_but_json_whatever_plugins_print_and_has_every_format() {
    let desk = Desk::new();
    let run = desk.succeed(&["list", "--json"]);
    assert_eq!(run.err, "");
    let document = run.json();
    let formats: Vec<&str> = document["plugins"]
        .as_array()
        .expect("plugins")
        .iter()
        .filter(|plugin| plugin["name"] == "ZamCompX2")
        .map(|plugin| plugin["format"].as_str().expect("a format"))
        .collect();
    assert_eq!(formats, ["VST3", "LV2", "LADSPA"]);

    let run = desk.succeed(&["list", "--format", "lv2"]);
    let lines: Vec<&str> = run.out.lines().skip(1).collect();
    assert!(!lines.is_empty() && lines.iter().all(|line| line.starts_with("LV2 ")));
}

#[test]
fn a_plugin_is_shown_with_its_buses_and_the_ranges_of_its_parameters() {
    let desk = Desk::new();
    let run = desk.succeed(&["show", "VST3:ZamCompX2"]);
    for part in [
        "ZamCompX2 (VST3)",
        "Damien Zammit",
        "2 channels",
        "Threshold",
        "-80",
        "dB",
    ] {
        assert!(run.out.contains(part), "{part}: {}", run.out);
    }
    let document = desk.succeed(&["show", "VST3:ZamCompX2", "--json"]).json();
    assert_eq!(document["plugin"]["name"], "ZamCompX2");
    assert_eq!(document["in_stereo_rack"]["instances"], 1);
    let parameters = document["parameters"].as_array().expect("parameters");
    assert!(
        parameters
            .iter()
            .any(|parameter| parameter["name"] == "Knee")
    );
}

#[test]
fn a_command_line_that_is_none_is_told_so_with_another_exit_code() {
    let desk = desk_with_a_tone();
    for arguments in [
        &["render", "dry.wav", "wet.wav"][..],
        &[
            "render",
            "--rack",
            "empty.rack",
            "--plugin",
            "A",
            "dry.wav",
            "wet.wav",
        ],
        &[
            "render",
            "--rack",
            "empty.rack",
            "--block",
            "0",
            "dry.wav",
            "wet.wav",
        ],
        &[
            "render",
            "--rack",
            "empty.rack",
            "--tail",
            "-1",
            "dry.wav",
            "wet.wav",
        ],
        &[
            "render",
            "--rack",
            "empty.rack",
            "--tail",
            "nan",
            "dry.wav",
            "wet.wav",
        ],
        &["list", "--format", "MP3"],
        &[],
    ] {
        assert_eq!(desk.run(arguments).code, Some(2), "{arguments:?}");
    }
}

#[test]
fn whoever_stops_reading_the_list_is_not_shouted_at() {
    let desk = Desk::new();
    let mut child = desk
        .matryoshka(&["list", "--format", "LADSPA"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a run");
    drop(child.stdout.take());
    let run = Run::from(child.wait_with_output().expect("an end"));
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
}

#[test]
fn the_long_version_says_which_juce_hosts_the_plugins() {
    let run = Desk::new().run(&["--version"]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    assert!(run.out.contains("JUCE v"), "{}", run.out);
}
