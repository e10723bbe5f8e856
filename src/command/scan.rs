//! `matryoshka scan`: what is installed, looked at by workers.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use clap::Args;
use indicatif::{HumanDuration, ProgressBar};
use matryoshka::catalog::scanner::{MEMORY_MB, TIMEOUT};
use matryoshka::catalog::{
    self, Event, FileRecord, Outcome as Found, Preferences, Report, ScanOptions, Store,
};
use serde_json::{Value, json};
use signal_hook::consts::{SIGINT, SIGTERM};

use super::formats::OnlyFormats;
use super::terminal::Terminal;
use super::{INTERRUPTED, Outcome, Trouble};

/// Look at every plugin that is new or has changed, and remember it
///
/// Plugins are opened in other processes, several at once. One that crashes or hangs there is put into
/// quarantine, and named at the end. What is done is kept whenever you interrupt it, and the next scan
/// goes on from there. With --json, one JSON object is printed for each event, and one for the end.
#[derive(Debug, Args)]
pub struct Scan {
    #[command(flatten)]
    only: OnlyFormats,

    /// Only what is in this folder, or this plugin; may be given several times
    #[arg(long = "path", value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Look at plugins that have not changed, too
    #[arg(long)]
    force: bool,

    /// How many plugins to look at at once; as many as there are processors if not given
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,

    /// How many seconds a plugin may take
    #[arg(long, value_name = "SECONDS", default_value_t = TIMEOUT.as_secs_f64(), value_parser = seconds)]
    timeout: f64,

    /// How much memory a plugin may take, in megabytes
    #[arg(long, value_name = "MEGABYTES", default_value_t = MEMORY_MB)]
    memory: u64,
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= 86_400.0 => Ok(seconds),
        _ => Err("a number of seconds above 0 is needed".to_owned()),
    }
}

impl Scan {
    pub fn run(self, terminal: &Terminal) -> Outcome {
        let here = std::env::current_dir()?;
        let options = ScanOptions {
            formats: self.only.formats,
            // Workers are elsewhere.
            paths: self.paths.iter().map(|path| here.join(path)).collect(),
            force: self.force,
            timeout: Duration::from_secs_f64(self.timeout),
            memory_mb: self.memory,
            ..ScanOptions::default()
        };
        let options = match self.jobs {
            Some(jobs) => ScanOptions {
                jobs: jobs.into(),
                ..options
            },
            None => options,
        };
        let report = scan(terminal, options, terminal.json())?;
        if terminal.json() {
            terminal.line(&end_document(&report))?;
        } else {
            terminal.say(&summary(&report))?;
        }
        Ok(if report.stopped {
            ExitCode::from(INTERRUPTED)
        } else {
            ExitCode::SUCCESS
        })
    }
}

/// Scans and shows how it goes: bars for people, and events for scripts if `with_events`. Ctrl-C ends it,
/// and what is done by then is kept.
pub fn scan(
    terminal: &Terminal,
    mut options: ScanOptions,
    with_events: bool,
) -> Result<Report, Trouble> {
    let stop = Arc::<AtomicBool>::default();
    for signal in [SIGINT, SIGTERM] {
        // The second time ends us at once: a disk may hang.
        signal_hook::flag::register_conditional_shutdown(signal, INTERRUPTED.into(), stop.clone())?;
        signal_hook::flag::register(signal, stop.clone())?;
    }
    let store = Store::of_user()?;
    options.folders = Preferences::load(&store)?.folders;
    let mut bars = Bars::new(terminal);
    let report = catalog::scan(&store, &options, &stop, &mut |event| {
        bars.show(event);
        if with_events {
            // Where nobody reads the events any more, the scan goes on: its results are what matters.
            let _ = terminal.line(&event_document(event));
        }
    });
    bars.clear();
    let report = report?;
    for note in &report.notes {
        terminal.note(note);
    }
    Ok(report)
}

/// One bar for the whole, and below it what each worker does.
struct Bars<'a> {
    terminal: &'a Terminal,
    whole: Option<ProgressBar>,
    workers: Vec<ProgressBar>,
    failures: usize,
}

impl<'a> Bars<'a> {
    fn new(terminal: &'a Terminal) -> Self {
        Self {
            terminal,
            whole: None,
            workers: Vec::new(),
            failures: 0,
        }
    }

    fn show(&mut self, event: &Event) {
        match event {
            Event::Planned { total: 0, .. } => {}
            Event::Planned { total, .. } => {
                self.whole = Some(self.terminal.counting_bar(*total as u64));
            }
            Event::Started { worker, path } => {
                while self.workers.len() <= *worker {
                    let number = self.workers.len() + 1;
                    self.workers.push(self.terminal.line_of_worker(number));
                }
                self.workers[*worker].set_message(path.clone());
            }
            Event::Finished {
                worker,
                record,
                done,
            } => {
                if matches!(record.outcome, Found::Failed(_)) {
                    self.failures += 1;
                }
                self.advance(*worker, *done);
            }
            Event::Vanished { worker, done, .. } => self.advance(*worker, *done),
        }
    }

    fn advance(&self, worker: usize, done: usize) {
        if let Some(bar) = self.workers.get(worker) {
            bar.set_message("");
        }
        if let Some(whole) = &self.whole {
            whole.set_position(done as u64);
            if self.failures > 0 {
                whole.set_message(format!("{} failed", self.failures));
            }
        }
    }

    fn clear(self) {
        for bar in self.workers.into_iter().chain(self.whole) {
            bar.finish_and_clear();
        }
    }
}

fn summary(report: &Report) -> String {
    let mut plugins = 0;
    let mut failed = Vec::new();
    let mut odd = Vec::new();
    for record in &report.scanned {
        match &record.outcome {
            Found::Plugins(entries) => plugins += entries.len(),
            Found::Failed(failure) => failed.push(format!("  {}: {failure}\n", record.path)),
        }
        odd.extend(
            record
                .remarks
                .iter()
                .map(|remark| format!("  {}: {remark}\n", record.path)),
        );
    }
    let mut text = format!(
        "{} looked at, with {}; {} unchanged{} ({})\n",
        plural(report.scanned.len(), "file"),
        plural(plugins, "plugin"),
        report.unchanged,
        match report.gone {
            0 => String::new(),
            gone => format!(", {gone} gone"),
        },
        time(report.elapsed),
    );
    odd.sort();
    if !odd.is_empty() {
        text += "\nWorth knowing:\n";
        text.extend(odd);
    }
    failed.sort();
    if !failed.is_empty() {
        text += &format!(
            "\n{} put into quarantine; `matryoshka quarantine retry` tries again:\n",
            plural(failed.len(), "file")
        );
        text.extend(failed);
    }
    if report.stopped {
        text += "\nInterrupted; what was done is kept, and the next scan goes on from there.\n";
    }
    text
}

fn time(elapsed: Duration) -> String {
    if elapsed.as_secs() >= 60 {
        return HumanDuration(elapsed).to_string();
    }
    format!("{:.1} s", elapsed.as_secs_f64())
}

pub fn plural(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

fn event_document(event: &Event) -> Value {
    match event {
        Event::Planned { total, unchanged } => {
            json!({"event": "planned", "total": total, "unchanged": unchanged})
        }
        Event::Started { worker, path } => {
            json!({"event": "started", "worker": worker, "file": path})
        }
        Event::Finished {
            worker,
            record,
            done,
        } => {
            let mut document = record_document(record);
            document["event"] = "finished".into();
            document["worker"] = (*worker).into();
            document["done"] = (*done).into();
            document
        }
        Event::Vanished { worker, path, done } => {
            json!({"event": "vanished", "worker": worker, "file": path, "done": done})
        }
    }
}

/// A file, for scripts.
pub fn record_document(record: &FileRecord) -> Value {
    let (plugins, failure, reason) = match &record.outcome {
        Found::Plugins(entries) => {
            let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
            (json!(names), Value::Null, Value::Null)
        }
        Found::Failed(failure) => (json!([]), json!(failure), json!(failure.to_string())),
    };
    json!({
        "format": record.format,
        "file": record.path,
        "plugins": plugins,
        "failure": failure,
        "reason": reason,
        "remarks": record.remarks,
        "milliseconds": record.millis,
    })
}

fn end_document(report: &Report) -> Value {
    let is_failed = |record: &&FileRecord| matches!(record.outcome, Found::Failed(_));
    json!({
        "event": "end",
        "scanned": report.scanned.len(),
        "failed": report.scanned.iter().filter(is_failed).count(),
        "unchanged": report.unchanged,
        "gone": report.gone,
        "notes": report.notes,
        "interrupted": report.stopped,
        "milliseconds": u64::try_from(report.elapsed.as_millis()).unwrap_or(u64::MAX),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_limit_that_is_none_is_refused() {
        for text in ["0", "-1", "nan", "inf", "x"] {
            assert!(seconds(text).is_err(), "{text}");
        }
        assert_eq!(seconds("0.25"), Ok(0.25));
    }
}
