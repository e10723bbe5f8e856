//! A scan: which files are new or changed, and what is in them, asked of several workers at once.
//!
//! 1. The folders are walked through, and each file compared with what is known of it. What has not
//!    changed is not looked at again, be it good or in quarantine.
//! 2. One thread a worker takes files off a queue, the long ones first. A worker that crashes, hangs or
//!    ends is replaced, and its file put into quarantine with the reason.
//! 3. Each result is in the store before it is told. So a scan can be killed at any time, and the next
//!    one goes on where it was.

mod crew;
mod plan;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::ScanError;
use super::entry::FileRecord;
use super::folders::{self, Folder, Origin};
use super::store::Store;
use crate::child::Formats;
pub(super) use crew::look_at;

/// How long a file may take.
pub const TIMEOUT: Duration = Duration::from_secs(30);
/// How much memory a worker may take. Samplers take gigabytes when they are made; what takes more than
/// this would endanger the session of a musician whose machine scans meanwhile.
pub const MEMORY_MB: u64 = 4096;

/// What to scan, and how.
#[derive(Clone, Debug)]
pub struct ScanOptions {
    /// Only these formats; empty: all.
    pub formats: Vec<String>,
    /// Only what is in, or is, one of these; empty: the standard folders and the user's.
    pub paths: Vec<PathBuf>,
    /// The user's folders.
    pub folders: Vec<PathBuf>,
    /// Files that have not changed, too.
    pub force: bool,
    /// Files in quarantine, too, changed or not.
    pub retry: bool,
    /// How many workers.
    pub jobs: usize,
    /// How long a file may take.
    pub timeout: Duration,
    /// How much memory a worker may take, in megabytes.
    pub memory_mb: u64,
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self {
            formats: Vec::new(),
            paths: Vec::new(),
            folders: Vec::new(),
            force: false,
            retry: false,
            jobs: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            timeout: TIMEOUT,
            memory_mb: MEMORY_MB,
        }
    }
}

/// What happens during a scan, told as it does.
#[derive(Clone, Debug)]
pub enum Event {
    /// It is known what there is to do.
    Planned {
        /// Files to look at.
        total: usize,
        /// Files that have not changed.
        unchanged: usize,
    },
    /// A worker begins with a file.
    Started {
        /// The worker's number, from 0.
        worker: usize,
        /// The file.
        path: String,
    },
    /// A file is done, and the result stored.
    Finished {
        /// The worker's number, from 0.
        worker: usize,
        /// What came of it.
        record: Box<FileRecord>,
        /// How many files are done.
        done: usize,
    },
    /// A file was not there any more when its turn came, or went away under the worker's hands.
    Vanished {
        /// The worker's number, from 0.
        worker: usize,
        /// The file.
        path: String,
        /// How many files are done.
        done: usize,
    },
}

/// What came of a scan.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What was scanned, in the order of completion.
    pub scanned: Vec<FileRecord>,
    /// How many files had not changed.
    pub unchanged: usize,
    /// How many known files are gone.
    pub gone: usize,
    /// What the user should know: folders that could not be read, and what was set aside.
    pub notes: Vec<String>,
    /// It was stopped before it was done.
    pub stopped: bool,
    /// How long it took.
    pub elapsed: Duration,
}

impl ScanOptions {
    fn wants(&self, format: &str) -> bool {
        self.formats.is_empty() || self.formats.iter().any(|f| f.eq_ignore_ascii_case(format))
    }

    /// The formats that are scanned, of those that are hosted.
    fn formats(&self) -> impl Iterator<Item = &'static str> + '_ {
        let names = Formats::names().iter().copied();
        names.filter(|name| self.wants(name))
    }

    /// The folders that are looked into.
    fn all_folders(&self) -> Vec<Folder> {
        let user = |format: &str, paths: &[PathBuf]| -> Vec<Folder> {
            let folder = |path: &PathBuf| Folder {
                format: format.to_owned(),
                path: path.clone(),
                origin: Origin::User,
            };
            paths.iter().map(folder).collect()
        };
        self.formats()
            .flat_map(|format| {
                if self.paths.is_empty() {
                    let mut all = folders::standard(format);
                    all.extend(user(format, &self.folders));
                    all
                } else {
                    user(format, &self.paths)
                }
            })
            .collect()
    }
}

/// Scans. `tell` hears of everything on the calling thread; once `stop` is set the scan ends soon, and
/// what is done by then is kept.
///
/// # Errors
///
/// If there is no worker, another scan is under way, or the store cannot be written.
pub fn scan(
    store: &Store,
    options: &ScanOptions,
    stop: &AtomicBool,
    tell: &mut dyn FnMut(&Event),
) -> Result<Report, ScanError> {
    let begun = Instant::now();
    let _alone = store.scan_alone()?.ok_or(ScanError::Busy)?;
    let known = store.load()?;
    let (mut report, jobs) = plan::make(store, options, &known)?;
    report.notes.splice(0..0, known.notes.iter().cloned());
    tell(&Event::Planned {
        total: jobs.len(),
        unchanged: report.unchanged,
    });
    if !jobs.is_empty() {
        let scratch = store.folder().join("scratch");
        let scanned = crew::run(store, options, jobs, &scratch, stop, tell);
        // Empty but for what plugins left there.
        let _ = std::fs::remove_dir_all(&scratch);
        report.scanned = scanned?;
    }
    report.stopped = stop.load(Ordering::Relaxed);
    let is_all = options.paths.is_empty() && options.formats.is_empty() && !report.stopped;
    if is_all && !known.is_whole {
        store.fold_whole()?;
    } else if store.has_news() {
        store.fold()?;
    }
    report.elapsed = begun.elapsed();
    Ok(report)
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
