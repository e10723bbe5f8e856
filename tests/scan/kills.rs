//! A thousand kills at random moments lose nothing.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::channel;
use std::thread::JoinHandle;
use std::time::Duration;

use matryoshka::catalog::{Failure, FileRecord, Outcome};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::desk::Desk;

const KILLS: usize = 1000;
const PLUGINS: usize = 600;
/// Long enough for some scans to be killed while they put the catalog together.
const LONGEST_MICROS: u64 = 40_000;

/// A generator of numbers (splitmix64) whose seed can be given, to see again what was seen.
struct Random(u64);

impl Random {
    fn new() -> Self {
        let seed = std::env::var("MATRYOSHKA_SEED")
            .ok()
            .and_then(|seed| seed.parse().ok());
        let seed = seed.unwrap_or_else(|| {
            let time = std::time::UNIX_EPOCH
                .elapsed()
                .expect("a clock that was set");
            time.as_nanos() as u64
        });
        println!("MATRYOSHKA_SEED={seed}");
        Self(seed)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

struct Scan {
    process: Child,
    /// Gives the files that it said to be finished.
    listener: JoinHandle<Vec<String>>,
}

impl Scan {
    fn start(desk: &Desk) -> Self {
        let folder = desk.plugins();
        let folder = folder.to_str().expect("UTF-8");
        let mut process = desk
            .command(&["scan", "--json", "--jobs", "2", "--path", folder])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a scan");
        let stdout = process.stdout.take().expect("a pipe");
        let (sender, runs) = channel();
        let listener = std::thread::spawn(move || {
            let mut finished = Vec::new();
            for line in BufReader::new(stdout).lines() {
                // The last line may be torn.
                let Ok(event) = serde_json::from_str::<Value>(&line.expect("a line")) else {
                    continue;
                };
                let _ = sender.send(());
                if event["event"] == "finished" {
                    finished.push(event["file"].as_str().expect("a path").to_owned());
                }
            }
            finished
        });
        // From when it runs: a kill before that would try nothing.
        let _ = runs.recv();
        Self { process, listener }
    }

    /// Its workers.
    fn workers(&self) -> Vec<Pid> {
        let own = self.process.id().to_string();
        let folders = fs::read_dir("/proc").expect("/proc").flatten();
        folders
            .filter_map(|folder| {
                let number: i32 = folder.file_name().to_str()?.parse().ok()?;
                let stat = fs::read_to_string(folder.path().join("stat")).ok()?;
                let (_, behind) = stat.rsplit_once(')')?;
                let is_child = behind.split_whitespace().nth(1)? == own;
                is_child.then(|| Pid::from_raw(number)).flatten()
            })
            .collect()
    }
}

#[test]
fn a_thousand_kills_of_scanners_and_workers_lose_no_finished_entry() {
    let desk = Desk::new();
    for number in 0..PLUGINS {
        desk.ladspa(&format!("good-{number}"));
    }
    let mut random = Random::new();
    let mut finished = HashSet::new();
    let mut kills = [0, 0];
    let mut scans = 0;
    while kills[0] + kills[1] < KILLS {
        let mut scan = Scan::start(&desk);
        scans += 1;
        loop {
            // Not for an event to happen, but for no event to be waited for.
            std::thread::sleep(Duration::from_micros(random.below(LONGEST_MICROS)));
            if scan.process.try_wait().expect("a child").is_some() {
                break;
            }
            let workers = scan.workers();
            if random.below(3) == 0 && !workers.is_empty() {
                let worker = workers[random.below(workers.len() as u64) as usize];
                // It may end by itself just then.
                kills[1] += usize::from(kill_process(worker, Signal::KILL).is_ok());
                continue;
            }
            scan.process.kill().expect("a kill");
            kills[0] += 1;
            break;
        }
        let code = scan.process.wait().expect("an end").code();
        finished.extend(scan.listener.join().expect("no panic"));

        let contents = desk.store().load().expect("a store that can be read");
        assert!(contents.notes.is_empty(), "{:?}", contents.notes);
        let known: HashSet<&String> = contents.files.keys().map(|(_, path)| path).collect();
        let lost: Vec<&String> = finished
            .iter()
            .filter(|path| !known.contains(path))
            .collect();
        assert!(lost.is_empty(), "lost: {lost:?}");
        if code == Some(0) {
            assert_eq!(known.len(), PLUGINS);
            // A file whose worker is killed again and again is in quarantine for that, and no other.
            let killed = |it: &FileRecord| {
                matches!(
                    &it.outcome,
                    Outcome::Failed(Failure::Signal { signal: 9, .. })
                )
            };
            let failed = desk.catalog().quarantine;
            assert!(failed.len() < 3 && failed.iter().all(killed), "{failed:?}");
            fs::remove_dir_all(desk.data()).expect("a store");
            finished.clear();
        }
    }
    println!(
        "{scans} scans, {} of them killed, and {} workers",
        kills[0], kills[1]
    );
    desk.assert_nobody_is_left();
}
