//! The built plugin in a host's process, with a catalog of its own.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use matryoshka::catalog::ScanOptions;
use matryoshka::session::Handle;
use matryoshka_test_host::{Library, Setup};

use crate::desk::Desk;
use crate::support::{ID, bundled, state};

/// Set in the process that plays the DAW.
const ROLE: &str = "MATRYOSHKA_TEST_ROLE";

/// Runs the test once more, in a process with the desk's catalog, as a test cannot change its own
/// environment.
fn as_a_daw(desk: &Desk, test: &str) {
    let output = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", &format!("in_a_daw::{test}"), "--nocapture"])
        .env(ROLE, "DAW")
        .env("MATRYOSHKA_DATA", desk.data())
        .env_remove("MATRYOSHKA_WORKER")
        .env_remove("MATRYOSHKA_RACK")
        .env_remove("DISPLAY")
        .output()
        .expect("a process");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
}

fn is_daw() -> bool {
    std::env::var_os(ROLE).is_some()
}

/// The plugin libraries in this process, by their file names.
fn plugin_libraries() -> Vec<String> {
    let maps = fs::read_to_string("/proc/self/maps").expect("/proc");
    let paths = maps
        .lines()
        .filter_map(|line| line.split_whitespace().nth(5));
    let mut names: Vec<String> = paths
        .filter(|path| {
            ["/vst3/", "/ladspa/", "/lv2/"]
                .iter()
                .any(|part| path.contains(part))
        })
        .filter_map(|path| Some(path.rsplit_once('/')?.1.to_owned()))
        .collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn a_daw_s_process_loads_the_plugins_of_its_rack_and_no_others() {
    if !is_daw() {
        let desk = Desk::new();
        as_a_daw(
            &desk,
            "a_daw_s_process_loads_the_plugins_of_its_rack_and_no_others",
        );
        // Found by a worker beside the CLAP, and remembered.
        let plugins = desk.catalog().plugins;
        assert!(
            plugins
                .iter()
                .any(|plugin| plugin.entry.name == "ZamCompX2")
        );
        return desk.assert_nobody_is_left();
    }
    let library = Library::load(bundled("Matryoshka.clap")).expect("the bundle");
    let mut instance = library.create(ID).expect("an instance");
    let rack = serde_json::json!({"chain": [
        {"plugin": "VST3:ZamCompX2"},
        {"plugin": "LADSPA:No Such Hard Limiter"},
        {"plugin": "Nothing that anybody ever made"},
    ]});
    instance
        .load_state(&state(&rack.to_string()))
        .expect("a state");
    let processor = instance
        .activate(Setup::new(48_000.0, 128))
        .expect("active");
    instance.deactivate(processor);
    assert_eq!(plugin_libraries(), ["ZamCompX2.so"]);
}

#[test]
fn a_first_scan_in_the_background_tells_its_progress_and_loads_nothing_into_the_daw() {
    if !is_daw() {
        let desk = Desk::new();
        as_a_daw(
            &desk,
            "a_first_scan_in_the_background_tells_its_progress_and_loads_nothing_into_the_daw",
        );
        assert!(desk.catalog().is_whole && desk.catalog().plugins.len() >= 150);
        return desk.assert_nobody_is_left();
    }
    let (session, _player) = Handle::open().expect("a session");
    assert!(session.needs_scan().expect("a catalog"));
    assert!(session.start_scan(ScanOptions::default()));
    assert!(
        !session.start_scan(ScanOptions::default()),
        "one is under way"
    );
    let deadline = Instant::now() + Duration::from_secs(120);
    let mut seen = Vec::new();
    loop {
        let progress = session.scan_progress();
        if seen.last() != Some(&progress) {
            seen.push(progress.clone());
        }
        if !progress.is_running {
            break;
        }
        assert!(Instant::now() < deadline, "{progress:?}");
        std::thread::yield_now();
    }
    let end = seen.last().expect("progress");
    assert_eq!(end.error, None);
    assert!(end.done == end.total && end.total > 100, "{end:?}");
    let is_underway = |progress: &matryoshka::catalog::Progress| {
        (1..progress.total).contains(&progress.done)
            && progress.current.iter().any(|file| !file.is_empty())
    };
    assert!(seen.iter().any(is_underway), "only {} steps", seen.len());
    assert!(!session.needs_scan().expect("a catalog"));
    assert!(plugin_libraries().is_empty(), "{:?}", plugin_libraries());
}
