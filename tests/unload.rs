//! Loading, playing and unloading the CLAP again and again leaves nothing behind.
//!
//! One test only: it counts the threads and descriptors of the whole process.
#![cfg(target_os = "linux")]

mod support;

use std::iter::repeat;
use std::path::Path;
use std::time::{Duration, Instant};

use matryoshka_test_host::{Library, Setup};
use support::{ID, bundled, signal, state};

const ROUNDS: usize = 50;

fn entries(folder: &str) -> Vec<String> {
    let read = std::fs::read_dir(folder).expect("/proc");
    let mut names: Vec<String> = read
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let what = std::fs::read_link(&path)
                .or_else(|_| std::fs::read_to_string(path.join("comm")).map(Into::into));
            Some(what.ok()?.to_string_lossy().trim().to_owned())
        })
        // The folder that is being read is open itself.
        .filter(|name| !name.starts_with("/proc/"))
        .collect();
    names.sort();
    names
}

fn threads() -> Vec<String> {
    entries("/proc/self/task")
}

fn descriptors() -> Vec<String> {
    entries("/proc/self/fd")
}

/// Waits for threads that were told to end: the system takes them off its list a little later.
fn wait_for(what: &str, now: impl Fn() -> Vec<String>, wanted: &[String]) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while now() != wanted {
        let left = now();
        assert!(
            Instant::now() < deadline,
            "{what}: {left:?}, not {wanted:?}"
        );
        std::thread::yield_now();
    }
}

#[test]
fn fifty_times_loaded_played_and_unloaded_leaves_no_thread_and_no_descriptor() {
    let bundle = bundled("Matryoshka.clap");
    let fixture = bundled("Matryoshka Fixture.vst3");
    let rack = serde_json::json!({"chain": [
        {"plugin": {"format": "VST3", "name": "Matryoshka Fixture", "file": fixture}},
        {"plugin": "LV2:MDA Overdrive"},
        {"plugin": "LADSPA:ZamCompX2"},
    ]});
    let state = state(&rack.to_string());
    let input = signal(2, 512);
    let threads_before = threads();
    // Once before counting: what the C library and the plugins keep for good is not ours.
    round(&bundle, &state, &input);
    let descriptors_before = descriptors();
    for _ in 0..ROUNDS {
        round(&bundle, &state, &input);
    }
    wait_for("threads", threads, &threads_before);
    wait_for("descriptors", descriptors, &descriptors_before);
}

fn round(bundle: &Path, state: &[u8], input: &[Vec<f32>]) {
    let before = threads();
    let library = Library::load(bundle).expect("the bundle");
    library.plugin_ids().expect("a factory");
    assert_eq!(threads(), before, "only looking at it starts nothing");
    let mut instance = library.create(ID).expect("an instance");
    instance.load_state(state).expect("a state");
    let mut processor = instance
        .activate(Setup::new(48_000.0, 128))
        .expect("active");
    let output = processor.render(input, None, repeat(128)).expect("audio");
    instance.deactivate(processor);
    assert!(output != input, "the rack did nothing");
    let loaded = threads();
    assert!(loaded.iter().any(|name| name == "matryoshka"), "{loaded:?}");
}
