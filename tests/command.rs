//! The command as its users meet it: real processes, real files, real plugins, and misfortune.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use serde_json::Value;
use tempfile::TempDir;

/// What a run left behind.
struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Run {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

/// A folder to run in.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a scratch folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn matryoshka(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_matryoshka"));
        command
            .args(arguments)
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            // A rack of the user's must not be heard here.
            .env("XDG_CONFIG_HOME", self.0.path())
            .env_remove("MATRYOSHKA_RACK")
            .env_remove("DISPLAY");
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.matryoshka(arguments).output().expect("a run").into()
    }

    /// Runs what must go well.
    fn succeed(&self, arguments: &[&str]) -> Run {
        let run = self.run(arguments);
        assert_eq!(run.code, Some(0), "{arguments:?}: {}{}", run.out, run.err);
        run
    }

    /// Runs what must fail with a message that holds all of `parts`.
    fn fail(&self, arguments: &[&str], parts: &[&str]) -> Run {
        let run = self.run(arguments);
        assert_eq!(run.code, Some(1), "{arguments:?}: {}{}", run.out, run.err);
        assert!(run.err.contains("error: "), "{}", run.err);
        for part in parts {
            assert!(run.err.contains(part), "{part:?} is not in {:?}", run.err);
        }
        run
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).expect("a file");
    }

    /// What is in the folder, to see what a failure left there.
    fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.0.path())
            .expect("a folder")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .into_string()
                    .expect("UTF-8")
            })
            .collect();
        names.sort();
        names
    }
}

fn spec(channels: u16, sample_rate: u32, bits_per_sample: u16) -> WavSpec {
    let sample_format = match bits_per_sample {
        32 => SampleFormat::Float,
        _ => SampleFormat::Int,
    };
    WavSpec {
        channels,
        sample_rate,
        bits_per_sample,
        sample_format,
    }
}

/// A tone that swells and falls, another one on each channel.
fn tone(frame: u32, channel: u16, rate: u32) -> f32 {
    let time = frame as f32 / rate as f32;
    let pitch = 220.0 * f32::from(channel + 1);
    (time * pitch * std::f32::consts::TAU).sin() * 0.4 * (1.0 - (time * 3.0).cos())
}

fn write_tone(path: &Path, spec: WavSpec, frames: u32) {
    let mut writer = WavWriter::create(path, spec).expect("a WAV");
    for frame in 0..frames {
        for channel in 0..spec.channels {
            let sample = tone(frame, channel, spec.sample_rate);
            match spec.sample_format {
                SampleFormat::Float => writer.write_sample(sample),
                SampleFormat::Int => {
                    let full_scale = (1_i64 << (spec.bits_per_sample - 1)) as f32;
                    writer.write_sample((sample * (full_scale - 1.0)) as i32)
                }
            }
            .expect("a sample");
        }
    }
    writer.finalize().expect("a WAV");
}

fn read_floats(path: &Path) -> (WavSpec, Vec<f32>) {
    let mut reader = WavReader::open(path).expect("a WAV");
    let samples = reader
        .samples::<f32>()
        .map(|sample| sample.expect("a sample"));
    let samples = samples.collect();
    (reader.spec(), samples)
}

/// A desk with a second of stereo, 32-bit float at 48 kHz, in `dry.wav`.
fn desk_with_a_tone() -> Desk {
    let desk = Desk::new();
    write_tone(&desk.path("dry.wav"), spec(2, 48_000, 32), 48_000);
    desk.write("empty.rack", r#"{"chain": []}"#);
    desk
}

const EMPTY: &[&str] = &["render", "--rack", "empty.rack"];

#[test]
fn through_an_empty_rack_every_kind_of_file_comes_out_as_it_went_in() {
    let desk = desk_with_a_tone();
    for (channels, rate, bits) in [
        (1, 44_100, 16),
        (2, 44_100, 16),
        (6, 96_000, 24),
        (2, 96_000, 24),
        (1, 48_000, 8),
        (2, 44_100, 32),
        (6, 44_100, 32),
        (64, 8_000, 16),
    ] {
        write_tone(&desk.path("in.wav"), spec(channels, rate, bits), 5_000);
        desk.succeed(&[EMPTY, &["--block", "96", "in.wav", "out.wav"]].concat());
        let (dry, wet) = (
            fs::read(desk.path("in.wav")),
            fs::read(desk.path("out.wav")),
        );
        assert!(
            dry.expect("dry") == wet.expect("wet"),
            "{channels} {rate} {bits}"
        );
    }
}

#[test]
fn an_empty_file_and_one_of_a_single_frame_are_rendered_too() {
    let desk = desk_with_a_tone();
    for frames in [0, 1] {
        write_tone(&desk.path("in.wav"), spec(2, 48_000, 16), frames);
        desk.succeed(&[EMPTY, &["--block", "1", "in.wav", "out.wav"]].concat());
        assert_eq!(
            WavReader::open(desk.path("out.wav"))
                .expect("a WAV")
                .duration(),
            frames
        );
    }
}

#[test]
fn real_plugins_of_three_formats_are_heard_in_a_file_of_the_same_length() {
    let desk = desk_with_a_tone();
    let (_, dry) = read_floats(&desk.path("dry.wav"));
    // ZamEQ2 is flat, and ZamCompX2 leaves alone what is below 0 dB, until somebody turns a knob.
    let flat = ["VST3:ZamCompX2", "LV2:ZamEQ2"];
    for plugin in [
        &flat[..],
        &["LADSPA:GVerb", "VST3:ZamTube", "LV2:MDA Delay"],
    ]
    .concat()
    {
        let run = desk.succeed(&["render", "--plugin", plugin, "dry.wav", "wet.wav", "--json"]);
        let (_, wet) = read_floats(&desk.path("wet.wav"));
        assert_eq!(wet.len(), dry.len(), "{plugin}");
        let loudest = wet
            .iter()
            .fold(0.0_f32, |loudest, sample| loudest.max(sample.abs()));
        assert!(
            loudest > 0.001 && loudest.is_finite(),
            "{plugin}: {loudest}"
        );
        assert_eq!(run.json()["slots"][0]["problem"], Value::Null, "{plugin}");
        let is_changed = wet != dry;
        assert_eq!(is_changed, !flat.contains(&plugin), "{plugin}");
    }
}

#[test]
fn the_size_of_the_blocks_is_not_heard() {
    let desk = desk_with_a_tone();
    // Plugins that do not glide to their settings in the course of their first block.
    for plugin in ["LV2:MDA Delay", "LADSPA:DJ EQ (mono)", "VST3:ZamTube"] {
        let render = |block: &str, out: &str| {
            desk.succeed(&[
                "render", "--plugin", plugin, "--block", block, "dry.wav", out,
            ]);
            read_floats(&desk.path(out)).1
        };
        let (small, large) = (render("64", "small.wav"), render("512", "large.wav"));
        assert!(small == large, "{plugin}");
    }
}

#[test]
fn latency_is_taken_out_to_the_sample_and_a_tail_is_put_on() {
    let desk = desk_with_a_tone();
    // A look-ahead limiter, which leaves alone what is below 0 dB.
    let arguments = [
        "render",
        "--plugin",
        "VST3:ZaMaximX2",
        "dry.wav",
        "wet.wav",
        "--json",
    ];
    let run = desk.succeed(&[&arguments[..], &["--tail", "0.5"]].concat());
    assert_eq!(run.json()["frames"], 72_000);
    assert!(run.json()["latency_samples"].as_u64().expect("a number") > 0);
    let (_, wet) = read_floats(&desk.path("wet.wav"));
    let (_, dry) = read_floats(&desk.path("dry.wav"));
    assert_eq!(wet.len(), 2 * 72_000);
    assert!(wet[..dry.len()] == dry);
    assert!(wet[dry.len()..].iter().all(|sample| *sample == 0.0));
}

#[test]
fn a_plugin_that_sounds_on_after_the_end_is_reason_for_a_hint() {
    let desk = desk_with_a_tone();
    let hint = "the rack sounds on after the end";
    let render = ["render", "--plugin", "LV2:MDA Delay", "dry.wav", "wet.wav"];
    assert!(desk.succeed(&render).err.contains(hint));
    assert!(
        !desk
            .succeed(&[&render[..], &["--tail", "20"]].concat())
            .err
            .contains(hint)
    );
    assert!(
        !desk
            .succeed(&[EMPTY, &["dry.wav", "wet.wav"]].concat())
            .err
            .contains(hint)
    );
}

#[test]
fn a_plugin_that_is_not_there_is_named_and_the_rest_plays() {
    let desk = desk_with_a_tone();
    desk.write(
        "some.rack",
        r#"{"chain": [{"plugin": "VST3:Nowhere 9"}, {"plugin": "VST3:ZamCompX2"}, {"odd": 1}]}"#,
    );
    let render = ["render", "--rack", "some.rack", "dry.wav", "wet.wav"];
    let run = desk.succeed(&render);
    assert!(
        run.err
            .contains("warning: Nowhere 9 (VST3) is not installed"),
        "{}",
        run.err
    );
    assert!(run.err.contains("place 3"), "{}", run.err);
    desk.succeed(&[
        "render",
        "--plugin",
        "VST3:ZamCompX2",
        "dry.wav",
        "alone.wav",
    ]);
    let (some, alone) = (desk.path("wet.wav"), desk.path("alone.wav"));
    assert!(read_floats(&some).1 == read_floats(&alone).1);

    fs::remove_file(some).expect("wet.wav");
    desk.fail(
        &[&render[..], &["--strict"]].concat(),
        &["Nowhere 9 (VST3) is not installed"],
    );
    assert_eq!(
        desk.files(),
        ["alone.wav", "dry.wav", "empty.rack", "some.rack"]
    );
}

#[test]
fn settings_that_a_plugin_cannot_have_saved_are_not_given_to_it() {
    let desk = desk_with_a_tone();
    // "hello", to a plugin that expects three floats and would read on behind it.
    desk.write(
        "odd.rack",
        r#"{"chain": [{"plugin": "LADSPA:Hard Limiter", "state": "KLUv/SAFKQAAaGVsbG8="}]}"#,
    );
    let run = desk.succeed(&["render", "--rack", "odd.rack", "dry.wav", "wet.wav"]);
    let part = "Hard Limiter (LADSPA) failed while loading its settings: they are 5 bytes long";
    assert!(run.err.contains(part), "{}", run.err);
    let (dry, wet) = (desk.path("dry.wav"), desk.path("wet.wav"));
    assert!(read_floats(&dry).1 == read_floats(&wet).1);
}

#[test]
fn a_plugin_whose_name_is_mistyped_is_not_rendered_without_and_the_right_name_is_told() {
    let desk = desk_with_a_tone();
    let meant = "Did you mean ZamCompX2";
    desk.fail(
        &["render", "--plugin", "ZamCmpX2", "dry.wav", "wet.wav"],
        &["ZamCmpX2", meant],
    );
    desk.fail(&["show", "ZamCmpX2"], &["ZamCmpX2 is not installed", meant]);
    assert_eq!(desk.files(), ["dry.wav", "empty.rack"]);
}

#[test]
fn racks_that_are_none_are_told_apart_and_nothing_is_left_behind() {
    let desk = desk_with_a_tone();
    desk.write("cut.rack", r#"{"chain": [{"plugin": "Zam"#);
    desk.write("new.rack", r#"{"version": 99, "chain": []}"#);
    desk.write("nothing.rack", "");
    let before = desk.files();
    for (rack, part) in [
        ("gone.rack", "gone.rack does not exist"),
        ("cut.rack", "cut.rack: this rack is cut off"),
        ("new.rack", "made by a newer Matryoshka"),
        ("nothing.rack", "it is empty"),
        ("dry.wav", "this is not a rack"),
        (".", "cannot be read"),
    ] {
        desk.fail(&["render", "--rack", rack, "dry.wav", "wet.wav"], &[part]);
        desk.fail(&["rack", "check", rack], &[part]);
        let run = desk.run(&["rack", "check", rack, "--json"]);
        assert_eq!(run.code, Some(1));
        assert_eq!(run.json()["good"], false);
        assert!(
            run.json()["problems"][0]
                .as_str()
                .expect("a text")
                .contains(part)
        );
    }
    assert_eq!(desk.files(), before);
}

#[test]
fn files_that_are_no_wav_are_told_why_and_nothing_is_left_behind() {
    let desk = desk_with_a_tone();
    let dry = fs::read(desk.path("dry.wav")).expect("dry.wav");
    desk.write("cut.wav", &dry[..200_000]);
    desk.write("header.wav", &dry[..30]);
    desk.write("empty.wav", "");
    desk.write("song.mp3", "ID3\u{4}and so on, and on, and on");
    write_tone(&desk.path("wide.wav"), spec(65, 48_000, 16), 10);
    let before = desk.files();
    for (input, part) in [
        ("gone.wav", "gone.wav does not exist"),
        (
            "cut.wav",
            "cut.wav is cut off: 24991 of 48000 frames are there",
        ),
        (
            "header.wav",
            "header.wav is not a WAV file that can be read here: it ends",
        ),
        ("empty.wav", "empty.wav is not a WAV file"),
        ("song.mp3", "song.mp3 is not a WAV file"),
        ("empty.rack", "empty.rack is not a WAV file"),
        ("wide.wav", "it has 65 channels, and 64 are the most"),
        (".", ". cannot be read"),
    ] {
        desk.fail(&[EMPTY, &[input, "out.wav"]].concat(), &[part]);
        let sidechain = ["--sidechain", input, "dry.wav", "out.wav"];
        desk.fail(&[EMPTY, &sidechain].concat(), &[part]);
    }
    assert_eq!(desk.files(), before);
}

#[test]
fn what_was_read_is_never_written_over() {
    let desk = desk_with_a_tone();
    fs::create_dir(desk.path("folder")).expect("a folder");
    let dry = fs::read(desk.path("dry.wav")).expect("dry.wav");
    #[cfg(unix)]
    std::os::unix::fs::symlink("dry.wav", desk.path("link.wav")).expect("a link");
    for output in ["dry.wav", "./folder/../dry.wav", "link.wav", "empty.rack"] {
        desk.fail(
            &[EMPTY, &["dry.wav", output]].concat(),
            &["would be overwritten"],
        );
    }
    assert!(fs::read(desk.path("dry.wav")).expect("dry.wav") == dry);
}

#[test]
fn an_output_that_cannot_be_is_refused_before_anything_is_loaded() {
    let desk = desk_with_a_tone();
    let render = |output| [EMPTY, &["dry.wav", output]].concat();
    desk.fail(
        &render("no/such/folder/wet.wav"),
        &["the folder no/such/folder", "does not exist"],
    );
    desk.fail(&render("/dev/null"), &["/dev/null is not a file"]);
    desk.fail(&render(".."), &[".. is not a file"]);
    assert_eq!(desk.files(), ["dry.wav", "empty.rack"]);
}

#[cfg(unix)]
#[test]
fn a_disk_that_takes_no_more_leaves_the_old_file_and_no_rest_of_the_new_one() {
    let desk = desk_with_a_tone();
    desk.write("wet.wav", "old");
    // A limit on the size of files stands in for a disk that is full; 40 units of 512 bytes.
    let script = format!(
        "trap '' XFSZ; ulimit -f 40; exec {} render --rack empty.rack dry.wav wet.wav",
        env!("CARGO_BIN_EXE_matryoshka")
    );
    let output = Command::new("sh")
        .args(["-c", &script])
        .current_dir(desk.0.path())
        .output()
        .expect("a run");
    let run = Run::from(output);
    assert_eq!(run.code, Some(1), "{}", run.err);
    assert!(
        run.err.contains("error: wet.wav cannot be written: "),
        "{}",
        run.err
    );
    assert_eq!(desk.files(), ["dry.wav", "empty.rack", "wet.wav"]);
    assert_eq!(fs::read(desk.path("wet.wav")).expect("wet.wav"), b"old");
}

#[test]
fn samples_beyond_full_scale_are_clipped_and_counted_and_float_keeps_them() {
    let desk = desk_with_a_tone();
    let mut writer = WavWriter::create(desk.path("loud.wav"), spec(1, 48_000, 32)).expect("a WAV");
    for sample in [0.5_f32, 1.0, 1.5, -2.0, f32::NAN] {
        writer.write_sample(sample).expect("a sample");
    }
    writer.finalize().expect("a WAV");
    let run = desk.succeed(&[EMPTY, &["loud.wav", "out.wav", "--json"]].concat());
    assert_eq!(run.json()["clipped_samples"], 0);
    assert_eq!(run.json()["not_finite_samples"], 1);
    assert!(run.err.contains("infinite or not a number"), "{}", run.err);
    assert_eq!(
        read_floats(&desk.path("out.wav")).1[..4],
        [0.5, 1.0, 1.5, -2.0]
    );

    // ZamPhono boosts the bass far beyond full scale.
    write_tone(&desk.path("in.wav"), spec(2, 48_000, 16), 48_000);
    let render = [
        "render",
        "--plugin",
        "LV2:ZamPhono",
        "in.wav",
        "out.wav",
        "--json",
    ];
    let run = desk.succeed(&render);
    let clipped = run.json()["clipped_samples"].as_u64().expect("a number");
    assert!(clipped > 0 && run.err.contains(&format!("{clipped} samples were louder")));
    let mut reader = WavReader::open(desk.path("out.wav")).expect("a WAV");
    assert!(
        reader
            .samples::<i16>()
            .any(|sample| sample.expect("a sample") == i16::MAX)
    );
    let run = desk.succeed(&[&render[..], &["--float"]].concat());
    assert_eq!(run.json()["clipped_samples"], 0);
    assert!(run.json()["peak"].as_f64().expect("a number") > 1.0);
}

#[test]
fn sidechains_of_another_sample_rate_are_refused() {
    let desk = desk_with_a_tone();
    write_tone(&desk.path("kick.wav"), spec(1, 44_100, 16), 10);
    let arguments = ["--sidechain", "kick.wav", "dry.wav", "wet.wav"];
    desk.fail(&[EMPTY, &arguments].concat(), &["44100 Hz", "48000 Hz"]);
}

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
