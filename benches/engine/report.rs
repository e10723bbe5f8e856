//! What was measured, for people or for scripts.

use std::time::Instant;

/// Where the figures go: tables in Markdown, or one JSON object a line.
#[derive(Clone, Copy)]
pub struct Report {
    pub json: bool,
}

impl Report {
    /// Begins a table.
    pub fn table(self, title: &str, columns: &[&str]) {
        if self.json {
            return;
        }
        println!("\n{title}\n\n| {} |", columns.join(" | "));
        println!("|{}", "---:|".repeat(columns.len()));
    }

    /// A line of the table.
    pub fn row(self, cells: &[String]) {
        if !self.json {
            println!("| {} |", cells.join(" | "));
        }
    }

    /// A sentence below the table.
    pub fn say(self, sentence: &str) {
        if !self.json {
            println!("\n{sentence}");
        }
    }

    /// Says what else the machine does at that time.
    pub fn load(self, when: &str) {
        self.say(&format!("At the {when}: {}.", load()));
        let load = load_average();
        if load.is_finite() {
            self.figure(&format!("load average at the {when}"), "", load, None);
        }
    }

    /// A figure, and what it is held against.
    pub fn figure(self, row: &str, unit: &str, ours: f64, peer: Option<(&str, f64)>) {
        if !self.json {
            return;
        }
        let peer = peer.map_or_else(String::new, |(name, peer)| {
            let ratio = ours / peer;
            format!(r#", "peer": {peer:.3}, "peer_name": "{name}", "ratio": {ratio:.3}"#)
        });
        println!(
            r#"{{"group": "engine", "row": "{row}", "unit": "{unit}", "ours": {ours:.3}{peer}}}"#
        );
    }
}

/// Runs blocks, as many as it is told.
pub type Contestant<'a> = Box<dyn FnMut(usize) + 'a>;

/// Nanoseconds per block of each: they take turns, in short runs, so that what else the machine does
/// hits all alike and most runs are not interrupted.
pub fn medians<const N: usize>(
    contestants: &mut [Contestant<'_>; N],
    blocks: usize,
    runs: usize,
) -> [f64; N] {
    let mut times = [const { Vec::new() }; N];
    for _ in 0..runs {
        for (contestant, times) in contestants.iter_mut().zip(&mut times) {
            // What the others left in the caches is not this one's.
            contestant(1);
            let start = Instant::now();
            contestant(blocks);
            times.push(start.elapsed().as_nanos() as f64 / blocks as f64);
        }
    }
    times.map(|mut times| quantile(&mut times, 0.5))
}

/// The time below which that share of the times is.
pub fn quantile(times: &mut [f64], share: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    let at = (times.len() as f64 * share) as usize;
    times
        .get(at.min(times.len().saturating_sub(1)))
        .copied()
        .unwrap_or(f64::NAN)
}

/// What the machine does meanwhile, as it says itself.
pub fn load() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{cores} cores, load average {:.2}", load_average())
}

/// Not a number where the system does not say.
fn load_average() -> f64 {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    load.parse().unwrap_or(f64::NAN)
}
