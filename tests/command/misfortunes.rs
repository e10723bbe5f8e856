//! What can go wrong with a render, and what is told then.

use std::fs;
use std::process::Command;

use hound::{WavReader, WavWriter};

use crate::desk::{EMPTY, Run, desk_with_a_tone, read_floats, spec, write_tone};

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
