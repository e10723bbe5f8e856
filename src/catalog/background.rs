//! A scan in the background, on request: one for all instances in the process, with progress for whoever
//! draws it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use parking_lot::Mutex;

use super::entry::Outcome;
use super::scanner::{Event, ScanOptions, scan};
use super::{Preferences, ScanError, Store};

/// How a scan in the background stands. A copy: reading it waits for nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Whether one is under way.
    pub is_running: bool,
    /// Files that are done.
    pub done: usize,
    /// Files that there are to do.
    pub total: usize,
    /// What each worker looks at.
    pub current: Vec<String>,
    /// Files that were put into quarantine, with the reason.
    pub failures: Vec<(String, String)>,
    /// Why the scan could not be made.
    pub error: Option<String>,
}

struct Background {
    progress: Progress,
    stop: Arc<AtomicBool>,
}

static BACKGROUND: Mutex<Option<Background>> = Mutex::new(None);

/// Starts a scan, unless one is under way in this process; tells which. Any thread but the audio thread.
pub fn start_scan(options: ScanOptions) -> bool {
    let mut background = BACKGROUND.lock();
    if background
        .as_ref()
        .is_some_and(|known| known.progress.is_running)
    {
        return false;
    }
    let stop = Arc::<AtomicBool>::default();
    *background = Some(Background {
        progress: Progress {
            is_running: true,
            ..Progress::default()
        },
        stop: stop.clone(),
    });
    drop(background);
    let started = thread::Builder::new()
        .name("matryoshka-scan".to_owned())
        .spawn(move || {
            let outcome = run(options, &stop);
            change(|progress| {
                progress.is_running = false;
                progress.current.clear();
                progress.error = outcome.err().map(|error| error.to_string());
            });
        });
    if let Err(error) = started {
        change(|progress| {
            progress.is_running = false;
            progress.error = Some(error.to_string());
        });
    }
    true
}

/// Stops the scan, if one is under way. What is done is kept.
pub fn stop_scan() {
    if let Some(background) = &*BACKGROUND.lock() {
        background.stop.store(true, Ordering::Relaxed);
    }
}

/// How the scan stands, or how the last one ended.
pub fn progress() -> Progress {
    let background = BACKGROUND.lock();
    background
        .as_ref()
        .map(|known| known.progress.clone())
        .unwrap_or_default()
}

fn change(change: impl FnOnce(&mut Progress)) {
    if let Some(background) = &mut *BACKGROUND.lock() {
        change(&mut background.progress);
    }
}

fn run(mut options: ScanOptions, stop: &AtomicBool) -> Result<(), ScanError> {
    let store = Store::of_user()?;
    options.folders.extend(Preferences::load(&store)?.folders);
    scan(&store, &options, stop, &mut |event| {
        change(|progress| note(progress, event));
    })?;
    Ok(())
}

fn note(progress: &mut Progress, event: &Event) {
    match event {
        Event::Planned { total, .. } => progress.total = *total,
        Event::Started { worker, path } => {
            if progress.current.len() <= *worker {
                progress.current.resize(*worker + 1, String::new());
            }
            progress.current[*worker].clone_from(path);
        }
        Event::Finished {
            record,
            done,
            worker,
        } => {
            progress.done = *done;
            progress.current[*worker].clear();
            if let Outcome::Failed(failure) = &record.outcome {
                let path = record.path.clone();
                progress.failures.push((path, failure.to_string()));
            }
        }
        Event::Vanished { done, worker, .. } => {
            progress.done = *done;
            progress.current[*worker].clear();
        }
    }
}
