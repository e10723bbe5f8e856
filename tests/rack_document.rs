//! Rack files as hands write them: what the README promises of them, and what the command says of
//! nested ones and of mistakes in them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use hound::{SampleFormat, WavSpec, WavWriter};
use matryoshka::rack::{Rack, Slot, SplitChain};
use matryoshka::state;
use serde_json::{Value, json};
use tempfile::TempDir;

const README: &str = include_str!("../README.md");

/// The README's section on rack files.
fn section() -> &'static str {
    let (_, section) = (README.split_once("\n## The rack document\n")).expect("the section");
    section.split("\n## ").next().expect("its text")
}

/// The rows of the table behind a heading, as what stands in the file and what it is without it.
fn rows(heading: &str) -> Vec<(&'static str, &'static str)> {
    let (_, behind) = (section().split_once(heading)).expect("the heading");
    let table = behind.lines().skip_while(|line| !line.starts_with('|'));
    let rows: Vec<_> = (table.take_while(|line| line.starts_with('|')).skip(2))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            (cells[0].trim_matches('`'), cells[2].trim_matches('`'))
        })
        .collect();
    assert!(rows.len() > 3, "{rows:?}");
    rows
}

fn understood(text: &str) -> Rack {
    let loaded = state::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(loaded.warnings, [""; 0], "{text}");
    let rack = loaded.rack;
    assert!(rack.unknown.is_empty(), "{text}");
    assert!(rack.slots().all(|slot| slot.unknown.is_empty()), "{text}");
    for split in rack.splits() {
        assert!(split.unknown.is_empty(), "{text}");
        let chains = &split.chains;
        assert!(
            chains.iter().all(|chain| chain.unknown.is_empty()),
            "{text}"
        );
    }
    rack
}

/// What the README writes as `..` stands for something.
fn filled_in(field: &str) -> String {
    field
        .replace("[..]", "[]")
        .replace("KLUv..", "KLUv/SAFKQAAaGVsbG8=")
}

#[test]
fn every_rack_in_the_readme_is_understood_to_the_last_field() {
    let blocks: Vec<&str> = (README.split("```json\n").skip(1))
        .map(|block| block.split("```").next().expect("a block"))
        .collect();
    assert!(blocks.len() > 1);
    for block in blocks {
        let rack = understood(block);
        assert!(rack.slots().count() > 1, "{block}");
    }
}

#[test]
fn every_field_in_the_readmes_tables_is_understood_and_its_default_is_what_it_says() {
    for (field, without) in rows("**The rack**") {
        let field = filled_in(field);
        let rack = if field.contains("\"chain\"") {
            understood(&format!("{{{field}}}"))
        } else {
            understood(&format!("{{{field}, \"chain\": []}}"))
        };
        let plain = Rack::new();
        match field.split(':').next().expect("a name") {
            "\"all_cores\"" => {
                assert_eq!((rack.all_cores, plain.all_cores), (true, false));
            }
            "\"runaway_limit_dbfs\"" => {
                assert_eq!(without, plain.runaway_limit_dbfs.to_string());
            }
            "\"min_split_frames\"" => {
                assert_eq!(without, plain.min_split_frames.to_string());
            }
            _ => {}
        }
    }

    for (field, without) in rows("**A plugin**") {
        let field = filled_in(field);
        let slot = if field.contains("\"plugin\"") {
            format!("{{{field}}}")
        } else {
            format!("{{\"plugin\": \"A\", {field}}}")
        };
        // Who is listened to has to be there.
        let sources = if field.contains("\"from\"") {
            r#"{"plugin": "B", "label": "Kick"}, {"plugin": "B", "label": "Arp"}, "#
        } else {
            ""
        };
        let rack = understood(&format!("{{\"chain\": [{sources}{slot}]}}"));
        let slot = rack.slots().last().expect("a slot");
        let plain = Slot::new("A".into());
        let stands = |set: f32, usual: f32| {
            assert_ne!(set, usual, "{field}");
            assert_eq!(without, usual.to_string(), "{field}");
        };
        match field.split(':').next().expect("a name") {
            "\"bypass\"" => assert!(slot.bypass && !plain.bypass),
            "\"mix_percent\"" => stands(slot.mix_percent, plain.mix_percent),
            "\"input_gain_db\"" => stands(slot.input_gain_db, plain.input_gain_db),
            "\"output_gain_db\"" => stands(slot.output_gain_db, plain.output_gain_db),
            "\"channels\"" => assert_ne!(slot.channels, plain.channels),
            "\"label\"" => assert_eq!(slot.label.as_deref(), Some("Kick")),
            "\"sidechain\"" => assert_ne!(slot.sidechain, plain.sidechain),
            "\"midi\"" => assert_ne!(slot.midi, plain.midi),
            "\"output\"" => assert_ne!(slot.output, plain.output),
            "\"mappings\"" => assert_eq!(slot.mappings.list.len(), 1),
            "\"parameters_ahead\"" => assert_eq!(slot.parameters_ahead.len(), 1),
            "\"window\"" => assert_eq!(slot.window.map(|window| window.width), Some(640)),
            "\"state\"" => {
                let state = slot.state.as_ref().expect("settings");
                assert_eq!(state.damage(), None);
            }
            "\"plugin\"" => {}
            other => panic!("{other} is not tried"),
        }
    }

    for (field, without) in rows("**A chain** of a split") {
        let field = filled_in(field);
        let chain = if field.contains("\"chain\"") {
            format!("{{{field}}}")
        } else {
            format!("{{{field}, \"chain\": []}}")
        };
        let text = format!("{{\"chain\": [{{\"split\": \"parallel\", \"chains\": [{chain}]}}]}}");
        let rack = understood(&text);
        let chain = &rack.splits().next().expect("a split").chains[0];
        let plain = SplitChain::default();
        match field.split(':').next().expect("a name") {
            "\"gain_db\"" => assert_eq!(without, plain.gain_db.to_string()),
            "\"pan\"" => assert_eq!(without, plain.pan.to_string()),
            "\"mute\"" => assert!(chain.mute && !plain.mute),
            "\"solo\"" => assert!(chain.solo && !plain.solo),
            "\"name\"" => assert_eq!(chain.name.as_deref(), Some("Dry")),
            "\"label\"" => assert_eq!(chain.label.as_deref(), Some("Drums")),
            "\"mappings\"" => assert_eq!(chain.mappings.list.len(), 1),
            "\"chain\"" => {}
            other => panic!("{other} is not tried"),
        }
    }
}

#[test]
fn every_kind_of_split_in_the_readme_is_one() {
    let mut kinds = 0;
    for (field, _) in rows("**A split**") {
        if !field.starts_with("\"split\"") {
            continue;
        }
        kinds += 1;
        let rest = if field.contains("bands") {
            r#""crossovers_hz": [200, 2000], "chains": [[], [], []]"#
        } else {
            r#""chains": [[], []]"#
        };
        understood(&format!("{{\"chain\": [{{{field}, {rest}}}]}}"));
    }
    assert_eq!(kinds, 4);
}

#[test]
fn the_limits_in_the_readme_are_those_that_are_kept() {
    use matryoshka::rack::limits::{
        CHAIN_GAIN, CROSSOVER, INPUT_GAIN, Limits, MIX, OUTPUT_GAIN, PAN, RUNAWAY_LIMIT,
    };
    let range = |limits: &Limits| format!("{} to {}", limits.low, limits.high);
    for limits in [
        &MIX,
        &INPUT_GAIN,
        &OUTPUT_GAIN,
        &CHAIN_GAIN,
        &RUNAWAY_LIMIT,
        &CROSSOVER,
    ] {
        let field = format!("| `\"{}\"", limits.field);
        let start = format!("| `\"{}\":", limits.field);
        let row = (section().lines()).find(|line| line.starts_with(&start));
        let row = row.unwrap_or_else(|| panic!("{field} has no row"));
        assert!(row.contains(&range(limits)), "{row}: {}", range(limits));
    }
    assert_eq!((PAN.low, PAN.high), (-1.0, 1.0));
    assert!(section().contains("from -1, left, to 1, right"));
    let deepest = format!("{} deep", matryoshka::rack::MAX_DEPTH);
    assert!(section().contains(&deepest), "{deepest}");
}

/// A folder to run the command in.
struct Desk(TempDir);

struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a scratch folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn with(rack: &Value) -> Self {
        let desk = Self::new();
        std::fs::write(desk.path("my.rack"), rack.to_string()).expect("a file");
        write_wav(&desk.path("dry.wav"));
        desk
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_matryoshka"))
            .args(arguments)
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .env("XDG_CONFIG_HOME", self.0.path())
            .env_remove("MATRYOSHKA_RACK")
            .env_remove("DISPLAY")
            .output()
            .expect("a run");
        Run {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    fn check(&self) -> Run {
        self.run(&["rack", "check", "my.rack"])
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let run = self.run(&[arguments, &["--json"]].concat());
        serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}", run.out))
    }
}

fn write_wav(path: &Path) {
    let spec = WavSpec {
        channels: 2,
        sample_rate: 48_000,
        bits_per_sample: 32,
        sample_format: SampleFormat::Float,
    };
    let mut writer = WavWriter::create(path, spec).expect("a WAV");
    for frame in 0..4_800 {
        let sample = (frame as f32 * 0.05).sin() * 0.25;
        writer.write_sample(sample).expect("a sample");
        writer.write_sample(-sample).expect("a sample");
    }
    writer.finalize().expect("a WAV");
}

/// A rack with everything in it, and a plugin that is not there, deep inside.
fn nested() -> Value {
    json!({"name": "Vocals", "chain": [
        {"plugin": "VST3:ZamCompX2", "mix_percent": 50, "input_gain_db": 6, "channels": "mid"},
        {"plugin": "LV2:ZamEQ2", "bypass": true, "output_gain_db": -3.5},
        {"split": "parallel", "colour": "red", "chains": [
            {"name": "Dry", "solo": true, "chain": []},
            {"gain": -6, "pan": -0.3, "chain": [
                {"split": "bands", "crossovers_hz": [200], "chains": [
                    {"name": "Bass", "mute": true, "chain": []},
                    [{"plugin": "VST3:Nowhere 9"}],
                ]},
                {"plugin": "VST3:ZaMaximX2"},
            ]},
        ]},
    ]})
}

#[test]
fn a_nested_rack_is_listed_as_it_is_nested_with_all_that_is_set() {
    let desk = Desk::with(&nested());
    let run = desk.check();
    assert_eq!(run.code, Some(1), "{}", run.err);
    let mut lines: Vec<&str> = (run.out.lines())
        .map(|line| line.split(": ").next().expect("a line"))
        .collect();
    lines.iter_mut().for_each(|line| *line = line.trim_end());
    assert_eq!(
        lines,
        [
            "1. ZamCompX2 (VST3) (mix 50 %, input +6 dB, mid only)",
            "2. ZamEQ2 (LV2) (bypassed, output -3.5 dB)",
            "3. split, parallel:",
            "   chain 1, \"Dry\" (solo)",
            "   chain 2 (pan 0.3 left, not heard, as others are solo):",
            "      1. split, bands, crossing at 200 Hz:",
            "         chain 1, up to 200 Hz, \"Bass\" (muted)",
            "         chain 2, from 200 Hz:",
            "            1. Nowhere 9 (VST3)",
            "      2. ZaMaximX2 (VST3)",
        ]
    );
    let missing = "error: chain 2 of the split at place 3, chain 2 of the split at place 1, place 1: \
                   Nowhere 9 (VST3) is not installed";
    assert!(run.err.contains(missing), "{}", run.err);
    for note in [
        "note: the split at place 3 has a field \"colour\"",
        "note: chain 2 of the split at place 3 has a field \"gain\"",
    ] {
        assert!(run.err.contains(note), "{}", run.err);
    }
}

#[test]
fn a_script_is_told_where_each_slot_is_in_words_and_in_numbers_and_what_is_set_on_it() {
    let desk = Desk::with(&nested());
    let document = desk.json(&["rack", "check", "my.rack"]);
    assert_eq!(document["name"], "Vocals");
    let places = document["places"].as_array().expect("places");
    let paths: Vec<&Value> = places.iter().map(|place| &place["path"]).collect();
    assert_eq!(
        paths,
        [
            &json!([0]),
            &json!([1]),
            &json!([2, 1, 0, 1, 0]),
            &json!([2, 1, 1]),
        ]
    );
    assert_eq!(places[0]["mix_percent"], 50.0);
    assert_eq!(places[0]["input_gain_db"], 6.0);
    assert_eq!(places[0]["channels"], "mid");
    assert_eq!(places[1]["output_gain_db"], -3.5);
    assert_eq!(
        places[3]["place"],
        "chain 2 of the split at place 3, place 2"
    );
    let splits = &document["splits"];
    assert_eq!(splits[0]["path"], json!([2]));
    assert_eq!(splits[0]["split"], "parallel");
    assert_eq!(splits[0]["crossovers_hz"], Value::Null);
    assert_eq!(splits[0]["chains"][0]["name"], "Dry");
    assert_eq!(splits[0]["chains"][1]["heard"], false);
    assert_eq!(splits[0]["chains"][1]["unknown_fields"], json!(["gain"]));
    assert_eq!(
        splits[1]["place"],
        "chain 2 of the split at place 3, place 1"
    );
    assert_eq!(splits[1]["crossovers_hz"], json!([200.0]));
    assert_eq!(splits[1]["chains"][0]["mute"], true);
}

#[test]
fn a_plugin_that_is_missing_deep_inside_is_warned_of_with_its_place_and_the_rest_is_rendered() {
    let desk = Desk::with(&nested());
    let render = ["render", "--rack", "my.rack", "dry.wav", "wet.wav"];
    let place = "chain 2 of the split at place 3, chain 2 of the split at place 1, place 1";
    let run = desk.run(&render);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let warnings: Vec<&str> = (run.err.lines())
        .filter(|line| line.contains("Nowhere 9"))
        .collect();
    assert_eq!(warnings.len(), 1, "{}", run.err);
    assert!(warnings[0].starts_with("warning: Nowhere 9 (VST3) is not installed"));
    assert!(warnings[0].ends_with(&format!("({place})")), "{warnings:?}");

    let document = desk.json(&render);
    let slot = &document["slots"][2];
    assert_eq!(slot["place"], place);
    assert_eq!(slot["path"], json!([2, 1, 0, 1, 0]));
    let limiter = document["slots"][3]["latency_samples"].as_u64();
    assert!(limiter.is_some_and(|latency| latency > 0));
    assert_eq!(document["latency_samples"].as_u64(), limiter);

    let run = desk.run(&[&render[..], &["--strict"]].concat());
    assert_eq!(run.code, Some(1));
    let refusal = format!("error: nothing was rendered: {place}: Nowhere 9");
    assert!(run.err.contains(&refusal), "{}", run.err);
}

#[test]
fn a_mistake_in_a_nested_rack_is_told_with_its_place_and_costs_only_that_place() {
    let inside = |item: Value| {
        json!({"chain": [
            {"plugin": "VST3:ZamCompX2"},
            {"split": "parallel", "chains": [[], [item]]},
        ]})
    };
    for (mistaken, reason) in [
        (
            json!({"plugin": "VST3:ZamCompX2", "mix_percent": 250}),
            r#"its "mix_percent" is 250; it can be 0 to 100"#,
        ),
        (
            json!({"split": "stereo", "chains": [[], []]}),
            r#"its "split" is "stereo"; it can be "parallel", "left_right", "mid_side" or "bands""#,
        ),
        (
            json!({"split": "bands", "crossovers_hz": [200, 2000], "chains": [[]]}),
            r#"it has 1 in its "chains", and "bands" needs 3"#,
        ),
        (
            json!({"plugin": "VST3:ZamCompX2", "channels": "middle"}),
            r#"its "channels" is "middle""#,
        ),
    ] {
        let desk = Desk::with(&inside(mistaken));
        let run = desk.check();
        assert_eq!(run.code, Some(1));
        let told = "error: chain 2 of the split at place 2, place 1 holds something";
        assert!(run.err.contains(told), "{}", run.err);
        assert!(run.err.contains(reason), "{reason}: {}", run.err);
        assert!(run.out.contains("1. not understood: it passes audio"));
        assert!(run.out.starts_with("1. ZamCompX2 (VST3): ZamCompX2"));

        let document = desk.json(&["rack", "check", "my.rack"]);
        assert_eq!(document["problems"].as_array().map(Vec::len), Some(1));
        let run = desk.run(&["render", "--rack", "my.rack", "dry.wav", "wet.wav"]);
        assert_eq!(run.code, Some(0));
        assert!(run.err.contains("warning: my.rack: chain 2 of the split"));
    }
}
