//! Nothing that waits happens on the audio thread: no allocation, no free, no lock, no system call,
//! for the whole plugin, as built and bundled, with a child in its rack.
//!
//! Each test starts this very program again under `tests/realtime/interpose.c`, which counts such
//! deeds while a process call runs. Linux only; the bundles come from `cargo xtask bundle`, which
//! `cargo xtask test` runs first.

#![cfg(target_os = "linux")]
#![allow(unsafe_code)] // dlsym for the interposer, and the self-check's bare locks

#[path = "realtime/children.rs"]
mod children;
#[path = "realtime/engine.rs"]
mod engine;
#[path = "realtime/interposer.rs"]
mod interposer;
#[path = "realtime/probe.rs"]
mod probe;
#[path = "realtime/selfcheck.rs"]
mod selfcheck;
mod support;
#[path = "support/wishes.rs"]
mod wishes;
#[path = "support/workers.rs"]
mod workers;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::probe::PROBE;

/// Where the bundles are: `MATRYOSHKA_BUNDLED`, else `target/bundled`.
fn bundled() -> PathBuf {
    match std::env::var_os("MATRYOSHKA_BUNDLED") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bundled"),
    }
}

/// Runs `probe` under the interposer: the test starts this program again, to run that same test,
/// which then finds itself there and probes. Fails with what the probe prints if it fails.
fn run_probe(test: &str, probe: &str, environment: &[(&str, &Path)]) {
    if let Ok(name) = std::env::var(PROBE) {
        probe::run(&name).unwrap();
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env("LD_PRELOAD", interposer::compiled())
        .env(PROBE, probe)
        .env("RUST_BACKTRACE", "0") // the report has the stacks that matter
        .env("MATRYOSHKA_BUNDLED", bundled())
        .env("HOME", home.path())
        .env("XDG_CONFIG_HOME", home.path().join(".config"))
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    println!("{text}");
    assert!(
        output.status.success(),
        "the probe \"{probe}\" failed: {}",
        output.status
    );
    let done = format!("{} {probe}", probe::DONE);
    assert!(text.contains(&done), "the probe \"{probe}\" did not run");
}

#[test]
fn the_interposer_catches_what_it_must_and_nothing_else() {
    run_probe(
        "the_interposer_catches_what_it_must_and_nothing_else",
        "interposer",
        &[],
    );
}

#[test]
fn a_worker_is_caught_in_a_task_of_which_the_audio_thread_waits_for_the_end() {
    run_probe(
        "a_worker_is_caught_in_a_task_of_which_the_audio_thread_waits_for_the_end",
        "worker",
        &[],
    );
}

#[test]
fn the_fixture_itself_is_realtime_safe() {
    run_probe("the_fixture_itself_is_realtime_safe", "fixture", &[]);
}

#[test]
fn matryoshka_with_a_child_in_its_rack_is_realtime_safe() {
    let child = bundled().join("Matryoshka Fixture.vst3");
    assert!(
        child.exists(),
        "{} is missing: run `cargo xtask bundle`",
        child.display()
    );
    // All host parameters move something, of children that split their blocks and are not heard, or of slots.
    let mapped =
        |plugin: &str, parameters: &[&str], first: usize| {
            let mappings: Vec<_> = (first..512)
            .step_by(2)
            .map(|host| match parameters.get(host / 2 % (parameters.len() + 1)) {
                Some(name) => serde_json::json!({"host": format!("p{host:03}"), "parameter": name}),
                None => serde_json::json!({"host": format!("p{host:03}"), "control": "input_gain"}),
            })
            .collect();
            serde_json::json!({"plugin": plugin, "mix_percent": 0, "mappings": mappings})
        };
    let rack = serde_json::json!({
        "host_parameters": {"p000": {"midi": {"cc": 7}}, "p001": {"midi": {"message": "pitch_bend"}}},
        "chain": [
            {"plugin": {"format": "VST3", "name": "Matryoshka Fixture", "file": child}},
            mapped("LADSPA:GVerb", &["Damping", "Reverb time (s)", "Tail level (dB)"], 0),
            mapped("LV2:MDA Leslie", &["Hi Width", "Lo Throb", "Output"], 1),
        ]
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("realtime.rack");
    std::fs::write(&file, rack.to_string()).unwrap();
    // Audible, so that the probe can tell that the child is there.
    let settings = Path::new("gain=-6,latency=64,echo=1");
    run_probe(
        "matryoshka_with_a_child_in_its_rack_is_realtime_safe",
        "matryoshka",
        &[("MATRYOSHKA_RACK", &file), ("MATRYOSHKA_FIXTURE", settings)],
    );
}

#[test]
fn every_step_of_the_engine_is_realtime_safe_on_every_thread_while_the_rack_is_edited() {
    run_probe(
        "every_step_of_the_engine_is_realtime_safe_on_every_thread_while_the_rack_is_edited",
        "engine",
        &[],
    );
}

#[test]
fn children_are_realtime_safe_with_automation_notes_mpe_and_system_exclusive_messages() {
    run_probe(
        "children_are_realtime_safe_with_automation_notes_mpe_and_system_exclusive_messages",
        "children",
        &[],
    );
}

#[test]
fn matryoshka_with_chains_on_all_cores_is_realtime_safe_while_states_are_loaded() {
    // Enough to do that it pays. Not the fixture: what nice-plug keeps in crossbeam's `AtomicCell` is
    // behind a lock that all instances share, and two of them on two threads may meet at it.
    let plugin = serde_json::json!("LADSPA:GVerb");
    let slots: Vec<_> = (0..6)
        .map(|_| serde_json::json!({"plugin": plugin}))
        .collect();
    let chains: Vec<_> = (0..4)
        .map(|_| serde_json::json!({"chain": slots}))
        .collect();
    let rack = serde_json::json!({"all_cores": true, "chain": [
        {"split": "parallel", "chains": chains},
        {"split": "mid_side", "chains": [{"chain": [{"plugin": plugin}]}, {"chain": []}]},
    ]});
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cores.rack");
    std::fs::write(&file, rack.to_string()).unwrap();
    run_probe(
        "matryoshka_with_chains_on_all_cores_is_realtime_safe_while_states_are_loaded",
        "cores",
        &[("MATRYOSHKA_RACK", &file)],
    );
}
