//! A scan: which files are new or changed, and what is in them, asked of several workers at once.
//!
//! 1. The folders are walked through, and each file compared with what is known of it. What has not
//!    changed is not looked at again, be it good or in quarantine.
//! 2. One thread a worker takes files off a queue, the long ones first. A worker that crashes, hangs or
//!    ends is replaced, and its file put into quarantine with the reason.
//! 3. Each result is in the store before it is told. So a scan can be killed at any time, and the next
//!    one goes on where it was.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;

use super::entry::{Failure, FileRecord, Outcome};
use super::fingerprint::{self, Since};
use super::folders::{self, Folder, Origin};
use super::process::{Answer, Employment, Worker, end_by_id, work_folder};
use super::protocol::Request;
use super::store::{Contents, Key, Store};
use super::{ScanError, locate};
use crate::child::Formats;

/// How long a file may take.
pub const TIMEOUT: Duration = Duration::from_secs(30);
/// How much memory a worker may take. Samplers take gigabytes when they are made; what takes more than
/// this would endanger the session of a musician whose machine scans meanwhile.
pub const MEMORY_MB: u64 = 4096;
/// Taking longer than this is worth a word.
const LONG: Duration = Duration::from_secs(3);
/// How often it is looked whether the scan is to stop.
const LOOK: Duration = Duration::from_millis(25);

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
    let (mut report, jobs) = plan(store, options, &known)?;
    report.notes.splice(0..0, known.notes.iter().cloned());
    tell(&Event::Planned {
        total: jobs.len(),
        unchanged: report.unchanged,
    });
    let has_news = report.gone > 0 || !jobs.is_empty();
    if !jobs.is_empty() {
        let scratch = store.folder().join("scratch");
        let scanned = run(store, options, jobs, &scratch, stop, tell);
        // Empty but for what plugins left there.
        let _ = std::fs::remove_dir_all(&scratch);
        report.scanned = scanned?;
    }
    report.stopped = stop.load(Ordering::Relaxed);
    let is_all = options.paths.is_empty() && options.formats.is_empty() && !report.stopped;
    if is_all && !known.is_whole {
        store.fold_whole()?;
    } else if has_news {
        store.fold()?;
    }
    report.elapsed = begun.elapsed();
    Ok(report)
}

/// Compares what is there with what is known.
fn plan(
    store: &Store,
    options: &ScanOptions,
    known: &Contents,
) -> Result<(Report, VecDeque<Key>), ScanError> {
    let walk = folders::walk(&options.all_folders());
    let mut report = Report {
        notes: walk.notes,
        ..Report::default()
    };
    let mut jobs = Vec::new();
    for (format, path) in walk.files {
        let Some(text) = path.to_str() else {
            let path = path.display();
            report.notes.push(format!(
                "{path} has a name that is no text, and is left out"
            ));
            continue;
        };
        let key = (format, text.to_owned());
        let before = known.files.get(&key);
        let again = options.force
            || before
                .is_none_or(|record| options.retry && matches!(record.outcome, Outcome::Failed(_)));
        let Some(before) = before.filter(|_| !again) else {
            jobs.push((cost(&key, before), key));
            continue;
        };
        let since = fingerprint::since(&key.0, &path, &before.fingerprint, before.scanned_at);
        match since {
            Ok(Since::Same) => report.unchanged += 1,
            Ok(Since::SameContent(fingerprint)) => {
                report.unchanged += 1;
                store.add(&FileRecord {
                    fingerprint,
                    scanned_at: now(),
                    ..before.clone()
                })?;
            }
            // What cannot be read now may be when its turn comes.
            Ok(Since::Changed(_)) | Err(_) => jobs.push((cost(&key, Some(before)), key)),
        }
    }
    if cfg!(target_os = "macos") && options.paths.is_empty() && options.wants(AUDIO_UNIT) {
        let (new, unchanged) = audio_units(store, options, known)?;
        report.unchanged += unchanged;
        jobs.extend(new.into_iter().map(|key| (0, key)));
    }
    for (key, record) in &known.files {
        let is_file = Path::new(&record.path).is_absolute();
        if is_file && options.wants(&record.format) && !Path::new(&record.path).exists() {
            store.forget(key)?;
            report.gone += 1;
        }
    }
    // The long ones first, so that no worker has one left when all others are done.
    jobs.sort_by(|a, b| b.cmp(a));
    Ok((report, jobs.into_iter().map(|(_, key)| key).collect()))
}

const AUDIO_UNIT: &str = "AudioUnit";

/// Audio Units are in no folder that could be looked into; the system names them. (Untested.)
fn audio_units(
    store: &Store,
    options: &ScanOptions,
    known: &Contents,
) -> Result<(Vec<Key>, usize), ScanError> {
    let mut worker = Worker::start(&employment(options, &store.folder().join("scratch"), 0)?)?;
    let request = Request {
        format: AUDIO_UNIT.to_owned(),
        file: String::new(),
        list: true,
    };
    let Answer::Files(files) = worker.ask(&request, options.timeout) else {
        return Ok((Vec::new(), 0));
    };
    let keys = files.into_iter().map(|file| (AUDIO_UNIT.to_owned(), file));
    let is_new = |key: &Key| match known.files.get(key) {
        None => true,
        Some(record) => {
            options.force || (options.retry && matches!(record.outcome, Outcome::Failed(_)))
        }
    };
    let (new, old): (Vec<Key>, Vec<Key>) = keys.partition(is_new);
    Ok((new, old.len()))
}

/// How long it may take, in milliseconds: as last time, else a guess.
fn cost(key: &Key, before: Option<&FileRecord>) -> u64 {
    if let Some(before) = before {
        return before.millis;
    }
    match key.0.as_str() {
        // A description for each plugin in it.
        "LV2" => {
            let entries = std::fs::read_dir(&key.1).map_or(0, Iterator::count);
            10 * entries as u64
        }
        "LADSPA" => 5,
        _ => 100,
    }
}

fn employment(
    options: &ScanOptions,
    scratch: &Path,
    number: usize,
) -> Result<Employment, ScanError> {
    Ok(Employment {
        program: locate::worker()?,
        folder: work_folder(scratch, number),
        memory_mb: options.memory_mb,
    })
}

/// What the threads of a scan share.
struct Shared<'a> {
    store: &'a Store,
    options: &'a ScanOptions,
    stop: &'a AtomicBool,
    queue: Mutex<VecDeque<Key>>,
    /// The process that each thread waits for; 0 while it does not.
    waiting_for: Vec<AtomicU32>,
    /// Why the scan cannot go on.
    broken: Mutex<Option<ScanError>>,
}

fn run(
    store: &Store,
    options: &ScanOptions,
    jobs: VecDeque<Key>,
    scratch: &Path,
    stop: &AtomicBool,
    tell: &mut dyn FnMut(&Event),
) -> Result<Vec<FileRecord>, ScanError> {
    let workers = options.jobs.clamp(1, jobs.len());
    // Before anything is started: without a worker there is no scan.
    let employments: Result<Vec<Employment>, ScanError> = (0..workers)
        .map(|number| employment(options, scratch, number))
        .collect();
    let shared = Shared {
        store,
        options,
        stop,
        queue: Mutex::new(jobs),
        waiting_for: (0..workers).map(|_| AtomicU32::new(0)).collect(),
        broken: Mutex::new(None),
    };
    let mut scanned = Vec::new();
    let (sender, events) = channel();
    let shared_ref = &shared;
    std::thread::scope(|scope| -> Result<(), ScanError> {
        for (number, employment) in employments?.into_iter().enumerate() {
            let sender = sender.clone();
            scope.spawn(move || shared_ref.work(number, &employment, &sender));
        }
        drop(sender);
        let mut done = 0;
        loop {
            match events.recv_timeout(LOOK) {
                Ok(mut event) => {
                    match &mut event {
                        Event::Finished { done: all, .. } | Event::Vanished { done: all, .. } => {
                            done += 1;
                            *all = done;
                        }
                        _ => {}
                    }
                    tell(&event);
                    if let Event::Finished { record, .. } = event {
                        scanned.push(*record);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            if stop.load(Ordering::Relaxed) {
                for process in &shared_ref.waiting_for {
                    match process.load(Ordering::Relaxed) {
                        0 => {}
                        id => end_by_id(id),
                    }
                }
            }
        }
    })?;
    match shared.broken.into_inner() {
        Some(error) => Err(error),
        None => Ok(scanned),
    }
}

impl Shared<'_> {
    /// One thread: takes files off the queue and has its worker look at them.
    fn work(&self, number: usize, employment: &Employment, events: &Sender<Event>) {
        if let Err(error) = self.try_work(number, employment, events) {
            // The others need not go on.
            self.queue.lock().clear();
            self.broken.lock().get_or_insert(error);
        }
    }

    fn try_work(
        &self,
        number: usize,
        employment: &Employment,
        events: &Sender<Event>,
    ) -> Result<(), ScanError> {
        let mut worker: Option<Worker> = None;
        while !self.stop.load(Ordering::Relaxed) {
            let Some(key) = self.queue.lock().pop_front() else {
                return Ok(());
            };
            // Whoever does not listen any more still wants the results.
            let _ = events.send(Event::Started {
                worker: number,
                path: key.1.clone(),
            });
            let mut record = self.ask(number, employment, &mut worker, &key)?;
            if record.as_ref().is_some_and(was_killed) && !self.stop.load(Ordering::Relaxed) {
                // Nobody kills a program for a plugin's fault but the system, for want of memory, and
                // then it is so again.
                record = self.ask(number, employment, &mut worker, &key)?;
            }
            if self.stop.load(Ordering::Relaxed) {
                // It may have been ended for that, which is not the file's fault.
                return Ok(());
            }
            let event = match record {
                Some(record) => {
                    self.store.add(&record)?;
                    Event::Finished {
                        worker: number,
                        record: Box::new(record),
                        done: 0,
                    }
                }
                None => Event::Vanished {
                    worker: number,
                    path: key.1,
                    done: 0,
                },
            };
            let _ = events.send(event);
        }
        Ok(())
    }

    /// Has the thread's worker look at a file; a new one, where there is none that could.
    fn ask(
        &self,
        number: usize,
        employment: &Employment,
        worker: &mut Option<Worker>,
        key: &Key,
    ) -> Result<Option<FileRecord>, ScanError> {
        let asked = match worker.take() {
            Some(worker) => worker,
            None => Worker::start(employment)?,
        };
        let asked = worker.insert(asked);
        let waiting_for = &self.waiting_for[number];
        waiting_for.store(asked.id(), Ordering::Relaxed);
        let record = look_at(asked, key, self.options.timeout);
        waiting_for.store(0, Ordering::Relaxed);
        if asked.is_spent() {
            *worker = None;
        }
        Ok(record)
    }
}

/// Whether somebody ended the worker, and not the plugin.
fn was_killed(record: &FileRecord) -> bool {
    const SIGKILL: i32 = 9;
    matches!(
        record.outcome,
        Outcome::Failed(Failure::Signal {
            signal: SIGKILL,
            ..
        })
    )
}

/// Has a worker look at a file. `None` if it is not there any more.
pub(super) fn look_at(worker: &mut Worker, key: &Key, timeout: Duration) -> Option<FileRecord> {
    let (format, path) = key;
    let is_file = Path::new(path).is_absolute();
    let fingerprint = match fingerprint::take(format, Path::new(path)) {
        Ok(fingerprint) => fingerprint,
        Err(_) if is_file => return None,
        Err(_) => fingerprint::Fingerprint::default(),
    };
    let begun = Instant::now();
    let scanned_at = now();
    let request = Request {
        format: format.clone(),
        file: path.clone(),
        list: false,
    };
    let answer = worker.ask(&request, timeout);
    let elapsed = begun.elapsed();
    let mut remarks = Vec::new();
    let outcome = match answer {
        Answer::Plugins(plugins, odd) => {
            remarks = odd;
            Outcome::Plugins(plugins)
        }
        Answer::Files(_) => Outcome::Plugins(Vec::new()),
        // A file that goes away under a worker's hands fails as it likes.
        Answer::Failed(_) if is_file && !Path::new(path).exists() => return None,
        Answer::Failed(failure) => Outcome::Failed(failure),
    };
    if elapsed > LONG && matches!(outcome, Outcome::Plugins(_)) {
        remarks.push(format!("it took {:.1} s", elapsed.as_secs_f64()));
    }
    Some(FileRecord {
        format: format.clone(),
        path: path.clone(),
        fingerprint,
        scanned_at,
        millis: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        outcome,
        remarks,
    })
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
