//! Scanning the machine's plugins: Matryoshka's workers against `juce::PluginDirectoryScanner`, which
//! runs in one process, serially, on the same files; a scan when nothing has changed; and what a catalog
//! of 5,000 plugins takes to load and to search.
//!
//! JUCE's scanner gets a process of its own for each run, whose start is not counted, so that no library
//! is loaded yet; of ours, everything is counted, the workers' start, too. The two take turns, and the
//! medians are told. Disks are warm for both.

use std::env;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use matryoshka::catalog::{Catalog, Outcome, Preferences, Query, ScanOptions, Store, scan};
use matryoshka::child::{Formats, MESSAGE_LOOP};
use matryoshka::juce::AudioPluginFormatManager;
use matryoshka::juce::bench_scan::KnownPlugins;
use matryoshka::threads::Messages;

/// Runs of each contestant.
const RUNS: usize = 5;
/// Runs of what takes milliseconds.
const QUICK_RUNS: usize = 31;
const MANY: usize = 5_000;
/// Has this program play the peer: scan the formats behind it twice, and print both times.
const PEER: &str = "--peer";

struct Row {
    name: String,
    peer_name: &'static str,
    ours: f64,
    peer: f64,
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let Some(place) = arguments.iter().position(|argument| argument == PEER) {
        return play_peer(&arguments[place + 1..]);
    }
    let json = arguments.iter().any(|argument| argument == "--json");
    if !json {
        println!("| what | ours | peer | peer is | ours to peer |");
        println!("|---|---:|---:|---|---:|");
    }
    let mut groups: Vec<Vec<&str>> = Formats::names().iter().map(|name| vec![*name]).collect();
    groups.push(Formats::names().to_vec());
    for formats in groups {
        for row in scans(&formats) {
            row.report(json);
        }
    }
    for row in many() {
        row.report(json);
    }
}

impl Row {
    fn report(&self, json: bool) {
        let Self {
            name,
            peer_name,
            ours,
            peer,
        } = self;
        let ratio = ours / peer;
        if json {
            println!(
                r#"{{"group": "scan", "row": "{name}", "unit": "ms", "ours": {ours:.3}, "peer": {peer:.3}, "peer_name": "{peer_name}", "ratio": {ratio:.3}}}"#
            );
        } else {
            println!("| {name} | {ours:.1} ms | {peer:.1} ms | {peer_name} | {ratio:.2} |");
        }
    }
}

/// A cold scan, and one when nothing has changed.
fn scans(formats: &[&str]) -> [Row; 2] {
    let mut times = [const { Vec::new() }; 4];
    let mut counts = (0, 0);
    for _ in 0..RUNS {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::in_folder(folder.path());
        times[0].push(ours(&store, formats));
        times[1].push(ours(&store, formats));
        counts.0 = Catalog::load(&store).expect("a catalog").plugins.len();
        let (cold, warm, count) = peer(formats);
        times[2].push(cold);
        times[3].push(warm);
        counts.1 = count;
    }
    let [cold, warm, juce_cold, juce_warm] = times.map(median);
    let what = match formats {
        [format] => (*format).to_owned(),
        _ => "all formats".to_owned(),
    };
    let (own, juce) = counts;
    let what = if own == juce {
        format!("{what}, {own} plugins")
    } else {
        format!("{what}, {own} plugins (JUCE: {juce})")
    };
    let row = |name: &str, ours, peer| Row {
        name: format!("{what}: {name}"),
        peer_name: "PluginDirectoryScanner",
        ours,
        peer,
    };
    [
        row("cold", cold, juce_cold),
        row("nothing changed", warm, juce_warm),
    ]
}

fn ours(store: &Store, formats: &[&str]) -> f64 {
    let options = ScanOptions {
        formats: formats.iter().map(ToString::to_string).collect(),
        ..ScanOptions::default()
    };
    milliseconds(|| scan(store, &options, &AtomicBool::new(false), &mut |_| {}).expect("a scan"))
}

/// Has JUCE scan: milliseconds of the first and the second time, and how many plugins it knows then.
fn peer(formats: &[&str]) -> (f64, f64, usize) {
    let program = env::current_exe().expect("this program");
    let output = Command::new(program)
        .arg(PEER)
        .args(formats)
        .output()
        .expect("the peer");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    // Plugins print before it does.
    let line = text.lines().rev().find_map(|line| line.strip_prefix(PEER));
    let numbers = line.unwrap_or_else(|| panic!("the peer said {text}"));
    let numbers: Vec<f64> = numbers.split_whitespace().flat_map(str::parse).collect();
    (numbers[0], numbers[1], numbers[2] as usize)
}

fn play_peer(formats: &[String]) {
    let formats = formats.to_vec();
    let messages = Messages::acquire(&MESSAGE_LOOP).expect("the message thread");
    let times = messages.ask(move |thread| {
        let mut known = KnownPlugins::new(thread).expect("a list");
        let mut count = 0;
        let mut manager = AudioPluginFormatManager::new(thread).expect("a manager");
        let times = [(); 2].map(|()| {
            milliseconds(|| {
                for format in &formats {
                    if manager.format_named(format).is_none() {
                        // LV2 reads all bundles here, which our workers have to do as well.
                        manager.add(format).expect("a format");
                    }
                    count = known.scan(&manager, format).expect("no throw");
                }
            })
        });
        (times, count)
    });
    let ([cold, warm], count) = times.expect("the message thread");
    println!("\n{PEER} {cold} {warm} {count}");
    // What plugins do at the end of a process is not the question.
    std::process::exit(0);
}

/// Loading and searching a catalog of many plugins, made of the machine's own.
fn many() -> Vec<Row> {
    let folder = tempfile::tempdir().expect("a folder");
    make_many(folder.path());
    let store = Store::in_folder(folder.path());
    let load = quick(|| drop(black_box(Catalog::load(&store).expect("a catalog"))));
    let catalog = Catalog::load(&store).expect("a catalog");
    assert_eq!(catalog.plugins.len(), MANY);
    let preferences = Preferences::default();
    let search = |text: &str| {
        let query = Query {
            text: text.to_owned(),
            ..Query::default()
        };
        quick(|| drop(black_box(catalog.search(&preferences, &query))))
    };
    let row = |name: String, ours, peer_name, peer| Row {
        name,
        peer_name,
        ours,
        peer,
    };
    let mut rows = vec![row(format!("load {MANY} plugins"), load, "the goal", 20.0)];
    for text in ["", "z", "zamcp", "harris limiter"] {
        let name = format!("search '{text}' in {MANY} plugins");
        rows.push(row(name, search(text), "a frame at 60 Hz", 1000.0 / 60.0));
    }
    rows
}

/// The machine's plugins again and again under other names, each in a file of its own.
fn make_many(folder: &Path) {
    let real = tempfile::tempdir().expect("a folder");
    let real = Store::in_folder(real.path());
    ours(&real, &[]);
    let files = real.load().expect("a store").files;
    let mut plugins: Vec<_> = files
        .into_values()
        .flat_map(|record| match &record.outcome {
            Outcome::Plugins(plugins) => plugins
                .iter()
                .map(|plugin| (record.clone(), plugin.clone()))
                .collect(),
            Outcome::Failed(_) => Vec::new(),
        })
        .collect();
    assert!(!plugins.is_empty(), "no plugin is installed");
    let count = plugins.len();
    for number in count..MANY {
        let (record, mut plugin) = plugins[number % count].clone();
        plugin.name = format!("{} {}", plugin.name, number / count);
        plugins.push((record, plugin));
    }
    plugins.truncate(MANY);
    let files: Vec<_> = (0..)
        .zip(plugins)
        .map(|(number, (mut record, plugin))| {
            record.path = format!("{}-{number}", record.path);
            record.outcome = Outcome::Plugins(vec![plugin]);
            record
        })
        .collect();
    let document = serde_json::json!({"version": 1, "is_whole": true, "files": files});
    std::fs::write(folder.join("catalog.json"), document.to_string()).expect("a catalog");
}

fn milliseconds<R>(run: impl FnOnce() -> R) -> f64 {
    let begun = Instant::now();
    black_box(run());
    begun.elapsed().as_secs_f64() * 1000.0
}

fn quick(mut run: impl FnMut()) -> f64 {
    median((0..QUICK_RUNS).map(|_| milliseconds(&mut run)).collect())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
